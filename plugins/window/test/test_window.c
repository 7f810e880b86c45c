/* The operator's edges: config, late rows, limits, many groups, odd values. */
#include "lines.h"
#include "window.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <tw_test.h>

#define KIND (tw_plugin.kinds[0])

static struct tw_test *open_with(const char *config, const char *input)
{
	struct tw_test *t;

	cr_assert_eq(tw_test_open(KIND, config, input, &t), 0, "%s", tw_test_error(t));
	return t;
}

/* One window of 10 ns, no groups. */
static struct tw_test *open_agg(const char *agg, const char *input)
{
	char config[600];

	snprintf(config, sizeof config, "{\"time\":\"t\",\"size\":10,\"agg\":%s}", agg);
	return open_with(config, input);
}

static void feed(struct tw_test *t, const char *rows)
{
	cr_assert_eq(tw_test_feed_json(t, rows, 8, TW_TEST_DENSE), 0);
}

static void must_refuse(const char *config, const char *error)
{
	struct tw_test *t;

	cr_assert_neq(tw_test_open(KIND, config, "t:timestamp,n:i64,s:str", &t), 0, "%s is taken", config);
	cr_assert_not_null(strstr(tw_test_error(t), error), "%s: %s", config, tw_test_error(t));
	tw_test_close(t);
}

Test(window, says_what_its_outputs_carry)
{
	struct tw_test *t =
		open_with("{\"time\":\"t\",\"size\":\"1s\",\"by\":[\"k\",\"d\"],\"agg\":{"
			  "\"a\":\"count()\",\"b\":\"count(n)\",\"c\":\"sum(n)\",\"e\":\"sum(x)\","
			  "\"f\":\"sum(d)\",\"g\":\"min(k)\",\"h\":\"last(h)\",\"i\":\"avg(n)\",\"j\":\"p99(d)\"}}",
			  "t:timestamp?,k:str?,n:u32,x:f32,d:decimal(3),h:fixed(16)");

	cr_assert_str_eq(tw_test_schema(t, PORT_OUT),
			 "window_start:timestamp,window_end:timestamp,k:str?,d:decimal(3),a:i64,b:i64,c:i64?,e:f64?,"
			 "f:decimal(3)?,g:str?,h:fixed(16)?,i:f64?,j:f64?");
	cr_assert_str_eq(tw_test_schema(t, PORT_LATE), "t:timestamp?,k:str?,n:u32,x:f32,d:decimal(3),h:fixed(16)");
	cr_assert_str_eq(tw_test_port(t, PORT_OUT), "out");
	cr_assert_str_eq(tw_test_port(t, PORT_LATE), "late");
	tw_test_close(t);
}

Test(window, refuses_what_it_cannot_do)
{
	must_refuse("{\"time\":\"t\",\"size\":\"1s\",\"agg\":{\"a\":\"sum(s)\"}}",
		    "at=/agg/a offset=4: \"s\" is of type str, and this is for numbers");
	must_refuse("{\"time\":\"t\",\"size\":\"1s\",\"agg\":{\"a\":\"p50( t )\"}}",
		    "at=/agg/a offset=5: \"t\" is of type");
	must_refuse("{\"time\":\"t\",\"size\":\"1s\",\"agg\":{\"a\":\"sum(m)\"}}",
		    "at=/agg/a: the input has no field \"m\"");
	must_refuse("{\"time\":\"t\",\"size\":\"1s\",\"agg\":{\"a\":\"median(n)\"}}",
		    "at=/agg/a offset=0: unknown function");
	must_refuse("{\"time\":\"n\",\"size\":\"1s\",\"agg\":{\"a\":\"count()\"}}",
		    "at=/time: field \"n\" is of type i64");
	must_refuse("{\"time\":\"x\",\"size\":\"1s\",\"agg\":{\"a\":\"count()\"}}", "at=/time: the input has no field");
	must_refuse("{\"time\":\"t\",\"size\":\"0s\",\"agg\":{\"a\":\"count()\"}}", "at=/size: the size of a window");
	must_refuse("{\"time\":\"t\",\"size\":\"1s\",\"by\":[\"n\",\"z\"],\"agg\":{\"a\":\"count()\"}}",
		    "at=/by/1: the input has no field \"z\"");
	must_refuse("{\"time\":\"t\",\"size\":\"1s\",\"by\":[\"n\",\"n\"],\"agg\":{\"a\":\"count()\"}}",
		    "at=/by/1: there is a column \"n\" already");
	must_refuse("{\"time\":\"t\",\"size\":\"1s\",\"by\":[\"n\"],\"agg\":{\"n\":\"count()\"}}",
		    "at=/agg/n: there is a column \"n\" already");
	must_refuse("{\"time\":\"t\",\"size\":\"1s\",\"agg\":{\"a\":\"sum(\",\"b\":\"count(\"}}", "at=/agg/b offset=6");
}

Test(window, closes_when_the_watermark_reaches_its_end)
{
	struct tw_test *t = open_agg("{\"n\":\"count()\"}", "t:timestamp");

	feed(t, "{\"t\":0}\n{\"t\":9}\n{\"t\":10}\n{\"t\":-1}\n");
	cr_assert_eq(tw_test_watermark(t, -1), 0);
	cr_assert_str_eq(tw_test_rows(t, PORT_OUT), "");
	cr_assert_eq(tw_test_watermark(t, 9), 0);
	cr_assert_str_eq(tw_test_rows(t, PORT_OUT), "{\"window_start\":-10,\"window_end\":0,\"n\":1}\n");
	feed(t, "{\"t\":-1}\n{\"t\":3}\n{\"t\":-2}\n{\"t\":25}\n");
	cr_assert_str_eq(tw_test_rows(t, PORT_LATE), "{\"t\":-1}\n{\"t\":-2}\n");
	tw_test_clear(t);
	cr_assert_eq(tw_test_watermark(t, 10), 0);
	cr_assert_str_eq(tw_test_rows(t, PORT_OUT), "{\"window_start\":0,\"window_end\":10,\"n\":3}\n");
	feed(t, "{\"t\":9}\n");
	cr_assert_eq(tw_test_counter(t, "late"), 3);
	tw_test_clear(t);
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_str_eq(tw_test_rows(t, PORT_OUT), "{\"window_start\":10,\"window_end\":20,\"n\":1}\n"
						    "{\"window_start\":20,\"window_end\":30,\"n\":1}\n");
	tw_test_close(t);
}

Test(window, a_watermark_that_goes_back_opens_nothing)
{
	struct tw_test *t = open_agg("{\"n\":\"count()\"}", "t:timestamp");

	cr_assert_eq(tw_test_watermark(t, 100), 0);
	cr_assert_eq(tw_test_watermark(t, 5), 0);
	feed(t, "{\"t\":50}\n{\"t\":101}\n");
	cr_assert_eq(tw_test_counter(t, "late"), 1);
	tw_test_close(t);
}

Test(window, rows_without_a_usable_time_are_errors)
{
	struct tw_test *t = open_agg("{\"n\":\"count()\"}", "t:timestamp?");

	feed(t, "{\"t\":null}\n{\"t\":9223372036854775807}\n{\"t\":-9223372036854775807}\n{\"t\":1}\n{\"t\":-"
		"9223372036854775800}\n");
	cr_assert_str_eq(tw_test_errs(t), "{\"reason\":\"the time is null\",\"data\":null}\n"
					  "{\"reason\":\"the time is out of range\",\"data\":null}\n"
					  "{\"reason\":\"the time is out of range\",\"data\":null}\n");
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_str_eq(tw_test_rows(t, PORT_OUT),
			 "{\"window_start\":-9223372036854775800,\"window_end\":-9223372036854775790,\"n\":1}\n"
			 "{\"window_start\":0,\"window_end\":10,\"n\":1}\n");
	tw_test_close(t);
}

Test(window, sums_are_exact_or_null)
{
	struct tw_test *t = open_agg("{\"s\":\"sum(n)\",\"a\":\"avg(n)\",\"u\":\"sum(u)\",\"v\":\"avg(u)\"}",
				     "t:timestamp,n:i64,u:u64");

	feed(t, "{\"t\":0,\"n\":9223372036854775807,\"u\":9223372036854775807}\n{\"t\":0,\"n\":5,\"u\":0}\n"
		"{\"t\":0,\"n\":-6,\"u\":0}\n"
		"{\"t\":10,\"n\":-9223372036854775807,\"u\":9223372036854775807}\n{\"t\":10,\"n\":-2,\"u\":1}\n");
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_str_eq(tw_test_rows(t, PORT_OUT),
			 "{\"window_start\":0,\"window_end\":10,\"s\":9223372036854775806,\"a\":3.0744573456182584e+18,"
			 "\"u\":9223372036854775807,\"v\":3.0744573456182584e+18}\n"
			 "{\"window_start\":10,\"window_end\":20,\"s\":null,\"a\":-4.6116860184273879e+18,\"u\":null,"
			 "\"v\":4.6116860184273879e+18}\n");
	cr_assert_eq(tw_test_counter(t, "overflow"), 2);
	tw_test_close(t);
}

Test(window, what_is_not_a_number_is_no_extreme)
{
	struct tw_test *t =
		open_agg("{\"a\":\"min(x)\",\"b\":\"max(x)\",\"c\":\"p50(x)\",\"d\":\"last(x)\",\"n\":\"count(x)\"}",
			 "t:timestamp,x:f64?");

	feed(t, "{\"t\":0,\"x\":\"nan\"}\n{\"t\":1,\"x\":-1}\n{\"t\":2,\"x\":\"-inf\"}\n{\"t\":3,\"x\":\"nan\"}\n"
		"{\"t\":10,\"x\":\"nan\"}\n{\"t\":20,\"x\":null}\n");
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_not_null(strstr(tw_test_rows(t, PORT_OUT), "\"a\":\"-inf\",\"b\":-1,\"c\":\"-inf\""), "%s",
			   tw_test_rows(t, PORT_OUT));
	cr_assert_not_null(strstr(tw_test_rows(t, PORT_OUT), "\"d\":\"nan\",\"n\":4}"), "%s",
			   tw_test_rows(t, PORT_OUT));
	cr_assert_not_null(strstr(tw_test_rows(t, PORT_OUT), "{\"window_start\":10,\"window_end\":20,\"a\":null,\"b\":"
							     "null,\"c\":null,\"d\":\"nan\",\"n\":1}"),
			   "%s", tw_test_rows(t, PORT_OUT));
	cr_assert_not_null(
		strstr(tw_test_rows(t, PORT_OUT),
		       "{\"window_start\":20,\"window_end\":30,\"a\":null,\"b\":null,\"c\":null,\"d\":null,\"n\":0}"),
		"%s", tw_test_rows(t, PORT_OUT));
	tw_test_close(t);
}

Test(window, first_and_last_go_by_time_and_then_by_arrival)
{
	struct tw_test *t = open_agg("{\"a\":\"first(s)\",\"b\":\"last(s)\",\"c\":\"first(n)\",\"d\":\"last(n)\"}",
				     "t:timestamp,s:str?,n:i64?");

	feed(t,
	     "{\"t\":5,\"s\":\"five\",\"n\":5}\n{\"t\":2,\"s\":\"two\",\"n\":2}\n{\"t\":2,\"s\":\"two "
	     "again\",\"n\":22}\n"
	     "{\"t\":1,\"s\":null,\"n\":null}\n{\"t\":8,\"s\":\"\",\"n\":8}\n{\"t\":8,\"s\":\"eight again\",\"n\":88}\n"
	     "{\"t\":7,\"s\":\"seven\",\"n\":7}\n");
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_str_eq(
		tw_test_rows(t, PORT_OUT),
		"{\"window_start\":0,\"window_end\":10,\"a\":\"two\",\"b\":\"eight again\",\"c\":2,\"d\":88}\n");
	tw_test_close(t);
}

static double number_after(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	cr_assert_not_null(p, "no %s in %s", name, text);
	return strtod(p + strlen(name), NULL);
}

/* Several quantiles share one sketch; decimals are what they mean. */
Test(window, quantiles_are_as_accurate_as_asked)
{
	struct tw_test *t =
		open_with("{\"time\":\"t\",\"size\":\"1s\",\"accuracy\":0.005,\"agg\":{\"a\":\"p50(d)\","
			  "\"b\":\"p99(d)\",\"c\":\"quantile(d, 0)\",\"e\":\"quantile(d, 1)\",\"f\":\"p50(n)\","
			  "\"g\":\"p90(u)\",\"h\":\"p999(x)\"}}",
			  "t:timestamp,d:decimal(2),n:i32,u:u64,x:f32");
	char rows[100 * 100] = "";
	const char *got;
	int i;

	for (i = 0; i < 101; i++)
		snprintf(rows + strlen(rows), 100, "{\"t\":%d,\"d\":%d,\"n\":%d,\"u\":%d,\"x\":%d.5}\n", i,
			 i * 73 % 101 * 100, (i - 50) * 7, i * 1000, -i);
	feed(t, rows);
	cr_assert_eq(tw_test_finish(t), 0);
	got = tw_test_rows(t, PORT_OUT);
	cr_assert_float_eq(number_after(got, "\"a\":"), 50, 0.25);
	cr_assert_float_eq(number_after(got, "\"b\":"), 99, 0.5);
	cr_assert_float_eq(number_after(got, "\"c\":"), 0, 0);
	cr_assert_float_eq(number_after(got, "\"e\":"), 100, 0.5);
	cr_assert_float_eq(number_after(got, "\"f\":"), 0, 0);
	cr_assert_float_eq(number_after(got, "\"g\":"), 90000, 450);
	cr_assert_float_eq(number_after(got, "\"h\":"), -1.5, 0.0075);
	tw_test_close(t);
}

/* Rows for n groups, each in two windows. */
static char *many_groups(int n, const char *key)
{
	char *text = malloc((size_t)n * 2 * (strlen(key) + 60) + 1), *p = text;
	int i;

	for (i = 0; i < 2 * n; i++)
		p += sprintf(p, "{\"t\":%d,\"k\":\"%s%d\",\"n\":%d}\n", i % 2 ? 15 : 5, key, i / 2, i);
	return text;
}

/* More than one call can write: TW_MORE, and batches that are full. */
Test(window, closes_more_groups_than_fit_a_call, .timeout = 60)
{
	struct tw_test *t =
		open_with("{\"time\":\"t\",\"size\":10,\"by\":[\"k\"],\"agg\":{\"n\":\"sum(n)\",\"l\":\"last(k)\"}}",
			  "t:timestamp,k:str,n:i64");
	char *rows = many_groups(6000, "a key that does not fit a view, ");
	int i;

	tw_test_set(t, "smaller", 0);
	cr_assert_eq(tw_test_feed_json(t, rows, 512, TW_TEST_DENSE), 0);
	free(rows);
	cr_assert_eq(tw_test_entries(t, 0), 12000);
	cr_assert_eq(tw_test_watermark(t, 12), 0);
	cr_assert_eq(tw_test_entries(t, 0), 6000);
	cr_assert_eq(lines_of(tw_test_rows(t, PORT_OUT)), 6000);
	cr_assert_leq(tw_test_batches(t, PORT_OUT), 13, "%d batches", (int)tw_test_batches(t, PORT_OUT));
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_eq(tw_test_entries(t, 0), 0);
	cr_assert_eq(lines_of(tw_test_rows(t, PORT_OUT)), 12000);
	for (i = 0; i < 12000; i += 997) {
		char want[200];

		snprintf(want, sizeof want,
			 "{\"window_start\":%d,\"window_end\":%d,\"k\":\"a key that does not fit a view, %d\",\"n\":%d,"
			 "\"l\":\"a key that does not fit a view, %d\"}\n",
			 i % 2 * 10, i % 2 * 10 + 10, i / 2, i, i / 2);
		cr_assert_not_null(strstr(tw_test_rows(t, PORT_OUT), want), "no %s", want);
	}
	tw_test_close(t);
}

/* Windows of one group each share batches. */
Test(window, many_small_windows_share_a_batch, .timeout = 60)
{
	struct tw_test *t = open_agg("{\"n\":\"count()\"}", "t:timestamp");
	char *rows = malloc(3000 * 20 + 1), *p = rows;
	int i;

	for (i = 0; i < 3000; i++)
		p += sprintf(p, "{\"t\":%d}\n", i * 10 + 3);
	tw_test_set(t, "smaller", 0);
	cr_assert_eq(tw_test_feed_json(t, rows, 512, TW_TEST_DENSE), 0);
	free(rows);
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_eq(lines_of(tw_test_rows(t, PORT_OUT)), 3000);
	cr_assert_eq(tw_test_batches(t, PORT_OUT), 6);
	tw_test_close(t);
}

Test(window, texts_past_a_batch_go_into_the_next)
{
	struct tw_test *t = open_with("{\"time\":\"t\",\"size\":10,\"by\":[\"k\"],\"agg\":{\"n\":\"sum(n)\"}}",
				      "t:timestamp,k:str,n:i64");
	char key[1501], *rows;

	memset(key, 'k', 1500);
	key[1500] = '\0';
	rows = many_groups(100, key);
	tw_test_set(t, "text", 2000); /* that is: one buffer a batch */
	cr_assert_eq(tw_test_feed_json(t, rows, 64, TW_TEST_DECOYS), 0);
	free(rows);
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_eq(lines_of(tw_test_rows(t, PORT_OUT)), 200);
	cr_assert_geq(tw_test_batches(t, PORT_OUT), 5);
	cr_assert_eq(tw_test_counter(t, "lost"), 0);
	tw_test_close(t);
}

/* A text that no batch can hold must not stop the others. */
Test(window, a_group_that_fits_no_batch_is_lost_and_counted)
{
	struct tw_test *t =
		open_with("{\"time\":\"t\",\"size\":10,\"agg\":{\"s\":\"max(s)\",\"n\":\"sum(n)\"},\"by\":[\"k\"]}",
			  "t:timestamp,s:str,k:i32,n:i64");
	char *rows = malloc(200000), *p = rows;
	int i;

	for (i = 0; i < 5; i++) {
		p += sprintf(p, "{\"t\":%d,\"k\":%d,\"n\":1,\"s\":\"", i / 3 * 10, i);
		memset(p, 'x', i % 2 ? 70000 : 100);
		p += i % 2 ? 70000 : 100;
		p += sprintf(p, "\"}\n");
	}
	cr_assert_eq(tw_test_feed_json(t, rows, 64, TW_TEST_DENSE), 0);
	free(rows);
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_eq(lines_of(tw_test_rows(t, PORT_OUT)), 3, "%s", tw_test_rows(t, PORT_OUT));
	cr_assert_eq(tw_test_counter(t, "lost"), 2);
	cr_assert_eq(lines_of(tw_test_log(t)), 1, "%s", tw_test_log(t));
	cr_assert_eq(tw_test_entries(t, 0), 0);
	tw_test_close(t);
}

Test(window, rows_past_the_state_limit_are_errors)
{
	struct tw_test *t = open_with("{\"time\":\"t\",\"size\":10,\"by\":[\"k\"],\"agg\":{\"n\":\"count()\"}}",
				      "t:timestamp,k:str,n:i64");

	tw_test_set(t, "entries", 2);
	feed(t, "{\"t\":1,\"k\":\"a\",\"n\":1}\n{\"t\":1,\"k\":\"b\",\"n\":1}\n{\"t\":1,\"k\":\"c\",\"n\":1}\n"
		"{\"t\":1,\"k\":\"a\",\"n\":1}\n{\"t\":11,\"k\":\"a\",\"n\":1}\n");
	cr_assert_str_eq(tw_test_errs(t), "{\"reason\":\"state limit\",\"data\":null}\n"
					  "{\"reason\":\"state limit\",\"data\":null}\n");
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_eq(lines_of(tw_test_rows(t, PORT_OUT)), 2);
	cr_assert_not_null(strstr(tw_test_rows(t, PORT_OUT), "\"k\":\"a\",\"n\":2}"));
	cr_assert_not_null(strstr(tw_test_rows(t, PORT_OUT), "\"k\":\"b\",\"n\":1}"));
	tw_test_close(t);
}

/* A row whose sketch has no memory enters no aggregate that comes without. */
Test(window, rows_past_the_memory_of_a_cell_are_errors)
{
	struct tw_test *t = open_agg("{\"n\":\"count()\",\"s\":\"sum(x)\",\"p\":\"p50(x)\",\"m\":\"max(s)\"}",
				     "t:timestamp,x:f64,s:str");
	const char *rows;
	uint32_t i;

	tw_test_set(t, "state", 400); /* 16 values fit */
	for (i = 0; i < 5; i++)
		feed(t, "{\"t\":1,\"x\":1,\"s\":\"m\"}\n{\"t\":1,\"x\":1e9,\"s\":\"z\"}\n{\"t\":1,\"x\":1.001,\"s\":"
			"\"a\"}\n");
	feed(t, "{\"t\":1,\"x\":1,\"s\":\"m\"}\n{\"t\":1,\"x\":7,\"s\":\"zz\"}\n{\"t\":1,\"x\":7,\"s\":\"zzz\"}\n");
	cr_assert_eq(lines_of(tw_test_errs(t)), 2, "%s", tw_test_errs(t));
	cr_assert_eq(tw_test_finish(t), 0);
	rows = tw_test_rows(t, PORT_OUT);
	cr_assert_not_null(strstr(rows, "\"n\":16,\"s\":5000000011.00"), "%s", rows);
	cr_assert_not_null(strstr(rows, "\"m\":\"z\""), "%s", rows);
	tw_test_close(t);
}

/* Cells of aggregates that share a column are shared, so a group is no bigger. */
Test(window, aggregates_share_what_they_can)
{
	struct tw_test *one =
		open_agg("{\"a\":\"p50(x)\",\"b\":\"sum(n)\",\"c\":\"count()\"}", "t:timestamp,x:f64,n:i64");
	struct tw_test *all =
		open_agg("{\"a\":\"p50(x)\",\"b\":\"sum(n)\",\"c\":\"count()\",\"d\":\"p99(x)\","
			 "\"e\":\"avg(n)\",\"f\":\"count(n)\",\"g\":\"count(t)\",\"h\":\"quantile(x, 0.1)\"}",
			 "t:timestamp,x:f64,n:i64");
	const struct window *a = tw_test_op(one), *b = tw_test_op(all);

	cr_assert_eq(a->plan->n_cells, 3);
	cr_assert_eq(b->plan->n_cells, 3);
	tw_test_close(one);
	tw_test_close(all);
}

/* Rows of a test can't say u64 above INT64_MAX: say them as i64, and let the plan
 * for i64 take them for what the plan for u64 would. */
Test(window, great_u64_are_not_negative)
{
	const char *agg = "{\"a\":\"min(n)\",\"b\":\"max(n)\",\"s\":\"sum(n)\",\"v\":\"avg(n)\",\"p\":\"p50(n)\"}";
	struct tw_test *t = open_agg(agg, "t:timestamp,n:i64"), *u = open_agg(agg, "t:timestamp,n:u64");
	const struct plan *to = ((struct window *)tw_test_op(t))->plan, *from = ((struct window *)tw_test_op(u))->plan;
	const char *got;
	uint32_t i;

	for (i = 0; i < from->n_cells; i++) {
		to->cells[i].class = from->cells[i].class;
		to->cells[i].mask = from->cells[i].mask;
	}
	feed(t, "{\"t\":1,\"n\":-1}\n{\"t\":1,\"n\":5}\n{\"t\":1,\"n\":-2}\n");
	cr_assert_eq(tw_test_finish(t), 0);
	got = tw_test_rows(t, PORT_OUT);
	cr_assert_not_null(strstr(got, "\"a\":5,\"b\":-1,\"s\":null,\"v\":1.2297829382473034e+19,"), "%s", got);
	cr_assert_float_eq(number_after(got, "\"p\":"), 0x1p64, 0.01 * 0x1p64);
	tw_test_close(t);
	tw_test_close(u);
}

/* Make every count of the first group full, then go on. */
static int process_full(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	const struct window *w = op;
	struct cell_sketch *s;
	struct sketch_counts *c;
	int64_t start;
	void *slot;
	uint32_t i;

	if (w->state->first_ns(ctx, w->plan->table, &start) && w->state->scan(ctx, w->plan->table, start, &slot, 1)) {
		s = slot;
		if (s->few >= 0)
			return KIND->process(ctx, op, port, b);
		c = w->state->blob_write(ctx, w->plan->table, &s->pos, s->pos.len);
		for (i = 0; i < s->pos.len / 4 - 2; i++)
			c->count[i] = c->count[i] ? UINT32_MAX : 0;
	}
	return KIND->process(ctx, op, port, b);
}

Test(window, a_full_count_halves_all)
{
	struct tw_kind kind = *KIND;
	struct tw_test *t;
	uint32_t i;

	kind.process = process_full;
	cr_assert_eq(tw_test_open(&kind, "{\"time\":\"t\",\"size\":10,\"agg\":{\"p\":\"p50(x)\",\"q\":\"p90(x)\"}}",
				  "t:timestamp,x:f64", &t),
		     0, "%s", tw_test_error(t));
	for (i = 0; i < SKETCH_FEW; i++) /* then they are counts */
		feed(t, "{\"t\":1,\"x\":100}\n");
	feed(t, "{\"t\":1,\"x\":-7}\n{\"t\":1,\"x\":150}\n");
	feed(t, "{\"t\":1,\"x\":100}\n");
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_float_eq(number_after(tw_test_rows(t, PORT_OUT), "\"p\":"), 100, 1);
	cr_assert_float_eq(number_after(tw_test_rows(t, PORT_OUT), "\"q\":"), 150, 1.5);
	tw_test_close(t);
}
