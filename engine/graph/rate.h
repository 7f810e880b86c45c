/*
 * graph/rate.h - the rate of a graph's sources, set from outside. [control]
 */
#ifndef TW_GRAPH_RATE_H
#define TW_GRAPH_RATE_H

#include <graph/check.h>

/* Give every source whose config knows "rate" this one, in records a second, over
 * what the file says. -EINVAL with an error in d where the graph has sources and none
 * of them knows it. Before tw_check. */
int tw_spec_set_rate(struct tw_spec *s, const struct tw_kinds *kinds, double rate, struct tw_diags *d);

#endif
