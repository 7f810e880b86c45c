/*
 * thalweg/ext/source.h - "tw.source/1": a node that records come from.
 *
 * The engine polls it whenever its outputs have room, and parks when it has
 * nothing to read until a watched descriptor, an io request or a timer fires.
 */
#ifndef THALWEG_EXT_SOURCE_H
#define THALWEG_EXT_SOURCE_H

#include <thalweg/host.h>

#define TW_EXT_SOURCE "tw.source/1"

/* The kind's half. */
struct tw_source {
	/* Emit up to `budget` batches on port 0 (never more). TW_DONE: there may be
	 * more; TW_WAIT: nothing now; TW_EOS: the end. [worker] */
	int (*poll)(struct tw_ctx *ctx, void *op, uint32_t budget);

	/* A watched descriptor is readable; note it for the next poll. May be NULL. [worker] */
	void (*ready)(struct tw_ctx *ctx, void *op, uint64_t token);
};

/* The engine's half. */
struct tw_source_host {
	/* Watch fd for reading (level-triggered). 0 or -errno. [control: create; worker] */
	int (*watch)(struct tw_ctx *ctx, int fd, uint64_t token);
	int (*unwatch)(struct tw_ctx *ctx, int fd);
};

#endif
