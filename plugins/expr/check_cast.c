/* check_cast.c - cast(x as type): which instructions it takes; see check.h. [control] */
#include "check.h"

/* One step of a cast. null: it may fail. */
static struct xp_node *step(struct xp_cx *cx, struct xp_node *a, uint32_t op, uint32_t type)
{
	return xp_done(cx, xp_above(cx, a, NULL), op, 0, type);
}

static struct xp_node *step_null(struct xp_cx *cx, struct xp_node *a, uint32_t op, uint32_t type)
{
	return xp_done_null(cx, xp_above(cx, a, NULL), op, 0, type);
}

static struct xp_node *to_bool(struct xp_cx *cx, struct xp_node *a)
{
	switch (xp_class_of(a->type)) {
	case XP_B: return a;
	case XP_F: return step_null(cx, a, XP_F_TO_B, TW_BOOL);
	case XP_S: return step_null(cx, a, XP_PARSE_B, TW_BOOL);
	default: return step(cx, a, XP_I_TO_B, TW_BOOL);
	}
}

static struct xp_node *to_signed(struct xp_cx *cx, struct xp_node *a)
{
	switch (xp_class_of(a->type)) {
	case XP_B: return step(cx, a, XP_B_TO_I, TW_I64);
	case XP_U: return xp_to_i64(cx, a);
	case XP_F: return step_null(cx, a, XP_F_TO_I, TW_I64);
	case XP_S: return step_null(cx, a, XP_PARSE_I, TW_I64);
	default: break;
	}
	if (a->type == TW_DECIMAL)
		return xp_done(cx, xp_above(cx, a, NULL), XP_D_TO_I, a->scale, TW_I64);
	return xp_retype(cx, a, TW_I64, 0);
}

static struct xp_node *to_unsigned(struct xp_cx *cx, struct xp_node *a)
{
	switch (xp_class_of(a->type)) {
	case XP_U: return xp_retype(cx, a, TW_U64, 0);
	case XP_F: return step_null(cx, a, XP_F_TO_U, TW_U64);
	case XP_S: return step_null(cx, a, XP_PARSE_U, TW_U64);
	default: return step_null(cx, to_signed(cx, a), XP_I_TO_U, TW_U64);
	}
}

static struct xp_node *to_real(struct xp_cx *cx, struct xp_node *a)
{
	switch (xp_class_of(a->type)) {
	case XP_B: return xp_to_f64(cx, to_signed(cx, a));
	case XP_S: return step_null(cx, a, XP_PARSE_F, TW_F64);
	default: return xp_to_f64(cx, a);
	}
}

static struct xp_node *to_time(struct xp_cx *cx, struct xp_node *a)
{
	if (xp_class_of(a->type) == XP_S)
		return step_null(cx, a, XP_PARSE_TS, TW_TIMESTAMP);
	return xp_retype(cx, to_signed(cx, a), TW_TIMESTAMP, 0);
}

static struct xp_node *to_str(struct xp_cx *cx, struct xp_node *a)
{
	switch (a->type) {
	case TW_STR: return a;
	case TW_BYTES:
	case TW_FIXED: return step_null(cx, a, XP_CHECK_UTF8, TW_STR);
	case TW_TIMESTAMP: return step(cx, a, XP_PRINT_TS, TW_STR);
	case TW_DECIMAL: return xp_done(cx, xp_above(cx, a, NULL), XP_PRINT_D, a->scale, TW_STR);
	case TW_BOOL: return step(cx, a, XP_PRINT_B, TW_STR);
	case TW_F32: return xp_done(cx, xp_above(cx, a, NULL), XP_PRINT_F, 1, TW_STR);
	case TW_F64: return step(cx, a, XP_PRINT_F, TW_STR);
	default: return step(cx, a, xp_class_of(a->type) == XP_U ? XP_PRINT_U : XP_PRINT_I, TW_STR);
	}
}

static int is_possible(const struct xp_node *a, uint32_t to)
{
	if (to == TW_TIMESTAMP)
		return a->type != TW_BOOL && a->type != TW_DECIMAL;
	return to != TW_BOOL || a->type != TW_TIMESTAMP;
}

struct xp_node *xp_cast(struct xp_cx *cx, struct xp_node *n)
{
	struct xp_node *a = n->args[0];
	const uint32_t from = a->type, to = n->type;
	char buf[24];

	if (xp_is_untyped(a))
		return xp_retype(cx, a, to, 0);
	if (!is_possible(a, to)) {
		xp_fail(cx->err, n->at, NULL, "%s can't be cast to %s", xp_type_text(a, buf), tw_type_name(to));
		return NULL;
	}
	if (from == to)
		return a;
	switch (to) {
	case TW_BOOL: return to_bool(cx, a);
	case TW_I32: return step_null(cx, to_signed(cx, a), XP_FIT_I32, TW_I32);
	case TW_I64: return to_signed(cx, a);
	case TW_U32: return step_null(cx, to_unsigned(cx, a), XP_FIT_U32, TW_U32);
	case TW_U64: return to_unsigned(cx, a);
	case TW_F32: return step_null(cx, to_real(cx, a), XP_F_TO_F32, TW_F32);
	case TW_F64: return to_real(cx, a);
	case TW_TIMESTAMP: return to_time(cx, a);
	case TW_STR: return to_str(cx, a);
	default: return xp_retype(cx, xp_is_text(a) ? a : to_str(cx, a), TW_BYTES, 0);
	}
}
