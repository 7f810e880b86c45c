/* test_text.c - the inside of strings: both scans against each other, UTF-8 against a
 * reader of code points, escapes. */
#include <criterion/criterion.h>

#include "help.h"
#include "text.h"

#include <thalweg/text/utf8.h>

#if defined(__SSE2__)
Test(text, the_two_scans_agree)
{
	static const char bytes[] = {'a', 'z', ' ', 0x7f, (char)0x80, (char)0xff, (char)0xc3, 0x21, 0x23, 0x5b, 0x5d};
	static const char stops[] = {'"', '\\', 0x1f, 0x00, '\n', 0x01};
	char *const edge = edge_new(), text[100];
	uint64_t state = 1;
	uint32_t round, i, len;

	for (round = 0; round < 200000; round++) {
		const char *p, *want, *got;
		unsigned want_high = 0, got_high = 0;

		len = random_below(&state, 80);
		for (i = 0; i < len; i++)
			text[i] = bytes[random_below(&state, round % 3 ? 4 : sizeof bytes)];
		for (i = random_below(&state, 3); len && i > 0; i--)
			text[random_below(&state, len)] = stops[random_below(&state, sizeof stops)];
		p = edge_put(edge, text, len);
		want = text_stop_scalar(p, edge, &want_high);
		got = text_stop_sse2(p, edge, &got_high);
		cr_assert_eq(got - p, want - p, "round %u: %d and %d", round, (int)(got - p), (int)(want - p));
		cr_assert_eq(got_high, want_high, "round %u: not ASCII", round);
	}
	edge_free(edge);
}
#endif

/* Bytes of the well-formed sequence at p, by decoding it: 0 if it is none. */
static uint32_t decode(const unsigned char *p, uint32_t len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const uint32_t n = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
	uint32_t i, c = n == 1 ? p[0] : n ? p[0] & (0x7fu >> n) : 0;

	if (n == 0 || n > len)
		return 0;
	for (i = 1; i < n; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : n;
}

static int decoded_fault(const unsigned char *p, uint32_t len)
{
	uint32_t i, n;

	for (i = 0; i < len; i += n) {
		n = decode(p + i, len - i);
		if (n == 0)
			return (int)i;
	}
	return -1;
}

static void check_utf8(const unsigned char *p, uint32_t len)
{
	const char *bad = tw_not_utf8((const char *)p, (const char *)p + len);
	const int got = bad ? (int)(bad - (const char *)p) : -1, want = decoded_fault(p, len);

	cr_assert_eq(got, want, "%02x %02x %02x %02x (%u): %d, not %d", p[0], p[1], p[2], p[3], len, got, want);
}

Test(text, utf8_of_two_and_three_bytes_is_as_decoded, .timeout = 60)
{
	unsigned char p[5] = {0};
	uint32_t c;

	for (c = 0; c < 1u << 24; c++) {
		p[0] = (unsigned char)(c >> 16);
		p[1] = (unsigned char)(c >> 8);
		p[2] = (unsigned char)c;
		if (p[0] >= 0x80)
			check_utf8(p, 2 + (c & 1));
	}
}

Test(text, utf8_of_any_bytes_is_as_decoded, .timeout = 60)
{
	static const unsigned char edges[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
					      0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
					      0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff};
	const uint32_t n = sizeof edges;
	unsigned char p[24] = {0};
	uint64_t state = 2;
	uint32_t i, k, len;

	for (i = 0; i < n * n * n * n; i++) {
		p[0] = edges[i % n];
		p[1] = edges[i / n % n];
		p[2] = edges[i / n / n % n];
		p[3] = edges[i / n / n / n];
		check_utf8(p, 4);
	}
	for (i = 0; i < 1000000; i++) {
		len = 1 + random_below(&state, sizeof p - 1);
		for (k = 0; k < len; k++)
			p[k] = random_below(&state, 4) ? 'a' : edges[random_below(&state, n)];
		check_utf8(p, len);
	}
}

/* Every code point, written as an escape, is the code point in UTF-8. */
Test(text, every_code_point_can_be_escaped)
{
	char text[16], want[8], got[16];
	uint32_t c, n, point;

	for (c = 0; c <= 0x10ffff; c++) {
		const char *end;

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		if (c < 0x10000)
			n = (uint32_t)snprintf(text, sizeof text, c & 1 ? "\\u%04x" : "\\u%04X", c);
		else
			n = (uint32_t)snprintf(text, sizeof text, "\\u%04x\\u%04X", 0xd800 + ((c - 0x10000) >> 10),
					       0xdc00 + ((c - 0x10000) & 0x3ff));
		end = text_escape(text, text + n, &point);
		cr_assert_eq(end, text + n, "%s", text);
		cr_assert_eq(point, c, "%s is %x", text, point);
		n = text_unescape(got, text, text + n);
		cr_assert_eq(decode((unsigned char *)got, n), n, "%s", text);
		memcpy(want, got, n);
		cr_assert(text_equals(text, end, want, n), "%s", text);
		cr_assert(!text_equals(text, end, want, n - 1), "%s", text);
		want[n - 1] ^= 1;
		cr_assert(!text_equals(text, end, want, n), "%s", text);
	}
}

Test(text, unescapes)
{
	static const char text[] = "a\\\"b\\\\c\\/\\b\\f\\n\\r\\t \xc3\xa9 \\u00e9 \\ud83d\\ude00 end";
	static const char want[] = "a\"b\\c/\b\f\n\r\t \xc3\xa9 \xc3\xa9 \xf0\x9f\x98\x80 end";
	char got[sizeof text];
	uint32_t n = text_unescape(got, text, text + sizeof text - 1);

	cr_assert_eq(n, sizeof want - 1, "%u bytes", n);
	cr_assert_eq(memcmp(got, want, n), 0, "%.*s", (int)n, got);
	cr_assert(text_equals(text, text + sizeof text - 1, want, n));
}

Test(text, bad_escapes_are_none)
{
	static const char *const bad[] = {"\\",
					  "\\a",
					  "\\x41",
					  "\\u",
					  "\\u1",
					  "\\u123",
					  "\\u12g4",
					  "\\U0041",
					  "\\ud800",
					  "\\ud800x",
					  "\\udc00",
					  "\\ud800\\",
					  "\\ud800\\u",
					  "\\ud800\\n",
					  "\\ud800\\ud800",
					  "\\udbff\\u0041",
					  "\\ud800\\udbff",
					  "\\ud800\\ue000",
					  "\\u 123",
					  "\\u+123",
					  "\\'",
					  "\\0",
					  "\\\n",
					  "\\ud83d\\ude0"};
	char *const edge = edge_new();
	uint32_t i, c;

	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_assert_null(text_escape(edge_put(edge, bad[i], strlen(bad[i])), edge, &c), "%s", bad[i]);
	edge_free(edge);
}
