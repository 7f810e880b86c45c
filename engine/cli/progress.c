/* cli/progress.c - what a running graph shows on a terminal, and its signals; see cli.h. */
#include <cli/cli.h>

#include <base/units.h>
#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int tw_cli_open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

bool tw_cli_signalled(int signals)
{
	struct signalfd_siginfo info;

	return read(signals, &info, sizeof info) == (ssize_t)sizeof info;
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

void tw_progress_show(struct tw_progress *p, struct tw_engine *e, const char *label)
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
	fprintf(stderr, "\r\033[K%s%5.1f s  %s rows  %s rows/s  %s/s  latency p50 %s p99 %s", label,
		(double)s.elapsed_ns / 1e9, rows, rate, bytes, tw_format_duration(p50, sizeof p50, (int64_t)s.lat_p50),
		tw_format_duration(p99, sizeof p99, (int64_t)s.lat_p99));
	fflush(stderr);
	*p = (struct tw_progress){.shown = true, .at = s.elapsed_ns, .rows = n, .bytes = b};
}

void tw_progress_clear(struct tw_progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
