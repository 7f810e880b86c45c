/*
 * core_floor.h - what the machine itself takes: the scenarios of core_floor, one function
 * each. They print their line and return the exit status.
 */
#ifndef CORE_FLOOR_H
#define CORE_FLOOR_H

#include "pace.h"
#include <stdatomic.h>

struct floor {
	struct pace_args a;
	double ns_per_tick;
};

int floor_hop(const struct floor *f);    /* a line stamped in place; rate=0: to and fro */
int floor_copy(const struct floor *f);   /* batches from core to core, every byte of them */
int floor_memcpy(const struct floor *f); /* on one core */
int floor_chain(const struct floor *f);  /* the operators' work as a plain loop */
int floor_call(const struct floor *f);   /* a record at a time through calls by pointer */
int floor_wake(const struct floor *f);   /* from a wake to the woken thread */
int floor_gaps(const struct floor *f);   /* what a spinning thread loses */

/* The second thread of two, at once on its CPU. */
static inline pthread_t floor_thread(void *(*run)(void *), void *arg)
{
	pthread_t t;

	if (pthread_create(&t, NULL, run, arg) != 0)
		abort();
	return t;
}

static inline void *floor_memory(size_t bytes)
{
	void *p = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);

	if (!p)
		abort();
	memset(p, 0, bytes);
	return p;
}

#endif
