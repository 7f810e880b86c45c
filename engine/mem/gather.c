/* mem/gather.c - see gather.h. */
#include <mem/gather.h>

struct tw_batch *tw_source_batch(struct tw_mem *m, const struct tw_source_pools *p, uint32_t rows)
{
	uint32_t cls = rows <= TW_CLASS_ROWS(0) ? 0 : rows <= TW_CLASS_ROWS(1) ? 1 : rows <= TW_CLASS_ROWS(2) ? 2 : 3;

	for (; cls < TW_CLASSES; cls++) {
		struct tw_batch *b = p->batch[cls] ? tw_pool_batch(m, p->batch[cls]) : NULL;
		if (b)
			return b;
	}
	return NULL;
}

int tw_source_text(struct tw_mem *m, const struct tw_source_pools *p, struct tw_batch *b, uint32_t len)
{
	struct tw_raw *raw = NULL;

	if (b->n_bufs == TW_BATCH_BUFS || len > TW_TEXT_LARGE || !p->text_large)
		return -ENOSPC;
	/* A small batch must not hold 64 KiB for a few words. */
	if (b->cls <= 1 && len <= TW_TEXT_SMALL && b->n_bufs + 1u < TW_BATCH_BUFS)
		raw = tw_pool_buffer(m, p->text_small);
	if (!raw)
		raw = tw_pool_buffer(m, p->text_large);
	if (!raw)
		return -ENOSPC;
	b->bufs[b->n_bufs++] = raw->self + 1;
	b->text_used = 0;
	b->text_cap = raw->cap;
	b->flags |= TW_TEXT_OPEN;
	return 0;
}

static int put_text(struct tw_mem *m, const struct tw_source_pools *p, struct tw_batch *to, struct tw_view *v,
		    const char *bytes, uint32_t len)
{
	if (len <= TW_VIEW_INLINE) {
		tw_view_set(v, 0, 0, bytes, len);
		return 0;
	}
	if (len > TW_TEXT_LARGE)
		return -E2BIG;
	if (!(to->flags & TW_TEXT_OPEN) || to->text_cap - to->text_used < len) {
		int err = tw_source_text(m, p, to, len);

		if (err < 0)
			return err;
	}
	memcpy(tw_at(to, to->bufs[to->n_bufs - 1]) + to->text_used, bytes, len);
	tw_text_commit(to, v, len);
	return 0;
}

static int put_value(struct tw_mem *m, const struct tw_source_pools *p, const struct tw_batch *from,
		     const struct tw_field *f, uint32_t row, struct tw_batch *to, const struct tw_field *g)
{
	const uint8_t *bits = tw_nulls(from, f);
	const int valid = !bits || tw_bit(bits, row);
	uint32_t at = to->n;

	if (g->nullable)
		tw_bit_put(tw_nulls(to, g), at, valid);
	if (tw_type_is_text(f->type)) {
		const struct tw_view *v = (const struct tw_view *)tw_col(from, f) + row;
		struct tw_view *w = (struct tw_view *)tw_col(to, g) + at;

		if (!valid) {
			memset(w, 0, sizeof *w);
			return 0;
		}
		return put_text(m, p, to, w, tw_view_ptr(from, v), v->len);
	}
	if (f->type == TW_BOOL)
		tw_bit_put(tw_col(to, g), at, tw_bit(tw_col(from, f), row));
	else
		memcpy((char *)tw_col(to, g) + (size_t)at * g->width,
		       (const char *)tw_col(from, f) + (size_t)row * f->width, f->width);
	return 0;
}

int tw_gather_row(struct tw_mem *m, const struct tw_source_pools *p, const struct tw_schema *from_cols,
		  const struct tw_batch *from, uint32_t row, const struct tw_schema *to_cols, struct tw_batch *to)
{
	uint32_t i;

	if (to->n == TW_CLASS_ROWS(to->cls))
		return -ENOSPC;
	for (i = 0; i < to_cols->n; i++) {
		int err = put_value(m, p, from, from_cols->fields[i], row, to, to_cols->fields[i]);

		if (err < 0)
			return err; /* text already written is dead weight, the row is not counted */
	}
	if (to->n == 0 || from->origin_ns < to->origin_ns)
		to->origin_ns = from->origin_ns;
	tw_fill(to, to->n + 1);
	return 0;
}
