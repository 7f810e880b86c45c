/*
 * state/blobs.h - bytes that grow: blobs of slots, and long text keys.
 *
 * A buddy system: blocks of 32 * 2^k bytes, split and merged again, so that churn
 * of mixed sizes does not eat the arena up. What is known of a block lies beside
 * the arena, not in it. While a snapshot is open a block that is older than it is
 * never written: a write takes a copy, and what is let go waits, unchanged, until
 * the snapshot is done; then a few at a time are freed. All [worker] but for
 * what snapshot.h does.
 */
#ifndef TW_STATE_BLOBS_H
#define TW_STATE_BLOBS_H

#include <state/reserve.h>
#include <thalweg/ext/state.h>

#define TW_BLOB_UNIT 32u
#define TW_BLOB_ORDERS 32u

/* Blocks freed at most in one tw_blobs_drain. */
#define TW_BLOB_DRAIN 64u

/* What is known of the block that begins at a unit. */
struct tw_unit {
	uint32_t link; /* in use: tw_blobs.now when it was made; waiting: the next one */
	uint8_t order;
	uint8_t is_free;
};

struct tw_blobs {
	/* constant after init */
	char *base;
	struct tw_unit *unit;
	uint32_t n_units;
	/* changing */
	uint32_t top;                   /* units handed out so far; whole arena pieces */
	uint32_t some_free;             /* bit k: first[k] is not TW_NONE */
	uint32_t first[TW_BLOB_ORDERS]; /* free blocks by order, doubly linked in themselves */
	uint32_t old_first, old_last;   /* let go, but the open snapshot may read them */
	uint32_t done_first;            /* of ended snapshots, to be freed */
	uint32_t now, open;             /* as in struct tw_pages */
	struct tw_budget *budget;
	struct tw_range range[2];
};

/* 0 or -ENOMEM. [control] */
int tw_blobs_init(struct tw_blobs *a, struct tw_budget *budget);
void tw_blobs_fini(struct tw_blobs *a);

/* A block of at least `bytes` (> 0), not cleared: its first unit; TW_NONE past the
 * budget. */
uint32_t tw_blobs_take(struct tw_blobs *a, uint64_t bytes);
void tw_blobs_give(struct tw_blobs *a, uint32_t unit);

/* The call of the same name of tw_state_host. Length 0 gives the memory back. */
void *tw_blobs_write(struct tw_blobs *a, struct tw_blob *blob, uint32_t len);

void tw_blobs_open(struct tw_blobs *a);
void tw_blobs_close(struct tw_blobs *a);

/* Free some of what ended snapshots had kept. */
void tw_blobs_drain(struct tw_blobs *a);

static inline char *tw_blobs_at(const struct tw_blobs *a, uint64_t unit)
{
	return a->base + unit * TW_BLOB_UNIT;
}

#endif
