/*
 * kinds.h - operators for tests of the run time. `seq` makes rows whose every
 * column is a function of id, so that a sink can tell whether any was harmed.
 */
#ifndef KINDS_H
#define KINDS_H

#include <run/run.h>
#include <stdio.h>
#include <stdlib.h>
#include <thalweg/thalweg.h>

static const char *const one_in[] = {"in", NULL};
static const char *const one_out[] = {"out", NULL};

/* Text of row id: long enough for a reference when id is odd. */
static inline uint32_t row_text(int64_t id, char *buf, size_t len)
{
	return (uint32_t)snprintf(buf, len, id & 1 ? "row number %lld, in words long enough" : "r%lld", (long long)id);
}

/* seq: {"count", "rows" (a batch), "step"}: id, ts = id * step ns, name. */
struct seq_plan {
	int64_t count, rows, step, first;
	const struct tw_field *id, *ts, *name;
};

struct seq {
	const struct seq_plan *p;
	int64_t next;
	struct tw_raw *raw;
};

static inline int seq_bind(struct tw_bind *b)
{
	struct seq_plan *p = tw_bind_plan(b, sizeof *p);

	p->count = tw_conf_i64(b, "count") < 0 ? INT64_MAX : tw_conf_i64(b, "count");
	p->rows = tw_conf_i64(b, "rows");
	p->step = tw_conf_i64(b, "step");
	p->first = tw_conf_i64(b, "first");
	b->host->out_new(b, 0);
	p->id = tw_bind_add(b, 0, "id", TW_I64, 0);
	p->ts = tw_bind_add(b, 0, "ts", TW_TIMESTAMP, 0);
	p->name = tw_bind_add(b, 0, "name", TW_STR, 1);
	b->host->raw(b, 65536, 8);
	return tw_bind_end(b);
}

static inline int seq_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct seq *s = calloc(1, sizeof *s);

	(void)ctx;
	s->p = plan;
	*op = s;
	return 0;
}

static inline void seq_destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(op);
}

/* Names are written into raw buffers, as a reader of files would have them. */
static inline int seq_name(struct tw_ctx *ctx, struct seq *s, struct tw_batch *b, uint32_t r)
{
	struct tw_view *v = (struct tw_view *)tw_col(b, s->p->name) + r;
	char text[80];
	uint32_t len = row_text(s->next, text, sizeof text);
	int buf;

	if (s->raw && s->raw->cap - s->raw->len < len) {
		ctx->host->raw_drop(ctx, s->raw);
		s->raw = NULL;
	}
	if (!s->raw)
		s->raw = ctx->host->raw_new(ctx);
	if (!s->raw)
		return -1;
	buf = ctx->host->raw_attach(ctx, b, s->raw);
	if (buf < 0)
		return -1;
	memcpy(s->raw->data + s->raw->len, text, len);
	tw_view_set(v, (uint32_t)buf, s->raw->len, s->raw->data + s->raw->len, len);
	tw_set_valid(b, s->p->name, r, s->next % 7 != 3);
	s->raw->len += len;
	return 0;
}

static inline int seq_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct seq *s = op;
	const struct seq_plan *p = s->p;

	while (budget-- > 0) {
		struct tw_batch *b;
		uint32_t r = 0;

		if (s->next == p->count) {
			if (s->raw)
				ctx->host->raw_drop(ctx, s->raw);
			s->raw = NULL;
			return TW_EOS;
		}
		b = tw_batch_new(ctx, 0, (uint32_t)p->rows);
		cr_assert_not_null(b);
		for (; r < p->rows && r < TW_CLASS_ROWS(b->cls) && s->next < p->count; r++, s->next++) {
			if (seq_name(ctx, s, b, r) < 0)
				break;
			tw_set_i64(b, p->id, r, p->first + s->next);
			tw_set_i64(b, p->ts, r, s->next * p->step);
		}
		if (r == 0) {
			tw_drop(ctx, b);
			return TW_WAIT;
		}
		tw_fill(b, r);
		b->origin_ns = ctx->host->now(ctx);
		tw_emit(ctx, 0, b);
	}
	return TW_DONE;
}

static const struct tw_source seq_source = {.poll = seq_poll};

/* Drained before its end, it still holds a buffer. */
static inline int seq_end(struct tw_ctx *ctx, void *op)
{
	struct seq *s = op;

	if (s->raw)
		ctx->host->raw_drop(ctx, s->raw);
	s->raw = NULL;
	return TW_DONE;
}

static const struct tw_finish seq_finish = {.finish = seq_end};

static inline const void *seq_extension(const char *id)
{
	if (strcmp(id, TW_EXT_FINISH) == 0)
		return &seq_finish;
	return strcmp(id, TW_EXT_SOURCE) == 0 ? &seq_source : NULL;
}

static const struct tw_kind seq_kind = {
	.id = "seq",
	.version = "1",
	.help = "rows",
	.out = one_out,
	.max_out = 8,
	.config =
		"{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"count\":{\"type\":\"integer\"},"
		"\"rows\":{\"type\":\"integer\",\"default\":512},\"step\":{\"type\":\"integer\",\"default\":1},"
		"\"first\":{\"type\":\"integer\",\"default\":0}}}",
	.bind = seq_bind,
	.create = seq_create,
	.destroy = seq_destroy,
	.extension = seq_extension,
};

/* keep: {"one_in"}: selects rows with id % one_in == 0. */
struct keep_plan {
	int64_t one_in;
	const struct tw_field *id;
};

static inline int keep_bind(struct tw_bind *b)
{
	struct keep_plan *p = tw_bind_plan(b, sizeof *p);

	p->one_in = tw_conf_i64(b, "one_in");
	p->id = b->host->field(b, 0, NULL, "id");
	return tw_bind_end(b);
}

static inline int keep_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	const struct keep_plan *p = op;
	const int64_t *id = tw_col(b, p->id);
	uint32_t i, k = 0;

	(void)port;
	for (i = 0; i < b->n_sel; i++) {
		uint32_t r = tw_row(b, i);

		b->sel[k] = (uint16_t)r;
		k += id[r] % p->one_in == 0;
	}
	tw_select(b, k);
	return k ? tw_emit(ctx, 0, b) : tw_drop(ctx, b);
}

static const struct tw_kind keep_kind = {
	.id = "keep",
	.version = "1",
	.help = "filter",
	.in = one_in,
	.out = one_out,
	.max_out = 1,
	.config = "{\"type\":\"object\",\"properties\":{\"one_in\":{\"type\":\"integer\",\"default\":2}}}",
	.bind = keep_bind,
	.process = keep_process,
};

/* deal: {"ports", "all"}: the row goes to port p0, p1, ... by id; all: every row to each. */
struct deal_plan {
	int64_t ports;
	int all;
	const struct tw_field *id;
};

static inline int deal_bind(struct tw_bind *b)
{
	struct deal_plan *p = tw_bind_plan(b, sizeof *p);
	char name[16];
	int64_t i;

	p->ports = tw_conf_i64(b, "ports");
	p->all = tw_conf_bool(b, "all");
	p->id = b->host->field(b, 0, NULL, "id");
	for (i = 0; i < p->ports; i++) {
		snprintf(name, sizeof name, "p%d", (int)i);
		b->host->out_port(b, name);
	}
	return tw_bind_end(b);
}

static inline int deal_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	const struct deal_plan *p = op;
	const int64_t *id = tw_col(b, p->id);
	uint32_t q, i, k;

	(void)port;
	for (q = 0; q < p->ports; q++) {
		struct tw_batch *c = ctx->host->batch_child(ctx, q, b->n, b);

		cr_assert_not_null(c);
		cr_assert_eq(c->n_sel, b->n_sel);
		for (i = k = 0; i < b->n_sel; i++) {
			c->sel[k] = (uint16_t)tw_row(b, i);
			k += p->all || id[c->sel[k]] % p->ports == q;
		}
		tw_select(c, k);
		tw_emit(ctx, q, c);
	}
	return tw_drop(ctx, b);
}

static const struct tw_kind deal_kind = {
	.id = "deal",
	.version = "1",
	.help = "deals rows out",
	.in = one_in,
	.max_out = 1,
	.flags = TW_DYNAMIC_OUTPUTS,
	.config = "{\"type\":\"object\",\"properties\":{\"ports\":{\"type\":\"integer\",\"default\":2},"
		  "\"all\":{\"type\":\"boolean\",\"default\":false}}}",
	.bind = deal_bind,
	.process = deal_process,
};

/* twice: {"as"}: adds a column = 2 * id, and one of text made of it. */
struct twice_plan {
	const struct tw_field *id, *out, *text;
};

static inline int twice_bind(struct tw_bind *b)
{
	struct twice_plan *p = tw_bind_plan(b, sizeof *p);
	char name[64];

	p->id = b->host->field(b, 0, NULL, "id");
	p->out = tw_bind_add(b, 0, tw_conf_str(b, "as"), TW_I64, 0);
	snprintf(name, sizeof name, "%s_text", tw_conf_str(b, "as"));
	p->text = tw_bind_add(b, 0, name, TW_STR, 0);
	b->host->text(b);
	return tw_bind_end(b);
}

static inline int twice_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	const struct twice_plan *p = op;
	uint32_t i;

	(void)port;
	for (i = 0; i < b->n_sel; i++) {
		uint32_t r = tw_row(b, i), len;
		int64_t v = 2 * tw_get_i64(b, p->id, r);
		char text[80];

		tw_set_i64(b, p->out, r, v);
		len = row_text(v + 1, text, sizeof text);
		cr_assert_eq(tw_set_text(ctx, b, p->text, r, text, len), 0);
	}
	return tw_emit(ctx, 0, b);
}

static const struct tw_kind twice_kind = {
	.id = "twice",
	.version = "1",
	.help = "adds",
	.in = one_in,
	.out = one_out,
	.max_out = 1,
	.config = "{\"type\":\"object\",\"properties\":{\"as\":{\"type\":\"string\",\"default\":\"twice\"}}}",
	.bind = twice_bind,
	.process = twice_process,
};

/* check: a sink. Every column must fit the id; counts and sums; {"in_order"}. */
struct check_plan {
	const struct tw_field *id, *ts, *name, *twice, *twice_text;
	int in_order, by_time;
};

struct check {
	const struct check_plan *p;
	uint64_t rows;
	int64_t sum, last, last_ts, wm;
};

static inline int check_bind(struct tw_bind *b)
{
	struct check_plan *p = tw_bind_plan(b, sizeof *p);
	uint32_t i;

	p->in_order = tw_conf_bool(b, "in_order");
	p->by_time = tw_conf_bool(b, "by_time");
	for (i = 0; i < b->in[0]->n; i++) {
		const struct tw_field *f = b->in[0]->fields[i];

		p->id = strcmp(f->name, "id") == 0 ? f : p->id;
		p->ts = strcmp(f->name, "ts") == 0 ? f : p->ts;
		p->name = strcmp(f->name, "name") == 0 ? f : p->name;
		p->twice = strcmp(f->name, "twice") == 0 ? f : p->twice;
		p->twice_text = strcmp(f->name, "twice_text") == 0 ? f : p->twice_text;
	}
	return tw_bind_end(b);
}

static inline int check_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct check *c = calloc(1, sizeof *c);

	(void)ctx;
	c->p = plan;
	c->last = c->last_ts = INT64_MIN;
	c->wm = INT64_MIN;
	*op = c;
	return 0;
}

static inline void check_text(const struct tw_batch *b, const struct tw_field *f, uint32_t r, int64_t of)
{
	char want[80];
	uint32_t len, n = row_text(of, want, sizeof want);
	const char *got = tw_get_text(b, f, r, &len);

	cr_assert(len == n && memcmp(got, want, n) == 0, "row %lld: \"%.*s\", not \"%s\"", (long long)of, (int)len, got,
		  want);
}

static inline int check_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct check *c = op;
	const struct check_plan *p = c->p;
	uint32_t i;

	(void)port;
	for (i = 0; i < b->n_sel; i++) {
		uint32_t r = tw_row(b, i);
		int64_t id = tw_get_i64(b, p->id, r);

		c->rows++;
		c->sum += id;
		cr_assert(!p->in_order || id > c->last, "%lld after %lld", (long long)id, (long long)c->last);
		c->last = id;
		if (p->by_time)
			cr_assert_geq(tw_get_i64(b, p->ts, r), c->last_ts);
		c->last_ts = p->ts ? tw_get_i64(b, p->ts, r) : 0;
		if (p->ts && tw_get_i64(b, p->ts, r) <= c->wm)
			cr_assert_fail("row %lld is older than the watermark %lld", (long long)id, (long long)c->wm);
		if (p->name && !tw_is_null(b, p->name, r))
			check_text(b, p->name, r, id % 1000000000);
		if (p->twice)
			cr_assert_eq(tw_get_i64(b, p->twice, r), 2 * id);
		if (p->twice_text)
			check_text(b, p->twice_text, r, 2 * id + 1);
	}
	return tw_drop(ctx, b);
}

static inline int check_watermark(struct tw_ctx *ctx, void *op, int64_t wm)
{
	struct check *c = op;

	(void)ctx;
	cr_assert(wm > c->wm, "watermark went from %lld to %lld", (long long)c->wm, (long long)wm);
	c->wm = wm;
	return TW_DONE;
}

static const struct tw_watermark check_wm = {.on_watermark = check_watermark};

static inline const void *check_extension(const char *id)
{
	return strcmp(id, TW_EXT_WATERMARK) == 0 ? &check_wm : NULL;
}

static const struct tw_kind check_kind = {
	.id = "check",
	.version = "1",
	.help = "checks",
	.in = one_in,
	.config = "{\"type\":\"object\",\"properties\":{\"in_order\":{\"type\":\"boolean\",\"default\":true},"
		  "\"by_time\":{\"type\":\"boolean\",\"default\":false}}}",
	.bind = check_bind,
	.create = check_create,
	.destroy = seq_destroy,
	.process = check_process,
	.extension = check_extension,
};

#endif
