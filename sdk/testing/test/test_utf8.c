/* test_utf8.c - well-formed UTF-8, against decoding it by the book. */
#include <criterion/criterion.h>

#include "simd.h"
#include <thalweg/text/utf8.h>

/* The place of the first character that is none, decoded bit by bit. */
static uint32_t by_the_book(const char *text, uint32_t len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)text;
	uint32_t i, k, n, code;

	for (i = 0; i < len; i += n) {
		for (n = 0; n < 8 && p[i] >> (7 - n) & 1; n++)
			;
		n += n == 0;
		if (p[i] >= 0x80 && (n < 2 || n > 4))
			return i;
		code = n == 1 ? p[i] : p[i] & (0x7fu >> n);
		for (k = 1; k < n; k++) {
			if (i + k >= len || p[i + k] >> 6 != 2)
				return i;
			code = code << 6 | (p[i + k] & 0x3f);
		}
		if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return i;
	}
	return len;
}

static uint32_t bad_at(const char *text, uint32_t len)
{
	const char *bad = tw_not_utf8(text, text + len);

	return bad ? (uint32_t)(bad - text) : len;
}

Test(utf8, judges_all_short_sequences)
{
	char text[24];
	uint32_t i, k, pad;

	for (pad = 0; pad < 20; pad += 7) {
		for (i = 0; i < 65536; i++) {
			memset(text, 'a', sizeof text);
			text[pad] = (char)(i >> 8);
			text[pad + 1] = (char)i;
			for (k = 2; k < 4; k++)
				text[pad + k] =
					(char)(random_bits() % 4 ? 0x80 + random_bits() % 64 : random_bits() % 256);
			for (k = 1; k <= 4; k++)
				cr_assert_eq(bad_at(text, pad + k), by_the_book(text, pad + k), "%08x after %u",
					     (unsigned)i, (unsigned)pad);
		}
	}
}

Test(utf8, words)
{
	static const char *const good[] = {"",
					   "plain",
					   "gr\xc3\xbc\xc3\x9f",
					   "\xe2\x82\xac",
					   "\xf0\x9f\x8c\x8a",
					   "\xef\xbf\xbf",
					   "12345678\xed\x9f\xbf",
					   "\xf4\x8f\xbf\xbf"};
	static const char *const bad[] = {"\x80",         "\xc0\xaf",         "\xc1\xbf",         "\xe0\x9f\xbf",
					  "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
					  "\xc3",         "\xe2\x82",         "abcdefgh\xff",     "\xc3("};
	size_t i;

	for (i = 0; i < sizeof good / sizeof *good; i++)
		cr_assert(!tw_not_utf8(good[i], good[i] + strlen(good[i])), "%zu", i);
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_assert(tw_not_utf8(bad[i], bad[i] + strlen(bad[i])), "%zu", i);
}
