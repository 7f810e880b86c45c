/* eval.c - instances of a program, and the loop over its instructions; see prog.h. */
#include "kern.h"

#define LINE 64u

static const struct {
	xp_kernel *run;
	int strict; /* null in, null out: merge the nulls of the arguments first */
} ops[XP_OPS] = {
	[XP_LOAD_BITS] = {xp_load_bits, 0},
	[XP_LOAD_I32] = {xp_load_i32, 0},
	[XP_LOAD_U32] = {xp_load_u32, 0},
	[XP_LOAD_F32] = {xp_load_f32, 0},
	[XP_LOAD_FIXED] = {xp_load_fixed, 0},
	[XP_LOAD_NULLS] = {xp_load_nulls, 0},
	[XP_NOW] = {xp_now, 0},
	[XP_CMP_I] = {xp_cmp_i, 1},
	[XP_CMP_U] = {xp_cmp_u, 1},
	[XP_CMP_F] = {xp_cmp_f, 1},
	[XP_CMP_B] = {xp_cmp_b, 1},
	[XP_CMP_IU] = {xp_cmp_iu, 1},
	[XP_CMP_S] = {xp_cmp_s, 1},
	[XP_ARITH_I] = {xp_arith_i, 1},
	[XP_ARITH_U] = {xp_arith_u, 1},
	[XP_ARITH_F] = {xp_arith_f, 1},
	[XP_DIV_I] = {xp_div_i, 1},
	[XP_DIV_U] = {xp_div_u, 1},
	[XP_MOD_F] = {xp_mod_f, 1},
	[XP_UNARY_I] = {xp_unary_i, 1},
	[XP_UNARY_F] = {xp_unary_f, 1},
	[XP_LEAST_I] = {xp_least_i, 1},
	[XP_LEAST_U] = {xp_least_u, 1},
	[XP_LEAST_F] = {xp_least_f, 1},
	[XP_LEAST_S] = {xp_least_s, 1},
	[XP_AND] = {xp_and, 0},
	[XP_OR] = {xp_or, 0},
	[XP_NOT] = {xp_not, 1},
	[XP_ISNULL] = {xp_isnull, 0},
	[XP_NULLIF] = {xp_nullif, 0},
	[XP_I_TO_U] = {xp_i_to_u, 1},
	[XP_I_TO_F] = {xp_i_to_f, 1},
	[XP_U_TO_I] = {xp_u_to_i, 1},
	[XP_U_TO_F] = {xp_u_to_f, 1},
	[XP_F_TO_I] = {xp_f_to_i, 1},
	[XP_F_TO_U] = {xp_f_to_u, 1},
	[XP_B_TO_I] = {xp_b_to_i, 1},
	[XP_I_TO_B] = {xp_i_to_b, 1},
	[XP_F_TO_B] = {xp_f_to_b, 1},
	[XP_F_TO_F32] = {xp_f_to_f32, 1},
	[XP_D_TO_F] = {xp_d_to_f, 1},
	[XP_D_TO_I] = {xp_d_to_i, 1},
	[XP_I_TO_D] = {xp_i_to_d, 1},
	[XP_FIT_I32] = {xp_fit_i32, 1},
	[XP_FIT_U32] = {xp_fit_u32, 1},
	[XP_IN_I] = {xp_in_i, 1},
	[XP_IN_U] = {xp_in_u, 1},
	[XP_IN_F] = {xp_in_f, 1},
	[XP_IN_S] = {xp_in_s, 1},
	[XP_TAKE] = {xp_take, 0},
	[XP_TAKE_VALID] = {xp_take_valid, 0},
	[XP_MERGE] = {xp_merge, 0},
	[XP_PUSH] = {xp_push, 0},
	[XP_POP] = {xp_pop, 0},
	[XP_LENGTH] = {xp_length, 1},
	[XP_STARTS] = {xp_starts, 1},
	[XP_ENDS] = {xp_ends, 1},
	[XP_CONTAINS] = {xp_contains, 1},
	[XP_POSITION] = {xp_position, 1},
	[XP_LIKE] = {xp_like_s, 1},
	[XP_HASH_S] = {xp_hash_s, 1},
	[XP_HASH_I] = {xp_hash_i, 1},
	[XP_HASH_F] = {xp_hash_f, 1},
	[XP_HASH_B] = {xp_hash_b, 1},
	[XP_PARSE_I] = {xp_parse_i, 1},
	[XP_PARSE_U] = {xp_parse_u, 1},
	[XP_PARSE_F] = {xp_parse_f, 1},
	[XP_PARSE_B] = {xp_parse_b, 1},
	[XP_PARSE_TS] = {xp_parse_time, 1},
	[XP_CHECK_UTF8] = {xp_check_utf8, 1},
	[XP_LOWER] = {xp_lower, 1},
	[XP_TRIM] = {xp_trim, 1},
	[XP_SUBSTR] = {xp_substr, 1},
	[XP_SPLIT_PART] = {xp_split_part, 1},
	[XP_CONCAT] = {xp_concat, 1},
	[XP_REPLACE] = {xp_replace, 1},
	[XP_PRINT_I] = {xp_print_i, 1},
	[XP_PRINT_U] = {xp_print_u, 1},
	[XP_PRINT_F] = {xp_print_f, 1},
	[XP_PRINT_B] = {xp_print_b, 1},
	[XP_PRINT_TS] = {xp_print_time, 1},
	[XP_PRINT_D] = {xp_print_d, 1},
	[XP_TRUNC_UNIT] = {xp_trunc_unit, 1},
	[XP_TRUNC_SPAN] = {xp_trunc_span, 1},
	[XP_PART] = {xp_part, 1},
	[XP_EPOCH_S] = {xp_epoch_s, 1},
	[XP_FROM_I] = {xp_from_i, 1},
	[XP_FROM_F] = {xp_from_f, 1},
	[XP_STORE] = {xp_store, 0},
	[XP_BITS_CMP] = {xp_bits_cmp, 0},
	[XP_BITS_SAME] = {xp_bits_same, 0},
	[XP_BITS_COL] = {xp_bits_col, 0},
	[XP_BITS_NULL] = {xp_bits_null, 0},
	[XP_BITS_OF] = {xp_bits_of, 0},
	[XP_BITS_AND] = {xp_bits_and, 0},
	[XP_BITS_OR] = {xp_bits_or, 0},
	[XP_FILTER_BITS] = {xp_filter_bits, 0},
	[XP_PICK_BITS] = {xp_pick_bits, 0},
};

static size_t up(size_t bytes)
{
	return (bytes + LINE - 1) & ~(size_t)(LINE - 1);
}

/* Bytes of the vector that a register has of its own. */
static size_t vector_bytes(const struct xp_rdesc *r, uint32_t rows)
{
	static const uint8_t width[] = {1, 8, 8, 8, sizeof(struct tw_view)};

	if (r->place == XP_DIRECT || r->place == XP_OUT)
		return 0;
	if (r->cls == XP_M)
		return TW_BITS_WORDS(rows) * sizeof(uint64_t);
	if (r->place == XP_FIXED && r->cls == XP_S)
		return sizeof(struct tw_view);
	return (size_t)rows * width[r->cls];
}

size_t xp_run_bytes(const struct xp_prog *p, uint32_t rows)
{
	size_t n = up(sizeof(struct xp_run)) + up(p->n_regs * sizeof(struct xp_reg)) + up(rows * 2u) +
		   up((size_t)p->levels * rows * 2u) + up(p->levels * sizeof(struct xp_level)) + up(rows) +
		   up(p->n_picks * sizeof(struct xp_level)) + up((size_t)p->n_picks * rows * 2u);
	uint32_t i;

	for (i = 0; i < p->n_regs; i++)
		n += up(vector_bytes(&p->regs[i], rows)) + (p->regs[i].nullable ? up(rows) : 0);
	return n;
}

static void *cut(char **at, size_t bytes)
{
	char *p = *at;

	*at += up(bytes);
	return p;
}

static void fill_constant(struct xp_reg *r, const struct xp_rdesc *d, uint32_t rows)
{
	uint32_t i;

	if (d->cls == XP_S)
		*(struct tw_view *)r->v = d->view;
	else if (d->cls == XP_B)
		memset(r->v, (int)d->val.i, rows);
	else
		for (i = 0; i < rows; i++)
			((uint64_t *)r->v)[i] = d->val.u;
}

void xp_run_level(struct xp_run *x, enum tw_simd level)
{
	x->kern = (struct xp_simd){tw_compare_kernels(level), tw_select_kernels(level), tw_scan_kernels(level)};
}

struct xp_run *xp_run_init(void *mem, const struct xp_prog *p, uint32_t rows)
{
	char *at = mem;
	struct xp_run *x = cut(&at, sizeof *x);
	uint32_t i;

	x->prog = p;
	x->rows = rows;
	xp_run_level(x, TW_SIMD_BASE);
	x->regs = cut(&at, p->n_regs * sizeof *x->regs);
	x->all = cut(&at, rows * sizeof *x->all);
	x->lists = cut(&at, (size_t)p->levels * rows * sizeof *x->lists);
	x->outer = cut(&at, p->levels * sizeof *x->outer);
	x->failed = cut(&at, rows);
	x->picked = cut(&at, p->n_picks * sizeof *x->picked);
	x->pick_lists = cut(&at, (size_t)p->n_picks * rows * sizeof *x->pick_lists);
	for (i = 0; i < rows; i++)
		x->all[i] = (uint16_t)i;
	for (i = 0; i < p->n_regs; i++) {
		const struct xp_rdesc *d = &p->regs[i];
		struct xp_reg *r = &x->regs[i];

		r->v = cut(&at, vector_bytes(d, rows));
		r->ok = d->nullable ? cut(&at, rows) : NULL;
		r->mask = d->place == XP_FIXED ? 0 : TW_NONE;
		if (d->place == XP_FIXED)
			fill_constant(r, d, rows);
	}
	return x;
}

/* dst is null where an argument is. */
static void merge_nulls(struct xp_run *x, const struct xp_ins *in)
{
	uint8_t *restrict d = xp_ok(x, in->dst);
	uint32_t a, i, seen = 0;

	for (a = 0; a < in->n; a++) {
		const uint8_t *ok = xp_ok(x, in->arg[a]);

		if (!ok)
			continue;
		if (seen++)
			for (i = 0; i < x->n; i++)
				d[i] &= ok[i];
		else
			memcpy(d, ok, x->n);
	}
	if (!seen)
		memset(d, 1, x->n);
}

static void start(struct xp_run *x, struct tw_ctx *ctx, struct tw_batch *b)
{
	const struct xp_prog *p = x->prog;
	uint32_t i;

	x->ctx = ctx;
	x->b = b;
	x->depth = 0;
	x->n = b ? b->n : 1;
	x->sel = b && b->flags & TW_SELECTED ? (struct xp_level){b->sel, b->n_sel} : (struct xp_level){x->all, x->n};
	for (i = 0; i < p->n_picks; i++)
		x->picked[i] = (struct xp_level){x->pick_lists + (size_t)i * x->rows, 0};
	for (i = 0; b && i < p->n_regs; i++)
		if (p->regs[i].place == XP_DIRECT || p->regs[i].place == XP_OUT)
			x->regs[i].v = tw_col(b, p->regs[i].field);
}

/* A row may go to err after it was picked. */
static void unpick_failed(const struct xp_run *x, uint32_t pick)
{
	uint16_t *list = x->pick_lists + (size_t)pick * x->rows;
	uint32_t k, n = 0;

	for (k = 0; k < x->picked[pick].n; k++) {
		list[n] = list[k];
		n += x->failed[list[k]] ^ 1;
	}
	x->picked[pick].n = n;
}

/* Unselect the rows that went to err. */
static void leave_failed(struct xp_run *x)
{
	uint32_t k, n = 0;

	for (k = 0; k < x->prog->n_picks; k++)
		unpick_failed(x, k);

	for (k = 0; k < x->sel.n; k++) {
		uint16_t row = x->sel.sel[k];

		x->b->sel[n] = row;
		n += x->failed[row] ^ 1;
	}
	tw_select(x->b, n);
	memset(x->failed, 0, x->rows);
	x->n_failed = 0;
	x->sel = (struct xp_level){x->b->sel, n};
}

uint32_t xp_run_batch(struct xp_run *x, struct tw_ctx *ctx, struct tw_batch *b)
{
	const struct xp_ins *in = x->prog->ins, *end = in + x->prog->n_ins;

	for (start(x, ctx, b); in < end && (x->sel.n || x->depth); in++) {
		if (ops[in->op].strict && xp_ok(x, in->dst))
			merge_nulls(x, in);
		ops[in->op].run(x, in);
	}
	if (x->n_failed)
		leave_failed(x);
	return x->sel.n;
}
