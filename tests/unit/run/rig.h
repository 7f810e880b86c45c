/*
 * rig.h - run a graph of kinds that a test defines, with the real spec, check,
 * bind, and run time; no plugin files.
 */
#ifndef RIG_H
#define RIG_H

#include <criterion/criterion.h>
#include <run/run.h>
#include <string.h>

struct rig {
	const struct tw_kind *const *kinds;
	uint32_t n_kinds;
	uint32_t workers;          /* nodes are dealt out in turn ... */
	const uint32_t *worker_of; /* ... or, if not NULL, as this says */
	uint32_t slots;
	enum tw_wait wait;
	int timeout_ms; /* 0: 60 s */
};

struct rig_graph {
	struct tw_spec *spec;
	struct tw_checked *checked;
	struct tw_bound *bound;
	struct tw_run *run;
};

static inline void rig_print(struct tw_diags *d, const char *graph)
{
	tw_diags_locate(d, graph, strlen(graph));
	tw_diags_print(d, stderr, "test", graph, strlen(graph), false);
}

static inline void rig_open(const struct rig *r, const char *graph, struct rig_graph *g)
{
	struct tw_kinds kinds = {.n = r->n_kinds, .kinds = r->kinds};
	uint32_t worker_of[64], cpu_of[64], i, n;
	struct tw_run_opts o = {.worker_of = worker_of, .cpu_of = cpu_of, .wait = r->wait, .slots = r->slots};
	struct tw_diags d;
	char err[512] = "";

	memset(g, 0, sizeof *g);
	tw_diags_init(&d);
	if (tw_spec_parse("test", graph, strlen(graph), NULL, 0, &g->spec, &d) < 0 ||
	    tw_check(g->spec, &kinds, &g->checked, &d) < 0 || tw_bind_graph(g->checked, &g->bound, &d) < 0) {
		rig_print(&d, graph);
		cr_assert_fail("the graph is not sound");
	}
	tw_diags_fini(&d);
	n = r->workers ? r->workers : 1;
	for (i = 0; i < g->spec->n_instances; i++)
		worker_of[i] = r->worker_of ? r->worker_of[i] : i % n;
	for (i = 0; i < n; i++)
		cpu_of[i] = TW_NONE;
	o.n_workers = n;
	o.may_spin = n <= 2;
	cr_assert_eq(tw_run_create(g->bound, &o, &g->run, err, sizeof err), 0, "%s", err);
}

static inline void rig_close(struct rig_graph *g)
{
	tw_run_destroy(g->run);
	tw_bound_destroy(g->bound);
	tw_checked_destroy(g->checked);
	tw_spec_destroy(g->spec);
}

/* Every object of every pool came home: nothing leaked, nothing was freed twice. */
static inline void rig_check_pools(const struct tw_run *r)
{
	uint32_t i, came = 1;

	while (came) /* a batch may have to walk over several homes */
		for (came = i = 0; i < r->mem.n_homes; i++)
			came += tw_home_round(&r->mem.homes[i]) + r->mem.homes[i].n_over;
	for (i = 0; i < r->mem.n_pools; i++)
		cr_assert_eq(r->mem.pools[i]->n_free, r->mem.pools[i]->count,
			     "pool %u (class %d, home %u): %u of %u free", i, (int)r->mem.pools[i]->cls,
			     r->mem.pools[i]->home, r->mem.pools[i]->n_free, r->mem.pools[i]->count);
}

static inline void rig_finish(const struct rig *r, struct rig_graph *g)
{
	cr_assert_eq(tw_run_start(g->run), 0);
	if (!tw_run_wait(g->run, r->timeout_ms ? r->timeout_ms : 60000)) {
		uint32_t i;

		for (i = 0; i < g->run->n_nodes; i++) {
			struct tw_node *n = &g->run->nodes[i];

			fprintf(stderr,
				"%s: in %llu out %llu blocked %d waiting %d call %d ending %d ended %d dirty %d\n",
				n->ctx.node, (unsigned long long)tw_stat_get(&n->rows_in),
				(unsigned long long)tw_stat_get(&n->rows_out), n->blocked, n->waiting, (int)n->call,
				n->ending, n->ended, n->dirty);
		}
		for (i = 0; i < g->run->mem.n_pools; i++)
			fprintf(stderr, "pool %u class %d home %u: %u of %u free\n", i, (int)g->run->mem.pools[i]->cls,
				g->run->mem.pools[i]->home, g->run->mem.pools[i]->n_free, g->run->mem.pools[i]->count);
		for (i = 0; i < g->run->n_workers; i++)
			fprintf(stderr, "worker %u: state %u live %u over %u rounds %llu parks %llu\n", i,
				(unsigned)g->run->workers[i].parker.state, g->run->workers[i].live,
				g->run->workers[i].home->n_over, (unsigned long long)g->run->workers[i].rounds,
				(unsigned long long)g->run->workers[i].parks);
		for (i = 0; i < g->run->n_links; i++)
			fprintf(stderr, "link %u: tail %llu next %llu head %llu slots %u/%llu\n", i,
				(unsigned long long)g->run->links[i].ring.tail,
				(unsigned long long)g->run->links[i].ring.next,
				(unsigned long long)g->run->links[i].ring.head, g->run->links[i].slots,
				(unsigned long long)g->run->links[i].ring.mask + 1);
		cr_assert_fail("the graph did not end");
	}
	cr_assert(!tw_run_failed(g->run), "%s", g->run->why);
	rig_check_pools(g->run);
}

static inline struct tw_node *rig_node(const struct rig_graph *g, const char *id)
{
	return &g->run->nodes[tw_spec_find(g->spec, id)];
}

static inline void rig_run(const struct rig *r, const char *graph)
{
	struct rig_graph g;

	rig_open(r, graph, &g);
	rig_finish(r, &g);
	rig_close(&g);
}

#endif
