/*
 * state/inside.h - what a table is made of; for table.c, lookup.c and snapshot.c alone.
 */
#ifndef TW_STATE_INSIDE_H
#define TW_STATE_INSIDE_H

#include <state/hash.h>
#include <state/snapshot.h>

/* Rows whose keys are read, hashed and fetched ahead at a time: more than a core
 * can have on their way, few enough that they are still near when used. */
#define TW_AHEAD 64u

struct tw_table {
	/* constant after create */
	uint32_t slot_off; /* from an entry to its slot */
	uint32_t slot_bytes;
	uint32_t n_values;
	uint32_t n_blobs;
	uint8_t *types;
	uint32_t *blob_off; /* of blobs, within a slot */
	struct tw_keys keys;
	/* [worker] only; pages, blobs: their bases, sizes and `base` are constant and
	 * the reader of a snapshot reads those too */
	uint64_t *words; /* TW_AHEAD keys */
	struct tw_budget budget;
	struct tw_index index;
	struct tw_spaces spaces;
	struct tw_pages pages;
	struct tw_blobs blobs;
	/* written by the worker, relaxed, read by any: see base/stat.h */
	tw_stat refused;
	/* as it says itself */
	struct tw_snapshot snapshot;
};

static inline struct tw_entry *tw_entry_of(const struct tw_table *t, const void *slot)
{
	return (struct tw_entry *)(void *)((char *)(uintptr_t)slot - t->slot_off);
}

static inline void *tw_slot_of(const struct tw_table *t, void *entry)
{
	return (char *)entry + t->slot_off;
}

/* The top bits choose the bucket. They must not follow from the key group: an
 * instance that has few of the groups would use few of the buckets. */
static inline uint32_t tw_index_hash(uint64_t hash, int64_t ns)
{
	return (uint32_t)(tw_hash_word(hash + (uint64_t)ns * TW_HASH_C, 0) >> 32);
}

/* See whether the open snapshot was ended, and take back what it kept. */
void tw_table_reclaim(struct tw_table *t);

#endif
