/* state/index.c - open addressing with linear probing; see index.h. */
#include <state/index.h>

#include <assert.h>
#include <errno.h>
#include <string.h>

#define FIRST_BITS 6u
#define MOST_BITS 31u

/* 5/8 full, then it grows: so a run that a lookup walks lies in one or two lines. */
static uint64_t limit(uint32_t bits)
{
	return ((uint64_t)5 << bits) / 8;
}

/* So full only where memory ends. */
static uint64_t most(uint32_t bits)
{
	return ((uint64_t)7 << bits) / 8;
}

static uint64_t bytes(uint32_t bits)
{
	return sizeof(struct tw_bucket) << bits;
}

int tw_index_init(struct tw_index *x, uint64_t max, struct tw_budget *budget)
{
	uint32_t bits = FIRST_BITS, i;

	while (bits < MOST_BITS && limit(bits) < max)
		bits++;
	*x = (struct tw_index){.max_bits = bits, .budget = budget};
	for (i = 0; i < 2; i++)
		if (tw_range_init(&x->range[i], bytes(bits)) < 0)
			return -ENOMEM;
	x->cur = (struct tw_buckets){.at = x->range[0].base, .bits = FIRST_BITS};
	return 0;
}

void tw_index_fini(struct tw_index *x)
{
	tw_range_fini(&x->range[0]);
	tw_range_fini(&x->range[1]);
}

/* Empty the bucket at `hole` and close the gap: each later bucket of the run moves
 * back unless that would put it before its home. */
static void erase(struct tw_buckets *b, uint32_t hole)
{
	const uint32_t mask = (1u << b->bits) - 1u;
	uint32_t next = hole;

	for (;;) {
		uint32_t home;

		next = (next + 1u) & mask;
		if (!b->at[next].ref)
			break;
		home = tw_bucket_home(b, b->at[next].hash);
		if (((next - home) & mask) < ((next - hole) & mask))
			continue;
		b->at[hole] = b->at[next];
		hole = next;
	}
	b->at[hole] = (struct tw_bucket){0, 0};
}

static void place(struct tw_buckets *b, struct tw_bucket what)
{
	const uint32_t mask = (1u << b->bits) - 1u;
	uint32_t pos = tw_bucket_home(b, what.hash);

	while (b->at[pos].ref)
		pos = (pos + 1u) & mask;
	b->at[pos] = what;
}

bool tw_index_room(struct tw_index *x)
{
	if (x->count < limit(x->cur.bits))
		return true;
	if (x->cur.bits == x->max_bits || !tw_budget_take(x->budget, bytes(x->cur.bits + 1u)))
		return x->count < most(x->cur.bits);
	assert(!x->old.at); /* moving outruns filling, see TW_INDEX_STEPS */
	x->old = x->cur;
	x->cursor = 0;
	x->which ^= 1u;
	x->cur = (struct tw_buckets){.at = x->range[x->which].base, .bits = x->old.bits + 1u};
	return true;
}

/* Erasing at the cursor may bring the next of the run there: so it goes on only
 * from an empty bucket, and what is before it stays empty. */
void tw_index_step(struct tw_index *x)
{
	uint32_t i;

	for (i = 0; i < TW_INDEX_STEPS && x->old.at; i++) {
		struct tw_bucket b = x->old.at[x->cursor];

		if (b.ref) {
			place(&x->cur, b);
			erase(&x->old, x->cursor);
		} else if (++x->cursor == 1u << x->old.bits) {
			x->old.at = NULL;
		}
	}
}

void tw_index_put(struct tw_index *x, uint32_t hash, uint32_t number)
{
	place(&x->cur, (struct tw_bucket){.hash = hash, .ref = number + 1u});
	x->count++;
}

static bool remove_from(struct tw_buckets *b, uint32_t hash, uint32_t number)
{
	struct tw_probe p = tw_probe_start(b, hash);
	uint32_t at;

	do
		at = tw_probe_next(&p, hash);
	while (at != TW_NONE && at != number);
	if (at == TW_NONE)
		return false;
	erase(b, (p.pos - 1u) & ((1u << b->bits) - 1u));
	return true;
}

void tw_index_remove(struct tw_index *x, uint32_t hash, uint32_t number)
{
	bool found = remove_from(&x->cur, hash, number) || (x->old.at && remove_from(&x->old, hash, number));

	assert(found);
	(void)found;
	x->count--;
}
