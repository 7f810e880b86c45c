/* Batches and buffers find their way home: from any worker, in any order, over any
 * path; none is lost, freed twice, or freed while someone may still read it. */
#include <criterion/criterion.h>
#include <mem/pool.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#define HOMES 4u

struct rig {
	struct tw_mem m;
	struct tw_pool *batches[HOMES], *clones[HOMES], *buffers[HOMES];
};

static void open_rig(struct rig *r, uint32_t count)
{
	uint32_t i;

	cr_assert_eq(tw_mem_init(&r->m, 16u << 20, HOMES), 0);
	for (i = 0; i < HOMES; i++) {
		r->batches[i] = tw_pool_create(&r->m, i, 1, tw_batch_head(1) + 64, count);
		r->clones[i] = tw_pool_create(&r->m, i, 3, tw_batch_head(3), 2 * count);
		r->buffers[i] = tw_pool_create(&r->m, i, TW_NONE, 256, count);
		cr_assert(r->batches[i] && r->clones[i] && r->buffers[i]);
	}
}

/* Let all homes work until nothing moves. */
static void settle(struct tw_mem *m)
{
	uint32_t i, came = 1;

	while (came) {
		came = 0;
		for (i = 0; i < m->n_homes; i++)
			came += tw_home_round(&m->homes[i]) + m->homes[i].n_over;
	}
}

static void check_all_home(const struct tw_mem *m)
{
	uint32_t i;

	for (i = 0; i < m->n_pools; i++)
		cr_assert_eq(m->pools[i]->n_free, m->pools[i]->count, "pool %u: %u of %u are home", i,
			     m->pools[i]->n_free, m->pools[i]->count);
}

static void attach(struct tw_batch *b, struct tw_raw *raw)
{
	b->bufs[b->n_bufs++] = raw->self + 1;
}

Test(pool, fields_of_new_objects)
{
	struct tw_raw *raw[3];
	struct tw_batch *b;
	struct rig r;
	uint32_t i;

	open_rig(&r, 3);
	b = tw_pool_batch(&r.m, r.batches[1]);
	cr_assert_not_null(b);
	cr_assert_eq(b->cls, 1);
	cr_assert_eq(b->body, b->self);
	cr_assert_eq(b->n, 0);
	cr_assert_eq(b->weight, TW_TOKENS);
	cr_assert_eq((uintptr_t)b % 64, 0);
	cr_assert_eq(tw_arena_at(&r.m.arena, b->self), b);
	tw_mem_drop(&r.m.homes[1], b);
	for (i = 0; i < 3; i++) {
		raw[i] = tw_pool_buffer(&r.m, r.buffers[0]);
		cr_assert_not_null(raw[i]);
		cr_assert_eq(raw[i]->cap, 256);
		cr_assert_eq((uintptr_t)raw[i]->data % 64, 0);
		cr_assert_eq(tw_buffer_at(&r.m, raw[i]->self + 1), raw[i]);
		memset(raw[i]->data, 0xff, raw[i]->cap);
	}
	cr_assert_null(tw_pool_buffer(&r.m, r.buffers[0]));
	for (i = 0; i < 3; i++) {
		cr_assert_eq(raw[i]->data[raw[i]->cap], 0);
		cr_assert_eq(raw[i]->data[raw[i]->cap + 63], 0);
		tw_buffer_drop(&r.m, raw[i]);
	}
	check_all_home(&r.m);
	tw_mem_fini(&r.m);
}

Test(pool, arena_gives_no_more_than_it_has)
{
	struct tw_mem m;

	cr_assert_eq(tw_mem_init(&m, 8192, 1), 0);
	cr_assert_null(tw_pool_create(&m, 0, TW_NONE, 4096, 2));
	cr_assert_not_null(tw_pool_create(&m, 0, TW_NONE, 1024, 2));
	cr_assert_null(tw_pool_create(&m, 0, TW_NONE, UINT32_MAX / 2, UINT32_MAX));
	tw_mem_fini(&m);
}

/* A clone on another worker outlives the batch it reads: memory stays out. */
Test(pool, child_outlives_its_parent)
{
	struct rig r;
	struct tw_batch *b, *c;
	struct tw_raw *raw;

	open_rig(&r, 2);
	b = tw_pool_batch(&r.m, r.batches[0]);
	raw = tw_pool_buffer(&r.m, r.buffers[0]);
	attach(b, raw);
	c = tw_pool_batch(&r.m, r.clones[0]);
	cr_assert(tw_batch_lend(b, c, 2));
	cr_assert_eq(c->n_bufs, 1);
	cr_assert_eq(c->n_lent, 1);
	tw_mem_drop(&r.m.homes[1], b); /* dies abroad */
	settle(&r.m);
	cr_assert_eq(r.batches[0]->n_free, 1);
	cr_assert_eq(r.buffers[0]->n_free, 1);
	tw_mem_drop(&r.m.homes[2], c);
	settle(&r.m);
	check_all_home(&r.m);
	tw_mem_fini(&r.m);
}

/* Clones of clones, each made on another worker; the eldest dies first. */
Test(pool, generations)
{
	struct rig r;
	struct tw_batch *g[12];
	uint32_t i;

	open_rig(&r, 8);
	g[0] = tw_pool_batch(&r.m, r.batches[0]);
	attach(g[0], tw_pool_buffer(&r.m, r.buffers[0]));
	for (i = 1; i < 12; i++) {
		g[i] = tw_pool_batch(&r.m, r.clones[i % HOMES]);
		cr_assert(tw_batch_lend(g[i - 1], g[i], 2));
		if (i % 3 == 0) /* and text of its own, of its maker's worker */
			attach(g[i], tw_pool_buffer(&r.m, r.buffers[i % HOMES]));
	}
	for (i = 0; i < 12; i++) {
		cr_assert_lt(r.batches[0]->n_free, r.batches[0]->count);
		tw_mem_drop(&r.m.homes[(i * 3 + 1) % HOMES], g[i]);
		settle(&r.m);
	}
	check_all_home(&r.m);
	tw_mem_fini(&r.m);
}

/* Tokens run out only after very many halvings, and then the lender is told. */
Test(pool, tokens_run_out)
{
	struct rig r;
	struct tw_batch *b, *c;
	uint32_t n = 0;

	open_rig(&r, 60);
	b = tw_pool_batch(&r.m, r.batches[0]);
	while ((c = tw_pool_batch(&r.m, r.clones[0])) != NULL && tw_batch_lend(b, c, 2)) {
		tw_mem_drop(&r.m.homes[0], c);
		n++;
	}
	cr_assert_eq(n, 30);
	cr_assert_eq(b->weight, 1);
	tw_mem_drop(&r.m.homes[0], c);
	tw_mem_drop(&r.m.homes[0], b);
	settle(&r.m);
	check_all_home(&r.m);
	tw_mem_fini(&r.m);
}

/* More than the ring between two workers holds waits in a list, and arrives. */
Test(pool, full_ring_loses_nothing)
{
	struct tw_mem m;
	struct tw_pool *p;
	struct tw_batch *b;
	uint32_t i, n = 3 * TW_BACK_SLOTS + 5;

	cr_assert_eq(tw_mem_init(&m, 4u << 20, 2), 0);
	p = tw_pool_create(&m, 0, 0, tw_batch_head(0), n);
	for (i = 0; i < n; i++) {
		b = tw_pool_batch(&m, p);
		b->seq = i;
		tw_mem_drop(&m.homes[1], b);
	}
	cr_assert_null(tw_pool_batch(&m, p));
	cr_assert_eq(m.homes[1].n_over, n - TW_BACK_SLOTS);
	cr_assert_eq(tw_home_round(&m.homes[0]), TW_BACK_SLOTS);
	cr_assert_eq(m.homes[0].rang[1], TW_RANG_GIVE_BACK, "who waits for room must be told");
	settle(&m);
	check_all_home(&m);
	tw_mem_fini(&m);
}

/* Of many other workers a few are looked at in a round, and after some rounds all. */
Test(pool, few_homes_a_round)
{
	enum { MANY = 3 * TW_HOMES_A_ROUND + 1 };
	struct tw_mem m;
	struct tw_pool *p;
	uint32_t i, look, came = 0;

	cr_assert_eq(tw_mem_init(&m, 4u << 20, MANY), 0);
	p = tw_pool_create(&m, 5, 0, tw_batch_head(0), MANY - 1);
	for (i = 0; i < MANY; i++)
		if (i != 5)
			tw_mem_drop(&m.homes[i], tw_pool_batch(&m, p));
	for (look = 0; look < 4; look++) {
		const uint32_t n = tw_home_look(&m.homes[5]);

		cr_assert_leq(n, TW_HOMES_A_ROUND);
		cr_assert_geq(n, look < 3 ? TW_HOMES_A_ROUND - 1 : 0);
		came += n;
	}
	cr_assert_eq(came, MANY - 1);
	check_all_home(&m);
	tw_mem_fini(&m);
}

/* What lies behind a dead batch must not wait for a home that sleeps. Its home need
 * not be woken when all that it can free is that home's own. */
Test(pool, walkers_wake_who_they_pass)
{
	struct rig r;
	struct tw_batch *a, *c, *d;

	open_rig(&r, 4);
	a = tw_pool_batch(&r.m, r.batches[1]);
	attach(a, tw_pool_buffer(&r.m, r.buffers[1]));
	tw_mem_drop(&r.m.homes[2], a);
	cr_assert_eq(r.m.homes[2].rang[1], TW_RANG_GIVE_BACK);
	settle(&r.m);
	/* text of another worker: it walks on */
	a = tw_pool_batch(&r.m, r.batches[1]);
	attach(a, tw_pool_buffer(&r.m, r.buffers[3]));
	tw_mem_drop(&r.m.homes[2], a);
	cr_assert_eq(r.m.homes[2].rang[1], TW_RANG_WALKER);
	settle(&r.m);
	memset(r.m.homes[2].rang, 0, HOMES);
	/* a's clone c is at home at 1, as is c's clone d: d frees c, and c frees a, of 0 */
	a = tw_pool_batch(&r.m, r.batches[0]);
	c = tw_pool_batch(&r.m, r.clones[1]);
	d = tw_pool_batch(&r.m, r.clones[1]);
	cr_assert(tw_batch_lend(a, c, 2));
	cr_assert(tw_batch_lend(c, d, 2));
	tw_mem_drop(&r.m.homes[0], a);
	tw_mem_drop(&r.m.homes[1], c);
	tw_mem_drop(&r.m.homes[2], d);
	cr_assert_eq(r.m.homes[2].rang[1], TW_RANG_WALKER, "home 0 gets its batch back only by way of home 1");
	settle(&r.m);
	check_all_home(&r.m);
	tw_mem_fini(&r.m);
}

/* Threads that make batches with text, clone and pass on what they get, at random. */
struct walker {
	struct rig *r;
	struct tw_ring64 *mail; /* [from * HOMES + to] */
	uint32_t id;
	uint64_t seed;
	uint32_t left;          /* batches yet to be made */
	_Atomic uint32_t *busy; /* walkers that still may send */
	uint64_t handled;
};

static uint32_t next_random(struct walker *w)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 7;
	w->seed ^= w->seed << 17;
	return (uint32_t)(w->seed >> 20);
}

/* A text buffer holds its own place in every word; so one freed too early shows. */
static void stamp(struct tw_raw *raw)
{
	uint32_t i;

	for (i = 0; i < raw->cap / 4; i++)
		((uint32_t *)(void *)raw->data)[i] = raw->self + i;
}

static void check_stamp(const struct tw_batch *b)
{
	uint32_t i, k;

	for (k = 0; k < b->n_bufs; k++) {
		const uint32_t *word = (const uint32_t *)(void *)tw_at(b, b->bufs[k]);

		for (i = 0; i < 64; i += 21)
			cr_assert_eq(word[i], b->bufs[k] - 1 + i, "a buffer was changed under its reader");
	}
	cr_assert_eq(*(const uint64_t *)(void *)(tw_at(b, b->body) + tw_batch_head(1)), b->seq,
		     "a batch was changed under its reader");
}

static void add_text(struct walker *w, struct tw_batch *b)
{
	struct tw_raw *raw = b->n_bufs < TW_BATCH_BUFS ? tw_pool_buffer(&w->r->m, w->r->buffers[w->id]) : NULL;

	if (!raw)
		return;
	stamp(raw);
	attach(b, raw);
}

/* Send it on, or let it go; clones may go elsewhere. */
static void handle(struct walker *w, struct tw_batch *b)
{
	struct tw_home *h = &w->r->m.homes[w->id];
	uint32_t dice = next_random(w) % 8;

	w->handled++;
	check_stamp(b);
	if (dice < 2) {
		struct tw_batch *c = tw_pool_batch(&w->r->m, w->r->clones[w->id]);

		if (c && tw_batch_lend(b, c, 2 + next_random(w) % 3)) {
			c->body = b->body;
			add_text(w, c);
			if (!tw_ring64_push(&w->mail[w->id * HOMES + next_random(w) % HOMES], c->self + 1ull))
				tw_mem_drop(h, c);
		} else if (c) {
			tw_mem_drop(h, c);
		}
	}
	if (dice == 3)
		add_text(w, b);
	if (dice >= 5 || !tw_ring64_push(&w->mail[w->id * HOMES + next_random(w) % HOMES], b->self + 1ull))
		tw_mem_drop(h, b);
}

static void make(struct walker *w)
{
	struct tw_batch *b = w->left ? tw_pool_batch(&w->r->m, w->r->batches[w->id]) : NULL;

	if (!b)
		return;
	b->seq = (uint64_t)w->id << 32 | w->left--;
	memcpy((char *)b + tw_batch_head(1), &b->seq, sizeof b->seq);
	add_text(w, b);
	handle(w, b);
}

static bool read_mail(struct walker *w)
{
	bool any = false;
	uint64_t place;
	uint32_t from;

	for (from = 0; from < HOMES; from++)
		while ((place = tw_ring64_pop(&w->mail[from * HOMES + w->id])) != 0) {
			handle(w, tw_arena_at(&w->r->m.arena, (uint32_t)(place - 1)));
			any = true;
		}
	return any;
}

static void *walk(void *arg)
{
	struct walker *w = arg;
	bool said = false;

	/* done when all have made theirs; mail may still be under way: who reads last
	 * is the test itself */
	while (atomic_load_explicit(w->busy, memory_order_acquire) > 0) {
		bool did = read_mail(w);

		if (w->left)
			make(w);
		else if (!said && (said = true))
			atomic_fetch_sub_explicit(w->busy, 1, memory_order_acq_rel);
		if (!tw_home_round(&w->r->m.homes[w->id]) && !did)
			sched_yield();
	}
	return NULL;
}

static void walks(uint32_t count, uint32_t each, uint64_t seed)
{
	struct tw_ring64 mail[HOMES * HOMES];
	struct walker w[HOMES];
	_Atomic uint32_t busy = HOMES;
	pthread_t t[HOMES];
	uint64_t handled = 0;
	struct rig r;
	uint32_t i;
	bool any = true;

	open_rig(&r, count);
	for (i = 0; i < HOMES * HOMES; i++)
		cr_assert_eq(tw_ring64_init(&mail[i], 16), 0);
	for (i = 0; i < HOMES; i++) {
		w[i] = (struct walker){
			.r = &r, .mail = mail, .id = i, .seed = seed + i * 77, .left = each, .busy = &busy};
		cr_assert_eq(pthread_create(&t[i], NULL, walk, &w[i]), 0);
	}
	for (i = 0; i < HOMES; i++)
		pthread_join(t[i], NULL);
	while (any) /* one thread for all now */
		for (any = false, i = 0; i < HOMES; i++)
			any |= read_mail(&w[i]);
	settle(&r.m);
	for (i = 0; i < HOMES; i++)
		handled += w[i].handled;
	cr_assert_geq(handled, (uint64_t)each * HOMES);
	check_all_home(&r.m);
	for (i = 0; i < HOMES * HOMES; i++)
		tw_ring64_fini(&mail[i]);
	tw_mem_fini(&r.m);
}

Test(pool, random_walks_few_objects, .timeout = 120)
{
	walks(3, 20000, 0xabcdef);
}

Test(pool, random_walks_many_objects, .timeout = 120)
{
	walks(700, 30000, 0x1234567);
}
