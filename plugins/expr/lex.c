/* lex.c - an expression cut into tokens; see ast.h. [control] */
#include "ast.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK 8192u

void *xp_alloc(struct xp_mem *m, size_t bytes)
{
	char *p;

	bytes = (bytes + 15u) & ~(size_t)15u;
	if (bytes > BLOCK / 4)
		return m->b->host->alloc(m->b, bytes);
	if (bytes > m->left) {
		m->at = m->b->host->alloc(m->b, BLOCK);
		m->left = BLOCK;
	}
	p = m->at;
	m->at += bytes;
	m->left -= bytes;
	return p;
}

void xp_fail(struct xp_err *e, uint32_t at, const char *help, const char *fmt, ...)
{
	va_list ap;

	if (e->failed)
		return;
	e->failed = 1;
	e->at = at;
	va_start(ap, fmt);
	vsnprintf(e->what, sizeof e->what, fmt, ap);
	va_end(ap);
	snprintf(e->help, sizeof e->help, "%s", help ? help : "");
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char peek(const struct xp_lex *l, uint32_t ahead)
{
	return ahead < l->len - l->pos ? l->s[l->pos + ahead] : 0;
}

static void bad(struct xp_lex *l, uint32_t at, const char *what, const char *help)
{
	xp_fail(l->err, at, help, "%s", what);
	l->tok = XP_T_BAD;
}

/* Between quotes; the quote itself is written twice. */
static void lex_quoted(struct xp_lex *l, char quote, enum xp_tok tok)
{
	char *to = xp_alloc(l->mem, l->len - l->pos + 1);
	uint32_t n = 0, i = l->pos + 1;

	for (;; i++) {
		if (i >= l->len) {
			bad(l, l->at, quote == '"' ? "the name has no closing \"" : "the text has no closing quote",
			    quote == '"' ? "texts stand in single quotes: 'abc'"
					 : "a quote inside a text is written twice: 'it''s'");
			return;
		}
		if (l->s[i] == quote) {
			if (i + 1 >= l->len || l->s[i + 1] != quote)
				break;
			i++;
		}
		to[n++] = l->s[i];
	}
	l->pos = i + 1;
	l->tok = tok;
	l->text = (struct xp_text){to, n};
	if (tok == XP_T_QUOTED && (n == 0 || memchr(to, 0, n)))
		bad(l, l->at, "this is no name", NULL);
}

/* ns of the unit at p[0..n), or 0. */
static uint64_t unit_ns(const char *p, uint32_t n)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {{"ns", 1},          {"us", 1000},         {"ms", 1000000},      {"s", 1000000000},
		     {"m", 60000000000}, {"h", 3600000000000}, {"d", 86400000000000}};
	uint32_t i;

	for (i = 0; i < sizeof units / sizeof *units; i++)
		if (strlen(units[i].name) == n && memcmp(units[i].name, p, n) == 0)
			return units[i].ns;
	return 0;
}

static void lex_real(struct xp_lex *l)
{
	char text[400];
	uint32_t start = l->pos, n;

	while (is_digit(peek(l, 0)))
		l->pos++;
	if (peek(l, 0) == '.')
		l->pos++;
	while (is_digit(peek(l, 0)))
		l->pos++;
	if ((peek(l, 0) | 32) == 'e') {
		uint32_t sign = peek(l, 1) == '+' || peek(l, 1) == '-';

		if (is_digit(peek(l, 1 + sign)))
			l->pos += 1 + sign;
		while (is_digit(peek(l, 0)))
			l->pos++;
	}
	n = l->pos - start;
	if (n >= sizeof text) {
		bad(l, l->at, "the number is too long", NULL);
		return;
	}
	memcpy(text, l->s + start, n);
	text[n] = 0;
	l->f = strtod(text, NULL);
	l->tok = XP_T_REAL;
	if (is_letter(peek(l, 0)))
		bad(l, l->at, "this is no number", "a duration is a whole number and a unit: 1500ms");
	else if (l->f > 1.7976931348623157e308)
		bad(l, l->at, "the number is too large for an f64", NULL);
}

static void lex_number(struct xp_lex *l)
{
	uint32_t i = l->pos, unit;
	uint64_t u = 0, ns;
	int over = 0;

	for (; i < l->len && is_digit(l->s[i]); i++)
		over |= __builtin_mul_overflow(u, 10u, &u) || __builtin_add_overflow(u, (uint64_t)(l->s[i] - '0'), &u);
	if (i < l->len && (l->s[i] == '.' || ((l->s[i] | 32) == 'e' && i + 1 < l->len && !is_letter(l->s[i + 1])))) {
		lex_real(l);
		return;
	}
	for (unit = i; unit < l->len && (is_letter(l->s[unit]) || is_digit(l->s[unit])); unit++)
		;
	l->u = u;
	l->tok = XP_T_INT;
	l->pos = unit;
	if (unit > i) {
		ns = unit_ns(l->s + i, unit - i);
		l->tok = XP_T_SPAN;
		if (!ns) {
			bad(l, i, "this is no unit of time", "units: ns, us, ms, s, m, h, d");
			return;
		}
		over |= __builtin_mul_overflow(u, ns, &l->u) || l->u > INT64_MAX;
	}
	if (over)
		bad(l, l->at, "the number is too large", "integers are of 64 bits; 1e20 is an f64");
}

static int same_word(const char *word, const char *p, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n && word[i]; i++)
		if ((p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 32 : p[i]) != word[i])
			return 0;
	return i == n && !word[i];
}

static void lex_word(struct xp_lex *l)
{
	static const char *const words[] = {"and",  "or",   "not",  "is",  "null", "in", "between", "like",  "case",
					    "when", "then", "else", "end", "cast", "as", "true",    "false", "div"};
	uint32_t start = l->pos, n, i;
	char *name;

	while (is_letter(peek(l, 0)) || is_digit(peek(l, 0)))
		l->pos++;
	n = l->pos - start;
	for (i = 0; i < sizeof words / sizeof *words; i++) {
		if (same_word(words[i], l->s + start, n)) {
			l->tok = (enum xp_tok)(XP_T_AND + i);
			return;
		}
	}
	name = xp_alloc(l->mem, n + 1);
	memcpy(name, l->s + start, n);
	l->text = (struct xp_text){name, n};
	l->tok = XP_T_NAME;
}

static void lex_sign(struct xp_lex *l)
{
	static const struct {
		char text[3];
		uint8_t tok;
	} signs[] = {{"==", XP_T_EQ},   {"!=", XP_T_NE},  {"<>", XP_T_NE},   {"<=", XP_T_LE},     {">=", XP_T_GE},
		     {"=", XP_T_EQ},    {"<", XP_T_LT},   {">", XP_T_GT},    {"+", XP_T_PLUS},    {"-", XP_T_MINUS},
		     {"||", XP_T_BARS}, {"*", XP_T_STAR}, {"/", XP_T_SLASH}, {"%", XP_T_PERCENT}, {"(", XP_T_LPAR},
		     {")", XP_T_RPAR},  {",", XP_T_COMMA}};
	uint32_t i, n;

	for (i = 0; i < sizeof signs / sizeof *signs; i++) {
		n = (uint32_t)strlen(signs[i].text);
		if (n <= l->len - l->pos && memcmp(l->s + l->pos, signs[i].text, n) == 0) {
			l->tok = (enum xp_tok)signs[i].tok;
			l->pos += n;
			return;
		}
	}
	bad(l, l->at, "this character has no meaning here",
	    "texts stand in 'single quotes', unusual names in \"double quotes\"");
}

void xp_next(struct xp_lex *l)
{
	char c;

	while (l->pos < l->len && is_space(l->s[l->pos]))
		l->pos++;
	l->at = l->pos;
	c = peek(l, 0);
	if (l->err->failed)
		l->tok = XP_T_BAD;
	else if (l->pos >= l->len)
		l->tok = XP_T_END;
	else if (is_digit(c))
		lex_number(l);
	else if (c == '.' && is_digit(peek(l, 1)))
		lex_real(l);
	else if (is_letter(c))
		lex_word(l);
	else if (c == '\'')
		lex_quoted(l, '\'', XP_T_STR);
	else if (c == '"')
		lex_quoted(l, '"', XP_T_QUOTED);
	else
		lex_sign(l);
	l->end = l->pos;
}
