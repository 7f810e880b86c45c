/* test_scan.c - documents that are JSON and documents that are not, by hand, each at
 * the end of what can be read; what is found at wanted places. */
#include <criterion/criterion.h>

#include "corpus.h"
#include "help.h"

/* Whatever is wanted of it, a document is judged the same. */
static const char *const wants[][8] = {
	{NULL},
	{"", NULL},
	{"/a", NULL},
	{"/a", "/b", "/a/b", "/0", "/a/0/b", NULL},
	{"/", "/k~0", "/0/0", "/a/b/c", "/0123456789abcdef0123456789abcdef", "/a/b/c/d", NULL},
};

static enum scan_result scan(const struct doc *d, const char *const *pointers, const char *from, struct reader *r)
{
	reader_init(r, pointers, 0);
	return scan_document(&r->scan, from, (uint32_t)d->len);
}

static void check_all(const struct doc *docs, size_t n, enum scan_result want)
{
	char *const edge = edge_new(), *const inside = malloc(DOC_MAX);
	struct reader r;
	size_t i, k;

	for (i = 0; i < n; i++) {
		for (k = 0; k < sizeof wants / sizeof *wants; k++) {
			const char *p = edge_put(edge, docs[i].text, docs[i].len);

			cr_assert_eq(scan(&docs[i], wants[k], p, &r), want, "%s, wants %zu", docs[i].text, k);
			reader_fini(&r);
			/* and with more behind it, which must not count */
			memset(inside, 0, 256);
			memcpy(inside, docs[i].text, docs[i].len);
			memcpy(inside + docs[i].len, "]}\"0\"}]\"udc00", 13);
			cr_assert_eq(scan(&docs[i], wants[k], inside, &r), want, "%s and more, wants %zu", docs[i].text,
				     k);
			cr_assert(want == SCAN_OK || r.scan.fault_at <= docs[i].len, "%s", docs[i].text);
			reader_fini(&r);
		}
	}
	free(inside);
	edge_free(edge);
}

Test(scan, takes_what_is_json)
{
	check_all(valid, sizeof valid / sizeof *valid, SCAN_OK);
}

Test(scan, refuses_what_is_not)
{
	check_all(invalid, sizeof invalid / sizeof *invalid, SCAN_BAD);
}

/* No beginning of a map or list is a document. */
Test(scan, refuses_every_beginning_of_a_document)
{
	char *const edge = edge_new();
	struct reader r;
	size_t i, len;

	for (i = 0; i < sizeof valid / sizeof *valid; i++) {
		if (valid[i].text[0] != '{' && valid[i].text[0] != '[' && valid[i].text[0] != '"')
			continue;
		for (len = 1; len < valid[i].len; len++) {
			const struct doc d = {valid[i].text, len};

			cr_assert_eq(scan(&d, wants[3], edge_put(edge, d.text, len), &r), SCAN_BAD, "%s to %zu", d.text,
				     len);
			reader_fini(&r);
		}
	}
	edge_free(edge);
}

Test(scan, white_space_alone_is_empty)
{
	static const struct doc docs[] = {DOC(""), DOC(" "), DOC("\t\r\n "), DOC("                              ")};

	check_all(docs, sizeof docs / sizeof *docs, SCAN_EMPTY);
}

static void nest(char *to, uint32_t depth, const char *open, const char *shut)
{
	uint32_t i;

	*to = '\0';
	for (i = 0; i < depth; i++)
		strcat(to, open);
	strcat(to, *open == '{' ? "1" : "");
	for (i = 0; i < depth; i++)
		strcat(to, shut);
}

Test(scan, depth_64_is_the_last)
{
	char text[2000];
	struct reader r;
	struct doc d = {text, 0};

	nest(text, 64, "[", "]");
	d.len = strlen(text);
	cr_assert_eq(scan(&d, wants[3], text, &r), SCAN_OK);
	reader_fini(&r);
	nest(text, 64, "{\"a\":", "}");
	d.len = strlen(text);
	cr_assert_eq(scan(&d, wants[3], text, &r), SCAN_OK);
	reader_fini(&r);
	nest(text, 65, "[", "]");
	d.len = strlen(text);
	cr_assert_eq(scan(&d, wants[3], text, &r), SCAN_BAD);
	cr_assert_str_eq(r.scan.fault, "nested more than 64 deep");
	cr_assert_eq(r.scan.fault_at, 64);
	reader_fini(&r);
	nest(text, 65, "{\"a\":", "}");
	d.len = strlen(text);
	cr_assert_eq(scan(&d, wants[3], text, &r), SCAN_BAD);
	reader_fini(&r);
}

Test(scan, says_what_is_wrong_and_where)
{
	static const struct {
		const char *text, *fault;
		uint32_t at;
	} cases[] = {
		{"{\"a\":1", "the document ends too early", 6},
		{"{\"a\":1,}", "expected a key in quotes", 7},
		{"{\"a\" 1}", "expected a colon", 5},
		{"{\"a\":1 2}", "expected a comma or \"}\"", 7},
		{"[1 2]", "expected a comma or \"]\"", 3},
		{"[1,x]", "expected a value", 3},
		{"[tru]", "expected a value", 1},
		{"[1.]", "bad number", 3},
		{"[-x]", "bad number", 2},
		{"[01]", "expected a comma or \"]\"", 2},
		{"\"a\\q\"", "bad escape in a string", 2},
		{"\"a\tb\"", "control character in a string", 2},
		{"\"abc\xff\"", "not UTF-8", 4},
		{"{} x", "more after the end of the document", 3},
	};
	struct reader r;
	uint32_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct doc d = {cases[i].text, strlen(cases[i].text)};

		cr_assert_eq(scan(&d, wants[0], d.text, &r), SCAN_BAD, "%s", d.text);
		cr_assert_str_eq(r.scan.fault, cases[i].fault, "%s: %s", d.text, r.scan.fault);
		cr_assert_eq(r.scan.fault_at, cases[i].at, "%s: %u", d.text, r.scan.fault_at);
		reader_fini(&r);
	}
}

Test(scan, lax_takes_strings_that_are_not_utf8)
{
	struct reader r;

	reader_init(&r, wants[2], 1);
	cr_assert_eq(scan_document(&r.scan, "{\"a\":\"x\xff\",\"\xff\":1}", 16), SCAN_OK);
	cr_assert_eq(r.scan.values[0].len, 4);
	cr_assert_eq(scan_document(&r.scan, "\"\\ud800\"", 8), SCAN_BAD);
	reader_fini(&r);
}

/* What lies at each pointer, in the document's own words. */
static void check_found(struct reader *r, const char *text, const char *const *found)
{
	uint32_t i;

	cr_assert_eq(scan_document(&r->scan, text, (uint32_t)strlen(text)), SCAN_OK, "%s", text);
	for (i = 0; i < r->shape.n_slots; i++) {
		const struct value *v = &r->scan.values[i];

		if (v->kind == VALUE_MISSING) {
			cr_assert_null(found[i], "%s: %u is missing", text, i);
			continue;
		}
		cr_assert_not_null(found[i], "%s: %u is %.*s", text, i, (int)v->len, text + v->off);
		cr_assert_eq(strlen(found[i]), v->len, "%s: %u is %.*s", text, i, (int)v->len, text + v->off);
		cr_assert_eq(memcmp(found[i], text + v->off, v->len), 0, "%s: %u", text, i);
	}
}

Test(scan, finds_what_is_wanted)
{
	static const char *const pointers[] = {
		"/a", "/b/c", "/b/d/1", "/e~1f~0", "/", "/b", "/long key with more than 8", NULL};
	struct reader r;

	reader_init(&r, pointers, 0);
	check_found(
		&r,
		"{\"a\":1,\"b\":{\"c\":\"x\",\"d\":[0,true]},\"e/f~\":null,\"\":[],\"long key with more than 8\":{}}",
		(const char *[]){"1", "\"x\"", "true", "null", "[]", "{\"c\":\"x\",\"d\":[0,true]}", "{}"});
	/* other orders, and what was learnt before must not be believed */
	check_found(&r, "{\"\":2 ,\"b\":{\"d\":[[],[ ]],\"c\":{}},\"a\":\"\"}",
		    (const char *[]){"\"\"", "{}", "[ ]", NULL, "2", "{\"d\":[[],[ ]],\"c\":{}}", NULL});
	check_found(&r, "{\"b\":[1,2],\"A\":1,\"aa\":2,\"long key with more than 9\":1}",
		    (const char *[]){NULL, NULL, NULL, NULL, NULL, "[1,2]", NULL});
	check_found(&r, "[1,2,{\"a\":1}]", (const char *[]){NULL, NULL, NULL, NULL, NULL, NULL, NULL});
	check_found(&r, "{}", (const char *[]){NULL, NULL, NULL, NULL, NULL, NULL, NULL});
	check_found(&r, "7", (const char *[]){NULL, NULL, NULL, NULL, NULL, NULL, NULL});
	/* "1" is a key too, and keys may be written with escapes */
	check_found(&r, "{\"b\":{\"d\":{\"1\":5}},\"\\u0061\":6,\"e\\/f~\":8,\"long key with mor\\u0065 than 8\":9}",
		    (const char *[]){"6", NULL, "5", "8", NULL, "{\"d\":{\"1\":5}}", "9"});
	reader_fini(&r);
}

Test(scan, of_equal_keys_the_first_counts)
{
	static const char *const pointers[] = {"/a", "/b/c", NULL};
	struct reader r;

	reader_init(&r, pointers, 0);
	check_found(&r, "{\"a\":1,\"a\":2,\"\\u0061\":3}", (const char *[]){"1", NULL});
	check_found(&r, "{\"\\u0061\":3,\"a\":1}", (const char *[]){"3", NULL});
	check_found(&r, "{\"b\":{\"c\":1,\"c\":2},\"b\":{\"c\":3}}", (const char *[]){NULL, "1"});
	/* also when there is nothing in the first */
	check_found(&r, "{\"b\":1,\"b\":{\"c\":3}}", (const char *[]){NULL, NULL});
	check_found(&r, "{\"a\":null,\"a\":3}", (const char *[]){"null", NULL});
	reader_fini(&r);
}

/* Keys of all lengths around a word, alone and at the end of what can be read. */
Test(scan, keys_of_any_length_are_told_apart)
{
	char *const edge = edge_new();
	char pointers[41][48], text[64];
	const char *list[42] = {NULL};
	struct reader r;
	uint32_t i, k, n;

	for (i = 0; i <= 40; i++) {
		sprintf(pointers[i], "/%.*s", (int)i, "abcdefghijklmnopqrstuvwxyzabcdefghijklmn");
		list[i] = pointers[i];
	}
	reader_init(&r, list, 0);
	for (i = 0; i <= 40; i++) {
		for (k = 0; k < 4; k++) { /* right twice, so that the second is a guess; wrong; too long */
			n = (uint32_t)sprintf(text, "{\"%s\":1}", pointers[i] + 1);
			if (k == 2 && i)
				text[1 + i] ^= 1;
			if (k == 3)
				n = (uint32_t)sprintf(text, "{\"%s_\":1}", pointers[i] + 1);
			cr_assert_eq(scan_document(&r.scan, edge_put(edge, text, n), n), SCAN_OK, "%s", text);
			cr_assert_eq(r.scan.values[i].kind, k < 2 || (k == 2 && i == 0) ? VALUE_NUMBER : VALUE_MISSING,
				     "%s", text);
		}
	}
	reader_fini(&r);
	edge_free(edge);
}

/* A file of documents, one a line, or one in all; 0: it is not there. */
static uint32_t check_file(const char *name, int by_line)
{
	static const char *const pointers[] = {"/0", "/statuses/0/id", "/statuses/3/user/name", "/search_metadata",
					       NULL};
	char path[512], *text = malloc(1 << 20), *line, *end;
	uint32_t n = 0;
	struct reader r;
	size_t len;
	FILE *f;

	snprintf(path, sizeof path, "%s/../shared/data/json/%s", TW_SOURCE_DIR, name);
	f = fopen(path, "rb");
	len = f ? fread(text, 1, 1 << 20, f) : 0;
	if (f)
		fclose(f);
	reader_init(&r, pointers, 0);
	for (line = text; line < text + len; line = end + 1) {
		end = by_line ? memchr(line, '\n', (size_t)(text + len - line)) : NULL;
		if (!end)
			end = text + len;
		cr_assert_eq(scan_document(&r.scan, line, (uint32_t)(end - line)), SCAN_OK,
			     "%s, document %u: %s at byte %u", name, n, r.scan.fault, r.scan.fault_at);
		cr_assert_neq(r.scan.values[by_line ? 0 : 1].kind, VALUE_MISSING, "%s, document %u", name, n);
		n++;
	}
	if (!f)
		printf("skipped: no file %s\n", path);
	reader_fini(&r);
	free(text);
	return n;
}

Test(scan, takes_real_documents)
{
	const uint32_t n = check_file("amazon_cellphones.ndjson", 1), m = check_file("twitter.json", 0);

	cr_assert(n == 0 || n > 500, "%u lines", n);
	cr_assert_leq(m, 1);
}
