/* cli/bench_noise.c - how much the machine disturbs a thread that wants to run; see bench.h. */
#include <cli/bench.h>

#include <base/clock.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct tw_noise_thread {
	pthread_t thread;
	uint32_t cpu;
	_Atomic bool stop; /* written by control, once; read by the thread, relaxed: it carries no data */
	/* written by the thread, read by control after the join */
	struct tw_noise seen;
};

/* Between two looks at the clock nothing is done: a longer gap is somebody else's time. */
static int64_t step(struct tw_noise *n, int64_t last)
{
	const int64_t now = tw_clock_mono(), gap = now - last;

	n->watched_ns += gap;
	if (gap >= TW_NOISE_GAP_NS) {
		n->gaps++;
		n->lost_ns += gap;
		n->worst_ns = gap > n->worst_ns ? gap : n->worst_ns;
	}
	return now;
}

static void *watch(void *arg)
{
	struct tw_noise_thread *t = arg;
	int64_t last;

	tw_pin_self(t->cpu);
	last = tw_clock_mono();
	while (!atomic_load_explicit(&t->stop, memory_order_relaxed))
		last = step(&t->seen, last);
	return NULL;
}

struct tw_noise_thread *tw_noise_start(uint32_t cpu)
{
	struct tw_noise_thread *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->cpu = cpu;
	if (pthread_create(&t->thread, NULL, watch, t) == 0)
		return t;
	free(t);
	return NULL;
}

static void add(struct tw_noise *sum, const struct tw_noise *n)
{
	sum->watched_ns += n->watched_ns;
	sum->lost_ns += n->lost_ns;
	sum->gaps += n->gaps;
	sum->worst_ns = n->worst_ns > sum->worst_ns ? n->worst_ns : sum->worst_ns;
}

int64_t tw_noise_cpu(struct tw_noise_thread *t)
{
	struct timespec used;
	clockid_t clock;

	if (!t || pthread_getcpuclockid(t->thread, &clock) || clock_gettime(clock, &used))
		return 0;
	return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

void tw_noise_stop(struct tw_noise_thread *t, struct tw_noise *n)
{
	if (!t)
		return;
	atomic_store_explicit(&t->stop, true, memory_order_relaxed);
	pthread_join(t->thread, NULL);
	add(n, &t->seen);
	free(t);
}

void tw_noise_look(struct tw_noise *n, int64_t ns)
{
	struct tw_noise seen = {0};
	int64_t last = tw_clock_mono();

	while (seen.watched_ns < ns)
		last = step(&seen, last);
	add(n, &seen);
}
