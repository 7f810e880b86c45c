/* fill.c - columns of a batch, one after the other. [worker] */
#include "gen.h"

#include <thalweg/row.h>

/* The spec's text is prefix and value; false: no more room for text in this batch. */
static bool put_text(struct tw_ctx *ctx, struct tw_batch *b, const struct spec *s, uint32_t row, const struct value *v)
{
	struct tw_view *view = (struct tw_view *)tw_col(b, s->field) + row;
	const uint32_t len = s->prefix_len + v->len;
	char small[TW_VIEW_INLINE], *to = small;

	if (len > TW_VIEW_INLINE)
		to = tw_text_reserve(ctx, b, len);
	if (!to)
		return false;
	memcpy(to, s->prefix, s->prefix_len);
	memcpy(to + s->prefix_len, v->s, v->len);
	if (len > TW_VIEW_INLINE)
		tw_text_commit(b, view, len);
	else
		tw_view_set(view, 0, 0, small, len);
	return true;
}

static void put_value(struct tw_batch *b, const struct spec *s, uint32_t row, const struct value *v)
{
	void *col = tw_col(b, s->field);
	const int64_t i = in_range(s->type, v->i);

	switch (s->type) {
	case TW_BOOL: tw_bit_put(col, row, i & 1); break;
	case TW_I32: ((int32_t *)col)[row] = (int32_t)i; break;
	case TW_U32: ((uint32_t *)col)[row] = (uint32_t)i; break;
	case TW_U64: ((uint64_t *)col)[row] = (uint64_t)i; break;
	case TW_F32: ((float *)col)[row] = (float)v->d; break;
	case TW_F64: ((double *)col)[row] = v->d; break;
	default: ((int64_t *)col)[row] = i; break;
	}
}

static uint32_t fill_column(struct tw_ctx *ctx, struct tw_batch *b, const struct spec *s, const struct clock *clock,
			    uint64_t first, uint32_t n)
{
	char scratch[LENGTH_MAX];
	struct value v;
	uint32_t i;

	for (i = 0; i < n; i++) {
		value_of(s, first + i, clock, &v, scratch);
		tw_set_valid(b, s->field, i, !v.is_null);
		if (v.is_null)
			continue;
		if (!tw_type_is_text(s->type))
			put_value(b, s, i, &v);
		else if (!put_text(ctx, b, s, i, &v))
			break;
	}
	return i;
}

static uint32_t fill_lines(struct tw_ctx *ctx, const struct conf *c, const struct clock *clock, struct tw_batch *b,
			   uint64_t first, uint32_t n)
{
	struct tw_view *col = tw_col(b, c->line);
	char scratch[LENGTH_MAX];
	uint32_t i;

	for (i = 0; i < n; i++) {
		char *to = tw_text_reserve(ctx, b, c->json_max);

		if (!to)
			break;
		tw_text_commit(b, &col[i], (uint32_t)(put_record(c, first + i, clock, to, scratch) - to));
	}
	return i;
}

uint32_t fill_columns(struct tw_ctx *ctx, const struct conf *c, const struct clock *clock, struct tw_batch *b,
		      uint64_t first, uint32_t n)
{
	uint32_t i;

	if (c->line)
		return fill_lines(ctx, c, clock, b, first, n);
	for (i = 0; i < c->n_specs; i++)
		n = fill_column(ctx, b, &c->specs[i], clock, first, n);
	return n;
}
