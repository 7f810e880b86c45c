/* run/worker.c - the loop of one worker; see worker.h and engine/README.md. */
#include <run/run.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>

/* Empty rounds before an adaptive worker parks; each is some 100 ns. */
#define SPIN_ROUNDS 300u
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

	while (w->io.started && (req = tw_io_port_answer(&w->io)) != NULL) {
		struct tw_node *n = &w->run->nodes[req->node];

		req->busy = 0;
		n->event = true;
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

/* Wake who sleeps and has something to look at. */
static void ring_doorbells(struct tw_worker *w)
{
	uint32_t i;

	for (i = 0; i < w->run->n_workers; i++) {
		if (w->rang[i] || w->home->rang[i])
			tw_parker_wake(&w->run->workers[i].parker, !w->rang[i] && w->home->rang[i] != TW_RANG_WALKER);
		w->rang[i] = 0;
		w->home->rang[i] = TW_RANG_NOT;
	}
	w->any_rang = false;
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

/* One scheduling round: all nodes in topological order. true: something was done. */
static bool round_once(struct tw_worker *w)
{
	uint32_t i;
	bool did;

	w->now_ns = 0;
	did = tw_home_round(w->home) > 0;
	did |= take_answers(w);
	for (i = 0; i < w->n_nodes; i++) {
		struct tw_node *n = w->nodes[i];
		const bool was_over = n->ended && !n->dirty;

		did |= tw_node_run(n);
		if (!was_over && n->ended && !n->dirty) {
			end_node(w);
			did = true;
		}
		if (w->any_rang)
			ring_doorbells(w);
	}
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
	if (round_once(w) || must_stop(w) || is_hungry(w) != hungry) {
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

static void wait_for_work(struct tw_worker *w, uint32_t *empty)
{
	const enum tw_wait wait = w->run->wait;
	/* what the io thread is to do it may have to do on this very CPU */
	const bool gives_way = wait == TW_WAIT_PARK || !w->run->may_spin || (w->io.under_way && !w->run->has_spare);
	const uint32_t spin = gives_way ? 0 : SPIN_ROUNDS;

	++*empty;
	if ((wait == TW_WAIT_SPIN && w->run->may_spin) || *empty <= spin) {
		if (w->n_watched)
			poll_fds(w);
		cpu_pause();
		return;
	}
	park(w);
	*empty = spin; /* one more empty round, and it parks again */
}

static void *worker_main(void *arg)
{
	struct tw_worker *w = arg;
	struct tw_run *r = w->run;
	uint32_t empty = 0, busy = 0;
	char name[16];

	tw_role = TW_ROLE_WORKER;
	snprintf(name, sizeof name, "tw-worker-%u", w->id);
	pthread_setname_np(pthread_self(), name); /* for top, perf and strace */
	if (w->cpu != TW_NONE)
		tw_pin_self(w->cpu); /* checked by the engine, which reads it back */
	while (!must_stop(w)) {
		if (!round_once(w)) {
			busy = 0;
			wait_for_work(w, &empty);
			continue;
		}
		empty = 0;
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
