/*
 * control/engine.h - a graph from file to end: load, start, watch, stop.
 *
 * What the command line and, later, the HTTP API call. One engine runs one
 * graph. All functions [control], one thread, except tw_engine_drain and
 * tw_engine_stop: [any], also from a signal handler.
 */
#ifndef TW_CONTROL_ENGINE_H
#define TW_CONTROL_ENGINE_H

#include <graph/check.h>
#include <place/partition.h>

struct tw_engine;
struct tw_hist;

struct tw_engine_opts {
	const char *path; /* graph file, "-" for stdin */
	const struct tw_set *sets;
	uint32_t n_sets;
	const char *const *plugin_dirs; /* searched before the default ones */
	uint32_t n_plugin_dirs;
	const char *topology; /* NULL: this machine */
	uint32_t workers;     /* 0: as the partitioner likes, at most the CPUs allowed */
	uint32_t slots;       /* 0: as the graph says; else for every edge */
	int wait;             /* -1: as the graph says; else enum tw_wait */
	int64_t drain_ns;     /* deadline of a drain; 0: 10 s */
	double rate;          /* records a second of every source that knows a rate; 0: as the graph says */
};

/* Load: read, check, bind, place; nothing runs yet. 0; -EINVAL: the graph is bad;
 * -ENOEXEC: a plugin can't be loaded; other -errno. *out is given in any case but
 * -ENOMEM (ask tw_engine_diags), to be destroyed. */
int tw_engine_load(const struct tw_engine_opts *opts, struct tw_engine **out);
void tw_engine_destroy(struct tw_engine *e);

const struct tw_diags *tw_engine_diags(const struct tw_engine *e);
const struct tw_spec *tw_engine_spec(const struct tw_engine *e);       /* NULL: could not be read */
const struct tw_checked *tw_engine_checked(const struct tw_engine *e); /* NULL: not sound */
const struct tw_placement *tw_engine_placement(const struct tw_engine *e);
const struct tw_place_problem *tw_engine_problem(const struct tw_engine *e);
const struct tw_topo *tw_engine_topo(const struct tw_engine *e);

struct tw_registry;
const struct tw_registry *tw_engine_registry(const struct tw_engine *e); /* the plugins found */

/* Take all memory and make the nodes; nothing runs yet. 0; or -errno with the reason
 * in the diags. */
int tw_engine_prepare(struct tw_engine *e);

/* Bytes of the memory that grows with the graph, from tw_engine_prepare to the end. */
struct tw_engine_memory {
	uint64_t pools, rings;
	int no_huge; /* errno with which huge pages were refused; 0 */
};
void tw_engine_memory(const struct tw_engine *e, struct tw_engine_memory *out);

/* Prepares, where that was not done. 0; or -errno with the reason in the diags. */
int tw_engine_start(struct tw_engine *e);
/* 1: ended (look at tw_engine_stats), 0: still running after timeout_ms. */
int tw_engine_wait(struct tw_engine *e, int timeout_ms);
/* Sources end, what is in flight flows out; after the deadline as stop. [any, signal-safe] */
void tw_engine_drain(struct tw_engine *e);
/* End at once, dropping what is in flight. [any, signal-safe] */
void tw_engine_stop(struct tw_engine *e);

struct tw_node_stats {
	const char *id, *op;
	uint32_t index; /* in the spec */
	uint32_t instance, worker;
	uint64_t batches_in, rows_in, batches_out, rows_out;
	uint64_t errors, errors_lost; /* rows sent to err; of these not wired */
	uint64_t dropped;             /* rows dropped by policy on its inputs */
	uint64_t late_unwired;        /* rows for an output that nothing reads, but err */
	uint64_t state_max;           /* bytes of its keyed state, when they were most */
	uint64_t bytes;               /* read or written, where the kind counts "bytes" */
	uint64_t busy_ns;
	uint64_t queued;               /* batches waiting at its inputs, about */
	const struct tw_hist *latency; /* of a sink: ns from origin, by batch; else NULL */
	uint32_t n_counters;
	const char *const *counter_names;
	const uint64_t *counters;
};

struct tw_worker_stats {
	uint32_t cpu; /* OS number it is pinned to; TW_NONE: not pinned */
	uint64_t rounds, parks;
};

enum tw_engine_end { TW_END_RUNNING, TW_END_FINISHED, TW_END_DRAINED, TW_END_STOPPED, TW_END_DEADLINE, TW_END_FAILED };

struct tw_engine_stats {
	enum tw_engine_end end;
	const char *why; /* of TW_END_FAILED: "node parse: ..."; else NULL */
	int why_errno;   /* of TW_END_FAILED: what the node returned */
	int64_t elapsed_ns;
	uint32_t n_nodes, n_workers;
	const struct tw_node_stats *nodes; /* valid until the next call */
	const struct tw_worker_stats *workers;
	uint64_t lat_n, lat_p50, lat_p99, lat_p999, lat_max; /* ns from origin to sinks, by batch */
	struct tw_engine_memory memory;
};

/* A reading of the counters, about now; exact once ended. */
void tw_engine_stats(struct tw_engine *e, struct tw_engine_stats *out);

#endif
