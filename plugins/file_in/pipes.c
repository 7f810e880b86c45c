/*
 * pipes.c - pipes, sockets and terminals, read by the worker when they are ready.
 *
 * A pipe that is said to be readable waits in a queue until its turn. It leaves the
 * queue when a read took all there was. A pipe that is reported again while it still
 * waits is not watched any more until then: reading stands still (no buffer, no room
 * downstream), and its level-triggered descriptor would not let the worker sleep.
 */
#include "file_in.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define READ_LEAST 4096u

static void push(struct file_in *f, uint32_t i)
{
	struct stream *s = &f->streams[i];

	s->queued = true;
	s->next = TW_NONE;
	if (f->ready_first == TW_NONE)
		f->ready_first = i;
	else
		f->streams[f->ready_last].next = i;
	f->ready_last = i;
}

static void pop(struct file_in *f)
{
	struct stream *s = &f->streams[f->ready_first];

	s->queued = false;
	f->ready_first = s->next;
}

void pipes_ready(struct tw_ctx *ctx, void *op, uint64_t token)
{
	struct file_in *f = op;
	struct stream *s;

	if (token == FOLLOW_TOKEN) {
		follow_news(f->follower);
		f->has_news = true;
		return;
	}
	s = &f->streams[token];
	if (s->over)
		return;
	if (!s->queued) {
		push(f, (uint32_t)token);
	} else if (s->watched) {
		f->source->unwatch(ctx, s->fd);
		s->watched = false;
	}
}

/* The pipe at the queue's head is empty now. */
static int wait_again(struct tw_ctx *ctx, struct file_in *f)
{
	const uint32_t i = f->ready_first;
	struct stream *s = &f->streams[i];
	int err;

	pop(f);
	if (s->watched)
		return 1;
	err = f->source->watch(ctx, s->fd, i);
	if (err < 0)
		return stream_fail(ctx, s, "wait for", err);
	s->watched = true;
	return 1;
}

static void end_pipe(struct tw_ctx *ctx, struct file_in *f)
{
	struct stream *s = &f->streams[f->ready_first];

	pop(f);
	if (s->watched)
		f->source->unwatch(ctx, s->fd);
	s->watched = false;
	s->over = true;
	f->n_pipes_open--;
}

/* A buffer with room for the stream's path, its carry and something new. */
static bool get_raw(struct tw_ctx *ctx, struct file_in *f, const struct stream *s)
{
	const uint32_t least = f->conf->block < READ_LEAST ? f->conf->block : READ_LEAST;

	if (f->pipe_raw && f->pipe_raw->cap < piece_read_at(f, s, f->pipe_used) + least) {
		raw_retire(ctx, f, f->pipe_raw);
		f->pipe_raw = NULL;
	}
	if (!f->pipe_raw) {
		f->pipe_raw = ctx->host->raw_new(ctx);
		f->pipe_used = 0;
	}
	return f->pipe_raw != NULL;
}

/* Unpacking may block, which the worker may not. */
static int check_packed(struct tw_ctx *ctx, struct file_in *f, const struct stream *s, uint32_t at, size_t n)
{
	const enum codec codec = codec_of(f->pipe_raw->data + at, n);
	char why[512];

	if (codec == CODEC_NONE)
		return 0;
	snprintf(why, sizeof why,
		 "cannot read %.400s: it is a pipe with %s data: unpack it before, as in `%s | thalweg ...`", s->path,
		 codec_name(codec), codec == CODEC_GZIP ? "zcat FILE" : "zstdcat FILE");
	return ctx->host->fail(ctx, -EBADMSG, why);
}

int pipes_read(struct tw_ctx *ctx, struct file_in *f)
{
	const uint32_t i = f->ready_first;
	struct stream *s = &f->streams[i];
	struct arrival a = {.stream = s};
	uint32_t at, len;
	ssize_t n;
	int ret = 1;

	if (!get_raw(ctx, f, s))
		return 0;
	at = piece_read_at(f, s, f->pipe_used);
	len = f->pipe_raw->cap - at;
	if (len > f->conf->block)
		len = f->conf->block;
	n = read(s->fd, f->pipe_raw->data + at, len);
	if (n < 0 && errno == EINTR)
		return 1;
	if (n < 0)
		return errno == EAGAIN ? wait_again(ctx, f) : stream_fail(ctx, s, "read", -errno);
	if (n > 0 && s->cut.rows == 0 && s->carry_len == 0 && !s->cut.skip) {
		const int err = check_packed(ctx, f, s, at, (size_t)n);

		if (err < 0)
			return err;
	}
	if (n == 0) {
		end_pipe(ctx, f);
	} else if ((uint32_t)n < len) {
		ret = wait_again(ctx, f);
	} else {
		pop(f);
		push(f, i); /* the others have their turn first */
	}
	a.raw = f->pipe_raw;
	a.base = f->pipe_used;
	a.len = (uint32_t)n;
	a.at_end = n == 0;
	a.read_ns = ctx->host->now(ctx);
	piece_begin(ctx, f, &a);
	return ret;
}
