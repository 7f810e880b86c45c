/* fold.c - constant expressions are run once, by the same kernels as rows. [control] */
#include "compile.h"

#define ROWS 8u

struct xp_node *xp_fold(struct xp_cx *cx, struct xp_node *n)
{
	struct xp_node *k = xp_alloc(cx->mem, sizeof *k);
	struct xp_code c;
	struct xp_run *x;
	uint16_t reg;

	xp_code_init(&c, cx->mem, NULL);
	reg = xp_emit(&c, n);
	x = xp_run_init(xp_alloc(cx->mem, xp_run_bytes(&c.prog, ROWS)), &c.prog, ROWS);
	xp_run_batch(x, NULL, NULL);
	*k = (struct xp_node){.kind = XP_CONST, .type = n->type, .scale = n->scale, .checked = 1, .at = n->at};
	k->is_null = k->nullable = x->regs[reg].ok && !x->regs[reg].ok[0];
	if (k->is_null)
		return k;
	if (xp_class_of(n->type) == XP_B)
		k->v.i = *(const uint8_t *)x->regs[reg].v;
	else
		memcpy(&k->v, x->regs[reg].v, 8);
	return k;
}
