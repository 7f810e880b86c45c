/*
 * digits.h - numbers as CSV writes them: as in JSON, and also with leading zeroes, a
 * plus, and nothing before or behind the point.
 */
#ifndef PARSE_CSV_DIGITS_H
#define PARSE_CSV_DIGITS_H

#include <thalweg/text/number.h>

/* Is text[0..len) a number? Its significant digits are counted, so that zeroes before
 * them don't make it a long one. */
static inline int digits_scan(const char *text, uint32_t len, struct tw_number *n)
{
	const char *p = text, *const end = text + len, *point = NULL, *bad;
	uint32_t n_significant = 0, n_digits = 0;

	*n = (struct tw_number){0};
	if (p < end && (*p == '-' || *p == '+'))
		n->is_negative = *p++ == '-';
	for (; p < end; p++) {
		const uint32_t d = (uint32_t)(unsigned char)*p - '0';

		if (d > 9 && (*p != '.' || point))
			break;
		if (d > 9) {
			point = p + 1;
			continue;
		}
		n->mantissa = n->mantissa * 10 + d;
		n_significant += n_significant || d;
		n_digits++;
	}
	if (point)
		n->exponent = -(int32_t)(p - point);
	if (p < end && (*p == 'e' || *p == 'E')) {
		p = tw_number_scan_exponent(p + 1, end, &n->exponent, &bad);
		if (!p)
			return 0;
	}
	n->is_small = n_significant <= 19;
	return n_digits && p == end;
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define DIGITS_ONES 0x0101010101010101u

/* Eight digits, the first in the lowest byte, '0' taken from each. */
static inline uint64_t digits_eight(uint64_t x)
{
	x = x * 10 + (x >> 8);
	return ((x & 0x000000FF000000FFu) * 0x000F424000000064u +
		(x >> 16 & 0x000000FF000000FFu) * 0x0000271000000001u) >>
	       32;
}

/* Bytes that are no digits make it not 0; x as above. */
static inline uint64_t digits_not(uint64_t x)
{
	return (x | (x + 0x76 * DIGITS_ONES)) & 0x80 * DIGITS_ONES;
}

/* The len digits before `end`, 1 <= len <= 16; 8 bytes before it can be read, 16 if
 * len > 8. 0: they are not. */
static inline int digits_whole(const char *end, uint32_t len, uint64_t *out)
{
	const uint32_t low = len < 8 ? len : 8, high = len - low;
	uint64_t x, y;

	memcpy(&x, end - 8, 8);
	x = (x ^ 0x30 * DIGITS_ONES) >> (64 - 8 * low) << (64 - 8 * low);
	*out = digits_eight(x);
	if (!high)
		return !digits_not(x);
	memcpy(&y, end - 16, 8);
	y = (y ^ 0x30 * DIGITS_ONES) >> (64 - 8 * high) << (64 - 8 * high);
	*out += digits_eight(y) * 100000000u;
	return !digits_not(x) && !digits_not(y);
}

/* The len bytes before `end`, 1 <= len <= 8, as digits with or without a point among
 * them: mantissa and digits behind the point. 8 bytes before `end` can be read. 0: they
 * are no such number. */
static inline int digits_short(const char *end, uint32_t len, uint64_t *mantissa, uint32_t *behind)
{
	uint64_t x, dot, below;
	uint32_t at = 8;

	memcpy(&x, end - 8, 8);
	/* the point, if there is one, taken out, and what is before it moved up */
	x = (x ^ 0x30 * DIGITS_ONES) >> (64 - 8 * len) << (64 - 8 * len);
	dot = x ^ 0x1e * DIGITS_ONES;
	dot = (dot - DIGITS_ONES) & ~dot & 0x80 * DIGITS_ONES;
	if (dot) {
		at = (uint32_t)__builtin_ctzll(dot) / 8;
		below = ((uint64_t)1 << 8 * at) - 1;
		x = (x & below) << 8 | (x & ~below << 8);
		*behind = 7 - at;
	} else {
		*behind = 0;
	}
	*mantissa = digits_eight(x);
	return !digits_not(x) && (len > 1 || !dot);
}
#endif

#endif
