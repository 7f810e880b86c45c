/* kern_find.c - where a text is in another, and what lies between; selected rows only; see prog.h. [worker] */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "kern.h"

/* Where p[0..m) is in s[from..n); n if nowhere. */
static uint32_t find(const char *s, uint32_t n, uint32_t from, const char *p, uint32_t m)
{
	const char *at;

	if (m == 0 || m > n - from)
		return m ? n : from;
	at = memmem(s + from, n - from, p, m);
	return at ? (uint32_t)(at - s) : n;
}

/* Number of the character, from 1, where b is first in a; 0: nowhere. sub 1: of the byte. */
void xp_position(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	int64_t *d = xp_i(x, in->dst);
	uint32_t k, i;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k), at, chars = 0;
		const struct tw_view *a, *b;
		const char *s;

		if (row == TW_NONE)
			continue;
		a = xp_s(x, in->arg[0], row);
		b = xp_s(x, in->arg[1], row);
		s = xp_ptr(x, a);
		at = find(s, a->len, 0, xp_ptr(x, b), b->len);
		for (i = 0; !in->sub && i < at; i++)
			chars += ((unsigned char)s[i] & 0xc0) != 0x80;
		d[row] = at == a->len && b->len ? 0 : (in->sub ? at : chars) + 1;
	}
}

/* The part of number c, from 1, of a between separators b; empty where there is none. */
static void split(const struct xp_run *x, struct tw_view *to, const struct tw_view *a, const struct tw_view *b,
		  int64_t number)
{
	const char *s = xp_ptr(x, a), *p = xp_ptr(x, b);
	uint32_t from = 0, end = b->len ? find(s, a->len, 0, p, b->len) : a->len;

	for (; number > 1 && end < a->len; number--) {
		from = end + b->len;
		end = find(s, a->len, from, p, b->len);
	}
	if (number == 1)
		xp_cut(x, to, a, from, end - from);
	else
		tw_view_set(to, 0, 0, "", 0);
}

void xp_split_part(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);

		if (row != TW_NONE)
			split(x, xp_s(x, in->dst, row), xp_s(x, in->arg[0], row), xp_s(x, in->arg[1], row),
			      xp_i(x, in->arg[2])[row]);
	}
}
