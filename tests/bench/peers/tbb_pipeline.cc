/*
 * tbb_pipeline.cc - oneTBB's parallel_pipeline: serial_in_order filters, one per
 * operator. A thread carries a message through as many filters as it can; more threads
 * than the arena has are never used, so threads=ops+2 is a thread for each filter.
 */
#include "tbb.h"

#include <memory>
#include <oneapi/tbb/parallel_pipeline.h>

typedef tbb::filter<message *, message *> worker;

struct chain {
	struct pace_args a;
	struct source from;
	struct peer_sink to;
};

static tbb::filter<void, void> filters(chain &c, messages &pool)
{
	constexpr auto serial = tbb::filter_mode::serial_in_order;
	tbb::filter<void, message *> all(serial, [&](tbb::flow_control &control) {
		message *m = pool.take();

		m->n = source_fill(&c.from, m->r);
		if (m->n == 0)
			control.stop();
		return m;
	});

	for (uint32_t i = 1; i <= c.a.ops; i++)
		all = all & worker(serial, [i](message *m) {
			      operate_on(m->r, m->n, i);
			      return m;
		      });
	return all & tbb::filter<message *, void>(serial, [&](message *m) { sink_take(&c.to, &c.a, m->r, m->n); });
}

int main(int argc, char **argv)
{
	const struct pace_args a = pace_args(argc, argv);

	if (!tbb_has(a) || a.mode[0])
		return PACE_SKIP;
	pin_to_both(&a);
	tbb::global_control most(tbb::global_control::max_allowed_parallelism, a.threads);
	tbb::task_arena arena((int)a.threads);
	pinned pins(arena, a);
	const double ns_per_tick = pace_ns_per_tick();
	/* Messages under way: a few for each thread, as oneTBB advises. */
	const uint32_t tokens = a.threads * 4;
	auto c = std::make_unique<chain>();
	messages pool(tokens + 1, a.batch);

	c->a = a;
	c->to = peer_sink_make(&a, pace_added(a.ops), ns_per_tick);
	arena.execute([&] {
		const auto all = filters(*c, pool);

		c->from = source_begin(&a, ns_per_tick);
		tbb::parallel_pipeline(tokens, all);
	});
	return peer_end("oneTBB parallel_pipeline", &a, &c->to, c->from.start);
}
