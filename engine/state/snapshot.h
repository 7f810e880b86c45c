/*
 * state/snapshot.h - a table as it was at one instant, read by another thread
 * while its worker goes on.
 *
 *   closed -> open   (worker, tw_table_snapshot_begin)
 *   open -> ended    (reader, tw_snapshot_end)
 *   ended -> closed  (worker, its next upsert or begin)
 *
 * The reader sees pages and blobs that nobody writes while the snapshot is open:
 * the worker writes copies. So only the two hand-overs need an order. Begin's is
 * the caller's: the pointer goes to the reader by whatever has release and acquire
 * (a ring, the gate). The end's is `ended`, below.
 */
#ifndef TW_STATE_SNAPSHOT_H
#define TW_STATE_SNAPSHOT_H

#include <state/table.h>
#include <stdatomic.h>

struct tw_snapshot {
	/* written by the worker in begin, constant while open; so are pages.seen[0..n_pages) */
	const struct tw_table *table;
	uint32_t n_pages;
	uint64_t count; /* entries */
	/* [reader] only while open */
	_Alignas(64) uint32_t page;
	uint32_t place;
	/* Set by the reader (release: its reads of pages and blobs come before), read by
	 * the worker (acquire in tw_table_reclaim: only then may they be written or used
	 * again). Cleared by the worker in begin, before the reader has the snapshot. */
	_Alignas(64) _Atomic uint32_t ended;
};

/* The table as of now; NULL while another one is open. O(pages): copies 4 bytes a
 * page. [worker] */
struct tw_snapshot *tw_table_snapshot_begin(struct tw_table *t);

/* The next entry in the order of the pages, valid until tw_snapshot_end; NULL: that
 * was the last. [reader] */
const struct tw_entry *tw_snapshot_next(struct tw_snapshot *s);

/* Start over. [reader] */
void tw_snapshot_rewind(struct tw_snapshot *s);

/* An entry's values, as the slot of upsert. [reader] */
const void *tw_snapshot_slot(const struct tw_snapshot *s, const struct tw_entry *e);

/* A blob's bytes, NULL if its length is 0. [reader] */
const void *tw_snapshot_blob(const struct tw_snapshot *s, const struct tw_blob *blob);

/* The bytes of key k, *len of them (see keys.h); NULL: it is null. [reader] */
const void *tw_snapshot_key(const struct tw_snapshot *s, const struct tw_entry *e, uint32_t k, uint32_t *len);

/* Done; the snapshot must not be used again. Takes. [reader] */
void tw_snapshot_end(struct tw_snapshot *s);

#endif
