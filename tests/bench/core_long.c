/* core_long.c - scenarios that run for a time: idle and steady; see core_engine.h. */
#include "core_engine.h"

#define LONG_NS 10000
#define MOST_LISTED 1000u

/* Idle. */

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void sleep_for(double seconds)
{
	const struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};

	nanosleep(&t, NULL);
}

void core_idle_set(const struct core *c)
{
	struct core_timed *s = core_instance(c, "timed", 0);

	s->ns_per_tick = c->ns_per_tick;
	s->period_ns = (int64_t)(c->a.rate > 0 ? 1e9 / c->a.rate : (c->a.seconds + 0.2) * 1e9);
}

/* From 0.1 s after the start on, when adaptive workers have long gone to sleep. */
double core_idle_watch(const struct core *c)
{
	double cpu;
	int64_t start;

	sleep_for(0.1);
	cpu = cpu_seconds();
	start = pace_mono();
	sleep_for(c->a.seconds);
	return (cpu_seconds() - cpu) / ((double)(pace_mono() - start) / 1e9);
}

void core_idle_print(const struct core *c, double cores)
{
	const struct core_timed *s = core_instance(c, "timed", 0);

	printf(",\"cores\":%.6f,\"timer_p50\":%" PRIu64 ",\"timer_p99\":%" PRIu64, cores,
	       tw_hist_quantile(&s->late, 0.5), tw_hist_quantile(&s->late, 0.99));
}

/* Steady. */

/* What a gap or a stall comes from, as far as can be told from inside. */
enum cause {
	TAKEN,   /* the kernel ran something else on our CPU */
	MACHINE, /* the thread was running, as the kernel counts, and handled next to nothing */
	WORK,    /* we handled so many rows that it takes so long */
	UNKNOWN, /* a stall without a gap: ours, until shown otherwise */
	CAUSES
};

static const char *const cause_names[CAUSES] = {"taken", "machine", "work", "unexplained"};

void core_steady_set(const struct core *c)
{
	struct core_source *from = core_instance(c, "source", 0);
	struct core_sink *to = core_instance(c, "sink", 0);
	uint32_t i;

	to->stall_ticks = (uint64_t)(LONG_NS / c->ns_per_tick);
	to->stalls = malloc(CORE_SPANS * sizeof *to->stalls);
	if (!to->stalls)
		abort();
	memset(to->stalls, 0, CORE_SPANS * sizeof *to->stalls); /* not on the hot path */
	for (i = 0; i < 2; i++) {
		struct core_gap *g = core_instance(c, "gap", i);

		g->long_ticks = to->stall_ticks;
		g->run_ticks = (uint64_t)(c->a.seconds * 1e9 / c->ns_per_tick);
		g->ns_per_tick = c->ns_per_tick;
		g->work = i == 0 ? &from->next : &to->rows;
	}
}

/* A row costs at most the time between two: the rate is one that a worker can keep up with. */
static enum cause gap_cause(const struct core *c, const struct core_span *s)
{
	const double ns = (double)(s->to - s->from) * c->ns_per_tick;

	if ((double)s->off_ns > ns / 2)
		return TAKEN;
	return (double)s->rows * 1e9 / c->a.rate / 2 > ns / 2 ? WORK : MACHINE;
}

/* The gravest cause of a gap that overlaps; *at goes on from stall to stall. */
static enum cause stall_cause(const struct core *c, const struct core_span *stall, uint32_t at[2])
{
	enum cause cause = UNKNOWN;
	uint32_t i, k;

	for (i = 0; i < 2; i++) {
		const struct core_gap *g = core_instance(c, "gap", i);

		while (at[i] < g->n && g->gaps[at[i]].to < stall->from)
			at[i]++;
		for (k = at[i]; k < g->n && g->gaps[k].from <= stall->to; k++) {
			const enum cause of = gap_cause(c, &g->gaps[k]);

			cause = of < cause ? of : cause;
		}
	}
	return cause;
}

static void print_gaps(const struct core *c, uint32_t worker)
{
	const struct core_gap *g = core_instance(c, "gap", worker);
	uint32_t n[CAUSES] = {0}, i;
	double sum = 0, longest = 0;

	for (i = 0; i < g->n; i++) {
		const double us = (double)(g->gaps[i].to - g->gaps[i].from) * c->ns_per_tick / 1e3;

		n[gap_cause(c, &g->gaps[i])]++;
		sum += us;
		longest = us > longest ? us : longest;
	}
	printf("%s{\"worker\":%u,\"n\":%u,\"taken\":%u,\"machine\":%u,\"work\":%u,\"sum_us\":%.1f,\"longest_us\":%.1f}",
	       worker ? "," : "", worker, g->n + g->lost, n[TAKEN], n[MACHINE], n[WORK], sum, longest);
}

void core_steady_print(const struct core *c)
{
	const struct core_sink *to = core_instance(c, "sink", 0);
	const struct core_gap *first = core_instance(c, "gap", 0);
	uint32_t at[2] = {0, 0}, n[CAUSES] = {0}, i;

	printf(",\"gaps\":[");
	print_gaps(c, 0);
	print_gaps(c, 1);
	printf("],\"stalls_listed\":[");
	for (i = 0; i < to->n_stalls; i++) {
		const struct core_span *s = &to->stalls[i];
		const enum cause cause = stall_cause(c, s, at);

		n[cause]++;
		if (i < MOST_LISTED)
			printf("%s[%.6f,%.1f,%" PRId64 ",\"%s\"]", i ? "," : "",
			       ((double)s->from - (double)first->start) * c->ns_per_tick / 1e9,
			       (double)(s->to - s->from) * c->ns_per_tick / 1e3, s->rows, cause_names[cause]);
	}
	printf("],\"stalls\":{\"n\":%u", to->n_stalls + to->stalls_lost);
	for (i = 0; i < CAUSES; i++)
		printf(",\"%s\":%u", cause_names[i], n[i]);
	printf("}");
}
