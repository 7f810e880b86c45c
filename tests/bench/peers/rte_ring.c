/*
 * rte_ring.c - DPDK's ring, one producer and one consumer (Debian libdpdk-dev). Both sides
 * move bursts: the source as many as a batch has, the sink whatever is there, up to 256.
 *
 *   mode=         records of 64 bytes in the ring, written and read in place: the calls that
 *                 DPDK names zero copy
 *   mode=pointer  pointers to records, as DPDK's own packets go
 *   mode=elem     records in the ring, copied in and out
 */
#include "eal.h"
#include "hop.h"
#include <rte_ring.h>
#include <rte_ring_elem.h>
#include <rte_ring_peek_zc.h>

#define BURST 256

struct queue {
	struct rte_ring *ring;
	struct peer_pool pool;
	bool pointers, elements;                        /* neither: in place */
	struct pace_record staged[BURST], taken[BURST]; /* the source's, the sink's */
};

static struct queue *queue_make(const struct pace_args *a)
{
	struct queue *q = (struct queue *)peer_memory(sizeof *q);

	q->pointers = strcmp(a->mode, "pointer") == 0;
	q->elements = strcmp(a->mode, "elem") == 0;
	if ((*a->mode && !q->pointers && !q->elements) || a->batch > BURST || !eal_start("rte_ring", a->cpu))
		return NULL;
	if (q->pointers)
		q->ring = rte_ring_create("hop", a->slots, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	else
		q->ring = rte_ring_create_elem("hop", sizeof(struct pace_record), a->slots, SOCKET_ID_ANY,
					       RING_F_SP_ENQ | RING_F_SC_DEQ);
	/* A ring full, a burst that the sink took out and still reads, and one being written. */
	q->pool = peer_pool_make(a->slots + 2 * BURST);
	return q->ring ? q : NULL;
}

static inline struct pace_record *room_in_place(struct queue *q, uint32_t *n)
{
	struct rte_ring_zc_data room;

	while (rte_ring_enqueue_zc_burst_elem_start(q->ring, sizeof(struct pace_record), *n, &room, NULL) == 0)
		;
	if (*n > room.n1)
		*n = room.n1;
	return room.ptr1;
}

static inline void take_in_place(struct queue *q, struct peer_sink *s)
{
	struct rte_ring_zc_data there;

	if (rte_ring_dequeue_zc_burst_elem_start(q->ring, sizeof(struct pace_record), BURST, &there, NULL) == 0)
		return;
	peer_take_run(s, there.ptr1, there.n1);
	rte_ring_dequeue_zc_elem_finish(q->ring, there.n1);
}

static inline struct pace_record *queue_room(struct queue *q, uint64_t i, uint32_t *n)
{
	if (q->elements)
		return q->staged;
	if (!q->pointers)
		return room_in_place(q, n);
	*n = peer_pool_run(&q->pool, i, *n);
	return q->pool.records + (i & q->pool.mask);
}

static inline void queue_push(struct queue *q, uint64_t i, struct pace_record *r, uint32_t n)
{
	uint32_t k = 0;

	if (q->elements)
		while (k < n)
			k += rte_ring_sp_enqueue_burst_elem(q->ring, r + k, sizeof *r, n - k, NULL);
	else if (q->pointers)
		while (k < n)
			k += rte_ring_sp_enqueue_burst(q->ring, q->pool.at + (i & q->pool.mask) + k, n - k, NULL);
	else
		rte_ring_enqueue_zc_elem_finish(q->ring, n);
}

static inline void queue_take(struct queue *q, struct peer_sink *s)
{
	if (q->elements) {
		peer_take_run(s, q->taken,
			      rte_ring_sc_dequeue_burst_elem(q->ring, q->taken, sizeof *q->taken, BURST, NULL));
	} else if (q->pointers) {
		void *at[BURST];

		peer_take(s, at, rte_ring_sc_dequeue_burst(q->ring, at, BURST, NULL));
	} else {
		take_in_place(q, s);
	}
}

int main(int argc, char **argv)
{
	return hop_main("rte_ring", argc, argv);
}
