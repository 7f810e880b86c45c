/* explore.c - see explore.h: choices, threads, and telling what was found. */
#include "explore_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ex ex;

/* Choices: the first `known` are those of the last execution, but for the last. */

int ex_choose(int n)
{
	int d = ex.depth++;

	if (n == 1) {
		ex.depth--;
		return 0;
	}
	if (d >= EX_STEPS)
		ex_broken("too many choices");
	if (d >= ex.known) {
		ex.choice[d].taken = 0;
		ex.choice[d].of = (uint8_t)n;
		ex.known = d + 1;
	}
	if (ex.choice[d].of != n)
		ex_broken("an execution cannot be repeated: the test depends on more than the explorer's choices");
	return ex.choice[d].taken;
}

/* To the next leaf of the tree. false: there is none. */
static bool next_choices(void)
{
	while (ex.known > 0 && ex.choice[ex.known - 1].taken + 1 == ex.choice[ex.known - 1].of)
		ex.known--;
	if (ex.known == 0)
		return false;
	ex.choice[ex.known - 1].taken++;
	return true;
}

/* Telling */

static const char *const orders[] = {"relaxed", "", "acquire", "release", "acq_rel", "seq_cst"};

void ex_note(const char *op, const void *at, uint64_t value, int order, int behind)
{
	if (ex.n_steps == EX_STEPS)
		ex_broken("too many steps: is there a loop without ex_pause?");
	ex.step[ex.n_steps++] = (struct ex_step){op, at, value, (uint8_t)ex.now, (uint8_t)order, (uint8_t)behind};
}

static void print_place(const void *at)
{
	size_t offset;
	const char *name = at ? ex_name(at, &offset) : NULL;

	if (name)
		printf(" %s+%zu", name, offset);
	else if (at)
		printf(" %p", at);
}

void ex_violation(const char *kind, const void *at)
{
	int i;

	printf("%s: VIOLATION: %s", ex.test->name, kind);
	print_place(at);
	if (ex.now >= 0)
		printf(" (thread %d)", ex.now);
	printf(" in execution %lu:\n", ex.executions + 1);
	for (i = 0; i < ex.n_steps; i++) {
		const struct ex_step *s = &ex.step[i];

		printf("%*s%d: %s", 4 + 8 * s->thread, "", s->thread, s->op);
		print_place(s->at);
		printf(" = %llu %s", (unsigned long long)s->value, orders[s->order]);
		printf(s->behind ? " (%d behind the newest)\n" : "\n", s->behind);
	}
	exit(1);
}

void ex_broken(const char *why)
{
	printf("%s: %s\n", ex.test->name, why);
	exit(2);
}

void ex_expect(bool ok, const char *what)
{
	if (!ok)
		ex_violation(what, NULL);
}

/* Scheduling */

/* Was something stored since that the thread could read? */
static bool has_newer(const struct ex_thread *t, int i)
{
	return ex.msg[t->read_msg[i]].pos + 1 < ex.loc[t->read_loc[i]].n;
}

static bool can_run(const struct ex_thread *t)
{
	int i;

	if (t->state == EX_READY)
		return true;
	for (i = 0; t->state == EX_PAUSED && i < t->n_reads; i++)
		if (has_newer(t, i))
			return true;
	return (t->state == EX_IN_FUTEX || t->state == EX_IN_EPOLL) && t->is_timed && ex.timeouts > 0;
}

static void resume(struct ex_thread *t)
{
	if (t->state == EX_READY)
		return;
	t->is_fresh = true;
	if (t->state != EX_PAUSED) {
		t->timed_out = true;
		ex.timeouts--;
	}
	t->state = EX_READY;
}

/* Who runs next; returns when it is the caller again. */
void ex_pick(void)
{
	struct ex_thread *me = &ex.t[ex.now];
	const bool goes_on = can_run(me);
	int who[EX_THREADS], n = 0, i, k, ended = 0;

	if (goes_on)
		who[n++] = ex.now;
	for (i = 0; i < ex.n_threads; i++) {
		ended += ex.t[i].state == EX_ENDED;
		if (i != ex.now && can_run(&ex.t[i]) && (!goes_on || ex.preempted < ex.test->preemptions))
			who[n++] = i;
	}
	if (n == 0 && ended < ex.n_threads)
		ex_violation("all threads wait: a wake-up is lost", NULL);
	if (n == 0)
		setcontext(&ex.main);
	k = ex_choose(n);
	ex.preempted += goes_on && k > 0;
	i = who[k];
	resume(&ex.t[i]);
	if (i == ex.now)
		return;
	ex.now = i;
	swapcontext(&me->ctx, &ex.t[i].ctx);
}

void ex_sched(void)
{
	struct ex_thread *t = &ex.t[ex.now];

	if (!t->is_fresh)
		ex_pick();
	t->is_fresh = false;
}

void ex_pause(void)
{
	struct ex_thread *t = &ex.t[ex.now];
	int with[EX_LOCS], n = 0, i;

	t->state = EX_PAUSED;
	ex_pick();
	for (i = 0; i < t->n_reads; i++)
		if (has_newer(t, i))
			with[n++] = i;
	i = with[ex_choose(n)];
	t->newer_loc = t->read_loc[i];
	t->newer_than = t->read_msg[i];
	t->n_reads = 0;
}

static void thread_main(void)
{
	ex.t[ex.now].run();
	ex.t[ex.now].state = EX_ENDED;
	ex_pick();
}

static void start(int i)
{
	struct ex_thread *t = &ex.t[i];
	char *stack = t->stack ? t->stack : malloc(EX_STACK);

	if (!stack)
		ex_broken("no memory");
	memset(t, 0, sizeof *t);
	t->run = ex.test->thread[i];
	t->stack = stack;
	t->is_fresh = true;
	t->newer_loc = -1;
	t->cur.clock[i] = t->acq.clock[i] = 1;
	getcontext(&t->ctx);
	t->ctx.uc_stack.ss_sp = stack;
	t->ctx.uc_stack.ss_size = EX_STACK;
	makecontext(&t->ctx, thread_main, 0);
}

static void execute(void)
{
	int i;

	ex.depth = ex.n_locs = ex.n_steps = ex.preempted = 0;
	ex.n_msgs = 1; /* 0: the first of any object */
	ex.stale = ex.test->stale;
	ex.timeouts = ex.test->timeouts;
	memset(&ex.sc, 0, sizeof ex.sc);
	ex.now = -1;
	ex_plain_reset();
	ex_kernel_reset();
	ex.test->setup();
	for (i = 0; i < ex.n_threads; i++)
		start(i);
	ex.now = ex_choose(ex.n_threads);
	swapcontext(&ex.main, &ex.t[ex.now].ctx);
	ex.now = -1;
	if (ex.test->check)
		ex.test->check();
	ex.executions++;
}

static void explore(const struct ex_test *as_given)
{
	const char *more = getenv("THALWEG_MODEL_MORE");
	struct ex_test wider = *as_given, *test = &wider;

	wider.preemptions += more ? atoi(more) : 0;
	wider.stale += more ? atoi(more) : 0;
	ex.test = test;
	ex.executions = 0;
	ex.known = 0;
	for (ex.n_threads = 0; ex.n_threads < EX_THREADS && test->thread[ex.n_threads]; ex.n_threads++)
		;
	do {
		execute();
	} while (next_choices());
	if (test->done)
		test->done();
	printf("%s: nothing found in %lu executions (preemptions %d, stale %d, timeouts %d)\n", test->name,
	       ex.executions, test->preemptions, test->stale, test->timeouts);
}

int ex_main(int argc, char **argv, const struct ex_test *tests, size_t n)
{
	int found = 0, a;
	size_t i;

	for (i = 0; i < n; i++) {
		bool asked = argc < 2;

		for (a = 1; a < argc; a++)
			asked |= strcmp(argv[a], tests[i].name) == 0;
		if (!asked)
			continue;
		explore(&tests[i]);
		found++;
	}
	if (found == 0)
		printf("no such test\n");
	return found == 0 ? 2 : 0;
}
