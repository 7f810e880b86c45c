/* place/search.c - the order of the searches: guesses, climbs, shaking, and all placements where few. */
#include <place/search.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The clock is links looked at, so that the outcome does not depend on the
 * machine's speed. All guesses together take at most half of it. */
#define WORK 48000000u
#define ROUNDS 300u
/* Past so many atoms, new guesses pay more than shaking the best one. */
#define MANY 200u
#define SEED 0x7468616c776567u

struct search {
	struct tw_try t;
	uint32_t *best; /* [n] */
	double cost;
};

static void keep(struct search *s)
{
	double cost = tw_try_cost(&s->t);

	if (!(cost < s->cost - s->t.net->eps))
		return;
	s->cost = cost;
	memcpy(s->best, s->t.slot, s->t.net->n * sizeof *s->best);
}

static int guess(struct search *s, uint32_t k, uint64_t seed, uint64_t until)
{
	int err = tw_start(&s->t, k, seed);

	if (!err)
		err = tw_climb(&s->t, until);
	if (!err)
		keep(s);
	return err;
}

/* 1, 2, 3, 4, 6, 8, 12, ... clusters, and as many as allowed. */
static int guesses(struct search *s)
{
	const struct tw_net *net = s->t.net;
	uint64_t slice = WORK / 24;
	uint32_t k, step = 1;
	int err = guess(s, net->most, 0, s->t.work + slice);

	for (k = 1; !err && k < net->most && s->t.work < WORK / 2; k += step) {
		if (k >= net->least)
			err = guess(s, k, 0, s->t.work + slice);
		if (k >= 4 && (k & (k - 1)) == 0)
			step = k / 2;
	}
	return err;
}

/* A few atoms, or an atom with all that sits with it or talks to it, land anywhere. */
static void shake(struct search *s, uint64_t *luck)
{
	struct tw_try *t = &s->t;
	const struct tw_net *net = t->net;
	uint32_t n = 1 + tw_luck(luck) % 3, i, j, a, slot;

	for (i = 0; i < n; i++) {
		a = tw_luck(luck) % net->n;
		slot = tw_luck(luck) % net->n_slots;
		if (!t->count[slot] && t->n_used >= net->most)
			slot = t->slot[tw_luck(luck) % net->n];
		if (slot != t->slot[a])
			tw_try_move(t, a, slot);
		for (j = net->first[a]; n == 1 && j < net->first[a + 1]; j++)
			if (t->slot[net->links[j].to] != slot)
				tw_try_move(t, net->links[j].to, slot);
	}
}

/* All atoms anywhere, in a few slots that luck chose. */
static void scatter(struct search *s, uint64_t *luck)
{
	struct tw_try *t = &s->t;
	const struct tw_net *net = t->net;
	uint32_t k = 1 + tw_luck(luck) % net->most, i;

	tw_try_clear(t);
	for (i = 0; i < net->n; i++)
		tw_try_put(t, i, t->n_used < k ? tw_luck(luck) % net->n_slots : t->slot[tw_luck(luck) % i]);
}

/* Where a round begins: the best so far, shaken; a new guess; or chaos. */
static int begin(struct search *s, uint32_t round, uint64_t *luck)
{
	const struct tw_net *net = s->t.net;
	uint32_t k = 1 + tw_luck(luck) % net->most; /* small numbers as often as large ones */

	k = 1 + tw_luck(luck) % k;
	if (round % 4 == 3 || (net->n > MANY && round % 4))
		return tw_start(&s->t, k > net->least ? k : net->most, *luck);
	if (round % 4 == 1) {
		scatter(s, luck);
		return 0;
	}
	tw_try_load(&s->t, s->best);
	shake(s, luck);
	return 0;
}

static int rounds(struct search *s)
{
	uint64_t luck = SEED;
	uint32_t i;
	int err = 0;

	for (i = 0; i < ROUNDS && !err && s->t.work < WORK; i++) {
		err = begin(s, i, &luck);
		if (!err)
			err = tw_climb(&s->t, WORK);
		if (!err)
			keep(s);
	}
	return err;
}

int tw_search(const struct tw_net *net, bool with_exact, uint32_t *slot)
{
	struct search s = {.best = slot};
	uint32_t i;
	int err;

	if (!net->n)
		return 0;
	err = tw_try_init(&s.t, net);
	if (err)
		return err;
	/* All in one place keeps every rule, and is what the rest must beat. */
	for (i = 0; i < net->n; i++)
		slot[i] = 0;
	tw_try_load(&s.t, slot);
	s.cost = tw_try_cost(&s.t);
	if (net->most > 1)
		err = guesses(&s);
	if (!err && net->most > 1)
		err = rounds(&s);
	if (!err && with_exact && net->n <= TW_EXACT_ATOMS) {
		err = tw_exact(&s.t, &s.cost, slot);
		err = err == -E2BIG ? 0 : err;
	}
	tw_try_fini(&s.t);
	return err;
}
