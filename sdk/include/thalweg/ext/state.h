/*
 * thalweg/ext/state.h - "tw.state/1": keyed state, owned by the engine.
 *
 * A table maps (namespace, key columns) to a slot of typed, pointer-free values.
 * The namespace is a number of the operator's (a window's start; 0 if unused).
 * Used in batches: one lookup for all rows of a batch. Because the engine owns
 * the memory it can be snapshot copy-on-write, moved by key group and handed to
 * another version of the operator.
 *
 * A table is declared in bind (tw_bind_state), made before create(), and used by
 * its node's worker alone. Pointers into slots are valid until the call of the
 * operator returns, or until the next lookup in its table that may write, whichever
 * is first.
 */
#ifndef THALWEG_EXT_STATE_H
#define THALWEG_EXT_STATE_H

#include <thalweg/bind.h>
#include <thalweg/host.h>

#define TW_EXT_STATE "tw.state/1"

/* Bytes that grow. Lies in a slot; read and change it by the calls below. */
struct tw_blob {
	uint32_t len;
	uint32_t cap;
	uint64_t ref; /* the engine's */
};

enum tw_value_type { TW_VALUE_I64 = 1, TW_VALUE_F64 = 2, TW_VALUE_BLOB = 3 };

/* A slot is a C struct of 8-byte (i64, f64) and 16-byte (blob) members, in the
 * order of `types`. A new slot is all zero. */
struct tw_state_spec {
	const char *name;
	uint32_t version;                   /* of the slot's layout */
	uint32_t n_keys;                    /* at most 16 */
	const struct tw_field *const *keys; /* fields of input port 0 */
	uint32_t n_values;
	const uint8_t *types; /* enum tw_value_type */
	uint64_t max_bytes;   /* limit of the table; 0: 1 GiB */
};

/* A lookup by the keys of entries that are there. */
struct tw_like {
	uint32_t table;    /* where to look */
	uint32_t of_table; /* where the entries are: keys of the same types; may be the same table */
	int make;          /* not 0: missing ones are made */
	uint32_t n;
	void **of;         /* their slots, n of them; valid after the call, where they may have moved to */
	const int64_t *ns; /* the namespaces to look in; NULL: 0 */
};

struct tw_state_host {
	/* Slots for the rows rows[0..n) of b (rows NULL: tw_row(b, 0..n)), row i in
	 * namespace ns[i] (NULL: 0): slots[i], made if missing. A null key is a key.
	 * New entries past the table's limit: slots[i] = NULL. Number of NULLs. [worker] */
	uint32_t (*upsert)(struct tw_ctx *ctx, uint32_t table, const struct tw_batch *b, const uint16_t *rows,
			   uint32_t n, const int64_t *ns, void **slots);

	/* As upsert, but missing ones are NULL and the slots are read-only. [worker] */
	uint32_t (*find)(struct tw_ctx *ctx, uint32_t table, const struct tw_batch *b, const uint16_t *rows, uint32_t n,
			 const int64_t *ns, void **slots);

	/* As upsert (make) or find, but the slots can be written: slots[i] is that of the
	 * key of l->of[i] in namespace l->ns[i]. Number of NULLs. [worker] */
	uint32_t (*like)(struct tw_ctx *ctx, const struct tw_like *l, void **slots);

	/* The least namespace that has entries: 1 and *ns, or 0. [worker] */
	int (*first_ns)(struct tw_ctx *ctx, uint32_t table, int64_t *ns);

	/* Up to max entries of a namespace, any order: slots[] (writable). Number. [worker] */
	uint32_t (*scan)(struct tw_ctx *ctx, uint32_t table, int64_t ns, void **slots, uint32_t max);

	/* As scan, those that come after `after` in its namespace: so one that is not
	 * changed meanwhile is walked in pieces. [worker] */
	uint32_t (*scan_after)(struct tw_ctx *ctx, uint32_t table, const void *after, void **slots, uint32_t max);

	/* Write key number k of a slot into row `row` of field f of b. 0, or -ENOSPC
	 * when b's text is full. f has the key's type and is nullable if it is. [worker] */
	int (*key)(struct tw_ctx *ctx, uint32_t table, const void *slot, uint32_t k, struct tw_batch *b,
		   const struct tw_field *f, uint32_t row);

	/* Forget the entries of these slots. [worker] */
	void (*remove)(struct tw_ctx *ctx, uint32_t table, void *const *slots, uint32_t n);

	/* A blob's bytes (NULL if len is 0), valid as its slot is and until this blob is
	 * written. [worker] */
	const void *(*blob)(struct tw_ctx *ctx, uint32_t table, const struct tw_blob *blob);

	/* The bytes of a writable slot's blob, to be written, at least `len` of them;
	 * new ones are zero; sets blob->len = len. NULL past the table's limit. [worker] */
	void *(*blob_write)(struct tw_ctx *ctx, uint32_t table, struct tw_blob *blob, uint32_t len);

	/* Entries in the table. [worker] */
	uint64_t (*count)(struct tw_ctx *ctx, uint32_t table);
};

#endif
