/*
 * explore_memory.c - a weak memory as a machine of views; see explore.h and README.md.
 */
#include "explore_inside.h"

#include <string.h>

static bool is_later(uint16_t a, uint16_t b)
{
	return ex.msg[a].pos > ex.msg[b].pos;
}

static void join_places(struct ex_view *to, const struct ex_view *from)
{
	int i;

	for (i = 0; i < ex.n_locs; i++)
		if (is_later(from->at[i], to->at[i]))
			to->at[i] = from->at[i];
}

static void join(struct ex_view *to, const struct ex_view *from)
{
	int i;

	join_places(to, from);
	for (i = 0; i < EX_THREADS; i++)
		if (from->clock[i] > to->clock[i])
			to->clock[i] = from->clock[i];
}

/* What the thread does from now on is not covered by what it has released. */
static void tick(struct ex_thread *t)
{
	int i = (int)(t - ex.t);

	t->cur.clock[i]++;
	t->acq.clock[i] = t->cur.clock[i];
}

static bool acquires(memory_order o)
{
	return o == memory_order_acquire || o >= memory_order_acq_rel;
}

static bool releases(memory_order o)
{
	return o >= memory_order_release;
}

static uint16_t new_msg(uint64_t value, bool is_rmw)
{
	if (ex.n_msgs == EX_MSGS)
		ex_broken("too many stores");
	ex.msg[ex.n_msgs] = (struct ex_msg){.value = value, .is_rmw = is_rmw};
	return (uint16_t)ex.n_msgs++;
}

static uint64_t peek(const void *at, size_t size)
{
	uint64_t v = 0;

	memcpy(&v, at, size); /* little-endian, as all machines that we build on */
	return v;
}

/* The atomic object there; its first store is what the setup left in it. */
struct ex_loc *ex_loc(const void *at, size_t size, int *index)
{
	struct ex_loc *l;
	int i;

	for (i = 0; i < ex.n_locs; i++)
		if (ex.loc[i].at == at) {
			*index = i;
			return &ex.loc[i];
		}
	if (ex.n_locs == EX_LOCS)
		ex_broken("too many atomic objects");
	*index = ex.n_locs;
	l = &ex.loc[ex.n_locs++];
	l->at = at;
	l->size = size;
	l->n = 1;
	l->msg[0] = new_msg(peek(at, size), false);
	return l;
}

static void insert(struct ex_loc *l, int pos, uint16_t m)
{
	int i;

	if (l->n == sizeof l->msg / sizeof *l->msg)
		ex_broken("too many stores to one object");
	for (i = l->n++; i > pos; i--) {
		l->msg[i] = l->msg[i - 1];
		ex.msg[l->msg[i]].pos = (uint16_t)i;
	}
	l->msg[pos] = m;
	ex.msg[m].pos = (uint16_t)pos;
	if (pos == l->n - 1)
		memcpy((void *)(uintptr_t)l->at, &ex.msg[m].value, l->size);
}

/* Which of the stores first..n-1 of l, newest first; `glued`: none that an RMW follows. */
static int choose_pos(const struct ex_loc *l, int first, bool glued)
{
	int pos[EX_MSGS / 4], n = 0, i, k;

	for (i = l->n - 1; i >= first; i--) {
		if (glued && i + 1 < l->n && ex.msg[l->msg[i + 1]].is_rmw)
			continue;
		pos[n++] = i;
		if (ex.stale == 0)
			break;
	}
	k = ex_choose(n);
	if (k > 0)
		ex.stale--;
	return pos[k];
}

void ex_know(struct ex_thread *t, int loc, uint16_t m)
{
	if (is_later(m, t->cur.at[loc]))
		t->cur.at[loc] = m;
	if (is_later(m, t->acq.at[loc]))
		t->acq.at[loc] = m;
}

static void take_in(struct ex_thread *t, int loc, uint16_t m, memory_order order)
{
	join(&t->acq, &ex.msg[m].view);
	if (acquires(order))
		join(&t->cur, &ex.msg[m].view);
	ex_know(t, loc, m);
}

uint64_t ex_read_any(struct ex_thread *t, const struct ex_loc *l, int loc)
{
	const uint16_t m = l->msg[choose_pos(l, ex.msg[t->cur.at[loc]].pos, false)];

	take_in(t, loc, m, memory_order_relaxed);
	return ex.msg[m].value;
}

static void give_out(struct ex_thread *t, int loc, uint16_t m, memory_order order)
{
	t->cur.at[loc] = t->acq.at[loc] = m;
	join(&ex.msg[m].view, releases(order) ? &t->cur : &t->rel);
	ex.msg[m].view.at[loc] = m;
	tick(t);
}

static void note_read(struct ex_thread *t, int loc, uint16_t m)
{
	int i;

	for (i = 0; i < t->n_reads && t->read_loc[i] != loc; i++)
		;
	if (i == t->n_reads)
		t->n_reads++;
	t->read_loc[i] = (uint16_t)loc;
	t->read_msg[i] = m;
}

uint64_t ex_load(const void *at, size_t size, memory_order order)
{
	struct ex_thread *t;
	struct ex_loc *l;
	int i, pos, first;

	if (ex.now < 0)
		return peek(at, size);
	if (order == memory_order_seq_cst)
		ex_broken("only fences may be seq_cst");
	ex_sched();
	t = &ex.t[ex.now];
	l = ex_loc(at, size, &i);
	first = ex.msg[t->cur.at[i]].pos;
	if (t->newer_loc == i) {
		if (first <= ex.msg[t->newer_than].pos)
			first = ex.msg[t->newer_than].pos + 1;
		t->newer_loc = -1;
	}
	pos = choose_pos(l, first, false);
	take_in(t, i, l->msg[pos], order);
	note_read(t, i, l->msg[pos]);
	ex_note("load", at, ex.msg[l->msg[pos]].value, order, l->n - 1 - pos);
	return ex.msg[l->msg[pos]].value;
}

void ex_store(void *at, size_t size, uint64_t value, memory_order order)
{
	struct ex_thread *t;
	struct ex_loc *l;
	uint16_t m;
	int i, pos;

	if (ex.now < 0) {
		memcpy(at, &value, size);
		return;
	}
	if (order == memory_order_seq_cst)
		ex_broken("only fences may be seq_cst");
	ex_sched();
	t = &ex.t[ex.now];
	l = ex_loc(at, size, &i);
	pos = choose_pos(l, ex.msg[t->cur.at[i]].pos, true) + 1;
	m = new_msg(value, false);
	insert(l, pos, m);
	give_out(t, i, m, order);
	ex_note("store", at, value, order, l->n - 1 - pos);
}

uint64_t ex_rmw(void *at, size_t size, enum ex_rmw how, uint64_t operand, memory_order order)
{
	const uint64_t all = size == 8 ? UINT64_MAX : (1ull << (8 * size)) - 1;
	struct ex_thread *t;
	struct ex_loc *l;
	uint64_t old, value;
	uint16_t m;
	int i, pos;

	if (order == memory_order_seq_cst)
		ex_broken("only fences may be seq_cst");
	ex_sched();
	t = &ex.t[ex.now];
	l = ex_loc(at, size, &i);
	pos = choose_pos(l, ex.msg[t->cur.at[i]].pos, true);
	old = ex.msg[l->msg[pos]].value;
	value = (how == EX_EXCHANGE ? operand : how == EX_ADD ? old + operand : old - operand) & all;
	take_in(t, i, l->msg[pos], order);
	note_read(t, i, l->msg[pos]);
	m = new_msg(value, true);
	ex.msg[m].view = ex.msg[l->msg[pos]].view; /* it continues a release sequence */
	insert(l, pos + 1, m);
	give_out(t, i, m, order);
	ex_note(how == EX_EXCHANGE ? "exchange" : how == EX_ADD ? "add" : "sub", at, value, order, l->n - 2 - pos);
	return old;
}

void ex_fence(memory_order order)
{
	struct ex_thread *t;

	ex_sched();
	t = &ex.t[ex.now];
	if (acquires(order))
		t->cur = t->acq;
	if (order == memory_order_seq_cst) {
		/* The one order of these fences hands on what may be read, but is no
		 * happens-before: the clocks stay. */
		join_places(&ex.sc, &t->cur);
		join_places(&t->cur, &ex.sc);
		join_places(&t->acq, &ex.sc);
	}
	if (releases(order))
		t->rel = t->cur;
	tick(t);
	ex_note("fence", NULL, 0, order, 0);
}
