/* agg.c - reads aggregates: NAME ( [COLUMN [, NUMBER]] ); see agg.h. */
#include "agg.h"

#include <string.h>

#define FUNCTIONS "count, sum, min, max, avg, first, last, distinct, p50, p90, p95, p99, p999, quantile"

/* What a function takes. */
enum form { COLUMN_OR_NOTHING, COLUMN, COLUMN_AND_NUMBER };

static const struct function {
	const char *name;
	enum agg_fn fn;
	enum form form;
	double q;
} functions[] = {
	{"count", AGG_COUNT, COLUMN_OR_NOTHING, 0},
	{"sum", AGG_SUM, COLUMN, 0},
	{"min", AGG_MIN, COLUMN, 0},
	{"max", AGG_MAX, COLUMN, 0},
	{"avg", AGG_AVG, COLUMN, 0},
	{"first", AGG_FIRST, COLUMN, 0},
	{"last", AGG_LAST, COLUMN, 0},
	{"distinct", AGG_DISTINCT, COLUMN, 0},
	{"p50", AGG_QUANTILE, COLUMN, 0.5},
	{"p90", AGG_QUANTILE, COLUMN, 0.9},
	{"p95", AGG_QUANTILE, COLUMN, 0.95},
	{"p99", AGG_QUANTILE, COLUMN, 0.99},
	{"p999", AGG_QUANTILE, COLUMN, 0.999},
	{"quantile", AGG_QUANTILE, COLUMN_AND_NUMBER, 0},
};

/* A text and how far it is read. */
struct reader {
	const char *text;
	uint32_t at;
	struct agg_error *err;
};

static int fail(struct reader *r, uint32_t at, const char *what, const char *help)
{
	*r->err = (struct agg_error){(int)at, what, help};
	return -1;
}

static void skip_space(struct reader *r)
{
	r->at += (uint32_t)strspn(r->text + r->at, " \t\n\r");
}

/* Take this character, after spaces. 1 if it is there. */
static int take(struct reader *r, char c)
{
	skip_space(r);
	if (r->text[r->at] != c)
		return 0;
	r->at++;
	return 1;
}

/* Length of the word that begins here. */
static uint32_t word(struct reader *r)
{
	skip_space(r);
	return (uint32_t)strcspn(r->text + r->at, " \t\n\r(),");
}

static const struct function *find(const char *name, uint32_t len)
{
	size_t i;

	for (i = 0; i < sizeof functions / sizeof *functions; i++)
		if (strlen(functions[i].name) == len && memcmp(functions[i].name, name, len) == 0)
			return &functions[i];
	return NULL;
}

/* Digits with at most one point. Not strtod: what it reads depends on the locale. */
static int parse_fraction(const char *s, uint32_t len, double *out)
{
	double v = 0, unit = 1;
	uint32_t i, digits = 0;
	int is_past_point = 0;

	for (i = 0; i < len; i++) {
		if (s[i] == '.' && !is_past_point) {
			is_past_point = 1;
			continue;
		}
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
		unit *= is_past_point ? 10 : 1;
		digits++;
	}
	*out = v / unit;
	return digits > 0 && digits <= 15 && *out <= 1 ? 0 : -1;
}

static int parse_number(struct reader *r, double *q)
{
	uint32_t len;

	if (!take(r, ','))
		return fail(r, r->at, "\"quantile\" needs a fraction after the column",
			    "as in quantile(latency, 0.25)");
	len = word(r);
	if (parse_fraction(r->text + r->at, len, q) < 0)
		return fail(r, r->at, "the fraction of \"quantile\" must be a number from 0 to 1",
			    "as in quantile(latency, 0.25)");
	r->at += len;
	return 0;
}

static int parse_arguments(struct reader *r, const struct function *f, struct agg_call *call)
{
	const uint32_t len = word(r);

	call->arg = r->at;
	call->arg_len = len;
	if (len == 0 && f->form != COLUMN_OR_NOTHING)
		return fail(r, r->at, "the name of a column is missing", "only count() can do without");
	r->at += len;
	if (f->form == COLUMN_AND_NUMBER && parse_number(r, &call->q) < 0)
		return -1;
	skip_space(r);
	if (r->text[r->at] == ',')
		return fail(r, r->at, "this function takes one column and no more", NULL);
	if (!take(r, ')'))
		return fail(r, r->at, "\")\" is missing here",
			    "an aggregate is of one column as it is; compute it before, with expr");
	skip_space(r);
	if (r->text[r->at])
		return fail(r, r->at, "the aggregate ends here, but the text goes on",
			    "compute with aggregates in an expr node after this one");
	return 0;
}

int agg_parse(const char *text, struct agg_call *call, struct agg_error *err)
{
	struct reader r = {text, 0, err};
	const uint32_t len = word(&r);
	const struct function *f = find(text + r.at, len);

	*call = (struct agg_call){0};
	if (len == 0)
		return fail(&r, r.at, "the name of a function is missing", "there are " FUNCTIONS);
	if (!f)
		return fail(&r, r.at, "unknown function", "there are " FUNCTIONS);
	call->fn = f->fn;
	call->q = f->q;
	r.at += len;
	if (!take(&r, '('))
		return fail(&r, r.at, "\"(\" is missing here", NULL);
	return parse_arguments(&r, f, call);
}
