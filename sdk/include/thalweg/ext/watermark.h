/*
 * thalweg/ext/watermark.h - "tw.watermark/1": told when event time has passed.
 *
 * The engine computes the least watermark of a node's inputs, calls this, then
 * sends the watermark on. At the end of the stream it comes with INT64_MAX. */
#ifndef THALWEG_EXT_WATERMARK_H
#define THALWEG_EXT_WATERMARK_H

#include <thalweg/host.h>

#define TW_EXT_WATERMARK "tw.watermark/1"

struct tw_watermark {
	/* No row with event time below wm will come (but late ones). May emit; TW_MORE:
	 * called again with the same wm when there is room. [worker] */
	int (*on_watermark)(struct tw_ctx *ctx, void *op, int64_t wm);
};

#endif
