/*
 * parse_csv.c - the operator: records of CSV, one a row, into columns.
 *
 * Rows of a batch mostly lie behind one another in one buffer. They are taken as
 * windows of such rows; all separators and quotes of a window are found at once
 * (marks.h). A record without quotes is only counted; one with quotes is walked field by
 * field (walk.h). Then the places of separators say where all fields are, and columns are
 * filled one after another (quick.c). Text without doubled quotes stays where the source
 * read it. What is bad is reported at the end, in the order of rows.
 */
#include "parse_csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes between two rows of a window at most, so that rows that nobody wants aren't read. */
#define GAP 64u

static int create(struct tw_ctx *ctx, const void *plan, void **op)
{
	const struct plan *p = plan;
	enum tw_simd level;
	struct parser *x;

	if (p->header == HEADER_ROW && ctx->instance > 0)
		return ctx->host->fail(
			ctx, -EINVAL, "a node that reads header rows cannot run in parallel: list names as \"header\"");
	x = calloc(1, sizeof *x);
	if (!x)
		return ctx->host->fail(ctx, -ENOMEM, "no memory for the parser");
	x->plan = p;
	level = tw_simd_level();
	x->find = marks_kernel(level);
	x->fill = quick_column(level);
	x->n_empty = ctx->host->counter(ctx, "empty");
	x->n_headers = ctx->host->counter(ctx, "headers");
	if (p->header != HEADER_ROW)
		header_fixed(x);
	*op = x;
	return 0;
}

static void destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(op);
}

/* The end of a record that was walked. 0: it is bad. */
static int is_good(struct parser *x, struct walk *w, uint32_t row, uint32_t len)
{
	static const uint8_t faults[] = {
		[WALK_QUOTE_INSIDE] = FAULT_QUOTE_INSIDE,
		[WALK_QUOTE_AFTER] = FAULT_QUOTE_AFTER,
		[WALK_QUOTE_OPEN] = FAULT_QUOTE_OPEN,
	};
	const enum walk_fault bad = walk_end(w, len);
	const uint32_t want = x->n_exact ? x->n_exact : x->n_least;

	if (bad) {
		fault_set(x, row, (enum fault)faults[bad], w->fault_at, w->n + 1, 0);
		return 0;
	}
	if (x->n_exact ? w->n != want : w->n < want) {
		const int is_long = w->n > want && want < COLUMNS_MAX;

		fault_set(x, row, FAULT_COUNT, is_long ? x->spans[want].from - x->spans[want].is_quoted : len, w->n,
			  want);
		return 0;
	}
	return 1;
}

/* A record with quotes or of the wrong number of columns. If it is good, its marks from
 * number `mark` on become those between its fields, as if it had no quotes. */
static int walk_record(struct parser *x, uint32_t row, uint32_t from, uint32_t to, uint32_t mark)
{
	uint16_t *const at = x->marks.at + mark;
	struct walk w;
	uint32_t i;

	walk_begin(&w, x->spans);
	walk_marks(&w, &x->marks, from, to, -(int64_t)from);
	if (!is_good(x, &w, row, to - from))
		return 0;
	for (i = 0; i < w.n && i < COLUMNS_MAX; i++)
		if (at[i] < to) /* else it is the next record's */
			at[i] = (uint16_t)(from + x->spans[i].to + x->spans[i].is_quoted);
	return 1;
}

/* A record that is longer than what marks can hold. */
static void walk_long(struct parser *x, uint32_t row)
{
	const struct window *win = &x->window;
	const struct plan *p = x->plan;
	struct walk w;
	uint32_t at, c;

	walk_begin(&w, x->spans);
	for (at = 0; at < win->len; at += WINDOW) {
		const uint32_t len = win->len - at < WINDOW ? win->len - at : WINDOW;

		x->find(&x->marks, win->text + at, len, p->separator, p->quote);
		walk_marks(&w, &x->marks, 0, len, at);
	}
	if (!is_good(x, &w, row, win->len))
		return;
	for (c = 0; c < p->n_columns && !x->faults[row]; c++) {
		const struct span *s = &x->spans[x->at[c]];
		const struct cell v = {.x = x,
				       .column = &p->columns[c],
				       .row = row,
				       .text = win->text + s->from,
				       .len = s->to - s->from,
				       .buf = win->buf,
				       .off = win->off + s->from,
				       .is_quoted = s->is_quoted,
				       .is_doubled = s->is_doubled};
		const enum fault fault = store_value(&v);

		if (fault)
			fault_set(x, row, fault, s->from, x->at[c] + 1, c);
	}
}

/* Has the record the right number of columns? `at` are its separators and those behind. */
static inline int is_right(const struct parser *x, const uint16_t *at, uint32_t to)
{
	const uint32_t n = x->n_least > x->n_exact ? x->n_least : x->n_exact;

	if (n > 1 && at[n - 2] >= to)
		return 0;
	return !x->n_exact || at[n - 1] >= to;
}

/* Make the window's rows into records, the bad ones apart. */
static void cut_records(struct parser *x)
{
	const struct marks *const m = &x->marks;
	struct window *const w = &x->window;
	const uint32_t n_known = x->n_exact ? x->n_exact - 1 : 0;
	uint32_t i, mark = 0, next, n = 0;

	for (i = 0; i < w->n; i++) {
		const uint32_t row = w->rows[i].row, from = w->rows[i].from, to = w->rows[i].to;
		int good;

		while (m->at[mark] < from) /* in a gap */
			mark++;
		good = (!m->has_quotes || !marks_quoted(m, from, to)) && is_right(x, m->at + mark, to);
		next = mark + (good ? n_known : 0);
		while (m->at[next] < to)
			next++;
		if (good || walk_record(x, row, from, to, mark))
			w->records[n++] = (struct record){(uint16_t)row, (uint16_t)mark, (uint16_t)from, (uint16_t)to};
		mark = next;
	}
	w->n_records = n;
}

static void take_window(struct parser *x)
{
	const struct plan *p = x->plan;
	struct window *w = &x->window;
	const uint32_t n = x->n_least > x->n_exact ? x->n_least : x->n_exact;
	uint32_t i;

	if (w->n == 0)
		return;
	if (w->len > WINDOW) {
		walk_long(x, w->rows[0].row);
		return;
	}
	x->find(&x->marks, w->text, w->len, p->separator, p->quote);
	for (i = 0; i <= n; i++)
		x->marks.at[x->marks.n + i] = MARKS_PAST;
	cut_records(x);
	for (i = 0; i < p->n_columns; i++)
		x->fill(x, i);
}

/* Rows that hold no record. 1: this is one; a negative errno: the header is no good. */
static inline int is_no_record(struct parser *x, uint32_t row, const char *text, uint32_t len)
{
	if (x->plan->header == HEADER_ROW && header_again(x, text, len)) {
		x->count_headers++;
		x->faults[row] = FAULT_SKIPPED;
		return 1;
	}
	if (len == 0 && x->n_exact != 1) {
		x->count_empty++;
		x->faults[row] = FAULT_SKIPPED;
		return 1;
	}
	return 0;
}

/* Does the row go on where the window ends? */
static inline int goes_on(const struct window *w, const struct tw_view *v)
{
	const uint32_t end = w->off + w->len;

	return v->len > TW_VIEW_INLINE && v->u.ref.buf == w->buf && v->u.ref.off >= end && v->u.ref.off - end <= GAP &&
	       w->len + GAP + v->len <= WINDOW;
}

static inline void window_add(struct window *w, uint32_t row, uint32_t from, uint32_t len)
{
	w->rows[w->n].row = row;
	w->rows[w->n].from = from;
	w->rows[w->n++].to = from + len;
	w->len = from + len;
}

/* A header row: what comes before it is done first, for it had other columns. */
static int take_header(struct parser *x, uint32_t row, const char *text, uint32_t len)
{
	int err;

	take_window(x);
	x->window.n = 0;
	err = header_read(x, row, text, len);
	x->faults[row] = FAULT_SKIPPED;
	x->count_headers++;
	return err;
}

static int take_rows(struct parser *x)
{
	const struct tw_batch *b = x->b;
	const struct tw_view *const views = tw_col(b, x->plan->line);
	struct window *const w = &x->window;
	uint32_t i;
	int err;

	w->n = 0;
	for (i = 0; i < b->n_sel; i++) {
		const uint32_t row = tw_row(b, i);
		const struct tw_view *const v = views + row;
		const char *text;

		if (tw_is_null(b, x->plan->line, row)) {
			x->faults[row] = FAULT_NULL_LINE;
			continue;
		}
		text = tw_view_ptr(b, v);
		if (x->plan->header == HEADER_ROW && header_expected(x, row)) {
			err = take_header(x, row, text, v->len);
			if (err)
				return err;
			continue;
		}
		if (is_no_record(x, row, text, v->len))
			continue;
		if (w->n && goes_on(w, v)) {
			window_add(w, row, v->u.ref.off - w->off, v->len);
			continue;
		}
		take_window(x);
		w->n = 0;
		w->text = text;
		w->buf = v->len > TW_VIEW_INLINE ? v->u.ref.buf : TW_NONE;
		w->off = v->len > TW_VIEW_INLINE ? v->u.ref.off : 0;
		window_add(w, row, 0, v->len);
	}
	take_window(x);
	return 0;
}

static const char *what_is_wrong(enum fault fault)
{
	static const char *const words[] = {
		[FAULT_QUOTE_INSIDE] = "a quote within a field that does not begin with one",
		[FAULT_QUOTE_AFTER] = "text behind the quote that ends a field",
		[FAULT_QUOTE_OPEN] = "a quote without its end",
		[FAULT_MISSING] = "is empty",
		[FAULT_FRACTION] = "is not a whole number",
		[FAULT_TIME] = "is not a time as in RFC 3339",
		[FAULT_UTF8] = "is not UTF-8",
		[FAULT_ROOM] = "has no room for its text without doubled quotes",
	};

	return words[fault];
}

static void report(struct parser *x, uint32_t row)
{
	const enum fault fault = (enum fault)x->faults[row];
	const struct fault_place *f = &x->places[row];
	const struct column *c = &x->plan->columns[fault < FAULT_MISSING ? 0 : f->column];
	char reason[160], value[64];
	const char *what = value;

	switch (fault) {
	case FAULT_TYPE: snprintf(value, sizeof value, "is no %s", tw_type_name(c->type)); break;
	case FAULT_RANGE: snprintf(value, sizeof value, "is out of the range of %s", tw_type_name(c->type)); break;
	case FAULT_SCALE: snprintf(value, sizeof value, "has more than %u digits behind the point", c->shift); break;
	default: what = what_is_wrong(fault); break;
	}
	if (fault == FAULT_NULL_LINE)
		snprintf(reason, sizeof reason, "the line is null");
	else if (fault == FAULT_COUNT)
		snprintf(reason, sizeof reason, "%u column%s, not %s%u, at byte %u", f->n, f->n == 1 ? "" : "s",
			 x->plan->header == HEADER_NONE ? "at least " : "", f->column, f->at);
	else if (fault < FAULT_MISSING)
		snprintf(reason, sizeof reason, "%s, in column %u at byte %u", what, f->n, f->at);
	else
		snprintf(reason, sizeof reason, "\"%.40s\" %s, in column %u at byte %u", c->field->name, what, f->n,
			 f->at);
	x->ctx->host->row_error(x->ctx, x->b, row, x->plan->line, reason);
}

/* All rows are done: select the good ones. How many there are. */
static uint32_t select_good(struct parser *x)
{
	struct tw_batch *b = x->b;
	uint32_t i, n = 0;

	if (b->n && !x->faults[0] && !memcmp(x->faults, x->faults + 1, b->n - 1))
		return b->n_sel;
	for (i = 0; i < b->n_sel; i++) {
		const uint32_t row = tw_row(b, i);

		if (!x->faults[row])
			b->sel[n++] = (uint16_t)row;
		else if (x->faults[row] != FAULT_SKIPPED)
			report(x, row);
	}
	return n;
}

static void count(struct tw_ctx *ctx, uint32_t counter, uint32_t *n)
{
	if (*n)
		ctx->host->count(ctx, counter, *n);
	*n = 0;
}

static int process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct parser *x = op;
	const struct plan *p = x->plan;
	uint32_t i, n;
	int err;

	x->ctx = ctx;
	x->b = b;
	memset(x->faults, 0, b->n);
	for (i = 0; i < p->n_columns; i++) /* null is the exception */
		if (p->columns[i].field->nullable)
			memset(tw_nulls(b, p->columns[i].field), 0xff, (b->n + 7) / 8);
	err = take_rows(x);
	n = err ? 0 : select_good(x);
	count(ctx, x->n_empty, &x->count_empty);
	count(ctx, x->n_headers, &x->count_headers);
	if (n == 0) {
		tw_drop(ctx, b);
		return err;
	}
	if (n < b->n_sel)
		tw_select(b, n);
	return tw_emit(ctx, port, b);
}

#define TYPES                                                                                                          \
	"\"enum\": [\"bool\", \"i32\", \"i64\", \"u32\", \"u64\", \"f32\", \"f64\", \"timestamp\", \"decimal\", "      \
	"\"str\", \"bytes\"]"

static const char config[] =
	"{\"type\": \"object\", \"required\": [\"fields\"], \"additionalProperties\": false, \"properties\": {"
	"\"from\": {\"type\": \"string\", \"default\": \"line\","
	"  \"description\": \"the column that holds the record, str or bytes\"},"
	"\"fields\": {\"type\": \"object\", \"minProperties\": 1,"
	"  \"description\": \"the columns to make: their names, and the type or type and place of each\","
	"  \"additionalProperties\": {\"oneOf\": ["
	"    {\"type\": \"string\", " TYPES "},"
	"    {\"type\": \"object\", \"required\": [\"type\"], \"additionalProperties\": false, \"properties\": {"
	"      \"type\": {\"type\": \"string\", " TYPES ", \"description\": \"the column's type\"},"
	"      \"at\": {\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"integer\", \"minimum\": 1}],"
	"        \"description\": \"the column's name or number in the file; default: the name\"},"
	"      \"required\": {\"type\": \"boolean\", \"default\": false,"
	"        \"description\": \"an empty field is an error, and the column cannot be null\"},"
	"      \"scale\": {\"type\": \"integer\", \"minimum\": 0, \"maximum\": 18,"
	"        \"description\": \"of a decimal: digits behind the point\"},"
	"      \"format\": {\"type\": \"string\", \"enum\": [\"rfc3339\", \"s\", \"ms\", \"us\", \"ns\"],"
	"        \"description\": \"how a timestamp is written; all but rfc3339 are numbers since the epoch\"}}}]}},"
	"\"header\": {\"oneOf\": [{\"type\": \"boolean\"}, {\"type\": \"array\", \"items\": {\"type\": \"string\"}}],"
	"  \"default\": true,"
	"  \"description\": \"true: the first row names the columns; false: no row does; or the names in order\"},"
	"\"file\": {\"type\": \"string\","
	"  \"description\": \"the column whose change begins a file, which begins with a header\"},"
	"\"separator\": {\"type\": \"string\", \"default\": \",\", \"description\": \"what is between fields\"},"
	"\"quote\": {\"type\": \"string\", \"default\": \"\\\"\","
	"  \"description\": \"what is around a field that has separators, quotes or ends of lines; empty: nothing\"},"
	"\"keep\": {\"type\": \"boolean\", \"default\": false, \"description\": \"the record's column stays\"}}}";

static const char *const in[] = {"in", NULL}, *const out[] = {"out", NULL};

static const struct tw_kind kind = {
	.id = "parse_csv",
	.version = "1.0.0",
	.help = "Takes fields out of records of CSV into columns.",
	.config = config,
	.in = in,
	.out = out,
	.flags = TW_STATELESS,
	.max_out = 1,
	.bind = parse_csv_bind,
	.create = create,
	.destroy = destroy,
	.process = process,
};

static const struct tw_kind *const kinds[] = {&kind, NULL};

const struct tw_plugin tw_plugin = {TW_ABI, "parse_csv", "1.0.0", kinds};
