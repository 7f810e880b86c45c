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

/* How rows are put together by time. */
enum shape { TUMBLING, SLIDING, SESSION, WHOLE };

/* Where a sliding window is put together. No pane begins there. */
#define RESULT_NS INT64_MIN

/* How the values of a column are handled. */
enum value_class { CLASS_INT, CLASS_UINT, CLASS_REAL, CLASS_BYTES };

union number {
	int64_t i;
	double f;
};

enum cell_kind {
	/* those that hold memory of the table: adding to them can fail */
	CELL_SKETCH,      /* struct cell_sketch */
	CELL_DISTINCT,    /* struct cell_distinct */
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

/* Few values: as they are, doubles in pos. More: counts, see sketch.h. */
struct cell_sketch {
	int64_t few; /* how many values are in pos; -1: there are counts */
	int64_t zeros;
	struct tw_blob pos, neg;
};

/* Few values: a set of hashes. More: registers, see hll.h. */
struct cell_distinct {
	int64_t n; /* hashes in the set; -1: there are registers */
	struct tw_blob set;
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

/* Before the cells of a session: the times of its first and last row. */
struct span {
	int64_t is_open; /* 0: the slot is new */
	int64_t first, last;
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

/* What bind found out. Constant. Durations are in ns. */
struct plan {
	enum shape shape;
	const struct tw_field *time; /* NULL: of WHOLE, order of arrival */
	int64_t size, every, offset; /* of windows; 0 <= offset < every. SESSION: size is the gap */
	int64_t pane;                /* what a namespace covers: a part of all windows it touches */
	struct sketch_scale scale;
	uint32_t table;
	uint32_t side; /* SLIDING: table of struct progress; SESSION: of the times at which to look at sessions */
	uint32_t n_by, n_cells, n_outs;
	const struct tw_field *start, *end; /* of the output; NULL: WHOLE */
	const struct tw_field **by;         /* of the output */
	struct cell *cells;
	struct out *outs;
};

/* SLIDING: one for all groups, in the table `side`. */
struct progress {
	int64_t next; /* no window that begins before it is to be written */
};

/* What rows of one pane have in common. */
struct pane {
	int64_t start;
	int64_t first_end, last_end; /* of the windows it is part of */
};

/* SLIDING: the window being put together, while window_close is not done. */
struct making {
	int is_on, is_whole; /* whole: all panes are in */
	int64_t start, pane; /* the pane to be merged next */
};

/* Rows of the batch at hand that are in open windows. */
struct rows {
	uint32_t n;
	uint16_t row[TW_MAX_ROWS];
	int64_t ns[TW_MAX_ROWS];
	void *slot[TW_MAX_ROWS];
};

/* Slots and namespaces to look up, one list per call. */
struct like_rows {
	void *of[TW_MAX_ROWS], *slot[TW_MAX_ROWS];
	int64_t ns[TW_MAX_ROWS];
};

/* Their values of one column, nulls left out. */
struct values {
	const struct tw_field *field; /* NULL: nothing read yet */
	uint32_t n;
	const uint16_t *row;
	void *const *slot;
	uint16_t own_row[TW_MAX_ROWS]; /* where some are null; else row and slot are those of struct rows */
	void *own_slot[TW_MAX_ROWS];
	union number v[TW_MAX_ROWS]; /* not of CLASS_BYTES; u64 as its bits */
};

/* An instance. What it keeps can be had again: the watermark is told anew. */
struct window {
	const struct plan *plan;
	const struct tw_state_host *state;
	int64_t wm;
	uint32_t late, missed, overflow, lost; /* counters */
	int has_lost;
	uint32_t n_overflow; /* of the group being written */
	uint32_t n_late;     /* in late_row */
	int has_progress;    /* there is a struct progress */
	struct making making;
	struct rows rows;
	struct values values;
	struct like_rows like;
	uint16_t late_row[TW_MAX_ROWS];
	void *closing[TW_MAX_ROWS];
};

/* bind.c, bind_aggs.c. [control] */
int window_bind(struct tw_bind *b);
void bind_aggregate(struct tw_bind *b, const struct tw_conf *at, const char *name);
const struct tw_field *bind_column(struct tw_bind *b, const struct tw_conf *at, const char *name,
				   const struct tw_field *like, int nullable);

/* All below: [worker] */

/* cells.c: let w->rows enter their groups. Rows that there is no memory for are
 * reported. */
void window_add(struct window *w, struct tw_ctx *ctx, struct tw_batch *b);

/* Row number k of w->rows has no place in the table: report it. */
void window_refuse(struct window *w, struct tw_ctx *ctx, struct tw_batch *b, uint32_t k);

/* texts.c: a cell of texts, value i of w->values. 0; -1: no memory. */
const char *bytes_of(const struct tw_batch *b, const struct tw_field *f, uint32_t row, uint32_t *len);
int least_bytes_add(struct window *w, struct tw_ctx *ctx, const struct cell *c, const struct tw_batch *b, uint32_t i);
int first_bytes_add(struct window *w, struct tw_ctx *ctx, const struct cell *c, const struct tw_batch *b, uint32_t i);
int least_bytes_merge(struct window *w, struct tw_ctx *ctx, const struct cell *c, struct cell_least_bytes *to,
		      const struct cell_least_bytes *from);
int first_bytes_merge(struct window *w, struct tw_ctx *ctx, const struct cell *c, struct cell_first_bytes *to,
		      const struct cell_first_bytes *from);

/* quantile.c: 0; -1: no memory. */
int quantile_add(struct window *w, struct tw_ctx *ctx, struct cell_sketch *s, double v);
int quantile_merge(struct window *w, struct tw_ctx *ctx, struct cell_sketch *to, const struct cell_sketch *from);

/* 1 and *out; 0: there are no values. */
int quantile_of(struct window *w, struct tw_ctx *ctx, const struct cell_sketch *s, double q, double *out);

/* distinct.c: value i of w->values. 0; -1: no memory. */
int distinct_add(struct window *w, struct tw_ctx *ctx, const struct cell *c, const struct tw_batch *b, uint32_t i);
int distinct_merge(struct window *w, struct tw_ctx *ctx, struct cell_distinct *to, const struct cell_distinct *from);
int64_t distinct_of(struct window *w, struct tw_ctx *ctx, const struct cell_distinct *s);

/* merge.c: let what entered one group enter another. What there is no memory for is
 * lost, counted, and told in the log once. _last: `from` will be removed, and may be
 * changed. */
void window_merge(struct window *w, struct tw_ctx *ctx, void *to, const void *from);
void window_merge_last(struct window *w, struct tw_ctx *ctx, void *to, void *from);
void window_lose(struct window *w, struct tw_ctx *ctx, const char *why);

/* slide.c: make sure that there is a struct progress. */
void slide_start(struct window *w, struct tw_ctx *ctx, const struct tw_batch *b);

/* Put the next window together that the watermark closed, in RESULT_NS. 1: it is whole,
 * and begins at *start; 0: there is none; -1: call again, this is long. */
int slide_next(struct window *w, struct tw_ctx *ctx, int64_t *start);

/* It is written: forget it, and panes that no other window needs. */
void slide_done(struct window *w, struct tw_ctx *ctx);

/* All is written that the watermark closed. */
void slide_passed(struct window *w, struct tw_ctx *ctx);

/* session.c: rows that no open session is near are late, the others enter. */
void session_rows(struct window *w, struct tw_ctx *ctx, struct tw_batch *b);

/* Of w->rows, which have their slots: keep the spans. Rows that there is no memory for
 * are reported, and have no slot then. Number of them. */
uint32_t session_enter(struct window *w, struct tw_ctx *ctx, struct tw_batch *b);

/* Write out what the watermark closed. As tw_watermark.on_watermark. */
int session_close(struct window *w, struct tw_ctx *ctx);

/* close.c: write out what the watermark closed; and one group, into row `row`:
 * 0; -1: b's text is full. */
int window_close(struct tw_ctx *ctx, void *op, int64_t wm);
int window_write_group(struct window *w, struct tw_ctx *ctx, const void *slot, struct tw_batch *b, uint32_t row);

/* out.c: write a group's aggregates into row `row`. 0; -1: b's text is full. */
int window_write(struct window *w, struct tw_ctx *ctx, const char *slot, struct tw_batch *b, uint32_t row);

static inline enum value_class class_of(uint32_t type)
{
	if (type == TW_F32 || type == TW_F64)
		return CLASS_REAL;
	if (tw_type_is_text(type) || type == TW_FIXED)
		return CLASS_BYTES;
	return type == TW_U64 ? CLASS_UINT : CLASS_INT;
}

/* The cell in a slot. */
static inline void *cell_in(void *slot, uint32_t offset)
{
	return (char *)slot + offset;
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

/* The greatest offset + k * size that is not above a time. -1: out of range. */
static inline int window_start(int64_t time, int64_t size, int64_t offset, int64_t *start)
{
	int64_t into = time % size;

	offset %= size;
	into += into < 0 ? size : 0;
	into = into >= offset ? into - offset : into + (size - offset);
	return __builtin_sub_overflow(time, into, start) ? -1 : 0;
}

/* Does this time come before that of the value at hand? Of equal times the row that
 * came first is the first, the one that came last the last. */
static inline int is_earlier(const struct cell *c, int64_t time, int64_t has, int64_t than)
{
	return !has || time < than || (time == than && c->mask);
}

/* Windows written by another version may have had another size. */
static inline int64_t window_end(int64_t start, int64_t size)
{
	int64_t end;

	return __builtin_add_overflow(start, size, &end) ? INT64_MAX : end;
}

#endif
