/* place/exact.c - all placements of a few atoms, less those that cannot win. */
#include <place/search.h>

#include <errno.h>
#include <stdlib.h>

/* Work after which the search gives up: about 0.1 s. */
#define EXACT_WORK 8000000u

struct exact {
	struct tw_try *t;
	uint64_t until;
	double cost;
	uint32_t *best;                 /* [n] */
	uint32_t *empty;                /* [n][n_slots] */
	uint32_t order[TW_EXACT_ATOMS]; /* what costs most comes first, to cut early */
};

static void sort_atoms(struct exact *x)
{
	const struct tw_net *net = x->t->net;
	double weight[TW_EXACT_ATOMS];
	uint32_t a, i, j;

	for (a = 0; a < net->n; a++) {
		weight[a] = net->load[a];
		for (i = net->first[a]; i < net->first[a + 1]; i++)
			weight[a] += net->links[i].rate * 100 + (net->links[i].need ? net->breach : 0);
		for (j = a; j > 0 && weight[x->order[j - 1]] < weight[a]; j--)
			x->order[j] = x->order[j - 1];
		x->order[j] = a;
	}
}

/* Costs only grow as more atoms sit somewhere, except that workers may still come. */
static bool can_win(const struct exact *x, uint32_t depth)
{
	const struct tw_try *t = x->t;
	const struct tw_net *net = t->net;
	uint32_t n_used = t->n_used + net->n - depth;
	double bound = t->busy[t->top[0]] + t->links;

	if (n_used < net->least)
		bound += (net->least - n_used) * net->missing;
	return bound < x->cost - net->eps && t->work < x->until;
}

static void descend(struct exact *x, uint32_t depth)
{
	struct tw_try *t = x->t;
	const struct tw_net *net = t->net;
	uint32_t *empty = x->empty + (size_t)depth * net->n_slots, n, i;

	if (!can_win(x, depth))
		return;
	if (depth == net->n) {
		x->cost = tw_try_cost(t);
		for (i = 0; i < net->n; i++)
			x->best[i] = t->slot[i];
		return;
	}
	n = t->n_used < net->most ? tw_try_empties(t, empty) : 0;
	for (i = 0; i < net->n_slots + n; i++) {
		uint32_t slot = i < net->n_slots ? i : empty[i - net->n_slots];

		if (i < net->n_slots && !t->count[slot])
			continue;
		tw_try_put(t, x->order[depth], slot);
		descend(x, depth + 1);
		tw_try_take(t, x->order[depth]);
	}
}

int tw_exact(struct tw_try *t, double *cost, uint32_t *slot)
{
	struct exact x = {.t = t, .until = t->work + EXACT_WORK, .cost = *cost, .best = slot};

	if (t->net->n > TW_EXACT_ATOMS)
		return -E2BIG;
	x.empty = malloc(TW_EXACT_ATOMS * (size_t)t->net->n_slots * sizeof *x.empty);
	if (!x.empty)
		return -ENOMEM;
	sort_atoms(&x);
	tw_try_clear(t);
	descend(&x, 0);
	free(x.empty);
	*cost = x.cost;
	return t->work < x.until ? 0 : -E2BIG;
}
