/* test_operator.c - parse_json in the fake host: columns, errors, config, batches of
 * all sizes and selections. */
#include <criterion/criterion.h>

#include "help.h"

#include <tw_test.h>

static const struct tw_kind *kind(void)
{
	return tw_plugin.kinds[0];
}

/* Text that grows. */
struct buf {
	char *s;
	size_t len, cap;
};

static void add(struct buf *b, const char *s, size_t len)
{
	if (b->len + len + 1 > b->cap) {
		b->cap = 2 * (b->len + len + 1);
		b->s = realloc(b->s, b->cap);
	}
	memcpy(b->s + b->len, s, len);
	b->len += len;
	b->s[b->len] = '\0';
}

/* A row whose column "line" holds a document. */
static void add_row(struct buf *b, const char *doc)
{
	char c[8];

	add(b, "{\"line\":\"", 9);
	for (; *doc; doc++) {
		if (*doc == '"' || *doc == '\\')
			snprintf(c, sizeof c, "\\%c", *doc);
		else
			snprintf(c, sizeof c, (unsigned char)*doc < 0x20 ? "\\u%04x" : "%c", *doc);
		add(b, c, strlen(c));
	}
	add(b, "\"}\n", 3);
}

static char *rows_of(const char *const *docs)
{
	struct buf b = {0};

	for (; *docs; docs++)
		add_row(&b, *docs);
	return b.s;
}

/* The operator on these documents, dense, in batches of 8. */
static struct tw_test *run(const char *config, const char *const *docs)
{
	char *rows = rows_of(docs);
	struct tw_test *t;

	cr_assert_eq(tw_test_open(kind(), config, "line:str", &t), 0, "%s", tw_test_error(t));
	cr_assert_eq(tw_test_feed_json(t, rows, 8, TW_TEST_DENSE), 0);
	cr_assert_eq(tw_test_finish(t), 0);
	free(rows);
	return t;
}

static void check(const char *config, const char *doc, const char *row, const char *err)
{
	struct tw_test *t = run(config, (const char *const[]){doc, NULL});
	char want[512];

	cr_assert_str_eq(tw_test_rows(t, 0), row, "%s: %s%s", doc, tw_test_rows(t, 0), tw_test_errs(t));
	snprintf(want, sizeof want, "{\"reason\":\"%s\",", err);
	if (*err)
		cr_assert_eq(strncmp(tw_test_errs(t), want, strlen(want)), 0, "%s: %s", doc, tw_test_errs(t));
	else
		cr_assert_str_eq(tw_test_errs(t), "", "%s: %s", doc, tw_test_errs(t));
	tw_test_close(t);
}

static const char all_types[] =
	"{\"fields\":{\"b\":\"bool\",\"i32\":\"i32\",\"i64\":\"i64\",\"u32\":\"u32\",\"u64\":\"u64\",\"f32\":\"f32\","
	"\"f64\":\"f64\",\"ts\":\"timestamp\",\"s\":\"str\",\"raw\":\"bytes\"}}";

Test(operator, makes_columns_of_all_types)
{
	struct tw_test *t =
		run(all_types,
		    (const char *const[]){
			    "{\"b\":true,\"i32\":-2147483648,\"i64\":9223372036854775807,\"u32\":4294967295,"
			    "\"u64\":9223372036854775807,\"f32\":0.5,\"f64\":-0.1,\"ts\":\"2026-01-02T03:04:05.678Z\","
			    "\"s\":\"text of more than twelve bytes\",\"raw\":[1, {\"x\": \"y\"}]}",
			    "{\"b\":false,\"i32\":1e3,\"i64\":-1.0,\"u32\":0,\"u64\":-0,\"f32\":1,\"f64\":1e300,"
			    "\"ts\":\"1970-01-01T00:00:00+01:00\",\"s\":\"\",\"raw\":\"q\"}",
			    "{\"raw\":null,\"b\":null}", NULL});

	cr_assert_str_eq(tw_test_schema(t, 0),
			 "b:bool?,i32:i32?,i64:i64?,u32:u32?,u64:u64?,f32:f32?,f64:f64?,ts:timestamp?,"
			 "s:str?,raw:bytes?");
	cr_assert_str_eq(
		tw_test_rows(t, 0),
		"{\"b\":true,\"i32\":-2147483648,\"i64\":9223372036854775807,\"u32\":4294967295,"
		"\"u64\":9223372036854775807,\"f32\":0.5,\"f64\":-0.10000000000000001,\"ts\":1767323045678000000,"
		"\"s\":\"text of more than twelve bytes\",\"raw\":\"[1, {\\\"x\\\": \\\"y\\\"}]\"}\n"
		"{\"b\":false,\"i32\":1000,\"i64\":-1,\"u32\":0,\"u64\":0,\"f32\":1,\"f64\":1.0000000000000001e+300,"
		"\"ts\":-3600000000000,\"s\":\"\",\"raw\":\"\\\"q\\\"\"}\n"
		"{\"b\":null,\"i32\":null,\"i64\":null,\"u32\":null,\"u64\":null,\"f32\":null,\"f64\":null,"
		"\"ts\":null,\"s\":null,\"raw\":null}\n",
		"%s", tw_test_rows(t, 0));
	cr_assert_str_eq(tw_test_errs(t), "");
	tw_test_close(t);
}

Test(operator, says_what_is_wrong_with_a_value)
{
	static const struct {
		const char *doc, *reason;
	} cases[] = {
		{"{\"b\":1}", "\\\"b\\\" is a number, not bool, at byte 5"},
		{"{\"b\":\"true\"}", "\\\"b\\\" is a string, not bool, at byte 5"},
		{"{\"i32\":true}", "\\\"i32\\\" is a bool, not i32, at byte 7"},
		{"{\"i32\":2147483648}", "\\\"i32\\\" is out of the range of i32 at byte 7"},
		{"{\"i32\":-2147483649}", "\\\"i32\\\" is out of the range of i32 at byte 7"},
		{"{\"i64\":1.5}", "\\\"i64\\\" is not a whole number at byte 7"},
		{"{\"i64\":9223372036854775808}", "\\\"i64\\\" is out of the range of i64 at byte 7"},
		{"{\"i64\":\"1\"}", "\\\"i64\\\" is a string, not i64, at byte 7"},
		{"{\"u32\":-1}", "\\\"u32\\\" is out of the range of u32 at byte 7"},
		{"{\"u32\":4294967296}", "\\\"u32\\\" is out of the range of u32 at byte 7"},
		{"{\"u64\":-1}", "\\\"u64\\\" is out of the range of u64 at byte 7"},
		{"{\"u64\":18446744073709551616}", "\\\"u64\\\" is out of the range of u64 at byte 7"},
		{"{\"f32\":1e39}", "\\\"f32\\\" is out of the range of f32 at byte 7"},
		{"{\"f64\":1e309}", "\\\"f64\\\" is out of the range of f64 at byte 7"},
		{"{\"f64\":{}}", "\\\"f64\\\" is a map, not f64, at byte 7"},
		{"{\"ts\":1}", "\\\"ts\\\" is a number, not timestamp, at byte 6"},
		{"{\"ts\":\"today\"}", "\\\"ts\\\" is not a time as in RFC 3339 at byte 6"},
		{"{\"ts\":\"1500-01-01T00:00:00Z\"}", "\\\"ts\\\" is out of the range of timestamp at byte 6"},
		{"{\"s\":[]}", "\\\"s\\\" is a list, not str, at byte 5"},
		{"{\"s\":1}", "\\\"s\\\" is a number, not str, at byte 5"},
		/* of two, bad JSON comes first */
		{"{\"s\":1,\"t\":01}", "expected a comma or \\\"}\\\" at byte 12"},
		{"{\"unwanted\":tru}", "expected a value at byte 12"},
		{"{\"s\":\"\\ud800\"}", "bad escape in a string at byte 6"},
		{"x", "expected a value at byte 0"},
	};
	uint32_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		check(all_types, cases[i].doc, "", cases[i].reason);
}

Test(operator, takes_times_as_numbers_and_values_by_pointer)
{
	static const char config[] = "{\"fields\":{\"s\":{\"type\":\"timestamp\",\"at\":\"/t/0\",\"format\":\"s\"},"
				     "\"ms\":{\"type\":\"timestamp\",\"at\":\"/t/1\",\"format\":\"ms\"},"
				     "\"us\":{\"type\":\"timestamp\",\"at\":\"/t/2\",\"format\":\"us\"},"
				     "\"ns\":{\"type\":\"timestamp\",\"at\":\"/t/3\",\"format\":\"ns\"},"
				     "\"text\":{\"type\":\"timestamp\",\"at\":\"/user/a~1b\",\"format\":\"rfc3339\"},"
				     "\"user\":\"bytes\",\"all\":{\"type\":\"bytes\",\"at\":\"\"},\"again\":{\"type\":"
				     "\"str\",\"at\":\"/user/a~1b\"}}}";

	check(config, "{\"t\":[1.5,1500.25,3,4],\"user\":{\"a/b\":\"1970-01-01T00:00:00\\u005a\"}}",
	      "{\"s\":1500000000,\"ms\":1500250000,\"us\":3000,\"ns\":4,\"text\":0,"
	      "\"user\":\"{\\\"a/b\\\":\\\"1970-01-01T00:00:00\\\\u005a\\\"}\","
	      "\"all\":\"{\\\"t\\\":[1.5,1500.25,3,4],\\\"user\\\":{\\\"a/"
	      "b\\\":\\\"1970-01-01T00:00:00\\\\u005a\\\"}}\","
	      "\"again\":\"1970-01-01T00:00:00Z\"}\n",
	      "");
	check(config, "{\"t\":[\"1.5\"]}", "", "\\\"s\\\" is a string, not timestamp, at byte 6");
	check(config, "{\"t\":[1e300]}", "", "\\\"s\\\" is out of the range of timestamp at byte 6");
}

Test(operator, required_fields_must_be_there)
{
	static const char config[] =
		"{\"keep\":true,\"fields\":{\"a\":{\"type\":\"i64\",\"required\":true},\"b\":\"i64\"}}";
	struct tw_test *t = run(config, (const char *const[]){"{\"a\":1}", "{\"b\":1}", "{\"a\":null}", NULL});

	cr_assert_str_eq(tw_test_schema(t, 0), "line:str,a:i64,b:i64?");
	cr_assert_str_eq(tw_test_rows(t, 0), "{\"line\":\"{\\\"a\\\":1}\",\"a\":1,\"b\":null}\n");
	cr_assert_str_eq(tw_test_errs(t),
			 "{\"reason\":\"\\\"a\\\" is missing\",\"data\":\"{\\\"b\\\":1}\"}\n"
			 "{\"reason\":\"\\\"a\\\" is null at byte 5\",\"data\":\"{\\\"a\\\":null}\"}\n");
	tw_test_close(t);
}

Test(operator, empty_lines_are_counted_and_batches_without_rows_are_dropped)
{
	struct tw_test *t =
		run("{\"fields\":{\"a\":\"i64\"}}", (const char *const[]){"", "  \t", "\r", "nonsense", NULL});

	cr_assert_eq(tw_test_counter(t, "empty"), 3);
	cr_assert_eq(tw_test_batches(t, 0), 0);
	cr_assert_str_eq(tw_test_errs(t), "{\"reason\":\"expected a value at byte 0\",\"data\":\"nonsense\"}\n");
	tw_test_close(t);
}

Test(operator, a_line_that_is_null_is_an_error)
{
	struct tw_test *t;

	cr_assert_eq(tw_test_open(kind(), "{\"from\":\"text\",\"fields\":{\"a\":\"i64\"}}", "text:bytes?", &t), 0, "%s",
		     tw_test_error(t));
	cr_assert_eq(tw_test_feed_json(t, "{\"text\":null}\n{\"text\":\"{\\\"a\\\":1}\"}", 8, TW_TEST_DENSE), 0);
	cr_assert_str_eq(tw_test_rows(t, 0), "{\"a\":1}\n");
	cr_assert_str_eq(tw_test_errs(t), "{\"reason\":\"the line is null\",\"data\":null}\n");
	tw_test_close(t);
}

/* Where no new text can be had, text without escapes still arrives: it is not copied. */
Test(operator, text_without_escapes_is_not_copied)
{
	char *rows = rows_of((const char *const[]){
		"{\"s\":\"text of more than twelve bytes\",\"n\":1}", "{\"s\":\"short\\nwith one\",\"n\":2}",
		"{\"s\":\"a\\u0062c\",\"n\":3}", "{\"s\":\"more than twelve bytes\\twith one\",\"n\":4}", NULL});
	struct tw_test *t;

	cr_assert_eq(tw_test_open(kind(), "{\"fields\":{\"s\":\"str\",\"n\":\"i64\"}}", "line:str", &t), 0);
	tw_test_set(t, "text", 0);
	cr_assert_eq(tw_test_feed_json(t, rows, 8, TW_TEST_DENSE), 0);
	cr_assert_str_eq(tw_test_rows(t, 0),
			 "{\"s\":\"text of more than twelve bytes\",\"n\":1}\n{\"s\":\"abc\",\"n\":3}\n");
	cr_assert_str_eq(tw_test_errs(t),
			 "{\"reason\":\"\\\"s\\\" has no room for its unescaped text at byte 5\","
			 "\"data\":\"{\\\"s\\\":\\\"short\\\\nwith one\\\",\\\"n\\\":2}\"}\n"
			 "{\"reason\":\"\\\"s\\\" has no room for its unescaped text at byte 5\","
			 "\"data\":\"{\\\"s\\\":\\\"more than twelve bytes\\\\twith one\\\",\\\"n\\\":4}\"}\n",
			 "%s", tw_test_errs(t));
	tw_test_close(t);
	free(rows);
}

static void refused(const char *config, const char *input, const char *error)
{
	struct tw_test *t;

	cr_assert_lt(tw_test_open(kind(), config, input, &t), 0, "%s", config);
	cr_assert_not_null(strstr(tw_test_error(t), error), "%s: %s", config, tw_test_error(t));
	tw_test_close(t);
}

Test(operator, refuses_a_config_that_makes_no_sense)
{
	refused("{\"fields\":{\"a\":\"i64\"}}", "text:str", "at=/from: the input has no field \"line\"");
	refused("{\"fields\":{\"a\":\"i64\"}}", "line:i64",
		"at=/from: a document is of type str or bytes, and \"line\" is of type i64");
	refused("{\"fields\":{\"a\":\"int\"}}", "line:str", "at=/fields/a: this is no type");
	refused("{\"fields\":{\"a\":\"decimal\"}}", "line:str", "at=/fields/a: this is no type");
	refused("{\"fields\":{\"a\":{\"type\":\"string\"}}}", "line:str", "at=/fields/a/type: this is no type");
	refused("{\"fields\":{\"a\":{\"at\":\"/a\"}}}", "line:str", "at=/fields/a: this is no type");
	refused("{\"fields\":{\"a\":{\"type\":\"i64\",\"at\":\"a\"}}}", "line:str",
		"at=/fields/a/at offset=0: a JSON pointer");
	refused("{\"fields\":{\"a\":{\"type\":\"i64\",\"at\":\"/ab~2\"}}}", "line:str",
		"at=/fields/a/at offset=3: in a JSON pointer");
	refused("{\"fields\":{\"a\":{\"type\":\"i64\",\"at\":\"/ab~\"}}}", "line:str",
		"at=/fields/a/at offset=3: in a JSON pointer");
	refused("{\"fields\":{\"a\":{\"type\":\"i64\",\"format\":\"ms\"}}}", "line:str",
		"at=/fields/a/format: only a timestamp");
	refused("{\"fields\":{\"a\":{\"type\":\"timestamp\",\"format\":\"iso\"}}}", "line:str",
		"at=/fields/a/format: this is no format");
	refused("{\"fields\":{\"a\":\"i64\",\"b\":{\"type\":\"str\",\"at\":\"/a/b\"}}}", "line:str",
		"at=/fields/a: other fields lie below this place, so its value can be no i64");
	refused("{\"fields\":{\"b\":{\"type\":\"str\",\"at\":\"/a/b\"},\"c\":{\"type\":\"str\",\"at\":\"/a\"}}}",
		"line:str", "at=/fields/c/at: other fields lie below this place, so its value can be no str");
	refused("{\"keep\":true,\"fields\":{\"line\":\"i64\"}}", "line:str",
		"at=/fields/line: there is a column \"line\" already");
}

Test(operator, a_pointer_has_at_most_64_tokens)
{
	char config[1024] = "{\"fields\":{\"a\":{\"type\":\"i64\",\"at\":\"";
	struct tw_test *t;
	uint32_t i;

	for (i = 0; i < 64; i++)
		strcat(config, "/x");
	strcat(config, "/x\"}}}");
	refused(config, "line:str", "at=/fields/a/at offset=128: no document that is accepted is that deep");
	strcpy(config + strlen(config) - 6, "\"}}}");
	cr_assert_eq(tw_test_open(kind(), config, "line:str", &t), 0, "%s", tw_test_error(t));
	tw_test_close(t);
}

Test(operator, a_field_may_be_named_as_the_line_that_is_left_out)
{
	check("{\"fields\":{\"line\":\"i64\"}}", "{\"line\":7}", "{\"line\":7}\n", "");
}

/* A random record, and the row that must come of it; 0: none. */
static int random_record(uint64_t *state, uint32_t n, struct buf *doc, struct buf *want)
{
	static const char *const texts[] = {"", "x", "twelve bytes", "thirteen byte", "some text that is rather long"};
	static const char *const inner[] = {"one\\ntwo", "\\u00e9", "much\\tmore text than fits into a view\\t",
					    "\\ud83d\\ude00"};
	static const char *const plain[] = {"one\\ntwo", "\xc3\xa9", "much\\tmore text than fits into a view\\t",
					    "\xf0\x9f\x98\x80"};
	const uint32_t t = random_below(state, 5), e = random_below(state, 4), gap = random_below(state, 3);
	const int64_t i = (int64_t)random_next(state) >> random_below(state, 64);
	const int b = (int)random_below(state, 2), has_inner = (int)random_below(state, 3) > 0;
	char text[512];

	switch (random_below(state, 12)) {
	case 0: add_row(doc, random_below(state, 2) ? "" : " \t "); return 0;
	case 1: add_row(doc, "{\"n\":1,}"); return 0;
	case 2: add_row(doc, "{\"i\":1,\"n\":\"of another type\"}"); return 0;
	case 3: add_row(doc, "[]"); return 0;
	default: break;
	}
	snprintf(text, sizeof text,
		 "{%s\"n\":%u,\"s\":\"%s\",\"other\":{\"s\":[\"x\"]},\"b\":%s,\"o\":{%s%s%s},\"i\":%lld%s}",
		 gap ? "" : " ", n, texts[t], b ? "true" : "false", has_inner ? "\"e\":\"" : "",
		 has_inner ? inner[e] : "", has_inner ? "\"" : "", (long long)i, gap == 1 ? "\n" : "");
	add_row(doc, text);
	snprintf(text, sizeof text, "{\"n\":%u,\"s\":\"%s\",\"e\":%s%s%s,\"b\":%s,\"i\":%lld}\n", n, texts[t],
		 has_inner ? "\"" : "", has_inner ? plain[e] : "null", has_inner ? "\"" : "", b ? "true" : "false",
		 (long long)i);
	add(want, text, strlen(text));
	return 1;
}

Test(operator, random_records_come_out_the_same_in_every_way, .timeout = 120)
{
	static const char config[] = "{\"fields\":{\"n\":{\"type\":\"u32\",\"required\":true},\"s\":\"str\","
				     "\"e\":{\"type\":\"str\",\"at\":\"/o/e\"},\"b\":\"bool\",\"i\":\"i64\"}}";
	struct buf doc = {0}, want = {0};
	uint64_t state = 21;
	uint32_t i, kept = 0;
	char *got;

	printf("seed 21\n");
	for (i = 0; i < 1200; i++)
		kept += (uint32_t)random_record(&state, i, &doc, &want);
	cr_assert_gt(kept, 600);
	got = tw_test_every_way(kind(), config, "line:str", doc.s, 0, 0);
	cr_assert_str_eq(got, want.s);
	free(got);
	free(doc.s);
	free(want.s);
}
