/*
 * fake_state.c - tw.state/1, simple and plainly right: a list of entries with a few
 * buckets. Slots move whenever a pointer to them may have become void.
 */
#include "fake.h"

#include <stdlib.h>

#define BUCKETS 4096u
#define ENTRY_BYTES 64u /* charged against the limit for each entry */

struct fake_entry {
	struct fake_entry *prev, *next, *in_bucket;
	int64_t ns;
	uint64_t hash;
	char *key; /* per key: 1 or 0 for null, u32 length, bytes */
	uint32_t key_len;
	bool lent;
	void **slot; /* slot[-1] is the entry, for the way back */
};

static struct fake_table *table_of(struct tw_test *t, uint32_t table, const char *call)
{
	fake_must_be(t, FAKE_WORKER, call);
	if (table >= t->n_tables)
		fake_die(t, "%s: there is no state table %u", call, table);
	return t->tables[table];
}

void fake_state_add(struct tw_test *t, const struct tw_state_spec *spec)
{
	struct fake_table *table = fake_calloc(1, sizeof *table);
	const struct tw_field **keys = fake_calloc(spec->n_keys + 1u, sizeof *keys);
	uint8_t *types = fake_calloc(spec->n_values + 1u, 1);
	uint32_t i;

	if (spec->n_keys > 16)
		fake_die(t, "a state table with more than 16 keys");
	table->spec = *spec;
	for (i = 0; i < spec->n_keys; i++) {
		if (!spec->keys[i])
			fake_die(t, "key %u of a state table is NULL", i);
		keys[i] = spec->keys[i];
	}
	for (i = 0; i < spec->n_values; i++) {
		types[i] = spec->types[i];
		table->slot_bytes += types[i] == TW_VALUE_BLOB ? 16 : 8;
	}
	table->spec.keys = keys;
	table->spec.types = types;
	table->buckets = fake_calloc(BUCKETS, sizeof *table->buckets);
	t->tables[t->n_tables++] = table;
}

/* --- slots --- */

static void **new_slot(struct fake_table *table, struct fake_entry *e)
{
	void **p = fake_calloc(1, 16 + table->slot_bytes);

	p[1] = e;
	return p + 2;
}

static struct fake_entry *entry_of(const void *slot)
{
	return ((void *const *)slot)[-1];
}

static void free_slot(struct fake_table *table, void **slot)
{
	memset(slot - 2, FAKE_GARBAGE, 16 + table->slot_bytes);
	free(slot - 2);
}

static void push(struct tw_test *t, void ***list, uint32_t *n, uint32_t *cap, void *item)
{
	if (*n == *cap) {
		*cap = *cap ? 2 * *cap : 64;
		*list = realloc(*list, *cap * sizeof **list);
		if (!*list)
			fake_die(t, "out of memory");
	}
	(*list)[(*n)++] = item;
}

static void *lend(struct tw_test *t, struct fake_table *table, struct fake_entry *e)
{
	if (!e->lent)
		push(t, (void ***)&table->lent, &table->n_lent, &table->cap_lent, e);
	e->lent = true;
	return e->slot;
}

/* A slot to read: a copy, so that a write to it is lost. */
static void *lend_copy(struct tw_test *t, struct fake_table *table, struct fake_entry *e)
{
	void **copy = new_slot(table, e);

	memcpy(copy, e->slot, table->slot_bytes);
	push(t, &table->copies, &table->n_copies, &table->cap_copies, copy);
	return copy;
}

/* Lent slots move elsewhere. */
static void settle(struct fake_table *table, bool copies_too)
{
	uint32_t i;

	for (i = 0; i < table->n_lent; i++) {
		struct fake_entry *e = table->lent[i];
		void **slot = new_slot(table, e);

		memcpy(slot, e->slot, table->slot_bytes);
		free_slot(table, e->slot);
		e->slot = slot;
		e->lent = false;
	}
	table->n_lent = 0;
	for (i = 0; copies_too && i < table->n_copies; i++)
		free_slot(table, table->copies[i]);
	if (copies_too)
		table->n_copies = 0;
}

void fake_state_settle(struct tw_test *t)
{
	uint32_t i;

	for (i = 0; i < t->n_tables; i++)
		settle(t->tables[i], true);
}

/* --- keys --- */

static void put_key(struct tw_test *t, struct fake_text *out, const struct tw_field *f, const struct tw_batch *b,
		    uint32_t row)
{
	const uint8_t *bits = tw_nulls(b, f);
	const char valid = !bits || tw_bit(bits, row);
	uint32_t len = f->width;
	const char *p = (const char *)tw_col(b, f) + (size_t)row * f->width;
	char bit;

	fake_put(out, &valid, 1);
	if (!valid)
		return;
	if (f->type == TW_BOOL) {
		bit = (char)tw_bit(tw_col(b, f), row);
		p = &bit;
		len = 1;
	} else if (tw_type_is_text(f->type)) {
		const struct tw_view *v = (const struct tw_view *)p;

		if (v->len > TW_VIEW_INLINE && v->u.ref.buf >= b->n_bufs)
			fake_die(t, "the key of row %u is garbage: is the row selected?", row);
		len = v->len;
		p = tw_view_ptr(b, v);
	}
	fake_put(out, (const char *)&len, sizeof len);
	fake_put(out, p, len);
}

static uint64_t hash_of(int64_t ns, const struct fake_text *key)
{
	uint64_t h = 14695981039346656037u ^ (uint64_t)ns;
	size_t i;

	for (i = 0; i < key->len; i++)
		h = (h ^ (unsigned char)key->s[i]) * 1099511628211u;
	return h ^ h >> 32;
}

static struct fake_entry *find(struct fake_table *table, int64_t ns, uint64_t hash, const struct fake_text *key)
{
	struct fake_entry *e = table->buckets[hash % BUCKETS];

	while (e && !(e->hash == hash && e->ns == ns && e->key_len == key->len &&
		      (key->len == 0 || memcmp(e->key, key->s, key->len) == 0)))
		e = e->in_bucket;
	return e;
}

static uint64_t limit_of(const struct tw_test *t, const struct fake_table *table)
{
	if (t->state_bytes)
		return (uint64_t)t->state_bytes;
	return table->spec.max_bytes ? table->spec.max_bytes : (uint64_t)1 << 30;
}

static struct fake_entry *insert(struct tw_test *t, struct fake_table *table, int64_t ns, uint64_t hash,
				 const struct fake_text *key)
{
	const uint64_t cost = ENTRY_BYTES + key->len + table->slot_bytes;
	struct fake_entry *e;

	if ((t->entries && table->n >= (uint64_t)t->entries) || table->bytes + cost > limit_of(t, table))
		return NULL;
	e = fake_calloc(1, sizeof *e);
	e->ns = ns;
	e->hash = hash;
	e->key = fake_calloc(1, key->len + 1);
	if (key->len)
		memcpy(e->key, key->s, key->len);
	e->key_len = (uint32_t)key->len;
	e->slot = new_slot(table, e);
	e->next = table->all;
	if (table->all)
		table->all->prev = e;
	table->all = e;
	e->in_bucket = table->buckets[hash % BUCKETS];
	table->buckets[hash % BUCKETS] = e;
	table->n++;
	table->bytes += cost;
	return e;
}

/* --- struct tw_state_host --- */

/* The rows of a lookup. */
struct rows {
	const struct tw_batch *b;
	const uint16_t *rows;
	uint32_t n;
	const int64_t *ns;
};

static uint32_t lookup(struct tw_test *t, struct fake_table *table, const struct rows *r, void **slots, bool write)
{
	uint32_t i, k, missing = 0;

	for (i = 0; i < r->n; i++) {
		const uint32_t row = r->rows ? r->rows[i] : tw_row(r->b, i);
		const int64_t ns = r->ns ? r->ns[i] : 0;
		struct fake_text key = {0};
		struct fake_entry *e;
		uint64_t hash;

		if (row >= r->b->n)
			fake_die(t, "a state lookup of row %u of %u", row, r->b->n);
		for (k = 0; k < table->spec.n_keys; k++)
			put_key(t, &key, table->spec.keys[k], r->b, row);
		hash = hash_of(ns, &key);
		e = find(table, ns, hash, &key);
		if (!e && write)
			e = insert(t, table, ns, hash, &key);
		slots[i] = !e ? NULL : write ? lend(t, table, e) : lend_copy(t, table, e);
		missing += !e;
		fake_text_free(&key);
	}
	return missing;
}

static uint32_t state_upsert(struct tw_ctx *ctx, uint32_t table, const struct tw_batch *b, const uint16_t *rows,
			     uint32_t n, const int64_t *ns, void **slots)
{
	struct tw_test *t = (struct tw_test *)ctx;
	struct fake_table *tab = table_of(t, table, "upsert");

	settle(tab, true);
	return lookup(t, tab, &(struct rows){b, rows, n, ns}, slots, true);
}

static uint32_t state_find(struct tw_ctx *ctx, uint32_t table, const struct tw_batch *b, const uint16_t *rows,
			   uint32_t n, const int64_t *ns, void **slots)
{
	struct tw_test *t = (struct tw_test *)ctx;

	return lookup(t, table_of(t, table, "find"), &(struct rows){b, rows, n, ns}, slots, false);
}

static uint32_t state_like(struct tw_ctx *ctx, const struct tw_like *l, void **slots)
{
	struct tw_test *t = (struct tw_test *)ctx;
	struct fake_table *tab = table_of(t, l->table, "like"), *from = table_of(t, l->of_table, "like");
	struct fake_entry **of = fake_calloc(l->n + 1u, sizeof *of);
	uint32_t i, missing = 0;

	for (i = 0; i < l->n; i++)
		of[i] = entry_of(l->of[i]);
	if (l->make)
		settle(tab, true);
	for (i = 0; i < l->n; i++) {
		const struct fake_text key = {.s = of[i]->key, .len = of[i]->key_len};
		const int64_t ns = l->ns ? l->ns[i] : 0;
		const uint64_t hash = hash_of(ns, &key);
		struct fake_entry *e = find(tab, ns, hash, &key);

		if (!e && l->make)
			e = insert(t, tab, ns, hash, &key);
		slots[i] = e ? lend(t, tab, e) : NULL;
		l->of[i] = lend(t, from, of[i]);
		missing += !e;
	}
	free(of);
	return missing;
}

static int state_first_ns(struct tw_ctx *ctx, uint32_t table, int64_t *ns)
{
	const struct fake_entry *e = table_of((struct tw_test *)ctx, table, "first_ns")->all;

	if (!e)
		return 0;
	for (*ns = e->ns; e; e = e->next)
		if (e->ns < *ns)
			*ns = e->ns;
	return 1;
}

static uint32_t state_scan(struct tw_ctx *ctx, uint32_t table, int64_t ns, void **slots, uint32_t max)
{
	struct tw_test *t = (struct tw_test *)ctx;
	struct fake_table *tab = table_of(t, table, "scan");
	struct fake_entry *e;
	uint32_t n = 0;

	for (e = tab->all; e && n < max; e = e->next)
		if (e->ns == ns)
			slots[n++] = lend(t, tab, e);
	return n;
}

static uint32_t state_scan_after(struct tw_ctx *ctx, uint32_t table, const void *after, void **slots, uint32_t max)
{
	struct tw_test *t = (struct tw_test *)ctx;
	struct fake_table *tab = table_of(t, table, "scan_after");
	const int64_t ns = entry_of(after)->ns;
	struct fake_entry *e;
	uint32_t n = 0;

	for (e = entry_of(after)->next; e && n < max; e = e->next)
		if (e->ns == ns)
			slots[n++] = lend(t, tab, e);
	return n;
}

static int state_key(struct tw_ctx *ctx, uint32_t table, const void *slot, uint32_t k, struct tw_batch *b,
		     const struct tw_field *f, uint32_t row)
{
	struct tw_test *t = (struct tw_test *)ctx;
	struct fake_table *tab = table_of(t, table, "key");
	const char *p = entry_of(slot)->key;
	uint32_t len, i;

	if (k >= tab->spec.n_keys || tab->spec.keys[k]->type != f->type || tab->spec.keys[k]->width != f->width)
		fake_die(t, "key: there is no key %u of the type of \"%s\"", k, f->name);
	for (i = 0; i < k; i++) {
		memcpy(&len, p + 1, sizeof len);
		p += *p ? 5 + len : 1;
	}
	if (!*p && !f->nullable)
		fake_die(t, "key: a null into \"%s\", which cannot be null", f->name);
	if (f->nullable)
		tw_bit_put(tw_nulls(b, f), row, *p);
	if (!*p)
		return 0;
	memcpy(&len, p + 1, sizeof len);
	if (tw_type_is_text(f->type))
		return tw_text_put(ctx, b, (struct tw_view *)tw_col(b, f) + row, p + 5, len) < 0 ? -28 : 0;
	if (f->type == TW_BOOL)
		tw_bit_put(tw_col(b, f), row, p[5]);
	else
		memcpy((char *)tw_col(b, f) + (size_t)row * f->width, p + 5, len);
	return 0;
}

static struct tw_blob *blob_at(struct fake_table *table, const struct fake_entry *e, uint32_t value)
{
	char *p = (char *)e->slot;
	uint32_t i;

	for (i = 0; i < value; i++)
		p += table->spec.types[i] == TW_VALUE_BLOB ? 16 : 8;
	return (struct tw_blob *)p;
}

static void free_entry(struct fake_table *table, struct fake_entry *e)
{
	struct fake_entry **at = &table->buckets[e->hash % BUCKETS];
	uint32_t i;

	while (*at != e)
		at = &(*at)->in_bucket;
	*at = e->in_bucket;
	if (e->prev)
		e->prev->next = e->next;
	else
		table->all = e->next;
	if (e->next)
		e->next->prev = e->prev;
	for (i = 0; i < table->spec.n_values; i++) {
		if (table->spec.types[i] != TW_VALUE_BLOB)
			continue;
		table->bytes -= blob_at(table, e, i)->cap;
		free((void *)(uintptr_t)blob_at(table, e, i)->ref);
	}
	table->n--;
	table->bytes -= ENTRY_BYTES + e->key_len + table->slot_bytes;
	free_slot(table, e->slot);
	free(e->key);
	free(e);
}

static void state_remove(struct tw_ctx *ctx, uint32_t table, void *const *slots, uint32_t n)
{
	struct tw_test *t = (struct tw_test *)ctx;
	struct fake_table *tab = table_of(t, table, "remove");
	uint32_t i, k;

	for (i = 0; i < n; i++) {
		struct fake_entry *e = entry_of(slots[i]);

		for (k = 0; k < tab->n_lent; k++)
			if (tab->lent[k] == e)
				break;
		if (k == tab->n_lent)
			fake_die(t, "remove: slots[%u] is not from upsert or scan, or is void", i);
		tab->lent[k] = tab->lent[--tab->n_lent];
		free_entry(tab, e);
	}
}

static const void *state_blob(struct tw_ctx *ctx, uint32_t table, const struct tw_blob *blob)
{
	table_of((struct tw_test *)ctx, table, "blob");
	return blob->len ? (const void *)(uintptr_t)blob->ref : NULL;
}

static void *state_blob_write(struct tw_ctx *ctx, uint32_t table, struct tw_blob *blob, uint32_t len)
{
	struct tw_test *t = (struct tw_test *)ctx;
	struct fake_table *tab = table_of(t, table, "blob_write");
	char *old = (char *)(uintptr_t)blob->ref, *p;

	if (len == 0) {
		tab->bytes -= blob->cap;
		free(old);
		*blob = (struct tw_blob){0, 0, 0};
		return blob; /* not NULL: nothing failed */
	}
	if (tab->bytes - blob->cap + len > limit_of(t, tab))
		return NULL;
	p = fake_calloc(1, len);
	if (old)
		memcpy(p, old, blob->len < len ? blob->len : len);
	free(old);
	tab->bytes += (uint64_t)len - blob->cap;
	blob->ref = (uint64_t)(uintptr_t)p;
	blob->len = blob->cap = len;
	return p;
}

static uint64_t state_count(struct tw_ctx *ctx, uint32_t table)
{
	return table_of((struct tw_test *)ctx, table, "count")->n;
}

const struct tw_state_host fake_state_host = {
	.upsert = state_upsert,
	.find = state_find,
	.like = state_like,
	.first_ns = state_first_ns,
	.scan = state_scan,
	.scan_after = state_scan_after,
	.key = state_key,
	.remove = state_remove,
	.blob = state_blob,
	.blob_write = state_blob_write,
	.count = state_count,
};

void fake_state_fini(struct tw_test *t)
{
	uint32_t i;

	for (i = 0; i < t->n_tables; i++) {
		struct fake_table *table = t->tables[i];

		settle(table, true);
		while (table->all)
			free_entry(table, table->all);
		free(table->lent);
		free(table->copies);
		free(table->buckets);
		free((void *)(uintptr_t)table->spec.keys);
		free((void *)(uintptr_t)table->spec.types);
		free(table);
	}
}
