/* The rings between two threads: every item arrives once, whole, in order. */
#include <criterion/criterion.h>
#include <mem/ring.h>
#include <pthread.h>
#include <sched.h>

struct pair {
	struct tw_ring ring;
	struct tw_ring64 words;
	uint64_t items;
	uint64_t burst; /* items the producer asks room for at once */
};

/* What item i holds, in every field of its own. */
static uint32_t kind_of(uint64_t i)
{
	return (uint32_t)(i * 2654435761u) ^ 7u;
}

static void *produce(void *arg)
{
	struct pair *p = arg;
	uint64_t i = 0;

	while (i < p->items) {
		uint64_t n = 1 + (i * 7) % p->burst, room = tw_ring_room(&p->ring, n);

		if (room < n) {
			sched_yield();
			continue;
		}
		for (; n > 0 && i < p->items; n--, i++)
			tw_ring_push(&p->ring, kind_of(i), (uint32_t)i, -(int64_t)i, 0);
	}
	return NULL;
}

static void check_item(const struct tw_ring_slot *s, uint64_t i)
{
	if (s->kind != kind_of(i) || s->place != (uint32_t)i || s->wm != -(int64_t)i)
		cr_assert_fail("item %llu came as %u, %u, %lld", (unsigned long long)i, s->kind, s->place,
			       (long long)s->wm);
}

static void stress(uint32_t slots, uint64_t items)
{
	struct pair p = {.items = items, .burst = slots};
	pthread_t t;
	uint64_t i = 0;

	cr_assert_eq(tw_ring_init(&p.ring, slots, 1), 0);
	cr_assert_eq(pthread_create(&t, NULL, produce, &p), 0);
	while (i < items) {
		uint64_t ahead = i % slots;

		if (!tw_ring_ready(&p.ring, 0)) {
			tw_ring_publish(&p.ring);
			sched_yield();
			continue;
		}
		/* a slot further on that is full says that all before it are */
		if (tw_ring_ready(&p.ring, ahead))
			for (; ahead > 0; ahead--)
				cr_assert(tw_ring_ready(&p.ring, ahead - 1));
		check_item(tw_ring_peek(&p.ring), i++);
		tw_ring_pop(&p.ring);
	}
	pthread_join(t, NULL);
	cr_assert(!tw_ring_ready(&p.ring, 0));
	tw_ring_publish(&p.ring);
	cr_assert_eq(tw_ring_room(&p.ring, slots), slots);
	tw_ring_fini(&p.ring);
}

Test(ring, two_slots)
{
	stress(2, 30000);
}

Test(ring, small)
{
	stress(8, 60000);
}

/* Above 32 slots the consumer says only every 16 items how far it is. */
Test(ring, published_in_steps)
{
	stress(64, 100000);
}

Test(ring, large)
{
	stress(8192, 100000);
}

/* One thread: full means full, and what was not published is not free yet. */
Test(ring, room_is_exact)
{
	struct tw_ring r;
	uint32_t i;

	cr_assert_eq(tw_ring_init(&r, 64, 1), 0);
	for (i = 0; i < 64; i++) {
		cr_assert_eq(tw_ring_room(&r, 64 - i), 64u - i);
		tw_ring_push(&r, 1, i, 0, 0);
	}
	cr_assert_eq(tw_ring_room(&r, 1), 0);
	for (i = 0; i < TW_RING_PUBLISH - 1; i++)
		tw_ring_pop(&r);
	cr_assert_eq(tw_ring_room(&r, 1), 0);
	tw_ring_pop(&r);
	cr_assert_eq(tw_ring_room(&r, 1), TW_RING_PUBLISH);
	tw_ring_pop(&r);
	tw_ring_publish(&r);
	cr_assert_eq(tw_ring_room(&r, 64), TW_RING_PUBLISH + 1u);
	tw_ring_fini(&r);
}

/* Positions go on for ever: a slot of an earlier round is not taken for full. */
Test(ring, wraps_many_times)
{
	struct tw_ring r;
	uint64_t in = 0, out = 0, seed = 12345;

	cr_assert_eq(tw_ring_init(&r, 4, 1), 0);
	while (out < 20000) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		if ((seed >> 40) & 1 && tw_ring_room(&r, 1)) {
			tw_ring_push(&r, kind_of(in), (uint32_t)in, -(int64_t)in, 0);
			in++;
		} else if (tw_ring_ready(&r, 0)) {
			check_item(tw_ring_peek(&r), out++);
			tw_ring_pop(&r);
		}
		cr_assert_eq(tw_ring_ready(&r, 0), in > out);
		cr_assert_eq(tw_ring_ready(&r, 3), in == out + 4);
	}
	tw_ring_fini(&r);
}

static void *produce_words(void *arg)
{
	struct pair *p = arg;
	uint64_t i;

	for (i = 1; i <= p->items; i++)
		while (!tw_ring64_push(&p->words, i * 0x9e3779b97f4a7c15u | 1))
			sched_yield();
	return NULL;
}

static void stress_words(uint32_t slots, uint64_t items)
{
	struct pair p = {.items = items};
	pthread_t t;
	uint64_t i;

	cr_assert_eq(tw_ring64_init(&p.words, slots), 0);
	cr_assert(tw_ring64_empty(&p.words));
	cr_assert_eq(pthread_create(&t, NULL, produce_words, &p), 0);
	for (i = 1; i <= items; i++) {
		uint64_t v;

		while ((v = tw_ring64_pop(&p.words)) == 0)
			sched_yield();
		cr_assert_eq(v, i * 0x9e3779b97f4a7c15u | 1, "word %llu", (unsigned long long)i);
	}
	pthread_join(t, NULL);
	cr_assert(tw_ring64_empty(&p.words));
	cr_assert_eq(tw_ring64_pop(&p.words), 0);
	tw_ring64_fini(&p.words);
}

Test(ring64, one_line)
{
	stress_words(8, 30000);
}

Test(ring64, small)
{
	stress_words(16, 60000);
}

Test(ring64, large)
{
	stress_words(4096, 200000);
}

Test(ring64, full_is_told)
{
	struct tw_ring64 r;
	uint64_t i;

	cr_assert_eq(tw_ring64_init(&r, 8), 0);
	for (i = 1; i <= 8; i++)
		cr_assert(tw_ring64_push(&r, i));
	cr_assert(!tw_ring64_push(&r, 9));
	cr_assert_eq(tw_ring64_pop(&r), 1);
	cr_assert(tw_ring64_push(&r, 9));
	for (i = 2; i <= 9; i++)
		cr_assert_eq(tw_ring64_pop(&r), i);
	tw_ring64_fini(&r);
}
