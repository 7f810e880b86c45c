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
#include <run/take.h>

#include <assert.h>
#include <state/table.h>

/* What a call returned becomes the node's state. */
enum tw_step tw_after_call(struct tw_node *n, enum tw_call call, int ret)
{
	if (ret < 0) {
		tw_run_fail(n->run, ret, n->ctx.node, "failed and gave no reason");
		return TW_STEP_IDLE;
	}
	n->call = ret == TW_DONE ? TW_CALL_NONE : call;
	n->waiting = ret == TW_WAIT;
	if (call == TW_CALL_FINISH && ret == TW_DONE)
		n->ended = n->dirty = true;
	if (call == TW_CALL_WATERMARK && ret == TW_DONE) {
		n->wm_done = n->wm;
		n->dirty = true;
	}
	return TW_STEP_DID;
}

static enum tw_step resume(struct tw_node *n)
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
	return tw_after_call(n, call, ret);
}

static enum tw_step begin(struct tw_node *n, enum tw_call call)
{
	n->call = call;
	return resume(n);
}

/* Done with the next item, which is control or let go. */
static void pop(struct tw_node *n, struct tw_link *l, const struct tw_item *it)
{
	tw_note_over(n, l, it->kind, it->order);
	tw_link_pop(l);
	tw_ring_back(n, l);
}

static enum tw_step take_batch(struct tw_node *n, struct tw_link *l, const struct tw_item *it)
{
	struct tw_batch *b = tw_link_take(l, &n->run->mem);
	int ret;

	if (!b) { /* it came in its slot, and all batches for such are at work: they will come back */
		n->blocked = true;
		return TW_STEP_IDLE;
	}
	tw_note_over(n, l, it->kind, it->order);
	tw_ring_back(n, l);
	n->order = b->order;
	n->granted = n->kind->max_out;
	tw_stat_add(&n->batches_in, 1);
	tw_stat_add(&n->rows_in, b->n_sel);
	if (n->latency)
		tw_note_latency(n->latency, tw_clock_real() - b->origin_ns, 1);
	if (n->merge)
		return tw_merge_add(n, l, b) ? TW_STEP_DID : TW_STEP_IDLE;
	ret = n->kind->process(&n->ctx, n->op, l->to_port, b);
	return tw_after_call(n, TW_CALL_PROCESS, ret);
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
static enum tw_step advance(struct tw_node *n)
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
	return TW_STEP_DID;
}

/* Hand merged rows that the next watermark passes to the operator; then tell it. */
static enum tw_step tell_watermark(struct tw_node *n)
{
	if (n->merge) {
		struct tw_batch *b = tw_merge_next(n, n->wm_next);

		if (b) {
			n->granted = n->kind->max_out;
			return tw_after_call(n, TW_CALL_PROCESS, n->kind->process(&n->ctx, n->op, 0, b));
		}
		if (tw_merge_due(n->merge)) { /* no batch free: the operator's outputs hold them */
			n->blocked = true;
			return TW_STEP_IDLE;
		}
	}
	n->wm = n->wm_next;
	return n->watermark ? begin(n, TW_CALL_WATERMARK) : tw_after_call(n, TW_CALL_WATERMARK, TW_DONE);
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

static enum tw_step take_item(struct tw_node *n, struct tw_link *l)
{
	struct tw_item it;

	if (l->full == TW_FULL_DROP_OLDEST)
		discard_excess(n, l);
	if (!tw_link_peek(l, &it))
		return TW_STEP_IDLE;
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

static enum tw_step step_inputs(struct tw_node *n)
{
	uint32_t i;

	for (i = 0; i < n->n_in; i++) {
		struct tw_link *l = n->in[n->turn];

		if (l->n_lanes > 1) /* all of them at the first one's turn */
			l = l->lane == 0 ? tw_lane_next(&n->in[n->turn], l->n_lanes) : NULL;
		n->turn = n->turn + 1 == n->n_in ? 0 : n->turn + 1;
		if (l && take_item(n, l) == TW_STEP_DID)
			return TW_STEP_DID;
	}
	return TW_STEP_IDLE;
}

static inline uint32_t turn_rows(const struct tw_node *n)
{
	return n->worker->n_slow > 0 && n->turn_rows > TW_TURN_ROWS_SLOW ? TW_TURN_ROWS_SLOW : n->turn_rows;
}

/* Has a source made what a turn may, since it had made so many? */
static inline bool made_a_turn(struct tw_node *n, uint64_t batches, uint64_t rows)
{
	return tw_stat_get(&n->rows_out) - rows >= turn_rows(n) || tw_stat_get(&n->batches_out) - batches >= TW_TURN;
}

/* A turn's rows in so many batches, as batches were of late. */
static void set_budget(struct tw_node *n, uint32_t rows)
{
	const uint32_t most = n->kind->max_out < TW_TURN ? n->kind->max_out : TW_TURN;
	const uint32_t budget = turn_rows(n) / (rows ? rows : 1);

	n->budget = budget > most ? most : budget > 0 ? budget : 1;
}

static enum tw_step step_source(struct tw_node *n)
{
	const uint64_t batches = tw_stat_get(&n->batches_out), rows = tw_stat_get(&n->rows_out);
	uint32_t budget = n->budget, made;
	int ret = TW_EOS;

	if (n->credit < budget / 2 + 1 || n->recheck) /* not each time for the last one */
		n->credit = tw_node_calls(n, TW_TURN);
	n->recheck = false;
	n->blocked = n->credit == 0;
	if (n->blocked)
		return TW_STEP_IDLE;
	if (budget > n->credit)
		budget = n->credit;
	n->granted = budget;
	if (!atomic_load_explicit(&n->run->drain, memory_order_relaxed)) {
		tw_box_open(n);
		ret = n->source->poll(&n->ctx, n->op, budget);
		tw_box_close(n);
	}
	if (ret < 0)
		return tw_after_call(n, TW_CALL_NONE, ret);
	if (ret == TW_EOS) {
		n->ending = n->is_slow = true;
		n->wm_next = INT64_MAX;
		return TW_STEP_DID;
	}
	made = (uint32_t)(tw_stat_get(&n->batches_out) - batches);
	if (made) {
		set_budget(n, (uint32_t)(tw_stat_get(&n->rows_out) - rows) / made);
		n->credit = made < n->credit ? n->credit - made : 0;
	}
	if (ret == TW_DONE)
		return TW_STEP_DID;
	return made ? TW_STEP_LAST : TW_STEP_IDLE;
}

/* Nothing is to be done first: told, continued, ended, looked at. */
static inline bool is_even(const struct tw_node *n)
{
	return !n->odd && n->call == TW_CALL_NONE && n->wm_next <= n->wm;
}

static enum tw_step step(struct tw_node *n)
{
	if (n->waiting && !n->event && !n->rung)
		return TW_STEP_IDLE;
	n->blocked = tw_node_calls(n, 1) == 0;
	n->credit = 0; /* a step may take of it */
	if (n->blocked)
		return TW_STEP_IDLE;
	n->rung &= !n->waiting; /* it waited for that, too */
	n->event = false;
	if (n->call != TW_CALL_NONE)
		return resume(n);
	if (n->wm_next > n->wm)
		return tell_watermark(n);
	if (n->ending) {
		if (n->finish)
			return begin(n, TW_CALL_FINISH);
		return tw_after_call(n, TW_CALL_FINISH, TW_DONE);
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

/* Has the lone input, a list, nothing more, not even control? */
static inline bool is_drained(struct tw_node *n)
{
	return takes_batches(n) && n->lone->is_list && !tw_link_any(n->lone);
}

/* All steps of a turn. Their number; *idle: the last one found nothing to do. */
static uint32_t take_steps(struct tw_node *n, bool *idle)
{
	const uint64_t rows = tw_stat_get(&n->rows_out), batches = tw_stat_get(&n->batches_out);
	enum tw_step last;
	uint32_t steps = 0;

	*idle = false;
	while (steps < TW_TURN && !n->ended) {
		const uint32_t calls = takes_batches(n) ? tw_take_batches(n) : 0;

		if (calls) {
			steps += calls;
			*idle = is_drained(n); /* a step would find the same */
			if (*idle)
				break;
			continue;
		}
		if (n->source && made_a_turn(n, batches, rows))
			break;
		last = n->source && is_even(n) ? step_source(n) : step(n);
		steps += last != TW_STEP_IDLE;
		*idle = last != TW_STEP_DID;
		if (*idle)
			break;
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
		n->worker->n_slow += (uint32_t)n->is_slow - (uint32_t)n->was_slow;
		n->was_slow = n->is_slow;
	}
	return steps;
}

/* What a list holds, if that is a few batches that there is room for. */
static inline bool quick_list(struct tw_node *n, const struct tw_link *l, uint64_t waiting)
{
	if (waiting == 0 || waiting > n->credit || waiting > TW_TURN || l->note || l->idle)
		return false;
	(void)tw_take_list(n, (uint32_t)waiting);
	return true;
}

/* What a ring holds; false: nothing but control, or there is no room. */
static inline bool quick_ring(struct tw_node *n, struct tw_link *l)
{
	if (l->idle || tw_take_ring(n, n->credit < TW_TURN ? n->credit : TW_TURN) == 0)
		return false;
	tw_ring_publish(&l->ring);
	return true;
}

/* One poll; false: the source has more. */
static inline bool quick_poll(struct tw_node *n, bool *did)
{
	const uint64_t batches = tw_stat_get(&n->batches_out), rows = tw_stat_get(&n->rows_out);
	const enum tw_step last = step_source(n);

	*did = last != TW_STEP_IDLE;
	return last != TW_STEP_DID || made_a_turn(n, batches, rows);
}

/* The turn of a node that owes nothing: what take_turn() would do, without asking for all
 * that it asks for. At 100,000 records a second a turn has one batch, and what is asked
 * costs more than the batch. false: that one, now; this one may have begun it. */
static inline bool quick_turn(struct tw_node *n, bool *did)
{
	struct tw_link *l = n->lone;
	bool is_over;

	if ((n->turns + 1) % TW_TIMED == 0)
		return false;
	if (n->source)
		is_over = quick_poll(n, did);
	else
		is_over = *did = l->is_list ? quick_list(n, l, tw_link_waiting(l)) : quick_ring(n, l);
	if (!is_over)
		return false;
	n->turns++;
	if (n->dirty)
		(void)tw_node_settle(n);
	if (n->odd || n->call != TW_CALL_NONE || (l && tw_link_any(l)))
		tw_node_ready(n);
	return true;
}

bool tw_node_run(struct tw_node *n)
{
	bool did = false, idle = true;
	uint32_t steps;

	if (n->is_quick && is_even(n) && quick_turn(n, &did))
		return did;
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
