/*
 * state/lookup.c - from keys to slots, a round of rows at a time; see table.h.
 *
 * A round's keys are read and hashed in loops of their own, then what they will
 * meet is fetched: first all buckets, then, as they arrive, all entries. So rows
 * wait for memory together, not one after the other.
 */
#include <state/inside.h>

#include <base/role.h>

/* One round. */
struct ahead {
	uint32_t n;
	bool has_long; /* keys that their words do not hold */
	uint16_t nulls[TW_AHEAD];
	uint32_t index_hash[TW_AHEAD];
	uint32_t guess[TW_AHEAD];           /* first number with that hash; TW_NONE */
	const struct tw_entry *e[TW_AHEAD]; /* its entry, as of then */
	uint64_t hash[TW_AHEAD];
	int64_t ns[TW_AHEAD];
};

static uint64_t *words_of(const struct tw_table *t, uint32_t i)
{
	return t->words + (size_t)i * t->keys.words;
}

static void read_rows(struct tw_table *t, const struct tw_lookup *l, uint32_t from, struct ahead *a)
{
	uint16_t row[TW_AHEAD];
	const uint16_t *rows = l->rows ? l->rows + from : row;
	struct tw_key_rows r;
	uint32_t i;

	a->n = l->n - from < TW_AHEAD ? l->n - from : TW_AHEAD;
	for (i = 0; !l->rows && i < a->n; i++)
		row[i] = (uint16_t)tw_row(l->b, from + i);
	r = (struct tw_key_rows){l->b, rows, a->n, t->words, a->nulls, false};
	tw_keys_read(&t->keys, &r);
	tw_keys_hash(&t->keys, &r, a->hash);
	a->has_long = r.has_long;
	if (l->ns)
		memcpy(a->ns, l->ns + from, a->n * sizeof *a->ns);
	else
		memset(a->ns, 0, a->n * sizeof *a->ns);
}

/* What does not change lies in variables of its own: the compiler can't tell that the
 * stores leave it alone. */
static void fetch(struct tw_table *t, struct ahead *a)
{
	const struct tw_buckets in = t->index.cur;
	const struct tw_pages pages = {.base = t->pages.base,
				       .dir = t->pages.dir,
				       .page_bytes = t->pages.page_bytes,
				       .entry_bytes = t->pages.entry_bytes,
				       .shift = t->pages.shift};
	const uint32_t n = a->n, slot_off = t->slot_off;
	uint32_t i;

	for (i = 0; i < n; i++) {
		a->index_hash[i] = tw_index_hash(a->hash[i], a->ns[i]);
		tw_index_prefetch(&t->index, a->index_hash[i]);
	}
	for (i = 0; i < n; i++) {
		const uint32_t guess = tw_index_guess(&in, a->index_hash[i]);
		const struct tw_entry *e;

		a->guess[i] = guess;
		if (guess == TW_NONE)
			continue;
		e = tw_pages_at(&pages, guess);
		a->e[i] = e;
		__builtin_prefetch(e);
		__builtin_prefetch((const char *)e + slot_off);
	}
}

static inline bool is_it(const struct tw_table *t, const struct tw_entry *e, const struct ahead *a, uint32_t i)
{
	if (e->ns != a->ns[i] || e->nulls != a->nulls[i])
		return false;
	if (!a->has_long)
		return tw_words_equal(e->words, words_of(t, i), t->keys.words);
	return e->hash == a->hash[i] && tw_keys_equal(&t->keys, e->words, words_of(t, i), &t->blobs);
}

static uint32_t look_in(const struct tw_table *t, const struct tw_buckets *in, const struct ahead *a, uint32_t i)
{
	struct tw_probe p = tw_probe_start(in, a->index_hash[i]);
	uint32_t number;

	do
		number = tw_probe_next(&p, a->index_hash[i]);
	while (number != TW_NONE && !is_it(t, tw_pages_at(&t->pages, number), a, i));
	return number;
}

/* Where the guess is wrong. */
static uint32_t look_up(const struct tw_table *t, const struct ahead *a, uint32_t i)
{
	uint32_t number = look_in(t, &t->index.cur, a, i);

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
	if (!tw_keys_store(&t->keys, e->words, words_of(t, i), &t->blobs)) {
		tw_pages_give(&t->pages, number);
		return TW_NONE;
	}
	e->hash = a->hash[i];
	e->ns = a->ns[i];
	e->number = number;
	e->nulls = a->nulls[i];
	e->group = tw_key_group(a->hash[i]);
	e->live = 1;
	memset(tw_slot_of(t, e), 0, t->slot_bytes);
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

/* The slots of a round, to be written; made if missing. Number of NULLs. A number, once
 * given, stays an entry's during a lookup: so a right guess is right even if buckets
 * have moved since. */
static uint32_t make_all(struct tw_table *t, const struct ahead *a, void **slots)
{
	uint32_t i, missing = 0;

	for (i = 0; i < a->n; i++) {
		uint32_t number = a->guess[i];

		if (t->index.old.at)
			tw_index_step(&t->index);
		if (number != TW_NONE && is_it(t, a->e[i], a, i)) {
			slots[i] = t->pages.open ? tw_slot_of(t, tw_pages_own(&t->pages, number))
						 : tw_slot_of(t, (void *)(uintptr_t)a->e[i]);
			continue;
		}
		number = look_up(t, a, i);
		if (number == TW_NONE)
			number = insert(t, a, i);
		slots[i] = number == TW_NONE ? NULL : tw_slot_of(t, tw_pages_own(&t->pages, number));
		missing += number == TW_NONE;
	}
	return missing;
}

/* The same, but those that are missing are NULL; `own`: the slots are to be written. */
static uint32_t find_all(struct tw_table *t, const struct ahead *a, int own, void **slots)
{
	uint32_t i, missing = 0;

	for (i = 0; i < a->n; i++) {
		uint32_t number = a->guess[i];

		if (number == TW_NONE || !is_it(t, a->e[i], a, i))
			number = look_up(t, a, i);
		if (number != TW_NONE)
			slots[i] =
				tw_slot_of(t, own ? tw_pages_own(&t->pages, number) : tw_pages_at(&t->pages, number));
		else
			slots[i] = NULL;
		missing += number == TW_NONE;
	}
	return missing;
}

uint32_t tw_table_upsert(struct tw_table *t, const struct tw_lookup *l, void **slots)
{
	uint32_t from, missing = 0;
	struct ahead a;

	TW_ASSERT_ROLE(TW_ROLE_WORKER);
	tw_table_reclaim(t);
	for (from = 0; from < l->n; from += a.n) {
		read_rows(t, l, from, &a);
		fetch(t, &a);
		missing += make_all(t, &a, slots + from);
	}
	if (missing)
		tw_stat_add(&t->refused, missing);
	return missing;
}

uint32_t tw_table_find(struct tw_table *t, const struct tw_lookup *l, void **slots)
{
	uint32_t from, missing = 0;
	struct ahead a;

	TW_ASSERT_ROLE(TW_ROLE_WORKER);
	for (from = 0; from < l->n; from += a.n) {
		read_rows(t, l, from, &a);
		fetch(t, &a);
		missing += find_all(t, &a, 0, slots + from);
	}
	return missing;
}

static void read_slots(struct tw_table *t, const struct tw_table_like *l, uint32_t from, struct ahead *a)
{
	uint32_t i;

	a->n = l->n - from < TW_AHEAD ? l->n - from : TW_AHEAD;
	a->has_long = false;
	for (i = 0; i < a->n; i++) {
		const struct tw_entry *e = tw_entry_of(l->from, l->of[from + i]);

		a->has_long |= tw_keys_reread(&t->keys, e->words, &l->from->blobs, words_of(t, i));
		a->nulls[i] = e->nulls;
		a->ns[i] = l->ns ? l->ns[from + i] : 0;
	}
	tw_keys_hash(&t->keys, &(struct tw_key_rows){NULL, NULL, a->n, t->words, a->nulls, a->has_long}, a->hash);
}

/* The entries that were looked at may have moved: a page that is copied for a
 * snapshot's sake. What was there can still be read, and has the number. */
static void follow(const struct tw_table_like *l)
{
	uint32_t i;

	for (i = 0; l->from->pages.open && i < l->n; i++) {
		const uint32_t number = tw_entry_of(l->from, l->of[i])->number;

		l->of[i] = tw_slot_of(l->from, tw_pages_own(&l->from->pages, number));
	}
}

uint32_t tw_table_like(struct tw_table *t, const struct tw_table_like *l, void **slots)
{
	uint32_t from, missing = 0;
	struct ahead a;

	TW_ASSERT_ROLE(TW_ROLE_WORKER);
	for (from = 0; from < l->n; from += a.n) {
		read_slots(t, l, from, &a);
		fetch(t, &a);
		missing += l->make ? make_all(t, &a, slots + from) : find_all(t, &a, 1, slots + from);
	}
	follow(l);
	if (missing && l->make)
		tw_stat_add(&t->refused, missing);
	return missing;
}
