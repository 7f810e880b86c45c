/* graph/check_topo.c - sources first; or the cycle that makes that impossible. */
#include <graph/checking.h>

#include <base/alloc.h>
#include <thalweg/types.h>

#include <stdlib.h>

/* Of a longer cycle only the first and last few nodes are named. */
#define PATH_SHOWN 12u

enum state { NEW, ON_PATH, DONE };

/* A walk along edges, depth first. */
struct walk {
	struct tw_checking *k;
	uint8_t *state; /* [n_nodes] enum state */
	uint32_t *path;
	uint32_t len;
};

static void report(const struct walk *w, uint32_t edge)
{
	const struct tw_spec *s = w->k->spec;
	uint32_t first = w->len, n;
	char *path = NULL;
	size_t size;
	FILE *out = open_memstream(&path, &size);

	do {
		first--;
	} while (w->path[first] != s->edges[edge].to);
	n = w->len - first;
	for (uint32_t i = 0; out && i < n; i++) {
		if (n <= PATH_SHOWN || i < PATH_SHOWN / 2 || i >= n - PATH_SHOWN / 2)
			fprintf(out, "%s -> ", s->nodes[w->path[first + i]].id);
		else if (i == PATH_SHOWN / 2)
			fprintf(out, "(%u more) -> ", n - PATH_SHOWN);
	}
	if (out)
		fclose(out);
	tw_diag_error(w->k->d, s->edges[edge].pointer, "rows can't flow back: remove this edge or another of them",
		      "the graph has a cycle: %s%s", path ? path : "", s->nodes[s->edges[edge].to].id);
	free(path);
}

/* As deep as the longest path: at most TW_SPEC_NODES_MAX. */
static void visit(struct walk *w, uint32_t node)
{
	const struct tw_spec *s = w->k->spec;

	w->state[node] = ON_PATH;
	w->path[w->len++] = node;
	for (uint32_t i = 0; i < s->n_edges; i++) {
		const struct tw_spec_edge *e = &s->edges[i];

		if (e->from != node || e->to == TW_NONE)
			continue;
		if (w->state[e->to] == ON_PATH)
			report(w, i);
		else if (w->state[e->to] == NEW)
			visit(w, e->to);
	}
	w->len--;
	w->state[node] = DONE;
}

static void find_cycles(struct tw_checking *k)
{
	uint32_t n = k->spec->n_nodes;
	struct walk w = {k, tw_calloc(n, 1), tw_calloc(n, sizeof *w.path), 0};

	for (uint32_t i = 0; i < n; i++) {
		if (w.state[i] == NEW)
			visit(&w, i);
	}
	free(w.state);
	free(w.path);
}

void tw_check_topo(struct tw_checking *k)
{
	const struct tw_spec *s = k->spec;
	uint32_t *missing = tw_calloc(s->n_nodes, sizeof *missing), n = 0;

	for (uint32_t i = 0; i < s->n_edges; i++) {
		if (s->edges[i].from != TW_NONE && s->edges[i].to != TW_NONE)
			missing[s->edges[i].to]++;
	}
	for (uint32_t i = 0; i < s->n_nodes; i++) {
		if (!missing[i])
			k->c->topo[n++] = i;
	}
	/* topo is the queue, too: what stands before `at` has been taken. */
	for (uint32_t at = 0; at < n; at++) {
		for (uint32_t i = 0; i < s->n_edges; i++) {
			const struct tw_spec_edge *e = &s->edges[i];

			if (e->from == k->c->topo[at] && e->to != TW_NONE && --missing[e->to] == 0)
				k->c->topo[n++] = e->to;
		}
	}
	if (n < s->n_nodes)
		find_cycles(k);
	free(missing);
}
