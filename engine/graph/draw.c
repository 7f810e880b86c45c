/* graph/draw.c - a checked graph as DOT and Mermaid; see draw.h. */
#include <graph/draw.h>

#include <string.h>
#include <thalweg/types.h>

enum shape { SHAPE_SOURCE, SHAPE_MIDDLE, SHAPE_SINK };

static enum shape shape_of(const struct tw_kind *kind)
{
	if (!kind->in || !kind->in[0])
		return SHAPE_SOURCE;
	return (kind->out && kind->out[0]) || (kind->flags & TW_DYNAMIC_OUTPUTS) ? SHAPE_MIDDLE : SHAPE_SINK;
}

/* Ports that are not the usual ones: "late", "late -> right", "-> right". Returns buf. */
static const char *edge_label(const struct tw_checked *c, uint32_t edge, char *buf, size_t len)
{
	const struct tw_spec_edge *e = &c->spec->edges[edge];
	uint32_t from = c->from_port[edge], to = c->to_port[edge];
	const char *out = from == TW_PORT_ERR ? "err"
			  : from == 0         ? ""
			  : from == TW_NONE   ? e->from_port ? e->from_port : ""
					      : c->kind[e->from]->out[from];
	const char *in = to ? c->kind[e->to]->in[to] : "";

	snprintf(buf, len, "%s%s%s%s", out, *out && *in ? " " : "", *in ? "-> " : "", in);
	return buf;
}

static uint32_t count_workers(const struct tw_checked *c, const uint32_t *worker_of)
{
	uint32_t n = 0;

	for (uint32_t i = 0; worker_of && i < c->spec->n_nodes; i++)
		n = worker_of[i] >= n ? worker_of[i] + 1 : n;
	return n;
}

/* Text within double quotes of DOT. */
static void dot_text(FILE *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', out);
		fputc(*s == '\n' ? ' ' : *s, out);
	}
}

static void dot_node(const struct tw_checked *c, uint32_t i, FILE *out)
{
	static const char *const styles[] = {", style=\"rounded,filled\", fillcolor=\"#dff0d8\"", "",
					     ", style=filled, fillcolor=\"#d9e8f5\""};

	fputs("\t\"", out);
	dot_text(out, c->spec->nodes[i].id);
	fputs("\" [label=\"", out);
	dot_text(out, c->spec->nodes[i].id);
	fputs("\\n", out);
	dot_text(out, c->spec->nodes[i].op);
	fprintf(out, "\"%s];\n", styles[shape_of(c->kind[i])]);
}

static void dot_edge(const struct tw_checked *c, uint32_t i, FILE *out)
{
	char label[160];

	fputs("\t\"", out);
	dot_text(out, c->spec->nodes[c->spec->edges[i].from].id);
	fputs("\" -> \"", out);
	dot_text(out, c->spec->nodes[c->spec->edges[i].to].id);
	fputs("\" [label=\"", out);
	dot_text(out, edge_label(c, i, label, sizeof label));
	fprintf(out, "\"%s];\n", c->from_port[i] == TW_PORT_ERR ? ", color=red, fontcolor=red, style=dashed" : "");
}

void tw_draw_dot(const struct tw_checked *c, const uint32_t *worker_of, FILE *out)
{
	uint32_t n_workers = count_workers(c, worker_of);

	fputs("digraph \"", out);
	dot_text(out, c->spec->name);
	fputs("\" {\n\trankdir=LR;\n\tnode [shape=box, fontname=\"sans-serif\"];\n"
	      "\tedge [fontname=\"sans-serif\", fontsize=10];\n",
	      out);
	for (uint32_t w = 0; w < n_workers; w++) {
		fprintf(out, "\tsubgraph cluster_%u {\n\tlabel=\"worker %u\";\n", w, w);
		for (uint32_t i = 0; i < c->spec->n_nodes; i++) {
			if (worker_of[i] == w)
				dot_node(c, i, out);
		}
		fputs("\t}\n", out);
	}
	for (uint32_t i = 0; !worker_of && i < c->spec->n_nodes; i++)
		dot_node(c, i, out);
	for (uint32_t i = 0; i < c->spec->n_edges; i++)
		dot_edge(c, i, out);
	fputs("}\n", out);
}

/* Text within double quotes of Mermaid. */
static void mermaid_text(FILE *out, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '"': fputs("#quot;", out); break;
		case '<': fputs("#lt;", out); break;
		case '>': fputs("#gt;", out); break;
		case '#': fputs("#35;", out); break;
		default: fputc(*s, out);
		}
	}
}

/* Nodes are n0, n1...: ids may be words of Mermaid ("end"). */
static void mermaid_node(const struct tw_checked *c, uint32_t i, FILE *out)
{
	static const char *const brackets[][2] = {{"([", "])"}, {"[", "]"}, {"[[", "]]"}};
	enum shape shape = shape_of(c->kind[i]);

	fprintf(out, "\tn%u%s\"", i, brackets[shape][0]);
	mermaid_text(out, c->spec->nodes[i].id);
	fputs("<br/>", out);
	mermaid_text(out, c->spec->nodes[i].op);
	fprintf(out, "\"%s\n", brackets[shape][1]);
}

static void mermaid_edge(const struct tw_checked *c, uint32_t i, FILE *out)
{
	char label[160];

	fprintf(out, "\tn%u %s", c->spec->edges[i].from, c->from_port[i] == TW_PORT_ERR ? "-.->" : "-->");
	if (*edge_label(c, i, label, sizeof label)) {
		fputs("|\"", out);
		mermaid_text(out, label);
		fputs("\"|", out);
	}
	fprintf(out, " n%u\n", c->spec->edges[i].to);
}

void tw_draw_mermaid(const struct tw_checked *c, const uint32_t *worker_of, FILE *out)
{
	uint32_t n_workers = count_workers(c, worker_of);

	fputs("flowchart LR\n", out);
	for (uint32_t w = 0; w < n_workers; w++) {
		fprintf(out, "\tsubgraph w%u[\"worker %u\"]\n", w, w);
		for (uint32_t i = 0; i < c->spec->n_nodes; i++) {
			if (worker_of[i] == w)
				mermaid_node(c, i, out);
		}
		fputs("\tend\n", out);
	}
	for (uint32_t i = 0; !worker_of && i < c->spec->n_nodes; i++)
		mermaid_node(c, i, out);
	for (uint32_t i = 0; i < c->spec->n_edges; i++)
		mermaid_edge(c, i, out);
	for (uint32_t i = 0; i < c->spec->n_edges; i++) {
		if (c->from_port[i] == TW_PORT_ERR)
			fprintf(out, "\tlinkStyle %u stroke:red,color:red\n", i);
	}
}
