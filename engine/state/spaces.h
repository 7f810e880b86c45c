/*
 * state/spaces.h - the namespaces that have entries, and which entries.
 *
 * A namespace is found by its hash; the least one is the top of a heap, and each
 * chains its entries in the order in which they came. So a namespace more or less,
 * be there ten or a million, costs O(log n), an entry O(1). All [worker].
 */
#ifndef TW_STATE_SPACES_H
#define TW_STATE_SPACES_H

#include <state/index.h>
#include <state/pages.h>

struct tw_space {
	int64_t ns;
	uint32_t first, last; /* entries; TW_NONE: none yet */
	uint32_t pos;         /* in the heap; of a free one: the next free one */
	uint32_t pad;
};

struct tw_spaces {
	struct tw_space *space; /* by number */
	uint32_t *heap;         /* numbers, n of them */
	uint32_t n;
	uint32_t n_made; /* numbers ever used */
	uint32_t free;   /* TW_NONE: none */
	uint32_t last;   /* number asked for last; TW_NONE: none, or gone */
	struct tw_index index;
	struct tw_chained *link; /* the table's */
	struct tw_budget *budget;
	struct tw_range range[2];
};

/* At most `max`. link: the chains' memory, by entry. 0 or -ENOMEM. [control] */
int tw_spaces_init(struct tw_spaces *s, uint64_t max, struct tw_chained *link, struct tw_budget *budget);
void tw_spaces_fini(struct tw_spaces *s);

/* The number of a namespace; TW_NONE: it has no entries. */
uint32_t tw_spaces_find(struct tw_spaces *s, int64_t ns);

/* As find, but makes it; TW_NONE past the budget. To be followed by append, or by
 * trim when that can't be. */
uint32_t tw_spaces_get(struct tw_spaces *s, int64_t ns);

void tw_spaces_append(struct tw_spaces *s, uint32_t number, uint32_t entry);

/* Take an entry out of its chain; forgets the namespace with its last one. */
void tw_spaces_remove(struct tw_spaces *s, int64_t ns, uint32_t entry);

/* Forget the namespace if it has no entries. */
void tw_spaces_trim(struct tw_spaces *s, uint32_t number);

/* The least one: its number; TW_NONE: there are none. */
static inline uint32_t tw_spaces_least(const struct tw_spaces *s)
{
	return s->n ? s->heap[0] : TW_NONE;
}

#endif
