/* The partitioner against brute force, and its promises: rules, numbers, determinism, speed of the work's growth. */
#include "place_brute.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <place/search.h>

#define EPYC "synthetic:pack:2 [numa] l3:8 l2:8 core:1 pu:2"
#define LAPTOP "synthetic:pack:1 [numa] l3:2 l2:2 core:2 pu:2"
#define SEED 20261124u

/* A handful of cores: i-th of `from`, stepping by `step`. */
static void take_cores(struct random_graph *g, const struct tw_topo *t, uint32_t n, const uint32_t *which)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		g->cores[i] = tw_topo_cores(t)[which[i]];
	g->p.n_cores = n;
}

static struct tw_topo *topo_of(const char *source)
{
	struct tw_topo *t;
	char err[200] = "";

	cr_assert_eq(tw_topo_load(source, &t, err, sizeof err), 0, "%s", err);
	return t;
}

static void check_rules(const struct tw_place_problem *p, const struct tw_placement *pl)
{
	uint32_t i, w, seen = 0;

	for (i = 0; i < p->n_rules; i++) {
		const struct tw_place_rule *r = &p->rules[i];
		uint32_t a = pl->worker[r->node], b = pl->worker[r->other];

		if (r->near == TW_NEAR_THREAD)
			cr_assert_eq(a, b, "nodes %u and %u must share a worker", r->node, r->other);
		else
			cr_assert(brute_near(&p->cores[pl->core[a]], &p->cores[pl->core[b]], r->near), "rule %u", i);
	}
	for (i = 0; i < p->n_nodes; i++) { /* numbered by first node */
		cr_assert_leq(pl->worker[i], seen);
		seen += pl->worker[i] == seen;
	}
	cr_assert_eq(seen, pl->n_workers, "every worker has a node");
	for (i = 0; i < pl->n_workers; i++)
		for (w = 0; w < i && pl->n_workers <= p->n_cores; w++)
			cr_assert_neq(pl->core[i], pl->core[w], "workers on distinct cores");
}

/* The heuristic by itself, as for larger graphs. */
static double heuristic(const struct tw_place_problem *p, uint32_t *n_workers)
{
	uint32_t slot[BRUTE_NODES], at[BRUTE_NODES], broken, i;
	struct tw_net net;

	cr_assert_eq(tw_net_init(&net, p, &broken), 0);
	cr_assert_eq(tw_search(&net, false, slot), 0);
	for (i = 0; i < p->n_nodes; i++)
		at[i] = net.obj[TW_AT_ENTRY][slot[net.atom[i]]];
	tw_net_fini(&net);
	return brute_cost(p, at, n_workers);
}

struct tally {
	uint32_t n, exact;
	double worst, sum;
};

static void add(struct tally *y, double cost, double best)
{
	double ratio = best > 0 ? cost / best : 1;

	y->n++;
	y->exact += ratio < 1 + 1e-9;
	y->sum += ratio;
	y->worst = fmax(y->worst, ratio);
}

static void random_rules(struct random_graph *g, uint64_t *luck)
{
	uint32_t n = brute_luck(luck, 4), i;

	for (i = 0; i < n; i++)
		g->rules[i] = (struct tw_place_rule){brute_luck(luck, g->p.n_nodes), brute_luck(luck, g->p.n_nodes),
						     (enum tw_near)brute_luck(luck, 6)};
	g->p.n_rules = n;
}

static void compare(struct random_graph *g, struct tally *whole, struct tally *alone)
{
	uint32_t n_best, n;
	double best = brute_best(&g->p, &n_best), cost;
	struct tw_placement pl;

	cr_assert_eq(tw_place(&g->p, &pl), 0);
	check_rules(&g->p, &pl);
	if (g->p.use_all)
		cr_assert_eq(pl.n_workers, n_best, "%u workers, not %u", pl.n_workers, n_best);
	cr_assert_float_eq(pl.cost, pl.busiest + pl.traffic, 1e-3);
	cr_assert_geq(pl.cost, best * (1 - 1e-9), "cost %g below the optimum %g: not the same cost", pl.cost, best);
	add(whole, pl.cost, best);
	cost = heuristic(&g->p, &n);
	if (g->p.use_all)
		cr_assert_eq(n, n_best, "heuristic: %u workers, not %u", n, n_best);
	add(alone, cost, best);
	tw_placement_fini(&pl);
}

static void brute_on(const char *source, const uint32_t *which, uint32_t n_cores, uint32_t nodes)
{
	struct tally whole = {0}, alone = {0};
	struct tw_topo *t = topo_of(source);
	struct random_graph g;
	uint64_t luck = SEED + nodes;
	uint32_t i;

	for (i = 0; i < 64; i++) {
		brute_graph(&g, &luck, nodes, i % 4);
		take_cores(&g, t, n_cores, which);
		g.p.max_workers = 1 + brute_luck(&luck, n_cores);
		g.p.use_all = brute_luck(&luck, 3) == 0;
		if (i & 4)
			random_rules(&g, &luck);
		compare(&g, &whole, &alone);
	}
	printf("seed %u, %u nodes, %u cores: whole: %u of %u optimal, worst %.4f; heuristic alone: %u, worst %.4f, "
	       "mean %.4f\n",
	       SEED, nodes, n_cores, whole.exact, whole.n, whole.worst, alone.exact, alone.worst, alone.sum / alone.n);
	cr_assert_leq(whole.worst, 1.0 + 1e-9, "all placements were tried, so none is better");
	cr_assert_leq(alone.worst, 1.10, "heuristic is %.3f of the optimum", alone.worst);
	tw_topo_destroy(t);
}

/* Two cores of an L3 with a sibling, one of the next L3, two of the other socket. */
static const uint32_t spread[] = {0, 1, 128, 8, 64, 65};
static const uint32_t laptop[] = {0, 1, 2, 4, 8, 9};

Test(partition, brute_four, .timeout = 60)
{
	brute_on(EPYC, spread, 6, 4);
}

Test(partition, brute_five, .timeout = 60)
{
	brute_on(EPYC, spread, 6, 5);
}

Test(partition, brute_six, .timeout = 100)
{
	brute_on(LAPTOP, laptop, 6, 6);
}

Test(partition, brute_seven, .timeout = 100)
{
	brute_on(EPYC, spread, 5, 7);
}

/* 12 nodes are past the exhaustive search; brute force over 3 cores is half a million maps. */
Test(partition, brute_twelve, .timeout = 200)
{
	struct tw_topo *t = topo_of(EPYC);
	static const uint32_t which[] = {0, 8, 64};
	struct tally whole = {0}, alone = {0};
	struct random_graph g;
	uint64_t luck = SEED;
	uint32_t i;

	for (i = 0; i < 8; i++) {
		brute_graph(&g, &luck, 12, i % 4);
		take_cores(&g, t, 3, which);
		g.p.max_workers = 3;
		compare(&g, &whole, &alone);
	}
	printf("seed %u, 12 nodes, 3 cores: %u of %u optimal, worst %.4f\n", SEED, whole.exact, whole.n, whole.worst);
	cr_assert_leq(whole.worst, 1.10);
	tw_topo_destroy(t);
}

/* All 256 threads to choose from: the exhaustive search of the engine, and the
 * heuristic, against brute force on threads chosen so that an optimum is among
 * them (for 4 nodes: 4 cores of an L3 and their siblings). */
Test(partition, whole_machine, .timeout = 60)
{
	struct tw_topo *t = topo_of(EPYC);
	static const uint32_t which[] = {0, 1, 2, 3, 128, 129, 130, 131};
	struct random_graph g;
	uint64_t luck = SEED;
	uint32_t i, n;

	for (i = 0; i < 24; i++) {
		struct tw_placement pl;
		double best;

		brute_graph(&g, &luck, 4, i % 4);
		take_cores(&g, t, 8, which);
		g.p.max_workers = 4;
		best = brute_best(&g.p, &n);
		g.p.cores = tw_topo_cores(t);
		g.p.n_cores = tw_topo_n(t);
		cr_assert_eq(g.p.n_cores, 256);
		cr_assert_eq(tw_place(&g.p, &pl), 0);
		cr_assert_float_eq(pl.cost, best, best * 1e-9, "%g, optimum %g", pl.cost, best);
		check_rules(&g.p, &pl);
		tw_placement_fini(&pl);
	}
	tw_topo_destroy(t);
}

Test(partition, same_answer_twice)
{
	struct tw_topo *t = topo_of(EPYC);
	struct random_graph g;
	struct tw_placement a, b;
	uint64_t luck = 7;

	brute_graph(&g, &luck, 30, 3);
	g.p.cores = tw_topo_cores(t);
	g.p.n_cores = tw_topo_n(t);
	g.p.max_workers = 12;
	cr_assert_eq(tw_place(&g.p, &a), 0);
	cr_assert_eq(tw_place(&g.p, &b), 0);
	cr_assert_eq(a.n_workers, b.n_workers);
	cr_assert_eq(memcmp(a.worker, b.worker, 30 * sizeof *a.worker), 0);
	cr_assert_eq(memcmp(a.core, b.core, a.n_workers * sizeof *a.core), 0);
	tw_placement_fini(&a);
	tw_placement_fini(&b);
	tw_topo_destroy(t);
}

/* Two heavy talkers, one shy: the talkers share a cache, the cut is where little flows. */
Test(partition, cuts_where_little_flows)
{
	struct tw_topo *t = topo_of(EPYC);
	static const double load[] = {8e8, 8e8, 8e8, 8e8};
	static const struct tw_place_edge edges[] = {{0, 1, 4e6}, {1, 2, 1e3}, {2, 3, 4e6}};
	struct tw_place_problem p = {.n_nodes = 4, .load = load, .n_edges = 3, .edges = edges, .max_workers = 4};
	const struct tw_core *a, *b;
	struct tw_placement pl;

	p.cores = tw_topo_cores(t);
	p.n_cores = 128; /* first threads */
	cr_assert_eq(tw_place(&p, &pl), 0);
	cr_assert_eq(pl.n_workers, 4);
	a = &p.cores[pl.core[pl.worker[0]]];
	b = &p.cores[pl.core[pl.worker[1]]];
	cr_assert_eq(a->l3, b->l3);
	tw_placement_fini(&pl);
	p.max_workers = 2;
	cr_assert_eq(tw_place(&p, &pl), 0);
	cr_assert_eq(pl.n_workers, 2);
	cr_assert_eq(pl.worker[0], pl.worker[1]);
	cr_assert_eq(pl.worker[2], pl.worker[3]);
	tw_placement_fini(&pl);
	tw_topo_destroy(t);
}

/* Nothing gained by a second worker: one. Busy siblings cost, so a free core of the L3 is better. */
Test(partition, siblings_are_no_cores)
{
	struct tw_topo *t = topo_of(EPYC);
	static const double load[] = {5e8, 5e8};
	static const struct tw_place_edge light = {0, 1, 1e5}, heavy = {0, 1, 1e8};
	struct tw_place_problem p = {.n_nodes = 2, .load = load, .n_edges = 1, .edges = &light, .max_workers = 8};
	struct tw_placement pl;

	p.cores = tw_topo_cores(t);
	p.n_cores = tw_topo_n(t);
	cr_assert_eq(tw_place(&p, &pl), 0);
	cr_assert_eq(pl.n_workers, 2);
	cr_assert_neq(p.cores[pl.core[0]].core, p.cores[pl.core[1]].core);
	cr_assert_eq(p.cores[pl.core[0]].l3, p.cores[pl.core[1]].l3);
	tw_placement_fini(&pl);
	p.edges = &heavy;
	cr_assert_eq(tw_place(&p, &pl), 0);
	cr_assert_eq(pl.n_workers, 1);
	cr_assert_float_eq(pl.cost, 1e9, 1);
	tw_placement_fini(&pl);
	tw_topo_destroy(t);
}

/* More workers than cores: all are used, none holds two more than another, and a core's loads add up. */
Test(partition, cores_are_reused)
{
	struct tw_topo *t = topo_of("synthetic:pack:1 [numa] l3:1 l2:2 core:1 pu:1");
	struct random_graph g;
	struct tw_placement pl;
	uint64_t luck = 3;
	uint32_t i, on[2] = {0, 0};

	brute_graph(&g, &luck, 12, 0);
	g.p.cores = tw_topo_cores(t);
	g.p.n_cores = 2;
	g.p.max_workers = 7;
	cr_assert_eq(tw_place(&g.p, &pl), 0);
	cr_assert_leq(pl.n_workers, 2, "no more workers than cores unless asked for");
	tw_placement_fini(&pl);
	g.p.use_all = true;
	cr_assert_eq(tw_place(&g.p, &pl), 0);
	check_rules(&g.p, &pl);
	cr_assert_eq(pl.n_workers, 7);
	for (i = 0; i < 7; i++)
		on[pl.core[i]]++;
	cr_assert_eq(on[0] < on[1] ? on[0] : on[1], 3);
	tw_placement_fini(&pl);
	g.p.max_workers = 4000000000u;
	cr_assert_eq(tw_place(&g.p, &pl), 0);
	cr_assert_eq(pl.n_workers, 12);
	tw_placement_fini(&pl);
	tw_topo_destroy(t);
}

Test(partition, rules_win_over_use_all)
{
	struct tw_topo *t = topo_of("synthetic:pack:2 [numa] l3:2 l2:2 core:1 pu:1");
	static const double load[] = {1e8, 1e8, 1e8, 1e8};
	static const struct tw_place_rule rules[] = {{0, 1, TW_NEAR_THREAD}, {1, 2, TW_NEAR_CORE}, {2, 3, TW_NEAR_L3}};
	struct tw_place_problem p = {.n_nodes = 4, .load = load, .n_rules = 3, .rules = rules, .max_workers = 4};
	struct tw_placement pl;

	p.use_all = true;
	p.cores = tw_topo_cores(t);
	p.n_cores = tw_topo_n(t);
	cr_assert_eq(tw_place(&p, &pl), 0);
	cr_assert_eq(pl.n_workers, 2, "a core without siblings holds one worker");
	check_rules(&p, &pl);
	cr_assert_eq(pl.broken_rule, UINT32_MAX);
	tw_placement_fini(&pl);
	tw_topo_destroy(t);
}

Test(partition, bad_problems)
{
	struct tw_topo *t = topo_of(LAPTOP);
	static const double load[] = {1, 2}, bad_load[] = {1, NAN};
	static const struct tw_place_rule rules[] = {{0, 1, TW_NEAR_L2}, {0, 2, TW_NEAR_L2}};
	static const struct tw_place_edge edge = {0, 2, 1};
	struct tw_place_problem ok = {.n_nodes = 2,
				      .load = load,
				      .cores = tw_topo_cores(t),
				      .n_cores = 4,
				      .max_workers = 2},
				p = ok;
	struct tw_placement pl;

	p.rules = rules;
	p.n_rules = 2;
	cr_assert_eq(tw_place(&p, &pl), -EINVAL);
	cr_assert_eq(pl.broken_rule, 1);
	tw_placement_fini(&pl);
	p = ok;
	p.edges = &edge;
	p.n_edges = 1;
	cr_assert_eq(tw_place(&p, &pl), -EINVAL);
	cr_assert_eq(pl.broken_rule, UINT32_MAX);
	p = ok;
	p.load = bad_load;
	cr_assert_eq(tw_place(&p, &pl), -EINVAL);
	p = ok;
	p.n_cores = 0;
	cr_assert_eq(tw_place(&p, &pl), -EINVAL);
	p = ok;
	p.n_nodes = 0;
	cr_assert_eq(tw_place(&p, &pl), 0);
	cr_assert_eq(pl.n_workers, 0);
	tw_placement_fini(&pl);
	tw_topo_destroy(t);
}

/* 1000 nodes on 256 threads: ends (the suite's time limit is the judge), keeps
 * its rules, and is better than dealing nodes out in order. */
Test(partition, thousand_nodes, .timeout = 60)
{
	struct tw_topo *t = topo_of(EPYC);
	enum { N = 1000 };
	double *load = calloc(N, sizeof *load);
	struct tw_place_edge *edges = calloc(2 * N, sizeof *edges);
	static const struct tw_place_rule rules[] = {
		{0, 999, TW_NEAR_THREAD}, {5, 500, TW_NEAR_L3}, {6, 600, TW_NEAR_NUMA}, {7, 700, TW_NEAR_CORE}};
	struct tw_place_problem p = {.n_nodes = N, .load = load, .edges = edges, .rules = rules, .n_rules = 4};
	struct tw_placement pl, dealt;
	uint64_t luck = SEED;
	uint32_t i;

	for (i = 0; i < N; i++)
		load[i] = 1e6 * (1 + brute_luck(&luck, 100));
	for (i = 1; i < N; i++) {
		edges[p.n_edges++] = (struct tw_place_edge){brute_luck(&luck, i), i, 1e3 * brute_luck(&luck, 1000)};
		if (i % 2)
			edges[p.n_edges++] = (struct tw_place_edge){i - 1, i, 1e3 * brute_luck(&luck, 1000)};
	}
	p.cores = tw_topo_cores(t);
	p.n_cores = tw_topo_n(t);
	p.max_workers = 256;
	cr_assert_eq(tw_place(&p, &pl), 0);
	check_rules(&p, &pl);
	dealt = (struct tw_placement){.n_workers = pl.n_workers, .core = pl.core};
	dealt.worker = calloc(N, sizeof *dealt.worker);
	for (i = 0; i < N; i++)
		dealt.worker[i] = i * pl.n_workers / N;
	tw_place_cost(&p, &dealt);
	printf("1000 nodes: %u workers, cost %.3g, dealt out in order %.3g\n", pl.n_workers, pl.cost, dealt.cost);
	cr_assert_lt(pl.cost, dealt.cost);
	free(dealt.worker);
	tw_placement_fini(&pl);
	free(load);
	free(edges);
	tw_topo_destroy(t);
}
