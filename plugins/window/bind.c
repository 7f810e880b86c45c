/* bind.c - from config and input schema to the plan: columns, cells, table. [control] */
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
	b->host->fail(b, at, (int)call->arg, what, "count, min, max, first and last take any type");
	return NULL;
}

static const struct tw_field *add_column(struct tw_bind *b, const struct tw_conf *at, const char *name,
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
		return add_column(b, at, name, x, 1);
	if (call->fn == AGG_COUNT)
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

static void bind_aggregate(struct tw_bind *b, const struct tw_conf *at, const char *name)
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

static void bind_groups(struct tw_bind *b, const struct tw_conf *by, const struct tw_field **keys)
{
	struct plan *p = b->plan;
	uint32_t i, n = by ? b->host->len(by) : 0;

	p->by = b->host->alloc(b, (n + 1) * sizeof *p->by);
	for (i = 0; i < n && i < 16; i++) {
		const struct tw_conf *at = b->host->at(by, i, NULL);
		const struct tw_field *f = b->host->field(b, 0, at, b->host->str(at));

		if (!f)
			continue;
		keys[p->n_by] = f;
		p->by[p->n_by++] = add_column(b, at, f->name, f, f->nullable);
	}
}

/* Types of a kind's members, in order, 0 at the end. */
static const uint8_t *layout_of(enum cell_kind kind)
{
	static const uint8_t layouts[][4] = {
		[CELL_SKETCH] = {TW_VALUE_I64, TW_VALUE_BLOB, TW_VALUE_BLOB},
		[CELL_LEAST_BYTES] = {TW_VALUE_BLOB, TW_VALUE_I64},
		[CELL_FIRST_BYTES] = {TW_VALUE_BLOB, TW_VALUE_I64, TW_VALUE_I64},
		[CELL_ROWS] = {TW_VALUE_I64},
		[CELL_VALUES] = {TW_VALUE_I64},
		[CELL_SUM] = {TW_VALUE_I64, TW_VALUE_I64, TW_VALUE_I64},
		[CELL_SUM_REAL] = {TW_VALUE_F64, TW_VALUE_I64},
		[CELL_LEAST] = {TW_VALUE_I64, TW_VALUE_I64},
		[CELL_FIRST] = {TW_VALUE_I64, TW_VALUE_I64, TW_VALUE_I64},
	};

	return layouts[kind];
}

static uint32_t mix(uint32_t h, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	while (len--)
		h = (h ^ *p++) * 16777619u;
	return h;
}

/* What the numbers in a slot mean, as a number: sums of one column must not become
 * those of another because both are sums. */
static uint32_t meaning(const struct plan *p, double accuracy)
{
	uint32_t i, h = 2166136261u;

	h = mix(h, p->time->name, strlen(p->time->name));
	h = mix(h, &p->size, sizeof p->size);
	h = mix(h, &p->offset, sizeof p->offset);
	for (i = 0; i < p->n_cells; i++) {
		const struct cell *c = &p->cells[i];

		h = mix(h, &c->kind, sizeof c->kind);
		h = mix(h, &c->mask, sizeof c->mask);
		if (c->field)
			h = mix(h, c->field->name, strlen(c->field->name));
		if (c->kind == CELL_SKETCH)
			h = mix(h, &accuracy, sizeof accuracy);
	}
	return h;
}

/* Give the cells their places in the slot, and declare the table. */
static void bind_table(struct tw_bind *b, const struct tw_field *const *keys, double accuracy)
{
	struct plan *p = b->plan;
	uint8_t *types = b->host->alloc(b, p->n_cells * 3u + 1u);
	uint32_t i, offset = 0, n_types = 0;
	const uint8_t *t;

	for (i = 0; i < p->n_cells; i++) {
		p->cells[i].offset = offset;
		for (t = layout_of(p->cells[i].kind); *t; t++) {
			types[n_types++] = *t;
			offset += *t == TW_VALUE_BLOB ? 16 : 8;
		}
	}
	p->table = b->host->state(b, &(struct tw_state_spec){
					     .name = "windows",
					     .version = meaning(p, accuracy),
					     .n_keys = p->n_by,
					     .keys = keys,
					     .n_values = n_types,
					     .types = types,
					     .max_bytes = (uint64_t)tw_conf_i64(b, "max_state"),
				     });
}

/* Does an output column hold text? */
static int has_text(const struct plan *p)
{
	uint32_t i;

	for (i = 0; i < p->n_by; i++)
		if (tw_type_is_text(p->by[i]->type))
			return 1;
	for (i = 0; i < p->n_outs; i++)
		if (tw_type_is_text(p->outs[i].field->type))
			return 1;
	return 0;
}

int window_bind(struct tw_bind *b)
{
	struct plan *p = tw_bind_plan(b, sizeof *p);
	const struct tw_conf *agg = b->host->get(b->config, "agg"), *size = b->host->get(b->config, "size");
	const struct tw_conf *accuracy = b->host->get(b->config, "accuracy");
	const struct tw_field *keys[16];
	uint32_t i, n = agg ? b->host->len(agg) : 0;
	const char *name;

	b->host->out_new(b, PORT_OUT);
	p->time = tw_bind_field(b, 0, "time", TW_TIMESTAMP);
	p->size = tw_conf_i64(b, "size");
	if (p->size <= 0)
		return b->host->fail(b, size, -1, "the size of a window must be above 0", "such as \"10s\"");
	p->offset = tw_conf_i64(b, "offset") % p->size;
	p->scale = sketch_scale(accuracy ? b->host->f64(accuracy) : 0.01);
	p->start = tw_bind_add(b, PORT_OUT, "window_start", TW_TIMESTAMP, 0);
	p->end = tw_bind_add(b, PORT_OUT, "window_end", TW_TIMESTAMP, 0);
	bind_groups(b, b->host->get(b->config, "by"), keys);
	p->outs = b->host->alloc(b, (n + 1) * sizeof *p->outs);
	p->cells = b->host->alloc(b, (n + 1) * sizeof *p->cells);
	for (i = 0; i < n; i++) {
		const struct tw_conf *at = b->host->at(agg, i, &name);

		bind_aggregate(b, at, name);
	}
	if (b->failed)
		return tw_bind_end(b);
	bind_table(b, keys, accuracy ? b->host->f64(accuracy) : 0.01);
	if (has_text(p))
		b->host->text(b);
	return tw_bind_end(b);
}
