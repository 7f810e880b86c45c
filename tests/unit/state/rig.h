/*
 * What the tests of tables share: batches laid out by hand, random rows, and an
 * independent reference: a chained map from (namespace, key as bytes) to values.
 * The bytes of a key are made here from the columns by rules of their own.
 */
#ifndef RIG_H
#define RIG_H

#include <base/role.h>
#include <mem/layout.h>
#include <state/snapshot.h>
#include <stdio.h>
#include <stdlib.h>
#include <thalweg/row.h>

#include <criterion/criterion.h>

#define RIG_KEYS 8
#define RIG_TEXT (512 * 64)
#define REF_CHAINS 8192u

struct rng {
	uint64_t s;
};

static inline uint64_t rnd(struct rng *r)
{
	r->s ^= r->s << 13;
	r->s ^= r->s >> 7;
	r->s ^= r->s << 17;
	return r->s * 0x2545f4914f6cdd1du >> 11;
}

static inline uint32_t below(struct rng *r, uint32_t n)
{
	return (uint32_t)(rnd(r) % n);
}

struct shape {
	const char *name;
	uint32_t n;
	uint8_t type[RIG_KEYS], nullable[RIG_KEYS];
	uint32_t width[RIG_KEYS];
};

static const struct shape shapes[] = {
	{"i64", 1, {TW_I64}, {0}, {0}},
	{"nullable str", 1, {TW_STR}, {1}, {0}},
	{"mixed", 4, {TW_I32, TW_STR, TW_BOOL, TW_F64}, {1, 0, 1, 1}, {0}},
	{"rest", 7, {TW_FIXED, TW_U32, TW_F32, TW_BYTES, TW_TIMESTAMP, TW_DECIMAL, TW_U64}, {0, 0, 1, 1, 0, 1}, {5}},
	{"none", 0, {0}, {0}, {0}},
};

#define N_SHAPES (sizeof shapes / sizeof *shapes)

struct rig {
	uint32_t n;
	struct tw_field field[RIG_KEYS];
	const struct tw_field *key[RIG_KEYS];
	uint32_t bytes[TW_CLASSES];
	struct tw_batch *b;
	struct tw_ctx ctx;
	struct rng rng;
	uint32_t domain;
};

/* A table's slot in these tests. */
struct value {
	int64_t sum;
	struct tw_blob blob;
	double real;
};

static const uint8_t value_types[] = {TW_VALUE_I64, TW_VALUE_BLOB, TW_VALUE_F64};

static inline int no_text(struct tw_ctx *ctx, struct tw_batch *b, uint32_t len)
{
	(void)ctx, (void)b, (void)len;
	return -28;
}

static const struct tw_host rig_host = {.text_more = no_text};

static inline void rig_init(struct rig *g, const struct shape *s, uint64_t seed, uint32_t domain)
{
	struct tw_column col[RIG_KEYS] = {{0}};
	uint32_t k, c;

	*g = (struct rig){.n = s->n, .rng = {seed}, .domain = domain, .ctx = {.host = &rig_host}};
	for (k = 0; k < s->n; k++) {
		col[k].type = s->type[k];
		col[k].nullable = s->nullable[k];
		col[k].width = s->type[k] == TW_FIXED ? s->width[k] : tw_type_width(s->type[k]);
	}
	tw_layout(col, s->n, g->bytes);
	for (k = 0; k < s->n; k++) {
		g->field[k] =
			(struct tw_field){.type = col[k].type, .nullable = col[k].nullable, .width = col[k].width};
		for (c = 0; c < TW_CLASSES; c++) {
			g->field[k].val_off[c] = col[k].val_off[c];
			g->field[k].nul_off[c] = col[k].nul_off[c];
		}
		g->key[k] = &g->field[k];
	}
	g->b = aligned_alloc(64, g->bytes[3] + RIG_TEXT);
	tw_role = TW_ROLE_WORKER;
}

static inline void rig_fini(struct rig *g)
{
	free(g->b);
}

static inline struct tw_table *rig_table(const struct rig *g, uint64_t max_bytes)
{
	struct tw_state_spec spec = {.name = "t",
				     .n_keys = g->n,
				     .keys = g->key,
				     .n_values = 3,
				     .types = value_types,
				     .max_bytes = max_bytes};
	struct tw_table *t = NULL;

	cr_assert_eq(tw_table_create(&spec, 42, &t), 0, "create");
	return t;
}

/* An empty batch of a class, full of garbage, with an open text buffer. */
static inline void rig_open(struct rig *g, uint32_t cls)
{
	memset((void *)g->b, 0xa5, g->bytes[3]);
	memset((void *)g->b, 0, sizeof *g->b);
	g->b->cls = (uint8_t)cls;
	g->b->flags = TW_TEXT_OPEN;
	g->b->n_bufs = 1;
	g->b->bufs[0] = g->bytes[3] / 64;
	g->b->text_cap = RIG_TEXT;
}

/* Of v, a row's key is a function; but equal values come in different guises. */
static inline void rig_put(struct rig *g, uint32_t k, uint32_t row, uint32_t v)
{
	const struct tw_field *f = &g->field[k];
	char text[64], *col = tw_col(g->b, f);
	int guise = rnd(&g->rng) & 1;
	double f64 = v % 5 > 1 ? v : v % 5 ? (guise ? __builtin_nan("1") : -__builtin_nan("7")) : guise ? 0.0 : -0.0;
	float f32 = (float)f64;
	int32_t i32 = -(int32_t)v;
	uint64_t u64 = v * 0x9e3779b97f4a7c15u;

	if (f->nullable && v % 11 == k) {
		tw_set_valid(g->b, f, row, 0);
		return;
	}
	tw_set_valid(g->b, f, row, 1);
	switch (f->type) {
	case TW_BOOL: tw_set_bool(g->b, f, row, v & 1); break;
	case TW_I32: memcpy(col + 4 * row, &i32, 4); break;
	case TW_U32: memcpy(col + 4 * row, &v, 4); break;
	case TW_F32: memcpy(col + 4 * row, &f32, 4); break;
	case TW_F64: memcpy(col + 8 * row, &f64, 8); break;
	case TW_STR:
	case TW_BYTES:
		snprintf(text, sizeof text, "%.*s%u", (int)(v % 40), "a rather long beginning of a text to be a key",
			 v);
		cr_assert_eq(tw_set_text(&g->ctx, g->b, f, row, text, v % 13 ? (uint32_t)strlen(text) : 0), 0);
		break;
	case TW_FIXED: memcpy(col + f->width * row, &u64, f->width); break;
	default: memcpy(col + 8 * row, &u64, 8); break;
	}
}

/* Random rows of the domain, with or without a selection. */
static inline void rig_rows(struct rig *g)
{
	static const uint32_t usual[] = {0, 1, 2, 2, 3, 3};
	uint32_t cls = usual[below(&g->rng, 6)], n, i, k, m = 0;

	rig_open(g, cls);
	n = 1 + below(&g->rng, TW_CLASS_ROWS(cls));
	tw_fill(g->b, n);
	if (rnd(&g->rng) & 1) {
		for (i = 0; i < n; i++)
			if (below(&g->rng, 4))
				g->b->sel[m++] = (uint16_t)i;
		tw_select(g->b, m);
	}
	for (i = 0; i < g->b->n_sel; i++) {
		uint32_t v = below(&g->rng, g->domain);

		for (k = 0; k < g->n; k++)
			rig_put(g, k, tw_row(g->b, i), v);
	}
}

/* One value as bytes, by the test's own rules; p NULL: null. Bytes written. */
static inline uint32_t value_bytes(uint8_t type, const void *p, uint32_t len, char *out)
{
	char text[32];
	double d;

	*out++ = p ? 'v' : 'n';
	if (!p)
		return 1;
	if (type == TW_F64 || type == TW_F32) {
		d = type == TW_F64 ? *(const double *)p : (double)*(const float *)p;
		snprintf(text, sizeof text, "%.9g", d == 0 ? 0.0 : d);
		p = d != d ? "nan" : text;
		len = (uint32_t)strlen(p);
	}
	memcpy(out, &len, 4);
	memcpy(out + 4, p, len);
	return 5 + len;
}

/* The key of a row as bytes. */
static inline uint32_t rig_bytes(const struct rig *g, const struct tw_batch *b, uint32_t row, char *out)
{
	uint32_t k, at = 0;

	for (k = 0; k < g->n; k++) {
		const struct tw_field *f = &g->field[k];
		const char *p = (const char *)tw_col(b, f) + (size_t)f->width * row;
		uint32_t len = f->type == TW_BOOL ? 1 : f->width;
		char bit;

		if (tw_is_null(b, f, row)) {
			at += value_bytes(f->type, NULL, 0, out + at);
			continue;
		}
		if (tw_type_is_text(f->type))
			p = tw_get_text(b, f, row, &len);
		if (f->type == TW_BOOL) {
			bit = (char)tw_get_bool(b, f, row);
			p = &bit;
		}
		at += value_bytes(f->type, p, len, out + at);
	}
	return at;
}

struct ref {
	struct ref *next;
	int64_t ns, sum;
	double real;
	char *blob;
	uint32_t blob_len, key_len;
	void *slot;     /* as of ... */
	uint64_t at_op; /* ... this operation */
	char key[];
};

struct refs {
	struct ref *chain[REF_CHAINS];
	uint64_t count, op;
};

static inline uint64_t fnv(uint64_t h, const void *p, size_t n)
{
	const unsigned char *c = p;

	while (n--)
		h = (h ^ *c++) * 0x100000001b3u;
	return h;
}

static inline struct ref **ref_at(struct refs *r, int64_t ns, const char *key, uint32_t len)
{
	struct ref **p = &r->chain[fnv(fnv(14695981039346656037u, &ns, 8), key, len) % REF_CHAINS];

	while (*p && ((*p)->ns != ns || (*p)->key_len != len || memcmp((*p)->key, key, len) != 0))
		p = &(*p)->next;
	return p;
}

static inline struct ref *ref_make(struct refs *r, int64_t ns, const char *key, uint32_t len)
{
	struct ref **p = ref_at(r, ns, key, len);

	if (!*p) {
		*p = calloc(1, sizeof **p + len);
		(*p)->ns = ns;
		(*p)->key_len = len;
		memcpy((*p)->key, key, len);
		r->count++;
	}
	return *p;
}

static inline void ref_remove(struct refs *r, struct ref **p)
{
	struct ref *gone = *p;

	*p = gone->next;
	free(gone->blob);
	free(gone);
	r->count--;
}

static inline void refs_fini(struct refs *r)
{
	uint32_t i;

	for (i = 0; i < REF_CHAINS; i++)
		while (r->chain[i])
			ref_remove(r, &r->chain[i]);
}

static inline uint64_t entry_sum(int64_t ns, uint64_t key, const struct value *v, const void *blob)
{
	uint64_t h = fnv(fnv(fnv(key, &ns, 8), &v->sum, 8), &v->real, 8);

	return fnv(fnv(h, &v->blob.len, 4), blob, v->blob.len);
}

#endif
