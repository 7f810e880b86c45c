/* fill.c - lines become rows of a batch. [worker] */
#include "file_in.h"

#include <string.h>
#include <thalweg/text/utf8.h>

/* The buffer that the rows before used, and its number in the batch. */
struct last {
	struct tw_raw *raw;
	uint32_t number;
};

/* Blocks whose lines one batch may hold. The rest of a batch's buffers is for those who
 * add text to it: unescaped strings of all its lines fit. */
#define BLOCKS_PER_BATCH 3

static bool attach(struct tw_ctx *ctx, struct tw_batch *b, struct tw_raw *raw, struct last *last)
{
	int number;

	if (last->raw == raw)
		return true;
	if (b->n_bufs == BLOCKS_PER_BATCH)
		return false;
	number = ctx->host->raw_attach(ctx, b, raw);
	if (number < 0)
		return false;
	*last = (struct last){raw, (uint32_t)number};
	return true;
}

/* Rows for the first lines, as many as fit; how many. */
static uint32_t put_lines(struct tw_ctx *ctx, struct file_in *f, struct tw_batch *b)
{
	struct tw_view *col = tw_col(b, f->conf->line);
	struct tw_view *paths = f->conf->origin ? tw_col(b, f->conf->origin) : NULL;
	const uint32_t most = f->n_lines < TW_CLASS_ROWS(b->cls) ? f->n_lines : TW_CLASS_ROWS(b->cls);
	struct last last = {0};
	uint32_t n;

	for (n = 0; n < most; n++) {
		const struct line *l = &f->lines[n];
		const uint32_t path_len = paths ? l->path_len : 0;

		if ((l->len > TW_VIEW_INLINE || path_len > TW_VIEW_INLINE) && !attach(ctx, b, l->raw, &last))
			break;
		tw_view_set(&col[n], last.number, l->off, l->raw->data + l->off, l->len);
		if (paths)
			tw_view_set(&paths[n], last.number, l->path_off, l->raw->data + l->path_off, path_len);
	}
	return n;
}

static const char *wrong_with(const struct file_in *f, const struct tw_batch *b, const struct tw_view *line, uint32_t i)
{
	const char *text = tw_view_ptr(b, line);

	if (f->lines[i].is_open)
		return "a quote is not closed at the end of the file";
	if (f->conf->is_text && tw_not_utf8(text, text + line->len))
		return "the line is not UTF-8";
	return NULL;
}

static void leave_out_bad(struct tw_ctx *ctx, struct file_in *f, struct tw_batch *b)
{
	const struct tw_view *col = tw_col(b, f->conf->line);
	uint32_t i, n = 0;

	for (i = 0; i < b->n; i++) {
		const char *why = wrong_with(f, b, &col[i], i);

		if (why)
			ctx->host->row_error(ctx, b, i, f->conf->line, why);
		else
			b->sel[n++] = (uint16_t)i;
	}
	if (n < b->n)
		tw_select(b, n);
}

bool fill_batch(struct tw_ctx *ctx, struct file_in *f)
{
	struct tw_batch *b = tw_batch_new(ctx, 0, f->n_lines);
	uint32_t n, i;

	if (!b)
		return false;
	n = put_lines(ctx, f, b);
	b->origin_ns = f->origin_ns;
	tw_fill(b, n);
	if (f->conf->is_text || f->n_open)
		leave_out_bad(ctx, f, b);
	tw_emit(ctx, 0, b);
	f->n_lines -= n;
	memmove(f->lines, f->lines + n, f->n_lines * sizeof *f->lines);
	if (f->n_lines)
		return true;
	for (i = 0; i < f->n_retired; i++)
		ctx->host->raw_drop(ctx, f->retired[i]);
	f->n_retired = f->n_open = 0;
	f->origin_ns = INT64_MAX;
	return true;
}
