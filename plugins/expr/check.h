/*
 * check.h - a tree gets its types, operations and conversions; constants fold.
 *
 * Checking turns the tree as written into one where each call names the
 * instruction to emit. [control]
 */
#ifndef EXPR_CHECK_H
#define EXPR_CHECK_H

#include "prog.h"

/* A column that expressions can see. */
struct xp_col {
	const char *name;
	uint8_t type, scale, nullable;
	uint8_t is_bad;    /* its own expression has an error: say nothing more */
	uint8_t is_loaded; /* reg is set */
	uint16_t reg;
	const struct tw_field *field; /* came in; NULL: computed */
};

/* Later columns of the same name hide earlier ones. */
struct xp_scope {
	struct xp_col *cols;
	uint32_t n;
};

struct xp_cx {
	struct xp_mem *mem;
	struct xp_err *err;
	const struct xp_scope *scope;
};

/* The checked tree, or NULL with cx->err set. */
struct xp_node *xp_check(struct xp_cx *cx, struct xp_node *n);

/* The same where a bool is needed. */
struct xp_node *xp_check_bool(struct xp_cx *cx, struct xp_node *n, const char *what);

enum xp_class xp_class_of(uint32_t type);

/* --- private to check*.c and types.c --- */

/* Name for messages: "i64", "decimal(2)", "null". Into buf. */
const char *xp_type_text(const struct xp_node *n, char buf[24]);

static inline int xp_is_untyped(const struct xp_node *n)
{
	return n->type == 0;
}

int xp_is_text(const struct xp_node *n);
int xp_is_number(const struct xp_node *n); /* decimals too */
int xp_is_integer(const struct xp_node *n);

/* Give the checked node its operation; fold it. */
struct xp_node *xp_done(struct xp_cx *cx, struct xp_node *n, uint32_t op, uint32_t sub, uint32_t type);

/* The same for operations that make nulls. */
struct xp_node *xp_done_null(struct xp_cx *cx, struct xp_node *n, uint32_t op, uint32_t sub, uint32_t type);

/* A node above a. */
struct xp_node *xp_above(struct xp_cx *cx, struct xp_node *a, struct xp_node *b);

/* a as another type of the same class. */
struct xp_node *xp_retype(struct xp_cx *cx, struct xp_node *a, uint32_t type, uint32_t scale);

struct xp_node *xp_to_f64(struct xp_cx *cx, struct xp_node *a);
struct xp_node *xp_to_i64(struct xp_cx *cx, struct xp_node *a);

/* A number, text or untyped null as the type that xp_common found. */
struct xp_node *xp_convert(struct xp_cx *cx, struct xp_node *a, uint32_t type, uint32_t scale);

/* The type that values of all nodes (every step-th from args[0], and `last` if not NULL)
 * can take, into *type and *scale: type 0 where all are untyped. -1: there is none,
 * *odd is the first that does not go with those before. */
struct xp_meet {
	struct xp_node **args;
	uint32_t n, step;
	struct xp_node *last;
	uint32_t type, scale;
	struct xp_node *odd;
};

int xp_common(struct xp_meet *m);

struct xp_node *xp_cast(struct xp_cx *cx, struct xp_node *n);
struct xp_node *xp_function(struct xp_cx *cx, struct xp_node *n);
struct xp_node *xp_arithmetic(struct xp_cx *cx, struct xp_node *n);
struct xp_node *xp_compare(struct xp_cx *cx, struct xp_node *n);

/* fold.c: the value of a node whose arguments are constants. */
struct xp_node *xp_fold(struct xp_cx *cx, struct xp_node *n);

#endif
