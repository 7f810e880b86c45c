/*
 * distinct.c - the cell of distinct(x): few hashes as a set, more as registers, in
 * memory of the table. [worker]
 */
#include "window.h"

#include "hll.h"

static void *resize(struct window *w, struct tw_ctx *ctx, struct tw_blob *blob, uint32_t len)
{
	return w->state->blob_write(ctx, w->plan->table, blob, len);
}

/* The set, with room for one more; or registers. NULL: no memory. */
static uint64_t *make_room(struct window *w, struct tw_ctx *ctx, struct cell_distinct *s)
{
	uint32_t old = s->set.len, len = old ? old : HLL_LEAST;
	uint64_t *at;

	if (s->n >= 0 && !hll_fits(len, s->n + 1))
		len *= 2;
	if (len > HLL_BYTES) {
		at = resize(w, ctx, &s->set, old);
		if (!at)
			return NULL;
		hll_become(at);
		s->n = -1;
		return at;
	}
	at = resize(w, ctx, &s->set, len);
	if (at && old && old != len)
		hll_spread(&(struct hll_set){at, len}, old);
	return at;
}

static int add_hash(struct window *w, struct tw_ctx *ctx, struct cell_distinct *s, uint64_t hash)
{
	uint64_t *at = make_room(w, ctx, s);

	if (!at)
		return -1;
	if (s->n < 0)
		hll_count((uint8_t *)at, hash);
	else
		s->n += hll_insert(&(struct hll_set){at, s->set.len}, hash);
	return 0;
}

/* Reals by what they are equal to: one zero, one that is not a number. */
static uint64_t word_of(const struct cell *c, union number v)
{
	if (c->class != CLASS_REAL)
		return (uint64_t)v.i;
	if (v.f != v.f)
		return 0x7ff8000000000000u;
	v.f += 0.0;
	return (uint64_t)v.i;
}

int distinct_add(struct window *w, struct tw_ctx *ctx, const struct cell *c, const struct tw_batch *b, uint32_t i)
{
	struct cell_distinct *s = cell_in(w->values.slot[i], c->offset);
	uint32_t len;
	const char *p;

	if (c->class != CLASS_BYTES)
		return add_hash(w, ctx, s, hll_hash_word(word_of(c, w->values.v[i])));
	p = bytes_of(b, c->field, w->values.row[i], &len);
	return add_hash(w, ctx, s, hll_hash(p, len));
}

/* Make a set registers, whatever its size. 0; -1: no memory, and it is what it was. */
static int to_registers(struct window *w, struct tw_ctx *ctx, struct cell_distinct *s)
{
	const uint32_t old = s->set.len;
	uint64_t *at = resize(w, ctx, &s->set, HLL_BYTES);

	if (!at)
		return -1;
	if (old && old < HLL_BYTES)
		hll_spread(&(struct hll_set){at, HLL_BYTES}, old);
	hll_become(at);
	s->n = -1;
	return 0;
}

int distinct_merge(struct window *w, struct tw_ctx *ctx, struct cell_distinct *to, const struct cell_distinct *from)
{
	const uint64_t *set = w->state->blob(ctx, w->plan->table, &from->set);
	uint8_t *registers;
	uint32_t i;
	int err = 0;

	for (i = 0; from->n > 0 && i < from->set.len / 8u && err == 0; i++)
		if (set[i])
			err = add_hash(w, ctx, to, set[i]);
	if (from->n >= 0)
		return err;
	if (to->n >= 0 && to_registers(w, ctx, to) < 0)
		return -1;
	registers = resize(w, ctx, &to->set, HLL_BYTES);
	if (!registers)
		return -1;
	hll_merge(registers, (const uint8_t *)set);
	return 0;
}

int64_t distinct_of(struct window *w, struct tw_ctx *ctx, const struct cell_distinct *s)
{
	return s->n >= 0 ? s->n : hll_estimate(w->state->blob(ctx, w->plan->table, &s->set));
}
