/* state/blobs.c - the buddy system of blobs; see blobs.h. */
#include <state/blobs.h>

#include <errno.h>
#include <string.h>

/* The arena is opened up in pieces of at least 2^11 units, 64 KiB. */
#define PIECE_ORDER 11u
#define MOST_ORDER 27u /* 4 GiB: more than a blob's length can say */

/* In the first bytes of a free block. */
struct free_block {
	uint32_t next, prev;
};

static struct free_block *block(const struct tw_blobs *a, uint32_t unit)
{
	return (struct free_block *)(void *)tw_blobs_at(a, unit);
}

/* Bytes of budget that a block costs: itself, and what is known of its units. */
static uint64_t cost(uint32_t order)
{
	return (uint64_t)(TW_BLOB_UNIT + sizeof(struct tw_unit)) << order;
}

int tw_blobs_init(struct tw_blobs *a, struct tw_budget *budget)
{
	/* Three times what may be in use: once for blocks that an open snapshot keeps,
	 * once for what fragments cost. */
	uint64_t units = budget->max / TW_BLOB_UNIT * 3 + (4u << PIECE_ORDER);
	uint32_t k;

	*a = (struct tw_blobs){.budget = budget, .old_first = TW_NONE, .done_first = TW_NONE};
	if (units > TW_NONE - (1u << PIECE_ORDER))
		units = TW_NONE - (1u << PIECE_ORDER);
	a->n_units = (uint32_t)units;
	for (k = 0; k < TW_BLOB_ORDERS; k++)
		a->first[k] = TW_NONE;
	if (tw_range_init(&a->range[0], units * TW_BLOB_UNIT) < 0 ||
	    tw_range_init(&a->range[1], units * sizeof *a->unit) < 0)
		return -ENOMEM;
	a->base = a->range[0].base;
	a->unit = a->range[1].base;
	return 0;
}

void tw_blobs_fini(struct tw_blobs *a)
{
	tw_range_fini(&a->range[0]);
	tw_range_fini(&a->range[1]);
}

static void list_in(struct tw_blobs *a, uint32_t unit, uint32_t order)
{
	uint32_t next = a->first[order];

	*block(a, unit) = (struct free_block){.next = next, .prev = TW_NONE};
	if (next != TW_NONE)
		block(a, next)->prev = unit;
	a->first[order] = unit;
	a->some_free |= 1u << order;
	a->unit[unit].order = (uint8_t)order;
	a->unit[unit].is_free = 1;
}

static void list_out(struct tw_blobs *a, uint32_t unit, uint32_t order)
{
	struct free_block b = *block(a, unit);

	if (b.next != TW_NONE)
		block(a, b.next)->prev = b.prev;
	if (b.prev != TW_NONE)
		block(a, b.prev)->next = b.next;
	else
		a->first[order] = b.next;
	if (a->first[order] == TW_NONE)
		a->some_free &= ~(1u << order);
	a->unit[unit].is_free = 0;
}

static void block_free(struct tw_blobs *a, uint32_t unit, uint32_t order)
{
	for (; order < MOST_ORDER; order++) {
		uint32_t buddy = unit ^ 1u << order;

		/* A block that begins at or after top was never opened up. */
		if (buddy >= a->top || !a->unit[buddy].is_free || a->unit[buddy].order != order)
			break;
		list_out(a, buddy, order);
		unit &= buddy;
	}
	list_in(a, unit, order);
}

/* Put a new piece that holds a block of this order on the free lists. */
static bool open_up(struct tw_blobs *a, uint32_t order)
{
	const uint32_t size = 1u << (order < PIECE_ORDER ? PIECE_ORDER : order);
	uint64_t at = ((uint64_t)a->top + size - 1) / size * size;

	if (at + size > a->n_units)
		return false;
	while (a->top < at) {
		uint32_t gap = (uint32_t)__builtin_ctz(a->top), unit = a->top;

		a->top += 1u << gap;
		block_free(a, unit, gap);
	}
	a->top += size;
	block_free(a, (uint32_t)at, (uint32_t)__builtin_ctz(size));
	return true;
}

static uint32_t order_of(uint64_t bytes)
{
	uint64_t units = (bytes + TW_BLOB_UNIT - 1) / TW_BLOB_UNIT;

	return units <= 1 ? 0 : 64u - (uint32_t)__builtin_clzll(units - 1);
}

uint32_t tw_blobs_take(struct tw_blobs *a, uint64_t bytes)
{
	uint32_t order = order_of(bytes), k, unit;

	if (order > MOST_ORDER || cost(order) > a->budget->max - a->budget->used)
		return TW_NONE;
	if (!(a->some_free >> order) && !open_up(a, order))
		return TW_NONE;
	k = order + (uint32_t)__builtin_ctz(a->some_free >> order);
	unit = a->first[k];
	list_out(a, unit, k);
	while (k > order) {
		k--;
		list_in(a, unit + (1u << k), k);
	}
	a->unit[unit] = (struct tw_unit){.link = a->now, .order = (uint8_t)order};
	tw_budget_take(a->budget, cost(order));
	return unit;
}

static bool is_kept(const struct tw_blobs *a, uint32_t unit)
{
	return a->open && a->unit[unit].link < a->open;
}

static void let_go(struct tw_blobs *a, uint32_t unit)
{
	if (!is_kept(a, unit)) {
		block_free(a, unit, a->unit[unit].order);
		return;
	}
	if (a->old_first == TW_NONE)
		a->old_last = unit;
	a->unit[unit].link = a->old_first;
	a->old_first = unit;
}

void tw_blobs_give(struct tw_blobs *a, uint32_t unit)
{
	tw_budget_give(a->budget, cost(a->unit[unit].order));
	let_go(a, unit);
}

/* Give blob a block of its own that holds `len` bytes, with what it had. What the
 * old one cost is given back first: a copy for a snapshot's sake needs no budget. */
static bool move(struct tw_blobs *a, struct tw_blob *blob, uint32_t len)
{
	const uint32_t keep = blob->len < len ? blob->len : len, old = (uint32_t)blob->ref;
	const uint64_t had = blob->cap ? cost(a->unit[old].order) : 0;
	uint32_t unit;
	uint64_t cap;

	tw_budget_give(a->budget, had);
	unit = tw_blobs_take(a, len);
	if (unit == TW_NONE) {
		tw_budget_take(a->budget, had);
		return false;
	}
	if (blob->cap) {
		memcpy(tw_blobs_at(a, unit), tw_blobs_at(a, old), keep);
		let_go(a, old);
	}
	cap = (uint64_t)TW_BLOB_UNIT << a->unit[unit].order;
	blob->cap = cap > UINT32_MAX ? UINT32_MAX : (uint32_t)cap;
	blob->ref = unit;
	return true;
}

void *tw_blobs_write(struct tw_blobs *a, struct tw_blob *blob, uint32_t len)
{
	if (len == 0) {
		if (blob->cap)
			tw_blobs_give(a, (uint32_t)blob->ref);
		*blob = (struct tw_blob){0, 0, 0};
		return blob; /* not NULL: nothing failed */
	}
	if ((len > blob->cap || is_kept(a, (uint32_t)blob->ref)) && !move(a, blob, len))
		return NULL;
	if (len > blob->len)
		memset(tw_blobs_at(a, blob->ref) + blob->len, 0, len - blob->len);
	blob->len = len;
	return tw_blobs_at(a, blob->ref);
}

void tw_blobs_open(struct tw_blobs *a)
{
	a->open = ++a->now;
}

void tw_blobs_close(struct tw_blobs *a)
{
	a->open = 0;
	if (a->old_first == TW_NONE)
		return;
	a->unit[a->old_last].link = a->done_first;
	a->done_first = a->old_first;
	a->old_first = TW_NONE;
}

void tw_blobs_drain(struct tw_blobs *a)
{
	uint32_t i;

	for (i = 0; i < TW_BLOB_DRAIN && a->done_first != TW_NONE; i++) {
		uint32_t unit = a->done_first;

		a->done_first = a->unit[unit].link;
		block_free(a, unit, a->unit[unit].order);
	}
}
