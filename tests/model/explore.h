/*
 * explore.h - runs a few threads through all their interleavings and all values that
 * a weak memory may show them, within bounds.
 *
 * The memory is that of C11 without out-of-thin-air values (RC11 as a machine of
 * views): each atomic object has its list of stores in modification order; a thread
 * has a view, the oldest store of each object that it may still read; release and
 * acquire hand views on, as do fences; sequentially consistent fences share one more
 * view. Plain accesses are checked for data races by vector clocks: the compiler is
 * asked for its thread sanitizer's calls, which end here (explore_plain.c).
 *
 * A test is a setup, up to four threads, and a check at the end; it is run again and
 * again from its setup, each time with other choices, depth first, until all are
 * tried. README.md says what the bounds are and what they leave out.
 */
#ifndef TW_MODEL_EXPLORE_H
#define TW_MODEL_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EX_THREADS 4

struct ex_test {
	const char *name;
	void (*setup)(void);
	void (*thread[EX_THREADS])(void);
	void (*check)(void); /* when all threads of an execution have ended; may be NULL */
	void (*done)(void);  /* after all executions; may be NULL */
	int preemptions;     /* at most so many times a thread that could go on is stopped */
	int stale;           /* at most so many reads of, or stores before, what is not the newest */
	int timeouts;        /* at most so many sleeps with a time limit end by it */
};

/* PROGRAM [TEST...]: explores those, or all. 0: nothing found; 1: a violation, told
 * with the steps that lead to it; 2: the test asks for more than the explorer has.
 * THALWEG_MODEL_MORE=N in the environment adds N to each test's bounds. */
int ex_main(int argc, char **argv, const struct ex_test *tests, size_t n);

/* In setup: plain accesses to these bytes are checked, and traces use this name. */
void ex_share(const void *at, size_t bytes, const char *name);

/* Body of a loop that waits for another thread and does nothing else: goes on when
 * something read since the last pause has a newer value, and then reads one. */
void ex_pause(void);

/* A violation unless ok. */
void ex_expect(bool ok, const char *what);

/* The kernel, for park.c: futex, and an eventfd in an epoll. What these order is the
 * word and the counter, nothing else, though a real kernel orders more. */
long ex_futex_wait(const uint32_t *word, uint32_t expected, bool timed);
long ex_futex_wake(const uint32_t *word, int n);
int ex_event_wait(int fd, bool timed);
void ex_event_add(int fd);
bool ex_event_take(int fd);

#endif
