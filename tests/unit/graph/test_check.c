/* Ports, wiring, order: what graphs/invalid can't show with real operators. */
#include "help.h"

#define JOIN                                                                                                           \
	"\"a\": {\"op\": \"gen\"}, \"b\": {\"op\": \"gen\"}, \"j\": {\"op\": \"join2\"}, \"o\": {\"op\": "             \
	"\"null_out\"}"

Test(check, ports)
{
	struct tried t = try_graph(
		GRAPH("", JOIN, "\"a -> j\", \"b -> j.right\", \"j -> o\", \"j.err -> o\", \"o.err -> j\""), NULL, 0);

	cr_expect_null(t.checked, "o.err -> j closes a cycle");
	cr_expect(says(&t.d, "cycle: j -> o -> j"), "%s", first(&t.d));
	end_try(&t);
	t = try_graph(GRAPH("", JOIN, "\"a -> j\", \"b -> j.right\", \"b.out -> j.left\", \"j -> o\", \"j.err -> o\""),
		      NULL, 0);
	cr_assert_not_null(t.checked, "%s", first(&t.d));
	cr_expect_eq(t.checked->to_port[0], 0);
	cr_expect_eq(t.checked->to_port[1], 1);
	cr_expect_eq(t.checked->from_port[2], 0);
	cr_expect_eq(t.checked->from_port[4], TW_PORT_ERR);
	cr_expect_eq(t.d.n, 0);
	end_try(&t);
}

Test(check, unwired_and_unread)
{
	struct tried t = try_graph(GRAPH("", JOIN, "\"a -> j\", \"b -> j.left\", \"j -> o\""), NULL, 0);

	cr_expect_null(t.checked);
	cr_expect(says(&t.d, "no edge leads to input \"right\" of node \"j\""), "%s", first(&t.d));
	cr_expect(says(&t.d, "-> j.right\""));
	cr_expect_eq(t.d.n_errors, 1);
	end_try(&t);
	t = try_graph(GRAPH("",
			    "\"a\": {\"op\": \"gen\"}, \"w\": {\"op\": \"window\", \"config\": {\"size\": 5}}, \"o\": "
			    "{\"op\": "
			    "\"null_out\"}",
			    "\"a -> w\", \"w -> o\""),
		      NULL, 0);
	cr_assert_not_null(t.checked, "%s", first(&t.d));
	cr_expect_eq(t.d.n_errors, 0);
	cr_assert_eq(t.d.n, 1);
	cr_expect(t.d.items[0].warning);
	cr_expect(says(&t.d, "output \"late\" of node \"w\""), "%s", first(&t.d));
	end_try(&t);
}

Test(check, dynamic_outputs)
{
	struct tried t = try_graph(
		GRAPH("", "\"a\": {\"op\": \"gen\"}, \"r\": {\"op\": \"route\"}, \"o\": {\"op\": \"null_out\"}",
		      "\"a -> r\", \"r.big -> o\", \"r.small -> o\", \"r.err -> o\", \"r -> o\""),
		NULL, 0);

	cr_assert_not_null(t.checked, "%s", first(&t.d));
	cr_expect_eq(t.checked->from_port[1], TW_NONE);
	cr_expect_eq(t.checked->from_port[2], TW_NONE);
	cr_expect_eq(t.checked->from_port[3], TW_PORT_ERR);
	end_try(&t);
	t = try_graph(GRAPH("", "\"a\": {\"op\": \"gen\"}, \"r\": {\"op\": \"route\"}, \"o\": {\"op\": \"null_out\"}",
			    "\"a -> r\", \"r.big -> o\", \"r.big -> o\""),
		      NULL, 0);
	cr_expect(says(&t.d, "the same as /edges/1"), "%s", first(&t.d));
	end_try(&t);
}

Test(check, config)
{
	struct tried t = try_graph(
		GRAPH("",
		      "\"a\": {\"op\": \"gen\"}, \"w\": {\"op\": \"window\", \"config\": {\"size\": \"10s\"}}, "
		      "\"o\": {\"op\": \"null_out\"}",
		      "\"a -> w\", \"w -> o\", \"w.late -> o\""),
		NULL, 0);

	cr_assert_not_null(t.checked, "%s", first(&t.d));
	cr_expect_eq(tw_json_i64(tw_json_get(t.checked->config[1], "keep")), 3, "the default is filled in");
	cr_expect_null(tw_json_get(t.spec->nodes[1].config, "keep"), "in a copy");
	end_try(&t);
	t = try_graph(GRAPH("",
			    "\n\"a\": {\"op\": \"gen\"}, \"w\": {\"op\": \"window\",\n \"config\": {\"size\": \"ten\", "
			    "\"kep\": 1}}, "
			    "\"o\": {\"op\": \"null_out\", \"config\": {\"x\": 1}}, \"f\": {\"op\": \"file_out\"}",
			    "\"a -> w\", \"w -> o\", \"w -> f\""),
		      NULL, 0);
	cr_expect_null(t.checked);
	cr_expect_eq(t.d.n_errors, 4);
	cr_expect(says(&t.d, "\"size\" must be a duration such as \"10s\", got \"ten\""));
	cr_expect(says(&t.d, "unknown key \"kep\" in \"config\""));
	cr_expect(says(&t.d, "did you mean \"keep\"?"));
	cr_expect(says(&t.d, "operator \"null_out\" takes no config"));
	cr_expect(says(&t.d, "\"config\" needs \"path\""));
	cr_expect(says(&t.d, "\"path\": the file"));
	cr_expect_eq(t.d.items[t.d.n - 4].line, 3, "at the value");
	end_try(&t);
}

/* One fault is one error: what hangs on it is not judged. */
Test(check, no_echo)
{
	struct tried t = try_graph(
		GRAPH("", "\"a\": {\"op\": \"genn\"}, \"j\": {\"op\": \"join2\"}, \"o\": {\"op\": \"null_out\"}",
		      "\"a.x -> j.left\", \"a -> j.rihgt\", \"j -> o\""),
		NULL, 0);

	cr_expect_eq(t.d.n_errors, 2);
	cr_expect(says(&t.d, "did you mean \"gen\"?"), "%s", first(&t.d));
	cr_expect(says(&t.d, "did you mean \"right\"?"), "%s", first(&t.d));
	end_try(&t);
	t = try_graph(GRAPH("", "\"w\": {\"op\": \"window\", \"config\": {\"size\": \"${nope}\"}}", "\"a -> w\""), NULL,
		      0);
	cr_expect_eq(t.d.n_errors, 2, "%s", first(&t.d));
	end_try(&t);
}

/* Against the definition: every edge leads forward, every node stands once. */
Test(check, order_of_random_graphs)
{
	uint32_t seed = 12345, edges_max = 60;

	for (int round = 0; round < 200; round++) {
		char text[8192];
		uint32_t n = 2 + (uint32_t)round % 20, place[32], seen = 0;
		int len = snprintf(text, sizeof text,
				   "{\"thalweg\": \"1\", \"name\": \"r\", \"nodes\": {\"s\": {\"op\": \"gen\"}");
		struct tried t;

		for (uint32_t i = 0; i < n; i++)
			len += snprintf(text + len, sizeof text - (size_t)len, ", \"n%u\": {\"op\": \"expr\"}", i);
		len += snprintf(text + len, sizeof text - (size_t)len, "}, \"edges\": [\"s -> n0\"");
		for (uint32_t i = 1; i < n; i++)
			len += snprintf(text + len, sizeof text - (size_t)len, ", \"s -> n%u\"", i);
		/* Edges go from higher to lower numbers of a shuffled kind: i -> j iff (i * 7) % 23 < (j * 7) % 23. */
		for (uint32_t k = 0; k < edges_max; k++) {
			uint32_t i, j;

			seed = seed * 1664525u + 1013904223u;
			i = (seed >> 8) % n;
			j = (seed >> 16) % n;
			if ((i * 7) % 23 < (j * 7) % 23)
				len += snprintf(text + len, sizeof text - (size_t)len, ", \"n%u%s -> n%u\"", i,
						k % 3 ? "" : ".err", j);
		}
		snprintf(text + len, sizeof text - (size_t)len, "]}");
		t = try_graph(text, NULL, 0);
		if (!t.checked) {
			for (uint32_t i = 0; i < t.d.n; i++)
				cr_expect(t.d.items[i].warning || strstr(t.d.items[i].what, "is the same as"),
					  "seed 12345, round %d: %s", round, t.d.items[i].what);
			end_try(&t);
			continue;
		}
		for (uint32_t i = 0; i < t.spec->n_nodes; i++) {
			place[t.checked->topo[i]] = i;
			seen |= 1u << t.checked->topo[i];
		}
		cr_expect_eq(seen, (1u << t.spec->n_nodes) - 1);
		for (uint32_t i = 0; i < t.spec->n_edges; i++)
			cr_expect_lt(place[t.spec->edges[i].from], place[t.spec->edges[i].to]);
		end_try(&t);
	}
}

Test(check, long_cycle)
{
	static char text[64 * 1024];
	int len = snprintf(text, sizeof text,
			   "{\"thalweg\": \"1\", \"name\": \"r\", \"nodes\": {\"s\": {\"op\": \"gen\"}");
	struct tried t;

	for (int i = 0; i < 800; i++)
		len += snprintf(text + len, sizeof text - (size_t)len, ", \"n%d\": {\"op\": \"expr\"}", i);
	len += snprintf(text + len, sizeof text - (size_t)len, "}, \"edges\": [\"s -> n0\"");
	for (int i = 0; i < 800; i++)
		len += snprintf(text + len, sizeof text - (size_t)len, ", \"n%d -> n%d\"", i, (i + 1) % 800);
	snprintf(text + len, sizeof text - (size_t)len, "]}");
	t = try_graph(text, NULL, 0);
	cr_expect_eq(t.d.n_errors, 1);
	cr_expect(says(&t.d, "n0 -> n1 -> n2 -> n3 -> n4 -> n5 -> (788 more) -> n794"), "%s", first(&t.d));
	cr_expect_str_eq(t.d.items[0].pointer, "/edges/800");
	end_try(&t);
}
