/* control/placing.c - see placing.h. [control] */
#include <control/placing.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <thalweg/types.h>

/* Guesses for the partitioner until rates are measured: every node costs a tenth
 * of a core, every edge carries a million cache lines a second. */
#define GUESS_LOAD_NS 1e8
#define GUESS_LINES 1e6

static enum tw_near near_of(enum tw_share share)
{
	static const enum tw_near near[] = {
		[TW_SHARE_ANY] = TW_NEAR_ANY, [TW_SHARE_THREAD] = TW_NEAR_THREAD, [TW_SHARE_CORE] = TW_NEAR_CORE,
		[TW_SHARE_L2] = TW_NEAR_L2,   [TW_SHARE_L3] = TW_NEAR_L3,         [TW_SHARE_NUMA] = TW_NEAR_NUMA,
	};

	return near[share];
}

/* "place": with `near` one rule, without it one for every neighbour. */
static uint32_t add_rules(const struct tw_spec *s, uint32_t node, struct tw_place_rule *rules, uint32_t n)
{
	const struct tw_spec_node *sn = &s->nodes[node];
	uint32_t e, other = sn->near ? tw_spec_find(s, sn->near) : TW_NONE;
	struct tw_place_rule r = {.node = node, .near = near_of(sn->share)};

	if (sn->share == TW_SHARE_ANY)
		return n;
	if (other != TW_NONE) {
		r.other = other;
		rules[n++] = r;
		return n;
	}
	for (e = 0; e < s->n_edges; e++) {
		if (s->edges[e].from != node && s->edges[e].to != node)
			continue;
		r.other = s->edges[e].from == node ? s->edges[e].to : s->edges[e].from;
		rules[n++] = r;
	}
	return n;
}

/* The edge between the i-th instances of both ends, or the only one. */
static struct tw_place_edge edge_of(const struct tw_spec *s, const struct tw_spec_edge *edge, uint32_t i)
{
	const uint32_t from = s->nodes[edge->from].parallelism > 1 ? i : 0;
	const uint32_t to = s->nodes[edge->to].parallelism > 1 ? i : 0;

	return (struct tw_place_edge){tw_spec_instance(s, edge->from, from), tw_spec_instance(s, edge->to, to),
				      GUESS_LINES / tw_spec_lanes(s, edge)};
}

/* Each instance of a node is one to be placed, and does its share of the work. The
 * edges between first instances come first. */
static int state_problem(struct tw_placing *x, const struct tw_spec *s)
{
	struct tw_place_problem *p = &x->problem;
	uint32_t i, k, n_edges = 0;

	for (i = 0; i < s->n_edges; i++)
		n_edges += tw_spec_lanes(s, &s->edges[i]);
	x->load = calloc(s->n_instances, sizeof *x->load);
	x->edges = calloc(n_edges + 1, sizeof *x->edges);
	x->rules = calloc(2 * s->n_edges + s->n_nodes + 1, sizeof *x->rules);
	if (!x->load || !x->edges || !x->rules)
		return -ENOMEM;
	for (i = 0; i < s->n_nodes; i++) {
		for (k = 0; k < s->nodes[i].parallelism; k++)
			x->load[tw_spec_instance(s, i, k)] = GUESS_LOAD_NS / s->nodes[i].parallelism;
		p->n_rules = add_rules(s, i, x->rules, p->n_rules);
	}
	for (i = 0; i < s->n_edges; i++)
		x->edges[p->n_edges++] = edge_of(s, &s->edges[i], 0);
	for (i = 0; i < s->n_edges; i++)
		for (k = 1; k < tw_spec_lanes(s, &s->edges[i]); k++)
			x->edges[p->n_edges++] = edge_of(s, &s->edges[i], k);
	p->n_nodes = s->n_instances;
	p->load = x->load;
	p->edges = x->edges;
	p->rules = x->rules;
	return 0;
}

/* The first core that no worker has; all have one: any. */
static uint32_t free_core(const struct tw_placing *x, uint32_t n_workers)
{
	uint32_t core, w;

	for (core = 0; core < x->problem.n_cores; core++) {
		for (w = 0; w < n_workers && x->placement.core[w] != core; w++)
			;
		if (w == n_workers)
			return core;
	}
	return n_workers % x->problem.n_cores;
}

/* The first instances were placed on n workers. The second ones go to n more, in the
 * same way, and so on, as far as there are workers. */
static int repeat(struct tw_placing *x, const struct tw_spec *s, uint32_t most, uint32_t copies)
{
	struct tw_placement *pl = &x->placement;
	const uint32_t n = pl->n_workers, fit = most / n > 1 ? most / n : 1;
	uint32_t *worker = calloc(s->n_instances, sizeof *worker), *core, i, k;

	copies = copies < fit ? copies : fit;
	core = realloc(pl->core, (size_t)n * copies * sizeof *core);
	if (core)
		pl->core = core;
	if (!worker || !core) {
		free(worker);
		return -ENOMEM;
	}
	for (i = 0; i < s->n_nodes; i++)
		for (k = 0; k < s->nodes[i].parallelism; k++)
			worker[tw_spec_instance(s, i, k)] = pl->worker[i] + k % copies * n;
	for (i = n; i < n * copies; i++)
		pl->core[i] = free_core(x, i);
	free(pl->worker);
	pl->worker = worker;
	pl->n_workers = n * copies;
	return 0;
}

static uint32_t most_instances(const struct tw_spec *s)
{
	uint32_t i, most = 1;

	for (i = 0; i < s->n_nodes; i++)
		if (s->nodes[i].parallelism > most)
			most = s->nodes[i].parallelism;
	return most;
}

int tw_placing_init(struct tw_placing *x, const struct tw_spec *s, const struct tw_topo *topo, uint32_t workers)
{
	const uint32_t quota = tw_topo_is_this_machine(topo) ? tw_topo_cpu_quota(topo) : UINT32_MAX;
	const uint32_t copies = most_instances(s);
	struct tw_place_problem *p = &x->problem, first;
	int ret = state_problem(x, s);

	if (ret < 0)
		return ret;
	p->n_cores = tw_topo_n(topo);
	p->cores = tw_topo_cores(topo);
	p->max_workers = p->n_cores < quota ? p->n_cores : quota;
	if (workers) {
		p->max_workers = workers;
		p->use_all = true;
	}
	first = *p;
	first.n_nodes = s->n_nodes;
	first.n_edges = s->n_edges;
	first.max_workers = p->max_workers / copies > 1 ? p->max_workers / copies : 1;
	ret = tw_place(&first, &x->placement);
	if (ret == 0 && copies > 1)
		ret = repeat(x, s, p->max_workers, copies);
	if (ret == 0 && copies > 1)
		tw_place_cost(p, &x->placement);
	return ret;
}

void tw_placing_fini(struct tw_placing *x)
{
	tw_placement_fini(&x->placement);
	free(x->load);
	free(x->edges);
	free(x->rules);
}
