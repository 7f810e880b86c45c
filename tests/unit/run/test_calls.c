/* How operators are called: TW_MORE with room(), alarms,
 * and a create() that refuses. */
#include "rig.h"

#include "ops.h"
#include <errno.h>

#define GRAPH(nodes, edges) "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{" nodes "},\"edges\":[" edges "]}"

/* burst: makes {"rows"} rows out of each batch, as far as there is room, again and
 * again; then drops it. */
struct burst_plan {
	int64_t rows, class_rows;
	const struct tw_field *id;
};

struct burst {
	const struct burst_plan *p;
	struct tw_batch *held;
	int64_t left, next;
	uint64_t batches;
};

static int burst_bind(struct tw_bind *b)
{
	struct burst_plan *p = tw_bind_plan(b, sizeof *p);

	p->rows = tw_conf_i64(b, "rows");
	p->class_rows = tw_conf_i64(b, "class_rows");
	b->host->out_new(b, 0);
	p->id = tw_bind_add(b, 0, "id", TW_I64, 0);
	return tw_bind_end(b);
}

static int burst_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct burst *s = calloc(1, sizeof *s);

	(void)ctx;
	s->p = plan;
	*op = s;
	return 0;
}

static int burst_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *in)
{
	struct burst *s = op;
	uint32_t made = 0;

	(void)port;
	if (in) {
		cr_assert_null(s->held);
		s->held = in;
		s->left = s->p->rows;
	}
	for (; s->left > 0 && ctx->host->room(ctx, 0) > 0; made++) {
		struct tw_batch *b = tw_batch_new(ctx, 0, (uint32_t)s->p->class_rows);
		uint32_t r = 0;

		cr_assert_not_null(b, "there was room, but no batch");
		for (; r < TW_CLASS_ROWS(b->cls) && r < s->p->class_rows && s->left > 0; r++, s->left--)
			tw_set_i64(b, s->p->id, r, s->next++);
		tw_fill(b, r);
		tw_emit(ctx, 0, b);
		s->batches++;
	}
	cr_assert(made > 0 || s->left == 0, "called without room");
	if (s->left > 0)
		return TW_MORE;
	tw_drop(ctx, s->held);
	s->held = NULL;
	return TW_DONE;
}

static const struct tw_kind burst_kind = {
	.id = "burst",
	.version = "1",
	.help = "many of one",
	.in = one_in,
	.out = one_out,
	.max_out = 3,
	.config = "{\"type\":\"object\",\"properties\":{\"rows\":{\"type\":\"integer\"},"
		  "\"class_rows\":{\"type\":\"integer\",\"default\":512}}}",
	.bind = burst_bind,
	.create = burst_create,
	.destroy = seq_destroy,
	.process = burst_process,
};

/* clock: a source that emits a row for each of {"count"} alarms. */
struct clock_plan {
	int64_t count, ns;
	const struct tw_field *id;
};

struct clock_op {
	const struct clock_plan *p;
	const struct tw_timer_host *timer;
	struct tw_batch *held;
	int64_t next, due;
	uint64_t early;
};

static int clock_bind(struct tw_bind *b)
{
	struct clock_plan *p = tw_bind_plan(b, sizeof *p);

	p->count = tw_conf_i64(b, "count");
	p->ns = tw_conf_i64(b, "ns");
	if (b->n_in == 0) {
		b->host->out_new(b, 0);
		p->id = tw_bind_add(b, 0, "id", TW_I64, 0);
	}
	return tw_bind_end(b);
}

static int clock_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct clock_op *c = calloc(1, sizeof *c);

	c->p = plan;
	c->timer = ctx->host->extension(ctx, TW_EXT_TIMER);
	c->due = tw_clock_real() + c->p->ns;
	c->timer->arm(ctx, c->due);
	*op = c;
	return 0;
}

static int clock_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct clock_op *c = op;
	struct tw_batch *b;

	(void)budget;
	if (c->next == c->p->count)
		return TW_EOS;
	if (ctx->host->now(ctx) < c->due) {
		c->early++;
		return TW_WAIT;
	}
	b = tw_batch_new(ctx, 0, 1);
	tw_set_i64(b, c->p->id, 0, c->next++);
	tw_fill(b, 1);
	tw_emit(ctx, 0, b);
	c->due = ctx->host->now(ctx) + c->p->ns;
	c->timer->arm(ctx, c->due);
	return TW_WAIT;
}

static const struct tw_source clock_source = {.poll = clock_poll};

static const void *clock_extension(const char *id)
{
	return strcmp(id, TW_EXT_SOURCE) == 0 ? &clock_source : NULL;
}

static const struct tw_kind clock_kind = {
	.id = "clock",
	.version = "1",
	.help = "ticks",
	.out = one_out,
	.max_out = 1,
	.config =
		"{\"type\":\"object\",\"properties\":{\"count\":{\"type\":\"integer\"},\"ns\":{\"type\":\"integer\"}}}",
	.bind = clock_bind,
	.create = clock_create,
	.destroy = seq_destroy,
	.extension = clock_extension,
};

/* delay: holds back every batch until its alarm goes off: TW_WAIT without io. */
static int delay_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *in)
{
	struct clock_op *c = op;

	(void)port;
	if (in) {
		c->held = in;
		c->due = ctx->host->now(ctx) + c->p->ns;
		c->timer->arm(ctx, c->due);
	}
	if (ctx->host->now(ctx) < c->due)
		return TW_WAIT;
	c->next++;
	return tw_emit(ctx, 0, c->held);
}

static const struct tw_kind delay_kind = {
	.id = "delay",
	.version = "1",
	.help = "waits",
	.in = one_in,
	.out = one_out,
	.max_out = 1,
	.config = "{\"type\":\"object\",\"properties\":{\"ns\":{\"type\":\"integer\"}}}",
	.bind = clock_bind,
	.create = clock_create,
	.destroy = seq_destroy,
	.process = delay_process,
};

/* alarm: passes on; ends a count by on_timer. */
static int alarm_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *in)
{
	(void)op;
	(void)port;
	return tw_emit(ctx, 0, in);
}

static int alarm_on_timer(struct tw_ctx *ctx, void *op, int64_t now)
{
	struct clock_op *c = op;

	cr_assert_geq(now, c->due, "the alarm went off early");
	c->next++;
	c->due = now + c->p->ns;
	c->timer->arm(ctx, c->due);
	return TW_DONE;
}

static const struct tw_timer alarm_timer = {.on_timer = alarm_on_timer};

static const void *alarm_extension(const char *id)
{
	return strcmp(id, TW_EXT_TIMER) == 0 ? &alarm_timer : NULL;
}

static const struct tw_kind alarm_kind = {
	.id = "alarm",
	.version = "1",
	.help = "ticks",
	.in = one_in,
	.out = one_out,
	.max_out = 1,
	.config = "{\"type\":\"object\",\"properties\":{\"ns\":{\"type\":\"integer\"}}}",
	.bind = clock_bind,
	.create = clock_create,
	.destroy = seq_destroy,
	.process = alarm_process,
	.extension = alarm_extension,
};

/* refuse: can't be made. */
static int refuse_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	(void)plan;
	(void)op;
	return ctx->host->fail(ctx, -ENOENT, "the moon is not full");
}

static int silent_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	(void)ctx;
	(void)plan;
	(void)op;
	return -ENOENT;
}

static void no_destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	cr_assert_null(op, "an instance that was not made is destroyed");
}

static const struct tw_kind refuse_kind = {
	.id = "refuse",
	.version = "1",
	.help = "refuses",
	.in = one_in,
	.create = refuse_create,
	.destroy = no_destroy,
	.process = tally_process,
};

static const struct tw_kind silent_kind = {
	.id = "silent",
	.version = "1",
	.help = "refuses",
	.in = one_in,
	.create = silent_create,
	.destroy = no_destroy,
	.process = tally_process,
};

static const struct tw_kind *const kinds[] = {&seq_kind,   &keep_kind,   &check_kind, &texts_kind,
					      &tally_kind, &burst_kind,  &clock_kind, &delay_kind,
					      &alarm_kind, &refuse_kind, &silent_kind};

static const enum tw_wait waits[] = {TW_WAIT_PARK, TW_WAIT_ADAPTIVE};

static struct rig shape(uint32_t i)
{
	return (struct rig){.kinds = kinds,
			    .n_kinds = sizeof kinds / sizeof *kinds,
			    .workers = 1 + i % 3,
			    .slots = i % 2 ? 2 : 64,
			    .wait = waits[i / 3 % 2]};
}

Test(calls, more_rows_than_room, .timeout = 60)
{
	static const char *const graphs[] = {
		GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":20,\"rows\":1}},\"b\":{\"op\":\"burst\",\"config\":{"
		      "\"rows\":10000}},"
		      "\"z\":{\"op\":\"check\"}",
		      "\"a -> b\",\"b -> z\""),
		GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":2,\"rows\":1}},"
		      "\"b\":{\"op\":\"burst\",\"config\":{\"rows\":10000,\"class_rows\":8}},"
		      "\"z\":{\"op\":\"check\"},\"y\":{\"op\":\"tally\",\"config\":{\"us\":10}}",
		      "\"a -> b\",\"b -> z\",\"b -> y\""),
	};
	uint32_t i, k;

	for (k = 0; k < 2; k++)
		for (i = 0; i < 6; i++) {
			struct rig r = shape(i);
			struct rig_graph g;
			const struct check *c;
			const int64_t n = k ? 20000 : 200000;

			rig_open(&r, graphs[k], &g);
			rig_finish(&r, &g);
			c = rig_node(&g, "z")->op;
			cr_assert_eq(c->rows, (uint64_t)n);
			cr_assert_eq(c->sum, n * (n - 1) / 2);
			rig_close(&g);
		}
}

/* Alarms end the sleep of a worker that has nothing else to wake it. */
Test(calls, alarm_wakes_a_sleeper, .timeout = 60)
{
	uint32_t i;

	for (i = 0; i < 6; i++) {
		struct rig r = shape(i);
		struct rig_graph g;

		rig_open(&r,
			 GRAPH("\"a\":{\"op\":\"clock\",\"config\":{\"count\":20,\"ns\":2000000}},\"z\":{\"op\":"
			       "\"check\"}",
			       "\"a -> z\""),
			 &g);
		rig_finish(&r, &g);
		cr_assert_eq(((const struct check *)rig_node(&g, "z")->op)->rows, 20);
		rig_close(&g);
	}
}

Test(calls, alarm_ends_a_wait, .timeout = 60)
{
	uint32_t i;

	for (i = 0; i < 6; i++) {
		struct rig r = shape(i);
		struct rig_graph g;

		rig_open(&r,
			 GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":40,\"rows\":2}},"
			       "\"d\":{\"op\":\"delay\",\"config\":{\"ns\":1000000}},\"z\":{\"op\":\"check\"}",
			       "\"a -> d\",\"d -> z\""),
			 &g);
		rig_finish(&r, &g);
		cr_assert_eq(((const struct check *)rig_node(&g, "z")->op)->rows, 40);
		rig_close(&g);
	}
}

/* on_timer comes also while rows flow, and while none do. */
Test(calls, timers_of_a_node, .timeout = 60)
{
	uint32_t i;

	for (i = 0; i < 6; i++) {
		struct rig r = shape(i);
		struct rig_graph g;

		rig_open(&r,
			 GRAPH("\"a\":{\"op\":\"clock\",\"config\":{\"count\":3,\"ns\":20000000}},"
			       "\"t\":{\"op\":\"alarm\",\"config\":{\"ns\":1000000}},\"z\":{\"op\":\"check\"}",
			       "\"a -> t\",\"t -> z\""),
			 &g);
		rig_finish(&r, &g);
		cr_assert_eq(((const struct check *)rig_node(&g, "z")->op)->rows, 3);
		cr_assert_gt(((const struct clock_op *)rig_node(&g, "t")->op)->next, 1, "its alarm never went off");
		rig_close(&g);
	}
}

/* create() that fails: the reason is told, and nothing runs. */
static void refused(const char *graph, const char *want)
{
	struct tw_kinds all = {.n = sizeof kinds / sizeof *kinds, .kinds = kinds};
	const uint32_t worker_of[4] = {0}, cpu_of[1] = {TW_NONE};
	struct tw_run_opts o = {.n_workers = 1, .worker_of = worker_of, .cpu_of = cpu_of};
	struct tw_diags d;
	struct rig_graph g;
	char err[512] = "";

	tw_diags_init(&d);
	cr_assert_eq(tw_spec_parse("test", graph, strlen(graph), NULL, 0, &g.spec, &d), 0);
	cr_assert_eq(tw_check(g.spec, &all, &g.checked, &d), 0);
	cr_assert_eq(tw_bind_graph(g.checked, &g.bound, &d), 0);
	cr_assert_eq(tw_run_create(g.bound, &o, &g.run, err, sizeof err), -ENOENT);
	cr_assert_null(g.run);
	cr_assert_not_null(strstr(err, want), "\"%s\"", err);
	cr_assert_not_null(strstr(err, "\"z\""), "\"%s\"", err);
	rig_close(&g);
	tw_diags_fini(&d);
}

Test(calls, create_that_fails_gives_its_reason)
{
	refused(GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":1}},\"z\":{\"op\":\"refuse\"}", "\"a -> z\""),
		"the moon is not full");
	refused(GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":1}},\"z\":{\"op\":\"silent\"}", "\"a -> z\""),
		"No such file");
}
