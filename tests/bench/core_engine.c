/*
 * core_engine.c - the engine as tests/bench/core runs it: its real reader, checker, binder
 * and run time, with the operators of core_ops.c. Arguments and answer as pace.h says;
 * further: chain mode=rings deals the nodes to the two workers in turn, so that each edge
 * is a ring; mode=adaptive and mode=park wait so, else workers spin.
 */
#include "core_ops.h"

#include <run/run.h>
#include <stdarg.h>

#define MOST_NODES 80u

/* A graph as it is written down: its JSON, and which node goes where. */
struct sheet {
	FILE *nodes, *edges;
	char *text[2];
	size_t len[2];
	uint32_t n;
	struct {
		char id[16];
		uint32_t worker;
	} at[MOST_NODES];
};

struct core {
	struct pace_args a;
	double ns_per_tick;
	uint32_t n_workers;
	struct sheet sheet;
	struct tw_spec *spec;
	struct tw_checked *checked;
	struct tw_bound *bound;
	struct tw_run *run;
};

/* Writing the graph. */

static void sheet_open(struct sheet *s)
{
	memset(s, 0, sizeof *s);
	s->nodes = open_memstream(&s->text[0], &s->len[0]);
	s->edges = open_memstream(&s->text[1], &s->len[1]);
	if (!s->nodes || !s->edges)
		abort();
}

static void sheet_close(struct sheet *s)
{
	fclose(s->nodes);
	fclose(s->edges);
	free(s->text[0]);
	free(s->text[1]);
}

/* A node named by kind and number, on a worker, with this config. */
__attribute__((format(printf, 5, 6))) static void node(struct sheet *s, const char *kind, uint32_t number,
						       uint32_t worker, const char *config, ...)
{
	va_list args;

	if (s->n == MOST_NODES)
		abort();
	snprintf(s->at[s->n].id, sizeof s->at->id, "%s%u", kind, number);
	s->at[s->n].worker = worker;
	fprintf(s->nodes, "%s\"%s\":{\"op\":\"%s\",\"config\":{", s->n ? "," : "", s->at[s->n].id, kind);
	va_start(args, config);
	vfprintf(s->nodes, config, args);
	va_end(args);
	fprintf(s->nodes, "}}");
	s->n++;
}

__attribute__((format(printf, 2, 3))) static void edge(struct sheet *s, const char *text, ...)
{
	va_list args;

	fprintf(s->edges, ftell(s->edges) > 0 ? ",\"" : "\"");
	va_start(args, text);
	vfprintf(s->edges, text, args);
	va_end(args);
	fputc('"', s->edges);
}

static void source(struct core *c, uint32_t number, uint32_t worker, uint64_t rows)
{
	node(&c->sheet, "source", number, worker, "\"rows\":%" PRIu64 ",\"batch\":%u,\"src\":%u", rows, c->a.batch,
	     number);
}

static void sink(struct core *c, uint32_t number, uint32_t worker, uint64_t added, uint32_t first, uint32_t stride)
{
	node(&c->sheet, "sink", number, worker, "\"added\":%" PRIu64 ",\"first\":%u,\"stride\":%u", added, first,
	     stride);
}

/* Source, ops operators, sink: one after another. */
static void write_chain(struct core *c, uint32_t ops)
{
	const bool rings = strcmp(c->a.mode, "rings") == 0;
	const uint32_t n = ops + 2;
	uint32_t i;

	c->n_workers = rings || c->a.threads > 1 ? 2 : 1;
	for (i = 0; i < n; i++) {
		const uint32_t worker = rings ? i % 2 : c->n_workers == 2 && 2 * i >= n;

		if (i == 0)
			source(c, 0, worker, c->a.records);
		else if (i < n - 1)
			node(&c->sheet, "add", i, worker, "\"by\":%u", i);
		else
			sink(c, 0, worker, pace_added(ops), 0, 1);
	}
	for (i = 1; i < n; i++)
		edge(&c->sheet, "%s%u -> %s%u", i == 1 ? "source" : "add", i - 1, i == n - 1 ? "sink" : "add",
		     i == n - 1 ? 0 : i);
}

static bool write_graph(struct core *c)
{
	const char *s = c->a.scenario;

	if (strcmp(s, "hop") == 0) {
		c->a.threads = 2;
		write_chain(c, 0);
	} else if (strcmp(s, "chain") == 0 && c->a.threads <= 2 && c->a.ops + 2 <= MOST_NODES) {
		write_chain(c, c->a.ops);
	} else {
		return false;
	}
	return true;
}

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
	static const struct tw_kind *const all[] = {&core_source_kind, &core_add_kind, &core_split_kind,
						    &core_sink_kind};
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
	sheet_close(&c->sheet);
}

/* The instance of a kind and number; NULL: there is none. */
static void *instance(const struct core *c, const char *kind, uint32_t number)
{
	char id[16];
	uint32_t at;

	snprintf(id, sizeof id, "%s%u", kind, number);
	at = tw_spec_find(c->spec, id);
	return at == TW_NONE ? NULL : c->run->nodes[at].op;
}

static void set_up(struct core *c)
{
	struct core_source *from;
	struct core_sink *to;
	uint32_t i;

	for (i = 0; (from = instance(c, "source", i)) != NULL; i++) {
		from->rate = c->a.rate;
		from->ns_per_tick = c->ns_per_tick;
	}
	for (i = 0; (to = instance(c, "sink", i)) != NULL; i++) {
		to->timed = c->a.rate > 0;
		to->ns_per_tick = c->ns_per_tick;
	}
}

/* Judging it. */

static bool all_came(const struct core *c, uint64_t *rows)
{
	const struct core_sink *to;
	uint32_t i;

	*rows = 0;
	for (i = 0; (to = instance(c, "sink", i)) != NULL; i++) {
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

	for (i = 0; (from = instance(c, "source", i)) != NULL; i++)
		start = from->start < start ? from->start : start;
	for (i = 0; (to = instance(c, "sink", i)) != NULL; i++)
		end = to->end > end ? to->end : end;
	return (double)(end - start) * c->ns_per_tick / 1e9;
}

static bool answer(const struct core *c)
{
	const struct core_sink *to = instance(c, "sink", 0);
	uint64_t rows;

	if (!all_came(c, &rows))
		return false;
	if (rows != c->a.records) {
		fprintf(stderr, "core_engine: %" PRIu64 " records came, not %" PRIu64 "\n", rows, c->a.records);
		return false;
	}
	pace_print("thalweg", &c->a, seconds(c), c->a.rate > 0 ? &to->latency : NULL);
	return true;
}

int main(int argc, char **argv)
{
	struct core c = {.a = pace_args(argc, argv)};
	bool ok = false;

	sheet_open(&c.sheet);
	if (!write_graph(&c)) {
		sheet_close(&c.sheet);
		return PACE_SKIP;
	}
	c.ns_per_tick = pace_ns_per_tick();
	if (make(&c) == 0) {
		set_up(&c);
		ok = tw_run_start(c.run) == 0 && tw_run_wait(c.run, 600000) && !tw_run_failed(c.run) && answer(&c);
		if (tw_run_failed(c.run))
			fprintf(stderr, "core_engine: %s\n", c.run->why);
	}
	unmake(&c);
	return ok ? 0 : 1;
}
