/* kern_col.c - columns loaded and stored; see prog.h. [worker] */
#include "kern.h"

#define ONES 0x0101010101010101ull

/* n bits as bytes of 0 and 1, in eights: a vector has room for a multiple of 8. */
static void spread(uint8_t *restrict to, const uint8_t *restrict bits, uint32_t n)
{
	uint32_t i;

	for (i = 0; i * 8 < n; i++) {
		uint64_t w = (bits[i] * ONES) & 0x8040201008040201ull; /* byte k keeps bit k only */

		w = ((w + 0x7f7f7f7f7f7f7f7full) >> 7) & ONES;
		memcpy(to + (size_t)i * 8, &w, 8);
	}
}

static void pack(uint8_t *restrict bits, const uint8_t *restrict from, uint32_t n)
{
	uint32_t i;

	for (i = 0; i * 8 < n; i++) {
		uint64_t w;

		memcpy(&w, from + (size_t)i * 8, 8);
		bits[i] = (uint8_t)((w * 0x0102040810204080ull) >> 56);
	}
}

static const void *column(const struct xp_run *x, const struct xp_ins *in)
{
	return tw_col(x->b, x->prog->regs[in->dst].field);
}

void xp_load_nulls(struct xp_run *x, const struct xp_ins *in)
{
	const struct tw_field *f = x->prog->regs[in->dst].field;

	if (f->nullable)
		spread(xp_ok(x, in->dst), tw_nulls(x->b, f), x->n);
}

void xp_load_bits(struct xp_run *x, const struct xp_ins *in)
{
	spread(xp_b(x, in->dst), column(x, in), x->n);
	xp_load_nulls(x, in);
}

void xp_load_i32(struct xp_run *x, const struct xp_ins *in)
{
	const int32_t *a = column(x, in);
	int64_t *restrict d = xp_i(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = a[i];
	xp_load_nulls(x, in);
}

void xp_load_u32(struct xp_run *x, const struct xp_ins *in)
{
	const uint32_t *a = column(x, in);
	uint64_t *restrict d = xp_u(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = a[i];
	xp_load_nulls(x, in);
}

void xp_load_f32(struct xp_run *x, const struct xp_ins *in)
{
	const float *a = column(x, in);
	double *restrict d = xp_f(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = (double)a[i];
	xp_load_nulls(x, in);
}

/* Views onto the column itself. */
void xp_load_fixed(struct xp_run *x, const struct xp_ins *in)
{
	const struct tw_field *f = x->prog->regs[in->dst].field;
	const char *a = column(x, in);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		tw_view_set(xp_s(x, in->dst, i), XP_BUF_BODY, f->val_off[x->b->cls] + i * f->width,
			    a + (size_t)i * f->width, f->width);
	xp_load_nulls(x, in);
}

void xp_now(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t now = x->ctx->host->now(x->ctx);
	int64_t *d = xp_i(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = now;
}

/* A view may go into a column if its bytes are inline or in the batch's buffers; other
 * bytes are copied, those of a constant once for all rows in sequence. */
static void store_text(struct xp_run *x, uint32_t reg, struct tw_view *d)
{
	const uint8_t *ok = xp_ok(x, reg);
	struct tw_view last = {0}, copy = {0};
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t row = x->sel.sel[k];
		const struct tw_view v = ok && !ok[row] ? (struct tw_view){0} : *xp_s(x, reg, row);

		d[row] = v;
		if (v.len <= TW_VIEW_INLINE || v.u.ref.buf < TW_BATCH_BUFS)
			continue;
		if (v.len != last.len || v.u.ref.buf != last.u.ref.buf || v.u.ref.off != last.u.ref.off) {
			last = v;
			if (tw_text_put(x->ctx, x->b, &copy, xp_ptr(x, &v), v.len) < 0) {
				xp_no_room(x, row);
				last = copy = (struct tw_view){0};
			}
		}
		d[row] = copy;
	}
}

void xp_store(struct xp_run *x, const struct xp_ins *in)
{
	const struct tw_field *f = x->prog->stores[in->aux];
	const uint32_t reg = in->arg[0];
	void *to = tw_col(x->b, f);
	uint32_t i;

	switch (f->type) {
	case TW_BOOL: pack(to, xp_b(x, reg), x->n); break;
	case TW_I32:
		for (i = 0; i < x->n; i++)
			((int32_t *)to)[i] = (int32_t)xp_i(x, reg)[i];
		break;
	case TW_U32:
		for (i = 0; i < x->n; i++)
			((uint32_t *)to)[i] = (uint32_t)xp_u(x, reg)[i];
		break;
	case TW_F32:
		for (i = 0; i < x->n; i++)
			((float *)to)[i] = (float)xp_f(x, reg)[i];
		break;
	case TW_STR:
	case TW_BYTES: store_text(x, reg, to); break;
	default:
		if (to != x->regs[reg].v)
			memcpy(to, x->regs[reg].v, (size_t)x->n * 8);
		break;
	}
	if (!f->nullable)
		return;
	if (xp_ok(x, reg))
		pack(tw_nulls(x->b, f), xp_ok(x, reg), x->n);
	else
		memset(tw_nulls(x->b, f), 0xff, (x->n + 7u) / 8u);
}
