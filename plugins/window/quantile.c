/*
 * quantile.c - the cell of a column's quantiles: few values as they are, more as
 * counts by buckets, in memory of the table. [worker]
 */
#include "window.h"

#define LEAST_BYTES 128u /* of values as they are */

static void *resize(struct window *w, struct tw_ctx *ctx, struct tw_blob *blob, uint32_t len)
{
	return w->state->blob_write(ctx, w->plan->table, blob, len);
}

/* A count is full: halve all of the group's. 0; -1: no memory. */
static int halve(struct window *w, struct tw_ctx *ctx, struct cell_sketch *s)
{
	struct tw_blob *blobs[2] = {&s->pos, &s->neg};
	struct sketch_counts *c[2] = {NULL, NULL};
	int i;

	for (i = 0; i < 2; i++) {
		if (blobs[i]->len)
			c[i] = resize(w, ctx, blobs[i], blobs[i]->len);
		if (blobs[i]->len && !c[i])
			return -1;
	}
	for (i = 0; i < 2; i++)
		sketch_halve(c[i], blobs[i]->len);
	s->zeros -= s->zeros / 2;
	return 0;
}

/* The blob's counts, made to have the bucket; NULL: no memory. */
static struct sketch_counts *reach(struct window *w, struct tw_ctx *ctx, struct tw_blob *blob, int32_t bucket)
{
	const uint32_t len = blob->len;
	struct sketch_counts *c = NULL;
	uint32_t bytes;

	if (len) {
		c = resize(w, ctx, blob, len);
		if (!c || sketch_has(c, len, bucket))
			return c;
	}
	bytes = sketch_bytes(c, len, bucket);
	if (bytes != len)
		c = resize(w, ctx, blob, bytes);
	if (c)
		sketch_arrange(c, len, bytes, bucket);
	return c;
}

/* Count a bucket n times. 0; -1: no memory. */
static int count_bucket(struct window *w, struct tw_ctx *ctx, struct cell_sketch *s, struct tw_blob *blob,
			int32_t bucket, uint32_t n)
{
	struct sketch_counts *c = reach(w, ctx, blob, bucket);

	while (c && c->count[bucket - c->base] > UINT32_MAX - n) {
		if (halve(w, ctx, s) < 0)
			return -1;
		n -= n / 2;
		c = reach(w, ctx, blob, bucket);
	}
	if (!c)
		return -1;
	c->count[bucket - c->base] += n;
	return 0;
}

static int count_value(struct window *w, struct tw_ctx *ctx, struct cell_sketch *s, double v)
{
	const double magnitude = v < 0 ? -v : v;

	if (magnitude < SKETCH_LEAST) {
		s->zeros++;
		return 0;
	}
	return count_bucket(w, ctx, s, v < 0 ? &s->neg : &s->pos, sketch_bucket(&w->plan->scale, magnitude), 1);
}

/* Bring the least value to the front and the greatest one behind it: so counts get
 * their range at once. */
static void put_ends_first(double *v, int64_t n)
{
	int64_t i, low = 0, high = 1;
	double t;

	if (n < 2)
		return;
	for (i = 1; i < n; i++)
		low = v[i] < v[low] ? i : low;
	t = v[0];
	v[0] = v[low];
	v[low] = t;
	for (i = 2; i < n; i++)
		high = v[i] > v[high] ? i : high;
	t = v[1];
	v[1] = v[high];
	v[high] = t;
}

/* Values as they are become counts. 0; -1: no memory, and they are what they were. */
static int to_counts(struct window *w, struct tw_ctx *ctx, struct cell_sketch *s)
{
	const void *few = w->state->blob(ctx, w->plan->table, &s->pos);
	struct cell_sketch counts = {.few = -1};
	double v[SKETCH_FEW];
	int64_t i;
	int err = 0;

	if (s->few)
		memcpy(v, few, (size_t)s->few * sizeof *v);
	put_ends_first(v, s->few);
	for (i = 0; i < s->few && err == 0; i++)
		err = count_value(w, ctx, &counts, v[i]);
	if (err < 0) {
		resize(w, ctx, &counts.pos, 0);
		resize(w, ctx, &counts.neg, 0);
		return -1;
	}
	resize(w, ctx, &s->pos, 0);
	*s = counts;
	return 0;
}

int quantile_add(struct window *w, struct tw_ctx *ctx, struct cell_sketch *s, double v)
{
	const uint32_t used = (uint32_t)s->few * (uint32_t)sizeof v;
	uint32_t len = s->pos.len;
	double *to;

	if (v != v)
		return 0; /* not a number is no value */
	if (s->few < 0)
		return count_value(w, ctx, s, v);
	if (used == len) {
		if (s->few == SKETCH_FEW)
			return to_counts(w, ctx, s) < 0 ? -1 : count_value(w, ctx, s, v);
		len = len ? 2 * len : LEAST_BYTES;
	}
	to = resize(w, ctx, &s->pos, len);
	if (!to)
		return -1;
	to[s->few++] = v + 0.0; /* -0 becomes 0 */
	return 0;
}

/* Counts of all buckets of `from`. Its ends first: then all between them have a place. */
static int merge_counts(struct window *w, struct tw_ctx *ctx, struct cell_sketch *to, struct tw_blob *into,
			const struct tw_blob *from)
{
	const struct sketch_counts *c = w->state->blob(ctx, w->plan->table, from);
	struct sketch_counts *sum;
	int32_t low, high, k;
	uint32_t n;

	if (!sketch_range(c, from->len, &low, &high))
		return 0;
	if (count_bucket(w, ctx, to, into, low, c->count[low - c->base]) < 0 ||
	    (low < high && count_bucket(w, ctx, to, into, high, c->count[high - c->base]) < 0))
		return -1;
	sum = resize(w, ctx, into, into->len);
	for (k = low + 1; k < high && sum; k++) {
		n = c->count[k - c->base];
		if (sum->count[k - sum->base] <= UINT32_MAX - n)
			sum->count[k - sum->base] += n;
		else if (count_bucket(w, ctx, to, into, k, n) < 0)
			return -1;
	}
	return sum ? 0 : -1;
}

int quantile_merge(struct window *w, struct tw_ctx *ctx, struct cell_sketch *to, const struct cell_sketch *from)
{
	const double *v = w->state->blob(ctx, w->plan->table, &from->pos);
	int64_t i;
	int err = 0;

	for (i = 0; i < from->few && err == 0; i++)
		err = quantile_add(w, ctx, to, v[i]);
	if (from->few >= 0)
		return err;
	if (to->few >= 0 && to_counts(w, ctx, to) < 0)
		return -1;
	to->zeros += from->zeros;
	if (merge_counts(w, ctx, to, &to->pos, &from->pos) < 0)
		return -1;
	return merge_counts(w, ctx, to, &to->neg, &from->neg);
}

int quantile_of(struct window *w, struct tw_ctx *ctx, const struct cell_sketch *s, double q, double *out)
{
	const struct sketch_view v = {
		.pos = w->state->blob(ctx, w->plan->table, &s->pos),
		.neg = w->state->blob(ctx, w->plan->table, &s->neg),
		.pos_len = s->pos.len,
		.neg_len = s->neg.len,
		.zeros = (uint64_t)s->zeros,
	};

	if (s->few == 0)
		return 0;
	*out = s->few > 0 ? sketch_pick((const double *)(const void *)v.pos, (uint32_t)s->few, q)
			  : sketch_quantile(&w->plan->scale, &v, q);
	return 1;
}
