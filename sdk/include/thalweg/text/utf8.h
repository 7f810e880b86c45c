/* thalweg/text/utf8.h - is a text UTF-8? [any] */
#ifndef THALWEG_TEXT_UTF8_H
#define THALWEG_TEXT_UTF8_H

#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

static inline int tw_utf8_tail(const char *p, unsigned least, unsigned most)
{
	const unsigned char c = (unsigned char)*p;

	return c >= least && c <= most;
}

/* Bytes of the sequence of two or more at p; 0: there is none. The second byte's
 * range depends on the first: that is what keeps overlong forms and surrogates out. */
static inline uint32_t tw_utf8_sequence(const char *p, const char *end)
{
	const unsigned c = (unsigned char)*p;
	const int64_t left = end - p;

	if (c >= 0xC2 && c <= 0xDF)
		return left >= 2 && tw_utf8_tail(p + 1, 0x80, 0xBF) ? 2 : 0;
	if (c >= 0xE0 && c <= 0xEF) {
		const unsigned least = c == 0xE0 ? 0xA0 : 0x80, most = c == 0xED ? 0x9F : 0xBF;

		return left >= 3 && tw_utf8_tail(p + 1, least, most) && tw_utf8_tail(p + 2, 0x80, 0xBF) ? 3 : 0;
	}
	if (c >= 0xF0 && c <= 0xF4) {
		const unsigned least = c == 0xF0 ? 0x90 : 0x80, most = c == 0xF4 ? 0x8F : 0xBF;

		return left >= 4 && tw_utf8_tail(p + 1, least, most) && tw_utf8_tail(p + 2, 0x80, 0xBF) &&
				       tw_utf8_tail(p + 3, 0x80, 0xBF)
			       ? 4
			       : 0;
	}
	return 0;
}

/* The first byte in [p, end) that is not part of well-formed UTF-8 (RFC 3629: no
 * overlong forms, no surrogates, nothing above U+10FFFF), or NULL. */
static inline const char *tw_not_utf8(const char *p, const char *end)
{
	while (p < end) {
		uint64_t eight;
		uint32_t n;

		if (end - p >= 8) {
			memcpy(&eight, p, 8);
			if (!(eight & 0x8080808080808080u)) {
				p += 8;
				continue;
			}
		}
		while (p < end && !((unsigned char)*p & 0x80))
			p++;
		while (p < end && (unsigned char)*p & 0x80) {
			n = tw_utf8_sequence(p, end);
			if (n == 0)
				return p;
			p += n;
		}
	}
	return NULL;
}

#ifdef __cplusplus
}
#endif
#endif
