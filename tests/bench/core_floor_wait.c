/* core_floor_wait.c - sleeping and losing time; see core_floor.h. */
#include "core_floor.h"

#include <linux/futex.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

struct wake {
	/* The futex word: number of the wake. Written by the waker (release: `at` comes
	 * before); pairs with the sleeper's acquire. */
	_Alignas(128) _Atomic uint32_t word;
	uint64_t at; /* ticks just before; written by the waker */
	/* The wakes seen. Written by the sleeper (release); pairs with the waker's acquire. */
	_Alignas(128) _Atomic uint32_t seen;
	_Alignas(128) const struct floor *f;
	int event_fd, epoll_fd; /* -1: a futex */
	struct tw_hist latency;
};

static void sleep_once(struct wake *w, uint32_t last)
{
	struct epoll_event ev;
	uint64_t count;

	if (w->epoll_fd < 0) {
		syscall(SYS_futex, &w->word, FUTEX_WAIT_PRIVATE, last, NULL, NULL, 0);
		return;
	}
	if (epoll_wait(w->epoll_fd, &ev, 1, -1) == 1 && read(w->event_fd, &count, sizeof count) < 0)
		abort();
}

static void *be_woken(void *arg)
{
	struct wake *w = arg;
	const uint32_t wakes = (uint32_t)w->f->a.records;
	uint32_t last = 0;

	pace_pin(w->f->a.cpu2);
	while (last < wakes) {
		uint32_t now;

		sleep_once(w, last);
		now = atomic_load_explicit(&w->word, memory_order_acquire);
		if (now == last)
			continue; /* woken for nothing */
		pace_note(&w->latency, w->at, w->f->ns_per_tick);
		last = now;
		atomic_store_explicit(&w->seen, now, memory_order_release);
	}
	return NULL;
}

static void wake_once(struct wake *w, uint32_t number)
{
	const uint64_t one = 1;

	w->at = pace_ticks();
	atomic_store_explicit(&w->word, number, memory_order_release);
	if (w->epoll_fd < 0)
		syscall(SYS_futex, &w->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	else if (write(w->event_fd, &one, sizeof one) < 0)
		abort();
}

static void sleep_until(int64_t ns)
{
	const struct timespec t = {ns / 1000000000, ns % 1000000000};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
		;
}

/* Between two wakes both sleep, as the engine's workers would. */
int floor_wake(const struct floor *f)
{
	struct wake *w = floor_memory(sizeof *w);
	struct epoll_event ev = {.events = EPOLLIN};
	const int64_t start = pace_mono(), period = (int64_t)(1e9 / (f->a.rate > 0 ? f->a.rate : 1000));
	pthread_t other;
	uint32_t i;

	w->f = f;
	w->event_fd = w->epoll_fd = -1;
	if (strcmp(f->a.mode, "fd") == 0) {
		w->event_fd = eventfd(0, 0);
		w->epoll_fd = epoll_create1(0);
		if (epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, w->event_fd, &ev) < 0)
			abort();
	}
	other = floor_thread(be_woken, w);
	pace_pin(f->a.cpu);
	for (i = 0; i < f->a.records; i++) {
		sleep_until(start + (i + 1) * period);
		while (atomic_load_explicit(&w->seen, memory_order_acquire) != i)
			sched_yield();
		wake_once(w, i + 1);
	}
	pthread_join(other, NULL);
	pace_print("floor", &f->a, (double)(pace_mono() - start) / 1e9, &w->latency);
	if (w->epoll_fd >= 0) {
		close(w->epoll_fd);
		close(w->event_fd);
	}
	free(w);
	return 0;
}

/* Gaps. */

#define LONG_NS 10000
#define MOST_LONG 4096u

struct recorder {
	const struct floor *f;
	uint32_t cpu;
	uint64_t start;
	double lost; /* seconds in gaps of over 1 us */
	uint32_t n_long;
	struct {
		double at, us;
	} longest[MOST_LONG];
	struct tw_hist gaps;
};

static void note_gap(struct recorder *r, uint64_t at, uint64_t ticks)
{
	const double ns = (double)ticks * r->f->ns_per_tick;

	tw_hist_add(&r->gaps, (uint64_t)ns, 1);
	if (ns > 1000)
		r->lost += ns / 1e9;
	if (ns > LONG_NS && r->n_long < MOST_LONG) {
		r->longest[r->n_long].at = (double)(at - r->start) * r->f->ns_per_tick / 1e9;
		r->longest[r->n_long++].us = ns / 1e3;
	}
}

static void *record(void *arg)
{
	struct recorder *r = arg;
	uint64_t last, now, end;

	pace_pin(r->cpu);
	r->start = last = pace_ticks();
	end = r->start + (uint64_t)(r->f->a.seconds * 1e9 / r->f->ns_per_tick);
	while (last < end) {
		now = pace_ticks();
		note_gap(r, last, now - last);
		last = now;
	}
	return NULL;
}

static void print_recorder(const struct recorder *r)
{
	uint32_t i;

	printf("{\"cpu\":%u,\"lost\":%.6f,\"p9999\":%" PRIu64 ",\"p999999\":%" PRIu64 ",\"max\":%" PRIu64 ",\"long\":[",
	       r->cpu, r->lost / r->f->a.seconds, tw_hist_quantile(&r->gaps, 0.9999),
	       tw_hist_quantile(&r->gaps, 0.999999), r->gaps.max);
	for (i = 0; i < r->n_long; i++)
		printf("%s[%.6f,%.1f]", i ? "," : "", r->longest[i].at, r->longest[i].us);
	printf("]}");
}

int floor_gaps(const struct floor *f)
{
	const uint32_t n = f->a.cpu == f->a.cpu2 ? 1 : 2;
	struct recorder *r = floor_memory(2 * sizeof *r);
	pthread_t other;

	r[0].f = r[1].f = f;
	r[0].cpu = f->a.cpu;
	r[1].cpu = f->a.cpu2;
	if (n == 2)
		other = floor_thread(record, &r[1]);
	record(&r[0]);
	if (n == 2)
		pthread_join(other, NULL);
	pace_print_open("floor", &f->a, f->a.seconds, NULL);
	printf(",\"cpus\":[");
	print_recorder(&r[0]);
	if (n == 2) {
		printf(",");
		print_recorder(&r[1]);
	}
	printf("]}\n");
	free(r);
	return 0;
}
