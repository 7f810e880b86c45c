/* kern_text.c - text compared, searched and measured; selected rows only; see prog.h. [worker] */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "kern.h"

static uint32_t head(const struct tw_view *v)
{
	uint32_t w;

	memcpy(&w, v->u.inl, 4);
	return __builtin_bswap32(w);
}

/* Below, at or above 0 as a is before, like or after b, byte by byte. The first four
 * bytes mostly decide; a shorter text has zeros there. */
int xp_order(const struct xp_run *x, const struct tw_view *a, const struct tw_view *b)
{
	uint32_t ha = head(a), hb = head(b), n = a->len < b->len ? a->len : b->len;
	int c;

	if (ha != hb)
		return ha < hb ? -1 : 1;
	c = memcmp(xp_ptr(x, a), xp_ptr(x, b), n);
	return c ? c : (a->len > b->len) - (a->len < b->len);
}

void xp_cmp_s(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	uint8_t *d = xp_b(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);
		const struct tw_view *a, *b;
		int c;

		if (row == TW_NONE)
			continue;
		a = xp_s(x, in->arg[0], row);
		b = xp_s(x, in->arg[1], row);
		if (in->sub <= XP_NE) {
			d[row] = (uint8_t)(xp_same(x, a, b) ^ (in->sub == XP_NE));
			continue;
		}
		c = xp_order(x, a, b);
		d[row] = in->sub == XP_LT ? c < 0 : c <= 0;
	}
}

void xp_least_s(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);
		const struct tw_view *a, *b;

		if (row == TW_NONE)
			continue;
		a = xp_s(x, in->arg[0], row);
		b = xp_s(x, in->arg[1], row);
		*xp_s(x, in->dst, row) = (xp_order(x, a, b) < 0) != in->sub ? *a : *b;
	}
}

uint64_t xp_hash_text(const char *p, uint32_t len)
{
	uint64_t h = 0x2545f4914f6cdd1dull ^ len, w;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&w, p, 8);
		h = xp_hash_word(h ^ w) + w;
	}
	w = 0;
	memcpy(&w, p, len);
	return xp_hash_word(h ^ w);
}

static int in_set(const struct xp_run *x, const struct xp_set *s, const struct tw_view *v)
{
	uint32_t i;

	if (!s->table) {
		for (i = 0; i < s->n; i++)
			if (xp_same(x, v, &s->views[i]))
				return 1;
		return 0;
	}
	for (i = (uint32_t)xp_hash_text(xp_ptr(x, v), v->len) & s->mask; s->table[i]; i = (i + 1) & s->mask)
		if (xp_same(x, v, &s->views[s->table[i] - 1]))
			return 1;
	return 0;
}

void xp_in_s(struct xp_run *x, const struct xp_ins *in)
{
	const struct xp_set *s = &x->prog->sets[in->aux];
	uint8_t *ok = xp_ok(x, in->dst), *d = xp_b(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);

		if (row == TW_NONE)
			continue;
		d[row] = (uint8_t)in_set(x, s, xp_s(x, in->arg[0], row));
		if (s->has_null)
			ok[row] = d[row];
	}
}

void xp_length(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	int64_t *d = xp_i(x, in->dst);
	uint32_t k, i;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k), chars = 0;
		const struct tw_view *v;
		const char *p;

		if (row == TW_NONE)
			continue;
		v = xp_s(x, in->arg[0], row);
		p = xp_ptr(x, v);
		for (i = 0; !in->sub && i < v->len; i++)
			chars += ((unsigned char)p[i] & 0xc0) != 0x80;
		d[row] = in->sub ? v->len : chars;
	}
}

void xp_starts(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	uint8_t *d = xp_b(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k), first;
		const struct tw_view *a, *b;

		if (row == TW_NONE)
			continue;
		a = xp_s(x, in->arg[0], row);
		b = xp_s(x, in->arg[1], row);
		first = b->len < 4 ? b->len : 4;
		d[row] = a->len >= b->len && memcmp(a->u.inl, b->u.inl, first) == 0 &&
			 (b->len <= 4 || memcmp(xp_ptr(x, a), xp_ptr(x, b), b->len) == 0);
	}
}

void xp_ends(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	uint8_t *d = xp_b(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);
		const struct tw_view *a, *b;

		if (row == TW_NONE)
			continue;
		a = xp_s(x, in->arg[0], row);
		b = xp_s(x, in->arg[1], row);
		d[row] = a->len >= b->len && memcmp(xp_ptr(x, a) + (a->len - b->len), xp_ptr(x, b), b->len) == 0;
	}
}

void xp_contains(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	uint8_t *d = xp_b(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);
		const struct tw_view *a, *b;

		if (row == TW_NONE)
			continue;
		a = xp_s(x, in->arg[0], row);
		b = xp_s(x, in->arg[1], row);
		d[row] =
			a->len >= b->len && (b->len == 0 || memmem(xp_ptr(x, a), a->len, xp_ptr(x, b), b->len) != NULL);
	}
}

/* Index of the character after the one at i. */
static uint32_t after(const char *s, uint32_t n, uint32_t i, int bytes)
{
	i++;
	while (!bytes && i < n && ((unsigned char)s[i] & 0xc0) == 0x80)
		i++;
	return i;
}

/* Greedy with one point to go back to, the last %: what an earlier one took can stay. */
int xp_like(const char *s, uint32_t n, const char *p, uint32_t m, int bytes)
{
	uint32_t i = 0, k = 0, mark = 0, star = TW_NONE;

	while (i < n) {
		if (k < m && p[k] == '%') {
			star = k++;
			mark = i;
		} else if (k < m && p[k] == '_') {
			i = after(s, n, i, bytes);
			k++;
		} else if (k < m && p[k] == s[i]) {
			i++;
			k++;
		} else if (star != TW_NONE) {
			i = mark = after(s, n, mark, bytes);
			k = star + 1;
		} else {
			return 0;
		}
	}
	while (k < m && p[k] == '%')
		k++;
	return k == m;
}

void xp_like_s(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	uint8_t *d = xp_b(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);
		const struct tw_view *a, *b;

		if (row == TW_NONE)
			continue;
		a = xp_s(x, in->arg[0], row);
		b = xp_s(x, in->arg[1], row);
		d[row] = (uint8_t)xp_like(xp_ptr(x, a), a->len, xp_ptr(x, b), b->len, in->sub);
	}
}

void xp_hash_s(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	uint64_t *d = xp_u(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);
		const struct tw_view *v;

		if (row == TW_NONE)
			continue;
		v = xp_s(x, in->arg[0], row);
		d[row] = xp_hash_text(xp_ptr(x, v), v->len);
	}
}

/* Bytes of the character at p, 0 where there is none as UTF-8 has them. */
static uint32_t utf8_char(const unsigned char *p, uint32_t n)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t len = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf8 ? 4 : 0;
	uint32_t c, i;

	if (len < 2 || len > n)
		return len > n ? 0 : len;
	c = p[0] & (0x7fu >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : len;
}

static int is_utf8(const char *p, uint32_t n)
{
	uint32_t i = 0, len;

	while (i < n) {
		len = utf8_char((const unsigned char *)p + i, n - i);
		if (len == 0)
			return 0;
		i += len;
	}
	return 1;
}

/* bytes as str: null where it is no UTF-8. */
void xp_check_utf8(struct xp_run *x, const struct xp_ins *in)
{
	uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);
		const struct tw_view *v;

		if (row == TW_NONE)
			continue;
		v = xp_s(x, in->arg[0], row);
		*xp_s(x, in->dst, row) = *v;
		ok[row] = (uint8_t)is_utf8(xp_ptr(x, v), v->len);
	}
}
