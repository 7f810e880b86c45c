/*
 * expr.c - the operator "expr": rows filtered, columns computed and left out.
 *
 * bind() makes one program of all expressions: where, then a filter, then the
 * columns of set with a store each, then having and its filter. process() runs
 * it over a batch, which is passed on with a narrower selection. Nothing is
 * allocated there: the vectors belong to the instance.
 */
#include "config.h"
#include "route.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct plan {
	struct xp_prog prog;
};

/* A bind under way. */
struct binding {
	struct xp_config c;
	const struct tw_conf *keep, *drop;
};

static const char config_schema[] =
	"{\"type\":\"object\",\"additionalProperties\":false,\"minProperties\":1,\"properties\":{"
	"\"where\":{\"type\":\"string\",\"description\":\"A bool over the columns that come in; other rows go.\"},"
	"\"set\":{\"type\":\"object\",\"minProperties\":1,\"additionalProperties\":{\"type\":\"string\"},"
	"\"description\":\"Columns to compute: name and expression, in this order.\"},"
	"\"having\":{\"type\":\"string\",\"description\":\"A bool that sees the computed columns too.\"},"
	"\"keep\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"string\"},"
	"\"description\":\"Only these columns remain.\"},"
	"\"drop\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"string\"},"
	"\"description\":\"These columns do not remain.\"}}}";

static int is_listed(const struct tw_bind *b, const struct tw_conf *list, const char *name)
{
	uint32_t i;

	for (i = 0; list && i < b->host->len(list); i++)
		if (strcmp(b->host->str(b->host->at(list, i, NULL)), name) == 0)
			return 1;
	return 0;
}

static int remains(const struct binding *g, const char *name)
{
	if (g->keep)
		return is_listed(g->c.b, g->keep, name);
	return !is_listed(g->c.b, g->drop, name);
}

static void bind_filter(struct binding *g, const char *key)
{
	const struct tw_conf *v = g->c.b->host->get(g->c.b->config, key);
	struct xp_node *n = v ? xp_config_read(&g->c, v, key) : NULL;

	if (n)
		xp_emit_filter(&g->c.code, n);
}

/* The column that is called so now, or NULL. */
static struct xp_col *find_col(struct binding *g, const char *name)
{
	uint32_t i;

	for (i = g->c.scope.n; i > 0; i--)
		if (strcmp(g->c.cols[i - 1].name, name) == 0)
			return &g->c.cols[i - 1];
	return NULL;
}

static void bind_column(struct binding *g, const char *name, const struct tw_conf *v)
{
	struct xp_col *old = find_col(g, name), *col;
	const struct tw_field *f = NULL;
	struct xp_node *n = xp_config_read(&g->c, v, NULL);
	uint32_t type;

	if (g->c.scope.n == XP_COLS_MAX) {
		g->c.b->host->fail(g->c.b, v, -1, "too many columns", NULL);
		return;
	}
	col = &g->c.cols[g->c.scope.n++];
	*col = (struct xp_col){.name = name, .is_bad = 1};
	if (!n)
		return;
	if (old && old->field)
		g->c.b->host->leave_out(g->c.b, 0, old->field);
	type = n->type == TW_FIXED ? TW_BYTES : n->type;
	if (remains(g, name))
		f = g->c.b->host->add(g->c.b, 0, v, name, type, n->nullable, type == TW_DECIMAL ? n->scale : 0);
	*col = (struct xp_col){.name = name, .type = (uint8_t)type, .scale = n->scale, .nullable = n->nullable};
	col->reg = xp_emit_set(&g->c.code, n, f);
	col->is_loaded = 1;
}

static void bind_set(struct binding *g)
{
	const struct tw_conf *set = g->c.b->host->get(g->c.b->config, "set"), *v;
	const char *name;
	uint32_t i;

	for (i = 0; set && i < g->c.b->host->len(set); i++) {
		v = g->c.b->host->at(set, i, &name);
		if (name[0] == 0)
			g->c.b->host->fail(g->c.b, v, -1, "a column needs a name", NULL);
		else
			bind_column(g, name, v);
	}
}

/* Each name of keep or drop must be a column's. */
static void check_names(struct binding *g, const struct tw_conf *list)
{
	const char *known[XP_COLS_MAX];
	char what[140], help[200];
	uint32_t i, k;

	for (k = 0; k < g->c.scope.n; k++)
		known[k] = g->c.cols[k].name;
	for (i = 0; list && i < g->c.b->host->len(list); i++) {
		const struct tw_conf *v = g->c.b->host->at(list, i, NULL);
		const char *name = g->c.b->host->str(v);

		if (find_col(g, name))
			continue;
		snprintf(what, sizeof what, "there is no column \"%.80s\"", name);
		g->c.b->host->fail(g->c.b, v, -1, what, xp_guess(help, sizeof help, name, known, k));
	}
}

static void bind_rest(struct binding *g, uint32_t n_in)
{
	uint32_t i;

	check_names(g, g->keep);
	check_names(g, g->drop);
	for (i = 0; i < n_in; i++)
		if (!remains(g, g->c.cols[i].name) && find_col(g, g->c.cols[i].name) == &g->c.cols[i])
			g->c.b->host->leave_out(g->c.b, 0, g->c.cols[i].field);
}

static int bind(struct tw_bind *b)
{
	struct binding *g = b->host->alloc(b, sizeof *g);
	struct plan *plan = tw_bind_plan(b, sizeof *plan);
	uint32_t n_in;

	g->keep = b->host->get(b->config, "keep");
	g->drop = b->host->get(b->config, "drop");
	if (b->host->len(b->config) == 0)
		return b->host->fail(b, NULL, -1, "the config is empty: there is nothing to do",
				     "give where, set, having, keep or drop");
	if (g->keep && g->drop)
		b->host->fail(b, g->drop, -1, "keep and drop exclude each other", "keep names all that remain");
	n_in = xp_config_open(&g->c, b);
	bind_filter(g, "where");
	bind_set(g);
	bind_filter(g, "having");
	bind_rest(g, n_in);
	return xp_config_end(&g->c, &plan->prog);
}

static int create(struct tw_ctx *ctx, const void *plan, void **op)
{
	*op = xp_run_create(&((const struct plan *)plan)->prog);
	return *op ? 0 : ctx->host->fail(ctx, -ENOMEM, "out of memory");
}

/* The instance starts its own block of memory. */
static void destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(op);
}

static int process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *in)
{
	(void)port;
	if (!in)
		return TW_DONE;
	return xp_run_batch(op, ctx, in) ? tw_emit(ctx, 0, in) : tw_drop(ctx, in);
}

static const char *const ins[] = {"in", NULL}, *const outs[] = {"out", NULL};

static const struct tw_kind expr = {
	.id = "expr",
	.version = "1.0.0",
	.help = "Filters rows, computes columns and leaves columns out, by expressions.",
	.config = config_schema,
	.in = ins,
	.out = outs,
	.flags = TW_STATELESS,
	.max_out = 1,
	.bind = bind,
	.create = create,
	.destroy = destroy,
	.process = process,
};

static const struct tw_kind *const kinds[] = {&expr, &xp_route, NULL};

TW_EXPORT const struct tw_plugin tw_plugin = {TW_ABI, "expr", "1.0.0", kinds};
