/* cli/run.c - `thalweg run`: a graph in the foreground. */
#include <cli/cli.h>

#include <base/clock.h>
#include <base/units.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const char usage[] =
	"usage: thalweg run [OPTIONS] GRAPH.json\n\n"
	"Runs a graph until its sources end, then reports what it did. The first SIGINT or SIGTERM drains: sources\n"
	"stop, what is in flight flows out; after the deadline, or at the second signal, it stops at once.\n\n"
	"  --set NAME=VALUE    give a variable of the graph a value\n"
	"  --workers N         use N workers (default: as placement likes, at most the CPUs allowed)\n"
	"  --slots N           batches that may wait on each edge (default: as the graph says, 64)\n"
	"  --wait MODE         spin, adaptive or park (default: as the graph says, adaptive)\n"
	"  --for DURATION      drain after this time\n"
	"  --drain DURATION    deadline of a drain (default 10s)\n"
	"  --plugins DIR       look for plugins here first; may be repeated\n"
	"  --topology FILE     place for another machine (not pinned then)\n"
	"  --json              report as JSON on stdout\n"
	"  --quiet             no progress, no report\n";

/* SIGINT and SIGTERM as a descriptor; all other threads have them blocked. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static uint64_t rows_read(const struct tw_engine_stats *s, uint64_t *bytes)
{
	uint64_t rows = 0;
	uint32_t i;

	*bytes = 0;
	for (i = 0; i < s->n_nodes; i++) {
		if (s->nodes[i].batches_in || s->nodes[i].rows_in)
			continue;
		rows += s->nodes[i].rows_out;
		*bytes += s->nodes[i].bytes;
	}
	return rows;
}

struct progress {
	bool shown;
	int64_t at;
	uint64_t rows, bytes;
};

/* One line, rewritten in place, a few times a second, on a terminal only. */
static void show_progress(struct progress *p, struct tw_engine *e)
{
	struct tw_engine_stats s;
	char rows[32], rate[32], bytes[32], p50[32], p99[32];
	uint64_t n, b;
	double dt;

	tw_engine_stats(e, &s);
	n = rows_read(&s, &b);
	dt = (double)(s.elapsed_ns - p->at) / 1e9;
	if (dt < 0.25)
		return;
	tw_format_count(rows, sizeof rows, (double)n);
	tw_format_count(rate, sizeof rate, (double)(n - p->rows) / dt);
	tw_format_size(bytes, sizeof bytes, (uint64_t)((double)(b - p->bytes) / dt));
	fprintf(stderr, "\r\033[K%5.1f s  %s rows  %s rows/s  %s/s  latency p50 %s p99 %s", (double)s.elapsed_ns / 1e9,
		rows, rate, bytes, tw_format_duration(p50, sizeof p50, (int64_t)s.lat_p50),
		tw_format_duration(p99, sizeof p99, (int64_t)s.lat_p99));
	fflush(stderr);
	*p = (struct progress){.shown = true, .at = s.elapsed_ns, .rows = n, .bytes = b};
}

/* Wait for the end, minding signals and --for. true: interrupted a second time. */
static bool watch(const struct tw_cli *c, struct tw_engine *e, int signals)
{
	const bool live = !c->quiet && !c->json && isatty(STDERR_FILENO);
	const int64_t until = c->run_for_ns ? tw_clock_mono() + c->run_for_ns : INT64_MAX;
	struct progress p = {0};
	uint32_t n_signals = 0;

	while (!tw_engine_wait(e, 20)) {
		struct signalfd_siginfo info;

		if (read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
			if (++n_signals == 1)
				tw_engine_drain(e);
			else
				tw_engine_stop(e);
			if (!c->quiet)
				fprintf(stderr, "%sthalweg: %s\n", p.shown ? "\r\033[K" : "",
					n_signals == 1 ? "draining; once more to stop at once" : "stopping");
		}
		if (tw_clock_mono() > until)
			tw_engine_drain(e);
		if (live)
			show_progress(&p, e);
	}
	if (p.shown)
		fputs("\r\033[K", stderr);
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
	signals = open_signals();
	ret = signals < 0 ? -errno : tw_engine_start(e);
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
