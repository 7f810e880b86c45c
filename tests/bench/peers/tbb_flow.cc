/*
 * tbb_flow.cc - oneTBB's flow_graph: input_node -> k function_nodes -> function_node.
 *
 * On one thread the nodes are lightweight: oneTBB then runs a body within its
 * predecessor's task. On more threads (or with mode=queueing) each node has tasks and a
 * queue of its own. Serial nodes pass on in the order in which they are done, not in
 * which messages came, as soon as there are two threads; so a sequencer_node stands
 * before the sink there. A limiter_node keeps queues from growing without end.
 */
#include "tbb.h"

#include <memory>
#include <oneapi/tbb/flow_graph.h>

namespace flow = tbb::flow;

template <typename policy> using worker = flow::function_node<message *, message *, policy>;

class chain
{
      public:
	chain(const struct pace_args &args, double ns_per_tick);
	int run();

      private:
	flow::sender<message *> *add_operators(flow::sender<message *> *from);
	void connect();
	template <typename policy> flow::sender<message *> *append(flow::sender<message *> *from, uint32_t i)
	{
		auto body = [i](message *m) {
			operate_on(m->r, m->n, i);
			return m;
		};
		auto node = std::make_unique<worker<policy>>(graph, flow::serial, body);
		worker<policy> *raw = node.get();

		flow::make_edge(*from, *raw);
		nodes.push_back(std::move(node));
		return raw;
	}
	message *next(tbb::flow_control &control)
	{
		message *m = pool.take();

		m->n = source_fill(&from, m->r);
		if (m->n == 0)
			control.stop();
		return m;
	}

	const struct pace_args a;
	const bool queueing; /* each node is */
	const uint32_t window;
	messages pool;
	struct source from;
	struct peer_sink to;
	flow::graph graph;
	flow::input_node<message *> source;
	flow::limiter_node<message *> limit;
	flow::sequencer_node<message *> order;
	std::vector<std::unique_ptr<flow::graph_node>> nodes;
	flow::function_node<message *, flow::continue_msg, flow::queueing_lightweight> sink;
};

chain::chain(const struct pace_args &args, double ns_per_tick)
    : a(args), queueing(strcmp(a.mode, "queueing") == 0 || a.threads > 1),
      window(a.slots / a.batch > 4 ? a.slots / a.batch : 4), pool(window + 1, a.batch),
      source(graph, [this](tbb::flow_control &c) { return next(c); }), limit(graph, window),
      order(graph, [](message *m) { return (size_t)m->number; }), sink(graph, flow::serial, [this](message *m) {
	      sink_take(&to, &a, m->r, m->n);
	      return flow::continue_msg();
      })
{
	to = peer_sink_make(&a, pace_added(a.ops), ns_per_tick);
	connect();
	from = source_begin(&a, ns_per_tick);
}

flow::sender<message *> *chain::add_operators(flow::sender<message *> *last)
{
	for (uint32_t i = 1; i <= a.ops; i++) {
		if (queueing)
			last = append<flow::queueing>(last, i);
		else
			last = append<flow::queueing_lightweight>(last, i);
	}
	return last;
}

void chain::connect()
{
	flow::sender<message *> *last = &source;

	if (queueing) {
		flow::make_edge(source, limit);
		flow::make_edge(sink, limit.decrementer());
		last = &limit;
	}
	last = add_operators(last);
	if (a.threads > 1) {
		flow::make_edge(*last, order);
		last = &order;
	}
	flow::make_edge(*last, sink);
}

int chain::run()
{
	source.activate();
	graph.wait_for_all();
	return peer_end("oneTBB flow_graph", &a, &to, from.start);
}

int main(int argc, char **argv)
{
	const struct pace_args a = pace_args(argc, argv);

	if (!tbb_has(a) || (a.mode[0] && strcmp(a.mode, "queueing") != 0))
		return PACE_SKIP;
	pin_to_both(&a);
	tbb::global_control most(tbb::global_control::max_allowed_parallelism, a.threads);
	tbb::task_arena arena((int)a.threads);
	pinned pins(arena, a);
	const double ns_per_tick = pace_ns_per_tick();

	return arena.execute([&] {
		auto c = std::make_unique<chain>(a, ns_per_tick);

		return c->run();
	});
}
