/* table_out.c - a sink that shows rows as a table, on a terminal a live one. */
#include "table_out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void destroy(struct tw_ctx *ctx, void *op)
{
	struct table *t = op;

	(void)ctx;
	store_free(&t->store);
	screen_free(&t->screen);
	free(t->shot.rows);
	free(t->order);
	free(t);
}

static int create(struct tw_ctx *ctx, const void *plan, void **op)
{
	const struct conf *c = plan;
	struct table *t = calloc(1, sizeof *t);

	if (!t)
		return ctx->host->fail(ctx, -ENOMEM, "out of memory");
	t->conf = c;
	t->timer = ctx->host->extension(ctx, TW_EXT_TIMER);
	t->io = ctx->host->extension(ctx, TW_EXT_IO);
	t->shot.rows = calloc(c->top, c->row_bytes);
	t->order = calloc(c->top + 1, sizeof *t->order);
	if (!t->shot.rows || !t->order || store_init(&t->store, c) < 0 || screen_init(&t->screen, c) < 0) {
		destroy(ctx, t);
		return ctx->host->fail(ctx, -ENOMEM, "out of memory");
	}
	t->every_ns = t->screen.is_tty ? c->every_ns : c->plain_ns;
	t->drawn_at = INT64_MIN / 2;
	*op = t;
	return 0;
}

static int fail(struct tw_ctx *ctx, int err)
{
	char why[200];

	if (err == -EPIPE)
		return ctx->host->fail(ctx, err, "who read standard output has gone");
	snprintf(why, sizeof why, "cannot write standard output: %s", strerror(-err));
	return ctx->host->fail(ctx, err, why);
}

/* [io] */
static int64_t run_draw(struct tw_io *req)
{
	struct table *t = req->user;

	return draw(&t->screen, t->conf, &t->shot);
}

static void show(struct tw_ctx *ctx, struct table *t, bool is_last)
{
	pick(&t->store, t->order, &t->shot);
	t->shot.n_rows = t->n_rows;
	t->shot.is_last = is_last;
	t->draw.run = run_draw;
	t->draw.user = t;
	t->io->submit(ctx, &t->draw);
}

/* A table that has changed is drawn, but not too soon after the one before. */
static void arm(struct tw_ctx *ctx, struct table *t)
{
	const int64_t now = ctx->host->now(ctx), due = t->drawn_at + t->every_ns;

	if (t->is_armed || !t->every_ns)
		return;
	t->is_armed = true;
	t->timer->arm(ctx, due > now ? due : now);
}

static int process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *in)
{
	struct table *t = op;

	(void)port;
	if (!t->draw.busy && t->draw.result < 0)
		return fail(ctx, (int)t->draw.result);
	store_rows(&t->store, in);
	t->n_rows += in->n_sel;
	arm(ctx, t);
	return tw_drop(ctx, in);
}

static int on_timer(struct tw_ctx *ctx, void *op, int64_t now_ns)
{
	struct table *t = op;

	t->is_armed = false;
	t->drawn_at = now_ns;
	if (t->draw.busy) { /* a slow terminal: try again later */
		arm(ctx, t);
		return TW_DONE;
	}
	if (t->draw.result < 0)
		return fail(ctx, (int)t->draw.result);
	show(ctx, t, false);
	return TW_DONE;
}

static int finish(struct tw_ctx *ctx, void *op)
{
	struct table *t = op;

	if (t->draw.busy)
		return TW_WAIT;
	if (t->draw.result < 0)
		return fail(ctx, (int)t->draw.result);
	if (t->is_ending)
		return TW_DONE;
	t->is_ending = true;
	show(ctx, t, true);
	return TW_WAIT;
}

static const void *extension(const char *id)
{
	static const struct tw_timer timer = {.on_timer = on_timer};
	static const struct tw_finish end = {.finish = finish};

	if (strcmp(id, TW_EXT_TIMER) == 0)
		return &timer;
	return strcmp(id, TW_EXT_FINISH) == 0 ? &end : NULL;
}

static const char config[] =
	"{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"
	"\"by\": {\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"string\"},"
	" \"description\": \"columns that make the key: one line a key, with its latest row\"},"
	"\"columns\": {\"type\": \"array\", \"minItems\": 1, \"maxItems\": 250, \"items\": {\"type\": \"string\"},"
	" \"description\": \"what is shown, in this order; all if not given\"},"
	"\"sort\": {\"type\": \"string\", \"minLength\": 1,"
	" \"description\": \"the column to sort by; -NAME: the greatest first\"},"
	"\"top\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000, \"default\": 20,"
	" \"description\": \"lines shown at most\"},"
	"\"keys\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000000, \"default\": 4096,"
	" \"description\": \"keys kept in memory at most\"},"
	"\"every\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"minimum\": 10000000,"
	" \"default\": \"200ms\", \"description\": \"on a terminal: the least time between two pictures\"},"
	"\"plain_every\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"minimum\": 10000000,"
	" \"description\": \"elsewhere: the same; if not given the table is printed at the end\"},"
	"\"width\": {\"type\": \"integer\", \"minimum\": 4, \"maximum\": 200, \"default\": 32,"
	" \"description\": \"columns of the terminal that a text takes at most\"},"
	"\"thousands\": {\"enum\": [\",\", \" \", \"'\", \"_\", \"\"], \"default\": \",\","
	" \"description\": \"stands between each three digits\"}}}";

static const char *const inputs[] = {"in", NULL};

static const struct tw_kind kind = {
	.id = "table_out",
	.version = "1.0.0",
	.help = "Shows rows as a table, on a terminal a live one.",
	.config = config,
	.in = inputs,
	.bind = table_bind,
	.create = create,
	.destroy = destroy,
	.process = process,
	.extension = extension,
};

static const struct tw_kind *const kinds[] = {&kind, NULL};

const struct tw_plugin tw_plugin = {TW_ABI, "table_out", "1.0.0", kinds};
