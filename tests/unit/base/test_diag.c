/* Guesses, order and printing of faults. */
#include <base/diag.h>
#include <base/json.h>

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void guess(const char *word, const char *want)
{
	static const char *const known[] = {"window", "expr", "file_in", "file_out", "x"};
	char buf[128];

	cr_expect_str_eq(tw_did_you_mean(buf, sizeof buf, word, known, 5), want, "%s: %s", word, buf);
}

Test(diag, did_you_mean)
{
	char buf[64];
	const char *const many[] = {"aaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbb", "ccccccccccccccc", "ddddddddddddddd"};

	guess("windw", "did you mean \"window\"?");
	guess("Window", "did you mean \"window\"?");
	guess("wnidow", "did you mean \"window\"?");
	guess("exp", "did you mean \"expr\"?");
	guess("filein", "did you mean \"file_in\"?");
	guess("file_ou", "did you mean \"file_out\"?");
	guess("zebra", "known: window, expr, file_in, file_out, x");
	guess("q", "known: window, expr, file_in, file_out, x");
	cr_expect_null(tw_did_you_mean(buf, sizeof buf, "a", NULL, 0));
	cr_expect_str_eq(tw_did_you_mean(buf, sizeof buf, "zzz", many, 4),
			 "known: aaaaaaaaaaaaaaa, bbbbbbbbbbbbbbb, ccccccccccccccc, ...");
}

static char *printed(const struct tw_diags *d, const char *text, bool as_json)
{
	char *s = NULL;
	size_t size;
	FILE *out = open_memstream(&s, &size);

	tw_diags_print(d, out, "g.json", text, strlen(text), as_json);
	fclose(out);
	return s;
}

Test(diag, sorted_and_printed)
{
	const char *text = "{\n\t\"a\": \"x\xc3\xa9y\x1b[31m\",\n  \"b\": 2}\n";
	struct tw_diags d;
	char *s;

	tw_diags_init(&d);
	cr_expect_eq(tw_diag_error_key(&d, "/b", NULL, "b is %d", 2), -EINVAL);
	tw_diag_warn(&d, "/a", "say \"y\"", "a\x1b[0m");
	tw_diag_error_offset(&d, "/a", 3, NULL, "here");
	tw_diag_error(&d, "", NULL, "all");
	cr_expect_eq(d.n_errors, 3);
	tw_diags_locate(&d, text, strlen(text));
	s = printed(&d, text, false);
	cr_expect_str_eq(s,
			 "g.json:1:1: error: all\n"
			 "    1 | {\n"
			 "      | ^\n"
			 "g.json:2:7: warning: a?[0m\n"
			 "    2 | \t\"a\": \"x\xc3\xa9y?[31m\",\n"
			 "      | \t     ^\n"
			 "      = help: say \"y\"   (/a)\n"
			 "g.json:2:11: error: here\n"
			 "    2 | \t\"a\": \"x\xc3\xa9y?[31m\",\n"
			 "      | \t        ^\n"
			 "      = at /a\n"
			 "g.json:3:3: error: b is 2\n"
			 "    3 |   \"b\": 2}\n"
			 "      |   ^\n"
			 "      = at /b\n",
			 "%s", s);
	free(s);
	s = printed(&d, text, true);
	cr_expect(strncmp(s,
			  "{\"file\":\"g.json\",\"errors\":[{\"severity\":\"error\",\"pointer\":\"\",\"line\":1,"
			  "\"col\":1,"
			  "\"message\":\"all\",\"help\":null},{\"severity\":\"warning\",\"pointer\":\"/a\",\"line\":2,"
			  "\"col\":7,\"message\":\"a\\u001b[0m\",\"help\":\"say \\\"y\\\"\"}",
			  150) == 0,
		  "%s", s);
	free(s);
	tw_diags_fini(&d);
}

Test(diag, many)
{
	struct tw_diags d, inner;
	struct tw_json *j;
	char *s;

	tw_diags_init(&d);
	tw_diags_init(&inner);
	for (int i = 0; i < 250; i++)
		tw_diag_error_line(&d, 1, 1, "number %d", i);
	tw_diags_locate(&d, "x", 1);
	cr_expect_eq(d.n, TW_DIAGS_MAX);
	cr_expect_eq(d.n_errors, 250);
	s = printed(&d, "x", false);
	cr_expect_not_null(strstr(s, "and 150 more errors\n"));
	free(s);
	s = printed(&d, "x", true);
	j = tw_json_parse(s, strlen(s), &inner);
	cr_assert_not_null(j, "what is printed as JSON is none: %s", s);
	cr_expect_eq(tw_json_len(tw_json_get(j, "errors")), 100);
	cr_expect_eq(tw_json_i64(tw_json_get(j, "more")), 150);
	tw_json_destroy(j);
	free(s);
	tw_diags_fini(&d);
	tw_diags_fini(&inner);
}
