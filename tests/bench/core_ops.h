/*
 * core_ops.h - the operators of core_engine, written against the SDK as a user's are.
 *
 * A record is eight columns of i64: seq, at, value, src and four that nobody looks at. What
 * the program wants of an instance beyond its config it sets between the graph's making and
 * its start, when the instance belongs to nobody else.
 */
#ifndef CORE_OPS_H
#define CORE_OPS_H

#include "pace.h"
#include <thalweg/thalweg.h>

enum { COL_SEQ, COL_AT, COL_VALUE, COL_SRC, COLUMNS = 8 };

#define CORE_SOURCES 4u

/* A time without progress, in ticks: of a worker (a gap), or of records (a stall). */
struct core_span {
	uint64_t from, to;
	int64_t rows;   /* handled in the gap; late in the stall */
	int64_t off_ns; /* a gap's: not on the CPU since the last gap, as the kernel counts */
};

#define CORE_SPANS 65536u

struct core_source {
	/* constant once it runs */
	const struct tw_field *col[COLUMNS];
	int64_t rows, batch;
	int64_t src; /* which of several sources it is */
	double rate; /* records a second; 0: as fast as it goes */
	double ns_per_tick;
	bool whole; /* fill all columns, not only the first four */
	/* [worker] */
	bool began;
	struct pace pace;
	int64_t next;
	uint64_t start; /* ticks of the first poll */
};

struct core_sink {
	/* constant once it runs */
	const struct tw_field *col[COLUMNS];
	int64_t added;         /* what the operators add to a value, all together */
	int64_t first, stride; /* of the numbers that reach it from each source */
	double ns_per_tick;
	bool timed;
	bool whole;           /* look at all columns */
	uint64_t stall_ticks; /* 0: stalls are not noted */
	struct core_span *stalls;
	/* [worker] */
	int64_t rows;
	int64_t next[CORE_SOURCES];
	int64_t bad;  /* rows lost, doubled, out of order or wrong: not 0 */
	uint64_t end; /* ticks when it was finished */
	uint32_t n_stalls, stalls_lost;
	struct tw_hist latency;
};

/* A source that waits for a descriptor, as real ones do: a timer of the kernel. */
struct core_timed {
	/* constant once it runs */
	const struct tw_field *col[COLUMNS];
	int64_t rows;
	int64_t period_ns; /* set before the start */
	double ns_per_tick;
	int fd;
	/* [worker] */
	bool began, ready;
	int64_t start_ns; /* CLOCK_MONOTONIC: record i is due one period after record i - 1 */
	int64_t next;
	uint64_t start;
	struct tw_hist late; /* from when it was due until it was polled for it */
};

/* A source without records that notes when its worker did not come round. */
struct core_gap {
	/* constant once it runs; set before the start */
	uint64_t long_ticks; /* a gap is at least so long */
	uint64_t run_ticks;
	double ns_per_tick;
	const int64_t *work; /* rows that the same worker has handled */
	/* [worker] */
	uint64_t start, last;
	int64_t rows, cpu_ns;
	uint64_t cpu_seen; /* ticks when cpu_ns was read */
	uint32_t n, lost;  /* noted; not noted for want of room */
	struct core_span *gaps;
};

extern const struct tw_kind core_source_kind, core_add_kind, core_split_kind, core_sink_kind;
extern const struct tw_kind core_timed_kind, core_gap_kind, core_nowhere_kind;

#endif
