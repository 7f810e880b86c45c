/*
 * test_mould.c - what reads known shapes fast gives what the plain reader gives: the
 * same verdict and fault, the same values, at each level of instructions; for records
 * that differ in values, for records with damage, for shapes that come and go.
 */
#include <criterion/criterion.h>

#include "help.h"
#include "mould.h"

static const char *const pointers[] = {"/ts",
				       "/level",
				       "/latency",
				       "/user/name",
				       "/user/id",
				       "/user",
				       "/tags",
				       "/tags/1",
				       "/ok",
				       "/ratio",
				       "/a key that is longer than sixteen bytes",
				       "/missing",
				       "",
				       "/sixteen_byte_key",
				       "/last",
				       NULL};

struct both {
	struct reader plain;
	struct document *document;
	void *memory;
	char *edge;
	uint64_t state;
	char text[2048];
	uint32_t len;
	uint32_t taken, refused;
};

static void both_init(struct both *b, uint64_t seed, enum tw_simd level)
{
	memset(b, 0, sizeof *b);
	b->state = seed;
	b->edge = edge_new();
	reader_init(&b->plain, pointers, 0);
	b->document = calloc(1, sizeof *b->document);
	b->memory = calloc(1, document_bytes(&b->plain.shape));
	document_init(b->document, &b->plain.shape, 0, level, b->memory);
}

static void both_fini(struct both *b)
{
	free(b->memory);
	free(b->document);
	reader_fini(&b->plain);
	edge_free(b->edge);
}

static void put(struct both *b, const char *s)
{
	const uint32_t n = (uint32_t)strlen(s);

	if (b->len + n >= sizeof b->text)
		abort();
	memcpy(b->text + b->len, s, n + 1);
	b->len += n;
}

static const char *some(struct both *b, const char *const *list)
{
	uint32_t n = 0;

	while (list[n])
		n++;
	return list[random_below(&b->state, n)];
}

static void put_text(struct both *b)
{
	static const char *const pieces[] = {
		"a", "word", " ", "\\n", "\\\"",           "\\u00e9", "\xc3\xa9",         "\xe2\x82\xac",
		"{", ",",    ":", "]",   "\\ud83d\\ude00", "\\\\",    "\xf0\x9f\x98\x80", "0123456789abcdef0123456789",
		NULL};
	uint32_t i;

	put(b, "\"");
	for (i = random_below(&b->state, 5); i > 0; i--)
		put(b, some(b, pieces));
	put(b, "\"");
}

static void put_number(struct both *b)
{
	static const char *const odd[] = {"0",
					  "-0",
					  "1",
					  "12345678",
					  "123456789",
					  "0.5",
					  "12.25",
					  "1234.567",
					  "0.000001",
					  "1e3",
					  "1E-2",
					  "-17.5",
					  "9999999.0",
					  "0.1234567",
					  "00",
					  "01.5",
					  "1.",
					  ".5",
					  "-",
					  "1e",
					  "1.2.3",
					  "12a",
					  "1767225600123",
					  "18446744073709551615",
					  NULL};
	char text[32];

	if (random_below(&b->state, 3) == 0) {
		put(b, some(b, odd));
		return;
	}
	snprintf(text, sizeof text, "%u", random_below(&b->state, 1u << random_below(&b->state, 31)));
	put(b, text);
}

static void put_value(struct both *b)
{
	static const char *const words[] = {"true", "false", "null", NULL};

	switch (random_below(&b->state, 6)) {
	case 0: put(b, some(b, words)); break;
	case 1:
	case 2: put_text(b); break;
	default: put_number(b); break;
	}
}

static void put_record(struct both *b)
{
	static const char *const gaps[] = {"", "", "", "", "", " ", "  ", "\t", "                  ", NULL};
	static const char *const keys[] = {"\"ts\"",
					   "\"level\"",
					   "\"latency\"",
					   "\"ok\"",
					   "\"ratio\"",
					   "\"other\"",
					   "\"x\"",
					   "\"a key that is longer than sixteen bytes\"",
					   "\"a key that is longer than sixteen bits\"",
					   "\"sixteen_byte_key\"",
					   "\"sixteen_byte_kez\"",
					   "\"l\\u0065vel\"",
					   "\"last\"",
					   NULL};
	const uint32_t rare = random_below(&b->state, 8);
	uint32_t i;

	b->len = 0;
	put(b, some(b, gaps));
	put(b, "{\"ts\":");
	put_text(b);
	put(b, ",\"level\":");
	put_text(b);
	put(b, rare == 0 ? ", \"latency\" : " : ",\"latency\":");
	put_number(b);
	put(b, ",\"user\":{\"id\":");
	put_number(b);
	put(b, ",\"name\":");
	put_text(b);
	put(b, "},\"tags\":[\"a\",");
	put_value(b);
	put(b, "],");
	for (i = rare == 1 ? random_below(&b->state, 3) : 0; i > 0; i--) {
		put(b, some(b, keys));
		put(b, ":");
		put_value(b);
		put(b, ",");
		put(b, some(b, gaps));
	}
	put(b, "\"a key that is longer than sixteen bytes\":");
	put_number(b);
	put(b, ",\"sixteen_byte_key\":true,\"last\":");
	put_number(b);
	put(b, some(b, gaps));
	put(b, "}");
	put(b, some(b, gaps));
}

static void damage(struct both *b)
{
	static const char bytes[] = "{}[],:\"\\ue+-.09 \t\n\0\x01\x1f\x7f\x80\xc3\xed\xf4\xff/abtrfnls\x0c\x1a";
	uint32_t i, at;

	for (i = random_below(&b->state, 3); i > 0; i--) {
		at = random_below(&b->state, b->len);
		if (random_below(&b->state, 8) == 0)
			b->len = at + 1;
		b->text[at] = bytes[random_below(&b->state, sizeof bytes)];
	}
}

static void compare(struct both *b)
{
	const char *const p = edge_put(b->edge, b->text, b->len);
	const struct scan *const got = &b->document->scan, *const want = &b->plain.scan;
	const enum scan_result r = scan_document(&b->plain.scan, p, b->len);
	uint32_t i;

	b->text[b->len] = '\0';
	cr_assert_eq(document_read(b->document, p, b->len), r, "%s: %s", b->text, r == SCAN_BAD ? want->fault : "");
	*(r == SCAN_OK ? &b->taken : &b->refused) += 1;
	if (r == SCAN_BAD) {
		cr_assert_eq(got->fault_at, want->fault_at, "%s", b->text);
		cr_assert_str_eq(got->fault, want->fault, "%s", b->text);
	}
	for (i = 0; r == SCAN_OK && pointers[i]; i++) {
		const struct value *x = &got->values[i], *y = &want->values[i];

		cr_assert_eq(x->kind, y->kind, "%s in %s", pointers[i], b->text);
		if (x->kind == VALUE_MISSING)
			continue;
		cr_assert_eq(x->off, y->off, "%s in %s", pointers[i], b->text);
		cr_assert_eq(x->len, y->len, "%s in %s", pointers[i], b->text);
		if (x->kind == VALUE_STRING)
			cr_assert_eq(x->is_escaped, y->is_escaped, "%s in %s", pointers[i], b->text);
		if (x->kind == VALUE_NUMBER) {
			cr_assert_eq(x->number.exponent, y->number.exponent, "%s in %s", pointers[i], b->text);
			cr_assert_eq(x->number.mantissa, y->number.mantissa, "%s in %s", pointers[i], b->text);
			cr_assert_eq(x->number.is_negative, y->number.is_negative, "%s in %s", pointers[i], b->text);
			cr_assert_eq(x->number.is_small, y->number.is_small, "%s in %s", pointers[i], b->text);
		}
	}
}

Test(mould, records_at_each_level, .timeout = 120)
{
	struct both b;
	uint32_t i, level, with_damage;

	for (level = 0; level <= (uint32_t)tw_simd_machine(); level++) {
		for (with_damage = 0; with_damage < 2; with_damage++) {
			both_init(&b, 5 + level, (enum tw_simd)level);
			for (i = 0; i < 20000; i++) {
				put_record(&b);
				if (with_damage)
					damage(&b);
				/* all shapes are tried, also where few fit */
				b.document->rest = 0;
				compare(&b);
			}
			cr_assert_gt(b.taken, 2000);
			cr_assert_gt(b.refused, 1000);
			both_fini(&b);
		}
	}
}

/* Before and after anything was learned. */
Test(mould, documents_of_nothing)
{
	static const char *const texts[] = {"",   " ", "\n\t", "1",  " 1 ", "\"\"", "{}",
					    "[]", "x", "\x0c", "{}", "1",   ""};
	struct both b;
	uint32_t i;

	both_init(&b, 1, tw_simd_machine());
	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		b.len = 0;
		put(&b, texts[i]);
		compare(&b);
	}
	both_fini(&b);
}

/* Shapes that are too many for the moulds, too long, too deep, too wide. */
Test(mould, shapes_without_end, .timeout = 60)
{
	struct both b;
	uint32_t i, k, rested = 0;

	both_init(&b, 77, tw_simd_machine());
	for (i = 0; i < 5000; i++) {
		b.len = 0;
		put(&b, "{\"ts\":1");
		for (k = random_below(&b.state, 60); k > 0; k--)
			put(&b, random_below(&b.state, 2) ? ",\"x\":[]" : ",\"x\":\"y\"");
		put(&b, ",\"last\":[1]}");
		compare(&b);
		rested += b.document->rest > 0;
	}
	cr_assert_gt(rested, 1000, "the reader learns shapes that never come again");
	both_fini(&b);
}

/* Each outcome of the two tables of keys: near the begin, near the end, long ones. */
Test(mould, keys_that_differ_in_one_byte)
{
	static const char *const keys[] = {"a",
					   "ab",
					   "sevenby",
					   "eightbyt",
					   "fifteen_bytes__",
					   "sixteen_byte_key",
					   "seventeen_bytes_k",
					   "a key of forty bytes, more than two words"};
	struct both b;
	uint32_t i, k, at;
	char doc[256];

	for (i = 0; i < 2 * sizeof keys / sizeof *keys; i++) {
		const char *key = keys[i / 2];
		const uint32_t n = (uint32_t)strlen(key);

		both_init(&b, i, tw_simd_machine());
		for (k = 0; k <= n; k++) {
			snprintf(doc, sizeof doc,
				 i % 2 ? "{\"%s\":1}"
				       : "{\"ts\":[1,2,3,4,5,6,7,8,9],\"%s\":1,\"z\":[0,0,0,0,0,0,0,0,0]}",
				 key);
			b.len = 0;
			put(&b, doc);
			compare(&b);
			compare(&b);
			at = (uint32_t)(strstr(b.text, key) - b.text) + k;
			b.text[at] = k == n ? 'x' : (char)(b.text[at] ^ 1);
			compare(&b);
		}
		both_fini(&b);
	}
}
