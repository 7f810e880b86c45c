/*
 * parse_json.h - what the operator's files share: the plan that bind() makes, and
 * how a value gets into a column.
 */
#ifndef PARSE_JSON_H
#define PARSE_JSON_H

#include "mould.h"

#include <thalweg/text/rfc3339.h>
#include <thalweg/thalweg.h>

/* How a timestamp is written: a text, or a number whose unit is 10^-9 s * 10^shift. */
#define TIME_IS_TEXT UINT32_MAX

struct column {
	const struct tw_field *field;
	uint16_t slot; /* of the shape */
	uint8_t type;  /* enum tw_type */
	uint8_t is_required;
	uint32_t shift; /* of a timestamp: TIME_IS_TEXT, or the exponent as above */
};

struct plan {
	const struct tw_field *line;
	uint32_t n_columns;
	struct column *columns;
	struct shape shape;
	int lax;
};

/* A line at work. */
struct line {
	struct tw_ctx *ctx;
	struct tw_batch *b;
	uint32_t row;
	const struct tw_view *view;
	const char *text; /* its bytes */
	struct tw_time_day *day;
};

/* What is wrong with a value. */
enum fault {
	FAULT_NONE,
	FAULT_MISSING,
	FAULT_TYPE,
	FAULT_RANGE,
	FAULT_FRACTION,
	FAULT_TIME,
	FAULT_ROOM, /* its unescaped text does not fit the batch */
};

/* Put the value that was found for it into a column of the line's row. [worker] */
enum fault store_value(const struct line *l, const struct column *c, const struct value *v);

/* The same for a document that fits a mould, whose value there is not read yet; `col` is
 * the column, all of whose rows are not null so far. 0: there is anything wrong with
 * it, and the document must be scanned to say what. [worker] */
int store_fitting(const struct line *l, const struct column *c, void *col, const struct outline *o,
		  const struct mould_value *m);

/* The kind's bind. [control] */
int parse_json_bind(struct tw_bind *b);

#endif
