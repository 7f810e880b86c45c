/* types.c - types that meet, and conversions between them; see check.h. [control] */
#include "check.h"

#include <stdio.h>

enum xp_class xp_class_of(uint32_t type)
{
	switch (type) {
	case TW_BOOL: return XP_B;
	case TW_U32:
	case TW_U64: return XP_U;
	case TW_F32:
	case TW_F64: return XP_F;
	case TW_STR:
	case TW_BYTES:
	case TW_FIXED: return XP_S;
	default: return XP_I;
	}
}

const char *xp_type_text(const struct xp_node *n, char buf[24])
{
	if (xp_is_untyped(n))
		return "null";
	if (n->type != TW_DECIMAL)
		return tw_type_name(n->type);
	snprintf(buf, 24, "decimal(%u)", n->scale);
	return buf;
}

int xp_is_text(const struct xp_node *n)
{
	return n->type && xp_class_of(n->type) == XP_S;
}

int xp_is_integer(const struct xp_node *n)
{
	return n->type == TW_I32 || n->type == TW_I64 || n->type == TW_U32 || n->type == TW_U64;
}

int xp_is_number(const struct xp_node *n)
{
	return xp_is_integer(n) || n->type == TW_F32 || n->type == TW_F64 || n->type == TW_DECIMAL;
}

static int runs_by_row(uint32_t op)
{
	return op == XP_DIV_I || op == XP_DIV_U || op == XP_MOD_F || op == XP_CMP_S || op == XP_LEAST_S ||
	       op == XP_IN_S || (op >= XP_LENGTH && op <= XP_PART);
}

struct xp_node *xp_done(struct xp_cx *cx, struct xp_node *n, uint32_t op, uint32_t sub, uint32_t type)
{
	uint32_t i, constants = 0;

	n->op = (uint16_t)op;
	n->sub = (uint16_t)sub;
	n->type = (uint8_t)type;
	n->checked = 1;
	n->costly = (uint8_t)runs_by_row(op);
	for (i = 0; i < n->n_args; i++) {
		n->nullable |= n->args[i]->nullable;
		n->costly |= n->args[i]->costly;
		constants += n->args[i]->kind == XP_CONST;
	}
	if (op == XP_ISNULL)
		n->nullable = 0;
	if (op == XP_NOW || constants < n->n_args || xp_class_of(type) == XP_S)
		return n;
	return xp_fold(cx, n);
}

struct xp_node *xp_done_null(struct xp_cx *cx, struct xp_node *n, uint32_t op, uint32_t sub, uint32_t type)
{
	n->nullable = 1;
	return xp_done(cx, n, op, sub, type);
}

struct xp_node *xp_above(struct xp_cx *cx, struct xp_node *a, struct xp_node *b)
{
	struct xp_node *n = xp_alloc(cx->mem, sizeof *n);

	n->kind = XP_CALL;
	n->at = a->at;
	n->n_args = b ? 2 : 1;
	n->args = xp_alloc(cx->mem, 2 * sizeof *n->args);
	n->args[0] = a;
	n->args[1] = b;
	return n;
}

struct xp_node *xp_retype(struct xp_cx *cx, struct xp_node *a, uint32_t type, uint32_t scale)
{
	struct xp_node *n;

	if (a->type == type && a->scale == scale)
		return a;
	n = xp_alloc(cx->mem, sizeof *n);
	*n = *a;
	n->type = (uint8_t)type;
	n->scale = (uint8_t)scale;
	return n;
}

struct xp_node *xp_to_f64(struct xp_cx *cx, struct xp_node *a)
{
	if (xp_is_untyped(a) || xp_class_of(a->type) == XP_F)
		return xp_retype(cx, a, TW_F64, 0);
	if (a->type == TW_DECIMAL)
		return xp_done(cx, xp_above(cx, a, NULL), XP_D_TO_F, a->scale, TW_F64);
	return xp_done(cx, xp_above(cx, a, NULL), xp_class_of(a->type) == XP_U ? XP_U_TO_F : XP_I_TO_F, 0, TW_F64);
}

/* An unsigned number past the range becomes null. */
struct xp_node *xp_to_i64(struct xp_cx *cx, struct xp_node *a)
{
	if (!xp_is_untyped(a) && xp_class_of(a->type) == XP_U)
		return xp_done_null(cx, xp_above(cx, a, NULL), XP_U_TO_I, 0, TW_I64);
	return xp_retype(cx, a, TW_I64, 0);
}

struct xp_node *xp_convert(struct xp_cx *cx, struct xp_node *a, uint32_t type, uint32_t scale)
{
	if (xp_is_untyped(a))
		return xp_retype(cx, a, type, scale);
	switch (type) {
	case TW_F64: return xp_to_f64(cx, a);
	case TW_I64: return xp_to_i64(cx, a);
	case TW_U64:
		if (xp_class_of(a->type) == XP_U)
			return xp_retype(cx, a, type, 0);
		return xp_done_null(cx, xp_above(cx, a, NULL), XP_I_TO_U, 0, TW_U64);
	case TW_DECIMAL:
		if (a->type == TW_DECIMAL)
			return a;
		a = xp_done_null(cx, xp_above(cx, xp_to_i64(cx, a), NULL), XP_I_TO_D, scale, TW_DECIMAL);
		a->scale = (uint8_t)scale;
		return a;
	default: return xp_retype(cx, a, type, scale);
	}
}

static int is_constant(const struct xp_node *n)
{
	return n->kind == XP_CONST;
}

/* The type for values of m->type and of n; 0: there is none. An integer constant takes
 * the type of what it meets where it has a place there. */
static uint32_t meet(const struct xp_meet *m, const struct xp_node *n)
{
	const struct xp_node t = {.type = (uint8_t)m->type};

	if (m->type == n->type && (n->type != TW_DECIMAL || m->scale == n->scale))
		return n->type == TW_FIXED ? TW_BYTES : n->type;
	if (m->type == 0)
		return n->type == TW_FIXED ? TW_BYTES : n->type;
	if (xp_is_text(&t) && xp_is_text(n))
		return TW_BYTES;
	if (!xp_is_number(&t) || !xp_is_number(n))
		return 0;
	if (t.type == TW_DECIMAL && xp_is_integer(n) && is_constant(n))
		return TW_DECIMAL;
	if (!xp_is_integer(&t) || !xp_is_integer(n))
		return TW_F64;
	if (xp_class_of(t.type) == xp_class_of(n->type))
		return xp_class_of(t.type) == XP_I ? TW_I64 : TW_U64;
	if (xp_class_of(t.type) == XP_U && is_constant(n) && n->v.i >= 0)
		return TW_U64;
	return TW_I64;
}

static int join(struct xp_meet *m, struct xp_node *n, int constants)
{
	uint32_t type;

	if (xp_is_untyped(n) || is_constant(n) != constants)
		return 0;
	type = meet(m, n);
	m->odd = n;
	if (type == 0)
		return -1;
	if (type == TW_DECIMAL && n->type == TW_DECIMAL)
		m->scale = n->scale;
	m->type = type;
	m->scale = type == TW_DECIMAL ? m->scale : 0;
	return 0;
}

int xp_common(struct xp_meet *m)
{
	uint32_t i;
	int constants;

	m->type = m->scale = 0;
	for (constants = 0; constants < 2; constants++) {
		for (i = 0; i < m->n; i += m->step)
			if (join(m, m->args[i], constants) < 0)
				return -1;
		if (m->last && join(m, m->last, constants) < 0)
			return -1;
	}
	return 0;
}
