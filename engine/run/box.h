/*
 * run/box.h - what a node emits to its only reader, on the same worker, while it has its
 * turn: the free cells of that list, filled by emit with nothing but a store each.
 *
 * What else there is to do for a batch (counted, compacted if thin, let go if empty) is
 * done for all of them when the box is closed, at the latest at the end of the turn; in
 * the order in which they were emitted. Nobody looks at the list before.  [worker]
 */
#ifndef TW_RUN_BOX_H
#define TW_RUN_BOX_H

#include <run/run.h>

/* So many cells in a row are free; none while something must go before what comes. */
static inline void tw_box_open(struct tw_node *n)
{
	struct tw_link *l = n->straight;
	uint64_t at, room, row;

	if (!l || !l->is_list || l->held)
		return;
	at = tw_stat_get(&l->sent);
	room = l->cell_mask + 1 - (at - tw_stat_get(&l->taken));
	at &= l->cell_mask;
	row = l->cell_mask + 1 - at;
	n->box = n->box_start = &l->cell[at];
	n->box_end = n->box + (room < row ? room : row);
}

/* The first from `from` on that is not just put on the list; n: none. */
static inline uint32_t tw_box_odd(struct tw_batch *const *b, uint32_t n, uint64_t *rows)
{
	uint32_t i;

	for (i = 0; i < n && b[i]->n_sel && !tw_batch_is_thin(b[i]); i++)
		*rows += b[i]->n_sel;
	return i;
}

/* Those from the first odd one on go their way one by one. */
void tw_box_empty(struct tw_node *n, struct tw_batch **b, uint32_t n_batches);

static inline void tw_box_close(struct tw_node *n)
{
	struct tw_batch **b = n->box_start;
	const uint32_t count = (uint32_t)(n->box - b);
	uint32_t plain;
	uint64_t rows = 0;

	n->box = n->box_end = n->box_start = NULL;
	if (count == 0)
		return;
	plain = tw_box_odd(b, count, &rows);
	tw_stat_add(&n->batches_out, plain);
	tw_stat_add(&n->rows_out, rows);
	n->straight->rows_sent += rows;
	tw_stat_add(&n->straight->sent, plain);
	*n->straight->ready |= n->straight->ready_bit;
	if (plain < count)
		tw_box_empty(n, b + plain, count - plain);
}

#endif
