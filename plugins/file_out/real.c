/*
 * real.c - floating point numbers as the shortest decimal that reads back; see format.h.
 *
 * Three ways, the quick ones first: decimals of few digits (prices, counts), others
 * of usual size by way of long double, and the C library for the rest. Each proves
 * its result before it is used.
 */
#include "format.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 40u
#define FEW 6u /* digits after the point that are tried */

/* Is there a short decimal n / 10^k that is v? Both are exact as doubles, so the
 * division rounds as reading the decimal would. The least k, or -1. */
static int few_digits(double v, bool is_float, uint64_t *n)
{
	static const double tens[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
	int k;

	for (k = 0; k <= (int)FEW; k++) {
		/* 15 digits tell doubles apart: no other n is v as well, and nearer to it */
		const double limit = is_float ? 1e9 : k == 0 ? 9007199254740992.0 : 1e15;
		const double scaled = v * tens[k] + 0.5;
		double back;

		if (scaled >= limit)
			return -1;
		*n = (uint64_t)scaled;
		back = (double)*n / tens[k];
		if (is_float ? (float)back == (float)v : back == v)
			return k;
	}
	return -1;
}

#if LDBL_MANT_DIG >= 64
static const long double tens_long[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,
					1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L,
					1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L, 1e22L, 1e23L};

enum answer { NO, YES, UNSURE };

/* Does n / 10^k read back as v? It does if it is nearer to v than half of the gap to
 * the number beside it. n and 10^k are exact and the quotient is off by 2^-64 of
 * itself, a 1024th of that distance or less: what is closer to the border than that
 * is not decided here. */
static enum answer is_same(double v, uint64_t n, uint32_t k)
{
	const long double off = fabsl((long double)n / tens_long[k] - (long double)v);
	long double border;
	uint64_t bits;
	double below;

	memcpy(&bits, &v, sizeof v);
	bits--;
	memcpy(&below, &bits, sizeof below);
	border = (long double)(v - below) / 2;
	if (off < border * 0.998L)
		return YES;
	return off > border * 1.002L ? NO : UNSURE;
}

/* Digits after the point that v needs at least to have 17 in all, or some fewer: 2^10
 * is a little more than 10^3. */
static uint32_t least_places(double v)
{
	uint64_t bits;
	int exponent;

	memcpy(&bits, &v, sizeof v);
	exponent = (int)(bits >> 52) - 1023;
	return exponent < 40 ? (uint32_t)(15 - (exponent * 3 + 9) / 10) : 2;
}

/* 15, 16 or 17 digits for 1e-6 <= v < 1e15: n / 10^k is v, and nothing as short is
 * nearer to it. Below 10^17 a long double is off by 2^-7: what lies about in the
 * middle of two n is not decided here. */
static bool many_digits(double v, uint64_t *n, uint32_t *k)
{
	static const uint64_t unit[] = {100, 10, 1};
	enum answer same = NO;
	uint32_t i, digits = 0;
	long double scaled, rounded, part = 0.5L;

	if (!(v >= 1e-6 && v < 1e15))
		return false;
	*k = least_places(v);
	while ((long double)v * tens_long[*k] < 1e16L)
		++*k;
	scaled = (long double)v * tens_long[*k];
	for (i = 0; i < 3 && same == NO; i++) {
		digits = *k - 2 + i;
		rounded = scaled / (long double)unit[i] + 0.5L;
		*n = (uint64_t)rounded;
		part = rounded - (long double)*n;
		same = is_same(v, *n, digits);
	}
	if (part < 0.016L || part > 0.984L)
		return false;
	for (*k = digits; same == YES && *k > 0 && *n % 10 == 0; --*k)
		*n /= 10;
	return same == YES;
}
#else
static bool many_digits(double v, uint64_t *n, uint32_t *k)
{
	(void)v, (void)n, (void)k;
	return false;
}
#endif

static bool reads_back(const char *s, double v, bool is_float)
{
	return is_float ? strtof(s, NULL) == (float)v : strtod(s, NULL) == v;
}

/* By the C library. */
static char *put_any(char *to, const char *end, double v, bool is_float)
{
	const bool is_tiny = fabs(v) < (is_float ? (double)FLT_MIN : DBL_MIN);
	int digits = is_tiny ? 1 : is_float ? 6 : 15; /* the tiny have few digits themselves */
	char buf[NUMBER_MAX], *point;

	do
		snprintf(buf, sizeof buf, "%.*g", digits, v);
	while (!reads_back(buf, v, is_float) && digits++ < 17);
	point = strchr(buf, ','); /* a locale's */
	if (point)
		*point = '.';
	return put_bytes(to, end, buf, (uint32_t)strlen(buf));
}

static char *put_real(char *to, const char *end, double v, bool is_float)
{
	uint64_t n;
	uint32_t k;
	const int few = few_digits(fabs(v), is_float, &n);

	if (few >= 0 && n > 0)
		return put_pointed(to, end, n, (uint32_t)few, v < 0);
	if (!is_float && many_digits(fabs(v), &n, &k))
		return put_pointed(to, end, n, k, v < 0);
	return put_any(to, end, v, is_float);
}

char *put_f64(char *to, const char *end, double v)
{
	return put_real(to, end, v, false);
}

char *put_f32(char *to, const char *end, float v)
{
	return put_real(to, end, (double)v, true);
}
