/* hll.c - sets of hashes and HyperLogLog; see hll.h. */
#include "hll.h"

#include <string.h>

#define MOST_ZEROS (64u - HLL_BITS)

static uint64_t fold(uint64_t a, uint64_t b)
{
	__extension__ const unsigned __int128 p = (unsigned __int128)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* 0 is a free place of a set. */
static uint64_t end_of(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	h ^= h >> 32;
	return h ? h : 1;
}

uint64_t hll_hash_word(uint64_t word)
{
	/* Each step can be undone, so different words have different hashes. */
	word ^= 0x9e3779b97f4a7c15u;
	word ^= word >> 32;
	word *= 0xd6e8feb86659fd93u;
	return end_of(word);
}

uint64_t hll_hash(const char *p, uint32_t len)
{
	uint64_t h = 0x5851f42d4c957f2du ^ len, two[2] = {0, 0};

	for (; len > 16; p += 16, len -= 16) {
		memcpy(two, p, 16);
		h = fold(two[0] ^ 0xa0761d6478bd642fu, two[1] ^ h) + 0xe7037ed1a0b428dbu;
	}
	two[0] = two[1] = 0;
	if (len)
		memcpy(two, p, len);
	return end_of(fold(two[0] ^ 0xa0761d6478bd642fu, two[1] ^ h));
}

int hll_insert(const struct hll_set *set, uint64_t hash)
{
	const uint32_t mask = set->len / 8u - 1u;
	uint32_t i = (uint32_t)hash & mask;

	for (; set->at[i]; i = (i + 1u) & mask)
		if (set->at[i] == hash)
			return 0;
	set->at[i] = hash;
	return 1;
}

/* The old places are emptied and their hashes put in again. */
void hll_spread(const struct hll_set *set, uint32_t old_len)
{
	uint64_t old[HLL_BYTES / 8u];
	uint32_t i;

	memcpy(old, set->at, old_len);
	memset(set->at, 0, old_len);
	for (i = 0; i < old_len / 8u; i++)
		if (old[i])
			hll_insert(set, old[i]);
}

void hll_become(uint64_t *set)
{
	uint64_t old[HLL_BYTES / 8u];
	uint32_t i;

	memcpy(old, set, sizeof old);
	memset(set, 0, sizeof old);
	for (i = 0; i < HLL_BYTES / 8u; i++)
		if (old[i])
			hll_count((uint8_t *)set, old[i]);
}

void hll_count(uint8_t *registers, uint64_t hash)
{
	const uint64_t rest = hash >> HLL_BITS;
	const uint8_t zeros = (uint8_t)(rest ? (uint32_t)__builtin_ctzll(rest) + 1u : MOST_ZEROS);
	uint8_t *r = &registers[hash & (HLL_BYTES - 1u)];

	if (*r < zeros)
		*r = zeros;
}

void hll_merge(uint8_t *to, const uint8_t *from)
{
	uint32_t i;

	for (i = 0; i < HLL_BYTES; i++)
		to[i] = to[i] < from[i] ? from[i] : to[i];
}

/* x + 1 x^2 + 2 x^4 + 4 x^8 + ... */
static double sigma(double x)
{
	double y = 1, sum = x, before;

	do {
		x *= x;
		before = sum;
		sum += x * y;
		y += y;
	} while (sum != before);
	return sum;
}

/* By Ertl's estimator, which needs no table of corrections and has no bias for any
 * number of values. Full registers (2^50 values) are taken for one less. */
int64_t hll_estimate(const uint8_t *registers)
{
	const double m = HLL_BYTES;
	uint32_t n[MOST_ZEROS + 1u] = {0}, i;
	double z = 0;

	for (i = 0; i < HLL_BYTES; i++)
		n[registers[i]]++;
	if (n[0] == HLL_BYTES)
		return 0;
	for (i = MOST_ZEROS; i > 0; i--)
		z = (z + n[i]) / 2;
	z += m * sigma(n[0] / m);
	return (int64_t)(0.72134752044448170368 * m * m / z + 0.5);
}
