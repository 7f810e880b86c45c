/* place/climb.c - local search: from a placement to one that no single step betters. */
#include <place/search.h>

#include <errno.h>
#include <stdlib.h>

/* Up to so many atoms every pair is tried for a swap; beyond, only the partners of what an atom talks to. */
#define ALL_PAIRS 96u

/* Up to so many workers all are tried as a target; beyond, those where partners
 * sit, and WINDOW others that change from one look to the next. */
#define ALL_SLOTS 24u
#define WINDOW 6u

struct climb {
	struct tw_try *t;
	uint64_t until;
	uint32_t n; /* targets; those from n_used on are empty */
	uint32_t n_used;
	uint32_t *target; /* [n_slots] */
	uint32_t *stamp;  /* [n_slots] look that listed it last */
	uint32_t look;
	uint32_t turn; /* where the next window begins */
};

static void add_target(struct climb *c, uint32_t slot)
{
	if (c->stamp[slot] == c->look || !c->t->count[slot])
		return;
	c->stamp[slot] = c->look;
	c->target[c->n++] = slot;
}

static void add_partners(struct climb *c, uint32_t atom)
{
	const struct tw_net *net = c->t->net;
	uint32_t i;

	for (i = net->first[atom]; i < net->first[atom + 1]; i++)
		add_target(c, c->t->slot[net->links[i].to]);
	c->t->work += net->first[atom + 1] - net->first[atom];
}

/* Where what sits in slot `from` (only `atom` of it, if that is one) may go. */
static void list_targets(struct climb *c, uint32_t from, uint32_t atom)
{
	struct tw_try *t = c->t;
	const struct tw_net *net = t->net;
	uint32_t i, a, end;

	c->n = 0;
	c->stamp[from] = ++c->look;
	if (t->n_used <= ALL_SLOTS) {
		for (i = 0; i < net->n_slots; i++)
			add_target(c, i);
		t->work += net->n_slots / 8;
	} else {
		for (a = t->head[from]; atom == UINT32_MAX && a != UINT32_MAX; a = t->next[a])
			add_partners(c, a);
		if (atom != UINT32_MAX)
			add_partners(c, atom);
		end = c->n + WINDOW;
		for (i = 0; i < net->n_slots && c->n < end; i++)
			add_target(c, c->turn++ % net->n_slots);
	}
	c->n_used = c->n;
	c->n += tw_try_empties(t, c->target + c->n);
}

/* One atom goes elsewhere. */
static bool move_atoms(struct climb *c)
{
	struct tw_try *t = c->t;
	const struct tw_net *net = t->net;
	bool gained = false;
	uint32_t a, i, to;
	double best, change;

	for (a = 0; a < net->n && t->work < c->until; a++) {
		list_targets(c, t->slot[a], a);
		best = -net->eps;
		to = UINT32_MAX;
		for (i = 0; i < c->n; i++) {
			change = tw_try_if_move(t, a, c->target[i]);
			if (change < best) {
				best = change;
				to = c->target[i];
			}
		}
		if (to != UINT32_MAX) {
			tw_try_move(t, a, to);
			gained = true;
		}
	}
	return gained;
}

/* All of a worker goes to a free core, changes places with another, or joins it. */
static bool move_slots(struct climb *c)
{
	struct tw_try *t = c->t;
	const struct tw_net *net = t->net;
	bool gained = false, best_merge = false;
	uint32_t a, i, to;
	double best, change;

	for (a = 0; a < net->n_slots && t->work < c->until; a++) {
		if (!t->count[a])
			continue;
		list_targets(c, a, UINT32_MAX);
		best = -net->eps;
		to = UINT32_MAX;
		for (i = 0; i < c->n + c->n_used; i++) {
			uint32_t slot = c->target[i < c->n ? i : i - c->n];
			bool merge = i < c->n; /* with an empty one, that is to move there */

			change = tw_try_if_slots(t, a, slot, merge);
			if (change < best) {
				best = change;
				best_merge = merge;
				to = slot;
			}
		}
		if (to != UINT32_MAX) {
			tw_try_slots(t, a, to, best_merge);
			gained = true;
		}
	}
	return gained;
}

static bool swap_two(struct tw_try *t, uint32_t a, uint32_t b)
{
	uint32_t s = t->slot[a], d = t->slot[b];

	if (s == d || !(tw_try_if_swap(t, a, b) < -t->net->eps))
		return false;
	tw_try_move(t, a, d);
	tw_try_move(t, b, s);
	return true;
}

static bool swap_with_partners(struct climb *c, uint32_t a)
{
	struct tw_try *t = c->t;
	const struct tw_net *net = t->net;
	uint32_t i, b;

	for (i = net->first[a]; i < net->first[a + 1] && t->work < c->until; i++)
		for (b = t->head[t->slot[net->links[i].to]]; b != UINT32_MAX; b = t->next[b])
			if (swap_two(t, a, b))
				return true;
	return false;
}

static bool swap_atoms(struct climb *c)
{
	const struct tw_net *net = c->t->net;
	bool gained = false;
	uint32_t a, b;

	for (a = 0; a < net->n && c->t->work < c->until; a++) {
		if (net->n > ALL_PAIRS)
			gained |= swap_with_partners(c, a);
		for (b = a + 1; b < net->n && net->n <= ALL_PAIRS; b++)
			gained |= swap_two(c->t, a, b);
	}
	return gained;
}

int tw_climb(struct tw_try *t, uint64_t until)
{
	struct climb c = {.t = t, .until = until};
	bool gained = true;

	c.target = malloc(t->net->n_slots * sizeof *c.target);
	c.stamp = calloc(t->net->n_slots, sizeof *c.stamp);
	while (c.target && c.stamp && gained && t->work < until) {
		gained = move_atoms(&c);
		gained |= move_slots(&c);
		if (!gained)
			gained = swap_atoms(&c);
	}
	free(c.target);
	free(c.stamp);
	return c.target && c.stamp ? 0 : -ENOMEM;
}
