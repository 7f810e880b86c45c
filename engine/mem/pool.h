/*
 * mem/pool.h - pooled batches and buffers, and how they find their way home.
 *
 * A pool holds objects of one size for one node and has a home: the worker that
 * runs the node. Taking is the home's alone, a pop of a free list. Letting go may
 * happen on any worker, with no atomic count:
 *
 *   tokens   An object in use has TW_TOKENS tokens out. A batch's handle holds
 *            them at first; a clone or child of it is given some. Who is done gives
 *            the tokens back to the object's home, which alone counts, in a plain
 *            integer (object.tokens); at zero the object is free.
 *   carrier  Giving back needs no message of its own: the dead batch itself walks
 *            home over a ring of places, through its `next` if the ring is full.
 *            Home counts its tokens. When all are in, the batch pays what it owes
 *            itself: tokens of its parent, then of each buffer it owns. What it
 *            owes to another home it pays by walking there, and then returns.
 *
 * So memory is bounded by the pools, nothing is allocated, and no step can fail.
 * Conclusions: (1) an object is freed once, for tokens are conserved; (2) a parent
 * or buffer outlives all that refer to it, for they hold tokens of it until they
 * are free themselves; (3) a batch in transit is touched by the thread that holds
 * it alone, except for `tokens`, which only its home touches.
 */
#ifndef TW_MEM_POOL_H
#define TW_MEM_POOL_H

#include <mem/arena.h>
#include <mem/ring.h>
#include <thalweg/host.h>

/* Far more than fan-outs on a path can split by halves. */
#define TW_TOKENS (1u << 30)

struct tw_pool {
	/* on lines of its own: its home alone writes there */
	_Alignas(64) uint32_t id; /* constant, as all but the free list */
	uint32_t home;            /* worker */
	uint32_t count;
	uint32_t bytes; /* of an object */
	uint32_t cls;   /* of batches; TW_NONE: buffers */
	uint32_t first; /* place of the first object */
	/* [home] only */
	uint32_t n_free;
	uint32_t free; /* place of the first; TW_NONE */
};

/* One worker's end of the give-back paths. */
struct tw_home {
	/* on lines of its own: its worker alone writes there */
	_Alignas(64) uint32_t id; /* constant, as the next two */
	uint32_t n_homes;
	struct tw_mem *mem;
	/* [worker] only, per other worker: what waits for room in the ring */
	uint32_t *over_head, *over_tail;
	uint32_t n_over;
	/* [worker] only, per other worker: enum tw_rang, what was sent there since the
	 * worker last rang its doorbell */
	uint8_t *rang;
	bool any_rang; /* some of them */
	uint32_t look; /* the worker whose ring was looked at last */
};

/* What a worker must be woken for: memory that is all its own only if it lacks
 * memory; what others wait for behind it always. */
enum tw_rang { TW_RANG_NOT, TW_RANG_GIVE_BACK, TW_RANG_WALKER };

#define TW_BACK_SLOTS 256u
/* Other workers that are looked at in one round: memory may come home a few rounds later,
 * where a hundred lines read each round would be felt. */
#define TW_HOMES_A_ROUND 8u

/* All pools of a graph. Built on [control] before workers run, then constant but
 * for what is marked otherwise. */
struct tw_mem {
	struct tw_arena arena;
	uint32_t n_pools, cap_pools;
	struct tw_pool **pools;
	uint32_t n_homes;
	struct tw_home *homes;
	struct tw_ring64 *back; /* [from * n_homes + to]: places + 1, worker to worker */
};

/* Bytes of arena; n_homes workers. 0 or -ENOMEM. [control] */
int tw_mem_init(struct tw_mem *m, size_t bytes, uint32_t n_homes);
void tw_mem_fini(struct tw_mem *m);

/* A pool of `count` batches of class cls, `bytes` each; or, cls TW_NONE, of
 * buffers with `bytes` of data each and 64 bytes of slack after them. NULL: no
 * memory. [control] */
struct tw_pool *tw_pool_create(struct tw_mem *m, uint32_t home, uint32_t cls, uint32_t bytes, uint32_t count);

/* The same in two steps: memory reserved on [control], touched by its home's thread,
 * which fills all its pools before it takes from one; they are to lie side by side. */
struct tw_pool *tw_pool_reserve(struct tw_mem *m, uint32_t home, uint32_t cls, uint32_t bytes, uint32_t count);
void tw_home_fill(struct tw_home *h);

/* A batch with a full hand of tokens, body its own, n = 0; NULL: none free. [home] */
static inline struct tw_batch *tw_pool_batch(struct tw_mem *m, struct tw_pool *p)
{
	const uint32_t place = p->free;
	struct tw_batch *b;

	if (place == TW_NONE)
		return NULL;
	b = tw_arena_at(&m->arena, place);
	p->free = b->next;
	p->n_free--;
	b->n = b->n_sel = 0;
	b->flags = b->n_bufs = b->n_lent = 0;
	b->epoch = 0;
	b->origin_ns = 0;
	b->seq = 0;
	b->body = place;
	b->parent = TW_NONE;
	b->parent_weight = 0;
	b->weight = b->tokens = TW_TOKENS;
	return b;
}

/* A buffer, tokens 1, owned by the caller; NULL: none free. [home] */
struct tw_raw *tw_pool_buffer(struct tw_mem *m, struct tw_pool *p);

/* The buffer whose data is at this place. [any] */
static inline struct tw_raw *tw_buffer_at(const struct tw_mem *m, uint32_t data_place)
{
	return tw_arena_at(&m->arena, data_place - 1);
}

/* Make `child`, just taken, refer to `of`: it holds 1/share of the tokens that `of`
 * has in hand and may use its buffers by their numbers. false when `of` has too
 * few left. [worker holding both] */
bool tw_batch_lend(struct tw_batch *of, struct tw_batch *child, uint32_t share);

/* Let a batch go. Takes. [worker] */
void tw_mem_drop_else(struct tw_home *h, struct tw_batch *b);
static inline void tw_mem_drop(struct tw_home *h, struct tw_batch *b)
{
	struct tw_pool *p = h->mem->pools[b->pool];

	/* one that is all here, of its own home, and owes nothing */
	if (p->home != h->id || b->tokens != b->weight || b->parent != TW_NONE || b->n_bufs != b->n_lent ||
	    b->weight == 0) {
		tw_mem_drop_else(h, b);
		return;
	}
	b->tokens = b->weight = 0;
	b->next = p->free;
	p->free = b->self;
	p->n_free++;
}

/* Give one token of a buffer back on its home. [home] */
void tw_buffer_drop(struct tw_mem *m, struct tw_raw *raw);

/* Note that home `to` must be woken. [worker] */
static inline void tw_home_ring(struct tw_home *h, uint32_t to, enum tw_rang how)
{
	if (h->rang[to] < how)
		h->rang[to] = (uint8_t)how;
	h->any_rang = true;
}

/* Take what came home, send what waits. Number of objects that came. [worker] */
uint32_t tw_home_round(struct tw_home *h);

/* The same for the next few of the other workers, so that a round's cost does not grow
 * with their number; after so many calls all have been looked at. [worker] */
uint32_t tw_home_look(struct tw_home *h);

#endif
