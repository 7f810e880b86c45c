/*
 * graph/checking.h - the parts of tw_check, and what they share. Inside graph/ only.
 * [control]
 */
#ifndef TW_GRAPH_CHECKING_H
#define TW_GRAPH_CHECKING_H

#include <graph/check.h>

#define TW_CHECK_PORTS 64u

struct tw_checking {
	const struct tw_spec *spec;
	const struct tw_kinds *kinds;
	struct tw_checked *c;
	struct tw_diags *d;
};

/* Kind and config of every node. */
void tw_check_nodes(struct tw_checking *k);

/* Port numbers of every edge; then wiring as a whole: doubles, unwired inputs,
 * outputs that nobody reads. is_whole: nothing of the spec is missing. */
void tw_check_edges(struct tw_checking *k, bool is_whole);

/* The order of nodes, and cycles. */
void tw_check_topo(struct tw_checking *k);

#endif
