/*
 * core_engine.h - what the halves of core_engine share: a graph written down, and the graph
 * made of it.
 */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H

#include "core_ops.h"
#include <run/run.h>

#define MOST_NODES 80u

/* A graph as it is written down: its JSON, and which node goes where. */
struct sheet {
	FILE *nodes, *edges;
	char *text[2];
	size_t len[2];
	uint32_t n;
	struct {
		char id[16];
		uint32_t worker;
	} at[MOST_NODES];
};

struct core {
	struct pace_args a;
	double ns_per_tick;
	uint32_t n_workers;
	uint64_t rows; /* that must reach the sinks */
	struct sheet sheet;
	struct tw_spec *spec;
	struct tw_checked *checked;
	struct tw_bound *bound;
	struct tw_run *run;
};

/* Write the scenario's graph; false: there is no such scenario. */
bool core_write(struct core *c);
void core_sheet_close(struct sheet *s);

/* The instance of a kind and number; NULL: there is none. */
void *core_instance(const struct core *c, const char *kind, uint32_t number);

/* idle and steady: what is set before the start, what is done while the graph runs, and
 * what is said at the end. */
void core_idle_set(const struct core *c);
double core_idle_watch(const struct core *c); /* cores in use */
void core_idle_print(const struct core *c, double cores);
void core_steady_set(const struct core *c);
void core_steady_print(const struct core *c);

#endif
