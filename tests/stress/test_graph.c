/* Whole graphs on one to four workers, dealt out at random, whose operators stall; and
 * threads beside them that wake workers for nothing and read what they count. Nothing
 * is lost, doubled or reordered, all memory comes home, and every graph ends. */
#include "rig.h"

#include "graph_ops.h"

#define GRAPH(nodes, edges) "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{" nodes "},\"edges\":[" edges "]}"
#define COUNT 3000
#define BURST(id, first, count)                                                                                        \
	"\"" id "\":{\"op\":\"burst\",\"config\":{\"count\":" #count ",\"first\":" #first                              \
	"},\"watermark\":{\"field\":\"ts\"}},"
#define PASS(id) "\"" id "\":{\"op\":\"pass\"},"
#define MARK(id, mark) "\"" id "\":{\"op\":\"pass\",\"config\":{\"mark\":" #mark "}},"
#define FOUR_SOURCES                                                                                                   \
	BURST("a", 0, 3000)                                                                                            \
	BURST("b", 1000000000, 3000) BURST("c", 2000000000, 3000) BURST("d", 3000000000, 3000)

static const struct tw_kind burst_kind = {
	.id = "burst",
	.version = "1",
	.help = "rows",
	.out = one_out,
	.max_out = 8,
	.config = "{\"type\":\"object\",\"properties\":{\"count\":{\"type\":\"integer\"},"
		  "\"rows\":{\"type\":\"integer\",\"default\":512},\"step\":{\"type\":\"integer\",\"default\":1},"
		  "\"first\":{\"type\":\"integer\",\"default\":0}}}",
	.bind = seq_bind,
	.create = burst_create,
	.destroy = seq_destroy,
	.extension = burst_extension,
};

static const struct tw_kind *const kinds[] = {&burst_kind, &pass_kind, &audit_kind, &deal_kind, &keep_kind};

/* A round's setting, at random. */
struct setting {
	struct rig rig;
	uint32_t worker_of[64];
};

static void set_up(struct setting *x, const struct stress *s)
{
	static const uint32_t slots[] = {2, 3, 8, 64};
	static const enum tw_wait waits[] = {TW_WAIT_PARK, TW_WAIT_PARK, TW_WAIT_ADAPTIVE, TW_WAIT_SPIN};
	struct dice d = dice_new(s->seed, 0);
	uint32_t i;

	memset(x, 0, sizeof *x);
	x->rig = (struct rig){.kinds = kinds,
			      .n_kinds = sizeof kinds / sizeof *kinds,
			      .workers = 1 + roll(&d, 4),
			      .worker_of = x->worker_of,
			      .slots = slots[roll(&d, 4)],
			      .wait = waits[roll(&d, 4)]};
	for (i = 0; i < 64; i++)
		x->worker_of[i] = roll(&d, x->rig.workers);
	now_running = s;
	/* each, for rig.h's asserts know nothing of seeds */
	fprintf(stderr, "%s: round %u: THALWEG_TEST_SEED=0x%llx: %u workers, %u slots, wait %d\n", s->name, s->round,
		(unsigned long long)s->seed, x->rig.workers, x->rig.slots, (int)x->rig.wait);
}

/* Reads counters while a graph runs, and in half of the rounds wakes workers that have
 * nothing to do; in the others it must not, for that would hide wake-ups that are lost. */
struct bystander {
	struct tw_run *run;
	bool wakes;
	struct dice dice;
	pthread_t thread;
	_Atomic bool quit;
};

static void *stand_by(void *arg)
{
	struct bystander *y = arg;
	uint64_t rows[64] = {0};
	uint32_t i;

	while (!atomic_load_explicit(&y->quit, memory_order_relaxed)) {
		for (i = 0; i < y->run->n_nodes; i++) {
			const uint64_t now = tw_stat_get(&y->run->nodes[i].rows_in);

			if (now < rows[i])
				stress_fail(now_running, "a counter went back");
			rows[i] = now;
		}
		if (y->wakes)
			tw_parker_wake(&y->run->workers[roll(&y->dice, y->run->n_workers)].parker, roll(&y->dice, 2));
		stall(&y->dice);
		usleep(50);
	}
	return NULL;
}

static void bystander_start(struct bystander *y, struct tw_run *run)
{
	*y = (struct bystander){.run = run, .dice = dice_new(now_running->seed, 77)};
	y->wakes = roll(&y->dice, 2);
	stress_start(now_running, &y->thread, stand_by, y);
}

static void bystander_stop(struct bystander *y)
{
	atomic_store_explicit(&y->quit, true, memory_order_relaxed);
	pthread_join(y->thread, NULL);
}

/* What every audit must have got: `rows` of each of `sources`, by each of `branches`. */
static void check_audits(const struct rig_graph *g, uint32_t sources, uint32_t branches, uint64_t rows)
{
	uint32_t i, s, b;

	for (i = 0; i < g->run->n_nodes; i++) {
		const struct audit *a = g->run->nodes[i].op;

		for (s = 0; g->run->nodes[i].kind == &audit_kind && s < SOURCES; s++)
			for (b = 0; b < BRANCHES; b++)
				if (a->rows[s][b] != (s < sources && b < branches ? rows : 0))
					stress_fail(now_running, "%s: %llu rows of source %u, branch %u",
						    g->run->nodes[i].ctx.node, (unsigned long long)a->rows[s][b], s, b);
	}
}

static void rounds(const char *name, const char *graph, uint32_t sources, uint32_t branches, uint64_t rows)
{
	struct stress s;

	stress_begin(&s, name, 1.5);
	do {
		struct setting x;
		struct bystander y;
		struct rig_graph g;

		set_up(&x, &s);
		rig_open(&x.rig, graph, &g);
		bystander_start(&y, g.run);
		rig_finish(&x.rig, &g);
		bystander_stop(&y);
		check_audits(&g, sources, branches, rows);
		rig_close(&g);
	} while (stress_more(&s));
}

Test(graph, chain)
{
	rounds("graph/chain",
	       GRAPH(BURST("a", 0, 3000) PASS("p") PASS("q") PASS("r") "\"z\":{\"op\":\"audit\"}",
		     "\"a -> p\",\"p -> q\",\"q -> r\",\"r -> z\""),
	       1, 1, COUNT);
}

/* Each record goes to all four. */
Test(graph, fan_out)
{
	rounds("graph/fan_out",
	       GRAPH(BURST("a", 0, 3000) PASS("p") PASS("q") PASS("r") PASS("s") "\"w\":{\"op\":\"audit\"},"
										 "\"x\":{\"op\":\"audit\"},"
										 "\"y\":{\"op\":\"audit\"},"
										 "\"z\":{\"op\":\"audit\"}",
		     "\"a -> p\",\"a -> q\",\"a -> r\",\"a -> s\",\"p -> w\",\"q -> x\",\"r -> y\",\"s -> z\""),
	       1, 1, COUNT);
}

Test(graph, fan_in)
{
	rounds("graph/fan_in",
	       GRAPH(FOUR_SOURCES PASS("p") "\"z\":{\"op\":\"audit\"}",
		     "\"a -> p\",\"b -> p\",\"c -> p\",\"d -> p\",\"p -> z\""),
	       4, 1, COUNT);
}

/* Four branches that each add a column to the same memory, and meet again. */
Test(graph, out_and_in)
{
	rounds("graph/out_and_in",
	       GRAPH(BURST("a", 0, 3000) MARK("p", 0) MARK("q", 1) MARK("r", 2) MARK("s", 3)
			     PASS("m") "\"z\":{\"op\":\"audit\"}",
		     "\"a -> p\",\"a -> q\",\"a -> r\",\"a -> s\",\"p -> m\",\"q -> m\",\"r -> m\",\"s -> m\",\"m -> "
		     "z\""),
	       1, 4, COUNT);
}

/* Two sources, each of which sends to both of two readers. */
Test(graph, exchange)
{
	rounds("graph/exchange",
	       GRAPH(BURST("a", 0, 3000) BURST("b", 1000000000, 3000) PASS("p") PASS("q") "\"y\":{\"op\":\"audit\"},"
											  "\"z\":{\"op\":\"audit\"}",
		     "\"a -> p\",\"a -> q\",\"b -> p\",\"b -> q\",\"p -> y\",\"q -> z\""),
	       2, 1, COUNT);
}

/* Every row goes one of four ways: few rows of each batch, which edges may gather. */
Test(graph, deal)
{
	rounds("graph/deal",
	       GRAPH(BURST("a", 0, 3000) "\"p\":{\"op\":\"deal\",\"config\":{\"ports\":4}},"
					 "\"w\":{\"op\":\"audit\",\"config\":{\"from\":0,\"step\":4}},"
					 "\"x\":{\"op\":\"audit\",\"config\":{\"from\":1,\"step\":4}},"
					 "\"y\":{\"op\":\"audit\",\"config\":{\"from\":2,\"step\":4}},"
					 "\"z\":{\"op\":\"audit\",\"config\":{\"from\":3,\"step\":4}}",
		     "\"a -> p\",\"p.p0 -> w\",\"p.p1 -> x\",\"p.p2 -> y\",\"p.p3 -> z\""),
	       1, 1, COUNT / 4);
}

/* Few rows are kept, so that edges gather them: of several sources in one. */
Test(graph, few_rows)
{
	rounds("graph/few_rows",
	       GRAPH(FOUR_SOURCES "\"k\":{\"op\":\"keep\",\"config\":{\"one_in\":25}},"
				  "\"z\":{\"op\":\"audit\",\"config\":{\"step\":25}}",
		     "\"a -> k\",\"b -> k\",\"c -> k\",\"d -> k\",\"k -> z\""),
	       4, 1, COUNT / 25);
}

/* Parallel nodes one after the other; their order is restored. */
Test(graph, parallel)
{
	rounds("graph/parallel",
	       GRAPH(BURST("a", 0, 3000) "\"p\":{\"op\":\"pass\",\"parallelism\":4},\"q\":{\"op\":\"pass\","
					 "\"parallelism\":4}," PASS("m") "\"r\":{\"op\":\"pass\",\"parallelism\":3},"
									 "\"z\":{\"op\":\"audit\"}",
		     "\"a -> p\",\"p -> q\",\"q -> m\",\"m -> r\",\"r -> z\""),
	       1, 1, COUNT);
}

Test(graph, parallel_no_order)
{
	rounds("graph/parallel_no_order",
	       GRAPH(BURST("a", 0, 3000) BURST("b", 1000000000, 3000)
			     PASS("m") "\"p\":{\"op\":\"pass\",\"parallelism\":4,\"order\":\"none\"},"
				       "\"z\":{\"op\":\"audit\",\"config\":{\"ordered\":false}}",
		     "\"a -> m\",\"b -> m\",\"m -> p\",\"p -> z\""),
	       2, 1, COUNT);
}

#define ENDLESS                                                                                                        \
	GRAPH(BURST("a", 0, -1) PASS("p") "\"q\":{\"op\":\"pass\",\"parallelism\":3},"                                 \
					  "\"y\":{\"op\":\"audit\"},\"z\":{\"op\":\"audit\"}",                         \
	      "\"a -> p\",\"a -> q\",\"p -> y\",\"q -> z\"")

/* Drained at any moment: what the source made has arrived. */
Test(graph, drained)
{
	struct stress s;

	stress_begin(&s, "graph/drained", 1.5);
	do {
		struct dice d = dice_new(s.seed, 5);
		struct setting x;
		struct bystander y;
		struct rig_graph g;
		uint64_t made;

		set_up(&x, &s);
		rig_open(&x.rig, ENDLESS, &g);
		bystander_start(&y, g.run);
		cr_assert_eq(tw_run_start(g.run), 0);
		usleep(roll(&d, 20000));
		tw_run_drain(g.run);
		if (!tw_run_wait(g.run, 60000))
			stress_fail(&s, "it is not drained");
		bystander_stop(&y);
		made = (uint64_t)((const struct burst *)rig_node(&g, "a")->op)->seq.next;
		check_audits(&g, 1, 1, made);
		rig_check_pools(g.run);
		rig_close(&g);
	} while (stress_more(&s));
}

/* Stopped at any moment, also before it has begun: it ends. */
Test(graph, stopped)
{
	struct stress s;

	stress_begin(&s, "graph/stopped", 1);
	do {
		struct dice d = dice_new(s.seed, 5);
		struct setting x;
		struct bystander y;
		struct rig_graph g;

		set_up(&x, &s);
		rig_open(&x.rig, ENDLESS, &g);
		bystander_start(&y, g.run);
		cr_assert_eq(tw_run_start(g.run), 0);
		if (roll(&d, 3))
			usleep(roll(&d, 10000));
		tw_run_stop(g.run);
		if (!tw_run_wait(g.run, 60000))
			stress_fail(&s, "it is not stopped");
		bystander_stop(&y);
		rig_close(&g);
	} while (stress_more(&s));
}
