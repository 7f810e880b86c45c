/* cli/bench_svg.c - latency by percentile as a picture; see bench.h. */
#include <cli/bench.h>

#include <base/units.h>
#include <math.h>

#define LEFT 80.0
#define TOP 40.0
#define WIDTH 600.0
#define HEIGHT 300.0
#define NINES 5.0 /* the right edge is 99.999 % */

struct scale {
	double low, high; /* log10 of ns */
};

/* Percentiles stand as far apart as they have nines: 0, 90, 99, 99.9 ... */
static double x_of(double q)
{
	const double nines = q < 1 ? -log10(1 - q) : NINES;

	return LEFT + WIDTH * (nines > NINES ? NINES : nines) / NINES;
}

static double y_of(const struct scale *s, double ns)
{
	return TOP + HEIGHT * (s->high - log10(ns < 1 ? 1 : ns)) / (s->high - s->low);
}

static struct scale scale_of(const struct tw_bench *b)
{
	struct scale s = {9, 0};
	uint32_t i;

	for (i = 0; i < b->n_sinks; i++) {
		const struct tw_hist *h = &b->sinks[i].latency;
		const double low = (double)tw_hist_quantile(h, 0), high = (double)h->max;

		if (h->n == 0)
			continue;
		s.low = fmin(s.low, floor(log10(low < 1 ? 1 : low)));
		s.high = fmax(s.high, ceil(log10(high < 1 ? 1 : high)));
	}
	if (s.high <= s.low)
		s.high = s.low + 1;
	return s;
}

static void put_grid(FILE *out, const struct scale *s)
{
	static const char *const names[] = {"0%", "90%", "99%", "99.9%", "99.99%", "99.999%"};
	char text[32];
	double p;
	int i;

	for (i = 0; i < 6; i++) {
		const double x = LEFT + WIDTH * i / NINES;

		fprintf(out,
			"<path d=\"M%.1f %.1fv%.1f\" stroke=\"#ddd\"/><text x=\"%.1f\" y=\"%.1f\" "
			"text-anchor=\"middle\">%s</text>\n",
			x, TOP, HEIGHT, x, TOP + HEIGHT + 18, names[i]);
	}
	for (p = s->low; p <= s->high; p++)
		fprintf(out,
			"<path d=\"M%.1f %.1fh%.1f\" stroke=\"#ddd\"/><text x=\"%.1f\" y=\"%.1f\" "
			"text-anchor=\"end\">%s</text>\n",
			LEFT, y_of(s, pow(10, p)), WIDTH, LEFT - 6, y_of(s, pow(10, p)) + 4,
			tw_format_duration(text, sizeof text, (int64_t)(pow(10, p) + 0.5)));
}

static void put_curve(FILE *out, const struct scale *s, const struct tw_bench_sink *sink, uint32_t number)
{
	static const char *const colours[] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf"};
	const char *colour = colours[number % 6];
	const struct tw_hist *h = &sink->latency;
	uint64_t seen = 0;
	uint32_t k;

	fprintf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"", colour);
	for (k = 0; k < TW_HIST_BUCKETS; k++) {
		const double ns = (double)(tw_hist_value(k) < h->max ? tw_hist_value(k) : h->max);

		if (h->count[k] == 0)
			continue;
		fprintf(out, "%.1f,%.1f ", x_of((double)seen / (double)h->n), y_of(s, ns));
		seen += h->count[k];
		fprintf(out, "%.1f,%.1f ", x_of((double)seen / (double)h->n), y_of(s, ns));
	}
	fprintf(out, "\"/>\n<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s</text>\n", LEFT + 10, TOP + 16 + 16 * number,
		colour, sink->id);
}

void tw_bench_svg(FILE *out, const struct tw_bench *b)
{
	const struct scale s = scale_of(b);
	uint32_t i, n = 0;

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" font-family=\"sans-serif\" "
		"font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"%.1f\" y=\"24\" font-size=\"14\">%s: latency by percentile</text>\n",
		LEFT + WIDTH + 40, TOP + HEIGHT + 40, LEFT, b->graph);
	put_grid(out, &s);
	for (i = 0; i < b->n_sinks; i++)
		if (b->sinks[i].latency.n)
			put_curve(out, &s, &b->sinks[i], n++);
	fputs("</svg>\n", out);
}
