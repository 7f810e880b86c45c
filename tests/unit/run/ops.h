/*
 * ops.h - more operators for tests of the run time: long texts, slow ones, and a
 * sink that knows each text from the row's id.
 */
#ifndef OPS_H
#define OPS_H

#include "kinds.h"
#include <unistd.h>

/* texts: {"count", "rows", "len", "big", "blocks"}: id, body of `len` bytes (`big` for
 * every 65th row), in raw blocks of 1 MiB as a reader of a file has them. */
struct texts_plan {
	int64_t count, rows, len, big;
	const struct tw_field *id, *body;
};

struct texts {
	const struct texts_plan *p;
	int64_t next;
	struct tw_raw *raw;
};

static inline int texts_bind(struct tw_bind *b)
{
	struct texts_plan *p = tw_bind_plan(b, sizeof *p);

	p->count = tw_conf_i64(b, "count");
	p->rows = tw_conf_i64(b, "rows");
	p->len = tw_conf_i64(b, "len");
	p->big = tw_conf_i64(b, "big") ? tw_conf_i64(b, "big") : p->len;
	b->host->out_new(b, 0);
	p->id = tw_bind_add(b, 0, "id", TW_I64, 0);
	p->body = tw_bind_add(b, 0, "body", TW_STR, tw_conf_bool(b, "nullable"));
	b->host->raw(b, 1u << 20, (uint32_t)tw_conf_i64(b, "blocks"));
	return tw_bind_end(b);
}

static inline int texts_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct texts *t = calloc(1, sizeof *t);

	(void)ctx;
	t->p = plan;
	*op = t;
	return 0;
}

static inline char text_byte(int64_t id, uint32_t i)
{
	return (char)('a' + (id * 7 + i * 3 + (i >> 9)) % 26);
}

static inline bool texts_put(struct tw_ctx *ctx, struct texts *t, struct tw_batch *b, uint32_t r)
{
	const uint32_t len = (uint32_t)(t->next % 65 ? t->p->len : t->p->big);
	uint32_t i;
	int buf;

	if (t->raw && t->raw->cap - t->raw->len < len) {
		ctx->host->raw_drop(ctx, t->raw);
		t->raw = NULL;
	}
	if (!t->raw)
		t->raw = ctx->host->raw_new(ctx);
	buf = t->raw ? ctx->host->raw_attach(ctx, b, t->raw) : -1;
	if (buf < 0)
		return false;
	for (i = 0; i < len; i++)
		t->raw->data[t->raw->len + i] = text_byte(t->next, i);
	tw_view_set((struct tw_view *)tw_col(b, t->p->body) + r, (uint32_t)buf, t->raw->len, t->raw->data + t->raw->len,
		    len);
	tw_set_valid(b, t->p->body, r, 1);
	tw_set_i64(b, t->p->id, r, t->next++);
	t->raw->len += len;
	return true;
}

static inline int texts_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct texts *t = op;

	while (budget-- > 0) {
		struct tw_batch *b;
		uint32_t r = 0;

		if (t->next == t->p->count) {
			if (t->raw)
				ctx->host->raw_drop(ctx, t->raw);
			t->raw = NULL;
			return TW_EOS;
		}
		b = tw_batch_new(ctx, 0, (uint32_t)t->p->rows);
		cr_assert_not_null(b);
		while (r < t->p->rows && r < TW_CLASS_ROWS(b->cls) && t->next < t->p->count && texts_put(ctx, t, b, r))
			r++;
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

static const struct tw_source texts_source = {.poll = texts_poll};

static inline const void *texts_extension(const char *id)
{
	return strcmp(id, TW_EXT_SOURCE) == 0 ? &texts_source : NULL;
}

static const struct tw_kind texts_kind = {
	.id = "texts",
	.version = "1",
	.help = "rows of text",
	.out = one_out,
	.max_out = 4,
	.config = "{\"type\":\"object\",\"properties\":{\"count\":{\"type\":\"integer\"},"
		  "\"rows\":{\"type\":\"integer\",\"default\":512},\"len\":{\"type\":\"integer\",\"default\":100},"
		  "\"big\":{\"type\":\"integer\",\"default\":0},\"blocks\":{\"type\":\"integer\",\"default\":8},"
		  "\"nullable\":{\"type\":\"boolean\",\"default\":"
		  "false}}}",
	.bind = texts_bind,
	.create = texts_create,
	.destroy = seq_destroy,
	.extension = texts_extension,
};

/* tally: a sink; {"us"}: sleeps so long for each batch. Checks body, adds up ids. */
struct tally {
	const struct tally_plan *p;
	uint64_t rows;
	int64_t sum;
};

struct tally_plan {
	int64_t us;
	const struct tw_field *id, *body;
};

static inline int tally_bind(struct tw_bind *b)
{
	struct tally_plan *p = tw_bind_plan(b, sizeof *p);
	uint32_t i;

	p->us = tw_conf_i64(b, "us");
	p->id = b->host->field(b, 0, NULL, "id");
	for (i = 0; i < b->in[0]->n; i++)
		if (strcmp(b->in[0]->fields[i]->name, "body") == 0)
			p->body = b->in[0]->fields[i];
	return tw_bind_end(b);
}

static inline int tally_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct tally *t = calloc(1, sizeof *t);

	(void)ctx;
	t->p = plan;
	*op = t;
	return 0;
}

static inline void tally_text(const struct tw_batch *b, const struct tw_field *f, uint32_t r, int64_t id)
{
	uint32_t len, i;
	const char *s = tw_get_text(b, f, r, &len);

	for (i = 0; i<len; i += len> 100 ? 97 : 1)
		if (s[i] != text_byte(id, i))
			cr_assert_fail("row %lld: byte %u of its text was harmed", (long long)id, i);
}

static inline int tally_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct tally *t = op;
	uint32_t i;

	(void)port;
	for (i = 0; i < b->n_sel; i++) {
		uint32_t r = tw_row(b, i);
		int64_t id = tw_get_i64(b, t->p->id, r);

		t->rows++;
		t->sum += id;
		if (t->p->body)
			tally_text(b, t->p->body, r, id);
	}
	if (t->p->us) /* against the rules, as a slow disk under a bad operator would be */
		usleep((useconds_t)t->p->us);
	return tw_drop(ctx, b);
}

static const struct tw_kind tally_kind = {
	.id = "tally",
	.version = "1",
	.help = "adds up",
	.in = one_in,
	.config = "{\"type\":\"object\",\"properties\":{\"us\":{\"type\":\"integer\",\"default\":0}}}",
	.bind = tally_bind,
	.create = tally_create,
	.destroy = seq_destroy,
	.process = tally_process,
};

#endif
