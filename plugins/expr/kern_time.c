/*
 * kern_time.c - timestamps: truncated, taken apart, read and written; see prog.h.
 *
 * All in UTC, in the Gregorian calendar, over the range of 64-bit ns: the years
 * 1677 to 2262. [worker]
 */
#include "kern.h"

#include <math.h>

#define SECOND 1000000000ll
#define DAY (86400 * SECOND)

static int64_t floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return q - (a % b < 0);
}

struct date {
	int64_t year;
	uint32_t month, day; /* from 1 */
};

/* Days since 1970-01-01 of a date. Years are counted from March on, so that the
 * leap day is the last; 306 = days from March to December. */
static int64_t days_of(struct date d)
{
	int64_t y = d.month > 2 ? d.year : d.year - 1;
	int64_t m = d.month > 2 ? d.month - 3 : d.month + 9;
	int64_t leaps = floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400);

	return y * 365 + leaps + (m * 153 + 2) / 5 + (int64_t)d.day - 1 - 719468;
}

static struct date date_of(int64_t days)
{
	int64_t n = days + 719468, era = floor_div(n, 146097);
	int64_t in_era = n - era * 146097;
	/* take out the leap days that came before, then whole years remain */
	int64_t y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (y * 365 + y / 4 - y / 100);
	int64_t m = (in_year * 5 + 2) / 153;
	struct date d;

	d.day = (uint32_t)(in_year - (m * 153 + 2) / 5 + 1);
	d.month = (uint32_t)(m < 10 ? m + 3 : m - 9);
	d.year = era * 400 + y + (d.month <= 2);
	return d;
}

static int64_t unit_ns(uint32_t unit)
{
	static const int64_t ns[] = {SECOND, 60 * SECOND, 3600 * SECOND, DAY};

	return ns[unit];
}

/* The greatest multiple of span up to t; 0 where that is out of range. */
static int truncated(int64_t t, int64_t span, int64_t *out)
{
	int64_t rest = t % span;

	return !__builtin_sub_overflow(t, rest < 0 ? rest + span : rest, out);
}

static int trunc_date(int64_t t, uint32_t unit, int64_t *out)
{
	struct date d = date_of(floor_div(t, DAY));

	d.day = 1;
	d.month = unit == XP_YEAR ? 1 : d.month;
	return !__builtin_mul_overflow(days_of(d), DAY, out);
}

void xp_trunc_unit(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]);
	int64_t *d = xp_i(x, in->dst);
	uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);

		if (row == TW_NONE)
			continue;
		ok[row] = (uint8_t)(in->sub >= XP_MONTH ? trunc_date(a[row], in->sub, &d[row])
							: truncated(a[row], unit_ns(in->sub), &d[row]));
	}
}

void xp_trunc_span(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]), *span = xp_i(x, in->arg[1]);
	uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);

		if (row != TW_NONE)
			ok[row] = span[row] > 0 && truncated(a[row], span[row], &xp_i(x, in->dst)[row]);
	}
}

static int64_t part_of(int64_t t, uint32_t unit)
{
	static const int64_t wrap[] = {60, 60, 24};
	int64_t units;
	struct date d;

	if (unit <= XP_HOUR) {
		units = floor_div(t, unit_ns(unit));
		return units - floor_div(units, wrap[unit]) * wrap[unit];
	}
	d = date_of(floor_div(t, DAY));
	return unit == XP_DAY ? d.day : unit == XP_MONTH ? d.month : d.year;
}

void xp_part(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);

		if (row != TW_NONE)
			xp_i(x, in->dst)[row] = part_of(xp_i(x, in->arg[0])[row], in->sub);
	}
}

void xp_epoch_s(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]);
	int64_t *restrict d = xp_i(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = floor_div(a[i], SECOND);
}

void xp_from_i(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]), unit = in->aux;
	int64_t *restrict d = xp_i(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		ok[i] &= (uint8_t)!__builtin_mul_overflow(a[i], unit, &d[i]);
}

/* To the nearest ns. */
void xp_from_f(struct xp_run *x, const struct xp_ins *in)
{
	const double *a = xp_f(x, in->arg[0]);
	int64_t *restrict d = xp_i(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		double ns = round(a[i] * (double)in->aux);
		int fits = ns >= -9223372036854775808.0 && ns < 9223372036854775808.0;

		d[i] = (int64_t)(fits ? ns : 0);
		ok[i] &= (uint8_t)fits;
	}
}

/* What is left of a text that is read from the front. */
struct scan {
	const char *p, *end;
	int bad;
};

static uint32_t number(struct scan *s, uint32_t n_digits)
{
	uint32_t v = 0, i;

	for (i = 0; i < n_digits; i++, s->p++) {
		if (s->p == s->end || *s->p < '0' || *s->p > '9') {
			s->bad = 1;
			return 0;
		}
		v = v * 10 + (uint32_t)(*s->p - '0');
	}
	return v;
}

static int eat(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return 0;
	s->p++;
	return 1;
}

static void must(struct scan *s, char c)
{
	s->bad |= !eat(s, c);
}

/* Digits after the point, of which nine count. */
static int64_t fraction(struct scan *s)
{
	int64_t v = 0, unit = SECOND;
	const char *start = s->p;

	for (; s->p < s->end && *s->p >= '0' && *s->p <= '9'; s->p++) {
		unit /= 10;
		v += unit * (*s->p - '0');
	}
	s->bad |= s->p == start;
	return v;
}

/* "Z", "+02:00", "-0530" or nothing: seconds east of UTC. */
static int64_t zone(struct scan *s)
{
	int64_t sign = eat(s, '-') ? -1 : eat(s, '+') ? 1 : 0;
	uint32_t h, m;

	if (!sign) {
		eat(s, 'Z');
		return 0;
	}
	h = number(s, 2);
	eat(s, ':');
	m = number(s, 2);
	s->bad |= h > 23 || m > 59;
	return sign * (h * 3600 + m * 60);
}

static int date_is_real(struct date d)
{
	static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int leap = (d.year % 4 == 0 && d.year % 100 != 0) || d.year % 400 == 0;

	return d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= days[d.month - 1] &&
	       (d.month != 2 || d.day < 29 || leap);
}

int xp_parse_ts(const char *p, uint32_t len, int64_t *ns)
{
	struct scan s = {p, p + len, 0};
	struct date d;
	int64_t sec = 0, frac = 0, days;
	uint32_t h, m, second = 0;

	d.year = number(&s, 4);
	must(&s, '-');
	d.month = number(&s, 2);
	must(&s, '-');
	d.day = number(&s, 2);
	if (s.bad || !date_is_real(d))
		return 0;
	days = days_of(d);
	if (eat(&s, 'T') || eat(&s, ' ')) {
		h = number(&s, 2);
		must(&s, ':');
		m = number(&s, 2);
		if (eat(&s, ':')) {
			second = number(&s, 2);
			frac = eat(&s, '.') ? fraction(&s) : 0;
		}
		s.bad |= h > 23 || m > 59 || second > 59;
		sec = (int64_t)h * 3600 + m * 60 + second - zone(&s);
	}
	sec += days * 86400;
	/* before 1970 the fraction counts from the next second down, so that the least
	 * timestamp can be read back */
	if (sec < 0 && frac) {
		sec++;
		frac -= SECOND;
	}
	return !s.bad && s.p == s.end && !__builtin_mul_overflow(sec, SECOND, ns) &&
	       !__builtin_add_overflow(*ns, frac, ns);
}

static char *put_number(char *to, uint64_t v, uint32_t n_digits)
{
	uint32_t i;

	for (i = n_digits; i > 0; i--, v /= 10)
		to[i - 1] = (char)('0' + v % 10);
	return to + n_digits;
}

uint32_t xp_print_ts(char *to, int64_t ns)
{
	int64_t sec = floor_div(ns, SECOND), days = floor_div(sec, 86400);
	uint64_t in_day = (uint64_t)(sec - days * 86400), frac = (uint64_t)ns - (uint64_t)sec * (uint64_t)SECOND;
	struct date d = date_of(days);
	char *p = put_number(to, (uint64_t)d.year, 4);

	*p++ = '-';
	p = put_number(p, d.month, 2);
	*p++ = '-';
	p = put_number(p, d.day, 2);
	*p++ = 'T';
	p = put_number(p, in_day / 3600, 2);
	*p++ = ':';
	p = put_number(p, in_day / 60 % 60, 2);
	*p++ = ':';
	p = put_number(p, in_day % 60, 2);
	if (frac) {
		*p++ = '.';
		if (frac % 1000000 == 0)
			p = put_number(p, frac / 1000000, 3);
		else if (frac % 1000 == 0)
			p = put_number(p, frac / 1000, 6);
		else
			p = put_number(p, frac, 9);
	}
	*p++ = 'Z';
	return (uint32_t)(p - to);
}
