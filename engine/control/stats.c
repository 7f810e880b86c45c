/* control/stats.c - see stats.h. */
#include <control/stats.h>

#include <stdlib.h>

static uint64_t monus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0; /* two counters of two threads are not read at one instant */
}

static void read_node(struct tw_run *r, uint32_t i, uint64_t *counters, struct tw_node_stats *out)
{
	struct tw_node *n = &r->nodes[i];
	uint32_t k;

	*out = (struct tw_node_stats){
		.id = n->ctx.node,
		.op = n->kind->id,
		.index = n->spec,
		.instance = n->ctx.instance,
		.worker = n->worker->id,
		.batches_in = tw_stat_get(&n->batches_in),
		.rows_in = tw_stat_get(&n->rows_in),
		.batches_out = tw_stat_get(&n->batches_out),
		.rows_out = tw_stat_get(&n->rows_out),
		.errors = tw_stat_get(&n->errors),
		.errors_lost = tw_stat_get(&n->errors_lost),
		.late_unwired = tw_stat_get(&n->unread),
		.busy_ns = tw_stat_get(&n->busy_ns),
		.state_max = tw_stat_get(&n->state_max),
		.n_counters = n->n_counters,
		.counter_names = (const char *const *)n->counter_names,
		.counters = counters,
	};
	for (k = 0; k < n->n_in; k++) {
		struct tw_link *l = n->in[k];

		out->dropped += tw_stat_get(&l->dropped) + tw_stat_get(&l->discarded);
		out->queued += monus(tw_stat_get(&l->sent), tw_stat_get(&l->taken));
	}
	for (k = 0; k < n->n_counters; k++) {
		counters[k] = tw_stat_get(&n->counters[k]);
		if (strcmp(n->counter_names[k], "bytes") == 0)
			out->bytes = counters[k];
	}
}

/* The worker goes on writing meanwhile: of the last moment some may be missing. */
static void copy_hist(const struct tw_hist *from, struct tw_hist *to)
{
	uint32_t k;

	to->n = 0;
	for (k = 0; k < TW_HIST_BUCKETS; k++) {
		to->count[k] = __atomic_load_n(&from->count[k], __ATOMIC_RELAXED);
		to->n += to->count[k];
	}
	to->max = __atomic_load_n(&from->max, __ATOMIC_RELAXED);
}

static void add_hist(struct tw_hist *sum, const struct tw_hist *h)
{
	uint32_t k;

	for (k = 0; k < TW_HIST_BUCKETS; k++)
		sum->count[k] += h->count[k];
	sum->n += h->n;
	sum->max = h->max > sum->max ? h->max : sum->max;
}

static void read_latency(struct tw_engine_readings *x, const struct tw_run *r, struct tw_engine_stats *out)
{
	uint32_t i;

	if (!x->latency)
		return;
	memset(x->latency, 0, sizeof *x->latency);
	for (i = 0; x->latency_of && i < r->n_nodes; i++) {
		if (!x->latency_of[i])
			continue;
		copy_hist(r->nodes[i].latency, x->latency_of[i]);
		add_hist(x->latency, x->latency_of[i]);
	}
	out->lat_n = x->latency->n;
	out->lat_p50 = tw_hist_quantile(x->latency, 0.5);
	out->lat_p99 = tw_hist_quantile(x->latency, 0.99);
	out->lat_p999 = tw_hist_quantile(x->latency, 0.999);
	out->lat_max = x->latency->max;
}

static void take_memory(struct tw_engine_readings *x, const struct tw_run *r)
{
	uint32_t i;

	x->nodes = calloc(r->n_nodes, sizeof *x->nodes);
	x->workers = calloc(r->n_workers, sizeof *x->workers);
	x->counters = calloc((size_t)r->n_nodes * TW_COUNTERS_MAX, sizeof *x->counters);
	x->latency = calloc(1, sizeof *x->latency);
	x->latency_of = calloc(r->n_nodes, sizeof *x->latency_of);
	x->n_nodes = r->n_nodes;
	for (i = 0; x->latency_of && i < r->n_nodes; i++)
		if (r->nodes[i].latency)
			x->latency_of[i] = calloc(1, sizeof **x->latency_of);
}

void tw_readings_take(struct tw_engine_readings *x, struct tw_run *r, struct tw_engine_stats *out)
{
	uint32_t i;

	memset(out, 0, sizeof *out);
	if (!x->nodes)
		take_memory(x, r);
	for (i = 0; x->nodes && x->counters && i < r->n_nodes; i++)
		read_node(r, i, x->counters + (size_t)i * TW_COUNTERS_MAX, &x->nodes[i]);
	for (i = 0; x->workers && i < r->n_workers; i++)
		x->workers[i] = (struct tw_worker_stats){.cpu = r->workers[i].cpu,
							 .rounds = tw_stat_get(&r->workers[i].rounds),
							 .parks = tw_stat_get(&r->workers[i].parks)};
	read_latency(x, r, out);
	for (i = 0; x->nodes && x->latency_of && i < r->n_nodes; i++)
		x->nodes[i].latency = x->latency_of[i];
	out->n_nodes = x->nodes ? r->n_nodes : 0;
	out->nodes = x->nodes;
	out->n_workers = x->workers ? r->n_workers : 0;
	out->workers = x->workers;
	out->memory = (struct tw_engine_memory){r->pool_bytes, r->ring_bytes, r->mem.arena.no_huge};
}

void tw_readings_fini(struct tw_engine_readings *x)
{
	uint32_t i;

	for (i = 0; x->latency_of && i < x->n_nodes; i++)
		free(x->latency_of[i]);
	free(x->latency_of);
	free(x->nodes);
	free(x->workers);
	free(x->counters);
	free(x->latency);
}
