/* Values, strict reading, pointers, files. */
#include <base/diag.h>
#include <base/json.h>

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Test(json, values)
{
	const char *text = "{\"i\": 5, \"r\": 1.5, \"s\": \"x\", \"t\": true, \"n\": null, \"l\": [1, 2], \"d\": "
			   "\"2ms\", \"z\": \"1KiB\"}";
	struct tw_diags d;
	struct tw_json *j;
	const char *key;

	tw_diags_init(&d);
	j = tw_json_parse(text, strlen(text), &d);
	cr_assert_not_null(j);
	cr_expect_eq(tw_json_kind(j), TW_JSON_MAP);
	cr_expect_eq(tw_json_len(j), 8);
	cr_expect_eq(tw_json_i64(tw_json_get(j, "i")), 5);
	cr_expect_float_eq(tw_json_f64(tw_json_get(j, "r")), 1.5, 1e-12);
	cr_expect_float_eq(tw_json_f64(tw_json_get(j, "i")), 5, 1e-12);
	cr_expect_str_eq(tw_json_str(tw_json_get(j, "s")), "x");
	cr_expect_str_eq(tw_json_str(tw_json_get(j, "i")), "");
	cr_expect(tw_json_bool(tw_json_get(j, "t")));
	cr_expect_eq(tw_json_kind(tw_json_get(j, "n")), TW_JSON_NULL);
	cr_expect_eq(tw_json_len(tw_json_get(j, "l")), 2);
	cr_expect_eq(tw_json_i64(tw_json_at(tw_json_get(j, "l"), 1, NULL)), 2);
	cr_expect_null(tw_json_at(tw_json_get(j, "l"), 2, &key));
	cr_expect_eq(tw_json_i64(tw_json_get(j, "d")), 2000000);
	cr_expect_eq(tw_json_i64(tw_json_get(j, "z")), 1024);
	cr_expect_eq(tw_json_i64(tw_json_get(j, "s")), 0);
	cr_expect_null(tw_json_get(j, "q"));
	cr_expect_null(tw_json_get(tw_json_get(j, "i"), "q"));
	tw_json_at(j, 1, &key);
	cr_expect_str_eq(key, "r", "members keep the file's order");
	cr_expect_null(tw_json_at(j, 8, &key));
	tw_json_destroy(j);
	tw_diags_fini(&d);
}

static void wrong(const char *text, uint32_t line, uint32_t col, const char *words)
{
	struct tw_diags d;

	tw_diags_init(&d);
	cr_expect_null(tw_json_parse(text, strlen(text), &d), "%s is accepted", text);
	cr_assert_eq(d.n, 1);
	cr_expect_eq(d.items[0].line, line, "%s: line %u", text, d.items[0].line);
	cr_expect_eq(d.items[0].col, col, "%s: column %u", text, d.items[0].col);
	cr_expect_not_null(strstr(d.items[0].what, words), "%s: %s", text, d.items[0].what);
	tw_diags_fini(&d);
}

Test(json, wrong)
{
	wrong("", 1, 1, "empty");
	wrong(" \n", 1, 1, "empty");
	wrong("{\n\"a\": 1,\n\"a\": 2}", 3, 1, "\"a\" stands twice in one map, the second time at 3:1");
	wrong("{\"x\\\\\": 1, \"x\\\\\": 2}", 1, 12, "twice");
	wrong("{\"a\": 1", 1, 8, "too early");
	wrong("{\"a\": 1,}", 1, 9, "last comma");
	wrong("[1 2]", 1, 4, "comma is missing");
	wrong("[1}", 1, 3, "\"]\"");
	wrong("{\"a\": \"x\ny\"}", 1, 7, "not closed");
	wrong("[tru]", 1, 2, "a JSON value");
	wrong("[NaN]", 1, 2, "a JSON value");
	wrong("[1, 99999999999999999999]", 1, 5, "too big integer");
	wrong("[1e999]", 1, 2, "overflow");
	wrong("[] []", 1, 4, "nothing may follow");
	wrong("[\"a\\u0000\"]", 1, 2, "\\u0000");
	wrong("{\"\\u0000\": 1}", 1, 2, "\\u0000");
	wrong("[\"\xff\"]", 1, 3, "0xff");
	wrong("# x\n[]", 1, 1, "comments");
	wrong("[1, /* x */ 2]", 1, 5, "comments");
}

Test(json, depth)
{
	char text[8192];
	struct tw_diags d;
	struct tw_json *j;

	tw_diags_init(&d);
	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	j = tw_json_parse(text, 128, &d);
	cr_expect_not_null(j);
	tw_json_destroy(j);
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	cr_expect_null(tw_json_parse(text, 130, &d));
	memset(text, '[', 4000);
	memset(text + 4000, ']', 4000);
	cr_expect_null(tw_json_parse(text, 8000, &d));
	cr_assert_eq(d.n, 2);
	cr_expect_not_null(strstr(d.items[1].what, "too deep"), "%s", d.items[1].what);
	cr_expect_eq(d.items[1].col, 65);
	tw_diags_fini(&d);
}

Test(json, pointers)
{
	char buf[32] = "", small[8];

	tw_pointer_add(buf, sizeof buf, "/a", "b/c~d");
	cr_expect_str_eq(buf, "/a/b~1c~0d");
	tw_pointer_add(buf, sizeof buf, buf, "e");
	cr_expect_str_eq(buf, "/a/b~1c~0d/e");
	tw_pointer_add(small, sizeof small, "/abc", "defghi");
	cr_expect_lt(strlen(small), sizeof small);
	cr_expect_eq(strncmp(small, "/abc/", 5), 0);
	tw_pointer_add(small, sizeof small, "/abcdefghijkl", "x");
	cr_expect_lt(strlen(small), sizeof small);
}

Test(json, files)
{
	char path[] = "/tmp/thalweg-json-XXXXXX", *text = NULL;
	int fd = mkstemp(path);
	size_t len;

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, "a\0b", 3), 3);
	cr_expect_eq(tw_file_read(path, &text, &len), 0);
	cr_expect_eq(len, 3);
	cr_expect_eq(memcmp(text, "a\0b", 4), 0);
	free(text);
	cr_assert_eq(ftruncate(fd, (off_t)TW_FILE_MAX), 0);
	cr_expect_eq(tw_file_read(path, &text, &len), 0);
	cr_expect_eq(len, TW_FILE_MAX);
	free(text);
	cr_assert_eq(ftruncate(fd, (off_t)TW_FILE_MAX + 1), 0);
	cr_expect_eq(tw_file_read(path, &text, &len), -EFBIG);
	close(fd);
	unlink(path);
	cr_expect_eq(tw_file_read(path, &text, &len), -ENOENT);
	cr_expect_eq(tw_file_read("/", &text, &len), -EISDIR);
}
