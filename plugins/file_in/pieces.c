/* pieces.c - bytes that arrived become lines. [worker] */
#include "file_in.h"

#include <stdio.h>
#include <string.h>

void raw_retire(struct tw_ctx *ctx, struct file_in *f, struct tw_raw *raw)
{
	if (f->n_lines == 0)
		ctx->host->raw_drop(ctx, raw);
	else
		f->retired[f->n_retired++] = raw;
}

uint32_t piece_read_at(const struct file_in *f, const struct stream *s, uint32_t base)
{
	return base + (f->conf->path_room ? s->path_len : 0) + s->carry_len;
}

void piece_begin(struct tw_ctx *ctx, struct file_in *f, const struct arrival *a)
{
	struct stream *s = &f->streams[a->stream];
	const uint32_t at = piece_read_at(f, s, a->base);

	if (f->conf->path_room)
		memcpy(a->raw->data + a->base, s->path, s->path_len);
	memcpy(a->raw->data + at - s->carry_len, s->carry, s->carry_len);
	f->piece = (struct piece){.line = at - s->carry_len, .scan = at, .end = at + a->len, .skip = s->skip};
	f->has_piece = true;
	f->piece_raw = a->raw;
	f->piece_path = a->base;
	f->piece_stream = a->stream;
	f->piece_at_end = a->at_end;
	f->piece_retire = a->retire;
	f->reads_left--;
	f->piece_ns = a->read_ns;
	ctx->host->count(ctx, f->bytes_counter, a->len);
}

static void add_line(struct file_in *f, uint32_t off, uint32_t len)
{
	if (f->piece_ns < f->origin_ns)
		f->origin_ns = f->piece_ns;
	f->lines[f->n_lines++] = (struct line){
		.raw = f->piece_raw, .off = off, .len = len, .path_off = f->piece_path, .stream = f->piece_stream};
}

static void report_long(struct tw_ctx *ctx, struct file_in *f)
{
	char line[512];

	if (f->piece.too_long == 0)
		return;
	ctx->host->count(ctx, f->too_long_counter, f->piece.too_long);
	if (f->warned)
		return;
	f->warned = true;
	snprintf(line, sizeof line,
		 "%.300s has a line over max_line (%u bytes): such lines are left out and counted in too_long",
		 f->streams[f->piece_stream].path, f->conf->max_line);
	ctx->host->log(ctx, TW_LOG_WARN, line);
}

/* All of it was looked at. What is left is the begin of a line, or a last line that
 * has no newline. */
static void end_piece(struct tw_ctx *ctx, struct file_in *f)
{
	struct stream *s = &f->streams[f->piece_stream];
	struct piece *p = &f->piece;
	const uint32_t from = p->line;
	uint32_t rest = cut_rest(p, f->conf->max_line);

	if (f->piece_at_end && rest > f->conf->max_line)
		p->too_long++;
	else if (f->piece_at_end && rest)
		add_line(f, from, rest);
	s->carry_len = f->piece_at_end ? 0 : rest;
	s->skip = p->skip && !f->piece_at_end;
	memcpy(s->carry, f->piece_raw->data + from, s->carry_len);
	report_long(ctx, f);
	f->has_piece = false;
	if (f->piece_retire)
		raw_retire(ctx, f, f->piece_raw);
	else /* a pipe's: what was copied need not stay */
		f->pipe_used = f->piece_at_end ? p->end : from;
}

void piece_cut(struct tw_ctx *ctx, struct file_in *f)
{
	struct span spans[TW_MAX_ROWS];
	uint32_t i, n;

	n = cut_lines(f->piece_raw->data, &f->piece, spans, TW_MAX_ROWS - f->n_lines, f->conf->max_line);
	for (i = 0; i < n; i++)
		add_line(f, spans[i].off, spans[i].len);
	/* a last line may need a place, too */
	if (f->piece.scan == f->piece.end && f->n_lines < TW_MAX_ROWS)
		end_piece(ctx, f);
}
