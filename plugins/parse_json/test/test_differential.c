/*
 * test_differential.c - random documents, and documents with random damage, against
 * jansson: taken or refused alike, and the same values at the wanted places.
 */
#include <criterion/criterion.h>

#include "against.h"
#include "help.h"

#define ROUNDS 60000u

struct writer {
	uint64_t state;
	char text[1 << 16];
	size_t len;
};

static void put(struct writer *w, const char *s)
{
	const size_t n = strlen(s);

	if (w->len + n < sizeof w->text) {
		memcpy(w->text + w->len, s, n);
		w->len += n;
	}
}

static uint32_t below(struct writer *w, uint32_t n)
{
	return random_below(&w->state, n);
}

static const char *pick(struct writer *w, const char *const *list, uint32_t n)
{
	return list[below(w, n)];
}

#define PICK(w, ...)                                                                                                   \
	pick(w, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void put_space(struct writer *w)
{
	if (below(w, 6) == 0)
		put(w, PICK(w, " ", "  ", "\t", "\n", "\r\n", "                    "));
}

static void put_string(struct writer *w)
{
	uint32_t i;

	put(w, "\"");
	for (i = below(w, 12); i > 0; i--)
		put(w, PICK(w, "a", "bc", "some words", "0123456789abcdef", "\\n", "\\\"", "\\\\", "\\/", "\\u0041",
			    "\\u00e9", "\\ud83d\\ude00", "\\u0000", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "{",
			    "]", ",", ":", " "));
	put(w, "\"");
}

static void put_number(struct writer *w)
{
	char text[64];

	switch (below(w, 5)) {
	case 0: snprintf(text, sizeof text, "%d", (int)below(w, 2000) - 1000); break;
	case 1: snprintf(text, sizeof text, "%lld", (long long)(random_next(&w->state) >> below(w, 64))); break;
	case 2: snprintf(text, sizeof text, "%.17g", (double)(int64_t)random_next(&w->state) / 1e12); break;
	case 3: snprintf(text, sizeof text, "%u.%ue%d", below(w, 100), below(w, 100000), (int)below(w, 80) - 40); break;
	default: snprintf(text, sizeof text, "-0.%u", below(w, 1000000)); break;
	}
	put(w, text);
}

static void put_value(struct writer *w, uint32_t depth)
{
	const uint32_t kind = below(w, depth < 5 ? 9 : 6);
	uint32_t i, n = below(w, 7);

	put_space(w);
	switch (kind) {
	case 0: put(w, PICK(w, "null", "true", "false")); break;
	case 1:
	case 2: put_number(w); break;
	case 3:
	case 4:
	case 5: put_string(w); break;
	case 6:
		put(w, "[");
		for (i = 0; i < n; i++) {
			put(w, i ? "," : "");
			put_value(w, depth + 1);
		}
		put(w, "]");
		break;
	default:
		put(w, "{");
		for (i = 0; i < n; i++) {
			put(w, i ? "," : "");
			put_space(w);
			put(w,
			    PICK(w, "\"a\"", "\"b\"", "\"c\"", "\"d\"", "\"\"", "\"\\u0061\"", "\"\\u0062c\"", "\"bc\"",
				 "\"a key of more bytes than a word\"", "\"a key of more bytes than a\\u0020word\"",
				 "\"a key of more bytes than a wort\"", "\"\xc3\xa9\"", "\"\\u00e9\"", "\"0\"", "\"1\"",
				 "\"a/b\"", "\"x\"", "\"y\"", "\"eightbyt\"", "\"sevenby\""));
			put_space(w);
			put(w, ":");
			put_value(w, depth + 1);
		}
		put(w, "}");
		break;
	}
	put_space(w);
}

static void damage(struct writer *w)
{
	static const char bytes[] =
		"{}[],:\"\\ue+-.0123456789 \t\n\0\x01\x1f\x7f\x80\xbf\xc0\xc3\xe2\xed\xf0\xf4\xff/abtrfnls";
	uint32_t i, at;

	for (i = 1 + below(w, 3); i > 0 && w->len > 1 && w->len + 1 < sizeof w->text; i--) {
		at = below(w, (uint32_t)w->len);
		switch (below(w, 5)) {
		case 0: w->text[at] = bytes[below(w, sizeof bytes)]; break;
		case 1: w->text[at] = (char)(w->text[at] ^ 1 << below(w, 8)); break;
		case 2:
			memmove(w->text + at, w->text + at + 1, w->len - at - 1);
			w->len--;
			break;
		case 3:
			memmove(w->text + at + 1, w->text + at, w->len - at);
			w->text[at] = bytes[below(w, sizeof bytes)];
			w->len++;
			break;
		default:
			if (below(w, 4) == 0)
				w->len = at;
			break;
		}
	}
}

static const char *const pointers[] = {"",
				       "/a",
				       "/b",
				       "/bc",
				       "/a/b",
				       "/a/0",
				       "/0",
				       "/1/1",
				       "/1/a/c",
				       "/",
				       "/a key of more bytes than a word",
				       "/\xc3\xa9",
				       "/a~1b",
				       "/c/d/a",
				       "/d/a key of more bytes than a word/0",
				       "/b/eightbyt",
				       "/eightbyt",
				       "/sevenby",
				       "/2",
				       "/3",
				       NULL};

/* 1: taken, 0: refused, -1: not asked. */
static int check_document(struct reader *r, char *edge, struct writer *w)
{
	const char *p = edge_put(edge, w->text, w->len);
	const enum scan_result got = scan_document(&r->scan, p, (uint32_t)w->len);
	json_t *v;
	const int want = ask(w->text, w->len, &v);
	uint32_t i;

	w->text[w->len] = '\0'; /* for the messages */
	if (want >= 0)
		cr_assert_eq(got == SCAN_OK, want, "jansson %s: %s (%s at byte %u)", want ? "takes" : "refuses",
			     w->text, got == SCAN_OK ? "taken" : r->scan.fault, r->scan.fault_at);
	if (want == 1 && !has_equal_keys(w->text, w->len))
		for (i = 0; pointers[i]; i++)
			cr_assert(is_value(p, &r->scan.values[i], resolve(v, pointers[i])), "%s in %s", pointers[i],
				  w->text);
	json_decref(v);
	return want;
}

static void run(uint64_t seed, int with_damage, uint32_t *taken, uint32_t *refused)
{
	char *const edge = edge_new();
	struct writer *w = calloc(1, sizeof *w);
	struct reader r;
	uint32_t i;

	printf("seed %u\n", (unsigned)seed);
	w->state = seed;
	reader_init(&r, pointers, 0);
	for (i = 0; i < ROUNDS; i++) {
		int asked;

		w->len = 0;
		put_value(w, below(w, 4));
		if (with_damage)
			damage(w);
		asked = check_document(&r, edge, w);
		*taken += asked == 1;
		*refused += asked == 0;
	}
	reader_fini(&r);
	free(w);
	edge_free(edge);
}

Test(differential, random_documents, .timeout = 120)
{
	uint32_t taken = 0, refused = 0;

	run(11, 0, &taken, &refused);
	cr_assert_eq(taken + refused, ROUNDS, "%u and %u", taken, refused);
	cr_assert_eq(refused, 0);
}

Test(differential, damaged_documents, .timeout = 120)
{
	uint32_t taken = 0, refused = 0;

	run(12, 1, &taken, &refused);
	printf("%u taken, %u refused, %u not asked\n", taken, refused, ROUNDS - taken - refused);
	cr_assert_gt(taken, ROUNDS / 10);
	cr_assert_gt(refused, ROUNDS / 10);
}
