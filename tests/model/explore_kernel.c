/*
 * explore_kernel.c - what park.c asks the kernel for: a futex, and an eventfd in an
 * epoll.
 *
 * A futex call compares the word and falls asleep under a lock that who wakes takes,
 * too. Who waits therefore reads the word at least as new as any earlier waker of it
 * knew it; else it may read any store that it could load. The lock orders more than
 * that in a real kernel; park.h does not rely on it, so it is not modelled.
 */
#include "explore_inside.h"

#include <errno.h>
#include <string.h>

#define FDS 4

static struct {
	const void *word; /* one futex is enough: each has words of its own... */
	uint16_t known;   /* ...the newest store that a waker of it knew */
} futex[EX_THREADS];

static uint64_t counter[FDS];

void ex_kernel_reset(void)
{
	memset(futex, 0, sizeof futex);
	memset(counter, 0, sizeof counter);
}

static int futex_of(const void *word)
{
	int i;

	for (i = 0; i < EX_THREADS; i++) {
		if (!futex[i].word)
			futex[i].word = word;
		if (futex[i].word == word)
			return i;
	}
	ex_broken("too many futexes");
}

/* Sleeps until woken; false: by its time limit. */
static bool block(struct ex_thread *t, enum ex_state state, const void *on, bool timed)
{
	t->state = state;
	t->waits_on = on;
	t->is_timed = timed;
	t->timed_out = false;
	ex_pick();
	return !t->timed_out;
}

static int wake(enum ex_state state, const void *on, int n)
{
	int i, woken = 0;

	for (i = 0; i < ex.n_threads && woken < n; i++) {
		struct ex_thread *t = &ex.t[i];

		if (t->state != state || t->waits_on != on)
			continue;
		t->state = EX_READY;
		t->is_fresh = true;
		woken++;
	}
	return woken;
}

long ex_futex_wait(const uint32_t *word, uint32_t expected, bool timed)
{
	const int f = futex_of(word);
	struct ex_thread *t;
	struct ex_loc *l;
	int i;

	ex_sched();
	t = &ex.t[ex.now];
	l = ex_loc(word, sizeof *word, &i);
	ex_know(t, i, futex[f].known);
	if ((uint32_t)ex_read_any(t, l, i) != expected) {
		ex_note("futex_wait: changed", word, expected, 0, 0);
		return -1;
	}
	ex_note("futex_wait: asleep", word, expected, 0, 0);
	if (block(t, EX_IN_FUTEX, word, timed))
		return 0;
	ex_note("futex_wait: timed out", word, expected, 0, 0);
	return -1;
}

long ex_futex_wake(const uint32_t *word, int n)
{
	const int f = futex_of(word);
	struct ex_loc *l;
	int i, woken;

	ex_sched();
	l = ex_loc(word, sizeof *word, &i);
	(void)l;
	if (ex.msg[ex.t[ex.now].cur.at[i]].pos > ex.msg[futex[f].known].pos)
		futex[f].known = ex.t[ex.now].cur.at[i];
	woken = wake(EX_IN_FUTEX, word, n);
	ex_note("futex_wake", word, (uint64_t)woken, 0, 0);
	return woken;
}

int ex_event_wait(int fd, bool timed)
{
	ex_sched();
	if (counter[fd] == 0) {
		ex_note("epoll_wait: asleep", NULL, (uint64_t)fd, 0, 0);
		if (!block(&ex.t[ex.now], EX_IN_EPOLL, &counter[fd], timed))
			return 0;
	}
	ex_note("epoll_wait: ready", NULL, counter[fd], 0, 0);
	return 1;
}

void ex_event_add(int fd)
{
	ex_sched();
	counter[fd]++;
	wake(EX_IN_EPOLL, &counter[fd], 1);
	ex_note("eventfd: write", NULL, counter[fd], 0, 0);
}

bool ex_event_take(int fd)
{
	bool had;

	ex_sched();
	had = counter[fd] > 0;
	counter[fd] = 0;
	ex_note("eventfd: read", NULL, had, 0, 0);
	return had;
}
