/*
 * lines.h - cuts bytes into lines, wherever blocks begin and end. Pure.
 */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stdint.h>

/* A piece of input under way. Offsets count from the bytes given to each call. */
struct piece {
	uint32_t line; /* where the line begins whose end is looked for */
	uint32_t scan; /* looked at up to here */
	uint32_t end;
	bool skip;         /* the line is over the limit: forget it up to its end */
	uint64_t too_long; /* lines over the limit so far */
};

struct span {
	uint32_t off, len;
};

/* Positions of '\n' in data[from..to), at most max of them; *next is where to look
 * on. Number found. */
uint32_t newlines(const char *data, uint32_t from, uint32_t to, uint32_t *at, uint32_t max, uint32_t *next);
uint32_t newlines_scalar(const char *data, uint32_t from, uint32_t to, uint32_t *at, uint32_t max, uint32_t *next);

/* The next whole lines of the piece, at most max (<= 512), without their "\n" or
 * "\r\n"; those over max_line are left out. Number. All is looked at when
 * scan == end; what is after `line` then is the begin of a line. */
uint32_t cut_lines(const char *data, struct piece *p, struct span *out, uint32_t max, uint32_t max_line);

/* After cut_lines has looked at all: length of the begin of a line, to be kept for
 * the next piece. At most max_line + 1; when longer it is dropped (skip). */
uint32_t cut_rest(struct piece *p, uint32_t max_line);

#endif
