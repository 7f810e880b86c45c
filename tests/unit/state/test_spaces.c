/* tests/unit/state/test_spaces.c - namespaces: the least is always known, chains
 * keep their order, whichever entry goes. */
#include <state/spaces.h>

#include <criterion/criterion.h>
#include <stdio.h>

#define N 4000u      /* entries */
#define SPREAD 3000u /* namespaces */

static uint32_t rnd(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return (uint32_t)(*s >> 20);
}

static int64_t ns_of[N]; /* INT64_MAX: not in */

static void check(const struct tw_spaces *s)
{
	int64_t least = INT64_MAX;
	uint32_t i;

	for (i = 0; i < N; i++)
		least = ns_of[i] < least ? ns_of[i] : least;
	cr_assert_eq(tw_spaces_least(s) == TW_NONE, least == INT64_MAX);
	if (least != INT64_MAX)
		cr_assert_eq(s->space[tw_spaces_least(s)].ns, least);
	for (i = 0; i < s->n; i++) {
		cr_assert_eq(s->space[s->heap[i]].pos, i);
		cr_assert_leq(s->space[s->heap[(i ? i - 1 : 0) / 2]].ns, s->space[s->heap[i]].ns, "heap at %u", i);
	}
}

/* Chains hold what they should, and stamps rise along them. */
static void check_chain(struct tw_spaces *s, int64_t ns, const uint64_t *stamp)
{
	uint32_t space = tw_spaces_find(s, ns), e, n = 0, want = 0, i;
	uint64_t last = 0;

	for (i = 0; i < N; i++)
		want += ns_of[i] == ns;
	cr_assert_eq(space == TW_NONE, want == 0);
	for (e = want ? s->space[space].first : TW_NONE; e != TW_NONE; e = s->link[e].next, n++) {
		cr_assert_eq(ns_of[e], ns);
		cr_assert_gt(stamp[e], last);
		last = stamp[e];
	}
	cr_assert_eq(n, want);
}

Test(spaces, least_and_chains, .timeout = 120)
{
	struct tw_budget budget = {.max = 1u << 24};
	static struct tw_chained link[N];
	static uint64_t stamp[N];
	struct tw_spaces s;
	uint64_t seed = 3;
	uint32_t i, made = 0;

	printf("seed 3\n");
	for (i = 0; i < N; i++)
		ns_of[i] = INT64_MAX;
	cr_assert_eq(tw_spaces_init(&s, N + 1, link, &budget), 0);
	for (i = 1; i < 60000; i++) {
		/* Sometimes nearly empty, sometimes nearly full. */
		uint32_t e = rnd(&seed) % N;
		bool fill = i / 10000 % 2 == 0;

		if (ns_of[e] == INT64_MAX && (fill || rnd(&seed) % 8 == 0)) {
			ns_of[e] = (int64_t)(rnd(&seed) % SPREAD) - 300;
			stamp[e] = i;
			tw_spaces_append(&s, tw_spaces_get(&s, ns_of[e]), e);
		} else if (ns_of[e] != INT64_MAX && (!fill || rnd(&seed) % 4 == 0)) {
			tw_spaces_remove(&s, ns_of[e], e);
			ns_of[e] = INT64_MAX;
		}
		if (i % 7 == 0)
			check(&s);
		if (i % 50 == 0)
			check_chain(&s, (int64_t)(rnd(&seed) % SPREAD) - 300, stamp);
		made = s.n_made > made ? s.n_made : made;
	}
	cr_assert_leq(made, SPREAD, "numbers are used again");
	for (i = 0; i < N; i++)
		if (ns_of[i] != INT64_MAX) {
			tw_spaces_remove(&s, ns_of[i], i);
			ns_of[i] = INT64_MAX;
			check(&s);
		}
	cr_assert_eq(s.index.count, 0);
	tw_spaces_fini(&s);
}
