/*
 * window.h - private to the window operator: its plan, its instance, and the slot
 * of a group: cells one after the other, each the state of one or more aggregates
 * of a column.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include "agg.h"
#include "sketch.h"

#include <thalweg/ext/state.h>
#include <thalweg/ext/watermark.h>
#include <thalweg/plugin.h>

enum { PORT_OUT, PORT_LATE };

/* How the values of a column are handled. */
enum value_class { CLASS_INT, CLASS_UINT, CLASS_REAL, CLASS_BYTES };

union number {
	int64_t i;
	double f;
};

enum cell_kind {
	/* those that hold memory of the table: adding to them can fail */
	CELL_SKETCH,      /* struct cell_sketch */
	CELL_LEAST_BYTES, /* struct cell_least_bytes */
	CELL_FIRST_BYTES, /* struct cell_first_bytes */
	/* those that can't */
	CELL_ROWS,     /* struct cell_count: of rows */
	CELL_VALUES,   /* struct cell_count: of values that are not null */
	CELL_SUM,      /* struct cell_sum */
	CELL_SUM_REAL, /* struct cell_sum_real */
	CELL_LEAST,    /* struct cell_least */
	CELL_FIRST     /* struct cell_first */
};

struct cell_sketch {
	int64_t zeros;
	struct tw_blob pos, neg;
};

struct cell_count {
	int64_t n;
};

/* Of integers, in 128 bits: exact whatever the order. */
struct cell_sum {
	uint64_t low;
	int64_t high;
	int64_t n;
};

struct cell_sum_real {
	double sum;
	int64_t n;
};

/* The least value, or the one with the least time. For the greatest and the last
 * one all bits of what is compared are inverted, see struct cell. */
struct cell_least {
	int64_t value; /* xor mask; of reals as ordered() says */
	int64_t has;
};

struct cell_first {
	union number value;
	int64_t has;
	int64_t time; /* xor mask */
};

struct cell_least_bytes {
	struct tw_blob value;
	int64_t has;
};

struct cell_first_bytes {
	struct tw_blob value;
	int64_t has;
	int64_t time; /* xor mask */
};

struct cell {
	enum cell_kind kind;
	const struct tw_field *field; /* NULL: CELL_ROWS */
	enum value_class class;
	double unit;     /* 10^scale of a decimal; values are in multiples of 1 / unit */
	uint64_t mask;   /* what is compared is xor'ed with it */
	uint32_t offset; /* in the slot */
};

/* A column of the output that is an aggregate. */
struct out {
	struct agg_call call;
	uint32_t cell;
	const struct tw_field *field;
};

/* What bind found out. Constant. */
struct plan {
	const struct tw_field *time;
	int64_t size, offset; /* ns, 0 <= offset < size */
	struct sketch_scale scale;
	uint32_t table;
	uint32_t n_by, n_cells, n_outs;
	const struct tw_field *start, *end; /* of the output */
	const struct tw_field **by;         /* of the output */
	struct cell *cells;
	struct out *outs;
};

/* Rows of the batch at hand that are in open windows. */
struct rows {
	uint32_t n;
	uint16_t row[TW_MAX_ROWS];
	int64_t ns[TW_MAX_ROWS];
	void *slot[TW_MAX_ROWS];
};

/* Their values of one column, nulls left out. */
struct values {
	const struct tw_field *field; /* NULL: nothing read yet */
	uint32_t n;
	uint16_t row[TW_MAX_ROWS];
	char *slot[TW_MAX_ROWS];
	union number v[TW_MAX_ROWS]; /* not of CLASS_BYTES; u64 as its bits */
};

/* An instance. What it keeps can be had again: the watermark is told anew. */
struct window {
	const struct plan *plan;
	const struct tw_state_host *state;
	int64_t wm;
	uint32_t late, overflow, lost; /* counters */
	int has_lost;
	uint32_t n_overflow; /* of the group being written */
	struct rows rows;
	struct values values;
	uint16_t late_row[TW_MAX_ROWS];
	void *closing[TW_MAX_ROWS];
};

/* bind.c. [control] */
int window_bind(struct tw_bind *b);

/* cells.c: let w->rows enter their groups. Rows that there is no memory for are
 * reported. [worker] */
void window_add(struct window *w, struct tw_ctx *ctx, struct tw_batch *b);

/* close.c: write out what the watermark closed. [worker] */
int window_close(struct tw_ctx *ctx, void *op, int64_t wm);

/* out.c: write a group's aggregates into row `row`. 0; -1: b's text is full. [worker] */
int window_write(struct window *w, struct tw_ctx *ctx, const char *slot, struct tw_batch *b, uint32_t row);

static inline enum value_class class_of(uint32_t type)
{
	if (type == TW_F32 || type == TW_F64)
		return CLASS_REAL;
	if (tw_type_is_text(type) || type == TW_FIXED)
		return CLASS_BYTES;
	return type == TW_U64 ? CLASS_UINT : CLASS_INT;
}

/* A double as an integer of the same order; and back. Not for NaN. */
static inline int64_t ordered(double v)
{
	int64_t bits;

	memcpy(&bits, &v, sizeof bits);
	return bits < 0 ? bits ^ INT64_MAX : bits;
}

static inline double from_ordered(int64_t order)
{
	double v;

	order = order < 0 ? order ^ INT64_MAX : order;
	memcpy(&v, &order, sizeof v);
	return v;
}

/* The start of the window that a time is in: the greatest offset + k * size not
 * above it. -1 if the window does not lie within the range of timestamps whole. */
static inline int window_start(int64_t time, int64_t size, int64_t offset, int64_t *start)
{
	int64_t into = time % size, end;

	into += into < 0 ? size : 0;
	into = into >= offset ? into - offset : into + (size - offset);
	if (__builtin_sub_overflow(time, into, start) || __builtin_add_overflow(*start, size, &end))
		return -1;
	return 0;
}

/* Windows written by another version may have had another size. */
static inline int64_t window_end(int64_t start, int64_t size)
{
	int64_t end;

	return __builtin_add_overflow(start, size, &end) ? INT64_MAX : end;
}

#endif
