/* check_fn.c - functions; see check.h. [control] */
#include "check.h"
#include "kern.h"

static int is_text_or_null(const struct xp_node *n)
{
	return xp_is_untyped(n) || xp_is_text(n);
}

/* Is argument i right? Else the error "name() takes a <wanted>, not ...". */
static int want(struct xp_cx *cx, const struct xp_node *n, uint32_t i, int is_right, const char *wanted)
{
	char buf[24];

	if (is_right)
		return 1;
	xp_fail(cx->err, n->args[i]->at, NULL, "%s should stand here, not %s", wanted, xp_type_text(n->args[i], buf));
	return 0;
}

static int want_text(struct xp_cx *cx, struct xp_node *n, uint32_t i)
{
	char buf[24];

	if (!is_text_or_null(n->args[i])) {
		xp_fail(cx->err, n->args[i]->at, "cast(x as str) makes one", "a text should stand here, not %s",
			xp_type_text(n->args[i], buf));
		return 0;
	}
	if (xp_is_untyped(n->args[i]))
		n->args[i] = xp_retype(cx, n->args[i], TW_STR, 0);
	return 1;
}

static int want_texts(struct xp_cx *cx, struct xp_node *n)
{
	uint32_t i;

	for (i = 0; i < n->n_args; i++)
		if (!want_text(cx, n, i))
			return 0;
	return 1;
}

static int want_time(struct xp_cx *cx, struct xp_node *n, uint32_t i)
{
	if (xp_is_untyped(n->args[i]))
		n->args[i] = xp_retype(cx, n->args[i], TW_TIMESTAMP, 0);
	return want(cx, n, i, n->args[i]->type == TW_TIMESTAMP, "a timestamp");
}

static int want_integer(struct xp_cx *cx, struct xp_node *n, uint32_t i)
{
	if (!want(cx, n, i, xp_is_untyped(n->args[i]) || xp_is_integer(n->args[i]), "an integer"))
		return 0;
	n->args[i] = xp_to_i64(cx, n->args[i]);
	return 1;
}

/* str if all are, else bytes. */
static uint32_t text_type(const struct xp_node *n, uint32_t n_args)
{
	uint32_t i;

	for (i = 0; i < n_args; i++)
		if (n->args[i]->type != TW_STR)
			return TW_BYTES;
	return TW_STR;
}

/* A pattern with its only % at an end, or at both, is a simpler question. */
static struct xp_node *like(struct xp_cx *cx, struct xp_node *n)
{
	struct xp_node *p = n->args[1];
	uint32_t bytes = text_type(n, 2) != TW_STR, first, last;
	struct xp_text t;

	if (p->kind != XP_CONST || p->is_null || p->v.text.len == 0 || memchr(p->v.text.p, '_', p->v.text.len))
		return xp_done(cx, n, XP_LIKE, bytes, TW_BOOL);
	t = p->v.text;
	first = t.p[0] == '%';
	last = t.len > first && t.p[t.len - 1] == '%';
	t = (struct xp_text){t.p + first, t.len - first - last};
	if (memchr(t.p, '%', t.len))
		return xp_done(cx, n, XP_LIKE, bytes, TW_BOOL);
	n->args[1] = xp_alloc(cx->mem, sizeof *p);
	*n->args[1] = *p;
	n->args[1]->v.text = t;
	if (!first && !last)
		return xp_done(cx, n, XP_CMP_S, XP_EQ, TW_BOOL);
	return xp_done(cx, n, !first ? XP_STARTS : last || t.len == 0 ? XP_CONTAINS : XP_ENDS, 0, TW_BOOL);
}

/* Instructions take four arguments: more are joined step by step. */
static struct xp_node *concat(struct xp_cx *cx, struct xp_node *n)
{
	struct xp_node *step;
	uint32_t type = text_type(n, n->n_args), at = 0, i;
	struct xp_node *acc = NULL;

	if (n->n_args == 1 && n->args[0]->type != TW_FIXED)
		return n->args[0];
	while (at < n->n_args) {
		step = xp_above(cx, n->args[at], NULL);
		step->at = n->at;
		step->args = xp_alloc(cx->mem, 4 * sizeof *step->args);
		step->n_args = 0;
		if (acc)
			step->args[step->n_args++] = acc;
		for (i = step->n_args; i < 4 && at < n->n_args; i++)
			step->args[step->n_args++] = n->args[at++];
		acc = xp_done(cx, step, XP_CONCAT, 0, type);
	}
	return acc;
}

static struct xp_node *text_function(struct xp_cx *cx, struct xp_node *n)
{
	uint32_t bytes;

	if (n->fn == XP_FN_SUBSTR) {
		if (!want_text(cx, n, 0) || !want_integer(cx, n, 1) || (n->n_args == 3 && !want_integer(cx, n, 2)))
			return NULL;
	} else if (n->fn == XP_FN_SPLIT_PART) {
		if (!want_text(cx, n, 0) || !want_text(cx, n, 1) || !want_integer(cx, n, 2))
			return NULL;
	} else if (!want_texts(cx, n)) {
		return NULL;
	}
	bytes = text_type(n, 1) != TW_STR;
	switch (n->fn) {
	case XP_FN_LENGTH: return xp_done(cx, n, XP_LENGTH, bytes, TW_I64);
	case XP_FN_LOWER: return xp_done(cx, n, XP_LOWER, 0, text_type(n, 1));
	case XP_FN_UPPER: return xp_done(cx, n, XP_LOWER, 1, text_type(n, 1));
	case XP_FN_TRIM: return xp_done(cx, n, XP_TRIM, 0, text_type(n, 1));
	case XP_FN_SUBSTR: return xp_done(cx, n, XP_SUBSTR, bytes, text_type(n, 1));
	case XP_FN_POSITION: return xp_done(cx, n, XP_POSITION, bytes, TW_I64);
	case XP_FN_SPLIT_PART: return xp_done(cx, n, XP_SPLIT_PART, 0, text_type(n, 1));
	case XP_FN_STARTS: return xp_done(cx, n, XP_STARTS, 0, TW_BOOL);
	case XP_FN_ENDS: return xp_done(cx, n, XP_ENDS, 0, TW_BOOL);
	case XP_FN_CONTAINS: return xp_done(cx, n, XP_CONTAINS, 0, TW_BOOL);
	case XP_FN_REPLACE: return xp_done(cx, n, XP_REPLACE, 0, text_type(n, 3));
	case XP_FN_CONCAT: return concat(cx, n);
	default: return like(cx, n);
	}
}

/* abs, floor, ceil, round, sqrt */
static struct xp_node *math_function(struct xp_cx *cx, struct xp_node *n)
{
	static const uint8_t subs[] = {XP_ABS, XP_FLOOR, XP_CEIL, XP_ROUND, XP_SQRT};
	uint32_t sub = subs[n->fn - XP_FN_ABS];
	struct xp_node *a = n->args[0];

	if (!want(cx, n, 0, xp_is_untyped(a) || xp_is_number(a), "a number"))
		return NULL;
	if (sub == XP_SQRT) {
		n->args[0] = xp_to_f64(cx, a);
		return xp_done_null(cx, n, XP_UNARY_F, sub, TW_F64);
	}
	if (sub == XP_ABS && !xp_is_untyped(a) && xp_class_of(a->type) == XP_I) {
		n->scale = a->scale;
		return xp_done_null(cx, n, XP_UNARY_I, sub, a->type == TW_DECIMAL ? TW_DECIMAL : TW_I64);
	}
	if (xp_is_integer(a))
		return a;
	n->args[0] = xp_to_f64(cx, a);
	return xp_done(cx, n, XP_UNARY_F, sub, TW_F64);
}

/* The type all arguments can take, and the arguments made so; 0 with an error. */
static int align_args(struct xp_cx *cx, struct xp_node *n)
{
	struct xp_meet m = {.args = n->args, .n = n->n_args, .step = 1};
	char buf[24];
	uint32_t i;

	if (xp_common(&m) < 0) {
		xp_fail(cx->err, m.odd->at, "cast one of them", "this is %s, but an argument before is %s",
			xp_type_text(m.odd, buf), tw_type_name(m.type));
		return 0;
	}
	if (m.type == 0) {
		xp_fail(cx->err, n->at, "cast one: cast(null as i64)", "all arguments are null: the type is not known");
		return 0;
	}
	for (i = 0; i < n->n_args; i++)
		n->args[i] = xp_convert(cx, n->args[i], m.type, m.scale);
	n->type = (uint8_t)m.type;
	n->scale = (uint8_t)m.scale;
	return 1;
}

static struct xp_node *least(struct xp_cx *cx, struct xp_node *n)
{
	static const uint16_t ops[] = {0, XP_LEAST_I, XP_LEAST_U, XP_LEAST_F, XP_LEAST_S};
	uint32_t greatest = n->fn == XP_FN_GREATEST, i;
	struct xp_node *acc, *step;

	if (!align_args(cx, n))
		return NULL;
	if (n->type == TW_BOOL) {
		xp_fail(cx->err, n->args[0]->at, "\"and\" and \"or\" do that", "this is not for bools");
		return NULL;
	}
	acc = n->args[0];
	for (i = 1; i < n->n_args; i++) {
		step = xp_above(cx, acc, n->args[i]);
		step->scale = n->scale;
		acc = xp_done(cx, step, ops[xp_class_of(n->type)], greatest, n->type);
	}
	return acc;
}

static struct xp_node *coalesce(struct xp_cx *cx, struct xp_node *n)
{
	uint32_t i;

	if (!align_args(cx, n))
		return NULL;
	n->nullable = 1;
	for (i = 0; i < n->n_args; i++) {
		n->nullable &= n->args[i]->nullable;
		n->costly |= n->args[i]->costly;
	}
	n->checked = 1;
	return n;
}

static struct xp_node *nullif(struct xp_cx *cx, struct xp_node *n)
{
	struct xp_node *a = n->args[0], *same;

	if (!xp_is_untyped(a) && a->type == TW_FIXED) {
		n->n_args = 1;
		a = concat(cx, n);
		n->n_args = 2;
	} else if (xp_is_untyped(a)) {
		a = xp_retype(cx, a, xp_is_untyped(n->args[1]) ? TW_I64 : n->args[1]->type, n->args[1]->scale);
	}
	same = xp_above(cx, a, n->args[1]);
	same->at = n->at;
	same->fn = XP_FN_EQ;
	same = xp_compare(cx, same);
	if (!same)
		return NULL;
	n->args[0] = a;
	n->args[1] = same;
	n->scale = a->scale;
	return xp_done_null(cx, n, XP_NULLIF, xp_class_of(a->type), a->type);
}

static struct xp_node *date_trunc(struct xp_cx *cx, struct xp_node *n)
{
	static const char *const units[] = {"second", "minute", "hour", "day", "month", "year"};
	struct xp_node *u = n->args[0];
	uint32_t i;

	for (i = 0; u->kind == XP_CONST && u->type == TW_STR && i < 6; i++) {
		if (strcmp(u->v.text.p, units[i]) != 0)
			continue;
		if (!want_time(cx, n, 1))
			return NULL;
		u = xp_above(cx, n->args[1], NULL);
		return xp_done_null(cx, u, XP_TRUNC_UNIT, i, TW_TIMESTAMP);
	}
	xp_fail(cx->err, u->at,
		"units: 'second', 'minute', 'hour', 'day', 'month', 'year'; trunc(t, 10s) takes any span",
		"date_trunc() takes a unit of time as its first argument");
	return NULL;
}

static struct xp_node *trunc_span(struct xp_cx *cx, struct xp_node *n)
{
	struct xp_node *span;

	if (!want_time(cx, n, 0) || !want_integer(cx, n, 1))
		return NULL;
	span = n->args[1];
	if (span->kind == XP_CONST && !span->is_null && span->v.i <= 0) {
		xp_fail(cx->err, span->at, "trunc(t, 10s)", "the span must be more than 0");
		return NULL;
	}
	return xp_done_null(cx, n, XP_TRUNC_SPAN, 0, TW_TIMESTAMP);
}

/* ts('...'): a constant. */
static struct xp_node *moment(struct xp_cx *cx, struct xp_node *n)
{
	struct xp_node *a = n->args[0];

	if (a->kind != XP_CONST || a->type != TW_STR) {
		xp_fail(cx->err, a->at, "cast(x as timestamp) reads the text of a column",
			"ts() takes a text that is written out");
		return NULL;
	}
	if (!xp_parse_ts(a->v.text.p, a->v.text.len, &n->v.i)) {
		xp_fail(cx->err, a->at, "like '2026-01-02T03:04:05Z', '2026-01-02 03:04:05.123+01:00' or '2026-01-02'",
			"this is no moment between the years 1677 and 2262");
		return NULL;
	}
	n->kind = XP_CONST;
	n->n_args = 0;
	n->type = TW_TIMESTAMP;
	n->checked = 1;
	return n;
}

static struct xp_node *from_number(struct xp_cx *cx, struct xp_node *n, uint32_t ns)
{
	struct xp_node *a = n->args[0];

	if (!want(cx, n, 0, xp_is_untyped(a) || xp_is_number(a), "a number"))
		return NULL;
	n->col = ns; /* travels to the instruction's aux */
	if (xp_is_untyped(a) || xp_is_integer(a)) {
		n->args[0] = xp_to_i64(cx, a);
		return xp_done_null(cx, n, XP_FROM_I, 0, TW_TIMESTAMP);
	}
	n->args[0] = xp_to_f64(cx, a);
	return xp_done_null(cx, n, XP_FROM_F, 0, TW_TIMESTAMP);
}

static struct xp_node *time_function(struct xp_cx *cx, struct xp_node *n)
{
	static const uint8_t parts[] = {XP_HOUR, XP_MINUTE, XP_SECOND, XP_DAY, XP_MONTH, XP_YEAR};

	switch (n->fn) {
	case XP_FN_DATE_TRUNC: return date_trunc(cx, n);
	case XP_FN_TRUNC: return trunc_span(cx, n);
	case XP_FN_FROM_S: return from_number(cx, n, 1000000000);
	case XP_FN_FROM_MS: return from_number(cx, n, 1000000);
	case XP_FN_NOW: return xp_done(cx, n, XP_NOW, 0, TW_TIMESTAMP);
	case XP_FN_TS: return moment(cx, n);
	default: break;
	}
	if (!want_time(cx, n, 0))
		return NULL;
	if (n->fn == XP_FN_EPOCH_S)
		return xp_done(cx, n, XP_EPOCH_S, 0, TW_I64);
	return xp_done(cx, n, XP_PART, parts[n->fn - XP_FN_HOUR], TW_I64);
}

static struct xp_node *hash(struct xp_cx *cx, struct xp_node *n)
{
	static const uint16_t ops[] = {XP_HASH_B, XP_HASH_I, XP_HASH_I, XP_HASH_F, XP_HASH_S};

	if (xp_is_untyped(n->args[0]))
		n->args[0] = xp_retype(cx, n->args[0], TW_I64, 0);
	return xp_done(cx, n, ops[xp_class_of(n->args[0]->type)], 0, TW_U64);
}

struct xp_node *xp_function(struct xp_cx *cx, struct xp_node *n)
{
	if (n->fn <= XP_FN_REPLACE)
		return text_function(cx, n);
	if (n->fn <= XP_FN_SQRT)
		return math_function(cx, n);
	switch (n->fn) {
	case XP_FN_LEAST:
	case XP_FN_GREATEST: return least(cx, n);
	case XP_FN_COALESCE: return coalesce(cx, n);
	case XP_FN_NULLIF: return nullif(cx, n);
	case XP_FN_HASH: return hash(cx, n);
	default: return time_function(cx, n);
	}
}
