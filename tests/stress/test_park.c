/* Many wakers and one sleeper, all stalling at random: no wake-up is lost. Most wakers
 * wait until what they gave is seen, so that a lost one leaves all of them waiting. */
#include <criterion/criterion.h>
#include <run/park.h>
#include <sys/epoll.h>

#include "stress.h"

#define WAKERS_MAX 6u
#define PIPE 42u /* the datum of the sleeper's descriptor */

struct waker {
	struct crowd *c;
	struct dice dice;
	bool by_pipe; /* it does not know of the parker: it writes to a descriptor */
	/* written by the waker (release, before it wakes), read by the sleeper */
	_Alignas(64) _Atomic uint64_t work, memory;
	/* written by the sleeper (release), read by the waker */
	_Alignas(64) _Atomic uint64_t work_seen, memory_seen;
};

struct crowd {
	const struct stress *s;
	struct tw_parker parker;
	struct waker waker[WAKERS_MAX];
	uint32_t n;
	uint64_t each;
	bool tight;         /* no stall where one side has published and looks: nothing but fences parts the two */
	bool always_hungry; /* else as it rolls, and nobody may wait until memory is seen */
	int pipe[2];
};

static void give(struct waker *w, bool memory)
{
	_Atomic uint64_t *to = memory ? &w->memory : &w->work;

	atomic_store_explicit(to, atomic_load_explicit(to, memory_order_relaxed) + 1, memory_order_release);
	if (!w->c->tight)
		stall(&w->dice);
	if (!w->by_pipe)
		tw_parker_wake(&w->c->parker, memory);
	else if (write(w->c->pipe[1], "x", 1) != 1)
		stress_fail(w->c->s, "the pipe does not take a byte");
}

/* Until the sleeper has seen all of it. When both are awake it goes on at once, so that
 * it gives again just as the other lies down. */
static void await(const struct waker *w, const _Atomic uint64_t *seen, const _Atomic uint64_t *given)
{
	uint32_t n = 0;

	while (atomic_load_explicit(seen, memory_order_acquire) < atomic_load_explicit(given, memory_order_relaxed))
		if (!w->c->tight || ++n % 256 == 0)
			sched_yield();
}

static void *wake(void *arg)
{
	struct waker *w = arg;
	uint64_t i;

	for (i = 1; i <= w->c->each; i++) {
		const bool waits = w->c->tight || roll(&w->dice, 4) != 0;

		if (!w->by_pipe && roll(&w->dice, 4) == 0) {
			give(w, true);
			if (w->c->always_hungry)
				await(w, &w->memory_seen, &w->memory);
		}
		give(w, false);
		if (waits)
			await(w, &w->work_seen, &w->work);
		if (w->c->tight)
			stall_spin(roll(&w->dice, 64));
	}
	return NULL;
}

/* Take note of all that was given; only memory, or only work, may be of interest. */
static bool look(struct crowd *c, bool hungry)
{
	bool any = false;
	uint32_t i;

	for (i = 0; i < c->n; i++) {
		struct waker *w = &c->waker[i];
		const uint64_t work = atomic_load_explicit(&w->work, memory_order_acquire);
		const uint64_t memory = atomic_load_explicit(&w->memory, memory_order_acquire);

		any |= work != atomic_load_explicit(&w->work_seen, memory_order_relaxed);
		any |= hungry && memory != atomic_load_explicit(&w->memory_seen, memory_order_relaxed);
		atomic_store_explicit(&w->work_seen, work, memory_order_release);
		atomic_store_explicit(&w->memory_seen, memory, memory_order_release);
	}
	return any;
}

static bool all_seen(const struct crowd *c)
{
	uint32_t i;

	for (i = 0; i < c->n; i++)
		if (atomic_load_explicit(&c->waker[i].work_seen, memory_order_relaxed) < c->each)
			return false;
	return true;
}

static void read_pipe(const struct crowd *c, const struct epoll_event *ready, int n)
{
	char bytes[256];
	int i;

	for (i = 0; i < n; i++)
		if (ready[i].data.u64 != PIPE || read(c->pipe[0], bytes, sizeof bytes) <= 0)
			stress_fail(c->s, "a descriptor is ready that is not");
}

static void sleep_and_look(struct crowd *c, struct dice *d)
{
	struct epoll_event ready[4];

	while (!all_seen(c)) {
		const bool hungry = c->always_hungry || roll(d, 2);
		const int64_t timeout_ns = roll(d, 16) ? -1 : (int64_t)roll(d, 200000);
		uint32_t word;
		int n;

		if (!c->tight)
			stall(d);
		word = tw_parker_prepare(&c->parker, hungry);
		if (!c->tight)
			stall(d);
		if (look(c, hungry)) {
			tw_parker_cancel(&c->parker);
			continue;
		}
		n = tw_parker_sleep(&c->parker, word, timeout_ns, ready, 4);
		read_pipe(c, ready, n);
	}
}

static void one_round(const struct stress *s, bool fds)
{
	struct dice d = dice_new(s->seed, 99);
	struct crowd *c = aligned_alloc(64, sizeof *c);
	pthread_t t[WAKERS_MAX];
	uint32_t i;

	memset(c, 0, sizeof *c);
	c->s = s;
	c->n = 1 + roll(&d, WAKERS_MAX);
	c->each = 1 + roll(&d, 400);
	c->always_hungry = roll(&d, 2);
	c->tight = roll(&d, 2);
	if (c->tight) {
		c->n = 1 + roll(&d, 2);
		c->each *= 20;
	}
	cr_assert_eq(tw_parker_init(&c->parker, fds), 0);
	cr_assert_eq(pipe(c->pipe), 0);
	if (fds) {
		struct epoll_event ev = {.events = EPOLLIN, .data.u64 = PIPE};

		cr_assert_eq(epoll_ctl(c->parker.epoll_fd, EPOLL_CTL_ADD, c->pipe[0], &ev), 0);
	}
	for (i = 0; i < c->n; i++) {
		c->waker[i].c = c;
		c->waker[i].dice = dice_new(s->seed, i);
		c->waker[i].by_pipe = fds && i == 0 && roll(&d, 2);
	}
	for (i = 0; i < c->n; i++)
		stress_start(s, &t[i], wake, &c->waker[i]);
	sleep_and_look(c, &d);
	for (i = 0; i < c->n; i++)
		pthread_join(t[i], NULL);
	tw_parker_fini(&c->parker);
	close(c->pipe[0]);
	close(c->pipe[1]);
	free(c);
}

Test(park, futex)
{
	struct stress s;

	stress_begin(&s, "park/futex", 2);
	do {
		one_round(&s, false);
	} while (stress_more(&s));
}

Test(park, epoll)
{
	struct stress s;

	stress_begin(&s, "park/epoll", 2);
	do {
		one_round(&s, true);
	} while (stress_more(&s));
}
