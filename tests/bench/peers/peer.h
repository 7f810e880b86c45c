/*
 * peer.h - what the harnesses of all peers share beyond pace.h: the source's and the sink's
 * work on a record, and memory for records. All of it is inlined, and none of it is the
 * peer's: whatever differs between two of these programs is the peer.
 *
 * C11 and C++17.
 */
#ifndef PEER_H
#define PEER_H

#include "../pace.h"

static inline uint32_t peer_round_up(uint64_t n)
{
	uint32_t size = 1;

	while (size < n)
		size *= 2;
	return size;
}

static inline void *peer_memory(size_t bytes)
{
	void *p = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);

	if (!p) {
		fprintf(stderr, "no memory for %zu bytes\n", bytes);
		exit(2);
	}
	memset(p, 0, bytes);
	return p;
}

/*
 * Records for queues of pointers. A record is used again when `count` more were sent, so
 * nothing has to come back from the sink: count must be above what the queues hold and
 * both sides have in hand. `at` has the same order, to be pushed without being made up.
 */
struct peer_pool {
	struct pace_record *records;
	void **at;
	uint64_t mask;
};

static inline struct peer_pool peer_pool_make(uint64_t count)
{
	const uint32_t n = peer_round_up(count);
	struct peer_pool p;
	uint32_t i;

	p.records = (struct pace_record *)peer_memory((size_t)n * sizeof *p.records);
	p.at = (void **)peer_memory((size_t)n * sizeof *p.at);
	p.mask = n - 1;
	for (i = 0; i < n; i++)
		p.at[i] = p.records + i;
	return p;
}

/* n, or as many as lie behind record i in one piece. */
static inline uint32_t peer_pool_run(const struct peer_pool *p, uint64_t i, uint32_t n)
{
	const uint64_t left = p->mask + 1 - (i & p->mask);

	return n < left ? n : (uint32_t)left;
}

/*
 * How many records from i on go out together: a whole batch in a closed loop; else those
 * that are due, at most a batch, after a wait for the first.
 */
static inline uint32_t peer_due(const struct pace_args *a, const struct pace *p, uint64_t i)
{
	const uint64_t left = a->records - i;
	const uint32_t most = left < a->batch ? (uint32_t)left : a->batch;
	uint64_t now;
	uint32_t n = 1;

	if (a->rate <= 0)
		return most;
	pace_wait(p, i);
	if (most == 1)
		return 1;
	now = pace_ticks();
	while (n < most && pace_due(p, i + n) <= now)
		n++;
	return n;
}

static inline void peer_write(struct pace_record *r, const struct pace *p, uint64_t i)
{
	r->seq = i;
	r->at = p->per_record > 0 ? pace_due(p, i) : 0;
	r->value = i;
}

/* The sink's alone, until its thread is joined. */
struct peer_sink {
	uint64_t seq;          /* the next record's */
	uint64_t added;        /* by the operators, to each */
	uint64_t wrong;        /* not 0: a record was lost, doubled, out of order or has a wrong value */
	struct tw_hist *times; /* NULL in a closed loop */
	double ns_per_tick;
	int64_t end; /* when the last one came */
};

static inline struct peer_sink peer_sink_make(const struct pace_args *a, uint64_t added, double ns_per_tick)
{
	struct peer_sink s;

	memset(&s, 0, sizeof s);
	s.added = added;
	s.ns_per_tick = ns_per_tick;
	if (a->rate > 0)
		s.times = (struct tw_hist *)peer_memory(sizeof *s.times);
	return s;
}

static inline uint64_t peer_wrong(const struct pace_record *r, uint64_t seq, uint64_t added)
{
	return (r->seq ^ seq) | (r->value ^ (seq + added));
}

/* n records, each at its own place. */
static inline void peer_take(struct peer_sink *s, void *const *at, uint32_t n)
{
	const uint64_t added = s->added;
	uint64_t seq = s->seq, wrong = 0;
	uint32_t i;

	for (i = 0; i < n; i++) {
		const struct pace_record *r = (const struct pace_record *)at[i];

		wrong |= peer_wrong(r, seq++, added);
		if (s->times)
			pace_note(s->times, r->at, s->ns_per_tick);
	}
	s->wrong |= wrong;
	s->seq = seq;
}

/* n records in one piece. */
static inline void peer_take_run(struct peer_sink *s, const struct pace_record *r, uint32_t n)
{
	const uint64_t added = s->added;
	uint64_t seq = s->seq, wrong = 0;
	uint32_t i;

	for (i = 0; i < n; i++) {
		wrong |= peer_wrong(r + i, seq++, added);
		if (s->times)
			pace_note(s->times, r[i].at, s->ns_per_tick);
	}
	s->wrong |= wrong;
	s->seq = seq;
}

/* The line of JSON, if all is right; the program's exit status. */
static inline int peer_end(const char *program, const struct pace_args *a, const struct peer_sink *s, int64_t start)
{
	if (s->wrong || s->seq != a->records) {
		fprintf(stderr,
			"%s: records were lost, doubled, out of order or wrong (%" PRIu64 " of %" PRIu64 " came)\n",
			program, s->seq, a->records);
		return 1;
	}
	pace_print(program, a, (double)(s->end - start) / 1e9, s->times);
	return 0;
}

#endif
