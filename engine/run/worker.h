/*
 * run/worker.h - a thread pinned to a core, that owns nodes and runs them.
 */
#ifndef TW_RUN_WORKER_H
#define TW_RUN_WORKER_H

#include <pthread.h>
#include <run/io.h>
#include <run/node.h>
#include <run/park.h>

struct tw_worker {
	/* constant after create */
	_Alignas(64) struct tw_run *run;
	uint32_t id;
	uint32_t cpu; /* OS number; TW_NONE: not pinned */
	uint32_t n_nodes;
	struct tw_node **nodes; /* in topological order */
	uint32_t n_rings;
	struct tw_link **rings; /* from other workers */
	struct tw_home *home;
	bool has_fds;
	pthread_t thread;

	struct tw_parker parker; /* shared: see park.h */
	struct tw_io_port io;    /* shared with its io thread: see io.h */

	/* [worker] only; before it starts, control */
	_Alignas(64) uint32_t n_words;
	uint64_t *ready;  /* a bit for each node that must have a turn ... */
	uint64_t *always; /* ... and for those that have one each round: sources */
	int64_t alarm_ns; /* the least of its nodes', or earlier */
	uint8_t *rang;    /* per worker: 1 = something was put in a ring to it */
	bool any_rang;
	int64_t now_ns;  /* CLOCK_REALTIME of this round; 0: not read yet */
	uint32_t live;   /* nodes not ended */
	uint32_t n_slow; /* nodes whose turn took more than TW_SLOW_NS when it was last timed */
	uint32_t n_watched;

	tw_stat rounds, parks;
};

/* Threads. 0 or -errno. [control] */
int tw_worker_start(struct tw_worker *w);
void tw_worker_join(struct tw_worker *w);

/* Give a node a turn in each round from now on. [worker, control before it starts] */
static inline void tw_worker_visit(const struct tw_node *n)
{
	n->worker->always[n->at / 64] |= UINT64_C(1) << n->at % 64;
}

/* CLOCK_REALTIME, read at most once a round. [worker] */
int64_t tw_worker_now(struct tw_worker *w);

/* Note that worker `to` must look at its rings. [worker] */
static inline void tw_worker_ring(struct tw_worker *w, uint32_t to)
{
	w->rang[to] = 1;
	w->any_rang = true;
}

#endif
