/*
 * run/take.h - batches of a node with one input are taken from it in a loop, with one look
 * at the room, one clock and one count for all; and what else node.c needs to take one.
 * [worker]
 */
#ifndef TW_RUN_TAKE_H
#define TW_RUN_TAKE_H

#include <run/node.h>

enum tw_step {
	TW_STEP_IDLE, /* there was nothing to do, or no room */
	TW_STEP_DID,  /* and there may be more */
	TW_STEP_LAST, /* and there is no more now */
};

/* What a call of the operator returned becomes the node's state (node.c). */
enum tw_step tw_after_call(struct tw_node *n, enum tw_call call, int ret);

/* Hand what waits in the lone input, a list, to the operator: what a step does for one
 * batch; there is room for `max`. Number of batches. */
uint32_t tw_take_list(struct tw_node *n, uint32_t max);

/* The same of a ring; not control. */
uint32_t tw_take_ring(struct tw_node *n, uint32_t max);

/* Batches of the lone input, as many as there is room for; their number. */
uint32_t tw_take_batches(struct tw_node *n);

/* As tw_hist_add, while control copies. */
void tw_note_latency(struct tw_hist *h, int64_t ns, uint32_t times);

/* An item's number is known to be over. */
void tw_note_over(struct tw_node *n, struct tw_link *l, enum tw_item_kind kind, uint64_t order);

/* A slot is free: its producer may wait for it. */
void tw_ring_back(struct tw_node *n, const struct tw_link *l);

#endif
