/* parse.h - private to parse.c and parse_value.c: a parse under way. [control] */
#ifndef EXPR_PARSE_H
#define EXPR_PARSE_H

#include "ast.h"

struct xp_parser {
	struct xp_lex l;
	uint32_t nest;
};

/* Arguments while their number is not known yet. */
struct xp_list {
	struct xp_node **at;
	uint32_t n, cap;
};

/* All that give a node give NULL once an error is recorded. */
struct xp_node *xp_parse_or(struct xp_parser *p);
struct xp_node *xp_parse_primary(struct xp_parser *p);
struct xp_node *xp_parse_literal(struct xp_parser *p);

struct xp_node *xp_node_new(struct xp_parser *p, enum xp_kind kind, uint32_t at, uint32_t n_args);
struct xp_node *xp_from_list(struct xp_parser *p, enum xp_kind kind, uint32_t at, const struct xp_list *a);

/* Add n to the list; 0 where there was an error. */
int xp_list_add(struct xp_parser *p, struct xp_list *a, struct xp_node *n);

/* Items up to the closing bracket, which is eaten. */
int xp_parse_items(struct xp_parser *p, struct xp_list *a);

/* Step over a token if it is there; and if it must be. */
int xp_accept(struct xp_parser *p, enum xp_tok tok);
int xp_expect(struct xp_parser *p, enum xp_tok tok, const char *wanted);
void xp_unexpected(struct xp_parser *p, const char *wanted);

#endif
