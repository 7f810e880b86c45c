/* cli/place_json.c - a placement as one JSON object; see place_print.h. */
#include <cli/place_print.h>

#include <base/alloc.h>
#include <base/json.h>

#include <stdlib.h>

static void put_worker(const struct tw_place_view *v, uint32_t w)
{
	const struct tw_core *c = &v->p->cores[v->pl->core[w]];
	const char *comma = "";
	uint32_t i;

	fprintf(v->out,
		"%s\n  {\"worker\": %u, \"cpu\": %u, \"core\": %u, \"l2\": %u, \"l3\": %u, \"numa\": %u,"
		" \"package\": %u, \"load_ns_per_s\": %.0f, \"nodes\": [",
		w ? "," : "", w, c->cpu, c->core, c->l2, c->l3, c->numa, c->package, v->load[w]);
	for (i = 0; i < v->p->n_nodes; i++) {
		if (v->pl->worker[i] != w)
			continue;
		fputs(comma, v->out);
		tw_json_put_str(v->out, v->names[i]);
		comma = ", ";
	}
	fputs("]}", v->out);
}

static void put_node(const struct tw_place_view *v, uint32_t i, double *sum)
{
	struct tw_place_talk talk;

	fprintf(v->out, "%s\n  {\"node\": ", i ? "," : "");
	tw_json_put_str(v->out, v->names[i]);
	fprintf(v->out, ", \"worker\": %u, \"load_ns_per_s\": %.0f, \"talks_most_to\": ", v->pl->worker[i],
		v->p->load[i]);
	tw_place_talk(v, i, sum, &talk);
	if (talk.other == UINT32_MAX) {
		fputs("null}", v->out);
		return;
	}
	tw_json_put_str(v->out, v->names[talk.other]);
	fprintf(v->out, ", \"lines_per_s\": %.0f, \"ns_per_line\": %.0f, \"way\": ", talk.rate, talk.ns);
	tw_json_put_str(v->out, talk.way);
	fputc('}', v->out);
}

void tw_place_print_json(const struct tw_place_view *v)
{
	const struct tw_placement *pl = v->pl;
	double *sum = tw_calloc(v->p->n_nodes, sizeof *sum);
	uint32_t i;

	fprintf(v->out, "{\"this_machine\": %s, \"threads\": %u, \"workers\": [",
		tw_topo_is_this_machine(v->t) ? "true" : "false", tw_topo_n(v->t));
	for (i = 0; i < pl->n_workers; i++)
		put_worker(v, i);
	fputs("],\n \"nodes\": [", v->out);
	for (i = 0; i < v->p->n_nodes; i++)
		put_node(v, i, sum);
	fprintf(v->out,
		"],\n \"cost_ns_per_s\": %.0f, \"busiest_ns_per_s\": %.0f, \"traffic_ns_per_s\": %.0f,"
		" \"one_worker_ns_per_s\": %.0f}\n",
		pl->cost, pl->busiest, pl->traffic, v->total);
	free(sum);
}
