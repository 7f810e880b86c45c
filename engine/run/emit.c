/*
 * run/emit.c - a batch leaves a node: watermark noted, shared among the readers of
 * the port, and sent on each edge (send.c). And the rest of struct tw_host. [worker]
 */
#include <run/box.h>
#include <run/lanes.h>
#include <run/run.h>

#include <assert.h>

/* Raise the watermark that is made at this node by the batch's event times. A time
 * too far in the future would close every window before its rows came: it does
 * not count, and is counted. */
static void note_event_time(struct tw_node *n, const struct tw_batch *b)
{
	const int64_t *col = tw_col(b, n->event_time);
	const uint8_t *bits = tw_nulls(b, n->event_time);
	const int64_t now = tw_worker_now(n->worker);
	const int64_t limit =
		n->max_future_ns && now < INT64_MAX - n->max_future_ns ? now + n->max_future_ns : INT64_MAX;
	int64_t max = INT64_MIN;
	uint32_t i, future = 0;

	n->last_batch_ns = now;
	n->dirty = true; /* a watermark to tell */
	n->idle = false;
	for (i = 0; i < b->n_sel; i++) {
		uint32_t r = tw_row(b, i);

		if (bits && !tw_bit(bits, r))
			continue;
		if (col[r] > limit)
			future++;
		else if (col[r] > max)
			max = col[r];
	}
	if (future)
		tw_stat_add(&n->future, future);
	if (max > INT64_MIN + n->delay_ns && max - n->delay_ns > n->made_wm)
		n->made_wm = max - n->delay_ns;
}

/* Another handle on b's rows, for one of `left` readers yet to be served. */
static struct tw_batch *share(struct tw_node *n, struct tw_batch *b, uint32_t left)
{
	struct tw_batch *c = tw_pool_batch(&n->run->mem, n->clones);

	assert(c); /* tw_node_has_room saw to it */
	c->cls = b->cls;
	if (!tw_batch_lend(b, c, left)) {
		tw_mem_drop(n->worker->home, c);
		tw_run_fail(n->run, -E2BIG, n->ctx.node, "too many fan-outs one after another on one path");
		return NULL;
	}
	c->body = b->body;
	c->n = b->n;
	c->n_sel = b->n_sel;
	c->flags = b->flags & TW_SELECTED;
	if (c->flags)
		memcpy(c->sel, b->sel, b->n_sel * sizeof *c->sel);
	return c;
}

/* A batch takes one of its readers' ways. */
static void send_on(struct tw_node *n, struct tw_output *o, uint32_t way, struct tw_batch *b)
{
	b->order = o->ways[way].n > 1 ? n->dealt : n->order;
	tw_node_send(n, tw_lane_pick(o, &o->ways[way]), b);
}

static void emit_to(struct tw_node *n, struct tw_output *o, struct tw_batch *b)
{
	uint32_t i;

	if (b->n_sel == 0 || o->n_ways == 0) {
		if (o != &n->err)
			tw_stat_add(&n->unread, b->n_sel);
		tw_mem_drop(n->worker->home, b);
		return;
	}
	n->dealt++;
	for (i = 1; i < o->n_ways; i++) {
		struct tw_batch *c = share(n, b, o->n_ways - i + 1);

		if (c)
			send_on(n, o, i, c);
	}
	send_on(n, o, 0, b);
}

static struct tw_node *node_of(struct tw_ctx *ctx)
{
	TW_ASSERT_ROLE(TW_ROLE_WORKER);
	return (struct tw_node *)ctx;
}

/* On the ring to the only reader; there is room. */
static void push(struct tw_node *n, struct tw_link *l, struct tw_batch *b)
{
	tw_worker_ring(n->worker, l->to_worker);
	if (!tw_link_push(l, b))
		tw_mem_drop(n->worker->home, b);
}

void tw_node_emit(struct tw_node *n, uint32_t port, struct tw_batch *b)
{
	struct tw_link *l = port == 0 ? n->straight : NULL;

	tw_stat_add(&n->batches_out, 1);
	tw_stat_add(&n->rows_out, b->n_sel);
	if (l && !l->held && b->n_sel && !tw_batch_is_thin(b)) {
		if (l->is_ring && tw_ring_room(&l->ring, 1 + l->spare) > l->spare) {
			push(n, l, b);
			return;
		}
		if (l->is_list && tw_link_hand_over(l, b))
			return;
	}
	if (port == 0 && n->event_time && b->n_sel)
		note_event_time(n, b);
	n->dirty = true;
	emit_to(n, &n->out[port], b);
}

void tw_box_empty(struct tw_node *n, struct tw_batch **b, uint32_t n_batches)
{
	struct tw_batch *odd[TW_TURN];

	while (n_batches > 0) {
		const uint32_t some = n_batches < TW_TURN ? n_batches : TW_TURN;
		uint32_t i;

		memcpy(odd, b, some * sizeof *odd); /* their cells are free again */
		for (i = 0; i < some; i++)
			tw_node_emit(n, 0, odd[i]);
		b += some;
		n_batches -= some;
	}
}

/* The box is closed, full, or another port's. */
static __attribute__((noinline)) int emit_else(struct tw_node *n, uint32_t port, struct tw_batch *b)
{
	const bool was_open = n->box_start != NULL;

	if (port == 0 && was_open)
		tw_box_close(n);
	tw_node_emit(n, port, b);
	if (port == 0 && was_open)
		tw_box_open(n);
	return TW_DONE;
}

static int host_emit(struct tw_ctx *ctx, uint32_t port, struct tw_batch *b)
{
	struct tw_node *n = node_of(ctx);

	if (port == 0 && n->box < n->box_end) {
		*n->box++ = b;
		return TW_DONE;
	}
	return emit_else(n, port, b);
}

static int host_drop(struct tw_ctx *ctx, struct tw_batch *b)
{
	tw_mem_drop(node_of(ctx)->worker->home, b);
	return TW_DONE;
}

/* Batches of this call wait at a link already: more may join them, as the call was
 * promised max_out. */
static bool may_wait(const struct tw_node *n, const struct tw_output *o)
{
	uint32_t i;

	if (n->clones && n->clones->n_free < n->clones_per_batch)
		return false;
	for (i = 0; i < o->n_links; i++)
		if (o->links[i]->rest_head != TW_NONE)
			return true;
	return false;
}

static uint32_t host_room(struct tw_ctx *ctx, uint32_t port)
{
	struct tw_node *n = node_of(ctx);

	if (n->box_start) { /* what is in it takes room */
		tw_box_close(n);
		tw_box_open(n);
	}
	n->recheck = true; /* who asks may take it all, from later calls, too */
	return tw_node_room(n, port);
}

/* Not promised, or not of the class that it should be. */
static __attribute__((noinline)) struct tw_batch *batch_else(struct tw_node *n, uint32_t port, uint32_t rows)
{
	struct tw_batch *b;

	if (n->granted > 0)
		n->granted--;
	else if (host_room(&n->ctx, port) == 0 && !may_wait(n, &n->out[port]))
		return NULL;
	b = tw_source_batch(&n->run->mem, &n->out[port].pools, rows);
	if (b)
		b->seq = n->seq++;
	return b;
}

static struct tw_batch *host_batch_new(struct tw_ctx *ctx, uint32_t port, uint32_t rows)
{
	struct tw_node *n = node_of(ctx);
	struct tw_pool *p = n->out[port].pools.batch[tw_class_of(rows)];
	struct tw_batch *b = n->granted > 0 && p ? tw_pool_batch(&n->run->mem, p) : NULL;

	if (!b)
		return batch_else(n, port, rows);
	n->granted--;
	b->seq = n->seq++;
	return b;
}

static struct tw_batch *host_batch_child(struct tw_ctx *ctx, uint32_t port, uint32_t rows, struct tw_batch *parent)
{
	struct tw_node *n = node_of(ctx);
	struct tw_batch *b;

	if (!n->out[port].makes) /* another handle on the rows that came in */
		return n->clones && n->clones->n_free ? share(n, parent, 64) : NULL;
	b = host_batch_new(ctx, port, rows);
	if (b && !tw_batch_lend(parent, b, 64)) {
		tw_mem_drop(n->worker->home, b);
		return NULL;
	}
	return b;
}

static int host_text_more(struct tw_ctx *ctx, struct tw_batch *b, uint32_t len)
{
	struct tw_node *n = node_of(ctx);

	return tw_source_text(&n->run->mem, &n->text, b, len);
}

/* A short text into b, a new batch of the err port: inline, or in the node's text. */
static void put_text(struct tw_node *n, struct tw_batch *b, uint32_t field, const char *p, uint32_t len)
{
	struct tw_view *v = (struct tw_view *)tw_col(b, n->err_schema->fields[field]) + b->n;

	if (tw_text_put(&n->ctx, b, v, p, len) < 0)
		tw_view_set(v, 0, 0, p, TW_VIEW_INLINE); /* text is out: better cut than lost */
}

static void put_data(struct tw_node *n, struct tw_batch *e, const struct tw_batch *b, uint32_t row,
		     const struct tw_field *data)
{
	const struct tw_field *f = n->err_schema->fields[TW_ERR_DATA];
	struct tw_view *to = (struct tw_view *)tw_col(e, f) + e->n;
	const uint8_t *bits = data ? tw_nulls(b, data) : NULL;
	const struct tw_view *v;

	tw_bit_put(tw_nulls(e, f), e->n, data && (!bits || tw_bit(bits, row)));
	memset(to, 0, sizeof *to);
	if (!data || (bits && !tw_bit(bits, row)))
		return;
	v = (const struct tw_view *)tw_col(b, data) + row;
	if (v->len > TW_VIEW_INLINE && v->u.ref.buf >= e->n_lent)
		put_text(n, e, TW_ERR_DATA, tw_view_ptr(b, v), v->len < 512 ? v->len : 512);
	else
		*to = *v; /* the same buffer by the same number: e is b's child */
}

static void flush_err(struct tw_node *n)
{
	struct tw_batch *e = n->err_batch;

	n->err_batch = NULL;
	if (e)
		emit_to(n, &n->err, e);
}

/* The err batch for rows of b: the one at hand if it is of b and has room. */
static struct tw_batch *err_batch(struct tw_node *n, struct tw_batch *b)
{
	struct tw_batch *e = n->err_batch;

	if (e && (e->parent != b->self || e->n == TW_CLASS_ROWS(e->cls))) {
		if (n->err.n_links && tw_link_room(n->err.links[0], 2) < 2)
			return NULL;
		flush_err(n);
		e = NULL;
	}
	if (!e) {
		e = tw_source_batch(&n->run->mem, &n->err.pools, b->n_sel);
		if (e && !tw_batch_lend(b, e, 64)) {
			tw_mem_drop(n->worker->home, e);
			e = NULL;
		}
		/* Of a batch that lists as many buffers as it may, none are taken over: the reasons
		 * need some, and the data is copied. */
		if (e && b->n_bufs + 2u > TW_BATCH_BUFS)
			e->n_bufs = e->n_lent = 0;
		n->err_batch = e;
	}
	return e;
}

static void host_row_error(struct tw_ctx *ctx, struct tw_batch *b, uint32_t row, const struct tw_field *data,
			   const char *reason)
{
	struct tw_node *n = node_of(ctx);
	struct tw_batch *e;
	size_t len = strlen(reason);

	tw_stat_add(&n->errors, 1);
	if (n->fails_on_error) {
		tw_run_fail(n->run, -EBADMSG, n->ctx.node, reason);
		return;
	}
	e = n->err.n_links ? err_batch(n, b) : NULL;
	if (!e) {
		tw_stat_add(&n->errors_lost, 1);
		return;
	}
	put_text(n, e, TW_ERR_NODE, ctx->node, (uint32_t)strlen(ctx->node));
	put_text(n, e, TW_ERR_REASON, reason, len < 120 ? (uint32_t)len : 120);
	put_data(n, e, b, row, data);
	((int64_t *)tw_col(e, n->err_schema->fields[TW_ERR_AT]))[e->n] = tw_worker_now(n->worker);
	tw_fill(e, e->n + 1);
	n->dirty = true;
}

static struct tw_raw *host_raw_new(struct tw_ctx *ctx)
{
	struct tw_node *n = node_of(ctx);
	struct tw_raw *raw = n->raws ? tw_pool_buffer(&n->run->mem, n->raws) : NULL;

	n->starved = !raw;
	return raw;
}

static void host_raw_drop(struct tw_ctx *ctx, struct tw_raw *raw)
{
	tw_buffer_drop(&node_of(ctx)->run->mem, raw);
}

static int host_raw_attach(struct tw_ctx *ctx, struct tw_batch *b, struct tw_raw *raw)
{
	int i;

	(void)node_of(ctx);
	for (i = b->n_lent; i < b->n_bufs; i++)
		if (b->bufs[i] == raw->self + 1)
			return i;
	if (b->n_bufs == TW_BATCH_BUFS)
		return -1;
	b->flags &= (uint8_t)~TW_TEXT_OPEN; /* the last buffer is no text buffer now */
	raw->tokens++;
	b->bufs[b->n_bufs] = raw->self + 1;
	return b->n_bufs++;
}

static int64_t host_now(struct tw_ctx *ctx)
{
	return tw_worker_now(node_of(ctx)->worker);
}

static uint32_t host_counter(struct tw_ctx *ctx, const char *name)
{
	struct tw_node *n = (struct tw_node *)ctx;
	uint32_t i;

	for (i = 0; i < n->n_counters; i++)
		if (strcmp(n->counter_names[i], name) == 0)
			return i;
	if (n->n_counters == TW_COUNTERS_MAX)
		return TW_COUNTERS_MAX - 1;
	n->counter_names[i] = strdup(name);
	return n->n_counters++;
}

static void host_count(struct tw_ctx *ctx, uint32_t counter, uint64_t times)
{
	if (counter < TW_COUNTERS_MAX)
		tw_stat_add(&((struct tw_node *)ctx)->counters[counter], times);
}

static void host_log(struct tw_ctx *ctx, int level, const char *line)
{
	static const char *const names[] = {"debug", "info", "warning", "error"};

	fprintf(stderr, "thalweg: %s: node %s: %s\n", names[level & 3], ctx->node, line);
}

static int host_fail(struct tw_ctx *ctx, int err, const char *why)
{
	struct tw_node *n = (struct tw_node *)ctx;

	return tw_run_fail(n->run, err, ctx->node, why);
}

static const void *host_extension(struct tw_ctx *ctx, const char *id)
{
	if (tw_role == TW_ROLE_CONTROL && strcmp(id, TW_EXT_IO) == 0)
		((struct tw_node *)ctx)->worker->io.used = true; /* start the thread */
	return tw_node_service(id);
}

/* Tell link l what is due, after all that is older. true: some rows that waited went. */
static bool settle_link(struct tw_node *n, struct tw_link *l)
{
	const int64_t wm = n->event_time && !n->ending ? n->made_wm : n->wm_done;
	const bool did = tw_node_send_rest(n, l);

	if (l->rest_head != TW_NONE || (l->gather && !tw_link_has_room(l, 1))) {
		n->dirty = true;
		return did;
	}
	tw_node_flush_gather(n, l); /* before the watermark that they are older than */
	if (wm > l->wm_out)
		l->wm_out = wm;
	l->idle_out = n->idle && !n->ending;
	l->eos_out = n->ended;
	if (l->is_numbered) /* an instance of a parallel node has one input */
		l->over_out = l->from->is_instance ? n->in[0]->over : n->dealt;
	if (tw_link_flush(l) && l->is_ring)
		tw_worker_ring(n->worker, l->to_worker);
	n->dirty |= tw_link_owes(l);
	return did;
}

bool tw_node_settle(struct tw_node *n)
{
	bool did = false;
	uint32_t p, i;

	if (!n->dirty)
		return false;
	n->dirty = false;
	flush_err(n);
	for (p = 0; p <= n->ctx.n_outputs; p++) {
		struct tw_output *o = p < n->ctx.n_outputs ? &n->out[p] : &n->err;

		for (i = 0; i < o->n_links; i++)
			did |= settle_link(n, o->links[i]);
	}
	return did;
}

const struct tw_host tw_node_host = {
	.batch_new = host_batch_new,
	.batch_child = host_batch_child,
	.emit = host_emit,
	.drop = host_drop,
	.room = host_room,
	.text_more = host_text_more,
	.row_error = host_row_error,
	.raw_new = host_raw_new,
	.raw_drop = host_raw_drop,
	.raw_attach = host_raw_attach,
	.now = host_now,
	.counter = host_counter,
	.count = host_count,
	.log = host_log,
	.fail = host_fail,
	.extension = host_extension,
};
