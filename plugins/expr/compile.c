/* compile.c - walks a checked tree and writes instructions; see compile.h. [control] */
#include "compile.h"

static struct xp_ins instruction(uint32_t op, uint32_t sub, uint16_t dst)
{
	return (struct xp_ins){.op = (uint16_t)op, .sub = (uint16_t)sub, .dst = dst};
}

static void emit1(struct xp_code *c, struct xp_ins in, uint16_t a)
{
	in.n = 1;
	in.arg[0] = a;
	xp_ins_add(c, &in);
}

static void emit2(struct xp_code *c, struct xp_ins in, uint16_t a, uint16_t b)
{
	in.n = 2;
	in.arg[0] = a;
	in.arg[1] = b;
	xp_ins_add(c, &in);
}

static uint16_t emit_call(struct xp_code *c, const struct xp_node *n)
{
	struct xp_ins in = instruction(n->op, n->sub, 0);
	uint32_t i;

	in.aux = n->op == XP_FROM_I || n->op == XP_FROM_F ? n->col : 0;
	in.n = n->n_args;
	for (i = 0; i < n->n_args; i++)
		in.arg[i] = xp_emit(c, n->args[i]);
	in.dst = xp_temp(c, xp_class_of(n->type), n->nullable);
	xp_ins_add(c, &in);
	for (i = 0; i < n->n_args; i++)
		xp_release(c, in.arg[i]);
	if (n->op >= XP_LOWER && n->op <= XP_PRINT_D && n->op != XP_TRIM && n->op != XP_SUBSTR &&
	    n->op != XP_SPLIT_PART)
		c->prog.makes_text = 1;
	return in.dst;
}

static uint16_t emit_in(struct xp_code *c, const struct xp_node *n)
{
	struct xp_ins in = instruction(n->op, 0, 0);

	in.aux = xp_set_add(c, n);
	in.n = 1;
	in.arg[0] = xp_emit(c, n->args[0]);
	in.dst = xp_temp(c, XP_B, n->nullable);
	xp_ins_add(c, &in);
	xp_release(c, in.arg[0]);
	return in.dst;
}

/* n, run only over the rows where the mask is 1 - inverse, if it is worth it. */
static uint16_t emit_under(struct xp_code *c, const struct xp_node *n, uint16_t mask, uint32_t inverse)
{
	uint16_t reg;

	if (!n->costly)
		return xp_emit(c, n);
	emit1(c, instruction(XP_PUSH, inverse, 0), mask);
	c->level++;
	if (c->prog.levels < c->level)
		c->prog.levels = c->level;
	reg = xp_emit(c, n);
	c->level--;
	xp_ins_add(c, &(struct xp_ins){.op = XP_POP});
	return reg;
}

/* What a case holds while it is computed. */
struct choice {
	uint16_t dst;
	uint16_t taken; /* rows that have a value */
	uint16_t mask;  /* rows that get theirs now */
	uint32_t cls;
};

static struct choice choice_begin(struct xp_code *c, const struct xp_node *n)
{
	struct choice ch = {.cls = xp_class_of(n->type)};
	const struct xp_node none = {.kind = XP_CONST, .type = TW_BOOL};
	const struct xp_node null = {.kind = XP_CONST, .type = n->type, .is_null = 1, .nullable = 1};
	uint16_t nothing = xp_constant(c, &none), all_null;

	ch.dst = xp_temp(c, (enum xp_class)ch.cls, n->nullable);
	ch.taken = xp_temp(c, XP_B, 0);
	ch.mask = xp_temp(c, XP_B, 0);
	/* registers are used again: what is in taken must go, and so must be the nulls */
	emit2(c, instruction(XP_AND, 0, ch.taken), nothing, nothing);
	if (n->nullable) {
		all_null = xp_constant(c, &null);
		emit1(c, instruction(XP_ISNULL, 0, ch.mask), all_null);
		emit2(c, instruction(XP_MERGE, ch.cls, ch.dst), all_null, ch.mask);
	}
	return ch;
}

static void choice_take(struct xp_code *c, const struct choice *ch, uint32_t op, uint16_t cond)
{
	emit2(c, instruction(op, 0, ch->mask), cond, ch->taken);
}

static void choice_merge(struct xp_code *c, const struct choice *ch, uint16_t value)
{
	emit2(c, instruction(XP_MERGE, ch->cls, ch->dst), value, ch->mask);
	xp_release(c, value);
}

/* mask: the rows that no branch took. */
static void choice_rest(struct xp_code *c, const struct choice *ch)
{
	emit1(c, instruction(XP_NOT, 0, ch->mask), ch->taken);
}

static uint16_t choice_end(struct xp_code *c, const struct choice *ch)
{
	xp_release(c, ch->mask);
	xp_release(c, ch->taken);
	return ch->dst;
}

static uint16_t emit_case(struct xp_code *c, const struct xp_node *n)
{
	struct choice ch = choice_begin(c, n);
	uint32_t i;
	uint16_t cond;

	for (i = 0; i + 1 < n->n_args; i += 2) {
		cond = i ? emit_under(c, n->args[i], ch.taken, 1) : xp_emit(c, n->args[i]);
		choice_take(c, &ch, XP_TAKE, cond);
		xp_release(c, cond);
		choice_merge(c, &ch, emit_under(c, n->args[i + 1], ch.mask, 0));
	}
	if (n->n_args & 1) {
		choice_rest(c, &ch);
		choice_merge(c, &ch, emit_under(c, n->args[n->n_args - 1], ch.mask, 0));
	}
	return choice_end(c, &ch);
}

static uint16_t emit_coalesce(struct xp_code *c, const struct xp_node *n)
{
	struct choice ch = choice_begin(c, n);
	uint32_t i;
	uint16_t value;

	for (i = 0; i < n->n_args; i++) {
		value = i ? emit_under(c, n->args[i], ch.taken, 1) : xp_emit(c, n->args[i]);
		choice_take(c, &ch, XP_TAKE_VALID, value);
		choice_merge(c, &ch, value);
	}
	return choice_end(c, &ch);
}

uint16_t xp_emit(struct xp_code *c, const struct xp_node *n)
{
	switch (n->kind) {
	case XP_CONST: return xp_constant(c, n);
	case XP_COL: return xp_column(c, n->col);
	case XP_IN: return emit_in(c, n);
	case XP_CASE: return emit_case(c, n);
	default: return n->fn == XP_FN_COALESCE ? emit_coalesce(c, n) : emit_call(c, n);
	}
}

/* Computed where it lies in the column, if the column's values are those of a register:
 * the instructions since `from` get another register for reg. */
static uint16_t move_out(struct xp_code *c, uint16_t reg, uint32_t from, const struct tw_field *f)
{
	const struct xp_rdesc *d = &c->prog.regs[reg];
	struct xp_rdesc out = {.cls = d->cls, .place = XP_OUT, .nullable = d->nullable, .pinned = 1, .field = f};
	uint16_t to;
	uint32_t i, k;

	if (d->place != XP_TEMP || d->pinned || f->type == TW_BOOL || tw_type_width(f->type) == 4)
		return reg;
	to = xp_reg_new(c, &out);
	for (i = from; i < c->prog.n_ins; i++) {
		struct xp_ins *in = &c->prog.ins[i];

		in->dst = in->dst == reg ? to : in->dst;
		for (k = 0; k < in->n; k++)
			in->arg[k] = in->arg[k] == reg ? to : in->arg[k];
	}
	xp_release(c, reg);
	return to;
}

uint16_t xp_emit_set(struct xp_code *c, const struct xp_node *n, const struct tw_field *f)
{
	uint32_t from = c->prog.n_ins, cap = c->cap_stores;
	uint16_t reg = xp_emit(c, n);
	struct xp_ins in = instruction(XP_STORE, 0, 0);
	const struct tw_field **more;

	if (f) {
		reg = move_out(c, reg, from, f);
		if (c->prog.n_stores == cap) {
			c->cap_stores = cap ? cap * 2 : 8;
			more = xp_alloc(c->mem, c->cap_stores * sizeof *more);
			if (cap)
				memcpy(more, c->prog.stores, cap * sizeof *more);
			c->prog.stores = more;
		}
		c->prog.stores[c->prog.n_stores] = f;
		in.aux = c->prog.n_stores++;
		emit1(c, in, reg);
		c->prog.makes_text |= (uint8_t)tw_type_is_text(f->type);
	}
	c->prog.regs[reg].pinned = 1;
	return reg;
}
