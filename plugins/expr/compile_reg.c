/* compile_reg.c - registers, constants and columns of a program; see compile.h. [control] */
#include "compile.h"
#include "kern.h"

#include <stdlib.h>

#define NONE UINT16_MAX
#define FEW_TEXTS 8u

void xp_code_init(struct xp_code *c, struct xp_mem *mem, struct xp_col *cols)
{
	*c = (struct xp_code){.mem = mem, .cols = cols};
	memset(c->free, 0xff, sizeof c->free);
}

/* An array with room for one more item of n. */
static void *grow(struct xp_code *c, void *array, uint32_t n, uint32_t *cap, size_t bytes)
{
	void *more;

	if (n < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 16;
	more = xp_alloc(c->mem, *cap * bytes);
	if (n)
		memcpy(more, array, n * bytes);
	return more;
}

void xp_ins_add(struct xp_code *c, const struct xp_ins *in)
{
	c->prog.ins = grow(c, c->prog.ins, c->prog.n_ins, &c->cap_ins, sizeof *in);
	c->prog.ins[c->prog.n_ins++] = *in;
}

/* Past the limit the program is thrown away, so it does not matter which is given. */
uint16_t xp_reg_new(struct xp_code *c, const struct xp_rdesc *d)
{
	if (c->prog.n_regs == XP_REGS_MAX) {
		c->is_full = 1;
		return 0;
	}
	c->prog.regs = grow(c, c->prog.regs, c->prog.n_regs, &c->cap_regs, sizeof *d);
	c->prog.regs[c->prog.n_regs] = *d;
	return (uint16_t)c->prog.n_regs++;
}

uint16_t xp_temp(struct xp_code *c, enum xp_class cls, int nullable)
{
	struct xp_rdesc d = {.cls = (uint8_t)cls, .place = XP_TEMP, .nullable = (uint8_t)nullable};
	uint16_t *first = &c->free[cls][nullable], reg = *first;

	if (reg == NONE)
		return xp_reg_new(c, &d);
	*first = c->prog.regs[reg].next_free;
	return reg;
}

void xp_release(struct xp_code *c, uint16_t reg)
{
	struct xp_rdesc *d = &c->prog.regs[reg];

	if (d->place != XP_TEMP || d->pinned || c->is_full)
		return;
	d->next_free = c->free[d->cls][d->nullable];
	c->free[d->cls][d->nullable] = reg;
}

/* A view of constant bytes, which go into the blob. */
static struct tw_view blob_view(struct xp_code *c, struct xp_text t)
{
	struct tw_view v;
	char *more;

	tw_view_set(&v, XP_BUF_CONST, c->prog.blob_len, t.p, t.len);
	if (t.len <= TW_VIEW_INLINE)
		return v;
	if (c->prog.blob_len + t.len > c->cap_blob) {
		c->cap_blob = (c->prog.blob_len + t.len) * 2;
		more = xp_alloc(c->mem, c->cap_blob);
		if (c->prog.blob_len)
			memcpy(more, c->prog.blob, c->prog.blob_len);
		c->prog.blob = more;
	}
	memcpy(c->prog.blob + c->prog.blob_len, t.p, t.len);
	c->prog.blob_len += t.len;
	return v;
}

uint16_t xp_constant(struct xp_code *c, const struct xp_node *n)
{
	struct xp_rdesc d = {
		.cls = (uint8_t)xp_class_of(n->type), .place = XP_FIXED, .nullable = n->is_null, .pinned = 1};
	uint32_t i;

	if (d.cls != XP_S && !n->is_null)
		d.val.u = n->v.u;
	for (i = 0; i < c->prog.n_regs && (d.cls != XP_S || n->is_null); i++) {
		const struct xp_rdesc *o = &c->prog.regs[i];

		if (o->place == XP_FIXED && o->cls == d.cls && o->nullable == d.nullable && o->val.u == d.val.u)
			return (uint16_t)i;
	}
	if (d.cls == XP_S && !n->is_null)
		d.view = blob_view(c, n->v.text);
	return xp_reg_new(c, &d);
}

uint16_t xp_column(struct xp_code *c, uint32_t col)
{
	static const uint16_t loads[] = {
		[TW_BOOL] = XP_LOAD_BITS, [TW_I32] = XP_LOAD_I32,         [TW_I64] = XP_LOAD_NULLS,
		[TW_U32] = XP_LOAD_U32,   [TW_U64] = XP_LOAD_NULLS,       [TW_F32] = XP_LOAD_F32,
		[TW_F64] = XP_LOAD_NULLS, [TW_TIMESTAMP] = XP_LOAD_NULLS, [TW_DECIMAL] = XP_LOAD_NULLS,
		[TW_STR] = XP_LOAD_NULLS, [TW_BYTES] = XP_LOAD_NULLS,     [TW_FIXED] = XP_LOAD_FIXED,
	};
	struct xp_col *k = &c->cols[col];
	struct xp_rdesc d = {
		.cls = (uint8_t)xp_class_of(k->type), .nullable = k->nullable, .pinned = 1, .field = k->field};
	struct xp_ins in = {.op = loads[k->type]};

	if (k->is_loaded)
		return k->reg;
	d.place = in.op == XP_LOAD_NULLS ? XP_DIRECT : XP_TEMP;
	k->reg = in.dst = xp_reg_new(c, &d);
	k->is_loaded = 1;
	if (d.place == XP_TEMP || d.nullable)
		xp_ins_add(c, &in);
	return k->reg;
}

static int by_i(const void *a, const void *b)
{
	const union xp_val *p = a, *q = b;

	return (p->i > q->i) - (p->i < q->i);
}

static int by_u(const void *a, const void *b)
{
	const union xp_val *p = a, *q = b;

	return (p->u > q->u) - (p->u < q->u);
}

static int by_f(const void *a, const void *b)
{
	const union xp_val *p = a, *q = b;

	return (p->f > q->f) - (p->f < q->f);
}

/* At most half full, so that a search that finds nothing ends soon. */
static void hash_texts(struct xp_code *c, struct xp_set *s, const struct xp_text *texts)
{
	uint32_t i, at;

	if (s->n <= FEW_TEXTS)
		return;
	for (s->mask = 15; s->mask < s->n * 2; s->mask = s->mask * 2 + 1)
		;
	s->table = xp_alloc(c->mem, (s->mask + 1) * sizeof *s->table);
	for (i = 0; i < s->n; i++) {
		at = (uint32_t)xp_hash_text(texts[i].p, texts[i].len) & s->mask;
		while (s->table[at])
			at = (at + 1) & s->mask;
		s->table[at] = (uint16_t)(i + 1);
	}
}

/* The items are constants of the type of args[0]. A NaN is equal to nothing. */
uint32_t xp_set_add(struct xp_code *c, const struct xp_node *n)
{
	enum xp_class cls = xp_class_of(n->args[0]->type);
	struct xp_text *texts = xp_alloc(c->mem, n->n_args * sizeof *texts);
	struct xp_set s = {0};
	uint32_t i;

	s.vals = xp_alloc(c->mem, n->n_args * sizeof *s.vals);
	s.views = xp_alloc(c->mem, n->n_args * sizeof *s.views);
	for (i = 1; i < n->n_args; i++) {
		const struct xp_node *a = n->args[i];

		s.has_null |= a->is_null;
		if (a->is_null || (cls == XP_F && a->v.f != a->v.f))
			continue;
		if (cls == XP_S) {
			texts[s.n] = a->v.text;
			s.views[s.n] = blob_view(c, a->v.text);
		} else {
			s.vals[s.n].u = a->v.u;
		}
		s.n++;
	}
	if (cls == XP_S)
		hash_texts(c, &s, texts);
	else
		qsort(s.vals, s.n, sizeof *s.vals, cls == XP_F ? by_f : cls == XP_U ? by_u : by_i);
	c->prog.sets = grow(c, c->prog.sets, c->prog.n_sets, &c->cap_sets, sizeof s);
	c->prog.sets[c->prog.n_sets] = s;
	return c->prog.n_sets++;
}
