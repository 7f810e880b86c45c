/* test_gen.c - generated records: the same in any batches, in range, in time. */
#define _GNU_SOURCE
#include "gen.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tw_test.h>

#define START 1767225600000000000

static const char all_fields[] =
	"\"id\": {\"gen\": \"seq\", \"start\": -5, \"step\": 3}, \"half\": {\"gen\": \"seq\", \"start\": 0.5, "
	"\"step\": 0.25},"
	"\"u\": {\"gen\": \"uniform\", \"min\": -10, \"max\": 10}, \"r\": {\"gen\": \"uniform\", \"min\": -1.5, "
	"\"max\": 2},"
	"\"i\": {\"gen\": \"uniform\", \"type\": \"i32\", \"min\": -3000000000, \"max\": 3000000000},"
	"\"w\": {\"gen\": \"normal\", \"type\": \"u32\", \"mean\": 3, \"stddev\": 5},"
	"\"g\": {\"gen\": \"normal\", \"mean\": 100, \"stddev\": 15, \"null\": 0.1}, \"f\": {\"gen\": \"normal\", "
	"\"type\": \"f32\"},"
	"\"z\": {\"gen\": \"zipf\", \"n\": 100}, \"user\": {\"gen\": \"zipf\", \"n\": 50, \"type\": \"str\", "
	"\"prefix\": \"a \\\"user\\\" \"},"
	"\"c\": {\"gen\": \"choice\", \"values\": [\"debug\", \"a \\\\ longer \\\"text\\\"\\n\", \"\"]},"
	"\"k\": {\"gen\": \"choice\", \"values\": [1, 20, 300]}, \"b\": {\"gen\": \"uniform\", \"type\": \"bool\"},"
	"\"one\": {\"gen\": \"const\", \"value\": 0.1}, \"h\": {\"gen\": \"hex\", \"n\": 20, \"length\": 24},"
	"\"e\": {\"gen\": \"hex\", \"length\": 8}, \"x\": {\"gen\": \"text\", \"min\": 0, \"max\": 60, \"null\": 0.5},"
	"\"l\": {\"gen\": \"text\", \"min\": 0, \"max\": 20, \"n\": 90, \"prefix\": \"\u00fc\", "
	"\"alphabet\": \"aB\u00e9\u20ac\U0001f600\\\"\\\\\\n\\u0001\"}";

/* more: further members, ", ..." */
static struct tw_test *open_gen(const char *fields, const char *more)
{
	static char config[8192];
	struct tw_test *t;
	int err;

	snprintf(config, sizeof config, "{\"fields\": {%s}%s}", fields, more);
	err = tw_test_open(tw_plugin.kinds[0], config, NULL, &t);
	cr_assert_eq(err, 0, "%s", tw_test_error(t));
	return t;
}

/* All rows of a generator with an end, to be freed. */
static char *rows_of(const char *fields, const char *more, int64_t smaller, uint32_t budget)
{
	struct tw_test *t = open_gen(fields, more);
	char *rows;
	int ret;

	tw_test_set(t, "smaller", smaller);
	ret = tw_test_run(t, budget);
	cr_assert_eq(ret, TW_EOS, "%d %s", ret, tw_test_error(t));
	rows = strdup(tw_test_rows(t, 0));
	tw_test_close(t);
	return rows;
}

static size_t count_lines(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

Test(gen, rows_are_the_same_in_any_batches, .timeout = 60)
{
	char *want = rows_of(all_fields, ", \"count\": 1500", 0, 16), *got;

	cr_assert_eq(count_lines(want), 1500);
	got = rows_of(all_fields, ", \"count\": 1500", 2, 1);
	cr_assert_str_eq(got, want);
	free(got);
	got = rows_of(all_fields, ", \"count\": 1500, \"rate\": 777.7", 3, 2);
	cr_assert_str_eq(got, want);
	free(got);
	got = rows_of(all_fields, ", \"count\": 1500, \"seed\": 2", 0, 16);
	cr_assert_str_neq(got, want);
	free(got);
	free(want);
}

/* A field's values do not depend on which other fields there are. */
Test(gen, fields_are_independent)
{
	char *both = rows_of("\"a\": {\"gen\": \"seq\"}, \"b\": {\"gen\": \"hex\"}", ", \"count\": 3", 0, 16);
	char *one = rows_of("\"b\": {\"gen\": \"hex\"}", ", \"count\": 3", 0, 16);

	const char *p = both, *q = one;
	int i;

	for (i = 0; i < 3; i++, p++, q++) {
		p = strstr(p, "\"b\"");
		q = strstr(q, "\"b\"");
		cr_assert_eq(memcmp(p, q, strlen("\"b\":\"0123456789abcdef\"}")), 0, "%s, not %s", p, q);
	}
	free(both);
	free(one);
}

static double number(const json_t *row, const char *key)
{
	return json_number_value(json_object_get(row, key));
}

static void expect_equal(json_t *columns, json_t *line, const char *text)
{
	const char *key;
	json_t *v;

	json_object_foreach(columns, key, v)
	{
		json_t *w = json_object_get(line, key);

		if (json_is_number(v) && strcmp(key, "f") == 0)
			cr_assert_eq((float)json_number_value(v), (float)json_number_value(w), "%s: %s", key, text);
		else if (json_is_number(v))
			cr_assert_eq(json_number_value(v), json_number_value(w), "%s: %s", key, text);
		else
			cr_assert(w && json_equal(v, w), "%s: %s", key, text);
	}
}

Test(gen, json_says_what_the_columns_say, .timeout = 60)
{
	char *columns = rows_of(all_fields, ", \"count\": 700", 0, 16), *lines, *a, *b;

	lines = rows_of(all_fields, ", \"count\": 700, \"ndjson\": true", 2, 3);
	cr_assert_eq(count_lines(lines), 700);
	for (a = columns, b = lines; *a; a = strchr(a, '\n') + 1, b = strchr(b, '\n') + 1) {
		json_t *row = json_loads(a, JSON_DISABLE_EOF_CHECK, NULL),
		       *outer = json_loads(b, JSON_DISABLE_EOF_CHECK, NULL);
		const char *text = json_string_value(json_object_get(outer, "line"));
		json_t *inner = json_loads(text, 0, NULL);

		cr_assert(row && inner, "%s", text);
		cr_assert_eq(json_object_size(row), json_object_size(inner));
		expect_equal(row, inner, text);
		json_decref(row);
		json_decref(outer);
		json_decref(inner);
	}
	free(columns);
	free(lines);
}

/* Other values would be other data for whoever compares runs of two machines. */
Test(gen, values_never_change)
{
	char *rows = rows_of("\"u\": {\"gen\": \"uniform\", \"min\": 0, \"max\": 999}, \"g\": {\"gen\": \"normal\"},"
			     "\"z\": {\"gen\": \"zipf\", \"n\": 10}, \"h\": {\"gen\": \"hex\", \"length\": 8}",
			     ", \"count\": 3, \"seed\": 42", 0, 16);

	cr_assert_str_eq(rows,
			 "{\"u\":500,\"g\":-0.12718199999999999,\"z\":8,\"h\":\"5c722821\"}\n"
			 "{\"u\":24,\"g\":0.21875,\"z\":7,\"h\":\"69f3f72a\"}\n"
			 "{\"u\":748,\"g\":0.38545200000000002,\"z\":1,\"h\":\"303e0028\"}\n",
			 "%s", rows);
	free(rows);
}

Test(gen, ranges_and_shapes, .timeout = 60)
{
	enum { N = 20000 };
	char *rows = rows_of(all_fields, ", \"count\": 20000", 0, 16), *a;
	double sum = 0, squares = 0, reals = 0;
	uint32_t zipf[100] = {0}, uniform[21] = {0}, nulls = 0, normals = 0, negative = 0, i;

	for (a = rows; *a; a = strchr(a, '\n') + 1) {
		json_t *row = json_loads(a, JSON_DISABLE_EOF_CHECK, NULL);
		const double u = number(row, "u"), z = number(row, "z"), r = number(row, "r"), g = number(row, "g");

		cr_assert(u >= -10 && u <= 10 && z >= 0 && z < 100 && r >= -1.5 && r < 2.000001, "%s", a);
		uniform[(int)u + 10]++;
		zipf[(int)z]++;
		reals += r;
		negative += number(row, "w") < 0;
		if (json_is_null(json_object_get(row, "g"))) {
			nulls++;
		} else {
			normals++;
			sum += g;
			squares += (g - 100) * (g - 100);
		}
		json_decref(row);
	}
	for (i = 0; i < 21; i++)
		cr_assert(uniform[i] > N / 21 * 8 / 10 && uniform[i] < N / 21 * 12 / 10, "%u: %u", i, uniform[i]);
	cr_assert_float_eq(reals / N, 0.25, 0.03);
	cr_assert_eq(negative, 0);
	cr_assert(nulls > N / 10 * 9 / 10 && nulls < N / 10 * 11 / 10, "%u", nulls);
	cr_assert_float_eq(sum / normals, 100, 0.5);
	cr_assert_float_eq(sqrt(squares / normals), 15, 0.5);
	/* 1/k each: 1 + 1/2 + ... + 1/100 = 5.187 */
	for (i = 0; i < 10; i++)
		cr_assert_float_eq(zipf[i], N / 5.187 / (i + 1), N / 5.187 / (i + 1) * 0.2, "%u: %u", i, zipf[i]);
	free(rows);
}

Test(gen, hex_of_few_values)
{
	char *rows = rows_of("\"h\": {\"gen\": \"hex\", \"n\": 5, \"length\": 20}", ", \"count\": 500", 0, 16), *a;
	char seen[6][24];
	uint32_t n = 0, i;

	for (a = rows; *a; a = strchr(a, '\n') + 1) {
		cr_assert_eq(strspn(a + 6, "0123456789abcdef"), 20, "%s", a);
		for (i = 0; i < n && memcmp(seen[i], a + 6, 20) != 0; i++)
			;
		cr_assert_lt(i, 5);
		if (i == n)
			memcpy(seen[n++], a + 6, 20);
	}
	cr_assert_eq(n, 5);
	free(rows);
}

Test(gen, types_that_are_asked_for)
{
	struct tw_test *t = open_gen(
		"\"a\": {\"gen\": \"seq\", \"type\": \"decimal\", \"scale\": 3, \"start\": 1.5, \"step\": 0.001},"
		"\"b\": {\"gen\": \"const\", \"type\": \"timestamp\", \"value\": \"2026-01-01T00:00:00.5Z\"},"
		"\"c\": {\"gen\": \"const\", \"value\": true, \"null\": 1}, \"d\": {\"gen\": \"text\", \"type\": "
		"\"bytes\"},"
		"\"e\": {\"gen\": \"time\", \"step\": \"250ms\"}, \"f\": {\"gen\": \"seq\", \"type\": \"str\", "
		"\"prefix\": \"row-\"}",
		", \"count\": 2");

	cr_assert_str_eq(tw_test_schema(t, 0), "a:decimal(3),b:timestamp,c:bool?,d:bytes,e:timestamp,f:str");
	cr_assert_eq(tw_test_run(t, 1), TW_EOS);
	cr_assert_not_null(strstr(tw_test_rows(t, 0), "{\"a\":1500,\"b\":1767225600500000000,\"c\":null"), "%s",
			   tw_test_rows(t, 0));
	cr_assert_not_null(strstr(tw_test_rows(t, 0), "\"e\":1767225600250000000,\"f\":\"row-1\"}"), "%s",
			   tw_test_rows(t, 0));
	tw_test_close(t);
}

Test(gen, times_with_jitter)
{
	char *rows = rows_of("\"t\": {\"gen\": \"time\", \"start\": \"2000-02-29T23:59:59Z\", \"step\": 1000, "
			     "\"jitter\": \"1us\"}",
			     ", \"count\": 2000", 0, 16),
	     *a;
	bool before = false, after = false;
	int64_t i = 0;

	for (a = rows; *a; a = strchr(a, '\n') + 1, i++) {
		const int64_t off = strtoll(a + 5, NULL, 10) - (951868799000000000 + 1000 * i);

		cr_assert(off >= -1000 && off <= 1000, "%s", a);
		before |= off < -500;
		after |= off > 500;
	}
	cr_assert(before && after);
	free(rows);
}

/* Each character as often, lengths in characters; escapes and UTF-8 came through JSON above. */
Test(gen, texts_of_an_alphabet)
{
	char *rows = rows_of("\"t\": {\"gen\": \"text\", \"length\": 10, \"alphabet\": \"a\u00e9\u20ac\U0001f600\"}",
			     ", \"count\": 1000", 0, 16),
	     *a;
	uint32_t wide[5] = {0}, k;

	for (a = rows; *a; a = strchr(a, '\n') + 1) {
		const char *p = a + strlen("{\"t\":\"");
		uint32_t n = 0;

		for (; *p != '"'; n++) {
			const uint32_t bytes = *p == 'a' ? 1 : (*p & 0xe0) == 0xc0 ? 2 : (*p & 0xf0) == 0xe0 ? 3 : 4;

			wide[bytes]++;
			p += bytes;
		}
		cr_assert_eq(n, 10, "%u in %.60s", n, a);
	}
	for (k = 1; k <= 4; k++)
		cr_assert(wide[k] > 2200 && wide[k] < 2800, "%u of %u bytes", wide[k], k);
	free(rows);
}

/* When a record was due, not when it was made; without a rate, when it was made. */
Test(gen, due_is_the_intended_time)
{
	struct tw_test *t = open_gen("\"at\": {\"gen\": \"due\"}", ", \"count\": 3, \"rate\": 1000");

	cr_assert_str_eq(tw_test_schema(t, 0), "at:timestamp");
	cr_assert_eq(tw_test_poll(t, 4), TW_WAIT);
	tw_test_time(t, START + 5000000000);
	cr_assert_eq(tw_test_poll(t, 4), TW_EOS);
	cr_assert_str_eq(tw_test_rows(t, 0),
			 "{\"at\":1767225600000000000}\n{\"at\":1767225600001000000}\n"
			 "{\"at\":1767225600002000000}\n",
			 "%s", tw_test_rows(t, 0));
	tw_test_close(t);
	t = open_gen("\"at\": {\"gen\": \"due\"}", ", \"count\": 1024, \"ndjson\": true");
	tw_test_set(t, "smaller", 0);
	tw_test_time(t, START + 1000000000);
	cr_assert_eq(tw_test_poll(t, 1), TW_DONE);
	cr_assert_not_null(strstr(tw_test_rows(t, 0), "2026-01-01T00:00:01Z"), "%.80s", tw_test_rows(t, 0));
	tw_test_time(t, START + 2000000000);
	cr_assert_eq(tw_test_poll(t, 4), TW_EOS);
	cr_assert_not_null(strstr(tw_test_rows(t, 0), "2026-01-01T00:00:02Z"));
	tw_test_close(t);
}

static const struct tw_host *fake;
static int64_t origins[64];
static uint32_t n_rows[64], n_origins;

static int note_origin(struct tw_ctx *ctx, uint32_t port, struct tw_batch *b)
{
	origins[n_origins] = b->origin_ns;
	n_rows[n_origins++] = b->n;
	return fake->emit(ctx, port, b);
}

Test(gen, a_batch_has_the_rows_due_and_says_since_when)
{
	struct tw_test *t = open_gen("\"id\": {\"gen\": \"seq\"}", ", \"count\": 1000, \"rate\": 1000");
	struct tw_host host;

	fake = tw_test_ctx(t)->host;
	host = *fake;
	host.emit = note_origin;
	tw_test_ctx(t)->host = &host;
	cr_assert_eq(tw_test_poll(t, 4), TW_WAIT);
	cr_assert(n_origins == 1 && n_rows[0] == 1 && origins[0] == START);
	cr_assert_eq(tw_test_alarm(t), START + 1000000);
	tw_test_time(t, START + 999999);
	cr_assert_eq(tw_test_poll(t, 4), TW_WAIT);
	cr_assert_eq(n_origins, 1);
	/* late by 50 rows: all of them now, with the time they were due */
	tw_test_time(t, START + 50500000);
	cr_assert_eq(tw_test_poll(t, 4), TW_WAIT);
	cr_assert(n_origins == 2 && n_rows[1] == 50 && origins[1] == START + 1000000, "%u of %ld", n_rows[1],
		  (long)origins[1]);
	cr_assert_eq(tw_test_alarm(t), START + 51000000);
	/* later than all: one batch a time if so told */
	tw_test_set(t, "smaller", 0);
	tw_test_time(t, START + 5000000000);
	cr_assert_eq(tw_test_poll(t, 1), TW_DONE);
	cr_assert(n_rows[2] == 512 && origins[2] == START + 51000000, "%u of %ld", n_rows[2], (long)origins[2]);
	cr_assert_eq(tw_test_poll(t, 1), TW_EOS);
	cr_assert(n_origins == 4 && n_rows[3] == 1000 - 51 - 512);
	tw_test_ctx(t)->host = fake;
	tw_test_close(t);
}

Test(gen, without_end_and_rate_it_fills_batches)
{
	struct tw_test *t = open_gen("\"id\": {\"gen\": \"seq\"}", "");

	tw_test_set(t, "smaller", 0);
	cr_assert_eq(tw_test_poll(t, 3), TW_DONE);
	cr_assert_eq(tw_test_batches(t, 0), 3);
	cr_assert_eq(count_lines(tw_test_rows(t, 0)), 3 * 512);
	tw_test_close(t);
}

/* Texts that a batch cannot hold all: it ends early, and the next goes on. */
Test(gen, long_texts_end_a_batch)
{
	char *rows = rows_of("\"a\": {\"gen\": \"text\", \"length\": 4000}, \"id\": {\"gen\": \"seq\"}",
			     ", \"count\": 600", 0, 16),
	     *a;
	int64_t i = 0;

	for (a = rows; *a; a = strchr(a, '\n') + 1, i++)
		cr_assert_eq(strtoll(strstr(a, "\"id\":") + 5, NULL, 10), i);
	cr_assert_eq(i, 600);
	free(rows);
	rows = rows_of("\"a\": {\"gen\": \"text\", \"length\": 4000}", ", \"count\": 600, \"ndjson\": true", 0, 16);
	cr_assert_eq(count_lines(rows), 600);
	free(rows);
}

static void expect_refused(const char *fields, const char *more, const char *why)
{
	char config[1024];
	struct tw_test *t;

	snprintf(config, sizeof config, "{\"fields\": {%s}%s}", fields, more);
	cr_assert_lt(tw_test_open(tw_plugin.kinds[0], config, NULL, &t), 0, "%s", config);
	cr_assert_not_null(strstr(tw_test_error(t), why), "%s", tw_test_error(t));
	tw_test_close(t);
}

Test(gen, configs_that_make_no_sense)
{
	expect_refused("\"a\": {\"gen\": \"uniform\", \"min\": 2, \"max\": 1}", "", "at=/fields/a/min: min is greater");
	expect_refused("\"a\": {\"gen\": \"hex\", \"type\": \"i64\"}", "", "at=/fields/a/type");
	expect_refused("\"a\": {\"gen\": \"choice\"}", "", "choice needs");
	expect_refused("\"a\": {\"gen\": \"choice\", \"values\": [1, \"x\"]}", "", "at=/fields/a/values/1");
	expect_refused("\"a\": {\"gen\": \"const\", \"type\": \"u32\", \"value\": -1}", "", "does not fit");
	expect_refused("\"a\": {\"gen\": \"time\", \"start\": \"yesterday\"}", "", "this is no time");
	expect_refused("\"a\": {\"gen\": \"time\", \"step\": \"soon\"}", "", "this is no duration");
	expect_refused("\"a\": {\"gen\": \"seq\", \"start\": \"1\"}", "", "a number is needed");
	expect_refused("\"a\": {\"gen\": \"seq\", \"prefix\": \"x\"}", "", "at=/fields/a/prefix");
	expect_refused("\"a\": {\"gen\": \"zipf\", \"n\": 2000000}", "", "1000000");
	expect_refused("\"a\": {\"gen\": \"seq\", \"scale\": 2}", "", "only a decimal");
	expect_refused("\"a\": {\"gen\": \"hex\", \"alphabet\": \"x\"}", "", "at=/fields/a/alphabet: only a text");
	expect_refused("\"a\": {\"gen\": \"text\", \"length\": 2049, \"alphabet\": \"\u00e9\"}", "",
		       "at=/fields/a/alphabet: a text of such");
	expect_refused("\"a\": {\"gen\": \"due\", \"type\": \"f64\"}", "", "at=/fields/a/type");
	expect_refused("\"a\": {\"gen\": \"text\", \"min\": 5, \"max\": 2}", "", "length");
}

Test(gen, times_are_written_and_read)
{
	uint64_t x = 1;
	int i;

	for (i = 0; i < 20000; i++) {
		int64_t ns, back;
		char text[40], want[40];
		time_t s;
		struct tm tm;

		x = mix(x + (uint64_t)i);
		ns = (int64_t)x / 2 / 1000 * (i % 2 ? 1000 : 1);
		s = (time_t)(ns / 1000000000 - (ns % 1000000000 < 0));
		*time_put(text, ns) = '\0';
		cr_assert(time_parse(text, &back) && back == ns, "%s", text);
		gmtime_r(&s, &tm);
		strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S", &tm);
		cr_assert_eq(memcmp(text, want, 19), 0, "%s, not %s", text, want);
	}
}
