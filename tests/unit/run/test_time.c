/* Watermarks: idle inputs, merges and their bound. */
#include "rig.h"

#include "ops.h"
#include <errno.h>

#define GRAPH(nodes, edges) "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{" nodes "},\"edges\":[" edges "]}"

/* silent: a source that has said nothing yet and never will; ends by drain. */
static int silent_bind(struct tw_bind *b)
{
	b->host->out_new(b, 0);
	tw_bind_add(b, 0, "id", TW_I64, 0);
	tw_bind_add(b, 0, "ts", TW_TIMESTAMP, 0);
	tw_bind_add(b, 0, "name", TW_STR, 1);
	return tw_bind_end(b);
}

static int silent_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	(void)ctx;
	(void)op;
	(void)budget;
	return TW_WAIT;
}

static const struct tw_source silent_source = {.poll = silent_poll};

static const void *silent_extension(const char *id)
{
	return strcmp(id, TW_EXT_SOURCE) == 0 ? &silent_source : NULL;
}

static const struct tw_kind silent_kind = {
	.id = "silent",
	.version = "1",
	.help = "says nothing",
	.out = one_out,
	.max_out = 1,
	.bind = silent_bind,
	.extension = silent_extension,
};

/* pulse: as silent, but with a row every 200 us. */
struct pulse {
	const struct seq_plan *p;
	const struct tw_timer_host *timer;
	int64_t next, due;
};

static int pulse_bind(struct tw_bind *b)
{
	struct seq_plan *p = tw_bind_plan(b, sizeof *p);

	b->host->out_new(b, 0);
	p->id = tw_bind_add(b, 0, "id", TW_I64, 0);
	p->ts = tw_bind_add(b, 0, "ts", TW_TIMESTAMP, 0);
	p->name = tw_bind_add(b, 0, "name", TW_STR, 1);
	return tw_bind_end(b);
}

static int pulse_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct pulse *s = calloc(1, sizeof *s);

	s->p = plan;
	s->timer = ctx->host->extension(ctx, TW_EXT_TIMER);
	*op = s;
	return 0;
}

static int pulse_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct pulse *s = op;
	struct tw_batch *b;

	(void)budget;
	if (ctx->host->now(ctx) < s->due)
		return TW_WAIT;
	b = tw_batch_new(ctx, 0, 1);
	tw_set_i64(b, s->p->id, 0, s->next);
	tw_set_i64(b, s->p->ts, 0, s->next++ * 1000);
	tw_set_valid(b, s->p->name, 0, 0);
	tw_fill(b, 1);
	tw_emit(ctx, 0, b);
	s->due = ctx->host->now(ctx) + 200000;
	s->timer->arm(ctx, s->due);
	return TW_WAIT;
}

static const struct tw_source pulse_source = {.poll = pulse_poll};

static const void *pulse_extension(const char *id)
{
	return strcmp(id, TW_EXT_SOURCE) == 0 ? &pulse_source : NULL;
}

static const struct tw_kind pulse_kind = {
	.id = "pulse",
	.version = "1",
	.help = "speaks now and then",
	.out = one_out,
	.max_out = 1,
	.bind = pulse_bind,
	.create = pulse_create,
	.destroy = seq_destroy,
	.extension = pulse_extension,
};

static const struct tw_kind *const kinds[] = {&seq_kind,    &keep_kind,  &check_kind,
					      &silent_kind, &tally_kind, &pulse_kind};

static struct rig shape(uint32_t i)
{
	return (struct rig){.kinds = kinds,
			    .n_kinds = 6,
			    .workers = 1 + i % 4,
			    .slots = i % 2 ? 2 : 64,
			    .wait = i / 4 % 2 ? TW_WAIT_ADAPTIVE : TW_WAIT_PARK};
}

/* Wait until node `id` has had n rows. */
static bool await_rows(struct rig_graph *g, const char *id, uint64_t n)
{
	int tries;

	for (tries = 0; tries < 10000; tries++) {
		if (tw_stat_get(&rig_node(g, id)->rows_in) >= n)
			return true;
		if (tw_run_wait(g->run, 1))
			return false;
	}
	return false;
}

/* One source is silent for ever: rows of the other come through the merge all the same,
 * while it runs, not at its end. */
Test(time, merge_goes_on_beside_a_silent_source, .timeout = 60)
{
	uint32_t i;

	for (i = 0; i < 8; i++) {
		struct rig r = shape(i);
		struct rig_graph g;

		rig_open(&r,
			 GRAPH("\"a\":{\"op\":\"pulse\",\"watermark\":{\"field\":\"ts\"}},"
			       "\"s\":{\"op\":\"silent\",\"watermark\":{\"field\":\"ts\",\"idle_after\":\"20ms\"}},"
			       "\"m\":{\"op\":\"keep\",\"order\":\"event_time\",\"config\":{\"one_in\":1}},\"z\":{"
			       "\"op\":\"check\"}",
			       "\"a -> m\",\"s -> m\",\"m -> z\""),
			 &g);
		cr_assert_eq(tw_run_start(g.run), 0);
		cr_assert(await_rows(&g, "z", 200), "%llu rows came through",
			  (unsigned long long)tw_stat_get(&rig_node(&g, "z")->rows_in));
		tw_run_drain(g.run);
		cr_assert(tw_run_wait(g.run, 10000));
		cr_assert(!tw_run_failed(g.run), "%s", g.run->why);
		rig_check_pools(g.run);
		rig_close(&g);
	}
}

/* Idleness passes through nodes in between, and both sources may be silent. */
Test(time, idleness_passes_through, .timeout = 60)
{
	uint32_t i;

	for (i = 0; i < 4; i++) {
		struct rig r = shape(i);
		struct rig_graph g;

		rig_open(&r,
			 GRAPH("\"a\":{\"op\":\"pulse\",\"watermark\":{\"field\":\"ts\"}},"
			       "\"s\":{\"op\":\"silent\",\"watermark\":{\"field\":\"ts\",\"idle_after\":\"10ms\"}},"
			       "\"t\":{\"op\":\"silent\",\"watermark\":{\"field\":\"ts\",\"idle_after\":\"30ms\"}},"
			       "\"p\":{\"op\":\"keep\"},\"q\":{\"op\":\"keep\"},"
			       "\"m\":{\"op\":\"keep\",\"order\":\"event_time\",\"config\":{\"one_in\":1}},\"z\":{"
			       "\"op\":\"check\"}",
			       "\"s -> p\",\"t -> p\",\"p -> q\",\"a -> m\",\"q -> m\",\"m -> z\""),
			 &g);
		cr_assert_eq(tw_run_start(g.run), 0);
		cr_assert(await_rows(&g, "z", 200));
		tw_run_drain(g.run);
		cr_assert(tw_run_wait(g.run, 10000));
		rig_close(&g);
	}
}

#define AHEAD(more)                                                                                                    \
	GRAPH("\"fast\":{\"op\":\"seq\",\"config\":{\"count\":100000},\"watermark\":{\"field\":\"ts\"}},"              \
	      "\"s\":{\"op\":\"silent\",\"watermark\":{\"field\":\"ts\",\"idle_after\":\"1h\"}},"                      \
	      "\"m\":{\"op\":\"keep\",\"order\":\"event_time\"," more                                                  \
	      "\"config\":{\"one_in\":1}},\"z\":{\"op\":\"check\"}",                                                   \
	      "\"fast -> m\",\"s -> m\",\"m -> z\"")

Test(time, merge_past_its_bound_names_the_edge, .timeout = 60)
{
	uint32_t i;

	for (i = 0; i < 4; i++) {
		struct rig r = shape(i);
		struct rig_graph g;

		rig_open(&r, AHEAD(""), &g);
		cr_assert_eq(tw_run_start(g.run), 0);
		cr_assert(tw_run_wait(g.run, 20000));
		cr_assert(tw_run_failed(g.run));
		cr_assert_not_null(strstr(g.run->why, "node \"m\""), "%s", g.run->why);
		cr_assert_not_null(strstr(g.run->why, "edge from \"fast\""), "%s", g.run->why);
		rig_close(&g);
	}
}

Test(time, merge_that_may_drop_counts, .timeout = 60)
{
	uint32_t i;

	for (i = 0; i < 4; i++) {
		struct rig r = shape(i);
		struct rig_graph g;
		uint64_t lost;

		rig_open(&r, AHEAD("\"on_error\":\"drop\","), &g);
		cr_assert_eq(tw_run_start(g.run), 0);
		cr_assert(await_rows(&g, "m", 100000));
		tw_run_drain(g.run);
		cr_assert(tw_run_wait(g.run, 20000));
		cr_assert(!tw_run_failed(g.run), "%s", g.run->why);
		lost = tw_stat_get(&g.run->links[0].discarded);
		cr_assert_gt(lost, 0);
		cr_assert_eq(((const struct check *)rig_node(&g, "z")->op)->rows + lost, 100000);
		rig_check_pools(g.run);
		rig_close(&g);
	}
}

/* A slow branch beside a fast one: they meet in order, and nothing stands still. */
Test(time, diamond_with_a_slow_branch, .timeout = 100)
{
	uint32_t i;

	for (i = 0; i < 8; i++) {
		struct rig r = shape(i);
		struct rig_graph g;
		const struct check *c;

		rig_open(&r,
			 GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":40000,\"step\":7},\"watermark\":{\"field\":"
			       "\"ts\"}},"
			       "\"f\":{\"op\":\"keep\",\"config\":{\"one_in\":1}},\"s\":{\"op\":\"keep\",\"config\":{"
			       "\"one_in\":700}},"
			       "\"x\":{\"op\":\"tally\",\"config\":{\"us\":200}},"
			       "\"m\":{\"op\":\"keep\",\"order\":\"event_time\",\"config\":{\"one_in\":1}},"
			       "\"z\":{\"op\":\"check\",\"config\":{\"in_order\":false,\"by_time\":true}}",
			       "\"a -> f\",\"a -> s\",\"a -> x\",\"f -> m\",\"s -> m\",\"m -> z\""),
			 &g);
		rig_finish(&r, &g);
		c = rig_node(&g, "z")->op;
		cr_assert_eq(c->rows, 40000 + 58);
		rig_close(&g);
	}
}
