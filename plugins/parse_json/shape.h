/*
 * shape.h - the places in a document that are wanted, as a tree: one step per
 * token of a JSON pointer (RFC 6901).
 *
 * Made in bind(), constant afterwards. A node is a place; its members are the
 * places below it, found by key in a small hash table, or by index in an array.
 * Under the rule that of equal keys the first wins, a node is met at most once
 * in a document: that is why "met already" can be one byte per member.
 */
#ifndef PARSE_JSON_SHAPE_H
#define PARSE_JSON_SHAPE_H

#include <stdint.h>
#include <string.h>

#define SHAPE_NONE UINT16_MAX
#define SHAPE_DEPTH 64u /* of documents, and so of pointers */

struct shape_member {
	uint64_t word;    /* the key's first 8 bytes, zeroes where it is shorter */
	const char *key;  /* followed by a quote, as it is in a document */
	uint32_t len;     /* without the quote */
	uint32_t index;   /* as an element of an array; UINT32_MAX: it is none */
	uint64_t quoted;  /* first 8 bytes of key and quote ... */
	uint64_t mask;    /* ... and which bits of them count */
	uint16_t node;    /* what is there */
	uint16_t next;    /* of the same parent; SHAPE_NONE */
	uint8_t is_plain; /* it looks in a document as it does here: nothing to be escaped */
};

struct shape_node {
	uint16_t slot;    /* number of the value that is wanted here; SHAPE_NONE */
	uint16_t members; /* the first of them; SHAPE_NONE */
	uint16_t n_members;
	uint32_t elements; /* 1 + the greatest index among them; 0: none */
	uint32_t table;    /* where its hash table starts */
	uint32_t mask;     /* the table's size - 1 */
};

struct shape {
	struct shape_node *nodes; /* [0] is the whole document */
	struct shape_member *members;
	uint16_t *table; /* of members; SHAPE_NONE: empty */
	uint32_t n_nodes;
	uint32_t n_members;
	uint32_t n_slots;
};

/* Gives zeroed memory; must not fail. */
struct shape_memory {
	void *(*alloc)(void *arg, size_t bytes);
	void *arg;
};

/* An empty tree with room for n_tokens members. */
void shape_init(struct shape *s, const struct shape_memory *m, uint32_t n_tokens);

/* Want the top-level member `name`, or what a JSON pointer says. The node; -1 for
 * a bad pointer, with *bad the byte and *why. */
int shape_add_name(struct shape *s, const struct shape_memory *m, const char *name);
int shape_add_pointer(struct shape *s, const struct shape_memory *m, const char *pointer, int *bad, const char **why);

/* The most tokens that a pointer can have. */
uint32_t shape_tokens(const char *pointer);

/* All was added: build the hash tables. */
void shape_finish(struct shape *s, const struct shape_memory *m);

static inline uint32_t shape_hash(uint64_t word, uint32_t len)
{
	return (uint32_t)(((word ^ len) * 0x9E3779B97F4A7C15u) >> 32);
}

/* The member of a node that has this key (word: its first 8 bytes, as above), or
 * SHAPE_NONE. */
static inline uint16_t shape_find(const struct shape *s, const struct shape_node *n, uint64_t word, const char *key,
				  uint32_t len)
{
	uint32_t i = shape_hash(word, len);

	for (;; i++) {
		const uint16_t m = s->table[n->table + (i & n->mask)];
		const struct shape_member *x;

		if (m == SHAPE_NONE)
			return m;
		x = &s->members[m];
		if (x->word == word && x->len == len && (len <= 8 || memcmp(x->key + 8, key + 8, len - 8) == 0))
			return m;
	}
}

#endif
