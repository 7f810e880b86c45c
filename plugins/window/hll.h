/*
 * hll.h - how many different values there are, by their hashes. Pure.
 *
 * Few are a set of hashes: as exact as 64 bits are, which for a million pairs of
 * values is an error of one in 10^13. Once the set would need more memory than
 * the registers of a HyperLogLog, it becomes those: 2^14 registers of a byte.
 * What they say has a standard error of 0.81 %, and one set merges with another
 * as if all values had come to one.
 *
 * The memory is 2^k bytes, zero at first; who owns it makes it longer when asked to.
 */
#ifndef WINDOW_HLL_H
#define WINDOW_HLL_H

#include <stdint.h>

#define HLL_BITS 14u
#define HLL_BYTES (1u << HLL_BITS)
#define HLL_LEAST 32u /* bytes of the smallest set */

/* A set of hashes: open addressing, 0 is free. */
struct hll_set {
	uint64_t *at;
	uint32_t len; /* bytes */
};

/* The hash of a value's bytes; of 8 bytes, quickly. Never 0. */
uint64_t hll_hash(const char *p, uint32_t len);
uint64_t hll_hash_word(uint64_t word);

/* May a set of so many bytes hold n hashes? */
static inline int hll_fits(uint32_t len, int64_t n)
{
	return (uint64_t)n * 32 <= (uint64_t)len * 3; /* 3/4 full */
}

/* Put a hash in, for which there is room. 1: it was not in. */
int hll_insert(const struct hll_set *set, uint64_t hash);

/* The memory grew from old_len bytes, the new ones zero: put all where it belongs. */
void hll_spread(const struct hll_set *set, uint32_t old_len);

/* The set's memory, HLL_BYTES of it, becomes registers. */
void hll_become(uint64_t *set);

void hll_count(uint8_t *registers, uint64_t hash);
void hll_merge(uint8_t *to, const uint8_t *from);
int64_t hll_estimate(const uint8_t *registers);

#endif
