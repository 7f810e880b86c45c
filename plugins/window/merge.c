/*
 * merge.c - what entered one group enters another: of panes that make a window, of
 * sessions that turn out to be one. [worker]
 */
#include "window.h"

void window_lose(struct window *w, struct tw_ctx *ctx, const char *why)
{
	ctx->host->count(ctx, w->lost, 1);
	if (!w->has_lost)
		ctx->host->log(ctx, TW_LOG_ERROR, why);
	w->has_lost = 1;
}

static void merge_sum(struct cell_sum *to, const struct cell_sum *from)
{
	const uint64_t low = to->low + from->low;

	to->high += from->high + (low < to->low);
	to->low = low;
	to->n += from->n;
}

static void merge_sum_real(struct cell_sum_real *to, const struct cell_sum_real *from)
{
	to->sum += from->sum;
	to->n += from->n;
}

static void merge_least(struct cell_least *to, const struct cell_least *from)
{
	if (from->has && (!to->has || from->value < to->value))
		*to = *from;
}

static void merge_first(const struct cell *c, struct cell_first *to, const struct cell_first *from)
{
	if (from->has && is_earlier(c, from->time, to->has, to->time))
		*to = *from;
}

/* The one that is longer to add to the other is to be `to`. */
static void swap_sketches(struct cell_sketch *to, struct cell_sketch *from)
{
	const struct cell_sketch was = *to;

	if (from->few >= 0 && (to->few < 0 || to->few >= from->few))
		return;
	*to = *from;
	*from = was;
}

static void swap_sets(struct cell_distinct *to, struct cell_distinct *from)
{
	const struct cell_distinct was = *to;

	if (from->n >= 0 && (to->n < 0 || to->n >= from->n))
		return;
	*to = *from;
	*from = was;
}

/* `from` is not needed any more: let what it holds change places. */
static void swap_cell(const struct cell *c, char *to, char *from)
{
	if (c->kind == CELL_SKETCH)
		swap_sketches((struct cell_sketch *)to, (struct cell_sketch *)from);
	else if (c->kind == CELL_DISTINCT)
		swap_sets((struct cell_distinct *)to, (struct cell_distinct *)from);
}

/* 0; -1: no memory. */
static int merge_cell(struct window *w, struct tw_ctx *ctx, const struct cell *c, char *to, const char *from)
{
	switch (c->kind) {
	case CELL_SKETCH: return quantile_merge(w, ctx, (struct cell_sketch *)to, (const struct cell_sketch *)from);
	case CELL_DISTINCT:
		return distinct_merge(w, ctx, (struct cell_distinct *)to, (const struct cell_distinct *)from);
	case CELL_LEAST_BYTES:
		return least_bytes_merge(w, ctx, c, (struct cell_least_bytes *)to,
					 (const struct cell_least_bytes *)from);
	case CELL_FIRST_BYTES:
		return first_bytes_merge(w, ctx, c, (struct cell_first_bytes *)to,
					 (const struct cell_first_bytes *)from);
	case CELL_ROWS:
	case CELL_VALUES: ((struct cell_count *)to)->n += ((const struct cell_count *)from)->n; break;
	case CELL_SUM: merge_sum((struct cell_sum *)to, (const struct cell_sum *)from); break;
	case CELL_SUM_REAL: merge_sum_real((struct cell_sum_real *)to, (const struct cell_sum_real *)from); break;
	case CELL_LEAST: merge_least((struct cell_least *)to, (const struct cell_least *)from); break;
	case CELL_FIRST: merge_first(c, (struct cell_first *)to, (const struct cell_first *)from); break;
	}
	return 0;
}

static void merge(struct window *w, struct tw_ctx *ctx, char *to, const char *from)
{
	const struct plan *p = w->plan;
	uint32_t i;
	int err = 0;

	for (i = 0; i < p->n_cells; i++)
		err |= merge_cell(w, ctx, &p->cells[i], to + p->cells[i].offset, from + p->cells[i].offset);
	if (err)
		window_lose(w, ctx, "no memory to put a window together: a part of it was lost (counter \"lost\")");
}

void window_merge(struct window *w, struct tw_ctx *ctx, void *to, const void *from)
{
	merge(w, ctx, to, from);
}

void window_merge_last(struct window *w, struct tw_ctx *ctx, void *to, void *from)
{
	const struct plan *p = w->plan;
	uint32_t i;

	for (i = 0; i < p->n_cells; i++)
		swap_cell(&p->cells[i], (char *)to + p->cells[i].offset, (char *)from + p->cells[i].offset);
	merge(w, ctx, to, from);
}
