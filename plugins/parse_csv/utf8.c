/* utf8.c - see utf8.h. */
#include "utf8.h"

#include <string.h>

/* Bytes of the character at p, `left` of them there; 0: it is none. */
static uint32_t character(const unsigned char *p, uint32_t left)
{
	/* the second byte's least and most, which alone depend on more than the length */
	unsigned least = 0x80, most = 0xbf;
	uint32_t n, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	least = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : least;
	most = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : most;
	if (left < n || p[1] < least || p[1] > most)
		return 0;
	for (i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

uint32_t utf8_bad(const char *p, uint32_t len)
{
	uint32_t i = 0, n;
	uint64_t x;

	while (i < len) {
		if (len - i >= 8) {
			memcpy(&x, p + i, 8);
			if (!(x & 0x8080808080808080u)) {
				i += 8;
				continue;
			}
		}
		n = character((const unsigned char *)p + i, len - i);
		if (n == 0)
			return i;
		i += n;
	}
	return len;
}
