/*
 * window.c - the operator `window`: tumbling windows of event time with aggregates
 * by key. This file has the kind, and the way of a batch: rows are told apart by
 * their time, then enter their groups; late ones pass on. README.md has the rest.
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

/* Tell the batch's rows apart: those in open windows into w->rows, late ones into
 * w->late_row, the others to err. Number of late ones. */
static uint32_t sort_rows(struct window *w, struct tw_ctx *ctx, struct tw_batch *b)
{
	const struct plan *p = w->plan;
	const int64_t *time = tw_col(b, p->time);
	const uint8_t *valid = tw_nulls(b, p->time);
	int64_t start = 0;
	uint32_t i, n_late = 0;
	int has_start = 0;

	w->rows.n = 0;
	for (i = 0; i < b->n_sel; i++) {
		const uint32_t row = tw_row(b, i);

		if (valid && !tw_bit(valid, row)) {
			ctx->host->row_error(ctx, b, row, NULL, "the time is null");
			continue;
		}
		/* Neighbours are mostly of one window: spare them the division. */
		if (!has_start || (uint64_t)time[row] - (uint64_t)start >= (uint64_t)p->size)
			has_start = window_start(time[row], p->size, p->offset, &start) == 0;
		if (!has_start) {
			ctx->host->row_error(ctx, b, row, NULL, "the time is out of range");
		} else if (start + p->size <= w->wm) {
			w->late_row[n_late++] = (uint16_t)row;
		} else {
			w->rows.row[w->rows.n] = (uint16_t)row;
			w->rows.ns[w->rows.n++] = start;
		}
	}
	return n_late;
}

static int window_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct window *w = op;
	const uint32_t n_late = sort_rows(w, ctx, b);

	(void)port;
	if (w->rows.n)
		window_add(w, ctx, b);
	if (n_late == 0)
		return tw_drop(ctx, b);
	ctx->host->count(ctx, w->late, n_late);
	memcpy(b->sel, w->late_row, n_late * sizeof *b->sel);
	tw_select(b, n_late);
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
		"{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"time\", \"size\", \"agg\"],"
		" \"properties\": {"
		"\"time\": {\"type\": \"string\", \"description\": \"timestamp field that says when a row happened\"},"
		"\"size\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"exclusiveMinimum\": 0,"
		" \"description\": \"length of a window\"},"
		"\"offset\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"default\": \"0s\","
		" \"description\": \"windows begin at multiples of size, plus this\"},"
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
