/* walk.c - see walk.h. */
#include "walk.h"

enum { PLAIN /* or nothing yet */, QUOTED, AT_QUOTE /* the end of a quoted field, or one of two quotes */ };

void walk_begin(struct walk *w, struct span *spans)
{
	*w = (struct walk){.spans = spans};
}

static int fail(struct walk *w, enum walk_fault fault, uint32_t at)
{
	w->fault = (uint8_t)fault;
	w->fault_at = at;
	return -1;
}

static void end_field(struct walk *w, uint32_t at)
{
	const uint32_t quoted = w->state == AT_QUOTE;

	if (w->n < COLUMNS_MAX)
		w->spans[w->n] = (struct span){w->from + quoted, at - quoted, (uint8_t)quoted, w->is_doubled};
	w->n++;
	w->from = at + 1;
	w->state = PLAIN;
	w->is_doubled = 0;
}

static int take_quote(struct walk *w, uint32_t at)
{
	switch (w->state) {
	case PLAIN:
		if (at != w->from)
			return fail(w, WALK_QUOTE_INSIDE, at);
		w->state = QUOTED;
		return 0;
	case QUOTED:
		w->state = AT_QUOTE;
		w->last = at;
		return 0;
	default:
		if (at != w->last + 1)
			return fail(w, WALK_QUOTE_AFTER, w->last + 1);
		w->is_doubled = 1;
		w->state = QUOTED;
		return 0;
	}
}

static int take_separator(struct walk *w, uint32_t at)
{
	if (w->state == QUOTED)
		return 0;
	if (w->state == AT_QUOTE && at != w->last + 1)
		return fail(w, WALK_QUOTE_AFTER, w->last + 1);
	end_field(w, at);
	return 0;
}

void walk_marks(struct walk *w, const struct marks *m, uint32_t from, uint32_t to, int64_t base)
{
	uint32_t k = from / 64;
	uint64_t keep = ~(uint64_t)0 << from % 64;

	for (; 64 * k < to && !w->fault; k++, keep = ~(uint64_t)0) {
		uint64_t bits;

		if (to - 64 * k < 64)
			keep &= ((uint64_t)1 << (to - 64 * k)) - 1;
		for (bits = (m->separators[k] | m->quotes[k]) & keep; bits; bits &= bits - 1) {
			const uint32_t i = (uint32_t)__builtin_ctzll(bits);
			const uint32_t at = (uint32_t)(base + 64 * (int64_t)k + i);

			if ((m->quotes[k] >> i & 1 ? take_quote(w, at) : take_separator(w, at)) < 0)
				return;
		}
	}
}

enum walk_fault walk_end(struct walk *w, uint32_t len)
{
	if (w->fault)
		return (enum walk_fault)w->fault;
	if (w->state == QUOTED)
		fail(w, WALK_QUOTE_OPEN, w->from);
	else if (w->state == AT_QUOTE && w->last + 1 != len)
		fail(w, WALK_QUOTE_AFTER, w->last + 1);
	else
		end_field(w, len);
	return (enum walk_fault)w->fault;
}
