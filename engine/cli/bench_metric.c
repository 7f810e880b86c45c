/* cli/bench_metric.c - metrics: a value per round, and their median; see bench.h. */
#include <cli/bench.h>

#include <base/alloc.h>
#include <stdlib.h>
#include <string.h>

static struct tw_metric *find(const struct tw_metrics *m, const char *name)
{
	uint32_t i;

	for (i = 0; i < m->n; i++)
		if (strcmp(m->items[i].name, name) == 0)
			return &m->items[i];
	return NULL;
}

static void name_of(char name[96], const char *node, const char *what)
{
	snprintf(name, 96, "%s%s%s", node ? node : "", node ? "." : "", what);
}

void tw_metric_add(struct tw_metrics *m, const char *node, const char *what, const char *unit, enum tw_better better,
		   double value)
{
	struct tw_metric *x;
	char name[96];

	name_of(name, node, what);
	x = find(m, name);
	if (!x) {
		if (m->n == m->cap) {
			m->cap = m->cap ? 2 * m->cap : 32;
			m->items = tw_realloc(m->items, m->cap, sizeof *m->items);
		}
		x = &m->items[m->n++];
		*x = (struct tw_metric){.unit = unit, .better = better};
		memcpy(x->name, name, sizeof name);
	}
	if (x->n < TW_BENCH_ROUNDS_MAX)
		x->rounds[x->n++] = value;
}

const struct tw_metric *tw_metric_find(const struct tw_metrics *m, const char *node, const char *what)
{
	char name[96];

	name_of(name, node, what);
	return find(m, name);
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void tw_metrics_settle(struct tw_metrics *m)
{
	double sorted[TW_BENCH_ROUNDS_MAX];
	uint32_t i;

	for (i = 0; i < m->n; i++) {
		struct tw_metric *x = &m->items[i];

		memcpy(sorted, x->rounds, x->n * sizeof *sorted);
		qsort(sorted, x->n, sizeof *sorted, by_size);
		x->value = x->n % 2 ? sorted[x->n / 2] : (sorted[x->n / 2 - 1] + sorted[x->n / 2]) / 2;
		x->min = sorted[0];
		x->max = sorted[x->n - 1];
	}
}

double tw_metric_noise(const struct tw_metric *m)
{
	return m->value > 0 ? (m->max - m->min) / 2 / m->value : 0;
}

void tw_metrics_fini(struct tw_metrics *m)
{
	free(m->items);
}
