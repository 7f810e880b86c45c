/* graph/check.c - is the graph sound; see check.h. */
#include <graph/checking.h>

#include <base/alloc.h>
#include <thalweg/types.h>

#include <errno.h>
#include <stdlib.h>

/* Goes when nodes can run in parallel. */
static void check_parallelism(struct tw_checking *k)
{
	char pointer[128];

	for (uint32_t i = 0; i < k->spec->n_nodes; i++) {
		if (k->spec->nodes[i].parallelism <= 1)
			continue;
		snprintf(pointer, sizeof pointer, "%s/parallelism", k->spec->nodes[i].pointer);
		tw_diag_error(k->d, pointer, "remove it", "parallelism above 1 is not in this version");
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
