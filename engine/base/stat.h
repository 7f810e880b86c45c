/*
 * base/stat.h - counters that one thread writes and any may read.
 *
 * The writer is the only one, so it needs no read-modify-write: a relaxed load
 * and store. Readers take relaxed loads and get some recent value of each counter;
 * nothing is ordered by them, and nothing relies on two of them being in step.
 */
#ifndef TW_BASE_STAT_H
#define TW_BASE_STAT_H

#include <stdatomic.h>
#include <stdint.h>

typedef _Atomic uint64_t tw_stat;

static inline void tw_stat_add(tw_stat *s, uint64_t n)
{
	atomic_store_explicit(s, atomic_load_explicit(s, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline uint64_t tw_stat_get(tw_stat *s)
{
	return atomic_load_explicit(s, memory_order_relaxed);
}

#endif
