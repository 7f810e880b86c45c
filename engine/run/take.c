/* run/take.c - see take.h. */
#include <run/box.h>
#include <run/run.h>
#include <run/take.h>

/* As tw_hist_add; control copies the buckets meanwhile, so the stores are atomic,
 * relaxed: this worker is the only writer. */
void tw_note_latency(struct tw_hist *h, int64_t ns, uint32_t times)
{
	const uint64_t v = ns > 0 ? (uint64_t)ns : 0;
	uint64_t *bucket = &h->count[tw_hist_index(v)];

	__atomic_store_n(bucket, *bucket + times, __ATOMIC_RELAXED);
	if (v > h->max)
		__atomic_store_n(&h->max, v, __ATOMIC_RELAXED);
}

/* An item's number is known to be over: of a batch's number there may be more. */
void tw_note_over(struct tw_node *n, struct tw_link *l, enum tw_item_kind kind, uint64_t order)
{
	const uint64_t over = kind < TW_ITEM_CONTROL && order ? order - 1 : order;

	if (over > l->over) {
		l->over = over;
		n->dirty |= n->is_instance; /* to be told on */
	}
}

/* A slot is free. Its producer may wait for it. */
void tw_ring_back(struct tw_node *n, const struct tw_link *l)
{
	if (l->is_ring)
		tw_home_ring(n->worker->home, l->from_worker, TW_RANG_GIVE_BACK);
}

/* One clock for all, and one entry for those of one origin. */
static void note_latencies(struct tw_node *n, const int64_t *origin, uint32_t batches)
{
	const int64_t now = tw_clock_real();
	uint32_t i, first = 0;

	for (i = 1; i <= batches; i++)
		if (i == batches || origin[i] != origin[first]) {
			tw_note_latency(n->latency, now - origin[first], i - first);
			first = i;
		}
}

/* The operator had so many batches, and the last call of it returned ret: counted once for
 * all of them. */
static inline void note_taken(struct tw_node *n, uint32_t batches, uint64_t rows, const int64_t *origin, int ret)
{
	n->blocked = false;
	n->credit = n->recheck ? 0 : n->credit - batches;
	tw_stat_add(&n->batches_in, batches);
	tw_stat_add(&n->rows_in, rows);
	if (n->latency)
		note_latencies(n, origin, batches);
	if (ret != TW_DONE)
		tw_after_call(n, TW_CALL_PROCESS, ret);
}

/* The cells from the `at`-th on that lie side by side, at most `max`. */
static inline uint32_t cells_in_a_row(const struct tw_link *l, uint64_t at, uint32_t max)
{
	const uint64_t row = l->cell_mask + 1 - (at & l->cell_mask);

	return row < max ? (uint32_t)row : max;
}

/* Of an operator that only passes on: nothing is promised, nothing asked in between. */
static uint32_t pass_all(struct tw_node *n, struct tw_batch *const *b, uint32_t max, int *ret)
{
	const uint32_t port = n->lone->to_port;
	uint32_t i;

	for (i = 0; i < max; i++) {
		*ret = n->process(&n->ctx, n->op, port, b[i]);
		if (*ret != TW_DONE)
			return i + 1;
	}
	return max;
}

static uint32_t process_all(struct tw_node *n, struct tw_batch *const *b, uint32_t max, int *ret)
{
	const uint32_t port = n->lone->to_port, max_out = n->kind->max_out;
	uint32_t i;

	for (i = 0; i < max && *ret == TW_DONE && !n->recheck; i++) {
		n->order = b[i]->order;
		n->granted = max_out;
		*ret = n->process(&n->ctx, n->op, port, b[i]);
	}
	return i;
}

/* The next batch alone: most turns have one, and what is done for many costs more than it. */
static __attribute__((noinline)) uint32_t take_one(struct tw_node *n, struct tw_link *l)
{
	const uint64_t at = tw_stat_get(&l->taken);
	struct tw_batch *b = l->cell[at & l->cell_mask];
	const int64_t origin = b->origin_ns;
	const uint32_t rows = b->n_sel;
	int ret;

	tw_box_open(n);
	n->order = b->order;
	n->granted = n->kind->max_out;
	ret = n->process(&n->ctx, n->op, l->to_port, b);
	tw_box_close(n);
	l->rows_taken += rows;
	tw_stat_add(&l->taken, 1);
	note_taken(n, 1, rows, &origin, ret);
	return 1;
}

/* Hand what waits in the lone input, a list, to the operator: what step() does for one
 * batch, for `max` with one look at the room. Number of batches. */
uint32_t tw_take_list(struct tw_node *n, uint32_t max)
{
	struct tw_link *l = n->lone;
	const uint64_t at = tw_stat_get(&l->taken);
	struct tw_batch *const *b = &l->cell[at & l->cell_mask];
	int64_t origin[TW_TURN];
	uint64_t rows = 0;
	uint32_t i, done;
	int ret = TW_DONE;

	if (max == 1)
		return take_one(n, l);
	max = cells_in_a_row(l, at, max);
	if (at + max == tw_stat_get(&l->sent)) /* all, whose rows are known */
		rows = l->rows_sent - l->rows_taken;
	else
		for (i = 0; i < max; i++)
			rows += b[i]->n_sel;
	for (i = 0; n->latency && i < max; i++)
		origin[i] = b[i]->origin_ns;
	tw_box_open(n);
	done = n->is_plain ? pass_all(n, b, max, &ret) : process_all(n, b, max, &ret);
	tw_box_close(n);
	for (i = done; i < max; i++)
		rows -= b[i]->n_sel;
	l->rows_taken += rows;
	tw_stat_add(&l->taken, done);
	note_taken(n, done, rows, origin, ret);
	return done;
}

/* The same for a ring. */
uint32_t tw_take_ring(struct tw_node *n, uint32_t max)
{
	struct tw_link *l = n->lone;
	int64_t origin[TW_TURN];
	uint64_t rows = 0;
	uint32_t i;
	int ret = TW_DONE;

	tw_box_open(n);
	for (i = 0; i < max && rows < n->turn_rows && ret == TW_DONE && !n->recheck; i++) {
		const struct tw_ring_slot *s = tw_link_slot(l);
		struct tw_batch *b;

		if (!s || s->kind >= TW_ITEM_CONTROL || s->wm > l->wm)
			break;
		tw_note_over(n, l, (enum tw_item_kind)s->kind, s->order);
		b = tw_link_take(l, &n->run->mem);
		if (!b)
			break;
		rows += b->n_sel;
		if (n->latency)
			origin[i] = b->origin_ns;
		n->order = b->order;
		n->granted = n->kind->max_out;
		ret = n->process(&n->ctx, n->op, l->to_port, b);
	}
	tw_box_close(n);
	if (i == 0)
		return 0;
	tw_ring_back(n, l);
	note_taken(n, i, rows, origin, ret);
	return i;
}

/* Batches of the lone input, as many as there is room for. */
uint32_t tw_take_batches(struct tw_node *n)
{
	struct tw_link *l = n->lone;
	const uint64_t waiting = l->is_list ? tw_link_waiting(l) : TW_TURN;
	uint32_t max = waiting < TW_TURN ? (uint32_t)waiting : TW_TURN;

	if (max == 0 || l->idle)
		return 0;
	if (n->credit < max || n->recheck)
		n->credit = tw_node_calls(n, TW_TURN);
	if (n->credit < max)
		max = n->credit;
	n->recheck = false;
	if (max == 0)
		return 0;
	return l->is_list ? tw_take_list(n, max) : tw_take_ring(n, max);
}
