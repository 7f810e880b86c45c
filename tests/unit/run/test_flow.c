/* Rows flow through chains, fans and merges: none lost, doubled, reordered or
 * harmed, on any number of workers, with any size of queue; all memory comes home. */
#include "rig.h"

#include "kinds.h"

static const struct tw_kind *const kinds[] = {&seq_kind, &keep_kind, &twice_kind, &check_kind, &deal_kind};

struct shape {
	uint32_t workers, slots;
	enum tw_wait wait;
};

static const struct shape shapes[] = {
	{1, 0, TW_WAIT_ADAPTIVE}, {1, 2, TW_WAIT_PARK},     {2, 0, TW_WAIT_ADAPTIVE}, {2, 2, TW_WAIT_PARK},
	{2, 4096, TW_WAIT_SPIN},  {3, 2, TW_WAIT_ADAPTIVE}, {5, 2, TW_WAIT_PARK},     {5, 4096, TW_WAIT_ADAPTIVE},
};

#define N_SHAPES (sizeof shapes / sizeof *shapes)

/* Run on all shapes; each sink named must have this many rows and this sum of ids. */
static void flow(const char *graph, const char *sink, uint64_t rows, int64_t sum)
{
	size_t i;

	for (i = 0; i < N_SHAPES; i++) {
		struct rig r = {.kinds = kinds,
				.n_kinds = 5,
				.workers = shapes[i].workers,
				.slots = shapes[i].slots,
				.wait = shapes[i].wait};
		struct rig_graph g;
		const struct check *c;

		rig_open(&r, graph, &g);
		rig_finish(&r, &g);
		c = rig_node(&g, sink)->op;
		cr_assert_eq(c->rows, rows, "%llu rows, not %llu, with %u workers and %u slots",
			     (unsigned long long)c->rows, (unsigned long long)rows, r.workers, r.slots);
		cr_assert_eq(c->sum, sum);
		rig_close(&g);
	}
}

static int64_t sum_to(int64_t n)
{
	return n * (n - 1) / 2;
}

Test(flow, chain)
{
	flow("{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":50000}},"
	     "\"b\":{\"op\":\"twice\"},\"c\":{\"op\":\"check\"}},\"edges\":[\"a -> b\",\"b -> c\"]}",
	     "c", 50000, sum_to(50000));
}

Test(flow, batches_of_one)
{
	flow("{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":20000,\"rows\":"
	     "1}},"
	     "\"b\":{\"op\":\"twice\"},\"c\":{\"op\":\"check\"}},\"edges\":[\"a -> b\",\"b -> c\"]}",
	     "c", 20000, sum_to(20000));
}

Test(flow, sparse_rows_are_gathered)
{
	flow("{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":200000}},"
	     "\"f\":{\"op\":\"keep\",\"config\":{\"one_in\":1000}},\"b\":{\"op\":\"twice\"},\"c\":{\"op\":\"check\"}},"
	     "\"edges\":[\"a -> f\",\"f -> b\",\"b -> c\"]}",
	     "c", 200, 1000 * sum_to(200));
}

/* Two branches add columns to the same memory, one filters it; all meet again. */
Test(flow, fan_out_shares_rows)
{
	const char *graph =
		"{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":30000}},"
		"\"b\":{\"op\":\"twice\"},\"f\":{\"op\":\"keep\",\"config\":{\"one_in\":3}},\"g\":{\"op\":\"twice\"},"
		"\"x\":{\"op\":\"check\"},\"y\":{\"op\":\"check\"},\"z\":{\"op\":\"check\"}},"
		"\"edges\":[\"a -> b\",\"a -> f\",\"a -> z\",\"b -> x\",\"f -> g\",\"g -> y\"]}";

	flow(graph, "x", 30000, sum_to(30000));
	flow(graph, "y", 10000, 3 * sum_to(10000));
	flow(graph, "z", 30000, sum_to(30000));
}

/* An operator gives each of its ports a handle on the same rows; one port has two readers. */
Test(flow, ports_share_rows)
{
	const char *graph =
		"{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":30000}},"
		"\"d\":{\"op\":\"deal\",\"config\":{\"ports\":3}},\"b\":{\"op\":\"twice\"},\"g\":{\"op\":\"twice\"},"
		"\"x\":{\"op\":\"check\"},\"y\":{\"op\":\"check\"},\"z\":{\"op\":\"check\"}},"
		"\"edges\":[\"a -> d\",\"d.p0 -> b\",\"b -> x\",\"d.p2 -> g\",\"g -> y\",\"d.p2 -> z\"]}";

	flow(graph, "x", 10000, 3 * sum_to(10000));
	flow(graph, "y", 10000, 3 * sum_to(10000) + 2 * 10000);
	flow(graph, "z", 10000, 3 * sum_to(10000) + 2 * 10000);
}

/* The same rows come twice, by different ways, to an operator that adds columns: what it
 * writes for one handle must not harm the other's. */
Test(flow, shared_rows_meet_again)
{
	static const char *const edges[] = {
		"\"a -> d\",\"d.p0 -> f\",\"f -> b\",\"d.p1 -> b\",\"b -> c\"",
		"\"a -> d\",\"a -> f\",\"f -> b\",\"d.p1 -> b\",\"b -> c\"",
		"\"a -> d\",\"d.p0 -> b\",\"d.p1 -> f\",\"f -> b\",\"b -> c\"",
	};
	char graph[1000];
	int i;

	for (i = 0; i < 3; i++) {
		snprintf(graph, sizeof graph,
			 "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":"
			 "6000}},"
			 "\"d\":{\"op\":\"deal\",\"config\":{\"all\":true}},\"f\":{\"op\":\"keep\",\"config\":{\"one_"
			 "in\":3}},"
			 "\"b\":{\"op\":\"twice\"},\"c\":{\"op\":\"check\",\"config\":{\"in_order\":false}}},\"edges\":"
			 "[%s]}",
			 edges[i]);
		flow(graph, "c", 8000, sum_to(6000) + 3 * sum_to(2000));
	}
}

Test(flow, fan_in_of_two_sources)
{
	flow("{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":20000}},"
	     "\"b\":{\"op\":\"seq\",\"config\":{\"count\":10000,\"rows\":64}},\"t\":{\"op\":\"twice\"},"
	     "\"c\":{\"op\":\"check\",\"config\":{\"in_order\":false}}},\"edges\":[\"a -> t\",\"b -> t\",\"t -> c\"]}",
	     "c", 30000, sum_to(20000) + sum_to(10000));
}

/* A diamond whose branches carry the same columns in other places: rows are
 * copied into one layout. */
Test(flow, diamond_with_unlike_branches)
{
	flow("{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":20000}},"
	     "\"b\":{\"op\":\"twice\"},\"d\":{\"op\":\"twice\"},\"c\":{\"op\":\"check\",\"config\":{\"in_order\":false}"
	     "}},"
	     "\"edges\":[\"a -> b\",\"a -> d\",\"b -> c\",\"d -> c\"]}",
	     "c", 40000, 2 * sum_to(20000));
}

Test(flow, watermarks_never_overtake_rows)
{
	flow("{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":60000,\"step\":"
	     "1000},"
	     "\"watermark\":{\"field\":\"ts\"}},\"f\":{\"op\":\"keep\",\"config\":{\"one_in\":20}},\"c\":{\"op\":"
	     "\"check\"}},"
	     "\"edges\":[\"a -> f\",\"f -> c\"]}",
	     "c", 3000, 20 * sum_to(3000));
}

/* Dropping edges lose rows and count each; blocking ones beside them do not. */
Test(flow, dropping_edges_count_what_they_lose)
{
	static const char *const policies[] = {"drop_newest", "drop_oldest"};
	size_t k;

	for (k = 0; k < 2; k++) {
		struct rig r = {.kinds = kinds, .n_kinds = 4, .workers = 3, .slots = 2, .wait = TW_WAIT_PARK};
		struct rig_graph g;
		const struct check *x, *y;
		const struct tw_link *l;
		char graph[600];

		snprintf(graph, sizeof graph,
			 "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":"
			 "300000}},"
			 "\"x\":{\"op\":\"check\"},\"y\":{\"op\":\"check\"}},\"edges\":[\"a -> x\","
			 "{\"from\":\"a\",\"to\":\"y\",\"queue\":{\"slots\":2,\"full\":\"%s\"}}]}",
			 policies[k]);
		rig_open(&r, graph, &g);
		rig_finish(&r, &g);
		x = rig_node(&g, "x")->op;
		y = rig_node(&g, "y")->op;
		l = &g.run->links[1];
		cr_assert_eq(x->rows, 300000);
		cr_assert_eq(y->rows + l->dropped + l->discarded, 300000);
		rig_close(&g);
	}
}

Test(flow, drain_ends_an_endless_source)
{
	size_t i;

	for (i = 0; i < N_SHAPES; i++) {
		struct rig r = {.kinds = kinds,
				.n_kinds = 4,
				.workers = shapes[i].workers,
				.slots = shapes[i].slots,
				.wait = shapes[i].wait};
		struct rig_graph g;
		const struct seq *s;
		const struct check *c;

		rig_open(
			&r,
			"{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":-1}},"
			"\"b\":{\"op\":\"twice\"},\"c\":{\"op\":\"check\"}},\"edges\":[\"a -> b\",\"b -> c\"]}",
			&g);
		cr_assert_eq(tw_run_start(g.run), 0);
		while (tw_stat_get(&rig_node(&g, "c")->rows_in) == 0)
			cr_assert(!tw_run_wait(g.run, 1));
		tw_run_drain(g.run);
		cr_assert(tw_run_wait(g.run, 60000), "did not drain");
		s = rig_node(&g, "a")->op;
		c = rig_node(&g, "c")->op;
		cr_assert_gt(c->rows, 0);
		cr_assert_eq(c->rows, (uint64_t)s->next);
		rig_close(&g);
	}
}

Test(flow, stop_ends_at_once)
{
	struct rig r = {.kinds = kinds, .n_kinds = 4, .workers = 2, .slots = 4};
	struct rig_graph g;

	rig_open(&r,
		 "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":-1}},"
		 "\"c\":{\"op\":\"check\"}},\"edges\":[\"a -> c\"]}",
		 &g);
	cr_assert_eq(tw_run_start(g.run), 0);
	cr_assert(!tw_run_wait(g.run, 20));
	tw_run_stop(g.run);
	cr_assert(tw_run_wait(g.run, 60000));
	rig_close(&g);
}

/* Merged by event time: rows of a fast and a slow branch come in order. */
Test(flow, event_time_merge_sorts)
{
	flow("{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":20000,\"step\":"
	     "3},"
	     "\"watermark\":{\"field\":\"ts\"}},\"b\":{\"op\":\"keep\",\"config\":{\"one_in\":2}},"
	     "\"d\":{\"op\":\"keep\",\"config\":{\"one_in\":1}},\"f\":{\"op\":\"keep\",\"config\":{\"one_in\":1}},"
	     "\"c\":{\"op\":\"check\",\"order\":\"event_time\",\"config\":{\"in_order\":false,\"by_time\":true}}},"
	     "\"edges\":[\"a -> b\",\"a -> d\",\"d -> f\",\"b -> c\",\"f -> c\"]}",
	     "c", 30000, sum_to(20000) + 2 * sum_to(10000));
}
