/*
 * thalweg/ext/io.h - "tw.io/1": have an [io] thread do what blocks.
 *
 * A request runs once, on an engine thread that may block; then the node's worker
 * sees it done and the node is called again (poll, or process/finish after
 * TW_WAIT). Requests of one node run in the order submitted. The engine never
 * frees a request: it lies in the instance, which is not destroyed while one is
 * under way. */
#ifndef THALWEG_EXT_IO_H
#define THALWEG_EXT_IO_H

#include <thalweg/host.h>

#define TW_EXT_IO "tw.io/1"

struct tw_io {
	/* Do it; the result is the operator's to define, -errno for an error. [io] */
	int64_t (*run)(struct tw_io *req);
	int64_t result; /* what run returned; read when !busy. [worker] */
	uint32_t busy;  /* set by submit, cleared when done, both on the worker. [worker] */
	uint32_t node;  /* the engine's */
	/* the operator's to use */
	int fd;
	uint32_t len;
	char *data;
	int64_t off;
	void *user;
};

/* The engine's half. */
struct tw_io_host {
	/* At most 64 requests of a node at once. [worker; control: create] */
	void (*submit)(struct tw_ctx *ctx, struct tw_io *req);
};

#endif
