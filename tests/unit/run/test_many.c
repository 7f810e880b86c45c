/* Graphs of many nodes on few workers, deep and wide: all rows arrive, all memory
 * comes home, however the nodes are dealt out. */
#include "rig.h"

#include "ops.h"
#include <stdarg.h>

static const struct tw_kind *const kinds[] = {&seq_kind, &keep_kind, &check_kind, &tally_kind};

struct text {
	char s[12000];
	size_t n;
};

static void add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	t->n += (size_t)vsnprintf(t->s + t->n, sizeof t->s - t->n, fmt, args);
	va_end(args);
	cr_assert_lt(t->n, sizeof t->s);
}

static void run_many(const struct text *graph, uint32_t n_nodes, const char *sink, uint64_t rows, int64_t sum)
{
	static const uint32_t workers[] = {2, 3, 5};
	uint32_t worker_of[64], i, w, seed = 99;

	for (w = 0; w < 12; w++) {
		struct rig r = {.kinds = kinds,
				.n_kinds = 4,
				.workers = workers[w % 3],
				.slots = w / 3 % 2 ? 2 : 16,
				.worker_of = worker_of,
				.wait = w / 6 ? TW_WAIT_ADAPTIVE : TW_WAIT_PARK,
				.timeout_ms = 60000};
		const struct tally *t;
		struct rig_graph g;

		for (i = 0; i < n_nodes; i++) {
			seed = seed * 1103515245 + 12345;
			worker_of[i] = (seed >> 16) % r.workers;
		}
		rig_open(&r, graph->s, &g);
		rig_finish(&r, &g);
		t = rig_node(&g, sink)->op;
		cr_assert_eq(t->rows, rows, "round %u: %llu rows", w, (unsigned long long)t->rows);
		cr_assert_eq(t->sum, sum);
		rig_close(&g);
	}
}

/* A chain of 60 nodes. */
Test(many, chain, .timeout = 120)
{
	struct text t = {.n = 0};
	uint32_t i;

	add(&t, "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"n0\":{\"op\":\"seq\",\"config\":{\"count\":20000,"
		"\"rows\":64}}");
	for (i = 1; i < 59; i++)
		add(&t, ",\"n%u\":{\"op\":\"keep\",\"config\":{\"one_in\":1}}", i);
	add(&t, ",\"n59\":{\"op\":\"tally\"}},\"edges\":[\"n0 -> n1\"");
	for (i = 1; i < 59; i++)
		add(&t, ",\"n%u -> n%u\"", i, i + 1);
	add(&t, "]}");
	run_many(&t, 60, "n59", 20000, 20000ll * 19999 / 2);
}

/* A binary tree: every row is shared by 32 sinks, five fan-outs deep. */
Test(many, tree, .timeout = 120)
{
	struct text t = {.n = 0};
	uint32_t i;

	add(&t, "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"n1\":{\"op\":\"seq\",\"config\":{\"count\":20000}}");
	for (i = 2; i < 64; i++)
		add(&t, ",\"n%u\":{\"op\":\"%s\"}", i,
		    i < 32 ? "keep\",\"config\":{\"one_in\":1},\"doc\":\"x" : "tally");
	add(&t, "},\"edges\":[\"n1 -> n2\"");
	for (i = 3; i < 64; i++)
		add(&t, ",\"n%u -> n%u\"", i / 2, i);
	add(&t, "]}");
	run_many(&t, 63, "n63", 20000, 20000ll * 19999 / 2);
}

/* Ten diamonds one after another: rows double at each that is not a filter's. */
Test(many, diamonds, .timeout = 120)
{
	struct text t = {.n = 0};
	uint32_t i;

	add(&t, "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"m0\":{\"op\":\"seq\",\"config\":{\"count\":512,"
		"\"rows\":64}}");
	for (i = 1; i <= 10; i++)
		add(&t,
		    ",\"a%u\":{\"op\":\"keep\",\"config\":{\"one_in\":1}},\"b%u\":{\"op\":\"keep\",\"config\":{\"one_"
		    "in\":2}},"
		    "\"m%u\":{\"op\":\"keep\",\"config\":{\"one_in\":1}}",
		    i, i, i);
	add(&t, ",\"z\":{\"op\":\"tally\"}},\"edges\":[\"m10 -> z\"");
	for (i = 1; i <= 10; i++)
		add(&t, ",\"m%u -> a%u\",\"m%u -> b%u\",\"a%u -> m%u\",\"b%u -> m%u\"", i - 1, i, i - 1, i, i, i, i, i);
	add(&t, "]}");
	/* odd ids come once, even ones 2^10 times */
	run_many(&t, 32, "z", 256 + 256 * 1024, 256ll * 256 + 1024ll * 256 * 255);
}

/* Ten sources into one sink. */
Test(many, fan_in, .timeout = 120)
{
	struct text t = {.n = 0};
	uint32_t i;

	add(&t, "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"z\":{\"op\":\"tally\"}");
	for (i = 0; i < 30; i++)
		add(&t, ",\"s%u\":{\"op\":\"seq\",\"config\":{\"count\":%u,\"rows\":8}}", i, 100 * i);
	add(&t, "},\"edges\":[\"s0 -> z\"");
	for (i = 1; i < 30; i++)
		add(&t, ",\"s%u -> z\"", i);
	add(&t, "]}");
	{
		uint64_t rows = 0;
		int64_t sum = 0;

		for (i = 0; i < 30; i++) {
			rows += 100 * i;
			sum += 50ll * i * (100 * i - 1);
		}
		run_many(&t, 31, "z", rows, sum);
	}
}

/* Drained in the middle of it all, a graph ends in good time, with nothing lost. */
Test(many, drain_deadline, .timeout = 120)
{
	uint32_t k;

	for (k = 0; k < 12; k++) {
		struct rig r = {.kinds = kinds,
				.n_kinds = 4,
				.workers = 1 + k % 5,
				.slots = k % 2 ? 2 : 64,
				.wait = k % 3 ? TW_WAIT_PARK : TW_WAIT_ADAPTIVE};
		const struct tally *z, *y;
		struct rig_graph g;

		rig_open(&r,
			 "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"seq\",\"config\":{\"count\":-1,"
			 "\"rows\":8}},"
			 "\"b\":{\"op\":\"keep\",\"config\":{\"one_in\":1}},\"c\":{\"op\":\"keep\",\"config\":{\"one_"
			 "in\":2}},"
			 "\"y\":{\"op\":\"tally\",\"config\":{\"us\":200}},\"z\":{\"op\":\"tally\"}},"
			 "\"edges\":[\"a -> b\",\"b -> c\",\"b -> z\",\"c -> y\"]}",
			 &g);
		cr_assert_eq(tw_run_start(g.run), 0);
		cr_assert(!tw_run_wait(g.run, 10));
		tw_run_drain(g.run);
		cr_assert(tw_run_wait(g.run, 30000), "not drained after 30 s");
		z = rig_node(&g, "z")->op;
		y = rig_node(&g, "y")->op;
		cr_assert_eq(z->rows, (uint64_t)((const struct seq *)rig_node(&g, "a")->op)->next);
		cr_assert_eq(y->rows, (z->rows + 1) / 2);
		rig_close(&g);
	}
}
