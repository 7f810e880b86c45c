/*
 * run/build.c - a bound graph and a placement become nodes, links and pools.
 * [control]
 *
 * How much memory: every port that makes batches has a pool of its own, so that no
 * node can take what another needs to go on: the sink needs nothing, the node
 * before it only what the sink gives back, and so on to the sources. Pools are
 * sized by what can wait in the queues behind them, within bounds; a pool that is
 * empty stops its node just as a full queue does.
 */
#include <run/run.h>

#include <base/alloc.h>
#include <errno.h>
#include <state/table.h>
#include <stdlib.h>

struct pool_request {
	struct tw_pool **to;
	uint32_t home, cls, bytes, count;
};

struct builder {
	struct tw_run *r;
	const struct tw_bound *b;
	const struct tw_run_opts *o;
	struct pool_request *pools;
	uint32_t n_pools, cap_pools;
	size_t bytes;
	bool oom;
	char *err;
	size_t err_len;
};

static uint32_t clamp(uint32_t x, uint32_t lo, uint32_t hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

static void want_pool(struct builder *x, struct tw_pool **to, struct pool_request q)
{
	struct pool_request *pools = x->pools;

	if (x->n_pools == x->cap_pools) {
		x->cap_pools = x->cap_pools ? 2 * x->cap_pools : 128;
		pools = realloc(x->pools, x->cap_pools * sizeof *pools);
		if (!pools) {
			x->oom = true;
			return;
		}
		x->pools = pools;
	}
	q.to = to;
	x->pools[x->n_pools++] = q;
	x->bytes += ((size_t)q.bytes + 4 * TW_LINE) * q.count;
}

static void want_batches(struct builder *x, struct tw_source_pools *p, uint32_t home, uint32_t family,
			 const uint32_t count[TW_CLASSES])
{
	uint32_t cls;

	for (cls = 0; cls < TW_CLASSES; cls++)
		if (count[cls])
			want_pool(x, &p->batch[cls],
				  (struct pool_request){.home = home,
							.cls = cls,
							.bytes = x->b->bytes[family][cls],
							.count = count[cls]});
}

/* Text for batches that are made: `large` buffers of 256 KiB, of which a call may open
 * TW_TEXT_PER_CALL, and small ones for batches of a few rows. */
static void want_text(struct builder *x, struct tw_source_pools *p, uint32_t home, uint32_t large)
{
	want_pool(x, &p->text_small,
		  (struct pool_request){.home = home, .cls = TW_NONE, .bytes = TW_TEXT_SMALL, .count = 256});
	want_pool(x, &p->text_large,
		  (struct pool_request){.home = home, .cls = TW_NONE, .bytes = TW_TEXT_LARGE, .count = large});
}

static int create_pools(struct builder *x)
{
	uint32_t i, home;

	if (x->oom || tw_mem_init(&x->r->mem, x->bytes + 4096, x->r->n_workers) < 0)
		return -ENOMEM;
	/* those of a home side by side, for it touches them together */
	for (home = 0; home < x->r->n_workers; home++)
		for (i = 0; i < x->n_pools; i++) {
			const struct pool_request *q = &x->pools[i];

			if (q->home != home)
				continue;
			*q->to = tw_pool_reserve(&x->r->mem, q->home, q->cls, q->bytes, q->count);
			if (!*q->to)
				return -ENOMEM;
		}
	return 0;
}

/* Batches that may wait behind a port. */
static uint32_t slots_behind(const struct tw_output *o)
{
	uint32_t i, n = 0;

	for (i = 0; i < o->n_links; i++)
		n += o->links[i]->slots;
	return n;
}

static struct tw_node *instance_of(const struct builder *x, uint32_t node, uint32_t i)
{
	const struct tw_spec *s = x->b->checked->spec;

	return &x->r->nodes[tw_spec_instance(s, node, s->nodes[node].parallelism > 1 ? i : 0)];
}

/* Is there an order to be kept on an edge: was the stream dealt out before it, or is at
 * it, and did no node on the way say "order": "none"? */
static bool is_numbered(const struct tw_spec *s, uint32_t e)
{
	const struct tw_spec_edge *edge = &s->edges[e];
	const struct tw_spec_node *from = &s->nodes[edge->from], *to = &s->nodes[edge->to];
	uint32_t i = 0;

	if (from->parallelism == 1)
		return to->parallelism > 1 && to->order != TW_ORDER_NONE;
	while (s->edges[i].to != edge->from)
		i++; /* its one input */
	return from->order != TW_ORDER_NONE && is_numbered(s, i);
}

/* Of a row that travels in its slot; to a multiple of 16, which a batch has room for. */
static uint32_t row_bytes(const struct builder *x, const struct tw_link *l, uint32_t family)
{
	const uint32_t bytes = (x->b->bytes[family][0] - tw_batch_head(0) + 15) & ~15u;

	return l->is_ring && TW_RING_HEAD + sizeof(struct tw_slot_row) + bytes <= TW_SLOT_LINES * TW_LINE ? bytes : 0;
}

static int build_link(struct builder *x, struct tw_link *l, uint32_t e, uint32_t lane)
{
	const struct tw_spec *s = x->b->checked->spec;
	const struct tw_spec_edge *spec = &s->edges[e];
	const struct tw_bound_edge *be = &x->b->edges[e];
	uint32_t slots = x->o->slots ? x->o->slots : spec->slots, least;

	l->edge = e;
	l->from = instance_of(x, spec->from, lane);
	l->to = instance_of(x, spec->to, lane);
	l->is_numbered = be->from_port != TW_PORT_ERR && is_numbered(s, e);
	l->n_lanes = l->is_numbered && s->nodes[spec->to].parallelism == 1 ? tw_spec_lanes(s, &s->edges[e]) : 1;
	l->lane = l->n_lanes > 1 ? lane : 0;
	l->from_port = be->from_port;
	l->to_port = be->to_port;
	l->full = spec->full;
	l->is_ring = l->from->worker != l->to->worker;
	l->always_gather = be->gather;
	l->from_schema = be->from_schema;
	l->to_schema = be->to_schema;
	l->ready = &l->to->worker->ready[l->to->at / 64];
	l->ready_bit = UINT64_C(1) << l->to->at % 64;
	l->from_worker = l->from->worker->id;
	l->to_worker = l->to->worker->id;
	l->row_bytes = row_bytes(x, l, be->family);
	/* what one call may put at once must fit, see tw_node_calls */
	least = l->from_port == TW_PORT_ERR ? 2 : l->from->source ? 1 : l->from->kind->max_out;
	least++;
	return tw_link_init(l, slots < least ? least : slots);
}

static void plan_gather(struct builder *x, struct tw_link *l, const struct tw_bound_edge *e)
{
	const struct tw_bound_node *from = &x->b->nodes[l->from->spec];
	const bool dense = l->from_port == TW_PORT_ERR || from->out[l->from_port].makes;
	const uint32_t count[TW_CLASSES] = {0, 0, 64, l->from->kind->max_out + (l->always_gather ? 24 : 9)};

	if (l->row_bytes)
		want_pool(
			x, &l->rows_home,
			(struct pool_request){
				.home = l->to->worker->id, .cls = 0, .bytes = x->b->bytes[e->family][0], .count = 256});
	if (dense && !l->always_gather)
		return;
	l->may_gather = true;
	want_batches(x, &l->pools, l->from->worker->id, e->family, count);
	want_text(x, &l->pools, l->from->worker->id, 2 * TW_TEXT_PER_CALL);
}

static int build_links(struct builder *x)
{
	const struct tw_spec *s = x->b->checked->spec;
	uint32_t e, i, n = 0;
	int ret = 0;

	for (e = 0; e < s->n_edges; e++)
		for (i = 0; i < tw_spec_lanes(s, &s->edges[e]) && ret == 0; i++)
			ret = build_link(x, &x->r->links[n++], e, i);
	return ret;
}

/* The links of a port, as an array of its own; those of an edge side by side. */
static int wire_output(struct builder *x, struct tw_output *o, const struct tw_node *n, uint32_t port)
{
	uint32_t e;

	for (e = 0; e < x->r->n_links; e++)
		o->n_links += x->r->links[e].from == n && x->r->links[e].from_port == port;
	o->links = calloc(o->n_links + 1, sizeof(struct tw_link *));
	o->ways = calloc(o->n_links + 1, sizeof *o->ways);
	if (!o->links || !o->ways)
		return -ENOMEM;
	o->n_links = 0;
	for (e = 0; e < x->r->n_links; e++) {
		struct tw_link *l = &x->r->links[e];

		if (l->from != n || l->from_port != port)
			continue;
		if (o->n_links == 0 || o->links[o->n_links - 1]->edge != l->edge)
			o->ways[o->n_ways++].first = o->n_links;
		o->ways[o->n_ways - 1].n++;
		o->links[o->n_links++] = l;
	}
	return 0;
}

static int wire_inputs(struct builder *x, struct tw_node *n)
{
	uint32_t e;

	for (e = 0; e < x->r->n_links; e++)
		n->n_in += x->r->links[e].to == n;
	n->in = calloc(n->n_in + 1, sizeof(struct tw_link *));
	if (!n->in)
		return -ENOMEM;
	n->n_in = 0;
	for (e = 0; e < x->r->n_links; e++)
		if (x->r->links[e].to == n) {
			n->in[n->n_in++] = &x->r->links[e];
			n->n_rings += !x->r->links[e].is_list;
		}
	if (n->n_in == 1 && n->in[0]->full != TW_FULL_DROP_OLDEST && !x->b->nodes[n->spec].merge_by)
		n->lone = n->in[0];
	return 0;
}

static void plan_output(struct builder *x, struct tw_node *n, struct tw_output *o, const struct tw_bound_port *p)
{
	const uint32_t count[TW_CLASSES] = {256, 64, 64, 2 * n->kind->max_out + clamp(slots_behind(o), 8, 56)};

	o->makes = p->makes;
	if (p->makes && p->family != TW_NONE)
		want_batches(x, &o->pools, n->worker->id, p->family, count);
}

/* An input merged by event time: memory for what waits, and for what is handed on. */
static int plan_merge(struct builder *x, struct tw_node *n)
{
	const struct tw_bound_node *bn = &x->b->nodes[n->spec];
	const uint32_t held[TW_CLASSES] = {0, 0, 0, TW_MERGE_BATCHES}, out[TW_CLASSES] = {64, 32, 16, 16};
	const uint32_t home = n->worker->id, family = bn->merge_family;
	struct tw_merge *m = calloc(1, sizeof *m);

	n->merge = m;
	if (!m || tw_merge_init(m) < 0)
		return -ENOMEM;
	m->ts = bn->merge_by;
	m->schema = bn->in[0];
	m->drops = x->b->checked->spec->nodes[n->spec].on_error == TW_ON_ERROR_DROP;
	want_batches(x, &m->held, home, family, held);
	want_batches(x, &m->out, home, family, out);
	want_text(x, &m->out, home, 4 * TW_TEXT_PER_CALL);
	want_pool(x, &m->held.text_large,
		  (struct pool_request){.home = home, .cls = TW_NONE, .bytes = TW_TEXT_LARGE, .count = TW_MERGE_TEXTS});
	return 0;
}

static bool has_parallel(const struct tw_spec *s)
{
	return s->n_instances > s->n_nodes;
}

static struct tw_link *straight(struct tw_link *l)
{
	return l->full == TW_FULL_BLOCK && !l->always_gather ? l : NULL;
}

static uint32_t turn_rows(const struct tw_run *r, const struct tw_node *n)
{
	uint32_t i, rows = TW_TURN_ROWS;

	for (i = 0; i < r->n_links; i++) {
		const struct tw_link *l = &r->links[i];

		if (l->is_ring && l->from == n)
			return TW_TURN_ROWS_RING;
		if (l->is_ring && l->from->worker == n->worker)
			rows = TW_TURN_ROWS_SENT;
	}
	return rows;
}

static int plan_node(struct builder *x, struct tw_node *n, const struct tw_bound_node *bn)
{
	const uint32_t home = n->worker->id, err_count[TW_CLASSES] = {64, 32, 16, 8};
	uint32_t p, behind = 0, passing = 0;

	n->out = calloc(bn->n_out + 1, sizeof *n->out);
	if (!n->out || wire_inputs(x, n) < 0 || wire_output(x, &n->err, n, TW_PORT_ERR) < 0 ||
	    (bn->merge_by && plan_merge(x, n) < 0))
		return -ENOMEM;
	for (p = 0; p < bn->n_out; p++) {
		if (wire_output(x, &n->out[p], n, p) < 0)
			return -ENOMEM;
		plan_output(x, n, &n->out[p], &bn->out[p]);
		if (p == 0 && n->out[p].n_links == 1 && !n->event_time && !has_parallel(x->b->checked->spec))
			n->straight = straight(n->out[p].links[0]);
		n->clones_per_batch += n->out[p].n_ways > 1 ? n->out[p].n_ways - 1 : 0;
		passing += !n->out[p].makes;
		behind += slots_behind(&n->out[p]);
	}
	n->turn_rows = turn_rows(x->r, n);
	n->is_quick = bn->n_tables == 0 && (n->lone || (n->source && !n->event_time));
	n->is_plain = bn->n_out == 1 && n->straight && !n->out[0].makes;
	if (passing > 1) /* a handle each, see batch_child */
		n->clones_per_batch += passing;
	n->clones_per_batch += n->err.n_ways > 1 ? n->err.n_ways - 1 : 0;
	if (n->err.n_links) {
		n->err.makes = true;
		want_batches(x, &n->err.pools, home, bn->err.family, err_count);
	}
	if (n->clones_per_batch)
		want_pool(x, &n->clones,
			  (struct pool_request){.home = home,
						.cls = TW_CLASSES - 1,
						.bytes = tw_batch_head(TW_CLASSES - 1),
						.count = (2 * n->kind->max_out + 2 + clamp(behind, 8, 128)) *
							 n->clones_per_batch});
	if (bn->text || n->err.n_links)
		want_text(x, &n->text, home, (bn->text ? 4 : 2) * TW_TEXT_PER_CALL);
	if (bn->raw_count)
		want_pool(x, &n->raws,
			  (struct pool_request){
				  .home = home, .cls = TW_NONE, .bytes = bn->raw_bytes, .count = bn->raw_count});
	return 0;
}

/* A reader let an exported batch go; see mem/arrow.h. [any] */
static void wake_worker(void *who)
{
	tw_parker_wake(&((struct tw_worker *)who)->parker, false);
}

static int build_node(struct builder *x, uint32_t i, uint32_t instance)
{
	const struct tw_spec_node *spec = &x->b->checked->spec->nodes[i];
	const struct tw_kind *k = x->b->checked->kind[i];
	struct tw_node *n = instance_of(x, i, instance);

	n->ctx = (struct tw_ctx){
		.host = &tw_node_host, .node = spec->id, .instance = instance, .n_outputs = x->b->nodes[i].n_out};
	n->kind = k;
	n->process = k->process;
	n->budget = 1; /* until it is seen how large its batches are */
	n->run = x->r;
	n->index = (uint32_t)(n - x->r->nodes);
	n->spec = i;
	n->is_instance = spec->parallelism > 1;
	n->fails_on_error = spec->on_error == TW_ON_ERROR_FAIL;
	n->err_schema = &x->b->nodes[i].err.schema;
	n->event_time = x->b->nodes[i].watermark;
	n->delay_ns = spec->watermark.delay_ns;
	n->idle_after_ns = spec->watermark.idle_after_ns;
	n->max_future_ns = spec->watermark.max_future_ns;
	n->wm_next = n->wm = n->wm_done = n->made_wm = INT64_MIN;
	n->alarm_ns = INT64_MAX;
	tw_exports_init(&n->exports, &x->r->mem, wake_worker, n->worker);
	if (k->extension) {
		n->source = k->extension(TW_EXT_SOURCE);
		n->watermark = k->extension(TW_EXT_WATERMARK);
		n->timer = k->extension(TW_EXT_TIMER);
		n->finish = k->extension(TW_EXT_FINISH);
	}
	if ((!k->in || !k->in[0]) && !n->source) {
		snprintf(x->err, x->err_len, "operator \"%s\" has no input and no tw.source/1", k->id);
		return -EINVAL;
	}
	if (n->ctx.n_outputs == 0) {
		n->latency = calloc(1, sizeof *n->latency);
		if (!n->latency)
			return -ENOMEM;
	}
	n->worker->has_fds |= n->source != NULL;
	if (n->source || (n->event_time && n->idle_after_ns))
		tw_worker_visit(n);
	return 0;
}

/* Workers run their nodes in topological order. */
static int build_workers(struct builder *x)
{
	const struct tw_spec *s = x->b->checked->spec;
	struct tw_run *r = x->r;
	uint32_t i, k;

	for (i = 0; i < r->n_nodes; i++)
		r->workers[x->o->worker_of[i]].n_nodes++;
	for (i = 0; i < r->n_workers; i++) {
		struct tw_worker *w = &r->workers[i];

		w->run = r;
		w->id = i;
		w->cpu = x->o->cpu_of[i];
		w->nodes = calloc(w->n_nodes + 1, sizeof(struct tw_node *));
		w->rang = tw_lines(r->n_workers);
		w->n_words = (w->n_nodes + 63) / 64;
		w->ready = tw_lines((w->n_words + 1) * sizeof *w->ready);
		w->always = tw_lines((w->n_words + 1) * sizeof *w->always);
		if (!w->nodes || !w->rang || !w->ready || !w->always)
			return -ENOMEM;
		w->alarm_ns = INT64_MAX;
		w->live = w->n_nodes;
		w->n_nodes = 0;
	}
	for (i = 0; i < s->n_nodes; i++) {
		const uint32_t node = x->b->checked->topo[i];

		for (k = 0; k < s->nodes[node].parallelism; k++) {
			const uint32_t at = tw_spec_instance(s, node, k);
			struct tw_node *n = &r->nodes[at];

			n->worker = &r->workers[x->o->worker_of[at]];
			n->at = n->worker->n_nodes++;
			n->worker->nodes[n->at] = n;
			tw_node_ready(n);
		}
	}
	return 0;
}

/* The rings that end at a worker. */
static int wire_worker(struct tw_run *r, struct tw_worker *w)
{
	uint32_t i;

	w->rings = calloc(r->n_links + 1, sizeof(struct tw_link *));
	if (!w->rings)
		return -ENOMEM;
	for (i = 0; i < r->n_links; i++)
		if (r->links[i].is_ring && r->links[i].to->worker == w)
			w->rings[w->n_rings++] = &r->links[i];
	return 0;
}

static int open_workers(struct tw_run *r)
{
	uint32_t i;
	int ret = 0;

	for (i = 0; i < r->n_workers && ret == 0; i++) {
		struct tw_worker *w = &r->workers[i];

		w->home = &r->mem.homes[i];
		ret = wire_worker(r, w);
		if (ret == 0)
			ret = tw_parker_init(&w->parker, w->has_fds);
		if (ret == 0)
			ret = tw_io_port_init(&w->io, &w->parker, w->n_nodes);
	}
	return ret;
}

static int create_instance(struct builder *x, struct tw_node *n)
{
	const struct tw_bound_node *bn = &x->b->nodes[n->spec];
	uint32_t t;
	int ret = 0;

	n->tables = calloc(bn->n_tables + 1, sizeof(struct tw_table *));
	if (!n->tables)
		return -ENOMEM;
	for (t = 0; t < bn->n_tables; t++, n->n_tables++)
		if (tw_table_create(bn->tables[t], 0x9e3779b97f4a7c15u, &n->tables[t]) < 0)
			return -ENOMEM;
	n->op = bn->plan;
	if (n->kind->create) {
		n->op = NULL;
		ret = n->kind->create(&n->ctx, bn->plan, &n->op);
	}
	if (ret < 0 && tw_run_failed(x->r))
		snprintf(x->err, x->err_len, "%s", x->r->why);
	else if (ret < 0)
		snprintf(x->err, x->err_len, "node \"%s\": can't be made: %s", n->ctx.node, strerror(-ret));
	return ret;
}

static uint64_t ring64_bytes(const struct tw_ring64 *r)
{
	return r->slot ? (r->mask + 1) * sizeof *r->slot : 0;
}

/* Once all of it is taken: what the graph says that it takes is what it took. */
static void count_memory(struct tw_run *r)
{
	uint32_t i;

	r->pool_bytes = r->mem.arena.used;
	for (i = 0; i < r->n_links; i++)
		r->ring_bytes += tw_link_bytes(&r->links[i]);
	for (i = 0; i < r->n_workers * r->n_workers; i++)
		r->ring_bytes += ring64_bytes(&r->mem.back[i]);
	for (i = 0; i < r->n_workers; i++)
		r->ring_bytes += ring64_bytes(&r->workers[i].io.requests) + ring64_bytes(&r->workers[i].io.answers);
}

static int build(struct builder *x)
{
	const struct tw_spec *s = x->b->checked->spec;
	struct tw_run *r = x->r;
	uint32_t i, k;
	int ret = build_workers(x);

	for (i = 0; i < s->n_nodes; i++)
		for (k = 0; k < s->nodes[i].parallelism && ret == 0; k++)
			ret = build_node(x, i, k);
	if (ret == 0)
		ret = build_links(x);
	for (i = 0; i < r->n_nodes && ret == 0; i++)
		ret = plan_node(x, &r->nodes[i], &x->b->nodes[r->nodes[i].spec]);
	for (i = 0; i < r->n_links && ret == 0; i++)
		plan_gather(x, &r->links[i], &x->b->edges[r->links[i].edge]);
	if (ret == 0)
		ret = create_pools(x);
	if (ret == 0)
		ret = open_workers(r);
	for (i = 0; i < r->n_nodes && ret == 0; i++)
		ret = create_instance(x, &r->nodes[i]);
	if (ret == 0)
		count_memory(r);
	return ret;
}

int tw_run_create(const struct tw_bound *b, const struct tw_run_opts *o, struct tw_run **out, char *err, size_t err_len)
{
	const struct tw_spec *s = b->checked->spec;
	struct builder x = {.b = b, .o = o, .err = err, .err_len = err_len};
	struct tw_run *r = tw_lines(sizeof *r);
	uint32_t i;
	int ret = -ENOMEM;

	*out = NULL;
	if (!r)
		return -ENOMEM;
	err[0] = 0;
	r->bound = b;
	r->n_nodes = s->n_instances;
	for (i = 0; i < s->n_edges; i++)
		r->n_links += tw_spec_lanes(s, &s->edges[i]);
	r->n_workers = o->n_workers;
	r->wait = o->wait;
	r->may_spin = o->may_spin;
	r->has_spare = o->has_spare;
	r->may_park = o->wait != TW_WAIT_SPIN || !o->may_spin;
	r->nodes = tw_lines(sizeof *r->nodes * r->n_nodes);
	r->links = tw_lines(sizeof *r->links * (r->n_links + 1));
	r->workers = tw_lines(sizeof *r->workers * r->n_workers);
	for (i = 0; r->workers && i < r->n_workers; i++) /* so that fini of a half-built run closes nothing */
		r->workers[i].parker.event_fd = r->workers[i].parker.epoll_fd = r->workers[i].io.parker.event_fd =
			r->workers[i].io.parker.epoll_fd = -1;
	r->done.event_fd = r->done.epoll_fd = -1;
	x.r = r;
	if (r->nodes && r->links && r->workers && tw_parker_init(&r->done, false) == 0)
		ret = build(&x);
	free(x.pools);
	if (ret < 0) {
		if (!err[0])
			snprintf(err, err_len, "the graph can't be set up: %s", strerror(-ret));
		tw_run_destroy(r);
		return ret;
	}
	atomic_store_explicit(&r->nodes_left, r->n_nodes, memory_order_relaxed);
	atomic_store_explicit(&r->workers_left, r->n_workers, memory_order_relaxed);
	atomic_store_explicit(&r->fills_left, r->n_workers, memory_order_relaxed);
	*out = r;
	return 0;
}
