/*
 * session.c - sessions: rows of a key that are less than a gap apart. [worker]
 *
 * Time is cut into panes as long as the gap. Two rows of a pane are less than a gap
 * apart: so a key's rows of one pane are of one session, and enter one entry, which
 * keeps the times of its first and last row. Rows need no search for their session.
 *
 * A second table has, by time, when to look at an entry: once its last row and the
 * gap have passed. Had the key rows in the next pane within the gap, the entry is
 * merged into that one; else the session is over. So an entry is merged once at
 * most, and after a watermark was told, all entries are of open sessions.
 */
#include "window.h"

static struct span *span_of(void *slot)
{
	return slot;
}

static int64_t pane_of(const struct plan *p, int64_t time)
{
	int64_t start = time;

	window_start(time, p->size, 0, &start);
	return start;
}

/* When to look at it: no earlier than its end. */
static int64_t end_of(const struct plan *p, const struct span *s)
{
	return window_end(s->last, p->size);
}

/* Ask to look at sessions that are new: those of w->rows with a slot that is not open.
 * Where there is no memory for that, is_open is -1. */
static void file_new(struct window *w, struct tw_ctx *ctx, const struct tw_batch *b, const int64_t *time)
{
	struct rows *r = &w->rows;
	uint16_t row[TW_MAX_ROWS], of[TW_MAX_ROWS];
	uint32_t i, n = 0;

	for (i = 0; i < r->n; i++) {
		struct span *s = r->slot[i];

		if (!s || s->is_open)
			continue;
		s->is_open = 1;
		s->first = s->last = time[r->row[i]];
		w->like.ns[n] = end_of(w->plan, s);
		row[n] = r->row[i];
		of[n++] = (uint16_t)i;
	}
	if (n == 0 || w->state->upsert(ctx, w->plan->side, b, row, n, w->like.ns, w->like.slot) == 0)
		return;
	for (i = 0; i < n; i++)
		if (!w->like.slot[i])
			span_of(r->slot[of[i]])->is_open = -1;
}

uint32_t session_enter(struct window *w, struct tw_ctx *ctx, struct tw_batch *b)
{
	const int64_t *time = tw_col(b, w->plan->time);
	struct rows *r = &w->rows;
	uint32_t i, n_refused = 0, n_gone = 0;

	file_new(w, ctx, b, time);
	for (i = 0; i < r->n; i++) {
		const int64_t t = time[r->row[i]];
		struct span *s = r->slot[i];

		if (!s)
			continue;
		s->first = t < s->first ? t : s->first;
		s->last = t > s->last ? t : s->last;
		if (s->is_open > 0)
			continue;
		if (s->is_open == -1)
			w->like.of[n_gone++] = s;
		s->is_open = -2; /* it is in the list of those to be removed */
		window_refuse(w, ctx, b, i);
		n_refused++;
	}
	w->state->remove(ctx, w->plan->table, w->like.of, n_gone);
	return n_refused;
}

static void enter(struct window *w, struct tw_ctx *ctx, struct tw_batch *b)
{
	if (w->rows.n)
		window_add(w, ctx, b);
	w->rows.n = 0;
}

static void put(struct window *w, uint32_t row, int64_t pane)
{
	w->rows.row[w->rows.n] = (uint16_t)row;
	w->rows.ns[w->rows.n++] = pane;
}

/* A row that came when its own session would be over already. It is in time if it is
 * near one that is open. All entries reach past wm - gap, so that the first one of
 * such a session is in the pane of that time or in the next. 1: *pane is its. */
static int find_open(struct window *w, struct tw_ctx *ctx, const struct tw_batch *b, uint32_t row, int64_t *pane)
{
	const struct plan *p = w->plan;
	const int64_t t = ((const int64_t *)tw_col(b, p->time))[row];
	const uint16_t rows[2] = {(uint16_t)row, (uint16_t)row};
	const int64_t from = pane_of(p, w->wm - p->size), panes[2] = {from, window_end(from, p->size)};
	void *slot[2];
	int i;

	w->state->find(ctx, p->table, b, rows, 2, panes, slot);
	for (i = 0; i < 2; i++) {
		if (!slot[i] || (span_of(slot[i])->first > t && span_of(slot[i])->first - t >= p->size))
			continue;
		*pane = panes[i];
		return 1;
	}
	return 0;
}

void session_rows(struct window *w, struct tw_ctx *ctx, struct tw_batch *b)
{
	const struct plan *p = w->plan;
	const int64_t *time = tw_col(b, p->time);
	const uint8_t *valid = tw_nulls(b, p->time);
	int64_t pane = 0;
	uint32_t i;

	for (i = 0; i < b->n_sel; i++) {
		const uint32_t row = tw_row(b, i);
		const int64_t t = time[row];

		if (valid && !tw_bit(valid, row)) {
			ctx->host->row_error(ctx, b, row, NULL, "the time is null");
		} else if (t > INT64_MAX - 2 * p->size || t < INT64_MIN + 2 * p->size) {
			ctx->host->row_error(ctx, b, row, NULL, "the time is out of range");
		} else if (t + p->size > w->wm) {
			if ((uint64_t)t - (uint64_t)pane >= (uint64_t)p->size)
				pane = pane_of(p, t);
			put(w, row, pane);
		} else {
			int64_t late_pane;

			enter(w, ctx, b); /* rows before it may have made it be in time */
			if (find_open(w, ctx, b, row, &late_pane))
				put(w, row, late_pane);
			else
				w->late_row[w->n_late++] = (uint16_t)row;
		}
	}
	enter(w, ctx, b);
}

/* Entries of the time `end` that are to be looked at: those that are over, or go on in
 * the next pane, into w->closing from n on; the others are to be looked at later. */
static uint32_t take(struct window *w, struct tw_ctx *ctx, int64_t end, uint32_t n, uint32_t max)
{
	const struct plan *p = w->plan;
	struct like_rows *l = &w->like;
	const uint32_t n_looks = w->state->scan(ctx, p->side, end, l->of, max - n);
	struct tw_like look = {p->table, p->side, 0, n_looks, l->of, l->ns};
	uint32_t i;

	for (i = 0; i < n_looks; i++)
		l->ns[i] = pane_of(p, end - p->size);
	w->state->like(ctx, &look, l->slot);
	w->state->remove(ctx, p->side, l->of, n_looks);
	for (i = 0; i < n_looks; i++) {
		struct span *s = l->slot[i];
		const int64_t later = s ? end_of(p, s) : 0;

		if (!s || later < end)
			continue; /* it was merged */
		look = (struct tw_like){p->side, p->table, 1, 1, &l->slot[i], &later};
		if (later > end && w->state->like(ctx, &look, l->of) == 0)
			continue;
		if (later > end)
			window_lose(w, ctx, "no memory to keep a session open: it was cut (counter \"lost\")");
		w->closing[n++] = l->slot[i];
	}
	return n;
}

/* What is to be looked at by the watermark, at most `max`: into w->closing. */
static uint32_t take_all(struct window *w, struct tw_ctx *ctx, uint32_t max)
{
	int64_t end;
	uint32_t n = 0;

	while (n < max && w->state->first_ns(ctx, w->plan->side, &end) && end <= w->wm)
		n = take(w, ctx, end, n, max);
	return n;
}

/* Look at these once more: there was no room to write them. */
static void put_back(struct window *w, struct tw_ctx *ctx, uint32_t from, uint32_t n)
{
	struct like_rows *l = &w->like;
	const struct tw_like like = {w->plan->side, w->plan->table, 1, n - from, w->closing + from, l->ns};
	uint32_t i;

	for (i = from; i < n; i++)
		l->ns[i - from] = end_of(w->plan, w->closing[i]);
	w->state->like(ctx, &like, l->slot);
}

/* Does the session go on in the next pane? Then it is merged into what is there. */
static int goes_on(struct window *w, struct tw_ctx *ctx, void *slot, void *next)
{
	const struct span *s = slot;
	struct span *to = next;

	if (!next || (to->first > s->last && to->first - s->last >= w->plan->size))
		return 0;
	to->first = s->first < to->first ? s->first : to->first;
	window_merge_last(w, ctx, next, slot);
	return 1;
}

/* Write the n sessions of w->closing into b, which has room; those that go on are merged.
 * How many are done with. */
static uint32_t write_out(struct window *w, struct tw_ctx *ctx, struct tw_batch *b, uint32_t n)
{
	const struct plan *p = w->plan;
	struct like_rows *l = &w->like;
	const struct tw_like like = {p->table, p->table, 0, n, w->closing, l->ns};
	int64_t *starts = tw_col(b, p->start), *ends = tw_col(b, p->end);
	uint32_t i, row = 0;

	for (i = 0; i < n; i++)
		l->ns[i] = window_end(pane_of(p, span_of(w->closing[i])->last), p->size);
	w->state->like(ctx, &like, l->slot);
	for (i = 0; i < n; i++) {
		struct span *s = w->closing[i];

		if (goes_on(w, ctx, s, l->slot[i]))
			continue;
		starts[row] = s->first;
		ends[row] = end_of(p, s);
		if (window_write_group(w, ctx, s, b, row) < 0)
			break;
		row++;
	}
	if (row == 0 && i < n) { /* b's text is used up: the next one needs another */
		window_lose(w, ctx, "a group was lost: its texts are longer than a batch can hold (counter \"lost\")");
		i++;
	}
	tw_fill(b, row);
	return i;
}

int session_close(struct window *w, struct tw_ctx *ctx)
{
	struct tw_batch *b;
	int64_t end;
	uint32_t n, done;

	while (w->state->first_ns(ctx, w->plan->side, &end) && end <= w->wm) {
		const uint64_t count = w->state->count(ctx, w->plan->side);

		b = ctx->host->room(ctx, PORT_OUT)
			    ? tw_batch_new(ctx, PORT_OUT, count < TW_MAX_ROWS ? (uint32_t)count : TW_MAX_ROWS)
			    : NULL;
		if (!b)
			return TW_MORE;
		n = take_all(w, ctx, TW_CLASS_ROWS(b->cls));
		done = write_out(w, ctx, b, n);
		put_back(w, ctx, done, n);
		w->state->remove(ctx, w->plan->table, w->closing, done);
		b->origin_ns = ctx->host->now(ctx);
		if (b->n)
			tw_emit(ctx, PORT_OUT, b);
		else
			tw_drop(ctx, b);
	}
	return TW_DONE;
}
