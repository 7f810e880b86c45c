/*
 * state/pages.h - entries of one size, in pages that are copied on write.
 *
 * An entry has a number for life: page << shift | place in the page. The directory
 * says where the page is at present. While a snapshot is open, the first write to
 * a page that is older than it makes the worker's page a copy, and leaves the old
 * one, unchanged, to the snapshot's own directory. So the other thread reads only
 * what nobody writes. All [worker] but for what snapshot.h does.
 */
#ifndef TW_STATE_PAGES_H
#define TW_STATE_PAGES_H

#include <state/reserve.h>
#include <thalweg/types.h>

/* Least bytes of a page: the cost of a first write while a snapshot is open. */
#define TW_PAGE_BYTES 4096u
#define TW_PAGE_BYTES_MOST 65536u

/* Neighbours in a chain of entries. Apart from the entries: chaining one writes to
 * its neighbours, whose pages need not be copied for that. */
struct tw_chained {
	uint32_t next, prev;
};

struct tw_pages {
	/* constant after init */
	char *base;
	uint32_t *dir;           /* per page: number of the piece of `base` it is in */
	uint32_t *seen;          /* per page: the same as of the last snapshot's begin; its reader's while open */
	uint32_t *epoch;         /* per page: `now` when it came there */
	uint32_t *next;          /* per piece: next of its list */
	struct tw_chained *link; /* per entry; free ones are chained by next */
	uint32_t page_bytes, entry_bytes, per_page, shift;
	uint32_t max_pages;
	/* changing */
	uint32_t n_pages, n_pieces;
	uint32_t fresh;      /* entries handed out of the last page */
	uint32_t free_entry; /* TW_NONE: none */
	uint32_t free_piece;
	uint32_t old_first, old_last; /* pieces that only the snapshot uses */
	uint32_t now;                 /* snapshots begun so far */
	uint32_t open;                /* now, while a snapshot is open; else 0 */
	struct tw_budget *budget;
	struct tw_range range[6];
};

/* 0, -ENOMEM, or -E2BIG when an entry does not fit a page. [control] */
int tw_pages_init(struct tw_pages *p, uint32_t entry_bytes, struct tw_budget *budget);
void tw_pages_fini(struct tw_pages *p);

/* Numbers are below this. */
static inline uint64_t tw_pages_numbers(const struct tw_pages *p)
{
	return (uint64_t)p->max_pages << p->shift;
}

/* The number of an entry that was free, to be filled through tw_pages_own; TW_NONE
 * past the budget. */
uint32_t tw_pages_take(struct tw_pages *p);

void tw_pages_give(struct tw_pages *p, uint32_t number);

/* From here on pages are copied before they are written, and `seen` says where they
 * were. */
void tw_pages_open(struct tw_pages *p);

/* No longer; what was kept for the snapshot is free. O(1). */
void tw_pages_close(struct tw_pages *p);

void tw_pages_copy(struct tw_pages *p, uint32_t page);

/* The entry, to be read. */
static inline void *tw_pages_at(const struct tw_pages *p, uint32_t number)
{
	uint32_t page = number >> p->shift, place = number & ((1u << p->shift) - 1u);

	return p->base + (size_t)p->dir[page] * p->page_bytes + (size_t)place * p->entry_bytes;
}

/* The entry, to be written. Moves its page at most once per snapshot. */
static inline void *tw_pages_own(struct tw_pages *p, uint32_t number)
{
	if (p->open && p->epoch[number >> p->shift] < p->open)
		tw_pages_copy(p, number >> p->shift);
	return tw_pages_at(p, number);
}

#endif
