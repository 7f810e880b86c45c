/* Rows of very many columns and of none, and keyed state in a node that is closed by
 * watermarks. */
#include "rig.h"

#include "ops.h"
#include <state/table.h>
#include <thalweg/ext/state.h>

#define GRAPH(nodes, edges) "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{" nodes "},\"edges\":[" edges "]}"
#define WIDE 100u

/* wide: a source of rows of {"columns"} columns; column c of row id is id * 1000 + c. */
struct wide_plan {
	int64_t count, columns, rows;
	const struct tw_field *col[WIDE];
};

struct wide {
	const struct wide_plan *p;
	int64_t next; /* rows made or seen */
};

static const uint8_t wide_types[] = {TW_I64, TW_I32, TW_F64, TW_BOOL, TW_U64};

static int wide_bind(struct tw_bind *b)
{
	struct wide_plan *p = tw_bind_plan(b, sizeof *p);
	char name[16];
	int64_t c;

	p->columns = tw_conf_i64(b, "columns");
	p->rows = tw_conf_i64(b, "rows");
	if (b->n_in == 0)
		b->host->out_new(b, 0);
	p->count = tw_conf_i64(b, "count");
	for (c = 0; c < p->columns; c++) {
		snprintf(name, sizeof name, "c%d", (int)c);
		p->col[c] = b->n_in ? b->host->field(b, 0, NULL, name)
				    : tw_bind_add(b, 0, name, wide_types[c % 5], c % 3 == 0);
	}
	if (b->n_in)
		cr_assert_eq(b->in[0]->n, p->columns);
	return tw_bind_end(b);
}

static int wide_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct wide *w = calloc(1, sizeof *w);

	(void)ctx;
	w->p = plan;
	*op = w;
	return 0;
}

static void wide_set(struct tw_batch *b, const struct tw_field *f, uint32_t r, int64_t id, int64_t c)
{
	const int64_t v = id * 1000 + c;

	tw_set_valid(b, f, r, v % 7 != 0);
	switch (f->type) {
	case TW_I64: ((int64_t *)tw_col(b, f))[r] = v; break;
	case TW_I32: ((int32_t *)tw_col(b, f))[r] = (int32_t)v; break;
	case TW_F64: ((double *)tw_col(b, f))[r] = (double)v; break;
	case TW_BOOL: tw_bit_put(tw_col(b, f), r, v % 2 != 0); break;
	default: ((uint64_t *)tw_col(b, f))[r] = (uint64_t)v;
	}
}

static bool wide_is(const struct tw_batch *b, const struct tw_field *f, uint32_t r, int64_t id, int64_t c)
{
	const int64_t v = id * 1000 + c;

	if (f->nullable && tw_is_null(b, f, r) != (v % 7 == 0))
		return false;
	switch (f->type) {
	case TW_I64: return ((const int64_t *)tw_col(b, f))[r] == v;
	case TW_I32: return ((const int32_t *)tw_col(b, f))[r] == (int32_t)v;
	case TW_F64: return ((const double *)tw_col(b, f))[r] == (double)v;
	case TW_BOOL: return tw_get_bool(b, f, r) == (v % 2 != 0);
	default: return ((const uint64_t *)tw_col(b, f))[r] == (uint64_t)v;
	}
}

static int wide_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct wide *w = op;

	for (; budget > 0; budget--) {
		struct tw_batch *b;
		uint32_t r = 0;
		int64_t c;

		if (w->next == w->p->count)
			return TW_EOS;
		b = tw_batch_new(ctx, 0, (uint32_t)w->p->rows);
		cr_assert_not_null(b);
		for (; r < TW_CLASS_ROWS(b->cls) && r < w->p->rows && w->next < w->p->count; r++, w->next++)
			for (c = 0; c < w->p->columns; c++)
				wide_set(b, w->p->col[c], r, w->next, c);
		tw_fill(b, r);
		tw_emit(ctx, 0, b);
	}
	return TW_DONE;
}

static int wide_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct wide *w = op;
	uint32_t i;
	int64_t c;

	(void)port;
	for (i = 0; i < b->n_sel; i++, w->next++)
		for (c = 0; c < w->p->columns; c++)
			if (!wide_is(b, w->p->col[c], tw_row(b, i), w->next, c))
				cr_assert_fail("row %lld, column %lld was harmed", (long long)w->next, (long long)c);
	return tw_drop(ctx, b);
}

static const struct tw_source wide_source = {.poll = wide_poll};

static const void *wide_extension(const char *id)
{
	return strcmp(id, TW_EXT_SOURCE) == 0 ? &wide_source : NULL;
}

#define WIDE_CONFIG                                                                                                    \
	"{\"type\":\"object\",\"properties\":{\"count\":{\"type\":\"integer\",\"default\":0},"                         \
	"\"columns\":{\"type\":\"integer\"},\"rows\":{\"type\":\"integer\",\"default\":512}}}"

static const struct tw_kind wide_kind = {
	.id = "wide",
	.version = "1",
	.help = "wide rows",
	.out = one_out,
	.max_out = 4,
	.config = WIDE_CONFIG,
	.bind = wide_bind,
	.create = wide_create,
	.destroy = seq_destroy,
	.extension = wide_extension,
};

static const struct tw_kind seen_kind = {
	.id = "seen",
	.version = "1",
	.help = "checks them",
	.in = one_in,
	.config = WIDE_CONFIG,
	.bind = wide_bind,
	.create = wide_create,
	.destroy = seq_destroy,
	.process = wide_process,
};

static int same_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	(void)op;
	(void)port;
	return tw_emit(ctx, 0, b);
}

static const struct tw_kind same_kind = {
	.id = "same",
	.version = "1",
	.help = "passes on",
	.in = one_in,
	.out = one_out,
	.max_out = 1,
	.process = same_process,
};

/* count: rows per key (id % keys) and window of 1000 ns; a window's counts leave when
 * the watermark passes its end, 3 a call at most. */
struct count_plan {
	const struct tw_field *key, *ts, *start, *n, *out_key;
	uint32_t table;
};

struct count {
	const struct count_plan *p;
	const struct tw_state_host *state;
};

static int count_bind(struct tw_bind *b)
{
	static const uint8_t types[] = {TW_VALUE_I64};
	struct count_plan *p = tw_bind_plan(b, sizeof *p);

	p->key = b->host->field(b, 0, NULL, "key");
	p->ts = b->host->field(b, 0, NULL, "ts");
	b->host->out_new(b, 0);
	p->start = tw_bind_add(b, 0, "start", TW_I64, 0);
	p->out_key = tw_bind_add(b, 0, "key", TW_I64, 0);
	p->n = tw_bind_add(b, 0, "n", TW_I64, 0);
	p->table = b->host->state(
		b,
		&(struct tw_state_spec){
			.name = "counts", .version = 1, .n_keys = 1, .keys = &p->key, .n_values = 1, .types = types});
	return tw_bind_end(b);
}

static int count_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct count *c = calloc(1, sizeof *c);

	c->p = plan;
	c->state = ctx->host->extension(ctx, TW_EXT_STATE);
	*op = c;
	return 0;
}

static int count_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct count *c = op;
	int64_t ns[TW_MAX_ROWS];
	void *slots[TW_MAX_ROWS];
	uint32_t i;

	(void)port;
	for (i = 0; i < b->n_sel; i++)
		ns[i] = tw_get_i64(b, c->p->ts, tw_row(b, i)) / 1000 * 1000;
	cr_assert_eq(c->state->upsert(ctx, c->p->table, b, NULL, b->n_sel, ns, slots), 0);
	for (i = 0; i < b->n_sel; i++)
		++*(int64_t *)slots[i];
	return tw_drop(ctx, b);
}

static int count_watermark(struct tw_ctx *ctx, void *op, int64_t wm)
{
	struct count *c = op;
	struct tw_batch *b;
	void *slots[3];
	int64_t ns;
	uint32_t i, n;

	while (c->state->first_ns(ctx, c->p->table, &ns) && ns + 999 <= wm) {
		if (ctx->host->room(ctx, 0) == 0)
			return TW_MORE;
		n = c->state->scan(ctx, c->p->table, ns, slots, 3);
		b = tw_batch_new(ctx, 0, n);
		for (i = 0; i < n; i++) {
			tw_set_i64(b, c->p->start, i, ns);
			tw_set_i64(b, c->p->n, i, *(int64_t *)slots[i]);
			cr_assert_eq(c->state->key(ctx, c->p->table, slots[i], 0, b, c->p->out_key, i), 0);
		}
		tw_fill(b, n);
		c->state->remove(ctx, c->p->table, slots, n);
		tw_emit(ctx, 0, b);
	}
	return TW_DONE;
}

static const struct tw_watermark count_wm = {.on_watermark = count_watermark};

static const void *count_extension(const char *id)
{
	return strcmp(id, TW_EXT_WATERMARK) == 0 ? &count_wm : NULL;
}

static const struct tw_kind count_kind = {
	.id = "count",
	.version = "1",
	.help = "counts",
	.in = one_in,
	.out = one_out,
	.max_out = 1,
	.bind = count_bind,
	.create = count_create,
	.destroy = seq_destroy,
	.process = count_process,
	.extension = count_extension,
};

/* mod: adds key = id % 37. */
static int mod_bind(struct tw_bind *b)
{
	struct keep_plan *p = tw_bind_plan(b, 2 * sizeof *p);

	p[0].id = b->host->field(b, 0, NULL, "id");
	p[1].id = tw_bind_add(b, 0, "key", TW_I64, 0);
	return tw_bind_end(b);
}

static int mod_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	const struct keep_plan *p = op;
	uint32_t r;

	(void)port;
	for (r = 0; r < b->n; r++)
		tw_set_i64(b, p[1].id, r, tw_get_i64(b, p[0].id, r) % 37);
	return tw_emit(ctx, 0, b);
}

static const struct tw_kind mod_kind = {
	.id = "mod",
	.version = "1",
	.help = "keys",
	.in = one_in,
	.out = one_out,
	.max_out = 1,
	.bind = mod_bind,
	.process = mod_process,
};

/* sums: a sink of counts: each (window, key) once, windows ascending, counts exact. */
struct sums {
	const struct count_plan *p;
	uint64_t rows;
	int64_t total, last;
};

static int sums_bind(struct tw_bind *b)
{
	struct count_plan *p = tw_bind_plan(b, sizeof *p);

	p->start = b->host->field(b, 0, NULL, "start");
	p->key = b->host->field(b, 0, NULL, "key");
	p->n = b->host->field(b, 0, NULL, "n");
	return tw_bind_end(b);
}

static int sums_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct sums *s = calloc(1, sizeof *s);

	(void)ctx;
	s->p = plan;
	s->last = INT64_MIN;
	*op = s;
	return 0;
}

/* seq gives id at time 10 * id: windows are ids [100 w, 100 w + 100). */
static int64_t want_count(int64_t start, int64_t key)
{
	int64_t id, n = 0;

	for (id = start / 10; id < start / 10 + 100; id++)
		n += id % 37 == key;
	return n;
}

static int sums_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct sums *s = op;
	uint32_t i;

	(void)port;
	for (i = 0; i < b->n_sel; i++) {
		uint32_t r = tw_row(b, i);
		int64_t start = tw_get_i64(b, s->p->start, r), n = tw_get_i64(b, s->p->n, r);

		cr_assert_geq(start, s->last);
		s->last = start;
		cr_assert_eq(n, want_count(start, tw_get_i64(b, s->p->key, r)));
		s->total += n;
		s->rows++;
	}
	return tw_drop(ctx, b);
}

static const struct tw_kind sums_kind = {
	.id = "sums",
	.version = "1",
	.help = "checks counts",
	.in = one_in,
	.bind = sums_bind,
	.create = sums_create,
	.destroy = seq_destroy,
	.process = sums_process,
};

static const struct tw_kind *const kinds[] = {&seq_kind,   &wide_kind, &seen_kind, &same_kind,
					      &count_kind, &mod_kind,  &sums_kind};

static struct rig shape(uint32_t i)
{
	return (struct rig){.kinds = kinds,
			    .n_kinds = 7,
			    .workers = 1 + i % 3,
			    .slots = i % 2 ? 2 : 64,
			    .wait = i / 3 % 2 ? TW_WAIT_PARK : TW_WAIT_ADAPTIVE};
}

static void widths(uint32_t columns, uint32_t rows)
{
	char graph[600];
	uint32_t i;

	snprintf(graph, sizeof graph,
		 GRAPH("\"a\":{\"op\":\"wide\",\"config\":{\"count\":5000,\"columns\":%u,\"rows\":%u}},\"s\":{\"op\":"
		       "\"same\"},"
		       "\"z\":{\"op\":\"seen\",\"config\":{\"columns\":%u}},\"y\":{\"op\":\"seen\",\"config\":{"
		       "\"columns\":%u}}",
		       "\"a -> s\",\"s -> z\",\"a -> y\""),
		 columns, rows, columns, columns);
	for (i = 0; i < 6; i++) {
		struct rig r = shape(i);
		struct rig_graph g;

		rig_open(&r, graph, &g);
		rig_finish(&r, &g);
		cr_assert_eq(((const struct wide *)rig_node(&g, "z")->op)->next, 5000);
		cr_assert_eq(((const struct wide *)rig_node(&g, "y")->op)->next, 5000);
		rig_close(&g);
	}
}

Test(schemas, a_hundred_columns, .timeout = 60)
{
	widths(WIDE, 512);
	widths(WIDE, 1);
}

Test(schemas, no_column_at_all, .timeout = 60)
{
	widths(0, 512);
	widths(0, 8);
}

Test(schemas, counts_by_key_and_window, .timeout = 60)
{
	uint32_t i;

	for (i = 0; i < 6; i++) {
		struct rig r = shape(i);
		const struct sums *s;
		struct rig_graph g;

		rig_open(&r,
			 GRAPH("\"a\":{\"op\":\"seq\",\"config\":{\"count\":20000,\"step\":10},\"watermark\":{"
			       "\"field\":\"ts\"}},"
			       "\"k\":{\"op\":\"mod\"},\"c\":{\"op\":\"count\"},\"z\":{\"op\":\"sums\"}",
			       "\"a -> k\",\"k -> c\",\"c -> z\""),
			 &g);
		rig_finish(&r, &g);
		s = rig_node(&g, "z")->op;
		cr_assert_eq(s->total, 20000);
		cr_assert_eq(s->rows, 200 * 37);
		cr_assert_eq(tw_table_count(rig_node(&g, "c")->tables[0]), 0);
		rig_close(&g);
	}
}
