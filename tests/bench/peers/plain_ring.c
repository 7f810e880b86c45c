/*
 * plain_ring.c - the ring that everyone writes first: two indices, each side with its own
 * copy of the other's, which it looks up when the copy says full or empty. No peer: the
 * reference that says what a queue adds or saves.
 *
 *   mode=         records in the slots, written and read in place
 *   mode=pointer  pointers in the slots, records beside them
 */
#include "hop.h"
#include <stdatomic.h>

struct queue {
	_Alignas(128) _Atomic uint64_t tail; /* written by the source */
	uint64_t head_seen;                  /* the source's copy of head */
	_Alignas(128) _Atomic uint64_t head; /* written by the sink */
	_Alignas(128) uint64_t mask;
	bool pointers;
	struct pace_record *slots;
	void **pointer_slots;
	struct peer_pool pool;
};

static struct queue *queue_make(const struct pace_args *a)
{
	struct queue *q = (struct queue *)peer_memory(sizeof *q);

	q->pointers = strcmp(a->mode, "pointer") == 0;
	if (*a->mode && !q->pointers)
		return NULL;
	q->mask = a->slots - 1;
	if (q->pointers) {
		q->pointer_slots = (void **)peer_memory(a->slots * sizeof *q->pointer_slots);
		q->pool = peer_pool_make(2 * (uint64_t)a->slots);
	} else {
		q->slots = (struct pace_record *)peer_memory(a->slots * sizeof *q->slots);
	}
	return q;
}

/* Spins until n slots from i on are free. */
static inline void wait_for_room(struct queue *q, uint64_t i, uint32_t n)
{
	while (i + n - q->head_seen > q->mask + 1)
		q->head_seen = atomic_load_explicit(&q->head, memory_order_acquire);
}

static inline struct pace_record *queue_room(struct queue *q, uint64_t i, uint32_t *n)
{
	const uint64_t left = q->mask + 1 - (i & q->mask);

	if (*n > left)
		*n = (uint32_t)left;
	if (q->pointers)
		return q->pool.records + (i & q->pool.mask);
	wait_for_room(q, i, *n);
	return q->slots + (i & q->mask);
}

static inline void queue_push(struct queue *q, uint64_t i, struct pace_record *r, uint32_t n)
{
	uint32_t k;

	if (q->pointers) {
		wait_for_room(q, i, n);
		for (k = 0; k < n; k++)
			q->pointer_slots[(i + k) & q->mask] = r + k;
	}
	atomic_store_explicit(&q->tail, i + n, memory_order_release);
}

static inline void queue_take(struct queue *q, struct peer_sink *s)
{
	const uint64_t tail = atomic_load_explicit(&q->tail, memory_order_acquire);
	const uint64_t at = s->seq & q->mask, left = q->mask + 1 - at;
	uint64_t n = tail - s->seq;

	if (n == 0)
		return;
	if (n > left)
		n = left;
	if (n > 16) /* what was taken is free again soon enough for a source that waits */
		n = 16;
	if (q->pointers)
		peer_take(s, q->pointer_slots + at, (uint32_t)n);
	else
		peer_take_run(s, q->slots + at, (uint32_t)n);
	atomic_store_explicit(&q->head, s->seq, memory_order_release);
}

int main(int argc, char **argv)
{
	return hop_main("plain ring", argc, argv);
}
