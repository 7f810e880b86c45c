/*
 * run/run.h - a graph, running: workers, nodes, links, memory.
 *
 * Made from a bound graph and a placement [control], then started; ends by itself
 * when all sources have ended and everything has flown out.
 */
#ifndef TW_RUN_RUN_H
#define TW_RUN_RUN_H

#include <base/clock.h>
#include <base/role.h>
#include <place/topo.h>
#include <plugin/bind.h>
#include <run/merge.h>
#include <run/worker.h>

struct tw_lease;

struct tw_run_opts {
	uint32_t n_workers;
	const uint32_t *worker_of; /* [n_instances of the spec] */
	const uint32_t *cpu_of;    /* [n_workers] OS number to pin to; TW_NONE: not pinned */
	enum tw_wait wait;
	bool may_spin;  /* false: fewer CPUs than workers, spinning would steal from others */
	bool has_spare; /* there are more CPUs than workers: room for io threads */
	uint32_t slots; /* 0: as each edge says */
};

struct tw_run {
	/* constant after create */
	const struct tw_bound *bound;
	uint32_t n_nodes, n_links, n_workers;
	struct tw_node *nodes; /* by tw_spec_instance */
	struct tw_link *links; /* in the order of the spec's edges, lanes side by side */
	struct tw_worker *workers;
	struct tw_mem mem;
	uint64_t pool_bytes, ring_bytes; /* what it takes; all memory that grows with the graph */
	enum tw_wait wait;
	bool may_spin, has_spare;
	bool may_park; /* workers do sleep: the one that waits must be told */

	/* written by [any] (drain, stop, a failing worker), read by workers each round, both
	 * relaxed: they carry no data, only a wish. Who sleeps is woken after it is written */
	_Alignas(64) _Atomic bool drain;
	_Atomic bool stop;
	/* taken from by each worker once, as it has touched its memory (release; pairs with
	 * the acquire of who waits for all: rings are clear then) */
	_Atomic uint32_t fills_left;
	/* written by workers as they end (release; pairs with the acquire in
	 * tw_run_wait: their results are visible then) */
	_Atomic uint32_t nodes_left;
	_Atomic uint32_t workers_left;
	/* set once by the first to fail (compare-exchange); the winner then writes why,
	 * then sets failed (release; pairs with the acquire in tw_run_failed) */
	_Atomic bool failing;
	_Atomic bool failed;
	char why[512];
	int why_errno;

	struct tw_parker done; /* where [control] waits for the end */
	/* [control] only */
	struct tw_lease *leases;
	bool started;
};

/* 0 and *out; -errno with the reason in err. [control] */
int tw_run_create(const struct tw_bound *b, const struct tw_run_opts *opts, struct tw_run **out, char *err,
		  size_t err_len);
/* Must have ended, and Arrow exports be released: while one is out, the memory it may
 * touch is left behind, with a warning. NULL allowed. [control] */
void tw_run_destroy(struct tw_run *r);

int tw_run_start(struct tw_run *r);                 /* [control] */
bool tw_run_wait(struct tw_run *r, int timeout_ms); /* true: ended; workers joined [control] */
void tw_run_drain(struct tw_run *r);                /* [any, signal-safe] */
void tw_run_stop(struct tw_run *r);                 /* [any, signal-safe] */

/* The graph can't go on: say why (only the first counts) and stop. Returns err. [any] */
int tw_run_fail(struct tw_run *r, int err, const char *node, const char *why);
bool tw_run_failed(struct tw_run *r);

/* Leases (run/services.c). */
void tw_leases_close(struct tw_run *r); /* [control] */

#endif
