/*
 * run/park.h - a thread sleeps until another one has something for it.
 *
 * The classic race: the sleeper looks at its rings, finds nothing, and goes to
 * sleep while the other puts something in and sees nobody asleep. Both sides
 * therefore publish first and look second, with a sequentially consistent fence
 * between (acquire and release alone lose wake-ups):
 *
 *     sleeper                          waker
 *     state = ASLEEP                   ring: item in, release
 *     fence seq_cst                    fence seq_cst
 *     look at the rings again          state ASLEEP? then wake
 *
 * In the one order of the two fences either the sleeper's second look sees the
 * item, or the waker sees ASLEEP. The data itself is ordered by the rings.
 */
#ifndef TW_RUN_PARK_H
#define TW_RUN_PARK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { TW_AWAKE, TW_ASLEEP, TW_ASLEEP_HUNGRY /* wants its memory back, too */ };

struct tw_parker {
	/* Written by the sleeper before and after sleeping and by a waker (exchange to
	 * TW_AWAKE, so that one of several wakes); all relaxed, ordered by the fences. */
	_Alignas(64) _Atomic uint32_t state;
	/* futex word: a waker adds 1 (release; pairs with the acquire in tw_parker_prepare) */
	_Atomic uint32_t signal;
	int event_fd; /* constant; >= 0: the sleeper sleeps in epoll on it */
	int epoll_fd; /* constant */
};

/* with_fds: sleeps in epoll, so that descriptors wake it too. 0 or -errno. [control] */
int tw_parker_init(struct tw_parker *p, bool with_fds);
void tw_parker_fini(struct tw_parker *p);

/* Say that we are about to sleep; then look at all inputs once more, and either
 * tw_parker_sleep or tw_parker_cancel. Returns the word for tw_parker_sleep. [sleeper] */
uint32_t tw_parker_prepare(struct tw_parker *p, bool hungry);
void tw_parker_cancel(struct tw_parker *p);

/* Sleep until woken, a descriptor is ready, or timeout_ns passed (< 0: for ever).
 * With fds: up to `max` ready ones' data are put in ready[]; returns their number. */
struct epoll_event;
int tw_parker_sleep(struct tw_parker *p, uint32_t word, int64_t timeout_ns, struct epoll_event *ready, int max);

/* After something was put where the sleeper looks. give_back: only memory came
 * home, wake it only if hungry. [any] */
void tw_parker_wake(struct tw_parker *p, bool give_back);

#endif
