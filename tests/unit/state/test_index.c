/* tests/unit/state/test_index.c - the index under growth and churn. */
#include <state/index.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N 300000u

static uint64_t next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static uint32_t hash_of(uint32_t number, uint32_t spread)
{
	return (number % spread) * 2654435761u;
}

static bool find_in(const struct tw_buckets *b, uint32_t hash, uint32_t number)
{
	struct tw_probe p = tw_probe_start(b, hash);
	uint32_t n;

	do
		n = tw_probe_next(&p, hash);
	while (n != TW_NONE && n != number);
	return n == number;
}

static bool find(const struct tw_index *x, uint32_t hash, uint32_t number)
{
	return find_in(&x->cur, hash, number) || (x->old.at && find_in(&x->old, hash, number));
}

static uint64_t filled(const struct tw_buckets *b)
{
	uint64_t n = 0, i;

	for (i = 0; b->at && i < 1ull << b->bits; i++)
		n += b->at[i].ref != 0;
	return n;
}

/* spread: numbers share hashes when it is less than N. */
static void grow_and_shrink(uint32_t spread)
{
	struct tw_budget budget = {.max = 1u << 30};
	static uint8_t in[N];
	struct tw_index x;
	uint64_t seed = 7;
	uint32_t i, number;

	printf("seed 7\n");
	memset(in, 0, sizeof in);
	cr_assert_eq(tw_index_init(&x, N, &budget), 0);
	for (i = 0; i < 4000000; i++) {
		/* The working set widens, then moves on. */
		number = (uint32_t)(next(&seed) % (i < 2000000 ? i / 8 + 10 : 250000)) + (i < 2000000 ? 0 : 50000);
		number = number < N ? number : N - 1;
		if (in[number]) {
			tw_index_remove(&x, hash_of(number, spread), number);
		} else {
			cr_assert(tw_index_room(&x), "room");
			tw_index_put(&x, hash_of(number, spread), number);
		}
		in[number] ^= 1;
		if (i % 2 == 0)
			tw_index_step(&x);
	}
	for (i = 0, number = 0; i < N; i++) {
		number += in[i];
		cr_assert_eq(find(&x, hash_of(i, spread), i), in[i]);
	}
	cr_assert_eq(x.count, number);
	cr_assert_eq(filled(&x.cur) + filled(&x.old), number);
	for (i = 0; i < N; i++)
		if (in[i])
			tw_index_remove(&x, hash_of(i, spread), i);
	cr_assert_eq(filled(&x.cur) + filled(&x.old), 0, "no tombstones");
	tw_index_fini(&x);
}

Test(index, grows_and_shrinks, .timeout = 120)
{
	grow_and_shrink(N);
}

Test(index, holds_equal_hashes, .timeout = 120)
{
	grow_and_shrink(N / 4);
}

/* One array fills while the other empties: none is ever asked to grow twice at once,
 * and an emptied one is clean. */
Test(index, moves_faster_than_it_fills)
{
	struct tw_budget budget = {.max = 1u << 30};
	struct tw_index x;
	uint32_t i, grown = 0;

	cr_assert_eq(tw_index_init(&x, 1u << 20, &budget), 0);
	for (i = 0; i < 1u << 20; i++) {
		bool moving = x.old.at != NULL;

		tw_index_step(&x);
		cr_assert(tw_index_room(&x));
		grown += !moving && x.old.at;
		tw_index_put(&x, hash_of(i, UINT32_MAX), i);
	}
	cr_assert_eq(grown, 15u, "%u", grown);
	cr_assert_null(x.old.at);
	for (i = 0; i < 1u << x.cur.bits; i++)
		if (i < 1u << (x.cur.bits - 1))
			cr_assert_eq(((struct tw_bucket *)x.range[x.which ^ 1u].base)[i].ref, 0);
	tw_index_fini(&x);
}

Test(index, fills_up_past_its_budget)
{
	struct tw_budget budget = {.max = 0};
	struct tw_index x;
	uint32_t i;

	cr_assert_eq(tw_index_init(&x, 1000, &budget), 0);
	for (i = 0; tw_index_room(&x); i++)
		tw_index_put(&x, hash_of(i, UINT32_MAX), i);
	cr_assert_eq(i, 56, "seven eighths of 64");
	tw_index_remove(&x, hash_of(3, UINT32_MAX), 3);
	cr_assert(tw_index_room(&x));
	tw_index_fini(&x);
}
