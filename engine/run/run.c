/* run/run.c - start, wait, drain, stop, fail, destroy; see run.h. */
#include <run/run.h>

#include <errno.h>
#include <state/table.h>
#include <stdlib.h>

static void wake_all(struct tw_run *r)
{
	uint32_t i;

	for (i = 0; i < r->n_workers; i++)
		tw_parker_wake(&r->workers[i].parker, false);
}

int tw_run_start(struct tw_run *r)
{
	uint32_t i;
	int ret = 0;

	for (i = 0; i < r->n_workers && ret == 0; i++)
		if (r->workers[i].io.used)
			ret = tw_io_port_start(&r->workers[i].io);
	for (i = 0; i < r->n_workers && ret == 0; i++) {
		ret = tw_worker_start(&r->workers[i]);
		if (ret < 0) { /* those that run must end */
			uint32_t k;

			atomic_fetch_sub_explicit(&r->workers_left, r->n_workers - i, memory_order_relaxed);
			tw_run_stop(r);
			for (k = 0; k < i; k++)
				tw_worker_join(&r->workers[k]);
		}
	}
	r->started = ret == 0;
	return ret;
}

bool tw_run_wait(struct tw_run *r, int timeout_ms)
{
	const int64_t until = tw_clock_mono() + (int64_t)timeout_ms * 1000000;
	uint32_t i;

	if (!r->started)
		return true;
	/* acquire: pairs with the last worker's release */
	while (atomic_load_explicit(&r->workers_left, memory_order_acquire) > 0) {
		int64_t left = until - tw_clock_mono();
		uint32_t word;

		if (left <= 0)
			return false;
		word = tw_parker_prepare(&r->done, false);
		if (atomic_load_explicit(&r->workers_left, memory_order_acquire) == 0) { /* as above */
			tw_parker_cancel(&r->done);
			break;
		}
		tw_parker_sleep(&r->done, word, left, NULL, 0);
	}
	for (i = 0; i < r->n_workers; i++)
		tw_worker_join(&r->workers[i]);
	r->started = false;
	return true;
}

void tw_run_drain(struct tw_run *r)
{
	atomic_store_explicit(&r->drain, true, memory_order_relaxed);
	wake_all(r);
}

void tw_run_stop(struct tw_run *r)
{
	atomic_store_explicit(&r->stop, true, memory_order_relaxed);
	wake_all(r);
}

int tw_run_fail(struct tw_run *r, int err, const char *node, const char *why)
{
	bool no = false;

	if (atomic_compare_exchange_strong_explicit(&r->failing, &no, true, memory_order_relaxed,
						    memory_order_relaxed)) {
		snprintf(r->why, sizeof r->why, "node \"%s\": %s", node, why);
		r->why_errno = err;
		/* release: why is written; pairs with tw_run_failed */
		atomic_store_explicit(&r->failed, true, memory_order_release);
		tw_run_stop(r);
	}
	return err;
}

bool tw_run_failed(struct tw_run *r)
{
	return atomic_load_explicit(&r->failed, memory_order_acquire); /* pairs with tw_run_fail */
}

static void destroy_node(struct tw_node *n)
{
	uint32_t i;

	if (n->kind && n->kind->destroy && n->op)
		n->kind->destroy(&n->ctx, n->op);
	for (i = 0; i < n->n_tables; i++)
		tw_table_destroy(n->tables[i]);
	free(n->tables);
	for (i = 0; n->out && i < n->ctx.n_outputs; i++) {
		free(n->out[i].links);
		free(n->out[i].ways);
	}
	for (i = 0; i < n->n_counters; i++)
		free(n->counter_names[i]);
	free(n->out);
	free(n->err.links);
	free(n->err.ways);
	free(n->in);
	free(n->latency);
	if (n->merge)
		tw_merge_fini(n->merge);
	free(n->merge);
}

/* Exported batches that readers still hold. */
static uint32_t exports_out(const struct tw_run *r)
{
	uint32_t i, out = 0;

	for (i = 0; r->nodes && i < r->n_nodes; i++)
		out += tw_exports_out(&r->nodes[i].exports);
	return out;
}

void tw_run_destroy(struct tw_run *r)
{
	uint32_t i, out;

	if (!r)
		return;
	for (i = 0; r->workers && i < r->n_workers; i++)
		tw_io_port_fini(&r->workers[i].io); /* requests point into instances */
	for (i = 0; r->nodes && i < r->n_nodes; i++)
		destroy_node(&r->nodes[i]);
	tw_leases_close(r);
	out = exports_out(r); /* after the instances are gone: they may have held some */
	if (out) {
		fprintf(stderr,
			"thalweg: warning: %u Arrow arrays are not released: the graph's memory stays for them\n", out);
		return; /* a release yet to come touches nodes, workers and the arena */
	}
	for (i = 0; r->links && i < r->n_links; i++)
		tw_link_fini(&r->links[i]);
	for (i = 0; r->workers && i < r->n_workers; i++) {
		tw_parker_fini(&r->workers[i].parker);
		free(r->workers[i].nodes);
		free(r->workers[i].rings);
		free(r->workers[i].ready);
		free(r->workers[i].always);
		free(r->workers[i].rang);
	}
	tw_parker_fini(&r->done);
	tw_mem_fini(&r->mem);
	free(r->nodes);
	free(r->links);
	free(r->workers);
	free(r);
}
