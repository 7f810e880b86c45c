/* run/link.c - see link.h. */
#include <run/link.h>

#include <errno.h>
#include <stdlib.h>

/* Lines of a slot that carries a row. */
static uint32_t lines_of(const struct tw_link *l)
{
	uint32_t bytes = TW_RING_HEAD + (l->row_bytes ? (uint32_t)sizeof(struct tw_slot_row) + l->row_bytes : 0),
		 lines = 1;

	while (lines * TW_LINE < bytes)
		lines *= 2;
	return lines;
}

int tw_link_init(struct tw_link *l, uint32_t slots)
{
	uint32_t want = (l->full == TW_FULL_DROP_OLDEST ? 2 * slots : slots) + 1, n = 2;

	while (n < want)
		n *= 2;
	l->slots = slots;
	l->rest_head = l->rest_tail = TW_NONE;
	l->wm_out = l->wm_told = l->wm = INT64_MIN;
	l->is_list = !l->is_ring && !l->is_numbered && l->full == TW_FULL_BLOCK;
	l->spare = l->full == TW_FULL_DROP_OLDEST ? 1 : n - slots;
	if (l->is_ring) /* cleared by the worker that reads it */
		return tw_ring_reserve(&l->ring, n, lines_of(l));
	if (!l->is_list)
		return tw_ring_init(&l->ring, n, lines_of(l));
	l->cell = calloc(n, sizeof(struct tw_batch *));
	l->cell_mask = n - 1;
	return l->cell ? 0 : -ENOMEM;
}

void tw_link_fini(struct tw_link *l)
{
	free(l->cell);
	l->cell = NULL;
	tw_ring_fini(&l->ring);
}

size_t tw_link_bytes(const struct tw_link *l)
{
	if (l->is_list)
		return (l->cell_mask + 1) * sizeof(struct tw_batch *);
	return (l->ring.mask + 1) * l->ring.lines * TW_LINE;
}

/* Free slots for batches, see tw_link.spare. */
static uint64_t free_for_batches(struct tw_link *l, uint32_t want)
{
	uint64_t room;

	if (l->is_list) {
		const uint64_t used = tw_stat_get(&l->sent) - tw_stat_get(&l->taken);

		return used < l->slots ? l->slots - used : 0;
	}
	room = tw_ring_room(&l->ring, want + l->spare);
	return room > l->spare ? room - l->spare : 0;
}

uint32_t tw_link_room(struct tw_link *l, uint32_t want)
{
	uint64_t room = l->full == TW_FULL_BLOCK ? free_for_batches(l, want) : want;

	return room < want ? (uint32_t)room : want;
}

bool tw_link_has_room(struct tw_link *l, uint32_t batches)
{
	return tw_link_room(l, batches) == batches;
}

bool tw_link_put(struct tw_link *l, struct tw_batch *b)
{
	if (l->is_list)
		return tw_link_hand_over(l, b);
	if (free_for_batches(l, 1) == 0) {
		tw_stat_add(&l->dropped, b->n_sel);
		return false;
	}
	return tw_link_push(l, b);
}

/* What comes next is asked for while this one is at work. */
static inline void prefetch_next(const struct tw_link *l, const struct tw_mem *m)
{
	const struct tw_ring_slot *s = tw_link_slot(l);
	const char *p;

	if (!s || s->kind != TW_ITEM_BATCH)
		return;
	p = tw_arena_at(&m->arena, s->place);
	__builtin_prefetch(p);
	__builtin_prefetch(p + TW_LINE);
	__builtin_prefetch(p + 2 * TW_LINE);
}

struct tw_batch *tw_link_take(struct tw_link *l, struct tw_mem *m)
{
	const struct tw_ring_slot *s;
	struct tw_batch *b;

	if (l->is_list) {
		b = l->cell[tw_stat_get(&l->taken) & l->cell_mask];
		l->rows_taken += b->n_sel;
		tw_stat_add(&l->taken, 1);
		return b;
	}
	s = tw_ring_peek(&l->ring);
	if (s->kind == TW_ITEM_BATCH) {
		b = tw_arena_at(&m->arena, s->place);
		tw_stat_add(&l->taken, 1);
		tw_ring_pop(&l->ring);
		prefetch_next(l, m);
		return b;
	}
	b = tw_pool_batch(m, l->rows_home);
	if (b) {
		const struct tw_slot_row *row = (const struct tw_slot_row *)s->row;

		b->epoch = s->place;
		b->order = s->order;
		b->origin_ns = row->origin_ns;
		b->seq = row->seq;
		b->n = b->n_sel = 1;
		tw_copy_row((char *)b + tw_batch_head(0), row->columns, l->row_bytes);
		tw_stat_add(&l->taken, 1);
		tw_ring_pop(&l->ring);
	}
	return b;
}

/* Does the consumer know it as idle, or will it? */
static bool is_idle_told(struct tw_link *l)
{
	return l->idle_told && (!l->is_list || l->idle_at == tw_stat_get(&l->sent));
}

bool tw_link_owes(struct tw_link *l)
{
	return l->wm_out > l->wm_told || l->over_out > l->over_told || l->idle_out != is_idle_told(l) ||
	       l->eos_out != l->eos_told;
}

bool tw_link_flush(struct tw_link *l)
{
	enum tw_item_kind kind = TW_ITEM_CONTROL;

	if (!tw_link_owes(l) || (l->is_list ? l->note != TW_ITEM_NONE : tw_ring_room(&l->ring, 1) == 0))
		return false;
	if (l->eos_out)
		kind = TW_ITEM_EOS;
	else if (l->idle_out)
		kind = TW_ITEM_IDLE;
	l->wm_told = l->wm_out;
	l->idle_told = l->idle_out;
	l->idle_at = tw_stat_get(&l->sent);
	l->eos_told = l->eos_out;
	l->over_told = l->over_out;
	if (!l->is_ring)
		*l->ready |= l->ready_bit;
	if (l->is_list) {
		l->note = kind;
		l->note_at = tw_stat_get(&l->sent);
		l->note_wm = l->wm_out;
		return true;
	}
	tw_stat_add(&l->sent, 1);
	tw_ring_push(&l->ring, kind, 0, l->wm_out, l->over_out);
	return true;
}
