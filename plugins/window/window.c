/*
 * window.c - the operator `window`: windows of event time with aggregates by key. This file has the kind, and the way
 * of a batch: rows are told apart by their time, then enter their groups; late ones pass on. README.md has the rest.
 */
#include "window.h"

#include <errno.h>
#include <stdlib.h>

static int window_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct window *w = calloc(1, sizeof *w);

	if (!w)
		return ctx->host->fail(ctx, -ENOMEM, "out of memory");
	w->plan = plan;
	w->wm = INT64_MIN;
	w->state = ctx->host->extension(ctx, TW_EXT_STATE);
	w->late = ctx->host->counter(ctx, "late");
	w->missed = ctx->host->counter(ctx, "missed");
	w->overflow = ctx->host->counter(ctx, "overflow");
	w->lost = ctx->host->counter(ctx, "lost");
	*op = w;
	if (!w->state) {
		free(w);
		return ctx->host->fail(ctx, -ENOTSUP, "this engine has no keyed state (tw.state/1)");
	}
	return 0;
}

static void window_destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(op);
}

/* The pane that a time is in. -1: not all of its windows lie within the range of times. */
static int pane_of(const struct plan *p, int64_t time, struct pane *pane)
{
	int64_t first, last;

	if (window_start(time, p->pane, p->offset, &pane->start) < 0)
		return -1;
	first = last = pane->start;
	if (p->shape == SLIDING) {
		if (pane->start == RESULT_NS || __builtin_sub_overflow(pane->start, p->size - p->pane, &first) ||
		    window_start(first, p->every, p->offset, &first) < 0 ||
		    window_start(pane->start, p->every, p->offset, &last) < 0)
			return -1;
		first += first + (p->size - p->pane) < pane->start ? p->every : 0;
	}
	pane->first_end = window_end(first, p->size);
	return __builtin_add_overflow(last, p->size, &pane->last_end) ? -1 : 0;
}

/* Tell the batch's rows apart: those in open windows into w->rows, late ones into
 * w->late_row, the others to err. */
static void sort_rows(struct window *w, struct tw_ctx *ctx, struct tw_batch *b)
{
	const struct plan *p = w->plan;
	const int64_t *time = tw_col(b, p->time);
	const uint8_t *valid = tw_nulls(b, p->time);
	struct pane pane = {0, 0, 0};
	uint32_t i, n = 0, n_missed = 0;
	int has_pane = 0;

	for (i = 0; i < b->n_sel; i++) {
		const uint32_t row = tw_row(b, i);

		if (valid && !tw_bit(valid, row)) {
			ctx->host->row_error(ctx, b, row, NULL, "the time is null");
			continue;
		}
		/* Neighbours are mostly of one pane: spare them the division. */
		if (!has_pane || (uint64_t)time[row] - (uint64_t)pane.start >= (uint64_t)p->pane)
			has_pane = pane_of(p, time[row], &pane) == 0;
		if (!has_pane) {
			ctx->host->row_error(ctx, b, row, NULL, "the time is out of range");
		} else if (pane.last_end <= w->wm) {
			w->late_row[w->n_late++] = (uint16_t)row;
		} else {
			w->rows.row[n] = (uint16_t)row;
			w->rows.ns[n++] = pane.start;
			n_missed += pane.first_end <= w->wm;
		}
	}
	w->rows.n = n;
	if (n_missed)
		ctx->host->count(ctx, w->missed, n_missed);
}

/* WHOLE: all rows, but those whose time is wanted and null. */
static void take_rows(struct window *w, struct tw_ctx *ctx, struct tw_batch *b)
{
	const uint8_t *valid = w->plan->time ? tw_nulls(b, w->plan->time) : NULL;
	uint32_t i, n = 0;

	for (i = 0; i < b->n_sel; i++) {
		const uint32_t row = tw_row(b, i);

		w->rows.row[n] = (uint16_t)row;
		if (!valid || tw_bit(valid, row))
			n++;
		else
			ctx->host->row_error(ctx, b, row, NULL, "the time is null");
	}
	w->rows.n = n;
}

static int window_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct window *w = op;

	(void)port;
	w->n_late = w->rows.n = 0;
	switch (w->plan->shape) {
	case SESSION: session_rows(w, ctx, b); break;
	case WHOLE: take_rows(w, ctx, b); break;
	case SLIDING: slide_start(w, ctx, b); /* fall through */
	case TUMBLING: sort_rows(w, ctx, b); break;
	}
	if (w->rows.n)
		window_add(w, ctx, b);
	if (w->n_late == 0)
		return tw_drop(ctx, b);
	ctx->host->count(ctx, w->late, w->n_late);
	memcpy(b->sel, w->late_row, w->n_late * sizeof *b->sel);
	tw_select(b, w->n_late);
	return tw_emit(ctx, PORT_LATE, b);
}

static const void *window_extension(const char *id)
{
	static const struct tw_watermark watermark = {.on_watermark = window_close};

	return strcmp(id, TW_EXT_WATERMARK) == 0 ? &watermark : NULL;
}

static const char *const inputs[] = {"in", NULL};
static const char *const outputs[] = {"out", "late", NULL};

static const struct tw_kind window_kind = {
	.id = "window",
	.version = "0.1.0",
	.help = "Aggregates of rows by key and by windows of event time.",
	.config =
		"{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"agg\"],"
		" \"properties\": {"
		"\"time\": {\"type\": \"string\", \"description\": \"timestamp field that says when a row happened\"},"
		"\"kind\": {\"enum\": [\"tumbling\", \"sliding\", \"session\", \"whole\"],"
		" \"default\": \"tumbling\", \"description\": \"whole: one window, of all rows\"},"
		"\"size\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"exclusiveMinimum\": 0,"
		" \"description\": \"length of a window\"},"
		"\"every\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"exclusiveMinimum\": 0,"
		" \"description\": \"sliding: from one window's start to the next one's\"},"
		"\"gap\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"exclusiveMinimum\": 0,"
		" \"description\": \"session: the silence that ends one\"},"
		"\"offset\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"default\": \"0s\","
		" \"description\": \"windows begin at multiples of size (sliding: of every), plus this\"},"
		"\"by\": {\"type\": \"array\", \"maxItems\": 16, \"items\": {\"type\": \"string\"}, \"default\": [],"
		" \"description\": \"columns whose values make a group; none: all rows are one\"},"
		"\"agg\": {\"type\": \"object\", \"minProperties\": 1, \"additionalProperties\": {\"type\": "
		"\"string\"},"
		" \"description\": \"output column: aggregate, such as p99(latency)\"},"
		"\"accuracy\": {\"type\": \"number\", \"minimum\": 0.001, \"maximum\": 0.5, \"default\": 0.01,"
		" \"description\": \"relative error that quantiles may have\"},"
		"\"max_state\": {\"type\": [\"string\", \"integer\"], \"format\": \"size\", \"minimum\": 1048576,"
		" \"default\": \"1GiB\", \"description\": \"memory that open windows may take\"}"
		"}}",
	.in = inputs,
	.out = outputs,
	.max_out = 4,
	.bind = window_bind,
	.create = window_create,
	.destroy = window_destroy,
	.process = window_process,
	.extension = window_extension,
};

static const struct tw_kind *const kinds[] = {&window_kind, NULL};

const struct tw_plugin tw_plugin = {.abi = TW_ABI, .name = "window", .version = "0.1.0", .kinds = kinds};
