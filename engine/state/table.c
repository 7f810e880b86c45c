/* state/table.c - tables of keyed state; see table.h. */
#include <state/inside.h>

#include <base/alloc.h>
#include <base/role.h>
#include <state/hash.h>
#include <thalweg/row.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

_Static_assert(sizeof(struct tw_entry) == 24, "the head of an entry, and its one-word key, take half a line");

/* Rows of one round of a lookup. */
struct ahead {
	uint32_t n;
	uint16_t row[TW_AHEAD];
	uint16_t nulls[TW_AHEAD];
	uint32_t index_hash[TW_AHEAD];
	uint32_t guess[TW_AHEAD]; /* first number with that hash; TW_NONE */
	uint64_t hash[TW_AHEAD];
	int64_t ns[TW_AHEAD];
};

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

static struct tw_entry *entry_of(const struct tw_table *t, const void *slot)
{
	return (struct tw_entry *)(void *)((char *)(uintptr_t)slot - t->slot_off);
}

static void *slot_of(const struct tw_table *t, void *entry)
{
	return (char *)entry + t->slot_off;
}

/* The top bits choose the bucket. They must not follow from the key group: an
 * instance that has few of the groups would use few of the buckets. */
static uint32_t index_hash(uint64_t hash, int64_t ns)
{
	return (uint32_t)(tw_hash_word(hash + (uint64_t)ns * TW_HASH_C, 0) >> 32);
}

/* Read and hash the keys of the next rows, and fetch what they will meet: first
 * all buckets, then, as they arrive, all entries. */
static void look_ahead(struct tw_table *t, const struct tw_lookup *l, uint32_t from, struct ahead *a)
{
	uint32_t i;

	a->n = l->n - from < TW_AHEAD ? l->n - from : TW_AHEAD;
	for (i = 0; i < a->n; i++)
		a->row[i] = (uint16_t)(l->rows ? l->rows[from + i] : tw_row(l->b, from + i));
	tw_keys_read(&t->keys, &(struct tw_key_rows){l->b, a->row, a->n, t->words, a->nulls});
	for (i = 0; i < a->n; i++) {
		a->ns[i] = l->ns ? l->ns[from + i] : 0;
		a->hash[i] = tw_keys_hash(&t->keys, t->words + (size_t)i * t->keys.words, a->nulls[i]);
		a->index_hash[i] = index_hash(a->hash[i], a->ns[i]);
		tw_index_prefetch(&t->index, a->index_hash[i]);
	}
	for (i = 0; i < a->n; i++) {
		struct tw_probe p = tw_probe_start(&t->index.cur, a->index_hash[i]);
		const char *e;

		a->guess[i] = tw_probe_next(&p, a->index_hash[i]);
		if (a->guess[i] == TW_NONE)
			continue;
		e = tw_pages_at(&t->pages, a->guess[i]);
		__builtin_prefetch(e);
		__builtin_prefetch(e + t->slot_off);
	}
}

static bool is_it(const struct tw_table *t, uint32_t number, const struct ahead *a, uint32_t i)
{
	const struct tw_entry *e = tw_pages_at(&t->pages, number);

	return e->hash == a->hash[i] && e->ns == a->ns[i] && e->nulls == a->nulls[i] &&
	       tw_keys_equal(&t->keys, e->words, t->words + (size_t)i * t->keys.words, &t->blobs);
}

static uint32_t look_in(const struct tw_table *t, const struct tw_buckets *in, const struct ahead *a, uint32_t i)
{
	struct tw_probe p = tw_probe_start(in, a->index_hash[i]);
	uint32_t number;

	do
		number = tw_probe_next(&p, a->index_hash[i]);
	while (number != TW_NONE && !is_it(t, number, a, i));
	return number;
}

/* A number, once given, stays an entry's during a lookup: so a right guess is right
 * even if buckets have moved since. */
static uint32_t look_up(const struct tw_table *t, const struct ahead *a, uint32_t i)
{
	uint32_t number = a->guess[i];

	if (number != TW_NONE && is_it(t, number, a, i))
		return number;
	number = look_in(t, &t->index.cur, a, i);
	if (number == TW_NONE && t->index.old.at)
		number = look_in(t, &t->index.old, a, i);
	return number;
}

/* An entry with the row's key, live as soon as it is filled; TW_NONE past the budget. */
static uint32_t entry_make(struct tw_table *t, const struct ahead *a, uint32_t i)
{
	uint32_t number = tw_pages_take(&t->pages);
	struct tw_entry *e;

	if (number == TW_NONE)
		return TW_NONE;
	e = tw_pages_own(&t->pages, number);
	if (!tw_keys_store(&t->keys, e->words, t->words + (size_t)i * t->keys.words, &t->blobs)) {
		tw_pages_give(&t->pages, number);
		return TW_NONE;
	}
	e->hash = a->hash[i];
	e->ns = a->ns[i];
	e->number = number;
	e->nulls = a->nulls[i];
	e->group = tw_key_group(a->hash[i]);
	e->live = 1;
	memset(slot_of(t, e), 0, t->slot_bytes);
	return number;
}

static uint32_t insert(struct tw_table *t, const struct ahead *a, uint32_t i)
{
	uint32_t space = tw_spaces_get(&t->spaces, a->ns[i]), number = TW_NONE;

	if (space == TW_NONE)
		return TW_NONE;
	if (tw_index_room(&t->index))
		number = entry_make(t, a, i);
	if (number == TW_NONE) {
		tw_spaces_trim(&t->spaces, space);
		return TW_NONE;
	}
	tw_spaces_append(&t->spaces, space, number);
	tw_index_put(&t->index, a->index_hash[i], number);
	return number;
}

uint32_t tw_table_upsert(struct tw_table *t, const struct tw_lookup *l, void **slots)
{
	uint32_t from, i, missing = 0;
	struct ahead a;

	TW_ASSERT_ROLE(TW_ROLE_WORKER);
	tw_table_reclaim(t);
	for (from = 0; from < l->n; from += a.n) {
		look_ahead(t, l, from, &a);
		for (i = 0; i < a.n; i++) {
			uint32_t number = look_up(t, &a, i);

			tw_index_step(&t->index);
			if (number == TW_NONE)
				number = insert(t, &a, i);
			slots[from + i] = NULL;
			if (number == TW_NONE)
				missing++;
			else
				slots[from + i] = slot_of(t, tw_pages_own(&t->pages, number));
		}
	}
	if (missing)
		tw_stat_add(&t->refused, missing);
	return missing;
}

uint32_t tw_table_find(struct tw_table *t, const struct tw_lookup *l, void **slots)
{
	uint32_t from, i, missing = 0;
	struct ahead a;

	TW_ASSERT_ROLE(TW_ROLE_WORKER);
	for (from = 0; from < l->n; from += a.n) {
		look_ahead(t, l, from, &a);
		for (i = 0; i < a.n; i++) {
			uint32_t number = look_up(t, &a, i);

			slots[from + i] = number == TW_NONE ? NULL : slot_of(t, tw_pages_at(&t->pages, number));
			missing += number == TW_NONE;
		}
	}
	return missing;
}

int tw_table_first_ns(const struct tw_table *t, int64_t *ns)
{
	uint32_t space = tw_spaces_least(&t->spaces);

	if (space == TW_NONE)
		return 0;
	*ns = t->spaces.space[space].ns;
	return 1;
}

uint32_t tw_table_scan(struct tw_table *t, int64_t ns, void **slots, uint32_t max)
{
	uint32_t space = tw_spaces_find(&t->spaces, ns), n = 0, number;

	if (space == TW_NONE)
		return 0;
	for (number = t->spaces.space[space].first; number != TW_NONE && n < max; n++) {
		uint32_t next = t->pages.link[number].next;

		if (next != TW_NONE)
			__builtin_prefetch(tw_pages_at(&t->pages, next));
		slots[n] = slot_of(t, tw_pages_own(&t->pages, number));
		number = next;
	}
	return n;
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
	const struct tw_entry *e = entry_of(t, slot);

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
	const uint32_t number = entry_of(t, slot)->number;
	struct tw_entry *e = tw_pages_at(&t->pages, number);
	uint32_t i;

	if (!e->live)
		return;
	e = tw_pages_own(&t->pages, number);
	tw_index_remove(&t->index, index_hash(e->hash, e->ns), number);
	tw_spaces_remove(&t->spaces, e->ns, number);
	tw_keys_release(&t->keys, e->words, &t->blobs);
	for (i = 0; i < t->n_blobs; i++)
		tw_blobs_write(&t->blobs, (struct tw_blob *)(void *)((char *)slot_of(t, e) + t->blob_off[i]), 0);
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
