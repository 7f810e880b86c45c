/*
 * graph/parts.h - the parts of a graph file, one reader each. Inside graph/ only.
 * [control]
 */
#ifndef TW_GRAPH_PARTS_H
#define TW_GRAPH_PARTS_H

#include <graph/read.h>
#include <graph/spec.h>
#include <graph/vars.h>

struct tw_spec_queue {
	uint32_t slots;
	enum tw_full full;
};

/* What nodes and edges take when they say nothing. */
struct tw_spec_defaults {
	struct tw_spec_queue queue;
	enum tw_on_error on_error;
};

extern const char *const tw_on_error_names[];

/* Member "queue" of r, if there is one; what it does not say stays as it is. */
void tw_spec_read_queue(const struct tw_read *r, struct tw_spec_queue *q);

/* "nodes" and "edges" of the root into s. Edges come after nodes. */
void tw_spec_read_nodes(const struct tw_read *root, const struct tw_spec_defaults *defaults, const struct tw_vars *vars,
			struct tw_spec *s);
void tw_spec_read_edges(const struct tw_read *root, const struct tw_spec_defaults *defaults, struct tw_spec *s);

/* The nodes' ids, for "did you mean". free() it. */
const char **tw_spec_ids(const struct tw_spec *s);

#endif
