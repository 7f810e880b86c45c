/* test_rfc3339.c - RFC 3339 against timegm and gmtime_r. */
#include <criterion/criterion.h>

#include "help.h"

#include <inttypes.h>
#include <time.h>

#include <thalweg/text/rfc3339.h>

Test(rfc3339, random_times_are_as_timegm_says)
{
	uint64_t state = 6;
	uint32_t i;

	for (i = 0; i < 300000; i++) {
		/* seconds of 1678..2261 */
		const time_t t = (time_t)(random_next(&state) % 18400000000u) - 9200000000;
		const uint32_t ns = random_below(&state, 1000000000), digits = random_below(&state, 10);
		const int offset = (int)random_below(&state, 2 * 1439 + 1) - 1439;
		const char *sep = i % 4 == 0 ? " " : i % 4 == 1 ? "t" : "T";
		uint32_t unit = 1, k;
		struct tm tm;
		char text[96], fraction[16] = "", zone[16] = "Z";
		const time_t local = i % 2 ? t + offset * 60 : t;
		int64_t got = 0, want;

		for (k = digits; k < 9; k++)
			unit *= 10;
		if (digits)
			snprintf(fraction, sizeof fraction, ".%0*u", (int)digits, ns / unit);
		if (i % 2)
			snprintf(zone, sizeof zone, "%c%02d:%02d", offset < 0 ? '-' : '+', abs(offset) / 60,
				 abs(offset) % 60);
		cr_assert_not_null(gmtime_r(&local, &tm));
		snprintf(text, sizeof text, "%04d-%02d-%02d%s%02d:%02d:%02d%s%s", tm.tm_year + 1900, tm.tm_mon + 1,
			 tm.tm_mday, sep, tm.tm_hour, tm.tm_min, tm.tm_sec, fraction, zone);
		want = ((int64_t)timegm(&tm) - (local - t)) * 1000000000 + (digits ? ns / unit * unit : 0);
		cr_assert_eq(tw_time_rfc3339(text, (uint32_t)strlen(text), &got), TW_TIME_OK, "%s", text);
		cr_assert_eq(got, want, "%s: %" PRId64 ", not %" PRId64, text, got, want);
	}
}

Test(rfc3339, every_day_of_the_years_1678_to_2261)
{
	int year, month, day;
	uint32_t n = 0;

	for (year = 1678; year < 2262; year++) {
		for (month = 0; month <= 13; month++) {
			for (day = 0; day <= 32; day++) {
				struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
				const struct tm asked = tm;
				const int64_t want = (int64_t)timegm(&tm) * 1000000000;
				const int exists = tm.tm_mon == asked.tm_mon && tm.tm_mday == asked.tm_mday;
				char text[48];
				int64_t got = 0;

				snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00Z", year, month, day);
				cr_assert_eq(tw_time_rfc3339(text, 20, &got), exists ? TW_TIME_OK : TW_TIME_BAD, "%s",
					     text);
				cr_assert(!exists || got == want, "%s: %" PRId64 ", not %" PRId64, text, got, want);
				n += (uint32_t)exists;
			}
		}
	}
	cr_assert_gt(n, 213000u);
}

Test(rfc3339, ends_of_the_range)
{
	int64_t ns;

	cr_assert_eq(tw_time_rfc3339("2262-04-11T23:47:16.854775807Z", 30, &ns), TW_TIME_OK);
	cr_assert_eq(ns, INT64_MAX);
	cr_assert_eq(tw_time_rfc3339("2262-04-11T23:47:16.854775808Z", 30, &ns), TW_TIME_RANGE);
	cr_assert_eq(tw_time_rfc3339("1677-09-21T00:12:43.145224192Z", 30, &ns), TW_TIME_OK);
	cr_assert_eq(ns, INT64_MIN);
	cr_assert_eq(tw_time_rfc3339("1677-09-21T00:12:43.145224191Z", 30, &ns), TW_TIME_RANGE);
	cr_assert_eq(tw_time_rfc3339("0000-01-01T00:00:00Z", 20, &ns), TW_TIME_RANGE);
	cr_assert_eq(tw_time_rfc3339("9999-12-31T23:59:59Z", 20, &ns), TW_TIME_RANGE);
}

Test(rfc3339, digits_past_the_ninth_are_cut_and_second_60_is_the_next_minute)
{
	int64_t ns, next;
	const char *text = "2026-01-02T03:04:05.1234567899999999999999Z";

	cr_assert_eq(tw_time_rfc3339(text, (uint32_t)strlen(text), &ns), TW_TIME_OK);
	cr_assert_eq(ns, 1767323045123456789);
	cr_assert_eq(tw_time_rfc3339("2016-12-31T23:59:60Z", 20, &ns), TW_TIME_OK);
	cr_assert_eq(tw_time_rfc3339("2017-01-01T00:00:00Z", 20, &next), TW_TIME_OK);
	cr_assert_eq(ns, next);
}

Test(rfc3339, what_is_no_time)
{
	static const char *const bad[] = {
		"",
		"2026-01-02",
		"2026-01-02T03:04:05",
		"2026-01-02T03:04Z",
		"2026-01-02T03:04:05.Z",
		"2026-01-02T03:04:05,5Z",
		"2026-01-02T03:04:05ZZ",
		"2026-01-02T03:04:05Z ",
		" 2026-01-02T03:04:05Z",
		"2026-01-02X03:04:05Z",
		"2026-1-02T03:04:05ZZZ",
		"2026-13-02T03:04:05Z",
		"2026-02-29T03:04:05Z",
		"2026-01-02T24:00:00Z",
		"2026-01-02T03:60:05Z",
		"2026-01-02T03:04:61Z",
		"2026-01-02T03:04:05+1:00",
		"2026-01-02T03:04:05+0100",
		"2026-01-02T03:04:05+24:00",
		"2026-01-02T03:04:05+01:60",
		"2026-01-02T03:04:05*01:00",
		"2026-01-02T03:04:05+01:00Z",
		"2026-01-02T03:04:05.123",
		"+026-01-02T03:04:05Z",
		"2026/01/02T03:04:05Z",
		"2026-01-02T03-04-05Z",
		"-2026-01-02T03:04:05Z",
	};
	char *const edge = edge_new();
	int64_t ns;
	uint32_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_assert_eq(tw_time_rfc3339(edge_put(edge, bad[i], strlen(bad[i])), (uint32_t)strlen(bad[i]), &ns),
			     TW_TIME_BAD, "%s", bad[i]);
	edge_free(edge);
}

/* The quick way gives what the other gives, whatever day came before. */
Test(rfc3339, near_is_the_same, .timeout = 60)
{
	static const char *const texts[] = {
		"2026-01-02T03:04:05Z",           "2026-01-02T03:04:05.6Z",      "2026-01-02T23:59:59.12345678Z",
		"2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:60Z",        "2026-01-02t03:04:05z",
		"2026-01-03 00:00:00.000Z",       "2026-01-02T03:04:05+01:00",   "2026-01-02T03:04:05.5-01:00",
		"1677-09-21T00:12:43.145225Z",    "2262-04-11T23:47:16.854775Z", "1969-12-31T23:59:59.999Z"};
	static const char bytes[] = "0123456789:.-TtZz+ /;";
	struct tw_time_day day = {0};
	uint32_t i, seed = 1, taken = 0;
	char text[40];

	for (i = 0; i < 300000; i++) {
		int64_t got = 0, want = 0;
		enum tw_time_result r;
		size_t len;

		seed = seed * 1664525u + 1013904223u;
		strcpy(text, texts[(seed >> 8) % (sizeof texts / sizeof *texts)]);
		len = strlen(text);
		if (seed >> 28 < 10)
			text[(seed >> 12) % len] = bytes[(seed >> 20) % (sizeof bytes - 1)];
		r = tw_time_rfc3339(text, (uint32_t)len, &want);
		cr_assert_eq(tw_time_rfc3339_near(text, (uint32_t)len, &day, &got), r, "%s", text);
		if (r == TW_TIME_OK)
			cr_assert_eq(got, want, "%s", text);
		taken += r == TW_TIME_OK;
	}
	cr_assert_gt(taken, 100000);
}
