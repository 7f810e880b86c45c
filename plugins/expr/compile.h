/* compile.h - checked trees made a program; see prog.h. [control] */
#ifndef EXPR_COMPILE_H
#define EXPR_COMPILE_H

#include "check.h"

#define XP_REGS_MAX 4096u

/* A program being written. prog's arrays grow while it is. */
struct xp_code {
	struct xp_mem *mem;
	struct xp_prog prog;
	uint32_t cap_ins, cap_regs, cap_sets, cap_stores, cap_blob;
	uint32_t level;
	uint16_t free[XP_CLASSES][2]; /* registers to be used again, by class and nullable; chained */
	struct xp_col *cols;          /* of the scope */
	int is_full;                  /* more registers than there may be */
};

void xp_code_init(struct xp_code *c, struct xp_mem *mem, struct xp_col *cols);

/* Instructions that compute n. The register of the result. */
uint16_t xp_emit(struct xp_code *c, const struct xp_node *n);

/* Keep the rows where the bool n is true. */
void xp_emit_filter(struct xp_code *c, const struct xp_node *n);

/* List the rows where the bool n is true, as one more pick; once: they no longer count after. */
void xp_emit_pick(struct xp_code *c, const struct xp_node *n, int once);

/* Instructions that compute where the bool n is true, or false, as bits. The register. */
uint16_t xp_emit_bits(struct xp_code *c, const struct xp_node *n, int inverse);

/* Compute n into the column f (NULL: nowhere). The register, which stays. */
uint16_t xp_emit_set(struct xp_code *c, const struct xp_node *n, const struct tw_field *f);

/* --- private to compile*.c --- */
uint16_t xp_reg_new(struct xp_code *c, const struct xp_rdesc *d);
uint16_t xp_temp(struct xp_code *c, enum xp_class cls, int nullable);
void xp_release(struct xp_code *c, uint16_t reg);
void xp_ins_add(struct xp_code *c, const struct xp_ins *in);
uint16_t xp_constant(struct xp_code *c, const struct xp_node *n);
uint16_t xp_column(struct xp_code *c, uint32_t col);
uint32_t xp_set_add(struct xp_code *c, const struct xp_node *n);

#endif
