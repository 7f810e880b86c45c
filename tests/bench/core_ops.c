/* core_ops.c - see core_ops.h. */
#include "core_ops.h"

#include <base/alloc.h>
#include <errno.h>
#include <thalweg/ext/finish.h>
#include <thalweg/ext/source.h>

#define INTEGER(key) "\"" key "\":{\"type\":\"integer\"}"
#define CONFIG(keys) "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{" keys "}}"

/* Batches of a turn, and so of a poll. */
#define MOST_BATCHES 64u

static const char *const one_in[] = {"in", NULL};
static const char *const one_out[] = {"out", NULL};
static const char *const two_out[] = {"even", "odd", NULL};

static void free_op(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(op);
}

/* Source. */

static int source_bind(struct tw_bind *b)
{
	static const char *const names[COLUMNS] = {"seq", "at", "value", "src", "c4", "c5", "c6", "c7"};
	struct core_source *p = tw_bind_plan(b, sizeof *p);
	uint32_t c;

	p->rows = tw_conf_i64(b, "rows");
	p->batch = tw_conf_i64(b, "batch");
	p->src = tw_conf_i64(b, "src");
	b->host->out_new(b, 0);
	for (c = 0; c < COLUMNS; c++)
		p->col[c] = tw_bind_add(b, 0, names[c], TW_I64, 0);
	return tw_bind_end(b);
}

static int source_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct core_source *s = tw_lines(sizeof *s);

	(void)ctx;
	if (!s)
		return -ENOMEM;
	*s = *(const struct core_source *)plan;
	*op = s;
	return 0;
}

/* How many records are due, up to `most`. */
static uint32_t due_rows(const struct core_source *s, uint64_t now, uint32_t most)
{
	uint32_t n = 0;

	while (n < most && pace_due(&s->pace, (uint64_t)s->next + n) <= now)
		n++;
	return n;
}

/* A column that nobody else looks at: its number and the row's. */
static void fill_rest(const struct core_source *s, struct tw_batch *b, uint32_t n)
{
	uint32_t c, i;

	for (c = COL_SRC + 1; c < COLUMNS; c++) {
		int64_t *v = tw_col(b, s->col[c]);

		for (i = 0; i < n; i++)
			v[i] = s->next + i + c;
	}
}

/* As fill_rows, of one: without the loops' beginnings. */
static void fill_row(const struct core_source *s, struct tw_batch *b)
{
	*(int64_t *)tw_col(b, s->col[COL_SEQ]) = s->next;
	*(int64_t *)tw_col(b, s->col[COL_AT]) = s->rate > 0 ? (int64_t)pace_due(&s->pace, (uint64_t)s->next) : 0;
	*(int64_t *)tw_col(b, s->col[COL_VALUE]) = s->next;
	*(int64_t *)tw_col(b, s->col[COL_SRC]) = s->src;
	if (s->whole)
		fill_rest(s, b, 1);
	tw_fill(b, 1);
}

static __attribute__((noinline)) void fill_rows(const struct core_source *s, struct tw_batch *b, uint32_t n)
{
	int64_t *seq = tw_col(b, s->col[COL_SEQ]), *at = tw_col(b, s->col[COL_AT]);
	int64_t *value = tw_col(b, s->col[COL_VALUE]), *src = tw_col(b, s->col[COL_SRC]);
	const int64_t next = s->next, from = s->src;
	uint32_t i;

	for (i = 0; i < n; i++) {
		seq[i] = next + i;
		value[i] = next + i;
		src[i] = from;
		at[i] = 0;
	}
	if (s->rate > 0)
		for (i = 0; i < n; i++)
			at[i] = (int64_t)pace_due(&s->pace, (uint64_t)next + i);
	if (s->whole)
		fill_rest(s, b, n);
	tw_fill(b, n);
}

/* Rows of the next batch; 0: none is due. */
static uint32_t next_rows(const struct core_source *s)
{
	const int64_t left = s->rows - s->next;
	const uint32_t most = (uint32_t)(left < s->batch ? left : s->batch);

	return s->rate > 0 ? due_rows(s, pace_ticks(), most) : most;
}

static int source_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct core_source *s = op;
	int64_t now = 0; /* the clock, read if there is a record */

	if (!s->began) {
		s->began = true;
		s->pace = pace_begin(s->rate, s->ns_per_tick);
		s->start = s->pace.start;
	}
	for (; budget > 0; budget--) {
		struct tw_batch *b;
		uint32_t n;

		if (s->next == s->rows)
			return TW_EOS;
		n = next_rows(s);
		b = n ? tw_batch_new(ctx, 0, n) : NULL;
		if (!b)
			return TW_WAIT;
		if (n > TW_CLASS_ROWS(b->cls))
			n = TW_CLASS_ROWS(b->cls);
		if (n == 1)
			fill_row(s, b);
		else
			fill_rows(s, b, n);
		s->next += n;
		if (!now)
			now = ctx->host->now(ctx);
		b->origin_ns = now;
		tw_emit(ctx, 0, b);
	}
	return TW_DONE;
}

static const void *source_extension(const char *id)
{
	static const struct tw_source source = {.poll = source_poll};

	return strcmp(id, TW_EXT_SOURCE) == 0 ? &source : NULL;
}

const struct tw_kind core_source_kind = {.id = "source",
					 .version = "1",
					 .help = "Makes records of 64 bytes, at a pace.",
					 .config = CONFIG(INTEGER("rows") "," INTEGER("batch") "," INTEGER("src")),
					 .out = one_out,
					 .max_out = MOST_BATCHES,
					 .bind = source_bind,
					 .create = source_create,
					 .destroy = free_op,
					 .extension = source_extension};

/* Add: the operator of chains. */

struct add_plan {
	int64_t by;
	const struct tw_field *from, *to;
};

static int add_bind(struct tw_bind *b)
{
	struct add_plan *p = tw_bind_plan(b, sizeof *p);

	p->by = tw_conf_i64(b, "by");
	p->from = b->in[0]->fields[COL_VALUE];
	p->to = b->host->rewrite(b, 0, p->from);
	return tw_bind_end(b);
}

static __attribute__((noinline)) int add_rows(struct tw_ctx *ctx, const struct add_plan *p, struct tw_batch *b)
{
	int64_t *value = tw_writable(b, p->from, p->to);
	const int64_t by = p->by;
	const uint32_t n = b->n;
	uint32_t i;

	for (i = 0; i < n; i++)
		value[i] += by;
	return tw_emit(ctx, 0, b);
}

static int add_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	const struct add_plan *p = op;

	(void)port;
	if (b->n > 1 || !tw_in_place(b, p->from, p->to))
		return add_rows(ctx, p, b);
	*(int64_t *)tw_col(b, p->to) += p->by;
	return tw_emit(ctx, 0, b);
}

const struct tw_kind core_add_kind = {.id = "add",
				      .version = "1",
				      .help = "Adds to a column.",
				      .config = CONFIG(INTEGER("by")),
				      .in = one_in,
				      .out = one_out,
				      .flags = TW_STATELESS,
				      .max_out = 1,
				      .bind = add_bind,
				      .process = add_process};

/* Split: rows by the lowest bit of their value. */

static int split_bind(struct tw_bind *b)
{
	const struct tw_field **value = tw_bind_plan(b, sizeof *value);

	*value = b->in[0]->fields[COL_VALUE];
	b->host->out_pass(b, 0, 0);
	b->host->out_pass(b, 1, 0);
	return tw_bind_end(b);
}

/* Those of `b`'s rows whose value's lowest bit is `bit`. */
static uint32_t pick(const int64_t *value, const struct tw_batch *b, int64_t bit, uint16_t *sel)
{
	uint32_t i, n = 0;

	for (i = 0; i < b->n; i++) {
		sel[n] = (uint16_t)i;
		n += (value[i] & 1) == bit;
	}
	return n;
}

static int split_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	const int64_t *value = tw_col(b, *(const struct tw_field *const *)op);
	uint16_t sel[TW_MAX_ROWS + 1];
	struct tw_batch *odd;
	uint32_t n;

	(void)port;
	if (b->n == 1)
		return tw_emit(ctx, value[0] & 1, b);
	odd = ctx->host->batch_child(ctx, 1, b->n, b);
	n = pick(value, b, 1, sel);
	memcpy(odd->sel, sel, n * sizeof *sel);
	tw_select(odd, n);
	n = pick(value, b, 0, sel);
	memcpy(b->sel, sel, n * sizeof *sel);
	tw_select(b, n);
	tw_emit(ctx, 1, odd);
	return tw_emit(ctx, 0, b);
}

const struct tw_kind core_split_kind = {.id = "split",
					.version = "1",
					.help = "Deals rows to two outputs by their value.",
					.in = one_in,
					.out = two_out,
					.flags = TW_STATELESS,
					.max_out = 1,
					.bind = split_bind,
					.process = split_process};

/* Sink. */

static int sink_bind(struct tw_bind *b)
{
	struct core_sink *p = tw_bind_plan(b, sizeof *p);
	uint32_t c;

	for (c = 0; c < COLUMNS; c++)
		p->col[c] = b->in[0]->fields[c];
	p->added = tw_conf_i64(b, "added");
	p->first = tw_conf_i64(b, "first");
	p->stride = tw_conf_i64(b, "stride");
	return tw_bind_end(b);
}

static int sink_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct core_sink *s = tw_lines(sizeof *s);
	uint32_t i;

	(void)ctx;
	if (!s)
		return -ENOMEM;
	*s = *(const struct core_sink *)plan;
	for (i = 0; i < CORE_SOURCES; i++)
		s->next[i] = s->first;
	*op = s;
	return 0;
}

/* All bits that are not as they should be. */
static int64_t check_dense(const struct core_sink *s, const int64_t *seq, const int64_t *value, int64_t next,
			   uint32_t n)
{
	const int64_t stride = s->stride, added = s->added;
	int64_t bad = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		bad |= (seq[i] ^ (next + i * stride)) | (value[i] ^ (seq[i] + added));
	return bad;
}

static int64_t check_rest(const struct core_sink *s, const struct tw_batch *b, int64_t next)
{
	int64_t bad = 0;
	uint32_t c, i;

	for (c = COL_SRC + 1; c < COLUMNS; c++) {
		const int64_t *v = tw_col(b, s->col[c]);

		for (i = 0; i < b->n; i++)
			bad |= v[i] ^ (next + i + c);
	}
	return bad;
}

static int64_t check_selected(const struct core_sink *s, const int64_t *seq, const int64_t *value, int64_t next,
			      const struct tw_batch *b)
{
	int64_t bad = 0;
	uint32_t i;

	for (i = 0; i < b->n_sel; i++) {
		const uint32_t r = b->sel[i];

		bad |= (seq[r] ^ (next + i * s->stride)) | (value[r] ^ (seq[r] + s->added));
	}
	return bad;
}

/* Late rows that were due while earlier ones were late are one stall. */
static void note_stall(struct core_sink *s, uint64_t due, uint64_t now)
{
	struct core_span *last = s->n_stalls ? &s->stalls[s->n_stalls - 1] : NULL;

	if (last && due <= last->to) {
		last->to = now;
		last->rows++;
	} else if (s->n_stalls < CORE_SPANS) {
		s->stalls[s->n_stalls++] = (struct core_span){.from = due, .to = now, .rows = 1};
	} else {
		s->stalls_lost++;
	}
}

static void note_rows(struct core_sink *s, const struct tw_batch *b)
{
	const int64_t *at = tw_col(b, s->col[COL_AT]);
	uint32_t i;

	for (i = 0; i < b->n_sel; i++) {
		const uint64_t due = (uint64_t)at[tw_row(b, i)], now = pace_note(&s->latency, due, s->ns_per_tick);

		if (s->stall_ticks && now > due + s->stall_ticks)
			note_stall(s, due, now);
	}
}

static __attribute__((noinline)) int sink_rows(struct tw_ctx *ctx, struct core_sink *s, struct tw_batch *b)
{
	const int64_t *seq = tw_col(b, s->col[COL_SEQ]), *value = tw_col(b, s->col[COL_VALUE]);
	int64_t *next = &s->next[((const int64_t *)tw_col(b, s->col[COL_SRC]))[0] & (CORE_SOURCES - 1)];

	if (s->timed)
		note_rows(s, b);
	if (b->n == 1)
		s->bad |= (*seq ^ *next) | (*value ^ (*seq + s->added));
	else
		s->bad |= b->flags & TW_SELECTED ? check_selected(s, seq, value, *next, b)
						 : check_dense(s, seq, value, *next, b->n);
	if (s->whole)
		s->bad |= check_rest(s, b, *next);
	*next += b->n_sel * s->stride;
	s->rows += b->n_sel;
	return tw_drop(ctx, b);
}

static int sink_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct core_sink *s = op;
	int64_t seq, *next;

	(void)port;
	if (b->n > 1 || s->timed || s->whole)
		return sink_rows(ctx, s, b);
	seq = *(const int64_t *)tw_col(b, s->col[COL_SEQ]);
	next = &s->next[*(const int64_t *)tw_col(b, s->col[COL_SRC]) & (CORE_SOURCES - 1)];
	s->bad |= (seq ^ *next) | (*(const int64_t *)tw_col(b, s->col[COL_VALUE]) ^ (seq + s->added));
	*next += s->stride;
	s->rows++;
	return tw_drop(ctx, b);
}

static int sink_finish(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	((struct core_sink *)op)->end = pace_ticks();
	return TW_DONE;
}

static void sink_destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(((struct core_sink *)op)->stalls);
	free(op);
}

static const void *sink_extension(const char *id)
{
	static const struct tw_finish finish = {.finish = sink_finish};

	return strcmp(id, TW_EXT_FINISH) == 0 ? &finish : NULL;
}

const struct tw_kind core_sink_kind = {.id = "sink",
				       .version = "1",
				       .help = "Checks every record and notes when it came.",
				       .config = CONFIG(INTEGER("added") "," INTEGER("first") "," INTEGER("stride")),
				       .in = one_in,
				       .bind = sink_bind,
				       .create = sink_create,
				       .destroy = sink_destroy,
				       .process = sink_process,
				       .extension = sink_extension};
