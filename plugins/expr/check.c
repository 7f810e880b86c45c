/* check.c - names, operators, in and case; see check.h. [control] */
#include "check.h"

static struct xp_node *column(struct xp_cx *cx, struct xp_node *n)
{
	const char *known[512];
	char help[200];
	uint32_t i;

	for (i = cx->scope->n; i > 0; i--)
		if (strcmp(cx->scope->cols[i - 1].name, n->v.text.p) == 0)
			break;
	if (i == 0) {
		for (i = 0; i < cx->scope->n && i < sizeof known / sizeof *known; i++)
			known[i] = cx->scope->cols[i].name;
		xp_fail(cx->err, n->at, xp_guess(help, sizeof help, n->v.text.p, known, i),
			"there is no column \"%.80s\"", n->v.text.p);
		return NULL;
	}
	n->col = i - 1;
	n->type = cx->scope->cols[n->col].type;
	n->scale = cx->scope->cols[n->col].scale;
	n->nullable = cx->scope->cols[n->col].nullable;
	n->checked = 1;
	if (cx->scope->cols[n->col].is_bad) {
		cx->err->failed = 2; /* silent: the reason was given already */
		return NULL;
	}
	if (n->scale > 18) {
		xp_fail(cx->err, n->at, NULL,
			"a decimal of more than 18 digits after the point can't be computed with");
		return NULL;
	}
	return n;
}

static struct xp_node *constant(struct xp_node *n)
{
	n->checked = 1;
	n->nullable = n->is_null;
	return n;
}

/* Arguments that must be bools. */
static int bools(struct xp_cx *cx, struct xp_node *n, uint32_t first, const char *what)
{
	struct xp_node *a = n->args[first];
	char buf[24];

	if (xp_is_untyped(a)) {
		n->args[first] = xp_retype(cx, a, TW_BOOL, 0);
		return 1;
	}
	if (a->type == TW_BOOL)
		return 1;
	xp_fail(cx->err, a->at, xp_is_number(a) ? "compare it with something: x <> 0" : NULL, "%s takes a bool, not %s",
		what, xp_type_text(a, buf));
	return 0;
}

static const char *compare_help(const struct xp_node *a, const struct xp_node *b)
{
	if (a->type == TW_TIMESTAMP || b->type == TW_TIMESTAMP)
		return xp_is_text(a) || xp_is_text(b) ? "a moment is written ts('2026-01-02T03:04:05Z')"
						      : "epoch_s(t) and cast(t as i64) make numbers of a timestamp";
	if (xp_is_text(a) || xp_is_text(b))
		return "cast one of them: cast(x as i64), cast(x as str)";
	return NULL;
}

/* Signed with unsigned, both not constant: no common type holds all, so by value. */
static struct xp_node *compare_mixed(struct xp_cx *cx, struct xp_node *n, uint32_t sub)
{
	static const uint8_t mirrored[] = {XP_EQ, XP_NE, XP_GT, XP_GE, XP_LT, XP_LE};
	struct xp_node *a = n->args[0];

	if (xp_class_of(a->type) == XP_U) {
		n->args[0] = n->args[1];
		n->args[1] = a;
		sub = mirrored[sub];
	}
	return xp_done(cx, n, XP_CMP_IU, sub, TW_BOOL);
}

static int fits_decimal(struct xp_cx *cx, const struct xp_node *a, const struct xp_node *was, uint32_t scale)
{
	if (a->type != TW_DECIMAL || !a->is_null || was->is_null)
		return 1;
	xp_fail(cx->err, was->at, "written with a point it is an f64: 100.0",
		"the number is too large for a decimal(%u)", scale);
	return 0;
}

struct xp_node *xp_compare(struct xp_cx *cx, struct xp_node *n)
{
	static const uint16_t ops[] = {XP_CMP_B, XP_CMP_I, XP_CMP_U, XP_CMP_F, XP_CMP_S};
	struct xp_node *a = n->args[0], *b = n->args[1], *swap;
	uint32_t sub = n->fn - XP_FN_EQ; /* in the order of enum xp_cmp */
	struct xp_meet m = {.args = n->args, .n = 2, .step = 1};
	char x[24], y[24];

	if (xp_common(&m) < 0) {
		xp_fail(cx->err, n->at, compare_help(a, b), "%s can't be compared with %s", xp_type_text(a, x),
			xp_type_text(b, y));
		return NULL;
	}
	if (xp_is_integer(a) && xp_is_integer(b) && xp_class_of(a->type) != xp_class_of(b->type) && m.type == TW_I64)
		return compare_mixed(cx, n, sub);
	m.type = m.type ? m.type : TW_I64;
	n->args[0] = xp_convert(cx, a, m.type, m.scale);
	n->args[1] = xp_convert(cx, b, m.type, m.scale);
	if (!fits_decimal(cx, n->args[0], a, m.scale) || !fits_decimal(cx, n->args[1], b, m.scale))
		return NULL;
	if (sub >= XP_GT) { /* a > b is b < a */
		swap = n->args[0];
		n->args[0] = n->args[1];
		n->args[1] = swap;
		sub -= XP_GT - XP_LT;
	}
	return xp_done(cx, n, ops[xp_class_of(m.type)], sub, TW_BOOL);
}

/* t + span, span + t, t - span, t - t; spans are integers of ns. */
static struct xp_node *time_arithmetic(struct xp_cx *cx, struct xp_node *n)
{
	struct xp_node *a = n->args[0], *b = n->args[1];
	int ta = a->type == TW_TIMESTAMP, tb = b->type == TW_TIMESTAMP;
	char x[24], y[24];

	if (ta && tb && n->fn == XP_FN_SUB)
		return xp_done_null(cx, n, XP_ARITH_I, XP_SUB, TW_I64);
	if ((ta && tb) || (tb && n->fn == XP_FN_SUB) || (n->fn != XP_FN_ADD && n->fn != XP_FN_SUB) ||
	    (!ta && !xp_is_untyped(a) && !xp_is_integer(a)) || (!tb && !xp_is_untyped(b) && !xp_is_integer(b))) {
		xp_fail(cx->err, n->at, "t + 5s, t - 5s and t1 - t2 are what can be done with timestamps",
			"this can't be computed of %s and %s", xp_type_text(a, x), xp_type_text(b, y));
		return NULL;
	}
	n->args[0] = ta ? a : xp_to_i64(cx, a);
	n->args[1] = tb ? b : xp_to_i64(cx, b);
	return xp_done_null(cx, n, XP_ARITH_I, n->fn == XP_FN_ADD ? XP_ADD : XP_SUB, TW_TIMESTAMP);
}

static int numbers(struct xp_cx *cx, const struct xp_node *n)
{
	static const char *const signs[] = {"+", "-", "*", "/", "div", "%", "-"};
	const char *sign = signs[n->fn - XP_FN_ADD];
	char buf[24];
	uint32_t i;

	for (i = 0; i < n->n_args; i++) {
		if (xp_is_untyped(n->args[i]) || xp_is_number(n->args[i]))
			continue;
		xp_fail(cx->err, n->args[i]->at,
			n->fn == XP_FN_ADD && xp_is_text(n->args[i]) ? "concat(a, b) joins texts" : NULL,
			"\"%s\" takes numbers, not %s", sign, xp_type_text(n->args[i], buf));
		return 0;
	}
	return 1;
}

static struct xp_node *negate(struct xp_cx *cx, struct xp_node *n)
{
	struct xp_node *a = n->args[0];

	if (!numbers(cx, n))
		return NULL;
	if (xp_class_of(a->type) == XP_F)
		return xp_done(cx, n, XP_UNARY_F, XP_NEG, TW_F64);
	n->scale = a->scale;
	if (a->type != TW_DECIMAL)
		n->args[0] = xp_to_i64(cx, a);
	return xp_done_null(cx, n, XP_UNARY_I, XP_NEG, n->args[0]->type);
}

static struct xp_node *float_arithmetic(struct xp_cx *cx, struct xp_node *n)
{
	static const uint8_t subs[] = {XP_ADD, XP_SUB, XP_MUL, XP_QUOT};

	n->args[0] = xp_to_f64(cx, n->args[0]);
	n->args[1] = xp_to_f64(cx, n->args[1]);
	if (n->fn == XP_FN_MOD)
		return xp_done_null(cx, n, XP_MOD_F, XP_REM, TW_F64);
	if (n->fn == XP_FN_DIV)
		return xp_done_null(cx, n, XP_ARITH_F, XP_QUOT, TW_F64);
	return xp_done(cx, n, XP_ARITH_F, subs[n->fn - XP_FN_ADD], TW_F64);
}

struct xp_node *xp_arithmetic(struct xp_cx *cx, struct xp_node *n)
{
	static const uint8_t subs[] = {XP_ADD, XP_SUB, XP_MUL, XP_QUOT, XP_QUOT, XP_REM};
	struct xp_meet m = {.args = n->args, .n = 2, .step = 1};
	struct xp_node *a = n->args[0], *b = n->args[1];
	int divides = n->fn == XP_FN_IDIV || n->fn == XP_FN_MOD, is_u;

	if (n->fn == XP_FN_NEG)
		return negate(cx, n);
	if (a->type == TW_TIMESTAMP || b->type == TW_TIMESTAMP)
		return time_arithmetic(cx, n);
	if (!numbers(cx, n) || xp_common(&m) < 0)
		return NULL;
	m.type = m.type ? m.type : TW_I64;
	if (n->fn == XP_FN_IDIV && (m.type == TW_F64 || m.type == TW_F32 || m.type == TW_DECIMAL)) {
		xp_fail(cx->err, n->at, "a / b divides any numbers and gives an f64", "\"div\" takes integers");
		return NULL;
	}
	if (m.type == TW_DECIMAL && n->fn <= XP_FN_SUB) {
		n->args[0] = xp_convert(cx, a, m.type, m.scale);
		n->args[1] = xp_convert(cx, b, m.type, m.scale);
		n->scale = (uint8_t)m.scale;
		if (!fits_decimal(cx, n->args[0], a, m.scale) || !fits_decimal(cx, n->args[1], b, m.scale))
			return NULL;
		return xp_done_null(cx, n, XP_ARITH_I, subs[n->fn - XP_FN_ADD], TW_DECIMAL);
	}
	if (m.type == TW_F64 || m.type == TW_F32 || m.type == TW_DECIMAL || n->fn == XP_FN_DIV)
		return float_arithmetic(cx, n);
	is_u = xp_class_of(m.type) == XP_U;
	m.type = is_u ? TW_U64 : TW_I64;
	n->args[0] = xp_convert(cx, a, m.type, 0);
	n->args[1] = xp_convert(cx, b, m.type, 0);
	if (divides)
		return xp_done_null(cx, n, is_u ? XP_DIV_U : XP_DIV_I, subs[n->fn - XP_FN_ADD], m.type);
	return xp_done_null(cx, n, is_u ? XP_ARITH_U : XP_ARITH_I, subs[n->fn - XP_FN_ADD], m.type);
}

/* The type in which x and the constants are compared, or 0 with an error. */
static uint32_t in_type(struct xp_cx *cx, struct xp_node *n)
{
	struct xp_node *x = n->args[0];
	struct xp_meet m = {.n = 2, .step = 1};
	int is_real = xp_is_number(x) && xp_class_of(x->type) == XP_F;
	char p[24], q[24];
	uint32_t i;

	for (i = 1; i < n->n_args; i++) {
		struct xp_node *pair[2] = {x, n->args[i]};

		if (n->args[i]->kind != XP_CONST) {
			xp_fail(cx->err, n->args[i]->at, "write x = a or x = b", "in (...) takes constants only");
			return 0;
		}
		m.args = pair;
		if (xp_common(&m) < 0) {
			xp_fail(cx->err, n->args[i]->at, compare_help(x, n->args[i]), "%s can't be compared with %s",
				xp_type_text(x, p), xp_type_text(n->args[i], q));
			return 0;
		}
		is_real |= m.type == TW_F64;
	}
	if (is_real)
		return TW_F64;
	switch (x->type) {
	case 0: return m.type ? m.type : TW_I64;
	case TW_I32: return TW_I64;
	case TW_U32: return TW_U64;
	case TW_FIXED: return TW_BYTES;
	default: return x->type;
	}
}

/* Constants that the type has no place for are left out: nothing is equal to them. */
static struct xp_node *check_in(struct xp_cx *cx, struct xp_node *n)
{
	static const uint16_t ops[] = {0, XP_IN_I, XP_IN_U, XP_IN_F, XP_IN_S};
	uint32_t type = in_type(cx, n), scale = n->args[0]->scale, i, kept = 1;
	struct xp_node *item;

	if (!type)
		return NULL;
	if (type == TW_BOOL) {
		xp_fail(cx->err, n->at, "write x, not x, or x = y", "in (...) is not for bools");
		return NULL;
	}
	n->args[0] = xp_convert(cx, n->args[0], type, scale);
	for (i = 1; i < n->n_args; i++) {
		item = xp_convert(cx, n->args[i], type, scale);
		if (item->is_null && !n->args[i]->is_null)
			continue;
		n->args[kept++] = item;
		n->nullable |= item->is_null;
	}
	n->n_args = (uint16_t)kept;
	return xp_done(cx, n, ops[xp_class_of(type)], 0, TW_BOOL);
}

/* The values of case must be of one type. */
static struct xp_node *check_case(struct xp_cx *cx, struct xp_node *n)
{
	const char *what = n->fn == XP_FN_IF ? "if()" : "when";
	uint32_t has_else = n->n_args & 1, pairs = n->n_args / 2, i;
	struct xp_meet m = {.args = n->args + 1, .n = pairs * 2, .step = 2};
	struct xp_node **v;
	char buf[24];

	m.last = has_else ? n->args[n->n_args - 1] : NULL;
	for (i = 0; i < pairs; i++)
		if (!bools(cx, n, i * 2, what))
			return NULL;
	if (xp_common(&m) < 0) {
		xp_fail(cx->err, m.odd->at, "cast one of them", "this is %s, but a value before is %s",
			xp_type_text(m.odd, buf), tw_type_name(m.type));
		return NULL;
	}
	if (m.type == 0) {
		xp_fail(cx->err, n->at, "cast one: cast(null as i64)", "all values are null: the type is not known");
		return NULL;
	}
	n->nullable = !has_else;
	for (i = 0; i < pairs + has_else; i++) {
		v = &n->args[i < pairs ? i * 2 + 1 : n->n_args - 1u];
		*v = xp_convert(cx, *v, m.type, m.scale);
		n->nullable |= (*v)->nullable;
	}
	for (i = 0; i < n->n_args; i++)
		n->costly |= n->args[i]->costly;
	n->type = (uint8_t)m.type;
	n->scale = (uint8_t)m.scale;
	n->checked = 1;
	return n;
}

static struct xp_node *logic(struct xp_cx *cx, struct xp_node *n)
{
	static const char *const names[] = {"and", "or", "not"};
	static const uint16_t ops[] = {XP_AND, XP_OR, XP_NOT};
	uint32_t i, which = n->fn - XP_FN_AND;

	for (i = 0; i < n->n_args; i++)
		if (!bools(cx, n, i, names[which]))
			return NULL;
	return xp_done(cx, n, ops[which], 0, TW_BOOL);
}

static struct xp_node *is_null(struct xp_cx *cx, struct xp_node *n)
{
	if (xp_is_untyped(n->args[0]))
		n->args[0] = xp_retype(cx, n->args[0], TW_I64, 0);
	return xp_done(cx, n, XP_ISNULL, n->fn == XP_FN_NOTNULL, TW_BOOL);
}

struct xp_node *xp_check(struct xp_cx *cx, struct xp_node *n)
{
	uint32_t i;

	if (n->checked)
		return n;
	for (i = 0; i < n->n_args; i++) {
		n->args[i] = xp_check(cx, n->args[i]);
		if (!n->args[i])
			return NULL;
	}
	switch (n->kind) {
	case XP_CONST: return constant(n);
	case XP_COL: return column(cx, n);
	case XP_IN: return check_in(cx, n);
	case XP_CASE: return check_case(cx, n);
	case XP_CAST: return xp_cast(cx, n);
	default: break;
	}
	if (n->fn <= XP_FN_GE)
		return xp_compare(cx, n);
	if (n->fn <= XP_FN_NOT)
		return logic(cx, n);
	if (n->fn <= XP_FN_NEG)
		return xp_arithmetic(cx, n);
	if (n->fn <= XP_FN_NOTNULL)
		return is_null(cx, n);
	return xp_function(cx, n);
}

struct xp_node *xp_check_bool(struct xp_cx *cx, struct xp_node *n, const char *what)
{
	n = xp_check(cx, n);
	if (!n)
		return NULL;
	if (xp_is_untyped(n))
		n = xp_retype(cx, n, TW_BOOL, 0);
	return bools(cx, &(struct xp_node){.args = &n}, 0, what) ? n : NULL;
}
