/*
 * thalweg/ext/finish.h - "tw.finish/1": the last call before a node ends.
 *
 * All inputs have ended and the last watermark was handled: write out what is
 * held, close what must be whole. */
#ifndef THALWEG_EXT_FINISH_H
#define THALWEG_EXT_FINISH_H

#include <thalweg/host.h>

#define TW_EXT_FINISH "tw.finish/1"

struct tw_finish {
	/* TW_DONE: finished. TW_MORE, TW_WAIT: call again. May emit. [worker] */
	int (*finish)(struct tw_ctx *ctx, void *op);
};

#endif
