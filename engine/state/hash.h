/*
 * state/hash.h - the hash of keys. Pure.
 *
 * Each step multiplies 64 by 64 bits and folds the product's halves onto each
 * other, so that every bit of the input reaches all bits of the result. Key groups
 * follow from it: a change of this file changes where stored state belongs.
 */
#ifndef TW_STATE_HASH_H
#define TW_STATE_HASH_H

#include <stdint.h>
#include <string.h>

#define TW_HASH_A 0xd1b54a32d192ed03u
#define TW_HASH_B 0x8bb84b93962eacc9u
#define TW_HASH_C 0xe95d1c4f6b7a3c35u

static inline uint64_t tw_hash_fold(uint64_t a, uint64_t b)
{
	__extension__ const unsigned __int128 p = (unsigned __int128)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static inline uint64_t tw_hash_word(uint64_t h, uint64_t word)
{
	return tw_hash_fold(h ^ word, TW_HASH_A);
}

/* Two words at the price of one. */
static inline uint64_t tw_hash_pair(uint64_t h, uint64_t a, uint64_t b)
{
	return tw_hash_fold(a ^ TW_HASH_B, b ^ h) + TW_HASH_C;
}

static inline uint64_t tw_hash_bytes(uint64_t h, const char *p, uint32_t len)
{
	uint64_t last[2] = {0, 0};
	uint32_t i;

	for (i = 0; len - i > 16; i += 16) {
		uint64_t two[2];

		memcpy(two, p + i, 16);
		h = tw_hash_pair(h, two[0], two[1]);
	}
	memcpy(last, p + i, len - i);
	return tw_hash_word(tw_hash_pair(h, last[0], last[1]), len);
}

#endif
