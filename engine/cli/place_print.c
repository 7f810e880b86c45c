/* cli/place_print.c - why each node sits where it does, in words; see place_print.h. */
#include <cli/place_print.h>

#include <base/alloc.h>
#include <base/units.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void name_way(const struct tw_place_view *v, uint32_t a, uint32_t b, char *way, size_t len)
{
	uint32_t i = v->pl->core[v->pl->worker[a]], j = v->pl->core[v->pl->worker[b]];
	const struct tw_core *x = &v->p->cores[i], *y = &v->p->cores[j];

	if (v->pl->worker[a] == v->pl->worker[b])
		snprintf(way, len, "the same worker");
	else if (x->cpu == y->cpu)
		snprintf(way, len, "turns on cpu %u", x->cpu);
	else if (x->core == y->core)
		snprintf(way, len, "the L1 of core %u", x->core);
	else if (x->l2 == y->l2)
		snprintf(way, len, "L2 %u", x->l2);
	else if (x->l3 == y->l3)
		snprintf(way, len, "L3 %u", x->l3);
	else if (x->package != y->package)
		snprintf(way, len, "the link between packages %u and %u", x->package, y->package);
	else if (x->numa == y->numa)
		snprintf(way, len, "the fabric of NUMA node %u", x->numa);
	else
		snprintf(way, len, "the fabric of package %u", x->package);
}

void tw_place_talk(const struct tw_place_view *v, uint32_t node, double *sum, struct tw_place_talk *talk)
{
	const struct tw_place_problem *p = v->p;
	uint32_t i, other;

	*talk = (struct tw_place_talk){.other = UINT32_MAX};
	memset(sum, 0, p->n_nodes * sizeof *sum);
	for (i = 0; i < p->n_edges; i++) {
		const struct tw_place_edge *e = &p->edges[i];

		if (e->from == e->to || (e->from != node && e->to != node))
			continue;
		other = e->from == node ? e->to : e->from;
		sum[other] += e->rate;
		if (talk->other == UINT32_MAX || sum[other] > talk->rate) {
			talk->other = other;
			talk->rate = sum[other];
		}
	}
	if (talk->other == UINT32_MAX)
		return;
	name_way(v, node, talk->other, talk->way, sizeof talk->way);
	talk->ns = tw_topo_distance(&p->cores[v->pl->core[v->pl->worker[node]]],
				    &p->cores[v->pl->core[v->pl->worker[talk->other]]]);
}

static void put_rules(const struct tw_place_view *v, uint32_t node)
{
	static const char *const shares[] = {"", "a worker", "a core", "an L2", "an L3", "a NUMA node"};
	uint32_t i;

	for (i = 0; i < v->p->n_rules; i++) {
		const struct tw_place_rule *r = &v->p->rules[i];

		if (r->node == node && r->near != TW_NEAR_ANY && r->near <= TW_NEAR_NUMA)
			fprintf(v->out, "; must share %s with %s", shares[r->near], v->names[r->other]);
	}
}

static void put_node(const struct tw_place_view *v, uint32_t node, int width, double *sum)
{
	double share = v->total > 0 ? 100 * v->p->load[node] / v->total : 0;
	struct tw_place_talk talk;
	char rate[32], cost[32];

	fprintf(v->out, "  %-*s  worker %-3u %5.1f %%  ", width, v->names[node], v->pl->worker[node], share);
	tw_place_talk(v, node, sum, &talk);
	if (talk.other == UINT32_MAX) {
		fputs("talks to no other node", v->out);
	} else {
		tw_format_count(rate, sizeof rate, talk.rate);
		fprintf(v->out, "talks most to %s: %s lines/s %s %s", v->names[talk.other], rate,
			talk.ns > 0 ? "through" : "in", talk.way);
		tw_format_duration(cost, sizeof cost, (int64_t)(talk.rate * talk.ns));
		if (talk.ns > 0)
			fprintf(v->out, " at %.0f ns, %s per second", talk.ns, cost);
		else
			fputs(", free", v->out);
	}
	put_rules(v, node);
	fputc('\n', v->out);
}

static void put_nodes(const struct tw_place_view *v)
{
	double *sum = tw_calloc(v->p->n_nodes, sizeof *sum);
	size_t width = 4;
	uint32_t i;

	for (i = 0; i < v->p->n_nodes; i++)
		if (strlen(v->names[i]) > width)
			width = strlen(v->names[i]);
	fputs("\nwhy:\n", v->out);
	for (i = 0; i < v->p->n_nodes; i++)
		put_node(v, i, width > 32 ? 32 : (int)width, sum);
	free(sum);
}

static void put_totals(const struct tw_place_view *v)
{
	const struct tw_placement *pl = v->pl;
	char busiest[32], traffic[32], cost[32], one[32];

	tw_format_duration(busiest, sizeof busiest, (int64_t)pl->busiest);
	tw_format_duration(traffic, sizeof traffic, (int64_t)pl->traffic);
	tw_format_duration(cost, sizeof cost, (int64_t)pl->cost);
	tw_format_duration(one, sizeof one, (int64_t)v->total);
	fprintf(v->out,
		"\n%u worker%s. Per second of stream: busiest %s of work, between workers %s, together %s"
		" (all on one worker: %s).\n",
		pl->n_workers, pl->n_workers == 1 ? "" : "s", busiest, traffic, cost, one);
	if (pl->busiest > 1e9)
		fputs("The busiest worker has more than a second of work per second: it can't keep up.\n", v->out);
	if (pl->broken_rule < v->p->n_rules)
		fprintf(v->out, "The rule of node %s can't be kept.\n", v->names[v->p->rules[pl->broken_rule].node]);
}

static bool is_before(const struct tw_core *a, const struct tw_core *b)
{
	const uint32_t x[] = {a->package, a->numa, a->l3, a->l2, a->core, a->cpu};
	const uint32_t y[] = {b->package, b->numa, b->l3, b->l2, b->core, b->cpu};
	size_t i;

	for (i = 0; i < sizeof x / sizeof *x; i++)
		if (x[i] != y[i])
			return x[i] < y[i];
	return false;
}

static void sort_workers(struct tw_place_view *v)
{
	const struct tw_placement *pl = v->pl;
	uint32_t i, j;

	for (i = 0; i < pl->n_workers; i++) {
		for (j = i; j > 0 && is_before(&v->p->cores[pl->core[i]], &v->p->cores[pl->core[v->order[j - 1]]]); j--)
			v->order[j] = v->order[j - 1];
		v->order[j] = i;
	}
}

static bool is_utf8_terminal(FILE *out)
{
	const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"}, *value = NULL;
	size_t i;

	if (!isatty(fileno(out)))
		return false;
	for (i = 0; i < 3 && (!value || !*value); i++) /* the first that is set decides, as in setlocale */
		value = getenv(names[i]);
	return value && (strcasestr(value, "utf-8") || strcasestr(value, "utf8"));
}

void tw_place_print(FILE *out, const struct tw_topo *t, const struct tw_place_problem *p, const struct tw_placement *pl,
		    const char *const *node_names, bool as_json)
{
	struct tw_place_view v = {.out = out, .t = t, .p = p, .pl = pl, .names = node_names};
	uint32_t i;

	v.load = tw_calloc(pl->n_workers, sizeof *v.load);
	v.order = tw_calloc(pl->n_workers, sizeof *v.order);
	for (i = 0; i < p->n_nodes; i++) {
		v.load[pl->worker[i]] += p->load[i];
		v.total += p->load[i];
	}
	sort_workers(&v);
	if (as_json) {
		tw_place_print_json(&v);
	} else {
		tw_place_print_tree(&v, is_utf8_terminal(out));
		put_nodes(&v);
		put_totals(&v);
	}
	free(v.load);
	free(v.order);
}
