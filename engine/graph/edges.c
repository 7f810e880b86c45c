/* graph/edges.c - "edges" of a graph file. */
#include <graph/parts.h>

#include <base/alloc.h>
#include <thalweg/types.h>

#include <stdlib.h>
#include <string.h>

/* One end of an edge as written, and where. */
struct end {
	const char *text;
	size_t len;
	const char *pointer;
	int offset; /* of text within the string at pointer */
};

/* What all edges are read with. */
struct edges {
	struct tw_spec *s;
	struct tw_diags *d;
	const char **ids;
	const struct tw_spec_defaults *defaults;
};

static void report_end(const struct edges *e, const struct end *x)
{
	if (!x->len)
		tw_diag_error_offset(e->d, x->pointer, x->offset, "write \"node\" or \"node.port\"",
				     "an end of the edge is missing here");
	else if (memmem(x->text, x->len, "->", 2))
		tw_diag_error_offset(e->d, x->pointer, x->offset, "write two edges: \"a -> b\", \"b -> c\"",
				     "an edge has one arrow");
	else
		tw_diag_error_offset(e->d, x->pointer, x->offset, "write \"node\" or \"node.port\"",
				     "\"%.*s\" can't name a node or its port", (int)x->len, x->text);
}

/* "node" or "node.port" into *node and *port. */
static void read_end(const struct edges *e, const struct end *x, uint32_t *node, char **port)
{
	char *name = tw_strndup(x->text, x->len), *dot = strchr(name, '.'), help[256];

	if (dot)
		*dot = '\0';
	if (!tw_is_id(name) || (dot && !tw_is_id(dot + 1))) {
		report_end(e, x);
	} else {
		*node = tw_spec_find(e->s, name);
		if (*node == TW_NONE)
			tw_diag_error_offset(e->d, x->pointer, x->offset,
					     tw_did_you_mean(help, sizeof help, name, e->ids, e->s->n_nodes),
					     "unknown node \"%s\"", name);
		*port = tw_strdup(dot ? dot + 1 : NULL);
	}
	free(name);
}

/* Without spaces around. */
static struct end trimmed(const char *text, size_t from, size_t to, const char *pointer)
{
	while (from < to && text[from] == ' ')
		from++;
	while (to > from && text[to - 1] == ' ')
		to--;
	return (struct end){text + from, to - from, pointer, (int)from};
}

static void read_short(const struct edges *e, const char *text, struct tw_spec_edge *out)
{
	const char *arrow = strstr(text, "->");
	struct end from, to;

	out->is_short = true;
	if (!arrow) {
		tw_diag_error(e->d, out->pointer, NULL, "an edge is written \"from -> to\", got \"%s\"", text);
		return;
	}
	from = trimmed(text, 0, (size_t)(arrow - text), out->pointer);
	to = trimmed(text, (size_t)(arrow - text) + 2, strlen(text), out->pointer);
	out->from_offset = from.offset;
	out->to_offset = to.offset;
	read_end(e, &from, &out->from, &out->from_port);
	read_end(e, &to, &out->to, &out->to_port);
}

static void read_long_end(const struct edges *e, const struct tw_read *r, const char *key, struct tw_spec_edge *out)
{
	bool is_from = strcmp(key, "from") == 0;
	char pointer[TW_POINTER_MAX];
	const char *text = tw_read_need(r, key, "\"node\" or \"node.port\"") ? tw_read_str(r, key) : NULL;

	if (!text)
		return;
	tw_pointer_add(pointer, sizeof pointer, r->pointer, key);
	read_end(e, &(struct end){text, strlen(text), pointer, 0}, is_from ? &out->from : &out->to,
		 is_from ? &out->from_port : &out->to_port);
}

static void read_long(const struct edges *e, const struct tw_json *map, struct tw_spec_edge *out)
{
	static const char *const known[] = {"from", "to", "queue", NULL};
	static const char *const later[] = {"type", "key", "dist", NULL};
	struct tw_read r = {map, out->pointer, e->d};
	struct tw_spec_queue q = e->defaults->queue;

	tw_read_names(&r, &(struct tw_names){known, later});
	read_long_end(e, &r, "from", out);
	read_long_end(e, &r, "to", out);
	tw_spec_read_queue(&r, &q);
	out->slots = q.slots;
	out->full = q.full;
}

static void read_edge(const struct edges *e, const struct tw_json *j, struct tw_spec_edge *out)
{
	char got[64];

	if (tw_json_kind(j) == TW_JSON_STR)
		read_short(e, tw_json_str(j), out);
	else if (tw_json_kind(j) == TW_JSON_MAP)
		read_long(e, j, out);
	else
		tw_diag_error(e->d, out->pointer, NULL,
			      "an edge must be \"from -> to\" or {\"from\": ..., \"to\": ...}, got %s",
			      tw_json_brief(got, sizeof got, j));
}

void tw_spec_read_edges(const struct tw_read *root, const struct tw_spec_defaults *defaults, struct tw_spec *s)
{
	const struct tw_json *list = tw_json_get(root->map, "edges");
	uint32_t n = tw_json_len(list);
	struct edges e = {s, root->d, NULL, defaults};

	if (!tw_read_need(root, "edges", "a list such as [\"a -> b\"]"))
		return;
	if (tw_json_kind(list) != TW_JSON_LIST) {
		tw_read_error(root, "edges", "a list [...]");
		return;
	}
	if (n > TW_SPEC_EDGES_MAX) {
		tw_diag_error(root->d, "/edges", NULL, "a graph has %u edges at most", TW_SPEC_EDGES_MAX);
		return;
	}
	s->edges = tw_calloc(n, sizeof *s->edges);
	e.ids = tw_spec_ids(s);
	for (uint32_t i = 0; i < n; i++) {
		struct tw_spec_edge *edge = &s->edges[s->n_edges++];

		*edge = (struct tw_spec_edge){
			.from = TW_NONE, .to = TW_NONE, .slots = defaults->queue.slots, .full = defaults->queue.full};
		snprintf(edge->pointer, sizeof edge->pointer, "/edges/%u", i);
		read_edge(&e, tw_json_at(list, i, NULL), edge);
	}
	free(e.ids);
}
