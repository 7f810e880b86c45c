/* blocks.c - blocks of text on their way to the file. [worker] but for the request. */
#define _GNU_SOURCE
#include "file_out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* A descriptor that we share with others may be non-blocking. */
static int wait_writable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	return poll(&p, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

static int write_all(struct file_out *f, const struct tw_io *req)
{
	uint32_t done = 0;
	int err = 0;

	while (done < req->len && err == 0) {
		const ssize_t n = write(f->fd, req->data + done, req->len - done);

		if (n >= 0)
			done += (uint32_t)n;
		else if (errno == EAGAIN)
			err = wait_writable(f->fd);
		else if (errno != EINTR)
			err = -errno;
	}
	return err;
}

/* The next file takes the descriptor's number, which the engine knows by its lease. */
static int next_file(struct file_out *f, int64_t begin_ns)
{
	const int fd = files_open(f->files, begin_ns);
	int err;

	if (fd < 0)
		return fd;
	err = dup3(fd, f->fd, O_CLOEXEC) < 0 ? -errno : 0;
	close(fd);
	return err;
}

/* [io] */
static int64_t write_block(struct tw_io *req)
{
	const struct block *k = (const struct block *)(void *)req; /* its first member */
	struct file_out *f = req->user;
	int err = 0;

	if (f->io_failed)
		return 0;
	if (f->files && req->len && !f->files->is_open)
		err = next_file(f, k->begin_ns);
	if (err == 0)
		err = write_all(f, req);
	if (f->files && req->len)
		f->files->is_empty = false;
	if (f->files && err == 0 && k->ends_file)
		err = files_end(f->files, f->fd);
	if (err)
		f->io_failed = true; /* nothing after a hole */
	return err ? (int64_t)err : (int64_t)req->len;
}

int blocks_reap(struct tw_ctx *ctx, struct file_out *f)
{
	uint32_t i;

	for (i = 0; i < BLOCKS; i++) {
		struct block *k = &f->blocks[i];

		if (!k->is_written || k->io.busy)
			continue;
		k->is_written = false;
		if (k->io.result < 0)
			return out_fail(ctx, f, (int)k->io.result);
		ctx->host->count(ctx, f->bytes_counter, (uint64_t)k->io.result);
	}
	return 0;
}

/* An empty block. false: all are being written. */
static bool block_take(struct tw_ctx *ctx, struct file_out *f)
{
	uint32_t i;

	for (i = 0; i < BLOCKS && !f->block; i++) {
		struct block *k = &f->blocks[i];

		if (k->is_written)
			continue;
		if (!k->raw)
			k->raw = ctx->host->raw_new(ctx);
		if (k->raw)
			f->block = k;
	}
	if (!f->block)
		return false;
	f->block->raw->len = 0;
	f->block->ends_file = false;
	f->block->begin_ns = ctx->host->now(ctx);
	f->flush_at = f->block->begin_ns + f->conf->flush_ns;
	return true;
}

bool block_begin(struct tw_ctx *ctx, struct file_out *f)
{
	bool *header_due = f->files ? &f->files->header_due : &f->header_due;

	if (!block_take(ctx, f))
		return false;
	if (!*header_due)
		return true;
	memcpy(f->block->raw->data, f->conf->header, f->conf->header_len);
	f->block->raw->len = f->conf->header_len;
	*header_due = false;
	if (f->files)
		f->files->bytes += f->conf->header_len;
	return true;
}

void block_send(struct tw_ctx *ctx, struct file_out *f)
{
	struct block *k = f->block;

	if (!k || (k->raw->len == 0 && !k->ends_file))
		return;
	f->block = NULL;
	k->is_written = true;
	k->io.run = write_block;
	k->io.user = f;
	k->io.fd = f->fd;
	k->io.data = k->raw->data;
	k->io.len = k->raw->len;
	f->io->submit(ctx, &k->io);
}

bool file_cut(struct tw_ctx *ctx, struct file_out *f)
{
	struct files *s = f->files;

	if (!f->block && !block_take(ctx, f))
		return false;
	f->block->ends_file = true;
	block_send(ctx, f);
	s->rows = s->bytes = 0;
	s->header_due = f->conf->header_len > 0;
	s->until = slice_end(f->conf, ctx->host->now(ctx));
	return true;
}

bool blocks_busy(const struct file_out *f)
{
	uint32_t i;

	for (i = 0; i < BLOCKS; i++)
		if (f->blocks[i].io.busy)
			return true;
	return false;
}

void blocks_drop(struct tw_ctx *ctx, struct file_out *f)
{
	uint32_t i;

	for (i = 0; i < BLOCKS; i++) {
		if (f->blocks[i].raw)
			ctx->host->raw_drop(ctx, f->blocks[i].raw);
		f->blocks[i].raw = NULL;
	}
	f->block = NULL;
}
