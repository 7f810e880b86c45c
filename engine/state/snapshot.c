/* state/snapshot.c - snapshots; see snapshot.h. */
#include <state/inside.h>

#include <base/role.h>

struct tw_snapshot *tw_table_snapshot_begin(struct tw_table *t)
{
	struct tw_snapshot *s = &t->snapshot;

	TW_ASSERT_ROLE(TW_ROLE_WORKER);
	tw_table_reclaim(t);
	if (t->pages.open)
		return NULL;
	tw_pages_open(&t->pages);
	tw_blobs_open(&t->blobs);
	s->n_pages = t->pages.n_pages;
	s->count = t->index.count;
	tw_snapshot_rewind(s);
	/* relaxed: ordered before the reader's use by how it gets the pointer */
	atomic_store_explicit(&s->ended, 0, memory_order_relaxed);
	return s;
}

void tw_table_reclaim(struct tw_table *t)
{
	/* pairs with the release in tw_snapshot_end */
	if (t->pages.open && atomic_load_explicit(&t->snapshot.ended, memory_order_acquire)) {
		tw_pages_close(&t->pages);
		tw_blobs_close(&t->blobs);
	}
	tw_blobs_drain(&t->blobs);
}

const struct tw_entry *tw_snapshot_next(struct tw_snapshot *s)
{
	const struct tw_pages *p = &s->table->pages;

	for (; s->page < s->n_pages; s->page++, s->place = 0) {
		const char *at = p->base + (size_t)p->seen[s->page] * p->page_bytes;

		while (s->place < p->per_page) {
			const void *e = at + (size_t)s->place++ * p->entry_bytes;

			if (((const struct tw_entry *)e)->live)
				return e;
		}
	}
	return NULL;
}

void tw_snapshot_rewind(struct tw_snapshot *s)
{
	s->page = s->place = 0;
}

const void *tw_snapshot_slot(const struct tw_snapshot *s, const struct tw_entry *e)
{
	return (const char *)e + s->table->slot_off;
}

const void *tw_snapshot_blob(const struct tw_snapshot *s, const struct tw_blob *blob)
{
	return blob->len ? tw_blobs_at(&s->table->blobs, blob->ref) : NULL;
}

const void *tw_snapshot_key(const struct tw_snapshot *s, const struct tw_entry *e, uint32_t k, uint32_t *len)
{
	const struct tw_key *key = &s->table->keys.key[k];
	const uint64_t *words = e->words + key->at;

	if (e->nulls >> k & 1)
		return NULL;
	if (tw_type_is_text(key->type))
		return tw_keys_text(words, &s->table->blobs, len);
	*len = key->type == TW_BOOL ? 1 : key->width;
	return words;
}

void tw_snapshot_end(struct tw_snapshot *s)
{
	/* pairs with the acquire in tw_table_reclaim */
	atomic_store_explicit(&s->ended, 1, memory_order_release);
}
