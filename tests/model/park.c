/*
 * park.c - engine/run/park.c, explored as it is, alone and with rings; its system
 * calls are linked (--wrap) to those at the end of this file.
 *
 * Who sleeps does so in the order of park() in engine/run/worker.c: say so, look once
 * more, and sleep only if that look found nothing and did not make us hungry.
 */
#include "explore.h"

#include <mem/ring.h>
#include <run/park.h>

#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ITEMS 2

static struct {
	struct tw_parker p, q;
	_Atomic uint32_t in[2]; /* how many items each waker has put there */
	_Atomic uint32_t back;  /* how much memory came home */
	_Atomic uint32_t out;   /* what the sleeper has sent on */
} m;

/* The sleeper's own. */
static struct {
	uint32_t expected, seen[2], back_seen, have, taken;
	bool starved;
} s;

static void setup(void)
{
	memset(&m, 0, sizeof m);
	memset(&s, 0, sizeof s);
	tw_parker_init(&m.p, false);
	tw_parker_init(&m.q, false);
	s.expected = 2 * ITEMS;
	ex_share(&m, sizeof m, "m");
}

static void setup_one_waker(void)
{
	setup();
	s.expected = ITEMS;
}

static void setup_fds(void)
{
	setup();
	m.p.event_fd = m.p.epoll_fd = 1;
}

/* One sleeper, two wakers. */

static bool look(void)
{
	bool did = false;
	int i;

	for (i = 0; i < 2; i++) {
		uint32_t n = atomic_load_explicit(&m.in[i], memory_order_acquire);

		did |= n > s.seen[i];
		if (n > s.seen[i])
			s.seen[i] = n;
	}
	return did;
}

static void sleeper(int64_t timeout_ns)
{
	while (s.seen[0] + s.seen[1] < s.expected) {
		struct epoll_event ready[2];
		uint32_t word;

		if (look())
			continue;
		word = tw_parker_prepare(&m.p, false);
		if (look()) {
			tw_parker_cancel(&m.p);
			continue;
		}
		ex_expect(tw_parker_sleep(&m.p, word, timeout_ns, ready, 2) == 0, "a descriptor that is not there");
	}
}

static void sleeper_0(void)
{
	sleeper(-1);
}

static void sleeper_timed(void)
{
	sleeper(1000);
}

static void put(int i)
{
	uint32_t k;

	for (k = 1; k <= ITEMS; k++) {
		atomic_store_explicit(&m.in[i], k, memory_order_release);
		tw_parker_wake(&m.p, false);
	}
}

static void waker_0(void)
{
	put(0);
}

static void waker_1(void)
{
	put(1);
}

/*
 * Memory. The sleeper has one batch; each item that it takes needs one, which goes out
 * and is given back by another thread. That wakes it only if it is hungry.
 */

static void setup_memory(void)
{
	setup();
	s.have = 1;
}

static bool round_once(void)
{
	const uint32_t back = atomic_load_explicit(&m.back, memory_order_acquire);
	bool did = back > s.back_seen;

	s.have += back - s.back_seen;
	s.back_seen = back;
	if (atomic_load_explicit(&m.in[0], memory_order_acquire) == s.taken)
		return did;
	s.starved = s.have == 0;
	if (s.starved)
		return did;
	s.have--;
	s.taken++;
	atomic_store_explicit(&m.out, s.taken, memory_order_release);
	return true;
}

static bool is_hungry(void)
{
	return s.starved;
}

static void park(void)
{
	const bool hungry = is_hungry();
	const uint32_t word = tw_parker_prepare(&m.p, hungry);

	if (round_once() || is_hungry() != hungry) {
		tw_parker_cancel(&m.p);
		return;
	}
	tw_parker_sleep(&m.p, word, -1, NULL, 0);
}

static void worker(void)
{
	while (s.taken < ITEMS)
		if (!round_once())
			park();
}

static void give_back(void)
{
	uint32_t k;

	for (k = 1; k <= ITEMS; k++) {
		while (atomic_load_explicit(&m.out, memory_order_acquire) < k)
			ex_pause();
		atomic_store_explicit(&m.back, k, memory_order_release);
		tw_parker_wake(&m.p, true);
	}
}

/* A ring between two workers that both sleep: one while it is empty, one while it is
 * full, which it is told of as of memory. */

#define SENT 4

static struct tw_ring ring;
static uint64_t batch[SENT];

static void setup_ring(void)
{
	setup();
	if (ring.slot)
		tw_ring_fini(&ring);
	ex_expect(tw_ring_init(&ring, 2, 1) == 0, "no memory");
	memset(batch, 0, sizeof batch);
	ex_share(&ring, sizeof ring, "ring");
	ex_share(ring.slot, 2 * sizeof *ring.slot, "slot");
	ex_share(batch, sizeof batch, "batch");
}

static void wait_for_room(void)
{
	while (tw_ring_room(&ring, 1) < 1) {
		const uint32_t word = tw_parker_prepare(&m.p, true);

		if (tw_ring_room(&ring, 1) < 1)
			tw_parker_sleep(&m.p, word, -1, NULL, 0);
		else
			tw_parker_cancel(&m.p);
	}
}

static void sender(void)
{
	uint32_t i;

	for (i = 0; i < SENT; i++) {
		wait_for_room();
		batch[i] = 100 + i;
		tw_ring_push(&ring, 1, i, 0, i);
		tw_parker_wake(&m.q, false);
	}
}

static void wait_for_item(void)
{
	while (!tw_ring_ready(&ring, 0)) {
		const uint32_t word = tw_parker_prepare(&m.q, false);

		if (!tw_ring_ready(&ring, 0))
			tw_parker_sleep(&m.q, word, -1, NULL, 0);
		else
			tw_parker_cancel(&m.q);
	}
}

static void receiver(void)
{
	uint32_t i;

	for (i = 0; i < SENT; i++) {
		wait_for_item();
		ex_expect(tw_ring_peek(&ring)->place == i, "another item");
		ex_expect(batch[i] == 100 + i, "another batch");
		tw_ring_pop(&ring);
		tw_parker_wake(&m.p, true);
	}
}

/* The kernel's part. */

long __wrap_syscall(long number, ...);
int __wrap_epoll_wait(int fd, struct epoll_event *ready, int max, int ms);
ssize_t __wrap_read(int fd, void *to, size_t bytes);
ssize_t __wrap_write(int fd, const void *from, size_t bytes);

long __wrap_syscall(long number, ...)
{
	const struct timespec *timeout;
	const uint32_t *word;
	uint32_t value;
	va_list args;
	int op;

	va_start(args, number);
	word = va_arg(args, const uint32_t *);
	op = va_arg(args, int);
	value = va_arg(args, uint32_t);
	timeout = va_arg(args, const struct timespec *);
	va_end(args);
	ex_expect(number == SYS_futex && (op == FUTEX_WAIT_PRIVATE || op == FUTEX_WAKE_PRIVATE), "another system call");
	return op == FUTEX_WAIT_PRIVATE ? ex_futex_wait(word, value, timeout != NULL) : ex_futex_wake(word, (int)value);
}

int __wrap_epoll_wait(int fd, struct epoll_event *ready, int max, int ms)
{
	ex_expect(max > 0 && ms != 0, "a look without sleeping");
	ready->data.u64 = UINT64_MAX;
	return ex_event_wait(fd, ms > 0);
}

ssize_t __wrap_read(int fd, void *to, size_t bytes)
{
	(void)to;
	if (ex_event_take(fd))
		return (ssize_t)bytes;
	errno = EAGAIN;
	return -1;
}

ssize_t __wrap_write(int fd, const void *from, size_t bytes)
{
	(void)from;
	ex_event_add(fd);
	return (ssize_t)bytes;
}

int main(int argc, char **argv)
{
	static const struct ex_test tests[] = {
		{"park", setup, {sleeper_0, waker_0, waker_1}, NULL, NULL, 3, 1, 0},
		{"park_stale", setup_one_waker, {sleeper_0, waker_0}, NULL, NULL, 4, 4, 0},
		{"park_timed", setup_one_waker, {sleeper_timed, waker_0}, NULL, NULL, 3, 2, 2},
		{"park_fds", setup_fds, {sleeper_0, waker_0, waker_1}, NULL, NULL, 2, 2, 0},
		{"hungry", setup_memory, {worker, waker_0, give_back}, NULL, NULL, 3, 1, 0},
		{"ring_park", setup_ring, {sender, receiver}, NULL, NULL, 3, 2, 0},
	};

	return ex_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
