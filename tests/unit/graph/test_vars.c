/* Variables: declared, set, filled in. */
#include "help.h"

#define VARS                                                                                                           \
	"\"vars\": {\"s\": {\"type\": \"string\", \"default\": \"x y\"}, \"n\": {\"type\": \"int\", \"default\": 7},"  \
	" \"f\": {\"type\": \"number\", \"default\": 0.1}, \"b\": {\"type\": \"bool\", \"default\": true},"            \
	" \"max-age\": {\"type\": \"duration\", \"default\": \"10s\"}, \"z\": {\"type\": \"size\", \"default\": "      \
	"\"1KiB\"}},"
#define NODES(config) "\"a\": {\"op\": \"gen\", \"config\": " config "}, \"o\": {\"op\": \"null_out\"}"

static const struct tw_json *member(const struct tried *t, const char *key)
{
	return tw_json_get(t->spec->nodes[0].config, key);
}

Test(vars, types)
{
	struct tried t = try_graph(GRAPH(VARS,
					 NODES("{\"s\": \"${s}\", \"n\": \"${n}\", \"f\": \"${f}\", \"b\": \"${b}\", "
					       "\"d\": \"${max-age}\","
					       " \"z\": \"${z}\", \"in\": [{\"deep\": \"${n}\"}]}"),
					 "\"a -> o\""),
				   NULL, 0);

	cr_assert_not_null(t.checked, "%s", first(&t.d));
	cr_expect_str_eq(tw_json_str(member(&t, "s")), "x y");
	cr_expect_eq(tw_json_kind(member(&t, "n")), TW_JSON_INT);
	cr_expect_eq(tw_json_i64(member(&t, "n")), 7);
	cr_expect_eq(tw_json_kind(member(&t, "f")), TW_JSON_REAL);
	cr_expect_eq(tw_json_kind(member(&t, "b")), TW_JSON_BOOL);
	cr_expect_eq(tw_json_kind(member(&t, "d")), TW_JSON_STR);
	cr_expect_eq(tw_json_i64(member(&t, "d")), 10000000000);
	cr_expect_eq(tw_json_i64(member(&t, "z")), 1024);
	cr_expect_eq(tw_json_i64(tw_json_get(tw_json_at(member(&t, "in"), 0, NULL), "deep")), 7);
	end_try(&t);
}

static void text(const char *config, const char *want)
{
	char graph[2048];
	struct tried t;

	snprintf(graph, sizeof graph, GRAPH(VARS, NODES("{\"t\": \"%s\"}"), "\"a -> o\""), config);
	t = try_graph(graph, NULL, 0);
	cr_assert_not_null(t.checked, "%s: %s", config, first(&t.d));
	cr_expect_str_eq(tw_json_str(member(&t, "t")), want, "%s: %s", config, tw_json_str(member(&t, "t")));
	end_try(&t);
}

Test(vars, within_text)
{
	text("<${s}>", "<x y>");
	text("${n}${n}", "77");
	text("${n} ", "7 ");
	text("f=${f}, b=${b}, d=${max-age}", "f=0.1, b=true, d=10s");
	text("$${n}", "${n}");
	text("$$${n}", "$${n}");
	text("a$b $ ${n}$", "a$b $ 7$");
	text("$${${n}}", "${7}");
	text("$", "$");
	text("", "");
}

Test(vars, set_from_outside)
{
	const struct tw_set sets[] = {{"n", "1"}, {"s", "${n}"}, {"n", "-42"}, {"b", "false"}, {"z", "2MiB"}};
	struct tried t;

	setenv("THALWEG_VAR_MAX_AGE", "3m", 1);
	setenv("THALWEG_VAR_N", "999", 1);
	setenv("THALWEG_VAR_F", "1e3", 1);
	t = try_graph(GRAPH(VARS,
			    NODES("{\"s\": \"${s}\", \"n\": \"${n}\", \"f\": \"${f}\", \"b\": \"${b}\", \"d\": "
				  "\"${max-age}\","
				  " \"z\": \"${z}\"}"),
			    "\"a -> o\""),
		      sets, 5);
	cr_assert_not_null(t.checked, "%s", first(&t.d));
	cr_expect_eq(tw_json_i64(member(&t, "n")), -42, "the last --set wins over an earlier one and the environment");
	cr_expect_str_eq(tw_json_str(member(&t, "s")), "${n}", "values are not filled in again");
	cr_expect_float_eq(tw_json_f64(member(&t, "f")), 1000, 1e-9);
	cr_expect(!tw_json_bool(member(&t, "b")));
	cr_expect_str_eq(tw_json_str(member(&t, "d")), "3m");
	cr_expect_str_eq(tw_json_str(member(&t, "z")), "2MiB");
	end_try(&t);
	unsetenv("THALWEG_VAR_MAX_AGE");
	unsetenv("THALWEG_VAR_N");
	unsetenv("THALWEG_VAR_F");
}

static void wrong_set(const char *key, const char *value, const char *words)
{
	struct tw_set set = {key, value};
	struct tried t = try_graph(GRAPH(VARS, NODES("{}"), "\"a -> o\""), &set, 1);

	cr_expect_null(t.checked, "--set %s=%s is accepted", key, value);
	cr_expect(says(&t.d, words), "--set %s=%s: %s", key, value, first(&t.d));
	cr_expect_eq(t.d.n_errors, 1);
	end_try(&t);
}

Test(vars, wrong_sets)
{
	wrong_set("max_age", "1s", "did you mean \"max-age\"?");
	wrong_set("n", "ten", "\"n\" must be a whole number, got \"ten\"");
	wrong_set("n", "", "whole number");
	wrong_set("n", " 1", "whole number");
	wrong_set("n", "1.5", "whole number");
	wrong_set("n", "9223372036854775808", "whole number");
	wrong_set("f", "nan", "a number");
	wrong_set("f", "0x10", "a number");
	wrong_set("b", "yes", "true or false");
	wrong_set("max-age", "10", "a duration");
	wrong_set("z", "1 KiB", "a size");
	wrong_set("s", "\xff", "a string");
}

Test(vars, wrong_environment)
{
	struct tried t;

	setenv("THALWEG_VAR_N", "many", 1);
	t = try_graph(GRAPH(VARS, NODES("{}"), "\"a -> o\""), NULL, 0);
	cr_expect_null(t.checked);
	cr_expect(says(&t.d, "THALWEG_VAR_N: variable \"n\""), "%s", first(&t.d));
	end_try(&t);
	unsetenv("THALWEG_VAR_N");
}

/* A secret must not stand in a message, be it wrong itself or where it is used. */
Test(vars, secrets)
{
	const struct tw_set sets[] = {{"key", "hunter2"}, {"pin", "hunter3"}};
	struct tried t = try_graph(GRAPH("\"vars\": {\"key\": {\"type\": \"string\", \"secret\": true},"
					 " \"pin\": {\"type\": \"int\", \"secret\": true}},",
					 "\"a\": {\"op\": \"gen\"}, \"w\": {\"op\": \"window\", \"config\": {\"size\": "
					 "\"${key}\", \"keep\": "
					 "\"x${key}y${key}\"}}, \"o\": {\"op\": \"null_out\"}",
					 "\"a -> w\", \"w -> o\""),
				   sets, 2);

	cr_expect_null(t.checked);
	cr_expect_eq(t.d.n_errors, 3);
	cr_expect(!says(&t.d, "hunter"), "a secret is shown");
	cr_expect(says(&t.d, "\"size\" must be a duration"), "%s", first(&t.d));
	end_try(&t);
}

/* Nor in part, nor with its quotes escaped. */
Test(vars, long_secrets)
{
	const struct tw_set set = {"key",
				   "hunter2\"-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789"};
	struct tried t =
		try_graph(GRAPH("\"vars\": {\"key\": {\"type\": \"string\", \"secret\": true}},",
				"\"a\": {\"op\": \"gen\"}, \"w\": {\"op\": \"window\", \"config\": {\"size\": \"1s\", "
				"\"by\": \"${key}\"}}, \"o\": {\"op\": \"null_out\"}",
				"\"a -> w\", \"w -> o\""),
			  &set, 1);

	cr_expect_eq(t.d.n_errors, 1);
	cr_expect(!says(&t.d, "hunter"), "a secret is shown");
	cr_expect(says(&t.d, "\"by\" must be a list [...]"), "%s", first(&t.d));
	end_try(&t);
}
