/*
 * stress.h - rounds of a stress test: time, seeds, and threads that stall at random.
 *
 * A test runs rounds until its time is over, each with a seed of its own, from which
 * all that is random in it follows but the threads' interleaving. What fails names
 * the round's seed; THALWEG_TEST_SEED=0x... makes it the first round's. Time is a
 * second or two, or THALWEG_TEST_SECONDS for each test. A round that stands still is
 * told, too, by a thread that watches.
 */
#ifndef STRESS_H
#define STRESS_H

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STRESS_ROUND_MAX 120 /* seconds; a round takes a fraction of one, of some under TSan */

struct stress {
	const char *name;
	uint64_t seed; /* of this round */
	uint32_t round;
	struct timespec until;
	/* the watch, under its lock */
	pthread_t watch;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint32_t seen; /* round that it looks at */
	bool over;
};

/* xorshift64*; the state is never 0. */
struct dice {
	uint64_t state;
	uint32_t mood, left; /* how it stalls, and for how many calls yet */
};

static inline uint64_t stress_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* A thread's own, from the round's seed. */
static inline struct dice dice_new(uint64_t seed, uint32_t who)
{
	return (struct dice){.state = stress_mix(seed + who * 1000003u) | 1};
}

/* 0..n-1. */
static inline uint32_t roll(struct dice *d, uint32_t n)
{
	d->state ^= d->state >> 12;
	d->state ^= d->state << 25;
	d->state ^= d->state >> 27;
	return (uint32_t)(((d->state * 0x2545f4914f6cdd1du) >> 32) * n >> 32);
}

static inline void stall_spin(uint32_t n)
{
	while (n-- > 0)
		atomic_signal_fence(memory_order_seq_cst); /* not optimized away */
}

/* Nothing, a while of work, the CPU given away, or sleep. A thread does for some time
 * mostly one of them, so that others see it fast, slow, preempted and away. */
static inline void stall(struct dice *d)
{
	if (d->left-- == 0) {
		d->left = 1 + roll(d, 300);
		d->mood = roll(d, 8);
	}
	switch (d->mood) {
	case 0:
	case 1:
		if (roll(d, 4) == 0)
			stall_spin(roll(d, 500));
		break;
	case 2:
		if (roll(d, 8) == 0)
			sched_yield();
		break;
	case 3:
		if (roll(d, 32) == 0)
			usleep(roll(d, 100));
		break;
	case 4: stall_spin(roll(d, 100)); break;
	default: /* at full speed, but seldom not */
		if (roll(d, 4000) == 0)
			usleep(roll(d, 2000));
	}
}

/* A round has gone wrong: say which, and die. From any thread. */
static inline _Noreturn __attribute__((format(printf, 2, 3))) void stress_fail(const struct stress *s, const char *fmt,
									       ...)
{
	va_list args;

	fprintf(stderr, "FAILED: %s, round %u: THALWEG_TEST_SEED=0x%llx: ", s->name, s->round,
		(unsigned long long)s->seed);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

static inline void *stress_watch(void *arg)
{
	struct stress *s = arg;

	pthread_mutex_lock(&s->lock);
	while (!s->over) {
		const uint32_t round = s->seen;
		struct timespec until;
		int err = 0;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += STRESS_ROUND_MAX;
		while (!s->over && s->seen == round && err != ETIMEDOUT)
			err = pthread_cond_timedwait(&s->changed, &s->lock, &until);
		if (err == ETIMEDOUT)
			stress_fail(s, "nothing moves any more");
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static inline void stress_begin(struct stress *s, const char *name, double seconds)
{
	const char *more = getenv("THALWEG_TEST_SECONDS"), *seed = getenv("THALWEG_TEST_SEED");

	memset(s, 0, sizeof *s);
	s->name = name;
	if (more)
		seconds = atof(more);
	clock_gettime(CLOCK_MONOTONIC, &s->until);
	s->seed = seed ? strtoull(seed, NULL, 0)
		       : stress_mix((uint64_t)s->until.tv_nsec << 32 ^ (uint64_t)getpid() ^ (uint64_t)time(NULL));
	s->until.tv_sec += (time_t)seconds;
	s->until.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
	fprintf(stderr, "%s: seed 0x%llx\n", name, (unsigned long long)s->seed);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	if (pthread_create(&s->watch, NULL, stress_watch, s) != 0)
		abort();
}

static inline void stress_end(struct stress *s)
{
	pthread_mutex_lock(&s->lock);
	s->over = true;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->watch, NULL);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	fprintf(stderr, "%s: %u rounds\n", s->name, s->round);
}

/* After a round: is there time for one more? If not, that is the test's end. */
static inline bool stress_more(struct stress *s)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	pthread_mutex_lock(&s->lock);
	s->round++;
	s->seen = s->round;
	s->seed = stress_mix(s->seed);
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
	if (now.tv_sec - s->until.tv_sec + (now.tv_nsec > s->until.tv_nsec) <= 0)
		return true;
	stress_end(s);
	return false;
}

static inline void stress_start(const struct stress *s, pthread_t *t, void *(*run)(void *), void *arg)
{
	if (pthread_create(t, NULL, run, arg) != 0)
		stress_fail(s, "no thread");
}

#endif
