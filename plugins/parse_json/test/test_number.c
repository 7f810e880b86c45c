/* test_number.c - numbers against strtod, strtof and 128-bit integers. */
#include <criterion/criterion.h>

#include "help.h"
#include <thalweg/text/number.h>

#include <inttypes.h>
#include <math.h>

static struct tw_number take(const char *text)
{
	const char *const end = text + strlen(text), *bad;
	struct tw_number n;

	cr_assert_eq(tw_number_scan(text, end, &n, &bad), end, "%.60s is a number", text);
	return n;
}

static void check_double(const char *text)
{
	const struct tw_number n = take(text);
	const uint32_t len = (uint32_t)strlen(text);
	const double want = strtod(text, NULL);
	const float want_f = strtof(text, NULL);
	double got;
	float got_f;

	cr_assert_eq(tw_number_f64(&n, text, len, &got), isinf(want) ? TW_NUMBER_RANGE : TW_NUMBER_OK, "%.60s", text);
	cr_assert_eq(memcmp(&got, &want, sizeof got), 0, "%.60s: %a, not %a", text, got, want);
	cr_assert_eq(tw_number_f32(&n, text, len, &got_f), isinf(want_f) ? TW_NUMBER_RANGE : TW_NUMBER_OK, "%.60s",
		     text);
	cr_assert_eq(memcmp(&got_f, &want_f, sizeof got_f), 0, "%.60s: %a, not %a", text, (double)got_f,
		     (double)want_f);
}

Test(number, doubles_of_random_bits_come_back, .timeout = 60)
{
	static const int digits[] = {17, 16, 15, 5, 20, 40, 1};
	uint64_t state = 3, bits;
	char text[800];
	double d;
	uint32_t i;

	for (i = 0; i < 200000; i++) {
		bits = random_next(&state);
		memcpy(&d, &bits, sizeof d);
		if (!isfinite(d))
			continue;
		snprintf(text, sizeof text, "%.*e", digits[i % 7], d);
		check_double(text);
		d = (double)(int64_t)(bits >> (i % 50)) / (double)(i % 1000 + 1);
		snprintf(text, sizeof text, "%.*f", digits[i % 7], d);
		check_double(text);
	}
}

Test(number, doubles_of_random_digits_are_as_strtod_says, .timeout = 60)
{
	uint64_t state = 4;
	char text[128];
	uint32_t i, k, n;

	for (i = 0; i < 200000; i++) {
		n = 0;
		if (random_below(&state, 3) == 0)
			text[n++] = '-';
		text[n++] = (char)('1' + random_below(&state, 9));
		for (k = random_below(&state, 30); k > 0; k--)
			text[n++] = (char)('0' + random_below(&state, 10));
		if (random_below(&state, 2)) {
			text[n++] = '.';
			for (k = 1 + random_below(&state, 25); k > 0; k--)
				text[n++] = (char)('0' + random_below(&state, 10));
		}
		if (random_below(&state, 2))
			n += (uint32_t)sprintf(
				text + n, "%c%s%u", "eE" [random_below(&state, 2)],
				(const char *[]) { "", "+", "-" }[random_below(&state, 3)],
				random_below(&state, i % 2 ? 30 : 400));
		text[n] = '\0';
		check_double(text);
	}
}

/* Halfway between two doubles, and a digit more or less far behind. */
Test(number, doubles_at_the_middle_are_rounded_right)
{
	static const char *const heads[] = {"9007199254740993",
					    "9007199254740995",
					    "1.00000000000000011102230246251565404236316680908203125",
					    "0.00000000000000000000000000000000000000001e-200",
					    "16777217",
					    "16777219",
					    "1.000000059604644775390625"};
	char text[4000];
	uint32_t i, zeroes;

	for (i = 0; i < sizeof heads / sizeof *heads; i++) {
		check_double(heads[i]);
		for (zeroes = 0; zeroes < 1000; zeroes += 37) {
			if (strchr(heads[i], 'e'))
				continue;
			snprintf(text, sizeof text, "%s%s%0*d", heads[i], strchr(heads[i], '.') ? "" : ".",
				 (int)zeroes + 1, 1);
			check_double(text);
			snprintf(text, sizeof text, "%s%s%0*d", heads[i], strchr(heads[i], '.') ? "" : ".",
				 (int)zeroes + 1, 0);
			check_double(text);
		}
	}
	/* the longest that decides: 2^-1075, half of the least double, has 752 digits that count */
	snprintf(text, sizeof text, "%.1100f", 4.9406564584124654e-324);
	check_double(text);
	snprintf(text, sizeof text, "%.1100e", 2.2250738585072011e-308);
	check_double(text);
	check_double("2.4703282292062327208e-324");
	check_double("2.4703282292062328e-324");
	check_double("1.7976931348623157e308");
	check_double("1.7976931348623158e308");
	check_double("1.7976931348623159e308");
	check_double(
		"179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207"
		"0963300660290120908475e170");
}

Test(number, doubles_of_odd_forms)
{
	static const char *const texts[] = {"0",
					    "-0",
					    "0.0",
					    "-0.0e10",
					    "0e999999999999",
					    "1e-999999999999",
					    "1e400",
					    "-1e400",
					    "1e-400",
					    "1E+2",
					    "1e22",
					    "1e23",
					    "1e0000001",
					    "123e-2",
					    "0.1",
					    "0.3",
					    "5e-324",
					    "1e-323",
					    "18446744073709551615",
					    "18446744073709551616",
					    "3.4028235e38",
					    "3.4028236e38",
					    "1.1754944e-38",
					    "1e-45",
					    "7e-46",
					    "8388608.5",
					    "9223372036854775807"};
	char text[3000];
	uint32_t i;

	for (i = 0; i < sizeof texts / sizeof *texts; i++)
		check_double(texts[i]);
	/* zeroes that the exponent takes back */
	memset(text, '0', 2500);
	memcpy(text, "0.", 2);
	strcpy(text + 2400, "1234e2400");
	check_double(text);
	memset(text, '0', 2500);
	text[0] = '7';
	strcpy(text + 2300, "e-2299");
	check_double(text);
}

/* digits with a point somewhere and an exponent that undoes it, against the integer itself. */
static void write_shifted(char *to, const char *digits, uint32_t point, const char *minus)
{
	const uint32_t len = (uint32_t)strlen(digits);

	if (point == 0)
		sprintf(to, "%s%s", minus, digits);
	else if (point < len)
		sprintf(to, "%s%.*s.%se%u", minus, (int)(len - point), digits, digits + len - point, point);
	else
		sprintf(to, "%s0.%0*d%se+%u", minus, (int)(point - len) + 1, 0, digits, point + 1);
}

Test(number, integers_are_exact)
{
	uint64_t state = 5;
	char digits[32], text[128];
	uint32_t i;

	for (i = 0; i < 300000; i++) {
		const int negative = i % 3 == 0;
		const uint64_t m = i % 5 == 0   ? (uint64_t)INT64_MAX + random_below(&state, 3)
				   : i % 5 == 1 ? UINT64_MAX - random_below(&state, 3)
						: random_next(&state) >> random_below(&state, 64);
		struct tw_number n;
		uint64_t u = 0;
		int64_t s = 0;
		uint32_t len;

		snprintf(digits, sizeof digits, "%" PRIu64, m);
		write_shifted(text, digits, i % 2 ? 0 : random_below(&state, 40), negative ? "-" : "");
		n = take(text);
		len = (uint32_t)strlen(text);
		if (negative ? m <= (uint64_t)1 << 63 : m <= INT64_MAX) {
			cr_assert_eq(tw_number_i64(&n, text, len, &s), TW_NUMBER_OK, "%s", text);
			cr_assert_eq((uint64_t)s, negative ? 0 - m : m, "%s: %" PRId64, text, s);
		} else {
			cr_assert_eq(tw_number_i64(&n, text, len, &s), TW_NUMBER_RANGE, "%s", text);
		}
		cr_assert_eq(tw_number_u64(&n, text, len, &u), negative && m ? TW_NUMBER_RANGE : TW_NUMBER_OK, "%s",
			     text);
		cr_assert(u == m || (negative && m), "%s: %" PRIu64, text, u);
	}
}

Test(number, integers_of_odd_forms)
{
	static const struct {
		const char *text;
		enum tw_number_result r;
		int64_t v;
	} cases[] = {
		{"0", TW_NUMBER_OK, 0},
		{"-0", TW_NUMBER_OK, 0},
		{"-0.0e-5", TW_NUMBER_OK, 0},
		{"1e3", TW_NUMBER_OK, 1000},
		{"1.0", TW_NUMBER_OK, 1},
		{"1.5", TW_NUMBER_FRACTION, 0},
		{"15e-1", TW_NUMBER_FRACTION, 0},
		{"1500e-2", TW_NUMBER_OK, 15},
		{"1e18", TW_NUMBER_OK, 1000000000000000000},
		{"1e19", TW_NUMBER_RANGE, 0},
		{"1e99", TW_NUMBER_RANGE, 0},
		{"0e99", TW_NUMBER_OK, 0},
		{"1e-99", TW_NUMBER_FRACTION, 0},
		{"1e999999999999999999999", TW_NUMBER_RANGE, 0},
		{"1e-999999999999999999999", TW_NUMBER_FRACTION, 0},
		{"0.00000000000000000000000000000000000000123e41", TW_NUMBER_OK, 123},
		{"12300000000000000000000000000000000000000000e-41", TW_NUMBER_OK, 123},
		{"12300000000000000000000000000000000000000001e-41", TW_NUMBER_FRACTION, 0},
		{"9223372036854775807.0000000000000000000000000", TW_NUMBER_OK, INT64_MAX},
		{"9223372036854775807.5", TW_NUMBER_FRACTION, 0},
		{"-9223372036854775808", TW_NUMBER_OK, INT64_MIN},
		{"-9223372036854775809", TW_NUMBER_RANGE, 0},
		{"99999999999999999999999", TW_NUMBER_RANGE, 0},
		{"18446744073709551616", TW_NUMBER_RANGE, 0},
	};
	uint32_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct tw_number n = take(cases[i].text);
		int64_t v = 0;

		cr_assert_eq(tw_number_i64(&n, cases[i].text, (uint32_t)strlen(cases[i].text), &v), cases[i].r, "%s",
			     cases[i].text);
		cr_assert(cases[i].r != TW_NUMBER_OK || v == cases[i].v, "%s: %" PRId64, cases[i].text, v);
	}
}

Test(number, times_are_cut_at_the_nanosecond)
{
	static const struct {
		const char *text;
		uint32_t shift;
		enum tw_number_result r;
		int64_t v;
	} cases[] = {
		{"1767323045", 9, TW_NUMBER_OK, 1767323045000000000},
		{"1767323045.678", 9, TW_NUMBER_OK, 1767323045678000000},
		{"1767323045.6789123459", 9, TW_NUMBER_OK, 1767323045678912345},
		{"-1.5", 9, TW_NUMBER_OK, -1500000000},
		{"1767323045678", 6, TW_NUMBER_OK, 1767323045678000000},
		{"1767323045678.5", 6, TW_NUMBER_OK, 1767323045678500000},
		{"1.767323045678e12", 6, TW_NUMBER_OK, 1767323045678000000},
		{"1767323045678901", 3, TW_NUMBER_OK, 1767323045678901000},
		{"1767323045678901234", 0, TW_NUMBER_OK, 1767323045678901234},
		{"1767323045678901234.9", 0, TW_NUMBER_OK, 1767323045678901234},
		{"1e-30", 9, TW_NUMBER_OK, 0},
		{"0.00000000000000000000000000000001", 9, TW_NUMBER_OK, 0},
		{"9223372036.854775807", 9, TW_NUMBER_OK, INT64_MAX},
		{"9223372036.854775808", 9, TW_NUMBER_RANGE, 0},
		{"-9223372036.854775808", 9, TW_NUMBER_OK, INT64_MIN},
		{"9223372037", 9, TW_NUMBER_RANGE, 0},
		{"1e300", 9, TW_NUMBER_RANGE, 0},
	};
	uint32_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct tw_number n = take(cases[i].text);
		int64_t v = 0;

		cr_assert_eq(tw_number_time(&n, cases[i].text, (uint32_t)strlen(cases[i].text), cases[i].shift, &v),
			     cases[i].r, "%s", cases[i].text);
		cr_assert(cases[i].r != TW_NUMBER_OK || v == cases[i].v, "%s: %" PRId64, cases[i].text, v);
	}
}
