/*
 * arrow_kinds.h - for the test of Arrow exports: `all`, a source with a column of
 * each type, each a function of the id; `ship`, a sink that exports what it gets.
 */
#ifndef ARROW_KINDS_H
#define ARROW_KINDS_H

#include "kinds.h"

#include <errno.h>
#include <pthread.h>
#include <thalweg/arrow.h>
#include <unistd.h>

enum col { C_ID, C_FLAG, C_I32, C_U32, C_U64, C_F32, C_F64, C_TS, C_MONEY, C_NAME, C_BLOB, C_CODE, N_COLS };

static const struct {
	const char *name, *format;
	uint8_t type, nullable, arg;
} cols[N_COLS] = {
	[C_ID] = {"id", "l", TW_I64, 0, 0},
	[C_FLAG] = {"flag", "b", TW_BOOL, 1, 0},
	[C_I32] = {"i32", "i", TW_I32, 0, 0},
	[C_U32] = {"u32", "I", TW_U32, 1, 0},
	[C_U64] = {"u64", "L", TW_U64, 0, 0},
	[C_F32] = {"f32", "f", TW_F32, 0, 0},
	[C_F64] = {"f64", "g", TW_F64, 1, 0},
	[C_TS] = {"ts", "tsn:UTC", TW_TIMESTAMP, 0, 0},
	[C_MONEY] = {"money", "d:18,2,64", TW_DECIMAL, 0, 2},
	[C_NAME] = {"name", "vu", TW_STR, 1, 0},
	[C_BLOB] = {"blob", "vz", TW_BYTES, 0, 0},
	[C_CODE] = {"code", "w:5", TW_FIXED, 1, 5},
};

static inline int is_null(int c, int64_t id)
{
	return cols[c].nullable && (id + c) % 5 == 2;
}

struct all_plan {
	int64_t count, rows;
	const struct tw_field *f[N_COLS];
};

struct all {
	const struct all_plan *p;
	int64_t next;
};

static inline int all_bind(struct tw_bind *b)
{
	struct all_plan *p = tw_bind_plan(b, sizeof *p);
	int c;

	p->count = tw_conf_i64(b, "count");
	p->rows = tw_conf_i64(b, "rows");
	b->host->out_new(b, 0);
	for (c = 0; c < N_COLS; c++)
		p->f[c] = b->host->add(b, 0, NULL, cols[c].name, cols[c].type, cols[c].nullable, cols[c].arg);
	b->host->raw(b, 65536, 32);
	b->host->text(b);
	return tw_bind_end(b);
}

static inline int all_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct all *s = calloc(1, sizeof *s);

	(void)ctx;
	s->p = plan;
	*op = s;
	return 0;
}

/* A fixed-width value of column c, up to 8 bytes, as its C type. */
static inline void number(int c, int64_t id, char *to)
{
	const float f32 = (float)id / 4;
	const double f64 = (double)id / 3;
	const int32_t i32 = (int32_t)-id;
	const int64_t i64 = id * 1000 + c;

	if (c == C_F32)
		memcpy(to, &f32, 4);
	else if (c == C_F64)
		memcpy(to, &f64, 8);
	else if (c == C_I32 || c == C_U32)
		memcpy(to, &i32, 4);
	else if (c == C_CODE)
		memcpy(to, &i64, 5);
	else
		memcpy(to, c == C_ID ? (const void *)&id : &i64, 8);
}

static inline void all_row(struct tw_ctx *ctx, const struct all_plan *p, struct tw_batch *b, struct tw_raw *raw,
			   uint32_t r, int64_t id)
{
	char text[80];
	uint32_t len;
	int c;

	for (c = 0; c < N_COLS; c++) {
		const struct tw_field *f = p->f[c];

		if (c == C_FLAG)
			tw_set_bool(b, f, r, id % 3 == 0);
		else if (c == C_NAME) {
			len = row_text(id, raw->data + raw->len, 80);
			tw_view_set((struct tw_view *)tw_col(b, f) + r, 0, raw->len, raw->data + raw->len, len);
			raw->len += len;
		} else if (c == C_BLOB) {
			len = row_text(id + 1, text, sizeof text);
			cr_assert_eq(tw_set_text(ctx, b, f, r, text, len), 0);
		} else
			number(c, id, (char *)tw_col(b, f) + (size_t)r * f->width);
		tw_set_valid(b, f, r, !is_null(c, id));
	}
	if (is_null(C_NAME, id)) /* a null view may be garbage */
		memset((struct tw_view *)tw_col(b, p->f[C_NAME]) + r, 0xff, sizeof(struct tw_view));
}

static inline int all_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct all *s = op;
	const struct all_plan *p = s->p;
	struct tw_batch *b;
	struct tw_raw *raw;
	uint32_t r;

	(void)budget;
	if (s->next == p->count)
		return TW_EOS;
	raw = ctx->host->raw_new(ctx);
	if (!raw)
		return TW_WAIT;
	b = tw_batch_new(ctx, 0, (uint32_t)p->rows);
	cr_assert_not_null(b);
	cr_assert_eq(ctx->host->raw_attach(ctx, b, raw), 0);
	for (r = 0; r < p->rows && r < TW_CLASS_ROWS(b->cls) && s->next < p->count; r++)
		all_row(ctx, p, b, raw, r, s->next++);
	ctx->host->raw_drop(ctx, raw);
	tw_fill(b, r);
	tw_emit(ctx, 0, b);
	return TW_DONE;
}

static const struct tw_source all_source = {.poll = all_poll};

static inline const void *all_extension(const char *id)
{
	return strcmp(id, TW_EXT_SOURCE) == 0 ? &all_source : NULL;
}

static const struct tw_kind all_kind = {
	.id = "all",
	.version = "1",
	.help = "rows",
	.out = one_out,
	.max_out = 1,
	.config = "{\"type\":\"object\",\"properties\":{\"count\":{\"type\":\"integer\"},\"rows\":{\"type\":"
		  "\"integer\"}}}",
	.bind = all_bind,
	.create = all_create,
	.destroy = seq_destroy,
	.extension = all_extension,
};

/* ship: a sink that exports; the test takes the arrays from its shelf. */
#define SHELF 64u

struct ship {
	pthread_mutex_t lock;
	const struct tw_schema *in;
	const struct tw_arrow_host *arrow;
	struct ArrowArray shelf[SHELF];
	uint32_t n, refused, at_once; /* at_once: exports that may be out before it waits */
	uint32_t lent;                /* taken minus released */
	uint64_t dense;
};

static inline int ship_bind(struct tw_bind *b)
{
	const struct tw_schema **p = tw_bind_plan(b, sizeof(struct tw_schema *));

	*p = b->in[0];
	return tw_bind_end(b);
}

static inline int ship_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct ship *s = calloc(1, sizeof *s);

	pthread_mutex_init(&s->lock, NULL);
	s->in = *(const struct tw_schema *const *)plan;
	s->arrow = ctx->host->extension(ctx, TW_EXT_ARROW);
	s->at_once = TW_EXPORTS_MAX;
	cr_assert_not_null(s->arrow);
	*op = s;
	return 0;
}

static inline int ship_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct ship *s = op;
	int dense = !(b->flags & TW_SELECTED), ret;

	(void)port;
	pthread_mutex_lock(&s->lock);
	while (s->lent >= s->at_once) { /* a test may block a worker */
		pthread_mutex_unlock(&s->lock);
		usleep(100);
		pthread_mutex_lock(&s->lock);
	}
	ret = s->arrow->batch(ctx, s->in, b, &s->shelf[s->n]);
	cr_assert(ret == 0 || ret == -EDQUOT);
	s->n += ret == 0;
	s->lent += ret == 0;
	s->dense += ret == 0 && dense;
	s->refused += ret != 0;
	pthread_mutex_unlock(&s->lock);
	return TW_DONE;
}

static const struct tw_kind ship_kind = {
	.id = "ship",
	.version = "1",
	.help = "exports",
	.in = one_in,
	.bind = ship_bind,
	.create = ship_create,
	.destroy = seq_destroy,
	.process = ship_process,
};

#endif
