/* run/park.c - see park.h for why no wake-up is lost. */
#include <run/park.h>

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int tw_parker_init(struct tw_parker *p, bool with_fds)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = UINT64_MAX};

	memset(p, 0, sizeof *p);
	p->event_fd = p->epoll_fd = -1;
	if (!with_fds)
		return 0;
	p->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	p->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->epoll_fd < 0 || p->event_fd < 0 || epoll_ctl(p->epoll_fd, EPOLL_CTL_ADD, p->event_fd, &ev) < 0) {
		int err = -errno;

		tw_parker_fini(p);
		return err;
	}
	return 0;
}

void tw_parker_fini(struct tw_parker *p)
{
	if (p->epoll_fd >= 0)
		close(p->epoll_fd);
	if (p->event_fd >= 0)
		close(p->event_fd);
	p->epoll_fd = p->event_fd = -1;
}

uint32_t tw_parker_prepare(struct tw_parker *p, bool hungry)
{
	/* acquire, pairs with the release in tw_parker_wake: a waker that takes back the
	 * state below changes the word after this. Else a late one of the sleep before
	 * could do both in between, as relaxed accesses may be moved; we would sleep on
	 * the changed word, and whoever comes then would think us awake. */
	uint32_t word = atomic_load_explicit(&p->signal, memory_order_acquire);

	atomic_store_explicit(&p->state, hungry ? TW_ASLEEP_HUNGRY : TW_ASLEEP, memory_order_relaxed);
	/* pairs with the fence in tw_parker_wake */
	atomic_thread_fence(memory_order_seq_cst);
	return word;
}

void tw_parker_cancel(struct tw_parker *p)
{
	atomic_store_explicit(&p->state, TW_AWAKE, memory_order_relaxed);
}

static int sleep_epoll(struct tw_parker *p, int64_t timeout_ns, struct epoll_event *ready, int max)
{
	int ms = timeout_ns < 0
			 ? -1
			 : (int)((timeout_ns + 999999) / 1000000 > 60000 ? 60000 : (timeout_ns + 999999) / 1000000);
	int i, k = 0, n = epoll_wait(p->epoll_fd, ready, max, ms);

	for (i = 0; i < n; i++) {
		uint64_t count;

		if (ready[i].data.u64 != UINT64_MAX)
			ready[k++] = ready[i];
		else if (read(p->event_fd, &count, sizeof count) < 0)
			continue; /* EAGAIN: another wake took it */
	}
	return k;
}

int tw_parker_sleep(struct tw_parker *p, uint32_t word, int64_t timeout_ns, struct epoll_event *ready, int max)
{
	int n = 0;

	if (p->event_fd >= 0) {
		n = sleep_epoll(p, timeout_ns, ready, max);
	} else {
		struct timespec t = {timeout_ns / 1000000000, timeout_ns % 1000000000};

		/* returns at once when a waker has changed the word since prepare */
		syscall(SYS_futex, &p->signal, FUTEX_WAIT_PRIVATE, word, timeout_ns < 0 ? NULL : &t, NULL, 0);
	}
	atomic_store_explicit(&p->state, TW_AWAKE, memory_order_relaxed);
	return n;
}

void tw_parker_wake(struct tw_parker *p, bool give_back)
{
	uint32_t state;

	/* pairs with the fence in tw_parker_prepare */
	atomic_thread_fence(memory_order_seq_cst);
	state = atomic_load_explicit(&p->state, memory_order_relaxed);
	if (state == TW_AWAKE || (give_back && state != TW_ASLEEP_HUNGRY))
		return;
	if (atomic_exchange_explicit(&p->state, TW_AWAKE, memory_order_relaxed) == TW_AWAKE)
		return;
	/* pairs with the acquire in tw_parker_prepare */
	atomic_fetch_add_explicit(&p->signal, 1, memory_order_release);
	if (p->event_fd >= 0) {
		uint64_t one = 1;

		while (write(p->event_fd, &one, sizeof one) < 0 && errno == EINTR)
			;
	} else {
		syscall(SYS_futex, &p->signal, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	}
}
