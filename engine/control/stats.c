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

static void read_latency(struct tw_engine_readings *x, const struct tw_run *r, struct tw_engine_stats *out)
{
	uint32_t i, k;

	if (!x->latency)
		return;
	memset(x->latency, 0, sizeof *x->latency);
	for (i = 0; i < r->n_nodes; i++) {
		const struct tw_hist *h = r->nodes[i].latency;

		for (k = 0; h && k < TW_HIST_BUCKETS; k++) {
			uint64_t c = __atomic_load_n(&h->count[k], __ATOMIC_RELAXED);

			x->latency->count[k] += c;
			x->latency->n += c;
		}
		if (h && __atomic_load_n(&h->max, __ATOMIC_RELAXED) > x->latency->max)
			x->latency->max = __atomic_load_n(&h->max, __ATOMIC_RELAXED);
	}
	out->lat_n = x->latency->n;
	out->lat_p50 = tw_hist_quantile(x->latency, 0.5);
	out->lat_p99 = tw_hist_quantile(x->latency, 0.99);
	out->lat_p999 = tw_hist_quantile(x->latency, 0.999);
	out->lat_max = x->latency->max;
}

void tw_readings_take(struct tw_engine_readings *x, struct tw_run *r, struct tw_engine_stats *out)
{
	uint32_t i;

	memset(out, 0, sizeof *out);
	if (!x->nodes) {
		x->nodes = calloc(r->n_nodes, sizeof *x->nodes);
		x->workers = calloc(r->n_workers, sizeof *x->workers);
		x->counters = calloc((size_t)r->n_nodes * TW_COUNTERS_MAX, sizeof *x->counters);
		x->latency = calloc(1, sizeof *x->latency);
	}
	for (i = 0; x->nodes && x->counters && i < r->n_nodes; i++)
		read_node(r, i, x->counters + (size_t)i * TW_COUNTERS_MAX, &x->nodes[i]);
	for (i = 0; x->workers && i < r->n_workers; i++)
		x->workers[i] = (struct tw_worker_stats){.cpu = r->workers[i].cpu,
							 .rounds = tw_stat_get(&r->workers[i].rounds),
							 .parks = tw_stat_get(&r->workers[i].parks)};
	read_latency(x, r, out);
	out->n_nodes = x->nodes ? r->n_nodes : 0;
	out->nodes = x->nodes;
	out->n_workers = x->workers ? r->n_workers : 0;
	out->workers = x->workers;
	out->pool_bytes = r->mem.arena.used;
}

void tw_readings_fini(struct tw_engine_readings *x)
{
	free(x->nodes);
	free(x->workers);
	free(x->counters);
	free(x->latency);
}
