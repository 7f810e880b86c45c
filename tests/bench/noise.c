/*
 * noise.c CPU [OTHER]: how undisturbed the machine is. Spins on CPU for 50 ms and
 * prints the share of time it did not get, in per mille, and the longest gap in µs;
 * then, where there is an OTHER, the round trip of a cache line between the two in ns.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SPIN_NS 50000000
#define GAP_NS 1000 /* longer between two looks at the clock is time lost */
#define TRIPS 20000u
#define LIMIT_NS 200000000

struct trip {
	/* 2 i + 1: the i-th throw; 2 i + 2: it came back. Each side's store (release)
	 * pairs with the other's load (acquire). */
	_Alignas(128) _Atomic uint32_t ball;
	_Alignas(128) int64_t deadline;
	long cpu;
};

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void pin(long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	(void)sched_setaffinity(0, sizeof set, &set);
}

static void gaps(void)
{
	const int64_t start = now();
	int64_t last = start, lost = 0, longest = 0, t;

	while ((t = now()) - start < SPIN_NS) {
		if (t - last > GAP_NS)
			lost += t - last;
		if (t - last > longest)
			longest = t - last;
		last = t;
	}
	printf("%.2f %.1f", (double)lost / SPIN_NS * 1000, (double)longest / 1000);
}

static int await(struct trip *t, uint32_t v)
{
	uint32_t spins = 0;

	while (atomic_load_explicit(&t->ball, memory_order_acquire) != v)
		if (++spins % 4096 == 0 && now() > t->deadline)
			return 0;
	return 1;
}

static void *send_back(void *arg)
{
	struct trip *t = arg;
	uint32_t i;

	pin(t->cpu);
	for (i = 0; i < TRIPS && await(t, 2 * i + 1); i++)
		atomic_store_explicit(&t->ball, 2 * i + 2, memory_order_release);
	return NULL;
}

/* 0: they did not run at once. */
static double round_trip(long other)
{
	struct trip t = {.deadline = now() + LIMIT_NS, .cpu = other};
	int64_t start = 0;
	pthread_t thread;
	uint32_t i;

	if (pthread_create(&thread, NULL, send_back, &t) != 0)
		return 0;
	for (i = 0; i < TRIPS; i++) {
		if (i == TRIPS / 10)
			start = now();
		atomic_store_explicit(&t.ball, 2 * i + 1, memory_order_release);
		if (!await(&t, 2 * i + 2))
			break;
	}
	pthread_join(thread, NULL);
	return i == TRIPS ? (double)(now() - start) / (TRIPS - TRIPS / 10) : 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	pin(atol(argv[1]));
	gaps();
	printf(" %.1f\n", argc > 2 ? round_trip(atol(argv[2])) : 0);
	return 0;
}
