/*
 * graph/draw.h - a checked graph as text that draws it. [control]
 */
#ifndef TW_GRAPH_DRAW_H
#define TW_GRAPH_DRAW_H

#include <graph/check.h>

/* Graphviz DOT, left to right; worker_of (may be NULL) groups nodes by worker.
 * Labels are escaped; sources, sinks and err edges look different. */
void tw_draw_dot(const struct tw_checked *c, const uint32_t *worker_of, FILE *out);
/* Mermaid flowchart. */
void tw_draw_mermaid(const struct tw_checked *c, const uint32_t *worker_of, FILE *out);

#endif
