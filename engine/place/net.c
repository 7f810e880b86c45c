/* place/net.c - digesting a problem: atoms with summed links, slots with their tree; see net.h. */
#include <place/net.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t root(uint32_t *parent, uint32_t i)
{
	while (parent[i] != i) {
		parent[i] = parent[parent[i]];
		i = parent[i];
	}
	return i;
}

static int check(const struct tw_place_problem *p, uint32_t *broken_rule)
{
	uint32_t i;

	*broken_rule = UINT32_MAX;
	for (i = 0; i < p->n_rules; i++) {
		const struct tw_place_rule *r = &p->rules[i];

		if (r->node < p->n_nodes && r->other < p->n_nodes && (unsigned)r->near <= TW_NEAR_NUMA)
			continue;
		*broken_rule = i;
		return -EINVAL;
	}
	if (!p->n_cores || !p->max_workers)
		return -EINVAL;
	for (i = 0; i < p->n_nodes; i++)
		if (!isfinite(p->load[i]) || p->load[i] < 0)
			return -EINVAL;
	for (i = 0; i < p->n_edges; i++) {
		const struct tw_place_edge *e = &p->edges[i];

		if (e->from >= p->n_nodes || e->to >= p->n_nodes || !isfinite(e->rate) || e->rate < 0)
			return -EINVAL;
	}
	return 0;
}

/* Number the groups of nodes by their first node. */
static int make_atoms(struct tw_net *net, const struct tw_place_problem *p)
{
	uint32_t *parent = malloc((p->n_nodes + 1) * sizeof *parent);
	uint32_t i, a, b;

	net->atom = calloc(p->n_nodes + 1, sizeof *net->atom);
	net->load = calloc(p->n_nodes + 1, sizeof *net->load);
	if (!parent || !net->atom || !net->load) {
		free(parent);
		return -ENOMEM;
	}
	for (i = 0; i < p->n_nodes; i++)
		parent[i] = i;
	for (i = 0; i < p->n_rules; i++) {
		if (p->rules[i].near != TW_NEAR_THREAD)
			continue;
		a = root(parent, p->rules[i].node);
		b = root(parent, p->rules[i].other);
		parent[a > b ? a : b] = a > b ? b : a;
	}
	for (i = 0; i < p->n_nodes; i++) {
		net->atom[i] = parent[i] == i ? net->n++ : net->atom[root(parent, i)];
		net->load[net->atom[i]] += p->load[i];
	}
	free(parent);
	return 0;
}

struct pair {
	uint32_t a, b;
	uint8_t need;
	double rate;
};

static int by_ends(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;

	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	if (a->b != b->b)
		return a->b < b->b ? -1 : 1;
	if (a->rate < b->rate || a->rate > b->rate) /* so that sums do not depend on qsort */
		return a->rate < b->rate ? -1 : 1;
	return 0;
}

/* Add a link in both directions, unless it stays within an atom. */
static uint32_t add_pair(struct pair *pairs, uint32_t n, struct pair one)
{
	if (one.a == one.b)
		return n;
	pairs[n] = one;
	pairs[n + 1] = (struct pair){one.b, one.a, one.need, one.rate};
	return n + 2;
}

/* One link for all edges and rules between two atoms. */
static int make_links(struct tw_net *net, const struct tw_place_problem *p)
{
	struct pair *pairs = malloc((2 * ((size_t)p->n_edges + p->n_rules) + 1) * sizeof *pairs);
	uint32_t n = 0, m = 0, i;

	if (!pairs)
		return -ENOMEM;
	for (i = 0; i < p->n_edges; i++) {
		const struct tw_place_edge *e = &p->edges[i];

		n = add_pair(pairs, n, (struct pair){net->atom[e->from], net->atom[e->to], 0, e->rate});
	}
	for (i = 0; i < p->n_rules; i++) {
		const struct tw_place_rule *r = &p->rules[i];

		if (r->near != TW_NEAR_ANY)
			n = add_pair(
				pairs, n,
				(struct pair){net->atom[r->node], net->atom[r->other], (uint8_t)(1u << r->near), 0});
	}
	qsort(pairs, n, sizeof *pairs, by_ends);
	net->first = calloc(net->n + 2, sizeof *net->first);
	net->links = malloc((n + 1) * sizeof *net->links);
	if (!net->first || !net->links) {
		free(pairs);
		return -ENOMEM;
	}
	for (i = 0; i < n; i++) {
		if (!i || pairs[i].a != pairs[i - 1].a || pairs[i].b != pairs[i - 1].b)
			net->links[m++] = (struct tw_net_link){pairs[i].b, 0, 0};
		net->links[m - 1].rate += pairs[i].rate;
		net->links[m - 1].need |= pairs[i].need;
		net->first[pairs[i].a + 1] = m;
	}
	for (i = 1; i <= net->n; i++)
		if (net->first[i] < net->first[i - 1])
			net->first[i] = net->first[i - 1];
	free(pairs);
	return 0;
}

static uint32_t raw_id(const struct tw_core *c, uint32_t level)
{
	switch (level) {
	case TW_AT_CORE: return c->core;
	case TW_AT_L2: return c->l2;
	case TW_AT_L3: return c->l3;
	case TW_AT_NUMA: return c->numa;
	default: return c->package;
	}
}

/* Number the objects of a level. One that straddles two objects of the level
 * above (an L3 over two NUMA nodes) counts as two, so that levels always nest. */
static void number_level(struct tw_net *net, const struct tw_place_problem *p, uint32_t level)
{
	const uint32_t *above = level == TW_AT_PACKAGE ? NULL : net->obj[level + 1];
	uint32_t i, j, n = 0, *id = net->obj[level];

	for (i = 0; i < p->n_cores; i++) {
		for (j = 0; j < i; j++)
			if (raw_id(&p->cores[i], level) == raw_id(&p->cores[j], level) &&
			    (!above || above[i] == above[j]))
				break;
		id[i] = j < i ? id[j] : n++;
	}
	for (i = p->n_cores; i < net->n_slots; i++)
		id[i] = id[i % p->n_cores];
	net->n_obj[level] = n;
}

static uint64_t mix(uint64_t x)
{
	x ^= x >> 31;
	x *= 0x9e3779b97f4a7c15u;
	x ^= x >> 29;
	x *= 0xd6e8feb86659fd93u;
	return x ^ x >> 32;
}

/* A sum of hashes does not depend on the order of an object's children. */
static void shape_levels(struct tw_net *net)
{
	uint32_t level, i;

	for (i = 0; i < net->n_slots; i++)
		net->shape[TW_AT_ENTRY][net->obj[TW_AT_ENTRY][i]]++;
	for (level = TW_AT_CORE; level < TW_AT_LEVELS; level++) {
		const uint32_t *below = net->obj[level - 1];
		uint32_t seen = 0;

		for (i = 0; i < net->n_slots; i++) {
			if (below[i] != seen)
				continue;
			seen++;
			net->shape[level][net->obj[level][i]] += mix(net->shape[level - 1][below[i]] + level);
		}
	}
}

static void list_entries(struct tw_net *net)
{
	const uint32_t *core = net->obj[TW_AT_CORE];
	uint32_t c, i, n = 0;

	for (c = 0; c < net->n_obj[TW_AT_CORE]; c++) {
		net->entry_first[c] = n;
		for (i = 0; i < net->n_cores; i++)
			if (core[i] == c)
				net->entries[n++] = i;
	}
	net->entry_first[c] = n;
}

static uint8_t shared(const struct tw_core *a, const struct tw_core *b)
{
	unsigned bits = 1u << TW_NEAR_ANY;

	bits |= (unsigned)(a->core == b->core) << TW_NEAR_CORE;
	bits |= (unsigned)(a->l2 == b->l2) << TW_NEAR_L2;
	bits |= (unsigned)(a->l3 == b->l3) << TW_NEAR_L3;
	bits |= (unsigned)(a->numa == b->numa) << TW_NEAR_NUMA;
	return (uint8_t)bits;
}

static int make_slots(struct tw_net *net, const struct tw_place_problem *p)
{
	size_t n = p->n_cores;
	uint32_t level, i, j;

	net->n_cores = p->n_cores;
	net->n_slots = net->most > p->n_cores ? net->most : p->n_cores;
	net->dist = malloc(n * n * sizeof *net->dist);
	net->share = malloc(n * n);
	net->entry_first = malloc((n + 1) * sizeof *net->entry_first);
	net->entries = malloc(n * sizeof *net->entries);
	if (!net->dist || !net->share || !net->entry_first || !net->entries)
		return -ENOMEM;
	for (level = TW_AT_LEVELS; level-- > 0;) {
		net->obj[level] = malloc(net->n_slots * sizeof *net->obj[level]);
		net->shape[level] = calloc(n, sizeof *net->shape[level]);
		if (!net->obj[level] || !net->shape[level])
			return -ENOMEM;
		if (level != TW_AT_ENTRY)
			number_level(net, p, level);
	}
	for (i = 0; i < net->n_slots; i++)
		net->obj[TW_AT_ENTRY][i] = i % p->n_cores;
	net->n_obj[TW_AT_ENTRY] = p->n_cores;
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++) {
			net->dist[i * n + j] = i == j ? 0 : tw_topo_distance(&p->cores[i], &p->cores[j]);
			net->share[i * n + j] = shared(&p->cores[i], &p->cores[j]);
		}
	shape_levels(net);
	list_entries(net);
	return 0;
}

/* Any placement costs less than all work in one place plus all traffic over the
 * longest way; a missing worker costs more than that, a broken rule more than
 * all workers missing. */
static void set_prices(struct tw_net *net)
{
	double most = 0, far = 0;
	uint32_t i;

	for (i = 0; i < net->n_cores * net->n_cores; i++)
		if (net->dist[i] > far)
			far = net->dist[i];
	for (i = 0; i < net->first[net->n]; i++)
		most += net->links[i].rate / 2 * far;
	for (i = 0; i < net->n; i++)
		most += net->load[i];
	net->eps = most * 1e-10 + 1e-12;
	net->missing = 2 * most + 1;
	net->breach = net->missing * (net->most + 1);
}

int tw_net_init(struct tw_net *net, const struct tw_place_problem *p, uint32_t *broken_rule)
{
	int err;

	memset(net, 0, sizeof *net);
	err = check(p, broken_rule);
	if (err)
		return err;
	err = make_atoms(net, p);
	if (err)
		goto fail;
	/* Two workers on one core add up, so more workers than cores gain nothing unless asked for. */
	net->most = p->max_workers < net->n ? p->max_workers : net->n;
	if (!p->use_all && net->most > p->n_cores)
		net->most = p->n_cores;
	net->least = p->use_all ? net->most : 0;
	err = make_links(net, p);
	if (!err)
		err = make_slots(net, p);
	if (err)
		goto fail;
	set_prices(net);
	return 0;
fail:
	tw_net_fini(net);
	return err;
}

void tw_net_fini(struct tw_net *net)
{
	uint32_t level;

	for (level = 0; level < TW_AT_LEVELS; level++) {
		free(net->obj[level]);
		free(net->shape[level]);
	}
	free(net->atom);
	free(net->load);
	free(net->first);
	free(net->links);
	free(net->entry_first);
	free(net->entries);
	free(net->dist);
	free(net->share);
	memset(net, 0, sizeof *net);
}
