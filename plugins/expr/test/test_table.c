/* Each expression over one row, with the value it must have. */
#include "table.h"

Test(expr, literals)
{
	static const struct sample samples[] = {
		{"1", "1"},
		{"-1", "-1"},
		{"9223372036854775807", "9223372036854775807"},
		{"-9223372036854775808", "-9223372036854775808"},
		{"18446744073709551615", "18446744073709551615"},
		{"1.5", "1.5"},
		{".5", "0.5"},
		{"1e3", "1000"},
		{"1E-2 * 100", "1"},
		{"'it''s'", "\"it's\""},
		{"''", "\"\""},
		{"true", "true"},
		{"FALSE", "false"},
		{"cast(null as i64)", "null"},
		{"5ns", "5"},
		{"5us", "5000"},
		{"10ms", "10000000"},
		{"5s", "5000000000"},
		{"1m", "60000000000"},
		{"1h", "3600000000000"},
		{"2d", "172800000000000"},
		{"ts('2026-01-02T03:04:05.123456789Z')", "1767323045123456789"},
		{"ts('1970-01-01')", "0"},
		{"ts('1969-12-31 23:59:59')", "-1000000000"},
		{"ts('1970-01-01T01:00:00+01:00')", "0"},
		{"ts('1970-01-01T00:00:00-0130')", "5400000000000"},
		{"ts('1677-09-21T00:12:43.145224192Z')", "-9223372036854775808"},
		{"ts('2262-04-11T23:47:16.854775807Z')", "9223372036854775807"},
		{"'a constant text of more than twelve bytes'", "\"a constant text of more than twelve bytes\""},
		{"\"i\"", "7"},
		{"((((i))))", "7"},
	};

	CHECK(samples);
}

Test(expr, columns)
{
	static const struct sample samples[] = {
		{"i", "7"},
		{"n", "null"},
		{"j", "-3"},
		{"k", "2147483647"},
		{"u", "5"},
		{"w", "9"},
		{"f", "2.5"},
		{"g", "0.5"},
		{"b", "true"},
		{"z", "null"},
		{"q", "false"},
		{"s", "\"hello\""},
		{"t", "\"The quick brown fox jumps\""},
		{"e", "\"\""},
		{"sn", "null"},
		{"ts", "1767323045123456789"},
		{"d", "12345"},
		{"y", "\"hello\""},
		{"x", "\"abcd\""},
		{"xl", "\"0123456789abcdef\""},
	};

	CHECK(samples);
}

Test(expr, arithmetic)
{
	static const struct sample samples[] = {
		{"1 + 2 * 3", "7"},
		{"(1 + 2) * 3", "9"},
		{"10 - 4 - 3", "3"},
		{"i + 1", "8"},
		{"i + n", "null"},
		{"i - j", "10"},
		{"i * j", "-21"},
		{"i / 2", "3.5"},
		{"i div 2", "3"},
		{"-i div 2", "-3"},
		{"j % 2", "-1"},
		{"i % j", "1"},
		{"i / 0", "null"},
		{"i div 0", "null"},
		{"i % o", "null"},
		{"f / 0", "null"},
		{"f % 0.0", "null"},
		{"f % 1", "0.5"},
		{"k + 1", "2147483648"},
		{"9223372036854775807 + 1", "null"},
		{"i + 9223372036854775807", "null"},
		{"j - 9223372036854775807", "null"},
		{"i * 9223372036854775807", "null"},
		{"-9223372036854775808 div -1", "null"},
		{"-9223372036854775808 % -1", "0"},
		{"-cast(-9223372036854775808 as i64)", "null"},
		{"u - 5", "0"},
		{"u - 6", "null"},
		{"u + w", "14"},
		{"u * 3", "15"},
		{"u div 2", "2"},
		{"u % 3", "2"},
		{"u + i", "12"},
		{"j + u", "2"},
		{"u + 18446744073709551615", "null"},
		{"-u", "-5"},
		{"-f", "-2.5"},
		{"--i", "7"},
		{"- -i", "7"},
		{"f + g", "3"},
		{"g * 2", "1"},
		{"i + f", "9.5"},
		{"u + f", "7.5"},
		{"d + d", "24690"},
		{"d + 1", "12445"},
		{"1 - d", "-12245"},
		{"d * 2", "246.90000000000001"},
		{"d + d3", "121.95"},
		{"-d", "-12345"},
		{"d / 2", "61.725000000000001"},
		{"1e308 * 10", "\"inf\""},
	};

	CHECK(samples);
}

Test(expr, comparisons)
{
	static const struct sample samples[] = {
		{"i = 7", "true"},
		{"i == 7", "true"},
		{"i != 7", "false"},
		{"i <> 8", "true"},
		{"i < 8", "true"},
		{"i <= 7", "true"},
		{"i > 7", "false"},
		{"i >= 7", "true"},
		{"8 > i", "true"},
		{"i = null", "null"},
		{"n = n", "null"},
		{"n < 3", "null"},
		{"null = null", "null"},
		{"j < u", "true"},
		{"u > j", "true"},
		{"j >= u", "false"},
		{"u = cast(5 as i64)", "true"},
		{"u <= i", "true"},
		{"u <> i", "true"},
		{"u > -1", "true"},
		{"w > j", "true"},
		{"cast('18446744073709551615' as u64) > i", "true"},
		{"i = 7.0", "true"},
		{"f > 2", "true"},
		{"g = 0.5", "true"},
		{"f = g", "false"},
		{"cast('nan' as f64) = cast('nan' as f64)", "false"},
		{"cast('nan' as f64) <> f", "true"},
		{"cast('nan' as f64) < f", "false"},
		{"s = 'hello'", "true"},
		{"s = 'hellp'", "false"},
		{"s <> 'hell'", "true"},
		{"s < 'help'", "true"},
		{"s < 'hello '", "true"},
		{"s >= 'hello'", "true"},
		{"s > ''", "true"},
		{"e = ''", "true"},
		{"e < 'a'", "true"},
		{"t = 'The quick brown fox jumps'", "true"},
		{"t = 'The quick brown fox jumpz'", "false"},
		{"t < 'The quick brown fox jumpz'", "true"},
		{"t > s", "false"},
		{"sn = 'x'", "null"},
		{"s = y", "true"},
		{"x = 'abcd'", "true"},
		{"xl > '0123456789abcde'", "true"},
		{"b = true", "true"},
		{"b > q", "true"},
		{"z = true", "null"},
		{"d > 123", "true"},
		{"d = 123.45", "true"},
		{"d < d3", "false"},
		{"ts > ts('2026-01-01')", "true"},
		{"ts = ts('2026-01-02T03:04:05.123456789Z')", "true"},
		{"i between 7 and 9", "true"},
		{"i between 8 and 9", "false"},
		{"i not between 8 and 9", "true"},
		{"i between n and 3", "false"},
		{"i between n and 9", "null"},
		{"f between 2 and i", "true"},
		{"s between 'a' and 'i'", "true"},
		{"i + 1 = 8 and j - 1 = -4", "true"},
	};

	CHECK(samples);
}

Test(expr, logic)
{
	static const struct sample samples[] = {
		{"true and true", "true"},
		{"true and false", "false"},
		{"true and null", "null"},
		{"false and null", "false"},
		{"null and null", "null"},
		{"null and false", "false"},
		{"true or null", "true"},
		{"null or true", "true"},
		{"false or null", "null"},
		{"null or null", "null"},
		{"false or false", "false"},
		{"not true", "false"},
		{"not null", "null"},
		{"not not b", "true"},
		{"b and z", "null"},
		{"q and z", "false"},
		{"z and q", "false"},
		{"b or z", "true"},
		{"z or q", "null"},
		{"z or b", "true"},
		{"b and q", "false"},
		{"b or q", "true"},
		{"not z", "null"},
		{"not q and b", "true"},
		{"z is null", "true"},
		{"z is not null", "false"},
		{"i is null", "false"},
		{"j is null", "false"},
		{"j is not null", "true"},
		{"null is null", "true"},
		{"i + n is null", "true"},
		{"sn is null", "true"},
		{"not i is null", "true"},
		{"true or true and false", "true"},
		{"(true or true) and false", "false"},
		{"not false and false", "false"},
		{"not b = q", "true"},
	};

	CHECK(samples);
}

Test(expr, sets_and_patterns)
{
	static const struct sample samples[] = {
		{"i in (1, 7)", "true"},
		{"i in (1, 2)", "false"},
		{"i not in (1, 2)", "true"},
		{"i in (1, null)", "null"},
		{"i in (7, null)", "true"},
		{"i not in (1, null)", "null"},
		{"n in (1, 2)", "null"},
		{"i in (1 + 6)", "true"},
		{"i in (7.0, 8.5)", "true"},
		{"i in (1,2,3,4,5,6,8,9,10,11,12)", "false"},
		{"i in (12,11,10,9,8,7,6,5,4,3,2,1)", "true"},
		{"u in (-1, 5)", "true"},
		{"u in (-1)", "false"},
		{"i in (18446744073709551615)", "false"},
		{"u in (1,2,3,4,5,6,7,8,9,18446744073709551615)", "true"},
		{"f in (1, 2.5)", "true"},
		{"f in (1,2,3,4,5,6,7,8,9,10,2.5)", "true"},
		{"d in (123.45)", "true"},
		{"d in (123)", "false"},
		{"s in ('a', 'hello')", "true"},
		{"s in ('a')", "false"},
		{"sn in ('a')", "null"},
		{"s in ('a','b','c','d','e','f','g','h','i','hello')", "true"},
		{"s in ('a','b','c','d','e','f','g','h','i','hell')", "false"},
		{"t in ('a','b','c','d','e','f','g','h','i','The quick brown fox jumps')", "true"},
		{"t in ('a','b','c','d','e','f','g','h','i',null)", "null"},
		{"ts in (ts('2026-01-02T03:04:05.123456789Z'))", "true"},
		{"s like 'hello'", "true"},
		{"s like 'h%'", "true"},
		{"s like '%lo'", "true"},
		{"s like '%ell%'", "true"},
		{"s like 'h_llo'", "true"},
		{"s like '_____'", "true"},
		{"s like '____'", "false"},
		{"s like 'h%l%o'", "true"},
		{"s like '%'", "true"},
		{"s like '%%'", "true"},
		{"s like ''", "false"},
		{"e like ''", "true"},
		{"e like '%'", "true"},
		{"e like '_'", "false"},
		{"s not like 'x%'", "true"},
		{"sn like '%'", "null"},
		{"t like 'The%fox%s'", "true"},
		{"t like '%brown%cat%'", "false"},
		{"t like s", "false"},
		{"s like concat('he', '%')", "true"},
		{"'a\xc3\xa9z' like 'a_z'", "true"},
		{"'a\xc3\xa9' like '%__'", "true"},
		{"'\xe6\x97\xa5' like '%__'", "false"},
		{"s like null", "null"},
	};

	CHECK(samples);
}

Test(expr, choices)
{
	static const struct sample samples[] = {
		{"case when i > 5 then 'big' else 'small' end", "\"big\""},
		{"case when i > 9 then 'big' end", "null"},
		{"case when n > 5 then 1 when i > 5 then 2 else 3 end", "2"},
		{"case when null then 1 else 2 end", "2"},
		{"case when q then 1 when z then 2 end", "null"},
		{"case when b then i else f end", "7"},
		{"case when q then i else f end", "2.5"},
		{"case when b then null else 1 end", "null"},
		{"case when length(s) = 5 then upper(t) else lower(t) end", "\"THE QUICK BROWN FOX JUMPS\""},
		{"case when length(s) = 4 then upper(t) else lower(t) end", "\"the quick brown fox jumps\""},
		{"case when q then s when b then t end", "\"The quick brown fox jumps\""},
		{"case when i = 1 then 1 when length(s) = 5 then length(t) end", "25"},
		{"case when q then q else b end", "true"},
		{"if(b, 1, 2)", "1"},
		{"if(z, 1, 2)", "2"},
		{"if(q, 1, if(b, 2, 3))", "2"},
		{"if(b, if(q, 'x', trim(' yy ')), 'z')", "\"yy\""},
		{"coalesce(n, i)", "7"},
		{"coalesce(n, n)", "null"},
		{"coalesce(sn, 'none')", "\"none\""},
		{"coalesce(sn, upper(s), 'none')", "\"HELLO\""},
		{"coalesce(n, null, 3)", "3"},
		{"coalesce(z, q)", "false"},
		{"nullif(i, 7)", "null"},
		{"nullif(i, 8)", "7"},
		{"nullif(i, n)", "7"},
		{"nullif(s, 'hello')", "null"},
		{"nullif(t, s)", "\"The quick brown fox jumps\""},
		{"nullif(b, q)", "true"},
		{"least(i, j, 3)", "-3"},
		{"greatest(i, j, 3)", "7"},
		{"least(i, n)", "null"},
		{"least(f, i)", "2.5"},
		{"greatest(u, w)", "9"},
		{"least(s, 'goodbye')", "\"goodbye\""},
		{"greatest(s, t)", "\"hello\""},
		{"least(i)", "7"},
	};

	CHECK(samples);
}

static void shape(const char *config, const char *schema, const char *rows)
{
	struct tw_test *t;
	int opened;

	opened = tw_test_open(kind(), config, "a:i32,b:str?,c:f64?", &t);
	cr_assert_eq(opened, 0, "%s", tw_test_error(t));
	cr_expect_str_eq(tw_test_schema(t, 0), schema);
	cr_assert_eq(tw_test_feed_json(t,
				       "{\"a\":1,\"b\":\"x\",\"c\":0.5}\n{\"a\":2,\"b\":null,\"c\":null}\n"
				       "{\"a\":3,\"b\":\"z\",\"c\":1.5}\n",
				       8, TW_TEST_DENSE),
		     0);
	tw_test_finish(t);
	cr_expect_str_eq(tw_test_rows(t, 0), rows);
	tw_test_close(t);
}

Test(expr, filters_and_columns)
{
	shape("{\"where\":\"c > 1 or b is null\",\"keep\":[\"a\"]}", "a:i32", "{\"a\":2}\n{\"a\":3}\n");
	shape("{\"where\":\"c > 0\",\"drop\":[\"b\",\"c\"]}", "a:i32", "{\"a\":1}\n{\"a\":3}\n");
	shape("{\"where\":\"c > 99\"}", "a:i32,b:str?,c:f64?", "");
	shape("{\"where\":\"null\"}", "a:i32,b:str?,c:f64?", "");
	shape("{\"set\":{\"d\":\"a + 1\",\"e\":\"d * 2\"},\"having\":\"e > 4\",\"drop\":[\"b\",\"c\",\"d\"]}",
	      "a:i32,e:i64?", "{\"a\":2,\"e\":6}\n{\"a\":3,\"e\":8}\n");
	shape("{\"set\":{\"a\":\"cast(a as str)\",\"l\":\"length(a)\"},\"keep\":[\"a\",\"l\"]}", "a:str,l:i64",
	      "{\"a\":\"1\",\"l\":1}\n{\"a\":\"2\",\"l\":1}\n{\"a\":\"3\",\"l\":1}\n");
	shape("{\"where\":\"a > 1\",\"set\":{\"a\":\"a = 2\"},\"having\":\"not a\",\"drop\":[\"c\"]}", "b:str?,a:bool",
	      "{\"b\":\"z\",\"a\":false}\n");
	shape("{\"drop\":[\"b\"]}", "a:i32,c:f64?", "{\"a\":1,\"c\":0.5}\n{\"a\":2,\"c\":null}\n{\"a\":3,\"c\":1.5}\n");
	shape("{\"set\":{\"a\":\"a + 1\",\"z\":\"a\"},\"keep\":[\"z\"],\"having\":\"a < 4\"}", "z:i64?",
	      "{\"z\":2}\n{\"z\":3}\n");
}

Test(expr, types_of_results)
{
	static const struct sample samples[] = {
		{"i = 1", "r:bool?"},
		{"j = 1", "r:bool"},
		{"j", "r:i32"},
		{"j + 1", "r:i64?"},
		{"g + g", "r:f64"},
		{"w", "r:u32?"},
		{"u + 1", "r:u64?"},
		{"j / 2", "r:f64?"},
		{"d", "r:decimal(2)?"},
		{"d3 - 1", "r:decimal(3)?"},
		{"x", "r:bytes"},
		{"concat(t, y)", "r:bytes?"},
		{"concat(t, e)", "r:str"},
		{"coalesce(i, j)", "r:i64"},
		{"coalesce(i, 1.5)", "r:f64"},
		{"hash(t)", "r:u64"},
		{"now()", "r:timestamp"},
		{"cast(t as f32)", "r:f32?"},
		{"cast(j as i64)", "r:i64"},
		{"if(q, t, e)", "r:str"},
		{"if(q, t, null)", "r:str?"},
		{"n is null", "r:bool"},
		{"least(j, j)", "r:i32"},
		{"case when q then u else w end", "r:u64?"},
	};
	char config[400];
	size_t i;

	for (i = 0; i < sizeof samples / sizeof *samples; i++) {
		struct tw_test *t;
		int opened;

		set_config(samples[i].expr, config, sizeof config);
		opened = tw_test_open(kind(), config, COLUMNS, &t);
		cr_assert_eq(opened, 0, "%s", tw_test_error(t));
		cr_expect(strcmp(tw_test_schema(t, 0), samples[i].want) == 0, "%s is %s", samples[i].expr,
			  tw_test_schema(t, 0));
		tw_test_close(t);
	}
}

Test(expr, text_over_the_limit_goes_to_err)
{
	struct tw_test *t;
	static char rows[40000];
	size_t n = 0;
	int i;

	n += (size_t)snprintf(rows, sizeof rows, "{\"s\":\"short\"}\n{\"s\":\"");
	for (i = 0; i < 30000; i++)
		rows[n++] = 'x';
	snprintf(rows + n, sizeof rows - n, "\"}\n{\"s\":\"after\"}\n");
	cr_assert_eq(tw_test_open(kind(), "{\"set\":{\"r\":\"concat(s, s, s)\"},\"keep\":[\"r\"]}", "s:str", &t), 0);
	cr_assert_eq(tw_test_feed_json(t, rows, 8, TW_TEST_DENSE), 0);
	tw_test_finish(t);
	cr_expect_str_eq(tw_test_rows(t, 0), "{\"r\":\"shortshortshort\"}\n{\"r\":\"afterafterafter\"}\n");
	cr_expect_str_eq(tw_test_errs(t), "{\"reason\":\"text over the limit of the batch\",\"data\":null}\n");
	tw_test_close(t);
}
