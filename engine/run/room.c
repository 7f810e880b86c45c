/*
 * run/room.c - is there room for what an operator may emit? Looked up before it is
 * called, for many calls at once: slots, batches and buffers of a node's outputs are
 * taken by nobody but the node itself, so room once found stays. [worker]
 */
#include <run/run.h>

static inline uint32_t less(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Batches that can be put on a link, at most `want`. Where some may be copied there must
 * be memory for those of one call; those of later ones wait at the link for theirs. */
static uint32_t link_room(struct tw_link *l, uint32_t want, uint32_t per_call)
{
	uint32_t room;

	if (l->rest_head != TW_NONE)
		return 0;
	if (!l->may_gather)
		return tw_link_room(l, want);
	if (l->pools.batch[TW_CLASSES - 1]->n_free <= per_call || l->pools.text_large->n_free < TW_TEXT_PER_CALL)
		return 0;
	room = tw_link_room(l, want + 1); /* one more: rows gathered earlier go first */
	return room > 0 ? room - 1 : 0;
}

/* The same for an output: on each way one lane must have it. */
static uint32_t output_room(const struct tw_node *n, const struct tw_output *o, uint32_t want, uint32_t per_call)
{
	uint32_t i;

	for (i = 0; i < o->n_ways && want > 0; i++) {
		const struct tw_way *way = &o->ways[i];
		uint32_t k, best = 0;

		for (k = 0; k < way->n; k++) {
			const uint32_t room = link_room(o->links[way->first + k], want, per_call);

			if (room > best)
				best = room;
		}
		/* several calls may be dealt to several lanes, which were not all looked at */
		want = way->n > 1 ? less(best, per_call) : best;
	}
	if (n->clones)
		want = less(want, n->clones->n_free / n->clones_per_batch);
	if (o->makes)
		want = less(want, o->pools.batch[TW_CLASSES - 1]->n_free);
	return want;
}

uint32_t tw_node_calls(struct tw_node *n, uint32_t want)
{
	/* A source is told how many it may emit; others may emit max_out unasked. */
	const uint32_t max_out = n->source ? 1 : n->kind->max_out;
	uint32_t p, calls = want;

	if (n->text.text_large && n->source)
		calls = n->text.text_large->n_free < TW_TEXT_PER_CALL ? 0 : calls;
	else if (n->text.text_large)
		calls = less(calls, n->text.text_large->n_free / TW_TEXT_PER_CALL);
	for (p = 0; p < n->ctx.n_outputs && calls > 0; p++)
		calls = output_room(n, &n->out[p], calls * max_out, max_out) / max_out;
	if (n->err.n_links && calls > 0)
		calls = output_room(n, &n->err, calls * 2, 2) / 2;
	return calls;
}

uint32_t tw_node_room(struct tw_node *n, uint32_t port)
{
	const uint32_t max_out = n->kind->max_out;

	if (n->text.text_large && n->text.text_large->n_free < TW_TEXT_PER_CALL)
		return 0;
	return output_room(n, &n->out[port], max_out, max_out);
}
