/*
 * core_ring.c - mem/ring.h and mem/pool.h alone, without nodes or a scheduler. Arguments and
 * answer as pace.h says; scenario hop:
 *
 *   batch=1             the record lies in the slot, whose own word says that it is there;
 *                       the 64 bytes are that word, 24 of the slot's head and the rest
 *   batch=1 mode=row2   a slot of two lines: its head, then the record's 64 bytes
 *   batch=N             N records in a pooled batch, every byte written and read, whose
 *                       place goes over the ring and whose memory comes home
 */
#include "pace.h"

#include <mem/pool.h>

#define HOMES 2u
#define WORDS 8u /* of a record */

struct hop {
	struct pace_args a;
	double ns_per_tick;
	bool wide;
	struct tw_ring ring;
	struct tw_mem mem;
	struct tw_pool *pool;
	uint32_t cls;
	/* written by the sink's thread; the source waits for ready, joins for the rest */
	_Atomic bool ready;
	uint64_t bad;
	int64_t end;
	struct tw_hist latency;
};

/* A record in a slot of one line: what the slot has in its head serves. */

static inline void put(struct hop *h, uint64_t i, uint64_t at)
{
	struct tw_ring_slot *s;
	uint32_t k;

	while (tw_ring_room(&h->ring, 1) == 0)
		;
	s = tw_ring_claim(&h->ring);
	s->wm = (int64_t)at;
	s->order = i;
	for (k = 0; k < WORDS / 2; k++)
		memcpy(s->row + 8 * k, &i, 8);
	tw_ring_commit(&h->ring);
}

static inline void put_wide(struct hop *h, uint64_t i, uint64_t at)
{
	struct tw_ring_slot *s;
	struct pace_record *r;

	while (tw_ring_room(&h->ring, 1) == 0)
		;
	s = tw_ring_claim(&h->ring);
	s->kind = 1;
	s->wm = 0;
	r = (struct pace_record *)s->row;
	r->seq = i;
	r->at = at;
	r->value = i;
	tw_ring_commit(&h->ring);
}

static void take_rows(struct hop *h)
{
	const bool timed = h->a.rate > 0;
	uint64_t i, bad = 0;

	for (i = 0; i < h->a.records; i++) {
		const struct tw_ring_slot *s;

		while (!tw_ring_ready(&h->ring, 0))
			;
		s = tw_ring_peek(&h->ring);
		if (h->wide) {
			const struct pace_record *r = (const struct pace_record *)s->row;

			bad |= (r->seq ^ i) | (r->value ^ i);
			if (timed)
				pace_note(&h->latency, r->at, h->ns_per_tick);
		} else {
			uint32_t k;

			bad |= s->order ^ i;
			for (k = 0; k < WORDS / 2; k++) {
				uint64_t word;

				memcpy(&word, s->row + 8 * k, 8);
				bad |= word ^ i;
			}
			if (timed)
				pace_note(&h->latency, (uint64_t)s->wm, h->ns_per_tick);
		}
		tw_ring_pop(&h->ring);
	}
	h->bad = bad;
}

static void put_rows(struct hop *h)
{
	const struct pace p = pace_begin(h->a.rate, h->ns_per_tick);
	uint64_t i;

	for (i = 0; i < h->a.records; i++) {
		const uint64_t at = h->a.rate > 0 ? pace_wait(&p, i) : 0;

		if (h->wide)
			put_wide(h, i, at);
		else
			put(h, i, at);
	}
}

/* Batches. */

static inline uint64_t *words_of(const struct tw_batch *b)
{
	return (uint64_t *)((char *)(uintptr_t)b + tw_batch_head(b->cls));
}

/* What came home last is taken first, so that what goes round stays small enough for the
 * nearest cache: that doubles the throughput. */
static struct tw_batch *new_batch(struct hop *h)
{
	struct tw_batch *b;

	do
		tw_home_round(&h->mem.homes[0]);
	while ((b = tw_pool_batch(&h->mem, h->pool)) == NULL);
	return b;
}

static void put_batches(struct hop *h)
{
	const uint64_t n = (uint64_t)h->a.batch * WORDS;
	uint64_t i, k;

	for (i = 0; i < h->a.records * WORDS; i += n) {
		struct tw_batch *b = new_batch(h);
		uint64_t *w = words_of(b);

		for (k = 0; k < n; k++)
			w[k] = i + k;
		tw_fill(b, h->a.batch);
		while (tw_ring_room(&h->ring, 1) == 0)
			;
		tw_ring_push(&h->ring, 1, b->self, 0, 0);
	}
}

static void take_batches(struct hop *h)
{
	const uint64_t n = (uint64_t)h->a.batch * WORDS, all = h->a.records * WORDS;
	uint64_t i, k, sum = 0;

	for (i = 0; i < all; i += n) {
		struct tw_batch *b;
		const uint64_t *w;

		while (!tw_ring_ready(&h->ring, 0))
			;
		b = tw_arena_at(&h->mem.arena, tw_ring_peek(&h->ring)->place);
		tw_ring_pop(&h->ring);
		w = words_of(b);
		for (k = 0; k < n; k++)
			sum += w[k];
		tw_mem_drop(&h->mem.homes[1], b);
	}
	h->bad = sum ^ (all * (all - 1) / 2);
	tw_home_round(&h->mem.homes[1]);
}

static void *sink(void *arg)
{
	struct hop *h = arg;

	pace_pin(h->a.cpu2);
	atomic_store_explicit(&h->ready, true, memory_order_release);
	if (h->a.batch > 1)
		take_batches(h);
	else
		take_rows(h);
	h->end = pace_mono();
	return NULL;
}

static int set_up(struct hop *h)
{
	const uint32_t bytes = tw_batch_head(3) + 64u * TW_MAX_ROWS;

	h->wide = strcmp(h->a.mode, "row2") == 0;
	if (strcmp(h->a.scenario, "hop") != 0 || (*h->a.mode && !h->wide) || h->a.batch > TW_MAX_ROWS ||
	    (h->a.batch > 1 && h->a.rate > 0))
		return PACE_SKIP;
	while (TW_CLASS_ROWS(h->cls) < h->a.batch)
		h->cls++;
	h->a.records -= h->a.records % h->a.batch;
	/* as many batches as the engine gives an edge of its own accord */
	if (tw_ring_init(&h->ring, h->a.batch > 1 ? 64 : h->a.slots, h->wide ? 2 : 1) < 0 ||
	    tw_mem_init(&h->mem, bytes * 80u + (1u << 20), HOMES) < 0)
		return 1;
	h->pool = tw_pool_create(&h->mem, 0, h->cls, tw_batch_head(h->cls) + 64 * TW_CLASS_ROWS(h->cls), 80);
	return h->pool ? 0 : 1;
}

static int run(struct hop *h)
{
	pthread_t other;
	int64_t start;

	if (pthread_create(&other, NULL, sink, h) != 0)
		abort();
	pace_pin(h->a.cpu);
	while (!atomic_load_explicit(&h->ready, memory_order_acquire))
		sched_yield();
	start = pace_mono();
	if (h->a.batch > 1)
		put_batches(h);
	else
		put_rows(h);
	pthread_join(other, NULL);
	if (h->bad) {
		fprintf(stderr, "core_ring: records are lost, doubled, out of order or wrong\n");
		return 1;
	}
	pace_print("thalweg ring", &h->a, (double)(h->end - start) / 1e9, h->a.rate > 0 ? &h->latency : NULL);
	return 0;
}

int main(int argc, char **argv)
{
	struct hop *h = aligned_alloc(64, (sizeof *h + 63) / 64 * 64);
	int ret;

	if (!h)
		return 1;
	memset(h, 0, sizeof *h);
	h->a = pace_args(argc, argv);
	ret = set_up(h);
	if (ret == 0) {
		h->ns_per_tick = pace_ns_per_tick();
		ret = run(h);
	}
	if (h->pool)
		tw_mem_fini(&h->mem);
	if (h->ring.slot)
		tw_ring_fini(&h->ring);
	free(h);
	return ret;
}
