/*
 * scan.h - one pass over one document: is it JSON (RFC 8259), and where are the
 * wanted values.
 *
 * All of it is validated, wanted or not. Of equal keys in a map the first counts.
 * No byte at or past the end of the document is read.
 */
#ifndef PARSE_JSON_SCAN_H
#define PARSE_JSON_SCAN_H

#include "shape.h"
#include <thalweg/text/number.h>

enum value_kind {
	VALUE_MISSING,
	VALUE_NULL,
	VALUE_FALSE,
	VALUE_TRUE,
	VALUE_NUMBER,
	VALUE_STRING,
	VALUE_LIST,
	VALUE_MAP
};

/* What was found at a wanted place. */
struct value {
	uint8_t kind;
	uint8_t is_escaped; /* a string with escapes */
	uint32_t off;       /* from the document's first byte; a string's quote */
	uint32_t len;       /* of the JSON text; of a string with its quotes */
	struct tw_number number;
};

/* Working memory, and the result. */
struct scan {
	/* constant after scan_init */
	const struct shape *shape;
	int lax; /* take strings that are not UTF-8 */

	/* of the present document */
	const char *start, *end;
	uint32_t depth;
	struct value *values; /* per slot of the shape, and a spare one */
	uint8_t *is_met;      /* per member */
	const char *fault;    /* what is wrong ... */
	uint32_t fault_at;    /* ... at which byte, counted from 0 */

	/* what followed last time: per member, and at n_members + node what came first */
	uint16_t *guess;
};

/* Bytes of working memory, and set it up in there (zeroed). */
size_t scan_bytes(const struct shape *shape);
void scan_init(struct scan *s, const struct shape *shape, int lax, void *memory);

enum scan_result { SCAN_OK, SCAN_EMPTY /* nothing but white space */, SCAN_BAD };

enum scan_result scan_document(struct scan *s, const char *p, uint32_t len);

#endif
