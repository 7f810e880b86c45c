/*
 * state/keys.h - keys as words: how a row's key columns become bytes that can be
 * hashed, compared and kept.
 *
 * A number or a bool is one word; equal values have equal words (-0 is 0, there is
 * one NaN). TW_FIXED is its bytes, filled up with zeros. A text is two words:
 * length and up to 12 bytes; or length, 4 bytes, and where all of them are: a
 * pointer in a row, a unit of the blobs in an entry. A null is zero words and a bit
 * in `nulls`, so it equals a null only. All [worker] but for init.
 */
#ifndef TW_STATE_KEYS_H
#define TW_STATE_KEYS_H

#include <state/blobs.h>

#define TW_KEYS_MOST 16u

struct tw_key {
	const struct tw_field *field;
	uint32_t width; /* bytes */
	uint32_t at;    /* first word */
	uint32_t words;
	uint8_t type;
};

struct tw_keys {
	uint32_t n;
	uint32_t words;
	bool has_text;
	uint64_t seed;
	struct tw_key key[TW_KEYS_MOST];
};

/* Rows whose keys are to be read. */
struct tw_key_rows {
	const struct tw_batch *b;
	const uint16_t *row;
	uint32_t n;
	uint64_t *words; /* out: tw_keys.words of each */
	uint16_t *nulls; /* out: bit k: key k is null */
	bool has_long;   /* out: there are texts that their words do not hold */
};

/* Where a key is to be written. */
struct tw_cell {
	struct tw_batch *b;
	const struct tw_field *field;
	uint32_t row;
};

/* 0 or -EINVAL. [control] */
int tw_keys_init(struct tw_keys *keys, const struct tw_state_spec *spec, uint64_t seed);

void tw_keys_read(const struct tw_keys *keys, struct tw_key_rows *rows);

/* The hashes of the rows' keys that were read. */
void tw_keys_hash(const struct tw_keys *keys, const struct tw_key_rows *rows, uint64_t *hash);

/* Make of an entry's key, of a table with keys of the same types, a row's: valid as
 * long as the entry. Does it have a long text? */
bool tw_keys_reread(const struct tw_keys *keys, const uint64_t *entry, const struct tw_blobs *a, uint64_t *row);

/* Are words the same? Without long texts that is to be equal. */
static inline bool tw_words_equal(const uint64_t *a, const uint64_t *b, uint32_t n)
{
	uint64_t diff = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		diff |= a[i] ^ b[i];
	return !diff;
}

/* Does an entry's key equal a row's? Nulls are compared by the caller. */
bool tw_keys_equal(const struct tw_keys *keys, const uint64_t *entry, const uint64_t *row, const struct tw_blobs *a);

/* Make an entry's key of a row's. false past the budget: nothing is kept. */
bool tw_keys_store(const struct tw_keys *keys, uint64_t *entry, const uint64_t *row, struct tw_blobs *a);

/* Give back what store took. */
void tw_keys_release(const struct tw_keys *keys, const uint64_t *entry, struct tw_blobs *a);

/* The bytes of a text key of an entry, and how many. */
const char *tw_keys_text(const uint64_t *words, const struct tw_blobs *a, uint32_t *len);

/* Write one key, not null, to a cell. 0, or -ENOSPC when the batch's text is full. */
int tw_key_write(const struct tw_key *key, const uint64_t *words, const struct tw_blobs *a, struct tw_ctx *ctx,
		 const struct tw_cell *to);

#endif
