/*
 * run/node.c - a node's turn; see node.h. [worker]
 *
 * A step does one thing: continues an unfinished call, or takes one item, or tells
 * one watermark. Steps follow each other until there is nothing to do, no room, or
 * the turn is over. What the steps left to be told is told at the end of the turn.
 */
#include <run/box.h>
#include <run/lanes.h>
#include <run/run.h>

#include <assert.h>
#include <state/table.h>

enum step { STEP_IDLE, STEP_DID };

/* What a call returned becomes the node's state. */
static enum step after_call(struct tw_node *n, enum tw_call call, int ret)
{
	if (ret < 0) {
		tw_run_fail(n->run, ret, n->ctx.node, "failed and gave no reason");
		return STEP_IDLE;
	}
	n->call = ret == TW_DONE ? TW_CALL_NONE : call;
	n->waiting = ret == TW_WAIT;
	if (call == TW_CALL_FINISH && ret == TW_DONE)
		n->ended = n->dirty = true;
	if (call == TW_CALL_WATERMARK && ret == TW_DONE) {
		n->wm_done = n->wm;
		n->dirty = true;
	}
	return STEP_DID;
}

static enum step resume(struct tw_node *n)
{
	const enum tw_call call = n->call;
	int ret = TW_DONE;

	n->granted = n->kind->max_out;
	switch (call) {
	case TW_CALL_PROCESS: ret = n->kind->process(&n->ctx, n->op, 0, NULL); break;
	case TW_CALL_WATERMARK: ret = n->watermark->on_watermark(&n->ctx, n->op, n->wm); break;
	case TW_CALL_TIMER: ret = n->timer->on_timer(&n->ctx, n->op, tw_worker_now(n->worker)); break;
	case TW_CALL_FINISH: ret = n->finish->finish(&n->ctx, n->op); break;
	case TW_CALL_NONE: break;
	}
	return after_call(n, call, ret);
}

static enum step begin(struct tw_node *n, enum tw_call call)
{
	n->call = call;
	return resume(n);
}

/* As tw_hist_add; control copies the buckets meanwhile, so the stores are atomic,
 * relaxed: this worker is the only writer. */
static void note_latency(struct tw_hist *h, int64_t ns, uint32_t times)
{
	const uint64_t v = ns > 0 ? (uint64_t)ns : 0;
	uint64_t *bucket = &h->count[tw_hist_index(v)];

	__atomic_store_n(bucket, *bucket + times, __ATOMIC_RELAXED);
	if (v > h->max)
		__atomic_store_n(&h->max, v, __ATOMIC_RELAXED);
}

/* An item's number is known to be over: of a batch's number there may be more. */
static void note_over(struct tw_node *n, struct tw_link *l, enum tw_item_kind kind, uint64_t order)
{
	const uint64_t over = kind < TW_ITEM_CONTROL && order ? order - 1 : order;

	if (over > l->over) {
		l->over = over;
		n->dirty |= n->is_instance; /* to be told on */
	}
}

/* A slot is free. Its producer may wait for it. */
static void ring_back(struct tw_node *n, const struct tw_link *l)
{
	if (l->is_ring)
		tw_home_ring(n->worker->home, l->from_worker, TW_RANG_GIVE_BACK);
}

/* Done with the next item, which is control or let go. */
static void pop(struct tw_node *n, struct tw_link *l, const struct tw_item *it)
{
	note_over(n, l, it->kind, it->order);
	tw_link_pop(l);
	ring_back(n, l);
}

static enum step take_batch(struct tw_node *n, struct tw_link *l, const struct tw_item *it)
{
	struct tw_batch *b = tw_link_take(l, &n->run->mem);
	int ret;

	if (!b) { /* it came in its slot, and all batches for such are at work: they will come back */
		n->blocked = true;
		return STEP_IDLE;
	}
	note_over(n, l, it->kind, it->order);
	ring_back(n, l);
	n->order = b->order;
	n->granted = n->kind->max_out;
	tw_stat_add(&n->batches_in, 1);
	tw_stat_add(&n->rows_in, b->n_sel);
	if (n->latency)
		note_latency(n->latency, tw_clock_real() - b->origin_ns, 1);
	if (n->merge)
		return tw_merge_add(n, l, b) ? STEP_DID : STEP_IDLE;
	ret = n->kind->process(&n->ctx, n->op, l->to_port, b);
	return after_call(n, TW_CALL_PROCESS, ret);
}

/* The least watermark of the inputs that count: not ended, not idle. */
static int64_t input_watermark(const struct tw_node *n, bool *all_idle, bool *all_ended)
{
	int64_t least = INT64_MAX;
	uint32_t i, counted = 0, ended = 0;

	for (i = 0; i < n->n_in; i++) {
		const struct tw_link *l = n->in[i];

		ended += l->eos;
		if (l->eos || l->idle)
			continue;
		counted++;
		if (l->wm < least)
			least = l->wm;
	}
	*all_ended = ended == n->n_in;
	*all_idle = counted == 0 && !*all_ended;
	return *all_idle ? INT64_MIN : least;
}

/* Inputs changed: tell the operator if its watermark advanced. */
static enum step advance(struct tw_node *n)
{
	bool all_idle, all_ended;
	int64_t wm = input_watermark(n, &all_idle, &all_ended);

	if (all_idle != n->idle && !n->event_time) {
		n->idle = all_idle;
		n->dirty = true;
	}
	if (all_ended && !n->ending) {
		n->ending = n->dirty = true;
		n->is_slow = true; /* whatever it does at its end is timed */
		wm = INT64_MAX;
	}
	if (wm > n->wm_next)
		n->wm_next = wm;
	return STEP_DID;
}

/* Hand merged rows that the next watermark passes to the operator; then tell it. */
static enum step tell_watermark(struct tw_node *n)
{
	if (n->merge) {
		struct tw_batch *b = tw_merge_next(n, n->wm_next);

		if (b) {
			n->granted = n->kind->max_out;
			return after_call(n, TW_CALL_PROCESS, n->kind->process(&n->ctx, n->op, 0, b));
		}
		if (tw_merge_due(n->merge)) { /* no batch free: the operator's outputs hold them */
			n->blocked = true;
			return STEP_IDLE;
		}
	}
	n->wm = n->wm_next;
	return n->watermark ? begin(n, TW_CALL_WATERMARK) : after_call(n, TW_CALL_WATERMARK, TW_DONE);
}

/* drop_oldest: what waits past the mark is let go, oldest first. */
static void discard_excess(struct tw_node *n, struct tw_link *l)
{
	while (tw_ring_ready(&l->ring, l->slots)) {
		const struct tw_ring_slot *s = tw_ring_peek(&l->ring);
		const struct tw_item it = {(enum tw_item_kind)s->kind, s->wm, s->order};
		struct tw_batch *b = NULL;

		if (it.kind >= TW_ITEM_CONTROL)
			return;
		if (it.kind == TW_ITEM_BATCH)
			b = tw_arena_at(&n->run->mem.arena, s->place);
		tw_stat_add(&l->discarded, b ? b->n_sel : 1);
		pop(n, l, &it);
		if (b)
			tw_mem_drop(n->worker->home, b);
	}
}

static enum step take_item(struct tw_node *n, struct tw_link *l)
{
	struct tw_item it;

	if (l->full == TW_FULL_DROP_OLDEST)
		discard_excess(n, l);
	if (!tw_link_peek(l, &it))
		return STEP_IDLE;
	if (it.wm > l->wm || (l->idle && it.kind != TW_ITEM_IDLE)) {
		/* The watermark holds for all before this item: it is told first. */
		l->wm = it.wm > l->wm ? it.wm : l->wm;
		l->idle = false;
		if (it.kind == TW_ITEM_CONTROL)
			pop(n, l, &it);
		return advance(n);
	}
	if (it.kind < TW_ITEM_CONTROL)
		return take_batch(n, l, &it);
	l->idle = it.kind == TW_ITEM_IDLE;
	l->eos = it.kind == TW_ITEM_EOS;
	pop(n, l, &it);
	return advance(n);
}

static enum step step_inputs(struct tw_node *n)
{
	uint32_t i;

	for (i = 0; i < n->n_in; i++) {
		struct tw_link *l = n->in[n->turn];

		if (l->n_lanes > 1) /* all of them at the first one's turn */
			l = l->lane == 0 ? tw_lane_next(&n->in[n->turn], l->n_lanes) : NULL;
		n->turn = n->turn + 1 == n->n_in ? 0 : n->turn + 1;
		if (l && take_item(n, l) == STEP_DID)
			return STEP_DID;
	}
	return STEP_IDLE;
}

static enum step step_source(struct tw_node *n)
{
	const uint64_t batches = tw_stat_get(&n->batches_out), rows = tw_stat_get(&n->rows_out);
	const uint32_t fit = n->rows_per_poll < TW_TURN_ROWS ? TW_TURN_ROWS / (n->rows_per_poll + 1) + 1 : 1;
	uint32_t budget = tw_node_room(n, 0), made;
	int ret = TW_EOS;

	if (budget > fit)
		budget = fit;
	n->granted = budget;
	if (!atomic_load_explicit(&n->run->drain, memory_order_relaxed)) {
		tw_box_open(n);
		ret = n->source->poll(&n->ctx, n->op, budget);
		tw_box_close(n);
	}
	if (ret < 0)
		return after_call(n, TW_CALL_NONE, ret);
	if (ret == TW_EOS) {
		n->ending = n->is_slow = true;
		n->wm_next = INT64_MAX;
		return STEP_DID;
	}
	made = (uint32_t)(tw_stat_get(&n->batches_out) - batches);
	if (made)
		n->rows_per_poll = (uint32_t)(tw_stat_get(&n->rows_out) - rows) / made;
	return ret == TW_DONE || made ? STEP_DID : STEP_IDLE;
}

static enum step step(struct tw_node *n)
{
	if (n->waiting && !n->event && !n->rung)
		return STEP_IDLE;
	n->blocked = tw_node_calls(n, 1) == 0;
	n->credit = 0; /* a step may take of it */
	if (n->blocked)
		return STEP_IDLE;
	n->rung &= !n->waiting; /* it waited for that, too */
	n->event = false;
	if (n->call != TW_CALL_NONE)
		return resume(n);
	if (n->wm_next > n->wm)
		return tell_watermark(n);
	if (n->ending) {
		if (n->finish)
			return begin(n, TW_CALL_FINISH);
		return after_call(n, TW_CALL_FINISH, TW_DONE);
	}
	if (n->rung) {
		n->rung = false;
		if (n->timer)
			return begin(n, TW_CALL_TIMER);
	}
	return n->source ? step_source(n) : step_inputs(n);
}

/* Backpressure is not idleness: rows wait, and will come. */
bool tw_node_may_idle(const struct tw_node *n)
{
	return n->event_time && n->idle_after_ns && !n->idle && !n->ending && !n->blocked && !n->waiting && !n->starved;
}

/* A node that makes watermarks and had no batch for long says so. */
static void note_idle(struct tw_node *n)
{
	int64_t now;

	if (!tw_node_may_idle(n))
		return;
	now = tw_worker_now(n->worker);
	if (n->last_batch_ns == 0)
		n->last_batch_ns = now;
	if (now - n->last_batch_ns < n->idle_after_ns)
		return;
	n->idle = n->dirty = true;
}

static void publish(struct tw_node *n)
{
	uint32_t i;

	for (i = 0; i < n->n_in; i++)
		tw_ring_publish(&n->in[i]->ring);
}

static void note_state(struct tw_node *n)
{
	uint64_t bytes = 0;
	uint32_t t;

	for (t = 0; t < n->n_tables; t++)
		bytes += tw_table_bytes(n->tables[t]);
	if (bytes > tw_stat_get(&n->state_max))
		tw_stat_add(&n->state_max, bytes - tw_stat_get(&n->state_max));
}

/* Is the next thing to do to take a batch from the lone input? As step() would find. */
static inline bool takes_batches(const struct tw_node *n)
{
	return n->lone && n->call == TW_CALL_NONE && n->wm_next <= n->wm && !n->ending && !n->rung;
}

/* Counted once for many. */
static void note_taken(struct tw_node *n, uint32_t batches, uint64_t rows)
{
	n->blocked = false;
	n->credit = n->recheck ? 0 : n->credit - batches;
	tw_stat_add(&n->batches_in, batches);
	tw_stat_add(&n->rows_in, rows);
}

/* One clock for all, and one entry for those of one origin. */
static void note_latencies(struct tw_node *n, const int64_t *origin, uint32_t batches)
{
	const int64_t now = tw_clock_real();
	uint32_t i, first = 0;

	for (i = 1; i <= batches; i++)
		if (i == batches || origin[i] != origin[first]) {
			note_latency(n->latency, now - origin[first], i - first);
			first = i;
		}
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

/* Hand what waits in the lone input, a list, to the operator: what step() does for one
 * batch, for `max` with one look at the room. Number of batches. */
static uint32_t take_list(struct tw_node *n, uint32_t max)
{
	struct tw_link *l = n->lone;
	const uint64_t at = tw_stat_get(&l->taken);
	struct tw_batch *const *b = &l->cell[at & l->cell_mask];
	int64_t origin[TW_TURN];
	uint64_t rows = 0;
	uint32_t i, done;
	int ret = TW_DONE;

	max = cells_in_a_row(l, at, max);
	for (i = 0; i < max; i++)
		rows += b[i]->n_sel;
	for (i = 0; n->latency && i < max; i++)
		origin[i] = b[i]->origin_ns;
	tw_box_open(n);
	done = n->is_plain ? pass_all(n, b, max, &ret) : process_all(n, b, max, &ret);
	tw_box_close(n);
	for (i = done; i < max; i++)
		rows -= b[i]->n_sel;
	tw_stat_add(&l->taken, done);
	note_taken(n, done, rows);
	if (n->latency)
		note_latencies(n, origin, done);
	if (ret != TW_DONE)
		after_call(n, TW_CALL_PROCESS, ret);
	return done;
}

/* The same for a ring. */
static uint32_t take_ring(struct tw_node *n, uint32_t max)
{
	struct tw_link *l = n->lone;
	int64_t origin[TW_TURN];
	uint64_t rows = 0;
	uint32_t i;
	int ret = TW_DONE;

	tw_box_open(n);
	for (i = 0; i < max && ret == TW_DONE && !n->recheck; i++) {
		const struct tw_ring_slot *s = tw_link_slot(l);
		struct tw_batch *b;

		if (!s || s->kind >= TW_ITEM_CONTROL || s->wm > l->wm)
			break;
		note_over(n, l, (enum tw_item_kind)s->kind, s->order);
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
	ring_back(n, l);
	note_taken(n, i, rows);
	if (n->latency)
		note_latencies(n, origin, i);
	if (ret != TW_DONE)
		after_call(n, TW_CALL_PROCESS, ret);
	return i;
}

/* Batches of the lone input, as many as there is room for. */
static uint32_t take_batches(struct tw_node *n)
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
	return l->is_list ? take_list(n, max) : take_ring(n, max);
}

/* Has the lone input, a list, nothing more, not even control? */
static inline bool is_drained(struct tw_node *n)
{
	return takes_batches(n) && n->lone->is_list && !n->lone->note && tw_link_waiting(n->lone) == 0;
}

/* All steps of a turn. Their number; *idle: the last one found nothing to do. */
static uint32_t take_steps(struct tw_node *n, bool *idle)
{
	const uint64_t rows = tw_stat_get(&n->rows_out), batches = tw_stat_get(&n->batches_out);
	uint32_t steps = 0;

	*idle = false;
	while (steps < TW_TURN && !n->ended) {
		const uint32_t calls = takes_batches(n) ? take_batches(n) : 0;

		if (calls) {
			steps += calls;
			*idle = is_drained(n); /* a step would find the same */
			if (*idle)
				break;
			continue;
		}
		if (n->source && (tw_stat_get(&n->rows_out) - rows >= TW_TURN_ROWS ||
				  tw_stat_get(&n->batches_out) - batches >= TW_TURN))
			break;
		if (step(n) != STEP_DID) {
			*idle = true;
			break;
		}
		steps++;
	}
	return steps;
}

static uint32_t take_turn(struct tw_node *n, bool *idle)
{
	const bool is_timed = n->is_slow || ++n->turns % TW_TIMED == 0;
	const int64_t start = is_timed ? tw_clock_mono() : 0;
	const uint32_t steps = take_steps(n, idle);

	if (steps && is_timed) {
		const int64_t ns = tw_clock_mono() - start;

		tw_stat_add(&n->busy_ns, (uint64_t)ns * (n->is_slow ? 1 : TW_TIMED));
		n->is_slow = ns > TW_SLOW_NS;
	}
	return steps;
}

bool tw_node_run(struct tw_node *n)
{
	bool did = false, idle = true;
	uint32_t steps;

	if (n->lends && tw_exports_any(&n->exports))
		did = tw_exports_reclaim(&n->exports, n->worker->home) > 0;
	if (n->ended) {
		did |= tw_node_settle(n);
		if (n->dirty)
			tw_node_ready(n);
		return did;
	}
	steps = take_turn(n, &idle);
	if (steps == 0)
		note_idle(n);
	did |= n->dirty && tw_node_settle(n);
	if (n->n_rings)
		publish(n);
	if (!idle || n->blocked || n->dirty || n->ended)
		tw_node_ready(n);
	if (steps && n->n_tables)
		note_state(n);
	return did || steps > 0;
}
