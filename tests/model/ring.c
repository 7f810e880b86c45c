/* ring.c - the rings of engine/mem/ring.h, explored as they are. */
#include "explore.h"

#include <mem/ring.h>

#define ITEMS_MAX 100

/* What the items stand for: the batches behind them. */
static struct tw_ring ring;
static struct tw_ring64 home;
static uint64_t batch[ITEMS_MAX];
static uint64_t items;

static void setup_ring(uint32_t slots, uint32_t lines, uint64_t n)
{
	if (ring.slot)
		tw_ring_fini(&ring);
	ex_expect(tw_ring_init(&ring, slots, lines) == 0, "no memory");
	memset(batch, 0, sizeof batch);
	items = n;
	ex_share(&ring, sizeof ring, "ring");
	ex_share(ring.slot, sizeof *ring.slot * slots * lines, "slot");
	ex_share(batch, sizeof batch, "batch");
}

static void setup_2(void)
{
	setup_ring(2, 1, 5);
}

static void setup_2_wide(void)
{
	setup_ring(2, 2, 5);
}

static void setup_4(void)
{
	setup_ring(4, 1, 9);
}

static void setup_4_wide(void)
{
	setup_ring(4, 2, 9);
}

/* Large enough that the consumer does not publish each item. */
static void setup_64(void)
{
	setup_ring(64, 1, 64 + 2 * TW_RING_PUBLISH + 2);
}

/* The first and the last words of a slot's row. */
static uint64_t *row_word(const struct tw_ring_slot *s, bool last)
{
	return (uint64_t *)(uintptr_t)((const char *)s + (last ? 64 * ring.lines - 8 : TW_RING_HEAD));
}

static void fill(uint64_t i)
{
	struct tw_ring_slot *s = tw_ring_claim(&ring);

	batch[i] = 100 + i;
	s->kind = 1;
	s->place = (uint32_t)i;
	s->wm = (int64_t)i;
	s->order = i;
	*row_word(s, false) = 200 + i;
	*row_word(s, true) = 300 + i;
	tw_ring_commit(&ring);
}

static void expect_filled(const struct tw_ring_slot *s, uint64_t i)
{
	ex_expect(s->kind == 1 && s->place == i && s->wm == (int64_t)i && s->order == i, "another item");
	ex_expect(*row_word(s, false) == 200 + i, "another row");
	ex_expect(*row_word(s, true) == 300 + i, "another row");
	ex_expect(batch[s->place] == 100 + i, "another batch");
}

/* One by one. */
static void produce(void)
{
	uint64_t i;

	for (i = 0; i < items; i++) {
		while (tw_ring_room(&ring, 1) < 1)
			ex_pause();
		fill(i);
	}
}

static void consume(void)
{
	uint64_t i;

	for (i = 0; i < items; i++) {
		while (!tw_ring_ready(&ring, 0))
			ex_pause();
		expect_filled(tw_ring_peek(&ring), i);
		tw_ring_pop(&ring);
	}
}

/* As much as there is room for; items without a row. */
static void produce_many(void)
{
	uint64_t i = 0, room;

	while (i < items) {
		while ((room = tw_ring_room(&ring, 2)) == 0)
			ex_pause();
		for (; room > 0 && i < items; room--, i++) {
			batch[i] = 100 + i;
			tw_ring_push(&ring, 1, (uint32_t)i, (int64_t)i, i);
		}
	}
}

/* Two at once where there are two. */
static void consume_many(void)
{
	uint64_t i = 0;

	while (i < items) {
		uint64_t n = 0;

		while (!tw_ring_ready(&ring, 0))
			ex_pause();
		n = 1 + tw_ring_ready(&ring, 1);
		for (; n > 0; n--, i++) {
			const struct tw_ring_slot *s = tw_ring_peek(&ring);

			ex_expect(s->place == i && s->wm == (int64_t)i && s->order == i, "another item");
			ex_expect(batch[i] == 100 + i, "another batch");
			tw_ring_pop(&ring);
		}
	}
	tw_ring_publish(&ring);
}

static void check_ring(void)
{
	ex_expect(ring.tail == items && ring.next == items && ring.published == items && ring.head == items,
		  "not all items have come through");
}

static void check_ring_64(void)
{
	ex_expect(ring.tail == items && ring.next == items, "not all items have come through");
	ex_expect(ring.next - ring.published < TW_RING_PUBLISH && ring.head == ring.published, "published too late");
}

/* Words through a tw_ring64. */

static void setup_words(uint32_t slots, uint64_t n)
{
	if (home.slot)
		tw_ring64_fini(&home);
	ex_expect(tw_ring64_init(&home, slots) == 0, "no memory");
	memset(batch, 0, sizeof batch);
	items = n;
	ex_share(&home, sizeof home, "home");
	ex_share((void *)home.slot, sizeof *home.slot * slots, "word");
	ex_share(batch, sizeof batch, "batch");
}

static void setup_words_2(void)
{
	setup_words(2, 5);
}

static void setup_words_4(void)
{
	setup_words(4, 7);
}

static void push_words(void)
{
	uint64_t i;

	for (i = 0; i < items; i++) {
		batch[i] = 100 + i;
		while (!tw_ring64_push(&home, i + 1))
			ex_pause();
	}
}

static void pop_words(void)
{
	uint64_t i, v;

	for (i = 0; i < items; i++) {
		while (tw_ring64_empty(&home))
			ex_pause();
		v = tw_ring64_pop(&home);
		ex_expect(v == i + 1, "another word");
		ex_expect(batch[i] == 100 + i, "another batch");
	}
}

static void check_words(void)
{
	ex_expect(home.tail == items && home.head == items, "not all words have come through");
}

/* Batches go out over a ring and come home over a tw_ring64, to be filled again. */

#define LOOP_BATCHES 2

static void setup_loop(void)
{
	setup_ring(2, 1, 5);
	if (home.slot)
		tw_ring64_fini(&home);
	ex_expect(tw_ring64_init(&home, 2) == 0, "no memory");
	ex_share(&home, sizeof home, "home");
	ex_share((void *)home.slot, sizeof *home.slot * 2, "word");
}

static void take_and_send(void)
{
	uint64_t i, at;

	for (i = 0; i < items; i++) {
		at = i;
		while (i >= LOOP_BATCHES && (at = tw_ring64_pop(&home)) == 0)
			ex_pause();
		at -= i >= LOOP_BATCHES;
		batch[at] = 100 + i;
		while (tw_ring_room(&ring, 1) < 1)
			ex_pause();
		tw_ring_push(&ring, 1, (uint32_t)at, 0, i);
	}
}

static void receive_and_let_go(void)
{
	uint64_t i, at;

	for (i = 0; i < items; i++) {
		while (!tw_ring_ready(&ring, 0))
			ex_pause();
		at = tw_ring_peek(&ring)->place;
		ex_expect(batch[at] == 100 + i, "another batch");
		tw_ring_pop(&ring);
		while (!tw_ring64_push(&home, at + 1))
			ex_pause();
	}
}

int main(int argc, char **argv)
{
	static const struct ex_test tests[] = {
		{"ring_2", setup_2, {produce, consume}, check_ring, NULL, 4, 3, 0},
		{"ring_2_wide", setup_2_wide, {produce, consume}, check_ring, NULL, 4, 3, 0},
		{"ring_2_many", setup_2, {produce_many, consume_many}, check_ring, NULL, 4, 3, 0},
		{"ring_4", setup_4, {produce, consume}, check_ring, NULL, 2, 2, 0},
		{"ring_4_wide", setup_4_wide, {produce, consume}, check_ring, NULL, 2, 2, 0},
		{"ring_4_many", setup_4, {produce_many, consume_many}, check_ring, NULL, 2, 2, 0},
		{"ring_64", setup_64, {produce, consume}, check_ring_64, NULL, 1, 0, 0},
		{"ring64_2", setup_words_2, {push_words, pop_words}, check_words, NULL, 3, 2, 0},
		{"ring64_4", setup_words_4, {push_words, pop_words}, check_words, NULL, 2, 1, 0},
		{"loop", setup_loop, {take_and_send, receive_and_let_go}, NULL, NULL, 3, 1, 0},
	};

	return ex_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
