/* tests/unit/state/test_blobs.c - the buddy system: nothing overlaps, and what was
 * split is merged again. */
#include <state/blobs.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N 3000u

static uint32_t rnd(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return (uint32_t)(*s >> 20);
}

static uint32_t size(uint64_t *s)
{
	return 1 + rnd(s) % (1u << rnd(s) % 15);
}

static bool is_all(const char *p, char v, uint32_t len)
{
	return len == 0 || (*p == v && !memcmp(p, p + 1, len - 1));
}

Test(blobs, never_overlap_and_merge_again, .timeout = 120)
{
	struct tw_budget budget = {.max = 64u << 20};
	static struct tw_blob blob[N];
	struct tw_blobs a;
	uint64_t seed = 31;
	uint32_t i, k, top = 0, first;

	printf("seed 31\n");
	cr_assert_eq(tw_blobs_init(&a, &budget), 0);
	for (i = 0; i < 600000; i++) {
		uint32_t len = rnd(&seed) % 4 ? size(&seed) : 0;
		char *p;

		k = rnd(&seed) % N;
		cr_assert(is_all(tw_blobs_at(&a, blob[k].ref), (char)k, blob[k].len), "blob %u overwritten", k);
		p = tw_blobs_write(&a, &blob[k], len);
		cr_assert_not_null(p);
		if (len)
			memset(p, (int)k, len);
		if (i == 200000)
			top = a.top;
	}
	cr_assert_lt(a.top, top + top / 2, "%u units then, %u now", top, a.top);
	for (k = 0; k < N; k++)
		tw_blobs_write(&a, &blob[k], 0);
	cr_assert_eq(budget.used, 0);
	top = a.top;
	/* All free and merged: half of the arena is to be had in one piece. */
	for (k = 0; 2u << k <= top; k++)
		;
	first = tw_blobs_take(&a, (uint64_t)TW_BLOB_UNIT << (k - 1));
	cr_assert_neq(first, TW_NONE);
	cr_assert_eq(a.top, top);
	tw_blobs_fini(&a);
}

Test(blobs, new_bytes_are_zero)
{
	struct tw_budget budget = {.max = 1u << 20};
	struct tw_blob blob = {0, 0, 0};
	struct tw_blobs a;
	char *p;

	cr_assert_eq(tw_blobs_init(&a, &budget), 0);
	memset(tw_blobs_write(&a, &blob, 30), 'x', 30);
	tw_blobs_write(&a, &blob, 10);
	p = tw_blobs_write(&a, &blob, 30);
	cr_assert(is_all(p, 'x', 10) && is_all(p + 10, 0, 20));
	p = tw_blobs_write(&a, &blob, 5000);
	cr_assert(is_all(p, 'x', 10) && is_all(p + 10, 0, 4990));
	tw_blobs_write(&a, &blob, 0);
	cr_assert_eq(blob.cap, 0);
	cr_assert(is_all(tw_blobs_write(&a, &blob, 5000), 0, 5000));
	tw_blobs_fini(&a);
}

Test(blobs, kept_ones_are_copied_even_without_budget)
{
	struct tw_budget budget = {.max = 4096};
	struct tw_blob blob = {0, 0, 0}, was;
	struct tw_blobs a;
	char *p;

	cr_assert_eq(tw_blobs_init(&a, &budget), 0);
	memset(tw_blobs_write(&a, &blob, 2000), 'x', 2000);
	cr_assert_eq(tw_blobs_take(&a, 2000), TW_NONE);
	was = blob;
	tw_blobs_open(&a);
	p = tw_blobs_write(&a, &blob, 2000);
	cr_assert_not_null(p);
	cr_assert_neq(blob.ref, was.ref);
	memset(p, 'y', 2000);
	cr_assert_null(tw_blobs_write(&a, &blob, 4000));
	cr_assert_eq(tw_blobs_write(&a, &blob, 2000), p, "copied once");
	cr_assert(is_all(tw_blobs_at(&a, was.ref), 'x', 2000));
	tw_blobs_write(&a, &blob, 0);
	cr_assert(is_all(tw_blobs_at(&a, was.ref), 'x', 2000));
	tw_blobs_close(&a);
	tw_blobs_drain(&a);
	cr_assert_eq(budget.used, 0);
	cr_assert_eq(a.done_first, TW_NONE);
	tw_blobs_fini(&a);
}
