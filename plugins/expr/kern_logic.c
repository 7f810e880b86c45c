/*
 * kern_logic.c - three-valued logic, in (...), and the steps of case. [worker]
 *
 * The value under a null is not looked at: true is "valid and 1", false is
 * "valid and 0".
 */
#include "kern.h"

/* A set up to this size is searched from end to end over all rows. */
#define FEW 8u

static uint8_t ok_at(const uint8_t *ok, uint32_t i)
{
	return ok ? ok[i] : 1;
}

void xp_and(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *a = xp_b(x, in->arg[0]), *b = xp_b(x, in->arg[1]);
	const uint8_t *oka = xp_ok(x, in->arg[0]), *okb = xp_ok(x, in->arg[1]);
	uint8_t *restrict d = xp_b(x, in->dst), *restrict ok = xp_ok(x, in->dst);
	const uint32_t n = x->n;
	uint32_t i;

	if (!ok) {
		for (i = 0; i < n; i++)
			d[i] = a[i] & b[i];
		return;
	}
	for (i = 0; i < n; i++) {
		uint8_t va = ok_at(oka, i), vb = ok_at(okb, i);
		uint8_t t = a[i] & va & b[i] & vb, f = (uint8_t)((va & ~a[i]) | (vb & ~b[i])) & 1;

		d[i] = t;
		ok[i] = t | f;
	}
}

void xp_or(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *a = xp_b(x, in->arg[0]), *b = xp_b(x, in->arg[1]);
	const uint8_t *oka = xp_ok(x, in->arg[0]), *okb = xp_ok(x, in->arg[1]);
	uint8_t *restrict d = xp_b(x, in->dst), *restrict ok = xp_ok(x, in->dst);
	const uint32_t n = x->n;
	uint32_t i;

	if (!ok) {
		for (i = 0; i < n; i++)
			d[i] = a[i] | b[i];
		return;
	}
	for (i = 0; i < n; i++) {
		uint8_t va = ok_at(oka, i), vb = ok_at(okb, i);
		uint8_t t = (a[i] & va) | (b[i] & vb), f = (uint8_t)(va & vb & ~a[i] & ~b[i]) & 1;

		d[i] = t;
		ok[i] = t | f;
	}
}

void xp_not(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *a = xp_b(x, in->arg[0]);
	uint8_t *restrict d = xp_b(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = a[i] ^ 1;
}

void xp_isnull(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->arg[0]);
	uint8_t *restrict d = xp_b(x, in->dst);
	uint32_t i;

	if (!ok) {
		memset(d, in->sub, x->n);
		return;
	}
	for (i = 0; i < x->n; i++)
		d[i] = ok[i] ^ (uint8_t)!in->sub;
}

void xp_nullif(struct xp_run *x, const struct xp_ins *in)
{
	static const uint8_t width[] = {1, 8, 8, 8, 16};
	const uint8_t *oka = xp_ok(x, in->arg[0]), *same = xp_b(x, in->arg[1]), *oks = xp_ok(x, in->arg[1]);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	if (in->sub == XP_S)
		for (i = 0; i < x->n; i++)
			*xp_s(x, in->dst, i) = *xp_s(x, in->arg[0], i);
	else
		memcpy(x->regs[in->dst].v, x->regs[in->arg[0]].v, (size_t)x->n * width[in->sub]);
	for (i = 0; i < x->n; i++)
		ok[i] = ok_at(oka, i) & (uint8_t) ~(same[i] & ok_at(oks, i)) & 1;
}

/* Not found in a set with a null: it might be that. */
static void null_where_absent(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *d = xp_b(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	if (!x->prog->sets[in->aux].has_null)
		return;
	for (i = 0; i < x->n; i++)
		ok[i] &= d[i];
}

void xp_in_i(struct xp_run *x, const struct xp_ins *in)
{
	const struct xp_set *s = &x->prog->sets[in->aux];
	const int64_t *a = xp_i(x, in->arg[0]);
	uint8_t *restrict d = xp_b(x, in->dst);
	uint32_t i, k;

	memset(d, 0, x->n);
	for (k = 0; k < s->n && s->n <= FEW; k++) {
		int64_t v = s->vals[k].i;

		for (i = 0; i < x->n; i++)
			d[i] |= a[i] == v;
	}
	for (i = 0; i < x->n && s->n > FEW; i++) {
		const union xp_val *low = s->vals;

		for (k = s->n; k > 1; k -= k / 2)
			low = low[k / 2].i <= a[i] ? low + k / 2 : low;
		d[i] = low->i == a[i];
	}
	null_where_absent(x, in);
}

void xp_in_u(struct xp_run *x, const struct xp_ins *in)
{
	const struct xp_set *s = &x->prog->sets[in->aux];
	const uint64_t *a = xp_u(x, in->arg[0]);
	uint8_t *restrict d = xp_b(x, in->dst);
	uint32_t i, k;

	memset(d, 0, x->n);
	for (k = 0; k < s->n && s->n <= FEW; k++) {
		uint64_t v = s->vals[k].u;

		for (i = 0; i < x->n; i++)
			d[i] |= a[i] == v;
	}
	for (i = 0; i < x->n && s->n > FEW; i++) {
		const union xp_val *low = s->vals;

		for (k = s->n; k > 1; k -= k / 2)
			low = low[k / 2].u <= a[i] ? low + k / 2 : low;
		d[i] = low->u == a[i];
	}
	null_where_absent(x, in);
}

void xp_in_f(struct xp_run *x, const struct xp_ins *in)
{
	const struct xp_set *s = &x->prog->sets[in->aux];
	const double *a = xp_f(x, in->arg[0]);
	uint8_t *restrict d = xp_b(x, in->dst);
	uint32_t i, k;

	memset(d, 0, x->n);
	for (k = 0; k < s->n && s->n <= FEW; k++) {
		double v = s->vals[k].f;

		for (i = 0; i < x->n; i++)
			d[i] |= a[i] == v;
	}
	for (i = 0; i < x->n && s->n > FEW; i++) {
		const union xp_val *low = s->vals;

		for (k = s->n; k > 1; k -= k / 2)
			low = low[k / 2].f <= a[i] ? low + k / 2 : low;
		d[i] = low->f == a[i];
	}
	null_where_absent(x, in);
}

/* dst: the rows where the condition a is true and that no branch took before (b). */
void xp_take(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *c = xp_b(x, in->arg[0]), *ok = xp_ok(x, in->arg[0]);
	uint8_t *restrict taken = xp_b(x, in->arg[1]), *restrict d = xp_b(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		d[i] = c[i] & ok_at(ok, i) & (taken[i] ^ 1);
		taken[i] |= d[i];
	}
}

/* The same with the condition "a is not null". */
void xp_take_valid(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *ok = xp_ok(x, in->arg[0]);
	uint8_t *restrict taken = xp_b(x, in->arg[1]), *restrict d = xp_b(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		d[i] = ok_at(ok, i) & (taken[i] ^ 1);
		taken[i] |= d[i];
	}
}

/* dst becomes a in the rows of the mask b. sub: the class. */
void xp_merge(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *m = xp_b(x, in->arg[1]), *oka = xp_ok(x, in->arg[0]);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	const uint64_t *a = xp_u(x, in->arg[0]);
	const uint8_t *bytes = xp_b(x, in->arg[0]);
	uint64_t *restrict d = xp_u(x, in->dst);
	uint8_t *restrict to = xp_b(x, in->dst);
	uint32_t i;

	if (in->sub == XP_B) {
		for (i = 0; i < x->n; i++)
			to[i] = m[i] ? bytes[i] : to[i];
	} else if (in->sub == XP_S) {
		for (i = 0; i < x->n; i++)
			if (m[i])
				*xp_s(x, in->dst, i) = *xp_s(x, in->arg[0], i);
	} else {
		for (i = 0; i < x->n; i++)
			d[i] = m[i] ? a[i] : d[i];
	}
	for (i = 0; ok && i < x->n; i++)
		ok[i] = m[i] ? ok_at(oka, i) : ok[i];
}

/* Until POP only the rows count where the mask a is 1 - sub. */
void xp_push(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *m = xp_b(x, in->arg[0]);
	uint16_t *list = x->lists + (size_t)x->depth * x->rows;
	uint32_t k, n = 0;

	for (k = 0; k < x->sel.n; k++) {
		list[n] = x->sel.sel[k];
		n += m[list[n]] != in->sub;
	}
	x->outer[x->depth++] = x->sel;
	x->sel = (struct xp_level){list, n};
}

void xp_pop(struct xp_run *x, const struct xp_ins *in)
{
	(void)in;
	x->sel = x->outer[--x->depth];
}
