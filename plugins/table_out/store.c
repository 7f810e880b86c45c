/* store.c - the rows that may be shown, in memory taken once. */
#include "table_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int store_init(struct store *s, const struct conf *c)
{
	s->conf = c;
	s->max = c->keys;
	for (s->buckets = 16; s->buckets < s->max; s->buckets *= 2)
		;
	s->rows = calloc(s->max, c->row_bytes);
	s->stamp = calloc(s->max, sizeof *s->stamp);
	if (!s->rows || !s->stamp)
		return -ENOMEM;
	if (!c->n_by)
		return 0;
	s->hash = calloc(s->max, sizeof *s->hash);
	s->next = calloc(s->max, sizeof *s->next);
	s->heap = calloc(s->max, sizeof *s->heap);
	s->place = calloc(s->max, sizeof *s->place);
	s->bucket = malloc(s->buckets * sizeof *s->bucket);
	if (!s->hash || !s->next || !s->heap || !s->place || !s->bucket)
		return -ENOMEM;
	memset(s->bucket, 0xff, s->buckets * sizeof *s->bucket); /* NO_SLOT */
	return 0;
}

void store_free(struct store *s)
{
	free(s->rows);
	free(s->stamp);
	free(s->hash);
	free(s->next);
	free(s->heap);
	free(s->place);
	free(s->bucket);
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ (h >> 32);
}

static uint64_t hash_bytes(uint64_t h, const char *p, uint32_t len)
{
	uint64_t word = 0;

	for (h = mix(h, len); len >= 8; len -= 8, p += 8) {
		memcpy(&word, p, 8);
		h = mix(h, word);
	}
	word = 0;
	memcpy(&word, p, len);
	return mix(h, word);
}

/* Keys are told apart by their hash: of 2^64 two of a few thousand are never equal. */
static uint64_t hash_row(const struct conf *c, const struct tw_batch *b, uint32_t row)
{
	uint64_t h = 0x2545f4914f6cdd1du;
	uint32_t i, len;

	for (i = 0; i < c->n_by; i++) {
		const struct tw_field *f = c->by[i];
		const char *p = (const char *)tw_col(b, f) + (size_t)row * f->width;

		if (tw_is_null(b, f, row)) {
			h = mix(h, 1);
		} else if (tw_type_is_text(f->type)) {
			p = tw_get_text(b, f, row, &len);
			h = hash_bytes(h, p, len);
		} else if (f->type == TW_BOOL) {
			h = mix(h, 2u + (uint32_t)tw_get_bool(b, f, row));
		} else {
			h = hash_bytes(h, p, f->width);
		}
	}
	return mix(h, h >> 29);
}

static void put_text(const struct conf *c, struct cell *cell, char *to, const char *p, uint32_t len)
{
	cell->v.text.is_cut = len > c->text_room;
	cell->v.text.len = cell->v.text.is_cut ? c->text_room : len;
	memcpy(to, p, cell->v.text.len);
}

static void put_cell(const struct conf *c, const struct column *col, const struct tw_batch *b, uint32_t row, char *to)
{
	const struct tw_field *f = col->field;
	const char *p = (const char *)tw_col(b, f) + (size_t)row * f->width;
	struct cell *cell = (struct cell *)(void *)to + (col - c->columns);
	uint32_t len;

	cell->is_null = tw_is_null(b, f, row);
	if (cell->is_null)
		return;
	switch (f->type) {
	case TW_BOOL: cell->v.i = tw_get_bool(b, f, row); return;
	case TW_I32: cell->v.i = *(const int32_t *)(const void *)p; return;
	case TW_U32: cell->v.u = *(const uint32_t *)(const void *)p; return;
	case TW_F32: cell->v.d = (double)*(const float *)(const void *)p; return;
	case TW_FIXED: put_text(c, cell, to + col->text_off, p, f->width); return;
	case TW_STR:
	case TW_BYTES:
		p = tw_get_text(b, f, row, &len);
		put_text(c, cell, to + col->text_off, p, len);
		return;
	default: memcpy(&cell->v, p, 8);
	}
}

static void fill(struct store *s, uint32_t slot, const struct tw_batch *b, uint32_t row)
{
	const struct conf *c = s->conf;
	uint32_t i;

	for (i = 0; i < c->n_columns; i++)
		put_cell(c, &c->columns[i], b, row, s->rows + (size_t)slot * c->row_bytes);
	s->stamp[slot] = ++s->stamps;
}

static void heap_put(struct store *s, uint32_t at, uint32_t slot)
{
	s->heap[at] = slot;
	s->place[slot] = at;
}

/* A slot's row is new: bring it to its place. Who is shown last is given up first. */
static void heap_fix(struct store *s, uint32_t slot)
{
	uint32_t at = s->place[slot];

	while (at && is_before(s, s->heap[(at - 1) / 2], slot)) {
		heap_put(s, at, s->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child + 1 < s->n && is_before(s, s->heap[child], s->heap[child + 1]))
			child++;
		if (child >= s->n || !is_before(s, slot, s->heap[child]))
			break;
		heap_put(s, at, s->heap[child]);
		at = child;
	}
	heap_put(s, at, slot);
}

static void forget(struct store *s, uint32_t slot)
{
	uint32_t *link = &s->bucket[s->hash[slot] & (s->buckets - 1)];

	while (*link != slot)
		link = &s->next[*link];
	*link = s->next[slot];
}

static void enter(struct store *s, uint32_t slot, uint64_t hash)
{
	uint32_t *head = &s->bucket[hash & (s->buckets - 1)];

	s->hash[slot] = hash;
	s->next[slot] = *head;
	*head = slot;
}

/* The key's slot, or one for it: when all are in use that of the row that is shown last. */
static uint32_t slot_for(struct store *s, uint64_t hash)
{
	uint32_t slot = s->bucket[hash & (s->buckets - 1)];

	while (slot != NO_SLOT && s->hash[slot] != hash)
		slot = s->next[slot];
	if (slot != NO_SLOT)
		return slot;
	if (s->n < s->max) {
		slot = s->n++;
		heap_put(s, slot, slot);
	} else {
		slot = s->heap[0];
		forget(s, slot);
	}
	enter(s, slot, hash);
	return slot;
}

void store_rows(struct store *s, const struct tw_batch *b)
{
	const struct conf *c = s->conf;
	uint32_t i, slot;

	if (!c->n_by) { /* of the rows only the last can be shown */
		for (i = b->n_sel > s->max ? b->n_sel - s->max : 0; i < b->n_sel; i++) {
			slot = (uint32_t)(s->stamps % s->max);
			fill(s, slot, b, tw_row(b, i));
			s->n += s->n < s->max;
		}
		return;
	}
	for (i = 0; i < b->n_sel; i++) {
		const uint32_t row = tw_row(b, i);

		slot = slot_for(s, hash_row(c, b, row));
		fill(s, slot, b, row);
		heap_fix(s, slot);
	}
}
