/* Bad rows: each comes out of err with its reason and its text, which is not copied;
 * or is counted; or stops the graph. */
#include "rig.h"

#include "ops.h"
#include <errno.h>

#define GRAPH(nodes, edges) "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{" nodes "},\"edges\":[" edges "]}"

/* pick: sends rows whose id is divisible by {"bad"} to err, with their body. */
struct pick_plan {
	int64_t bad;
	const struct tw_field *id, *body;
};

static int pick_bind(struct tw_bind *b)
{
	struct pick_plan *p = tw_bind_plan(b, sizeof *p);

	p->bad = tw_conf_i64(b, "bad");
	p->id = b->host->field(b, 0, NULL, "id");
	p->body = b->host->field(b, 0, NULL, "body");
	return tw_bind_end(b);
}

static int pick_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	const struct pick_plan *p = op;
	char reason[200];
	uint32_t i, k = 0;

	(void)port;
	for (i = 0; i < b->n_sel; i++) {
		uint32_t r = tw_row(b, i);
		int64_t id = tw_get_i64(b, p->id, r);

		if (id % p->bad) {
			b->sel[k++] = (uint16_t)r;
			continue;
		}
		snprintf(reason, sizeof reason, "row %lld is bad%*s", (long long)id, id % 2 ? 150 : 0, "");
		ctx->host->row_error(ctx, b, r, p->body, reason);
	}
	tw_select(b, k);
	return k ? tw_emit(ctx, 0, b) : tw_drop(ctx, b);
}

static const struct tw_kind pick_kind = {
	.id = "pick",
	.version = "1",
	.help = "finds bad ones",
	.in = one_in,
	.out = one_out,
	.max_out = 1,
	.config = "{\"type\":\"object\",\"properties\":{\"bad\":{\"type\":\"integer\",\"default\":10}}}",
	.bind = pick_bind,
	.process = pick_process,
};

/* errs: a sink for err ports. */
struct errs_plan {
	const struct tw_field *node, *reason, *data, *at;
};

struct errs {
	const struct errs_plan *p;
	uint64_t rows, cut, inline_data;
	int64_t sum;
};

static int errs_bind(struct tw_bind *b)
{
	struct errs_plan *p = tw_bind_plan(b, sizeof *p);

	p->node = b->host->field(b, 0, NULL, "node");
	p->reason = b->host->field(b, 0, NULL, "reason");
	p->data = b->host->field(b, 0, NULL, "data");
	p->at = b->host->field(b, 0, NULL, "at");
	return tw_bind_end(b);
}

static int errs_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct errs *e = calloc(1, sizeof *e);

	(void)ctx;
	e->p = plan;
	*op = e;
	return 0;
}

static int errs_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct errs *e = op;
	uint32_t i, len, k;
	long long id;

	(void)port;
	for (i = 0; i < b->n_sel; i++) {
		uint32_t r = tw_row(b, i);
		const char *s = tw_get_text(b, e->p->node, r, &len);
		char reason[200] = "";

		cr_assert(len == 20 && memcmp(s, "a-node-with-long-id0", 20) == 0);
		s = tw_get_text(b, e->p->reason, r, &len);
		cr_assert_leq(len, 120);
		memcpy(reason, s, len);
		cr_assert_eq(sscanf(reason, "row %lld is bad", &id), 1, "\"%s\"", reason);
		e->cut += len == 120;
		s = tw_get_text(b, e->p->data, r, &len);
		cr_assert(!tw_is_null(b, e->p->data, r));
		for (k = 0; k < len; k++)
			cr_assert_eq(s[k], text_byte(id, k));
		e->inline_data += len <= TW_VIEW_INLINE;
		if (len > TW_VIEW_INLINE) /* it is where the source read it */
			cr_assert_lt(((const struct tw_view *)tw_col(b, e->p->data))[r].u.ref.buf, b->n_lent);
		cr_assert_gt(tw_get_i64(b, e->p->at, r), 1500000000000000000);
		e->rows++;
		e->sum += id;
	}
	return tw_drop(ctx, b);
}

static const struct tw_kind errs_kind = {
	.id = "errs",
	.version = "1",
	.help = "reads errors",
	.in = one_in,
	.bind = errs_bind,
	.create = errs_create,
	.destroy = seq_destroy,
	.process = errs_process,
};

static const struct tw_kind *const kinds[] = {&texts_kind, &tally_kind, &pick_kind, &errs_kind};

static const enum tw_wait waits[] = {TW_WAIT_PARK, TW_WAIT_ADAPTIVE};

static struct rig shape(uint32_t i)
{
	return (struct rig){
		.kinds = kinds, .n_kinds = 4, .workers = 1 + i % 3, .slots = i % 2 ? 2 : 64, .wait = waits[i / 3 % 2]};
}

#define PICK "\"a-node-with-long-id0\""

/* Every bad row comes out of err, with its reason and data, and no other. */
Test(errors, rows_to_err, .timeout = 60)
{
	static const uint32_t lens[] = {12, 13, 700};
	char graph[700];
	uint32_t i;

	for (i = 0; i < 12; i++) {
		struct rig r = shape(i);
		const struct errs *e;
		const struct tally *t;
		struct rig_graph g;
		const int64_t n = 20000, bad = i % 4 ? 10 : 1;
		const uint64_t n_bad = (uint64_t)(n / bad);

		snprintf(graph, sizeof graph,
			 GRAPH("\"a\":{\"op\":\"texts\",\"config\":{\"count\":%lld,\"len\":%u}}," PICK
			       ":{\"op\":\"pick\",\"config\":{\"bad\":%lld}},\"e\":{\"op\":\"errs\"},\"z\":{\"op\":"
			       "\"tally\"}",
			       "\"a -> a-node-with-long-id0\",\"a-node-with-long-id0 -> z\",\"a-node-with-long-id0.err "
			       "-> e\""),
			 (long long)n, lens[i % 3], (long long)bad);
		rig_open(&r, graph, &g);
		rig_finish(&r, &g);
		e = rig_node(&g, "e")->op;
		t = rig_node(&g, "z")->op;
		cr_assert_eq(e->rows, n_bad, "%llu of %llu errors came", (unsigned long long)e->rows,
			     (unsigned long long)n_bad);
		cr_assert_eq(e->sum, bad * (int64_t)(n_bad * (n_bad - 1) / 2));
		cr_assert_eq(e->inline_data, lens[i % 3] <= 12 ? n_bad : 0);
		cr_assert_eq(e->cut, bad == 1 ? n_bad / 2 : 0);
		cr_assert_eq(t->rows, (uint64_t)n - n_bad);
		cr_assert_eq(rig_node(&g, "a-node-with-long-id0")->errors, n_bad);
		cr_assert_eq(rig_node(&g, "a-node-with-long-id0")->errors_lost, 0);
		rig_close(&g);
	}
}

Test(errors, unwired_errors_are_counted)
{
	struct rig r = shape(1);
	struct rig_graph g;

	rig_open(&r,
		 GRAPH("\"a\":{\"op\":\"texts\",\"config\":{\"count\":5000}},\"p\":{\"op\":\"pick\"},\"z\":{\"op\":"
		       "\"tally\"}",
		       "\"a -> p\",\"p -> z\""),
		 &g);
	rig_finish(&r, &g);
	cr_assert_eq(rig_node(&g, "p")->errors, 500);
	cr_assert_eq(rig_node(&g, "p")->errors_lost, 500);
	cr_assert_eq(((const struct tally *)rig_node(&g, "z")->op)->rows, 4500);
	rig_close(&g);
}

Test(errors, on_error_fail_stops_and_names_the_node)
{
	struct rig r = shape(1);
	struct rig_graph g;

	rig_open(&r,
		 GRAPH("\"a\":{\"op\":\"texts\",\"config\":{\"count\":500000}},\"p\":{\"op\":\"pick\",\"on_error\":"
		       "\"fail\"},"
		       "\"z\":{\"op\":\"tally\"}",
		       "\"a -> p\",\"p -> z\""),
		 &g);
	cr_assert_eq(tw_run_start(g.run), 0);
	cr_assert(tw_run_wait(g.run, 20000));
	cr_assert(tw_run_failed(g.run));
	cr_assert_str_eq(g.run->why, "node \"p\": row 0 is bad");
	rig_close(&g);
}
