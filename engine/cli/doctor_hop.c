/* cli/doctor_hop.c - a cache line thrown to and fro between two pinned threads; see doctor_probe.h. */
#include <cli/doctor_probe.h>

#include <base/clock.h>

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>

#define LIMIT_NS 200000000
#define TRIPS 512u  /* in a round */
#define ROUNDS 200u /* at most */

struct hop {
	alignas(64) _Atomic uint32_t ball; /* even: to be sent; odd: to be sent back */
	alignas(64) atomic_bool stop;
	uint32_t cpu[2];
	int64_t deadline;
	uint32_t n; /* rounds done */
	double ns[ROUNDS];
};

/* Wait until the ball's lowest bit is `bit`; false: time is up. */
static bool await(struct hop *h, uint32_t bit)
{
	uint32_t spins = 0;

	/* pairs with the release stores of whoever has the ball */
	while ((atomic_load_explicit(&h->ball, memory_order_acquire) & 1) != bit) {
		if (++spins % 4096)
			continue;
		if (atomic_load_explicit(&h->stop, memory_order_relaxed) || tw_clock_mono() > h->deadline)
			return false;
	}
	return true;
}

static void *send_back(void *arg)
{
	struct hop *h = arg;

	if (tw_pin_self(h->cpu[1]))
		return NULL;
	while (await(h, 1)) /* pairs with the acquire in await */
		atomic_store_explicit(&h->ball, atomic_load_explicit(&h->ball, memory_order_relaxed) + 1,
				      memory_order_release);
	return NULL;
}

static void *throw(void *arg)
{
	struct hop *h = arg;
	uint32_t i;

	if (tw_pin_self(h->cpu[0]))
		return NULL;
	while (h->n < ROUNDS) {
		int64_t start = tw_clock_mono();

		for (i = 0; i < TRIPS && await(h, 0); i++) /* pairs with the acquire in await */
			atomic_store_explicit(&h->ball, atomic_load_explicit(&h->ball, memory_order_relaxed) + 1,
					      memory_order_release);
		if (i < TRIPS || !await(h, 0))
			break;
		h->ns[h->n++] = (double)(tw_clock_mono() - start) / TRIPS;
		if (tw_clock_mono() > h->deadline)
			break;
	}
	atomic_store_explicit(&h->stop, true, memory_order_relaxed);
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void report(struct tw_checks *c, const struct tw_topo *t, struct hop *h)
{
	const struct tw_core *k = tw_topo_cores(t);
	double expected = 2 * tw_topo_distance(&k[0], &k[1]), median;

	if (!h->n) {
		tw_check_add(c, "hop", TW_HEALTH_NOTE, NULL, "CPUs %u and %u were too busy to measure a round trip",
			     h->cpu[0], h->cpu[1]);
		return;
	}
	qsort(h->ns, h->n, sizeof *h->ns, by_size);
	median = h->ns[h->n / 2];
	if (median > 2 * expected)
		tw_check_add(
			c, "hop", TW_HEALTH_NOTE,
			"pin the virtual CPUs on the host (virsh vcpupin), or stop what else runs",
			"%.0f ns there and back between CPUs %u and %u, where about %.0f is usual for cores this near",
			median, h->cpu[0], h->cpu[1], expected);
	else
		tw_check_add(c, "hop", TW_HEALTH_OK, NULL, "%.0f ns there and back between CPUs %u and %u", median,
			     h->cpu[0], h->cpu[1]);
}

void tw_doctor_hop(struct tw_checks *c, const struct tw_topo *t)
{
	struct hop h = {.deadline = tw_clock_mono() + LIMIT_NS};
	pthread_t threads[2];

	if (tw_topo_n(t) < 2) {
		tw_check_add(c, "hop", TW_HEALTH_NOTE, NULL, "one CPU only: there is nobody to throw a line to");
		return;
	}
	h.cpu[0] = tw_topo_cores(t)[0].cpu;
	h.cpu[1] = tw_topo_cores(t)[1].cpu;
	if (pthread_create(&threads[0], NULL, send_back, &h)) {
		tw_check_add(c, "hop", TW_HEALTH_NOTE, "ulimit -u 4096", "no thread could be started");
		return;
	}
	if (pthread_create(&threads[1], NULL, throw, &h))
		atomic_store_explicit(&h.stop, true, memory_order_relaxed);
	else
		pthread_join(threads[1], NULL);
	pthread_join(threads[0], NULL);
	report(c, t, &h);
}
