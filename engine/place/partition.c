/* place/partition.c - the cost of a placement, and the cheapest one found; see partition.h. */
#include <place/search.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Work on the same entry (same physical core: at the pace of shared threads) as worker w. */
static double busy_with(const struct tw_place_problem *p, const struct tw_placement *pl, uint32_t w)
{
	const uint32_t mine = pl->core[w];
	double entry = 0, core = 0;
	uint32_t i;

	for (i = 0; i < p->n_nodes; i++) {
		uint32_t other = pl->core[pl->worker[i]];

		if (p->cores[other].core != p->cores[mine].core)
			continue;
		core += p->load[i];
		entry += other == mine ? p->load[i] : 0;
	}
	return core * TW_SMT_STRETCH > entry ? core * TW_SMT_STRETCH : entry;
}

void tw_place_cost(const struct tw_place_problem *p, struct tw_placement *pl)
{
	uint32_t i;

	pl->busiest = pl->traffic = 0;
	for (i = 0; i < pl->n_workers; i++) {
		double busy = busy_with(p, pl, i);

		pl->busiest = busy > pl->busiest ? busy : pl->busiest;
	}
	for (i = 0; i < p->n_edges; i++) {
		const struct tw_place_edge *e = &p->edges[i];
		uint32_t a = pl->core[pl->worker[e->from]], b = pl->core[pl->worker[e->to]];

		if (a != b)
			pl->traffic += e->rate * tw_topo_distance(&p->cores[a], &p->cores[b]);
	}
	pl->cost = pl->busiest + pl->traffic;
}

/* Workers are numbered by their first node, so that the same answer reads the same. */
static int number(const struct tw_place_problem *p, const struct tw_net *net, const uint32_t *slot,
		  struct tw_placement *out)
{
	uint32_t *worker_of = malloc(net->n_slots * sizeof *worker_of);
	uint32_t i, s;

	out->worker = calloc(p->n_nodes + 1, sizeof *out->worker);
	out->core = calloc(p->n_nodes + 1, sizeof *out->core);
	if (!worker_of || !out->worker || !out->core) {
		free(worker_of);
		return -ENOMEM;
	}
	memset(worker_of, 0xff, net->n_slots * sizeof *worker_of);
	for (i = 0; i < p->n_nodes; i++) {
		s = slot[net->atom[i]];
		if (worker_of[s] == UINT32_MAX) {
			worker_of[s] = out->n_workers;
			out->core[out->n_workers++] = net->obj[TW_AT_ENTRY][s];
		}
		out->worker[i] = worker_of[s];
	}
	free(worker_of);
	return 0;
}

int tw_place(const struct tw_place_problem *p, struct tw_placement *out)
{
	struct tw_net net;
	uint32_t *slot;
	int err;

	memset(out, 0, sizeof *out);
	err = tw_net_init(&net, p, &out->broken_rule);
	if (err)
		return err;
	slot = malloc((net.n + 1) * sizeof *slot);
	err = slot ? tw_search(&net, true, slot) : -ENOMEM;
	if (!err)
		err = number(p, &net, slot, out);
	if (!err)
		tw_place_cost(p, out);
	else
		tw_placement_fini(out);
	free(slot);
	tw_net_fini(&net);
	return err;
}

void tw_placement_fini(struct tw_placement *pl)
{
	free(pl->worker);
	free(pl->core);
	pl->worker = pl->core = NULL;
	pl->n_workers = 0;
}
