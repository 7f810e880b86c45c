/*
 * parse.c - tokens made a tree, by recursive descent; see ast.h. [control]
 *
 * From loose to tight: or, and, not, comparisons, + -, * / % div, unary minus.
 */
#include "ast.h"

#include <stdio.h>


#define ARGS_MAX 4096u

struct parser {
	struct xp_lex l;
	uint32_t nest;
};

/* Arguments while their number is not known yet. */
struct list {
	struct xp_node **at;
	uint32_t n, cap;
};

static const struct {
	const char *name;
	uint8_t fn, min, max;
} functions[] = {
	{"length", XP_FN_LENGTH, 1, 1},       {"lower", XP_FN_LOWER, 1, 1},
	{"upper", XP_FN_UPPER, 1, 1},         {"trim", XP_FN_TRIM, 1, 1},
	{"starts_with", XP_FN_STARTS, 2, 2},  {"ends_with", XP_FN_ENDS, 2, 2},
	{"contains", XP_FN_CONTAINS, 2, 2},   {"substr", XP_FN_SUBSTR, 2, 3},
	{"concat", XP_FN_CONCAT, 1, 64},      {"replace", XP_FN_REPLACE, 3, 3},
	{"abs", XP_FN_ABS, 1, 1},             {"floor", XP_FN_FLOOR, 1, 1},
	{"ceil", XP_FN_CEIL, 1, 1},           {"round", XP_FN_ROUND, 1, 1},
	{"sqrt", XP_FN_SQRT, 1, 1},           {"least", XP_FN_LEAST, 1, 64},
	{"greatest", XP_FN_GREATEST, 1, 64},  {"coalesce", XP_FN_COALESCE, 1, 64},
	{"nullif", XP_FN_NULLIF, 2, 2},       {"if", XP_FN_IF, 3, 3},
	{"date_trunc", XP_FN_DATE_TRUNC, 2, 2}, {"trunc", XP_FN_TRUNC, 2, 2},
	{"hour", XP_FN_HOUR, 1, 1},           {"minute", XP_FN_MINUTE, 1, 1},
	{"second", XP_FN_SECOND, 1, 1},       {"day", XP_FN_DAY, 1, 1},
	{"month", XP_FN_MONTH, 1, 1},         {"year", XP_FN_YEAR, 1, 1},
	{"epoch_s", XP_FN_EPOCH_S, 1, 1},     {"ts_from_s", XP_FN_FROM_S, 1, 1},
	{"ts_from_ms", XP_FN_FROM_MS, 1, 1},  {"now", XP_FN_NOW, 0, 0},
	{"hash", XP_FN_HASH, 1, 1},           {"ts", XP_FN_TS, 1, 1},
};

#define N_FUNCTIONS (sizeof functions / sizeof *functions)

static struct xp_node *parse_or(struct parser *p);

static struct xp_node *node_new(struct parser *p, enum xp_kind kind, uint32_t at, uint32_t n_args)
{
	struct xp_node *n = xp_alloc(p->l.mem, sizeof *n);

	n->kind = (uint8_t)kind;
	n->at = at;
	n->n_args = (uint16_t)n_args;
	n->depth = 1;
	n->args = xp_alloc(p->l.mem, (n_args + 1) * sizeof *n->args);
	return n;
}

/* Count the depth once the arguments are there; NULL where it is too great. */
static struct xp_node *node_done(struct parser *p, struct xp_node *n)
{
	uint32_t i;

	for (i = 0; i < n->n_args; i++) {
		if (!n->args[i])
			return NULL;
		if (n->args[i]->depth >= n->depth)
			n->depth = (uint16_t)(n->args[i]->depth + 1);
	}
	if (n->depth <= XP_DEPTH_MAX)
		return n;
	xp_fail(p->l.err, n->at, "use in (...), or compute a part of it with \"set\" first",
		"the expression is more than %u operators deep", XP_DEPTH_MAX);
	return NULL;
}

static struct xp_node *call(struct parser *p, uint32_t fn, uint32_t at, struct xp_node *a, struct xp_node *b)
{
	struct xp_node *n;

	if (!a)
		return NULL;
	n = node_new(p, XP_CALL, at, b ? 2 : 1);
	n->fn = (uint8_t)fn;
	n->args[0] = a;
	n->args[1] = b;
	return node_done(p, n);
}

static int accept(struct parser *p, enum xp_tok tok)
{
	if (p->l.tok != tok)
		return 0;
	xp_next(&p->l);
	return 1;
}

static void unexpected(struct parser *p, const char *wanted)
{
	if (p->l.tok == XP_T_END)
		xp_fail(p->l.err, p->l.at, NULL, "the expression ends here, but %s is missing", wanted);
	else if (p->l.tok != XP_T_BAD)
		xp_fail(p->l.err, p->l.at, NULL, "%s should stand here, not \"%.*s\"", wanted,
			(int)(p->l.end - p->l.at < 40 ? p->l.end - p->l.at : 40), p->l.s + p->l.at);
}

static int expect(struct parser *p, enum xp_tok tok, const char *wanted)
{
	if (accept(p, tok))
		return 1;
	unexpected(p, wanted);
	return 0;
}

static int enter(struct parser *p)
{
	if (++p->nest <= XP_NEST_MAX)
		return 1;
	xp_fail(p->l.err, p->l.at, "compute a part of it with \"set\" first",
		"the expression is nested more than %u levels deep", XP_NEST_MAX);
	return 0;
}

/* Add n to the list; 0 where there was an error. */
static int push(struct parser *p, struct list *a, struct xp_node *n)
{
	struct xp_node **more;

	if (!n)
		return 0;
	if (a->n == ARGS_MAX) {
		xp_fail(p->l.err, n->at, NULL, "more than %u items", ARGS_MAX);
		return 0;
	}
	if (a->n == a->cap) {
		a->cap = a->cap ? a->cap * 2 : 4;
		more = xp_alloc(p->l.mem, a->cap * sizeof *more);
		if (a->n)
			memcpy(more, a->at, a->n * sizeof *more);
		a->at = more;
	}
	a->at[a->n++] = n;
	return 1;
}

static struct xp_node *from_list(struct parser *p, enum xp_kind kind, uint32_t at, const struct list *a)
{
	struct xp_node *n = node_new(p, kind, at, a->n);

	if (a->n)
		memcpy(n->args, a->at, a->n * sizeof *n->args);
	return node_done(p, n);
}

/* Items up to the closing bracket, which is eaten. */
static int parse_items(struct parser *p, struct list *a)
{
	do {
		if (!push(p, a, parse_or(p)))
			return 0;
	} while (accept(p, XP_T_COMMA));
	return expect(p, XP_T_RPAR, "\",\" or \")\"");
}

static struct xp_node *unknown_function(struct parser *p, uint32_t at, const char *name)
{
	const char *known[N_FUNCTIONS];
	char help[200];
	uint32_t i;

	for (i = 0; i < N_FUNCTIONS; i++)
		known[i] = functions[i].name;
	xp_fail(p->l.err, at, xp_guess(help, sizeof help, name, known, N_FUNCTIONS), "there is no function \"%.60s\"",
		name);
	return NULL;
}

static int name_is(const char *name, const char *known)
{
	for (; *name && *known; name++, known++)
		if ((*name >= 'A' && *name <= 'Z' ? *name | 32 : *name) != *known)
			return 0;
	return *name == *known;
}

/* name ( args ) */
static struct xp_node *parse_function(struct parser *p, uint32_t at, const char *name)
{
	struct list a = {0};
	struct xp_node *n;
	uint32_t i = 0;

	while (i < N_FUNCTIONS && !name_is(name, functions[i].name))
		i++;
	if (i == N_FUNCTIONS)
		return unknown_function(p, at, name);
	xp_next(&p->l);
	if (!accept(p, XP_T_RPAR) && !parse_items(p, &a))
		return NULL;
	if (a.n < functions[i].min || a.n > functions[i].max) {
		if (functions[i].min == functions[i].max)
			xp_fail(p->l.err, at, NULL, "%s() takes %u argument%s, not %u", functions[i].name,
				functions[i].min, functions[i].min == 1 ? "" : "s", a.n);
		else
			xp_fail(p->l.err, at, NULL, "%s() takes %u to %u arguments, not %u", functions[i].name,
				functions[i].min, functions[i].max, a.n);
		return NULL;
	}
	n = from_list(p, functions[i].fn == XP_FN_IF ? XP_CASE : XP_CALL, at, &a);
	if (n)
		n->fn = functions[i].fn;
	return n;
}

static struct xp_node *parse_name(struct parser *p)
{
	uint32_t at = p->l.at;
	struct xp_text name = p->l.text;
	int plain = p->l.tok == XP_T_NAME;
	struct xp_node *n;

	xp_next(&p->l);
	if (plain && p->l.tok == XP_T_LPAR)
		return parse_function(p, at, name.p);
	n = node_new(p, XP_COL, at, 0);
	n->v.text = name;
	return n;
}

static struct xp_node *parse_case(struct parser *p)
{
	uint32_t at = p->l.at;
	struct list a = {0};

	xp_next(&p->l);
	if (p->l.tok != XP_T_WHEN) {
		unexpected(p, "\"when\"");
		return NULL;
	}
	while (accept(p, XP_T_WHEN))
		if (!push(p, &a, parse_or(p)) || !expect(p, XP_T_THEN, "\"then\"") || !push(p, &a, parse_or(p)))
			return NULL;
	if (accept(p, XP_T_ELSE) && !push(p, &a, parse_or(p)))
		return NULL;
	if (!expect(p, XP_T_ENDCASE, "\"when\", \"else\" or \"end\""))
		return NULL;
	return from_list(p, XP_CASE, at, &a);
}

uint32_t xp_type_by_name(struct xp_text name)
{
	static const uint8_t known[] = {TW_BOOL, TW_I32, TW_I64,       TW_U32, TW_U64,
					TW_F32,  TW_F64, TW_TIMESTAMP, TW_STR, TW_BYTES};
	uint32_t i;

	for (i = 0; i < sizeof known; i++)
		if (name_is(name.p, tw_type_name(known[i])))
			return known[i];
	return 0;
}

static struct xp_node *parse_cast(struct parser *p)
{
	uint32_t at = p->l.at;
	struct list a = {0};
	struct xp_node *n;
	uint32_t type;

	xp_next(&p->l);
	if (!expect(p, XP_T_LPAR, "\"(\"") || !push(p, &a, parse_or(p)) || !expect(p, XP_T_AS, "\"as\""))
		return NULL;
	if (p->l.tok != XP_T_NAME) {
		unexpected(p, "a type");
		return NULL;
	}
	type = xp_type_by_name(p->l.text);
	if (!type) {
		xp_fail(p->l.err, p->l.at, "types: bool, i32, i64, u32, u64, f32, f64, timestamp, str, bytes",
			"there is no type \"%.60s\" to cast to", p->l.text.p);
		return NULL;
	}
	xp_next(&p->l);
	if (!expect(p, XP_T_RPAR, "\")\""))
		return NULL;
	n = from_list(p, XP_CAST, at, &a);
	if (n)
		n->type = (uint8_t)type;
	return n;
}

static struct xp_node *parse_literal(struct parser *p)
{
	struct xp_node *n = node_new(p, XP_CONST, p->l.at, 0);

	switch (p->l.tok) {
	case XP_T_INT:
	case XP_T_SPAN:
		n->type = p->l.u > INT64_MAX ? TW_U64 : TW_I64;
		n->v.u = p->l.u;
		break;
	case XP_T_REAL:
		n->type = TW_F64;
		n->v.f = p->l.f;
		break;
	case XP_T_STR:
		n->type = TW_STR;
		n->v.text = p->l.text;
		break;
	case XP_T_NULL: n->is_null = 1; break;
	default:
		n->type = TW_BOOL;
		n->v.i = p->l.tok == XP_T_TRUE;
		break;
	}
	xp_next(&p->l);
	return n;
}

static struct xp_node *parse_primary(struct parser *p)
{
	struct xp_node *n = NULL;

	switch (p->l.tok) {
	case XP_T_INT:
	case XP_T_SPAN:
	case XP_T_REAL:
	case XP_T_STR:
	case XP_T_NULL:
	case XP_T_TRUE:
	case XP_T_FALSE: return parse_literal(p);
	case XP_T_NAME:
	case XP_T_QUOTED: return parse_name(p);
	case XP_T_CASE: return parse_case(p);
	case XP_T_CAST: return parse_cast(p);
	case XP_T_LPAR:
		xp_next(&p->l);
		n = parse_or(p);
		return n && expect(p, XP_T_RPAR, "\")\"") ? n : NULL;
	default: unexpected(p, "a value"); return NULL;
	}
}

/* -9223372036854775808 has no positive twin, so a minus before digits is theirs. */
static struct xp_node *parse_unary(struct parser *p)
{
	uint32_t at = p->l.at;
	struct xp_node *n;

	if (!accept(p, XP_T_MINUS))
		return parse_primary(p);
	if (p->l.tok == XP_T_INT && p->l.u <= (uint64_t)INT64_MAX + 1) {
		n = parse_literal(p);
		n->at = at;
		n->type = TW_I64;
		n->v.u = 0 - n->v.u;
		return n;
	}
	if (!enter(p))
		return NULL;
	n = call(p, XP_FN_NEG, at, parse_unary(p), NULL);
	p->nest--;
	return n;
}

static struct xp_node *parse_mul(struct parser *p)
{
	struct xp_node *a = parse_unary(p), *b;

	while (a) {
		uint32_t at = p->l.at, fn = XP_FN_MUL;

		switch (p->l.tok) {
		case XP_T_STAR: break;
		case XP_T_SLASH: fn = XP_FN_DIV; break;
		case XP_T_DIV: fn = XP_FN_IDIV; break;
		case XP_T_PERCENT: fn = XP_FN_MOD; break;
		default: return a;
		}
		xp_next(&p->l);
		b = parse_unary(p);
		a = b ? call(p, fn, at, a, b) : NULL;
	}
	return NULL;
}

static struct xp_node *parse_add(struct parser *p)
{
	struct xp_node *a = parse_mul(p), *b;

	while (a && (p->l.tok == XP_T_PLUS || p->l.tok == XP_T_MINUS)) {
		uint32_t at = p->l.at, fn = p->l.tok == XP_T_PLUS ? XP_FN_ADD : XP_FN_SUB;

		xp_next(&p->l);
		b = parse_mul(p);
		a = b ? call(p, fn, at, a, b) : NULL;
	}
	return a;
}

/* x between a and b is x >= a and x <= b; both halves share the tree of x. */
static struct xp_node *parse_between(struct parser *p, struct xp_node *x, uint32_t at)
{
	struct xp_node *a = parse_add(p), *b, *left, *right;

	if (!a || !expect(p, XP_T_AND, "\"and\""))
		return NULL;
	b = parse_add(p);
	if (!b)
		return NULL;
	left = call(p, XP_FN_GE, at, x, a);
	right = call(p, XP_FN_LE, at, x, b);
	return left && right ? call(p, XP_FN_AND, at, left, right) : NULL;
}

static struct xp_node *parse_in(struct parser *p, struct xp_node *x, uint32_t at)
{
	struct list a = {0};

	if (!push(p, &a, x) || !expect(p, XP_T_LPAR, "\"(\"") || !parse_items(p, &a))
		return NULL;
	return from_list(p, XP_IN, at, &a);
}

/* What may follow a value: is null, in, between, like, with "not" before. */
static struct xp_node *parse_suffix(struct parser *p, struct xp_node *x)
{
	uint32_t at = p->l.at, fn;
	struct xp_node *n, *b;
	int is_not;

	if (accept(p, XP_T_IS)) {
		fn = accept(p, XP_T_NOT) ? XP_FN_NOTNULL : XP_FN_ISNULL;
		return expect(p, XP_T_NULL, "\"null\"") ? call(p, fn, at, x, NULL) : NULL;
	}
	is_not = accept(p, XP_T_NOT);
	if (accept(p, XP_T_IN)) {
		n = parse_in(p, x, at);
	} else if (accept(p, XP_T_BETWEEN)) {
		n = parse_between(p, x, at);
	} else if (accept(p, XP_T_LIKE)) {
		b = parse_add(p);
		n = b ? call(p, XP_FN_LIKE, at, x, b) : NULL;
	} else {
		unexpected(p, "\"in\", \"between\" or \"like\"");
		return NULL;
	}
	return n && is_not ? call(p, XP_FN_NOT, at, n, NULL) : n;
}

static int is_comparison(enum xp_tok tok)
{
	return tok >= XP_T_EQ && tok <= XP_T_GE;
}

static struct xp_node *parse_compare(struct parser *p)
{
	struct xp_node *a = parse_add(p), *b;
	uint32_t at = p->l.at, fn;

	if (a && is_comparison(p->l.tok)) {
		fn = XP_FN_EQ + (p->l.tok - XP_T_EQ);
		xp_next(&p->l);
		b = parse_add(p);
		a = b ? call(p, fn, at, a, b) : NULL;
		if (a && is_comparison(p->l.tok)) {
			xp_fail(p->l.err, p->l.at, "write a < b and b < c", "comparisons can't be chained");
			return NULL;
		}
	}
	while (a && (p->l.tok == XP_T_IS || p->l.tok == XP_T_NOT || p->l.tok == XP_T_IN || p->l.tok == XP_T_BETWEEN ||
		     p->l.tok == XP_T_LIKE))
		a = parse_suffix(p, a);
	return a;
}

static struct xp_node *parse_not(struct parser *p)
{
	uint32_t at = p->l.at;
	struct xp_node *n;

	if (!accept(p, XP_T_NOT))
		return parse_compare(p);
	if (!enter(p))
		return NULL;
	n = call(p, XP_FN_NOT, at, parse_not(p), NULL);
	p->nest--;
	return n;
}

static struct xp_node *parse_and(struct parser *p)
{
	struct xp_node *a = parse_not(p), *b;

	while (a && p->l.tok == XP_T_AND) {
		uint32_t at = p->l.at;

		xp_next(&p->l);
		b = parse_not(p);
		a = b ? call(p, XP_FN_AND, at, a, b) : NULL;
	}
	return a;
}

static struct xp_node *parse_or(struct parser *p)
{
	struct xp_node *a, *b;

	if (!enter(p))
		return NULL;
	a = parse_and(p);
	while (a && p->l.tok == XP_T_OR) {
		uint32_t at = p->l.at;

		xp_next(&p->l);
		b = parse_and(p);
		a = b ? call(p, XP_FN_OR, at, a, b) : NULL;
	}
	p->nest--;
	return a;
}

struct xp_node *xp_parse(struct xp_mem *m, const char *s, uint32_t len, struct xp_err *e)
{
	struct parser p = {.l = {.mem = m, .err = e, .s = s, .len = len}};
	struct xp_node *n;

	if (len > XP_LENGTH_MAX) {
		xp_fail(e, XP_LENGTH_MAX, "compute a part of it with \"set\" first",
			"the expression is longer than %u bytes", XP_LENGTH_MAX);
		return NULL;
	}
	xp_next(&p.l);
	n = parse_or(&p);
	if (n && p.l.tok != XP_T_END)
		unexpected(&p, "an operator or the end");
	return e->failed ? NULL : n;
}
