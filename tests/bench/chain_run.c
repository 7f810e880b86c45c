/*
 * chain_run.c - one run of a chain: as a plain loop, the floor, and as a graph with the
 * engine's real reader, checker, binder and run time.
 */
#include "chain.h"

#include <errno.h>
#include <run/run.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <thalweg/thalweg.h>

#define COLUMNS 8 /* of 8 bytes: a record of 64 */

/* What both sides do with columns. */

static inline void fill_rows(int64_t *const col[COLUMNS], uint32_t n, int64_t first)
{
	uint32_t c, i;

	for (c = 0; c < COLUMNS; c++)
		for (i = 0; i < n; i++)
			col[c][i] = first + i;
}

static inline void add_rows(int64_t *col, uint32_t n, int64_t by)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		col[i] += by;
}

static inline int64_t sum_rows(const int64_t *col, uint32_t n)
{
	int64_t sum = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		sum += col[i];
	return sum;
}

/* Of the column that all operators add to: operator i (from 1) adds i to every row. */
static int64_t expected_sum(int64_t rows, int64_t ops)
{
	return rows * (rows - 1) / 2 + rows * (ops * (ops + 1) / 2);
}

/* The floor. */

struct floor_op {
	void (*run)(int64_t *col, uint32_t n, int64_t by);
	int64_t by;
};

__attribute__((noinline)) static void floor_add(int64_t *col, uint32_t n, int64_t by)
{
	add_rows(col, n, by);
}

/* Sum of the column; one batch, over and over, as a pool that hands out what came
 * back last would have it. */
static int64_t floor_rows(const struct cell *x, const struct floor_op *ops, int64_t *memory)
{
	int64_t *col[COLUMNS], next, sum = 0;
	uint32_t c, i;

	for (c = 0; c < COLUMNS; c++)
		col[c] = memory + (size_t)c * x->batch;
	for (next = 0; next < x->rows; next += x->batch) {
		fill_rows(col, x->batch, next);
		for (i = 0; i < x->ops; i++)
			ops[i].run(col[1], x->batch, ops[i].by);
		sum += sum_rows(col[1], x->batch);
	}
	return sum;
}

double chain_floor(const struct cell *x)
{
	struct floor_op *ops = calloc(x->ops, sizeof *ops);
	int64_t *memory = aligned_alloc(64, sizeof *memory * COLUMNS * TW_MAX_ROWS);
	int64_t start, sum;
	double ns;
	uint32_t i;

	if (!ops || !memory)
		abort();
	for (i = 0; i < x->ops; i++)
		ops[i] = (struct floor_op){.run = floor_add, .by = i + 1};
	memset(memory, 0, sizeof *memory * COLUMNS * TW_MAX_ROWS);
	start = tw_clock_mono();
	sum = floor_rows(x, ops, memory);
	ns = (double)(tw_clock_mono() - start);
	free(ops);
	free(memory);
	if (sum == expected_sum(x->rows, x->ops))
		return ns;
	fprintf(stderr, "bench_chain: the floor's sum is wrong\n");
	return -1;
}

/* The engine's side: source, add, sink. */

struct source_plan {
	int64_t rows, batch;
	const struct tw_field *col[COLUMNS];
};

struct source {
	const struct source_plan *p;
	int64_t next;
	int64_t start_ns; /* of the first poll */
};

static int source_bind(struct tw_bind *b)
{
	struct source_plan *p = tw_bind_plan(b, sizeof *p);
	uint32_t c;

	p->rows = tw_conf_i64(b, "rows");
	p->batch = tw_conf_i64(b, "batch");
	b->host->out_new(b, 0);
	for (c = 0; c < COLUMNS; c++) {
		char name[] = "c0";

		name[1] = (char)('0' + c);
		p->col[c] = tw_bind_add(b, 0, name, TW_I64, 0);
	}
	return tw_bind_end(b);
}

static int source_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct source *s = calloc(1, sizeof *s);

	(void)ctx;
	if (!s)
		return -ENOMEM;
	s->p = plan;
	*op = s;
	return 0;
}

static void free_op(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(op);
}

static int source_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct source *s = op;
	const struct source_plan *p = s->p;

	if (!s->start_ns)
		s->start_ns = tw_clock_mono();
	for (; budget > 0; budget--) {
		struct tw_batch *b;
		int64_t *col[COLUMNS];
		uint32_t c;

		if (s->next == p->rows)
			return TW_EOS;
		b = tw_batch_new(ctx, 0, (uint32_t)p->batch);
		if (!b)
			return TW_WAIT;
		for (c = 0; c < COLUMNS; c++)
			col[c] = tw_col(b, p->col[c]);
		fill_rows(col, (uint32_t)p->batch, s->next);
		s->next += p->batch;
		tw_fill(b, (uint32_t)p->batch);
		b->origin_ns = ctx->host->now(ctx);
		tw_emit(ctx, 0, b);
	}
	return TW_DONE;
}

static const void *source_extension(const char *id)
{
	static const struct tw_source source = {.poll = source_poll};

	return strcmp(id, TW_EXT_SOURCE) == 0 ? &source : NULL;
}

struct add_plan {
	int64_t by;
	const struct tw_field *from, *to;
};

static int add_bind(struct tw_bind *b)
{
	struct add_plan *p = tw_bind_plan(b, sizeof *p);

	p->by = tw_conf_i64(b, "by");
	p->from = b->in[0]->fields[1];
	p->to = b->host->rewrite(b, 0, p->from);
	return tw_bind_end(b);
}

static int add_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	const struct add_plan *p = op;
	int64_t *col;

	(void)port;
	col = tw_writable(b, p->from, p->to);
	if (b->n == 1)
		*col += p->by;
	else
		add_rows(col, b->n, p->by);
	return tw_emit(ctx, 0, b);
}

struct sink {
	const struct tw_field *col;
	int64_t rows, sum;
	int64_t end_ns;
};

static int sink_bind(struct tw_bind *b)
{
	const struct tw_field **col = tw_bind_plan(b, sizeof *col);

	*col = b->in[0]->fields[1];
	return tw_bind_end(b);
}

static int sink_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct sink *s = calloc(1, sizeof *s);

	(void)ctx;
	if (!s)
		return -ENOMEM;
	s->col = *(const struct tw_field *const *)plan;
	*op = s;
	return 0;
}

static int sink_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct sink *s = op;

	(void)port;
	s->sum += sum_rows(tw_col(b, s->col), b->n);
	s->rows += b->n;
	return tw_drop(ctx, b);
}

static int sink_finish(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	((struct sink *)op)->end_ns = tw_clock_mono();
	return TW_DONE;
}

static const void *sink_extension(const char *id)
{
	static const struct tw_finish finish = {.finish = sink_finish};

	return strcmp(id, TW_EXT_FINISH) == 0 ? &finish : NULL;
}

#define INTEGER(key) "\"" key "\":{\"type\":\"integer\"}"
#define CONFIG(keys) "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{" keys "}}"

static const char *const one_in[] = {"in", NULL};
static const char *const one_out[] = {"out", NULL};

static const struct tw_kind source_kind = {.id = "source",
					   .version = "1",
					   .help = "Makes records of 64 bytes.",
					   .config = CONFIG(INTEGER("rows") "," INTEGER("batch")),
					   .out = one_out,
					   .max_out = TW_TURN,
					   .bind = source_bind,
					   .create = source_create,
					   .destroy = free_op,
					   .extension = source_extension};

static const struct tw_kind add_kind = {.id = "add",
					.version = "1",
					.help = "Adds to a column.",
					.config = CONFIG(INTEGER("by")),
					.in = one_in,
					.out = one_out,
					.flags = TW_STATELESS,
					.max_out = 1,
					.bind = add_bind,
					.process = add_process};

static const struct tw_kind sink_kind = {.id = "sink",
					 .version = "1",
					 .help = "Sums a column.",
					 .in = one_in,
					 .bind = sink_bind,
					 .create = sink_create,
					 .destroy = free_op,
					 .process = sink_process,
					 .extension = sink_extension};

static const struct tw_kind *const all_kinds[] = {&source_kind, &add_kind, &sink_kind};

/* The graph, from JSON to its end. */

struct chain {
	struct tw_spec *spec;
	struct tw_checked *checked;
	struct tw_bound *bound;
	struct tw_run *run;
};

static void chain_text(const struct cell *x, char *text, size_t cap)
{
	size_t n;
	uint32_t i;

	n = (size_t)snprintf(
		text, cap,
		"{\"thalweg\":\"1\",\"name\":\"chain\",\"nodes\":{\"source\":{\"op\":\"source\",\"config\":"
		"{\"rows\":%lld,\"batch\":%u}}",
		(long long)x->rows, x->batch);
	for (i = 1; i <= x->ops; i++)
		n += (size_t)snprintf(text + n, cap - n, ",\"add%u\":{\"op\":\"add\",\"config\":{\"by\":%u}}", i, i);
	n += (size_t)snprintf(text + n, cap - n, ",\"sink\":{\"op\":\"sink\"}},\"edges\":[\"source -> add1\"");
	for (i = 1; i < x->ops; i++)
		n += (size_t)snprintf(text + n, cap - n, ",\"add%u -> add%u\"", i, i + 1);
	snprintf(text + n, cap - n, ",\"add%u -> sink\"]}", x->ops);
}

static uint32_t place_of(enum variant v, uint32_t at, uint32_t n_nodes)
{
	if (v == HALVES)
		return 2 * at >= n_nodes;
	return v == DEALT ? at % 2 : 0;
}

static int chain_place(const struct cpus *m, const struct cell *x, enum variant v, struct chain *c)
{
	const uint32_t n = x->ops + 2;
	uint32_t worker_of[MAX_OPS + 2], cpu_of[2] = {TW_NONE, TW_NONE}, i;
	struct tw_run_opts o = {.n_workers = v == FUSED ? 1 : 2,
				.worker_of = worker_of,
				.cpu_of = cpu_of,
				.wait = TW_WAIT_ADAPTIVE,
				.may_spin = m->n >= 2};
	char err[512] = "", id[16];

	for (i = 0; i < n; i++) {
		snprintf(id, sizeof id, "add%u", i);
		worker_of[tw_spec_find(c->spec, i == 0 ? "source" : i == n - 1 ? "sink" : id)] = place_of(v, i, n);
	}
	for (i = 0; i < 2 && m->n >= 2; i++)
		cpu_of[i] = m->cpu[i];
	if (tw_run_create(c->bound, &o, &c->run, err, sizeof err) < 0) {
		fprintf(stderr, "bench_chain: %s\n", err);
		return -1;
	}
	return 0;
}

static int chain_open(const struct cpus *m, const struct cell *x, enum variant v, struct chain *c)
{
	const struct tw_kinds kinds = {.n = sizeof all_kinds / sizeof *all_kinds, .kinds = all_kinds};
	char text[4096];
	struct tw_diags d;
	int ret;

	memset(c, 0, sizeof *c);
	chain_text(x, text, sizeof text);
	tw_diags_init(&d);
	ret = tw_spec_parse("chain", text, strlen(text), NULL, 0, &c->spec, &d) < 0 ||
	      tw_check(c->spec, &kinds, &c->checked, &d) < 0 || tw_bind_graph(c->checked, &c->bound, &d) < 0;
	if (ret) {
		tw_diags_locate(&d, text, strlen(text));
		tw_diags_print(&d, stderr, "chain", text, strlen(text), false);
	}
	tw_diags_fini(&d);
	return ret ? -1 : chain_place(m, x, v, c);
}

static void chain_close(struct chain *c)
{
	tw_run_destroy(c->run);
	tw_bound_destroy(c->bound);
	tw_checked_destroy(c->checked);
	tw_spec_destroy(c->spec);
}

double chain_engine(const struct cpus *m, const struct cell *x, enum variant v)
{
	struct chain c;
	double ns = -1;

	if (chain_open(m, x, v, &c) == 0 && tw_run_start(c.run) == 0 && tw_run_wait(c.run, 600000) &&
	    !tw_run_failed(c.run)) {
		const struct source *from = c.run->nodes[tw_spec_find(c.spec, "source")].op;
		const struct sink *to = c.run->nodes[tw_spec_find(c.spec, "sink")].op;

		if (to->rows == x->rows && to->sum == expected_sum(x->rows, x->ops))
			ns = (double)(to->end_ns - from->start_ns);
	}
	if (ns < 0)
		fprintf(stderr, "bench_chain: the graph did not end, or its sum is wrong\n");
	chain_close(&c);
	return ns;
}
