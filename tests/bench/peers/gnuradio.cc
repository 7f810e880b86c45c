/*
 * gnuradio.cc - GNU Radio: sync blocks of items of 64 bytes, a thread for each block, as
 * its scheduler has it. There is no other way to run it, so chains have threads=ops+2.
 * The batch is the most items that a block is called for (max_noutput_items): 1 is far
 * from how it is used, 64 still is; mode=free leaves it to GNU Radio. An item is copied
 * from one buffer to the next by each operator.
 */
#include "ends.h"

#include <gnuradio/io_signature.h>
#include <gnuradio/sync_block.h>
#include <gnuradio/top_block.h>
#include <memory>

constexpr int item = sizeof(struct pace_record);

static gr::io_signature::sptr items(int n)
{
	return gr::io_signature::make(n, n, item);
}

class source_block : public gr::sync_block
{
      public:
	source_block(const struct pace_args &args, double ns)
	    : gr::sync_block("source", items(0), items(1)), a(args), ns_per_tick(ns)
	{
	}
	int work(int most, gr_vector_const_void_star &, gr_vector_void_star &out) override
	{
		if (from.next == 0)
			from = source_begin(&a, ns_per_tick);
		a.batch = (uint32_t)most;
		const uint32_t n = source_fill(&from, (struct pace_record *)out[0]);

		return n ? (int)n : WORK_DONE;
	}
	int64_t began() const
	{
		return from.start;
	}

      private:
	struct pace_args a;
	const double ns_per_tick;
	struct source from = {};
};

class operator_block : public gr::sync_block
{
      public:
	explicit operator_block(uint32_t i) : gr::sync_block("operator", items(1), items(1)), add(i)
	{
	}
	int work(int n, gr_vector_const_void_star &in, gr_vector_void_star &out) override
	{
		memcpy(out[0], in[0], (size_t)n * item);
		operate_on((struct pace_record *)out[0], (uint32_t)n, add);
		return n;
	}

      private:
	const uint32_t add;
};

class sink_block : public gr::sync_block
{
      public:
	sink_block(const struct pace_args &args, double ns)
	    : gr::sync_block("sink", items(1), items(0)), to(peer_sink_make(&args, pace_added(args.ops), ns)), a(args)
	{
	}
	int work(int n, gr_vector_const_void_star &in, gr_vector_void_star &) override
	{
		sink_take(&to, &a, (const struct pace_record *)in[0], (uint32_t)n);
		return n;
	}
	struct peer_sink to;

      private:
	const struct pace_args a;
};

/* a: as asked, but without operators in a hop. */
static int run(const struct pace_args &asked, const struct pace_args &a)
{
	const double ns = pace_ns_per_tick();
	auto top = gr::make_top_block("chain");
	auto source = std::make_shared<source_block>(a, ns);
	auto sink = std::make_shared<sink_block>(a, ns);
	gr::basic_block_sptr last = source;

	source->set_max_output_buffer(a.slots);
	if (a.ops == 0) { /* a hop: two threads, each with a CPU */
		source->set_processor_affinity({(int)a.cpu});
		sink->set_processor_affinity({(int)a.cpu2});
	}
	for (uint32_t i = 1; i <= a.ops; i++) {
		auto next = std::make_shared<operator_block>(i);

		next->set_max_output_buffer(a.slots);
		top->connect(last, 0, next, 0);
		last = next;
	}
	top->connect(last, 0, sink, 0);
	top->run(a.mode[0] ? 100000000 : (int)a.batch);
	return peer_end("GNU Radio", &asked, &sink->to, source->began());
}

int main(int argc, char **argv)
{
	const struct pace_args asked = pace_args(argc, argv);
	struct pace_args a = asked;
	const bool hop = strcmp(a.scenario, "hop") == 0;

	if ((a.mode[0] && strcmp(a.mode, "free") != 0) || a.batch == 0)
		return PACE_SKIP;
	if (!hop && (strcmp(a.scenario, "chain") != 0 || a.threads != a.ops + 2))
		return PACE_SKIP;
	if (hop)
		a.ops = 0;
	pin_to_both(&a);
	return run(asked, a);
}
