/*
 * place/partition.h - which worker runs which node. Pure.
 *
 * Cuts the graph where little flows and puts what talks much on cores that share
 * a cache: minimises  load of the busiest worker + sum of traffic x distance.
 * [control]
 */
#ifndef TW_PLACE_PARTITION_H
#define TW_PLACE_PARTITION_H

#include <place/topo.h>

struct tw_place_edge {
	uint32_t from, to;
	double rate; /* cache lines per second that cross it */
};

/* How near a node must be to another one; see tw_share in graph/spec.h. */
enum tw_near { TW_NEAR_ANY, TW_NEAR_THREAD, TW_NEAR_CORE, TW_NEAR_L2, TW_NEAR_L3, TW_NEAR_NUMA };
struct tw_place_rule {
	uint32_t node, other;
	enum tw_near near;
};

struct tw_place_problem {
	uint32_t n_nodes;
	const double *load; /* [n_nodes] ns of work per second of stream */
	uint32_t n_edges;
	const struct tw_place_edge *edges;
	uint32_t n_rules;
	const struct tw_place_rule *rules;
	uint32_t n_cores; /* candidates, from tw_topo_cores; workers are put on distinct ones */
	const struct tw_core *cores;
	uint32_t max_workers; /* at most; >= 1; may exceed n_cores: then cores are reused */
	bool use_all;         /* use exactly max_workers (as far as there are nodes) */
};

struct tw_placement {
	uint32_t n_workers;
	uint32_t *worker;              /* [n_nodes] */
	uint32_t *core;                /* [n_workers] index into cores */
	double cost, busiest, traffic; /* cost = busiest + traffic, in ns per s */
	uint32_t broken_rule;          /* a rule that cannot hold; TW_NONE (UINT32_MAX): all hold */
};

/* The cost of a given placement (worker and core filled in), into cost, busiest, traffic. */
void tw_place_cost(const struct tw_place_problem *p, struct tw_placement *pl);

/* Deterministic. 0 and *out (its arrays given, free with tw_placement_fini); or
 * -EINVAL with broken_rule set; -ENOMEM. */
int tw_place(const struct tw_place_problem *p, struct tw_placement *out);
void tw_placement_fini(struct tw_placement *pl);

#endif
