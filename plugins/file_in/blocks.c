/* blocks.c - regular files, read by the [io] thread some blocks ahead. */
#define _GNU_SOURCE
#include "file_in.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

static bool open_next(struct file_in *f)
{
	while (f->at_file < f->n_streams && f->streams[f->at_file].is_pipe)
		f->at_file++;
	if (f->at_file == f->n_streams)
		return true;
	f->at_fd = stream_open_path(f->streams[f->at_file].path);
	f->at_off = f->streams[f->at_file].start;
	return f->at_fd >= 0;
}

/* Less than asked for only at the end; one call unless a read comes short. */
static int64_t read_full(int fd, char *to, uint32_t len, int64_t off)
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

/* The next block of the files. [io] */
static int64_t read_block(struct tw_io *req)
{
	struct block *k = (struct block *)req;
	struct file_in *f = req->user;
	struct timespec now;
	int64_t got;

	k->at_end = k->none_left = false;
	if (f->at_fd < 0 && !open_next(f)) {
		k->stream = f->at_file;
		return -errno;
	}
	k->stream = f->at_file;
	k->none_left = f->at_file == f->n_streams;
	if (k->none_left)
		return 0;
	got = read_full(f->at_fd, req->data, req->len, f->at_off);
	clock_gettime(CLOCK_REALTIME, &now);
	k->read_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	if (got < 0)
		return got;
	f->at_off += got;
	if (got < req->len) {
		k->at_end = true;
		close(f->at_fd);
		f->at_fd = -1;
		f->at_file++;
	}
	return got;
}

void blocks_init(struct tw_ctx *ctx, struct file_in *f)
{
	uint32_t i;

	f->files_over = true;
	for (i = 0; i < f->n_streams; i++)
		f->files_over = f->files_over && f->streams[i].is_pipe;
	if (!f->files_over)
		f->io = ctx->host->extension(ctx, TW_EXT_IO);
}

void blocks_ask(struct tw_ctx *ctx, struct file_in *f)
{
	while (f->n_blocks < AHEAD && !f->files_over) {
		struct block *k = &f->blocks[(f->first_block + f->n_blocks) % AHEAD];

		k->raw = ctx->host->raw_new(ctx);
		if (!k->raw)
			return;
		k->io.run = read_block;
		k->io.user = f;
		k->io.data = k->raw->data + f->conf->head;
		k->io.len = f->conf->block;
		f->io->submit(ctx, &k->io);
		f->n_blocks++;
	}
}

int blocks_take(struct tw_ctx *ctx, struct file_in *f)
{
	struct block *k = &f->blocks[f->first_block];
	struct stream *s;
	uint32_t base;

	if (f->n_blocks == 0 || k->io.busy)
		return 0;
	f->first_block = (f->first_block + 1) % AHEAD;
	f->n_blocks--;
	if (k->io.result < 0 || k->none_left) {
		ctx->host->raw_drop(ctx, k->raw);
		f->files_over = true;
		return k->none_left ? 1 : stream_fail(ctx, &f->streams[k->stream], "read", (int)k->io.result);
	}
	s = &f->streams[k->stream];
	base = f->conf->head - (piece_read_at(f, s, 0));
	piece_begin(ctx, f,
		    &(struct arrival){.raw = k->raw,
				      .base = base,
				      .len = (uint32_t)k->io.result,
				      .stream = k->stream,
				      .at_end = k->at_end,
				      .retire = true,
				      .read_ns = k->read_ns});
	return 1;
}
