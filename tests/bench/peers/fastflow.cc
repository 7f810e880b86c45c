/*
 * fastflow.cc - FastFlow (headers only; FASTFLOW_DIR says where). Nodes derive from ff_node
 * itself, which spares the cast of ff_node_t; queues are bounded, so that nothing is
 * allocated; messages come from memory that exists, as blocks of a batch of records.
 * Where a thread finds its queue empty or full, FastFlow lets 1000 ticks pass; here it
 * looks again at once, by the hooks that FastFlow has for that.
 *
 *   hop                  a pipeline of two nodes, two spinning threads
 *   hop mode=buffer      SWSR_Ptr_Buffer alone, the bounded queue under all of it
 *   hop mode=unbounded   uSWSR_Ptr_Buffer alone, as a bounded queue (what a pipeline uses)
 *   chain threads=1      all nodes fused by ff_comb
 *   chain threads=2      source and half of the operators fused, the rest too
 *   chain threads=ops+2  a thread per node, all on cpu and cpu2: mode=block (the default),
 *                        spin, or yield (a thread that finds nothing gives its core away)
 */
#include "peer.h"
#include <ff/ff.hpp>
#include <thread>
#include <vector>

namespace
{

/* A message is the first of a batch of records; how many there are stands in its pad. */
struct flow {
	struct pace_args args;
	double ns_per_tick;
	uint32_t slots;      /* messages in a queue */
	pace_record *blocks; /* used in turn: more than all queues hold and all threads have in hand */
	uint64_t mask;
	peer_sink sink;    /* the sink's */
	int64_t start = 0; /* the source's */
	int ready = 0;     /* set by the sink's thread, once */
};

inline uint64_t &count_of(pace_record *message)
{
	return message->pad[0];
}

enum class waiting { spin, yield };

/* A node whose thread is pinned, and waits as told. Only the first node of a thread waits. */
template <typename base> class stage : public base
{
      public:
	template <typename... args>
	stage(int cpu, waiting how, args &&...rest) : base(std::forward<args>(rest)...), cpu(cpu), how(how)
	{
		this->no_mapping();
	}
	void losetime_in(unsigned long) override
	{
		if (how == waiting::yield)
			sched_yield();
	}
	void losetime_out(unsigned long) override
	{
		if (how == waiting::yield)
			sched_yield();
	}
	int svc_init() override
	{
		if (cpu >= 0)
			pace_pin((uint32_t)cpu);
		return base::svc_init();
	}

      private:
	int cpu;
	waiting how;
};

/* Calls send with every message, at its time. */
template <typename sender> void make_all(flow *f, sender send)
{
	const pace p = pace_begin(f->args.rate, f->ns_per_tick);
	uint64_t message = 0;

	f->start = pace_mono();
	for (uint64_t i = 0; i < f->args.records;) {
		const uint32_t n = peer_due(&f->args, &p, i);
		pace_record *r = f->blocks + (message++ & f->mask) * f->args.batch;

		for (uint32_t k = 0; k < n; k++)
			peer_write(r + k, &p, i + k);
		count_of(r) = n;
		send(r);
		i += n;
	}
}

/* True once the last record is there. */
inline bool take(flow *f, pace_record *message)
{
	peer_take_run(&f->sink, message, (uint32_t)count_of(message));
	if (f->sink.seq < f->args.records)
		return false;
	f->sink.end = pace_mono();
	return true;
}

struct source : ff::ff_node {
	explicit source(flow *f) : f(f)
	{
	}
	void *svc(void *) override
	{
		make_all(f, [this](pace_record *r) { ff_send_out(r); });
		return EOS;
	}
	flow *f;
};

struct adder : ff::ff_node {
	explicit adder(uint64_t add) : add(add)
	{
	}
	void *svc(void *message) override
	{
		auto r = static_cast<pace_record *>(message);
		const uint64_t n = count_of(r);

		for (uint64_t k = 0; k < n; k++)
			r[k].value += add;
		return message;
	}
	uint64_t add;
};

struct sink : ff::ff_node {
	explicit sink(flow *f) : f(f)
	{
	}
	void *svc(void *message) override
	{
		take(f, static_cast<pace_record *>(message));
		return GO_ON;
	}
	flow *f;
};

/* nodes[from..to) as one node; the thread that runs it is pinned by the source or the sink inside. */
ff::ff_node *fused(const std::vector<ff::ff_node *> &nodes, size_t from, size_t to)
{
	ff::ff_node *last = nodes[to - 1];

	for (size_t i = to - 1; i-- > from;)
		last = new stage<ff::ff_comb>(-1, waiting::spin, nodes[i], last);
	return last;
}

/* A cpu of -1: not pinned. */
std::vector<ff::ff_node *> make_nodes(flow *f, uint32_t ops, int cpu, int cpu2, waiting how)
{
	std::vector<ff::ff_node *> nodes;

	nodes.push_back(new stage<source>(cpu, how, f));
	for (uint32_t i = 1; i <= ops; i++)
		nodes.push_back(new stage<adder>(-1, how, i));
	nodes.push_back(new stage<sink>(cpu2, how, f));
	return nodes;
}

int run_one_thread(flow *f)
{
	const struct pace_args &a = f->args;
	auto nodes = make_nodes(f, a.ops, (int)a.cpu, (int)a.cpu, waiting::spin);
	auto all = static_cast<ff::ff_comb *>(fused(nodes, 0, nodes.size()));

	return all->run_and_wait_end() < 0 ? 2 : peer_end("FastFlow", &a, &f->sink, f->start);
}

int run_pipeline(flow *f, ff::ff_pipeline &pipe, bool blocking)
{
	pipe.setXNodeInputQueueLength((int)f->slots, true);
	pipe.setXNodeOutputQueueLength((int)f->slots, true);
	pipe.no_mapping();
	pipe.blocking_mode(blocking);
	return pipe.run_and_wait_end() < 0 ? 2 : peer_end("FastFlow", &f->args, &f->sink, f->start);
}

int run_two_threads(flow *f, uint32_t ops, bool blocking)
{
	auto nodes = make_nodes(f, ops, (int)f->args.cpu, (int)f->args.cpu2, waiting::spin);
	ff::ff_pipeline pipe;

	pipe.add_stage(fused(nodes, 0, 1 + ops / 2));
	pipe.add_stage(fused(nodes, 1 + ops / 2, nodes.size()));
	return run_pipeline(f, pipe, blocking);
}

/* All threads of the process on the two cores; the nodes' own inherit it. */
void pin_process(const struct pace_args &a)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(a.cpu, &set);
	CPU_SET(a.cpu2, &set);
	sched_setaffinity(0, sizeof set, &set);
}

int run_thread_per_node(flow *f, waiting how, bool blocking)
{
	ff::ff_pipeline pipe;

	pin_process(f->args);
	for (auto node : make_nodes(f, f->args.ops, -1, -1, how))
		pipe.add_stage(node);
	return run_pipeline(f, pipe, blocking);
}

template <typename buffer> int run_buffer(flow *f, buffer &queue)
{
	if (!queue.init())
		return 2;
	pace_pin(f->args.cpu);
	std::thread thread([f, &queue] {
		void *r;

		pace_pin(f->args.cpu2);
		__atomic_store_n(&f->ready, 1, __ATOMIC_RELEASE);
		while (!queue.pop(&r) || !take(f, static_cast<pace_record *>(r)))
			;
	});
	while (!__atomic_load_n(&f->ready, __ATOMIC_ACQUIRE))
		pace_pause();
	make_all(f, [&queue](pace_record *r) {
		while (!queue.push(r))
			;
	});
	thread.join();
	return peer_end("FastFlow", &f->args, &f->sink, f->start);
}

bool is_one_of(const char *mode, std::initializer_list<const char *> known)
{
	for (auto k : known)
		if (strcmp(mode, k) == 0)
			return true;
	return false;
}

int run_hop(flow *f)
{
	if (strcmp(f->args.mode, "buffer") == 0) {
		ff::SWSR_Ptr_Buffer queue(f->slots);

		return run_buffer(f, queue);
	}
	if (strcmp(f->args.mode, "unbounded") == 0) {
		ff::uSWSR_Ptr_Buffer queue(f->slots, true);

		return run_buffer(f, queue);
	}
	if (!is_one_of(f->args.mode, {"", "spin", "block"}))
		return PACE_SKIP;
	return run_two_threads(f, 0, strcmp(f->args.mode, "block") == 0);
}

int run_chain(flow *f)
{
	const struct pace_args &a = f->args;
	const bool yields = strcmp(a.mode, "yield") == 0;

	if (a.ops > 0 && a.threads == a.ops + 2 && is_one_of(a.mode, {"", "block", "spin", "yield"}))
		return run_thread_per_node(f, yields ? waiting::yield : waiting::spin,
					   is_one_of(a.mode, {"", "block"}));
	if (!is_one_of(a.mode, {"", "spin"}))
		return PACE_SKIP;
	if (a.threads == 1)
		return run_one_thread(f);
	return a.threads == 2 ? run_two_threads(f, a.ops, false) : PACE_SKIP;
}

} // namespace

int main(int argc, char **argv)
{
	flow f;

	f.args = pace_args(argc, argv);
	f.ns_per_tick = pace_ns_per_tick();
	const bool hop = strcmp(f.args.scenario, "hop") == 0;
	if ((!hop && strcmp(f.args.scenario, "chain") != 0) || f.args.batch == 0)
		return PACE_SKIP;
	/* Queues hold messages: so many that there are as many records as with a batch of one. */
	f.slots = std::max(16u, f.args.slots / f.args.batch);
	const uint32_t queues = hop ? 1 : f.args.ops + 1;
	const uint32_t messages =
		!hop && f.args.threads == 1 ? 1 : peer_round_up((queues + 1) * (uint64_t)f.slots + 64);
	f.blocks = static_cast<pace_record *>(peer_memory((size_t)messages * f.args.batch * sizeof *f.blocks));
	f.mask = messages - 1;
	f.sink = peer_sink_make(&f.args, hop ? 0 : pace_added(f.args.ops), f.ns_per_tick);
	return hop ? run_hop(&f) : run_chain(&f);
}
