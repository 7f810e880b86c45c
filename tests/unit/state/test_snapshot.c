/* tests/unit/state/test_snapshot.c - a snapshot equals a deep copy made when it
 * began, whatever the worker does meanwhile. Also for TSan. */
#include "rig.h"

#include <pthread.h>
#include <sched.h>

#define SEED 977u
#define MOST_SNAPSHOTS 4000

/* A table's contents in two numbers. */
struct digest {
	uint64_t n, sum;
};

/* The worker's end of the line to the reader: nothing but the snapshot's pointer
 * crosses, so that TSan sees the order that the snapshot itself gives. */
struct line {
	const struct rig *g;
	_Atomic(struct tw_snapshot *) next; /* NULL: none; worker stores release, reader acquire */
	_Atomic int stop;
	uint32_t n;
	struct digest got[MOST_SNAPSHOTS]; /* [reader]; read after join */
	bool slow;
};

static void *slots[TW_MAX_ROWS];
static int64_t ns[TW_MAX_ROWS];

static struct digest digest_refs(const struct refs *r)
{
	struct digest d = {0, 0};
	const struct ref *e;
	uint32_t i;

	for (i = 0; i < REF_CHAINS; i++)
		for (e = r->chain[i]; e; e = e->next) {
			struct value v = {.sum = e->sum, .real = e->real, .blob = {.len = e->blob_len}};

			d.n++;
			d.sum += entry_sum(e->ns, fnv(1, e->key, e->key_len), &v, e->blob);
		}
	return d;
}

static struct digest digest_snapshot(const struct rig *g, struct tw_snapshot *s, bool slow)
{
	struct digest d = {0, 0};
	const struct tw_entry *e;
	char key[1024];

	while ((e = tw_snapshot_next(s))) {
		const struct value *v = tw_snapshot_slot(s, e);
		uint32_t k, at = 0, len = 0;

		for (k = 0; k < g->n; k++) {
			const void *p = tw_snapshot_key(s, e, k, &len);

			at += value_bytes(g->field[k].type, p, len, key + at);
		}
		d.n++;
		d.sum += entry_sum(e->ns, fnv(1, key, at), v, tw_snapshot_blob(s, &v->blob));
		if (slow && d.n % 64 == 0)
			sched_yield();
	}
	return d;
}

static void *reader(void *arg)
{
	struct line *l = arg;

	tw_role = TW_ROLE_IO;
	while (!atomic_load_explicit(&l->stop, memory_order_acquire)) {
		struct tw_snapshot *s = atomic_load_explicit(&l->next, memory_order_acquire);

		if (!s) {
			sched_yield();
			continue;
		}
		atomic_store_explicit(&l->next, NULL, memory_order_relaxed);
		l->got[l->n++] = digest_snapshot(l->g, s, l->slow);
		tw_snapshot_end(s);
	}
	return NULL;
}

static void change(struct rig *g, struct tw_table *t, struct refs *refs, int64_t clock)
{
	char key[1024];
	uint32_t i;

	rig_rows(g);
	for (i = 0; i < g->b->n_sel; i++)
		ns[i] = clock + below(&g->rng, 3);
	cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g->b, NULL, g->b->n_sel, ns}, slots), 0);
	for (i = 0; i < g->b->n_sel; i++) {
		struct ref *r = ref_make(refs, ns[i], key, rig_bytes(g, g->b, tw_row(g->b, i), key));
		struct value *v = slots[i];
		uint32_t len = below(&g->rng, 4) ? r->blob_len : below(&g->rng, 400);
		char *bytes = tw_table_blob_write(t, &v->blob, len);

		r->sum = v->sum += below(&g->rng, 1000);
		r->blob = realloc(r->blob, len + 1);
		if (len) {
			memset(bytes, (int)r->sum, len);
			memset(r->blob, (int)r->sum, len);
		}
		r->blob_len = len;
	}
}

static void forget(struct rig *g, struct tw_table *t, struct refs *refs)
{
	char key[1024];
	uint32_t i;

	rig_rows(g);
	for (i = 0; i < g->b->n_sel; i++)
		tw_table_first_ns(t, &ns[i]);
	tw_table_find(t, &(struct tw_lookup){g->b, NULL, g->b->n_sel, ns}, slots);
	tw_table_remove(t, slots, g->b->n_sel);
	for (i = 0; i < g->b->n_sel; i++) {
		struct ref **r = ref_at(refs, ns[i], key, rig_bytes(g, g->b, tw_row(g->b, i), key));

		if (*r)
			ref_remove(refs, r);
	}
}

/* One step of what a window operator does. */
static void step(struct rig *g, struct tw_table *t, struct refs *refs, uint32_t i)
{
	if (i % 3 == 2)
		forget(g, t, refs);
	else
		change(g, t, refs, i / 50);
	cr_assert_eq(tw_table_count(t), refs->count);
}

/* By one thread, at points that do not depend on luck. */
Test(snapshot, equals_what_was, .timeout = 120)
{
	uint32_t shape, i;

	for (shape = 0; shape < 4; shape++) {
		struct refs *refs = calloc(1, sizeof *refs);
		struct digest then = {0, 0}, now;
		struct tw_snapshot *s = NULL;
		struct tw_table *t;
		struct rig g;

		printf("seed %u, key %s\n", SEED, shapes[shape].name);
		rig_init(&g, &shapes[shape], SEED, 3000);
		t = rig_table(&g, 0);
		for (i = 0; i < 600; i++) {
			if (i % 20 == 0) {
				s = tw_table_snapshot_begin(t);
				cr_assert_not_null(s, "ended ones make room");
				cr_assert_null(tw_table_snapshot_begin(t), "one at a time");
				then = digest_refs(refs);
				cr_assert_eq(s->count, then.n);
			}
			step(&g, t, refs, i);
			if (i % 20 == 10 || i % 20 == 15) {
				tw_snapshot_rewind(s);
				now = digest_snapshot(&g, s, false);
				cr_assert_eq(now.n, then.n);
				cr_assert_eq(now.sum, then.sum);
			}
			if (i % 20 == 15)
				tw_snapshot_end(s);
		}
		tw_table_destroy(t);
		refs_fini(refs);
		free(refs);
		rig_fini(&g);
	}
}

/* A second thread reads while the worker upserts, removes, and grows blobs. */
static void concurrent(uint32_t shape, uint32_t steps, bool slow)
{
	static struct digest want[MOST_SNAPSHOTS];
	struct refs *refs = calloc(1, sizeof *refs);
	struct line *l = calloc(1, sizeof *l);
	uint32_t i, n = 0;
	struct tw_table *t;
	struct rig g;
	pthread_t thread;

	printf("seed %u, key %s\n", SEED, shapes[shape].name);
	rig_init(&g, &shapes[shape], SEED, 4000);
	t = rig_table(&g, 0);
	*l = (struct line){.g = &g, .slow = slow};
	pthread_create(&thread, NULL, reader, l);
	for (i = 0; i < steps || n < 8; i++) {
		struct tw_snapshot *s = n < MOST_SNAPSHOTS ? tw_table_snapshot_begin(t) : NULL;

		if (s) {
			want[n++] = digest_refs(refs);
			atomic_store_explicit(&l->next, s, memory_order_release);
		}
		step(&g, t, refs, i);
	}
	while (tw_table_snapshot_begin(t) == NULL)
		sched_yield();
	atomic_store_explicit(&l->stop, 1, memory_order_release);
	pthread_join(thread, NULL);
	cr_assert_eq(l->n, n);
	for (i = 0; i < n; i++) {
		cr_assert_eq(l->got[i].n, want[i].n, "snapshot %u", i);
		cr_assert_eq(l->got[i].sum, want[i].sum, "snapshot %u", i);
	}
	tw_table_destroy(t);
	refs_fini(refs);
	free(refs);
	free(l);
	rig_fini(&g);
}

Test(snapshot, read_by_another_thread, .timeout = 120)
{
	concurrent(0, 3000, false);
}

Test(snapshot, read_slowly_by_another_thread, .timeout = 120)
{
	concurrent(2, 2000, true);
}

Test(snapshot, text_read_by_another_thread, .timeout = 120)
{
	concurrent(1, 2000, true);
}

/* Many snapshots one after another give their pages and blobs back: the pieces
 * in use never exceed two versions of each page. */
Test(snapshot, gives_memory_back, .timeout = 120)
{
	uint64_t settled = 0;
	struct tw_table *t;
	struct rig g;
	uint32_t i, k;

	rig_init(&g, &shapes[1], SEED, 2000);
	t = rig_table(&g, 1 << 20);
	for (i = 0; i < 3000; i++) {
		struct tw_snapshot *s = tw_table_snapshot_begin(t);

		cr_assert_not_null(s);
		rig_rows(&g);
		cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, g.b->n_sel, NULL}, slots), 0);
		for (k = 0; k < g.b->n_sel; k++)
			cr_assert_not_null(tw_table_blob_write(t, &((struct value *)slots[k])->blob, 100));
		tw_snapshot_end(s);
		if (i == 500)
			settled = tw_table_bytes(t);
	}
	cr_assert_eq(tw_table_bytes(t), settled);
	tw_table_destroy(t);
	rig_fini(&g);
}
