/* cli/report.c - what a run did, for people and for programs. */
#include <cli/cli.h>

#include <base/units.h>
#include <string.h>

const char *tw_report_end(enum tw_engine_end end)
{
	static const char *const names[] = {
		[TW_END_RUNNING] = "running",
		[TW_END_FINISHED] = "finished",
		[TW_END_DRAINED] = "drained",
		[TW_END_STOPPED] = "stopped",
		[TW_END_DEADLINE] = "drain deadline passed",
		[TW_END_FAILED] = "failed",
	};

	return names[end];
}

static double mib(uint64_t bytes)
{
	return (double)bytes / (1024.0 * 1024.0);
}

void tw_report_memory(FILE *out, const struct tw_engine *e)
{
	struct tw_engine_memory m;

	tw_engine_memory(e, &m);
	fprintf(out, "memory: %.1f MiB (pools %.1f, rings %.1f)\n", mib(m.pools + m.rings), mib(m.pools), mib(m.rings));
	if (m.no_huge)
		fprintf(out, "note: no huge pages for the pools (%s): ordinary ones are used\n", strerror(m.no_huge));
}

static int longest(const struct tw_engine_stats *s, bool ops)
{
	size_t n = 4;
	uint32_t i;

	for (i = 0; i < s->n_nodes; i++) {
		size_t len = strlen(ops ? s->nodes[i].op : s->nodes[i].id);

		n = len > n ? len : n;
	}
	return (int)n;
}

static void print_notes(FILE *out, const struct tw_engine_stats *s, const struct tw_spec *spec)
{
	uint32_t i;

	for (i = 0; i < s->n_nodes; i++) {
		const struct tw_node_stats *n = &s->nodes[i];

		if (n->errors_lost && spec->nodes[n->index].on_error != TW_ON_ERROR_DROP)
			fprintf(out, "warning: %s: %llu bad rows were dropped, for nothing is wired to its port err\n",
				n->id, (unsigned long long)n->errors_lost);
		if (n->dropped)
			fprintf(out, "note: %s: %llu rows were dropped on full queues before it\n", n->id,
				(unsigned long long)n->dropped);
		if (n->late_unwired)
			fprintf(out, "note: %s: %llu rows left by a port that nothing reads\n", n->id,
				(unsigned long long)n->late_unwired);
	}
}

void tw_report_print(FILE *out, const struct tw_engine_stats *s, const struct tw_engine *e)
{
	const int id = longest(s, false), op = longest(s, true);
	char a[32], b[32], c[32], d[32];
	uint32_t i;

	fprintf(out, "%-*s  %-*s  worker  %12s  %12s  %10s  %6s\n", id, "node", op, "op", "rows in", "rows out",
		"errors", "busy");
	for (i = 0; i < s->n_nodes; i++) {
		const struct tw_node_stats *n = &s->nodes[i];

		fprintf(out, "%-*s  %-*s  %6u  %12llu  %12llu  %10llu  %5.1f%%\n", id, n->id, op, n->op, n->worker,
			(unsigned long long)n->rows_in, (unsigned long long)n->rows_out, (unsigned long long)n->errors,
			s->elapsed_ns ? 100.0 * (double)n->busy_ns / (double)s->elapsed_ns : 0.0);
	}
	print_notes(out, s, tw_engine_spec(e));
	fprintf(out, "%s: %s in %s on %u worker%s", tw_engine_spec(e)->name, tw_report_end(s->end),
		tw_format_duration(a, sizeof a, s->elapsed_ns), s->n_workers, s->n_workers == 1 ? "" : "s");
	if (s->lat_n)
		fprintf(out, "; latency to the sinks p50 %s, p99 %s, max %s",
			tw_format_duration(b, sizeof b, (int64_t)s->lat_p50),
			tw_format_duration(c, sizeof c, (int64_t)s->lat_p99),
			tw_format_duration(d, sizeof d, (int64_t)s->lat_max));
	fputc('\n', out);
	if (s->why)
		fprintf(out, "error: %s\n", s->why);
}

static void json_node(FILE *out, const struct tw_node_stats *n)
{
	uint32_t k;

	fputs("{\"id\":", out);
	tw_cli_json_string(out, n->id);
	fputs(",\"op\":", out);
	tw_cli_json_string(out, n->op);
	fprintf(out,
		",\"worker\":%u,\"batches_in\":%llu,\"rows_in\":%llu,\"batches_out\":%llu,\"rows_out\":%llu,\"errors\":"
		"%llu,"
		"\"errors_lost\":%llu,\"dropped\":%llu,\"unread\":%llu,\"busy_ns\":%llu,\"state_max_bytes\":%llu,"
		"\"counters\":{",
		n->worker, (unsigned long long)n->batches_in, (unsigned long long)n->rows_in,
		(unsigned long long)n->batches_out, (unsigned long long)n->rows_out, (unsigned long long)n->errors,
		(unsigned long long)n->errors_lost, (unsigned long long)n->dropped, (unsigned long long)n->late_unwired,
		(unsigned long long)n->busy_ns, (unsigned long long)n->state_max);
	for (k = 0; k < n->n_counters; k++) {
		fputs(k ? "," : "", out);
		tw_cli_json_string(out, n->counter_names[k]);
		fprintf(out, ":%llu", (unsigned long long)n->counters[k]);
	}
	fputs("}}", out);
}

void tw_report_json(FILE *out, const struct tw_engine_stats *s, const struct tw_engine *e)
{
	uint32_t i;

	fputs("{\"graph\":", out);
	tw_cli_json_string(out, tw_engine_spec(e)->name);
	fprintf(out, ",\"end\":\"%s\",\"why\":", tw_report_end(s->end));
	if (s->why)
		tw_cli_json_string(out, s->why);
	else
		fputs("null", out);
	fprintf(out,
		",\"elapsed_ns\":%lld,\"memory\":{\"pools\":%llu,\"rings\":%llu,\"total\":%llu},"
		"\"latency_ns\":{\"batches\":%llu,\"p50\":%llu,"
		"\"p99\":%llu,\"p999\":%llu,\"max\":%llu},\"nodes\":[",
		(long long)s->elapsed_ns, (unsigned long long)s->memory.pools, (unsigned long long)s->memory.rings,
		(unsigned long long)(s->memory.pools + s->memory.rings), (unsigned long long)s->lat_n,
		(unsigned long long)s->lat_p50, (unsigned long long)s->lat_p99, (unsigned long long)s->lat_p999,
		(unsigned long long)s->lat_max);
	for (i = 0; i < s->n_nodes; i++) {
		fputs(i ? ",\n" : "\n", out);
		json_node(out, &s->nodes[i]);
	}
	fputs("\n],\"workers\":[", out);
	for (i = 0; i < s->n_workers; i++)
		fprintf(out, "%s{\"cpu\":%d,\"rounds\":%llu,\"parks\":%llu}", i ? "," : "", (int)s->workers[i].cpu,
			(unsigned long long)s->workers[i].rounds, (unsigned long long)s->workers[i].parks);
	fputs("]}\n", out);
}
