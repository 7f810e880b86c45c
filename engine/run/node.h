/*
 * run/node.h - an operator's instance in a running graph, and how it is run.
 *
 * Everything in a node belongs to the worker that runs it; what others read is a
 * tw_stat. tw_node_run is the whole scheduler of one node: see engine/README.md
 * for a round drawn.
 */
#ifndef TW_RUN_NODE_H
#define TW_RUN_NODE_H

#include <mem/arrow.h>
#include <run/link.h>
#include <thalweg/ext/finish.h>
#include <thalweg/ext/source.h>
#include <thalweg/ext/timer.h>
#include <thalweg/ext/watermark.h>
#include <thalweg/hist.h>
#include <thalweg/plugin.h>

struct tw_run;
struct tw_worker;
struct tw_table;
struct tw_merge;

/* Most buffers of text that one call may open in one batch. */
#define TW_TEXT_PER_CALL TW_BATCH_BUFS
/* A turn ends after so many batches, or rows where they come from a source or a ring: then
 * what it made is still in the nearest cache when the next node has its turn. Fewer where
 * they leave for another worker: what comes home is to be there, too, when it is filled
 * again. Measured, see mem/README.md. */
#define TW_TURN 64u
#define TW_TURN_ROWS 2048u     /* on a worker that sends nothing to others */
#define TW_TURN_ROWS_SLOW 512u /* at most, where a node is slow: rows are not to wait for so many others */
#define TW_TURN_ROWS_SENT 256u /* on one that does */
#define TW_TURN_ROWS_RING 128u /* of a node that does itself */
#define TW_COUNTERS_MAX 16u

/* An edge of a port: one link of the port's, or a lane to each instance of a node that
 * runs in parallel, of which each batch takes one. */
struct tw_way {
	uint32_t first, n;
};

/* An output port, or the err port. Constant after create. */
struct tw_output {
	uint32_t n_links;
	struct tw_link **links;
	uint32_t n_ways;
	struct tw_way *ways;
	bool makes;
	struct tw_source_pools pools; /* of a port that makes batches */
};

/* Which call of the operator is to be continued: it returned TW_MORE or TW_WAIT.
 *
 *   NONE -> PROCESS    an input batch was taken           NONE -> TIMER   alarm due
 *   NONE -> WATERMARK  the inputs' watermark advanced     NONE -> FINISH  all inputs ended
 *   any -> NONE        the call returned TW_DONE (worker, in tw_node_run alone)
 */
enum tw_call { TW_CALL_NONE, TW_CALL_PROCESS, TW_CALL_WATERMARK, TW_CALL_TIMER, TW_CALL_FINISH };

struct tw_node {
	_Alignas(64) struct tw_ctx ctx; /* first: what the operator sees */

	/* What each batch needs comes first, three cache lines. */

	/* constant after create */
	int (*process)(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b); /* the kind's */
	void *op;
	struct tw_link *lone; /* its only input link, if batches are taken from it as they come; else NULL */
	const struct tw_kind *kind;

	/* [worker] only */
	struct tw_batch **box, **box_end; /* free cells of `straight`, for what is emitted now: see run/box.h */
	uint64_t order;                   /* number of the batch at work, of an instance of a parallel node */
	uint32_t credit;                  /* calls for which there is room, known from an earlier look */
	uint32_t granted;                 /* batches that the call at work may still make, as it was promised */
	enum tw_call call;
	union {
		struct {
			bool waiting; /* it returned TW_WAIT ... */
			bool rung;    /* its alarm went off */
			bool recheck; /* the room that was found holds no more: a call took more than its due */
			bool ending, ended;
			bool dirty;   /* outputs may owe control or hold gathered rows */
			bool is_slow; /* its turns are long, so all are timed */
			bool lends;   /* it has exported batches, which come back to it */
		};
		uint64_t odd; /* any of these: it takes more than to hand it what waits */
	};
	bool event;         /* ... and something happened since */
	bool blocked;       /* the last try found no room */
	bool starved;       /* a source found no raw buffer */
	bool was_slow;      /* the last turn that was timed: counted by the worker */
	bool is_plain;      /* constant: it passes batches on as they are, to one reader */
	bool is_quick;      /* constant: while it owes nothing, quick_turn() does for a turn */
	uint32_t turns;     /* one in so many is timed of others */
	uint32_t budget;    /* of a source: batches to ask for at once */
	uint32_t turn_rows; /* constant: of a turn, see TW_TURN_ROWS */
	int64_t wm_next;    /* watermark of its inputs: what to tell next ... */
	int64_t wm;         /* ... what is being told or was told to the operator ... */
	int64_t wm_done;    /* ... and what it is done with, so may be told on */

	/* written by the worker */
	tw_stat batches_in, rows_in, batches_out, rows_out;

	/* constant after create */
	/* The only link of port 0, if batches need nothing but to be put on it: no watermark
	 * is made here, none are numbered. Else NULL. */
	struct tw_link *straight;
	struct tw_batch **box_start;
	struct tw_hist *latency; /* of a sink, ns from origin, by batch; else NULL. Readers copy it */
	struct tw_run *run;
	struct tw_worker *worker;
	struct tw_output *out;          /* [ctx.n_outputs] */
	uint32_t index;                 /* of the run's nodes */
	uint32_t spec;                  /* of the spec's: instances have the same */
	uint32_t at;                    /* of the worker's nodes */
	uint32_t n_rings;               /* input links that are rings */
	bool is_instance;               /* one of several */
	const struct tw_source *source; /* the extensions it has, or NULL */
	const struct tw_watermark *watermark;
	const struct tw_timer *timer;
	const struct tw_finish *finish;
	uint32_t n_in;
	struct tw_link **in; /* all links of all input ports */
	struct tw_output err;
	struct tw_source_pools text;   /* text pools alone */
	struct tw_pool *clones, *raws; /* NULL: not needed */
	uint32_t clones_per_batch;     /* at most, if one batch goes to every output, by handles of its own */
	uint32_t n_tables;
	struct tw_table **tables;
	bool fails_on_error;    /* on_error: fail */
	struct tw_merge *merge; /* order: event_time; else NULL */
	const struct tw_schema *err_schema;
	/* watermark made here */
	const struct tw_field *event_time;
	int64_t delay_ns, idle_after_ns, max_future_ns;

	/* [worker] only */
	uint32_t turn; /* next input link to look at */
	uint64_t seq;
	uint64_t dealt;        /* numbers given to batches for parallel nodes */
	int64_t made_wm;       /* of its output, where made here */
	int64_t last_batch_ns; /* when it last had a batch, for idle_after */
	bool idle;
	int64_t alarm_ns; /* INT64_MAX: none */
	struct tw_batch *err_batch;

	struct tw_exports exports; /* to Arrow; shared with whoever reads them */

	/* written by the worker */
	tw_stat unread, errors, errors_lost, future;
	tw_stat busy_ns;     /* of turns in which something was done; of short ones an estimate from one in TW_TIMED */
	tw_stat state_max;   /* bytes of keyed state, when they were most */
	uint32_t n_counters; /* [control] before running */
	char *counter_names[TW_COUNTERS_MAX];
	tw_stat counters[TW_COUNTERS_MAX];
};

/* Of turns that take less than TW_SLOW_NS one in TW_TIMED is timed: a clock costs more
 * than a short turn. */
#define TW_TIMED 32u
#define TW_SLOW_NS 2000

/* Give the node a turn: continue what is unfinished, take what waits, call timers,
 * tell watermarks. true: something was done. Marks the node ready again where something
 * is left to be done. [worker] */
bool tw_node_run(struct tw_node *n);

/* It must have a turn in this or the next round. [worker] */
void tw_node_ready(struct tw_node *n);

/* The engine's side of struct tw_host. */
extern const struct tw_host tw_node_host;

/* Emit what row_error collected, what waits at the links, gathered rows, and control
 * that is due. true: some that waited went. [worker] */
bool tw_node_settle(struct tw_node *n);

/* A batch leaves by a port, other than through the box (run/emit.c). Takes b. [worker] */
void tw_node_emit(struct tw_node *n, uint32_t port, struct tw_batch *b);

/* One edge of an output (run/send.c). Put: as it is, there is room; takes b. Send: takes b. Rest: what waits at the
 * link goes on as far as it can; true: some went. Flush: gathered rows go out. [worker] */
void tw_node_put(struct tw_node *n, struct tw_link *l, struct tw_batch *b);
void tw_node_send(struct tw_node *n, struct tw_link *l, struct tw_batch *b);
bool tw_node_send_rest(struct tw_node *n, struct tw_link *l);
void tw_node_flush_gather(struct tw_node *n, struct tw_link *l);

/* Could the node come to be idle by the clock: it makes watermarks, and nothing but
 * its input keeps it from having batches? [worker] */
bool tw_node_may_idle(const struct tw_node *n);

/* Room (run/room.c). For how many calls of the operator, at most `want`: slots, batches,
 * text; it stays until they are made, for nobody else takes of it. And how many batches
 * one call may make and emit on a port now. [worker] */
uint32_t tw_node_calls(struct tw_node *n, uint32_t want);
uint32_t tw_node_room(struct tw_node *n, uint32_t port);

/* Extensions of the host (run/services.c): by id, or NULL. [any] */
const void *tw_node_service(const char *id);

#endif
