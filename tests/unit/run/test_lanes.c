/*
 * Nodes that run in parallel: all rows arrive once and in the order in which they
 * were sent, whatever instances do: sleep, drop batches, keep few rows, go on later.
 */
#include "rig.h"

#include "ops.h"
#include <thalweg/ext/watermark.h>

/* work: {"one_in", "us"}: keeps rows whose id divides by one_in; drops every fifth
 * batch's rows whole; sleeps for some; holds some and emits them when called again. */
struct work_plan {
	int64_t one_in, us;
	const struct tw_field *id;
};

struct work {
	const struct work_plan *p;
	struct tw_batch *held;
	uint32_t seed;
	uint64_t batches;
};

static int work_bind(struct tw_bind *b)
{
	struct work_plan *p = tw_bind_plan(b, sizeof *p);

	p->one_in = tw_conf_i64(b, "one_in");
	p->us = tw_conf_i64(b, "us");
	p->id = b->host->field(b, 0, NULL, "id");
	return tw_bind_end(b);
}

static int work_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct work *w = calloc(1, sizeof *w);

	w->p = plan;
	w->seed = ctx->instance + 1;
	*op = w;
	return 0;
}

static int work_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct work *w = op;
	uint32_t i, n = 0, dice;

	if (!b) {
		b = w->held;
		w->held = NULL;
		return tw_emit(ctx, port, b);
	}
	w->batches++;
	w->seed = w->seed * 1664525u + 1013904223u;
	dice = w->seed >> 24;
	for (i = 0; i < b->n_sel; i++) {
		const int64_t id = tw_get_i64(b, w->p->id, tw_row(b, i));

		if (id % w->p->one_in == 0 && id / 512 % 5 != 4)
			b->sel[n++] = (uint16_t)tw_row(b, i);
		else if (id % 1000 == 0)
			ctx->host->row_error(ctx, b, tw_row(b, i), NULL, "a thousand");
	}
	if (n == 0)
		return tw_drop(ctx, b);
	tw_select(b, n);
	if (w->p->us && dice < 8) /* against the rules, as one instance that is slow for a while */
		usleep((useconds_t)w->p->us);
	if (dice % 4 == 0) {
		w->held = b;
		return TW_MORE;
	}
	return tw_emit(ctx, port, b);
}

static const struct tw_kind work_kind = {
	.id = "work",
	.version = "1",
	.help = "works",
	.in = one_in,
	.out = one_out,
	.flags = TW_STATELESS,
	.max_out = 1,
	.config = "{\"type\":\"object\",\"properties\":{\"one_in\":{\"type\":\"integer\",\"default\":1},"
		  "\"us\":{\"type\":\"integer\",\"default\":0}}}",
	.bind = work_bind,
	.create = work_create,
	.destroy = seq_destroy,
	.process = work_process,
};

/* judge: a sink; rows must come in order, and not below the watermark. */
struct judge_plan {
	const struct tw_field *id, *ts;
};

struct judge {
	const struct judge_plan *p;
	int64_t last, wm;
	uint64_t rows, in_order;
	int64_t sum;
};

static int judge_bind(struct tw_bind *b)
{
	struct judge_plan *p = tw_bind_plan(b, sizeof *p);

	p->id = b->host->field(b, 0, NULL, "id");
	p->ts = b->host->field(b, 0, NULL, "ts");
	return tw_bind_end(b);
}

static int judge_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct judge *j = calloc(1, sizeof *j);

	(void)ctx;
	j->p = plan;
	j->last = -1;
	j->wm = INT64_MIN;
	*op = j;
	return 0;
}

static int judge_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct judge *j = op;
	uint32_t i;

	(void)port;
	for (i = 0; i < b->n_sel; i++) {
		const int64_t id = tw_get_i64(b, j->p->id, tw_row(b, i));

		cr_assert_geq(tw_get_i64(b, j->p->ts, tw_row(b, i)), j->wm, "row %lld is below the watermark",
			      (long long)id);
		j->rows++;
		j->sum += id;
		j->in_order += id > j->last;
		j->last = id;
	}
	return tw_drop(ctx, b);
}

static int judge_watermark(struct tw_ctx *ctx, void *op, int64_t wm)
{
	(void)ctx;
	((struct judge *)op)->wm = wm;
	return TW_DONE;
}

static const struct tw_watermark judge_wm = {.on_watermark = judge_watermark};

static const void *judge_extension(const char *id)
{
	return strcmp(id, TW_EXT_WATERMARK) == 0 ? &judge_wm : NULL;
}

static const struct tw_kind judge_kind = {
	.id = "judge",
	.version = "1",
	.help = "judges",
	.in = one_in,
	.bind = judge_bind,
	.create = judge_create,
	.destroy = seq_destroy,
	.process = judge_process,
	.extension = judge_extension,
};

/* bin: a sink that counts rows of any kind, in each of its instances. */
struct bin {
	uint64_t rows;
};

static int bin_bind(struct tw_bind *b)
{
	return tw_bind_end(b);
}

static int bin_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	(void)ctx, (void)plan;
	*op = calloc(1, sizeof(struct bin));
	return 0;
}

static int bin_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	(void)port;
	((struct bin *)op)->rows += b->n_sel;
	return tw_drop(ctx, b);
}

static const struct tw_kind bin_kind = {
	.id = "bin",
	.version = "1",
	.help = "counts",
	.in = one_in,
	.flags = TW_STATELESS,
	.bind = bin_bind,
	.create = bin_create,
	.destroy = seq_destroy,
	.process = bin_process,
};

static const struct tw_kind *const kinds[] = {&seq_kind, &work_kind, &judge_kind, &bin_kind};

#define COUNT 200000

static void expect(int64_t divisor, uint64_t *rows, int64_t *sum)
{
	int64_t id;

	*rows = 0;
	*sum = 0;
	for (id = 0; id < COUNT; id++) {
		if (id % divisor || id / 512 % 5 == 4)
			continue;
		++*rows;
		*sum += id;
	}
}

/* What the bins got, if there are any. */
static void check_bins(const struct rig_graph *g)
{
	uint64_t errors = 0, all = 0;
	uint32_t i;

	for (i = 0; i < g->run->n_nodes; i++) {
		const struct tw_node *n = &g->run->nodes[i];

		if (n->kind == &bin_kind)
			*(n->ctx.node[0] == 'e' ? &errors : &all) += ((const struct bin *)n->op)->rows;
	}
	if (tw_spec_find(g->spec, "e") != TW_NONE)
		cr_assert_eq(errors, 37, "%llu", (unsigned long long)errors);
	if (tw_spec_find(g->spec, "y") != TW_NONE)
		cr_assert_eq(all, COUNT);
}

static void run_lanes(const char *nodes, const char *edges, int64_t divisor, bool ordered)
{
	char graph[1500];
	uint64_t rows;
	int64_t sum;
	uint32_t k;

	snprintf(graph, sizeof graph,
		 "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":%d,"
		 "\"rows\":64,\"step\":10},\"watermark\":{\"field\":\"ts\"}},%s,\"z\":{\"op\":\"judge\"}},\"edges\":[%"
		 "s]}",
		 COUNT, nodes, edges);
	expect(divisor, &rows, &sum);
	for (k = 0; k < 16; k++) {
		struct rig r = {.kinds = kinds,
				.n_kinds = 4,
				.workers = 1 + k % 4,
				.slots = k / 4 % 2 ? 2 : 16,
				.wait = k / 8 ? TW_WAIT_ADAPTIVE : TW_WAIT_PARK};
		const struct judge *z;
		struct rig_graph g;

		rig_open(&r, graph, &g);
		rig_finish(&r, &g);
		z = rig_node(&g, "z")->op;
		cr_assert_eq(z->rows, rows, "round %u: %llu rows, not %llu", k, (unsigned long long)z->rows,
			     (unsigned long long)rows);
		cr_assert_eq(z->sum, sum);
		if (ordered)
			cr_assert_eq(z->in_order, rows, "round %u: %llu rows in order", k,
				     (unsigned long long)z->in_order);
		check_bins(&g);
		rig_close(&g);
	}
}

Test(lanes, order_is_kept, .timeout = 120)
{
	run_lanes("\"w\":{\"op\":\"work\",\"parallelism\":3,\"config\":{\"us\":100}}", "\"a -> w\",\"w -> z\"", 1,
		  true);
}

/* Few rows of a batch: they are copied together, but never over a number. */
Test(lanes, order_of_few_rows, .timeout = 120)
{
	run_lanes("\"w\":{\"op\":\"work\",\"parallelism\":2,\"config\":{\"one_in\":40}}", "\"a -> w\",\"w -> z\"", 40,
		  true);
}

Test(lanes, chain_of_parallel_nodes, .timeout = 120)
{
	run_lanes("\"v\":{\"op\":\"work\",\"parallelism\":2,\"config\":{\"us\":50}},"
		  "\"w\":{\"op\":\"work\",\"parallelism\":2,\"config\":{\"one_in\":30,\"us\":50}}",
		  "\"a -> v\",\"v -> w\",\"w -> z\"", 30, true);
}

/* One after the other, with a node in between that brings them together. */
Test(lanes, apart_and_together_twice, .timeout = 120)
{
	run_lanes("\"v\":{\"op\":\"work\",\"parallelism\":4},\"m\":{\"op\":\"work\"},"
		  "\"w\":{\"op\":\"work\",\"parallelism\":3}",
		  "\"a -> v\",\"v -> m\",\"m -> w\",\"w -> z\"", 1, true);
}

Test(lanes, no_order_asked, .timeout = 120)
{
	run_lanes("\"w\":{\"op\":\"work\",\"parallelism\":3,\"order\":\"none\",\"config\":{\"us\":100}}",
		  "\"a -> w\",\"w -> z\"", 1, false);
}

/* A parallel node beside another reader, and with an err port that is read. */
Test(lanes, fan_out_and_errors, .timeout = 120)
{
	run_lanes("\"w\":{\"op\":\"work\",\"parallelism\":3},\"e\":{\"op\":\"bin\"},"
		  "\"y\":{\"op\":\"bin\",\"parallelism\":2}",
		  "\"a -> w\",\"w -> z\",\"a -> y\",\"w.err -> e\"", 1, true);
}
