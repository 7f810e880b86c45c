/*
 * text.h - the inside of JSON strings: where something special is, and what it is
 * without its escapes.
 *
 * Nothing here reads a byte at or past `end`.
 */
#ifndef PARSE_JSON_TEXT_H
#define PARSE_JSON_TEXT_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* The first quote, backslash or control character in [p, end), or end. *high gets
 * bit 7 set if a byte before it is not ASCII. */
static inline const char *text_stop_scalar(const char *p, const char *end, unsigned *high)
{
	for (; p < end; p++) {
		const unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\' || c < 0x20)
			break;
		*high |= c & 0x80u;
	}
	return p;
}

#if defined(__SSE2__)
static inline const char *text_stop_sse2(const char *p, const char *end, unsigned *high)
{
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);

	for (; end - p >= 16; p += 16) {
		const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		const __m128i special = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
						     _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
		const unsigned stop = (unsigned)_mm_movemask_epi8(special), top = (unsigned)_mm_movemask_epi8(v);

		if (stop) {
			/* only what lies before the stop is in the string */
			*high |= top & (stop - 1u) & ~stop ? 0x80u : 0u;
			return p + __builtin_ctz(stop);
		}
		*high |= top ? 0x80u : 0u;
	}
	return text_stop_scalar(p, end, high);
}
#define TEXT_STOP text_stop_sse2
#else
#define TEXT_STOP text_stop_scalar
#endif

static inline const char *text_stop(const char *p, const char *end, unsigned *high)
{
	return TEXT_STOP(p, end, high);
}

/* The bytes after the escape at p (*p is the backslash), or NULL if it is none.
 * *out gets the code point. A pair of surrogates is one escape; half of one is none. */
const char *text_escape(const char *p, const char *end, uint32_t *out);

/* Copy the inside of a valid string without its escapes; `to` has room for as much
 * as there is. Bytes written. */
uint32_t text_unescape(char *to, const char *p, const char *end);

/* Is the inside of a valid string, without its escapes, these len bytes? */
int text_equals(const char *p, const char *end, const char *what, uint32_t len);

#endif
