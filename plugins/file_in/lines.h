/*
 * lines.h - cuts bytes into rows, wherever blocks begin and end. Pure.
 *
 * A row ends at '\n'; in CSV only at one outside of double quotes. The bytes are
 * looked at a chunk at a time, which stays in the nearest cache until its rows are cut.
 */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stdint.h>
#include <thalweg/simd/scan.h>

#define CHUNK 4096u

struct span {
	uint32_t off, len;
};

/* What a stream keeps from one piece to the next. */
struct cut_state {
	bool skip;       /* in a row over the limit: forget it up to its end */
	uint64_t inside; /* of quotes: all ones, else 0 */
	uint64_t rows;   /* that have ended */
};

struct cutter {
	/* constant */
	const struct tw_scan *kernels;
	uint32_t max_line;
	bool is_csv;
	/* the piece; offsets count from data */
	const char *data;
	uint32_t line; /* where the row begins whose end is looked for */
	uint32_t look; /* the kernel has seen it up to here */
	uint32_t end;
	struct cut_state state;
	uint64_t n_long, first_long; /* rows over the limit; number of the first, from 1 */
	/* the chunk: ends of rows not yet cut */
	uint32_t base, word, n_words;
	uint64_t bits[CHUNK / 64];
};

/* Begin a piece: data[line..look) was looked at before, as the begin of a row. */
void cut_begin(struct cutter *c, const char *data, uint32_t line, uint32_t look, uint32_t end, struct cut_state state);

/* The next whole rows of the piece, at most max, without their "\n" or "\r\n"; those
 * over max_line are left out. Number. */
uint32_t cut_lines(struct cutter *c, struct span *out, uint32_t max);

/* All was looked at, and what is after `line` is the begin of a row. */
static inline bool cut_is_over(const struct cutter *c)
{
	return c->look == c->end && c->word == c->n_words;
}

/* When it is over: length of the begin of a row, to be kept for the next piece. At most
 * max_line + 1; when longer it is dropped (skip). */
uint32_t cut_rest(struct cutter *c);

/* The rest is the last row of all. True if it is one: it is not too long. */
bool cut_last(struct cutter *c, uint32_t rest);

#endif
