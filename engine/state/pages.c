/* state/pages.c - pages of entries, copied on write; see pages.h. */
#include <state/pages.h>

#include <errno.h>
#include <string.h>

/* Bytes of budget that a page costs: itself, and the links of its entries. */
static uint64_t cost(const struct tw_pages *p)
{
	return p->page_bytes + ((uint64_t)sizeof *p->link << p->shift);
}

static int reserve(struct tw_pages *p)
{
	/* Twice the pages: while a snapshot is open each may be there in two versions. */
	const size_t pages = p->max_pages,
		     bytes[6] = {2 * pages * p->page_bytes,   pages * sizeof *p->dir,
				 pages * sizeof *p->seen,     pages * sizeof *p->epoch,
				 2 * pages * sizeof *p->next, (pages << p->shift) * sizeof *p->link};
	int i;

	for (i = 0; i < 6; i++)
		if (tw_range_init(&p->range[i], bytes[i]) < 0)
			return -ENOMEM;
	p->base = p->range[0].base;
	p->dir = p->range[1].base;
	p->seen = p->range[2].base;
	p->epoch = p->range[3].base;
	p->next = p->range[4].base;
	p->link = p->range[5].base;
	return 0;
}

int tw_pages_init(struct tw_pages *p, uint32_t entry_bytes, struct tw_budget *budget)
{
	uint64_t most;

	*p = (struct tw_pages){.entry_bytes = entry_bytes,
			       .budget = budget,
			       .page_bytes = TW_PAGE_BYTES,
			       .free_entry = TW_NONE,
			       .free_piece = TW_NONE,
			       .old_first = TW_NONE};
	if (entry_bytes > TW_PAGE_BYTES_MOST)
		return -E2BIG;
	while (p->page_bytes / entry_bytes < 8 && p->page_bytes < TW_PAGE_BYTES_MOST)
		p->page_bytes *= 2;
	p->per_page = p->page_bytes / entry_bytes;
	while (1u << p->shift < p->per_page)
		p->shift++;
	most = budget->max / cost(p) + 1;
	if (most > (UINT32_MAX >> p->shift))
		most = UINT32_MAX >> p->shift; /* the number TW_NONE stays free */
	p->max_pages = (uint32_t)most;
	return reserve(p);
}

void tw_pages_fini(struct tw_pages *p)
{
	int i;

	for (i = 0; i < 6; i++)
		tw_range_fini(&p->range[i]);
}

static uint32_t piece_take(struct tw_pages *p)
{
	uint32_t piece = p->free_piece;

	if (piece == TW_NONE)
		return p->n_pieces++;
	p->free_piece = p->next[piece];
	return piece;
}

static bool page_add(struct tw_pages *p)
{
	uint32_t page = p->n_pages;

	if (page == p->max_pages || !tw_budget_take(p->budget, cost(p)))
		return false;
	p->dir[page] = piece_take(p);
	p->epoch[page] = p->now;
	/* Touched now, so that the next snapshot's begin need not fault it in. */
	p->seen[page] = p->dir[page];
	/* A piece that was used before holds entries of another page. */
	memset(p->base + (size_t)p->dir[page] * p->page_bytes, 0, p->page_bytes);
	p->n_pages++;
	p->fresh = 0;
	return true;
}

uint32_t tw_pages_take(struct tw_pages *p)
{
	uint32_t number = p->free_entry;

	if (number != TW_NONE) {
		p->free_entry = p->link[number].next;
		return number;
	}
	if ((p->n_pages == 0 || p->fresh == p->per_page) && !page_add(p))
		return TW_NONE;
	return (p->n_pages - 1u) << p->shift | p->fresh++;
}

void tw_pages_give(struct tw_pages *p, uint32_t number)
{
	p->link[number].next = p->free_entry;
	p->free_entry = number;
}

void tw_pages_open(struct tw_pages *p)
{
	p->open = ++p->now;
	memcpy(p->seen, p->dir, (size_t)p->n_pages * sizeof *p->seen);
}

void tw_pages_close(struct tw_pages *p)
{
	p->open = 0;
	if (p->old_first == TW_NONE)
		return;
	p->next[p->old_last] = p->free_piece;
	p->free_piece = p->old_first;
	p->old_first = TW_NONE;
}

void tw_pages_copy(struct tw_pages *p, uint32_t page)
{
	uint32_t old = p->dir[page], piece = piece_take(p);

	memcpy(p->base + (size_t)piece * p->page_bytes, p->base + (size_t)old * p->page_bytes, p->page_bytes);
	p->dir[page] = piece;
	p->epoch[page] = p->now;
	if (p->old_first == TW_NONE)
		p->old_last = old;
	p->next[old] = p->old_first;
	p->old_first = old;
}
