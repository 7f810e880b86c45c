/*
 * state/table.h - one table of keyed state: what tw.state/1 promises, on a table.
 *
 * (namespace, key) leads to an entry with a slot of values. A table is used by one
 * worker; only a snapshot (snapshot.h) is read by another thread. What each part
 * is, drawn, and what it costs: README.md.
 *
 * Contracts are those of struct tw_state_host in thalweg/ext/state.h where nothing
 * else is said.
 */
#ifndef TW_STATE_TABLE_H
#define TW_STATE_TABLE_H

#include <base/stat.h>
#include <state/keys.h>
#include <state/spaces.h>

/* State is split and moved by these. The group of an entry follows from the hash
 * of its key alone: all its namespaces move together. */
#define TW_KEY_GROUPS 128u

#define TW_TABLE_BYTES (1ull << 30) /* where the spec says 0 */

struct tw_table;

/* The head of an entry; its key's words follow, then its slot. */
struct tw_entry {
	uint64_t hash; /* of the key alone */
	int64_t ns;
	uint32_t number;
	uint16_t nulls; /* bit k: key k is null */
	uint8_t group;  /* key group */
	uint8_t live;   /* 0: free */
	uint64_t words[];
};

struct tw_lookup {
	const struct tw_batch *b;
	const uint16_t *rows; /* NULL: tw_row(b, 0..n) */
	uint32_t n;
	const int64_t *ns; /* NULL: 0 for all */
};

/* As struct tw_like of thalweg/ext/state.h, with tables in place of their numbers. */
struct tw_table_like {
	struct tw_table *from;
	int make;
	uint32_t n;
	void **of;
	const int64_t *ns;
};

/* The key group that a key's hash belongs to. Pure. */
static inline uint8_t tw_key_group(uint64_t hash)
{
	return (uint8_t)(hash >> 57);
}

/* Copies the spec but for the fields it points to. State that is to be split or
 * moved between tables needs the same seed in both. 0, -ENOMEM, -EINVAL (too many
 * keys, an unknown type) or -E2BIG (an entry of more than 64 KiB). [control] */
int tw_table_create(const struct tw_state_spec *spec, uint64_t seed, struct tw_table **out);

/* No snapshot is open. NULL is allowed. [control, no worker uses it] */
void tw_table_destroy(struct tw_table *t);

/* Use the fields of another binding from now on: for a new version of an operator
 * that takes the table over. -EINVAL, and nothing changed, when the keys' types or
 * the slot's layout differ. [control, no worker uses it; or the worker] */
int tw_table_rebind(struct tw_table *t, const struct tw_state_spec *spec);

/* All [worker]: */
uint32_t tw_table_upsert(struct tw_table *t, const struct tw_lookup *l, void **slots);
uint32_t tw_table_find(struct tw_table *t, const struct tw_lookup *l, void **slots);
uint32_t tw_table_like(struct tw_table *t, const struct tw_table_like *l, void **slots);
int tw_table_first_ns(const struct tw_table *t, int64_t *ns);

/* Entries come in the order in which they were made. */
uint32_t tw_table_scan(struct tw_table *t, int64_t ns, void **slots, uint32_t max);
uint32_t tw_table_scan_after(struct tw_table *t, const void *after, void **slots, uint32_t max);
int tw_table_key(const struct tw_table *t, const void *slot, uint32_t k, struct tw_ctx *ctx, const struct tw_cell *to);

/* NULLs, and slots given twice, are left out. */
void tw_table_remove(struct tw_table *t, void *const *slots, uint32_t n);
const void *tw_table_blob(const struct tw_table *t, const struct tw_blob *blob);
void *tw_table_blob_write(struct tw_table *t, struct tw_blob *blob, uint32_t len);
uint64_t tw_table_count(const struct tw_table *t);

/* Bytes taken of max_bytes. */
uint64_t tw_table_bytes(const struct tw_table *t);

/* NULLs that upsert and blob_write gave so far, for want of memory. [any] */
uint64_t tw_table_refused(struct tw_table *t);

#endif
