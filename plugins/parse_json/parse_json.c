/*
 * parse_json.c - the operator: lines of JSON into columns.
 *
 * A line is read (mould.h; what fits none by scan.h), then what was found is put into
 * the columns (store.c). Text without escapes stays where the source read it: its view refers
 * to the buffer that the line's view refers to. Lines that are bad go to err and are
 * unselected; nothing moves.
 */
#include "parse_json.h"
#include "mould.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* An instance; its reader's working memory follows. */
struct parser {
	const struct plan *plan;
	uint32_t n_empty;       /* the counter's number */
	struct tw_time_day day; /* of the times that were read last */
	void **cols;            /* of the batch at work */
	struct document document;
	struct value memory[];
};

static int create(struct tw_ctx *ctx, const void *plan, void **op)
{
	const struct plan *p = plan;
	struct parser *x = calloc(1, sizeof *x + document_bytes(&p->shape));

	*op = x;
	if (!x)
		return ctx->host->fail(ctx, -ENOMEM, "no memory for the parser");
	x->plan = p;
	x->cols = calloc(p->n_columns + 1, sizeof *x->cols);
	if (!x->cols)
		return ctx->host->fail(ctx, -ENOMEM, "no memory for the parser");
	x->n_empty = ctx->host->counter(ctx, "empty");
	document_init(&x->document, &p->shape, p->lax, tw_simd_level(), x->memory);
	return 0;
}

static void destroy(struct tw_ctx *ctx, void *op)
{
	struct parser *x = op;

	(void)ctx;
	if (x)
		free(x->cols);
	free(x);
}

static const char *kind_name(uint32_t kind)
{
	static const char *const names[] = {"missing",  "null",     "a bool", "a bool",
					    "a number", "a string", "a list", "a map"};

	return names[kind];
}

/* Tell err what is wrong with a value, and where it is. */
static void report(const struct line *l, const struct plan *p, const struct column *c, const struct value *v,
		   enum fault fault)
{
	const char *const type = tw_type_name(c->type);
	char what[48] = "has no room for its unescaped text", reason[160];

	switch (fault) {
	case FAULT_MISSING: snprintf(what, sizeof what, "is %s", kind_name(v->kind)); break;
	case FAULT_TYPE: snprintf(what, sizeof what, "is %s, not %s,", kind_name(v->kind), type); break;
	case FAULT_RANGE: snprintf(what, sizeof what, "is out of the range of %s", type); break;
	case FAULT_FRACTION: snprintf(what, sizeof what, "is not a whole number"); break;
	case FAULT_TIME: snprintf(what, sizeof what, "is not a time as in RFC 3339"); break;
	default: break;
	}
	if (v->kind == VALUE_MISSING)
		snprintf(reason, sizeof reason, "\"%.50s\" %s", c->field->name, what);
	else
		snprintf(reason, sizeof reason, "\"%.50s\" %s at byte %u", c->field->name, what, (unsigned)v->off);
	l->ctx->host->row_error(l->ctx, l->b, l->row, p->line, reason);
}

/* The document was read: fill the row. 0: it was bad, and reported. */
static int fill(const struct parser *x, const struct line *l)
{
	const struct plan *p = x->plan;
	uint32_t i;

	for (i = 0; i < p->n_columns; i++) {
		const struct column *c = &p->columns[i];
		const struct value *v = &x->document.scan.values[c->slot];
		const enum fault fault = store_value(l, c, v);

		if (fault == FAULT_NONE)
			continue;
		report(l, p, c, v, fault);
		return 0;
	}
	return 1;
}

/* The document fits a mould: fill the row. 0: it does not hold what that promised. */
static int fill_fitting(const struct parser *x, const struct line *l, const struct mould *m)
{
	const struct plan *p = x->plan;
	uint32_t i;

	for (i = 0; i < p->n_columns; i++)
		if (!store_fitting(l, &p->columns[i], x->cols[i], &x->document.outline, &m->values[p->columns[i].slot]))
			return 0;
	return 1;
}

/* 1: the row stays. */
static int parse_row(struct parser *x, struct line *l, uint64_t *n_empty)
{
	const struct tw_field *const line = x->plan->line;
	const struct mould *m;
	char reason[96];

	if (tw_is_null(l->b, line, l->row)) {
		l->ctx->host->row_error(l->ctx, l->b, l->row, line, "the line is null");
		return 0;
	}
	l->view = (const struct tw_view *)tw_col(l->b, line) + l->row;
	l->text = tw_view_ptr(l->b, l->view);
	m = document_fit(&x->document, l->text, l->view->len);
	if (m && fill_fitting(x, l, m))
		return 1;
	switch (document_scan(&x->document, l->text, l->view->len)) {
	case SCAN_OK: return fill(x, l);
	case SCAN_EMPTY: ++*n_empty; return 0;
	case SCAN_BAD: break;
	}
	snprintf(reason, sizeof reason, "%s at byte %u", x->document.scan.fault, (unsigned)x->document.scan.fault_at);
	l->ctx->host->row_error(l->ctx, l->b, l->row, line, reason);
	return 0;
}

/* Where the columns are; nothing in them is null until a document says so. */
static void find_columns(struct parser *x, struct tw_batch *b)
{
	const struct plan *p = x->plan;
	uint32_t i;

	for (i = 0; i < p->n_columns; i++) {
		x->cols[i] = tw_col(b, p->columns[i].field);
		if (p->columns[i].field->nullable)
			memset(tw_nulls(b, p->columns[i].field), 0xff, (b->n + 7) / 8);
	}
}

static int process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct parser *x = op;
	struct line l = {.ctx = ctx, .b = b, .day = &x->day};
	uint64_t n_empty = 0;
	uint32_t i, n = 0;

	find_columns(x, b);
	for (i = 0; i < b->n_sel; i++) {
		l.row = tw_row(b, i);
		if (parse_row(x, &l, &n_empty))
			b->sel[n++] = (uint16_t)l.row;
	}
	if (n_empty)
		ctx->host->count(ctx, x->n_empty, n_empty);
	if (n == 0)
		return tw_drop(ctx, b);
	if (n < b->n_sel)
		tw_select(b, n);
	return tw_emit(ctx, port, b);
}

#define TYPES                                                                                                          \
	"\"enum\": [\"bool\", \"i32\", \"i64\", \"u32\", \"u64\", \"f32\", \"f64\", \"timestamp\", \"str\", "          \
	"\"bytes\"]"

static const char config[] =
	"{\"type\": \"object\", \"required\": [\"fields\"], \"additionalProperties\": false, \"properties\": {"
	"\"from\": {\"type\": \"string\", \"default\": \"line\","
	"  \"description\": \"the column that holds the document, str or bytes\"},"
	"\"fields\": {\"type\": \"object\", \"minProperties\": 1,"
	"  \"description\": \"the columns to make: their names, and the type or type and place of each\","
	"  \"additionalProperties\": {\"oneOf\": ["
	"    {\"type\": \"string\", " TYPES "},"
	"    {\"type\": \"object\", \"required\": [\"type\"], \"additionalProperties\": false, \"properties\": {"
	"      \"type\": {\"type\": \"string\", " TYPES ", \"description\": \"the column's type\"},"
	"      \"at\": {\"type\": \"string\","
	"        \"description\": \"a JSON pointer to the value; default: the top-level member of the column's name\"},"
	"      \"required\": {\"type\": \"boolean\", \"default\": false,"
	"        \"description\": \"missing or null is an error, and the column cannot be null\"},"
	"      \"format\": {\"type\": \"string\", \"enum\": [\"rfc3339\", \"s\", \"ms\", \"us\", \"ns\"],"
	"        \"description\": \"how a timestamp is written; all but rfc3339 are numbers since the epoch\"}}}]}},"
	"\"keep\": {\"type\": \"boolean\", \"default\": false, \"description\": \"the line's column stays\"},"
	"\"lax\": {\"type\": \"boolean\", \"default\": false,"
	"  \"description\": \"take strings that are not UTF-8\"}}}";

static const char *const in[] = {"in", NULL}, *const out[] = {"out", NULL};

static const struct tw_kind kind = {
	.id = "parse_json",
	.version = "1.0.0",
	.help = "Takes values out of lines of JSON into columns.",
	.config = config,
	.in = in,
	.out = out,
	.flags = TW_STATELESS,
	.max_out = 1,
	.bind = parse_json_bind,
	.create = create,
	.destroy = destroy,
	.process = process,
};

static const struct tw_kind *const kinds[] = {&kind, NULL};

const struct tw_plugin tw_plugin = {TW_ABI, "parse_json", "1.0.0", kinds};
