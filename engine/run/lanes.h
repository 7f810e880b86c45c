/*
 * run/lanes.h - a node that runs in parallel: batches are dealt to its instances, and
 * what they make is put back in order. [worker]
 *
 * The node before it numbers each batch and sends it to the lane with most room, first to
 * those of other workers: its own worker takes a share when they have enough waiting. An
 * instance's output has the number of the batch that it is made of. On every lane
 * control says up to which number all is over, also where nothing came of a batch, or
 * it was dealt elsewhere. So the node behind may take a batch from one lane when each
 * other lane shows a greater number or says that all smaller ones are over. A slow
 * instance is dealt less; none waits for another but at the end.
 *
 * No deadlock: what waits for its turn holds slots and batches of its own lane only,
 * and what it waits for was dealt before, so it lies in its lane and needs neither.
 */
#ifndef TW_RUN_LANES_H
#define TW_RUN_LANES_H

#include <run/node.h>

/* The link of a way for the next batch. */
struct tw_link *tw_lane_pick(const struct tw_output *o, const struct tw_way *way);

/* Which of n lanes has the next item to be taken: control of any, or the batch whose
 * turn it is. NULL: none now. */
struct tw_link *tw_lane_next(struct tw_link *const *lane, uint32_t n);

#endif
