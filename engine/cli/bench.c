/* cli/bench.c - `thalweg bench`: a graph run to be measured; see bench.h. */
#include <cli/bench.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define USUAL_FOR_NS 10000000000
#define USUAL_ROUNDS 3

static const char usage[] =
	"usage: thalweg bench [OPTIONS] GRAPH.json\n\n"
	"Runs a graph in rounds, each in a fresh engine, and shows medians: rows and bytes a second of each source "
	"and\n"
	"sink, latencies at each sink from the time at which a record was due, CPU, memory, and how much the machine\n"
	"disturbs. A round ends with its sources, or is drained after --for.\n\n"
	"  --for DURATION      measure for so long a round (default 10s)\n"
	"  --warmup DURATION   run for so long before that (default: none)\n"
	"  --rounds N          1 to 99 (default 3)\n"
	"  --rate R            records a second of each source that has a rate, such as gen: an open loop, in which\n"
	"                      latencies count from when a record was due, not from when it was made\n"
	"  --json FILE         write the result as JSON; -: to stdout, instead of the tables\n"
	"  --svg FILE          draw latency by percentile\n"
	"  --compare OLD.json  show old and new, their ratio and the noise\n"
	"  --fail-over PCT     with --compare: exit with 1 if a figure is worse by more than this and than the noise\n"
	"  --set NAME=VALUE, --workers N, --slots N, --wait MODE, --drain DURATION, --plugins DIR, --topology FILE:\n"
	"                      as for `thalweg run`\n"
	"  --quiet             no progress, no table but that of --compare\n\n"
	"Exit codes: as of `thalweg run`; 1 also for what --fail-over does not allow.\n";

/* Written at the end, but opened before the work, so that a wrong name costs no time. */
static int open_output(const char *path, FILE **out)
{
	*out = NULL;
	if (!path)
		return -1;
	*out = strcmp(path, "-") == 0 ? stdout : fopen(path, "a");
	if (*out)
		return -1;
	fprintf(stderr, "thalweg bench: %s: %s\n", path, strerror(errno));
	return TW_EXIT_FAILED;
}

/* Write with f and close. out NULL: not asked for. False: it could not be written. */
static bool write_output(FILE *out, const char *path, const struct tw_bench *b,
			 void (*f)(FILE *, const struct tw_bench *))
{
	bool is_done;

	if (!out)
		return true;
	/* a pipe can't be cut, and need not */
	is_done = out == stdout || ftruncate(fileno(out), 0) == 0 || errno == EINVAL;
	f(out, b);
	is_done &= fflush(out) == 0 && !ferror(out);
	if (!is_done)
		fprintf(stderr, "thalweg bench: %s: %s\n", path, strerror(errno));
	return is_done;
}

static void close_output(FILE *out)
{
	if (out && out != stdout)
		fclose(out);
}

static int run_rounds(struct tw_bench *b)
{
	uint32_t i;
	int ret = -1;

	for (i = 0; i < b->rounds && ret == -1; i++)
		ret = tw_bench_round(b, i);
	if (ret == -1)
		tw_metrics_settle(&b->metrics);
	return ret;
}

void tw_bench_fini(struct tw_bench *b)
{
	tw_metrics_fini(&b->metrics);
	free(b->sources);
	free(b->sinks);
}

/* Rounds and results, the outputs being open. old: NULL if nothing is compared. */
static int bench(struct tw_bench *b, const struct tw_bench *old, FILE *json, FILE *svg)
{
	FILE *const people = json == stdout || svg == stdout ? stderr : stdout;
	const bool is_told = !b->c->quiet && people == stdout;
	int ret = run_rounds(b);

	if (ret != -1)
		return ret;
	ret = TW_EXIT_OK;
	if (is_told)
		tw_bench_print(people, b);
	if (is_told && old)
		fputc('\n', people);
	if (old && tw_bench_compare(people, b, old))
		ret = TW_EXIT_FAILED;
	if (!write_output(json, b->c->bench.json, b, tw_bench_json) ||
	    !write_output(svg, b->c->bench.svg, b, tw_bench_svg))
		ret = TW_EXIT_FAILED;
	return ret;
}

static int check_options(const struct tw_cli *c)
{
	if (c->bench.fail_over > 0 && !c->bench.compare) {
		fprintf(stderr, "thalweg bench: --fail-over needs --compare\n");
		return TW_EXIT_USAGE;
	}
	if (c->bench.json && c->bench.svg && strcmp(c->bench.json, "-") == 0 && strcmp(c->bench.svg, "-") == 0) {
		fprintf(stderr, "thalweg bench: --json and --svg can't both go to stdout\n");
		return TW_EXIT_USAGE;
	}
	return -1;
}

int tw_cmd_bench(int argc, char **argv)
{
	struct tw_bench b = {0}, old = {0};
	FILE *json = NULL, *svg = NULL;
	struct tw_cli c;
	int ret = tw_cli_parse(&c, argc, argv, "swSWfdptqJurRCOV", usage, true);

	if (ret == -1)
		ret = check_options(&c);
	if (ret == -1 && c.bench.compare)
		ret = tw_bench_read(c.bench.compare, &old);
	if (ret == -1)
		ret = open_output(c.bench.json, &json);
	if (ret == -1)
		ret = open_output(c.bench.svg, &svg);
	if (ret == -1) {
		b.c = &c;
		b.for_ns = c.run_for_ns ? c.run_for_ns : USUAL_FOR_NS;
		b.rate = c.opts.rate;
		b.rounds = c.bench.rounds ? c.bench.rounds : USUAL_ROUNDS;
		b.signals = tw_cli_open_signals();
		ret = bench(&b, c.bench.compare ? &old : NULL, json, svg);
		close(b.signals);
	}
	close_output(json);
	close_output(svg);
	tw_bench_fini(&b);
	tw_bench_fini(&old);
	return ret;
}
