/* Batches walk between three homes, each a thread that stalls at random, and that
 * sleeps where it has nothing to do, as a worker does: clones, children with rows of
 * their own, and text buffers. All memory comes home, nothing is freed that someone
 * reads, and no home sleeps over what another one waits for. */
#include <criterion/criterion.h>
#include <mem/pool.h>
#include <run/park.h>

#include "stress.h"

#define HOMES 3u
#define MAIL_SLOTS 32u

struct world {
	const struct stress *s;
	struct tw_mem m;
	struct tw_pool *batches[HOMES], *clones[HOMES], *buffers[HOMES];
	struct tw_ring64 mail[HOMES * HOMES]; /* [from * HOMES + to] */
	struct tw_parker parker[HOMES];
	/* written by all homes, relaxed but for the last step to 0 (release; pairs with
	 * the acquire in is_over): handles not let go, and batches yet to be made */
	_Alignas(64) _Atomic uint32_t alive;
	_Atomic uint32_t not_home; /* homes whose memory is not all there yet */
};

struct home {
	struct world *w;
	struct tw_home *h;
	struct dice dice;
	uint32_t id, left; /* batches yet to be made */
	bool said;         /* that all is home */
	bool wrote[HOMES]; /* mail, since the doorbells rang */
};

/* The body of a batch says which it is, in many words. */
static uint64_t *words_of(const struct tw_batch *b)
{
	return (uint64_t *)(void *)(tw_at(b, b->body) + tw_batch_head(1));
}

static void stamp_body(struct tw_batch *b)
{
	uint32_t i;

	for (i = 0; i < 8; i++)
		words_of(b)[i] = b->seq + i;
}

static void check(const struct home *o, const struct tw_batch *b)
{
	uint32_t i, k;

	for (i = 0; i < 8; i++)
		if (words_of(b)[i] != b->seq + i)
			stress_fail(o->w->s, "a batch was changed under its reader");
	for (k = 0; k < b->n_bufs; k++) {
		const uint32_t *word = (const uint32_t *)(void *)tw_at(b, b->bufs[k]);

		for (i = 0; i < 64; i += 9)
			if (word[i] != b->bufs[k] - 1 + i)
				stress_fail(o->w->s, "a buffer was changed under its reader");
	}
}

static void add_text(struct home *o, struct tw_batch *b)
{
	struct tw_raw *raw = b->n_bufs < TW_BATCH_BUFS ? tw_pool_buffer(&o->w->m, o->w->buffers[o->id]) : NULL;
	uint32_t i;

	if (!raw)
		return;
	for (i = 0; i < raw->cap / 4; i++)
		((uint32_t *)(void *)raw->data)[i] = raw->self + i;
	b->bufs[b->n_bufs++] = raw->self + 1;
}

static void wake_all(struct world *w)
{
	uint32_t i;

	for (i = 0; i < HOMES; i++)
		tw_parker_wake(&w->parker[i], false);
}

static void drop(struct home *o, struct tw_batch *b)
{
	tw_mem_drop(o->h, b);
	if (atomic_fetch_sub_explicit(&o->w->alive, 1, memory_order_release) == 1)
		wake_all(o->w); /* from here on they only wait for what is theirs */
}

static void send(struct home *o, struct tw_batch *b)
{
	const uint32_t to = roll(&o->dice, HOMES);

	if (tw_ring64_push(&o->w->mail[o->id * HOMES + to], b->self + 1ull))
		o->wrote[to] = true;
	else
		drop(o, b);
}

/* A clone reads the rows of b; a child has its own, and its text may be in b's buffers. */
static void multiply(struct home *o, struct tw_batch *b, bool clone)
{
	struct tw_batch *c = tw_pool_batch(&o->w->m, clone ? o->w->clones[o->id] : o->w->batches[o->id]);

	if (!c)
		return;
	atomic_fetch_add_explicit(&o->w->alive, 1, memory_order_relaxed);
	if (!tw_batch_lend(b, c, 2 + roll(&o->dice, 3))) {
		drop(o, c);
		return;
	}
	if (clone)
		c->body = b->body;
	else
		stamp_body(c);
	if (roll(&o->dice, 2))
		add_text(o, c);
	stall(&o->dice);
	send(o, c);
}

static void handle(struct home *o, struct tw_batch *b)
{
	const uint32_t face = roll(&o->dice, 10);

	check(o, b);
	stall(&o->dice);
	if (face < 3)
		multiply(o, b, face < 2);
	else if (face == 3)
		add_text(o, b);
	check(o, b);
	if (face < 6) /* with those multiplied less than one goes on for each that came: they die out */
		send(o, b);
	else
		drop(o, b);
}

/* One more of those to be made; its place among the living is taken from the start. */
static bool make(struct home *o)
{
	struct tw_batch *b = o->left ? tw_pool_batch(&o->w->m, o->w->batches[o->id]) : NULL;

	if (!b)
		return false;
	b->seq = (uint64_t)o->id << 48 | (uint64_t)o->left-- << 16;
	stamp_body(b);
	add_text(o, b);
	handle(o, b);
	return true;
}

static bool read_mail(struct home *o)
{
	bool any = false;
	uint64_t place;
	uint32_t from;

	for (from = 0; from < HOMES; from++)
		while ((place = tw_ring64_pop(&o->w->mail[from * HOMES + o->id])) != 0) {
			handle(o, tw_arena_at(&o->w->m.arena, (uint32_t)(place - 1)));
			any = true;
		}
	return any;
}

static void ring_doorbells(struct home *o)
{
	uint32_t to;

	for (to = 0; to < HOMES; to++) {
		if (o->wrote[to] || o->h->rang[to] != TW_RANG_NOT)
			tw_parker_wake(&o->w->parker[to], !o->wrote[to] && o->h->rang[to] == TW_RANG_GIVE_BACK);
		o->wrote[to] = false;
		o->h->rang[to] = TW_RANG_NOT;
	}
}

static bool is_over(const struct world *w)
{
	return atomic_load_explicit(&w->alive, memory_order_acquire) == 0;
}

static bool is_full(const struct tw_pool *p)
{
	return p->n_free == p->count;
}

/* Nothing is made any more, and all of this home's memory is there: it stays so. */
static void say_home(struct home *o)
{
	if (o->said || !is_over(o->w) || !is_full(o->w->batches[o->id]) || !is_full(o->w->clones[o->id]) ||
	    !is_full(o->w->buffers[o->id]))
		return;
	o->said = true;
	if (atomic_fetch_sub_explicit(&o->w->not_home, 1, memory_order_acq_rel) == 1)
		wake_all(o->w);
}

static bool live_round(struct home *o)
{
	bool did = tw_home_round(o->h) > 0;

	did |= read_mail(o);
	did |= make(o);
	ring_doorbells(o);
	say_home(o);
	return did;
}

static bool is_hungry(const struct home *o)
{
	return o->left || o->h->n_over || is_over(o->w);
}

static void *live(void *arg)
{
	struct home *o = arg;

	while (atomic_load_explicit(&o->w->not_home, memory_order_acquire) > 0) {
		bool hungry;
		uint32_t word;

		stall(&o->dice);
		if (live_round(o))
			continue;
		hungry = is_hungry(o);
		word = tw_parker_prepare(&o->w->parker[o->id], hungry);
		if (live_round(o) || is_hungry(o) != hungry ||
		    atomic_load_explicit(&o->w->not_home, memory_order_acquire) == 0)
			tw_parker_cancel(&o->w->parker[o->id]);
		else
			tw_parker_sleep(&o->w->parker[o->id], word, -1, NULL, 0);
	}
	return NULL;
}

static void open_world(struct world *w, const struct stress *s, uint32_t count)
{
	const uint32_t bytes = tw_batch_head(1) + 2 * tw_batch_head(3) + 256 + 16 * TW_LINE;
	uint32_t i;

	memset(w, 0, sizeof *w);
	w->s = s;
	cr_assert_eq(tw_mem_init(&w->m, (size_t)HOMES * count * bytes + 4096, HOMES), 0);
	for (i = 0; i < HOMES; i++) {
		w->batches[i] = tw_pool_create(&w->m, i, 1, tw_batch_head(1) + 64, count);
		w->clones[i] = tw_pool_create(&w->m, i, 3, tw_batch_head(3), 2 * count);
		w->buffers[i] = tw_pool_create(&w->m, i, TW_NONE, 256, count);
		cr_assert(w->batches[i] && w->clones[i] && w->buffers[i]);
		cr_assert_eq(tw_parker_init(&w->parker[i], false), 0);
	}
	for (i = 0; i < HOMES * HOMES; i++)
		cr_assert_eq(tw_ring64_init(&w->mail[i], MAIL_SLOTS), 0);
	w->not_home = HOMES;
}

static void close_world(struct world *w)
{
	uint32_t i;

	for (i = 0; i < HOMES * HOMES; i++)
		tw_ring64_fini(&w->mail[i]);
	for (i = 0; i < HOMES; i++)
		tw_parker_fini(&w->parker[i]);
	for (i = 0; i < w->m.n_pools; i++)
		if (!is_full(w->m.pools[i]))
			stress_fail(w->s, "pool %u: %u of %u are home", i, w->m.pools[i]->n_free, w->m.pools[i]->count);
	tw_mem_fini(&w->m);
}

static void one_round(const struct stress *s, uint32_t count, uint32_t each)
{
	struct world *w = aligned_alloc(64, sizeof *w);
	struct home o[HOMES];
	pthread_t t[HOMES];
	uint32_t i;

	open_world(w, s, count);
	for (i = 0; i < HOMES; i++) {
		o[i] = (struct home){.w = w, .h = &w->m.homes[i], .id = i, .dice = dice_new(s->seed, i)};
		o[i].left = roll(&o[i].dice, 3) ? each : 0; /* one that only passes on sleeps, and is not hungry */
		w->alive += o[i].left;
	}
	if (w->alive == 0)
		w->alive = o[0].left = each;
	for (i = 0; i < HOMES; i++)
		stress_start(s, &t[i], live, &o[i]);
	for (i = 0; i < HOMES; i++)
		pthread_join(t[i], NULL);
	close_world(w);
	free(w);
}

static void rounds(const char *name, uint32_t count, uint32_t each)
{
	struct stress s;

	stress_begin(&s, name, 1);
	do {
		one_round(&s, count, each);
	} while (stress_more(&s));
}

Test(pool, few_objects)
{
	rounds("pool/few_objects", 3, 500);
}

Test(pool, some_objects)
{
	rounds("pool/some_objects", 40, 600);
}

/* More than a ring on the way home holds: they wait in lists. */
Test(pool, many_objects)
{
	rounds("pool/many_objects", 1000, 1500);
}
