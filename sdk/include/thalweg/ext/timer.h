/*
 * thalweg/ext/timer.h - "tw.timer/1": one alarm per node.
 */
#ifndef THALWEG_EXT_TIMER_H
#define THALWEG_EXT_TIMER_H

#include <thalweg/host.h>

#define TW_EXT_TIMER "tw.timer/1"

/* The kind's half. A source needs none: an alarm makes it be polled again. */
struct tw_timer {
	/* The alarm went off, at or after the time asked for. May emit. TW_DONE or
	 * TW_MORE. Not called between TW_MORE or TW_WAIT and its end. [worker] */
	int (*on_timer)(struct tw_ctx *ctx, void *op, int64_t now_ns);
};

/* The engine's half. */
struct tw_timer_host {
	/* Set the node's alarm, replacing an earlier one; INT64_MAX: none. Time is
	 * CLOCK_REALTIME in ns, as host->now. [control: create; worker] */
	void (*arm)(struct tw_ctx *ctx, int64_t at_ns);
};

#endif
