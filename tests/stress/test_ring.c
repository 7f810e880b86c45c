/* The rings between two threads that stall at random: every item arrives once, whole
 * and in order, in slots of one line and of two, in rings small and large. */
#include <criterion/criterion.h>
#include <mem/ring.h>

#include "stress.h"

#define ROW_MAX (2 * 64 - TW_RING_HEAD)

struct round {
	const struct stress *s;
	struct tw_ring ring;
	struct tw_ring64 words;
	uint64_t items;
	struct dice dice; /* the producer's */
};

static uint64_t word_of(const struct stress *s, uint64_t i)
{
	return stress_mix(s->seed ^ i) | 1;
}

/* All of a slot's bytes are a function of its position. */
static void fill(const struct stress *s, const struct tw_ring *r, struct tw_ring_slot *slot, uint64_t i)
{
	const uint64_t w = word_of(s, i);
	char row[ROW_MAX];

	memset(row, (int)(w & 0x7f), sizeof row);
	memcpy(row, &w, sizeof w);
	slot->kind = (uint32_t)w;
	slot->place = (uint32_t)(w >> 32);
	slot->wm = (int64_t)i;
	slot->order = ~w;
	memcpy(slot->row, row, r->lines * 64 - TW_RING_HEAD);
}

static void check(const struct stress *s, const struct tw_ring *r, const struct tw_ring_slot *slot, uint64_t i)
{
	const uint64_t w = word_of(s, i);
	const char *row = slot->row;
	uint32_t k;

	if (slot->wm != (int64_t)i)
		stress_fail(s, "item %llu came as item %lld", (unsigned long long)i, (long long)slot->wm);
	if (slot->kind != (uint32_t)w || slot->place != (uint32_t)(w >> 32) || slot->order != ~w ||
	    memcmp(row, &w, sizeof w) != 0)
		stress_fail(s, "item %llu was harmed", (unsigned long long)i);
	for (k = sizeof w; k < r->lines * 64 - TW_RING_HEAD; k++)
		if (row[k] != (char)(w & 0x7f))
			stress_fail(s, "item %llu: byte %u of its row was harmed", (unsigned long long)i, k);
}

static void *produce(void *arg)
{
	struct round *p = arg;
	struct dice *d = &p->dice;
	uint64_t i = 0;

	while (i < p->items) {
		uint64_t n = 1 + roll(d, roll(d, 2) ? 3 : (uint32_t)p->ring.mask + 1), room = 0;

		n = n > p->ring.mask + 1 ? p->ring.mask + 1 : n;
		while ((room = tw_ring_room(&p->ring, n)) < n) {
			sched_yield();
			stall(d);
		}
		if (room > p->ring.mask + 1)
			stress_fail(p->s, "room for %llu items", (unsigned long long)room);
		for (; n > 0 && i < p->items; n--, i++) {
			struct tw_ring_slot *slot = tw_ring_claim(&p->ring);

			fill(p->s, &p->ring, slot, i);
			stall(d);
			tw_ring_commit(&p->ring);
		}
	}
	return NULL;
}

/* Look ahead: if a slot is full, all before it are. */
static void look_ahead(const struct round *p, struct dice *d)
{
	uint64_t ahead = roll(d, (uint32_t)p->ring.mask + 1);

	if (roll(d, 8) != 0 || !tw_ring_ready(&p->ring, ahead))
		return;
	while (ahead-- > 0)
		if (!tw_ring_ready(&p->ring, ahead))
			stress_fail(p->s, "a full slot lies behind an empty one");
}

static void consume(struct round *p, struct dice *d)
{
	uint64_t i = 0;

	while (i < p->items) {
		look_ahead(p, d);
		if (!tw_ring_ready(&p->ring, 0)) {
			tw_ring_publish(&p->ring);
			sched_yield();
			stall(d);
			continue;
		}
		check(p->s, &p->ring, tw_ring_peek(&p->ring), i++);
		stall(d);
		tw_ring_pop(&p->ring);
		if (roll(d, 16) == 0)
			tw_ring_publish(&p->ring);
	}
}

static void one_round(const struct stress *s, uint32_t slots, uint32_t lines)
{
	struct round p = {.s = s, .items = 2000, .dice = dice_new(s->seed, 1)};
	struct dice d = dice_new(s->seed, 2);
	pthread_t t;

	cr_assert_eq(tw_ring_init(&p.ring, slots, lines), 0);
	stress_start(s, &t, produce, &p);
	consume(&p, &d);
	pthread_join(t, NULL);
	if (tw_ring_ready(&p.ring, 0))
		stress_fail(s, "more came out than went in");
	tw_ring_publish(&p.ring);
	if (tw_ring_room(&p.ring, slots) != slots)
		stress_fail(s, "the empty ring has no room");
	tw_ring_fini(&p.ring);
}

static void rounds(const char *name, const uint32_t *slots, uint32_t n, uint32_t lines)
{
	struct stress s;

	stress_begin(&s, name, 1);
	do {
		one_round(&s, slots[s.seed % n], lines);
	} while (stress_more(&s));
}

static const uint32_t small_rings[] = {2, 4, 8, 32};
static const uint32_t large_rings[] = {64, 256, 1024}; /* published in steps */

Test(ring, small_one_line)
{
	rounds("ring/small_one_line", small_rings, 4, 1);
}

Test(ring, small_two_lines)
{
	rounds("ring/small_two_lines", small_rings, 4, 2);
}

Test(ring, large_one_line)
{
	rounds("ring/large_one_line", large_rings, 3, 1);
}

Test(ring, large_two_lines)
{
	rounds("ring/large_two_lines", large_rings, 3, 2);
}

static void *produce_words(void *arg)
{
	struct round *p = arg;
	uint64_t i;

	for (i = 0; i < p->items; i++) {
		while (!tw_ring64_push(&p->words, word_of(p->s, i)))
			sched_yield();
		stall(&p->dice);
	}
	return NULL;
}

static void words_round(const struct stress *s, uint32_t slots)
{
	struct round p = {.s = s, .items = 4000, .dice = dice_new(s->seed, 1)};
	struct dice d = dice_new(s->seed, 2);
	uint64_t i, got = 0;
	pthread_t t;

	cr_assert_eq(tw_ring64_init(&p.words, slots), 0);
	stress_start(s, &t, produce_words, &p);
	for (i = 0; i < p.items; i++) {
		const bool full = roll(&d, 2) && !tw_ring64_empty(&p.words);

		while ((got = tw_ring64_pop(&p.words)) == 0) {
			if (full)
				stress_fail(s, "a ring that is not empty gives nothing");
			sched_yield();
		}
		if (got != word_of(s, i))
			stress_fail(s, "word %llu was harmed, or came out of order", (unsigned long long)i);
		stall(&d);
	}
	pthread_join(t, NULL);
	if (!tw_ring64_empty(&p.words) || tw_ring64_pop(&p.words) != 0)
		stress_fail(s, "more came out than went in");
	tw_ring64_fini(&p.words);
}

Test(ring64, all_sizes)
{
	static const uint32_t slots[] = {8, 16, 64, 1024};
	struct stress s;

	stress_begin(&s, "ring64/all_sizes", 1);
	do {
		words_round(&s, slots[s.seed % 4]);
	} while (stress_more(&s));
}
