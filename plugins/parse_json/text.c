/* text.c - escapes; see text.h. */
#include "text.h"

#include <string.h>

/* Four hexadecimal digits; -1: they are not. */
static int32_t hex4(const char *p)
{
	int32_t v = 0;
	int i;

	for (i = 0; i < 4; i++) {
		const int c = p[i], lower = c | 0x20;

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if (lower >= 'a' && lower <= 'f')
			v = v * 16 + (lower - 'a' + 10);
		else
			return -1;
	}
	return v;
}

static const char *escape_u(const char *p, const char *end, uint32_t *out)
{
	const int32_t first = end - p >= 6 ? hex4(p + 2) : -1;
	int32_t second;

	if (first < 0 || (first >= 0xDC00 && first <= 0xDFFF))
		return NULL;
	*out = (uint32_t)first;
	if (first < 0xD800 || first > 0xDBFF)
		return p + 6;
	if (end - p < 12 || p[6] != '\\' || p[7] != 'u')
		return NULL;
	second = hex4(p + 8);
	if (second < 0xDC00 || second > 0xDFFF)
		return NULL;
	*out = 0x10000u + (((uint32_t)first - 0xD800u) << 10) + ((uint32_t)second - 0xDC00u);
	return p + 12;
}

const char *text_escape(const char *p, const char *end, uint32_t *out)
{
	if (end - p < 2)
		return NULL;
	switch (p[1]) {
	case '"':
	case '\\':
	case '/': *out = (unsigned char)p[1]; break;
	case 'b': *out = '\b'; break;
	case 'f': *out = '\f'; break;
	case 'n': *out = '\n'; break;
	case 'r': *out = '\r'; break;
	case 't': *out = '\t'; break;
	case 'u': return escape_u(p, end, out);
	default: return NULL;
	}
	return p + 2;
}

static uint32_t encode(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xC0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xE0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3F));
		to[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	to[0] = (char)(0xF0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3F));
	to[2] = (char)(0x80 | (c >> 6 & 0x3F));
	to[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

uint32_t text_unescape(char *to, const char *p, const char *end)
{
	char *const start = to;
	uint32_t c = 0;

	while (p < end) {
		const char *slash = memchr(p, '\\', (size_t)(end - p));
		const size_t n = (size_t)((slash ? slash : end) - p);

		memcpy(to, p, n);
		to += n;
		if (!slash)
			break;
		p = text_escape(slash, end, &c);
		to += encode(to, c);
	}
	return (uint32_t)(to - start);
}

int text_equals(const char *p, const char *end, const char *what, uint32_t len)
{
	const char *const stop = what + len;

	while (p < end) {
		char bytes[4] = {*p};
		uint32_t n = 1, c = 0;

		if (*p == '\\') {
			p = text_escape(p, end, &c);
			n = encode(bytes, c);
		} else {
			p++;
		}
		if (stop - what < n || memcmp(what, bytes, n) != 0)
			return 0;
		what += n;
	}
	return what == stop;
}
