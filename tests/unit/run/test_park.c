/* No wake-up is lost: two threads that wake each other, thousands of times; a lost
 * one would leave both asleep until the test's time is over. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <run/park.h>
#include <sys/epoll.h>
#include <unistd.h>

struct side {
	struct tw_parker parker;
	_Atomic uint64_t inbox; /* rounds the other side has done */
};

struct game {
	struct side side[2];
	uint64_t rounds;
	int64_t timeout_ns;
};

struct player {
	struct game *g;
	uint32_t me;
};

/* Wait until the inbox holds `n`, as a worker does: look, say that we sleep, look
 * again, sleep. */
static void await(struct game *g, struct side *s, uint64_t n)
{
	struct epoll_event ready[4];

	while (atomic_load_explicit(&s->inbox, memory_order_acquire) < n) {
		uint32_t word = tw_parker_prepare(&s->parker, false);

		if (atomic_load_explicit(&s->inbox, memory_order_acquire) >= n) {
			tw_parker_cancel(&s->parker);
			return;
		}
		tw_parker_sleep(&s->parker, word, g->timeout_ns, ready, 4);
	}
}

static void *play(void *arg)
{
	struct player *p = arg;
	struct side *mine = &p->g->side[p->me], *other = &p->g->side[1 - p->me];
	uint64_t i;

	for (i = 1; i <= p->g->rounds; i++) {
		if (p->me == 1)
			await(p->g, mine, i);
		atomic_store_explicit(&other->inbox, i, memory_order_release);
		tw_parker_wake(&other->parker, false);
		if (p->me == 0)
			await(p->g, mine, i);
	}
	return NULL;
}

static void ping_pong(bool fds_a, bool fds_b, uint64_t rounds, int64_t timeout_ns)
{
	struct game g = {.rounds = rounds, .timeout_ns = timeout_ns};
	struct player p[2] = {{&g, 0}, {&g, 1}};
	pthread_t t[2];
	uint32_t i;

	cr_assert_eq(tw_parker_init(&g.side[0].parker, fds_a), 0);
	cr_assert_eq(tw_parker_init(&g.side[1].parker, fds_b), 0);
	for (i = 0; i < 2; i++)
		cr_assert_eq(pthread_create(&t[i], NULL, play, &p[i]), 0);
	for (i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	for (i = 0; i < 2; i++) {
		cr_assert_eq(g.side[i].inbox, rounds);
		tw_parker_fini(&g.side[i].parker);
	}
}

Test(park, futex_and_futex, .timeout = 60)
{
	ping_pong(false, false, 20000, -1);
}

Test(park, epoll_and_epoll, .timeout = 60)
{
	ping_pong(true, true, 10000, -1);
}

Test(park, futex_and_epoll, .timeout = 60)
{
	ping_pong(false, true, 10000, -1);
}

/* Sleeps that end by themselves just when they are ended by the other side. */
Test(park, time_and_wake_race, .timeout = 60)
{
	ping_pong(false, false, 10000, 20000);
	ping_pong(true, true, 3000, 20000);
}

/* Many wakers, one sleeper that adds up what they gave. */
struct crowd {
	struct tw_parker parker;
	_Atomic uint64_t given[4];
	uint64_t each;
};

struct giver {
	struct crowd *c;
	uint32_t me;
};

static void *give(void *arg)
{
	struct giver *g = arg;
	uint64_t i;

	for (i = 1; i <= g->c->each; i++) {
		atomic_store_explicit(&g->c->given[g->me], i, memory_order_release);
		tw_parker_wake(&g->c->parker, false);
	}
	return NULL;
}

static uint64_t total(struct crowd *c)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < 4; i++)
		sum += atomic_load_explicit(&c->given[i], memory_order_acquire);
	return sum;
}

static void many_wakers(bool fds)
{
	struct crowd c = {.each = 5000};
	struct epoll_event ready[4];
	struct giver g[4];
	pthread_t t[4];
	uint64_t seen = 0;
	uint32_t i;

	cr_assert_eq(tw_parker_init(&c.parker, fds), 0);
	for (i = 0; i < 4; i++) {
		g[i] = (struct giver){&c, i};
		cr_assert_eq(pthread_create(&t[i], NULL, give, &g[i]), 0);
	}
	while (seen < 4 * c.each) {
		uint32_t word = tw_parker_prepare(&c.parker, false);
		uint64_t now = total(&c);

		if (now != seen)
			tw_parker_cancel(&c.parker);
		else
			tw_parker_sleep(&c.parker, word, -1, ready, 4);
		seen = now;
	}
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	tw_parker_fini(&c.parker);
}

Test(park, many_wakers_futex, .timeout = 60)
{
	many_wakers(false);
}

Test(park, many_wakers_epoll, .timeout = 60)
{
	many_wakers(true);
}

/* Memory that came home wakes only who lacks it. */
Test(park, give_back_wakes_the_hungry_alone)
{
	struct tw_parker p;
	uint32_t word;

	cr_assert_eq(tw_parker_init(&p, false), 0);
	word = tw_parker_prepare(&p, false);
	tw_parker_wake(&p, true);
	cr_assert_eq(p.state, TW_ASLEEP);
	cr_assert_eq(p.signal, word);
	tw_parker_wake(&p, false);
	cr_assert_eq(p.state, TW_AWAKE);
	cr_assert_neq(p.signal, word);
	tw_parker_sleep(&p, word, -1, NULL, 0); /* returns: it was woken since prepare */
	word = tw_parker_prepare(&p, true);
	tw_parker_wake(&p, true);
	cr_assert_eq(p.state, TW_AWAKE);
	tw_parker_sleep(&p, word, -1, NULL, 0);
	tw_parker_wake(&p, false); /* nobody sleeps */
	cr_assert_eq(p.state, TW_AWAKE);
	tw_parker_fini(&p);
}

Test(park, descriptors_end_the_sleep)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 42}, ready[4];
	struct tw_parker p;
	int fd[2];

	cr_assert_eq(pipe(fd), 0);
	cr_assert_eq(tw_parker_init(&p, true), 0);
	cr_assert_eq(epoll_ctl(p.epoll_fd, EPOLL_CTL_ADD, fd[0], &ev), 0);
	cr_assert_eq(tw_parker_sleep(&p, tw_parker_prepare(&p, false), 1000000, ready, 4), 0);
	cr_assert_eq(write(fd[1], "x", 1), 1);
	cr_assert_eq(tw_parker_sleep(&p, tw_parker_prepare(&p, false), -1, ready, 4), 1);
	cr_assert_eq(ready[0].data.u64, 42);
	tw_parker_prepare(&p, false);
	tw_parker_wake(&p, false); /* both at once: the wake itself is not shown */
	cr_assert_eq(tw_parker_sleep(&p, 0, -1, ready, 4), 1);
	cr_assert_eq(ready[0].data.u64, 42);
	tw_parker_fini(&p);
	close(fd[0]);
	close(fd[1]);
}
