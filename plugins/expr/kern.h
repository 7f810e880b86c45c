/*
 * kern.h - private to kern_*.c and eval.c: how kernels reach their vectors. [worker]
 */
#ifndef EXPR_KERN_H
#define EXPR_KERN_H

#include "prog.h"

typedef void xp_kernel(struct xp_run *x, const struct xp_ins *in);

static inline uint8_t *xp_b(const struct xp_run *x, uint32_t reg)
{
	return x->regs[reg].v;
}

static inline int64_t *xp_i(const struct xp_run *x, uint32_t reg)
{
	return x->regs[reg].v;
}

static inline uint64_t *xp_u(const struct xp_run *x, uint32_t reg)
{
	return x->regs[reg].v;
}

static inline double *xp_f(const struct xp_run *x, uint32_t reg)
{
	return x->regs[reg].v;
}

static inline uint8_t *xp_ok(const struct xp_run *x, uint32_t reg)
{
	return x->regs[reg].ok;
}

static inline struct tw_view *xp_s(const struct xp_run *x, uint32_t reg, uint32_t row)
{
	const struct xp_reg *r = &x->regs[reg];

	return (struct tw_view *)r->v + (row & r->mask);
}

/* The bytes of a view that a register holds. */
static inline const char *xp_ptr(const struct xp_run *x, const struct tw_view *v)
{
	if (v->len <= TW_VIEW_INLINE)
		return v->u.inl;
	if (v->u.ref.buf < TW_BATCH_BUFS)
		return tw_at(x->b, x->b->bufs[v->u.ref.buf]) + v->u.ref.off;
	if (v->u.ref.buf == XP_BUF_CONST)
		return x->prog->blob + v->u.ref.off;
	return tw_at(x->b, x->b->body) + v->u.ref.off;
}

/* The selected row number k that is not null in the result; TW_NONE: it is. */
static inline uint32_t xp_row(const struct xp_run *x, const uint8_t *ok, uint32_t k)
{
	uint32_t row = x->sel.sel[k];

	return ok && !ok[row] ? TW_NONE : row;
}

/* Are the texts the same? Length and first four bytes are compared at once. */
static inline int xp_same(const struct xp_run *x, const struct tw_view *a, const struct tw_view *b)
{
	uint64_t ha, hb;

	memcpy(&ha, a, 8);
	memcpy(&hb, b, 8);
	if (ha != hb)
		return 0;
	if (a->len <= TW_VIEW_INLINE)
		return memcmp(a->u.inl + 4, b->u.inl + 4, 8) == 0;
	return memcmp(xp_ptr(x, a), xp_ptr(x, b), a->len) == 0;
}

/* *to becomes bytes from..from+len of the view `of`. */
static inline void xp_cut(const struct xp_run *x, struct tw_view *to, const struct tw_view *of, uint32_t from,
			  uint32_t len)
{
	const struct tw_view v = *of;
	const char *p = xp_ptr(x, &v) + from;

	if (len <= TW_VIEW_INLINE)
		tw_view_set(to, 0, 0, p, len);
	else
		tw_view_set(to, v.u.ref.buf, v.u.ref.off + from, p, len);
}

uint64_t xp_hash_text(const char *p, uint32_t len);
uint64_t xp_hash_word(uint64_t w);
int xp_order(const struct xp_run *x, const struct tw_view *a, const struct tw_view *b);
int xp_like(const char *s, uint32_t n, const char *p, uint32_t m, int bytes);

/* ns since the epoch of an ISO 8601 text; 0 where it is none. */
int xp_parse_ts(const char *p, uint32_t len, int64_t *ns);
/* The other way; at most 32 bytes. Their number. */
uint32_t xp_print_ts(char *to, int64_t ns);

/* Row `row` has text for which there is no room: it goes to err. */
void xp_no_room(struct xp_run *x, uint32_t row);

/* kern_num.c */
xp_kernel xp_cmp_i, xp_cmp_u, xp_cmp_f, xp_cmp_b, xp_cmp_iu;
xp_kernel xp_arith_i, xp_arith_u, xp_arith_f, xp_div_i, xp_div_u, xp_mod_f, xp_unary_i, xp_unary_f;
xp_kernel xp_least_i, xp_least_u, xp_least_f;
/* kern_logic.c */
xp_kernel xp_and, xp_or, xp_not, xp_isnull, xp_nullif, xp_in_i, xp_in_u, xp_in_f;
xp_kernel xp_take, xp_take_valid, xp_merge, xp_push, xp_pop;
/* kern_conv.c */
xp_kernel xp_i_to_u, xp_i_to_f, xp_u_to_i, xp_u_to_f, xp_f_to_i, xp_f_to_u, xp_b_to_i, xp_i_to_b, xp_f_to_b;
xp_kernel xp_f_to_f32, xp_d_to_f, xp_d_to_i, xp_i_to_d, xp_fit_i32, xp_fit_u32, xp_hash_i, xp_hash_f, xp_hash_b;
/* kern_text.c */
xp_kernel xp_cmp_s, xp_least_s, xp_in_s, xp_length, xp_starts, xp_ends, xp_contains, xp_like_s, xp_hash_s;
xp_kernel xp_check_utf8;
/* kern_find.c */
xp_kernel xp_position, xp_split_part;
/* kern_parse.c */
xp_kernel xp_parse_i, xp_parse_u, xp_parse_f, xp_parse_b, xp_parse_time;
/* kern_make.c */
xp_kernel xp_lower, xp_trim, xp_substr, xp_concat, xp_replace;
xp_kernel xp_print_i, xp_print_u, xp_print_f, xp_print_b, xp_print_time, xp_print_d;
/* kern_time.c */
xp_kernel xp_trunc_unit, xp_trunc_span, xp_part, xp_epoch_s, xp_from_i, xp_from_f;
/* kern_col.c */
xp_kernel xp_load_bits, xp_load_i32, xp_load_u32, xp_load_f32, xp_load_fixed, xp_load_nulls, xp_now, xp_store;
/* kern_bits.c */
xp_kernel xp_bits_cmp, xp_bits_same, xp_bits_col, xp_bits_null, xp_bits_of, xp_bits_and, xp_bits_or;
xp_kernel xp_filter_bits, xp_pick_bits;

#endif
