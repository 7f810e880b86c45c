/*
 * pace.h - what every program of tests/bench/core does alike, ours and the peers': the
 * arguments, the clock, the pace of the source, and the line of JSON at the end.
 *
 *   PROGRAM SCENARIO [key=value ...]        one run; one line of JSON on stdout, exit 0
 *   exit 77: this program does not have that scenario (or what it needs is not there)
 *
 *   hop      one source, one sink, two threads on cpu and cpu2
 *   chain    source -> ops operators -> sink, on cpu alone if threads=1, else as said there
 *
 * Open loop (rate > 0): record i is meant to be sent at start + i / rate. The source spins
 * until then, stamps the record with that time (not with the time it got round to it), and
 * the sink takes the time it saw the record: a program that stalls pays for all that waited.
 * Closed loop (rate = 0): as fast as it goes; records / second between the first record's
 * making and the last one's arrival. Records are 64 bytes, seq among them; the sink checks
 * that none is lost, doubled or out of order, and what the operators did.
 *
 * Plain C11 and C++11; x86-64 and aarch64.
 */
#ifndef PACE_H
#define PACE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <thalweg/hist.h>
#include <time.h>

#define PACE_SKIP 77

struct pace_record {
	uint64_t seq;   /* 0, 1, 2, ... */
	uint64_t at;    /* ticks: when it was meant to be sent; closed loop: 0 */
	uint64_t value; /* starts as seq; operator i (from 1) adds i */
	uint64_t pad[5];
};

struct pace_args {
	const char *scenario;
	const char *mode;   /* mode=: a variant of the program's, "" */
	double rate;        /* rate=: records a second; 0: closed loop */
	uint64_t records;   /* records= */
	uint32_t batch;     /* batch=: records handed over at once, 1 */
	uint32_t ops;       /* ops=: operators between source and sink, 1 */
	uint32_t threads;   /* threads=: 1 */
	uint32_t slots;     /* slots=: of each queue, 1024 */
	uint32_t cpu, cpu2; /* cpu=, cpu2=: where the threads are pinned, 0 and 1 */
	double seconds;     /* seconds=: of scenarios that run for a time, 1 */
};

static inline uint64_t pace_ticks(void)
{
#if defined __x86_64__
	return __builtin_ia32_rdtsc();
#else
	uint64_t t;

	__asm__ __volatile__("mrs %0, cntvct_el0" : "=r"(t));
	return t;
#endif
}

static inline void pace_pause(void)
{
#if defined __x86_64__
	__builtin_ia32_pause();
#endif
}

static inline int64_t pace_mono(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Takes 20 ms. */
static inline double pace_ns_per_tick(void)
{
	const int64_t start = pace_mono();
	const uint64_t ticks = pace_ticks();
	int64_t now;

	do
		now = pace_mono();
	while (now - start < 20000000);
	return (double)(now - start) / (double)(pace_ticks() - ticks);
}

static inline void pace_pin(uint32_t cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

/* The source's pace: when record i is due, in ticks. */
struct pace {
	uint64_t start;
	double per_record; /* ticks */
};

static inline struct pace pace_begin(double rate, double ns_per_tick)
{
	struct pace p;

	p.start = pace_ticks();
	p.per_record = rate > 0 ? 1e9 / rate / ns_per_tick : 0;
	return p;
}

static inline uint64_t pace_due(const struct pace *p, uint64_t i)
{
	return p->start + (uint64_t)((double)i * p->per_record);
}

static inline uint64_t pace_wait(const struct pace *p, uint64_t i)
{
	const uint64_t due = pace_due(p, i);

	while (pace_ticks() < due)
		pace_pause();
	return due;
}

/* At the sink: the record was meant to be sent at `at`. Now. */
static inline uint64_t pace_note(struct tw_hist *h, uint64_t at, double ns_per_tick)
{
	const uint64_t now = pace_ticks();

	tw_hist_add(h, now > at ? (uint64_t)((double)(now - at) * ns_per_tick) : 0, 1);
	return now;
}

/* What operators 1..ops add to a record, all together. */
static inline uint64_t pace_added(uint32_t ops)
{
	return (uint64_t)ops * (ops + 1) / 2;
}

static inline struct pace_args pace_args(int argc, char **argv)
{
	struct pace_args a;
	int i;

	memset(&a, 0, sizeof a);
	a.scenario = argc > 1 ? argv[1] : "";
	a.mode = "";
	a.records = 1000000;
	a.batch = a.ops = a.threads = 1;
	a.slots = 1024;
	a.cpu2 = 1;
	a.seconds = 1;
	for (i = 2; i < argc; i++) {
		const char *v = strchr(argv[i], '=');

		if (!v) {
			fprintf(stderr, "%s: \"%s\" is not key=value\n", argv[0], argv[i]);
			exit(2);
		}
		v++;
		if (strncmp(argv[i], "mode=", 5) == 0)
			a.mode = v;
		else if (strncmp(argv[i], "rate=", 5) == 0)
			a.rate = atof(v);
		else if (strncmp(argv[i], "records=", 8) == 0)
			a.records = (uint64_t)atof(v);
		else if (strncmp(argv[i], "batch=", 6) == 0)
			a.batch = (uint32_t)atoi(v);
		else if (strncmp(argv[i], "ops=", 4) == 0)
			a.ops = (uint32_t)atoi(v);
		else if (strncmp(argv[i], "threads=", 8) == 0)
			a.threads = (uint32_t)atoi(v);
		else if (strncmp(argv[i], "slots=", 6) == 0)
			a.slots = (uint32_t)atoi(v);
		else if (strncmp(argv[i], "cpu=", 4) == 0)
			a.cpu = (uint32_t)atoi(v);
		else if (strncmp(argv[i], "cpu2=", 5) == 0)
			a.cpu2 = (uint32_t)atoi(v);
		else if (strncmp(argv[i], "seconds=", 8) == 0)
			a.seconds = atof(v);
		else {
			fprintf(stderr, "%s: unknown argument \"%s\"\n", argv[0], argv[i]);
			exit(2);
		}
	}
	return a;
}

/* All but the closing brace, so that a program can add fields of its own. h: NULL in a
 * closed loop. */
static inline void pace_print_open(const char *program, const struct pace_args *a, double seconds,
				   const struct tw_hist *h)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	printf("{\"program\":\"%s\",\"scenario\":\"%s\",\"mode\":\"%s\",\"rate\":%.0f,\"batch\":%u,\"ops\":%u,"
	       "\"threads\":%u,\"records\":%" PRIu64 ",\"seconds\":%.6f,\"records_per_s\":%.6g,\"cpu_s\":%.3f",
	       program, a->scenario, a->mode, a->rate, a->batch, a->ops, a->threads, a->records, seconds,
	       (double)a->records / seconds,
	       (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
		       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6);
	if (h)
		printf(",\"p50\":%" PRIu64 ",\"p99\":%" PRIu64 ",\"p999\":%" PRIu64 ",\"p9999\":%" PRIu64
		       ",\"max\":%" PRIu64,
		       tw_hist_quantile(h, 0.5), tw_hist_quantile(h, 0.99), tw_hist_quantile(h, 0.999),
		       tw_hist_quantile(h, 0.9999), h->max);
}

static inline void pace_print(const char *program, const struct pace_args *a, double seconds, const struct tw_hist *h)
{
	pace_print_open(program, a, seconds, h);
	printf("}\n");
}

#endif
