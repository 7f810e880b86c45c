/*
 * number.h - JSON numbers: validated and taken apart in one pass, then made into
 * what a column holds, exactly or not at all.
 */
#ifndef PARSE_JSON_NUMBER_H
#define PARSE_JSON_NUMBER_H

#include <stddef.h>
#include <stdint.h>

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
