/*
 * tbb.h - what the two harnesses of oneTBB share: messages, and threads on their CPUs.
 */
#ifndef TBB_H
#define TBB_H

#include "ends.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_scheduler_observer.h>
#include <vector>

/* Records travel by pointer: nothing that a graph copies is faster. */
struct message {
	uint64_t number; /* 0, 1, 2, ... */
	uint32_t n;
	struct pace_record *r;
};

/* A ring of messages; one is free again when the `count`th after it is wanted, for at
 * most `count` are under way and they end in order. */
class messages
{
      public:
	messages(uint32_t count, uint32_t batch) : records((size_t)count * batch), ring(count)
	{
		for (uint32_t i = 0; i < count; i++)
			ring[i].r = &records[(size_t)i * batch];
	}
	message *take()
	{
		message *m = &ring[next % ring.size()];

		m->number = next++;
		return m;
	}

      private:
	std::vector<pace_record> records;
	std::vector<message> ring;
	uint64_t next = 0;
};

/* With two threads, each has a CPU of its own. */
class pinned : public tbb::task_scheduler_observer
{
      public:
	pinned(tbb::task_arena &arena, const struct pace_args &args) : tbb::task_scheduler_observer(arena), a(args)
	{
		observe(true);
	}
	~pinned() override
	{
		observe(false);
	}
	void on_scheduler_entry(bool) override
	{
		if (a.threads <= 2)
			pace_pin(tbb::this_task_arena::current_thread_index() ? a.cpu2 : a.cpu);
	}

      private:
	const struct pace_args a;
};

/* Chains on one thread, on two, and on as many as there are stages. */
static inline bool tbb_has(const struct pace_args &a)
{
	return strcmp(a.scenario, "chain") == 0 && a.batch > 0 &&
	       (a.threads == 1 || a.threads == 2 || a.threads == a.ops + 2);
}

#endif
