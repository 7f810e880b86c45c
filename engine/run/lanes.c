/* run/lanes.c - see lanes.h. */
#include <run/lanes.h>

/* Free cells of a lane; 0: what was sent before waits for some. */
static uint64_t room_of(struct tw_link *l)
{
	return l->rest_head == TW_NONE ? tw_ring_room(&l->ring, l->ring.mask + 1) : 0;
}

struct tw_link *tw_lane_pick(const struct tw_output *o, const struct tw_way *way)
{
	struct tw_link *best = o->links[way->first], *other = NULL;
	uint64_t most = 0, most_other = 0;
	uint32_t i;

	for (i = 0; i < way->n && way->n > 1; i++) {
		struct tw_link *l = o->links[way->first + i];
		const uint64_t room = room_of(l);

		if (room > most) {
			most = room;
			best = l;
		}
		if (l->is_ring && room > most_other) {
			most_other = room;
			other = l;
		}
	}
	/* a lane of this worker is empty after each of its turns, however much it has to do */
	return other && most_other >= (other->ring.mask + 1) * 3 / 4 ? other : best;
}

struct tw_link *tw_lane_next(struct tw_link *const *lane, uint32_t n)
{
	uint64_t least = UINT64_MAX, over = UINT64_MAX;
	struct tw_link *first = NULL;
	uint32_t i;

	for (i = 0; i < n; i++) {
		struct tw_link *l = lane[i];
		const struct tw_ring_slot *s = tw_link_slot(l);

		if (s && (s->kind >= TW_ITEM_CONTROL || s->wm > l->wm || l->idle))
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
