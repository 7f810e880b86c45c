/* test_utf8.c - well-formed UTF-8, against decoding it by the book. */
#include <criterion/criterion.h>

#include "help.h"
#include "utf8.h"

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

Test(utf8, judges_all_short_sequences)
{
	char text[24];
	uint32_t i, k, pad;
	uint64_t seed = 1;

	for (pad = 0; pad < 20; pad += 7) {
		for (i = 0; i < 65536; i++) {
			memset(text, 'a', sizeof text);
			text[pad] = (char)(i >> 8);
			text[pad + 1] = (char)i;
			for (k = 2; k < 4; k++)
				text[pad + k] = (char)(random_below(&seed, 4) ? 0x80 + random_below(&seed, 64)
									      : random_below(&seed, 256));
			for (k = 1; k <= 4; k++)
				cr_assert_eq(utf8_bad(text, pad + k), by_the_book(text, pad + k), "%08x after %u",
					     (unsigned)i, (unsigned)pad);
		}
	}
}
