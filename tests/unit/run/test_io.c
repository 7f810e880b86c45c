/* What blocks is done by an io thread: in order, and the node goes on where it
 * waited; also when the graph is stopped or has ended meanwhile. */
#include "rig.h"

#include "ops.h"
#include <thalweg/ext/io.h>

/* defer: passes batches on, each after {"requests"} io requests, which must be run in
 * the order they were submitted. {"us"}: each takes so long. */
struct defer_plan {
	int64_t requests, us;
};

struct defer {
	const struct defer_plan *p;
	const struct tw_io_host *io;
	struct tw_batch *held;
	struct tw_io req[TW_IO_PER_NODE];
	int64_t submitted, ran; /* ran: of the io thread */
	uint64_t waits;
};

static int defer_bind(struct tw_bind *b)
{
	struct defer_plan *p = tw_bind_plan(b, sizeof *p);

	p->requests = tw_conf_i64(b, "requests");
	p->us = tw_conf_i64(b, "us");
	return tw_bind_end(b);
}

static int defer_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct defer *d = calloc(1, sizeof *d);

	d->p = plan;
	d->io = ctx->host->extension(ctx, TW_EXT_IO);
	*op = d;
	return 0;
}

static int64_t defer_run(struct tw_io *req)
{
	struct defer *d = req->user;

	if (tw_role != TW_ROLE_IO)
		return -1;
	if (d->p->us)
		usleep((useconds_t)d->p->us);
	return d->ran++ == req->off ? 1000 + req->off : -2;
}

static bool defer_ready(struct defer *d)
{
	int64_t i;

	for (i = 0; i < d->p->requests; i++) {
		if (d->req[i].busy)
			return false;
		cr_assert_eq(d->req[i].result, 1000 + d->req[i].off, "%lld", (long long)d->req[i].result);
	}
	return true;
}

static int defer_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct defer *d = op;
	int64_t i;

	(void)port;
	if (b) {
		cr_assert_null(d->held, "given a batch while it waited");
		d->held = b;
		for (i = 0; i < d->p->requests; i++) {
			d->req[i].run = defer_run;
			d->req[i].user = d;
			d->req[i].off = d->submitted++;
			d->io->submit(ctx, &d->req[i]);
			cr_assert_eq(d->req[i].busy, 1);
		}
	}
	if (!defer_ready(d)) {
		d->waits++;
		return TW_WAIT;
	}
	b = d->held;
	d->held = NULL;
	return tw_emit(ctx, 0, b);
}

static const struct tw_kind defer_kind = {
	.id = "defer",
	.version = "1",
	.help = "waits",
	.in = one_in,
	.out = one_out,
	.max_out = 1,
	.config = "{\"type\":\"object\",\"properties\":{\"requests\":{\"type\":\"integer\",\"default\":1},"
		  "\"us\":{\"type\":\"integer\",\"default\":0}}}",
	.bind = defer_bind,
	.create = defer_create,
	.destroy = seq_destroy,
	.process = defer_process,
};

static const struct tw_kind *const kinds[] = {&seq_kind, &keep_kind, &check_kind, &defer_kind, &tally_kind};

#define GRAPH(nodes, edges) "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{" nodes "},\"edges\":[" edges "]}"

static void run_all(const char *graph, uint64_t rows, int64_t sum)
{
	static const enum tw_wait waits[] = {TW_WAIT_PARK, TW_WAIT_ADAPTIVE};
	uint32_t n, w;

	for (n = 1; n <= 3; n++)
		for (w = 0; w < 2; w++) {
			struct rig r = {.kinds = kinds, .n_kinds = 5, .workers = n, .slots = 2, .wait = waits[w]};
			struct rig_graph g;
			const struct tally *t;

			rig_open(&r, graph, &g);
			rig_finish(&r, &g);
			t = rig_node(&g, "z")->op;
			cr_assert_eq(t->rows, rows);
			cr_assert_eq(t->sum, sum);
			rig_close(&g);
		}
}

Test(io, one_request_a_batch, .timeout = 60)
{
	run_all(GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":1500,\"rows\":1}},\"d\":{\"op\":\"defer\"},"
		      "\"z\":{\"op\":\"tally\"}",
		      "\"a -> d\",\"d -> z\""),
		1500, 1500 * 1499 / 2);
}

Test(io, as_many_as_allowed, .timeout = 60)
{
	run_all(GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":3000,\"rows\":64}},"
		      "\"d\":{\"op\":\"defer\",\"config\":{\"requests\":64}},\"e\":{\"op\":\"defer\",\"config\":{"
		      "\"requests\":64}},"
		      "\"f\":{\"op\":\"defer\",\"config\":{\"requests\":64}},\"z\":{\"op\":\"tally\"}",
		      "\"a -> d\",\"d -> e\",\"e -> f\",\"f -> z\""),
		3000, 3000 * 2999 / 2);
}

/* Stopped while requests are under way: they are run, then the instance is freed. */
Test(io, stop_with_requests_under_way, .timeout = 60)
{
	struct rig r = {.kinds = kinds, .n_kinds = 5, .workers = 2, .wait = TW_WAIT_PARK};
	struct rig_graph g;
	uint32_t i;

	for (i = 0; i < 5; i++) {
		rig_open(&r,
			 GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":-1}},"
			       "\"d\":{\"op\":\"defer\",\"config\":{\"requests\":20,\"us\":2000}},\"z\":{\"op\":"
			       "\"tally\"}",
			       "\"a -> d\",\"d -> z\""),
			 &g);
		cr_assert_eq(tw_run_start(g.run), 0);
		while (tw_stat_get(&rig_node(&g, "d")->batches_in) == 0)
			cr_assert(!tw_run_wait(g.run, 1));
		tw_run_stop(g.run);
		cr_assert(tw_run_wait(g.run, 20000));
		rig_close(&g);
	}
}

/* A drain waits for what waits. */
Test(io, drain_waits_for_requests, .timeout = 60)
{
	struct rig r = {.kinds = kinds, .n_kinds = 5, .workers = 2, .slots = 4, .wait = TW_WAIT_PARK};
	struct rig_graph g;
	const struct tally *t;

	rig_open(&r,
		 GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":-1,\"rows\":8}},"
		       "\"d\":{\"op\":\"defer\",\"config\":{\"us\":500}},\"z\":{\"op\":\"tally\"}",
		       "\"a -> d\",\"d -> z\""),
		 &g);
	cr_assert_eq(tw_run_start(g.run), 0);
	while (tw_stat_get(&rig_node(&g, "d")->batches_in) < 10)
		cr_assert(!tw_run_wait(g.run, 1));
	tw_run_drain(g.run);
	cr_assert(tw_run_wait(g.run, 20000));
	t = rig_node(&g, "z")->op;
	cr_assert_gt(t->rows, 0);
	cr_assert_eq(t->rows, (uint64_t)((const struct seq *)rig_node(&g, "a")->op)->next);
	rig_close(&g);
}

/* One branch waits for io at each batch, the other does not; both meet in order. */
Test(io, diamond_with_a_branch_that_waits, .timeout = 100)
{
	run_all(GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":6000,\"rows\":64,\"step\":5},\"watermark\":{"
		      "\"field\":\"ts\"}},"
		      "\"s\":{\"op\":\"defer\",\"config\":{\"us\":200,\"requests\":2}},\"f\":{\"op\":\"keep\","
		      "\"config\":{\"one_in\":1}},"
		      "\"m\":{\"op\":\"keep\",\"order\":\"event_time\",\"config\":{\"one_in\":1}},\"z\":{\"op\":"
		      "\"tally\"}",
		      "\"a -> s\",\"a -> f\",\"s -> m\",\"f -> m\",\"m -> z\""),
		12000, 6000 * 5999);
}
