/*
 * ast.h - an expression as written: lexer, parser, tree, and where it went wrong.
 *
 * All memory comes from the plan under way (bind.h) and lives as long as it. [control]
 */
#ifndef EXPR_AST_H
#define EXPR_AST_H

#include <string.h>
#include <thalweg/bind.h>

#define XP_LENGTH_MAX 16384u /* bytes of an expression */
#define XP_NEST_MAX 64u      /* brackets within brackets */
#define XP_DEPTH_MAX 256u    /* levels of the tree: bounds the recursion over it */

/* Pieces cut from blocks of the plan's memory; zeroed. */
struct xp_mem {
	struct tw_bind *b;
	char *at;
	size_t left;
};

void *xp_alloc(struct xp_mem *m, size_t bytes);

/* The first error of an expression. */
struct xp_err {
	int failed;
	uint32_t at; /* byte of the expression */
	char what[200];
	char help[200];
};

/* Record it unless there is one already. help may be NULL. */
void xp_fail(struct xp_err *e, uint32_t at, const char *help, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

enum xp_kind {
	XP_CONST,
	XP_COL,  /* text: its name, as written */
	XP_CALL, /* fn: an operator or a function */
	XP_IN,   /* args[0] in (args[1], ...) */
	XP_CASE, /* when args[0] then args[1], ..., else the last if the number is odd */
	XP_CAST  /* args[0] as type */
};

enum xp_fn {
	XP_FN_EQ,
	XP_FN_NE,
	XP_FN_LT,
	XP_FN_LE,
	XP_FN_GT,
	XP_FN_GE,
	XP_FN_AND,
	XP_FN_OR,
	XP_FN_NOT,
	XP_FN_ADD,
	XP_FN_SUB,
	XP_FN_MUL,
	XP_FN_DIV,  /* / */
	XP_FN_IDIV, /* div */
	XP_FN_MOD,
	XP_FN_NEG,
	XP_FN_ISNULL,
	XP_FN_NOTNULL,
	XP_FN_LIKE,
	/* by name */
	XP_FN_LENGTH,
	XP_FN_LOWER,
	XP_FN_UPPER,
	XP_FN_TRIM,
	XP_FN_STARTS,
	XP_FN_ENDS,
	XP_FN_CONTAINS,
	XP_FN_SUBSTR,
	XP_FN_POSITION,
	XP_FN_SPLIT_PART,
	XP_FN_CONCAT,
	XP_FN_REPLACE,
	XP_FN_ABS,
	XP_FN_FLOOR,
	XP_FN_CEIL,
	XP_FN_ROUND,
	XP_FN_SQRT,
	XP_FN_LEAST,
	XP_FN_GREATEST,
	XP_FN_COALESCE,
	XP_FN_NULLIF,
	XP_FN_IF,
	XP_FN_DATE_TRUNC,
	XP_FN_TRUNC,
	XP_FN_HOUR,
	XP_FN_MINUTE,
	XP_FN_SECOND,
	XP_FN_DAY,
	XP_FN_MONTH,
	XP_FN_YEAR,
	XP_FN_EPOCH_S,
	XP_FN_FROM_S,
	XP_FN_FROM_MS,
	XP_FN_NOW,
	XP_FN_HASH,
	XP_FN_TS
};

struct xp_text {
	const char *p;
	uint32_t len;
};

struct xp_node {
	uint8_t kind;
	uint8_t fn;
	uint8_t type;     /* enum tw_type; 0: the null that has no type yet, or not known yet */
	uint8_t scale;    /* TW_DECIMAL */
	uint8_t is_null;  /* XP_CONST: null */
	uint8_t nullable; /* from here on: set by check() */
	uint8_t checked;
	uint8_t costly; /* it or a part of it runs row by row */
	uint16_t op, sub;
	uint16_t n_args;
	uint16_t depth;
	uint32_t at;  /* byte of the expression an error is shown at */
	uint32_t col; /* XP_COL: number in the scope */
	struct xp_node **args;
	union {
		int64_t i; /* also bool */
		uint64_t u;
		double f;
		struct xp_text text;
	} v;
};

enum xp_tok {
	XP_T_END,
	XP_T_BAD, /* an error was recorded */
	XP_T_INT,
	XP_T_REAL,
	XP_T_SPAN, /* a duration: 5s */
	XP_T_STR,
	XP_T_NAME,
	XP_T_QUOTED, /* "a name" */
	XP_T_LPAR,
	XP_T_RPAR,
	XP_T_COMMA,
	XP_T_EQ, /* in the order of enum xp_fn */
	XP_T_NE,
	XP_T_LT,
	XP_T_LE,
	XP_T_GT,
	XP_T_GE,
	XP_T_PLUS,
	XP_T_MINUS,
	XP_T_BARS,
	XP_T_STAR,
	XP_T_SLASH,
	XP_T_PERCENT,
	/* words, in the order of the list in lex.c */
	XP_T_AND,
	XP_T_OR,
	XP_T_NOT,
	XP_T_IS,
	XP_T_NULL,
	XP_T_IN,
	XP_T_BETWEEN,
	XP_T_LIKE,
	XP_T_CASE,
	XP_T_WHEN,
	XP_T_THEN,
	XP_T_ELSE,
	XP_T_ENDCASE,
	XP_T_CAST,
	XP_T_AS,
	XP_T_TRUE,
	XP_T_FALSE,
	XP_T_DIV
};

/* The lexer, and the token it stands at. */
struct xp_lex {
	struct xp_mem *mem;
	struct xp_err *err;
	const char *s;
	uint32_t len, pos;
	enum xp_tok tok;
	uint32_t at, end;    /* where the token lies */
	uint64_t u;          /* XP_T_INT, XP_T_SPAN */
	double f;            /* XP_T_REAL */
	struct xp_text text; /* XP_T_STR, XP_T_NAME, XP_T_QUOTED; NUL-terminated */
};

void xp_next(struct xp_lex *l);

/* The tree of `s`, or NULL with the error in *e. */
struct xp_node *xp_parse(struct xp_mem *m, const char *s, uint32_t len, struct xp_err *e);

/* A type by its name in cast(), or 0. */
uint32_t xp_type_by_name(struct xp_text name);

/* "did you mean ...?" in buf, or what there is; NULL where there is nothing. */
const char *xp_guess(char *buf, size_t len, const char *word, const char *const *known, uint32_t n);

#endif
