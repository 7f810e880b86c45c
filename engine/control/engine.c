/*
 * control/engine.c - a graph from file to end; see engine.h. [control]
 */
#include <control/engine.h>

#include <base/clock.h>
#include <control/placing.h>
#include <control/stats.h>
#include <errno.h>
#include <graph/rate.h>
#include <plugin/registry.h>
#include <run/run.h>
#include <stdlib.h>

struct tw_engine {
	struct tw_engine_opts opts;
	struct tw_diags diags;
	struct tw_registry registry;
	struct tw_kinds kinds;
	struct tw_spec *spec;
	struct tw_checked *checked;
	struct tw_bound *bound;
	struct tw_topo *topo;
	struct tw_placing placing;
	struct tw_run *run;
	struct tw_engine_readings readings;
	/* written by [any] (drain, stop: relaxed, each set once), read by control */
	_Atomic int64_t drain_at;
	_Atomic bool stopped;
	bool deadline_passed;
	int64_t started_ns, ended_ns;
};

static int read_graph(struct tw_engine *e)
{
	int ret = tw_spec_load(e->opts.path, e->opts.sets, e->opts.n_sets, &e->spec, &e->diags);

	/* A spec with errors is checked too, as far as it goes: all errors in one go. */
	if (ret < 0 && (ret != -EINVAL || !e->spec || e->spec->n_nodes == 0))
		return ret;
	ret = tw_registry_open(e->opts.plugin_dirs, e->opts.n_plugin_dirs, &e->registry);
	if (ret < 0)
		return ret;
	e->kinds = (struct tw_kinds){.n = e->registry.n_kinds, .kinds = e->registry.kinds};
	ret = e->opts.rate > 0 ? tw_spec_set_rate(e->spec, &e->kinds, e->opts.rate, &e->diags) : 0;
	if (ret < 0)
		return ret;
	ret = tw_check(e->spec, &e->kinds, &e->checked, &e->diags);
	if (ret < 0)
		return ret;
	return tw_bind_graph(e->checked, &e->bound, &e->diags);
}

static int place(struct tw_engine *e)
{
	char err[256] = "";
	int ret = tw_topo_load(e->opts.topology, &e->topo, err, sizeof err);

	if (ret < 0)
		return tw_diag_error(&e->diags, "", "see thalweg place --help", "the topology can't be used: %s", err);
	ret = tw_placing_init(&e->placing, e->spec, e->topo, e->opts.workers);
	if (ret == -EINVAL && e->placing.placement.broken_rule != TW_NONE) {
		const struct tw_place_rule *r = &e->placing.problem.rules[e->placing.placement.broken_rule];
		char at[160];

		snprintf(at, sizeof at, "%s/place", e->spec->nodes[r->node].pointer);
		tw_diag_error(&e->diags, at, "allow it farther away, or give the graph more cores",
			      "\"%s\" and \"%s\" can't be that near each other here", e->spec->nodes[r->node].id,
			      e->spec->nodes[r->other].id);
	}
	return ret;
}

int tw_engine_load(const struct tw_engine_opts *opts, struct tw_engine **out)
{
	struct tw_engine *e = calloc(1, sizeof *e);
	int ret;

	*out = e;
	if (!e)
		return -ENOMEM;
	e->opts = *opts;
	tw_diags_init(&e->diags);
	ret = read_graph(e);
	if (ret == 0)
		ret = place(e);
	if (e->spec)
		tw_spec_hide(e->spec, &e->diags); /* an operator's words may quote a secret */
	if (e->spec && e->spec->text)
		tw_diags_locate(&e->diags, e->spec->text, e->spec->text_len);
	return ret;
}

void tw_engine_destroy(struct tw_engine *e)
{
	if (!e)
		return;
	tw_run_destroy(e->run);
	tw_readings_fini(&e->readings);
	tw_placing_fini(&e->placing);
	tw_topo_destroy(e->topo);
	tw_bound_destroy(e->bound);
	tw_checked_destroy(e->checked);
	tw_spec_destroy(e->spec);
	tw_registry_close(&e->registry);
	tw_diags_fini(&e->diags);
	free(e);
}

const struct tw_diags *tw_engine_diags(const struct tw_engine *e)
{
	return &e->diags;
}

const struct tw_spec *tw_engine_spec(const struct tw_engine *e)
{
	return e->spec;
}

const struct tw_checked *tw_engine_checked(const struct tw_engine *e)
{
	return e->checked;
}

const struct tw_placement *tw_engine_placement(const struct tw_engine *e)
{
	return &e->placing.placement;
}

const struct tw_place_problem *tw_engine_problem(const struct tw_engine *e)
{
	return &e->placing.problem;
}

const struct tw_topo *tw_engine_topo(const struct tw_engine *e)
{
	return e->topo;
}

const struct tw_registry *tw_engine_registry(const struct tw_engine *e)
{
	return &e->registry;
}

static int create_run(struct tw_engine *e, const uint32_t *cpu_of)
{
	const uint32_t n = e->placing.placement.n_workers;
	char err[512];
	struct tw_run_opts o = {
		.n_workers = n,
		.worker_of = e->placing.placement.worker,
		.cpu_of = cpu_of,
		.wait = e->opts.wait >= 0 ? (enum tw_wait)e->opts.wait : e->spec->wait,
		.may_spin = n <= tw_topo_cpu_quota(e->topo) && n <= e->placing.problem.n_cores,
		.has_spare = n < tw_topo_cpu_quota(e->topo) && n < e->placing.problem.n_cores,
		.slots = e->opts.slots,
	};
	int ret = tw_run_create(e->bound, &o, &e->run, err, sizeof err);

	if (ret < 0)
		tw_diag_error(&e->diags, "", NULL, "%s", err);
	return ret;
}

int tw_engine_prepare(struct tw_engine *e)
{
	const uint32_t n = e->placing.placement.n_workers;
	uint32_t *cpu_of = calloc(n, sizeof *cpu_of), i;
	int ret;

	if (!cpu_of)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		cpu_of[i] = tw_topo_is_this_machine(e->topo)
				    ? e->placing.problem.cores[e->placing.placement.core[i]].cpu
				    : TW_NONE;
	ret = create_run(e, cpu_of);
	free(cpu_of);
	return ret;
}

void tw_engine_memory(const struct tw_engine *e, struct tw_engine_memory *out)
{
	const struct tw_run *r = e->run;

	*out = (struct tw_engine_memory){r->pool_bytes, r->ring_bytes, r->mem.arena.no_huge};
}

int tw_engine_start(struct tw_engine *e)
{
	int ret = e->run ? 0 : tw_engine_prepare(e);

	if (ret < 0)
		return ret;
	if (e->opts.drain_ns == 0)
		e->opts.drain_ns = 10000000000;
	e->started_ns = tw_clock_mono();
	return tw_run_start(e->run);
}

int tw_engine_wait(struct tw_engine *e, int timeout_ms)
{
	int64_t drain_at = atomic_load_explicit(&e->drain_at, memory_order_relaxed);

	if (drain_at && !e->deadline_passed) {
		int64_t left_ms = (drain_at + e->opts.drain_ns - tw_clock_mono()) / 1000000;

		if (left_ms <= 0) {
			e->deadline_passed = true;
			tw_run_stop(e->run);
		} else if (left_ms < timeout_ms) {
			timeout_ms = (int)left_ms + 1;
		}
	}
	if (!tw_run_wait(e->run, timeout_ms))
		return 0;
	if (e->ended_ns == 0)
		e->ended_ns = tw_clock_mono();
	return 1;
}

void tw_engine_drain(struct tw_engine *e)
{
	int64_t none = 0;

	atomic_compare_exchange_strong_explicit(&e->drain_at, &none, tw_clock_mono(), memory_order_relaxed,
						memory_order_relaxed);
	tw_run_drain(e->run);
}

void tw_engine_stop(struct tw_engine *e)
{
	atomic_store_explicit(&e->stopped, true, memory_order_relaxed);
	tw_run_stop(e->run);
}

static enum tw_engine_end how_it_ended(struct tw_engine *e)
{
	if (e->ended_ns == 0)
		return TW_END_RUNNING;
	if (tw_run_failed(e->run))
		return TW_END_FAILED;
	if (e->deadline_passed)
		return TW_END_DEADLINE;
	if (atomic_load_explicit(&e->stopped, memory_order_relaxed))
		return TW_END_STOPPED;
	return atomic_load_explicit(&e->drain_at, memory_order_relaxed) ? TW_END_DRAINED : TW_END_FINISHED;
}

void tw_engine_stats(struct tw_engine *e, struct tw_engine_stats *out)
{
	tw_readings_take(&e->readings, e->run, out);
	out->end = how_it_ended(e);
	out->why = out->end == TW_END_FAILED ? e->run->why : NULL;
	out->why_errno = out->why ? e->run->why_errno : 0;
	out->elapsed_ns = (e->ended_ns ? e->ended_ns : tw_clock_mono()) - e->started_ns;
}
