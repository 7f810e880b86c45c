/* cli/bench_json.c - the result of a bench for programs; engine/cli/README.md has the format. */
#include <cli/bench.h>

static void text(FILE *out, const char *key, const char *value, const char *after)
{
	fprintf(out, "\"%s\":", key);
	tw_cli_json_string(out, value);
	fputs(after, out);
}

static void put_setup(FILE *out, const struct tw_bench *b)
{
	fprintf(out, "\"setup\":{\"rounds\":%u,\"for_ns\":%lld,\"warmup_ns\":%lld,\"workers\":%u,\"rate\":", b->rounds,
		(long long)b->for_ns, (long long)b->c->bench.warmup_ns, b->n_workers);
	if (b->rate > 0)
		fprintf(out, "%.17g},\n", b->rate);
	else
		fputs("null},\n", out);
}

static void put_machine(FILE *out, const struct tw_bench *b)
{
	fputs("\"machine\":{", out);
	text(out, "cpu", b->machine.cpu, ",");
	text(out, "kernel", b->machine.kernel, ",");
	text(out, "governor", b->machine.governor, ",");
	fprintf(out, "\"cpus\":%u,\"virtual\":%s},\n", b->machine.cpus, b->machine.is_virtual ? "true" : "false");
	fprintf(out,
		"\"noise\":{\"beside\":%s,\"watched_ns\":%lld,\"gaps\":%llu,\"lost_ns\":%lld,\"worst_ns\":%lld},\n",
		b->noise.is_beside ? "true" : "false", (long long)b->noise.watched_ns,
		(unsigned long long)b->noise.gaps, (long long)b->noise.lost_ns, (long long)b->noise.worst_ns);
}

static void put_metric(FILE *out, const struct tw_metric *m)
{
	static const char *const better[] = {
		[TW_BETTER_NONE] = "null", [TW_BETTER_MORE] = "\"more\"", [TW_BETTER_LESS] = "\"less\""};
	uint32_t i;

	tw_cli_json_string(out, m->name);
	fprintf(out, ":{\"value\":%.10g,\"unit\":\"%s\",\"better\":%s,\"min\":%.10g,\"max\":%.10g,\"rounds\":[",
		m->value, m->unit, better[m->better], m->min, m->max);
	for (i = 0; i < m->n; i++)
		fprintf(out, "%s%.10g", i ? "," : "", m->rounds[i]);
	fputs("]}", out);
}

static void put_histogram(FILE *out, const struct tw_bench_sink *s)
{
	const char *comma = "";
	uint32_t k;

	tw_cli_json_string(out, s->id);
	fprintf(out, ":{\"batches\":%llu,\"max_ns\":%llu,\"buckets\":[", (unsigned long long)s->latency.n,
		(unsigned long long)s->latency.max);
	for (k = 0; k < TW_HIST_BUCKETS; k++) {
		if (!s->latency.count[k])
			continue;
		fprintf(out, "%s[%llu,%llu]", comma, (unsigned long long)tw_hist_value(k),
			(unsigned long long)s->latency.count[k]);
		comma = ",";
	}
	fputs("]}", out);
}

void tw_bench_json(FILE *out, const struct tw_bench *b)
{
	uint32_t i;

	fprintf(out, "{\"thalweg_bench\":%d,\n", TW_BENCH_FORMAT);
	text(out, "version", TW_VERSION, ",\n");
	text(out, "graph", b->graph, ",\n");
	put_setup(out, b);
	put_machine(out, b);
	fputs("\"metrics\":{", out);
	for (i = 0; i < b->metrics.n; i++) {
		fputs(i ? ",\n" : "\n", out);
		put_metric(out, &b->metrics.items[i]);
	}
	fputs("\n},\n\"latency\":{", out);
	for (i = 0; i < b->n_sinks; i++) {
		fputs(i ? ",\n" : "\n", out);
		put_histogram(out, &b->sinks[i]);
	}
	fputs("\n}}\n", out);
}
