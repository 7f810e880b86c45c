/*
 * thalweg/text/number.h - numbers as JSON writes them: validated and taken apart in
 * one pass, then made into what a column holds, exactly or not at all. [any]
 */
#ifndef THALWEG_TEXT_NUMBER_H
#define THALWEG_TEXT_NUMBER_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* mantissa * 10^exponent, if is_small. */
struct tw_number {
	uint64_t mantissa;
	int32_t exponent;
	uint8_t is_negative;
	uint8_t is_small; /* at most 19 digits, so that mantissa holds them all, and a small exponent */
};

#define TW_NUMBER_EXPONENT_MAX 100000000

/* Exponents beyond this are all the same for any number that a line can hold. */
static inline const char *tw_number_scan_exponent(const char *p, const char *end, int32_t *exponent, const char **bad)
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
		if (e < TW_NUMBER_EXPONENT_MAX)
			e = e * 10 + (*p - '0');
	*exponent += minus ? -e : e;
	return p;
}

/* The number at p (p < end). Past it; NULL: it is none, *bad is where. */
static inline const char *tw_number_scan(const char *p, const char *end, struct tw_number *n, const char **bad)
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
		p = tw_number_scan_exponent(p + 1, end, &n->exponent, bad);
		if (!p)
			return NULL;
	}
	n->mantissa = m;
	n->is_small = n_digits <= 19;
	return p;
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* As tw_number_scan, for a number of at most 8 bytes without an exponent and minus that
 * is known to be the len bytes before `end`; 8 bytes before it can be read. 0: it is none
 * of that kind. All digits are handled at once, in a register. */
static inline int tw_number_scan_short(const char *end, uint32_t len, struct tw_number *n)
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
static inline int tw_number_scan_short(const char *end, uint32_t len, struct tw_number *n)
{
	(void)end, (void)len, (void)n;
	return 0;
}
#endif

enum tw_number_result { TW_NUMBER_OK, TW_NUMBER_RANGE /* too great or small */, TW_NUMBER_FRACTION /* not whole */ };

/* What fits a machine word is computed here; the rest goes through its significant
 * digits, of which more than TW_DIGITS never decide: no value halfway between two
 * doubles has more than 767, so that past them only "is there any" counts.
 *
 * strtod gets digits and an exponent without a decimal point, so that no locale can
 * change what it reads. It neither allocates nor locks. */

#define TW_DIGITS 780u
#define TW_NUMBER_EXACT UINT32_MAX /* as a shift: none, and what is not whole is not cut but refused */

struct tw_digits {
	char text[TW_DIGITS + 32]; /* a sign, digits without zeroes at either end; room for an exponent */
	uint32_t n;                /* digits, after the sign */
	int64_t exponent;          /* of the last of them */
};

static const uint64_t tw_tens[20] = {1u,
				     10u,
				     100u,
				     1000u,
				     10000u,
				     100000u,
				     1000000u,
				     10000000u,
				     100000000u,
				     1000000000u,
				     10000000000u,
				     100000000000u,
				     1000000000000u,
				     10000000000000u,
				     100000000000000u,
				     1000000000000000u,
				     10000000000000000u,
				     100000000000000000u,
				     1000000000000000000u,
				     10000000000000000000u};

static const double tw_exact_tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
				       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* The exponent that ends a valid number; 0 if it has none. */
static inline int32_t tw_written_exponent(const char *p, const char *end)
{
	const char *bad;
	int32_t e = 0;

	while (p < end && *p != 'e' && *p != 'E')
		p++;
	if (p < end)
		tw_number_scan_exponent(p + 1, end, &e, &bad);
	return e;
}

static inline void tw_read_digits(struct tw_digits *d, const char *text, uint32_t len)
{
	const char *p = text, *const end = text + len;
	int after_point = 0, more = 0;

	d->n = 0;
	d->exponent = tw_written_exponent(text, end);
	d->text[0] = *p == '-' ? '-' : '+';
	for (p += *p == '-'; p < end && *p != 'e' && *p != 'E'; p++) {
		if (*p == '.') {
			after_point = 1;
			continue;
		}
		d->exponent -= after_point;
		if (d->n == 0 && *p == '0')
			continue;
		if (d->n < TW_DIGITS) {
			d->text[1 + d->n++] = *p;
			continue;
		}
		more |= *p != '0';
		d->exponent++;
	}
	if (more) { /* stands for all that were dropped */
		d->text[1 + d->n++] = '1';
		d->exponent--;
	}
	while (d->n && d->text[d->n] == '0') {
		d->n--;
		d->exponent++;
	}
}

static inline enum tw_number_result tw_whole_of_digits(const char *text, uint32_t len, uint32_t shift, uint64_t *out)
{
	struct tw_digits d;
	uint64_t v = 0;
	int64_t i, n_whole;

	*out = 0;
	tw_read_digits(&d, text, len);
	n_whole = (int64_t)d.n + d.exponent + (shift == TW_NUMBER_EXACT ? 0 : shift); /* digits before the point */
	if (d.n == 0)
		return TW_NUMBER_OK;
	if (n_whole > 20)
		return TW_NUMBER_RANGE;
	if (n_whole < (int64_t)d.n && shift == TW_NUMBER_EXACT)
		return TW_NUMBER_FRACTION;
	for (i = 0; i < n_whole; i++) {
		const uint64_t digit = i < (int64_t)d.n ? (uint64_t)(d.text[1 + i] - '0') : 0;

		if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, digit, &v))
			return TW_NUMBER_RANGE;
	}
	*out = v;
	return TW_NUMBER_OK;
}

/* The magnitude of the number times 10^shift, or see TW_NUMBER_EXACT. */
static inline enum tw_number_result tw_number_whole(const struct tw_number *n, const char *text, uint32_t len,
						    uint32_t shift, uint64_t *out)
{
	const int64_t e = (int64_t)n->exponent + (shift == TW_NUMBER_EXACT ? 0 : shift);

	if (!n->is_small || e < -19 || e > 19)
		return tw_whole_of_digits(text, len, shift, out);
	if (e >= 0)
		return __builtin_mul_overflow(n->mantissa, tw_tens[e], out) ? TW_NUMBER_RANGE : TW_NUMBER_OK;
	*out = n->mantissa / tw_tens[-e];
	return shift == TW_NUMBER_EXACT && n->mantissa % tw_tens[-e] ? TW_NUMBER_FRACTION : TW_NUMBER_OK;
}

/* The sign put to a magnitude. */
static inline enum tw_number_result tw_with_sign(int is_negative, uint64_t v, int64_t *out)
{
	const uint64_t limit = (uint64_t)INT64_MAX + (is_negative ? 1u : 0u);

	if (v > limit)
		return TW_NUMBER_RANGE;
	*out = (int64_t)(is_negative ? 0 - v : v);
	return TW_NUMBER_OK;
}

/* The number, whose text is text[0..len), as a whole number of the type. 1e3 and 1.0 are whole. */
static inline enum tw_number_result tw_number_i64(const struct tw_number *n, const char *text, uint32_t len,
						  int64_t *out)
{
	uint64_t v;
	const enum tw_number_result r = tw_number_whole(n, text, len, TW_NUMBER_EXACT, &v);

	return r == TW_NUMBER_OK ? tw_with_sign(n->is_negative, v, out) : r;
}

static inline enum tw_number_result tw_number_u64(const struct tw_number *n, const char *text, uint32_t len,
						  uint64_t *out)
{
	const enum tw_number_result r = tw_number_whole(n, text, len, TW_NUMBER_EXACT, out);

	return r == TW_NUMBER_OK && n->is_negative && *out ? TW_NUMBER_RANGE : r;
}

/* The number times 10^shift; what is below 1 is cut off. */
static inline enum tw_number_result tw_number_time(const struct tw_number *n, const char *text, uint32_t len,
						   uint32_t shift, int64_t *out)
{
	uint64_t v;
	const enum tw_number_result r = tw_number_whole(n, text, len, shift, &v);

	return r == TW_NUMBER_OK ? tw_with_sign(n->is_negative, v, out) : r;
}

/* The number as sign, digits and exponent, for strtod. */
static const char *tw_normal_form(struct tw_digits *d, const char *text, uint32_t len)
{
	int64_t e;
	uint32_t k = 0;
	char reversed[24], *to;

	tw_read_digits(d, text, len);
	if (d->n == 0)
		d->text[1 + d->n++] = '0';
	to = d->text + 1 + d->n;
	/* beyond this it is 0 or infinite with any number of digits that there can be */
	e = d->exponent < -100000 ? -100000 : d->exponent > 100000 ? 100000 : d->exponent;
	*to++ = 'e';
	*to++ = e < 0 ? '-' : '+';
	for (e = e < 0 ? -e : e; e || k == 0; e /= 10)
		reversed[k++] = (char)('0' + e % 10);
	while (k)
		*to++ = reversed[--k];
	*to = '\0';
	return d->text;
}

/* The nearest double or float, ties to even; TW_NUMBER_RANGE if that is infinite. */
static inline enum tw_number_result tw_number_f64(const struct tw_number *n, const char *text, uint32_t len,
						  double *out)
{
	const uint64_t exact = (uint64_t)1 << 53;
	struct tw_digits d;
	double v;

	/* both are exact, so that one rounding is all there is */
	if (n->is_small && n->mantissa <= exact && n->exponent >= -22 && n->exponent <= 22) {
		v = (double)n->mantissa;
		v = n->exponent < 0 ? v / tw_exact_tens[-n->exponent] : v * tw_exact_tens[n->exponent];
		*out = n->is_negative ? -v : v;
		return TW_NUMBER_OK;
	}
	*out = strtod(tw_normal_form(&d, text, len), NULL);
	return isinf(*out) ? TW_NUMBER_RANGE : TW_NUMBER_OK;
}

static inline enum tw_number_result tw_number_f32(const struct tw_number *n, const char *text, uint32_t len, float *out)
{
	struct tw_digits d;
	float v;

	if (n->is_small && n->mantissa <= 1u << 24 && n->exponent >= -10 && n->exponent <= 10) {
		const float ten = (float)tw_exact_tens[n->exponent < 0 ? -n->exponent : n->exponent];

		v = (float)n->mantissa;
		v = n->exponent < 0 ? v / ten : v * ten;
		*out = n->is_negative ? -v : v;
		return TW_NUMBER_OK;
	}
	/* by way of double it would be rounded twice */
	*out = strtof(tw_normal_form(&d, text, len), NULL);
	return isinf(*out) ? TW_NUMBER_RANGE : TW_NUMBER_OK;
}

#ifdef __cplusplus
}
#endif
#endif
