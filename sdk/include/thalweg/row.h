/*
 * thalweg/row.h - one value at a time, for who wants it simple.
 *
 * Each is an address computation and a load or store. Where speed matters take
 * the column once with tw_col() and loop over it. All [worker].
 */
#ifndef THALWEG_ROW_H
#define THALWEG_ROW_H

#include <thalweg/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 1 if the row's value is null. */
static inline int tw_is_null(const struct tw_batch *b, const struct tw_field *f, uint32_t row)
{
	const uint8_t *bits = tw_nulls(b, f);

	return bits && !tw_bit(bits, row);
}

/* Make the value null (valid = 0) or not; nothing for a field that cannot be null. */
static inline void tw_set_valid(struct tw_batch *b, const struct tw_field *f, uint32_t row, int valid)
{
	uint8_t *bits = tw_nulls(b, f);

	if (bits)
		tw_bit_put(bits, row, valid);
}

/* TW_I64, TW_TIMESTAMP, TW_DECIMAL */
static inline int64_t tw_get_i64(const struct tw_batch *b, const struct tw_field *f, uint32_t row)
{
	return ((const int64_t *)tw_col(b, f))[row];
}

static inline void tw_set_i64(struct tw_batch *b, const struct tw_field *f, uint32_t row, int64_t v)
{
	((int64_t *)tw_col(b, f))[row] = v;
	tw_set_valid(b, f, row, 1);
}

static inline double tw_get_f64(const struct tw_batch *b, const struct tw_field *f, uint32_t row)
{
	return ((const double *)tw_col(b, f))[row];
}

static inline void tw_set_f64(struct tw_batch *b, const struct tw_field *f, uint32_t row, double v)
{
	((double *)tw_col(b, f))[row] = v;
	tw_set_valid(b, f, row, 1);
}

static inline int tw_get_bool(const struct tw_batch *b, const struct tw_field *f, uint32_t row)
{
	return tw_bit((const uint8_t *)tw_col(b, f), row);
}

static inline void tw_set_bool(struct tw_batch *b, const struct tw_field *f, uint32_t row, int v)
{
	tw_bit_put((uint8_t *)tw_col(b, f), row, v);
	tw_set_valid(b, f, row, 1);
}

/* TW_STR, TW_BYTES: the bytes, not NUL-terminated; *len their number. */
static inline const char *tw_get_text(const struct tw_batch *b, const struct tw_field *f, uint32_t row, uint32_t *len)
{
	const struct tw_view *v = (const struct tw_view *)tw_col(b, f) + row;

	*len = v->len;
	return tw_view_ptr(b, v);
}

/* Copy text in. 0, or -1 when over the batch's limit for text. */
static inline int tw_set_text(struct tw_ctx *ctx, struct tw_batch *b, const struct tw_field *f, uint32_t row,
			      const char *p, uint32_t len)
{
	tw_set_valid(b, f, row, 1);
	return tw_text_put(ctx, b, (struct tw_view *)tw_col(b, f) + row, p, len);
}

/* Does the graph leave a field got from tw_bind_rewrite where it was? Then tw_writable
 * copies nothing. */
static inline int tw_in_place(const struct tw_batch *b, const struct tw_field *from, const struct tw_field *to)
{
	return from->val_off[b->cls] == to->val_off[b->cls];
}

/* What tw_writable does in a graph that shares the batch; seldom, so not inline. */
static __attribute__((noinline, cold, unused)) void tw_copy_column(struct tw_batch *b, const struct tw_field *from,
								   const struct tw_field *to)
{
	memcpy(tw_col(b, to), tw_col(b, from), to->type == TW_BOOL ? (b->n + 7u) / 8u : (size_t)b->n * to->width);
	if (to->nullable)
		memcpy(tw_nulls(b, to), tw_nulls(b, from), (b->n + 7u) / 8u);
}

/* The column to write for a field got from tw_bind_rewrite: `to`, holding what
 * `from` holds. Copies only where the graph shares the batch. */
static inline void *tw_writable(struct tw_batch *b, const struct tw_field *from, const struct tw_field *to)
{
	if (!tw_in_place(b, from, to))
		tw_copy_column(b, from, to);
	return tw_col(b, to);
}

#ifdef __cplusplus
}
#endif
#endif
