/*
 * prog.h - the compiled form: a flat list of instructions over registers.
 *
 * A register is a vector of one value a row. Each instruction handles the whole
 * batch. Values are of five classes (enum xp_class); narrower column types are
 * widened when loaded. Nulls are a byte a row beside the values, 1 = valid, and
 * absent where the compiler knows that there is none.
 *
 * Cheap arithmetic runs over all rows 0..n-1, so that the loops have no
 * branches: what it computes for rows that do not count is garbage and harmless.
 * Text and costly functions run over the selected rows and skip nulls: views of
 * other rows may point nowhere.
 *
 * A program is constant after bind; an instance (struct xp_run) has the vectors.
 */
#ifndef EXPR_PROG_H
#define EXPR_PROG_H

#include "ast.h"

#include <thalweg/host.h>
#include <thalweg/simd/compare.h>
#include <thalweg/simd/scan.h>
#include <thalweg/simd/select.h>

/* uint8_t, int64_t, uint64_t, double, tw_view; a bit a row, in words */
enum xp_class { XP_B, XP_I, XP_U, XP_F, XP_S, XP_M, XP_CLASSES };

/* Sub-operations. */
enum xp_cmp { XP_EQ, XP_NE, XP_LT, XP_LE, XP_GT, XP_GE };
enum xp_arith { XP_ADD, XP_SUB, XP_MUL, XP_QUOT, XP_REM };
enum xp_unary { XP_NEG, XP_ABS, XP_FLOOR, XP_CEIL, XP_ROUND, XP_SQRT };
enum xp_unit { XP_SECOND, XP_MINUTE, XP_HOUR, XP_DAY, XP_MONTH, XP_YEAR };

enum xp_op {
	/* loads: arg none, the column is that of dst */
	XP_LOAD_BITS,
	XP_LOAD_I32,
	XP_LOAD_U32,
	XP_LOAD_F32,
	XP_LOAD_FIXED,
	XP_LOAD_NULLS, /* the values lie right already */
	XP_NOW,
	/* comparisons, sub: enum xp_cmp; GT and GE only for IU (a signed, b not) */
	XP_CMP_I,
	XP_CMP_U,
	XP_CMP_F,
	XP_CMP_B,
	XP_CMP_IU,
	XP_CMP_S,
	/* arithmetic, sub: enum xp_arith */
	XP_ARITH_I,
	XP_ARITH_U,
	XP_ARITH_F,
	XP_DIV_I,
	XP_DIV_U,
	XP_MOD_F,
	XP_UNARY_I,
	XP_UNARY_F,
	XP_LEAST_I, /* sub: 0 the least, 1 the greatest */
	XP_LEAST_U,
	XP_LEAST_F,
	XP_LEAST_S,
	/* logic */
	XP_AND,
	XP_OR,
	XP_NOT,
	XP_ISNULL, /* sub 1: is not null */
	XP_NULLIF, /* a, and b: are they equal */
	/* conversions; sub: a scale where one is a decimal */
	XP_I_TO_U,
	XP_I_TO_F,
	XP_U_TO_I,
	XP_U_TO_F,
	XP_F_TO_I,
	XP_F_TO_U,
	XP_B_TO_I,
	XP_I_TO_B,
	XP_F_TO_B,
	XP_F_TO_F32,
	XP_D_TO_F,
	XP_D_TO_I,
	XP_I_TO_D,
	XP_FIT_I32, /* null where it does not fit */
	XP_FIT_U32,
	/* x in (...), aux: the set */
	XP_IN_I,
	XP_IN_U,
	XP_IN_F,
	XP_IN_S,
	/* case: see compile.c */
	XP_TAKE,
	XP_TAKE_VALID,
	XP_MERGE,
	XP_PUSH,
	XP_POP,
	/* text read */
	XP_LENGTH, /* sub 1: of bytes, here and below */
	XP_STARTS,
	XP_ENDS,
	XP_CONTAINS,
	XP_LIKE,
	XP_POSITION,
	XP_HASH_S,
	XP_HASH_I, /* also u */
	XP_HASH_F,
	XP_HASH_B,
	XP_PARSE_I,
	XP_PARSE_U,
	XP_PARSE_F,
	XP_PARSE_B,
	XP_PARSE_TS,
	XP_CHECK_UTF8,
	/* text made */
	XP_LOWER, /* sub 1: upper */
	XP_TRIM,
	XP_SUBSTR,
	XP_SPLIT_PART,
	XP_CONCAT,
	XP_REPLACE,
	XP_PRINT_I,
	XP_PRINT_U,
	XP_PRINT_F, /* sub 1: an f32 */
	XP_PRINT_B,
	XP_PRINT_TS,
	XP_PRINT_D,
	/* time; sub: enum xp_unit */
	XP_TRUNC_UNIT,
	XP_TRUNC_SPAN,
	XP_PART,
	XP_EPOCH_S,
	XP_FROM_I, /* aux: ns of the unit */
	XP_FROM_F,
	/* effects */
	XP_STORE, /* a to the column of aux */
	/* conditions of filters, as bits; sub 1: false instead of true */
	XP_BITS_CMP,  /* sub: enum tw_cmp, or with XP_INVERSE; aux: enum tw_type */
	XP_BITS_SAME, /* a text column, a constant */
	XP_BITS_COL,  /* a bool column */
	XP_BITS_NULL, /* sub 1: is not null */
	XP_BITS_OF,   /* a register of bools */
	XP_BITS_AND,
	XP_BITS_OR,
	XP_FILTER_BITS, /* keep the rows where a is true */
	XP_PICK_BITS,   /* list them as pick aux; sub 1: they no longer count */
	XP_OPS
};

#define XP_INVERSE 0x100u

struct xp_ins {
	uint16_t op;
	uint16_t sub;
	uint16_t dst; /* a register */
	uint16_t n;   /* arguments */
	uint16_t arg[4];
	uint32_t aux;
};

union xp_val {
	int64_t i;
	uint64_t u;
	double f;
};

enum xp_place {
	XP_TEMP,   /* scratch of the instance */
	XP_FIXED,  /* a constant: written when the instance is made */
	XP_DIRECT, /* a column that came in, read where it lies */
	XP_OUT     /* a column that is added, computed where it lies */
};

struct xp_rdesc {
	uint8_t cls;
	uint8_t place;
	uint8_t nullable;
	uint8_t pinned; /* not to be used again for something else */
	uint16_t next_free;
	const struct tw_field *field;
	union xp_val val;
	struct tw_view view;
};

/* Constants of an in (...): sorted, or hashed for text. */
struct xp_set {
	uint32_t n;
	uint8_t has_null;
	union xp_val *vals;
	struct tw_view *views;
	uint16_t *table; /* number of a view + 1, 0: empty; NULL where there are few */
	uint32_t mask;
};

struct xp_prog {
	struct xp_ins *ins;
	struct xp_rdesc *regs;
	struct xp_set *sets;
	const struct tw_field **stores;
	char *blob; /* bytes of constant texts */
	uint32_t n_ins, n_regs, n_sets, n_stores, blob_len;
	uint32_t levels; /* of PUSH within PUSH */
	uint32_t n_picks;
	uint8_t makes_text;
};

/* Numbers of buffers in views inside a program, beyond those of a batch. */
#define XP_BUF_CONST TW_BATCH_BUFS       /* off: into the program's blob */
#define XP_BUF_BODY (TW_BATCH_BUFS + 1u) /* off: from the batch's body, for fixed columns */

struct xp_reg {
	void *v;
	uint8_t *ok;   /* 1: not null; NULL: none is */
	uint32_t mask; /* 0: one view stands for all rows */
};

struct xp_level {
	const uint16_t *sel;
	uint32_t n;
};

/* The SDK's kernels of the level that the instance runs at. */
struct xp_simd {
	const struct tw_compare *compare;
	const struct tw_selecting *select;
	const struct tw_scan *scan;
};

/* An instance. [worker], made and freed [control] */
struct xp_run {
	const struct xp_prog *prog;
	struct xp_reg *regs;
	uint16_t *all;           /* 0, 1, 2, ...: the selection of a batch that has none */
	uint16_t *lists;         /* rows a list, one per level */
	struct xp_level *outer;  /* the selections pushed over */
	uint8_t *failed;         /* rows that went to err */
	struct xp_level *picked; /* what each pick listed in the batch under way */
	uint16_t *pick_lists;    /* rows a list, one per pick */
	uint32_t rows;           /* capacity */
	struct xp_simd kern;
	/* of the batch under way */
	struct tw_ctx *ctx;
	struct tw_batch *b;
	uint32_t n;
	uint32_t depth;
	struct xp_level sel; /* rows that count here */
	uint32_t n_failed;
};

/* Bytes of memory for an instance for batches of up to `rows` rows (a multiple of 8). */
size_t xp_run_bytes(const struct xp_prog *p, uint32_t rows);

/* Lay an instance out in zeroed memory, aligned to 64. [control] */
struct xp_run *xp_run_init(void *mem, const struct xp_prog *p, uint32_t rows);

/* Use the instructions of this level; before, those that every machine has. [control] */
void xp_run_level(struct xp_run *x, enum tw_simd level);

/* Run over b, whose selection is narrowed. Rows left. b may be NULL where the program
 * reads no column and makes no text: then one row. [worker] */
uint32_t xp_run_batch(struct xp_run *x, struct tw_ctx *ctx, struct tw_batch *b);

#endif
