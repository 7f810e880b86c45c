/* number.c - numbers and times as text; see format.h. */
#include "format.h"

#include <string.h>

#define NUMBER_MAX 40u

char *put_bytes(char *to, const char *end, const char *p, uint32_t len)
{
	if (end - to < (int64_t)len)
		return NULL;
	memcpy(to, p, len);
	return to + len;
}

/* The digits of v, ending before `end`; where they begin. */
static char *digits_before(char *end, uint64_t v)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";

	while (v >= 100) {
		end -= 2;
		memcpy(end, pairs + 2 * (v % 100), 2);
		v /= 100;
	}
	if (v < 10) {
		*--end = (char)('0' + v);
		return end;
	}
	end -= 2;
	memcpy(end, pairs + 2 * v, 2);
	return end;
}

char *put_u64(char *to, const char *end, uint64_t v)
{
	char buf[NUMBER_MAX], *p = digits_before(buf + sizeof buf, v);

	return put_bytes(to, end, p, (uint32_t)(buf + sizeof buf - p));
}

static uint64_t size_of(int64_t v)
{
	return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

char *put_i64(char *to, const char *end, int64_t v)
{
	char buf[NUMBER_MAX], *p = digits_before(buf + sizeof buf, size_of(v));

	if (v < 0)
		*--p = '-';
	return put_bytes(to, end, p, (uint32_t)(buf + sizeof buf - p));
}

char *put_pointed(char *to, const char *end, uint64_t v, uint32_t scale, bool negative)
{
	char buf[300], *last = buf + sizeof buf, *p = digits_before(last, v);

	while (last - p <= (int64_t)scale) /* 0.05: zeros before the digits there are */
		*--p = '0';
	if (negative)
		*--p = '-';
	to = put_bytes(to, end, p, (uint32_t)(last - p) - scale);
	if (!to || scale == 0)
		return to;
	to = put_bytes(to, end, ".", 1);
	return to ? put_bytes(to, end, last - scale, scale) : NULL;
}

char *put_decimal(char *to, const char *end, int64_t v, uint32_t scale)
{
	return put_pointed(to, end, size_of(v), scale, v < 0);
}

/* Year, month, day of a day number; days of a 400-year cycle counted from March. */
static void civil(int64_t days, int64_t *year, uint32_t *month, uint32_t *day)
{
	const int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	const uint32_t doe = (uint32_t)(z - era * 146097);
	const uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	const uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), shifted = (5 * doy + 2) / 153;

	*day = doy - (153 * shifted + 2) / 5 + 1;
	*month = shifted < 10 ? shifted + 3 : shifted - 9;
	*year = (int64_t)yoe + era * 400 + (*month <= 2);
}

static char *two(char *p, uint32_t v, char after)
{
	p[0] = (char)('0' + v / 10);
	p[1] = (char)('0' + v % 10);
	p[2] = after;
	return p + 3;
}

char *put_timestamp(char *to, const char *end, int64_t ns)
{
	const int64_t second = 1000000000, whole = ns / second - (ns % second < 0),
		      days = whole / 86400 - (whole % 86400 < 0);
	const uint32_t of_day = (uint32_t)(whole - days * 86400),
		       fraction = (uint32_t)(ns % second + (ns % second < 0 ? second : 0));
	uint32_t month, day,
		digits = fraction == 0        ? 0
			 : fraction % 1000    ? 9
			 : fraction % 1000000 ? 6
					      : 3,
		i, rest = fraction;
	char buf[NUMBER_MAX], *p = buf;
	int64_t year;

	civil(days, &year, &month, &day);
	p = two(p, (uint32_t)year / 100, 0) - 1;
	p = two(p, (uint32_t)year % 100, '-');
	p = two(p, month, '-');
	p = two(p, day, 'T');
	p = two(p, of_day / 3600, ':');
	p = two(p, of_day / 60 % 60, ':');
	p = two(p, of_day % 60, '.');
	if (digits == 0)
		p--;
	for (i = digits; i < 9; i++)
		rest /= 10;
	for (i = digits; i > 0; i--, rest /= 10)
		p[i - 1] = (char)('0' + rest % 10);
	p += digits;
	*p++ = 'Z';
	return put_bytes(to, end, buf, (uint32_t)(p - buf));
}

char *put_hex(char *to, const char *end, const uint8_t *p, uint32_t len)
{
	uint32_t i;

	if ((end - to) / 2 < (int64_t)len)
		return NULL;
	for (i = 0; i < len; i++) {
		*to++ = "0123456789abcdef"[p[i] >> 4];
		*to++ = "0123456789abcdef"[p[i] & 15];
	}
	return to;
}
