/* rfc3339.c - the calendar; see rfc3339.h. */
#include "rfc3339.h"

#include <string.h>

/* n digits at p; -1: they are not. */
static int32_t number_at(const char *p, int n)
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

static int days_in_month(int32_t year, int32_t month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	const int is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap);
}

/* Days from 1970-01-01. The year is taken to begin in March, so that the odd day
 * comes last, and months then add up by one formula. */
static int64_t days_from_epoch(int32_t year, int32_t month, int32_t day)
{
	const int32_t y = year - (month <= 2), m = (month + 9) % 12;
	const int64_t leaps = y >= 0 ? y / 4 - y / 100 + y / 400 : -1; /* year 0 begins in March of -1 */

	return (int64_t)y * 365 + leaps + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* "Z" or "+hh:mm" is all that is left: seconds east of UTC. 0 or -1. */
static int offset_at(const char *p, const char *end, int32_t *seconds)
{
	int32_t h, m;

	*seconds = 0;
	if (end - p == 1)
		return *p == 'Z' || *p == 'z' ? 0 : -1;
	if (end - p != 6 || (*p != '+' && *p != '-') || p[3] != ':')
		return -1;
	h = number_at(p + 1, 2);
	m = number_at(p + 4, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return -1;
	*seconds = (*p == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return 0;
}

/* The date and time of day in p[0..19), as seconds from the epoch. 0 or -1. */
static int clock_at(const char *p, int64_t *seconds)
{
	const int32_t year = number_at(p, 4), month = number_at(p + 5, 2), day = number_at(p + 8, 2);
	const int32_t h = number_at(p + 11, 2), m = number_at(p + 14, 2), s = number_at(p + 17, 2);

	if (p[4] != '-' || p[7] != '-' || p[13] != ':' || p[16] != ':')
		return -1;
	if (p[10] != 'T' && p[10] != 't' && p[10] != ' ')
		return -1;
	if (year < 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return -1;
	if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60)
		return -1;
	*seconds = days_from_epoch(year, month, day) * 86400 + h * 3600 + m * 60 + s;
	return 0;
}

enum time_result time_rfc3339(const char *p, uint32_t len, int64_t *ns)
{
	const char *const end = p + len;
	int32_t fraction = 0, unit = 100000000, offset;
	int64_t seconds;

	if (len < 20 || clock_at(p, &seconds) < 0)
		return TIME_BAD;
	p += 19;
	if (*p == '.') {
		if (++p == end || *p < '0' || *p > '9')
			return TIME_BAD;
		for (; p < end && *p >= '0' && *p <= '9'; p++) {
			fraction += unit * (*p - '0');
			unit /= 10;
		}
	}
	if (offset_at(p, end, &offset) < 0)
		return TIME_BAD;
	seconds -= offset;
	if (seconds < 0 && fraction) { /* so that the product below stays in range down to the least time */
		seconds++;
		fraction -= 1000000000;
	}
	if (__builtin_mul_overflow(seconds, (int64_t)1000000000, ns) ||
	    __builtin_add_overflow(*ns, (int64_t)fraction, ns))
		return TIME_RANGE;
	return TIME_OK;
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ONES 0x0101010101010101u

/* Bytes that are no digits make it not 0; x is the text with '0' taken from each byte. */
static inline uint64_t not_digits(uint64_t x)
{
	return (x | (x + 0x76 * ONES)) & 0x80 * ONES;
}

/* n digits, 1 to 8, before `end`; 8 bytes before it can be read. -1: they are not. */
static inline int64_t digits_before(const char *end, uint32_t n)
{
	uint64_t x;

	memcpy(&x, end - 8, 8);
	x = (x ^ 0x30 * ONES) >> (64 - 8 * n) << (64 - 8 * n);
	if (not_digits(x))
		return -1;
	/* neighbours are added up: to two digits, to four, to eight */
	x = (x * 10 + (x >> 8)) & 0x00ff00ff00ff00ffu;
	x = (x * 100 + (x >> 16)) & 0x0000ffff0000ffffu;
	return (int64_t)((x * 10000 + (x >> 32)) & 0xffffffffu);
}

/* The time of day in p[11..len), in ns; -1: it is not of the usual kind. */
static inline int64_t time_of_day(const char *p, uint32_t len)
{
	static const int64_t unit[] = {0, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10};
	const uint32_t n = len - 21;
	uint64_t x, h, m, s;
	int64_t part = 0;

	/* "hh:mm:ss", digits and colons to 0 */
	memcpy(&x, p + 11, 8);
	x ^= 0x30303a30303a3030u;
	h = (x & 0xff) * 10 + (x >> 8 & 0xff);
	m = (x >> 24 & 0xff) * 10 + (x >> 32 & 0xff);
	s = (x >> 48 & 0xff) * 10 + (x >> 56);
	if (not_digits(x) | (x & 0x0000ff0000ff0000u) || h > 23 || m > 59 || s > 59 || p[len - 1] != 'Z')
		return -1;
	if (len > 20) {
		if (p[19] != '.' || n < 1 || n > 8)
			return -1;
		part = digits_before(p + len - 1, n);
		if (part < 0)
			return -1;
		part *= unit[n];
	}
	return (int64_t)(h * 3600 + m * 60 + s) * 1000000000 + part;
}

enum time_result time_rfc3339_near(const char *p, uint32_t len, struct time_day *day, int64_t *ns)
{
	enum time_result r;
	int64_t time;

	if (len < 20)
		return TIME_BAD;
	time = time_of_day(p, len);
	if (time >= 0 && memcmp(p, day->text, 11) == 0) {
		*ns = day->begin + time;
		return TIME_OK;
	}
	r = time_rfc3339(p, len, ns);
	/* the day may begin before the least time, and its last hours end after the greatest */
	if (r == TIME_OK && time >= 0 && *ns > INT64_MIN / 2 && *ns < INT64_MAX / 2) {
		memcpy(day->text, p, 11);
		day->begin = *ns - time;
	}
	return r;
}
#else
enum time_result time_rfc3339_near(const char *p, uint32_t len, struct time_day *day, int64_t *ns)
{
	(void)day;
	return time_rfc3339(p, len, ns);
}
#endif
