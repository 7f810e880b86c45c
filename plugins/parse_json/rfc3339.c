/* rfc3339.c - the calendar; see rfc3339.h. */
#include "rfc3339.h"

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
