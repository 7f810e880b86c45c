/* blocks.c - blocks of text on their way to the file. [worker] but for the request. */
#include "file_out.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* A descriptor that we share with others may be non-blocking. */
static int wait_writable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	return poll(&p, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

/* [io] */
static int64_t write_block(struct tw_io *req)
{
	struct file_out *f = req->user;
	uint32_t done = 0;
	int err = 0;

	while (done < req->len && err == 0 && !f->io_failed) {
		const ssize_t n = write(req->fd, req->data + done, req->len - done);

		if (n >= 0)
			done += (uint32_t)n;
		else if (errno == EAGAIN)
			err = wait_writable(req->fd);
		else if (errno != EINTR)
			err = -errno;
	}
	if (err)
		f->io_failed = true; /* nothing after a hole */
	return err ? (int64_t)err : (int64_t)done;
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

bool block_begin(struct tw_ctx *ctx, struct file_out *f)
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
	f->flush_at = ctx->host->now(ctx) + f->conf->flush_ns;
	f->is_armed = false;
	if (f->header_due) {
		memcpy(f->block->raw->data, f->conf->header, f->conf->header_len);
		f->block->raw->len = f->conf->header_len;
	}
	f->header_due = false;
	return true;
}

void block_send(struct tw_ctx *ctx, struct file_out *f)
{
	struct block *k = f->block;

	if (!k || k->raw->len == 0)
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
