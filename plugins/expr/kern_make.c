/*
 * kern_make.c - text cut out of text, put together, and printed; see prog.h.
 *
 * What is cut out is a view into the same bytes. What is new goes into the text
 * buffers of the batch, or into the view itself up to 12 bytes. [worker]
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "kern.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void xp_no_room(struct xp_run *x, uint32_t row)
{
	if (x->failed[row])
		return;
	x->failed[row] = 1;
	x->n_failed++;
	x->ctx->host->row_error(x->ctx, x->b, row, NULL, "text over the limit of the batch");
}

/* Where to write len bytes for the row: small ones into `tiny`. NULL: no room. */
static char *room(struct xp_run *x, uint32_t row, uint64_t len, char *tiny)
{
	char *p;

	if (len <= TW_VIEW_INLINE)
		return tiny;
	p = len > INT32_MAX ? NULL : tw_text_reserve(x->ctx, x->b, (uint32_t)len);
	if (!p)
		xp_no_room(x, row);
	return p;
}

/* What was written there becomes the row's value; p NULL: an empty one. */
static void made(struct xp_run *x, const struct xp_ins *in, uint32_t row, const char *p, uint32_t len)
{
	struct tw_view *v = xp_s(x, in->dst, row);

	if (!p || len <= TW_VIEW_INLINE)
		tw_view_set(v, 0, 0, p ? p : "", p ? len : 0);
	else
		tw_text_commit(x->b, v, len);
}

static void change_case(char *to, const char *from, uint32_t n, int upper)
{
	const unsigned char first = upper ? 'a' : 'A';
	uint32_t i;

	for (i = 0; i < n; i++)
		to[i] = (char)(from[i] ^ ((unsigned char)(from[i] - first) < 26) << 5);
}

void xp_lower(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	char tiny[TW_VIEW_INLINE];
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);
		const struct tw_view *v;
		char *to;

		if (row == TW_NONE)
			continue;
		v = xp_s(x, in->arg[0], row);
		to = room(x, row, v->len, tiny);
		if (to)
			change_case(to, xp_ptr(x, v), v->len, in->sub);
		made(x, in, row, to, v->len);
	}
}

static int is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void xp_trim(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k), from = 0, to;
		const struct tw_view *v;
		const char *p;

		if (row == TW_NONE)
			continue;
		v = xp_s(x, in->arg[0], row);
		p = xp_ptr(x, v);
		to = v->len;
		while (from < to && is_space(p[from]))
			from++;
		while (to > from && is_space(p[to - 1]))
			to--;
		xp_cut(x, xp_s(x, in->dst, row), v, from, to - from);
	}
}

static int is_ascii(const char *eight)
{
	uint64_t w;

	memcpy(&w, eight, 8);
	return (w & 0x8080808080808080ull) == 0;
}

/* Bytes of the first `chars` characters of p[0..n). */
static uint32_t skip(const char *p, uint32_t n, int64_t chars, int bytes)
{
	uint32_t i = 0;

	if (bytes)
		return chars < n ? (uint32_t)chars : n;
	for (; chars >= 8 && i + 8 <= n && is_ascii(p + i); chars -= 8)
		i += 8;
	for (; chars > 0 && i < n; chars--)
		for (i++; i < n && ((unsigned char)p[i] & 0xc0) == 0x80;)
			i++;
	return i;
}

void xp_substr(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k), from, len;
		int64_t first, end = INT64_MAX;
		const struct tw_view *v;
		const char *p;

		if (row == TW_NONE)
			continue;
		v = xp_s(x, in->arg[0], row);
		p = xp_ptr(x, v);
		first = xp_i(x, in->arg[1])[row];
		if (in->n == 3 && __builtin_add_overflow(first, xp_i(x, in->arg[2])[row], &end))
			end = first > 0 ? INT64_MAX : INT64_MIN;
		first = first > 1 ? first : 1;
		from = skip(p, v->len, first - 1, in->sub);
		len = end > first ? skip(p + from, v->len - from, end - first, in->sub) : 0;
		xp_cut(x, xp_s(x, in->dst, row), v, from, len);
	}
}

void xp_concat(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	char tiny[TW_VIEW_INLINE];
	uint32_t k, i;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k), at = 0;
		const struct tw_view *v;
		uint64_t len = 0;
		char *to;

		if (row == TW_NONE)
			continue;
		for (i = 0; i < in->n; i++)
			len += xp_s(x, in->arg[i], row)->len;
		to = room(x, row, len, tiny);
		for (i = 0; to && i < in->n; i++) {
			v = xp_s(x, in->arg[i], row);
			memcpy(to + at, xp_ptr(x, v), v->len);
			at += v->len;
		}
		made(x, in, row, to, at);
	}
}

/* The first b in a at or after `from`, or a's end. */
static uint32_t find(struct xp_text a, struct xp_text b, uint32_t from)
{
	const char *p = b.len ? memmem(a.p + from, a.len - from, b.p, b.len) : NULL;

	return p ? (uint32_t)(p - a.p) : a.len;
}

static void replace(char *to, struct xp_text s, struct xp_text what, struct xp_text by)
{
	uint32_t from = 0, at;

	while ((at = find(s, what, from)) < s.len) {
		memcpy(to, s.p + from, at - from);
		to += at - from;
		memcpy(to, by.p, by.len);
		to += by.len;
		from = at + what.len;
	}
	memcpy(to, s.p + from, s.len - from);
}

static struct xp_text text_at(const struct xp_run *x, uint32_t reg, uint32_t row)
{
	const struct tw_view *v = xp_s(x, reg, row);

	return (struct xp_text){xp_ptr(x, v), v->len};
}

void xp_replace(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	char tiny[TW_VIEW_INLINE];
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k), at;
		struct xp_text s, what, by;
		uint64_t len;
		char *to;

		if (row == TW_NONE)
			continue;
		s = text_at(x, in->arg[0], row);
		what = text_at(x, in->arg[1], row);
		by = text_at(x, in->arg[2], row);
		len = s.len;
		for (at = find(s, what, 0); at < s.len; at = find(s, what, at + what.len))
			len = len - what.len + by.len;
		if (find(s, what, 0) == s.len) {
			*xp_s(x, in->dst, row) = *xp_s(x, in->arg[0], row);
			continue;
		}
		to = room(x, row, len, tiny);
		if (to)
			replace(to, s, what, by);
		made(x, in, row, to, (uint32_t)len);
	}
}

/* Copy what was printed into the row. */
static void put(struct xp_run *x, const struct xp_ins *in, uint32_t row, const char *text, uint32_t len)
{
	char tiny[TW_VIEW_INLINE], *to = room(x, row, len, tiny);

	if (to)
		memcpy(to, text, len);
	made(x, in, row, to, len);
}

static uint32_t print_u64(char *to, uint64_t u)
{
	char digits[20];
	uint32_t n = 0, i;

	do
		digits[n++] = (char)('0' + u % 10);
	while (u /= 10);
	for (i = 0; i < n; i++)
		to[i] = digits[n - 1 - i];
	return n;
}

static uint32_t print_i64(char *to, int64_t v)
{
	if (v >= 0)
		return print_u64(to, (uint64_t)v);
	to[0] = '-';
	return 1 + print_u64(to + 1, 0 - (uint64_t)v);
}

void xp_print_i(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	char text[32];
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);

		if (row != TW_NONE)
			put(x, in, row, text, print_i64(text, xp_i(x, in->arg[0])[row]));
	}
}

void xp_print_u(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	char text[32];
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);

		if (row != TW_NONE)
			put(x, in, row, text, print_u64(text, xp_u(x, in->arg[0])[row]));
	}
}

/* The fewest digits that read back as the same number. */
static uint32_t print_real(char *to, size_t cap, double v, int single)
{
	int digits = single ? 6 : 15, most = single ? 9 : 17, n;

	if (v != v)
		return (uint32_t)snprintf(to, cap, "nan");
	for (;; digits++) {
		n = snprintf(to, cap, "%.*g", digits, v);
		if (digits == most || (single ? (double)strtof(to, NULL) == v : strtod(to, NULL) == v))
			return (uint32_t)n;
	}
}

void xp_print_f(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	char text[40];
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);

		if (row != TW_NONE)
			put(x, in, row, text, print_real(text, sizeof text, xp_f(x, in->arg[0])[row], in->sub));
	}
}

void xp_print_b(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst), *a = xp_b(x, in->arg[0]);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);

		if (row != TW_NONE)
			tw_view_set(xp_s(x, in->dst, row), 0, 0, a[row] ? "true" : "false", 5u - a[row]);
	}
}

void xp_print_time(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	char text[40];
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);

		if (row != TW_NONE)
			put(x, in, row, text, xp_print_ts(text, xp_i(x, in->arg[0])[row]));
	}
}

static uint32_t print_decimal(char *to, int64_t v, uint32_t scale)
{
	char digits[48];
	uint32_t n = print_u64(digits, v < 0 ? 0 - (uint64_t)v : (uint64_t)v), at = 0, i;

	if (v < 0)
		to[at++] = '-';
	for (i = n > scale + 1 ? n : scale + 1; i > 0; i--) {
		to[at++] = i > n ? '0' : digits[n - i];
		if (i == scale + 1 && scale)
			to[at++] = '.';
	}
	return at;
}

void xp_print_d(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->dst);
	char text[48];
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = xp_row(x, ok, k);

		if (row != TW_NONE)
			put(x, in, row, text, print_decimal(text, xp_i(x, in->arg[0])[row], in->sub));
	}
}
