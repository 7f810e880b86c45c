/* Drawings of a graph, compared as a whole. */
#include "help.h"

#include <graph/draw.h>

static char *draw(void (*how)(const struct tw_checked *, const uint32_t *, FILE *), const uint32_t *workers)
{
	struct tried t = try_graph(
		GRAPH("",
		      "\"end\": {\"op\": \"gen\"}, \"r\": {\"op\": \"route\"}, \"b\": {\"op\": \"gen\"}, \"j\": "
		      "{\"op\": \"join2\"}, \"o\": {\"op\": \"null_out\"}",
		      "\"end -> r\", \"r.big -> j\", \"b -> j.right\", \"j -> o\", \"r.err -> o\", \"r.x -> j.right\""),
		NULL, 0);
	char *s = NULL;
	size_t size;
	FILE *out = open_memstream(&s, &size);

	cr_assert_not_null(t.checked, "%s", first(&t.d));
	how(t.checked, workers, out);
	fclose(out);
	end_try(&t);
	return s;
}

Test(draw, dot)
{
	char *s = draw(tw_draw_dot, NULL);

	cr_expect_str_eq(s,
			 "digraph \"g\" {\n"
			 "\trankdir=LR;\n"
			 "\tnode [shape=box, fontname=\"sans-serif\"];\n"
			 "\tedge [fontname=\"sans-serif\", fontsize=10];\n"
			 "\t\"end\" [label=\"end\\ngen\", style=\"rounded,filled\", fillcolor=\"#dff0d8\"];\n"
			 "\t\"r\" [label=\"r\\nroute\"];\n"
			 "\t\"b\" [label=\"b\\ngen\", style=\"rounded,filled\", fillcolor=\"#dff0d8\"];\n"
			 "\t\"j\" [label=\"j\\njoin2\"];\n"
			 "\t\"o\" [label=\"o\\nnull_out\", style=filled, fillcolor=\"#d9e8f5\"];\n"
			 "\t\"end\" -> \"r\" [label=\"\"];\n"
			 "\t\"r\" -> \"j\" [label=\"big\"];\n"
			 "\t\"b\" -> \"j\" [label=\"-> right\"];\n"
			 "\t\"j\" -> \"o\" [label=\"\"];\n"
			 "\t\"r\" -> \"o\" [label=\"err\", color=red, fontcolor=red, style=dashed];\n"
			 "\t\"r\" -> \"j\" [label=\"x -> right\"];\n"
			 "}\n",
			 "%s", s);
	free(s);
}

Test(draw, mermaid)
{
	char *s = draw(tw_draw_mermaid, NULL);

	cr_expect_str_eq(s,
			 "flowchart LR\n"
			 "\tn0([\"end<br/>gen\"])\n"
			 "\tn1[\"r<br/>route\"]\n"
			 "\tn2([\"b<br/>gen\"])\n"
			 "\tn3[\"j<br/>join2\"]\n"
			 "\tn4[[\"o<br/>null_out\"]]\n"
			 "\tn0 --> n1\n"
			 "\tn1 -->|\"big\"| n3\n"
			 "\tn2 -->|\"-#gt; right\"| n3\n"
			 "\tn3 --> n4\n"
			 "\tn1 -.->|\"err\"| n4\n"
			 "\tn1 -->|\"x -#gt; right\"| n3\n"
			 "\tlinkStyle 4 stroke:red,color:red\n",
			 "%s", s);
	free(s);
}

Test(draw, workers)
{
	const uint32_t workers[] = {0, 0, 1, 1, 1};
	char *dot = draw(tw_draw_dot, workers), *mermaid = draw(tw_draw_mermaid, workers);

	cr_expect_not_null(strstr(dot, "\tsubgraph cluster_1 {\n\tlabel=\"worker 1\";\n\t\"b\" ["), "%s", dot);
	cr_expect_not_null(strstr(mermaid, "\tsubgraph w1[\"worker 1\"]\n\tn2(["), "%s", mermaid);
	cr_expect_not_null(strstr(mermaid, "\tend\n\tn0 -->"), "%s", mermaid);
	free(dot);
	free(mermaid);
}
