/* Aggregates as text: what is read, and where the caret of an error stands. */
#include "agg.h"

#include <criterion/criterion.h>
#include <string.h>

static struct agg_call parse(const char *text)
{
	struct agg_call call;
	struct agg_error err = {-1, "", ""};

	cr_assert_eq(agg_parse(text, &call, &err), 0, "\"%s\": %s at %d", text, err.what, err.offset);
	return call;
}

static void must_be(const char *text, enum agg_fn fn, const char *arg, double q)
{
	struct agg_call c = parse(text);

	cr_assert_eq(c.fn, fn, "\"%s\" is function %d, not %d", text, (int)c.fn, (int)fn);
	cr_assert_eq(c.arg_len, strlen(arg), "\"%s\": argument of %u bytes", text, c.arg_len);
	cr_assert(strncmp(text + c.arg, arg, c.arg_len) == 0, "\"%s\": argument at %u", text, c.arg);
	cr_assert_eq(c.q, q, "\"%s\": %g, not %g", text, c.q, q);
}

Test(agg, reads_all_functions)
{
	must_be("count()", AGG_COUNT, "", 0);
	must_be("count( )", AGG_COUNT, "", 0);
	must_be("count(x)", AGG_COUNT, "x", 0);
	must_be(" sum ( a.b-c ) ", AGG_SUM, "a.b-c", 0);
	must_be("min(x)", AGG_MIN, "x", 0);
	must_be("max(x)", AGG_MAX, "x", 0);
	must_be("avg(x)", AGG_AVG, "x", 0);
	must_be("first(x)", AGG_FIRST, "x", 0);
	must_be("last(count)", AGG_LAST, "count", 0);
	must_be("p50(x)", AGG_QUANTILE, "x", 0.5);
	must_be("p90(x)", AGG_QUANTILE, "x", 0.9);
	must_be("p95(x)", AGG_QUANTILE, "x", 0.95);
	must_be("p99(x)", AGG_QUANTILE, "x", 0.99);
	must_be("p999(x)", AGG_QUANTILE, "x", 0.999);
	must_be("quantile(x, 0.25)", AGG_QUANTILE, "x", 0.25);
	must_be("quantile(x,.5)", AGG_QUANTILE, "x", 0.5);
	must_be("quantile(x,0)", AGG_QUANTILE, "x", 0);
	must_be("quantile( x , 1.0 )", AGG_QUANTILE, "x", 1);
	must_be("sum(\xc3\xa9t\xc3\xa9)", AGG_SUM, "\xc3\xa9t\xc3\xa9", 0);
}

Test(agg, says_what_is_wrong_and_where)
{
	static const struct {
		const char *text;
		int offset;
		const char *what;
	} cases[] = {
		{"", 0, "the name of a function is missing"},
		{"  ", 2, "the name of a function is missing"},
		{"(x)", 0, "the name of a function is missing"},
		{" total(x)", 1, "unknown function"},
		{"p98(x)", 0, "unknown function"},
		{"sum", 3, "\"(\" is missing here"},
		{"sum x", 4, "\"(\" is missing here"},
		{"sum()", 4, "the name of a column is missing"},
		{"sum( )", 5, "the name of a column is missing"},
		{"sum(x", 5, "\")\" is missing here"},
		{"sum(x + y)", 6, "\")\" is missing here"},
		{"count(x, y)", 7, "this function takes one column and no more"},
		{"p50(x, 0.5)", 5, "this function takes one column and no more"},
		{"sum(x) / 2", 7, "the aggregate ends here, but the text goes on"},
		{"quantile(x)", 10, "\"quantile\" needs a fraction after the column"},
		{"quantile(x, )", 12, "the fraction of \"quantile\" must be a number from 0 to 1"},
		{"quantile(x, 1.5)", 12, "the fraction of \"quantile\" must be a number from 0 to 1"},
		{"quantile(x, -0.5)", 12, "the fraction of \"quantile\" must be a number from 0 to 1"},
		{"quantile(x, 0.2.5)", 12, "the fraction of \"quantile\" must be a number from 0 to 1"},
		{"quantile(x, .)", 12, "the fraction of \"quantile\" must be a number from 0 to 1"},
		{"quantile(x, 0.5, 2)", 15, "this function takes one column and no more"},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct agg_call call;
		struct agg_error err = {-1, "", ""};

		cr_assert_neq(agg_parse(cases[i].text, &call, &err), 0, "\"%s\" is taken", cases[i].text);
		cr_assert_str_eq(err.what, cases[i].what, "\"%s\": %s", cases[i].text, err.what);
		cr_assert_eq(err.offset, cases[i].offset, "\"%s\": at %d, not %d", cases[i].text, err.offset,
			     cases[i].offset);
	}
}
