/*
 * gen.c - a source of records made by rule: the kind and its clock.
 *
 * Open loop: with a rate, row i is due at start + i / rate whatever happens
 * downstream, and its batch says so as its origin. A latency measured from there
 * contains the time that rows waited to be made.
 */
#include "gen.h"

#include <errno.h>
#include <stdlib.h>

struct gen {
	const struct conf *conf;
	const struct tw_timer_host *timer;
	uint64_t row;
	struct clock clock;
};

static int create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct gen *g = calloc(1, sizeof *g);

	if (!g)
		return ctx->host->fail(ctx, -ENOMEM, "out of memory");
	g->conf = plan;
	g->clock.rate = g->conf->rate;
	g->timer = ctx->host->extension(ctx, TW_EXT_TIMER);
	*op = g;
	return 0;
}

static void destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(op);
}

/* How many rows from the present one on are to be made now, at most a full batch. */
static uint32_t rows_due(struct gen *g, int64_t now)
{
	const uint64_t left = g->conf->count ? g->conf->count - g->row : TW_MAX_ROWS;
	const uint32_t most = left < TW_MAX_ROWS ? (uint32_t)left : TW_MAX_ROWS;
	uint32_t n = 0, step;

	if (g->clock.rate == 0 || g->clock.start_ns == 0)
		g->clock.start_ns = now;
	if (g->clock.rate == 0 || most == 0)
		return most;
	for (step = TW_MAX_ROWS; step > 0; step /= 2) /* due times ascend */
		if (n + step <= most && due_ns(&g->clock, g->row + n + step - 1) <= now)
			n += step;
	return n;
}

static bool emit(struct tw_ctx *ctx, struct gen *g, uint32_t rows)
{
	struct tw_batch *b = tw_batch_new(ctx, 0, rows);
	uint32_t n;

	if (!b)
		return false;
	n = rows < TW_CLASS_ROWS(b->cls) ? rows : TW_CLASS_ROWS(b->cls);
	n = fill_columns(ctx, g->conf, &g->clock, b, g->row, n);
	b->origin_ns = due_ns(&g->clock, g->row);
	tw_fill(b, n);
	g->row += n;
	if (n)
		tw_emit(ctx, 0, b);
	else
		tw_drop(ctx, b);
	return n > 0;
}

static int poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct gen *g = op;
	const int64_t now = ctx->host->now(ctx);

	for (;; budget--) {
		const uint32_t n = rows_due(g, now);

		if (g->conf->count && g->row == g->conf->count)
			return TW_EOS;
		if (n == 0) {
			g->timer->arm(ctx, due_ns(&g->clock, g->row));
			return TW_WAIT;
		}
		if (budget == 0 || !emit(ctx, g, n))
			return TW_DONE;
	}
}

static const void *extension(const char *id)
{
	static const struct tw_source source = {.poll = poll};

	return strcmp(id, TW_EXT_SOURCE) == 0 ? &source : NULL;
}

static const char config[] =
	"{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"fields\"], \"properties\": {"
	"\"count\": {\"type\": \"integer\", \"minimum\": 0, \"default\": 0, \"description\": \"records; 0: no end\"},"
	"\"rate\": {\"type\": \"number\", \"minimum\": 0, \"maximum\": 1000000000, \"default\": 0,"
	" \"description\": \"records a second; 0: as fast as possible\"},"
	"\"seed\": {\"type\": \"integer\", \"default\": 1, \"description\": \"other values for another seed\"},"
	"\"ndjson\": {\"type\": \"boolean\", \"default\": false,"
	" \"description\": \"one column, line, with the record as JSON\"},"
	"\"fields\": {\"type\": \"object\", \"minProperties\": 1, \"description\": \"columns by name\","
	" \"additionalProperties\": {\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"gen\"],"
	" \"properties\": {"
	"\"gen\": {\"enum\": [\"seq\", \"uniform\", \"normal\", \"zipf\", \"choice\", \"const\", \"time\", \"hex\", "
	"\"text\", \"due\"],"
	" \"description\": \"how values are made\"},"
	"\"type\": {\"enum\": [\"bool\", \"i32\", \"i64\", \"u32\", \"u64\", \"f32\", \"f64\", \"timestamp\", "
	"\"decimal\","
	" \"str\", \"bytes\"], \"description\": \"the column's type; what suits gen if not given\"},"
	"\"scale\": {\"type\": \"integer\", \"minimum\": 0, \"maximum\": 15, \"description\": \"of a decimal; 2 if not "
	"given\"},"
	"\"null\": {\"type\": \"number\", \"minimum\": 0, \"maximum\": 1, \"description\": \"share of nulls\"},"
	"\"start\": {\"type\": [\"number\", \"string\"], \"description\": \"seq, time: the first value\"},"
	"\"step\": {\"type\": [\"number\", \"string\"], \"description\": \"seq, time: from row to row\"},"
	"\"jitter\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\","
	" \"description\": \"time: up to so much before or after\"},"
	"\"min\": {\"type\": \"number\", \"description\": \"uniform: the least value; text: the least length\"},"
	"\"max\": {\"type\": \"number\", \"description\": \"uniform: the greatest value; text: the greatest length\"},"
	"\"mean\": {\"type\": \"number\", \"description\": \"normal\"},"
	"\"stddev\": {\"type\": \"number\", \"minimum\": 0, \"description\": \"normal: standard deviation\"},"
	"\"n\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 4294967295,"
	" \"description\": \"zipf, hex, text: number of different values\"},"
	"\"values\": {\"type\": \"array\", \"minItems\": 1, \"items\": {}, \"description\": \"choice: one of these\"},"
	"\"value\": {\"description\": \"const: this\"},"
	"\"prefix\": {\"type\": \"string\", \"description\": \"of a text: what stands before the generated part\"},"
	"\"alphabet\": {\"type\": \"string\", \"minLength\": 1, \"description\": \"text: characters to take, each as "
	"often\"},"
	"\"length\": {\"type\": \"integer\", \"minimum\": 0, \"maximum\": 4096, \"description\": \"hex, text: "
	"characters\"}"
	"}}}}}";

static const char *const outputs[] = {"out", NULL};

static const struct tw_kind kind = {
	.id = "gen",
	.version = "1.0.0",
	.help = "Makes records by rule, as fast as possible or at a rate.",
	.config = config,
	.out = outputs,
	.max_out = MAX_OUT,
	.bind = gen_bind,
	.create = create,
	.destroy = destroy,
	.extension = extension,
};

static const struct tw_kind *const kinds[] = {&kind, NULL};

const struct tw_plugin tw_plugin = {TW_ABI, "gen", "1.0.0", kinds};
