/* cli/bench_print.c - the result of a bench for people; see bench.h. */
#include <cli/bench.h>

#include <base/units.h>
#include <math.h>
#include <string.h>

#define BAR 48 /* columns of the plot */

static int longest(const struct tw_bench *b)
{
	size_t n = strlen("source");
	uint32_t i;

	for (i = 0; i < b->n_sources; i++)
		n = strlen(b->sources[i]) > n ? strlen(b->sources[i]) : n;
	for (i = 0; i < b->n_sinks; i++)
		n = strlen(b->sinks[i].id) > n ? strlen(b->sinks[i].id) : n;
	return (int)n;
}

static double value(const struct tw_bench *b, const char *node, const char *what)
{
	const struct tw_metric *m = tw_metric_find(&b->metrics, node, what);

	return m ? m->value : 0;
}

/* Rate, spread of the rounds, MB/s, rows. */
static void print_rates(FILE *out, const struct tw_bench *b, int width, const char *id)
{
	const struct tw_metric *rate = tw_metric_find(&b->metrics, id, "rows_per_s");
	const double bytes = value(b, id, "bytes_per_s");
	char text[32], spread[16] = "", mb[16] = "-";

	if (b->rounds > 1 && rate)
		snprintf(spread, sizeof spread, "+-%.1f%%", 100 * tw_metric_noise(rate));
	if (bytes > 0)
		snprintf(mb, sizeof mb, "%.1f", bytes / 1e6);
	fprintf(out, "%-*s  %9s  %8s  %8s  %12.0f", width, id,
		tw_format_count(text, sizeof text, rate ? rate->value : 0), spread, mb, value(b, id, "rows"));
}

static void print_latencies(FILE *out, const struct tw_bench *b, const char *id)
{
	static const char *const what[] = {"latency_p50", "latency_p90", "latency_p99", "latency_p999", "latency_max"};
	char text[32];
	uint32_t i;

	for (i = 0; i < sizeof what / sizeof *what; i++) {
		const struct tw_metric *m = tw_metric_find(&b->metrics, id, what[i]);
		const double v = m ? i == 4 ? m->max : m->value : 0;

		fprintf(out, "  %8s", m ? tw_format_duration(text, sizeof text, (int64_t)v) : "-");
	}
}

static void print_table(FILE *out, const struct tw_bench *b)
{
	const int width = longest(b);
	uint32_t i;

	fprintf(out, "%-*s  %9s  %8s  %8s  %12s\n", width, "source", "rows/s", "", "MB/s", "rows");
	for (i = 0; i < b->n_sources; i++) {
		print_rates(out, b, width, b->sources[i]);
		fputc('\n', out);
	}
	fprintf(out, "%-*s  %9s  %8s  %8s  %12s  %8s  %8s  %8s  %8s  %8s\n", width, "sink", "rows/s", "", "MB/s",
		"rows", "p50", "p90", "p99", "p99.9", "max");
	for (i = 0; i < b->n_sinks; i++) {
		print_rates(out, b, width, b->sinks[i].id);
		print_latencies(out, b, b->sinks[i].id);
		fputc('\n', out);
	}
}

/* Bars of logarithmic length, at percentiles that stand ever closer to the end. */
static void plot(FILE *out, const struct tw_bench_sink *s)
{
	static const double points[] = {0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 1};
	static const char bar[] = "################################################";
	const double least = log((double)tw_hist_quantile(&s->latency, 0) + 1), most = log((double)s->latency.max + 1);
	uint32_t i;

	fprintf(out, "\nlatency at %s, of %llu batches, logarithmic\n", s->id, (unsigned long long)s->latency.n);
	for (i = 0; i < sizeof points / sizeof *points; i++) {
		const uint64_t v = points[i] < 1 ? tw_hist_quantile(&s->latency, points[i]) : s->latency.max;
		const double share = most > least ? (log((double)v + 1) - least) / (most - least) : 0;
		char text[32];

		if (points[i] < 1 && (double)s->latency.n * (1 - points[i]) < 1)
			continue; /* fewer batches than it takes to tell */
		fprintf(out, "%8g%%  %8s  %.*s\n", 100 * points[i], tw_format_duration(text, sizeof text, (int64_t)v),
			1 + (int)(share * (BAR - 1)), bar);
	}
}

static void print_notes(FILE *out, const struct tw_bench *b)
{
	uint32_t i;

	for (i = 0; b->rate > 0 && i < b->n_sources; i++) {
		const double got = value(b, b->sources[i], "rows_per_s");

		if (got < 0.99 * b->rate)
			fprintf(out, "note: %s made %.1f%% of the rate asked for\n", b->sources[i],
				100 * got / b->rate);
	}
}

static void print_noise(FILE *out, const struct tw_bench *b)
{
	const struct tw_noise *n = &b->noise;
	char watched[32], worst[32];

	fprintf(out, "noise: in %s of watching, %s, %llu gaps of 10 us or more, %.3f%% of the time, worst %s\n",
		tw_format_duration(watched, sizeof watched, n->watched_ns),
		n->is_beside ? "on a core of its own" : "before and after the rounds", (unsigned long long)n->gaps,
		n->watched_ns ? 100.0 * (double)n->lost_ns / (double)n->watched_ns : 0.0,
		tw_format_duration(worst, sizeof worst, n->worst_ns));
}

void tw_bench_print(FILE *out, const struct tw_bench *b)
{
	char elapsed[32], rss[32];
	uint32_t i;

	fprintf(out, "%s: %u round%s of %s, %u worker%s, thalweg %s\n", b->graph, b->rounds, b->rounds == 1 ? "" : "s",
		tw_format_duration(elapsed, sizeof elapsed, (int64_t)(value(b, NULL, "elapsed") * 1e9)), b->n_workers,
		b->n_workers == 1 ? "" : "s", TW_VERSION);
	fprintf(out, "%s, %u CPU%s%s, %s, governor %s\n", b->machine.cpu, b->machine.cpus,
		b->machine.cpus == 1 ? "" : "s", b->machine.is_virtual ? ", virtual" : "", b->machine.kernel,
		b->machine.governor);
	print_noise(out, b);
	fputc('\n', out);
	print_table(out, b);
	fprintf(out, "\n%.2f s of CPU per s, %.1f ns of CPU per row read, peak memory %s\n", value(b, NULL, "cpu"),
		value(b, NULL, "cpu_per_row"), tw_format_size(rss, sizeof rss, (uint64_t)value(b, NULL, "peak_rss")));
	print_notes(out, b);
	for (i = 0; i < b->n_sinks; i++)
		if (b->sinks[i].latency.n)
			plot(out, &b->sinks[i]);
}
