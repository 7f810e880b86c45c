/* slow.h - expressions evaluated the slow way: a walk over the tree as parsed, a row at a time.
 * It shares the parser with the operator, and nothing else. */
#ifndef EXPR_TEST_SLOW_H
#define EXPR_TEST_SLOW_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* timegm */
#endif
#include "ast.h"
#include "run.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <time.h>

#define N_COLS 12

static const char *const cols[N_COLS] = {"o", "i", "j", "u", "w", "f", "g", "b", "q", "s", "t", "ts"};

/* t: 'i' 'u' 'f' 'b' 's', 't' for a timestamp; 0 is null. */
struct val {
	char t;
	__int128 n; /* i u b t */
	double f;
	char s[2000];
};

static struct val null(void)
{
	struct val v;

	memset(&v, 0, offsetof(struct val, s));
	v.s[0] = 0;
	return v;
}

static struct val number(char t, __int128 n)
{
	struct val v = null();
	int fits = t == 'u' ? n >= 0 && n <= UINT64_MAX : n >= INT64_MIN && n <= INT64_MAX;

	v.t = fits ? t : 0;
	v.n = n;
	return v;
}

static struct val boolean(int b)
{
	return number('b', b);
}

static struct val real(double f)
{
	struct val v = null();

	v.t = 'f';
	v.f = f;
	return v;
}

static struct val text(const char *s)
{
	struct val v = null();

	v.t = 's';
	snprintf(v.s, sizeof v.s, "%s", s);
	return v;
}

static double as_real(const struct val *v)
{
	return v->t == 'f' ? v->f : (double)v->n;
}

static int is_true(const struct val *v)
{
	return v->t == 'b' && v->n;
}

static struct val compare(int fn, const struct val *a, const struct val *b)
{
	int less, equal;

	if (a->t == 's') {
		less = strcmp(a->s, b->s) < 0;
		equal = strcmp(a->s, b->s) == 0;
	} else if (a->t == 'f' || b->t == 'f') {
		double p = as_real(a), q = as_real(b);

		if (p != p || q != q)
			return boolean(fn == XP_FN_NE);
		less = p < q;
		equal = p == q;
	} else {
		less = a->n < b->n;
		equal = a->n == b->n;
	}
	switch (fn) {
	case XP_FN_EQ: return boolean(equal);
	case XP_FN_NE: return boolean(!equal);
	case XP_FN_LT: return boolean(less);
	case XP_FN_LE: return boolean(less || equal);
	case XP_FN_GT: return boolean(!less && !equal);
	default: return boolean(!less);
	}
}

static struct val arithmetic(int fn, const struct val *a, const struct val *b)
{
	char t = a->t == 't' && b->t == 't' ? 'i' : a->t == 't' || b->t == 't' ? 't' : a->t;

	if (fn == XP_FN_DIV)
		return as_real(b) == 0 ? null() : real(as_real(a) / as_real(b));
	if (a->t == 'f' || b->t == 'f') {
		double p = as_real(a), q = as_real(b);

		if (fn == XP_FN_MOD)
			return q == 0 ? null() : real(fmod(p, q));
		return real(fn == XP_FN_ADD ? p + q : fn == XP_FN_SUB ? p - q : p * q);
	}
	switch (fn) {
	case XP_FN_ADD: return number(t, a->n + b->n);
	case XP_FN_SUB: return number(t, a->n - b->n);
	case XP_FN_MUL: {
		__int128 r;

		return __builtin_mul_overflow(a->n, b->n, &r) ? null() : number(t, r);
	}
	case XP_FN_IDIV: return b->n == 0 ? null() : number(t, a->n / b->n);
	default: return b->n == 0 ? null() : number(t, a->n % b->n);
	}
}

static int matches(const char *s, const char *p)
{
	if (!*p)
		return !*s;
	if (*p == '%')
		return matches(s, p + 1) || (*s && matches(s + 1, p));
	return *s && (*p == '_' || *p == *s) && matches(s + 1, p + 1);
}

static struct val change(struct val v, int from, int to, int add)
{
	char *p;

	for (p = v.s; *p; p++)
		if (*p >= from && *p <= to)
			*p = (char)(*p + add);
	return v;
}

static struct val trimmed(const struct val *v)
{
	struct val r = *v;
	size_t n = strspn(v->s, " "), len = strlen(v->s);

	memmove(r.s, v->s + n, len - n + 1);
	for (len -= n; len && r.s[len - 1] == ' ';)
		r.s[--len] = 0;
	return r;
}

static struct val substring(const struct val *v, int64_t from, __int128 len)
{
	struct val r = text("");
	int64_t k, n = 0;

	for (k = 1; v->s[k - 1]; k++)
		if (k >= from && (__int128)k - from < len)
			r.s[n++] = v->s[k - 1];
	r.s[n] = 0;
	return r;
}

static struct val replaced(const struct val *v, const char *what, const char *by)
{
	struct val r = text("");
	const char *p = v->s;
	size_t n = 0;

	while (*p) {
		if (*what && strncmp(p, what, strlen(what)) == 0) {
			n += (size_t)sprintf(r.s + n, "%s", by);
			p += strlen(what);
		} else {
			r.s[n++] = *p++;
		}
	}
	r.s[n] = 0;
	return r;
}

static __int128 floored(__int128 a, __int128 b)
{
	return a / b - (a % b < 0);
}

static struct tm broken_down(const struct val *v)
{
	time_t s = (time_t)floored(v->n, 1000000000);
	struct tm tm;

	gmtime_r(&s, &tm);
	return tm;
}

/* The two forms that the test writes. */
static struct val moment(const char *s)
{
	struct tm tm = {0};
	int tenths = 0;

	sscanf(s, "%d-%d-%dT%d:%d:%d.%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
	       &tenths);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return number('t', (__int128)timegm(&tm) * 1000000000 + tenths * 100000000);
}

static struct val truncated(const struct val *v, const char *unit)
{
	struct tm tm = broken_down(v);

	tm.tm_sec = 0;
	if (unit[0] != 'm' || unit[1] == 'o')
		tm.tm_min = 0;
	if (unit[0] == 'd' || unit[0] == 'y' || unit[1] == 'o')
		tm.tm_hour = unit[0] == 'h' ? tm.tm_hour : 0;
	if (unit[0] == 'y' || unit[1] == 'o')
		tm.tm_mday = unit[0] == 'h' ? tm.tm_mday : 1;
	if (unit[0] == 'y')
		tm.tm_mon = 0;
	return number('t', (__int128)timegm(&tm) * 1000000000);
}

static struct val cast(const struct val *a, uint32_t type)
{
	char buf[64], *end;

	switch (type) {
	case TW_STR:
		snprintf(buf, sizeof buf, a->t == 'u' ? "%llu" : "%lld", (long long)a->n);
		return text(a->t == 's' ? a->s : a->t == 'b' ? (a->n ? "true" : "false") : buf);
	case TW_F64: return real(as_real(a));
	case TW_TIMESTAMP: return number('t', a->n);
	case TW_I32:
	case TW_I64:
	case TW_U64:
		if (a->t == 's') {
			long long v;

			errno = 0;
			v = strtoll(a->s, &end, 10);
			return a->s[0] && a->s[0] != ' ' && !*end && !errno ? number('i', v) : null();
		}
		if (a->t == 'f') {
			if (!(a->f > -9.3e18 && a->f < 1.9e19))
				return null();
			return number(type == TW_U64 ? 'u' : 'i', (__int128)a->f);
		}
		if (type == TW_I32 && (a->n < INT32_MIN || a->n > INT32_MAX))
			return null();
		return number(type == TW_U64 ? 'u' : 'i', a->n);
	default: return null();
	}
}

static struct val eval(const struct xp_node *n, const struct val *row);

static struct val logic(const struct xp_node *n, const struct val *row)
{
	struct val a = eval(n->args[0], row), b;
	int stop = n->fn == XP_FN_OR;

	if (n->fn == XP_FN_NOT)
		return a.t ? boolean(!a.n) : null();
	b = eval(n->args[1], row);
	if ((a.t && a.n == stop) || (b.t && b.n == stop))
		return boolean(stop);
	return a.t && b.t ? boolean(!stop) : null();
}

static struct val function(const struct xp_node *n, const struct val *v)
{
	struct val r = v[0];
	uint32_t i;

	switch (n->fn) {
	case XP_FN_NEG: return v->t == 'f' ? real(-v->f) : number('i', -v->n);
	case XP_FN_LIKE: return boolean(matches(v[0].s, v[1].s));
	case XP_FN_LENGTH: return number('i', (int64_t)strlen(v->s));
	case XP_FN_LOWER: return change(*v, 'A', 'Z', 32);
	case XP_FN_UPPER: return change(*v, 'a', 'z', -32);
	case XP_FN_TRIM: return trimmed(v);
	case XP_FN_STARTS: return boolean(strncmp(v[0].s, v[1].s, strlen(v[1].s)) == 0);
	case XP_FN_ENDS: {
		size_t len = strlen(v[0].s), m = strlen(v[1].s);

		return boolean(len >= m && strcmp(v[0].s + len - m, v[1].s) == 0);
	}
	case XP_FN_CONTAINS: return boolean(strstr(v[0].s, v[1].s) != NULL);
	case XP_FN_SUBSTR: return substring(v, (int64_t)v[1].n, n->n_args == 3 ? v[2].n : (__int128)1 << 100);
	case XP_FN_CONCAT:
		for (i = 1; i < n->n_args; i++)
			strcat(r.s, v[i].s);
		return r;
	case XP_FN_REPLACE: return replaced(v, v[1].s, v[2].s);
	case XP_FN_ABS: return v->t == 'f' ? real(fabs(v->f)) : number(v->t, v->n < 0 ? -v->n : v->n);
	case XP_FN_FLOOR: return real(floor(v->f));
	case XP_FN_CEIL: return real(ceil(v->f));
	case XP_FN_ROUND: return real(round(v->f));
	case XP_FN_SQRT: return v->f < 0 ? null() : real(sqrt(v->f));
	case XP_FN_LEAST:
	case XP_FN_GREATEST:
		for (i = 1; i < n->n_args; i++) {
			struct val less = compare(XP_FN_LT, &r, &v[i]);

			if (r.t == 'f' && (r.f != r.f || v[i].f != v[i].f))
				r = r.f != r.f ? r : v[i];
			else
				r = is_true(&less) == (n->fn == XP_FN_LEAST) ? r : v[i];
		}
		return r;
	case XP_FN_DATE_TRUNC: return truncated(&v[1], v[0].s);
	case XP_FN_TRUNC: return v[1].n > 0 ? number('t', floored(v[0].n, v[1].n) * v[1].n) : null();
	case XP_FN_HOUR: return number('i', broken_down(v).tm_hour);
	case XP_FN_MINUTE: return number('i', broken_down(v).tm_min);
	case XP_FN_SECOND: return number('i', broken_down(v).tm_sec);
	case XP_FN_DAY: return number('i', broken_down(v).tm_mday);
	case XP_FN_MONTH: return number('i', broken_down(v).tm_mon + 1);
	case XP_FN_YEAR: return number('i', broken_down(v).tm_year + 1900);
	case XP_FN_EPOCH_S: return number('i', floored(v->n, 1000000000));
	case XP_FN_TS: return moment(v->s);
	case XP_FN_FROM_S: return number('t', v->n * 1000000000);
	case XP_FN_FROM_MS: return number('t', v->n * 1000000);
	default: cr_assert_fail("function %d is not in the test", n->fn); return null();
	}
}

static struct val call(const struct xp_node *n, const struct val *row)
{
	struct val v[5], same;
	uint32_t i;

	if (n->fn >= XP_FN_AND && n->fn <= XP_FN_NOT)
		return logic(n, row);
	for (i = 0; i < n->n_args; i++) {
		v[i] = eval(n->args[i], row);
		if (n->fn == XP_FN_COALESCE && v[i].t)
			return v[i];
	}
	if (n->fn == XP_FN_ISNULL || n->fn == XP_FN_NOTNULL)
		return boolean((v[0].t == 0) == (n->fn == XP_FN_ISNULL));
	if (n->fn == XP_FN_NULLIF) {
		same = v[0].t && v[1].t ? compare(XP_FN_EQ, &v[0], &v[1]) : null();
		return is_true(&same) ? null() : v[0];
	}
	for (i = 0; i < n->n_args; i++)
		if (!v[i].t)
			return null();
	if (n->fn <= XP_FN_GE)
		return compare(n->fn, &v[0], &v[1]);
	if (n->fn >= XP_FN_ADD && n->fn <= XP_FN_MOD)
		return arithmetic(n->fn, &v[0], &v[1]);
	return function(n, v);
}

static struct val in_list(const struct xp_node *n, const struct val *row)
{
	struct val x = eval(n->args[0], row);
	uint32_t i;
	int nulls = 0;

	if (!x.t)
		return null();
	for (i = 1; i < n->n_args; i++) {
		struct val a = eval(n->args[i], row), same = a.t ? compare(XP_FN_EQ, &x, &a) : null();

		nulls |= !a.t;
		if (is_true(&same))
			return boolean(1);
	}
	return nulls ? null() : boolean(0);
}

static struct val choose(const struct xp_node *n, const struct val *row)
{
	uint32_t i;

	for (i = 0; i + 1 < n->n_args; i += 2) {
		struct val c = eval(n->args[i], row);

		if (is_true(&c))
			return eval(n->args[i + 1], row);
	}
	return n->n_args & 1 ? eval(n->args[n->n_args - 1], row) : null();
}

static struct val eval(const struct xp_node *n, const struct val *row)
{
	struct val a;
	uint32_t i;

	switch (n->kind) {
	case XP_CONST:
		if (n->is_null)
			return null();
		return n->type == TW_STR   ? text(n->v.text.p)
		       : n->type == TW_F64 ? real(n->v.f)
					   : number(n->type == TW_BOOL  ? 'b'
						    : n->type == TW_U64 ? 'u'
									: 'i',
						    n->type == TW_U64 ? (__int128)n->v.u : n->v.i);
	case XP_COL:
		for (i = 0; strcmp(cols[i], n->v.text.p) != 0; i++)
			;
		return row[i];
	case XP_IN: return in_list(n, row);
	case XP_CASE: return choose(n, row);
	case XP_CAST: a = eval(n->args[0], row); return a.t ? cast(&a, n->type) : null();
	default: return call(n, row);
	}
}

#endif
