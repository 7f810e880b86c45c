/*
 * ck_ring.c - Concurrency Kit's ring, one producer and one consumer (Debian libck-dev).
 * It has no calls for many at once: a batch is a loop.
 *
 *   mode=         a ring typed for records: the source writes into the slot that was
 *                 reserved, the sink gets a copy
 *   mode=pointer  a ring of pointers to records
 */
#include "hop.h"
#include <ck_ring.h>

CK_RING_PROTOTYPE(record, pace_record)

struct queue {
	ck_ring_t ring __attribute__((aligned(128)));
	bool pointers;
	struct pace_record *slots;
	ck_ring_buffer_t *pointer_slots;
	struct peer_pool pool;
};

static struct queue *queue_make(const struct pace_args *a)
{
	struct queue *q = (struct queue *)peer_memory(sizeof *q);

	q->pointers = strcmp(a->mode, "pointer") == 0;
	if (*a->mode && !q->pointers)
		return NULL;
	ck_ring_init(&q->ring, a->slots);
	if (q->pointers) {
		q->pointer_slots = (ck_ring_buffer_t *)peer_memory(a->slots * sizeof *q->pointer_slots);
		q->pool = peer_pool_make(2 * (uint64_t)a->slots);
	} else {
		q->slots = (struct pace_record *)peer_memory(a->slots * sizeof *q->slots);
	}
	return q;
}

static inline struct pace_record *queue_room(struct queue *q, uint64_t i, uint32_t *n)
{
	struct pace_record *r;

	if (q->pointers) {
		*n = peer_pool_run(&q->pool, i, *n);
		return q->pool.records + (i & q->pool.mask);
	}
	*n = 1;
	do
		r = ck_ring_enqueue_reserve_spsc_record(&q->ring, q->slots);
	while (!r);
	return r;
}

static inline void queue_push(struct queue *q, uint64_t i, struct pace_record *r, uint32_t n)
{
	uint32_t k;

	(void)i;
	if (!q->pointers) {
		ck_ring_enqueue_commit_spsc(&q->ring); /* the same for rings of all types */
		return;
	}
	for (k = 0; k < n; k++)
		while (!ck_ring_enqueue_spsc(&q->ring, q->pointer_slots, r + k))
			;
}

static inline void queue_take(struct queue *q, struct peer_sink *s)
{
	if (q->pointers) {
		void *r;

		if (ck_ring_dequeue_spsc(&q->ring, q->pointer_slots, (void *)&r))
			peer_take(s, &r, 1);
	} else {
		struct pace_record r;

		if (CK_RING_DEQUEUE_SPSC(record, &q->ring, q->slots, &r))
			peer_take_run(s, &r, 1);
	}
}

int main(int argc, char **argv)
{
	return hop_main("ck_ring", argc, argv);
}
