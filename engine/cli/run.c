/* cli/run.c - `thalweg run`: a graph in the foreground. */
#include <cli/cli.h>

#include <base/clock.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"usage: thalweg run [OPTIONS] GRAPH.json\n\n"
	"Runs a graph until its sources end, then reports what it did; before, it says how much memory the graph "
	"takes.\n"
	"The first SIGINT or SIGTERM drains: sources stop, what is in flight flows out; after the deadline, or at the\n"
	"second signal, it stops at once.\n\n"
	"  --set NAME=VALUE    give a variable of the graph a value\n"
	"  --workers N         use N workers (default: as placement likes, at most the CPUs allowed)\n"
	"  --slots N           batches that may wait on each edge (default: as the graph says, 64)\n"
	"  --wait MODE         spin, adaptive or park (default: as the graph says, adaptive)\n"
	"  --for DURATION      drain after this time\n"
	"  --drain DURATION    deadline of a drain (default 10s)\n"
	"  --plugins DIR       look for plugins here first; may be repeated\n"
	"  --topology FILE     place for another machine (not pinned then)\n"
	"  --json              report as JSON on stdout\n"
	"  --quiet             no progress, no report, no word of memory\n";

/* How often signals are looked at: a person notices no delay, and a graph that waits
 * would use more CPU for this than for all else if it were done much oftener. */
#define LOOK_MS 100

/* ms until `until`, at most LOOK_MS. */
static int look_after(int64_t until)
{
	const int64_t left = until - tw_clock_mono();

	return left < LOOK_MS * 1000000ll ? (int)(left > 0 ? left / 1000000 + 1 : 1) : LOOK_MS;
}

/* Wait for the end, minding signals and --for. true: interrupted a second time. */
static bool watch(const struct tw_cli *c, struct tw_engine *e, int signals)
{
	const bool live = !c->quiet && !c->json && isatty(STDERR_FILENO);
	int64_t until = c->run_for_ns ? tw_clock_mono() + c->run_for_ns : INT64_MAX;
	struct tw_progress p = {0};
	uint32_t n_signals = 0;

	while (!tw_engine_wait(e, look_after(until))) {
		if (tw_cli_signalled(signals)) {
			if (++n_signals == 1)
				tw_engine_drain(e);
			else
				tw_engine_stop(e);
			if (!c->quiet)
				fprintf(stderr, "%sthalweg: %s\n", p.shown ? "\r\033[K" : "",
					n_signals == 1 ? "draining; once more to stop at once" : "stopping");
		}
		if (tw_clock_mono() > until) {
			tw_engine_drain(e);
			until = INT64_MAX;
		}
		if (live)
			tw_progress_show(&p, e, "");
	}
	tw_progress_clear(&p);
	return n_signals > 1;
}

/* A sink returns EPIPE where nobody reads standard output any more: `| head -1` has had
 * enough. As in other programs of a pipeline that is no news for the user. */
static bool is_pipe_end(const struct tw_engine_stats *s)
{
	return s->end == TW_END_FAILED && s->why_errno == -EPIPE;
}

static int exit_code(const struct tw_engine_stats *s, bool interrupted)
{
	if (s->end == TW_END_FAILED)
		return is_pipe_end(s) ? TW_EXIT_PIPE : TW_EXIT_FAILED;
	if (s->end == TW_END_DEADLINE)
		return TW_EXIT_DEADLINE;
	return interrupted || s->end == TW_END_STOPPED ? TW_EXIT_INTERRUPTED : TW_EXIT_OK;
}

int tw_cmd_run(int argc, char **argv)
{
	struct tw_engine_stats stats;
	struct tw_engine *e;
	struct tw_cli c;
	bool interrupted;
	int signals, ret = tw_cli_parse(&c, argc, argv, "swSWfdptjq", usage, true);

	if (ret != -1)
		return ret;
	ret = tw_cli_load(&c, &e);
	if (ret != -1)
		return ret;
	signals = tw_cli_open_signals();
	ret = signals < 0 ? signals : tw_engine_prepare(e);
	if (ret == 0 && !c.quiet && !c.json)
		tw_report_memory(stderr, e);
	if (ret == 0)
		ret = tw_engine_start(e);
	if (ret < 0) {
		tw_cli_print_diags(&c, e);
		if (tw_engine_diags(e)->n_errors == 0)
			fprintf(stderr, "thalweg run: %s\n", strerror(-ret));
		tw_engine_destroy(e);
		return TW_EXIT_FAILED;
	}
	interrupted = watch(&c, e, signals);
	tw_engine_stats(e, &stats);
	if (c.json)
		tw_report_json(stdout, &stats, e);
	else if (!c.quiet && !is_pipe_end(&stats))
		tw_report_print(stderr, &stats, e);
	else if (!is_pipe_end(&stats) && stats.end == TW_END_FAILED)
		fprintf(stderr, "thalweg: failed: %s\n", stats.why);
	ret = exit_code(&stats, interrupted);
	tw_engine_destroy(e);
	close(signals);
	return ret;
}
