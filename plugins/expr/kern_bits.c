/*
 * kern_bits.c - conditions as bits, a word for 64 rows; see compile_bits.c. [worker]
 *
 * A bit says "true", so that a null needs no second bitmap. Rows past the end and rows
 * that are not selected may have any bit: the filter leaves them out.
 */
#include "kern.h"

#define WORDS (TW_MAX_ROWS / 64u)

static uint64_t *words(const struct xp_run *x, uint32_t reg)
{
	return x->regs[reg].v;
}

/* Clear the bits of rows where the register is null. */
static void and_valid(const struct xp_run *x, uint32_t reg, uint64_t *d)
{
	const struct xp_rdesc *r = &x->prog->regs[reg];
	uint64_t ok[WORDS];

	if (r->place == XP_DIRECT && r->field->nullable)
		tw_bits_load(ok, tw_nulls(x->b, r->field), x->n);
	else if (r->place != XP_DIRECT && xp_ok(x, reg))
		x->kern.scan->find((const char *)xp_ok(x, reg), x->n, 1, ok);
	else
		return;
	tw_bits_and(d, d, ok, TW_BITS_WORDS(x->n));
}

static void turn_over(const struct xp_run *x, uint64_t *d)
{
	uint32_t i;

	for (i = 0; i < TW_BITS_WORDS(x->n); i++)
		d[i] = ~d[i];
}

void xp_bits_cmp(struct xp_run *x, const struct xp_ins *in)
{
	const struct xp_rdesc *b = &x->prog->regs[in->arg[1]];
	const enum tw_cmp op = (enum tw_cmp)(in->sub & (XP_INVERSE - 1u));
	uint64_t *d = words(x, in->dst);

	if (b->place == XP_FIXED)
		x->kern.compare->value(in->aux, op, x->regs[in->arg[0]].v, &b->val, x->n, d);
	else
		x->kern.compare->columns(in->aux, op, x->regs[in->arg[0]].v, x->regs[in->arg[1]].v, x->n, d);
	if (in->sub & XP_INVERSE)
		turn_over(x, d);
	and_valid(x, in->arg[0], d);
	and_valid(x, in->arg[1], d);
}

/* Of the texts that have the head of the constant: is the rest the same? */
static void compare_rest(const struct xp_run *x, const struct xp_ins *in, const struct tw_view *value)
{
	const char *text = xp_ptr(x, value);
	uint64_t *d = words(x, in->dst), m;
	uint32_t i;

	for (i = 0; i < TW_BITS_WORDS(x->n); i++) {
		for (m = d[i]; m; m &= m - 1) {
			const struct tw_view *v = xp_s(x, in->arg[0], 64 * i + (uint32_t)__builtin_ctzll(m));

			if (memcmp(xp_ptr(x, v), text, value->len) != 0)
				d[i] ^= m & (0 - m);
		}
	}
}

void xp_bits_same(struct xp_run *x, const struct xp_ins *in)
{
	const struct tw_view *value = x->regs[in->arg[1]].v;
	uint64_t *d = words(x, in->dst), counts[WORDS];

	if (value->len <= TW_VIEW_INLINE) {
		x->kern.compare->views(x->regs[in->arg[0]].v, value, x->n, d);
	} else {
		/* only the texts of rows that count may be followed */
		x->kern.compare->heads(x->regs[in->arg[0]].v, value, x->n, d);
		and_valid(x, in->arg[0], d);
		if (x->sel.sel != x->all) {
			tw_bits_mark(counts, x->n, x->sel.sel, x->sel.n);
			tw_bits_and(d, d, counts, TW_BITS_WORDS(x->n));
		}
		compare_rest(x, in, value);
	}
	if (in->sub)
		turn_over(x, d);
	and_valid(x, in->arg[0], d);
}

void xp_bits_col(struct xp_run *x, const struct xp_ins *in)
{
	uint64_t *d = words(x, in->dst);

	tw_bits_load(d, x->regs[in->arg[0]].v, x->n);
	if (in->sub)
		turn_over(x, d);
	and_valid(x, in->arg[0], d);
}

void xp_bits_null(struct xp_run *x, const struct xp_ins *in)
{
	uint64_t *d = words(x, in->dst);

	tw_bits_load(d, tw_nulls(x->b, x->prog->regs[in->arg[0]].field), x->n);
	if (!in->sub)
		turn_over(x, d);
}

void xp_bits_of(struct xp_run *x, const struct xp_ins *in)
{
	uint64_t *d = words(x, in->dst);

	x->kern.scan->find(x->regs[in->arg[0]].v, x->n, !in->sub, d);
	and_valid(x, in->arg[0], d);
}

void xp_bits_and(struct xp_run *x, const struct xp_ins *in)
{
	tw_bits_and(words(x, in->dst), words(x, in->arg[0]), words(x, in->arg[1]), TW_BITS_WORDS(x->n));
}

void xp_bits_or(struct xp_run *x, const struct xp_ins *in)
{
	tw_bits_or(words(x, in->dst), words(x, in->arg[0]), words(x, in->arg[1]), TW_BITS_WORDS(x->n));
}

/* Rows that went to err are as if not true. */
static void leave_failed(const struct xp_run *x, uint64_t *d)
{
	uint64_t failed[WORDS];

	if (!x->n_failed)
		return;
	x->kern.scan->find((const char *)x->failed, x->n, 1, failed);
	tw_bits_and_not(d, d, failed, TW_BITS_WORDS(x->n));
}

/* The selected rows whose bit is set; `to` may be the list that is read. */
static uint32_t list_rows(const struct xp_run *x, const uint64_t *d, uint16_t *to)
{
	if (x->sel.sel == x->all)
		return x->kern.select->rows(d, x->n, to);
	return x->kern.select->keep(x->sel.sel, x->sel.n, d, x->n, to);
}

static void narrow_to(struct xp_run *x, uint32_t n)
{
	tw_select(x->b, n);
	x->sel = (struct xp_level){x->b->sel, n};
}

void xp_filter_bits(struct xp_run *x, const struct xp_ins *in)
{
	uint64_t *d = words(x, in->arg[0]);
	uint32_t n;

	leave_failed(x, d);
	n = list_rows(x, d, x->b->sel);
	if (n < x->sel.n)
		narrow_to(x, n);
}

/* As the filter, but the rows are listed, and where sub is 1 the others remain. */
void xp_pick_bits(struct xp_run *x, const struct xp_ins *in)
{
	uint64_t *d = words(x, in->arg[0]);
	struct xp_level *picked = &x->picked[in->aux];

	leave_failed(x, d);
	picked->n = list_rows(x, d, x->pick_lists + (size_t)in->aux * x->rows);
	if (picked->n == 0 || !in->sub)
		return;
	turn_over(x, d);
	narrow_to(x, list_rows(x, d, x->b->sel));
}
