/* blocks.c - regular files, read by the [io] thread some blocks ahead. */
#define _GNU_SOURCE
#include "file_in.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* 0, or -errno. What is compressed is known by how it begins. */
static int open_next(struct file_in *f)
{
	enum codec codec;
	char head[4];
	int64_t got;

	while (f->at_file < f->n_streams && f->streams[f->at_file].is_pipe)
		f->at_file++;
	if (f->at_file == f->n_streams)
		return 0;
	f->at_fd = stream_open_path(f->streams[f->at_file].path);
	f->at_off = f->streams[f->at_file].start;
	if (f->at_fd < 0)
		return -errno;
	got = read_full(f->at_fd, head, sizeof head, f->at_off);
	if (got < 0)
		return (int)got;
	codec = codec_of(head, (size_t)got);
	if (codec == CODEC_NONE)
		return 0;
	f->at_decoder = decoder_new(codec, f->at_fd, f->at_off);
	return f->at_decoder ? 0 : -ENOMEM;
}

int64_t read_full(int fd, char *to, uint32_t len, int64_t off)
{
	uint32_t got = 0;

	while (got < len) {
		const ssize_t n = pread(fd, to + got, len - got, off + got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (uint32_t)n;
	}
	return got;
}

static void close_file(struct file_in *f)
{
	decoder_free(f->at_decoder);
	f->at_decoder = NULL;
	close(f->at_fd);
	f->at_fd = -1;
	f->at_file++;
}

static int64_t fail_block(struct file_in *f, struct block *k, int64_t err)
{
	snprintf(k->path, sizeof k->path, "%s", f->streams[f->at_file].path);
	if (err == -EBADMSG && f->at_decoder)
		snprintf(k->why, sizeof k->why, "%s", decoder_why(f->at_decoder));
	return err;
}

/* The next block of files that are read to their end. */
static int64_t read_next(struct file_in *f, struct block *k)
{
	const uint32_t len = k->io.len;
	int64_t got = f->at_fd < 0 ? open_next(f) : 0;

	if (got < 0)
		return fail_block(f, k, got);
	k->none_left = f->at_file == f->n_streams;
	if (k->none_left)
		return 0;
	k->stream = &f->streams[f->at_file];
	got = f->at_decoder ? decoder_read(f->at_decoder, k->io.data, len)
			    : read_full(f->at_fd, k->io.data, len, f->at_off);
	if (got < 0)
		return fail_block(f, k, got);
	f->at_off += got;
	k->at_end = got < len;
	if (k->at_end)
		close_file(f);
	return got;
}

/* [io] */
static int64_t read_block(struct tw_io *req)
{
	struct block *k = (struct block *)req;
	struct file_in *f = req->user;
	struct timespec now;
	int64_t got;

	k->at_end = k->is_done = k->none_left = k->idle = false;
	k->why[0] = '\0';
	got = f->follower ? follow_read(f->follower, k) : read_next(f, k);
	clock_gettime(CLOCK_REALTIME, &now);
	k->read_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	return got;
}

void blocks_init(struct tw_ctx *ctx, struct file_in *f)
{
	uint32_t i;

	f->files_over = !f->follower;
	for (i = 0; i < f->n_streams; i++)
		f->files_over = f->files_over && f->streams[i].is_pipe;
	f->was_full = !f->follower;
	if (!f->files_over)
		f->io = ctx->host->extension(ctx, TW_EXT_IO);
	f->timer = ctx->host->extension(ctx, TW_EXT_TIMER);
}

/* Followed files are asked for again when something is said to have changed, or after a while. */
static bool may_ask(struct tw_ctx *ctx, struct file_in *f)
{
	if (f->is_idle && (f->has_news || ctx->host->now(ctx) >= f->idle_until))
		f->is_idle = f->has_news = false;
	return !f->files_over && !f->is_idle;
}

void blocks_ask(struct tw_ctx *ctx, struct file_in *f)
{
	const uint32_t ahead = f->was_full ? AHEAD : 1;

	while (f->n_blocks < ahead && may_ask(ctx, f)) {
		struct block *k = &f->blocks[(f->first_block + f->n_blocks) % AHEAD];

		k->raw = ctx->host->raw_new(ctx);
		if (!k->raw)
			return;
		k->io.run = read_block;
		k->io.user = f;
		k->io.data = k->raw->data + f->conf->head;
		k->io.len = f->conf->block;
		k->scan = f->follower && ctx->host->now(ctx) >= f->scan_at;
		if (k->scan)
			f->scan_at = ctx->host->now(ctx) + FOLLOW_EVERY_NS;
		k->done = f->done;
		f->done = NULL;
		f->io->submit(ctx, &k->io);
		f->n_blocks++;
	}
}

static int fail_read(struct tw_ctx *ctx, struct file_in *f, const struct block *k)
{
	char why[700];

	f->files_over = true;
	if (k->why[0] == '\0')
		return path_fail(ctx, k->path, "read", (int)k->io.result);
	snprintf(why, sizeof why, "cannot read %.400s: %s", k->path, k->why);
	return ctx->host->fail(ctx, (int)k->io.result, why);
}

/* Nothing was read. */
static int end_empty(struct tw_ctx *ctx, struct file_in *f, const struct block *k)
{
	if (k->io.result < 0)
		return fail_read(ctx, f, k);
	f->files_over = k->none_left;
	if (!k->idle || f->n_blocks) /* the last of those under way tells */
		return 1;
	f->is_idle = true;
	f->idle_until = ctx->host->now(ctx) + FOLLOW_EVERY_NS;
	f->timer->arm(ctx, f->idle_until);
	return 1;
}

int blocks_take(struct tw_ctx *ctx, struct file_in *f)
{
	struct block *k = &f->blocks[f->first_block];

	if (f->n_blocks == 0 || k->io.busy)
		return 0;
	f->first_block = (f->first_block + 1) % AHEAD;
	f->n_blocks--;
	f->was_full = !f->follower || k->io.result == k->io.len;
	if (k->io.result < 0 || k->none_left || k->idle) {
		ctx->host->raw_drop(ctx, k->raw);
		return end_empty(ctx, f, k);
	}
	piece_begin(ctx, f,
		    &(struct arrival){.raw = k->raw,
				      .base = f->conf->head - piece_read_at(f, k->stream, 0),
				      .len = (uint32_t)k->io.result,
				      .stream = k->stream,
				      .at_end = k->at_end,
				      .is_done = k->is_done,
				      .retire = true,
				      .read_ns = k->read_ns});
	return 1;
}
