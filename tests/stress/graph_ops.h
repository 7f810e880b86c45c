/*
 * graph_ops.h - operators that stall at random, and a sink that misses nothing.
 *
 * Rows are those of seq (tests/unit/run/kinds.h): source k has the ids from k * SOURCE
 * on, without a gap. What is random in a node follows from the round's seed, its name
 * and instance.
 */
#ifndef GRAPH_OPS_H
#define GRAPH_OPS_H

#include "kinds.h"
#include "stress.h"

#define SOURCE 1000000000ll
#define SOURCES 4
#define BRANCHES 4
#define ROWS_MAX 8192 /* of a source, where the sink keeps a list of them */

/* The round that runs; set before it starts. */
static const struct stress *now_running;

static inline struct dice dice_of(const struct tw_ctx *ctx)
{
	uint64_t h = ctx->instance;
	const char *c;

	for (c = ctx->node; *c; c++)
		h = h * 131 + (unsigned char)*c;
	return dice_new(now_running->seed, (uint32_t)h);
}

/* burst: seq in batches of any size, few or many at once. */
struct burst {
	struct seq seq; /* first: what seq's functions see */
	struct seq_plan plan;
	struct dice dice;
};

static inline int burst_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct burst *b = calloc(1, sizeof *b);

	b->plan = *(const struct seq_plan *)plan;
	b->seq.p = &b->plan;
	b->dice = dice_of(ctx);
	*op = b;
	return 0;
}

static inline int burst_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	static const uint32_t most[] = {1, 1, 8, 8, 64, 512};
	struct burst *b = op;

	stall(&b->dice);
	b->plan.rows = 1 + roll(&b->dice, most[roll(&b->dice, 6)]);
	return seq_poll(ctx, &b->seq, budget ? 1 + roll(&b->dice, budget) : 0);
}

static const struct tw_source burst_source = {.poll = burst_poll};

static inline const void *burst_extension(const char *id)
{
	return strcmp(id, TW_EXT_SOURCE) == 0 ? &burst_source : seq_extension(id);
}

/* pass: lets batches through, some of them later; {"mark"}: says so in a column. */
struct pass_plan {
	int64_t mark;
	const struct tw_field *branch;
};

struct pass {
	const struct pass_plan *p;
	struct tw_batch *held;
	struct dice dice;
};

static inline int pass_bind(struct tw_bind *b)
{
	struct pass_plan *p = tw_bind_plan(b, sizeof *p);

	p->mark = tw_conf_i64(b, "mark");
	if (p->mark >= 0)
		p->branch = tw_bind_add(b, 0, "branch", TW_I64, 0);
	return tw_bind_end(b);
}

static inline int pass_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct pass *s = calloc(1, sizeof *s);

	s->p = plan;
	s->dice = dice_of(ctx);
	*op = s;
	return 0;
}

static inline int pass_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct pass *s = op;
	uint32_t i;

	stall(&s->dice);
	if (!b) {
		b = s->held;
		s->held = NULL;
		return tw_emit(ctx, port, b);
	}
	for (i = 0; s->p->branch && i < b->n_sel; i++)
		tw_set_i64(b, s->p->branch, tw_row(b, i), s->p->mark);
	if (roll(&s->dice, 8) == 0) {
		s->held = b;
		return TW_MORE;
	}
	return tw_emit(ctx, port, b);
}

/* Stopped, it may still hold a batch: that lies in the run's memory, not in its own. */
static const struct tw_kind pass_kind = {
	.id = "pass",
	.version = "1",
	.help = "passes on",
	.in = one_in,
	.out = one_out,
	.flags = TW_STATELESS,
	.max_out = 1,
	.config = "{\"type\":\"object\",\"properties\":{\"mark\":{\"type\":\"integer\",\"default\":-1}}}",
	.bind = pass_bind,
	.create = pass_create,
	.destroy = seq_destroy,
	.process = pass_process,
};

/* audit: a sink. Of every source and branch it wants ids "from", from + "step", ..., each
 * once; in this order, if "ordered". Nothing below the watermark. */
struct audit_plan {
	const struct tw_field *id, *ts, *name, *branch;
	int64_t from, step;
	int ordered;
};

struct audit {
	const struct audit_plan *p;
	struct dice dice;
	int64_t wm;
	uint64_t rows[SOURCES][BRANCHES];
	uint8_t seen[SOURCES][BRANCHES][ROWS_MAX]; /* not ordered */
};

static inline int audit_bind(struct tw_bind *b)
{
	struct audit_plan *p = tw_bind_plan(b, sizeof *p);
	uint32_t i;

	p->from = tw_conf_i64(b, "from");
	p->step = tw_conf_i64(b, "step");
	p->ordered = tw_conf_bool(b, "ordered");
	p->id = b->host->field(b, 0, NULL, "id");
	p->ts = b->host->field(b, 0, NULL, "ts");
	p->name = b->host->field(b, 0, NULL, "name");
	for (i = 0; i < b->in[0]->n; i++)
		if (strcmp(b->in[0]->fields[i]->name, "branch") == 0)
			p->branch = b->in[0]->fields[i];
	return tw_bind_end(b);
}

static inline int audit_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct audit *a = calloc(1, sizeof *a);

	a->p = plan;
	a->dice = dice_of(ctx);
	a->wm = INT64_MIN;
	*op = a;
	return 0;
}

static inline void audit_text(const struct tw_batch *b, const struct tw_field *f, uint32_t r, int64_t n)
{
	char want[80];
	uint32_t len = 0, want_len = row_text(n, want, sizeof want);
	const char *got;

	if (tw_is_null(b, f, r) != (n % 7 == 3))
		stress_fail(now_running, "row %lld: its name is null, or is not", (long long)n);
	if (n % 7 == 3)
		return;
	got = tw_get_text(b, f, r, &len);
	if (len != want_len || memcmp(got, want, len) != 0)
		stress_fail(now_running, "row %lld: its name is \"%.*s\"", (long long)n, (int)len, got);
}

static inline void audit_row(struct audit *a, const struct tw_batch *b, uint32_t r)
{
	const struct audit_plan *p = a->p;
	const int64_t id = tw_get_i64(b, p->id, r), n = id % SOURCE, source = id / SOURCE;
	const int64_t branch = p->branch ? tw_get_i64(b, p->branch, r) : 0, k = (n - p->from) / p->step;

	if (source < 0 || source >= SOURCES || branch < 0 || branch >= BRANCHES || (n - p->from) % p->step != 0)
		stress_fail(now_running, "there is no row %lld of branch %lld", (long long)id, (long long)branch);
	if (p->ordered && k != (int64_t)a->rows[source][branch])
		stress_fail(now_running, "source %lld, branch %lld: row %lld came as row %llu", (long long)source,
			    (long long)branch, (long long)k, (unsigned long long)a->rows[source][branch]);
	if (!p->ordered && (k >= ROWS_MAX || a->seen[source][branch][k]++))
		stress_fail(now_running, "row %lld of branch %lld came twice", (long long)id, (long long)branch);
	if (tw_get_i64(b, p->ts, r) <= a->wm)
		stress_fail(now_running, "row %lld is not above the watermark %lld", (long long)id, (long long)a->wm);
	audit_text(b, p->name, r, n);
	a->rows[source][branch]++;
}

static inline int audit_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct audit *a = op;
	uint32_t i;

	(void)port;
	for (i = 0; i < b->n_sel; i++)
		audit_row(a, b, tw_row(b, i));
	stall(&a->dice);
	return tw_drop(ctx, b);
}

static inline int audit_watermark(struct tw_ctx *ctx, void *op, int64_t wm)
{
	struct audit *a = op;

	(void)ctx;
	if (wm <= a->wm)
		stress_fail(now_running, "the watermark went from %lld to %lld", (long long)a->wm, (long long)wm);
	a->wm = wm;
	return TW_DONE;
}

static const struct tw_watermark audit_wm = {.on_watermark = audit_watermark};

static inline const void *audit_extension(const char *id)
{
	return strcmp(id, TW_EXT_WATERMARK) == 0 ? &audit_wm : NULL;
}

static const struct tw_kind audit_kind = {
	.id = "audit",
	.version = "1",
	.help = "misses nothing",
	.in = one_in,
	.config = "{\"type\":\"object\",\"properties\":{\"from\":{\"type\":\"integer\",\"default\":0},"
		  "\"step\":{\"type\":\"integer\",\"default\":1},\"ordered\":{\"type\":\"boolean\",\"default\":true}}}",
	.bind = audit_bind,
	.create = audit_create,
	.destroy = seq_destroy,
	.process = audit_process,
	.extension = audit_extension,
};

#endif
