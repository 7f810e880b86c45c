/* config.c - the expressions of a config made a program; see config.h. [control] */
#include "config.h"

#include <stdlib.h>

uint32_t xp_config_open(struct xp_config *c, struct tw_bind *b)
{
	const struct tw_schema *s = b->in[0];
	uint32_t i;

	c->b = b;
	c->mem.b = b;
	for (i = 0; s && i < s->n && i < XP_COLS_MAX; i++) {
		const struct tw_field *f = s->fields[i];

		c->cols[i] = (struct xp_col){
			.name = f->name, .type = f->type, .scale = f->scale, .nullable = f->nullable, .field = f};
	}
	c->scope = (struct xp_scope){c->cols, i};
	xp_code_init(&c->code, &c->mem, c->cols);
	return i;
}

static void report(struct xp_config *c, const struct tw_conf *v, const struct xp_err *e)
{
	if (e->failed == 1)
		c->b->host->fail(c->b, v, (int)e->at, e->what, e->help[0] ? e->help : NULL);
}

struct xp_node *xp_config_read(struct xp_config *c, const struct tw_conf *v, const char *what)
{
	const char *s = c->b->host->str(v);
	struct xp_err err = {0};
	struct xp_cx cx = {&c->mem, &err, &c->scope};
	struct xp_node *n = xp_parse(&c->mem, s, (uint32_t)strlen(s), &err);

	if (n)
		n = what ? xp_check_bool(&cx, n, what) : xp_check(&cx, n);
	if (n && n->type == 0) {
		xp_fail(&err, n->at, "cast(null as i64)", "a null by itself has no type");
		n = NULL;
	}
	if (!n)
		report(c, v, &err);
	return n;
}

int xp_config_end(struct xp_config *c, struct xp_prog *prog)
{
	if (c->code.is_full)
		c->b->host->fail(c->b, NULL, -1, "the expressions need too many registers",
				 "make two nodes of this one");
	if (c->code.prog.makes_text)
		c->b->host->text(c->b);
	*prog = c->code.prog;
	return tw_bind_end(c->b);
}

struct xp_run *xp_run_create(const struct xp_prog *prog)
{
	size_t bytes = (xp_run_bytes(prog, TW_MAX_ROWS) + 63u) & ~(size_t)63u;
	void *mem = aligned_alloc(64, bytes);
	struct xp_run *x;

	if (!mem)
		return NULL;
	memset(mem, 0, bytes);
	x = xp_run_init(mem, prog, TW_MAX_ROWS);
	xp_run_level(x, tw_simd_level());
	return x;
}
