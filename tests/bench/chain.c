/*
 * chain.c - what a chain of pass-through operators costs in the engine, beside the
 * same work as a plain loop. By hand; README.md says what the figures mean.
 *
 * Every round runs every variant of every cell (rows in a batch, operators) one after
 * another, so that a machine that slows down slows all of them down.
 */
#include "chain.h"

#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const variant_names[VARIANTS] = {"floor", "fused", "halves", "dealt"};
static const uint32_t batch_sizes[] = {1, 8, 64, 512};
static const uint32_t chain_lengths[] = {1, 4, 16};

#define N_BATCHES (sizeof batch_sizes / sizeof *batch_sizes)
#define N_LENGTHS (sizeof chain_lengths / sizeof *chain_lengths)

struct options {
	uint32_t rounds, batch, ops; /* 0: all */
	int variant;                 /* -1: all */
	int64_t rows;
	bool json;
};

struct table {
	struct options o;
	struct cpus cpus;
	double load[2];
	double trip[MAX_ROUNDS + 1]; /* before each round and after the last */
	uint32_t n_cells;
	struct cell cells[N_BATCHES * N_LENGTHS];
};

/* Of a few numbers. */
struct summary {
	double median, min, max;
};

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct summary summarize(const double *v, uint32_t n)
{
	double sorted[MAX_ROUNDS + 1];

	memcpy(sorted, v, n * sizeof *v);
	qsort(sorted, n, sizeof *sorted, by_size);
	return (struct summary){(sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[0], sorted[n - 1]};
}

/* Of a variant's time by the floor's of the same round. */
static struct summary ratios(const struct cell *x, enum variant v, uint32_t n)
{
	double r[MAX_ROUNDS];
	uint32_t i;

	for (i = 0; i < n; i++)
		r[i] = x->ns[v][i] / x->ns[FLOOR][i];
	return summarize(r, n);
}

static bool is_wanted(const struct options *o, enum variant v)
{
	return o->variant < 0 || v == FLOOR || (int)v == o->variant;
}

/* So many that a cell takes about as long as another: small batches cost more a record. */
static int64_t rows_of(const struct options *o, uint32_t batch, uint32_t ops)
{
	static const int share[N_BATCHES] = {32, 8, 2, 1};
	int64_t rows = o->rows;
	uint32_t i;

	for (i = 0; i < N_BATCHES; i++)
		if (batch_sizes[i] == batch)
			rows /= share[i];
	rows /= ops >= 4 ? ops / 4 : 1;
	return rows < batch ? batch : rows - rows % batch;
}

static void plan_cells(struct table *t)
{
	uint32_t b, k;

	for (b = 0; b < N_BATCHES; b++)
		for (k = 0; k < N_LENGTHS; k++) {
			if ((t->o.batch && t->o.batch != batch_sizes[b]) || (t->o.ops && t->o.ops != chain_lengths[k]))
				continue;
			t->cells[t->n_cells++] =
				(struct cell){.batch = batch_sizes[b],
					      .ops = chain_lengths[k],
					      .rows = rows_of(&t->o, batch_sizes[b], chain_lengths[k])};
		}
}

static bool run_cell(const struct table *t, struct cell *x, uint32_t round)
{
	int v;

	for (v = 0; v < VARIANTS; v++) {
		double ns;

		if (!is_wanted(&t->o, v))
			continue;
		ns = v == FLOOR ? chain_floor(x) : chain_engine(&t->cpus, x, v);
		if (ns < 0)
			return false;
		x->ns[v][round] = ns / (double)x->rows;
	}
	return true;
}

static bool run_rounds(struct table *t)
{
	uint32_t r, i;

	if (getloadavg(&t->load[0], 1) < 1)
		t->load[0] = -1;
	for (r = 0; r < t->o.rounds; r++) {
		t->trip[r] = chain_trip(&t->cpus);
		for (i = 0; i < t->n_cells; i++)
			if (!run_cell(t, &t->cells[i], r))
				return false;
	}
	t->trip[r] = chain_trip(&t->cpus);
	if (getloadavg(&t->load[1], 1) < 1)
		t->load[1] = -1;
	return true;
}

/* Output. */

static void print_row(const struct table *t, const struct cell *x, enum variant v)
{
	const struct summary ns = summarize(x->ns[v], t->o.rounds), r = ratios(x, v, t->o.rounds);

	printf("%5u %4u  %-6s %9.2f %9.2f %9.2f %9.2f %10.3f %8.2f\n", x->batch, x->ops, variant_names[v],
	       1e3 / ns.median, 1e3 / ns.max, 1e3 / ns.min, ns.median, ns.median / x->ops, r.median);
}

/* What one operator more costs for a batch: between the shortest and longest chain. */
static void print_slopes(const struct table *t)
{
	uint32_t i;
	int v;

	if (t->n_cells != N_BATCHES * N_LENGTHS)
		return;
	printf("\none operator more, ns a batch (k = %u to %u):\nbatch", chain_lengths[0],
	       chain_lengths[N_LENGTHS - 1]);
	for (v = 0; v < VARIANTS; v++)
		if (is_wanted(&t->o, v))
			printf(" %9s", variant_names[v]);
	for (i = 0; i < t->n_cells; i += N_LENGTHS) {
		const struct cell *a = &t->cells[i], *z = a + N_LENGTHS - 1;

		printf("\n%5u", a->batch);
		for (v = 0; v < VARIANTS; v++)
			if (is_wanted(&t->o, v))
				printf(" %9.1f", (summarize(z->ns[v], t->o.rounds).median -
						  summarize(a->ns[v], t->o.rounds).median) *
							 a->batch / (z->ops - a->ops));
	}
	printf("\n");
}

static void print_table(const struct table *t)
{
	uint32_t i;
	int v;

	printf("%u rounds, load %.2f before, %.2f after; ", t->o.rounds, t->load[0], t->load[1]);
	if (t->cpus.n < 2) {
		printf("one CPU, so two workers share it\n");
	} else {
		printf("round trip CPU %u to %u, ns:", t->cpus.cpu[0], t->cpus.cpu[1]);
		for (i = 0; i <= t->o.rounds; i++)
			printf(" %.0f", t->trip[i]);
		printf("\n");
	}
	printf("\n            M records/s:  median       min       max    ns/rec  ns/rec/op  x floor\nbatch    k\n");
	for (i = 0; i < t->n_cells; i++)
		for (v = 0; v < VARIANTS; v++)
			if (is_wanted(&t->o, v))
				print_row(t, &t->cells[i], v);
	print_slopes(t);
}

static void json_summary(const char *key, struct summary s)
{
	printf(",\"%s\":{\"median\":%.6g,\"min\":%.6g,\"max\":%.6g}", key, s.median, s.min, s.max);
}

static void json_row(const struct table *t, const struct cell *x, enum variant v)
{
	const struct summary ns = summarize(x->ns[v], t->o.rounds);

	printf("{\"batch\":%u,\"k\":%u,\"variant\":\"%s\",\"rows\":%lld", x->batch, x->ops, variant_names[v],
	       (long long)x->rows);
	json_summary("ns_per_record", ns);
	json_summary("ns_per_record_and_operator",
		     (struct summary){ns.median / x->ops, ns.min / x->ops, ns.max / x->ops});
	json_summary("records_per_s", (struct summary){1e9 / ns.median, 1e9 / ns.max, 1e9 / ns.min});
	json_summary("times_floor", ratios(x, v, t->o.rounds));
	printf("}");
}

static void print_json(const struct table *t)
{
	const char *comma = "";
	uint32_t i;
	int v;

	printf("{\"benchmark\":\"chain\",\"rounds\":%u,\"load\":[%.2f,%.2f],\"round_trip_ns\":[", t->o.rounds,
	       t->load[0], t->load[1]);
	for (i = 0; t->cpus.n >= 2 && i <= t->o.rounds; i++)
		printf("%s%.1f", i ? "," : "", t->trip[i]);
	printf("],\"results\":[");
	for (i = 0; i < t->n_cells; i++)
		for (v = 0; v < VARIANTS; v++) {
			if (!is_wanted(&t->o, v))
				continue;
			printf("%s\n", comma);
			json_row(t, &t->cells[i], v);
			comma = ",";
		}
	printf("\n]}\n");
}

/* Options. */

static void usage(FILE *to)
{
	fprintf(to, "usage: bench_chain [options]\n"
		    "  --rounds N       rounds, each of every cell and variant (5; at most 99)\n"
		    "  --rows N         records of a run with batches of 512; smaller ones get fewer (16000000)\n"
		    "  --batch N        only batches of 1, 8, 64 or 512 rows\n"
		    "  --ops N          only chains of 1, 4 or 16 operators\n"
		    "  --variant NAME   only the floor and fused, halves or dealt\n"
		    "  --json           JSON instead of a table\n"
		    "  --help           this\n");
}

static bool take_number(const char *name, int64_t max, int64_t *out)
{
	char *end;

	*out = strtoll(optarg, &end, 10);
	if (*end == 0 && end != optarg && *out >= 1 && *out <= max)
		return true;
	fprintf(stderr, "bench_chain: --%s must be a number from 1 to %lld, got \"%s\"\n", name, (long long)max,
		optarg);
	return false;
}

static bool take_variant(int *out)
{
	for (*out = 0; *out < VARIANTS; ++*out)
		if (strcmp(optarg, variant_names[*out]) == 0)
			return true;
	fprintf(stderr, "bench_chain: --variant must be floor, fused, halves or dealt, got \"%s\"\n", optarg);
	return false;
}

/* -1: go on; else the exit code. */
static int take_options(struct options *o, int argc, char **argv)
{
	static const struct option all[] = {
		{"rounds", required_argument, NULL, 'r'},  {"rows", required_argument, NULL, 'n'},
		{"batch", required_argument, NULL, 'b'},   {"ops", required_argument, NULL, 'k'},
		{"variant", required_argument, NULL, 'v'}, {"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},          {0}};
	bool ok = true;
	int letter;

	while (ok && (letter = getopt_long(argc, argv, "", all, NULL)) != -1) {
		int64_t n = 0;

		switch (letter) {
		case 'r':
			ok = take_number("rounds", MAX_ROUNDS, &n);
			o->rounds = (uint32_t)n;
			break;
		case 'n': ok = take_number("rows", INT64_C(1000000000000), &o->rows); break;
		case 'b':
			ok = take_number("batch", 512, &n);
			o->batch = (uint32_t)n;
			break;
		case 'k':
			ok = take_number("ops", MAX_OPS, &n);
			o->ops = (uint32_t)n;
			break;
		case 'v': ok = take_variant(&o->variant); break;
		case 'j': o->json = true; break;
		case 'h': usage(stdout); return 0;
		default: return 2;
		}
	}
	return ok && optind == argc ? -1 : 2;
}

static void find_cpus(struct cpus *m)
{
	cpu_set_t set;
	uint32_t i;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof set, &set) < 0)
		return;
	for (i = 0; i < CPU_SETSIZE && m->n < 2; i++)
		if (CPU_ISSET(i, &set))
			m->cpu[m->n++] = i;
}

int main(int argc, char **argv)
{
	static const struct options defaults = {.rounds = 5, .variant = -1, .rows = 16000000};
	struct table *t = calloc(1, sizeof *t);
	int ret;

	if (!t)
		return 1;
	t->o = defaults;
	ret = take_options(&t->o, argc, argv);
	if (ret < 0) {
		find_cpus(&t->cpus);
		plan_cells(t);
		ret = t->n_cells == 0 ? 2 : !run_rounds(t);
		if (ret == 2)
			usage(stderr);
		else if (ret == 0 && t->o.json)
			print_json(t);
		else if (ret == 0)
			print_table(t);
	}
	free(t);
	return ret;
}
