/*
 * mem/arrow.h - schemas and batches out of the engine, by Arrow's C Data Interface.
 *
 * A dense batch is exported where it lies; one with a selection is copied. Who got
 * an export may release it on any thread, but only the node's worker may let its
 * batch go. So a release puts the batch on a stack (any thread pushes, the worker
 * takes all), and wakes the worker: the node, or one before it, may wait for that
 * very batch.
 *
 * An export pins its batch, and so a part of the pools of the nodes before: a
 * reader that is slow to release slows the graph down, as a full queue does. All
 * exports must be released before the graph is destroyed.
 */
#ifndef TW_MEM_ARROW_H
#define TW_MEM_ARROW_H

#include <mem/pool.h>
#include <thalweg/arrow.h>

/* Exports of one node that may be out at once. */
#define TW_EXPORTS_MAX 16u

/* The exports of one node. */
struct tw_exports {
	/* constant after init */
	const struct tw_mem *mem;
	void (*wake)(void *who); /* [any] */
	void *who;
	/* Place of the batch that was released last, the others behind it by their
	 * `next`; 0: none. Pushed with a compare-exchange (release: the reader is done
	 * with the batch, and next is written), taken whole by the worker with an
	 * exchange (acquire). Nobody pops one, so a place that comes back does no harm. */
	_Atomic uint32_t back;
	/* Exports out. Added to by the worker (relaxed: it alone compares it with the
	 * limit), subtracted from as the last act of a release (release; pairs with the
	 * acquire in tw_exports_out: who sees 0 may free this struct). */
	_Atomic uint32_t out;
};

void tw_exports_init(struct tw_exports *x, const struct tw_mem *m, void (*wake)(void *who), void *who); /* [control] */

/* How many are out. [any] */
uint32_t tw_exports_out(const struct tw_exports *x);

/* Is there anything for tw_exports_reclaim? A hint: relaxed, for the exchange there
 * orders, and who pushed after this look wakes the worker. [any] */
static inline bool tw_exports_any(const struct tw_exports *x)
{
	return atomic_load_explicit(&x->back, memory_order_relaxed) != 0;
}

/* Let the batches go that readers released; their number. [worker] */
uint32_t tw_exports_reclaim(struct tw_exports *x, struct tw_home *h);

/* As struct tw_arrow_host says. */
int tw_arrow_schema(const struct tw_schema *schema, struct ArrowSchema *out); /* [control] */
int tw_arrow_batch(struct tw_exports *x, struct tw_home *h, const struct tw_schema *schema, struct tw_batch *b,
		   struct ArrowArray *out); /* [worker] */

#endif
