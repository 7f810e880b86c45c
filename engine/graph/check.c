/* graph/check.c - is the graph sound; see check.h. */
#include <graph/checking.h>

#include <base/alloc.h>
#include <thalweg/types.h>

#include <errno.h>
#include <stdlib.h>

/* Which edge leads to a node besides the first one; TW_NONE: there is at most one. */
static uint32_t second_input(const struct tw_spec *s, uint32_t node)
{
	bool seen = false;

	for (uint32_t e = 0; e < s->n_edges; e++) {
		if (s->edges[e].to == node && seen)
			return e;
		seen |= s->edges[e].to == node;
	}
	return TW_NONE;
}

/* Batches are dealt to the instances of a parallel node from one place, and each
 * instance's go to one: else there is no order to be kept. */
static void check_parallel_node(struct tw_checking *k, uint32_t i, const char *at)
{
	const struct tw_spec_node *n = &k->spec->nodes[i];
	const struct tw_kind *kind = k->c->kind[i];

	if (n->n_by)
		tw_diag_error(k->d, at, "remove \"by\": batches of a stateless node go to any instance",
			      "parallelism by key is not in this version");
	if (kind && (!kind->in || !kind->in[0]))
		tw_diag_error(k->d, at, "make a node for each part of the input", "a source can't run in parallel");
	else if (kind && !(kind->flags & TW_STATELESS))
		tw_diag_error(k->d, at,
			      "only operators whose rows do not depend on each other can, as parse_json and expr",
			      "operator \"%s\" can't run in parallel", n->op);
	if (second_input(k->spec, i) != TW_NONE)
		tw_diag_error(k->d, at, "put a node before it that all edges lead to",
			      "a node that runs in parallel has one edge to it");
}

static void check_parallelism(struct tw_checking *k)
{
	const struct tw_spec *s = k->spec;
	char pointer[128];

	for (uint32_t i = 0; i < s->n_nodes; i++) {
		snprintf(pointer, sizeof pointer, "%s/parallelism", s->nodes[i].pointer);
		if (s->nodes[i].parallelism > 1)
			check_parallel_node(k, i, pointer);
	}
	for (uint32_t e = 0; e < s->n_edges; e++) {
		const uint32_t from = s->edges[e].from, to = s->edges[e].to;

		if (from == TW_NONE || to == TW_NONE || s->nodes[from].parallelism == 1 ||
		    s->nodes[to].parallelism == 1 || s->nodes[from].parallelism == s->nodes[to].parallelism)
			continue;
		snprintf(pointer, sizeof pointer, "%s/parallelism", s->nodes[to].pointer);
		tw_diag_error(k->d, pointer, "make them the same, or one of them 1",
			      "\"%s\" runs %u times and \"%s\" %u times: their instances can't be paired",
			      s->nodes[from].id, s->nodes[from].parallelism, s->nodes[to].id, s->nodes[to].parallelism);
	}
}

static void check_watermarks(struct tw_checking *k)
{
	char pointer[128];

	for (uint32_t i = 0; i < k->spec->n_nodes; i++) {
		const struct tw_spec_node *n = &k->spec->nodes[i];
		const struct tw_kind *kind = k->c->kind[i];

		if (!n->watermark.field || !kind || (kind->out && kind->out[0]) || (kind->flags & TW_DYNAMIC_OUTPUTS))
			continue;
		snprintf(pointer, sizeof pointer, "%s/watermark", n->pointer);
		tw_diag_error_key(k->d, pointer, "put it on the node that makes the rows' timestamp",
				  "node \"%s\" has no output that could carry a watermark", n->id);
	}
}

/* Only where all kinds are known: an unknown one may be the source. */
static void check_source(struct tw_checking *k)
{
	for (uint32_t i = 0; i < k->spec->n_nodes; i++) {
		const struct tw_kind *kind = k->c->kind[i];

		if (!kind || !kind->in || !kind->in[0])
			return;
	}
	tw_diag_error_key(k->d, "/nodes", "add a node whose operator makes rows, such as \"file_in\" or \"gen\"",
			  "the graph has no source");
}

int tw_check(const struct tw_spec *spec, const struct tw_kinds *kinds, struct tw_checked **out, struct tw_diags *d)
{
	struct tw_checking k = {spec, kinds, tw_calloc(1, sizeof *k.c), d};
	uint32_t before = d->n_errors;

	*out = NULL;
	k.c->spec = spec;
	k.c->kind = tw_calloc(spec->n_nodes, sizeof(*k.c->kind));
	k.c->config = tw_calloc(spec->n_nodes, sizeof *k.c->config);
	k.c->topo = tw_calloc(spec->n_nodes, sizeof *k.c->topo);
	k.c->to_port = tw_calloc(spec->n_edges, sizeof *k.c->to_port);
	k.c->from_port = tw_calloc(spec->n_edges, sizeof *k.c->from_port);
	tw_check_nodes(&k);
	check_parallelism(&k);
	check_watermarks(&k);
	tw_check_edges(&k, !spec->has_errors);
	tw_check_topo(&k);
	if (!spec->has_errors)
		check_source(&k);
	tw_spec_hide(spec, d);
	if (spec->has_errors || d->n_errors > before) {
		tw_checked_destroy(k.c);
		return -EINVAL;
	}
	*out = k.c;
	return 0;
}

void tw_checked_destroy(struct tw_checked *c)
{
	if (!c)
		return;
	for (uint32_t i = 0; i < c->spec->n_nodes; i++)
		tw_json_destroy(c->config[i]);
	free(c->kind);
	free(c->config);
	free(c->topo);
	free(c->to_port);
	free(c->from_port);
	free(c);
}
