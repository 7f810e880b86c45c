/*
 * parse_csv.h - what the operator's files share: the plan that bind() makes, the
 * instance, and how a value gets into a column.
 */
#ifndef PARSE_CSV_H
#define PARSE_CSV_H

#include "marks.h"
#include "walk.h"

#include <thalweg/text/rfc3339.h>
#include <thalweg/thalweg.h>

#define FIELDS_MAX 250u
#define HEADER_BYTES 65536u
#define PATH_BYTES 4096u

/* How a timestamp is written: a text, or a number whose unit is 10^-9 s * 10^shift. */
#define TIME_IS_TEXT UINT32_MAX

struct column {
	const struct tw_field *field;
	const char *name; /* in the header; NULL: by number */
	uint32_t number;  /* from 1; 0: by name */
	uint32_t shift;   /* of a timestamp: TIME_IS_TEXT, or the exponent as above; of a decimal: its scale */
	uint8_t type;     /* enum tw_type */
	uint8_t is_required;
};

enum header { HEADER_NONE, HEADER_ROW, HEADER_LIST };

struct plan {
	const struct tw_field *line;
	const struct tw_field *file; /* NULL: not told apart */
	uint32_t n_columns;
	struct column *columns;
	uint32_t n_names; /* HEADER_LIST: how many columns a record has */
	uint8_t header;   /* enum header */
	uint8_t is_bytes; /* the line may be no UTF-8 */
	char separator;
	char quote; /* the separator: there are no quotes */
};

/* What is wrong with a row. */
enum fault {
	FAULT_NONE,
	FAULT_SKIPPED, /* nothing: it holds no record */
	FAULT_NULL_LINE,
	FAULT_COUNT,
	FAULT_QUOTE_INSIDE,
	FAULT_QUOTE_AFTER,
	FAULT_QUOTE_OPEN,
	/* of a value */
	FAULT_MISSING,
	FAULT_TYPE,
	FAULT_RANGE,
	FAULT_FRACTION,
	FAULT_SCALE,
	FAULT_TIME,
	FAULT_UTF8,
	FAULT_ROOM, /* its text without doubled quotes does not fit the batch */
};

struct fault_place {
	uint32_t at;     /* byte of the record */
	uint32_t n;      /* FAULT_COUNT: columns that it has; else the file's column, from 1 */
	uint32_t column; /* of the plan; FAULT_COUNT: columns that it should have */
};

/* A good record. */
struct record {
	uint16_t row;
	uint16_t mark;     /* the number of its first separator */
	uint16_t from, to; /* in the window */
};

/* Records that lie in one buffer behind one another, gaps between them allowed. */
struct window {
	const char *text;
	uint32_t len;
	uint32_t buf, off; /* what the text is in the batch; of no meaning if the line is inline */
	uint32_t n;        /* rows */
	struct {
		uint32_t row, from, to;
	} rows[TW_MAX_ROWS];
	uint32_t n_records; /* the good ones of them */
	struct record records[TW_MAX_ROWS];
};

struct parser;

/* The values of the window's records into column c of the plan. [worker] */
typedef void quick_fn(struct parser *x, uint32_t c);

/* An instance; all of it is its worker's. */
struct parser {
	const struct plan *plan;
	marks_find_fn *find;
	quick_fn *fill;
	struct tw_ctx *ctx; /* these two: of the call under way */
	struct tw_batch *b;
	uint32_t n_empty, n_headers; /* numbers of counters */
	uint32_t count_empty, count_headers;
	uint32_t n_exact;        /* columns of a record; 0: any number from n_least */
	uint32_t n_least;        /* so that all wanted ones are there */
	uint32_t at[FIELDS_MAX]; /* the file's column, from 0, per column of the plan */
	struct tw_time_day day;  /* of the times that were read last */
	struct window window;
	struct marks marks;
	struct span spans[COLUMNS_MAX];
	uint8_t faults[TW_MAX_ROWS]; /* enum fault, per row */
	struct fault_place places[TW_MAX_ROWS];
	uint32_t has_header, header_len, file_len;
	char header[HEADER_BYTES];
	char file[PATH_BYTES];
};

/* A value and where it is. */
struct cell {
	struct parser *x;
	const struct column *column;
	uint32_t row;
	const char *text;
	uint32_t len;
	uint32_t buf, off; /* in the batch, if the text is not inline */
	int is_quoted, is_doubled;
};

/* Put a value into its column, of any type. [worker] */
enum fault store_value(const struct cell *v);

/* Note what is wrong with a row; the first fault counts. [worker] */
static inline void fault_set(struct parser *x, uint32_t row, enum fault fault, uint32_t at, uint32_t n, uint32_t column)
{
	if (x->faults[row])
		return;
	x->faults[row] = (uint8_t)fault;
	x->places[row] = (struct fault_place){at, n, column};
}

/* The function of a level. [any] */
quick_fn *quick_column(enum tw_simd level);

/* Does the row begin a file, or the stream, so that it names the columns? [worker] */
int header_expected(const struct parser *x, uint32_t row);

/* Is this line the header once more? [worker] */
static inline int header_again(const struct parser *x, const char *text, uint32_t len)
{
	return x->has_header && len == x->header_len && memcmp(text, x->header, len) == 0;
}

/* Read it: 0, or a negative errno that is explained. [worker] */
int header_read(struct parser *x, uint32_t row, const char *text, uint32_t len);

/* Columns by number alone, or by the names that the config lists. [control] */
void header_fixed(struct parser *x);

/* The kind's bind. [control] */
int parse_csv_bind(struct tw_bind *b);

#endif
