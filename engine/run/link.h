/*
 * run/link.h - an edge at run time: between two nodes of one worker a hand-over,
 * between two workers a ring. Same calls for both.
 *
 * An item is a batch, or nothing but control. Watermark, idleness and end are kept by
 * the producer until they can be told (tw_link_flush), so they are never lost or
 * dropped.
 *
 *   list   both ends on one worker, blocking: an array of pointers, and one cell for
 *          control that says before which batch it counts.
 *   ring   a slot carries a batch's place, or a batch of one row whole where the row
 *          fits (row_bytes): then its memory stays with the producer, the consumer
 *          puts the row into a batch of its own, and nothing has to walk home. Each
 *          item carries the watermark.
 *
 * A dropping or numbered edge inside one worker is a ring too. An edge to or from a
 * node that runs in parallel is several links, its lanes. On numbered ones a batch's
 * item has the number under which it was dealt, and one of control the greatest number
 * that is over: see run/lanes.h.
 */
#ifndef TW_RUN_LINK_H
#define TW_RUN_LINK_H

#include <base/stat.h>
#include <graph/spec.h>
#include <mem/gather.h>
#include <mem/ring.h>

struct tw_node;

enum tw_item_kind {
	TW_ITEM_NONE,
	TW_ITEM_BATCH,
	TW_ITEM_ROW, /* a batch of one row, in the slot */
	TW_ITEM_CONTROL,
	TW_ITEM_IDLE,
	TW_ITEM_EOS
};

/* What precedes the row in a slot. */
struct tw_slot_row {
	int64_t origin_ns;
	uint64_t seq;
	char columns[];
};

/* Cache lines of a slot at most. */
#define TW_SLOT_LINES 4u

struct tw_link {
	/* Constant after create. */
	_Alignas(64) struct tw_batch **cell; /* list: [cell_mask + 1], the i-th batch sent at i & cell_mask */
	uint64_t cell_mask;
	uint64_t *ready, ready_bit; /* the consumer's bit in its worker's set; not of a ring */
	struct tw_node *from, *to;
	uint32_t from_worker, to_worker;
	uint32_t slots; /* batches that may wait */
	/* Slots of the ring that batches leave free: no more than `slots` may be in use
	 * however large it was rounded, and one is for control. */
	uint32_t spare;
	uint32_t row_bytes; /* of the columns of a row that travels in the slot; 0: none does */
	uint32_t from_port, to_port;
	enum tw_full full;
	bool is_list;
	bool is_ring;       /* between two workers */
	bool always_gather; /* its batches are copied into the consumer's layout */
	bool may_gather;    /* sparse ones are */
	bool is_numbered;
	uint32_t edge;          /* of the spec */
	uint32_t lane, n_lanes; /* which of the links that the consumer puts in order; 1: none */
	const struct tw_schema *from_schema, *to_schema;
	struct tw_source_pools pools; /* for gathering; on the producer's worker */
	struct tw_pool *rows_home;    /* of the consumer's worker: for rows that came in a slot */

	/* [producer's worker] only, but for what others may read. */
	_Alignas(64) tw_stat sent; /* items (list: batches) */
	uint64_t rows_sent;        /* list */
	tw_stat dropped;           /* rows dropped by policy: drop_newest */
	bool held;                 /* there is a gather or a rest */
	bool idle_out, idle_told;  /* a batch takes back what was told */
	bool eos_out, eos_told;
	/* emitted batches that found no memory to be copied to, or no slot: places, linked
	 * by next; TW_NONE. They go first, and the node is not called until they went. */
	uint32_t rest_head, rest_tail;
	int64_t wm_out;               /* watermark to tell ... */
	int64_t wm_told;              /* ... and what has been told */
	struct tw_batch *gather;      /* rows gathered so far, not yet sent; or NULL */
	uint64_t idle_at;             /* list: told when so many were sent */
	uint64_t over_out, over_told; /* numbered: up to which number all is sent, and was told */

	/* [consumer's worker] only, but for what others may read. A list's note is both ends'. */
	_Alignas(64) tw_stat taken;
	uint64_t rows_taken;    /* list */
	enum tw_item_kind note; /* list: NONE, or control that counts when note_at batches were taken */
	bool idle, eos;
	uint64_t note_at;
	int64_t note_wm;
	int64_t wm;
	uint64_t over;     /* numbered: nothing up to this number will come */
	tw_stat discarded; /* rows dropped by policy: drop_oldest */

	struct tw_ring ring;
};

/* The next item of a link. */
struct tw_item {
	enum tw_item_kind kind;
	int64_t wm; /* holds for all before it */
	uint64_t order;
};

/* slots: 2..65536; is_ring, is_numbered, full and row_bytes are set. 0 or -ENOMEM. A ring must be
 * cleared before it is used, see tw_ring_reserve. [control] */
int tw_link_init(struct tw_link *l, uint32_t slots);
void tw_link_fini(struct tw_link *l);

/* Bytes that init took for cells and slots. [control] */
size_t tw_link_bytes(const struct tw_link *l);

/* Free slots for batches, looked up only as far as `want`; a dropping link takes any
 * number. [producer] */
uint32_t tw_link_room(struct tw_link *l, uint32_t want);
bool tw_link_has_room(struct tw_link *l, uint32_t batches);

/* Put a batch; there must be room, or a policy that drops. true: taken by the
 * queue; false: the caller drops it: it went in the slot, or was dropped by policy
 * (counted). [producer] */
bool tw_link_put(struct tw_link *l, struct tw_batch *b);

/* Tell what is due of watermark, idleness and end, if there is a slot. true: told
 * something. [producer] */
bool tw_link_flush(struct tw_link *l);

/* Is anything due that did not fit? [producer] */
bool tw_link_owes(struct tw_link *l);

/* The batch of the next item, which is one, and pop it. NULL: it came in the slot, and
 * there is no batch now to put it in. [consumer] */
struct tw_batch *tw_link_take(struct tw_link *l, struct tw_mem *m);

/* Hand a batch over within the worker. false: there is no cell. [producer] */
static inline bool tw_link_hand_over(struct tw_link *l, struct tw_batch *b)
{
	const uint64_t at = tw_stat_get(&l->sent);

	if (at - tw_stat_get(&l->taken) > l->cell_mask)
		return false;
	l->cell[at & l->cell_mask] = b;
	l->rows_sent += b->n_sel;
	tw_stat_add(&l->sent, 1);
	*l->ready |= l->ready_bit;
	return true;
}

/* A word that was written a moment ago, read by itself. A load that spans two such stores
 * waits until both are in the cache, behind all that is on its way to the other worker;
 * the compiler makes such loads of neighbours where it may. */
static inline uint64_t tw_alone(uint64_t word)
{
	__asm__("" : "+r"(word));
	return word;
}

/* Of a row: 16 bytes at a time, which both ends have room for, by words, as they were
 * written. */
static inline void tw_copy_row(char *to, const char *from, uint32_t bytes)
{
	uint64_t word[2];
	uint32_t i;

	for (i = 0; i < bytes; i += 16) {
		memcpy(word, from + i, 16);
		word[0] = tw_alone(word[0]);
		word[1] = tw_alone(word[1]);
		memcpy(to + i, word, 16);
	}
}

/* A batch goes over the ring, which has room; of one row, with texts inline at most, in
 * the slot. false: it did, the batch is the caller's to drop. [producer] */
static inline bool tw_link_push(struct tw_link *l, struct tw_batch *b)
{
	struct tw_ring_slot *s = tw_ring_claim(&l->ring);
	const bool in_slot = l->row_bytes && tw_alone(b->n_bufs) == 0 && b->cls == 0 && b->n_sel == 1;

	if (in_slot) {
		struct tw_slot_row *row = (struct tw_slot_row *)s->row;

		s->kind = TW_ITEM_ROW;
		s->place = b->epoch;
		row->origin_ns = b->origin_ns;
		row->seq = b->seq;
		tw_copy_row(row->columns, tw_at(b, b->body) + tw_batch_head(0), l->row_bytes);
	} else {
		s->kind = TW_ITEM_BATCH;
		s->place = b->self;
	}
	s->wm = l->wm_told = l->wm_out;
	s->order = b->order;
	l->idle_told = l->idle_out = false;
	tw_ring_commit(&l->ring);
	tw_stat_add(&l->sent, 1);
	if (!l->is_ring)
		*l->ready |= l->ready_bit;
	return !in_slot;
}

/* Batches that wait in a list before the next control. [consumer] */
static inline uint64_t tw_link_waiting(struct tw_link *l)
{
	return (l->note ? l->note_at : tw_stat_get(&l->sent)) - tw_stat_get(&l->taken);
}

/* The next slot of a ring, if it is full. [consumer] */
static inline const struct tw_ring_slot *tw_link_slot(const struct tw_link *l)
{
	return tw_ring_ready(&l->ring, 0) ? tw_ring_peek(&l->ring) : NULL;
}

/* Is there an item? [consumer] */
static inline bool tw_link_any(struct tw_link *l)
{
	return l->is_list ? l->note || tw_link_waiting(l) > 0 : tw_ring_ready(&l->ring, 0);
}

/* The next item; false: none. It stays until tw_link_pop or tw_link_take. [consumer] */
static inline bool tw_link_peek(struct tw_link *l, struct tw_item *it)
{
	const struct tw_ring_slot *s;

	if (l->is_list) {
		const bool batch = tw_link_waiting(l) > 0;

		*it = (struct tw_item){batch ? TW_ITEM_BATCH : l->note, batch ? INT64_MIN : l->note_wm, 0};
		return it->kind != TW_ITEM_NONE;
	}
	s = tw_link_slot(l);
	if (s)
		*it = (struct tw_item){(enum tw_item_kind)s->kind, s->wm, s->order};
	return s != NULL;
}

/* Done with the next item, which is control or let go. [consumer] */
static inline void tw_link_pop(struct tw_link *l)
{
	if (l->is_list && l->note && tw_link_waiting(l) == 0) {
		l->note = TW_ITEM_NONE;
		return;
	}
	tw_stat_add(&l->taken, 1);
	if (!l->is_list)
		tw_ring_pop(&l->ring);
}

#endif
