/*
 * core_engine.c - the engine as tests/bench/core runs it: its real reader, checker, binder
 * and run time, with operators written against the SDK. Arguments and answer as pace.h says.
 * Workers spin unless mode=adaptive or mode=park. Scenarios besides hop and chain:
 *
 *   chain mode=rings  the nodes are dealt to two workers in turn, so that each edge is a ring
 *   hop mode=whole    all columns are written and read, not only seq, at and value
 *   fan_out, fan_in   1 -> ops branches; 4 sources -> 1 sink
 *   exchange          2 sources, 2 sinks, rows by the lowest bit of their value
 *   idle              seconds=: a source that waits for a timer of the kernel on one worker,
 *                     the sink on the other. rate=0: cores in use while nothing comes; else
 *                     the time from a record's making to the sink, which had gone to sleep
 *   steady            rate=, seconds=: a chain on two workers; all that came late, and why
 */
#include "core_engine.h"

/* Making it. */

static enum tw_wait wait_of(const char *mode)
{
	if (strcmp(mode, "adaptive") == 0)
		return TW_WAIT_ADAPTIVE;
	return strcmp(mode, "park") == 0 ? TW_WAIT_PARK : TW_WAIT_SPIN;
}

static int place(struct core *c)
{
	const uint32_t cpu_of[2] = {c->a.cpu, c->a.cpu2};
	uint32_t worker_of[MOST_NODES], i;
	struct tw_run_opts o = {.n_workers = c->n_workers,
				.worker_of = worker_of,
				.cpu_of = cpu_of,
				.wait = wait_of(c->a.mode),
				.may_spin = c->n_workers == 1 || c->a.cpu != c->a.cpu2,
				.slots = c->a.slots};
	char err[512] = "";

	for (i = 0; i < c->sheet.n; i++)
		worker_of[tw_spec_find(c->spec, c->sheet.at[i].id)] = c->sheet.at[i].worker;
	if (tw_run_create(c->bound, &o, &c->run, err, sizeof err) == 0)
		return 0;
	fprintf(stderr, "core_engine: %s\n", err);
	return -1;
}

static int make(struct core *c)
{
	static const struct tw_kind *const all[] = {&core_source_kind, &core_add_kind,   &core_split_kind,
						    &core_sink_kind,   &core_timed_kind, &core_gap_kind,
						    &core_nowhere_kind};
	const struct tw_kinds kinds = {.n = sizeof all / sizeof *all, .kinds = all};
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct tw_diags d;
	int ret;

	if (!out)
		abort();
	fflush(c->sheet.nodes);
	fflush(c->sheet.edges);
	fprintf(out, "{\"thalweg\":\"1\",\"name\":\"core\",\"nodes\":{%s},\"edges\":[%s]}", c->sheet.text[0],
		c->sheet.text[1]);
	fclose(out);
	tw_diags_init(&d);
	ret = tw_spec_parse("core", text, len, NULL, 0, &c->spec, &d) < 0 ||
	      tw_check(c->spec, &kinds, &c->checked, &d) < 0 || tw_bind_graph(c->checked, &c->bound, &d) < 0;
	if (ret) {
		tw_diags_locate(&d, text, len);
		tw_diags_print(&d, stderr, "core", text, len, false);
	}
	tw_diags_fini(&d);
	free(text);
	return ret ? -1 : place(c);
}

static void unmake(struct core *c)
{
	tw_run_destroy(c->run);
	tw_bound_destroy(c->bound);
	tw_checked_destroy(c->checked);
	tw_spec_destroy(c->spec);
	core_sheet_close(&c->sheet);
}

/* The instance of a kind and number; NULL: there is none. */
void *core_instance(const struct core *c, const char *kind, uint32_t number)
{
	char id[16];
	uint32_t at;

	snprintf(id, sizeof id, "%s%u", kind, number);
	at = tw_spec_find(c->spec, id);
	return at == TW_NONE ? NULL : c->run->nodes[at].op;
}

static void set_up(struct core *c)
{
	const bool whole = strcmp(c->a.mode, "whole") == 0;
	struct core_source *from;
	struct core_sink *to;
	uint32_t i, n;

	for (n = 0; core_instance(c, "source", n) != NULL; n++)
		;
	for (i = 0; (from = core_instance(c, "source", i)) != NULL; i++) {
		from->rate = c->a.rate / n;
		from->ns_per_tick = c->ns_per_tick;
		from->whole = whole;
	}
	for (i = 0; (to = core_instance(c, "sink", i)) != NULL; i++) {
		to->timed = c->a.rate > 0;
		to->ns_per_tick = c->ns_per_tick;
		to->whole = whole;
	}
	if (strcmp(c->a.scenario, "idle") == 0)
		core_idle_set(c);
	if (strcmp(c->a.scenario, "steady") == 0)
		core_steady_set(c);
}

/* Judging it. */

static bool all_came(const struct core *c, uint64_t *rows)
{
	const struct core_sink *to;
	uint32_t i;

	*rows = 0;
	for (i = 0; (to = core_instance(c, "sink", i)) != NULL; i++) {
		*rows += (uint64_t)to->rows;
		if (to->bad) {
			fprintf(stderr, "core_engine: records are lost, doubled, out of order or wrong\n");
			return false;
		}
	}
	return true;
}

static double seconds(const struct core *c)
{
	uint64_t start = UINT64_MAX, end = 0;
	const struct core_source *from;
	const struct core_sink *to;
	uint32_t i;

	for (i = 0; (from = core_instance(c, "source", i)) != NULL; i++)
		start = from->start < start ? from->start : start;
	if (start == UINT64_MAX)
		start = ((const struct core_timed *)core_instance(c, "timed", 0))->start;
	for (i = 0; (to = core_instance(c, "sink", i)) != NULL; i++)
		end = to->end > end ? to->end : end;
	return (double)(end - start) * c->ns_per_tick / 1e9;
}

/* Of all sinks together. */
static void add_up(const struct core *c, struct tw_hist *all)
{
	const struct core_sink *to;
	uint32_t i, b;

	for (i = 0; (to = core_instance(c, "sink", i)) != NULL; i++) {
		for (b = 0; b < TW_HIST_BUCKETS; b++)
			all->count[b] += to->latency.count[b];
		all->n += to->latency.n;
		all->max = to->latency.max > all->max ? to->latency.max : all->max;
	}
}

static bool answer(const struct core *c, double cores)
{
	struct tw_hist *h = calloc(1, sizeof *h);
	uint64_t rows;
	bool ok;

	if (!h)
		abort();
	ok = all_came(c, &rows);
	if (ok && rows != c->rows) {
		fprintf(stderr, "core_engine: %" PRIu64 " records came, not %" PRIu64 "\n", rows, c->rows);
		ok = false;
	}
	if (ok) {
		add_up(c, h);
		pace_print_open("thalweg", &c->a, seconds(c), c->a.rate > 0 ? h : NULL);
		if (strcmp(c->a.scenario, "idle") == 0)
			core_idle_print(c, cores);
		if (strcmp(c->a.scenario, "steady") == 0)
			core_steady_print(c);
		printf("}\n");
	}
	free(h);
	return ok;
}

static bool run(struct core *c)
{
	double cores = 0;

	if (tw_run_start(c->run) < 0)
		return false;
	if (strcmp(c->a.scenario, "idle") == 0)
		cores = core_idle_watch(c);
	if (tw_run_wait(c->run, 600000) && !tw_run_failed(c->run))
		return answer(c, cores);
	fprintf(stderr, "core_engine: %s\n", tw_run_failed(c->run) ? c->run->why : "the graph does not end");
	return false;
}

int main(int argc, char **argv)
{
	struct core c = {.a = pace_args(argc, argv)};
	bool ok;

	if (strcmp(c.a.scenario, "fan_out") == 0 && c.a.ops == 1)
		c.a.ops = 4;
	if (!core_write(&c)) {
		core_sheet_close(&c.sheet);
		return PACE_SKIP;
	}
	c.ns_per_tick = pace_ns_per_tick();
	ok = make(&c) == 0;
	if (ok) {
		set_up(&c);
		ok = run(&c);
	}
	unmake(&c);
	return ok ? 0 : 1;
}
