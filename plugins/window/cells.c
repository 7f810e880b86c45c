/*
 * cells.c - rows enter their groups: one lookup for all of a batch, then a loop over
 * the rows for each cell. [worker]
 *
 * Cells that can fail for want of memory go first, so that a row that the table has
 * no room for has not entered the others yet.
 */
#include "window.h"

void window_refuse(struct window *w, struct tw_ctx *ctx, struct tw_batch *b, uint32_t k)
{
	ctx->host->row_error(ctx, b, w->rows.row[k], NULL, "state limit");
	w->rows.slot[k] = NULL;
}

/* As window_refuse, where the batch's row is known. */
static void refuse_row(struct window *w, struct tw_ctx *ctx, struct tw_batch *b, uint32_t row)
{
	uint32_t k = 0;

	while (w->rows.row[k] != row)
		k++;
	window_refuse(w, ctx, b, k);
}

/* Forget refused rows. */
static void close_ranks(struct window *w)
{
	struct rows *r = &w->rows;
	uint32_t i, n = 0;

	for (i = 0; i < r->n; i++) {
		if (!r->slot[i])
			continue;
		r->row[n] = r->row[i];
		r->slot[n++] = r->slot[i];
	}
	r->n = n;
	w->values.field = NULL;
}

static void load(struct values *x, const struct tw_batch *b)
{
	const void *col = tw_col(b, x->field);
	uint32_t i;

	switch (x->field->type) {
	case TW_BOOL:
		for (i = 0; i < x->n; i++)
			x->v[i].i = tw_bit(col, x->row[i]);
		break;
	case TW_I32:
		for (i = 0; i < x->n; i++)
			x->v[i].i = ((const int32_t *)col)[x->row[i]];
		break;
	case TW_U32:
		for (i = 0; i < x->n; i++)
			x->v[i].i = ((const uint32_t *)col)[x->row[i]];
		break;
	case TW_F32:
		for (i = 0; i < x->n; i++)
			x->v[i].f = (double)((const float *)col)[x->row[i]];
		break;
	case TW_F64:
		for (i = 0; i < x->n; i++)
			x->v[i].f = ((const double *)col)[x->row[i]];
		break;
	case TW_I64:
	case TW_U64:
	case TW_TIMESTAMP:
	case TW_DECIMAL:
		for (i = 0; i < x->n; i++)
			x->v[i].i = ((const int64_t *)col)[x->row[i]];
		break;
	default: break; /* bytes stay where they are */
	}
}

/* Make w->values those of field. */
static void read_values(struct window *w, const struct tw_batch *b, const struct tw_field *field)
{
	const struct rows *r = &w->rows;
	struct values *x = &w->values;
	const uint8_t *valid = tw_nulls(b, field);
	uint32_t i;

	if (x->field == field)
		return;
	x->field = field;
	x->row = r->row;
	x->slot = r->slot;
	x->n = r->n;
	if (valid) {
		x->row = x->own_row;
		x->slot = x->own_slot;
		x->n = 0;
	}
	for (i = 0; valid && i < r->n; i++) {
		x->own_row[x->n] = r->row[i];
		x->own_slot[x->n] = r->slot[i];
		x->n += (uint32_t)tw_bit(valid, r->row[i]);
	}
	load(x, b);
}

static void add_rows(const struct rows *r, uint32_t offset)
{
	uint32_t i;

	for (i = 0; i < r->n; i++)
		((struct cell_count *)cell_in(r->slot[i], offset))->n++;
}

static void add_count(const struct values *x, uint32_t offset)
{
	uint32_t i;

	for (i = 0; i < x->n; i++)
		((struct cell_count *)cell_in(x->slot[i], offset))->n++;
}

static void add_sum(const struct values *x, const struct cell *c)
{
	const int is_signed = c->class == CLASS_INT;
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		struct cell_sum *s = cell_in(x->slot[i], c->offset);
		const uint64_t low = s->low + (uint64_t)x->v[i].i;

		s->high += (low < s->low) - (is_signed && x->v[i].i < 0);
		s->low = low;
		s->n++;
	}
}

static void add_sum_real(const struct values *x, uint32_t offset)
{
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		struct cell_sum_real *s = cell_in(x->slot[i], offset);

		s->sum += x->v[i].f;
		s->n++;
	}
}

static void add_least(const struct values *x, const struct cell *c)
{
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		struct cell_least *s = cell_in(x->slot[i], c->offset);
		int64_t v = x->v[i].i;

		if (c->class == CLASS_REAL) {
			if (x->v[i].f != x->v[i].f)
				continue; /* not a number is no value */
			v = ordered(x->v[i].f);
		}
		v ^= (int64_t)c->mask;
		if (s->has && s->value <= v)
			continue;
		s->value = v;
		s->has = 1;
	}
}

static void add_first(const struct values *x, const struct cell *c, const int64_t *time)
{
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		struct cell_first *s = cell_in(x->slot[i], c->offset);
		const int64_t t = (time ? time[x->row[i]] : 0) ^ (int64_t)c->mask;

		if (!is_earlier(c, t, s->has, s->time))
			continue;
		s->value = x->v[i];
		s->time = t;
		s->has = 1;
	}
}

static double real_of(const struct cell *c, union number v)
{
	if (c->class == CLASS_REAL)
		return v.f;
	if (c->class == CLASS_UINT)
		return (double)(uint64_t)v.i;
	return (double)v.i / c->unit;
}

/* A cell that can fail. */
static void add_with_memory(struct window *w, struct tw_ctx *ctx, const struct cell *c, struct tw_batch *b)
{
	struct values *x = &w->values;
	uint32_t i, n_refused = 0;
	int err;

	read_values(w, b, c->field);
	for (i = 0; i < x->n; i++) {
		if (c->kind == CELL_SKETCH)
			err = quantile_add(w, ctx, (struct cell_sketch *)cell_in(x->slot[i], c->offset),
					   real_of(c, x->v[i]));
		else if (c->kind == CELL_DISTINCT)
			err = distinct_add(w, ctx, c, b, i);
		else if (c->kind == CELL_LEAST_BYTES)
			err = least_bytes_add(w, ctx, c, b, i);
		else
			err = first_bytes_add(w, ctx, c, b, i);
		if (err == 0)
			continue;
		refuse_row(w, ctx, b, x->row[i]);
		n_refused++;
	}
	if (n_refused)
		close_ranks(w);
}

static void add(struct window *w, const struct cell *c, const struct tw_batch *b)
{
	struct values *x = &w->values;

	if (c->kind == CELL_ROWS) {
		add_rows(&w->rows, c->offset);
		return;
	}
	read_values(w, b, c->field);
	switch (c->kind) {
	case CELL_VALUES: add_count(x, c->offset); break;
	case CELL_SUM: add_sum(x, c); break;
	case CELL_SUM_REAL: add_sum_real(x, c->offset); break;
	case CELL_LEAST: add_least(x, c); break;
	case CELL_FIRST: add_first(x, c, w->plan->time ? tw_col(b, w->plan->time) : NULL); break;
	default: break;
	}
}

void window_add(struct window *w, struct tw_ctx *ctx, struct tw_batch *b)
{
	const struct plan *p = w->plan;
	struct rows *r = &w->rows;
	uint32_t i, missing;

	missing = w->state->upsert(ctx, p->table, b, r->row, r->n, p->shape == WHOLE ? NULL : r->ns, r->slot);

	w->values.field = NULL;
	if (missing)
		for (i = 0; i < r->n; i++)
			if (!r->slot[i])
				window_refuse(w, ctx, b, i);
	if (p->shape == SESSION)
		missing += session_enter(w, ctx, b);
	if (missing)
		close_ranks(w);
	for (i = 0; i < p->n_cells; i++)
		if (p->cells[i].kind < CELL_ROWS)
			add_with_memory(w, ctx, &p->cells[i], b);
	for (i = 0; i < p->n_cells; i++)
		if (p->cells[i].kind >= CELL_ROWS)
			add(w, &p->cells[i], b);
}
