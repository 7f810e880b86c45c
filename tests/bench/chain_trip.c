/*
 * chain_trip.c - a cache line thrown to and fro between two pinned threads. Where they
 * don't really run at once (a debugger, a busy CPU) it gives up after a while.
 */
#include "chain.h"

#include <base/clock.h>
#include <place/topo.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define WARM 2000u
#define TRIPS 20000u
#define LIMIT_NS 500000000

struct trip {
	/* 2 i: the i-th throw is to come; 2 i + 1: it is to be sent back. Each side's
	 * store (release) pairs with the other's load (acquire). */
	_Alignas(128) _Atomic uint32_t ball;
	_Alignas(128) uint32_t cpu[2];
	int64_t deadline;
	double ns;
};

/* false: time is up. */
static bool await(struct trip *t, uint32_t v)
{
	uint32_t spins = 0;

	while (atomic_load_explicit(&t->ball, memory_order_acquire) != v)
		if (++spins % 4096 == 0 && tw_clock_mono() > t->deadline)
			return false;
	return true;
}

static void *send_back(void *arg)
{
	struct trip *t = arg;
	uint32_t i;

	(void)tw_pin_self(t->cpu[1]);
	for (i = 0; i < WARM + TRIPS && await(t, 2 * i + 1); i++)
		atomic_store_explicit(&t->ball, 2 * i + 2, memory_order_release);
	return NULL;
}

static void *throw(void *arg)
{
	struct trip *t = arg;
	int64_t start = 0;
	uint32_t i;

	(void)tw_pin_self(t->cpu[0]);
	for (i = 0; i < WARM + TRIPS; i++) {
		if (i == WARM)
			start = tw_clock_mono();
		atomic_store_explicit(&t->ball, 2 * i + 1, memory_order_release);
		if (!await(t, 2 * i + 2))
			return NULL;
	}
	t->ns = (double)(tw_clock_mono() - start) / TRIPS;
	return NULL;
}

double chain_trip(const struct cpus *m)
{
	struct trip t = {.cpu = {m->cpu[0], m->cpu[1]}, .deadline = tw_clock_mono() + LIMIT_NS};
	pthread_t other, self;

	if (m->n < 2)
		return 0;
	if (pthread_create(&other, NULL, send_back, &t) != 0)
		return 0;
	if (pthread_create(&self, NULL, throw, &t) != 0)
		abort();
	pthread_join(self, NULL);
	pthread_join(other, NULL);
	return t.ns;
}
