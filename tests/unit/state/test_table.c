/* tests/unit/state/test_table.c - tables against an independent reference, limits,
 * churn, and what a lookup promises. */
#include "rig.h"

#define SEED 20240611u

static void *slots[TW_MAX_ROWS];
static int64_t ns[TW_MAX_ROWS];

struct pair {
	struct rig g;
	struct tw_table *t;
	struct refs refs;
	int64_t clock; /* namespaces are near it */
};

static void pair_init(struct pair *p, const struct shape *s, uint32_t domain)
{
	printf("seed %u, key %s\n", SEED, s->name);
	memset(p, 0, sizeof *p);
	rig_init(&p->g, s, SEED, domain);
	p->t = rig_table(&p->g, 0);
}

static void pair_fini(struct pair *p)
{
	tw_table_destroy(p->t);
	refs_fini(&p->refs);
	rig_fini(&p->g);
}

static void some_ns(struct pair *p)
{
	uint32_t i, wide = below(&p->g.rng, 8) ? 1 : 7;

	for (i = 0; i < p->g.b->n_sel; i++)
		ns[i] = p->clock - 3 + below(&p->g.rng, wide);
}

static void check_slot(struct pair *p, const struct ref *r, const struct value *v)
{
	cr_assert_eq(v->sum, r->sum);
	cr_assert_float_eq(v->real, r->real, 0.0);
	cr_assert_eq(v->blob.len, r->blob_len);
	cr_assert(r->blob_len == 0 || !memcmp(tw_table_blob(p->t, &v->blob), r->blob, r->blob_len), "blob differs");
}

static void change_blob(struct pair *p, struct ref *r, struct value *v)
{
	uint32_t len = below(&p->g.rng, 8) ? r->blob_len + below(&p->g.rng, 20) : below(&p->g.rng, 700), at;
	char *bytes = tw_table_blob_write(p->t, &v->blob, len);

	cr_assert_not_null(bytes);
	r->blob = realloc(r->blob, len + 1);
	if (len > r->blob_len)
		memset(r->blob + r->blob_len, 0, len - r->blob_len);
	r->blob_len = len;
	cr_assert(len == 0 || !memcmp(bytes, r->blob, len), "blob_write changed what it should keep");
	if (len) {
		at = below(&p->g.rng, len);
		bytes[at] = r->blob[at] = (char)rnd(&p->g.rng);
	}
}

static void do_upsert(struct pair *p)
{
	struct rig *g = &p->g;
	char key[1024];
	uint32_t i;

	rig_rows(g);
	some_ns(p);
	p->refs.op++;
	cr_assert_eq(tw_table_upsert(p->t, &(struct tw_lookup){g->b, NULL, g->b->n_sel, ns}, slots), 0);
	for (i = 0; i < g->b->n_sel; i++) {
		struct value *v = slots[i];
		struct ref *r = ref_make(&p->refs, ns[i], key, rig_bytes(g, g->b, tw_row(g->b, i), key));

		if (r->at_op == p->refs.op)
			cr_assert_eq(r->slot, slots[i], "one key, two slots in a batch");
		r->at_op = p->refs.op;
		r->slot = slots[i];
		check_slot(p, r, v);
		r->sum = v->sum += below(&g->rng, 1000000);
		r->real = v->real += 0.5;
		if (below(&g->rng, 3) == 0)
			change_blob(p, r, v);
	}
}

static void do_find(struct pair *p, bool then_remove)
{
	struct rig *g = &p->g;
	char key[1024];
	uint32_t i, missing = 0, said;

	rig_rows(g);
	some_ns(p);
	said = tw_table_find(p->t, &(struct tw_lookup){g->b, NULL, g->b->n_sel, ns}, slots);
	for (i = 0; i < g->b->n_sel; i++) {
		struct ref **r = ref_at(&p->refs, ns[i], key, rig_bytes(g, g->b, tw_row(g->b, i), key));

		cr_assert_eq(!*r, !slots[i]);
		missing += !*r;
		if (*r)
			check_slot(p, *r, slots[i]);
	}
	cr_assert_eq(missing, said);
	if (!then_remove)
		return;
	tw_table_remove(p->t, slots, g->b->n_sel);
	for (i = 0; i < g->b->n_sel; i++) {
		struct ref **r = ref_at(&p->refs, ns[i], key, rig_bytes(g, g->b, tw_row(g->b, i), key));

		if (*r)
			ref_remove(&p->refs, r);
	}
}

/* Close the least namespace, as a window does: scan, write keys out, remove. */
static void do_close(struct pair *p)
{
	struct rig *g = &p->g;
	char key[1024];
	int64_t least = 0, ref_least = INT64_MAX;
	uint32_t n, i, k;
	struct ref *r;

	for (i = 0; i < REF_CHAINS; i++)
		for (r = p->refs.chain[i]; r; r = r->next)
			ref_least = r->ns < ref_least ? r->ns : ref_least;
	cr_assert_eq(tw_table_first_ns(p->t, &least), p->refs.count != 0);
	cr_assert(p->refs.count == 0 || least == ref_least, "first_ns");
	while ((n = tw_table_scan(p->t, least, slots, 64))) {
		rig_open(g, 2);
		tw_fill(g->b, n);
		for (i = 0; i < n; i++) {
			for (k = 0; k < g->n; k++)
				cr_assert_eq(
					tw_table_key(p->t, slots[i], k, &g->ctx, &(struct tw_cell){g->b, g->key[k], i}),
					0);
			k = rig_bytes(g, g->b, i, key);
			cr_assert_not_null(*ref_at(&p->refs, least, key, k), "scan gave what is not there");
			check_slot(p, *ref_at(&p->refs, least, key, k), slots[i]);
			ref_remove(&p->refs, ref_at(&p->refs, least, key, k));
		}
		tw_table_remove(p->t, slots, n);
	}
	p->clock++;
	for (i = 0; i < REF_CHAINS; i++)
		for (r = p->refs.chain[i]; r; r = r->next)
			cr_assert_neq(r->ns, least, "scan left something out");
}

static void differ(uint32_t shape, uint32_t domain, uint32_t ops)
{
	static struct pair p;
	uint32_t i;

	pair_init(&p, &shapes[shape], domain);
	for (i = 0; i < ops; i++) {
		uint32_t what = below(&p.g.rng, 40);

		if (what == 0)
			do_close(&p);
		else if (what < 8)
			do_find(&p, what < 5);
		else
			do_upsert(&p);
		cr_assert_eq(tw_table_count(p.t), p.refs.count);
	}
	while (tw_table_count(p.t))
		do_close(&p);
	cr_assert_eq(tw_table_refused(p.t), 0);
	pair_fini(&p);
}

/* About 100 rows an operation: some 2 million rows in all. */
Test(table, equals_reference_i64, .timeout = 120)
{
	differ(0, 6000, 8000);
}

Test(table, equals_reference_text, .timeout = 120)
{
	differ(1, 3000, 6000);
}

Test(table, equals_reference_mixed, .timeout = 120)
{
	differ(2, 3000, 6000);
}

Test(table, equals_reference_all_types, .timeout = 120)
{
	differ(3, 1000, 4000);
}

Test(table, equals_reference_without_keys, .timeout = 120)
{
	differ(4, 1, 1500);
}

/* Rows first..first+n of the one-i64 shape. */
static void number_rows(struct rig *g, uint64_t first, uint32_t n)
{
	uint32_t i;

	rig_open(g, 3);
	tw_fill(g->b, n);
	for (i = 0; i < n; i++)
		tw_set_i64(g->b, g->key[0], i, (int64_t)(first + i));
}

Test(table, same_for_batches_of_any_size)
{
	static void *first[TW_MAX_ROWS];
	struct tw_table *t;
	struct rig g;
	uint32_t i;

	rig_init(&g, &shapes[0], 1, 1);
	t = rig_table(&g, 0);
	number_rows(&g, 100, 512);
	cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, 512, NULL}, first), 0);
	for (i = 0; i < 512; i++) {
		const uint16_t row = (uint16_t)i;

		cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g.b, &row, 1, NULL}, slots), 0);
		cr_assert_eq(slots[0], first[i]);
	}
	cr_assert_eq(tw_table_count(t), 512);
	cr_assert_eq(tw_table_scan(t, 0, slots, 512), 512);
	for (i = 0; i < 512; i++)
		cr_assert_eq(slots[i], first[i], "scan keeps the order of insertion");
	tw_table_destroy(t);
	rig_fini(&g);
}

/* A row may be asked for in many namespaces at once: more lookups than rows. */
Test(table, one_row_in_many_namespaces)
{
	static uint16_t rows[5000];
	static int64_t many[5000];
	static void *got[5000];
	struct tw_table *t;
	struct rig g;
	uint32_t i;
	int64_t least;

	rig_init(&g, &shapes[0], 1, 1);
	t = rig_table(&g, 0);
	number_rows(&g, 0, 1);
	for (i = 0; i < 5000; i++)
		many[i] = (int64_t)(i * 7919u % 5000u) - 2500;
	cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g.b, rows, 5000, many}, got), 0);
	cr_assert_eq(tw_table_count(t), 5000);
	for (i = 0; i < 5000; i++) {
		cr_assert_eq(tw_table_first_ns(t, &least), 1);
		cr_assert_eq(least, (int64_t)i - 2500);
		cr_assert_eq(tw_table_scan(t, least, slots, 10), 1);
		tw_table_remove(t, slots, 1);
	}
	cr_assert_eq(tw_table_first_ns(t, &least), 0);
	tw_table_destroy(t);
	rig_fini(&g);
}

/* Entries of namespace 5 lead to what their rows would in namespace 6, of the same table
 * and of another; also where pages are copied meanwhile, for a snapshot. */
static void like_rows(const struct shape *s)
{
	static void *of[TW_MAX_ROWS], *got[TW_MAX_ROWS], *want[TW_MAX_ROWS];
	struct tw_table *t, *other;
	struct tw_snapshot *snapshot;
	struct rig g;
	uint32_t i, n, missing;

	printf("seed %u, key %s\n", SEED, s->name);
	rig_init(&g, s, SEED, 40);
	t = rig_table(&g, 0);
	other = rig_table(&g, 0);
	rig_rows(&g);
	n = g.b->n_sel;
	for (i = 0; i < n; i++)
		ns[i] = 5;
	cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, n, ns}, of), 0);
	snapshot = tw_table_snapshot_begin(t);
	for (i = 0; i < n; i++)
		ns[i] = 6;
	missing = tw_table_like(t, &(struct tw_table_like){t, 0, n, of, ns}, got);
	cr_assert_eq(missing, n);
	cr_assert_eq(tw_table_like(t, &(struct tw_table_like){t, 1, n, of, ns}, got), 0);
	cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, n, ns}, want), 0);
	for (i = 0; i < n; i++)
		cr_assert_eq(got[i], want[i], "row %u", i);
	cr_assert_eq(tw_table_like(other, &(struct tw_table_like){t, 1, n, of, NULL}, got), 0);
	cr_assert_eq(tw_table_find(other, &(struct tw_lookup){g.b, NULL, n, NULL}, want), 0);
	for (i = 0; i < n; i++)
		cr_assert_eq(got[i], want[i], "row %u of the other", i);
	for (i = 0; i < n; i++)
		ns[i] = 5;
	cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, n, ns}, want), 0);
	for (i = 0; i < n; i++)
		cr_assert_eq(of[i], want[i], "the slot of row %u moved, and was not followed", i);
	tw_snapshot_end(snapshot);
	tw_table_destroy(t);
	tw_table_destroy(other);
	rig_fini(&g);
}

Test(table, like_leads_where_the_row_would, .timeout = 60)
{
	uint32_t i;

	for (i = 0; i < N_SHAPES; i++)
		like_rows(&shapes[i]);
}

Test(table, a_namespace_is_walked_in_pieces)
{
	static void *all[TW_MAX_ROWS];
	struct tw_table *t;
	struct rig g;
	uint32_t i, k, n = 0, got;

	rig_init(&g, &shapes[0], 1, 1);
	t = rig_table(&g, 0);
	number_rows(&g, 0, 500);
	for (i = 0; i < 500; i++)
		ns[i] = i % 3;
	cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, 500, ns}, slots), 0);
	cr_assert_eq(tw_table_scan(t, 1, all, 512), 167);
	got = tw_table_scan(t, 1, slots, 10);
	while (got) {
		for (k = 0; k < got; k++)
			cr_assert_eq(slots[k], all[n++]);
		got = tw_table_scan_after(t, slots[got - 1], slots, 10);
	}
	cr_assert_eq(n, 167);
	tw_table_destroy(t);
	rig_fini(&g);
}

Test(table, key_group_is_of_the_key_alone)
{
	static const uint16_t row[2] = {0, 0};
	static const int64_t two[2] = {5, -77};
	uint32_t seen[TW_KEY_GROUPS] = {0}, i, groups = 0;
	const struct tw_entry *e;
	struct tw_snapshot *s;
	struct tw_table *t;
	struct rig g;

	rig_init(&g, &shapes[0], 1, 1);
	t = rig_table(&g, 0);
	for (i = 0; i < 4000; i++) {
		number_rows(&g, i, 1);
		cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g.b, row, 2, two}, slots), 0);
	}
	s = tw_table_snapshot_begin(t);
	while ((e = tw_snapshot_next(s))) {
		cr_assert_lt(e->group, TW_KEY_GROUPS);
		seen[e->group]++;
	}
	for (i = 0; i < TW_KEY_GROUPS; i++) {
		cr_assert_eq(seen[i] % 2, 0, "both namespaces of a key are in its group");
		groups += seen[i] > 0 && seen[i] < 200;
	}
	cr_assert_eq(groups, TW_KEY_GROUPS, "keys spread over all groups, none has thrice its share");
	tw_snapshot_end(s);
	tw_table_destroy(t);
	rig_fini(&g);
}

Test(table, past_the_limit_new_ones_are_refused)
{
	uint64_t made = 0, i, again;
	uint32_t refused = 0;
	struct tw_table *t;
	struct rig g;

	rig_init(&g, &shapes[0], 1, 1);
	t = rig_table(&g, 1 << 20);
	for (i = 0; i < 200; i++) {
		uint32_t k, not = 0;

		number_rows(&g, i * 512, 512);
		refused += tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, 512, NULL}, slots);
		for (k = 0; k < 512; k++)
			not += !slots[k];
		made += 512 - not ;
	}
	cr_assert_gt(refused, 0);
	cr_assert_eq(tw_table_refused(t), refused);
	cr_assert_eq(tw_table_count(t), made);
	cr_assert_eq(made + refused, 200 * 512);
	cr_assert_gt(made, 6000, "%d", (int)made);
	cr_assert_leq(tw_table_bytes(t), 1 << 20);
	/* What is in is still found, and room that is made is used. */
	number_rows(&g, 0, 512);
	cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, 512, NULL}, slots), 0);
	cr_assert_null(tw_table_blob_write(t, &((struct value *)slots[0])->blob, 1 << 20));
	cr_assert_eq(((struct value *)slots[0])->blob.len, 0);
	tw_table_remove(t, slots, 512);
	number_rows(&g, 1 << 30, 512);
	again = tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, 512, NULL}, slots);
	cr_assert_eq(again, 0);
	tw_table_destroy(t);
	rig_fini(&g);
}

/* Long text keys past the limit: nothing half-made stays. */
Test(table, refusal_leaves_nothing_behind)
{
	struct tw_table *t;
	uint64_t bytes;
	struct rig g;
	uint32_t i, k, n = 0;
	int64_t least;

	rig_init(&g, &shapes[1], 5, 1u << 31);
	t = rig_table(&g, 100000);
	for (i = 0; i < 100; i++) {
		rig_rows(&g);
		for (k = 0; k < g.b->n_sel; k++)
			ns[k] = n++;
		tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, g.b->n_sel, ns}, slots);
	}
	cr_assert_gt(tw_table_refused(t), 0);
	bytes = tw_table_bytes(t);
	cr_assert_leq(bytes, 100000);
	while (tw_table_first_ns(t, &least)) {
		n = tw_table_scan(t, least, slots, 1);
		cr_assert_eq(n, 1, "a namespace without entries");
		tw_table_remove(t, slots, n);
	}
	cr_assert_eq(tw_table_count(t), 0);
	cr_assert_lt(tw_table_bytes(t), bytes);
	tw_table_destroy(t);
	rig_fini(&g);
}

/* Windows come and go for ever: memory stays what it was after the first few. */
Test(table, churn_keeps_its_memory, .timeout = 120)
{
	uint64_t settled = 0, made = 0;
	struct tw_table *t;
	struct rig g;
	uint32_t w, i, n;

	rig_init(&g, &shapes[1], 9, 100000);
	t = rig_table(&g, 4 << 20);
	for (w = 0; w < 14000; w++) {
		for (i = 0; i < 3; i++) {
			rig_rows(&g);
			for (n = 0; n < g.b->n_sel; n++)
				ns[n] = w;
			cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, g.b->n_sel, ns}, slots), 0);
			for (n = 0; n < g.b->n_sel; n++)
				cr_assert_not_null(
					tw_table_blob_write(t, &((struct value *)slots[n])->blob, below(&g.rng, 300)));
			made += g.b->n_sel;
		}
		while (w >= 5 && (n = tw_table_scan(t, w - 5, slots, 100)))
			tw_table_remove(t, slots, n);
		if (w == 1000)
			settled = tw_table_bytes(t);
	}
	cr_assert_gt(made, 2000000);
	cr_assert_lt(tw_table_bytes(t), settled * 2, "%lu then, %lu now", (unsigned long)settled,
		     (unsigned long)tw_table_bytes(t));
	tw_table_destroy(t);
	rig_fini(&g);
}

Test(table, full_text_is_said)
{
	struct tw_table *t;
	struct rig g;

	rig_init(&g, &shapes[1], 1, 1);
	t = rig_table(&g, 0);
	rig_open(&g, 0);
	tw_fill(g.b, 1);
	tw_set_text(&g.ctx, g.b, g.key[0], 0, "more than twelve bytes", 22);
	cr_assert_eq(tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, 1, NULL}, slots), 0);
	g.b->text_used = g.b->text_cap - 21;
	cr_assert_eq(tw_table_key(t, slots[0], 0, &g.ctx, &(struct tw_cell){g.b, g.key[0], 0}), -28);
	g.b->text_used--;
	cr_assert_eq(tw_table_key(t, slots[0], 0, &g.ctx, &(struct tw_cell){g.b, g.key[0], 0}), 0);
	tw_table_destroy(t);
	rig_fini(&g);
}

Test(table, rebinds_to_equal_layouts_only)
{
	static const uint8_t other[] = {TW_VALUE_I64, TW_VALUE_BLOB, TW_VALUE_I64};
	struct tw_state_spec spec = {.n_keys = 1, .n_values = 3, .types = value_types};
	struct tw_table *t;
	struct rig g, to, text;

	rig_init(&g, &shapes[0], 1, 1);
	rig_init(&to, &shapes[0], 1, 1);
	rig_init(&text, &shapes[1], 1, 1);
	t = rig_table(&g, 0);
	number_rows(&g, 7, 1);
	tw_table_upsert(t, &(struct tw_lookup){g.b, NULL, 1, NULL}, slots);
	spec.keys = text.key;
	cr_assert_eq(tw_table_rebind(t, &spec), -22);
	spec.keys = to.key;
	spec.types = other;
	cr_assert_eq(tw_table_rebind(t, &spec), -22);
	spec.types = value_types;
	cr_assert_eq(tw_table_rebind(t, &spec), 0);
	rig_fini(&g);
	number_rows(&to, 7, 1);
	cr_assert_eq(tw_table_find(t, &(struct tw_lookup){to.b, NULL, 1, NULL}, slots), 0);
	tw_table_destroy(t);
	rig_fini(&to);
	rig_fini(&text);
}

Test(table, refuses_what_it_cannot_hold)
{
	static const uint8_t bad[] = {9};
	static struct tw_field wide = {.type = TW_FIXED, .width = 65535};
	static const struct tw_field *const keys[] = {&wide, &wide};
	struct tw_state_spec spec = {.n_values = 1, .types = bad};
	struct tw_table *t = NULL;

	cr_assert_eq(tw_table_create(&spec, 0, &t), -22);
	spec = (struct tw_state_spec){.n_keys = 17};
	cr_assert_eq(tw_table_create(&spec, 0, &t), -22);
	spec = (struct tw_state_spec){.n_keys = 2, .keys = keys};
	cr_assert_eq(tw_table_create(&spec, 0, &t), -7);
	cr_assert_null(t);
	tw_table_destroy(NULL);
}
