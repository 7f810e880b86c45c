/*
 * walk.h - a record with quotes, field by field: where each is, and whether its quotes
 * are as RFC 4180 wants them. Works on marks, and goes on where they come in pieces.
 */
#ifndef PARSE_CSV_WALK_H
#define PARSE_CSV_WALK_H

#include "marks.h"

/* A field of the record, without the quotes around it. */
struct span {
	uint32_t from, to;
	uint8_t is_quoted;
	uint8_t is_doubled; /* has quotes that are written twice */
};

enum walk_fault {
	WALK_OK,
	WALK_QUOTE_INSIDE, /* a quote in a field that does not begin with one */
	WALK_QUOTE_AFTER,  /* more text after the quote that ends a field */
	WALK_QUOTE_OPEN,   /* the quote that begins a field has no end */
};

struct walk {
	struct span *spans; /* of the first COLUMNS_MAX fields */
	uint32_t n;         /* fields that ended */
	uint32_t from;      /* where the field under way begins, with its quote */
	uint32_t last;      /* the quote that may have ended it */
	uint32_t fault_at;
	uint8_t state; /* enum, see walk.c */
	uint8_t is_doubled;
	uint8_t fault; /* enum walk_fault */
};

void walk_begin(struct walk *w, struct span *spans);

/* The marks of m in [from, to); `base` is what the place 0 of m is in the record
 * (negative where the record begins within m). Nothing after a fault. [worker] */
void walk_marks(struct walk *w, const struct marks *m, uint32_t from, uint32_t to, int64_t base);

/* The record has len bytes. */
enum walk_fault walk_end(struct walk *w, uint32_t len);

#endif
