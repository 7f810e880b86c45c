/* Pointers to places in a text. The oracle: the texts have a marker where the place is. */
#include <base/where.h>

#include <criterion/criterion.h>
#include <string.h>

/* Where `mark` stands in text must be what is found. */
static void at(const char *text, const char *pointer, bool at_key, int offset, const char *mark)
{
	size_t byte = 0;
	bool found = tw_where_find(text, strlen(text), &(struct tw_where){pointer, at_key, offset}, &byte);

	cr_expect(found, "%s not found in %s", pointer, text);
	cr_expect_eq(byte, (size_t)(strstr(text, mark) - text), "%s of %s: found at \"%s\"", pointer, text,
		     text + byte);
}

/* Not there: the nearest parent. */
static void parent(const char *text, const char *pointer, size_t want)
{
	size_t byte = 999;

	cr_expect(!tw_where_find(text, strlen(text), &(struct tw_where){pointer, false, -1}, &byte));
	cr_expect_eq(byte, want, "%s of %s: found at %zu", pointer, text, byte);
}

Test(where, values)
{
	const char *text = "\n{\"a\": [1, {\"b\\u0041\": \"x\"}, [[]], \"MARK\"], \"c/d\": true, \"e~f\": -1e5, \"\": "
			   "null, \"g\": {}}";

	at(text, "", false, -1, "{\"a\"");
	at(text, "/a", false, -1, "[1,");
	at(text, "/a", true, -1, "\"a\"");
	at(text, "/a/0", false, -1, "1, {");
	at(text, "/a/1/bA", false, -1, "\"x\"");
	at(text, "/a/1/bA", true, -1, "\"b\\u");
	at(text, "/a/2/0", false, -1, "[]]");
	at(text, "/a/3", false, -1, "\"MARK");
	at(text, "/a/3", true, -1, "\"MARK");
	at(text, "/a/3", false, 0, "MARK");
	at(text, "/a/3", false, 2, "RK");
	at(text, "/a/3", false, 99, "\"], \"c/d");
	at(text, "/c~1d", false, -1, "true");
	at(text, "/e~0f", false, -1, "-1e5");
	at(text, "/", false, -1, "null");
	at(text, "/g", false, -1, "{}}");
}

Test(where, offsets_in_strings)
{
	at("[\"\\t\\u00e9\\ud83d\\ude00X\"]", "/0", false, 7, "X");
	at("[\"\\\\\\\"\\/X\"]", "/0", false, 3, "X");
	at("[\"\xc3\xa9X\"]", "/0", false, 2, "X");
}

Test(where, not_there)
{
	const char *text = "{\"a\": [1, 2], \"b\": {\"c\": 5}}";

	parent(text, "/x", 0);
	parent(text, "/a/2", 6);
	parent(text, "/a/x/y", 6);
	parent(text, "/b/d", 19);
	parent(text, "/b/c/d", 25);
	parent("", "/a", 0);
	parent("{\"a\"", "/a", 0);
	parent("{\"a\":", "/a", 0);
	parent("{\"a\": [", "/a/0", 6);
	parent("[\"abc", "/1", 0);
}

Test(where, lines)
{
	uint32_t line, col;

	tw_where_line("ab\ncd\n\nef", 0, &line, &col);
	cr_expect(line == 1 && col == 1);
	tw_where_line("ab\ncd\n\nef", 4, &line, &col);
	cr_expect(line == 2 && col == 2);
	tw_where_line("ab\ncd\n\nef", 7, &line, &col);
	cr_expect(line == 4 && col == 1);
}

Test(where, depth)
{
	size_t byte;

	cr_expect(!tw_where_deep("[[\"[[[[\"]]", 10, 2, &byte));
	cr_expect(tw_where_deep("[{\"a\":[", 7, 2, &byte));
	cr_expect_eq(byte, 6);
}

Test(where, utf8)
{
	cr_expect_eq(tw_utf8_len("a", 1), 1);
	cr_expect_eq(tw_utf8_len("\xc3\xa9", 2), 2);
	cr_expect_eq(tw_utf8_len("\xc3\xa9", 1), 0);
	cr_expect_eq(tw_utf8_len("\xe2\x82\xac", 3), 3);
	cr_expect_eq(tw_utf8_len("\xf0\x9f\x98\x80", 4), 4);
	cr_expect_eq(tw_utf8_len("\xc0\x80", 2), 0, "overlong");
	cr_expect_eq(tw_utf8_len("\xe0\x80\x80", 3), 0, "overlong");
	cr_expect_eq(tw_utf8_len("\xed\xa0\x80", 3), 0, "surrogate");
	cr_expect_eq(tw_utf8_len("\xf4\x90\x80\x80", 4), 0, "past U+10FFFF");
	cr_expect_eq(tw_utf8_len("\xff", 1), 0);
}
