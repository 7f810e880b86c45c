/*
 * state/index.h - from a hash to a number, by open addressing.
 *
 * Buckets of 8 bytes hold 32 bits of hash and a number; eight lie in a line. The
 * home of a hash is its top bits, probing is linear, and removal shifts the rest
 * of the run back: no tombstones, so a table that lives by churn never degrades.
 *
 * Growth: a second array of twice the size takes all new entries, while each
 * upserted row moves a few from the old one; lookups try both. Because home is
 * the top bits, moving walks both arrays in order. An emptied array is all zero
 * again: it need not be cleared before its next use. All [worker].
 */
#ifndef TW_STATE_INDEX_H
#define TW_STATE_INDEX_H

#include <state/reserve.h>
#include <thalweg/types.h>

/* Bucket steps that tw_index_step makes: at this rate an old array is empty
 * after a fifth of the rows that would fill the new one to its own limit. */
#define TW_INDEX_STEPS 8u

struct tw_bucket {
	uint32_t hash;
	uint32_t ref; /* number + 1; 0: empty */
};

struct tw_buckets {
	struct tw_bucket *at; /* NULL: none */
	uint32_t bits;        /* 2^bits of them */
};

struct tw_index {
	struct tw_buckets cur, old;
	uint32_t cursor; /* buckets of old before it are empty */
	uint32_t which;  /* range of cur; the other one is old's, or all zero */
	uint32_t max_bits;
	uint64_t count;
	struct tw_budget *budget;
	struct tw_range range[2];
};

/* For at most `max` numbers. 0 or -ENOMEM. [control] */
int tw_index_init(struct tw_index *x, uint64_t max, struct tw_budget *budget);
void tw_index_fini(struct tw_index *x);

/* Make sure that one more fits; false past the budget. */
bool tw_index_room(struct tw_index *x);

/* Move some of what is left in the old array. */
void tw_index_step(struct tw_index *x);

/* There is room (tw_index_room). */
void tw_index_put(struct tw_index *x, uint32_t hash, uint32_t number);

/* It is in. */
void tw_index_remove(struct tw_index *x, uint32_t hash, uint32_t number);

static inline uint32_t tw_bucket_home(const struct tw_buckets *b, uint32_t hash)
{
	return hash >> (32u - b->bits);
}

/* A walk over the numbers that have a hash. */
struct tw_probe {
	const struct tw_buckets *in;
	uint32_t pos;
};

static inline struct tw_probe tw_probe_start(const struct tw_buckets *in, uint32_t hash)
{
	return (struct tw_probe){.in = in, .pos = tw_bucket_home(in, hash)};
}

/* The next one, or TW_NONE. */
static inline uint32_t tw_probe_next(struct tw_probe *p, uint32_t hash)
{
	const uint32_t mask = (1u << p->in->bits) - 1u;

	for (;;) {
		struct tw_bucket b = p->in->at[p->pos];

		p->pos = (p->pos + 1u) & mask;
		if (!b.ref)
			return TW_NONE;
		if (b.hash == hash)
			return b.ref - 1u;
	}
}

/* The number of the first bucket, from home on, with that hash; or TW_NONE. What lies in
 * the first four is found without a branch that depends on how far it is from home. */
static inline uint32_t tw_index_guess(const struct tw_buckets *in, uint32_t hash)
{
	const uint32_t home = tw_bucket_home(in, hash);
	const struct tw_bucket *b = in->at + home;
	struct tw_probe p;
	uint32_t same;

	if (home + 4u <= 1u << in->bits) {
		same = (uint32_t)(b[0].hash == hash) | (uint32_t)(b[1].hash == hash) << 1 |
		       (uint32_t)(b[2].hash == hash) << 2 | (uint32_t)(b[3].hash == hash) << 3;
		if (same)
			return b[__builtin_ctz(same)].ref - 1u; /* an empty one: TW_NONE */
	}
	p = tw_probe_start(in, hash);
	return tw_probe_next(&p, hash);
}

static inline void tw_index_prefetch(const struct tw_index *x, uint32_t hash)
{
	__builtin_prefetch(&x->cur.at[tw_bucket_home(&x->cur, hash)]);
	if (x->old.at)
		__builtin_prefetch(&x->old.at[tw_bucket_home(&x->old, hash)]);
}

#endif
