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
	struct stream *s = a->stream;
	const uint32_t at = piece_read_at(f, s, a->base);

	if (f->conf->path_room)
		memcpy(a->raw->data + a->base, s->path, s->path_len);
	memcpy(a->raw->data + at - s->carry_len, s->carry, s->carry_len);
	cut_begin(&f->cut, a->raw->data, at - s->carry_len, at, at + a->len, s->cut);
	f->has_piece = true;
	f->piece_raw = a->raw;
	f->piece_path = a->base;
	f->piece_stream = s;
	f->piece_at_end = a->at_end;
	f->piece_is_done = a->is_done;
	f->piece_retire = a->retire;
	f->reads_left--;
	f->piece_ns = a->read_ns;
	ctx->host->count(ctx, f->bytes_counter, a->len);
}

static void add_lines(struct file_in *f, const struct span *spans, uint32_t n)
{
	struct line *to = &f->lines[f->n_lines];
	uint32_t i;

	for (i = 0; i < n; i++)
		to[i] = (struct line){.raw = f->piece_raw,
				      .off = spans[i].off,
				      .len = spans[i].len,
				      .path_off = f->piece_path,
				      .path_len = (uint16_t)f->piece_stream->path_len};
	f->n_lines += n;
	if (n && f->piece_ns < f->origin_ns)
		f->origin_ns = f->piece_ns;
}

static void report_long(struct tw_ctx *ctx, struct file_in *f)
{
	char line[512];

	if (f->cut.n_long == 0)
		return;
	ctx->host->count(ctx, f->too_long_counter, f->cut.n_long);
	if (f->warned)
		return;
	f->warned = true;
	snprintf(line, sizeof line,
		 "%.300s, %s %llu: longer than max_line (%u bytes): such lines are left out and counted in too_long",
		 f->piece_stream->path, f->conf->is_csv ? "row" : "line", (unsigned long long)f->cut.first_long,
		 f->conf->max_line);
	ctx->host->log(ctx, TW_LOG_WARN, line);
}

static void report_open(struct tw_ctx *ctx, struct file_in *f, uint64_t row)
{
	char line[512];

	snprintf(line, sizeof line, "%.300s, row %llu: a quote is not closed at the end of the file",
		 f->piece_stream->path, (unsigned long long)row);
	ctx->host->log(ctx, TW_LOG_WARN, line);
}

/* What the stream ends with: a last row without a newline, or nothing. */
static void end_stream(struct tw_ctx *ctx, struct file_in *f, uint32_t from, uint32_t rest)
{
	struct stream *s = f->piece_stream;
	const uint64_t row = f->cut.state.rows + 1;
	const bool is_row = cut_last(&f->cut, rest);

	if (is_row)
		add_lines(f, &(struct span){from, rest}, 1);
	if (f->cut.state.inside) {
		f->n_open += is_row;
		if (is_row)
			f->lines[f->n_lines - 1].is_open = true;
		report_open(ctx, f, row);
	}
	s->carry_len = 0;
	s->cut = (struct cut_state){0};
	if (f->piece_is_done) {
		s->next_done = f->done;
		f->done = s;
	}
}

/* All of it was looked at. What is left is the begin of a line, or a last line that
 * has no newline. */
static void end_piece(struct tw_ctx *ctx, struct file_in *f)
{
	struct stream *s = f->piece_stream;
	const uint32_t from = f->cut.line;
	const uint32_t rest = cut_rest(&f->cut);

	s->cut = f->cut.state;
	s->carry_len = rest;
	memcpy(s->carry, f->piece_raw->data + from, rest);
	if (f->piece_at_end)
		end_stream(ctx, f, from, rest);
	report_long(ctx, f);
	f->has_piece = false;
	if (f->piece_retire)
		raw_retire(ctx, f, f->piece_raw);
	else /* a pipe's: what was copied need not stay */
		f->pipe_used = f->piece_at_end ? f->cut.end : from;
}

void piece_cut(struct tw_ctx *ctx, struct file_in *f)
{
	struct span spans[TW_MAX_ROWS];
	const uint32_t n = cut_lines(&f->cut, spans, TW_MAX_ROWS - f->n_lines);

	add_lines(f, spans, n);
	/* a last line may need a place, too */
	if (cut_is_over(&f->cut) && f->n_lines < TW_MAX_ROWS)
		end_piece(ctx, f);
}
