/*
 * run/link.h - an edge at run time: between two nodes of one worker a plain queue,
 * between two workers a ring. Same calls for both.
 *
 * An item is a batch, or nothing but control: each carries the edge's watermark.
 * Watermark, idleness and end are kept by the producer until a slot takes them
 * (tw_link_flush), so they are never lost or dropped, and never need more than the
 * next free slot.
 *
 * An edge to or from a node that runs in parallel is several links, its lanes. On
 * numbered ones a batch's item has the number under which it was dealt, and one of
 * control the greatest number that is over: see run/lanes.h.
 */
#ifndef TW_RUN_LINK_H
#define TW_RUN_LINK_H

#include <base/stat.h>
#include <graph/spec.h>
#include <mem/gather.h>
#include <mem/ring.h>

struct tw_node;

enum tw_item_kind { TW_ITEM_BATCH = 1, TW_ITEM_CONTROL = 2, TW_ITEM_IDLE = 3, TW_ITEM_EOS = 4 };

struct tw_link {
	/* constant after create */
	struct tw_node *from, *to;
	uint32_t from_port, to_port;
	uint32_t slots; /* batches that may wait */
	enum tw_full full;
	bool is_ring;
	bool always_gather; /* its batches are copied into the consumer's layout */
	bool is_numbered;
	uint32_t edge;          /* of the spec */
	uint32_t lane, n_lanes; /* which of the links that the consumer puts in order; 1: none */
	const struct tw_schema *from_schema, *to_schema;
	struct tw_source_pools pools; /* for gathering; on the producer's worker */

	/* [producer's worker] only */
	struct tw_batch *gather; /* rows gathered so far, not yet sent; or NULL */
	/* emitted batches that found no memory to be copied to, or no slot: places, linked
	 * by next; TW_NONE. They go first, and the node is not called until they went. */
	uint32_t rest_head, rest_tail;
	int64_t wm_out;  /* watermark to tell ... */
	int64_t wm_told; /* ... and what has been told */
	bool idle_out, idle_told;
	bool eos_out, eos_told;
	uint64_t over_out, over_told; /* numbered: up to which number all is sent, and was told */

	/* the queue; fused: plain ring of the worker's own */
	struct tw_ring ring;

	/* [consumer's worker] only */
	int64_t wm;
	bool idle, eos;
	uint64_t over; /* numbered: nothing up to this number will come */

	tw_stat sent, rows; /* written by the producer */
	tw_stat taken;      /* written by the consumer */
	tw_stat dropped;    /* rows dropped by policy; written by the producer (drop_newest) ... */
	tw_stat discarded;  /* ... or the consumer (drop_oldest) */
};

/* slots: 2..65536; the ring gets as many, rounded up (twice for drop_oldest), and
 * one for control. 0 or -ENOMEM. [control] */
int tw_link_init(struct tw_link *l, uint32_t slots);
void tw_link_fini(struct tw_link *l);

/* How many batches can be put, looked up only as far as `want`; a dropping link
 * takes any number. [producer] */
uint32_t tw_link_room(struct tw_link *l, uint32_t want);
bool tw_link_has_room(struct tw_link *l, uint32_t batches);

/* Put a batch; there must be room, or a policy that drops. true: taken by the
 * queue; false: the caller drops it (counted). [producer] */
bool tw_link_put(struct tw_link *l, struct tw_batch *b);

/* Tell what is due of watermark, idleness and end, if a slot is free. true: told
 * something. [producer] */
bool tw_link_flush(struct tw_link *l);

/* Is anything due that did not fit? [producer] */
bool tw_link_owes(const struct tw_link *l);

/* The next item, or NULL. It stays until tw_link_pop. [consumer] */
static inline const struct tw_ring_slot *tw_link_peek(const struct tw_link *l)
{
	return tw_ring_ready(&l->ring, 0) ? tw_ring_peek(&l->ring) : NULL;
}

static inline void tw_link_pop(struct tw_link *l)
{
	tw_stat_add(&l->taken, 1);
	tw_ring_pop(&l->ring);
}

#endif
