/* state/spaces.c - namespaces; see spaces.h. */
#include <state/spaces.h>

#include <state/hash.h>

#include <errno.h>

/* Bytes of budget that a namespace costs, its share of the index apart. */
#define COST (sizeof(struct tw_space) + sizeof(uint32_t))

int tw_spaces_init(struct tw_spaces *s, uint64_t max, struct tw_chained *link, struct tw_budget *budget)
{
	*s = (struct tw_spaces){.free = TW_NONE, .last = TW_NONE, .link = link, .budget = budget};
	if (tw_index_init(&s->index, max, budget) < 0 || tw_range_init(&s->range[0], max * sizeof *s->space) < 0 ||
	    tw_range_init(&s->range[1], max * sizeof *s->heap) < 0)
		return -ENOMEM;
	s->space = s->range[0].base;
	s->heap = s->range[1].base;
	return 0;
}

void tw_spaces_fini(struct tw_spaces *s)
{
	tw_index_fini(&s->index);
	tw_range_fini(&s->range[0]);
	tw_range_fini(&s->range[1]);
}

static uint32_t hash_of(int64_t ns)
{
	return (uint32_t)(tw_hash_word(TW_HASH_B, (uint64_t)ns) >> 32);
}

static void heap_put(struct tw_spaces *s, uint32_t pos, uint32_t number)
{
	s->heap[pos] = number;
	s->space[number].pos = pos;
}

static void heap_up(struct tw_spaces *s, uint32_t pos, uint32_t number)
{
	const int64_t ns = s->space[number].ns;

	while (pos && s->space[s->heap[(pos - 1) / 2]].ns > ns) {
		heap_put(s, pos, s->heap[(pos - 1) / 2]);
		pos = (pos - 1) / 2;
	}
	heap_put(s, pos, number);
}

static void heap_down(struct tw_spaces *s, uint32_t pos, uint32_t number)
{
	const int64_t ns = s->space[number].ns;

	for (;;) {
		uint64_t child = 2 * (uint64_t)pos + 1;

		if (child >= s->n)
			break;
		if (child + 1 < s->n && s->space[s->heap[child + 1]].ns < s->space[s->heap[child]].ns)
			child++;
		if (s->space[s->heap[child]].ns >= ns)
			break;
		heap_put(s, pos, s->heap[child]);
		pos = (uint32_t)child;
	}
	heap_put(s, pos, number);
}

static uint32_t look_in(const struct tw_spaces *s, const struct tw_buckets *in, int64_t ns)
{
	const uint32_t hash = hash_of(ns);
	struct tw_probe p = tw_probe_start(in, hash);
	uint32_t number;

	do
		number = tw_probe_next(&p, hash);
	while (number != TW_NONE && s->space[number].ns != ns);
	return number;
}

uint32_t tw_spaces_find(struct tw_spaces *s, int64_t ns)
{
	uint32_t number;

	if (s->last != TW_NONE && s->space[s->last].ns == ns)
		return s->last;
	number = look_in(s, &s->index.cur, ns);
	if (number == TW_NONE && s->index.old.at)
		number = look_in(s, &s->index.old, ns);
	if (number != TW_NONE)
		s->last = number;
	return number;
}

uint32_t tw_spaces_get(struct tw_spaces *s, int64_t ns)
{
	uint32_t number = tw_spaces_find(s, ns);

	if (number != TW_NONE)
		return number;
	tw_index_step(&s->index);
	if (!tw_index_room(&s->index))
		return TW_NONE;
	number = s->free;
	if (number != TW_NONE)
		s->free = s->space[number].pos;
	else if (tw_budget_take(s->budget, COST))
		number = s->n_made++;
	else
		return TW_NONE;
	s->space[number] = (struct tw_space){.ns = ns, .first = TW_NONE, .last = TW_NONE};
	tw_index_put(&s->index, hash_of(ns), number);
	heap_up(s, s->n++, number);
	return s->last = number;
}

void tw_spaces_append(struct tw_spaces *s, uint32_t number, uint32_t entry)
{
	struct tw_space *sp = &s->space[number];

	s->link[entry] = (struct tw_chained){.next = TW_NONE, .prev = sp->last};
	if (sp->last == TW_NONE)
		sp->first = entry;
	else
		s->link[sp->last].next = entry;
	sp->last = entry;
}

void tw_spaces_trim(struct tw_spaces *s, uint32_t number)
{
	struct tw_space *sp = &s->space[number];
	uint32_t pos = sp->pos, moved;

	if (sp->first != TW_NONE)
		return;
	tw_index_remove(&s->index, hash_of(sp->ns), number);
	moved = s->heap[--s->n];
	if (moved != number) {
		heap_down(s, pos, moved);
		heap_up(s, s->space[moved].pos, moved);
	}
	sp->pos = s->free;
	s->free = number;
	s->last = TW_NONE;
}

void tw_spaces_remove(struct tw_spaces *s, int64_t ns, uint32_t entry)
{
	uint32_t number = tw_spaces_find(s, ns);
	struct tw_space *sp = &s->space[number];
	struct tw_chained at = s->link[entry];

	if (at.prev == TW_NONE)
		sp->first = at.next;
	else
		s->link[at.prev].next = at.next;
	if (at.next == TW_NONE)
		sp->last = at.prev;
	else
		s->link[at.next].prev = at.prev;
	tw_spaces_trim(s, number);
}
