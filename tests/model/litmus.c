/*
 * litmus.c - is the explorer's memory the one of C11? The small programs of the
 * literature, each with a result that must be seen or must not. With an argument, one
 * that is broken, and must end with 1.
 */
#include "explore.h"

#include <stdatomic.h>
#include <string.h>

static struct {
	_Atomic uint32_t x, y;
	uint32_t data;
} m;
static uint32_t r[4];
static bool weak_seen; /* the result that only a weak memory gives */

static void setup(void)
{
	memset(&m, 0, sizeof m);
	memset(r, 0, sizeof r);
	ex_share(&m, sizeof m, "m");
}

static void must_be_seen(void)
{
	ex_expect(weak_seen, "a result that C11 allows was not seen");
	weak_seen = false;
}

static uint32_t get(uint32_t *at, memory_order order)
{
	return atomic_load_explicit(at, order);
}

static void set(uint32_t *at, uint32_t v, memory_order order)
{
	atomic_store_explicit(at, v, order);
}

#define RLX memory_order_relaxed
#define ACQ memory_order_acquire
#define REL memory_order_release

/* Store buffering: both threads store, then load the other's. */
static void sb_0(void)
{
	set(&m.x, 1, REL);
	r[0] = get(&m.y, ACQ);
}
static void sb_1(void)
{
	set(&m.y, 1, REL);
	r[1] = get(&m.x, ACQ);
}
static void sb_check(void)
{
	weak_seen |= !r[0] && !r[1];
}
static void sb_fence_0(void)
{
	set(&m.x, 1, RLX);
	atomic_thread_fence(memory_order_seq_cst);
	r[0] = get(&m.y, RLX);
}
static void sb_fence_1(void)
{
	set(&m.y, 1, RLX);
	atomic_thread_fence(memory_order_seq_cst);
	r[1] = get(&m.x, RLX);
}
static void sb_fence_acq_rel_1(void)
{
	set(&m.y, 1, RLX);
	atomic_thread_fence(memory_order_acq_rel);
	r[1] = get(&m.x, RLX);
}
static void sb_forbidden(void)
{
	ex_expect(r[0] || r[1], "store buffering through two seq_cst fences");
}

/* Message passing. */
static void mp_relaxed_0(void)
{
	set(&m.x, 1, RLX);
	set(&m.y, 1, RLX);
}
static void mp_relaxed_1(void)
{
	while (!get(&m.y, RLX))
		ex_pause();
	r[0] = get(&m.x, RLX);
}
static void mp_check(void)
{
	weak_seen |= !r[0];
}
static void mp_0(void)
{
	m.data = 1;
	set(&m.x, 1, RLX);
	set(&m.y, 1, REL);
}
static void mp_1(void)
{
	while (!get(&m.y, ACQ))
		ex_pause();
	r[0] = get(&m.x, RLX) && m.data;
}
static void mp_fence_0(void)
{
	m.data = 1;
	set(&m.x, 1, RLX);
	atomic_thread_fence(memory_order_release);
	set(&m.y, 1, RLX);
}
static void mp_fence_1(void)
{
	while (!get(&m.y, RLX))
		ex_pause();
	atomic_thread_fence(memory_order_acquire);
	r[0] = get(&m.x, RLX) && m.data;
}
static void mp_forbidden(void)
{
	ex_expect(r[0], "a message was not passed");
}

/* An RMW continues a release sequence: who reads its store acquires the first one's. */
static void sequence_1(void)
{
	while (!get(&m.y, RLX))
		ex_pause();
	atomic_fetch_add_explicit(&m.y, 1, RLX);
}
static void sequence_2(void)
{
	while (get(&m.y, ACQ) != 2)
		ex_pause();
	r[0] = get(&m.x, RLX) && m.data;
}

/* Load buffering: each reads what the other stores after its own load. C11 allows it; a
 * machine that runs programs in order has no such result. README.md tells what that means. */
static void lb_0(void)
{
	r[0] = get(&m.x, RLX);
	set(&m.y, 1, RLX);
}
static void lb_1(void)
{
	r[1] = get(&m.y, RLX);
	set(&m.x, 1, RLX);
}
static void lb_check(void)
{
	ex_expect(!(r[0] && r[1]), "load buffering: tell README.md");
}

/* Two readers of two independent writers disagree on their order. */
static void iriw_0(void)
{
	set(&m.x, 1, REL);
}
static void iriw_1(void)
{
	set(&m.y, 1, REL);
}
static void iriw_2(void)
{
	r[0] = get(&m.x, ACQ);
	r[1] = get(&m.y, ACQ);
}
static void iriw_3(void)
{
	r[2] = get(&m.y, ACQ);
	r[3] = get(&m.x, ACQ);
}
static void iriw_check(void)
{
	weak_seen |= r[0] && !r[1] && r[2] && !r[3];
}
static void iriw_fence_2(void)
{
	r[0] = get(&m.x, RLX);
	atomic_thread_fence(memory_order_seq_cst);
	r[1] = get(&m.y, RLX);
}
static void iriw_fence_3(void)
{
	r[2] = get(&m.y, RLX);
	atomic_thread_fence(memory_order_seq_cst);
	r[3] = get(&m.x, RLX);
}
static void iriw_forbidden(void)
{
	ex_expect(!(r[0] && !r[1] && r[2] && !r[3]), "readers disagree through seq_cst fences");
}

/* Each thread's first store may come after the other's second. */
static void two_0(void)
{
	set(&m.x, 1, RLX);
	set(&m.y, 2, RLX);
}
static void two_1(void)
{
	set(&m.y, 1, RLX);
	set(&m.x, 2, RLX);
}
static void two_check(void)
{
	weak_seen |= m.x == 1 && m.y == 1;
}

/* Coherence: one object is never seen to go back. */
static void co_0(void)
{
	set(&m.x, 1, RLX);
	set(&m.x, 2, RLX);
}
static void co_1(void)
{
	r[0] = get(&m.x, RLX);
	r[1] = get(&m.x, RLX);
}
static void co_check(void)
{
	ex_expect(r[1] >= r[0], "an object was seen to go back");
	weak_seen |= r[0] == 1 && r[1] == 2;
}

/* No increment is lost. */
static void add(void)
{
	atomic_fetch_add_explicit(&m.x, 1, RLX);
	atomic_fetch_add_explicit(&m.x, 1, RLX);
}
static void add_check(void)
{
	ex_expect(m.x == 6, "an increment was lost");
}

/* Each of these must be found. */
static void race_0(void)
{
	m.data = 1;
	set(&m.y, 1, RLX);
}
static void race_1(void)
{
	while (!get(&m.y, RLX))
		ex_pause();
	r[0] = m.data;
}
static void acquire_1(void)
{
	while (!get(&m.y, ACQ))
		ex_pause();
	r[0] = m.data;
}
static void wait_for_nobody(void)
{
	while (!get(&m.y, ACQ))
		ex_pause();
}

#define ALL .preemptions = 8, .stale = 8

int main(int argc, char **argv)
{
	static const struct ex_test tests[] = {
		{"sb", setup, {sb_0, sb_1}, sb_check, must_be_seen, ALL},
		{"sb_fence", setup, {sb_fence_0, sb_fence_1}, sb_forbidden, NULL, ALL},
		{"sb_fence_acq_rel", setup, {sb_fence_0, sb_fence_acq_rel_1}, sb_check, must_be_seen, ALL},
		{"mp_relaxed", setup, {mp_relaxed_0, mp_relaxed_1}, mp_check, must_be_seen, ALL},
		{"mp", setup, {mp_0, mp_1}, mp_forbidden, NULL, ALL},
		{"mp_fence", setup, {mp_fence_0, mp_fence_1}, mp_forbidden, NULL, ALL},
		{"release_sequence", setup, {mp_0, sequence_1, sequence_2}, mp_forbidden, NULL, ALL},
		{"load_buffering", setup, {lb_0, lb_1}, lb_check, NULL, ALL},
		{"iriw", setup, {iriw_0, iriw_1, iriw_2, iriw_3}, iriw_check, must_be_seen, ALL},
		{"iriw_fence", setup, {iriw_0, iriw_1, iriw_fence_2, iriw_fence_3}, iriw_forbidden, NULL, ALL},
		{"two_plus_two", setup, {two_0, two_1}, two_check, must_be_seen, ALL},
		{"coherence", setup, {co_0, co_1}, co_check, must_be_seen, ALL},
		{"add", setup, {add, add, add}, add_check, NULL, ALL},
	};

	static const struct ex_test broken[] = {
		{"not_released", setup, {race_0, acquire_1}, NULL, NULL, ALL},
		{"not_acquired", setup, {mp_0, race_1}, NULL, NULL, ALL},
		{"nobody_comes", setup, {wait_for_nobody}, NULL, NULL, ALL},
	};

	if (argc > 1)
		return ex_main(argc, argv, broken, sizeof broken / sizeof *broken);
	return ex_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
