/* utf8.c - is text UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. Pure. */
#include "file_in.h"

#include <string.h>

/* Length of the character that begins with lead byte c, and the bounds of its second
 * byte; 0 for a byte that begins none. */
static uint32_t lead(unsigned char c, unsigned char *low, unsigned char *high)
{
	*low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	*high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

bool is_utf8(const char *p, uint32_t len)
{
	const unsigned char *s = (const unsigned char *)p, *end = s + len;

	while (s < end) {
		unsigned char low, high;
		uint64_t eight;
		uint32_t n, i;

		if (end - s >= 8) {
			memcpy(&eight, s, 8);
			if ((eight & 0x8080808080808080u) == 0) {
				s += 8;
				continue;
			}
		}
		n = lead(*s, &low, &high);
		if (n == 0 || end - s < (int64_t)n || (n > 1 && (s[1] < low || s[1] > high)))
			return false;
		for (i = 2; i < n; i++)
			if ((s[i] & 0xc0) != 0x80)
				return false;
		s += n;
	}
	return true;
}
