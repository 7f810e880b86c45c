/* cli/bench_compare.c - an older result beside the new one; see bench.h. */
#include <cli/bench.h>

#include <base/units.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What makes two results unlike. */
static void print_notes(FILE *out, const struct tw_bench *b, const struct tw_bench *old)
{
	if (strcmp(b->graph, old->graph) != 0)
		fprintf(out, "note: the old result is of graph \"%s\"\n", old->graph);
	if (strcmp(b->machine.cpu, old->machine.cpu) != 0)
		fprintf(out, "note: the old result is of another CPU, %s\n", old->machine.cpu);
	if (b->n_workers != old->n_workers)
		fprintf(out, "note: the old result is of %u worker%s\n", old->n_workers,
			old->n_workers == 1 ? "" : "s");
	if (b->rate != old->rate)
		fprintf(out, "note: the old result is of %s\n", old->rate > 0 ? "another rate" : "no given rate");
}

static const char *why_bad(const struct tw_json *j)
{
	const struct tw_json *format = tw_json_get(j, "thalweg_bench");

	if (!format || tw_json_kind(format) != TW_JSON_INT)
		return "is no result of `thalweg bench --json`";
	if (tw_json_i64(format) != TW_BENCH_FORMAT)
		return "has another format than this version writes";
	if (tw_json_kind(tw_json_get(j, "metrics")) != TW_JSON_MAP)
		return "has no metrics";
	return NULL;
}

static void take(struct tw_bench *old, const struct tw_json *j)
{
	const struct tw_json *metrics = tw_json_get(j, "metrics");
	uint32_t i, k;

	snprintf(old->graph, sizeof old->graph, "%s", tw_json_str(tw_json_get(j, "graph")));
	snprintf(old->machine.cpu, sizeof old->machine.cpu, "%s",
		 tw_json_str(tw_json_get(tw_json_get(j, "machine"), "cpu")));
	old->rate = tw_json_f64(tw_json_get(tw_json_get(j, "setup"), "rate"));
	old->n_workers = (uint32_t)tw_json_i64(tw_json_get(tw_json_get(j, "setup"), "workers"));
	for (i = 0; i < tw_json_len(metrics); i++) {
		const char *name;
		const struct tw_json *m = tw_json_at(metrics, i, &name), *rounds = tw_json_get(m, "rounds");

		for (k = 0; rounds && k < tw_json_len(rounds); k++)
			tw_metric_add(&old->metrics, NULL, name, "", TW_BETTER_NONE,
				      tw_json_f64(tw_json_at(rounds, k, NULL)));
	}
	tw_metrics_settle(&old->metrics);
}

int tw_bench_read(const char *path, struct tw_bench *old)
{
	struct tw_diags d;
	struct tw_json *j;
	const char *why;
	char *text;
	size_t len;
	int ret = tw_file_read(path, &text, &len);

	if (ret < 0) {
		fprintf(stderr, "thalweg bench: --compare %s: %s\n", path, strerror(-ret));
		return ret == -ENOENT ? TW_EXIT_NOT_FOUND : TW_EXIT_FAILED;
	}
	tw_diags_init(&d);
	j = tw_json_parse(text, len, &d);
	why = j ? why_bad(j) : "is no JSON";
	if (why)
		fprintf(stderr, "thalweg bench: --compare: %s %s\n", path, why);
	else
		take(old, j);
	if (j)
		tw_json_destroy(j);
	tw_diags_fini(&d);
	free(text);
	return why ? TW_EXIT_USAGE : -1;
}

static const char *format(char *buf, size_t len, const struct tw_metric *m, double v)
{
	if (strcmp(m->unit, "ns") == 0)
		return tw_format_duration(buf, len, (int64_t)v);
	if (strcmp(m->unit, "B") == 0)
		return tw_format_size(buf, len, (uint64_t)v);
	if (strcmp(m->unit, "B/s") == 0)
		snprintf(buf, len, "%.1f MB/s", v / 1e6);
	else
		tw_format_count(buf, len, v);
	return buf;
}

static double noise_of(const struct tw_metric *a, const struct tw_metric *b)
{
	const double x = tw_metric_noise(a), y = tw_metric_noise(b);

	return x > y ? x : y;
}

/* How much worse the new one is, as a share of the old one; negative: better. */
static double worse_by(const struct tw_metric *m, const struct tw_metric *old)
{
	const double ratio = m->value / old->value;

	return m->better == TW_BETTER_MORE ? 1 - ratio : ratio - 1;
}

static bool print_one(FILE *out, const struct tw_metric *m, const struct tw_metric *old, double fail_over)
{
	const double worse = worse_by(m, old), noise = noise_of(m, old);
	const bool is_known = m->n > 1 || old->n > 1, fails = fail_over > 0 && worse > noise && 100 * worse > fail_over;
	char a[32], b[32], n[16] = "-";
	const char *word = fabs(worse) <= noise ? "" : worse > 0 ? "worse" : "better";

	if (is_known)
		snprintf(n, sizeof n, "+-%.1f%%", 100 * noise);
	fprintf(out, "%-32s  %12s  %12s  %7.3f  %8s  %s%s\n", m->name, format(a, sizeof a, m, old->value),
		format(b, sizeof b, m, m->value), m->value / old->value, n, word, fails ? ": too much" : "");
	return fails;
}

bool tw_bench_compare(FILE *out, const struct tw_bench *b, const struct tw_bench *old)
{
	bool fails = false;
	uint32_t i;

	print_notes(out, b, old);
	fprintf(out, "%-32s  %12s  %12s  %7s  %8s\n", "metric", "old", "new", "ratio", "noise");
	for (i = 0; i < b->metrics.n; i++) {
		const struct tw_metric *m = &b->metrics.items[i],
				       *before = tw_metric_find(&old->metrics, NULL, m->name);

		if (m->better == TW_BETTER_NONE)
			continue;
		if (before && before->value > 0)
			fails |= print_one(out, m, before, b->c->bench.fail_over);
		else
			fprintf(out, "%-32s  not in the old result\n", m->name);
	}
	return fails;
}
