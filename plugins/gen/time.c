/* time.c - RFC 3339 in UTC, both ways. Pure. */
#include "gen.h"

/* Days from 1970-01-01 to a date: years begin in March, so that a leap day is their last. */
static int64_t day_number(int64_t year, uint32_t month, uint32_t day)
{
	const int64_t y = month > 2 ? year : year - 1, era = (y >= 0 ? y : y - 399) / 400;
	const uint32_t yoe = (uint32_t)(y - era * 400), m = month > 2 ? month - 3 : month + 9;
	const uint32_t doy = (153 * m + 2) / 5 + day - 1;

	return era * 146097 + (int64_t)(yoe * 365 + yoe / 4 - yoe / 100 + doy) - 719468;
}

/* The inverse. */
static void date(int64_t days, uint32_t *year, uint32_t *month, uint32_t *day)
{
	int64_t y = 1970 + days / 366; /* at or before it, in either direction after the next line */

	if (days < 0)
		y = 1970 + days / 365 - 1;
	while (day_number(y + 1, 1, 1) <= days)
		y++;
	*month = 12;
	while (day_number(y, *month, 1) > days)
		(*month)--;
	*year = (uint32_t)y;
	*day = (uint32_t)(days - day_number(y, *month, 1)) + 1;
}

/* n digits; -1 if they are none. */
static int64_t digits(const char **s, uint32_t n)
{
	int64_t v = 0;

	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		v = v * 10 + (**s - '0');
	}
	return v;
}

static bool fraction(const char **s, int64_t *ns)
{
	int64_t unit = 100000000;

	*ns = 0;
	if (**s != '.')
		return true;
	for ((*s)++; **s >= '0' && **s <= '9'; (*s)++, unit /= 10)
		*ns += (**s - '0') * unit;
	return unit < 100000000;
}

bool time_parse(const char *s, int64_t *ns)
{
	static const uint32_t width[] = {4, 2, 2, 2, 2, 2};
	static const int64_t most[] = {2261, 12, 31, 23, 59, 59};
	static const char after[] = "--T::";
	int64_t part[6], rest;
	uint32_t i;

	for (i = 0; i < 6; i++) {
		part[i] = digits(&s, width[i]);
		if (part[i] < (i == 0 ? 1678 : i < 3) || part[i] > most[i])
			return false;
		if (i < 5 && *s++ != after[i])
			return false;
	}
	if (!fraction(&s, &rest) || s[0] != 'Z' || s[1] != '\0')
		return false;
	*ns = ((day_number(part[0], (uint32_t)part[1], (uint32_t)part[2]) * 24 + part[3]) * 60 + part[4]) * 60 +
	      part[5];
	*ns = *ns * 1000000000 + rest;
	return true;
}

static char *put_digits(char *to, uint32_t v, uint32_t n, char after)
{
	uint32_t i;

	for (i = n; i > 0; i--, v /= 10)
		to[i - 1] = (char)('0' + v % 10);
	to[n] = after;
	return to + n + 1;
}

char *time_put(char *to, int64_t ns)
{
	const int64_t second = 1000000000, whole = ns / second - (ns % second < 0);
	const uint32_t rest = (uint32_t)(ns % second + (ns % second < 0 ? second : 0));
	const int64_t days = whole / 86400 - (whole % 86400 < 0);
	const uint32_t of_day = (uint32_t)(whole - days * 86400);
	uint32_t year, month, day;

	date(days, &year, &month, &day);
	to = put_digits(to, year, 4, '-');
	to = put_digits(to, month, 2, '-');
	to = put_digits(to, day, 2, 'T');
	to = put_digits(to, of_day / 3600, 2, ':');
	to = put_digits(to, of_day / 60 % 60, 2, ':');
	to = put_digits(to, of_day % 60, 2, rest ? '.' : 'Z');
	if (rest % 1000)
		return put_digits(to, rest, 9, 'Z');
	if (rest % 1000000)
		return put_digits(to, rest / 1000, 6, 'Z');
	return rest ? put_digits(to, rest / 1000000, 3, 'Z') : to;
}
