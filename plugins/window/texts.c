/* texts.c - cells of texts and other bytes: the least one, the first one. [worker] */
#include "window.h"

/* The bytes of a value of CLASS_BYTES. */
const char *bytes_of(const struct tw_batch *b, const struct tw_field *f, uint32_t row, uint32_t *len)
{
	const struct tw_view *v;

	if (f->type == TW_FIXED) {
		*len = f->width;
		return (const char *)tw_col(b, f) + (size_t)row * f->width;
	}
	v = (const struct tw_view *)tw_col(b, f) + row;
	*len = v->len;
	return tw_view_ptr(b, v);
}

/* The bytes of a blob of the table, copied into another's. 0; -1: no memory. */
static int copy_bytes(struct window *w, struct tw_ctx *ctx, struct tw_blob *to, const struct tw_blob *from)
{
	void *p = w->state->blob_write(ctx, w->plan->table, to, from->len);

	if (from->len == 0)
		return 0;
	if (!p)
		return -1;
	memcpy(p, w->state->blob(ctx, w->plan->table, from), from->len);
	return 0;
}

/* Make the blob these bytes. 0; -1: no memory, and it is what it was. */
static int put_bytes(struct window *w, struct tw_ctx *ctx, struct tw_blob *blob, const char *p, uint32_t len)
{
	void *to = w->state->blob_write(ctx, w->plan->table, blob, len);

	if (len == 0)
		return 0;
	if (!to)
		return -1;
	memcpy(to, p, len);
	return 0;
}

static int compare(const char *a, uint32_t a_len, const char *b, uint32_t b_len)
{
	const uint32_t n = a_len < b_len ? a_len : b_len;
	const int order = n ? memcmp(a, b, n) : 0;

	return order ? order : (a_len > b_len) - (a_len < b_len);
}

int least_bytes_add(struct window *w, struct tw_ctx *ctx, const struct cell *c, const struct tw_batch *b, uint32_t i)
{
	struct cell_least_bytes *s = cell_in(w->values.slot[i], c->offset);
	uint32_t len;
	const char *p = bytes_of(b, c->field, w->values.row[i], &len);
	int order;

	if (s->has) {
		order = compare(p, len, w->state->blob(ctx, w->plan->table, &s->value), s->value.len);
		if (c->mask ? order <= 0 : order >= 0)
			return 0;
	}
	if (put_bytes(w, ctx, &s->value, p, len) < 0)
		return -1;
	s->has = 1;
	return 0;
}

int first_bytes_add(struct window *w, struct tw_ctx *ctx, const struct cell *c, const struct tw_batch *b, uint32_t i)
{
	struct cell_first_bytes *s = cell_in(w->values.slot[i], c->offset);
	const int64_t *time = w->plan->time ? tw_col(b, w->plan->time) : NULL;
	const int64_t t = (time ? time[w->values.row[i]] : 0) ^ (int64_t)c->mask;
	uint32_t len;
	const char *p = bytes_of(b, c->field, w->values.row[i], &len);

	if (!is_earlier(c, t, s->has, s->time))
		return 0;
	if (put_bytes(w, ctx, &s->value, p, len) < 0)
		return -1;
	s->time = t;
	s->has = 1;
	return 0;
}

int least_bytes_merge(struct window *w, struct tw_ctx *ctx, const struct cell *c, struct cell_least_bytes *to,
		      const struct cell_least_bytes *from)
{
	int order;

	if (!from->has)
		return 0;
	if (to->has) {
		order = compare(w->state->blob(ctx, w->plan->table, &from->value), from->value.len,
				w->state->blob(ctx, w->plan->table, &to->value), to->value.len);
		if (c->mask ? order <= 0 : order >= 0)
			return 0;
	}
	if (copy_bytes(w, ctx, &to->value, &from->value) < 0)
		return -1;
	to->has = 1;
	return 0;
}

int first_bytes_merge(struct window *w, struct tw_ctx *ctx, const struct cell *c, struct cell_first_bytes *to,
		      const struct cell_first_bytes *from)
{
	if (!from->has || !is_earlier(c, from->time, to->has, to->time))
		return 0;
	if (copy_bytes(w, ctx, &to->value, &from->value) < 0)
		return -1;
	to->time = from->time;
	to->has = 1;
	return 0;
}
