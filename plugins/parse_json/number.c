/*
 * number.c - numbers into columns; see number.h.
 *
 * What fits a machine word is computed here; the rest goes through its significant
 * digits, of which more than DIGITS never decide: no value halfway between two
 * doubles has more than 767, so that past them only "is there any" counts.
 *
 * strtod gets digits and an exponent without a decimal point, so that no locale can
 * change what it reads. It neither allocates nor locks.
 */
#include "number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 780u
#define EXACT UINT32_MAX /* as a shift: none, and what is not whole is not cut but refused */

struct digits {
	char text[DIGITS + 32]; /* a sign, digits without zeroes at either end; room for an exponent */
	uint32_t n;             /* digits, after the sign */
	int64_t exponent;       /* of the last of them */
};

static const uint64_t tens[20] = {1u,
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

static const double exact_tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
				    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* The exponent that ends a valid number; 0 if it has none. */
static int32_t written_exponent(const char *p, const char *end)
{
	const char *bad;
	int32_t e = 0;

	while (p < end && *p != 'e' && *p != 'E')
		p++;
	if (p < end)
		number_scan_exponent(p + 1, end, &e, &bad);
	return e;
}

static void read_digits(struct digits *d, const char *text, uint32_t len)
{
	const char *p = text, *const end = text + len;
	int after_point = 0, more = 0;

	d->n = 0;
	d->exponent = written_exponent(text, end);
	d->text[0] = *p == '-' ? '-' : '+';
	for (p += *p == '-'; p < end && *p != 'e' && *p != 'E'; p++) {
		if (*p == '.') {
			after_point = 1;
			continue;
		}
		d->exponent -= after_point;
		if (d->n == 0 && *p == '0')
			continue;
		if (d->n < DIGITS) {
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

static enum number_result whole_of_digits(const char *text, uint32_t len, uint32_t shift, uint64_t *out)
{
	struct digits d;
	uint64_t v = 0;
	int64_t i, n_whole;

	*out = 0;
	read_digits(&d, text, len);
	n_whole = (int64_t)d.n + d.exponent + (shift == EXACT ? 0 : shift); /* digits before the point */
	if (d.n == 0)
		return NUMBER_OK;
	if (n_whole > 20)
		return NUMBER_RANGE;
	if (n_whole < (int64_t)d.n && shift == EXACT)
		return NUMBER_FRACTION;
	for (i = 0; i < n_whole; i++) {
		const uint64_t digit = i < (int64_t)d.n ? (uint64_t)(d.text[1 + i] - '0') : 0;

		if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, digit, &v))
			return NUMBER_RANGE;
	}
	*out = v;
	return NUMBER_OK;
}

/* The magnitude of the number times 10^shift, or see EXACT. */
static enum number_result whole(const struct number *n, const char *text, uint32_t len, uint32_t shift, uint64_t *out)
{
	const int64_t e = (int64_t)n->exponent + (shift == EXACT ? 0 : shift);

	if (!n->is_small || e < -19 || e > 19)
		return whole_of_digits(text, len, shift, out);
	if (e >= 0)
		return __builtin_mul_overflow(n->mantissa, tens[e], out) ? NUMBER_RANGE : NUMBER_OK;
	*out = n->mantissa / tens[-e];
	return shift == EXACT && n->mantissa % tens[-e] ? NUMBER_FRACTION : NUMBER_OK;
}

/* The sign put to a magnitude. */
static enum number_result with_sign(int is_negative, uint64_t v, int64_t *out)
{
	const uint64_t limit = (uint64_t)INT64_MAX + (is_negative ? 1u : 0u);

	if (v > limit)
		return NUMBER_RANGE;
	*out = (int64_t)(is_negative ? 0 - v : v);
	return NUMBER_OK;
}

enum number_result number_i64(const struct number *n, const char *text, uint32_t len, int64_t *out)
{
	uint64_t v;
	const enum number_result r = whole(n, text, len, EXACT, &v);

	return r == NUMBER_OK ? with_sign(n->is_negative, v, out) : r;
}

enum number_result number_u64(const struct number *n, const char *text, uint32_t len, uint64_t *out)
{
	const enum number_result r = whole(n, text, len, EXACT, out);

	return r == NUMBER_OK && n->is_negative && *out ? NUMBER_RANGE : r;
}

enum number_result number_time(const struct number *n, const char *text, uint32_t len, uint32_t shift, int64_t *out)
{
	uint64_t v;
	const enum number_result r = whole(n, text, len, shift, &v);

	return r == NUMBER_OK ? with_sign(n->is_negative, v, out) : r;
}

/* The number as sign, digits and exponent, for strtod. */
static const char *normal_form(struct digits *d, const char *text, uint32_t len)
{
	int64_t e;
	uint32_t k = 0;
	char reversed[24], *to;

	read_digits(d, text, len);
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

enum number_result number_f64(const struct number *n, const char *text, uint32_t len, double *out)
{
	const uint64_t exact = (uint64_t)1 << 53;
	struct digits d;
	double v;

	/* both are exact, so that one rounding is all there is */
	if (n->is_small && n->mantissa <= exact && n->exponent >= -22 && n->exponent <= 22) {
		v = (double)n->mantissa;
		v = n->exponent < 0 ? v / exact_tens[-n->exponent] : v * exact_tens[n->exponent];
		*out = n->is_negative ? -v : v;
		return NUMBER_OK;
	}
	*out = strtod(normal_form(&d, text, len), NULL);
	return isinf(*out) ? NUMBER_RANGE : NUMBER_OK;
}

enum number_result number_f32(const struct number *n, const char *text, uint32_t len, float *out)
{
	struct digits d;
	float v;

	if (n->is_small && n->mantissa <= 1u << 24 && n->exponent >= -10 && n->exponent <= 10) {
		const float ten = (float)exact_tens[n->exponent < 0 ? -n->exponent : n->exponent];

		v = (float)n->mantissa;
		v = n->exponent < 0 ? v / ten : v * ten;
		*out = n->is_negative ? -v : v;
		return NUMBER_OK;
	}
	/* by way of double it would be rounded twice */
	*out = strtof(normal_form(&d, text, len), NULL);
	return isinf(*out) ? NUMBER_RANGE : NUMBER_OK;
}
