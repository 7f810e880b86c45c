/* The subset of JSON Schema, and the schema of graph files. */
#include "help.h"

#include <graph/schema.h>

/* A value against a schema: the first fault's words, or "" if there is none. */
static struct tw_diags d;
static struct tw_json *value;

static const char *against(const char *schema_text, const char *value_text)
{
	struct tw_json *schema;

	tw_diags_fini(&d);
	tw_json_destroy(value);
	schema = tw_json_parse(schema_text, strlen(schema_text), &d);
	value = tw_json_parse(value_text, strlen(value_text), &d);
	cr_assert(schema && value, "%s or %s is no JSON: %s", schema_text, value_text, first(&d));
	cr_expect_eq(tw_schema_check(value, schema, "/nodes/a/config", &d) != 0, d.n_errors > 0);
	tw_json_destroy(schema);
	return d.n ? d.items[0].what : "";
}

static void good(const char *schema, const char *v)
{
	const char *words = against(schema, v);

	cr_expect_str_eq(words, "", "%s against %s: %s", v, schema, words);
}

static void bad(const char *schema, const char *v, const char *words)
{
	const char *said = against(schema, v);

	cr_expect_str_eq(said, words, "%s against %s: %s", v, schema, said);
	cr_expect_eq(d.n_errors, 1, "%s against %s: %u errors", v, schema, d.n_errors);
}

Test(schema, types)
{
	static const char *const types[] = {"object", "array", "string", "integer", "number", "boolean", "null"};
	static const char *const values[] = {"{}", "[]", "\"\"", "1", "1.5", "true", "null"};
	char schema[64];

	for (int t = 0; t < 7; t++) {
		for (int v = 0; v < 7; v++) {
			int fits = t == v || (t == 4 && v == 3);

			snprintf(schema, sizeof schema, "{\"type\": \"%s\"}", types[t]);
			cr_expect_eq(*against(schema, values[v]) == '\0', fits, "%s as %s", values[v], types[t]);
		}
	}
	good("{\"type\": [\"string\", \"null\"]}", "null");
	bad("{\"type\": [\"string\", \"integer\"]}", "[1]",
	    "\"config\" must be a string or a whole number, got a list [...]");
	bad("{\"type\": \"integer\"}", "1.0", "\"config\" must be a whole number, got 1.0");
	good("{}", "5");
	good("true", "5");
	bad("false", "5", "\"config\" is not allowed here");
}

Test(schema, members)
{
	const char *s =
		"{\"type\": \"object\", \"required\": [\"a\"], \"additionalProperties\": false, \"properties\": {"
		"\"a\": {\"type\": \"integer\"}, \"bcd\": {\"type\": \"object\", \"properties\": {\"e/f\": {\"const\": "
		"1}}}}}";

	good(s, "{\"a\": 1}");
	bad(s, "{}", "\"config\" needs \"a\"");
	bad(s, "{\"a\": 1, \"bdc\": 2}", "unknown key \"bdc\" in \"config\"");
	cr_expect_str_eq(d.items[0].help, "did you mean \"bcd\"?");
	cr_expect(d.items[0].at_key);
	cr_expect_str_eq(d.items[0].pointer, "/nodes/a/config/bdc");
	bad(s, "{\"a\": \"x\"}", "\"a\" must be a whole number, got \"x\"");
	bad(s, "{\"a\": 1, \"bcd\": {\"e/f\": 2}}", "\"e/f\" must be 1, got 2");
	cr_expect_str_eq(d.items[0].pointer, "/nodes/a/config/bcd/e~1f");
	against(s, "{\"a\": \"x\", \"q\": 1, \"bcd\": 5}");
	cr_expect_eq(d.n_errors, 3, "all at once");
	good("{\"additionalProperties\": {\"type\": \"integer\"}}", "{\"x\": 1, \"y\": 2}");
	bad("{\"additionalProperties\": {\"type\": \"integer\"}}", "{\"x\": 1, \"y\": []}",
	    "\"y\" must be a whole number, got an empty list []");
	bad("{\"minProperties\": 1}", "{}", "\"config\" must have 1 or more members");
}

Test(schema, defaults)
{
	good("{\"properties\": {\"a\": {\"default\": 5}, \"b\": {\"default\": {}, \"properties\": {\"c\": "
	     "{\"default\": [1]}}},"
	     " \"d\": {\"default\": 1}}}",
	     "{\"d\": 2}");
	cr_expect_eq(tw_json_i64(tw_json_get(value, "a")), 5);
	cr_expect_eq(tw_json_i64(tw_json_get(value, "d")), 2);
	cr_expect_eq(tw_json_len(tw_json_get(tw_json_get(value, "b"), "c")), 1);
	good("{\"items\": {\"properties\": {\"a\": {\"default\": 5}}}}", "[{}, {\"a\": 1}]");
	cr_expect_eq(tw_json_i64(tw_json_get(tw_json_at(value, 0, NULL), "a")), 5);
	good("{\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"object\", \"properties\": {\"a\": {\"default\": 5}}}]}",
	     "{}");
	cr_expect_eq(tw_json_i64(tw_json_get(value, "a")), 5);
}

Test(schema, choices)
{
	bad("{\"enum\": [\"tumbling\", \"sliding\"]}", "\"slding\"",
	    "\"config\" must be one of its known values, got \"slding\"");
	cr_expect_str_eq(d.items[0].help, "did you mean \"sliding\"?");
	bad("{\"enum\": [1, 2, \"x\"]}", "3", "\"config\" must be one of [1, 2, \"x\"], got 3");
	good("{\"enum\": [1, 2, {\"a\": []}]}", "{\"a\": []}");
	good("{\"const\": \"x\"}", "\"x\"");
	bad("{\"const\": \"x\"}", "\"y\"", "\"config\" must be \"x\", got \"y\"");
}

Test(schema, lists)
{
	const char *s = "{\"type\": \"array\", \"minItems\": 1, \"maxItems\": 2, \"items\": {\"type\": \"string\"}}";

	good(s, "[\"a\"]");
	bad(s, "[]", "\"config\" must have 1 or more elements, got 0");
	bad(s, "[\"a\", \"b\", \"c\"]", "\"config\" may have 2 elements, got 3");
	bad(s, "[\"a\", 5]", "\"config[1]\" must be a string, got 5");
	cr_expect_str_eq(d.items[0].pointer, "/nodes/a/config/1");
}

Test(schema, bounds)
{
	good("{\"minimum\": 1, \"maximum\": 3}", "1");
	good("{\"minimum\": 1, \"maximum\": 3}", "3");
	bad("{\"minimum\": 1}", "0", "\"config\" must be at least 1, got 0");
	bad("{\"maximum\": 0.5}", "0.75", "\"config\" must be at most 0.5, got 0.75");
	bad("{\"exclusiveMinimum\": 0}", "0", "\"config\" must be above 0, got 0");
	good("{\"minimum\": 1}", "\"x\"");
	bad("{\"minLength\": 1}", "\"\"", "\"config\" must not be empty");
	bad("{\"maxLength\": 1}", "\"ab\"", "\"config\" may have 1 characters, got 2");
	good("{\"minLength\": 2, \"maxLength\": 2}", "\"\xc3\xa9\xe2\x82\xac\"");
}

Test(schema, formats)
{
	const char *s = "{\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"minimum\": 1000}";

	good(s, "\"10s\"");
	good(s, "1000");
	bad(s, "\"ten\"", "\"config\" must be a duration such as \"10s\", got \"ten\"");
	bad(s, "true", "\"config\" must be a duration such as \"10s\", got true");
	bad(s, "\"1ns\"", "\"config\" must be at least 1000, got \"1ns\"");
	bad(s, "-5", "\"config\" must be a duration such as \"10s\", got -5");
	good("{\"format\": \"size\"}", "\"64KiB\"");
	bad("{\"format\": \"size\"}", "\"64s\"", "\"config\" must be a size such as \"64KiB\", got \"64s\"");
	bad("{\"type\": \"string\", \"format\": \"size\"}", "5", "\"config\" must be a size such as \"64KiB\", got 5");
}

Test(schema, alternatives)
{
	const char *s =
		"{\"oneOf\": [{\"type\": \"string\", \"minLength\": 2}, {\"type\": \"object\", \"required\": [\"a\"]},"
		" {\"type\": \"array\", \"items\": {\"type\": \"integer\"}}]}";
	const char *by_const =
		"{\"anyOf\": [{\"type\": \"object\", \"properties\": {\"t\": {\"const\": \"x\"}, \"n\": {\"type\": "
		"\"integer\"}}, \"required\": [\"t\", \"m\"]},"
		" {\"type\": \"object\", \"properties\": {\"t\": {\"const\": \"y\"}, \"n\": {\"type\": "
		"\"integer\"}}}]}";

	good(s, "\"ab\"");
	good(s, "{\"a\": 1}");
	bad(s, "\"a\"", "\"config\" must have 2 or more characters, got 1");
	bad(s, "{}", "\"config\" needs \"a\"");
	bad(s, "[1, \"x\"]", "\"config[1]\" must be a whole number, got \"x\"");
	bad(s, "5", "\"config\" must be a string or a map {...} or a list [...], got 5");
	bad("{\"anyOf\": [{\"required\": [\"a\"]}, {\"required\": [\"b\"]}]}", "{}", "\"config\" needs \"a\"");
	good(by_const, "{\"t\": \"y\", \"n\": 5}");
	bad(by_const, "{\"t\": \"y\", \"n\": \"z\"}", "\"n\" must be a whole number, got \"z\"");
	bad("{\"anyOf\": [{\"type\": \"integer\"}, {\"type\": \"string\", \"format\": \"duration\"}]}", "null",
	    "\"config\" must be a whole number or a duration such as \"10s\", got null");
}

/* A schema that says what is not checked must not pass for one that is. */
Test(schema, unsound_schemas)
{
	static const char *const unsound[] = {
		"{\"pattern\": \"x\"}",
		"{\"properties\": {\"a\": {\"items\": {\"$ref\": \"#\"}}}}",
		"{\"anyOf\": [{}, {\"not\": {}}]}",
		"{\"additionalProperties\": {\"if\": {}}}",
		"{\"type\": \"int\"}",
		"{\"type\": []}",
		"{\"format\": \"date\"}",
		"{\"minimum\": \"1\"}",
		"{\"minItems\": -1}",
		"{\"required\": \"a\"}",
		"{\"properties\": []}",
		"{\"items\": [{}]}",
		"{\"oneOf\": []}",
		"5",
	};

	for (unsigned i = 0; i < sizeof unsound / sizeof *unsound; i++)
		cr_expect(strstr(against(unsound[i], "{}"), "schema"), "%s: %s", unsound[i], first(&d));
}

Test(schema, long_values_are_cut)
{
	const char *words = against("{\"type\": \"integer\"}",
				    "\"0123456789012345678901234567890123456789012345678901234567890123456789\"");

	cr_expect_lt(strlen(words), 120, "%s", words);
	cr_expect_not_null(strstr(words, "...\""), "%s", words);
}

Test(schema, file_and_program_agree)
{
	char *file, *program = tw_schema_text(NULL);
	size_t len;

	cr_assert_eq(tw_file_read(TW_SOURCE_DIR "/graphs/graph.schema.json", &file, &len), 0);
	cr_expect_str_eq(program, file);
	free(file);
	free(program);
}

Test(schema, kinds_merged_in)
{
	char *text = tw_schema_text(&kinds);
	const struct tw_json *node, *rules, *size;
	struct tw_diags faults;
	struct tw_json *j;

	tw_diags_init(&faults);
	j = tw_json_parse(text, strlen(text), &faults);
	cr_assert_not_null(j, "%s", first(&faults));
	node = tw_json_get(tw_json_get(j, "$defs"), "node");
	cr_expect_eq(tw_json_len(tw_json_get(tw_json_get(tw_json_get(node, "properties"), "op"), "enum")), kinds.n);
	rules = tw_json_get(node, "allOf");
	cr_assert_eq(tw_json_len(rules), kinds.n);
	size = tw_json_get(tw_json_get(tw_json_at(rules, 4, NULL), "then"), "properties");
	size = tw_json_get(tw_json_get(tw_json_get(size, "config"), "properties"), "size");
	cr_expect_eq(tw_json_len(tw_json_get(size, "anyOf")), 2, "a duration or a variable");
	tw_json_destroy(j);
	tw_diags_fini(&faults);
	free(text);
}
