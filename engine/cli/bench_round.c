/* cli/bench_round.c - one round of `thalweg bench`: a fresh engine, watched for a while; see bench.h. */
#include <cli/bench.h>

#include <base/alloc.h>
#include <base/clock.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LOOK_NS 50000000 /* for noise, before and after a round */

/* The counters at one moment. */
struct moment {
	int64_t elapsed_ns, cpu_ns;
	uint32_t n_nodes;
	struct tw_node_stats *nodes;
	struct tw_hist *latency; /* [n_nodes] */
};

/* CPU time of this process but for that of the noise thread. */
static int64_t cpu_ns(struct tw_noise_thread *noise)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000 +
	       ((int64_t)u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000 - tw_noise_cpu(noise);
}

static void take_moment(struct moment *m, struct tw_engine *e, struct tw_noise_thread *noise)
{
	struct tw_engine_stats s;
	uint32_t i;

	m->cpu_ns = cpu_ns(noise);
	tw_engine_stats(e, &s);
	m->elapsed_ns = s.elapsed_ns;
	m->n_nodes = s.n_nodes;
	m->nodes = tw_calloc(s.n_nodes, sizeof *m->nodes);
	m->latency = tw_calloc(s.n_nodes, sizeof *m->latency);
	memcpy(m->nodes, s.nodes, s.n_nodes * sizeof *m->nodes);
	for (i = 0; i < s.n_nodes; i++)
		if (s.nodes[i].latency)
			m->latency[i] = *s.nodes[i].latency;
}

static void drop_moment(struct moment *m)
{
	free(m->nodes);
	free(m->latency);
}

/* What happened from a to b, into b. The greatest value in between is known but for
 * the width of a bucket. */
static void take_away(struct tw_hist *b, const struct tw_hist *a)
{
	uint32_t k, last = 0;

	for (k = 0; k < TW_HIST_BUCKETS; k++) {
		b->count[k] -= a->count[k];
		last = b->count[k] ? k : last;
	}
	b->n -= a->n;
	if (a->n && tw_hist_value(last) < b->max)
		b->max = tw_hist_value(last);
}

static void add_hist(struct tw_hist *sum, const struct tw_hist *h)
{
	uint32_t k;

	for (k = 0; k < TW_HIST_BUCKETS; k++)
		sum->count[k] += h->count[k];
	sum->n += h->n;
	sum->max = h->max > sum->max ? h->max : sum->max;
}

static void add_latency(struct tw_bench *b, const char *id, const struct tw_hist *h)
{
	static const struct {
		const char *what;
		double q;
		enum tw_better better;
	} points[] = {{"latency_p50", 0.5, TW_BETTER_LESS},
		      {"latency_p90", 0.9, TW_BETTER_LESS},
		      {"latency_p99", 0.99, TW_BETTER_LESS},
		      {"latency_p999", 0.999, TW_BETTER_LESS},
		      {"latency_max", 1, TW_BETTER_NONE}};
	uint32_t i;

	if (h->n == 0)
		return;
	for (i = 0; i < sizeof points / sizeof *points; i++)
		tw_metric_add(&b->metrics, id, points[i].what, "ns", points[i].better,
			      (double)(points[i].q < 1 ? tw_hist_quantile(h, points[i].q) : h->max));
	for (i = 0; i < b->n_sinks; i++)
		if (strcmp(b->sinks[i].id, id) == 0)
			add_hist(&b->sinks[i].latency, h);
}

static void add_node(struct tw_bench *b, const char *id, double seconds, uint64_t rows, uint64_t bytes)
{
	tw_metric_add(&b->metrics, id, "rows", "rows", TW_BETTER_NONE, (double)rows);
	tw_metric_add(&b->metrics, id, "rows_per_s", "rows/s", TW_BETTER_MORE, (double)rows / seconds);
	if (bytes)
		tw_metric_add(&b->metrics, id, "bytes_per_s", "B/s", TW_BETTER_MORE, (double)bytes / seconds);
}

static bool is_source(const struct tw_kind *k)
{
	return !k->in || !k->in[0];
}

/* What a node did between two moments, all its instances together. */
struct deed {
	bool is_sink;
	uint64_t rows_in, rows_out, bytes;
	struct tw_hist latency;
};

static void sum_up(const struct moment *from, struct moment *to, const char *id, struct deed *sum)
{
	static const struct tw_node_stats nothing;
	uint32_t i;

	memset(sum, 0, sizeof *sum);
	for (i = 0; i < to->n_nodes; i++) {
		const struct tw_node_stats *n = &to->nodes[i], *old = from->n_nodes ? &from->nodes[i] : &nothing;

		if (strcmp(n->id, id) != 0)
			continue;
		sum->rows_in += n->rows_in - old->rows_in;
		sum->rows_out += n->rows_out - old->rows_out;
		sum->bytes += n->bytes - old->bytes;
		sum->is_sink |= n->latency != NULL;
		if (from->n_nodes)
			take_away(&to->latency[i], &from->latency[i]);
		add_hist(&sum->latency, &to->latency[i]);
	}
}

/* What the round did between its two moments becomes metrics. */
static void add_metrics(struct tw_bench *b, const struct tw_engine *e, const struct moment *from, struct moment *to)
{
	const double seconds = (double)(to->elapsed_ns - from->elapsed_ns) / 1e9;
	const double cpu = (double)(to->cpu_ns - from->cpu_ns) / 1e9;
	const struct tw_spec *s = tw_engine_spec(e);
	struct deed deed;
	uint64_t read = 0;
	uint32_t i;

	tw_metric_add(&b->metrics, NULL, "elapsed", "s", TW_BETTER_NONE, seconds);
	for (i = 0; i < s->n_nodes; i++) {
		const char *id = s->nodes[i].id;

		sum_up(from, to, id, &deed);
		if (is_source(tw_engine_checked(e)->kind[i])) {
			add_node(b, id, seconds, deed.rows_out, deed.bytes);
			read += deed.rows_out;
		} else if (deed.is_sink) {
			add_node(b, id, seconds, deed.rows_in, deed.bytes);
			add_latency(b, id, &deed.latency);
		}
	}
	tw_metric_add(&b->metrics, NULL, "cpu", "s/s", TW_BETTER_NONE, cpu / seconds);
	if (read)
		tw_metric_add(&b->metrics, NULL, "cpu_per_row", "ns", TW_BETTER_LESS, cpu * 1e9 / (double)read);
	tw_metric_add(&b->metrics, NULL, "peak_rss", "B", TW_BETTER_LESS, (double)tw_peak_rss());
}

/* The names of what is measured, and the machine, from the first engine. */
static void describe(struct tw_bench *b, const struct tw_engine *e)
{
	const struct tw_spec *s = tw_engine_spec(e);
	uint32_t i;

	snprintf(b->graph, sizeof b->graph, "%s", s->name);
	b->n_workers = tw_engine_placement(e)->n_workers;
	tw_machine_read(&b->machine, tw_engine_topo(e));
	b->sources = tw_calloc(s->n_nodes, sizeof *b->sources);
	b->sinks = tw_calloc(s->n_nodes, sizeof *b->sinks);
	for (i = 0; i < s->n_nodes; i++) {
		const struct tw_kind *k = tw_engine_checked(e)->kind[i];

		if (is_source(k))
			snprintf(b->sources[b->n_sources++], sizeof *b->sources, "%s", s->nodes[i].id);
		else if ((!k->out || !k->out[0]) && !(k->flags & TW_DYNAMIC_OUTPUTS))
			snprintf(b->sinks[b->n_sinks++].id, sizeof b->sinks->id, "%s", s->nodes[i].id);
	}
}

/* A CPU for the noise thread: a physical core that no worker has, with another one
 * left over for this thread and those that read and write files. */
static bool find_spare(const struct tw_engine *e, uint32_t *cpu)
{
	const struct tw_topo *t = tw_engine_topo(e);
	const struct tw_placement *p = tw_engine_placement(e);
	const struct tw_core *cores = tw_topo_cores(t);
	uint32_t i, w, n_free = 0;

	if (!tw_topo_is_this_machine(t) || tw_topo_cpu_quota(t) < p->n_workers + 2)
		return false;
	for (i = 0; i < tw_topo_n(t); i++) {
		bool is_taken = cores[i].smt;

		for (w = 0; w < p->n_workers; w++)
			is_taken |= cores[p->core[w]].core == cores[i].core;
		if (is_taken)
			continue;
		*cpu = cores[i].cpu;
		n_free++;
	}
	return n_free >= 2;
}

/* A round that runs. */
struct round {
	struct tw_engine *e;
	struct tw_noise_thread *noise; /* NULL: no CPU to spare */
	char label[48];
	struct moment from, to; /* the bounds of what is measured; from is the start if it has no nodes */
};

/* Run to the end. -1 or an exit code. */
static int watch(struct tw_bench *b, struct round *r)
{
	const bool live = !b->c->quiet && isatty(STDERR_FILENO);
	const int64_t warm = tw_clock_mono() + b->c->bench.warmup_ns;
	int64_t until = warm + b->for_ns;
	struct tw_progress p = {0};
	int ret = -1;

	while (!tw_engine_wait(r->e, 10)) {
		const int64_t now = tw_clock_mono();

		if (tw_cli_signalled(b->signals)) {
			tw_engine_stop(r->e);
			ret = TW_EXIT_INTERRUPTED;
		}
		if (b->c->bench.warmup_ns && !r->from.n_nodes && now >= warm) {
			take_moment(&r->from, r->e, r->noise);
			until = tw_clock_mono() + b->for_ns;
		} else if (!r->to.n_nodes && now >= until) {
			take_moment(&r->to, r->e, r->noise);
			tw_engine_drain(r->e);
		}
		if (live)
			tw_progress_show(&p, r->e, r->label);
	}
	tw_progress_clear(&p);
	if (!r->to.n_nodes)
		take_moment(&r->to, r->e, r->noise);
	return ret;
}

/* -1, or the exit code of a run that did not end well. */
static int judge(const struct tw_bench *b, struct tw_engine *e, const struct moment *from)
{
	struct tw_engine_stats s;

	tw_engine_stats(e, &s);
	if (s.end == TW_END_FAILED) {
		fprintf(stderr, "thalweg: failed: %s\n", s.why);
		return TW_EXIT_FAILED;
	}
	if (s.end == TW_END_DEADLINE) {
		fprintf(stderr, "thalweg bench: a drain did not end in time\n");
		return TW_EXIT_DEADLINE;
	}
	if (b->c->bench.warmup_ns && !from->n_nodes) {
		fprintf(stderr, "thalweg bench: the sources ended within the warm-up: nothing was measured\n");
		return TW_EXIT_FAILED;
	}
	return -1;
}

static int start(struct tw_bench *b, struct tw_engine *e)
{
	const int ret = tw_engine_start(e);

	if (ret == 0)
		return -1;
	tw_cli_print_diags(b->c, e);
	if (tw_engine_diags(e)->n_errors == 0)
		fprintf(stderr, "thalweg bench: %s\n", strerror(-ret));
	return TW_EXIT_FAILED;
}

/* Start, run, and the noise meanwhile or before and after. */
static int run(struct tw_bench *b, struct round *r)
{
	uint32_t cpu = 0;
	int ret;

	b->noise.is_beside = find_spare(r->e, &cpu);
	if (!b->noise.is_beside)
		tw_noise_look(&b->noise, LOOK_NS);
	tw_peak_reset();
	r->from.cpu_ns = cpu_ns(NULL);
	ret = start(b, r->e);
	if (ret != -1)
		return ret;
	if (b->noise.is_beside)
		r->noise = tw_noise_start(cpu);
	ret = watch(b, r);
	tw_noise_stop(r->noise, &b->noise);
	if (!b->noise.is_beside)
		tw_noise_look(&b->noise, LOOK_NS);
	return ret == -1 ? judge(b, r->e, &r->from) : ret;
}

int tw_bench_round(struct tw_bench *b, uint32_t number)
{
	struct tw_cli c = *b->c;
	struct round r = {0};
	int ret;

	c.quiet |= number > 0; /* warnings are said once */
	ret = tw_cli_load(&c, &r.e);
	if (ret != -1)
		return ret;
	if (number == 0)
		describe(b, r.e);
	snprintf(r.label, sizeof r.label, "round %u of %u ", number + 1, b->rounds);
	ret = run(b, &r);
	if (ret == -1)
		add_metrics(b, r.e, &r.from, &r.to);
	drop_moment(&r.from);
	drop_moment(&r.to);
	tw_engine_destroy(r.e);
	return ret;
}
