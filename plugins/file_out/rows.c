/* rows.c - a row as a line of NDJSON, CSV or plain text. [worker] */
#include "file_out.h"

#include <math.h>
#include <string.h>
#include <thalweg/row.h>

/* No value but of text and fixed is longer. */
#define VALUE_MAX 320u

static const char null_text[32] = "null";

/* NaN and infinities have no JSON; an empty field of CSV says as much. */
static char *put_null(enum format format, char *to, const char *end)
{
	return format == FORMAT_NDJSON ? put_bytes(to, end, "null", 4) : to;
}

static char *put_float(enum format format, double v, bool is_float, char *to, const char *end)
{
	if (!isfinite(v))
		return put_null(format, to, end);
	return is_float ? put_f32(to, end, (float)v) : put_f64(to, end, v);
}

static char *put_text(enum format format, const struct tw_batch *b, const struct tw_view *v, char *to, const char *end)
{
	const char *p = tw_view_ptr(b, v);

	switch (format) {
	case FORMAT_NDJSON: return put_json(to, end, p, v->len);
	case FORMAT_CSV: return put_csv(to, end, p, v->len);
	default: return put_bytes(to, end, p, v->len);
	}
}

/* Values that are no number in JSON stand in quotes there. */
static char *put_quoted(enum format format, const struct tw_field *f, const void *v, char *to, const char *end)
{
	const bool quotes = format == FORMAT_NDJSON;

	if (quotes)
		to = put_bytes(to, end, "\"", 1);
	if (to && f->type == TW_TIMESTAMP)
		to = put_timestamp(to, end, *(const int64_t *)v);
	else if (to)
		to = put_hex(to, end, v, f->width);
	return to && quotes ? put_bytes(to, end, "\"", 1) : to;
}

static char *put_value(enum format format, const struct tw_batch *b, const struct tw_field *f, uint32_t row, char *to,
		       const char *end)
{
	const char *v = (const char *)tw_col(b, f) + (size_t)row * f->width;

	switch (f->type) {
	case TW_BOOL: return tw_get_bool(b, f, row) ? put_bytes(to, end, "true", 4) : put_bytes(to, end, "false", 5);
	case TW_I32: return put_i64(to, end, *(const int32_t *)(const void *)v);
	case TW_I64: return put_i64(to, end, *(const int64_t *)(const void *)v);
	case TW_U32: return put_u64(to, end, *(const uint32_t *)(const void *)v);
	case TW_U64: return put_u64(to, end, *(const uint64_t *)(const void *)v);
	case TW_F32: return put_float(format, (double)*(const float *)(const void *)v, true, to, end);
	case TW_F64: return put_float(format, *(const double *)(const void *)v, false, to, end);
	case TW_DECIMAL: return put_decimal(to, end, *(const int64_t *)(const void *)v, f->scale);
	case TW_STR:
	case TW_BYTES: return put_text(format, b, (const struct tw_view *)(const void *)v, to, end);
	default: return put_quoted(format, f, v, to, end);
	}
}

char *put_row(const struct conf *c, const struct tw_batch *b, uint32_t row, char *to, const char *end)
{
	uint32_t i;

	for (i = 0; i < c->n_columns && to; i++) {
		const struct column *col = &c->columns[i];

		to = put_bytes(to, end, col->lead, col->lead_len);
		if (!to)
			return NULL;
		to = tw_is_null(b, col->field, row) ? put_null(c->format, to, end)
						    : put_value(c->format, b, col->field, row, to, end);
	}
	if (!to)
		return NULL;
	return c->format == FORMAT_NDJSON ? put_bytes(to, end, "}\n", 2) : put_bytes(to, end, "\n", 1);
}

static char *swift_text(enum format format, const char *p, uint32_t len, char *to)
{
	switch (format) {
	case FORMAT_NDJSON: return swift_json(to, p, len);
	case FORMAT_CSV: return swift_csv(to, p, len);
	default: memcpy(to, p, len); return to + len;
	}
}

/* A value that is no text. */
static char *swift_value(enum format format, const struct tw_batch *b, const struct tw_field *f, uint32_t row, char *to,
			 struct second *last)
{
	const char *v = (const char *)tw_col(b, f) + (size_t)row * f->width;

	switch (f->type) {
	case TW_I32: return swift_i64(to, *(const int32_t *)(const void *)v);
	case TW_I64: return swift_i64(to, *(const int64_t *)(const void *)v);
	case TW_U32: return swift_u64(to, *(const uint32_t *)(const void *)v);
	case TW_U64: return swift_u64(to, *(const uint64_t *)(const void *)v);
	case TW_TIMESTAMP:
		if (format != FORMAT_NDJSON)
			return swift_timestamp(to, *(const int64_t *)(const void *)v, last);
		*to = '"';
		to = swift_timestamp(to + 1, *(const int64_t *)(const void *)v, last);
		*to = '"';
		return to + 1;
	default: return put_value(format, b, f, row, to, to + VALUE_MAX + 2 * f->width);
	}
}

static inline char *row_swiftly(const struct conf *c, const struct tw_batch *b, uint32_t row, char *to, const char *end,
				struct second *last)
{
	const enum format format = c->format;
	uint32_t i;

	for (i = 0; i < c->n_columns; i++) {
		const struct column *col = &c->columns[i];
		const struct tw_field *f = col->field;
		const bool is_null = tw_is_null(b, f, row), is_text = !is_null && tw_type_is_text(f->type);
		const struct tw_view *v = (const struct tw_view *)tw_col(b, f) + (is_text ? row : 0);

		if (end - to < (int64_t)col->room + (is_text ? 6 * (int64_t)v->len : 0))
			return NULL;
		to = swift_lead(to, col->lead, col->lead_len);
		if (is_text)
			to = swift_text(format, tw_view_ptr(b, v), v->len, to);
		else if (!is_null)
			to = swift_value(format, b, f, row, to, last);
		else if (format == FORMAT_NDJSON)
			to = swift_lead(to, null_text, 4);
	}
	if (format == FORMAT_NDJSON)
		*to++ = '}';
	*to = '\n';
	return to + 1;
}

char *put_row_swiftly(const struct conf *c, const struct tw_batch *b, uint32_t row, char *to, const char *end,
		      struct second *last)
{
	return row_swiftly(c, b, row, to, end, last);
}

char *put_rows_swiftly(const struct conf *c, const struct tw_batch *b, uint32_t *i, char *to, const char *end,
		       struct second *last)
{
	char *next = to;

	for (; *i < b->n_sel; ++*i) {
		next = row_swiftly(c, b, tw_row(b, *i), to, end, last);
		if (!next)
			break;
		to = next;
	}
	return to;
}
