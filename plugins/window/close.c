/*
 * close.c - the watermark closes windows: their groups become rows and are forgotten.
 * A batch takes groups of as many windows as are closed and fit. [worker]
 */
#include "window.h"

/* The least open window, if the watermark has passed its end. 0: there is none; -1: it
 * is not put together yet. */
static int next_closed(struct window *w, struct tw_ctx *ctx, int64_t *start)
{
	if (w->plan->shape == SLIDING)
		return slide_next(w, ctx, start);
	if (!w->state->first_ns(ctx, w->plan->table, start))
		return 0;
	if (w->plan->shape == WHOLE)
		return w->wm == INT64_MAX;
	return window_end(*start, w->plan->size) <= w->wm;
}

/* Where its groups are. */
static int64_t space_of(const struct plan *p, int64_t start)
{
	return p->shape == SLIDING ? RESULT_NS : start;
}

/* How many rows the batch to be made is likely to get. */
static uint32_t expect(struct window *w, struct tw_ctx *ctx, int64_t start)
{
	const int64_t end = window_end(start, w->plan->size);
	uint64_t n;

	if (w->plan->shape != TUMBLING || window_end(end, w->plan->size) > w->wm) /* no other can be closed */
		return w->state->scan(ctx, w->plan->table, space_of(w->plan, start), w->closing, TW_MAX_ROWS);
	n = w->state->count(ctx, w->plan->table);
	return n < TW_MAX_ROWS ? (uint32_t)n : TW_MAX_ROWS;
}

int window_write_group(struct window *w, struct tw_ctx *ctx, const void *slot, struct tw_batch *b, uint32_t row)
{
	const struct plan *p = w->plan;
	uint32_t k;

	for (k = 0; k < p->n_by; k++)
		if (w->state->key(ctx, p->table, slot, k, b, p->by[k], row) < 0)
			return -1;
	return window_write(w, ctx, slot, b, row);
}

/* A group whose texts are too much for a batch of its own. */
static void lose(struct window *w, struct tw_ctx *ctx, void *slot)
{
	w->state->remove(ctx, w->plan->table, &slot, 1);
	window_lose(w, ctx, "a group was lost: its texts are longer than a batch can hold (counter \"lost\")");
}

static void fill_times(const struct plan *p, struct tw_batch *b, uint32_t n, int64_t start)
{
	int64_t *starts = tw_col(b, p->start), *ends = tw_col(b, p->end);
	uint32_t i;

	for (i = 0; i < n; i++) {
		starts[b->n + i] = start;
		ends[b->n + i] = window_end(start, p->size);
	}
}

/* Write groups of the window that begins at `start` into b, from row b->n on, and
 * forget them. 1: go on with the next window; 0: b is full. */
static int fill(struct window *w, struct tw_ctx *ctx, struct tw_batch *b, int64_t start)
{
	const struct plan *p = w->plan;
	uint32_t i, room = TW_CLASS_ROWS(b->cls) - b->n;
	uint32_t n = w->state->scan(ctx, p->table, space_of(p, start), w->closing, room);

	if (p->start)
		fill_times(p, b, n, start);
	for (i = 0; i < n; i++)
		if (window_write_group(w, ctx, w->closing[i], b, b->n + i) < 0)
			break;
	if (i == 0 && n > 0 && b->n == 0) {
		lose(w, ctx, w->closing[0]); /* b's text is used up: the next group needs another */
		return 0;
	}
	w->state->remove(ctx, p->table, w->closing, i);
	tw_fill(b, b->n + i);
	if (i < n || n == room)
		return 0;
	if (p->shape == SLIDING)
		slide_done(w, ctx);
	return 1;
}

int window_close(struct tw_ctx *ctx, void *op, int64_t wm)
{
	struct window *w = op;
	struct tw_batch *b;
	int64_t start;
	int found;

	if (wm > w->wm)
		w->wm = wm;
	if (w->plan->shape == SESSION)
		return session_close(w, ctx);
	while ((found = next_closed(w, ctx, &start)) > 0) {
		b = ctx->host->room(ctx, PORT_OUT) ? tw_batch_new(ctx, PORT_OUT, expect(w, ctx, start)) : NULL;
		if (!b)
			return TW_MORE;
		tw_fill(b, 0);
		while (fill(w, ctx, b, start) && next_closed(w, ctx, &start) > 0)
			;
		b->origin_ns = ctx->host->now(ctx);
		if (b->n)
			tw_emit(ctx, PORT_OUT, b);
		else
			tw_drop(ctx, b);
	}
	if (w->plan->shape == SLIDING && found == 0)
		slide_passed(w, ctx);
	return found < 0 ? TW_MORE : TW_DONE;
}
