/* run/lanes.c - see lanes.h. */
#include <run/lanes.h>

struct tw_link *tw_lane_pick(const struct tw_output *o, const struct tw_way *way)
{
	struct tw_link *best = o->links[way->first];
	uint64_t most = 0;
	uint32_t i;

	for (i = 0; i < way->n && way->n > 1; i++) {
		struct tw_link *l = o->links[way->first + i];
		const uint64_t room = l->rest_head == TW_NONE ? tw_ring_room(&l->ring, l->ring.mask + 1) : 0;

		if (room <= most)
			continue;
		most = room;
		best = l;
	}
	return best;
}

struct tw_link *tw_lane_next(struct tw_link *const *lane, uint32_t n)
{
	uint64_t least = UINT64_MAX, over = UINT64_MAX;
	struct tw_link *first = NULL;
	uint32_t i;

	for (i = 0; i < n; i++) {
		struct tw_link *l = lane[i];
		const struct tw_ring_slot *s = tw_link_peek(l);

		if (s && (s->kind != TW_ITEM_BATCH || s->wm > l->wm || l->idle))
			return l;
		if (s && s->order < least) {
			least = s->order;
			first = l;
		}
		if (!s && !l->eos && l->over < over)
			over = l->over;
	}
	return first && over >= least - 1 ? first : NULL;
}
