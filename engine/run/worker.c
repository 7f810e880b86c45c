/* run/worker.c - the loop of one worker; see worker.h and engine/README.md. */
#include <run/run.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>

/* An adaptive worker parks when it found nothing to do for so long, looked up every so
 * many rounds: records that come every 100 us still find it awake. */
#define SPIN_NS 250000
#define SPIN_CHECK 64u
/* With descriptors: look at them every so many busy rounds, and when idle. */
#define POLL_EVERY 16u
#define READY_MAX 64

static inline void cpu_pause(void)
{
#if defined __x86_64__
	__builtin_ia32_pause();
#endif
}

int64_t tw_worker_now(struct tw_worker *w)
{
	if (w->now_ns == 0)
		w->now_ns = tw_clock_real();
	return w->now_ns;
}

static bool take_answers(struct tw_worker *w)
{
	struct tw_io *req;
	bool did = false;

	while (w->io.under_way > 0 && (req = tw_io_port_answer(&w->io)) != NULL) {
		struct tw_node *n = &w->run->nodes[req->node];

		req->busy = 0;
		n->event = true;
		tw_node_ready(n);
		did = true;
	}
	return did;
}

/* Tell nodes which of their descriptors are readable. The watched datum is the
 * node's index and the operator's token, see services.c. */
static void note_ready(struct tw_worker *w, const struct epoll_event *ready, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		struct tw_node *node = &w->run->nodes[ready[i].data.u64 >> 44];

		node->event = true;
		tw_node_ready(node);
		if (node->source && node->source->ready)
			node->source->ready(&node->ctx, node->op, ready[i].data.u64 & ((1ull << 44) - 1));
	}
}

static void poll_fds(struct tw_worker *w)
{
	struct epoll_event ready[READY_MAX];
	int i, k = 0, n = epoll_wait(w->parker.epoll_fd, ready, READY_MAX, 0);

	for (i = 0; i < n; i++)
		if (ready[i].data.u64 != UINT64_MAX)
			ready[k++] = ready[i];
	note_ready(w, ready, k);
}

void tw_node_ready(struct tw_node *n)
{
	n->worker->ready[n->at / 64] |= UINT64_C(1) << n->at % 64;
}

/* Wake who sleeps and has something to look at. */
static void ring_doorbells(struct tw_worker *w)
{
	uint32_t i;

	if (!w->run->may_park || (!w->any_rang && !w->home->any_rang))
		return;
	w->any_rang = w->home->any_rang = false;
	for (i = 0; i < w->run->n_workers; i++) {
		const bool back = w->home->rang[i] != TW_RANG_NOT;

		if (w->rang[i] || back)
			tw_parker_wake(&w->run->workers[i].parker, !w->rang[i] && w->home->rang[i] != TW_RANG_WALKER);
		w->rang[i] = 0;
		w->home->rang[i] = TW_RANG_NOT;
	}
}

static void end_node(struct tw_worker *w)
{
	w->live--;
	/* release: what the node counted is visible to who sees it gone */
	if (atomic_fetch_sub_explicit(&w->run->nodes_left, 1, memory_order_release) == 1) {
		uint32_t i;

		for (i = 0; i < w->run->n_workers; i++)
			tw_parker_wake(&w->run->workers[i].parker, false);
	}
}

/* Nodes to which something came from other workers. */
static void look_at_rings(struct tw_worker *w)
{
	uint32_t i;

	for (i = 0; i < w->n_rings; i++)
		if (tw_ring_ready(&w->rings[i]->ring, 0))
			tw_node_ready(w->rings[i]->to);
}

/* Nodes whose alarm went off. */
static void look_at_alarms(struct tw_worker *w)
{
	int64_t next = INT64_MAX;
	uint32_t i;

	if (w->alarm_ns == INT64_MAX || w->alarm_ns > tw_worker_now(w))
		return;
	for (i = 0; i < w->n_nodes; i++) {
		struct tw_node *n = w->nodes[i];

		if (n->alarm_ns <= w->now_ns) {
			n->alarm_ns = INT64_MAX; /* it is set once */
			n->rung = true;
			tw_node_ready(n);
		} else if (n->alarm_ns < next) {
			next = n->alarm_ns;
		}
	}
	w->alarm_ns = next;
}

static bool run_node(struct tw_worker *w, struct tw_node *n)
{
	const bool was_over = n->ended && !n->dirty;
	bool did = tw_node_run(n);

	if (!was_over && n->ended && !n->dirty) {
		end_node(w);
		did = true;
	}
	ring_doorbells(w);
	return did;
}

/* Nodes that are ready, in topological order; what they make ready behind them has its
 * turn, too. */
static bool run_ready(struct tw_worker *w)
{
	uint32_t i;
	bool did = false;

	for (i = 0; i < w->n_words; i++) {
		uint64_t left = ~UINT64_C(0), due;

		while ((due = (w->ready[i] | w->always[i]) & left) != 0) {
			const uint64_t bit = due & -due;

			left = ~(bit | (bit - 1));
			w->ready[i] &= ~bit;
			did |= run_node(w, w->nodes[64 * i + (uint32_t)__builtin_ctzll(due)]);
		}
	}
	return did;
}

/* One scheduling round; before sleep with a look at all that may have come home. true:
 * something was done. */
static bool round_once(struct tw_worker *w, bool before_sleep)
{
	bool did;

	w->now_ns = 0;
	did = (before_sleep ? tw_home_round(w->home) : tw_home_look(w->home)) > 0;
	did |= take_answers(w);
	look_at_rings(w);
	look_at_alarms(w);
	did |= run_ready(w);
	ring_doorbells(w);
	tw_stat_add(&w->rounds, 1);
	return did;
}

/* ns until something must be done by the clock; -1: nothing. */
static int64_t time_left(struct tw_worker *w)
{
	int64_t now = tw_clock_real(), next = INT64_MAX;
	uint32_t i;

	for (i = 0; i < w->n_nodes; i++) {
		const struct tw_node *n = w->nodes[i];

		if (n->ended)
			continue;
		if (n->alarm_ns < next && !n->blocked) /* room comes with a wake-up of its own */
			next = n->alarm_ns;
		if (tw_node_may_idle(n) && n->last_batch_ns + n->idle_after_ns < next)
			next = n->last_batch_ns + n->idle_after_ns;
	}
	if (next == INT64_MAX)
		return -1;
	return next > now ? next - now : 0;
}

static bool is_hungry(const struct tw_worker *w)
{
	uint32_t i;

	if (w->live == 0 || w->home->n_over)
		return true; /* others' dead batches must not get stuck here */
	for (i = 0; i < w->n_nodes; i++) {
		const struct tw_node *n = w->nodes[i];

		if (n->dirty || (!n->ended && (n->blocked || n->starved))) /* an ended one may still owe its end */
			return true;
	}
	return false;
}

static bool must_stop(const struct tw_worker *w)
{
	return atomic_load_explicit(&w->run->stop, memory_order_relaxed) ||
	       /* acquire: pairs with end_node; all nodes are over, no batch will walk again */
	       atomic_load_explicit(&w->run->nodes_left, memory_order_acquire) == 0;
}

static void park(struct tw_worker *w)
{
	struct epoll_event ready[READY_MAX];
	const bool hungry = is_hungry(w);
	const uint32_t word = tw_parker_prepare(&w->parker, hungry);
	int64_t left;
	int n;

	/* What came before we said that we sleep would ring nobody: look once more. That
	 * look may leave us hungry, of which we must have told first. */
	if (round_once(w, true) || must_stop(w) || is_hungry(w) != hungry) {
		tw_parker_cancel(&w->parker);
		return;
	}
	left = time_left(w);
	if (left == 0) {
		tw_parker_cancel(&w->parker);
		return;
	}
	tw_stat_add(&w->parks, 1);
	n = tw_parker_sleep(&w->parker, word, left, ready, READY_MAX);
	w->now_ns = 0;
	note_ready(w, ready, n);
}

/* How long a worker has been without work. */
struct lull {
	uint32_t rounds;
	int64_t since; /* CLOCK_MONOTONIC; 0: not looked up yet */
	bool is_long;  /* it has lasted for half of the time: the other thread of the core may have it */
};

static bool may_spin_on(const struct tw_worker *w, struct lull *lull)
{
	const struct tw_run *r = w->run;
	int64_t now;

	if (!r->may_spin || r->wait == TW_WAIT_PARK)
		return false;
	if (r->wait == TW_WAIT_SPIN)
		return true;
	/* what the io thread is to do it may have to do on this very CPU */
	if (w->io.under_way && !r->has_spare)
		return false;
	if (++lull->rounds % SPIN_CHECK)
		return lull->since >= 0;
	now = tw_clock_mono();
	if (lull->since == 0)
		lull->since = now;
	lull->is_long = now - lull->since > SPIN_NS / 2;
	if (now - lull->since > SPIN_NS)
		lull->since = -1; /* park from now on, until there is work */
	return lull->since >= 0;
}

static void wait_for_work(struct tw_worker *w, struct lull *lull)
{
	if (!may_spin_on(w, lull)) {
		park(w);
		return;
	}
	if (w->n_watched)
		poll_fds(w);
	if (lull->is_long)
		cpu_pause();
}

/* This worker's memory is touched by it, so that its pages are there and near. */
static void touch_memory(struct tw_worker *w)
{
	uint32_t i;

	tw_home_fill(w->home);
	for (i = 0; i < w->n_rings; i++)
		tw_ring_clear(&w->rings[i]->ring);
}

/* Until all workers have touched theirs: rows that flow before would wait in the middle of
 * the graph for pages to come, of which one may take milliseconds. */
static void wait_for_others(struct tw_run *r)
{
	const struct timespec nap = {.tv_nsec = 50000};

	/* acquire and release, pair with each other: rings are clear before one is written */
	atomic_fetch_sub_explicit(&r->fills_left, 1, memory_order_release);
	while (atomic_load_explicit(&r->fills_left, memory_order_acquire) > 0 &&
	       !atomic_load_explicit(&r->stop, memory_order_relaxed)) {
		if (r->may_spin && r->wait != TW_WAIT_PARK)
			cpu_pause();
		else
			nanosleep(&nap, NULL);
	}
}

static void *worker_main(void *arg)
{
	struct tw_worker *w = arg;
	struct tw_run *r = w->run;
	struct lull lull = {0};
	uint32_t busy = 0;
	char name[16];

	tw_role = TW_ROLE_WORKER;
	snprintf(name, sizeof name, "tw-worker-%u", w->id);
	pthread_setname_np(pthread_self(), name); /* for top, perf and strace */
	if (w->cpu != TW_NONE)
		tw_pin_self(w->cpu); /* checked by the engine, which reads it back */
	touch_memory(w);
	wait_for_others(r);
	while (!must_stop(w)) {
		if (!round_once(w, false)) {
			busy = 0;
			wait_for_work(w, &lull);
			continue;
		}
		lull = (struct lull){0};
		if (w->n_watched && ++busy % POLL_EVERY == 0)
			poll_fds(w);
	}
	/* release: pairs with the acquire in tw_run_wait */
	if (atomic_fetch_sub_explicit(&r->workers_left, 1, memory_order_release) == 1)
		tw_parker_wake(&r->done, false);
	return NULL;
}

int tw_worker_start(struct tw_worker *w)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are control's */
	err = pthread_create(&w->thread, NULL, worker_main, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -err;
}

void tw_worker_join(struct tw_worker *w)
{
	pthread_join(w->thread, NULL);
}
