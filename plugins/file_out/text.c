/* text.c - text as JSON strings and CSV fields; see format.h. */
#include "format.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* How many bytes at p stand for themselves in a JSON string (ASCII alone). */
static uint32_t plain_run(const char *p, uint32_t len)
{
	uint32_t n = 0;

#ifdef __SSE2__
	for (; n + 16 <= len; n += 16) {
		const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + n));
		const __m128i low = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20)); /* as signed: 0x80 and up, too */
		const __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
		const __m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
		const int bits = _mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, slash)));

		if (bits)
			return n + (uint32_t)__builtin_ctz((unsigned)bits);
	}
#endif
	while (n < len && is_plain((unsigned char)p[n]))
		n++;
	return n;
}

/* Length of the character of two bytes or more at s, or 0 if it is not UTF-8. */
static uint32_t character(const unsigned char *s, uint32_t len)
{
	const unsigned char c = s[0];
	const unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	const unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	const uint32_t n = c < 0xc2 || c > 0xf4 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	uint32_t i;

	if (n == 0 || len < n || s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

static char *put_escape(char *to, const char *end, unsigned char c)
{
	static const char letters[] = "\"\"\\\\\nn\rr\tt\bb\ff";
	char text[7] = {'\\', 'u', '0', '0', '0', '0', 0};
	uint32_t i;

	for (i = 0; letters[i]; i += 2) {
		if (letters[i] == (char)c) {
			text[1] = letters[i + 1];
			return put_bytes(to, end, text, 2);
		}
	}
	text[4] = (char)('0' + (c >> 4));
	text[5] = "0123456789abcdef"[c & 15];
	return put_bytes(to, end, text, 6);
}

uint32_t put_json_special(char **to, const char *p, uint32_t len)
{
	uint32_t n = 1;

	if ((unsigned char)*p < 0x80) {
		*to = put_escape(*to, *to + 6, (unsigned char)*p);
		return 1;
	}
	n = character((const unsigned char *)p, len);
	*to = n ? put_bytes(*to, *to + n, p, n) : put_bytes(*to, *to + 3, "\xef\xbf\xbd", 3);
	return n ? n : 1;
}

char *put_json(char *to, const char *end, const char *p, uint32_t len)
{
	to = put_bytes(to, end, "\"", 1);
	while (to && len) {
		uint32_t n = plain_run(p, len);

		to = put_bytes(to, end, p, n);
		p += n;
		len -= n;
		if (!to || !len)
			continue;
		n = 1;
		if ((unsigned char)*p < 0x80) {
			to = put_escape(to, end, (unsigned char)*p);
		} else {
			n = character((const unsigned char *)p, len);
			to = n ? put_bytes(to, end, p, n) : put_bytes(to, end, "\xef\xbf\xbd", 3);
			n = n ? n : 1;
		}
		p += n;
		len -= n;
	}
	return to ? put_bytes(to, end, "\"", 1) : NULL;
}

static bool needs_quotes(const char *p, uint32_t len)
{
	return len == 0 || memchr(p, ',', len) || memchr(p, '"', len) || memchr(p, '\n', len) || memchr(p, '\r', len);
}

char *put_csv(char *to, const char *end, const char *p, uint32_t len)
{
	if (!needs_quotes(p, len))
		return put_bytes(to, end, p, len);
	to = put_bytes(to, end, "\"", 1);
	while (to && len) {
		const char *quote = memchr(p, '"', len);
		const uint32_t n = quote ? (uint32_t)(quote - p) + 1 : len;

		to = put_bytes(to, end, p, n);
		if (to && quote)
			to = put_bytes(to, end, "\"", 1);
		p += n;
		len -= n;
	}
	return to ? put_bytes(to, end, "\"", 1) : NULL;
}
