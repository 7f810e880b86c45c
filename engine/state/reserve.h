/*
 * state/reserve.h - address space that becomes memory as it is touched, and the
 * count of what a table may use of it.
 *
 * Ranges are reserved once, in create(), for the most that a table may ever need:
 * so nothing is allocated while records flow, and nothing moves.
 */
#ifndef TW_STATE_RESERVE_H
#define TW_STATE_RESERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tw_range {
	void *base; /* zeroed; NULL: nothing reserved */
	size_t bytes;
};

/* 0 or -ENOMEM. [control] */
int tw_range_init(struct tw_range *r, size_t bytes);
void tw_range_fini(struct tw_range *r);

/* What a table has taken of its max_bytes. [worker] only. */
struct tw_budget {
	uint64_t used, max;
};

static inline bool tw_budget_take(struct tw_budget *b, uint64_t bytes)
{
	if (bytes > b->max - b->used)
		return false;
	b->used += bytes;
	return true;
}

static inline void tw_budget_give(struct tw_budget *b, uint64_t bytes)
{
	b->used -= bytes;
}

#endif
