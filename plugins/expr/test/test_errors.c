/* What is wrong with an expression, and where the caret stands; and that no text at all,
 * however strange, does more than give an error. */
#include "run.h"

#include <criterion/criterion.h>

struct sample {
	const char *expr;
	int offset;
	const char *what; /* a part of the message */
	const char *help; /* a part of the help, or NULL */
};

static const struct sample samples[] = {
	{"nam = 1", 0, "no column \"nam\"", "name"},
	{"i + lenght(s)", 4, "no function \"lenght\"", "length"},
	{"i = 'x'", 2, "i64 can't be compared with str", "cast"},
	{"ts > '2026-01-01'", 3, "timestamp can't be compared with str", "ts('"},
	{"ts > 5", 3, "timestamp can't be compared with i64", "epoch_s"},
	{"s + 'x'", 0, "\"+\" takes numbers, not str", "concat"},
	{"i * s", 4, "\"*\" takes numbers, not str", NULL},
	{"i and b", 0, "and takes a bool, not i64", "compare it"},
	{"b or (i + 1)", 8, "or takes a bool, not i64", NULL},
	{"not s", 4, "not takes a bool, not str", NULL},
	{"i = ", 4, "the expression ends here, but a value is missing", NULL},
	{"", 0, "a value is missing", NULL},
	{"(i = 1", 6, "\")\" is missing", NULL},
	{"i = 1)", 5, "an operator or the end should stand here, not \")\"", NULL},
	{"i 5", 2, "an operator or the end should stand here, not \"5\"", NULL},
	{"s = 'abc", 4, "no closing quote", "twice"},
	{"\"nam", 0, "no closing \"", NULL},
	{"i & 1", 2, "no meaning here", NULL},
	{"5x", 1, "no unit of time", "ms"},
	{"99999999999999999999", 0, "the number is too large", "f64"},
	{"1.5s", 0, "this is no number", "whole number"},
	{"1 < i < 9", 6, "can't be chained", "and"},
	{"s || i", 5, "a text should stand here, not i64", "cast"},
	{"s || ", 5, "a value is missing", NULL},
	{"split_part(s, 'a', 'b')", 19, "an integer should stand here, not str", NULL},
	{"length(i)", 7, "a text should stand here, not i64", "cast"},
	{"length()", 0, "length() takes 1 argument, not 0", NULL},
	{"b = substr(s)", 4, "substr() takes 2 to 3 arguments, not 1", NULL},
	{"substr(s, 'a')", 10, "an integer should stand here, not str", NULL},
	{"cast(i as int)", 10, "no type \"int\"", "i64"},
	{"cast(ts as bool)", 0, "timestamp can't be cast to bool", NULL},
	{"cast(i, str)", 6, "\"as\" should stand here", NULL},
	{"i in (1, o)", 9, "constants only", "or"},
	{"i in ()", 6, "a value should stand here", NULL},
	{"i in (1, 'a')", 9, "i64 can't be compared with str", NULL},
	{"b in (true)", 2, "not for bools", NULL},
	{"case when b then 1 else 'x' end", 24, "this is str, but a value before is i64", NULL},
	{"case i when 1 then 2 end", 5, "\"when\" should stand here", NULL},
	{"case when b then 1", 18, "\"end\" is missing", NULL},
	{"if(i, 1, 2)", 3, "if() takes a bool, not i64", NULL},
	{"coalesce(null, null)", 0, "all arguments are null", "cast(null"},
	{"coalesce(i, s)", 12, "this is str, but an argument before is i64", NULL},
	{"date_trunc('week', ts)", 11, "a unit of time", "'hour'"},
	{"date_trunc('hour', i)", 19, "a timestamp should stand here, not i64", NULL},
	{"trunc(ts, -5s)", 10, "must be more than 0", NULL},
	{"ts('tomorrow')", 3, "no moment", "2026"},
	{"ts(s)", 3, "written out", "cast"},
	{"hour(i)", 5, "a timestamp should stand here, not i64", NULL},
	{"ts + ts", 3, "timestamp and timestamp", "t + 5s"},
	{"ts * 2", 3, "timestamp and i64", NULL},
	{"f div 2", 2, "\"div\" takes integers", "f64"},
	{"abs(s)", 4, "a number should stand here, not str", NULL},
	{"d < 9000000000000000000", 4, "too large for a decimal(2)", "100.0"},
	{"null", 0, "a null by itself has no type", "cast(null"},
	{"i is 5", 5, "\"null\" should stand here", NULL},
	{"i not 5", 6, "\"in\", \"between\" or \"like\" should stand here", NULL},
	{"i between 1", 11, "\"and\" is missing", NULL},
	{"s like 5", 7, "a text should stand here, not i64", NULL},
	{"least(b, q)", 6, "not for bools", NULL},
	{"1e999", 0, "too large for an f64", NULL},
};

static struct tw_test *fails(const char *config)
{
	struct tw_test *t;

	cr_assert_neq(tw_test_open(kind(), config, COLUMNS ",name:str", &t), 0, "%s is taken", config);
	return t;
}

Test(expr_errors, say_where_and_what)
{
	char config[1000], want[80];
	size_t i;

	for (i = 0; i < sizeof samples / sizeof *samples; i++) {
		struct tw_test *t;

		set_config(samples[i].expr, config, sizeof config);
		t = fails(config);
		snprintf(want, sizeof want, "at=/set/r offset=%d:", samples[i].offset);
		cr_expect(strncmp(tw_test_error(t), want, strlen(want)) == 0, "%s: %s, not %s", samples[i].expr,
			  tw_test_error(t), want);
		cr_expect(strstr(tw_test_error(t), samples[i].what) != NULL, "%s: %s", samples[i].expr,
			  tw_test_error(t));
		cr_expect(!samples[i].help || strstr(strchr(tw_test_error(t), '('), samples[i].help), "%s: %s",
			  samples[i].expr, tw_test_error(t));
		tw_test_close(t);
	}
}

static int lines(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

Test(expr_errors, one_for_each_expression)
{
	struct tw_test *t = fails("{\"where\":\"nope = 1\",\"set\":{\"p\":\"i +\",\"r\":\"p + 1\",\"v\":\"s + 1\"},"
				  "\"having\":\"i\",\"drop\":[\"q\",\"qq\"]}");

	/* r uses p, whose error was told: nothing more about it */
	cr_expect_eq(lines(tw_test_error(t)), 5, "%s", tw_test_error(t));
	tw_test_close(t);
}

Test(expr_errors, of_the_config)
{
	struct tw_test *t = fails("{}");

	cr_expect(strstr(tw_test_error(t), "nothing to do") != NULL, "%s", tw_test_error(t));
	tw_test_close(t);
	t = fails("{\"keep\":[\"i\"],\"drop\":[\"n\"]}");
	cr_expect(strstr(tw_test_error(t), "exclude each other") != NULL, "%s", tw_test_error(t));
	tw_test_close(t);
	t = fails("{\"keep\":[\"i\",\"nmae\"]}");
	cr_expect_str_eq(tw_test_error(t), "at=/keep/1: there is no column \"nmae\" (did you mean \"name\"?)\n");
	tw_test_close(t);
	t = fails("{\"where\":\"i + 1\"}");
	cr_expect(strncmp(tw_test_error(t), "at=/where offset=2: where takes a bool, not i64", 47) == 0, "%s",
		  tw_test_error(t));
	tw_test_close(t);
}

static void too_much(const char *expr, const char *what)
{
	static char config[60000];
	struct tw_test *t;

	set_config(expr, config, sizeof config);
	t = fails(config);
	cr_expect(strstr(tw_test_error(t), what) != NULL, "%s", tw_test_error(t));
	tw_test_close(t);
}

static void repeat(char *to, const char *piece, int times)
{
	to += strlen(to);
	for (; times; times--)
		to += sprintf(to, "%s", piece);
}

Test(expr_errors, limits)
{
	static char s[30000], config[60000];
	struct tw_test *t;
	int opened;

	repeat(s, "(", 2000);
	too_much(s, "nested more than 64");
	s[0] = 0;
	repeat(s, "not ", 2000);
	too_much(s, "nested more than 64");
	s[0] = 0;
	repeat(s, "- ", 2000);
	too_much(s, "nested more than 64");
	s[0] = 0;
	repeat(s, "case when b then ", 500);
	too_much(s, "nested more than 64");
	s[0] = 0;
	repeat(s, "1 + ", 2000);
	strcat(s, "1");
	too_much(s, "more than 256 operators deep");
	s[0] = 0;
	repeat(s, "i is null ", 1);
	repeat(s, "is null ", 1000);
	too_much(s, "more than 256 operators deep");
	s[0] = 0;
	repeat(s, "1 + ", 5000);
	too_much(s, "longer than 16384 bytes");
	s[0] = 0;
	repeat(s, "(", 60);
	strcat(s, "i");
	repeat(s, ")", 60);
	repeat(s, " + 1", 200);
	set_config(s, config, sizeof config);
	opened = tw_test_open(kind(), config, COLUMNS, &t);
	cr_assert_eq(opened, 0, "%s", tw_test_error(t));
	tw_test_feed_json(t, ROW, 1, TW_TEST_DENSE);
	tw_test_finish(t);
	cr_expect_str_eq(tw_test_rows(t, 0), "{\"r\":207}\n");
	tw_test_close(t);
}

static uint64_t seed;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % n;
}

/* Bind, and if it is an expression after all, run it. */
static int attempt(const char *expr)
{
	static char config[8000];
	struct tw_test *t;
	int bad;

	set_config(expr, config, sizeof config);
	bad = tw_test_open(kind(), config, COLUMNS, &t);
	if (bad)
		cr_assert(tw_test_error(t)[0] != 0, "no reason given for %s", expr);
	else
		cr_assert_eq(tw_test_feed_json(t, ROW ROW, 2, TW_TEST_DECOYS), 0);
	if (!bad)
		tw_test_finish(t);
	tw_test_close(t);
	return !bad;
}

Test(expr_errors, random_bytes_do_no_harm, .timeout = 120)
{
	static const char set[] = "abinqstx()+-*/%<>=!'\"., 0159eE_#$\\\n\t";
	char s[100];
	uint32_t i, k, n;

	seed = 20260102;
	printf("seed %llu\n", (unsigned long long)seed);
	for (i = 0; i < 3000; i++) {
		n = rnd(60);
		for (k = 0; k < n; k++)
			s[k] = i % 3 ? set[rnd(sizeof set - 1)] : (char)(32 + rnd(95));
		s[n] = 0;
		attempt(s);
	}
}

Test(expr_errors, random_tokens_do_no_harm, .timeout = 240)
{
	static const char *const tokens[] = {
		"i",         "n",         "j",
		"u",         "w",         "f",
		"g",         "b",         "z",
		"s",         "t",         "e",
		"sn",        "ts",        "d",
		"d3",        "y",         "x",
		"xl",        "(",         ")",
		"(",         ")",         "and",
		"or",        "not",       "=",
		"<",         ">=",        "+",
		"-",         "*",         "/",
		"%",         "div",       "is null",
		"in (1, 2)", "in ('a')",  "like",
		"'a%'",      "between",   "case when",
		"then",      "else",      "end",
		"1",         "0",         "2.5",
		"5s",        "null",      "true",
		"'hello'",   ",",         "length(",
		"upper(",    "coalesce(", "if(",
		"concat(",   "substr(",   "cast(",
		"as i64)",   "as str)",   "as timestamp)",
		"trunc(",    "now()",     "hash(",
		"least(",    "nullif(",   "date_trunc('month',",
		"hour(",     "replace(",  "trim(",
		"sqrt(",     "abs(",      "9223372036854775807",
	};
	uint32_t i, k, n, good = 0;
	char s[600];

	seed = 20260102;
	printf("seed %llu\n", (unsigned long long)seed);
	for (i = 0; i < 20000; i++) {
		size_t at = 0;

		n = 1 + rnd(i % 2 ? 5 : 14);
		for (k = 0; k < n; k++)
			at += (size_t)sprintf(s + at, "%s ", tokens[rnd(sizeof tokens / sizeof *tokens)]);
		good += (uint32_t)attempt(s);
	}
	cr_expect_gt(good, 100u, "only %u were expressions", good);
}
