/*
 * test_fake.c - the fake host finds what it promises to find: small operators, most
 * of them wrong in one way each.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <thalweg/ext/finish.h>
#include <thalweg/ext/io.h>
#include <thalweg/ext/lease.h>
#include <thalweg/ext/source.h>
#include <thalweg/ext/state.h>
#include <thalweg/ext/timer.h>
#include <thalweg/ext/watermark.h>
#include <thalweg/thalweg.h>
#include <tw_test.h>

static const char *const one_in[] = {"in", NULL};
static const char *const one_out[] = {"out", NULL};
static const char *const two_out[] = {"a", "b", NULL};

#define ROWS "{\"n\":1,\"s\":\"short\"}\n{\"n\":2,\"s\":\"a text that is no longer inline\"}\n{\"n\":null,\"s\":null}\n"

/* --- operators that are wrong on purpose; the config's "do" says how --- */

enum wrong {
	NOTHING,
	KEEP,
	TWICE,
	WRITE_INPUT,
	BAD_VIEW,
	LATE_WRITE,
	UNSELECT_NOT,
	ERROR_TWICE,
	COUNTER,
	TOO_MANY,
	SPIN
};

struct plan {
	enum wrong wrong;
	const struct tw_field *n, *s, *twice, *text;
};

static int bind_wrong(struct tw_bind *b)
{
	struct plan *p = tw_bind_plan(b, sizeof *p);

	p->wrong = (enum wrong)tw_conf_i64(b, "do");
	p->n = b->host->field(b, 0, NULL, "n");
	p->s = b->host->field(b, 0, NULL, "s");
	p->twice = tw_bind_add(b, 0, "twice", TW_I64, 1);
	p->text = tw_bind_add(b, 0, "text", TW_STR, 1);
	return tw_bind_end(b);
}

static void compute(const struct plan *p, struct tw_batch *b)
{
	uint32_t i;

	for (i = 0; i < b->n; i++) /* over all rows: garbage may be computed with, not trusted */
		((uint64_t *)tw_col(b, p->twice))[i] = 2 * ((const uint64_t *)tw_col(b, p->n))[i];
	memcpy(tw_nulls(b, p->twice), tw_nulls(b, p->n), (b->n + 7) / 8);
	memset(tw_nulls(b, p->text), 0, (b->n + 7) / 8);
}

static int process_wrong(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	const struct plan *p = op;
	int64_t *n;

	if (!b)
		return TW_MORE;
	n = tw_col(b, p->n);
	compute(p, b);
	switch (p->wrong) {
	case KEEP: return TW_DONE;
	case TWICE: ctx->host->drop(ctx, b); break;
	case WRITE_INPUT: n[tw_row(b, 0)]++; break;
	case BAD_VIEW:
		tw_set_valid(b, p->text, tw_row(b, 0), 1); /* its view is garbage */
		break;
	case UNSELECT_NOT: ctx->host->row_error(ctx, b, tw_row(b, 0), NULL, "bad"); break;
	case ERROR_TWICE:
		ctx->host->row_error(ctx, b, tw_row(b, 0), NULL, "bad");
		ctx->host->row_error(ctx, b, tw_row(b, 0), NULL, "bad");
		break;
	case COUNTER: ctx->host->counter(ctx, "late"); break;
	case SPIN: return TW_WAIT;
	default: break;
	}
	tw_emit(ctx, port, b);
	if (p->wrong == TOO_MANY)
		tw_emit(ctx, port, b);
	if (p->wrong == LATE_WRITE)
		((int64_t *)tw_col(b, p->twice))[tw_row(b, 0)]++;
	return TW_DONE;
}

static const struct tw_kind wrong_kind = {
	.id = "wrong",
	.version = "1.0.0",
	.help = "Wrong.",
	.config = "{\"properties\": {\"do\": {\"type\": \"integer\", \"default\": 0}}}",
	.in = one_in,
	.out = one_out,
	.max_out = 1,
	.bind = bind_wrong,
	.process = process_wrong,
};

static void run_wrong(enum wrong wrong)
{
	struct tw_test *t;
	char config[32];

	snprintf(config, sizeof config, "{\"do\":%d}", wrong);
	cr_assert_eq(tw_test_open(&wrong_kind, config, "n:i64?,s:str?", &t), 0);
	tw_test_feed_json(t, ROWS, 3, TW_TEST_DECOYS);
	tw_test_finish(t);
	tw_test_close(t);
}

Test(fake, lets_a_right_operator_pass)
{
	char *got = tw_test_every_way(&wrong_kind, NULL, "n:i64?,s:str?", ROWS, 0, 0);

	cr_assert_str_eq(got, "{\"n\":1,\"s\":\"short\",\"twice\":2,\"text\":null}\n"
			      "{\"n\":2,\"s\":\"a text that is no longer inline\",\"twice\":4,\"text\":null}\n"
			      "{\"n\":null,\"s\":null,\"twice\":null,\"text\":null}\n");
	free(got);
}

Test(fake, finds_a_batch_that_was_kept, .signal = SIGABRT)
{
	run_wrong(KEEP);
}

Test(fake, finds_a_batch_let_go_twice, .signal = SIGABRT)
{
	run_wrong(TWICE);
}

Test(fake, finds_a_written_input_column, .signal = SIGABRT)
{
	run_wrong(WRITE_INPUT);
}

Test(fake, finds_a_view_of_nowhere, .signal = SIGABRT)
{
	run_wrong(BAD_VIEW);
}

Test(fake, finds_a_write_after_emit, .signal = SIGABRT)
{
	run_wrong(LATE_WRITE);
}

Test(fake, finds_a_bad_row_that_goes_on, .signal = SIGABRT)
{
	run_wrong(UNSELECT_NOT);
}

Test(fake, finds_two_errors_for_one_row, .signal = SIGABRT)
{
	run_wrong(ERROR_TWICE);
}

Test(fake, finds_a_control_call_from_process, .signal = SIGABRT)
{
	run_wrong(COUNTER);
}

Test(fake, finds_a_batch_emitted_past_max_out, .signal = SIGABRT)
{
	run_wrong(TOO_MANY);
}

Test(fake, finds_a_wait_for_nothing, .signal = SIGABRT)
{
	run_wrong(SPIN);
}

/* --- a source with raw buffers and io: lines of a text in memory --- */

struct lines {
	const struct tw_field *line;
	struct tw_io req;
	struct tw_raw *raw;
	const char *text;
	uint32_t at;
};

static int bind_lines(struct tw_bind *b)
{
	struct lines *l = tw_bind_plan(b, sizeof *l);

	l->line = tw_bind_add(b, 0, "line", TW_STR, 0);
	l->text = tw_conf_str(b, "text");
	b->host->raw(b, 64, 2);
	return tw_bind_end(b);
}

static int64_t read_some(struct tw_io *req)
{
	struct lines *l = req->user;
	size_t left = strlen(l->text), take = left < 40 ? left : 40;

	while (take && take < left && l->text[take - 1] != '\n')
		take--;
	memcpy(l->raw->data, l->text, take);
	l->text += take;
	return (int64_t)take;
}

static int create_lines(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct lines *l = malloc(sizeof *l);

	(void)ctx;
	*l = *(const struct lines *)plan;
	l->req.run = read_some;
	l->req.user = l;
	*op = l;
	return 0;
}

static void destroy_lines(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(op);
}

static int emit_lines(struct tw_ctx *ctx, struct lines *l)
{
	struct tw_batch *b = tw_batch_new(ctx, 0, 8);
	const char *text = l->raw->data;
	uint32_t n = 0, buf;

	if (!b)
		return TW_DONE;
	buf = (uint32_t)ctx->host->raw_attach(ctx, b, l->raw);
	while (n < TW_CLASS_ROWS(b->cls) && l->at < l->raw->len) {
		const char *end = memchr(text + l->at, '\n', l->raw->len - l->at);
		uint32_t len = (uint32_t)(end - text) - l->at;

		tw_view_set((struct tw_view *)tw_col(b, l->line) + n++, buf, l->at, text + l->at, len);
		l->at += len + 1;
	}
	tw_fill(b, n);
	tw_emit(ctx, 0, b);
	if (l->at == l->raw->len) {
		ctx->host->raw_drop(ctx, l->raw);
		l->raw = NULL;
	}
	return TW_DONE;
}

static int poll_lines(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	const struct tw_io_host *io = ctx->host->extension(ctx, TW_EXT_IO);
	struct lines *l = op;

	(void)budget;
	if (l->req.busy)
		return TW_WAIT;
	if (l->raw && l->raw->len)
		return emit_lines(ctx, l);
	if (l->raw && l->req.result == 0) {
		ctx->host->raw_drop(ctx, l->raw);
		return TW_EOS;
	}
	if (l->raw) {
		l->raw->len = (uint32_t)l->req.result;
		l->at = 0;
		return TW_DONE;
	}
	l->raw = ctx->host->raw_new(ctx);
	if (l->raw)
		io->submit(ctx, &l->req);
	return TW_WAIT;
}

static const void *extension_lines(const char *id)
{
	static const struct tw_source source = {.poll = poll_lines};

	return strcmp(id, TW_EXT_SOURCE) == 0 ? &source : NULL;
}

static const struct tw_kind lines_kind = {
	.id = "lines",
	.version = "1.0.0",
	.help = "Lines of a text.",
	.config = "{\"properties\": {\"text\": {\"type\": \"string\"}}}",
	.out = one_out,
	.max_out = 2,
	.bind = bind_lines,
	.create = create_lines,
	.destroy = destroy_lines,
	.extension = extension_lines,
};

Test(fake, runs_a_source_with_raw_buffers_and_io)
{
	struct tw_test *t;

	cr_assert_eq(tw_test_open(&lines_kind, "{\"text\": \"one\\ntwo is a longer line than that\\nthree\\nfour\\n\"}",
				  NULL, &t),
		     0);
	cr_assert_eq(tw_test_run(t, 4), TW_EOS);
	tw_test_finish(t);
	cr_assert_str_eq(tw_test_rows(t, 0), "{\"line\":\"one\"}\n{\"line\":\"two is a longer line than that\"}\n"
					     "{\"line\":\"three\"}\n{\"line\":\"four\"}\n");
	tw_test_close(t);
}

/* --- state, watermark, new batches: a count by key, told at a watermark --- */

struct count_plan {
	const struct tw_field *out_key, *out_n;
	uint32_t table;
};

struct count {
	struct count_plan p;
	const struct tw_state_host *state;
	const struct tw_timer_host *timer;
	uint32_t counter;
};

static int bind_count(struct tw_bind *b)
{
	static const uint8_t types[] = {TW_VALUE_I64, TW_VALUE_BLOB};
	struct count_plan *p = tw_bind_plan(b, sizeof *p);
	const struct tw_field *key = b->host->field(b, 0, NULL, "s");
	const struct tw_state_spec spec = {
		.name = "counts", .version = 1, .n_keys = 1, .keys = &key, .n_values = 2, .types = types};

	if (!key)
		return tw_bind_end(b);
	b->host->out_new(b, 0);
	p->out_key = tw_bind_add(b, 0, "s", TW_STR, 1);
	p->out_n = tw_bind_add(b, 0, "count", TW_I64, 0);
	b->host->text(b);
	p->table = b->host->state(b, &spec);
	return tw_bind_end(b);
}

static int create_count(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct count *c = calloc(1, sizeof *c);

	c->p = *(const struct count_plan *)plan;
	c->state = ctx->host->extension(ctx, TW_EXT_STATE);
	c->timer = ctx->host->extension(ctx, TW_EXT_TIMER);
	c->counter = ctx->host->counter(ctx, "no_room");
	c->timer->arm(ctx, 1767225601000000000);
	*op = c;
	return 0;
}

static int process_count(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct count *c = op;
	int64_t *slots[TW_MAX_ROWS];
	uint32_t i;

	(void)port;
	ctx->host->count(ctx, c->counter, c->state->upsert(ctx, c->p.table, b, NULL, b->n_sel, NULL, (void **)slots));
	for (i = 0; i < b->n_sel; i++) {
		struct tw_blob *blob = slots[i] ? (struct tw_blob *)(slots[i] + 1) : NULL;
		char *xs;

		if (!slots[i])
			continue;
		slots[i][0]++;
		xs = c->state->blob_write(ctx, c->p.table, blob, blob->len + 1);
		memset(xs, 'x', blob->len);
	}
	return tw_drop(ctx, b);
}

static int tell_count(struct tw_ctx *ctx, void *op, int64_t wm)
{
	struct count *c = op;
	struct tw_batch *b;
	int64_t *slots[8], ns;
	uint32_t i, n;

	(void)wm;
	if (!c->state->first_ns(ctx, c->p.table, &ns))
		return TW_DONE;
	b = tw_batch_new(ctx, 0, 8);
	if (!b)
		return TW_MORE;
	n = c->state->scan(ctx, c->p.table, ns, (void **)slots, TW_CLASS_ROWS(b->cls));
	for (i = 0; i < n; i++) {
		const struct tw_blob *blob = (const struct tw_blob *)(slots[i] + 1);
		const char *xs = c->state->blob(ctx, c->p.table, blob);

		cr_assert(blob->len == (uint64_t)slots[i][0] && xs[blob->len - 1] == 'x');
		c->state->key(ctx, c->p.table, slots[i], 0, b, c->p.out_key, i);
		tw_set_i64(b, c->p.out_n, i, slots[i][0]);
	}
	c->state->remove(ctx, c->p.table, (void *const *)slots, n);
	tw_fill(b, n);
	tw_emit(ctx, 0, b);
	return TW_MORE;
}

static const void *extension_count(const char *id)
{
	static const struct tw_watermark watermark = {.on_watermark = tell_count};
	static const struct tw_timer timer = {.on_timer = tell_count};

	if (strcmp(id, TW_EXT_TIMER) == 0)
		return &timer;
	return strcmp(id, TW_EXT_WATERMARK) == 0 ? &watermark : NULL;
}

static void destroy_count(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(op);
}

static const struct tw_kind count_kind = {
	.id = "count",
	.version = "1.0.0",
	.help = "Counts.",
	.in = one_in,
	.out = one_out,
	.max_out = 1,
	.bind = bind_count,
	.create = create_count,
	.destroy = destroy_count,
	.process = process_count,
	.extension = extension_count,
};

#define KEYS "{\"s\":\"b\"}\n{\"s\":\"a key longer than inline\"}\n{\"s\":\"b\"}\n{\"s\":null}\n{\"s\":\"\"}\n"

Test(fake, keeps_state_by_key)
{
	char *got = tw_test_every_way(&count_kind, NULL, "s:str?", KEYS KEYS, 0, 1);

	cr_assert_str_eq(got, "{\"s\":\"\",\"count\":2}\n{\"s\":\"a key longer than inline\",\"count\":2}\n"
			      "{\"s\":\"b\",\"count\":4}\n{\"s\":null,\"count\":2}\n");
	free(got);
}

Test(fake, calls_the_timer_when_it_is_due)
{
	struct tw_test *t;

	cr_assert_eq(tw_test_open(&count_kind, NULL, "s:str?", &t), 0);
	cr_assert_eq(tw_test_feed_json(t, KEYS, 8, TW_TEST_DENSE), 0);
	cr_assert_eq(tw_test_entries(t, 0), 4);
	cr_assert_eq(tw_test_time(t, tw_test_alarm(t) - 1), 0);
	cr_assert_str_eq(tw_test_rows(t, 0), "");
	cr_assert_eq(tw_test_time(t, tw_test_alarm(t)), 0);
	cr_assert_eq(tw_test_entries(t, 0), 0);
	cr_assert_eq(tw_test_alarm(t), INT64_MAX);
	tw_test_finish(t);
	tw_test_close(t);
}

Test(fake, state_has_a_limit)
{
	struct tw_test *t;

	cr_assert_eq(tw_test_open(&count_kind, NULL, "s:str?", &t), 0);
	tw_test_set(t, "entries", 2);
	cr_assert_eq(tw_test_feed_json(t, KEYS, 8, TW_TEST_DECOYS), 0);
	cr_assert_eq(tw_test_counter(t, "no_room"), 2);
	tw_test_finish(t);
	tw_test_close(t);
}

/* --- several outputs, left out, renamed, rewritten; failures --- */

static int bind_split(struct tw_bind *b)
{
	const struct tw_field **f = tw_bind_plan(b, 2 * sizeof *f);

	f[0] = b->host->field(b, 0, NULL, "n");
	b->host->out_pass(b, 0, 0);
	b->host->leave_out(b, 0, b->host->field(b, 0, NULL, "s"));
	b->host->rename(b, 0, f[0], "number");
	f[1] = b->host->rewrite(b, 1, f[0]);
	b->host->out_port(b, "c");
	return tw_bind_end(b);
}

/* By turns to port 0 as it is, and to port 1 with n one higher. */
static int process_split(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	const struct tw_field **f = op;
	int64_t *to;
	uint32_t i;

	(void)port;
	if (b->seq % 2 == 0)
		return tw_emit(ctx, 0, b);
	to = tw_writable(b, f[0], f[1]);
	for (i = 0; i < b->n_sel; i++)
		to[tw_row(b, i)]++;
	return tw_emit(ctx, 1, b);
}

static const struct tw_kind split_kind = {
	.id = "split",
	.version = "1.0.0",
	.help = "Splits.",
	.in = one_in,
	.out = two_out,
	.flags = TW_DYNAMIC_OUTPUTS,
	.max_out = 1,
	.bind = bind_split,
	.process = process_split,
};

static void split(int in_place)
{
	const struct tw_test_options options = {.in_place = in_place};
	struct tw_test *t;

	cr_assert_eq(tw_test_open_with(&split_kind, NULL, "n:i64,s:str", &options, &t), 0);
	cr_assert_str_eq(tw_test_schema(t, 0), "number:i64");
	cr_assert_str_eq(tw_test_schema(t, 1), "n:i64,s:str");
	cr_assert_str_eq(tw_test_port(t, 2), "c");
	cr_assert_null(tw_test_port(t, 3));
	tw_test_set(t, "clones", 0);
	tw_test_feed_json(t, "{\"n\":1,\"s\":\"x\"}\n{\"n\":2,\"s\":\"y\"}", 1, TW_TEST_DECOYS);
	tw_test_finish(t);
	cr_assert_str_eq(tw_test_rows(t, 0), "{\"number\":1}\n");
	cr_assert_str_eq(tw_test_rows(t, 1), "{\"n\":3,\"s\":\"y\"}\n");
	tw_test_close(t);
}

Test(fake, has_several_outputs_of_one_input)
{
	split(0);
}

Test(fake, can_rewrite_in_place)
{
	split(1);
}

static int bind_failing(struct tw_bind *b)
{
	const struct tw_conf *list = b->host->get(b->config, "list"), *value;
	const char *key;

	b->host->fail(b, b->host->at(list, 1, NULL), 5, "is wrong", "make it right");
	value = b->host->at(b->host->get(b->config, "map"), 0, &key);
	b->host->fail(b, value, -1, key, NULL);
	return b->host->fail(b, NULL, -1, "is all wrong", NULL);
}

static const struct tw_kind failing_kind = {
	.id = "failing",
	.version = "1.0.0",
	.help = "Fails.",
	.config = "{\"properties\": {\"map\": {\"default\": {\"k\": 0.5}}, \"list\": {\"type\": \"array\"}}}",
	.in = one_in,
	.bind = bind_failing,
	.process = process_split,
};

Test(fake, says_where_bind_failed)
{
	struct tw_test *t;

	cr_assert_eq(tw_test_open(&failing_kind, "{\"list\":[\"a\",\"b\"]}", "n:i64", &t), -22);
	cr_assert_str_eq(tw_test_error(t), "at=/list/1 offset=5: is wrong (make it right)\n"
					   "at=/map/k: k\n"
					   "at=: is all wrong\n");
	tw_test_close(t);
}
