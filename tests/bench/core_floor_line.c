/* core_floor_line.c - cache lines between two cores; see core_floor.h. */
#include "core_floor.h"

/* Throws there and back that are timed as one. */
#define CHUNK 100u
#define CHUNKS 200u
#define LIMIT_NS 500000000

/* A line that one writes and the other reads; on a pair of lines of its own, for
 * processors fetch neighbours. */
struct line {
	/* Each side's store (release) pairs with the other's load (acquire). */
	_Alignas(128) _Atomic uint64_t seq;
	/* Relaxed: may be written again while it is read. */
	_Atomic uint64_t at, value;
	uint64_t pad[5];
};

struct trip {
	struct line ball; /* seq 2 i + 1: to be sent back, 2 i + 2: it was */
	_Alignas(128) uint32_t cpu;
	int64_t deadline;
};

/* false: time is up; the two don't run at once. */
static bool await(struct trip *t, uint64_t v)
{
	uint32_t spins = 0;

	while (atomic_load_explicit(&t->ball.seq, memory_order_acquire) != v)
		if (++spins % 4096 == 0 && pace_mono() > t->deadline)
			return false;
	return true;
}

static void *send_back(void *arg)
{
	struct trip *t = arg;
	uint64_t i;

	pace_pin(t->cpu);
	for (i = 0; i < CHUNK * CHUNKS && await(t, 2 * i + 1); i++)
		atomic_store_explicit(&t->ball.seq, 2 * i + 2, memory_order_release);
	return NULL;
}

static bool throw(struct trip * t, uint64_t from)
{
	uint64_t i;

	for (i = from; i < from + CHUNK; i++) {
		atomic_store_explicit(&t->ball.seq, 2 * i + 1, memory_order_release);
		if (!await(t, 2 * i + 2))
			return false;
	}
	return true;
}

/* The median of many short stretches, so that one that the machine interrupts does not
 * count. */
static int round_trip(const struct floor *f)
{
	struct trip t = {.cpu = f->a.cpu2, .deadline = pace_mono() + LIMIT_NS};
	struct tw_hist *h = floor_memory(sizeof *h);
	struct pace_args a = f->a;
	const int64_t start = pace_mono();
	bool ok = true;
	pthread_t other = floor_thread(send_back, &t);
	uint32_t i;

	a.records = CHUNK * CHUNKS;
	pace_pin(f->a.cpu);
	for (i = 0; i < CHUNKS && ok; i++) {
		const uint64_t ticks = pace_ticks();

		ok = throw(&t, i * CHUNK);
		/* in hundredths of ns */
		if (i > CHUNKS / 10)
			tw_hist_add(h, (uint64_t)((double)(pace_ticks() - ticks) * f->ns_per_tick * 100 / CHUNK), 1);
	}
	pthread_join(other, NULL);
	if (ok) {
		pace_print_open("floor", &a, (double)(pace_mono() - start) / 1e9, NULL);
		printf(",\"round_trip\":%.1f,\"round_trip_p90\":%.1f}\n", (double)tw_hist_quantile(h, 0.5) / 100,
		       (double)tw_hist_quantile(h, 0.9) / 100);
	}
	free(h);
	return ok ? 0 : PACE_SKIP;
}

/* Open loop. */

struct stamp {
	struct line line;
	_Alignas(128) const struct floor *f;
	_Atomic bool ready;
	uint64_t bad;
	struct tw_hist latency;
};

static void *see_stamps(void *arg)
{
	struct stamp *s = arg;
	const double ns_per_tick = s->f->ns_per_tick;
	const uint64_t records = s->f->a.records;
	uint64_t last = 0;

	pace_pin(s->f->a.cpu2);
	atomic_store_explicit(&s->ready, true, memory_order_release);
	while (last < records) {
		const uint64_t seq = atomic_load_explicit(&s->line.seq, memory_order_acquire);

		if (seq == last)
			continue;
		pace_note(&s->latency, atomic_load_explicit(&s->line.at, memory_order_relaxed), ns_per_tick);
		/* the line may have been written again since: then its newer content counts */
		s->bad |= atomic_load_explicit(&s->line.value, memory_order_relaxed) < seq - 1 || seq < last;
		last = seq;
	}
	return NULL;
}

static int stamped(const struct floor *f)
{
	struct stamp *s = floor_memory(sizeof *s);
	int64_t start;
	pthread_t other;
	struct pace p;
	uint64_t i;
	int ret = 0;

	s->f = f;
	other = floor_thread(see_stamps, s);
	pace_pin(f->a.cpu);
	while (!atomic_load_explicit(&s->ready, memory_order_acquire))
		sched_yield();
	start = pace_mono();
	p = pace_begin(f->a.rate, f->ns_per_tick);
	for (i = 0; i < f->a.records; i++) {
		atomic_store_explicit(&s->line.at, pace_wait(&p, i), memory_order_relaxed);
		atomic_store_explicit(&s->line.value, i, memory_order_relaxed);
		atomic_store_explicit(&s->line.seq, i + 1, memory_order_release);
	}
	pthread_join(other, NULL);
	if (s->bad)
		ret = 1;
	else
		pace_print("floor", &f->a, (double)(pace_mono() - start) / 1e9, &s->latency);
	free(s);
	return ret;
}

int floor_hop(const struct floor *f)
{
	return f->a.rate > 0 ? stamped(f) : round_trip(f);
}

/* Copy: as many buffers as let one be written while others are read. Four of 64 records go
 * round in the nearest cache; where they don't fit there, it is half as fast. */

#define BUFFERS 4u
#define MOST_BUFFERS 64u
#define WORDS 8u /* of a record */

struct copy {
	/* Number of the batch in buffer i, from 1. Written by the writer (release: the batch
	 * comes before); pairs with the reader's acquire. */
	struct line full[MOST_BUFFERS];
	/* Batches read. Written by the reader (release: it is done with them); pairs with the
	 * writer's acquire. */
	struct line read;
	_Alignas(128) const struct floor *f;
	uint64_t *words;
	uint32_t buffers;
	uint64_t batches, per_batch; /* words */
	uint64_t sum;
	int64_t end;
	_Atomic bool ready;
};

static void write_words(uint64_t *to, uint64_t n, uint64_t v)
{
	uint64_t i;

	for (i = 0; i < n; i++)
		to[i] = v + i;
}

static uint64_t sum_words(const uint64_t *from, uint64_t n)
{
	uint64_t i, sum = 0;

	for (i = 0; i < n; i++)
		sum += from[i];
	return sum;
}

static void *read_copies(void *arg)
{
	struct copy *c = arg;
	uint64_t i, sum = 0;

	pace_pin(c->f->a.cpu2);
	atomic_store_explicit(&c->ready, true, memory_order_release);
	for (i = 0; i < c->batches; i++) {
		while (atomic_load_explicit(&c->full[i % c->buffers].seq, memory_order_acquire) != i + 1)
			;
		sum += sum_words(c->words + i % c->buffers * c->per_batch, c->per_batch);
		atomic_store_explicit(&c->read.seq, i + 1, memory_order_release);
	}
	c->end = pace_mono();
	c->sum = sum;
	return NULL;
}

/* Seconds. */
static double copy_all(struct copy *c)
{
	pthread_t other = floor_thread(read_copies, c);
	uint64_t i, read = 0;
	int64_t start;

	pace_pin(c->f->a.cpu);
	while (!atomic_load_explicit(&c->ready, memory_order_acquire))
		sched_yield();
	start = pace_mono();
	for (i = 0; i < c->batches; i++) {
		while (i - read >= c->buffers)
			read = atomic_load_explicit(&c->read.seq, memory_order_acquire);
		write_words(c->words + i % c->buffers * c->per_batch, c->per_batch, i * c->per_batch);
		atomic_store_explicit(&c->full[i % c->buffers].seq, i + 1, memory_order_release);
	}
	pthread_join(other, NULL);
	return (double)(c->end - start) / 1e9;
}

int floor_copy(const struct floor *f)
{
	struct copy *c = floor_memory(sizeof *c);
	struct floor whole = *f;
	uint64_t n;
	double seconds;
	int ret = 1;

	c->f = &whole;
	c->buffers = f->a.slots <= MOST_BUFFERS ? f->a.slots : BUFFERS;
	c->per_batch = (uint64_t)f->a.batch * WORDS;
	c->batches = (f->a.records + f->a.batch - 1) / f->a.batch;
	c->words = floor_memory(c->buffers * c->per_batch * sizeof *c->words);
	whole.a.records = c->batches * f->a.batch;
	seconds = copy_all(c);
	n = c->batches * c->per_batch;
	if (c->sum == n * (n - 1) / 2) {
		pace_print("floor", &whole.a, seconds, NULL);
		ret = 0;
	}
	free(c->words);
	free(c);
	return ret;
}
