/* Counts of different values: exact while they are few, within the error that is said after. */
#include "hll.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static uint64_t memory[HLL_BYTES / 8];

static int64_t estimate_of(uint64_t from, int64_t n)
{
	int64_t i;

	memset(memory, 0, sizeof memory);
	for (i = 0; i < n; i++)
		hll_count((uint8_t *)memory, hll_hash_word(from + (uint64_t)i));
	return hll_estimate((const uint8_t *)memory);
}

/* The standard error that is said is 0.81 %: over many sets of values the mean square
 * must be that, and no single one be far out. */
Test(hll, is_as_accurate_as_it_says, .timeout = 120)
{
	static const int64_t sizes[] = {1600, 5000, 20000, 45000, 100000, 300000};
	int i, k;

	for (i = 0; i < 6; i++) {
		const int rounds = i < 5 ? 60 : 20;
		double squares = 0, sum = 0;

		for (k = 0; k < rounds; k++) {
			const int64_t got = estimate_of((uint64_t)k << 32, sizes[i]);
			const double error = (double)(got - sizes[i]) / (double)sizes[i];

			squares += error * error;
			sum += error;
			cr_assert(error < 0.036 && error > -0.036, "%d of %d", (int)got, (int)sizes[i]);
		}
		cr_assert_lt(squares / rounds, 0.0105 * 0.0105, "%d values: mean square %g", (int)sizes[i],
			     squares / rounds);
		cr_assert(sum / rounds < 0.004 && sum / rounds > -0.004, "%d values: bias %g", (int)sizes[i],
			  sum / rounds);
	}
}

Test(hll, of_nothing_is_nothing)
{
	cr_assert_eq(estimate_of(0, 0), 0);
	cr_assert_eq(estimate_of(0, 1), 1);
	cr_assert_eq(estimate_of(9, 10), 10);
}

/* A set grows by doubling, loses nothing, and then becomes the registers that the same
 * values would have made. */
Test(hll, a_set_is_exact_and_becomes_registers)
{
	static uint8_t want[HLL_BYTES];
	struct hll_set set = {memory, HLL_LEAST};
	int64_t n = 0, i, k;

	memset(memory, 0, sizeof memory);
	for (i = 0; hll_fits(HLL_BYTES, i + 1); i++) {
		const uint64_t hash = hll_hash_word((uint64_t)i * 3);

		if (!hll_fits(set.len, n + 1)) {
			set.len *= 2;
			hll_spread(&set, set.len / 2);
		}
		n += hll_insert(&set, hash);
		cr_assert_eq(n, i + 1);
		for (k = i; k >= 0; k -= 37)
			cr_assert_eq(hll_insert(&set, hll_hash_word((uint64_t)k * 3)), 0, "%d of %d is lost", (int)k,
				     (int)i);
		hll_count(want, hash);
	}
	cr_assert_eq(n, 1536);
	cr_assert_eq(set.len, HLL_BYTES);
	hll_become(memory);
	cr_assert_eq(memcmp(memory, want, HLL_BYTES), 0);
}

Test(hll, merged_is_as_if_all_had_come_to_one)
{
	static uint8_t a[HLL_BYTES], b[HLL_BYTES], all[HLL_BYTES];
	uint64_t i;

	for (i = 0; i < 30000; i++) {
		hll_count(i % 3 ? a : b, hll_hash_word(i));
		hll_count(all, hll_hash_word(i));
	}
	hll_merge(a, b);
	cr_assert_eq(memcmp(a, all, HLL_BYTES), 0);
}

/* Texts that differ in one bit, in length alone, or after the first sixteen bytes. */
Test(hll, hashes_tell_texts_apart)
{
	char text[64];
	uint64_t seen[64 * 9 * 2];
	uint32_t n = 0, i, len, bit;

	memset(text, 'a', sizeof text);
	for (len = 0; len <= 64; len++)
		seen[n++] = hll_hash(text, len);
	for (bit = 0; bit < 64 * 8; bit++) {
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
		seen[n++] = hll_hash(text, sizeof text);
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
	}
	for (i = 0; i < n; i++) {
		cr_assert_neq(seen[i], 0);
		for (bit = 0; bit < i; bit++)
			cr_assert_neq(seen[i], seen[bit], "%u and %u", i, bit);
	}
}
