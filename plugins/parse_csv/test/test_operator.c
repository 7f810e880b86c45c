/* test_operator.c - parse_csv in the fake host: columns, headers, errors, config. */
#include <criterion/criterion.h>

#include "help.h"

static const struct tw_kind *kind(void)
{
	return tw_plugin.kinds[0];
}

static struct tw_test *run(const char *config, const char *const *records)
{
	struct buf b = {0};
	struct tw_test *t;

	for (; *records; records++)
		buf_row(&b, *records, strlen(*records));
	cr_assert_eq(tw_test_open(kind(), config, "line:bytes", &t), 0, "%s", tw_test_error(t));
	cr_assert_eq(tw_test_feed_json(t, b.s, 8, TW_TEST_DENSE), 0, "%s", tw_test_error(t));
	cr_assert_eq(tw_test_finish(t), 0);
	free(b.s);
	return t;
}

/* These records, the header among them, give these rows and errors (reasons alone, one a line). */
static void check(const char *config, const char *const *records, const char *rows, const char *reasons)
{
	struct tw_test *t = run(config, records);
	const char *p;
	struct buf b = {0};

	buf_text(&b, "");
	for (p = tw_test_errs(t); *p; p = strchr(p, '\n') + 1) {
		const char *from = p + strlen("{\"reason\":\""), *to = strstr(p, "\",\"data\":");

		for (; from < to; from++)
			if (*from != '\\')
				buf_add(&b, from, 1);
		buf_text(&b, "\n");
	}
	cr_assert_str_eq(tw_test_rows(t, 0), rows, "%s: %s%s", *records, tw_test_rows(t, 0), b.s);
	cr_assert_str_eq(b.s, reasons, "%s: %s", *records, b.s);
	free(b.s);
	tw_test_close(t);
}

#define RECORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char all_types[] =
	"{\"fields\":{\"b\":\"bool\",\"i32\":\"i32\",\"i64\":\"i64\",\"u32\":\"u32\",\"u64\":\"u64\",\"f32\":\"f32\","
	"\"f64\":\"f64\",\"ts\":\"timestamp\",\"d\":{\"type\":\"decimal\",\"scale\":2},\"s\":\"str\",\"raw\":\"bytes\"}"
	"}";
static const char all_names[] = "raw,s,d,ts,f64,f32,u64,u32,i64,i32,b";

Test(operator, makes_columns_of_all_types)
{
	struct tw_test *t = run(
		all_types,
		RECORDS(all_names,
			"a text of more than twelve,short,12.34,2026-01-02T03:04:05.678Z,-0.1,0.5,9223372036854775807,"
			"4294967295,9223372036854775807,-2147483648,true",
			",\"\",-0.5,1970-01-01T00:00:00+01:00,1e300,1,0,0,-9223372036854775808,+7,0", ",,,,,,,,,,",
			"\"two\"\"\",\"with \"\"quotes\"\" in its "
			"text\",\"1\",\"2026-01-02T03:04:05Z\",\"2\",\"3\",\"4\","
			"\"5\",\"6\",\"7\",\"FALSE\""));

	cr_assert_str_eq(tw_test_schema(t, 0), "b:bool?,i32:i32?,i64:i64?,u32:u32?,u64:u64?,f32:f32?,f64:f64?,"
					       "ts:timestamp?,d:decimal(2)?,s:str?,raw:bytes?");
	cr_assert_str_eq(
		tw_test_rows(t, 0),
		"{\"b\":true,\"i32\":-2147483648,\"i64\":9223372036854775807,\"u32\":4294967295,"
		"\"u64\":9223372036854775807,\"f32\":0.5,\"f64\":-0.10000000000000001,\"ts\":1767323045678000000,"
		"\"d\":1234,\"s\":\"short\",\"raw\":\"a text of more than twelve\"}\n"
		"{\"b\":false,\"i32\":7,\"i64\":-9223372036854775808,\"u32\":0,\"u64\":0,\"f32\":1,"
		"\"f64\":1.0000000000000001e+300,\"ts\":-3600000000000,\"d\":-50,\"s\":\"\",\"raw\":null}\n"
		"{\"b\":null,\"i32\":null,\"i64\":null,\"u32\":null,\"u64\":null,\"f32\":null,\"f64\":null,"
		"\"ts\":null,\"d\":null,\"s\":null,\"raw\":null}\n"
		"{\"b\":false,\"i32\":7,\"i64\":6,\"u32\":5,\"u64\":4,\"f32\":3,\"f64\":2,\"ts\":1767323045000000000,"
		"\"d\":100,\"s\":\"with \\\"quotes\\\" in its text\",\"raw\":\"two\\\"\"}\n",
		"%s%s", tw_test_rows(t, 0), tw_test_errs(t));
	cr_assert_str_eq(tw_test_errs(t), "");
	cr_assert_eq(tw_test_counter(t, "headers"), 1);
	tw_test_close(t);
}

Test(operator, says_what_is_wrong)
{
	static const char types[] = "{\"fields\":{\"b\":\"bool\",\"n\":\"i32\",\"m\":\"u64\",\"f\":\"f64\",\"t\":"
				    "\"timestamp\",\"d\":{\"type\":\"decimal\",\"scale\":2},\"s\":{\"type\":\"str\","
				    "\"required\":true}}}";
	static const char *const cases[][2] = {
		{"yes,,,,,,x", "\"b\" is no bool, in column 1 at byte 0\n"},
		{",two,,,,,x", "\"n\" is no i32, in column 2 at byte 1\n"},
		{",12a45,,,,,x", "\"n\" is no i32, in column 2 at byte 1\n"},
		{", 1,,,,,x", "\"n\" is no i32, in column 2 at byte 1\n"},
		{",-,,,,,x", "\"n\" is no i32, in column 2 at byte 1\n"},
		{",\"\",,,,,x", "\"n\" is no i32, in column 2 at byte 2\n"},
		{",1.5,,,,,x", "\"n\" is not a whole number, in column 2 at byte 1\n"},
		{",2147483648,,,,,x", "\"n\" is out of the range of i32, in column 2 at byte 1\n"},
		{",,-1,,,,x", "\"m\" is out of the range of u64, in column 3 at byte 2\n"},
		{",,18446744073709551616,,,,x", "\"m\" is out of the range of u64, in column 3 at byte 2\n"},
		{",,,.,,,x", "\"f\" is no f64, in column 4 at byte 3\n"},
		{",,,1.2.3,,,x", "\"f\" is no f64, in column 4 at byte 3\n"},
		{",,,1e999,,,x", "\"f\" is out of the range of f64, in column 4 at byte 3\n"},
		{",,,nan,,,x", "\"f\" is no f64, in column 4 at byte 3\n"},
		{",,,,today,,x", "\"t\" is not a time as in RFC 3339, in column 5 at byte 4\n"},
		{",,,,1500-01-01T00:00:00Z,,x", "\"t\" is out of the range of timestamp, in column 5 at byte 4\n"},
		{",,,,,1.005,x", "\"d\" has more than 2 digits behind the point, in column 6 at byte 5\n"},
		{",,,,,92233720368547758.08,x", "\"d\" is out of the range of decimal, in column 6 at byte 5\n"},
		{",,,,,,", "\"s\" is empty, in column 7 at byte 6\n"},
		{",,,,,", "6 columns, not 7, at byte 5\n"},
		{"x", "1 column, not 7, at byte 1\n"},
		{",,,,,,x,y,", "9 columns, not 7, at byte 8\n"},
		{",,,,,,x,\"y\"", "8 columns, not 7, at byte 8\n"},
		{",,,,,,x\"", "a quote within a field that does not begin with one, in column 7 at byte 7\n"},
		{",\"1\"2,,,,,x", "text behind the quote that ends a field, in column 2 at byte 4\n"},
		{",\"1\"2\",,,,,x", "text behind the quote that ends a field, in column 2 at byte 4\n"},
		{",,,,,,\"x", "a quote without its end, in column 7 at byte 6\n"},
		{",,,,,,\"x\"\"", "a quote without its end, in column 7 at byte 6\n"},
		{"\",,,,,,x", "a quote without its end, in column 1 at byte 0\n"},
		/* the first field counts, but not before the whole record */
		{"?,?,,,,,", "\"b\" is no bool, in column 1 at byte 0\n"},
		{"?,?,,,,,\"", "a quote without its end, in column 7 at byte 8\n"},
	};
	uint32_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		check(types, RECORDS("b,n,m,f,t,d,s", cases[i][0]), "", cases[i][1]);
}

Test(operator, knows_names_and_numbers)
{
	static const char by_both[] = "{\"fields\":{\"b\":{\"type\":\"i64\",\"at\":2},\"x\":{\"type\":\"i64\",\"at\":"
				      "\"a b\"},\"again\":{\"type\":\"str\",\"at\":2}},\"header\":%s}";
	char config[256];

	snprintf(config, sizeof config, by_both, "true");
	check(config, RECORDS("a b,\"q\"", "1,2"), "{\"b\":2,\"x\":1,\"again\":\"2\"}\n", "");
	check(config, RECORDS("\xef\xbb\xbf\"a b\",q", "1,2"), "{\"b\":2,\"x\":1,\"again\":\"2\"}\n", "");
	snprintf(config, sizeof config, by_both, "[\"q\",\"w\",\"a b\"]");
	check(config, RECORDS("1,2,3", "1,2"), "{\"b\":2,\"x\":3,\"again\":\"2\"}\n", "2 columns, not 3, at byte 3\n");
	check("{\"fields\":{\"n\":{\"type\":\"i64\",\"at\":2}},\"header\":false}",
	      RECORDS("1,2,3", "x,4", "5", "\"a\",\"6\",\",\"", ",,,"),
	      "{\"n\":2}\n{\"n\":4}\n{\"n\":6}\n{\"n\":null}\n", "1 column, not at least 2, at byte 1\n");
	check("{\"fields\":{\"n\":{\"type\":\"i64\",\"at\":\"the \\\"n\\\"\"}}}",
	      RECORDS("m,\"the \"\"n\"\"\"", "1,2", "m,\"the \"\"n\"\"\"", "3,4"), "{\"n\":2}\n{\"n\":4}\n", "");
}

Test(operator, takes_times_as_numbers)
{
	check("{\"fields\":{\"s\":{\"type\":\"timestamp\",\"format\":\"s\"},\"ms\":{\"type\":\"timestamp\",\"format\":"
	      "\"ms\"},\"us\":{\"type\":\"timestamp\",\"format\":\"us\"},\"ns\":{\"type\":\"timestamp\",\"format\":"
	      "\"ns\"}},\"header\":[\"s\",\"ms\",\"us\",\"ns\"]}",
	      RECORDS("1.5,1500.25,3,-4", "9223372037,,,"),
	      "{\"s\":1500000000,\"ms\":1500250000,\"us\":3000,\"ns\":-4}\n",
	      "\"s\" is out of the range of timestamp, in column 1 at byte 0\n");
}

Test(operator, has_other_separators_and_quotes)
{
	static const char config[] = "{\"fields\":{\"a\":\"str\",\"b\":\"str\"},\"separator\":\"%s\",\"quote\":\"%s\"}";
	char c[256];

	snprintf(c, sizeof c, config, "\\t", "'");
	check(c, RECORDS("a\tb", "x,\"y\t'it''s\tone'"), "{\"a\":\"x,\\\"y\",\"b\":\"it's\\tone\"}\n", "");
	snprintf(c, sizeof c, config, ";", "");
	check(c, RECORDS("a;b", "\"x;y\"\"z"), "{\"a\":\"\\\"x\",\"b\":\"y\\\"\\\"z\"}\n", "");
}

Test(operator, skips_empty_lines_unless_they_are_records)
{
	struct tw_test *t = run("{\"fields\":{\"a\":\"i64\"}}", RECORDS("a,b", "", "1,2", ""));

	cr_assert_str_eq(tw_test_rows(t, 0), "{\"a\":1}\n");
	cr_assert_str_eq(tw_test_errs(t), "");
	cr_assert_eq(tw_test_counter(t, "empty"), 2);
	tw_test_close(t);
	check("{\"fields\":{\"a\":\"i64\"}}", RECORDS("a", "", "1"), "{\"a\":null}\n{\"a\":1}\n", "");
}

Test(operator, reads_a_header_per_file)
{
	struct tw_test *t;

	cr_assert_eq(tw_test_open(kind(), "{\"fields\":{\"n\":\"i64\"},\"file\":\"path\"}", "line:str,path:bytes?", &t),
		     0, "%s", tw_test_error(t));
	cr_assert_eq(tw_test_feed_json(t,
				       "{\"line\":\"n,m\",\"path\":\"a\"}\n{\"line\":\"1,2\",\"path\":\"a\"}\n"
				       "{\"line\":\"m,x,n\",\"path\":\"a much longer path.csv\"}\n"
				       "{\"line\":\"3,4,5\",\"path\":\"a much longer path.csv\"}\n"
				       "{\"line\":\"6,7\",\"path\":\"a much longer path.csv\"}\n"
				       "{\"line\":\"n\",\"path\":null}\n{\"line\":\"8\",\"path\":null}\n"
				       "{\"line\":\"m,n\",\"path\":\"b\"}\n{\"line\":\"9,10\",\"path\":\"b\"}\n",
				       3, TW_TEST_DENSE),
		     0);
	cr_assert_str_eq(tw_test_rows(t, 0),
			 "{\"path\":\"a\",\"n\":1}\n{\"path\":\"a much longer path.csv\",\"n\":5}\n"
			 "{\"path\":null,\"n\":8}\n{\"path\":\"b\",\"n\":10}\n",
			 "%s", tw_test_rows(t, 0));
	cr_assert_str_eq(tw_test_errs(t), "{\"reason\":\"2 columns, not 3, at byte 3\",\"data\":\"6,7\"}\n");
	cr_assert_eq(tw_test_counter(t, "headers"), 4);
	tw_test_close(t);
}

Test(operator, fails_at_a_header_that_is_no_good)
{
	static const char *const cases[][2] = {
		{"a,b", "no column \"n\" in the header: a,b"},
		{"n,a,n", "the header has \"n\" twice, as columns 1 and 3"},
		{"n,\"a", "the header's quotes are not as in RFC 4180"},
	};
	struct tw_test *t;
	char row[64];
	uint32_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = {0};

		buf_row(&b, cases[i][0], strlen(cases[i][0]));
		cr_assert_eq(tw_test_open(kind(), "{\"fields\":{\"n\":\"i64\"}}", "line:str", &t), 0);
		cr_assert_lt(tw_test_feed_json(t, b.s, 8, TW_TEST_DENSE), 0);
		snprintf(row, sizeof row, "%s", cases[i][1]);
		cr_assert(strstr(tw_test_error(t), row), "%s", tw_test_error(t));
		tw_test_close(t);
		free(b.s);
	}
}

Test(operator, refuses_bad_config)
{
	static const char *const cases[][2] = {
		{"{\"fields\":{\"a\":\"day\"}}", "no type that a field of CSV"},
		{"{\"fields\":{\"a\":\"decimal\"}}", "a decimal needs its \"scale\""},
		{"{\"fields\":{\"a\":{\"type\":\"i64\",\"scale\":2}}}", "only a decimal has a scale"},
		{"{\"fields\":{\"a\":{\"type\":\"decimal\",\"scale\":19}}}", "a scale is 0 to 18"},
		{"{\"fields\":{\"a\":{\"type\":\"i64\",\"format\":\"ms\"}}}", "only a timestamp has a format"},
		{"{\"fields\":{\"a\":\"i64\"},\"header\":false}", "columns have no names"},
		{"{\"fields\":{\"a\":\"i64\"},\"header\":[\"b\"]}", "no column \"a\" in the list"},
		{"{\"fields\":{\"a\":{\"type\":\"i64\",\"at\":2}},\"header\":[\"b\"]}", "there is no such column"},
		{"{\"fields\":{\"a\":\"i64\"},\"header\":[]}", "a list of 1 to 4096 names"},
		{"{\"fields\":{\"a\":\"i64\"},\"separator\":\";;\"}", "one ASCII character"},
		{"{\"fields\":{\"a\":\"i64\"},\"separator\":\"\\n\"}", "one ASCII character"},
		{"{\"fields\":{\"a\":\"i64\"},\"separator\":\"\\\"\"}", "this is the separator, too"},
		{"{\"fields\":{\"a\":\"i64\"},\"from\":\"n\"}", "is of type i64"},
		{"{\"fields\":{\"a\":\"i64\"},\"file\":\"line\",\"header\":[\"a\"]}", "does not matter"},
	};
	struct tw_test *t;
	uint32_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_assert_neq(tw_test_open(kind(), cases[i][0], "line:str,n:i64", &t), 0, "%s", cases[i][0]);
		cr_assert(strstr(tw_test_error(t), cases[i][1]), "%s: %s", cases[i][0], tw_test_error(t));
		tw_test_close(t);
	}
}

/* The header is read once, so not by several. */
Test(operator, reads_header_rows_in_one_instance)
{
	const struct tw_test_options second = {.instance = 1};
	struct tw_test *t;

	cr_assert_neq(tw_test_open_with(kind(), "{\"fields\":{\"a\":\"i64\"}}", "line:str", &second, &t), 0);
	tw_test_close(t);
	cr_assert_eq(
		tw_test_open_with(kind(), "{\"fields\":{\"a\":\"i64\"},\"header\":[\"a\"]}", "line:str", &second, &t),
		0);
	tw_test_close(t);
}

/* Records longer than what marks can hold, and one as long as that. */
Test(operator, reads_long_records)
{
	char *text = malloc(4 * WINDOW);
	uint32_t len;

	for (len = WINDOW - 8; len < 3 * WINDOW; len += len < WINDOW + 8 ? 1 : 4999) {
		const int quoted = len % 2;
		struct buf rows = {0}, want = {0};
		struct tw_test *t;
		int n;

		n = snprintf(text, 16, "7,%s", quoted ? "\"," : "");
		memset(text + n, 'x', len);
		snprintf(text + n + len, 16, "%s,8", quoted ? "\"\"\"" : "");
		buf_row(&rows, text, strlen(text));
		buf_row(&rows, "1,y,2", 5);
		buf_text(&want, "{\"a\":7,\"s\":");
		text[n + len] = '"'; /* once */
		buf_json(&want, text + n - quoted, len + 2 * (uint32_t)quoted);
		buf_text(&want, ",\"b\":8}\n{\"a\":1,\"s\":\"y\",\"b\":2}\n");
		cr_assert_eq(tw_test_open(kind(),
					  "{\"fields\":{\"a\":\"i64\",\"s\":\"str\",\"b\":\"i64\"},"
					  "\"header\":[\"a\",\"s\",\"b\"]}",
					  "line:bytes", &t),
			     0);
		cr_assert_eq(tw_test_feed_json(t, rows.s, 8, TW_TEST_DENSE), 0);
		cr_assert_str_eq(tw_test_rows(t, 0), want.s, "%u: %s", len, tw_test_errs(t));
		tw_test_close(t);
		free(rows.s);
		free(want.s);
	}
	free(text);
}
