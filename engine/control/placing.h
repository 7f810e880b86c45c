/*
 * control/placing.h - from a graph and a machine to a placement: states the
 * partitioner's problem, and spreads the instances of parallel nodes. [control]
 */
#ifndef TW_CONTROL_PLACING_H
#define TW_CONTROL_PLACING_H

#include <graph/spec.h>
#include <place/partition.h>

struct tw_placing {
	struct tw_place_problem problem; /* its nodes: by tw_spec_instance */
	struct tw_placement placement;
	/* what the problem points to */
	double *load;
	struct tw_place_edge *edges;
	struct tw_place_rule *rules;
};

/* x is zeroed. workers: so many; 0: as many as pay. 0, or as tw_place. To be ended by
 * tw_placing_fini in either case. */
int tw_placing_init(struct tw_placing *x, const struct tw_spec *s, const struct tw_topo *topo, uint32_t workers);
void tw_placing_fini(struct tw_placing *x);

#endif
