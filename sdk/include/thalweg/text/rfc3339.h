/* thalweg/text/rfc3339.h - times written as RFC 3339 says. [any] */
#ifndef THALWEG_TEXT_RFC3339_H
#define THALWEG_TEXT_RFC3339_H

#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tw_time_result { TW_TIME_OK, TW_TIME_BAD, TW_TIME_RANGE /* not within 1677..2262, where ns fit 64 bits */ };

/* n digits at p; -1: they are not. */
static inline int32_t tw_time_digits(const char *p, int n)
{
	int32_t v = 0;

	while (n--) {
		const unsigned d = (unsigned)(unsigned char)*p++ - '0';

		if (d > 9)
			return -1;
		v = v * 10 + (int32_t)d;
	}
	return v;
}

static inline int tw_days_in_month(int32_t year, int32_t month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	const int is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap);
}

/* Days from 1970-01-01. The year is taken to begin in March, so that the odd day
 * comes last, and months then add up by one formula. */
static inline int64_t tw_days_from_epoch(int32_t year, int32_t month, int32_t day)
{
	const int32_t y = year - (month <= 2), m = (month + 9) % 12;
	const int64_t leaps = y >= 0 ? y / 4 - y / 100 + y / 400 : -1; /* year 0 begins in March of -1 */

	return (int64_t)y * 365 + leaps + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* "Z" or "+hh:mm" is all that is left: seconds east of UTC. 0 or -1. */
static inline int tw_time_offset(const char *p, const char *end, int32_t *seconds)
{
	int32_t h, m;

	*seconds = 0;
	if (end - p == 1)
		return *p == 'Z' || *p == 'z' ? 0 : -1;
	if (end - p != 6 || (*p != '+' && *p != '-') || p[3] != ':')
		return -1;
	h = tw_time_digits(p + 1, 2);
	m = tw_time_digits(p + 4, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return -1;
	*seconds = (*p == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return 0;
}

/* The date and time of day in p[0..19), as seconds from the epoch. 0 or -1. */
static inline int tw_time_clock(const char *p, int64_t *seconds)
{
	const int32_t year = tw_time_digits(p, 4), month = tw_time_digits(p + 5, 2), day = tw_time_digits(p + 8, 2);
	const int32_t h = tw_time_digits(p + 11, 2), m = tw_time_digits(p + 14, 2), s = tw_time_digits(p + 17, 2);

	if (p[4] != '-' || p[7] != '-' || p[13] != ':' || p[16] != ':')
		return -1;
	if (p[10] != 'T' && p[10] != 't' && p[10] != ' ')
		return -1;
	if (year < 0 || month < 1 || month > 12 || day < 1 || day > tw_days_in_month(year, month))
		return -1;
	if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60)
		return -1;
	*seconds = tw_days_from_epoch(year, month, day) * 86400 + h * 3600 + m * 60 + s;
	return 0;
}

/* "2026-01-02T03:04:05.678Z", with any number of digits after the point (those past
 * the ninth are cut off) and "Z" or an offset. Letters of either case, and a blank
 * for the T. Second 60 of a minute is the first of the next. */
static inline enum tw_time_result tw_time_rfc3339(const char *p, uint32_t len, int64_t *ns)
{
	const char *const end = p + len;
	int32_t fraction = 0, unit = 100000000, offset;
	int64_t seconds;

	if (len < 20 || tw_time_clock(p, &seconds) < 0)
		return TW_TIME_BAD;
	p += 19;
	if (*p == '.') {
		if (++p == end || *p < '0' || *p > '9')
			return TW_TIME_BAD;
		for (; p < end && *p >= '0' && *p <= '9'; p++) {
			fraction += unit * (*p - '0');
			unit /= 10;
		}
	}
	if (tw_time_offset(p, end, &offset) < 0)
		return TW_TIME_BAD;
	seconds -= offset;
	if (seconds < 0 && fraction) { /* so that the product below stays in range down to the least time */
		seconds++;
		fraction -= 1000000000;
	}
	if (__builtin_mul_overflow(seconds, (int64_t)1000000000, ns) ||
	    __builtin_add_overflow(*ns, (int64_t)fraction, ns))
		return TW_TIME_RANGE;
	return TW_TIME_OK;
}

/* A day as it is written, and when it begins. All zero: none. */
struct tw_time_day {
	char text[12]; /* with the T */
	int64_t begin; /* ns since the epoch */
};

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Bytes that are no digits make it not 0; x is the text with '0' taken from each byte. */
static inline uint64_t tw_time_not_digits(uint64_t x)
{
	return (x | (x + 0x7676767676767676u)) & 0x8080808080808080u;
}

/* n digits, 1 to 8, before `end`; 8 bytes before it can be read. -1: they are not. */
static inline int64_t tw_time_digits_before(const char *end, uint32_t n)
{
	uint64_t x;

	memcpy(&x, end - 8, 8);
	x = (x ^ 0x3030303030303030u) >> (64 - 8 * n) << (64 - 8 * n);
	if (tw_time_not_digits(x))
		return -1;
	/* neighbours are added up: to two digits, to four, to eight */
	x = (x * 10 + (x >> 8)) & 0x00ff00ff00ff00ffu;
	x = (x * 100 + (x >> 16)) & 0x0000ffff0000ffffu;
	return (int64_t)((x * 10000 + (x >> 32)) & 0xffffffffu);
}

/* The time of day in p[11..len), in ns; -1: it is not of the usual kind. */
static inline int64_t tw_time_of_day(const char *p, uint32_t len)
{
	static const int64_t unit[] = {0, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10};
	const uint32_t n = len - 21;
	uint64_t x, y, h, m, s;
	int64_t part = 0;

	/* "hh:mm:ss", digits and colons to 0 */
	memcpy(&x, p + 11, 8);
	x ^= 0x30303a30303a3030u;
	y = x * 10 + (x >> 8); /* in bytes 0, 3 and 6 what both digits mean */
	h = y & 0xff;
	m = y >> 24 & 0xff;
	s = y >> 48 & 0xff;
	if (tw_time_not_digits(x) | (x & 0x0000ff0000ff0000u) || h > 23 || m > 59 || s > 59 || p[len - 1] != 'Z')
		return -1;
	if (len > 20) {
		if (p[19] != '.' || n < 1 || n > 8)
			return -1;
		part = tw_time_digits_before(p + len - 1, n);
		if (part < 0)
			return -1;
		part *= unit[n];
	}
	return (int64_t)(h * 3600 + m * 60 + s) * 1000000000 + part;
}

/* Is it this day? The first 11 bytes. */
static inline int tw_time_is_day(const char *p, const struct tw_time_day *day)
{
	uint64_t a, b;
	uint32_t c, d;

	memcpy(&a, p, 8);
	memcpy(&b, day->text, 8);
	memcpy(&c, p + 7, 4);
	memcpy(&d, day->text + 7, 4);
	return ((a ^ b) | (c ^ d)) == 0;
}

/* The same, quicker for "T03:04:05Z" or "T03:04:05.678Z" of the day that was read last. */
static inline enum tw_time_result tw_time_rfc3339_near(const char *p, uint32_t len, struct tw_time_day *day,
						       int64_t *ns)
{
	enum tw_time_result r;
	int64_t time;

	if (len < 20)
		return TW_TIME_BAD;
	time = tw_time_of_day(p, len);
	if (time >= 0 && tw_time_is_day(p, day)) {
		*ns = day->begin + time;
		return TW_TIME_OK;
	}
	r = tw_time_rfc3339(p, len, ns);
	/* the day may begin before the least time, and its last hours end after the greatest */
	if (r == TW_TIME_OK && time >= 0 && *ns > INT64_MIN / 2 && *ns < INT64_MAX / 2) {
		memcpy(day->text, p, 11);
		day->begin = *ns - time;
	}
	return r;
}
#else
static inline enum tw_time_result tw_time_rfc3339_near(const char *p, uint32_t len, struct tw_time_day *day,
						       int64_t *ns)
{
	(void)day;
	return tw_time_rfc3339(p, len, ns);
}
#endif

#ifdef __cplusplus
}
#endif
#endif
