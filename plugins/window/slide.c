/*
 * slide.c - sliding windows. A row enters one pane, whatever the windows it is in; a
 * window is put together of its panes when it is written. [worker]
 *
 * The window at hand lies in the same table as the panes, in a namespace of its own.
 */
#include "window.h"

/* Groups that one call merges before it lets others run. */
#define ENOUGH 16384u

static struct progress *progress_of(struct window *w, struct tw_ctx *ctx)
{
	void *slot;

	return w->state->scan(ctx, w->plan->side, 0, &slot, 1) ? slot : NULL;
}

void slide_start(struct window *w, struct tw_ctx *ctx, const struct tw_batch *b)
{
	static const uint16_t first = 0;
	void *slot;

	if (w->has_progress)
		return;
	w->has_progress = 1;
	if (progress_of(w, ctx) || w->state->upsert(ctx, w->plan->side, b, &first, 1, NULL, &slot))
		return;
	((struct progress *)slot)->next = INT64_MIN;
	slide_passed(w, ctx);
}

void slide_passed(struct window *w, struct tw_ctx *ctx)
{
	const struct plan *p = w->plan;
	struct progress *done = progress_of(w, ctx);
	int64_t before, last;

	/* a window that begins at or before wm - size is closed */
	if (!done || __builtin_sub_overflow(w->wm, p->size, &before) ||
	    window_start(before, p->every, p->offset, &last) < 0 || last > INT64_MAX - p->every)
		return;
	if (done->next < last + p->every)
		done->next = last + p->every;
}

/* Forget all that is in a namespace. */
static void forget(struct window *w, struct tw_ctx *ctx, int64_t ns)
{
	uint32_t n;

	do {
		n = w->state->scan(ctx, w->plan->table, ns, w->closing, TW_MAX_ROWS);
		w->state->remove(ctx, w->plan->table, w->closing, n);
	} while (n == TW_MAX_ROWS);
}

/* The first window that the pane is part of and that is not written. The rows that made
 * the pane were in a window that was whole within the range of times. */
static int64_t first_window(const struct plan *p, int64_t pane, const struct progress *done)
{
	int64_t start = pane;

	window_start(pane + p->pane - p->size + p->every - 1, p->every, p->offset, &start);
	return done && done->next > start ? done->next : start;
}

/* Choose the window to be put together. 0: there is none. */
static int begin(struct window *w, struct tw_ctx *ctx)
{
	const struct plan *p = w->plan;
	int64_t pane, start;

	while (w->state->first_ns(ctx, p->table, &pane)) {
		if (pane == RESULT_NS) { /* of a call that came to no end */
			forget(w, ctx, pane);
			continue;
		}
		start = first_window(p, pane, progress_of(w, ctx));
		if (window_end(start, p->size) > w->wm)
			return 0;
		if (pane >= start) {
			w->making = (struct making){.is_on = 1, .start = start, .pane = pane};
			return 1;
		}
		forget(w, ctx, pane);
	}
	return 0;
}

/* Let the pane's groups enter the window's. Number of them. */
static uint32_t merge_pane(struct window *w, struct tw_ctx *ctx, int64_t pane)
{
	const uint32_t table = w->plan->table;
	uint32_t i, total = 0, n = w->state->scan(ctx, table, pane, w->closing, TW_MAX_ROWS);

	while (n) {
		const struct tw_like like = {table, table, 1, n, w->closing, w->like.ns};

		for (i = 0; i < n; i++)
			w->like.ns[i] = RESULT_NS;
		w->state->like(ctx, &like, w->like.slot);
		for (i = 0; i < n; i++)
			if (w->like.slot[i])
				window_merge(w, ctx, w->like.slot[i], w->closing[i]);
			else
				window_lose(w, ctx,
					    "no memory to put a window together: a group was lost (counter "
					    "\"lost\")");
		total += n;
		if (n < TW_MAX_ROWS)
			break;
		n = w->state->scan_after(ctx, table, w->closing[n - 1], w->closing, TW_MAX_ROWS);
	}
	return total;
}

int slide_next(struct window *w, struct tw_ctx *ctx, int64_t *start)
{
	const struct plan *p = w->plan;
	struct making *m = &w->making;
	uint32_t n = 0;

	if (!m->is_on && !begin(w, ctx))
		return 0;
	*start = m->start;
	for (; !m->is_whole; m->pane += p->pane) {
		if (n >= ENOUGH)
			return -1;
		n += merge_pane(w, ctx, m->pane);
		m->is_whole = m->pane + p->pane >= m->start + p->size;
	}
	return 1;
}

void slide_done(struct window *w, struct tw_ctx *ctx)
{
	const struct plan *p = w->plan;
	struct progress *done = progress_of(w, ctx);
	int64_t pane, next = window_end(w->making.start, p->every);

	if (done)
		done->next = next;
	while (w->state->first_ns(ctx, p->table, &pane) && pane < next)
		forget(w, ctx, pane);
	w->making.is_on = w->making.is_whole = 0;
}
