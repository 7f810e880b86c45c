/* out.c - aggregates of a group, from its cells, into a row of the output. [worker] */
#include "window.h"

/* Where a value goes. */
struct place {
	struct tw_ctx *ctx;
	struct tw_batch *b;
	const struct tw_field *field;
	uint32_t row;
};

static int put_null(const struct place *to)
{
	char *col = tw_col(to->b, to->field);

	tw_bit_put(tw_nulls(to->b, to->field), to->row, 0);
	if (to->field->type == TW_BOOL)
		tw_bit_put((uint8_t *)col, to->row, 0);
	else
		memset(col + (size_t)to->row * to->field->width, 0, to->field->width);
	return 0;
}

static void put_valid(const struct place *to)
{
	uint8_t *valid = tw_nulls(to->b, to->field);

	if (valid)
		tw_bit_put(valid, to->row, 1);
}

/* A number, as cells.c reads columns of this type. */
static int put_number(const struct place *to, union number v)
{
	void *col = tw_col(to->b, to->field);

	put_valid(to);
	switch (to->field->type) {
	case TW_BOOL: tw_bit_put(col, to->row, (int)v.i); break;
	case TW_I32: ((int32_t *)col)[to->row] = (int32_t)v.i; break;
	case TW_U32: ((uint32_t *)col)[to->row] = (uint32_t)v.i; break;
	case TW_F32: ((float *)col)[to->row] = (float)v.f; break;
	case TW_F64: ((double *)col)[to->row] = v.f; break;
	default: ((int64_t *)col)[to->row] = v.i; break;
	}
	return 0;
}

/* 0; -1: the batch's text is full. */
static int put_blob(struct window *w, const struct place *to, const struct tw_blob *blob)
{
	const char *p = w->state->blob(to->ctx, w->plan->table, blob);
	char *col = tw_col(to->b, to->field);

	put_valid(to);
	if (to->field->type == TW_FIXED) {
		memcpy(col + (size_t)to->row * to->field->width, p, to->field->width);
		return 0;
	}
	return tw_text_put(to->ctx, to->b, (struct tw_view *)col + to->row, p ? p : "", blob->len);
}

static int put_least(const struct place *to, const struct cell *c, const struct cell_least *s)
{
	const int64_t v = s->value ^ (int64_t)c->mask;

	if (!s->has)
		return put_null(to);
	return put_number(to, c->class == CLASS_REAL ? (union number){.f = from_ordered(v)} : (union number){.i = v});
}

static int fits_i64(const struct cell_sum *s)
{
	return s->high == ((int64_t)s->low < 0 ? -1 : 0);
}

static int put_sum(struct window *w, const struct place *to, const struct cell_sum *s)
{
	if (s->n == 0)
		return put_null(to);
	if (!fits_i64(s)) {
		w->n_overflow++;
		return put_null(to);
	}
	return put_number(to, (union number){.i = (int64_t)s->low});
}

static int put_average(const struct place *to, const struct cell *c, const char *cell)
{
	const struct cell_sum *s = (const struct cell_sum *)cell;
	const struct cell_sum_real *r = (const struct cell_sum_real *)cell;
	double sum;
	int64_t n;

	if (c->kind == CELL_SUM_REAL) {
		sum = r->sum;
		n = r->n;
	} else {
		sum = fits_i64(s) ? (double)(int64_t)s->low : (double)s->high * 0x1p64 + (double)s->low;
		sum /= c->unit;
		n = s->n;
	}
	return n ? put_number(to, (union number){.f = sum / (double)n}) : put_null(to);
}

static int put_quantile(struct window *w, const struct place *to, const struct cell_sketch *s, double q)
{
	union number v;

	return quantile_of(w, to->ctx, s, q, &v.f) ? put_number(to, v) : put_null(to);
}

static int put_sum_real(const struct place *to, const struct cell_sum_real *s)
{
	return s->n ? put_number(to, (union number){.f = s->sum}) : put_null(to);
}

static int put_first(const struct place *to, const struct cell_first *s)
{
	return s->has ? put_number(to, s->value) : put_null(to);
}

static int put_aggregate(struct window *w, const struct place *to, const struct out *o, const char *slot)
{
	const struct cell *c = &w->plan->cells[o->cell];
	const char *at = slot + c->offset;
	const struct cell_least_bytes *least = (const struct cell_least_bytes *)at;
	const struct cell_first_bytes *first = (const struct cell_first_bytes *)at;

	if (o->call.fn == AGG_AVG)
		return put_average(to, c, at);
	switch (c->kind) {
	case CELL_ROWS:
	case CELL_VALUES: return put_number(to, (union number){.i = ((const struct cell_count *)at)->n});
	case CELL_SUM: return put_sum(w, to, (const struct cell_sum *)at);
	case CELL_SUM_REAL: return put_sum_real(to, (const struct cell_sum_real *)at);
	case CELL_LEAST: return put_least(to, c, (const struct cell_least *)at);
	case CELL_FIRST: return put_first(to, (const struct cell_first *)at);
	case CELL_LEAST_BYTES: return least->has ? put_blob(w, to, &least->value) : put_null(to);
	case CELL_FIRST_BYTES: return first->has ? put_blob(w, to, &first->value) : put_null(to);
	case CELL_DISTINCT:
		return put_number(to, (union number){.i = distinct_of(w, to->ctx, (const struct cell_distinct *)at)});
	case CELL_SKETCH: break;
	}
	return put_quantile(w, to, (const struct cell_sketch *)at, o->call.q);
}

int window_write(struct window *w, struct tw_ctx *ctx, const char *slot, struct tw_batch *b, uint32_t row)
{
	const struct plan *p = w->plan;
	uint32_t i;

	w->n_overflow = 0;
	for (i = 0; i < p->n_outs; i++) {
		const struct place to = {.ctx = ctx, .b = b, .field = p->outs[i].field, .row = row};

		if (put_aggregate(w, &to, &p->outs[i], slot) < 0)
			return -1;
	}
	if (w->n_overflow)
		ctx->host->count(ctx, w->overflow, w->n_overflow);
	return 0;
}
