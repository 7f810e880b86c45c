/*
 * number.h - JSON numbers: validated and taken apart in one pass, then made into
 * what a column holds, exactly or not at all.
 */
#ifndef PARSE_JSON_NUMBER_H
#define PARSE_JSON_NUMBER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* mantissa * 10^exponent, if is_small. */
struct number {
	uint64_t mantissa;
	int32_t exponent;
	uint8_t is_negative;
	uint8_t is_small; /* at most 19 digits, so that mantissa holds them all, and a small exponent */
};

#define NUMBER_EXPONENT_MAX 100000000

/* Exponents beyond this are all the same for any number that a line can hold. */
static inline const char *number_scan_exponent(const char *p, const char *end, int32_t *exponent, const char **bad)
{
	const int minus = p < end && *p == '-';
	int32_t e = 0;

	if (p < end && (*p == '-' || *p == '+'))
		p++;
	if (p == end || *p < '0' || *p > '9') {
		*bad = p;
		return NULL;
	}
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		if (e < NUMBER_EXPONENT_MAX)
			e = e * 10 + (*p - '0');
	*exponent += minus ? -e : e;
	return p;
}

/* The number at p (p < end). Past it; NULL: it is none, *bad is where. */
static inline const char *number_scan(const char *p, const char *end, struct number *n, const char **bad)
{
	const char *digits;
	uint64_t m = 0;
	int64_t n_digits;

	n->is_negative = *p == '-';
	n->exponent = 0;
	p += n->is_negative;
	digits = p;
	*bad = p;
	if (p == end || *p < '0' || *p > '9')
		return NULL;
	if (*p == '0')
		p++;
	else
		for (; p < end && *p >= '0' && *p <= '9'; p++)
			m = m * 10 + (uint64_t)(*p - '0');
	n_digits = p - digits;
	if (p < end && *p == '.') {
		digits = ++p;
		for (; p < end && *p >= '0' && *p <= '9'; p++)
			m = m * 10 + (uint64_t)(*p - '0');
		*bad = p;
		if (p == digits)
			return NULL;
		n_digits += p - digits;
		n->exponent = p - digits < 1000 ? -(int32_t)(p - digits) : 0;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p = number_scan_exponent(p + 1, end, &n->exponent, bad);
		if (!p)
			return NULL;
	}
	n->mantissa = m;
	n->is_small = n_digits <= 19;
	return p;
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* As number_scan, for a number of at most 8 bytes without an exponent and minus that
 * is known to be the len bytes before `end`; 8 bytes before it can be read. 0: it is none
 * of that kind. All digits are handled at once, in a register. */
static inline int number_scan_short(const char *end, uint32_t len, struct number *n)
{
	const uint64_t zeroes = 0x3030303030303030u, ones = 0x0101010101010101u, all = ~(uint64_t)0;
	uint64_t x, dot, below;
	uint32_t digits = len, whole = len;

	memcpy(&x, end - 8, 8);
	x = x >> (64 - 8 * len) ^ zeroes;
	/* a point is 0x1e now: the lowest byte that is so becomes the lowest bit 7 */
	dot = ((x ^ 0x1e * ones) - ones) & ~(x ^ 0x1e * ones) & 0x80 * ones & all >> (64 - 8 * len);
	if (dot) {
		whole = (uint32_t)__builtin_ctzll(dot) / 8;
		below = ((uint64_t)1 << 8 * whole) - 1;
		x = (x & below) | (x >> 8 & ~below);
		digits = len - 1;
		if (whole == 0 || whole == digits)
			return 0;
	}
	x <<= 64 - 8 * digits; /* leading zeroes, to make it eight */
	if ((x | (x + 0x76 * ones)) & 0x80 * ones)
		return 0;
	if (whole > 1 && end[-(int)len] == '0')
		return 0;
	x = x * 10 + (x >> 8);
	n->mantissa = ((x & 0x000000FF000000FFu) * 0x000F424000000064u +
		       (x >> 16 & 0x000000FF000000FFu) * 0x0000271000000001u) >>
		      32;
	n->exponent = (int32_t)whole - (int32_t)digits;
	n->is_negative = 0;
	n->is_small = 1;
	return 1;
}
#else
static inline int number_scan_short(const char *end, uint32_t len, struct number *n)
{
	(void)end, (void)len, (void)n;
	return 0;
}
#endif

enum number_result { NUMBER_OK, NUMBER_RANGE /* too great or small */, NUMBER_FRACTION /* not whole */ };

/* The number, whose text is text[0..len), as a whole number of the type. 1e3 and 1.0 are whole. */
enum number_result number_i64(const struct number *n, const char *text, uint32_t len, int64_t *out);
enum number_result number_u64(const struct number *n, const char *text, uint32_t len, uint64_t *out);

/* The number times 10^shift; what is below 1 is cut off. */
enum number_result number_time(const struct number *n, const char *text, uint32_t len, uint32_t shift, int64_t *out);

/* The nearest double or float, ties to even; NUMBER_RANGE if that is infinite. */
enum number_result number_f64(const struct number *n, const char *text, uint32_t len, double *out);
enum number_result number_f32(const struct number *n, const char *text, uint32_t len, float *out);

#endif
