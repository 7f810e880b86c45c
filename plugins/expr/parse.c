/*
 * parse.c - tokens made a tree, by recursive descent; see ast.h. [control]
 *
 * From loose to tight: or, and, not, comparisons, + - ||, * / % div, unary minus.
 */
#include "parse.h"

#define ARGS_MAX 4096u

struct xp_node *xp_node_new(struct xp_parser *p, enum xp_kind kind, uint32_t at, uint32_t n_args)
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
static struct xp_node *node_done(struct xp_parser *p, struct xp_node *n)
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

static struct xp_node *call(struct xp_parser *p, uint32_t fn, uint32_t at, struct xp_node *a, struct xp_node *b)
{
	struct xp_node *n;

	if (!a)
		return NULL;
	n = xp_node_new(p, XP_CALL, at, b ? 2 : 1);
	n->fn = (uint8_t)fn;
	n->args[0] = a;
	n->args[1] = b;
	return node_done(p, n);
}

int xp_accept(struct xp_parser *p, enum xp_tok tok)
{
	if (p->l.tok != tok)
		return 0;
	xp_next(&p->l);
	return 1;
}

void xp_unexpected(struct xp_parser *p, const char *wanted)
{
	if (p->l.tok == XP_T_END)
		xp_fail(p->l.err, p->l.at, NULL, "the expression ends here, but %s is missing", wanted);
	else if (p->l.tok != XP_T_BAD)
		xp_fail(p->l.err, p->l.at, NULL, "%s should stand here, not \"%.*s\"", wanted,
			(int)(p->l.end - p->l.at < 40 ? p->l.end - p->l.at : 40), p->l.s + p->l.at);
}

int xp_expect(struct xp_parser *p, enum xp_tok tok, const char *wanted)
{
	if (xp_accept(p, tok))
		return 1;
	xp_unexpected(p, wanted);
	return 0;
}

static int enter(struct xp_parser *p)
{
	if (++p->nest <= XP_NEST_MAX)
		return 1;
	xp_fail(p->l.err, p->l.at, "compute a part of it with \"set\" first",
		"the expression is nested more than %u levels deep", XP_NEST_MAX);
	return 0;
}

/* Add n to the list; 0 where there was an error. */
int xp_list_add(struct xp_parser *p, struct xp_list *a, struct xp_node *n)
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

struct xp_node *xp_from_list(struct xp_parser *p, enum xp_kind kind, uint32_t at, const struct xp_list *a)
{
	struct xp_node *n = xp_node_new(p, kind, at, a->n);

	if (a->n)
		memcpy(n->args, a->at, a->n * sizeof *n->args);
	return node_done(p, n);
}

/* Items up to the closing bracket, which is eaten. */
int xp_parse_items(struct xp_parser *p, struct xp_list *a)
{
	do {
		if (!xp_list_add(p, a, xp_parse_or(p)))
			return 0;
	} while (xp_accept(p, XP_T_COMMA));
	return xp_expect(p, XP_T_RPAR, "\",\" or \")\"");
}

/* -9223372036854775808 has no positive twin, so a minus before digits is theirs. */
static struct xp_node *parse_unary(struct xp_parser *p)
{
	uint32_t at = p->l.at;
	struct xp_node *n;

	if (!xp_accept(p, XP_T_MINUS))
		return xp_parse_primary(p);
	if (p->l.tok == XP_T_INT && p->l.u <= (uint64_t)INT64_MAX + 1) {
		n = xp_parse_literal(p);
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

static struct xp_node *parse_mul(struct xp_parser *p)
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

static struct xp_node *parse_add(struct xp_parser *p)
{
	struct xp_node *a = parse_mul(p), *b;

	while (a && (p->l.tok == XP_T_PLUS || p->l.tok == XP_T_MINUS || p->l.tok == XP_T_BARS)) {
		uint32_t at = p->l.at, tok = p->l.tok;
		uint32_t fn = tok == XP_T_PLUS ? XP_FN_ADD : tok == XP_T_MINUS ? XP_FN_SUB : XP_FN_CONCAT;

		xp_next(&p->l);
		b = parse_mul(p);
		a = b ? call(p, fn, at, a, b) : NULL;
	}
	return a;
}

/* x between a and b is x >= a and x <= b; both halves share the tree of x. */
static struct xp_node *parse_between(struct xp_parser *p, struct xp_node *x, uint32_t at)
{
	struct xp_node *a = parse_add(p), *b, *left, *right;

	if (!a || !xp_expect(p, XP_T_AND, "\"and\""))
		return NULL;
	b = parse_add(p);
	if (!b)
		return NULL;
	left = call(p, XP_FN_GE, at, x, a);
	right = call(p, XP_FN_LE, at, x, b);
	return left && right ? call(p, XP_FN_AND, at, left, right) : NULL;
}

static struct xp_node *parse_in(struct xp_parser *p, struct xp_node *x, uint32_t at)
{
	struct xp_list a = {0};

	if (!xp_list_add(p, &a, x) || !xp_expect(p, XP_T_LPAR, "\"(\"") || !xp_parse_items(p, &a))
		return NULL;
	return xp_from_list(p, XP_IN, at, &a);
}

/* What may follow a value: is null, in, between, like, with "not" before. */
static struct xp_node *parse_suffix(struct xp_parser *p, struct xp_node *x)
{
	uint32_t at = p->l.at, fn;
	struct xp_node *n, *b;
	int is_not;

	if (xp_accept(p, XP_T_IS)) {
		fn = xp_accept(p, XP_T_NOT) ? XP_FN_NOTNULL : XP_FN_ISNULL;
		return xp_expect(p, XP_T_NULL, "\"null\"") ? call(p, fn, at, x, NULL) : NULL;
	}
	is_not = xp_accept(p, XP_T_NOT);
	if (xp_accept(p, XP_T_IN)) {
		n = parse_in(p, x, at);
	} else if (xp_accept(p, XP_T_BETWEEN)) {
		n = parse_between(p, x, at);
	} else if (xp_accept(p, XP_T_LIKE)) {
		b = parse_add(p);
		n = b ? call(p, XP_FN_LIKE, at, x, b) : NULL;
	} else {
		xp_unexpected(p, "\"in\", \"between\" or \"like\"");
		return NULL;
	}
	return n && is_not ? call(p, XP_FN_NOT, at, n, NULL) : n;
}

static int is_comparison(enum xp_tok tok)
{
	return tok >= XP_T_EQ && tok <= XP_T_GE;
}

static struct xp_node *parse_compare(struct xp_parser *p)
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

static struct xp_node *parse_not(struct xp_parser *p)
{
	uint32_t at = p->l.at;
	struct xp_node *n;

	if (!xp_accept(p, XP_T_NOT))
		return parse_compare(p);
	if (!enter(p))
		return NULL;
	n = call(p, XP_FN_NOT, at, parse_not(p), NULL);
	p->nest--;
	return n;
}

static struct xp_node *parse_and(struct xp_parser *p)
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

struct xp_node *xp_parse_or(struct xp_parser *p)
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
	struct xp_parser p = {.l = {.mem = m, .err = e, .s = s, .len = len}};
	struct xp_node *n;

	if (len > XP_LENGTH_MAX) {
		xp_fail(e, XP_LENGTH_MAX, "compute a part of it with \"set\" first",
			"the expression is longer than %u bytes", XP_LENGTH_MAX);
		return NULL;
	}
	xp_next(&p.l);
	n = xp_parse_or(&p);
	if (n && p.l.tok != XP_T_END)
		xp_unexpected(&p, "an operator or the end");
	return e->failed ? NULL : n;
}
