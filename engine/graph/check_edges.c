/* graph/check_edges.c - ports, and whether the wiring is whole. */
#include <graph/checking.h>
#include <graph/read.h>

#include <base/alloc.h>
#include <thalweg/types.h>

#include <stdlib.h>
#include <string.h>

static bool is_dynamic(const struct tw_kind *kind)
{
	return kind->flags & TW_DYNAMIC_OUTPUTS;
}

/* Number of a port in a kind's list, or TW_NONE. */
static uint32_t find_port(const char *const *names, const char *name)
{
	for (uint32_t i = 0; names && names[i]; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return TW_NONE;
}

/* One end of an edge, or its port's name there. */
struct end {
	uint32_t edge;
	bool is_from, at_port;
};

static void report(struct tw_checking *k, const struct end *x, const char *help, const char *what)
{
	const struct tw_spec_edge *e = &k->spec->edges[x->edge];
	const char *node = k->spec->nodes[x->is_from ? e->from : e->to].id;
	int offset = !e->is_short ? 0 : x->is_from ? e->from_offset : e->to_offset;
	char pointer[64];

	snprintf(pointer, sizeof pointer, "%s%s", e->pointer, e->is_short ? "" : x->is_from ? "/from" : "/to");
	if (x->at_port)
		offset += (int)strlen(node) + 1;
	tw_diag_error_offset(k->d, pointer, offset, help, "%s", what);
}

static void report_port(struct tw_checking *k, uint32_t edge, bool is_from, const char *const *names)
{
	const struct tw_spec_edge *e = &k->spec->edges[edge];
	const char *port = is_from ? e->from_port : e->to_port;
	const struct tw_spec_node *n = &k->spec->nodes[is_from ? e->from : e->to];
	const char *known[TW_CHECK_PORTS + 1];
	uint32_t n_known = 0;
	char help[256], what[256];

	while (names && names[n_known] && n_known < TW_CHECK_PORTS) {
		known[n_known] = names[n_known];
		n_known++;
	}
	if (is_from)
		known[n_known++] = "err";
	snprintf(what, sizeof what, "unknown %s port \"%s\" of node \"%s\" (%s)", is_from ? "output" : "input", port,
		 n->id, n->op);
	report(k, &(struct end){edge, is_from, true}, tw_did_you_mean(help, sizeof help, port, known, n_known), what);
}

static uint32_t check_from(struct tw_checking *k, uint32_t edge)
{
	const struct tw_spec_edge *e = &k->spec->edges[edge];
	const struct tw_spec_node *n = &k->spec->nodes[e->from];
	const struct tw_kind *kind = k->c->kind[e->from];
	char what[256], help[256];
	uint32_t port;

	if (e->from_port && strcmp(e->from_port, "err") == 0)
		return TW_PORT_ERR;
	if ((!kind->out || !kind->out[0]) && !is_dynamic(kind)) {
		snprintf(what, sizeof what, "node \"%s\" has no outputs: operator \"%s\" is a sink", n->id, n->op);
		snprintf(help, sizeof help, "only its bad rows can be read, from \"%s.err\"", n->id);
		report(k, &(struct end){edge, true, false}, help, what);
		return TW_NONE;
	}
	if (!e->from_port)
		return kind->out && kind->out[0] ? 0 : TW_NONE;
	port = find_port(kind->out, e->from_port);
	if (port == TW_NONE && !is_dynamic(kind))
		report_port(k, edge, true, kind->out);
	return port;
}

static uint32_t check_to(struct tw_checking *k, uint32_t edge)
{
	const struct tw_spec_edge *e = &k->spec->edges[edge];
	const struct tw_spec_node *n = &k->spec->nodes[e->to];
	const struct tw_kind *kind = k->c->kind[e->to];
	char what[256];
	uint32_t port;

	if (!kind->in || !kind->in[0]) {
		snprintf(what, sizeof what, "node \"%s\" has no inputs: operator \"%s\" is a source", n->id, n->op);
		report(k, &(struct end){edge, false, false}, "remove this edge", what);
		return TW_NONE;
	}
	if (!e->to_port)
		return 0;
	port = find_port(kind->in, e->to_port);
	if (port == TW_NONE)
		report_port(k, edge, false, kind->in);
	return port;
}

static bool is_same(const struct tw_checking *k, uint32_t a, uint32_t b)
{
	const struct tw_spec_edge *x = &k->spec->edges[a], *y = &k->spec->edges[b];
	const struct tw_checked *c = k->c;

	if (x->from != y->from || x->to != y->to || c->from_port[a] != c->from_port[b] ||
	    c->to_port[a] != c->to_port[b] || c->to_port[a] == TW_NONE)
		return false;
	if (c->from_port[a] != TW_NONE || (!x->from_port && !y->from_port))
		return true;
	return x->from_port && y->from_port && strcmp(x->from_port, y->from_port) == 0;
}

static void check_double(struct tw_checking *k, uint32_t edge)
{
	const struct tw_spec_edge *e = &k->spec->edges[edge];

	for (uint32_t i = 0; e->from != TW_NONE && e->to != TW_NONE && i < edge; i++) {
		if (!is_same(k, i, edge))
			continue;
		tw_diag_error(k->d, e->pointer, "remove one of them",
			      "this edge from \"%s\" to \"%s\" is the same as %s", k->spec->nodes[e->from].id,
			      k->spec->nodes[e->to].id, k->spec->edges[i].pointer);
		return;
	}
}

/* Is there an edge into (or out of) that port? An edge with an end that could not
 * be resolved counts for all: one fault, one error. */
static bool is_wired(const struct tw_checking *k, uint32_t node, uint32_t port, bool is_from)
{
	for (uint32_t i = 0; i < k->spec->n_edges; i++) {
		uint32_t at = is_from ? k->spec->edges[i].from : k->spec->edges[i].to;
		uint32_t its = is_from ? k->c->from_port[i] : k->c->to_port[i];

		if (at == node && (its == port || its == TW_NONE))
			return true;
	}
	return false;
}

static void check_inputs(struct tw_checking *k, uint32_t node)
{
	const struct tw_spec_node *n = &k->spec->nodes[node];
	const char *const *in = k->c->kind[node]->in;
	char help[256];

	for (uint32_t i = 0; in && in[i]; i++) {
		if (is_wired(k, node, i, false))
			continue;
		snprintf(help, sizeof help, "add an edge such as \"... -> %s%s%s\"", n->id, in[1] ? "." : "",
			 in[1] ? in[i] : "");
		tw_diag_error_key(k->d, n->pointer, help, "no edge leads to input \"%s\" of node \"%s\"", in[i], n->id);
	}
}

static void warn_unread(struct tw_checking *k, uint32_t node)
{
	const struct tw_spec_node *n = &k->spec->nodes[node];
	const char *const *out = k->c->kind[node]->out;

	for (uint32_t i = 0; out && out[i]; i++) {
		if (!is_wired(k, node, i, true))
			tw_diag_warn(k->d, n->pointer, "send it to a \"null_out\" node if that is meant",
				     "nothing reads output \"%s\" of node \"%s\": its rows are dropped", out[i], n->id);
	}
}

void tw_check_edges(struct tw_checking *k, bool is_whole)
{
	for (uint32_t i = 0; i < k->spec->n_edges; i++) {
		const struct tw_spec_edge *e = &k->spec->edges[i];

		k->c->from_port[i] = TW_NONE;
		k->c->to_port[i] = TW_NONE;
		if (e->from != TW_NONE && k->c->kind[e->from])
			k->c->from_port[i] = check_from(k, i);
		if (e->to != TW_NONE && k->c->kind[e->to])
			k->c->to_port[i] = check_to(k, i);
		check_double(k, i);
	}
	for (uint32_t i = 0; is_whole && i < k->spec->n_nodes; i++) {
		if (!k->c->kind[i])
			continue;
		check_inputs(k, i);
		warn_unread(k, i);
	}
}
