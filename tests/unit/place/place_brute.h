/*
 * Shared by the tests of place: random graphs, and the best placement found the
 * slow way. Knows nothing of how the engine searches, nor of its cost code.
 */
#ifndef PLACE_BRUTE_H
#define PLACE_BRUTE_H

#include <math.h>
#include <place/partition.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BRUTE_NODES 40
#define BRUTE_EDGES 120

struct random_graph {
	double load[BRUTE_NODES];
	struct tw_place_edge edges[BRUTE_EDGES];
	struct tw_place_rule rules[8];
	struct tw_core cores[16];
	struct tw_place_problem p;
};

static inline uint32_t brute_luck(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % below;
}

/* shape 0: a chain, 1: a diamond, 2: a fan, 3: anything. */
static inline void brute_graph(struct random_graph *g, uint64_t *luck, uint32_t n, uint32_t shape)
{
	static const double scale[] = {1e4, 1e5, 1e6, 5e6};
	double rate = scale[brute_luck(luck, 4)];
	uint32_t i, m = 0;

	memset(g, 0, sizeof *g);
	for (i = 0; i < n; i++)
		g->load[i] = 1e6 * (1 + brute_luck(luck, 400));
	for (i = 1; i < n; i++) {
		uint32_t from = shape == 0 ? i - 1 : shape == 3 ? brute_luck(luck, i) : 0;

		if (shape == 1 && i == n - 1)
			from = 1;
		g->edges[m++] = (struct tw_place_edge){from, i, rate * (1 + brute_luck(luck, 16)) / 8};
	}
	for (i = 2; shape == 1 && i + 1 < n; i++)
		g->edges[m++] = (struct tw_place_edge){i, n - 1, rate * (1 + brute_luck(luck, 16)) / 8};
	for (i = 0; shape == 3 && i < n / 2; i++)
		g->edges[m++] = (struct tw_place_edge){brute_luck(luck, n), brute_luck(luck, n),
						       rate * brute_luck(luck, 16) / 8};
	g->p = (struct tw_place_problem){.n_nodes = n,
					 .load = g->load,
					 .n_edges = m,
					 .edges = g->edges,
					 .rules = g->rules,
					 .cores = g->cores,
					 .max_workers = 1};
}

static inline bool brute_near(const struct tw_core *a, const struct tw_core *b, enum tw_near near)
{
	switch (near) {
	case TW_NEAR_THREAD: return a == b;
	case TW_NEAR_CORE: return a->core == b->core;
	case TW_NEAR_L2: return a->l2 == b->l2;
	case TW_NEAR_L3: return a->l3 == b->l3;
	case TW_NEAR_NUMA: return a->numa == b->numa;
	default: return true;
	}
}

/* The cost with node i on cores[at[i]], INFINITY if a rule or the number of workers is broken. */
static inline double brute_cost(const struct tw_place_problem *p, const uint32_t *at, uint32_t *n_workers)
{
	double load[16] = {0}, cost = 0, busiest = 0;
	uint32_t i, j, used = 0;

	for (i = 0; i < p->n_rules; i++)
		if (!brute_near(&p->cores[at[p->rules[i].node]], &p->cores[at[p->rules[i].other]], p->rules[i].near))
			return INFINITY;
	for (i = 0; i < p->n_nodes; i++) {
		used |= 1u << at[i];
		load[at[i]] += p->load[i];
	}
	*n_workers = (uint32_t)__builtin_popcount(used);
	if (*n_workers > p->max_workers)
		return INFINITY;
	for (i = 0; i < p->n_cores; i++) {
		double all = 0;

		for (j = 0; j < p->n_cores; j++)
			all += p->cores[j].core == p->cores[i].core ? load[j] : 0;
		busiest = fmax(busiest, fmax(load[i], 0.8 * all));
	}
	for (i = 0; i < p->n_edges; i++)
		if (at[p->edges[i].from] != at[p->edges[i].to])
			cost += p->edges[i].rate *
				tw_topo_distance(&p->cores[at[p->edges[i].from]], &p->cores[at[p->edges[i].to]]);
	return cost + busiest;
}

/* The optimum over all n_cores^n_nodes maps. With use_all: among those with the
 * most workers that the rules allow, at most max_workers. */
static inline double brute_best(const struct tw_place_problem *p, uint32_t *n_workers)
{
	double best[17], cost;
	uint32_t at[BRUTE_NODES] = {0}, i, n, w;

	for (i = 0; i < 17; i++)
		best[i] = INFINITY;
	do {
		cost = brute_cost(p, at, &n);
		if (isfinite(cost))
			best[n] = fmin(best[n], cost);
		for (i = 0; i < p->n_nodes && ++at[i] == p->n_cores; i++)
			at[i] = 0;
	} while (i < p->n_nodes);
	for (i = 1, w = 0; i < 17; i++)
		if (isfinite(best[i]) && (!w || p->use_all || best[i] < best[w]))
			w = i;
	*n_workers = w;
	return best[w];
}

#endif
