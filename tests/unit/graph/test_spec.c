/* A graph file as plain data: every key, defaults, queues, edges. */
#include "help.h"

#include <errno.h>

static const char full[] =
	"{\"$schema\": \"x\", \"thalweg\": \"1\", \"name\": \"full\", \"description\": \"all keys\", \"delivery\": "
	"\"at_most_once\","
	"\"defaults\": {\"queue\": {\"slots\": 100, \"full\": \"drop_newest\"}, \"wait\": \"park\", \"on_error\": "
	"\"drop\"},"
	"\"nodes\": {"
	"\"a\": {\"op\": \"gen\", \"config\": {\"x\": [1, {\"y\": null}]}, \"uid\": \"u/1\", \"doc\": \"makes\","
	" \"watermark\": {\"field\": \"ts\", \"delay\": \"2ms\", \"idle_after\": \"0s\", \"max_future\": 5}},"
	"\"b\": {\"op\": \"acme.enrich\", \"parallelism\": 1, \"by\": [\"k\", \"l\"], \"order\": \"event_time\","
	" \"on_error\": \"fail\", \"place\": {\"share\": \"l2\", \"near\": \"a\"}},"
	"\"c\": {\"op\": \"null_out\", \"watermark\": {\"field\": \"f\"}, \"place\": {\"near\": \"b\"}}},"
	"\"edges\": [\"a -> b\", {\"from\": \"b.left\", \"to\": \"c.in\", \"queue\": {\"slots\": 4096, \"full\": "
	"\"drop_oldest\"}},"
	" {\"from\": \"a.err\", \"to\": \"c\", \"queue\": {\"slots\": 3}}, \"b.err->c.in\"]}";

Test(spec, all_keys)
{
	struct tw_diags d;
	struct tw_spec *s;

	tw_diags_init(&d);
	cr_assert_eq(tw_spec_parse("full.json", full, strlen(full), NULL, 0, &s, &d), 0, "%s", first(&d));
	cr_expect_str_eq(s->path, "full.json");
	cr_expect_str_eq(s->name, "full");
	cr_expect_str_eq(s->description, "all keys");
	cr_expect_eq(s->wait, TW_WAIT_PARK);
	cr_assert_eq(s->n_nodes, 3);
	cr_expect_str_eq(s->nodes[0].id, "a");
	cr_expect_str_eq(s->nodes[0].uid, "u/1");
	cr_expect_str_eq(s->nodes[1].uid, "b");
	cr_expect_str_eq(s->nodes[0].doc, "makes");
	cr_expect_null(s->nodes[1].doc);
	cr_expect_str_eq(s->nodes[1].op, "acme.enrich");
	cr_expect_eq(tw_json_len(s->nodes[0].config), 1);
	cr_expect_eq(tw_json_len(s->nodes[1].config), 0);
	cr_expect_str_eq(s->nodes[0].watermark.field, "ts");
	cr_expect_eq(s->nodes[0].watermark.delay_ns, 2000000);
	cr_expect_eq(s->nodes[0].watermark.idle_after_ns, 0);
	cr_expect_eq(s->nodes[0].watermark.max_future_ns, 5);
	cr_expect_null(s->nodes[1].watermark.field);
	cr_expect_eq(s->nodes[2].watermark.delay_ns, 0);
	cr_expect_eq(s->nodes[2].watermark.idle_after_ns, 1000000000);
	cr_expect_eq(s->nodes[2].watermark.max_future_ns, 60000000000);
	cr_assert_eq(s->nodes[1].n_by, 2);
	cr_expect_str_eq(s->nodes[1].by[1], "l");
	cr_expect_eq(s->nodes[0].order, TW_ORDER_ARRIVAL);
	cr_expect_eq(s->nodes[1].order, TW_ORDER_EVENT_TIME);
	cr_expect_eq(s->nodes[0].on_error, TW_ON_ERROR_DROP);
	cr_expect_eq(s->nodes[1].on_error, TW_ON_ERROR_FAIL);
	cr_expect_eq(s->nodes[0].share, TW_SHARE_ANY);
	cr_expect_eq(s->nodes[1].share, TW_SHARE_L2);
	cr_expect_eq(s->nodes[2].share, TW_SHARE_ANY);
	cr_expect_str_eq(s->nodes[1].near, "a");
	cr_expect_str_eq(s->nodes[2].pointer, "/nodes/c");
	cr_expect_eq(tw_spec_find(s, "c"), 2);
	cr_expect_eq(tw_spec_find(s, "d"), TW_NONE);
	tw_spec_destroy(s);
	tw_diags_fini(&d);
}

Test(spec, edges)
{
	struct tw_diags d;
	struct tw_spec *s;

	tw_diags_init(&d);
	cr_assert_eq(tw_spec_parse("full.json", full, strlen(full), NULL, 0, &s, &d), 0, "%s", first(&d));
	cr_assert_eq(s->n_edges, 4);
	cr_expect(s->edges[0].from == 0 && s->edges[0].to == 1);
	cr_expect_null(s->edges[0].from_port);
	cr_expect_null(s->edges[0].to_port);
	cr_expect_eq(s->edges[0].slots, 128, "rounded up");
	cr_expect_eq(s->edges[0].full, TW_FULL_DROP_NEWEST);
	cr_expect(s->edges[0].is_short);
	cr_expect_eq(s->edges[0].to_offset, 5);
	cr_expect_str_eq(s->edges[1].from_port, "left");
	cr_expect_str_eq(s->edges[1].to_port, "in");
	cr_expect(!s->edges[1].is_short);
	cr_expect_eq(s->edges[1].slots, 4096);
	cr_expect_eq(s->edges[1].full, TW_FULL_DROP_OLDEST);
	cr_expect_eq(s->edges[2].slots, 4);
	cr_expect_eq(s->edges[2].full, TW_FULL_DROP_NEWEST, "what the edge does not say is the default's");
	cr_expect_str_eq(s->edges[3].from_port, "err");
	cr_expect_str_eq(s->edges[3].pointer, "/edges/3");
	tw_spec_destroy(s);
	tw_diags_fini(&d);
}

Test(spec, plain_defaults)
{
	struct tried t =
		try_graph(GRAPH("", "\"a\": {\"op\": \"gen\"}, \"b\": {\"op\": \"null_out\"}", "\"a -> b\""), NULL, 0);

	cr_assert_not_null(t.checked, "%s", first(&t.d));
	cr_expect_eq(t.spec->edges[0].slots, TW_SLOTS_DEFAULT);
	cr_expect_eq(t.spec->edges[0].full, TW_FULL_BLOCK);
	cr_expect_eq(t.spec->wait, TW_WAIT_ADAPTIVE);
	cr_expect_eq(t.spec->nodes[0].on_error, TW_ON_ERROR_COUNT);
	cr_expect_eq(t.spec->nodes[0].parallelism, 1);
	end_try(&t);
}

Test(spec, files)
{
	struct tw_spec *s = (struct tw_spec *)1;
	struct tw_diags d;

	tw_diags_init(&d);
	cr_expect_eq(tw_spec_load("/nowhere/g.json", NULL, 0, &s, &d), -ENOENT);
	cr_expect_null(s);
	cr_expect_eq(d.n, 1);
	cr_expect(says(&d, "No such file"), "%s", first(&d));
	cr_expect_eq(tw_spec_load(TW_SOURCE_DIR "/graphs/invalid/bad_name/graph.json", NULL, 0, &s, &d), -EINVAL);
	cr_assert_not_null(s);
	cr_expect(s->has_errors && s->text_len > 0);
	tw_spec_destroy(s);
	tw_diags_fini(&d);
}
