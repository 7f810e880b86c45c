/* run/link.c - see link.h. A fused link uses the same ring; both its ends are on
 * one thread, where its atomics cost plain loads and stores. */
#include <run/link.h>

int tw_link_init(struct tw_link *l, uint32_t slots)
{
	uint32_t want = (l->full == TW_FULL_DROP_OLDEST ? 2 * slots : slots) + 1, n = 2;

	while (n < want)
		n *= 2;
	l->slots = slots;
	l->rest_head = l->rest_tail = TW_NONE;
	l->wm_out = l->wm_told = l->wm = INT64_MIN;
	return tw_ring_init(&l->ring, n, 1);
}

void tw_link_fini(struct tw_link *l)
{
	tw_ring_fini(&l->ring);
}

/* Free slots for batches: all but the one for control, and no more than `slots`
 * may be in use however large the ring was rounded. */
static uint64_t free_for_batches(struct tw_link *l, uint32_t want)
{
	uint64_t spare = l->full == TW_FULL_DROP_OLDEST ? 1 : l->ring.mask + 1 - l->slots;
	uint64_t room = tw_ring_room(&l->ring, want + spare);

	return room > spare ? room - spare : 0;
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
	if (free_for_batches(l, 1) == 0) {
		tw_stat_add(&l->dropped, b->n_sel);
		return false;
	}
	tw_stat_add(&l->sent, 1);
	tw_stat_add(&l->rows, b->n_sel);
	l->wm_told = l->wm_out;
	l->idle_told = l->idle_out = false;
	tw_ring_push(&l->ring, TW_ITEM_BATCH, b->self, l->wm_out, b->order);
	return true;
}

bool tw_link_owes(const struct tw_link *l)
{
	return l->wm_out > l->wm_told || l->over_out > l->over_told || l->idle_out != l->idle_told ||
	       l->eos_out != l->eos_told;
}

bool tw_link_flush(struct tw_link *l)
{
	uint32_t kind = TW_ITEM_CONTROL;

	if (!tw_link_owes(l) || tw_ring_room(&l->ring, 1) == 0)
		return false;
	if (l->eos_out)
		kind = TW_ITEM_EOS;
	else if (l->idle_out)
		kind = TW_ITEM_IDLE;
	l->wm_told = l->wm_out;
	l->idle_told = l->idle_out;
	l->eos_told = l->eos_out;
	l->over_told = l->over_out;
	tw_stat_add(&l->sent, 1);
	tw_ring_push(&l->ring, kind, 0, l->wm_out, l->over_out);
	return true;
}
