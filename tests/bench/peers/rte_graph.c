/*
 * rte_graph.c - DPDK's graph walk (Debian libdpdk-dev): a source, K operators and a sink on
 * one core, bursts of up to 256. Every node works on its whole burst in a loop and hands
 * the array of pointers on by rte_node_next_stream_move(), which swaps two arrays instead of
 * copying: DPDK's documentation calls it the home run.
 *
 * threads=2: half of the operators on each core, each half a graph of its own, with an
 * rte_ring between them; Debian's DPDK (22.11) knows no other way over cores.
 *
 * The walk reads the clock twice a node to count cycles, unless DPDK is configured without;
 * as the walk is inlined from a header, that can be left out here. -DPEER_GRAPH_STATS
 * keeps it, as Debian's configuration has it.
 */
#include "eal.h"
#ifndef PEER_GRAPH_STATS
#undef RTE_LIBRTE_GRAPH_STATS
#endif
#include <rte_graph.h>
#include <rte_graph_worker.h>
#include <rte_ring.h>

#ifdef PEER_GRAPH_STATS
#define PROGRAM "rte_graph, statistics"
#else
#define PROGRAM "rte_graph"
#endif

struct chain {
	struct pace_args args;
	struct pace pace;
	struct peer_pool pool;
	struct peer_sink sink;                               /* the last core's */
	uint64_t sent __attribute__((aligned(128)));         /* the first core's */
	struct rte_ring *ring __attribute__((aligned(128))); /* threads=2 */
	struct rte_graph *graphs[2];
	int ready; /* set by the second core, once */
};

/* What a node keeps in its rte_node's ctx. */
struct own {
	struct chain *chain;
	uint64_t add;
};

static inline struct own *own_of(struct rte_node *node)
{
	_Static_assert(sizeof(struct own) <= RTE_NODE_CTX_SZ, "a node's context");
	return (struct own *)(void *)node->ctx;
}

static uint16_t source_process(struct rte_graph *graph, struct rte_node *node, void **at, uint16_t none)
{
	struct chain *c = own_of(node)->chain;
	uint32_t n, k;

	(void)none;
	if (c->sent == c->args.records)
		return 0;
	n = peer_pool_run(&c->pool, c->sent, peer_due(&c->args, &c->pace, c->sent));
	for (k = 0; k < n; k++) {
		struct pace_record *r = c->pool.records + ((c->sent + k) & c->pool.mask);

		peer_write(r, &c->pace, c->sent + k);
		at[k] = r;
	}
	c->sent += n;
	node->idx = (uint16_t)n;
	rte_node_next_stream_move(graph, node, 0);
	return (uint16_t)n;
}

static uint16_t operator_process(struct rte_graph *graph, struct rte_node *node, void **at, uint16_t n)
{
	const uint64_t add = own_of(node)->add;
	uint16_t i;

	for (i = 0; i < n; i++)
		((struct pace_record *)at[i])->value += add;
	rte_node_next_stream_move(graph, node, 0);
	return n;
}

static uint16_t sink_process(struct rte_graph *graph, struct rte_node *node, void **at, uint16_t n)
{
	(void)graph;
	peer_take(&own_of(node)->chain->sink, at, n);
	return n;
}

static uint16_t to_ring_process(struct rte_graph *graph, struct rte_node *node, void **at, uint16_t n)
{
	struct rte_ring *ring = own_of(node)->chain->ring;
	uint32_t k = 0;

	(void)graph;
	while (k < n)
		k += rte_ring_sp_enqueue_burst(ring, at + k, n - k, NULL);
	return n;
}

static uint16_t from_ring_process(struct rte_graph *graph, struct rte_node *node, void **at, uint16_t none)
{
	const uint16_t n =
		(uint16_t)rte_ring_sc_dequeue_burst(own_of(node)->chain->ring, at, RTE_GRAPH_BURST_SIZE, NULL);

	(void)none;
	if (n == 0)
		return 0;
	node->idx = n;
	rte_node_next_stream_move(graph, node, 0);
	return n;
}

/* The edges are set again once the number of operators is known. */
static struct rte_node_register source_node = {
	.name = "source", .flags = RTE_NODE_SOURCE_F, .process = source_process, .nb_edges = 1, .next_nodes = {"sink"}};
static struct rte_node_register from_ring_node = {.name = "from_ring",
						  .flags = RTE_NODE_SOURCE_F,
						  .process = from_ring_process,
						  .nb_edges = 1,
						  .next_nodes = {"sink"}};
static struct rte_node_register operator_node = {
	.name = "operator", .process = operator_process, .nb_edges = 1, .next_nodes = {"sink"}};
static struct rte_node_register sink_node = {.name = "sink", .process = sink_process};
static struct rte_node_register to_ring_node = {.name = "to_ring", .process = to_ring_process};
RTE_NODE_REGISTER(source_node)
RTE_NODE_REGISTER(from_ring_node)
RTE_NODE_REGISTER(operator_node)
RTE_NODE_REGISTER(sink_node)
RTE_NODE_REGISTER(to_ring_node)

/* A clone of the node "operator"; its name goes to the 64 bytes at name. */
static bool make_operator(uint32_t number, char *name)
{
	char suffix[16];

	snprintf(suffix, sizeof suffix, "%" PRIu32, number);
	snprintf(name, RTE_NODE_NAMESIZE, "operator-%s", suffix);
	return !rte_node_is_invalid(rte_node_clone(operator_node.id, suffix));
}

/* A graph: from its source over the operators first, first + 1, ... (ops of them) to its sink. */
static struct rte_graph *make_graph(struct chain *c, const char *graph, const char *from, uint32_t first, uint32_t ops,
				    const char *to)
{
	char(*names)[RTE_NODE_NAMESIZE] = peer_memory((ops + 1) * sizeof *names);
	const char **all = peer_memory((ops + 2) * sizeof *all);
	struct rte_graph_param param = {
		.socket_id = SOCKET_ID_ANY, .nb_node_patterns = (uint16_t)(ops + 2), .node_patterns = all};
	bool fine = true;
	uint32_t i;

	all[0] = from;
	all[ops + 1] = to;
	for (i = 0; i < ops; i++) {
		fine = fine && make_operator(first + i, names[i]);
		all[i + 1] = names[i];
	}
	for (i = 0; i <= ops; i++)
		rte_node_edge_update(rte_node_from_name(all[i]), 0, all + i + 1, 1);
	fine = fine && !rte_graph_is_invalid(rte_graph_create(graph, &param));
	for (i = 0; fine && i < ops + 2; i++) {
		struct own *own = own_of(rte_graph_node_get_by_name(graph, all[i]));

		own->chain = c;
		own->add = first + i - 1;
	}
	free(names);
	free(all);
	return fine ? rte_graph_lookup(graph) : NULL;
}

static bool make_graphs(struct chain *c)
{
	const uint32_t ops = c->args.ops, half = ops / 2;

	if (c->args.threads == 1) {
		c->graphs[0] = make_graph(c, "all", "source", 1, ops, "sink");
		return c->graphs[0];
	}
	c->ring = rte_ring_create("halves", c->args.slots, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	c->graphs[0] = make_graph(c, "first", "source", 1, half, "to_ring");
	c->graphs[1] = make_graph(c, "second", "from_ring", half + 1, ops - half, "sink");
	return c->ring && c->graphs[0] && c->graphs[1];
}

static void *second_core(void *arg)
{
	struct chain *c = arg;

	pace_pin(c->args.cpu2);
	__atomic_store_n(&c->ready, 1, __ATOMIC_RELEASE);
	while (c->sink.seq < c->args.records)
		rte_graph_walk(c->graphs[1]);
	c->sink.end = pace_mono();
	return NULL;
}

static int run(struct chain *c, double ns_per_tick)
{
	pthread_t thread;
	int64_t start;

	if (c->args.threads == 2) {
		if (pthread_create(&thread, NULL, second_core, c) != 0)
			return 2;
		while (!__atomic_load_n(&c->ready, __ATOMIC_ACQUIRE))
			pace_pause();
	}
	start = pace_mono();
	c->pace = pace_begin(c->args.rate, ns_per_tick);
	while (c->sent < c->args.records) /* a walk ends when all nodes are done */
		rte_graph_walk(c->graphs[0]);
	if (c->args.threads == 2)
		pthread_join(thread, NULL);
	else
		c->sink.end = pace_mono();
	return peer_end(PROGRAM, &c->args, &c->sink, start);
}

int main(int argc, char **argv)
{
	const double ns_per_tick = pace_ns_per_tick();
	struct chain *c = peer_memory(sizeof *c);
	struct pace_args *a = &c->args;

	*a = pace_args(argc, argv);
	if (strcmp(a->scenario, "chain") != 0 || *a->mode || (a->threads != 1 && a->threads != 2))
		return PACE_SKIP;
	if (a->batch == 0 || a->batch > RTE_GRAPH_BURST_SIZE || (a->threads == 2 && a->batch > a->slots / 4)) {
		fprintf(stderr, PROGRAM ": a batch is at most 256, on two cores also a quarter of slots\n");
		return 2;
	}
	if (!eal_start(PROGRAM, a->cpu))
		return PACE_SKIP;
	if (!make_graphs(c)) {
		fprintf(stderr, PROGRAM ": a chain of %" PRIu32 " operators can't be made: %s\n", a->ops,
			rte_strerror(rte_errno));
		return 2;
	}
	/* On one core a batch is done before the next is made: the same records, out of the first cache. */
	c->pool = peer_pool_make(a->threads == 1 ? a->batch : 2 * (uint64_t)a->slots + 2 * RTE_GRAPH_BURST_SIZE);
	c->sink = peer_sink_make(a, pace_added(a->ops), ns_per_tick);
	return run(c, ns_per_tick);
}
