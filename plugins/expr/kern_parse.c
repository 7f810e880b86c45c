/* kern_parse.c - text cast to numbers, bools and timestamps; null where it is none. [worker] */
#include "kern.h"

#include <stdlib.h>

static int digits(const char *p, uint32_t n, uint64_t *u)
{
	uint32_t i;

	*u = 0;
	for (i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9' || __builtin_mul_overflow(*u, 10u, u) ||
		    __builtin_add_overflow(*u, (uint64_t)(p[i] - '0'), u))
			return 0;
	return n > 0;
}

static int parse_int(const char *p, uint32_t n, int64_t *v)
{
	int minus = n && p[0] == '-', sign = minus || (n && p[0] == '+');
	uint64_t u;

	if (!digits(p + sign, n - (uint32_t)sign, &u) || u > (uint64_t)INT64_MAX + (uint64_t)minus)
		return 0;
	*v = (int64_t)(minus ? 0 - u : u);
	return 1;
}

void xp_parse_i(struct xp_run *x, const struct xp_ins *in)
{
	uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);
		const struct tw_view *v;

		if (row == TW_NONE)
			continue;
		v = xp_s(x, in->arg[0], row);
		ok[row] = (uint8_t)parse_int(xp_ptr(x, v), v->len, &xp_i(x, in->dst)[row]);
	}
}

void xp_parse_u(struct xp_run *x, const struct xp_ins *in)
{
	uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k), plus;
		const struct tw_view *v;

		if (row == TW_NONE)
			continue;
		v = xp_s(x, in->arg[0], row);
		plus = v->len && v->u.inl[0] == '+';
		ok[row] = (uint8_t)digits(xp_ptr(x, v) + plus, v->len - plus, &xp_u(x, in->dst)[row]);
	}
}

/* strtod takes more than a number is allowed to look like here: hex, spaces, "nan(..)". */
static int looks_real(const char *s)
{
	if (strcmp(s, "nan") == 0 || strcmp(s, "inf") == 0 || strcmp(s, "-inf") == 0)
		return 1;
	return s[0] && s[strspn(s, "0123456789+-.eE")] == 0;
}

static int parse_real(const char *p, uint32_t n, double *v)
{
	char text[64], *end;

	if (n >= sizeof text || memchr(p, 0, n))
		return 0;
	memcpy(text, p, n);
	text[n] = 0;
	if (!looks_real(text))
		return 0;
	*v = strtod(text, &end);
	return *end == 0 && (*v - *v == 0 || text[n - 1] == 'f' || text[n - 1] == 'n');
}

void xp_parse_f(struct xp_run *x, const struct xp_ins *in)
{
	uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);
		const struct tw_view *v;

		if (row == TW_NONE)
			continue;
		v = xp_s(x, in->arg[0], row);
		ok[row] = (uint8_t)parse_real(xp_ptr(x, v), v->len, &xp_f(x, in->dst)[row]);
	}
}

void xp_parse_b(struct xp_run *x, const struct xp_ins *in)
{
	uint8_t *ok = xp_ok(x, in->dst), *d = xp_b(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);
		const struct tw_view *v;

		if (row == TW_NONE)
			continue;
		v = xp_s(x, in->arg[0], row);
		d[row] = (v->len == 4 && memcmp(v->u.inl, "true", 4) == 0) || (v->len == 1 && v->u.inl[0] == '1');
		ok[row] = d[row] || (v->len == 5 && memcmp(v->u.inl, "false", 5) == 0) ||
			  (v->len == 1 && v->u.inl[0] == '0');
	}
}

void xp_parse_time(struct xp_run *x, const struct xp_ins *in)
{
	uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);
		const struct tw_view *v;

		if (row == TW_NONE)
			continue;
		v = xp_s(x, in->arg[0], row);
		ok[row] = (uint8_t)xp_parse_ts(xp_ptr(x, v), v->len, &xp_i(x, in->dst)[row]);
	}
}
