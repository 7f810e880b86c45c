/* test_format.c - values as text, against the C library and jansson. */
#define _GNU_SOURCE
#include "format.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SEED 99u

static uint64_t seed;

static uint64_t any64(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return seed ^ seed >> 29;
}

static uint32_t any(uint32_t below)
{
	return (uint32_t)(any64() >> 33) % below;
}

/* The text that a formatter writes, ended. */
#define SHOW(buf, call)                                                                                                \
	do {                                                                                                           \
		char *to = buf, *end = buf + sizeof buf - 1, *last = (call);                                           \
		cr_assert_not_null(last);                                                                              \
		*last = '\0';                                                                                          \
	} while (0)

static void begin(void)
{
	seed = SEED;
	cr_log_info("seed %u\n", SEED);
}

Test(format, integers, .init = begin)
{
	char got[64] = "", want[64];
	int i;

	for (i = 0; i < 100000; i++) {
		const int64_t v = (int64_t)(i == 0 ? (uint64_t)INT64_MIN : i == 1 ? 0 : any64() >> any(64));

		SHOW(got, put_i64(to, end, v));
		snprintf(want, sizeof want, "%" PRId64, v);
		cr_assert_str_eq(got, want);
		SHOW(got, put_u64(to, end, (uint64_t)v));
		snprintf(want, sizeof want, "%" PRIu64, (uint64_t)v);
		cr_assert_str_eq(got, want);
	}
}

static void check_decimal(int64_t v, uint32_t scale, const char *want)
{
	char got[320] = "";

	SHOW(got, put_decimal(to, end, v, scale));
	cr_assert_str_eq(got, want, "%s", got);
}

Test(format, decimals)
{
	check_decimal(0, 0, "0");
	check_decimal(12345, 2, "123.45");
	check_decimal(-5, 2, "-0.05");
	check_decimal(5, 1, "0.5");
	check_decimal(100, 2, "1.00");
	check_decimal(INT64_MIN, 18, "-9.223372036854775808");
	check_decimal(INT64_MIN, 0, "-9223372036854775808");
	check_decimal(7, 20, "0.00000000000000000007");
}

/* Significant digits of a printed number. */
static int digits_of(const char *s)
{
	int n = 0, zeros = 0;
	bool begun = false;

	for (; *s && *s != 'e'; s++) {
		if (*s < '0' || *s > '9' || (*s == '0' && !begun))
			continue;
		begun = true;
		n++;
		zeros = *s == '0' ? zeros + 1 : 0;
	}
	return n - zeros;
}

static int least_digits(double v, bool is_float)
{
	char buf[64];
	int p;

	for (p = 1; p < 18; p++) {
		snprintf(buf, sizeof buf, "%.*e", p - 1, v);
		if (is_float ? strtof(buf, NULL) == (float)v : strtod(buf, NULL) == v)
			break;
	}
	return p;
}

/* Its digits alone, from the first to the last that is not 0. */
static const char *bare(char *digits, const char *s)
{
	size_t n = 0;

	for (; *s && *s != 'e'; s++)
		if (*s >= '0' && *s <= '9' && (n || *s != '0'))
			digits[n++] = *s;
	while (n && digits[n - 1] == '0')
		n--;
	digits[n] = '\0';
	return digits;
}

static double any_double(int i)
{
	static const double special[] = {0.0,
					 1.0,
					 -1.0,
					 0.1,
					 1e22,
					 1e23,
					 5e-324,
					 1.7976931348623157e308,
					 0.3,
					 1e15 + 0.5,
					 9007199254740993.0,
					 123456.789,
					 1e-7,
					 2.5,
					 1e21,
					 4503599627370496.5};
	uint64_t bits;
	double v;

	if (i < (int)(sizeof special / sizeof *special))
		return special[i];
	if (i % 4 == 2) /* of usual size, all digits */
		return (double)any64() / pow(10, any(25));
	if (i % 2) /* a decimal as people write it */
		return (double)(int64_t)(any64() >> (20 + any(40))) / pow(10, any(9)) * (any(2) ? 1 : -1);
	bits = any64();
	memcpy(&v, &bits, sizeof v);
	return isfinite(v) ? v : 1.5;
}

/* Of the decimals with so few digits that read back it is the one nearest to v, as the C library rounds. */
static void check_nearest(const char *got, double v)
{
	char near[64], a[64], b[64];

	snprintf(near, sizeof near, "%.*e", least_digits(v, false) - 1, v);
	cr_assert_str_eq(bare(a, got), bare(b, near), "%s of %s", got, near);
}

Test(format, doubles_are_the_nearest, .init = begin, .timeout = 60)
{
	char got[64] = "";
	uint32_t n, d;

	for (n = 1; n < 400; n++) {
		for (d = 1; d < 400; d++) {
			SHOW(got, put_f64(to, end, (double)n * 3 / d));
			check_nearest(got, (double)n * 3 / d);
		}
	}
	SHOW(got, put_f64(to, end, 1228.0 / 21));
	cr_assert_str_eq(got, "58.476190476190474", "%s", got);
}

Test(format, doubles_read_back_and_are_short, .init = begin, .timeout = 60)
{
	char got[64] = "";
	int i;

	for (i = 0; i < 60000; i++) {
		const double v = any_double(i);

		SHOW(got, put_f64(to, end, v));
		cr_assert_eq(strtod(got, NULL), v, "%s is not %.17g", got, v);
		cr_assert(v == 0 || digits_of(got) == least_digits(v, false), "%s of %.17g: %d digits do", got, v,
			  least_digits(v, false));
		check_nearest(got, v);
	}
	SHOW(got, put_f64(to, end, 3.0));
	cr_assert_str_eq(got, "3");
	SHOW(got, put_f64(to, end, -0.25));
	cr_assert_str_eq(got, "-0.25");
}

Test(format, floats_read_back, .init = begin, .timeout = 60)
{
	char got[64] = "";
	int i;

	for (i = 0; i < 60000; i++) {
		const float v = (float)any_double(i);

		if (!isfinite(v))
			continue;
		SHOW(got, put_f32(to, end, v));
		cr_assert_eq(strtof(got, NULL), v, "%s is not %.9g", got, (double)v);
		/* whole numbers below 10^9 are written out */
		cr_assert(v == 0 || digits_of(got) <= least_digits((double)v, true) || v == floorf(v), "%s", got);
	}
	SHOW(got, put_f32(to, end, 0.1f));
	cr_assert_str_eq(got, "0.1");
}

static void want_time(char *want, size_t size, int64_t ns)
{
	const int64_t s = ns / 1000000000 - (ns % 1000000000 < 0),
		      f = ns % 1000000000 + (ns % 1000000000 < 0 ? 1000000000 : 0);
	const time_t t = (time_t)s;
	struct tm tm;
	size_t n;

	gmtime_r(&t, &tm);
	n = strftime(want, size, "%Y-%m-%dT%H:%M:%S", &tm);
	if (f % 1000)
		n += (size_t)snprintf(want + n, size - n, ".%09d", (int)f);
	else if (f % 1000000)
		n += (size_t)snprintf(want + n, size - n, ".%06d", (int)(f / 1000));
	else if (f)
		n += (size_t)snprintf(want + n, size - n, ".%03d", (int)(f / 1000000));
	snprintf(want + n, size - n, "Z");
}

Test(format, timestamps, .init = begin)
{
	char got[64] = "", want[64];
	int i;

	for (i = 0; i < 100000; i++) {
		static const int64_t unit[] = {1, 1000, 1000000, 1000000000};
		const int64_t u = unit[any(4)], v = i == 0 ? INT64_MIN : i == 1 ? INT64_MAX : (int64_t)any64() / u * u;

		SHOW(got, put_timestamp(to, end, v));
		want_time(want, sizeof want, v);
		cr_assert_str_eq(got, want, "%" PRId64 ": %s, not %s", v, got, want);
	}
	SHOW(got, put_timestamp(to, end, 951782400000000000));
	cr_assert_str_eq(got, "2000-02-29T00:00:00Z");
}

static uint32_t put_char(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 63));
		to[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 63));
	to[2] = (char)(0x80 | (c >> 6 & 63));
	to[3] = (char)(0x80 | (c & 63));
	return 4;
}

/* Valid UTF-8 of all lengths, with what must be escaped in it. */
static uint32_t any_text(char *text, uint32_t chars)
{
	static const uint32_t top[] = {0x80, 0x80, 0x80, 0x20, 0x800, 0x10000, 0x110000};
	uint32_t len = 0;

	while (chars-- > 0) {
		uint32_t c = any(top[any(7)]);

		if (c >= 0xd800 && c < 0xe000)
			c = '"';
		len += put_char(text + len, c);
	}
	return len;
}

Test(format, json_strings_parse_to_the_same, .init = begin, .timeout = 60)
{
	static char text[800], got[6000];
	int i;

	for (i = 0; i < 20000; i++) {
		const uint32_t len = any_text(text, any(100));
		json_t *v;

		SHOW(got, put_json(to, end, text, len));
		v = json_loads(got, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		cr_assert(json_is_string(v), "round %d: %s", i, got);
		cr_assert(json_string_length(v) == len && memcmp(json_string_value(v), text, len) == 0, "round %d: %s",
			  i, got);
		json_decref(v);
	}
}

Test(format, json_strings_of_any_bytes_are_json, .init = begin, .timeout = 60)
{
	static char text[100], got[800];
	uint32_t k;
	int i;

	for (i = 0; i < 20000; i++) {
		const uint32_t len = any(sizeof text);
		json_t *v;

		for (k = 0; k < len; k++)
			text[k] = (char)any64();
		SHOW(got, put_json(to, end, text, len));
		v = json_loads(got, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		cr_assert(json_is_string(v), "round %d", i);
		json_decref(v);
	}
	SHOW(got, put_json(to, end, "a\xff\xc3(\xe2\x82", 6));
	cr_assert_str_eq(got, "\"a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\"");
}

/* A field back from CSV. */
static uint32_t from_csv(const char *s, char *to)
{
	uint32_t n = 0;

	if (*s != '"') {
		strcpy(to, s);
		return (uint32_t)strlen(s);
	}
	for (s++; *s != '"' || s[1] == '"'; s++) {
		to[n++] = *s;
		s += *s == '"';
	}
	cr_assert_eq(s[1], '\0');
	return n;
}

Test(format, csv_fields_read_back, .init = begin)
{
	char text[40], got[100] = "", back[100];
	int i;

	for (i = 0; i < 20000; i++) {
		const uint32_t len = any(sizeof text);
		uint32_t k, n;

		for (k = 0; k < len; k++)
			text[k] = "ab,\"\n\r c"[any(8)];
		SHOW(got, put_csv(to, end, text, len));
		n = from_csv(got, back);
		cr_assert(n == len && memcmp(back, text, len) == 0, "round %d: %s", i, got);
		cr_assert(got[0] == '"' || (!strpbrk(got, ",\"\r\n") && len), "round %d: %s", i, got);
	}
	SHOW(got, put_csv(to, end, "", 0));
	cr_assert_str_eq(got, "\"\"");
}

Test(format, no_formatter_writes_past_the_end)
{
	char buf[80];
	uint32_t room, k;

	for (room = 0; room < 40; room++) {
		for (k = 0; k < 8; k++) {
			const char *end = buf + room;
			char *last = NULL;

			memset(buf, '#', sizeof buf);
			switch (k) {
			case 0: last = put_i64(buf, end, -1234567890123); break;
			case 1: last = put_f64(buf, end, 1234.5678); break;
			case 2: last = put_f64(buf, end, 1.2345678901234567e-300); break;
			case 3: last = put_timestamp(buf, end, 1767225600123456789); break;
			case 4: last = put_json(buf, end, "a\n\x01\xff\xc3\xbc\"", 7); break;
			case 5: last = put_csv(buf, end, "a,\"b\",c", 7); break;
			case 6: last = put_decimal(buf, end, -5, 10); break;
			default: last = put_hex(buf, end, (const uint8_t *)"0123456789", 10); break;
			}
			cr_assert(!last || last <= end, "%u in %u", k, room);
			cr_assert_eq(buf[room], '#', "%u in %u", k, room);
			cr_assert(last || room < 38, "%u does not fit in %u", k, room);
		}
	}
}
