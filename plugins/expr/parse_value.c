/* parse_value.c - what stands between operators: constants, names, functions, case, cast; see parse.h. [control] */
#include "parse.h"

static const struct {
	const char *name;
	uint8_t fn, min, max;
} functions[] = {
	{"length", XP_FN_LENGTH, 1, 1},
	{"lower", XP_FN_LOWER, 1, 1},
	{"upper", XP_FN_UPPER, 1, 1},
	{"trim", XP_FN_TRIM, 1, 1},
	{"starts_with", XP_FN_STARTS, 2, 2},
	{"ends_with", XP_FN_ENDS, 2, 2},
	{"contains", XP_FN_CONTAINS, 2, 2},
	{"substr", XP_FN_SUBSTR, 2, 3},
	{"position", XP_FN_POSITION, 2, 2},
	{"split_part", XP_FN_SPLIT_PART, 3, 3},
	{"concat", XP_FN_CONCAT, 1, 64},
	{"replace", XP_FN_REPLACE, 3, 3},
	{"abs", XP_FN_ABS, 1, 1},
	{"floor", XP_FN_FLOOR, 1, 1},
	{"ceil", XP_FN_CEIL, 1, 1},
	{"round", XP_FN_ROUND, 1, 1},
	{"sqrt", XP_FN_SQRT, 1, 1},
	{"least", XP_FN_LEAST, 1, 64},
	{"greatest", XP_FN_GREATEST, 1, 64},
	{"coalesce", XP_FN_COALESCE, 1, 64},
	{"nullif", XP_FN_NULLIF, 2, 2},
	{"if", XP_FN_IF, 3, 3},
	{"date_trunc", XP_FN_DATE_TRUNC, 2, 2},
	{"trunc", XP_FN_TRUNC, 2, 2},
	{"hour", XP_FN_HOUR, 1, 1},
	{"minute", XP_FN_MINUTE, 1, 1},
	{"second", XP_FN_SECOND, 1, 1},
	{"day", XP_FN_DAY, 1, 1},
	{"month", XP_FN_MONTH, 1, 1},
	{"year", XP_FN_YEAR, 1, 1},
	{"epoch_s", XP_FN_EPOCH_S, 1, 1},
	{"ts_from_s", XP_FN_FROM_S, 1, 1},
	{"ts_from_ms", XP_FN_FROM_MS, 1, 1},
	{"now", XP_FN_NOW, 0, 0},
	{"hash", XP_FN_HASH, 1, 1},
	{"ts", XP_FN_TS, 1, 1},
};

#define N_FUNCTIONS (sizeof functions / sizeof *functions)

static struct xp_node *unknown_function(struct xp_parser *p, uint32_t at, const char *name)
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
static struct xp_node *parse_function(struct xp_parser *p, uint32_t at, const char *name)
{
	struct xp_list a = {0};
	struct xp_node *n;
	uint32_t i = 0;

	while (i < N_FUNCTIONS && !name_is(name, functions[i].name))
		i++;
	if (i == N_FUNCTIONS)
		return unknown_function(p, at, name);
	xp_next(&p->l);
	if (!xp_accept(p, XP_T_RPAR) && !xp_parse_items(p, &a))
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
	n = xp_from_list(p, functions[i].fn == XP_FN_IF ? XP_CASE : XP_CALL, at, &a);
	if (n)
		n->fn = functions[i].fn;
	return n;
}

static struct xp_node *parse_name(struct xp_parser *p)
{
	uint32_t at = p->l.at;
	struct xp_text name = p->l.text;
	int plain = p->l.tok == XP_T_NAME;
	struct xp_node *n;

	xp_next(&p->l);
	if (plain && p->l.tok == XP_T_LPAR)
		return parse_function(p, at, name.p);
	n = xp_node_new(p, XP_COL, at, 0);
	n->v.text = name;
	return n;
}

static struct xp_node *parse_case(struct xp_parser *p)
{
	uint32_t at = p->l.at;
	struct xp_list a = {0};

	xp_next(&p->l);
	if (p->l.tok != XP_T_WHEN) {
		xp_unexpected(p, "\"when\"");
		return NULL;
	}
	while (xp_accept(p, XP_T_WHEN))
		if (!xp_list_add(p, &a, xp_parse_or(p)) || !xp_expect(p, XP_T_THEN, "\"then\"") ||
		    !xp_list_add(p, &a, xp_parse_or(p)))
			return NULL;
	if (xp_accept(p, XP_T_ELSE) && !xp_list_add(p, &a, xp_parse_or(p)))
		return NULL;
	if (!xp_expect(p, XP_T_ENDCASE, "\"when\", \"else\" or \"end\""))
		return NULL;
	return xp_from_list(p, XP_CASE, at, &a);
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

static struct xp_node *parse_cast(struct xp_parser *p)
{
	uint32_t at = p->l.at;
	struct xp_list a = {0};
	struct xp_node *n;
	uint32_t type;

	xp_next(&p->l);
	if (!xp_expect(p, XP_T_LPAR, "\"(\"") || !xp_list_add(p, &a, xp_parse_or(p)) ||
	    !xp_expect(p, XP_T_AS, "\"as\""))
		return NULL;
	if (p->l.tok != XP_T_NAME) {
		xp_unexpected(p, "a type");
		return NULL;
	}
	type = xp_type_by_name(p->l.text);
	if (!type) {
		xp_fail(p->l.err, p->l.at, "types: bool, i32, i64, u32, u64, f32, f64, timestamp, str, bytes",
			"there is no type \"%.60s\" to cast to", p->l.text.p);
		return NULL;
	}
	xp_next(&p->l);
	if (!xp_expect(p, XP_T_RPAR, "\")\""))
		return NULL;
	n = xp_from_list(p, XP_CAST, at, &a);
	if (n)
		n->type = (uint8_t)type;
	return n;
}

struct xp_node *xp_parse_literal(struct xp_parser *p)
{
	struct xp_node *n = xp_node_new(p, XP_CONST, p->l.at, 0);

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

struct xp_node *xp_parse_primary(struct xp_parser *p)
{
	struct xp_node *n = NULL;

	switch (p->l.tok) {
	case XP_T_INT:
	case XP_T_SPAN:
	case XP_T_REAL:
	case XP_T_STR:
	case XP_T_NULL:
	case XP_T_TRUE:
	case XP_T_FALSE: return xp_parse_literal(p);
	case XP_T_NAME:
	case XP_T_QUOTED: return parse_name(p);
	case XP_T_CASE: return parse_case(p);
	case XP_T_CAST: return parse_cast(p);
	case XP_T_LPAR:
		xp_next(&p->l);
		n = xp_parse_or(p);
		return n && xp_expect(p, XP_T_RPAR, "\")\"") ? n : NULL;
	default: xp_unexpected(p, "a value"); return NULL;
	}
}
