/*
 * run/merge.h - an input merged by event time ("order": "event_time").
 *
 * Rows are copied out of the inputs as they come, into memory of the merge's own,
 * so that the inputs keep flowing: a diamond whose one branch is slow, or waits for
 * more rows itself, can't deadlock on rows that the other branch holds here. When
 * the least watermark of the inputs advances, the rows it has passed go to the
 * operator, sorted by event time. The memory is bounded; past the bound the graph
 * fails and names the edge that is ahead ("on_error": "drop": rows are dropped and
 * counted). [worker]
 */
#ifndef TW_RUN_MERGE_H
#define TW_RUN_MERGE_H

#include <mem/gather.h>

/* Rows and bytes of text that a merge may hold. */
#define TW_MERGE_BATCHES 128u
#define TW_MERGE_TEXTS 256u

struct tw_node;
struct tw_link;

struct tw_merge_row {
	int64_t ts;
	uint64_t seq;   /* order of arrival */
	uint32_t place; /* of the batch it is in */
	uint32_t row;
};

struct tw_merge {
	/* constant after create */
	const struct tw_field *ts;
	const struct tw_schema *schema;
	struct tw_source_pools held, out; /* what waits; what goes to the operator */
	bool drops;
	/* [worker] only */
	struct tw_merge_row *rows; /* all that wait, unordered; [0..n_due) sorted once due */
	uint32_t n, n_due, at;
	struct tw_batch *filling;
	uint64_t seq;
};

/* rows is allocated here. 0 or -ENOMEM. [control] */
int tw_merge_init(struct tw_merge *m);
void tw_merge_fini(struct tw_merge *m);

/* Copy the rows of b, which came by l; takes b. false: the graph failed. */
bool tw_merge_add(struct tw_node *n, struct tw_link *l, struct tw_batch *b);

/* Up to 512 of the rows with event time <= wm, in order, as a batch for the
 * operator; NULL: no more, or (tell by tw_merge_due) no room now. */
struct tw_batch *tw_merge_next(struct tw_node *n, int64_t wm);
bool tw_merge_due(const struct tw_merge *m);

#endif
