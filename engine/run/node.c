/*
 * run/node.c - a node's turn; see node.h. [worker]
 *
 * A step does one thing: continues an unfinished call, or takes one item, or tells
 * one watermark. Steps follow each other until there is nothing to do, no room, or
 * the turn is over. What the steps left to be told is told at the end of the turn.
 */
#include <run/lanes.h>
#include <run/run.h>

#include <assert.h>
#include <state/table.h>

enum step { STEP_IDLE, STEP_DID };

static bool link_has_room(struct tw_link *l, uint32_t batches)
{
	const struct tw_pool *g = l->pools.batch[TW_CLASSES - 1];

	if (l->rest_head != TW_NONE)
		return false;
	/* one more: rows gathered earlier go first */
	if (tw_link_room(l, batches + 1) < batches + 1)
		return false;
	return !g || (g->n_free >= batches + 1 && l->pools.text_large->n_free >= TW_TEXT_PER_CALL);
}

/* On each way one lane has. */
static bool links_have_room(const struct tw_output *o, uint32_t batches)
{
	uint32_t i;

	for (i = 0; i < o->n_ways; i++) {
		uint32_t k = 0;

		while (k < o->ways[i].n && !link_has_room(o->links[o->ways[i].first + k], batches))
			k++;
		if (k == o->ways[i].n)
			return false;
	}
	return true;
}

static bool output_has_room(const struct tw_node *n, const struct tw_output *o, uint32_t batches)
{
	if (!links_have_room(o, batches))
		return false;
	if (n->clones && n->clones->n_free < batches * n->clones_per_batch)
		return false;
	return !o->makes || o->pools.batch[TW_CLASSES - 1]->n_free >= batches;
}

bool tw_node_has_room(struct tw_node *n)
{
	/* A source is told how many it may emit; others may emit max_out unasked. */
	uint32_t p, max_out = n->source ? 1 : n->kind->max_out;

	for (p = 0; p < n->ctx.n_outputs; p++)
		if (!output_has_room(n, &n->out[p], max_out))
			return false;
	if (n->err.n_links && !output_has_room(n, &n->err, 2))
		return false;
	return !n->text.text_large || n->text.text_large->n_free >= TW_TEXT_PER_CALL;
}

uint32_t tw_node_room(struct tw_node *n, uint32_t port)
{
	struct tw_output *o = &n->out[port];
	uint32_t room = n->kind->max_out;

	while (room > 0 && !output_has_room(n, o, room))
		room--;
	if (n->text.text_large && n->text.text_large->n_free < TW_TEXT_PER_CALL)
		return 0;
	return room;
}

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
static void note_latency(struct tw_hist *h, int64_t ns)
{
	const uint64_t v = ns > 0 ? (uint64_t)ns : 0;
	uint64_t *bucket = &h->count[tw_hist_index(v)];

	__atomic_store_n(bucket, *bucket + 1, __ATOMIC_RELAXED);
	if (v > h->max)
		__atomic_store_n(&h->max, v, __ATOMIC_RELAXED);
}

/* Done with the next item. Its producer may wait for the slot. */
static void pop(struct tw_node *n, struct tw_link *l)
{
	const struct tw_ring_slot *s = tw_link_peek(l);
	/* of a batch's number there may be more */
	const uint64_t over = s->kind == TW_ITEM_BATCH && s->order ? s->order - 1 : s->order;

	if (over > l->over) {
		l->over = over;
		n->dirty |= n->is_instance; /* to be told on */
	}
	tw_link_pop(l);
	if (l->is_ring)
		tw_home_ring(n->worker->home, l->from->worker->id, TW_RANG_GIVE_BACK);
}

static enum step take_batch(struct tw_node *n, struct tw_link *l)
{
	struct tw_batch *b = tw_arena_at(&n->run->mem.arena, tw_link_peek(l)->place);
	int ret;

	n->order = b->order;
	pop(n, l);
	tw_stat_add(&n->batches_in, 1);
	tw_stat_add(&n->rows_in, b->n_sel);
	if (n->latency)
		note_latency(n->latency, tw_clock_real() - b->origin_ns);
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

		if (b)
			return after_call(n, TW_CALL_PROCESS, n->kind->process(&n->ctx, n->op, 0, b));
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
		struct tw_batch *b;

		if (s->kind != TW_ITEM_BATCH)
			return;
		b = tw_arena_at(&n->run->mem.arena, s->place);
		tw_stat_add(&l->discarded, b->n_sel);
		pop(n, l);
		tw_mem_drop(n->worker->home, b);
	}
}

static enum step take_item(struct tw_node *n, struct tw_link *l)
{
	const struct tw_ring_slot *s;

	if (l->full == TW_FULL_DROP_OLDEST)
		discard_excess(n, l);
	s = tw_link_peek(l);
	if (!s)
		return STEP_IDLE;
	if (s->wm > l->wm || (l->idle && s->kind != TW_ITEM_IDLE)) {
		/* The watermark holds for all before this item: it is told first. */
		l->wm = s->wm > l->wm ? s->wm : l->wm;
		l->idle = false;
		if (s->kind == TW_ITEM_CONTROL)
			pop(n, l);
		return advance(n);
	}
	if (s->kind == TW_ITEM_BATCH)
		return take_batch(n, l);
	l->idle = s->kind == TW_ITEM_IDLE;
	l->eos = s->kind == TW_ITEM_EOS;
	pop(n, l);
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
	uint32_t budget = tw_node_room(n, 0);
	uint64_t before = tw_stat_get(&n->batches_out);
	int ret = TW_EOS;

	if (budget > TW_TURN)
		budget = TW_TURN;
	if (!atomic_load_explicit(&n->run->drain, memory_order_relaxed))
		ret = n->source->poll(&n->ctx, n->op, budget);
	if (ret < 0)
		return after_call(n, TW_CALL_NONE, ret);
	if (ret == TW_EOS) {
		n->ending = true;
		n->wm_next = INT64_MAX;
		return STEP_DID;
	}
	return ret == TW_DONE || tw_stat_get(&n->batches_out) != before ? STEP_DID : STEP_IDLE;
}

/* The alarm went off; it is set once. */
static bool alarm_due(struct tw_node *n)
{
	if (n->alarm_ns == INT64_MAX || n->alarm_ns > tw_worker_now(n->worker))
		return false;
	n->alarm_ns = INT64_MAX;
	return true;
}

static enum step step(struct tw_node *n)
{
	if (n->waiting && !n->event && !alarm_due(n))
		return STEP_IDLE;
	n->blocked = !tw_node_has_room(n);
	if (n->blocked)
		return STEP_IDLE;
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
	if (alarm_due(n) && n->timer)
		return begin(n, TW_CALL_TIMER);
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

bool tw_node_run(struct tw_node *n)
{
	uint32_t steps = 0;
	bool did = false;
	int64_t t0;

	if (tw_exports_any(&n->exports))
		did = tw_exports_reclaim(&n->exports, n->worker->home) > 0;
	if (n->ended)
		return tw_node_settle(n) || did;
	t0 = tw_clock_mono();
	while (steps < TW_TURN && !n->ended && step(n) == STEP_DID)
		steps++;
	if (steps == 0)
		note_idle(n);
	did |= tw_node_settle(n);
	publish(n);
	if (steps == 0)
		return did;
	if (n->n_tables)
		note_state(n);
	tw_stat_add(&n->busy_ns, (uint64_t)(tw_clock_mono() - t0));
	return true;
}
