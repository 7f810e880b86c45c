/*
 * thalweg/hist.h - a histogram of durations with a bounded relative error.
 *
 * Log-linear buckets (the idea of HdrHistogram): 64 per power of two, so a value
 * is off by at most 1/64 (1.6 %). Covers 0 to 2^40 ns (18 minutes), what is above
 * goes into the last bucket. 17 KiB, no allocation, one writer; a reader on
 * another thread takes a copy of the whole and may see counts of the last moment
 * missing.
 */
#ifndef THALWEG_HIST_H
#define THALWEG_HIST_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TW_HIST_SUB 64u
#define TW_HIST_BUCKETS (TW_HIST_SUB * 36u)

struct tw_hist {
	uint64_t n;
	uint64_t max;
	uint64_t count[TW_HIST_BUCKETS];
};

static inline uint32_t tw_hist_index(uint64_t v)
{
	uint32_t e, i;

	if (v < TW_HIST_SUB)
		return (uint32_t)v;
	e = 63u - (uint32_t)__builtin_clzll(v) - 6u; /* v >> e is in 64..127 */
	i = TW_HIST_SUB * (e + 1u) + (uint32_t)(v >> e) - TW_HIST_SUB;
	return i < TW_HIST_BUCKETS ? i : TW_HIST_BUCKETS - 1u;
}

/* The greatest value that falls into bucket i. */
static inline uint64_t tw_hist_value(uint32_t i)
{
	uint32_t e = i / TW_HIST_SUB;

	if (e == 0)
		return i;
	return (((uint64_t)(i % TW_HIST_SUB) + TW_HIST_SUB + 1u) << (e - 1u)) - 1u;
}

static inline void tw_hist_add(struct tw_hist *h, uint64_t v, uint64_t times)
{
	h->count[tw_hist_index(v)] += times;
	h->n += times;
	if (v > h->max)
		h->max = v;
}

/* The value that a fraction q (0..1) of all values is at or below; 0 if empty. */
static inline uint64_t tw_hist_quantile(const struct tw_hist *h, double q)
{
	uint64_t want = (uint64_t)(q * (double)h->n + 0.5), seen = 0;
	uint32_t i;

	if (h->n == 0)
		return 0;
	if (want == 0)
		want = 1;
	for (i = 0; i < TW_HIST_BUCKETS; i++) {
		seen += h->count[i];
		if (seen >= want)
			break;
	}
	return i == TW_HIST_BUCKETS || tw_hist_value(i) > h->max ? h->max : tw_hist_value(i);
}

#ifdef __cplusplus
}
#endif
#endif
