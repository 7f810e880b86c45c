/* explore_inside.h - what explore.c, explore_plain.c and explore_kernel.c share. */
#ifndef TW_MODEL_EXPLORE_INSIDE_H
#define TW_MODEL_EXPLORE_INSIDE_H

#include "explore.h"

#include <stdatomic.h>
#include <ucontext.h>

#define EX_LOCS 72    /* atomic objects of a test */
#define EX_MSGS 400   /* stores of one execution */
#define EX_STEPS 4000 /* operations of one execution */
#define EX_STACK (64 * 1024)

/* What a thread knows: of each atomic object a store (0: the first) that it may not
 * read behind; of each thread how far it comes after it. */
struct ex_view {
	uint16_t at[EX_LOCS];
	uint16_t clock[EX_THREADS];
};

/* A store. */
struct ex_msg {
	uint64_t value;
	uint16_t pos;        /* in the modification order of its object */
	bool is_rmw;         /* nothing may come between it and its predecessor */
	struct ex_view view; /* what it hands on to who acquires it */
};

/* An atomic object. */
struct ex_loc {
	const void *at;
	size_t size;
	uint16_t n;
	uint16_t msg[EX_MSGS / 4]; /* in modification order */
};

enum ex_state { EX_READY, EX_PAUSED, EX_IN_FUTEX, EX_IN_EPOLL, EX_ENDED };

struct ex_thread {
	ucontext_t ctx;
	void (*run)(void);
	char *stack;
	enum ex_state state;
	bool is_fresh; /* just chosen: its next operation is not a new choice */
	bool is_timed, timed_out;
	const void *waits_on;
	struct ex_view cur, acq, rel;
	/* since the last pause: objects read, the store that each read last gave */
	uint16_t n_reads, read_loc[EX_LOCS], read_msg[EX_LOCS];
	int newer_loc; /* after a pause: the object of which a newer store is read; -1 */
	uint16_t newer_than;
};

struct ex_step {
	const char *op;
	const void *at;
	uint64_t value;
	uint8_t thread, order, behind;
};

/* One explorer a program: the calls of stdatomic.h have no argument for it. */
struct ex {
	const struct ex_test *test;
	ucontext_t main;
	int n_threads, now; /* now: the running thread; -1: setup or check */
	int preempted, stale, timeouts;
	struct ex_thread t[EX_THREADS];
	int n_locs;
	struct ex_loc loc[EX_LOCS];
	int n_msgs;
	struct ex_msg msg[EX_MSGS];
	struct ex_view sc; /* of all sequentially consistent fences so far */
	/* the choices of this execution, and how many there were at each */
	int depth, known;
	struct {
		uint8_t taken, of;
	} choice[EX_STEPS];
	int n_steps;
	struct ex_step step[EX_STEPS];
	unsigned long executions;
};

extern struct ex ex;

int ex_choose(int n);
void ex_sched(void); /* a scheduling point of the running thread */
void ex_pick(void);  /* gives way; returns when the thread has been chosen again */
void ex_note(const char *op, const void *at, uint64_t value, int order, int behind);
void ex_plain_reset(void);
const char *ex_name(const void *at, size_t *offset);
_Noreturn void ex_violation(const char *kind, const void *at);
_Noreturn void ex_broken(const char *why);
struct ex_loc *ex_loc(const void *at, size_t size, int *index);
/* Thread t may not read what is older than m; reads one that it may, orders nothing. */
void ex_know(struct ex_thread *t, int loc, uint16_t m);
uint64_t ex_read_any(struct ex_thread *t, const struct ex_loc *l, int loc);
void ex_kernel_reset(void);

#endif
