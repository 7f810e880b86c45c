/*
 * cli/bench.h - what the parts of `thalweg bench` share. [control]
 *
 * A round is one run of a fresh engine. It adds one value to each metric; a metric's
 * value is the median of its rounds.
 */
#ifndef TW_CLI_BENCH_H
#define TW_CLI_BENCH_H

#include <cli/cli.h>

#include <thalweg/hist.h>

#define TW_BENCH_FORMAT 1 /* of the JSON */

/* Which way is better; TW_BETTER_NONE: it tells, but is no merit. */
enum tw_better { TW_BETTER_NONE, TW_BETTER_MORE, TW_BETTER_LESS };

struct tw_metric {
	char name[96]; /* "node.what", or "what" of the whole process */
	const char *unit;
	enum tw_better better;
	uint32_t n; /* rounds that have it */
	double rounds[TW_BENCH_ROUNDS_MAX];
	double value, min, max;
};

struct tw_metrics {
	uint32_t n, cap;
	struct tw_metric *items;
};

/* Append this round's value; the metric is made when it is new. node may be NULL. */
void tw_metric_add(struct tw_metrics *m, const char *node, const char *what, const char *unit, enum tw_better better,
		   double value);
const struct tw_metric *tw_metric_find(const struct tw_metrics *m, const char *node, const char *what); /* NULL: none */
void tw_metrics_settle(struct tw_metrics *m); /* medians and bounds */
void tw_metrics_fini(struct tw_metrics *m);

/* Half the distance between the best and the worst round, as a share of the median; 0 of one round. */
double tw_metric_noise(const struct tw_metric *m);

/* Times in which a thread that wants to run all the time did not (cli/bench_noise.c). */
struct tw_noise {
	bool is_beside; /* a thread on a core of its own; else looks before and after each round */
	int64_t watched_ns, lost_ns, worst_ns;
	uint64_t gaps; /* of TW_NOISE_GAP_NS or more */
};

#define TW_NOISE_GAP_NS 10000

struct tw_noise_thread;

/* Watch on CPU cpu until stopped; NULL: could not be started. */
struct tw_noise_thread *tw_noise_start(uint32_t cpu);
/* CPU time that it took itself, in ns. NULL allowed. */
int64_t tw_noise_cpu(struct tw_noise_thread *t);
/* Adds what it saw to *n. NULL allowed. */
void tw_noise_stop(struct tw_noise_thread *t, struct tw_noise *n);
/* Look for so long, on this thread. */
void tw_noise_look(struct tw_noise *n, int64_t ns);

/* Where it ran (cli/bench_machine.c). */
struct tw_machine {
	char cpu[128], kernel[128], governor[32];
	uint32_t cpus; /* hardware threads that this process may use */
	bool is_virtual;
};

void tw_machine_read(struct tw_machine *m, const struct tw_topo *topo);
/* The greatest memory since the last reset, in bytes. A kernel that can't reset it counts from the start. */
void tw_peak_reset(void);
uint64_t tw_peak_rss(void);

struct tw_bench_sink {
	char id[64];
	struct tw_hist latency; /* of all rounds */
};

struct tw_bench {
	const struct tw_cli *c;
	int signals;
	int64_t for_ns;
	uint32_t rounds;
	double rate;    /* 0: as the graph says */
	char graph[64]; /* its name */
	uint32_t n_workers;
	uint32_t n_sources, n_sinks;
	char (*sources)[64];
	struct tw_bench_sink *sinks;
	struct tw_metrics metrics;
	struct tw_noise noise;
	struct tw_machine machine;
};

/* One round (cli/bench_round.c). -1: it went well; else exit with this code, the reason is printed. */
int tw_bench_round(struct tw_bench *b, uint32_t round);

/* An older result, of its JSON (cli/bench_old.c). -1: *old is read; else exit with this code. */
int tw_bench_read(const char *path, struct tw_bench *old);
/* Print old and new. true: something is worse than fail_over allows. */
bool tw_bench_compare(FILE *out, const struct tw_bench *b, const struct tw_bench *old);

void tw_bench_print(FILE *out, const struct tw_bench *b);
void tw_bench_json(FILE *out, const struct tw_bench *b);
void tw_bench_svg(FILE *out, const struct tw_bench *b);
void tw_bench_fini(struct tw_bench *b);

#endif
