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

struct core_source {
	/* constant once it runs */
	const struct tw_field *col[COLUMNS];
	int64_t rows, batch;
	int64_t src; /* which of several sources it is */
	double rate; /* records a second; 0: as fast as it goes */
	double ns_per_tick;
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
	/* [worker] */
	int64_t rows;
	int64_t next[CORE_SOURCES];
	int64_t bad;  /* rows lost, doubled, out of order or wrong: not 0 */
	uint64_t end; /* ticks when it was finished */
	struct tw_hist latency;
};

extern const struct tw_kind core_source_kind, core_add_kind, core_split_kind, core_sink_kind;

#endif
