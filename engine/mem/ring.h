/*
 * mem/ring.h - bounded queues between exactly two threads.
 *
 * tw_ring carries what crosses an edge: slots of whole cache lines. A slot says in
 * its own line that it is full (seq), so a hop moves that line and no shared
 * index; the consumer's index, which the producer needs only when it thinks the
 * ring full, is published every few slots. A slot holds a batch's place, or, where
 * it is wide enough, a small batch whole. The idea is the fourth shape of the table
 * in mem/README.md.
 *
 * tw_ring64 carries single words, for give-backs and io requests.
 *
 * Both: one producer, one consumer, wait-free. The wait conditions are separate
 * inline functions (tw_ring_ready, tw_ring_room) for the sake of model checkers.
 */
#ifndef TW_MEM_RING_H
#define TW_MEM_RING_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* How many slots the consumer may have read before it says so. */
#define TW_RING_PUBLISH 16u

struct tw_ring_slot {
	/* Written by the producer: position + 1 of the item in it (release, after the
	 * rest of the line; pairs with the acquire in tw_ring_ready). Never written by
	 * the consumer: a position comes round only after the producer has wrapped. */
	_Alignas(64) _Atomic uint64_t seq;
	uint32_t kind;
	uint32_t place;
	int64_t wm;
	uint64_t order;
	char row[32]; /* and on over the slot's further lines */
};

/* Bytes of a slot before its row. */
#define TW_RING_HEAD 32u

struct tw_ring {
	/* constant after create */
	struct tw_ring_slot *slot;
	uint64_t mask;
	uint32_t lines; /* of a slot, a power of two */
	/* [producer] only */
	_Alignas(64) uint64_t tail;
	uint64_t head_seen; /* the last head read */
	/* written by the consumer (release: its reads of the slots come before; pairs
	 * with the acquire in tw_ring_room), read by the producer */
	_Alignas(64) _Atomic uint64_t head;
	/* [consumer] only */
	_Alignas(64) uint64_t next;
	uint64_t published;
};

/* In two steps: memory for slots of so many cache lines, both powers of two, 0 or -ENOMEM;
 * then its first touch, before anything is put in, by the thread near which the pages are
 * to lie. The consumer looks at slots that are empty, so they are best near to it.
 * [control], [consumer] */
static inline int tw_ring_reserve(struct tw_ring *r, uint32_t slots, uint32_t lines)
{
	memset(r, 0, sizeof *r);
	r->slot = aligned_alloc(64, sizeof *r->slot * lines * slots);
	if (!r->slot)
		return -ENOMEM;
	r->mask = slots - 1;
	r->lines = lines;
	return 0;
}

static inline void tw_ring_clear(struct tw_ring *r)
{
	memset(r->slot, 0, sizeof *r->slot * r->lines * (r->mask + 1));
}

/* Both steps. [control] */
static inline int tw_ring_init(struct tw_ring *r, uint32_t slots, uint32_t lines)
{
	const int ret = tw_ring_reserve(r, slots, lines);

	if (ret == 0)
		tw_ring_clear(r);
	return ret;
}

static inline void tw_ring_fini(struct tw_ring *r)
{
	free(r->slot);
	r->slot = NULL;
}

/* Free slots, at least: looks at the consumer's index only when fewer than `want`
 * are known to be free. [producer] */
static inline uint64_t tw_ring_room(struct tw_ring *r, uint64_t want)
{
	uint64_t free_slots = r->mask + 1 - (r->tail - r->head_seen);

	if (free_slots >= want)
		return free_slots;
	/* pairs with the release in tw_ring_publish: the consumer is done reading
	 * what we are about to overwrite */
	r->head_seen = atomic_load_explicit(&r->head, memory_order_acquire);
	return r->mask + 1 - (r->tail - r->head_seen);
}

/* The slot at a position. [producer, consumer] */
static inline struct tw_ring_slot *tw_ring_at(const struct tw_ring *r, uint64_t pos)
{
	return &r->slot[(pos & r->mask) * r->lines];
}

/* The slot to be filled next, then committed; the ring must have room. [producer] */
static inline struct tw_ring_slot *tw_ring_claim(const struct tw_ring *r)
{
	return tw_ring_at(r, r->tail);
}

/* The claimed slot is filled. [producer] */
static inline void tw_ring_commit(struct tw_ring *r)
{
	struct tw_ring_slot *s = tw_ring_at(r, r->tail);

	r->tail++;
	/* pairs with the acquire in tw_ring_ready: the item, and the batch behind it,
	 * are written before it is seen */
	atomic_store_explicit(&s->seq, r->tail, memory_order_release);
}

/* An item without a row; the ring must have room. [producer] */
static inline void tw_ring_push(struct tw_ring *r, uint32_t kind, uint32_t place, int64_t wm, uint64_t order)
{
	struct tw_ring_slot *s = tw_ring_claim(r);

	s->kind = kind;
	s->place = place;
	s->wm = wm;
	s->order = order;
	tw_ring_commit(r);
}

/* Is the slot `ahead` places after the next one full? [consumer] */
static inline bool tw_ring_ready(const struct tw_ring *r, uint64_t ahead)
{
	uint64_t pos = r->next + ahead;

	/* pairs with the release in tw_ring_push */
	return atomic_load_explicit(&tw_ring_at(r, pos)->seq, memory_order_acquire) == pos + 1;
}

/* The next item; tw_ring_ready(r, 0) must hold. Valid until tw_ring_pop. [consumer] */
static inline const struct tw_ring_slot *tw_ring_peek(const struct tw_ring *r)
{
	return tw_ring_at(r, r->next);
}

/* Tell the producer how far we have read. [consumer] */
static inline void tw_ring_publish(struct tw_ring *r)
{
	if (r->published == r->next)
		return;
	r->published = r->next;
	/* pairs with the acquire in tw_ring_room */
	atomic_store_explicit(&r->head, r->next, memory_order_release);
}

/* Done with the next item. [consumer] */
static inline void tw_ring_pop(struct tw_ring *r)
{
	r->next++;
	/* A small ring must not be kept full by an unpublished rest. */
	if (r->next - r->published >= TW_RING_PUBLISH || (r->mask < 2 * TW_RING_PUBLISH))
		tw_ring_publish(r);
}

struct tw_ring64 {
	_Atomic uint64_t *slot; /* constant; 0 is empty. Written by the producer when
				 * empty (release), by the consumer back to 0 (release) */
	uint64_t mask;
	_Alignas(64) uint64_t tail; /* [producer] only */
	_Alignas(64) uint64_t head; /* [consumer] only */
};

static inline int tw_ring64_init(struct tw_ring64 *r, uint32_t slots)
{
	memset(r, 0, sizeof *r);
	r->slot = aligned_alloc(64, (sizeof *r->slot * slots + 63) / 64 * 64);
	if (!r->slot)
		return -ENOMEM;
	memset((void *)r->slot, 0, sizeof *r->slot * slots);
	r->mask = slots - 1;
	return 0;
}

static inline void tw_ring64_fini(struct tw_ring64 *r)
{
	free((void *)r->slot);
	r->slot = NULL;
}

/* false: full. v is not 0. [producer] */
static inline bool tw_ring64_push(struct tw_ring64 *r, uint64_t v)
{
	_Atomic uint64_t *s = &r->slot[r->tail & r->mask];

	/* pairs with the consumer's release: it has read the old word */
	if (atomic_load_explicit(s, memory_order_acquire) != 0)
		return false;
	/* pairs with the acquire in tw_ring64_pop: what v stands for is written */
	atomic_store_explicit(s, v, memory_order_release);
	r->tail++;
	return true;
}

/* 0: empty. [consumer] */
static inline uint64_t tw_ring64_pop(struct tw_ring64 *r)
{
	_Atomic uint64_t *s = &r->slot[r->head & r->mask];
	uint64_t v = atomic_load_explicit(s, memory_order_acquire); /* pairs with push */

	if (v == 0)
		return 0;
	/* pairs with the acquire in tw_ring64_push */
	atomic_store_explicit(s, 0, memory_order_release);
	r->head++;
	return v;
}

/* [consumer] */
static inline bool tw_ring64_empty(const struct tw_ring64 *r)
{
	/* hands nothing over: who goes on to read the word does so by tw_ring64_pop */
	return atomic_load_explicit(&r->slot[r->head & r->mask], memory_order_relaxed) == 0;
}

#endif
