/* Graphs that starve: few buffers, few slots, slow sinks, workers asleep. None may
 * stand still, and none may lose a row for want of memory. */
#include "rig.h"

#include "ops.h"

static const struct tw_kind *const kinds[] = {&seq_kind,   &keep_kind,  &twice_kind,
					      &check_kind, &texts_kind, &tally_kind};

#define GRAPH(nodes, edges) "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{" nodes "},\"edges\":[" edges "]}"

static int64_t sum_to(int64_t n)
{
	return n * (n - 1) / 2;
}

static void expect(const struct rig *r, const char *graph, uint64_t rows, int64_t sum)
{
	struct rig_graph g;
	const struct tally *t;
	uint32_t i;

	rig_open(r, graph, &g);
	rig_finish(r, &g);
	t = rig_node(&g, "z")->op;
	for (i = 0; i < g.run->n_links; i++)
		cr_assert_eq(tw_stat_get(&g.run->links[i].dropped), 0, "edge %u lost %llu rows", i,
			     (unsigned long long)tw_stat_get(&g.run->links[i].dropped));
	cr_assert_eq(t->rows, rows, "%llu rows, not %llu", (unsigned long long)t->rows, (unsigned long long)rows);
	cr_assert_eq(t->sum, sum);
	rig_close(&g);
}

/* The same with all sorts of waiting and placements. */
static void expect_always(const char *graph, uint64_t rows, int64_t sum)
{
	static const enum tw_wait waits[] = {TW_WAIT_PARK, TW_WAIT_ADAPTIVE};
	uint32_t w, s, n;

	for (n = 1; n <= 4; n++)
		for (w = 0; w < 2; w++)
			for (s = 0; s < 2; s++) {
				struct rig r = {.kinds = kinds,
						.n_kinds = 6,
						.workers = n,
						.slots = s ? 2 : 64,
						.wait = waits[w]};

				expect(&r, graph, rows, sum);
			}
}

/* A merge hands out more than its pool holds to a sink that is slow. */
Test(stall, merge_before_a_slow_sink)
{
	expect_always(
		GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":25000,\"step\":2},\"watermark\":{\"field\":\"ts\"}},"
		      "\"b\":{\"op\":\"seq\",\"config\":{\"count\":25000,\"step\":3},\"watermark\":{\"field\":\"ts\"}},"
		      "\"m\":{\"op\":\"keep\",\"order\":\"event_time\",\"config\":{\"one_in\":1}},"
		      "\"z\":{\"op\":\"tally\",\"config\":{\"us\":300}}",
		      "\"a -> m\",\"b -> m\",\"m -> z\""),
		50000, 2 * sum_to(25000));
}

/* The source has two blocks; each comes back only by way of two workers that have
 * nothing else to do. */
Test(stall, memory_comes_back_by_way_of_sleepers)
{
	static const uint32_t worker_of[] = {0, 1, 1, 2, 2, 3};
	struct rig r = {.kinds = kinds, .n_kinds = 6, .workers = 4, .worker_of = worker_of, .wait = TW_WAIT_PARK};
	uint32_t i;

	for (i = 0; i < 4; i++)
		expect(&r,
		       GRAPH("\"a\":{\"op\":\"texts\",\"config\":{\"count\":600,\"rows\":8,\"len\":100000,\"blocks\":2}"
			     "},"
			     "\"p\":{\"op\":\"keep\",\"config\":{\"one_in\":1}},\"q\":{\"op\":\"keep\",\"config\":{"
			     "\"one_in\":1}},"
			     "\"x\":{\"op\":\"tally\"},\"y\":{\"op\":\"tally\"},\"z\":{\"op\":\"tally\"}",
			     "\"a -> p\",\"p -> q\",\"p -> x\",\"q -> y\",\"q -> z\""),
		       600, sum_to(600));
}

/* One row in 1,000 is kept: rows that wait must not hold blocks that the source needs. */
Test(stall, sparse_rows_and_few_blocks)
{
	expect_always(GRAPH("\"a\":{\"op\":\"texts\",\"config\":{\"count\":60000,\"len\":200,\"blocks\":2}},"
			    "\"f\":{\"op\":\"keep\",\"config\":{\"one_in\":1000}},\"z\":{\"op\":\"tally\"}",
			    "\"a -> f\",\"f -> z\""),
		      60, 1000 * sum_to(60));
}

/* Kept rows with much text each: more than a gathered batch may own. */
Test(stall, sparse_rows_of_long_text)
{
	expect_always(GRAPH("\"a\":{\"op\":\"texts\",\"config\":{\"count\":1024,\"len\":16000,\"blocks\":20}},"
			    "\"f\":{\"op\":\"keep\",\"config\":{\"one_in\":9}},\"z\":{\"op\":\"tally\"}",
			    "\"a -> f\",\"f -> z\""),
		      114, 9 * sum_to(114));
}

/* A text that no text buffer can hold passes a filter all the same. */
Test(stall, sparse_row_of_huge_text)
{
	expect_always(
		GRAPH("\"a\":{\"op\":\"texts\",\"config\":{\"count\":650,\"len\":100,\"big\":300000,\"blocks\":20}},"
		      "\"f\":{\"op\":\"keep\",\"config\":{\"one_in\":65}},\"z\":{\"op\":\"tally\"}",
		      "\"a -> f\",\"f -> z\""),
		10, 65 * 45);
}

/* Branches that meet with unlike columns: all rows are copied, with their text. */
Test(stall, copied_rows_of_long_text)
{
	expect_always(GRAPH("\"a\":{\"op\":\"texts\",\"config\":{\"count\":3000,\"len\":3000,\"blocks\":20}},"
			    "\"b\":{\"op\":\"texts\",\"config\":{\"count\":3000,\"len\":3000,\"blocks\":20,"
			    "\"nullable\":true}},"
			    "\"m\":{\"op\":\"keep\",\"config\":{\"one_in\":1}},\"z\":{\"op\":\"tally\",\"config\":{"
			    "\"us\":300}}",
			    "\"a -> m\",\"b -> m\",\"m -> z\""),
		      6000, 2 * sum_to(3000));
}

/* The end of a stream finds its last slot taken: it is told when there is one. */
Test(stall, end_of_stream_waits_for_a_slot)
{
	uint32_t i;

	for (i = 0; i < 20; i++) {
		struct rig r = {.kinds = kinds,
				.n_kinds = 6,
				.workers = 2 + i % 2,
				.slots = 3,
				.wait = TW_WAIT_PARK,
				.timeout_ms = 20000};

		expect(&r,
		       GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":200,\"rows\":1,\"step\":10},\"watermark\":{"
			     "\"field\":\"ts\"}},"
			     "\"z\":{\"op\":\"tally\",\"config\":{\"us\":300}},\"f\":{\"op\":\"keep\",\"config\":{"
			     "\"one_in\":1}}",
			     "\"a -> f\",\"f -> z\""),
		       200, sum_to(200));
	}
}
