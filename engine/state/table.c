/* state/table.c - tables of keyed state; see table.h. */
#include <state/inside.h>

#include <base/alloc.h>
#include <base/role.h>
#include <thalweg/row.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

_Static_assert(sizeof(struct tw_entry) == 24, "the head of an entry, and its one-word key, take half a line");

static int slot_init(struct tw_table *t, const struct tw_state_spec *spec)
{
	uint32_t i;

	if (spec->n_values > TW_PAGE_BYTES_MOST / 8)
		return -E2BIG;
	t->n_values = spec->n_values;
	t->types = tw_calloc(spec->n_values, sizeof *t->types);
	t->blob_off = tw_calloc(spec->n_values, sizeof *t->blob_off);
	for (i = 0; i < spec->n_values; i++) {
		t->types[i] = spec->types[i];
		if (spec->types[i] == TW_VALUE_BLOB)
			t->blob_off[t->n_blobs++] = t->slot_bytes;
		else if (spec->types[i] != TW_VALUE_I64 && spec->types[i] != TW_VALUE_F64)
			return -EINVAL;
		t->slot_bytes += spec->types[i] == TW_VALUE_BLOB ? 16 : 8;
	}
	return 0;
}

/* Rounded up to a power of two, or whole lines, where that costs at most an
 * eighth: then an entry straddles no line that it need not. */
static uint32_t entry_bytes(const struct tw_table *t)
{
	uint32_t bytes = t->slot_off + t->slot_bytes, to = 32;

	while (to < bytes && to < 64)
		to *= 2;
	if (bytes > 64)
		to = (bytes + 63) / 64 * 64;
	return to - bytes <= bytes / 8 ? to : bytes;
}

static int parts_init(struct tw_table *t)
{
	uint64_t most;
	int err = tw_pages_init(&t->pages, entry_bytes(t), &t->budget);

	if (err < 0)
		return err;
	most = tw_pages_numbers(&t->pages);
	if (tw_index_init(&t->index, most, &t->budget) < 0 ||
	    tw_spaces_init(&t->spaces, most + 1, t->pages.link, &t->budget) < 0 ||
	    tw_blobs_init(&t->blobs, &t->budget) < 0)
		return -ENOMEM;
	t->snapshot.table = t;
	return 0;
}

int tw_table_create(const struct tw_state_spec *spec, uint64_t seed, struct tw_table **out)
{
	struct tw_table *t = aligned_alloc(64, (sizeof *t + 63) / 64 * 64);
	int err;

	if (!t)
		return -ENOMEM;
	memset(t, 0, sizeof *t);
	t->budget.max = spec->max_bytes ? spec->max_bytes : TW_TABLE_BYTES;
	err = tw_keys_init(&t->keys, spec, seed);
	if (err == 0)
		err = slot_init(t, spec);
	t->slot_off = (uint32_t)sizeof(struct tw_entry) + t->keys.words * 8;
	if (err == 0)
		err = parts_init(t);
	if (err < 0) {
		tw_table_destroy(t);
		return err;
	}
	t->words = tw_calloc(TW_AHEAD, t->keys.words * sizeof *t->words);
	*out = t;
	return 0;
}

void tw_table_destroy(struct tw_table *t)
{
	if (!t)
		return;
	tw_blobs_fini(&t->blobs);
	tw_spaces_fini(&t->spaces);
	tw_index_fini(&t->index);
	tw_pages_fini(&t->pages);
	free(t->words);
	free(t->blob_off);
	free(t->types);
	free(t);
}

int tw_table_rebind(struct tw_table *t, const struct tw_state_spec *spec)
{
	uint32_t i;

	if (spec->n_keys != t->keys.n || spec->n_values != t->n_values ||
	    memcmp(spec->types, t->types, t->n_values) != 0)
		return -EINVAL;
	for (i = 0; i < spec->n_keys; i++)
		if (spec->keys[i]->type != t->keys.key[i].type || spec->keys[i]->width != t->keys.key[i].width)
			return -EINVAL;
	for (i = 0; i < spec->n_keys; i++)
		t->keys.key[i].field = spec->keys[i];
	return 0;
}

int tw_table_first_ns(const struct tw_table *t, int64_t *ns)
{
	uint32_t space = tw_spaces_least(&t->spaces);

	if (space == TW_NONE)
		return 0;
	*ns = t->spaces.space[space].ns;
	return 1;
}

static uint32_t walk(struct tw_table *t, uint32_t number, void **slots, uint32_t max)
{
	uint32_t n = 0;

	for (; number != TW_NONE && n < max; n++) {
		uint32_t next = t->pages.link[number].next;

		if (next != TW_NONE)
			__builtin_prefetch(tw_pages_at(&t->pages, next));
		slots[n] = tw_slot_of(t, tw_pages_own(&t->pages, number));
		number = next;
	}
	return n;
}

uint32_t tw_table_scan(struct tw_table *t, int64_t ns, void **slots, uint32_t max)
{
	uint32_t space = tw_spaces_find(&t->spaces, ns);

	return space == TW_NONE ? 0 : walk(t, t->spaces.space[space].first, slots, max);
}

uint32_t tw_table_scan_after(struct tw_table *t, const void *after, void **slots, uint32_t max)
{
	return walk(t, t->pages.link[tw_entry_of(t, after)->number].next, slots, max);
}

static void write_null(const struct tw_cell *to)
{
	void *col = tw_col(to->b, to->field);

	if (to->field->type == TW_BOOL)
		tw_bit_put(col, to->row, 0);
	else
		memset((char *)col + (size_t)to->row * to->field->width, 0, to->field->width);
	tw_set_valid(to->b, to->field, to->row, 0);
}

int tw_table_key(const struct tw_table *t, const void *slot, uint32_t k, struct tw_ctx *ctx, const struct tw_cell *to)
{
	const struct tw_entry *e = tw_entry_of(t, slot);

	if (e->nulls >> k & 1) {
		write_null(to);
		return 0;
	}
	tw_set_valid(to->b, to->field, to->row, 1);
	return tw_key_write(&t->keys.key[k], e->words + t->keys.key[k].at, &t->blobs, ctx, to);
}

/* The slot may be find's and its page have moved since: the number still holds. */
static void remove_one(struct tw_table *t, const void *slot)
{
	const uint32_t number = tw_entry_of(t, slot)->number;
	struct tw_entry *e = tw_pages_at(&t->pages, number);
	uint32_t i;

	if (!e->live)
		return;
	e = tw_pages_own(&t->pages, number);
	tw_index_remove(&t->index, tw_index_hash(e->hash, e->ns), number);
	tw_spaces_remove(&t->spaces, e->ns, number);
	tw_keys_release(&t->keys, e->words, &t->blobs);
	for (i = 0; i < t->n_blobs; i++)
		tw_blobs_write(&t->blobs, (struct tw_blob *)(void *)((char *)tw_slot_of(t, e) + t->blob_off[i]), 0);
	e->live = 0;
	tw_pages_give(&t->pages, number);
}

void tw_table_remove(struct tw_table *t, void *const *slots, uint32_t n)
{
	uint32_t i;

	TW_ASSERT_ROLE(TW_ROLE_WORKER);
	for (i = 0; i < n; i++) {
		if (slots[i])
			remove_one(t, slots[i]);
	}
}

const void *tw_table_blob(const struct tw_table *t, const struct tw_blob *blob)
{
	return blob->len ? tw_blobs_at(&t->blobs, blob->ref) : NULL;
}

void *tw_table_blob_write(struct tw_table *t, struct tw_blob *blob, uint32_t len)
{
	void *p = tw_blobs_write(&t->blobs, blob, len);

	if (!p)
		tw_stat_add(&t->refused, 1);
	return p;
}

uint64_t tw_table_count(const struct tw_table *t)
{
	return t->index.count;
}

uint64_t tw_table_bytes(const struct tw_table *t)
{
	return t->budget.used;
}

uint64_t tw_table_refused(struct tw_table *t)
{
	return tw_stat_get(&t->refused);
}
