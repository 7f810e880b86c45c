/* place/start.c - a first guess: contract heavy links, then put clusters near each other. */
#include <place/search.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct heavy {
	double weight;
	uint32_t a, b;
};

struct start {
	struct tw_try *t;
	uint64_t luck;
	uint32_t n_clusters;
	uint32_t *parent; /* [n] forest of atoms; a root stands for its cluster */
	double *load;     /* [n] of a root's cluster */
	double *pull;     /* [n] of a root's cluster towards what is placed; < 0: it is */
	uint32_t *next;   /* [n] the cluster's atoms, a ring */
	uint32_t *empty;  /* [n_slots] */
	struct heavy *heavy;
};

static uint32_t root(uint32_t *parent, uint32_t i)
{
	while (parent[i] != i) {
		parent[i] = parent[parent[i]];
		i = parent[i];
	}
	return i;
}

static int by_weight(const void *x, const void *y)
{
	const struct heavy *a = x, *b = y;

	if (a->weight > b->weight || a->weight < b->weight)
		return a->weight > b->weight ? -1 : 1;
	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	return a->b < b->b ? -1 : a->b > b->b;
}

static void join(struct start *s, uint32_t a, uint32_t b)
{
	uint32_t next = s->next[a];

	s->next[a] = s->next[b];
	s->next[b] = next;
	s->parent[b] = a;
	s->load[a] += s->load[b];
	s->n_clusters--;
}

/* Heaviest links first, as long as no cluster grows past its share of the work. */
static void contract(struct start *s, uint32_t k, double cap)
{
	const struct tw_net *net = s->t->net;
	uint32_t a, b, i, n = 0;

	for (a = 0; a < net->n; a++) {
		for (i = net->first[a]; i < net->first[a + 1]; i++) {
			const struct tw_net_link *l = &net->links[i];
			double luck = s->luck ? 0.5 + tw_luck(&s->luck) % 1024 / 1024.0 : 1;

			if (a < l->to)
				s->heavy[n++] = (struct heavy){l->need ? INFINITY : l->rate * luck, a, l->to};
		}
	}
	qsort(s->heavy, n, sizeof *s->heavy, by_weight);
	for (i = 0; i < n && s->n_clusters > k; i++) {
		a = root(s->parent, s->heavy[i].a);
		b = root(s->parent, s->heavy[i].b);
		if (a != b && s->load[a] + s->load[b] <= cap)
			join(s, a, b);
	}
	s->t->work += n;
}

/* What is still too many clusters: the two least loaded become one. */
static void fold(struct start *s, uint32_t k)
{
	uint32_t i, n = s->t->net->n;

	while (s->n_clusters > k) {
		uint32_t a = UINT32_MAX, b = UINT32_MAX;

		for (i = 0; i < n; i++) {
			if (s->parent[i] != i)
				continue;
			if (a == UINT32_MAX || s->load[i] < s->load[a]) {
				b = a;
				a = i;
			} else if (b == UINT32_MAX || s->load[i] < s->load[b]) {
				b = i;
			}
		}
		join(s, a, b);
		s->t->work += n / 4;
	}
}

/* Put a whole cluster into the empty slot that is best for it now. */
static void settle(struct start *s, uint32_t cluster)
{
	struct tw_try *t = s->t;
	const struct tw_net *net = t->net;
	uint32_t n = tw_try_empties(t, s->empty), i, a = cluster, best = s->empty[0];
	double best_cost = INFINITY, cost;

	if (s->luck && !t->n_used) {
		best = s->empty[tw_luck(&s->luck) % n];
		n = 0;
	}
	for (i = 0; i < n; i++) {
		cost = tw_try_peak(t, s->empty[i], s->load[cluster]);
		do {
			cost += tw_try_links(t, a, s->empty[i]);
			a = s->next[a];
		} while (a != cluster && cost < best_cost);
		a = cluster;
		if (cost < best_cost - net->eps) {
			best_cost = cost;
			best = s->empty[i];
		}
	}
	s->pull[cluster] = -1;
	do {
		tw_try_put(t, a, best);
		for (i = net->first[a]; i < net->first[a + 1]; i++) {
			uint32_t other = root(s->parent, net->links[i].to);

			if (s->pull[other] >= 0)
				s->pull[other] += net->links[i].rate + (net->links[i].need ? net->breach : 0);
		}
		a = s->next[a];
	} while (a != cluster);
}

static void settle_all(struct start *s)
{
	uint32_t i, n = s->t->net->n, left;

	for (left = s->n_clusters; left; left--) {
		uint32_t best = UINT32_MAX;

		for (i = 0; i < n; i++) {
			if (s->parent[i] != i || s->pull[i] < 0)
				continue;
			if (best == UINT32_MAX || s->pull[i] > s->pull[best] ||
			    (!(s->pull[i] < s->pull[best]) && s->load[i] > s->load[best]))
				best = i;
		}
		settle(s, best);
		s->t->work += n / 4;
	}
}

int tw_start(struct tw_try *t, uint32_t k, uint64_t seed)
{
	const struct tw_net *net = t->net;
	struct start s = {.t = t, .luck = seed, .n_clusters = net->n};
	double total = 0, most = 0;
	uint32_t i;

	s.parent = malloc(net->n * sizeof *s.parent);
	s.load = malloc(net->n * sizeof *s.load);
	s.pull = calloc(net->n, sizeof *s.pull);
	s.next = malloc(net->n * sizeof *s.next);
	s.empty = malloc(net->n_slots * sizeof *s.empty);
	s.heavy = malloc((net->first[net->n] + 1) * sizeof *s.heavy);
	if (s.parent && s.load && s.pull && s.next && s.empty && s.heavy) {
		for (i = 0; i < net->n; i++) {
			s.parent[i] = s.next[i] = i;
			s.load[i] = net->load[i];
			total += net->load[i];
			most = net->load[i] > most ? net->load[i] : most;
		}
		total *= (1.15 + (s.luck ? tw_luck(&s.luck) % 1024 / 1024.0 : 0)) / k;
		contract(&s, k, total > most ? total : most);
		fold(&s, k);
		tw_try_clear(t);
		settle_all(&s);
		k = 0;
	}
	free(s.parent);
	free(s.load);
	free(s.pull);
	free(s.next);
	free(s.empty);
	free(s.heavy);
	return k ? -ENOMEM : 0;
}
