/* null_out.c - a sink that counts the rows it gets and lets them go. */
#include <thalweg/plugin.h>

static int create(struct tw_ctx *ctx, const void *plan, void **op)
{
	(void)plan;
	*op = (void *)(uintptr_t)(ctx->host->counter(ctx, "rows") + 1u); /* all it has to know */
	return 0;
}

static void destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx, (void)op;
}

static int process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	(void)port;
	ctx->host->count(ctx, (uint32_t)(uintptr_t)op - 1u, b->n_sel);
	return tw_drop(ctx, b);
}

static const char *const in[] = {"in", NULL};
static const struct tw_kind kind = {"null_out",
				    "1.0.0",
				    "Counts rows and drops them.",
				    .in = in,
				    .flags = TW_STATELESS,
				    .create = create,
				    .destroy = destroy,
				    .process = process};
static const struct tw_kind *const kinds[] = {&kind, NULL};
const struct tw_plugin tw_plugin = {TW_ABI, "null_out", "1.0.0", kinds};
