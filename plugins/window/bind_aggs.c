/* bind_aggs.c - from an aggregate's text to its column and its cell. [control] */
#include "window.h"

#include <stdio.h>

/* Kinds of cells that are of use for a function, by class. */
static enum cell_kind kind_of(const struct agg_call *call, const struct tw_field *x)
{
	const int is_bytes = x && class_of(x->type) == CLASS_BYTES;

	switch (call->fn) {
	case AGG_COUNT: return x && x->nullable ? CELL_VALUES : CELL_ROWS;
	case AGG_SUM:
	case AGG_AVG: return x && class_of(x->type) == CLASS_REAL ? CELL_SUM_REAL : CELL_SUM;
	case AGG_MIN:
	case AGG_MAX: return is_bytes ? CELL_LEAST_BYTES : CELL_LEAST;
	case AGG_FIRST:
	case AGG_LAST: return is_bytes ? CELL_FIRST_BYTES : CELL_FIRST;
	case AGG_DISTINCT: return CELL_DISTINCT;
	case AGG_QUANTILE: break;
	}
	return CELL_SKETCH;
}

static uint64_t mask_of(const struct agg_call *call, enum value_class class)
{
	uint64_t mask = call->fn == AGG_MAX || call->fn == AGG_LAST ? UINT64_MAX : 0;

	/* u64 compares as i64 with the top bit flipped */
	if (class == CLASS_UINT && (call->fn == AGG_MIN || call->fn == AGG_MAX))
		mask ^= (uint64_t)1 << 63;
	return mask;
}

static double unit_of(const struct tw_field *x)
{
	double unit = 1;
	uint32_t i;

	for (i = 0; x && x->type == TW_DECIMAL && i < x->scale; i++)
		unit *= 10;
	return unit;
}

static int is_number(uint32_t type)
{
	return type != TW_BOOL && type != TW_TIMESTAMP && class_of(type) != CLASS_BYTES;
}

/* The column that an aggregate is of; NULL with an error recorded. */
static const struct tw_field *argument(struct tw_bind *b, const struct tw_conf *at, const struct agg_call *call)
{
	const int needs_number = call->fn == AGG_SUM || call->fn == AGG_AVG || call->fn == AGG_QUANTILE;
	char *name = b->host->alloc(b, call->arg_len + 1u), what[160];
	const struct tw_field *f;

	memcpy(name, b->host->str(at) + call->arg, call->arg_len);
	f = b->host->field(b, 0, at, name);
	if (!f || !needs_number || is_number(f->type))
		return f;
	snprintf(what, sizeof what, "\"%.80s\" is of type %s, and this is for numbers", name, tw_type_name(f->type));
	b->host->fail(b, at, (int)call->arg, what, "count, distinct, min, max, first and last take any type");
	return NULL;
}

const struct tw_field *bind_column(struct tw_bind *b, const struct tw_conf *at, const char *name,
				   const struct tw_field *like, int nullable)
{
	const uint32_t arg = like->type == TW_DECIMAL ? like->scale : like->type == TW_FIXED ? like->width : 0;

	return b->host->add(b, PORT_OUT, at, name, like->type, nullable, arg);
}

/* The output column of an aggregate of x. */
static const struct tw_field *add_aggregate(struct tw_bind *b, const struct tw_conf *at, const char *name,
					    const struct agg_call *call, const struct tw_field *x)
{
	const int is_pick = call->fn == AGG_MIN || call->fn == AGG_MAX || call->fn == AGG_FIRST || call->fn == AGG_LAST;

	if (is_pick || (call->fn == AGG_SUM && x->type == TW_DECIMAL))
		return bind_column(b, at, name, x, 1);
	if (call->fn == AGG_COUNT || call->fn == AGG_DISTINCT)
		return b->host->add(b, PORT_OUT, at, name, TW_I64, 0, 0);
	if (call->fn == AGG_SUM && class_of(x->type) != CLASS_REAL)
		return b->host->add(b, PORT_OUT, at, name, TW_I64, 1, 0);
	return b->host->add(b, PORT_OUT, at, name, TW_F64, 1, 0);
}

/* The number of the cell that serves: one that is there, or a new one. */
static uint32_t find_cell(struct plan *p, const struct cell *want)
{
	uint32_t i;

	for (i = 0; i < p->n_cells; i++) {
		const struct cell *c = &p->cells[i];

		if (c->kind == want->kind && c->field == want->field && c->mask == want->mask)
			return i;
	}
	p->cells[p->n_cells] = *want;
	return p->n_cells++;
}

void bind_aggregate(struct tw_bind *b, const struct tw_conf *at, const char *name)
{
	struct plan *p = b->plan;
	struct out *o = &p->outs[p->n_outs++];
	const struct tw_field *x = NULL;
	struct agg_error err;
	struct cell cell;

	if (agg_parse(b->host->str(at), &o->call, &err) < 0) {
		b->host->fail(b, at, err.offset, err.what, err.help);
		return;
	}
	if (o->call.arg_len) {
		x = argument(b, at, &o->call);
		if (!x)
			return;
	}
	o->field = add_aggregate(b, at, name, &o->call, x);
	cell = (struct cell){.kind = kind_of(&o->call, x), .field = x, .class = x ? class_of(x->type) : CLASS_INT};
	cell.mask = mask_of(&o->call, cell.class);
	cell.unit = unit_of(x);
	if (cell.kind == CELL_ROWS)
		cell.field = NULL;
	o->cell = find_cell(p, &cell);
}
