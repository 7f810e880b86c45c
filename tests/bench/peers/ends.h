/*
 * ends.h - both ends of a pipeline that calls us: a source that is asked for the next
 * batch, operators, and a sink that is given one. peer.h does the work on the records.
 */
#ifndef ENDS_H
#define ENDS_H

#include "peer.h"

/* The source's side and the sink's are on different threads: nothing is written by both. */
struct source {
	const struct pace_args *a;
	struct pace pace;
	int64_t start;
	uint64_t next;
};

static inline struct source source_begin(const struct pace_args *a, double ns_per_tick)
{
	struct source s;

	s.a = a;
	s.next = 0;
	s.start = pace_mono();
	s.pace = pace_begin(a->rate, ns_per_tick);
	return s;
}

/* Writes the records that are due to r, at most a batch; how many: 0 at the end. */
static inline uint32_t source_fill(struct source *s, struct pace_record *r)
{
	const uint32_t n = s->next < s->a->records ? peer_due(s->a, &s->pace, s->next) : 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		peer_write(r + i, &s->pace, s->next + i);
	s->next += n;
	return n;
}

static inline void operate_on(struct pace_record *r, uint32_t n, uint32_t add)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		r[i].value += add;
}

static inline void sink_take(struct peer_sink *s, const struct pace_args *a, const struct pace_record *r, uint32_t n)
{
	peer_take_run(s, r, n);
	if (s->seq == a->records)
		s->end = pace_mono();
}

/* This thread, and those that it starts, may run on both CPUs. */
static inline void pin_to_both(const struct pace_args *a)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(a->cpu, &set);
	CPU_SET(a->cpu2, &set);
	sched_setaffinity(0, sizeof set, &set);
}

#endif
