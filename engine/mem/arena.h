/*
 * mem/arena.h - the one range of memory that all pools of a graph lie in.
 *
 * Reserved once; each home touches its own pools before it starts, so that pages lie in
 * its memory node and none is missing later. A place is an offset from the
 * base in units of 64 bytes, so that it fits 32 bits (256 GiB) and means the same
 * in every process that maps the arena. Reserving is [control]; reading is [any].
 */
#ifndef TW_MEM_ARENA_H
#define TW_MEM_ARENA_H

#include <stddef.h>
#include <stdint.h>

#define TW_LINE 64u

struct tw_arena {
	char *base;
	size_t size; /* bytes reserved */
	size_t used; /* bytes handed out; [control] */
	int no_huge;
};

/* 0, or -ENOMEM. bytes is rounded up to pages. Huge pages are asked for: no_huge is 0, or
 * the errno with which the system refused. */
int tw_arena_init(struct tw_arena *a, size_t bytes);
void tw_arena_fini(struct tw_arena *a);

/* Zeroed memory, 64-byte aligned; its place, or UINT32_MAX when the arena is full. [control] */
uint32_t tw_arena_take(struct tw_arena *a, size_t bytes);

/* Have the pages of a range there now. [home, before it uses them] */
void tw_arena_touch(struct tw_arena *a, uint32_t place, size_t bytes);

static inline void *tw_arena_at(const struct tw_arena *a, uint32_t place)
{
	return a->base + (size_t)place * TW_LINE;
}

#endif
