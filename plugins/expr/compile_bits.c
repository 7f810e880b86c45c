/*
 * compile_bits.c - conditions of filters, as bits instead of a byte a row. [control]
 *
 * A filter only asks where a condition is true. "Not" is moved down to the comparisons,
 * where nulls are cleared afterwards: above them "and" and "or" of words are right for
 * nulls too, and no second bitmap is carried. Columns are compared in their own width,
 * and null bitmaps used as they lie. What is no such comparison is computed as
 * everywhere, a byte a row, and packed.
 */
#include "compile.h"

#define NONE UINT16_MAX

static const struct tw_field *field_of(const struct xp_code *c, const struct xp_node *n)
{
	return n->kind == XP_COL ? c->cols[n->col].field : NULL;
}

static int is_value(const struct xp_node *n)
{
	return n->kind == XP_CONST && !n->is_null;
}

static int is_call(const struct xp_node *n, uint32_t op)
{
	return n->kind != XP_CONST && n->kind != XP_COL && n->kind != XP_IN && n->kind != XP_CASE &&
	       n->fn != XP_FN_COALESCE && n->op == op;
}

/* A column and a constant text, in this order or the other. */
static int is_text_test(const struct xp_code *c, const struct xp_node *n)
{
	if (!is_call(n, XP_CMP_S) || n->sub > XP_NE)
		return 0;
	return (field_of(c, n->args[0]) && n->args[0]->type != TW_FIXED && is_value(n->args[1])) ||
	       (field_of(c, n->args[1]) && n->args[1]->type != TW_FIXED && is_value(n->args[0]));
}

/* The column as it lies in the batch. */
static uint16_t raw(struct xp_code *c, const struct tw_field *f)
{
	struct xp_rdesc d = {.cls = XP_I, .place = XP_DIRECT, .pinned = 1, .field = f};
	uint32_t i;

	for (i = 0; i < c->prog.n_regs; i++)
		if (c->prog.regs[i].place == XP_DIRECT && c->prog.regs[i].field == f)
			return (uint16_t)i;
	return xp_reg_new(c, &d);
}

static uint16_t bits1(struct xp_code *c, uint32_t op, uint32_t sub, uint16_t a)
{
	struct xp_ins in = {.op = (uint16_t)op, .sub = (uint16_t)sub, .n = 1, .arg = {a}};

	in.dst = xp_temp(c, XP_M, 0);
	xp_ins_add(c, &in);
	xp_release(c, a);
	return in.dst;
}

/* dst: a register of bits, which takes the result. */
static uint16_t bits2(struct xp_code *c, uint32_t op, uint16_t dst, uint16_t b)
{
	struct xp_ins in = {.op = (uint16_t)op, .dst = dst, .n = 2, .arg = {dst, b}};

	xp_ins_add(c, &in);
	xp_release(c, b);
	return dst;
}

/* Is the constant a value of type? Its bits in *u. */
static int narrow(const struct xp_node *n, uint32_t type, uint64_t *u)
{
	uint32_t bits;
	float f;

	*u = n->v.u;
	switch (type) {
	case TW_I32: return n->v.i >= INT32_MIN && n->v.i <= INT32_MAX;
	case TW_U32: return n->v.u <= UINT32_MAX;
	case TW_F32:
		f = (float)n->v.f;
		memcpy(&bits, &f, sizeof bits);
		*u = bits;
		return (double)f == n->v.f;
	default: return 1;
	}
}

struct sides {
	uint16_t a, b;
	uint32_t type;
};

/* Both sides as columns or registers of one type; b may be a constant. */
static struct sides sides(struct xp_code *c, const struct xp_node *a, const struct xp_node *b, uint32_t type)
{
	const struct tw_field *fa = field_of(c, a), *fb = field_of(c, b);
	struct xp_node value = {.kind = XP_CONST, .type = TW_U64};

	if (fa && is_value(b) && narrow(b, fa->type, &value.v.u))
		return (struct sides){raw(c, fa), xp_constant(c, &value), fa->type};
	if (fa && fb && fa->type == fb->type)
		return (struct sides){raw(c, fa), raw(c, fb), fa->type};
	return (struct sides){xp_emit(c, a), xp_emit(c, b), type};
}

static uint16_t compare(struct xp_code *c, const struct xp_node *n, int inverse)
{
	static const uint8_t ops[] = {[XP_EQ] = TW_CMP_EQ, [XP_NE] = TW_CMP_NE, [XP_LT] = TW_CMP_LT,
				      [XP_LE] = TW_CMP_LE, [XP_GT] = TW_CMP_GT, [XP_GE] = TW_CMP_GE};
	static const uint8_t exchanged[] = {[TW_CMP_EQ] = TW_CMP_EQ, [TW_CMP_NE] = TW_CMP_NE, [TW_CMP_LT] = TW_CMP_GT,
					    [TW_CMP_LE] = TW_CMP_GE, [TW_CMP_GT] = TW_CMP_LT, [TW_CMP_GE] = TW_CMP_LE};
	const int exchange = is_value(n->args[0]);
	const uint32_t type = n->op == XP_CMP_I ? TW_I64 : n->op == XP_CMP_U ? TW_U64 : TW_F64;
	const struct sides s = sides(c, n->args[exchange], n->args[!exchange], type);
	struct xp_ins in = {.op = XP_BITS_CMP, .n = 2, .arg = {s.a, s.b}, .aux = s.type};

	in.sub = exchange ? exchanged[ops[n->sub]] : ops[n->sub];
	in.sub |= inverse ? XP_INVERSE : 0;
	in.dst = xp_temp(c, XP_M, 0);
	xp_ins_add(c, &in);
	xp_release(c, s.a);
	xp_release(c, s.b);
	return in.dst;
}

static uint16_t same_text(struct xp_code *c, const struct xp_node *n, int inverse)
{
	const int exchange = is_value(n->args[0]);
	struct xp_ins in = {.op = XP_BITS_SAME, .n = 2};

	in.arg[0] = raw(c, field_of(c, n->args[exchange]));
	in.arg[1] = xp_constant(c, n->args[!exchange]);
	in.sub = (n->sub == XP_NE) != inverse;
	in.dst = xp_temp(c, XP_M, 0);
	xp_ins_add(c, &in);
	return in.dst;
}

static uint16_t combine(struct xp_code *c, const struct xp_node *n, int inverse)
{
	const int is_and = (n->op == XP_AND) != inverse;
	uint16_t dst = xp_emit_bits(c, n->args[0], inverse);
	uint32_t i;

	for (i = 1; i < n->n_args; i++)
		dst = bits2(c, is_and ? XP_BITS_AND : XP_BITS_OR, dst, xp_emit_bits(c, n->args[i], inverse));
	return dst;
}

uint16_t xp_emit_bits(struct xp_code *c, const struct xp_node *n, int inverse)
{
	const struct tw_field *f;

	if (is_call(n, XP_AND) || is_call(n, XP_OR))
		return combine(c, n, inverse);
	if (is_call(n, XP_NOT))
		return xp_emit_bits(c, n->args[0], !inverse);
	if (is_call(n, XP_CMP_I) || is_call(n, XP_CMP_U) || is_call(n, XP_CMP_F))
		return compare(c, n, inverse);
	if (is_text_test(c, n))
		return same_text(c, n, inverse);
	f = is_call(n, XP_ISNULL) ? field_of(c, n->args[0]) : NULL;
	if (f && f->nullable)
		return bits1(c, XP_BITS_NULL, (n->sub != 0) != inverse, raw(c, f));
	f = field_of(c, n);
	if (f)
		return bits1(c, XP_BITS_COL, (uint32_t)inverse, raw(c, f));
	return bits1(c, XP_BITS_OF, (uint32_t)inverse, xp_emit(c, n));
}

/* Does it cost about as much as a comparison of numbers? */
static int is_cheap(const struct xp_code *c, const struct xp_node *n)
{
	uint32_t i;

	if (!n->costly || is_text_test(c, n))
		return 1;
	if (!is_call(n, XP_AND) && !is_call(n, XP_OR) && !is_call(n, XP_NOT))
		return 0;
	for (i = 0; i < n->n_args; i++)
		if (!is_cheap(c, n->args[i]))
			return 0;
	return 1;
}

/* acc and the parts of n that are cheap, or those that are not. */
static uint16_t parts(struct xp_code *c, const struct xp_node *n, int cheap, uint16_t acc)
{
	uint16_t bits;
	uint32_t i;

	if (is_call(n, XP_AND)) {
		for (i = 0; i < n->n_args; i++)
			acc = parts(c, n->args[i], cheap, acc);
		return acc;
	}
	if (is_cheap(c, n) != cheap)
		return acc;
	bits = xp_emit_bits(c, n, 0);
	return acc == NONE ? bits : bits2(c, XP_BITS_AND, acc, bits);
}

/* What is costly runs only over the rows that the cheap parts left. */
void xp_emit_filter(struct xp_code *c, const struct xp_node *n)
{
	struct xp_ins in = {.op = XP_FILTER_BITS, .n = 1};
	int cheap;

	for (cheap = 1; cheap >= 0; cheap--) {
		in.arg[0] = parts(c, n, cheap, NONE);
		if (in.arg[0] == NONE)
			continue;
		xp_ins_add(c, &in);
		xp_release(c, in.arg[0]);
	}
}

void xp_emit_pick(struct xp_code *c, const struct xp_node *n, int once)
{
	struct xp_ins in = {.op = XP_PICK_BITS, .sub = once ? 1 : 0, .n = 1};

	in.aux = c->prog.n_picks++;
	in.arg[0] = xp_emit_bits(c, n, 0);
	xp_ins_add(c, &in);
	xp_release(c, in.arg[0]);
}
