/* Gathering is copying: every value of every type arrives, whatever its buffers
 * were; and where there is no room, what was there before is untouched. */
#include <criterion/criterion.h>
#include <errno.h>
#include <mem/gather.h>
#include <mem/layout.h>
#include <thalweg/row.h>

#define TYPES 12u

struct rig {
	struct tw_mem m;
	struct tw_source_pools from_pools, to_pools;
	struct tw_pool *raws;
	struct tw_field from[TYPES], to[TYPES];
	const struct tw_field *from_list[TYPES], *to_list[TYPES];
	struct tw_schema from_cols, to_cols;
};

/* Columns of all types; `order` permutes where they lie. Every other one nullable,
 * in the copy all of them. */
static void make_schema(struct tw_field *f, const struct tw_field **list, struct tw_schema *s, uint32_t order,
			uint32_t bytes[TW_CLASSES])
{
	struct tw_column cols[TYPES];
	uint32_t i;

	memset(cols, 0, sizeof cols);
	for (i = 0; i < TYPES; i++) {
		struct tw_column *c = &cols[(i * order) % TYPES];

		f[i] = (struct tw_field){.name = tw_type_name(i + 1), .type = (uint8_t)(i + 1), .index = (uint8_t)i};
		f[i].nullable = order > 1 || i % 2;
		f[i].width = i + 1 == TW_FIXED ? 5 : tw_type_width(i + 1);
		*c = (struct tw_column){.type = f[i].type, .nullable = f[i].nullable, .width = f[i].width};
		list[i] = &f[i];
	}
	tw_layout(cols, TYPES, bytes);
	for (i = 0; i < TYPES; i++) {
		memcpy(f[i].val_off, cols[(i * order) % TYPES].val_off, sizeof f[i].val_off);
		memcpy(f[i].nul_off, cols[(i * order) % TYPES].nul_off, sizeof f[i].nul_off);
	}
	*s = (struct tw_schema){.n = TYPES, .fields = list};
}

static void make_pools(struct rig *r, struct tw_source_pools *p, const uint32_t bytes[TW_CLASSES], uint32_t texts)
{
	uint32_t cls;

	for (cls = 0; cls < TW_CLASSES; cls++)
		p->batch[cls] = tw_pool_create(&r->m, 0, cls, bytes[cls], 2);
	p->text_small = tw_pool_create(&r->m, 0, TW_NONE, TW_TEXT_SMALL, 2);
	p->text_large = tw_pool_create(&r->m, 0, TW_NONE, TW_TEXT_LARGE, texts);
	cr_assert(p->batch[3] && p->text_small && p->text_large);
}

static void open_rig(struct rig *r, uint32_t texts)
{
	uint32_t bytes[TW_CLASSES];

	memset(r, 0, sizeof *r);
	cr_assert_eq(tw_mem_init(&r->m, 64u << 20, 1), 0);
	make_schema(r->from, r->from_list, &r->from_cols, 1, bytes);
	make_pools(r, &r->from_pools, bytes, 16);
	make_schema(r->to, r->to_list, &r->to_cols, 5, bytes);
	make_pools(r, &r->to_pools, bytes, texts);
	r->raws = tw_pool_create(&r->m, 0, TW_NONE, 1u << 20, 1);
	cr_assert_not_null(r->raws);
}

static void close_rig(struct rig *r)
{
	uint32_t i;

	for (i = 0; i < r->m.n_pools; i++)
		cr_assert_eq(r->m.pools[i]->n_free, r->m.pools[i]->count);
	tw_mem_fini(&r->m);
}

/* Any bytes, a function of row and column alone. */
static void pattern(uint32_t row, uint32_t col, char *p, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		p[i] = (char)(row * 31 + col * 7 + i * 13 + (i >> 8));
}

static uint32_t text_len(uint32_t row, uint32_t col)
{
	return (row * 5 + col) % 40;
}

static bool is_valid(uint32_t row, uint32_t col)
{
	return col % 2 == 0 || (row + col) % 3 != 0;
}

static void fill(struct rig *r, struct tw_batch *b, uint32_t rows)
{
	struct tw_raw *raw = tw_pool_buffer(&r->m, r->raws);
	uint32_t row, c, used = 0;

	b->bufs[b->n_bufs++] = raw->self + 1;
	for (row = 0; row < rows; row++)
		for (c = 0; c < TYPES; c++) {
			const struct tw_field *f = &r->from[c];

			tw_set_valid(b, f, row, is_valid(row, c));
			if (f->type == TW_BOOL) {
				tw_bit_put(tw_col(b, f), row, row % 5 == 0);
			} else if (!tw_type_is_text(f->type)) {
				pattern(row, c, (char *)tw_col(b, f) + (size_t)row * f->width, f->width);
			} else if (is_valid(row, c)) {
				pattern(row, c, raw->data + used, text_len(row, c));
				tw_view_set((struct tw_view *)tw_col(b, f) + row, 0, used, raw->data + used,
					    text_len(row, c));
				used += text_len(row, c);
			} else { /* a view that nobody may follow */
				memset((struct tw_view *)tw_col(b, f) + row, 0xff, sizeof(struct tw_view));
			}
		}
	tw_fill(b, rows);
}

static void check_value(const struct tw_batch *b, const struct tw_field *f, uint32_t at, uint32_t row)
{
	const uint32_t c = f->index;
	char want[64];
	uint32_t len = f->width;
	const char *got = (const char *)tw_col(b, f) + (size_t)at * f->width;

	cr_assert_eq(tw_is_null(b, f, at), !is_valid(row, c), "row %u, column %s", row, f->name);
	if (!is_valid(row, c))
		return;
	if (f->type == TW_BOOL) {
		cr_assert_eq(tw_get_bool(b, f, at), row % 5 == 0);
		return;
	}
	if (tw_type_is_text(f->type)) {
		got = tw_get_text(b, f, at, &len);
		cr_assert_eq(len, text_len(row, c));
	}
	pattern(row, c, want, len);
	cr_assert_eq(memcmp(got, want, len), 0, "row %u, column %s", row, f->name);
}

Test(gather, all_types_all_classes)
{
	uint32_t cls, i, c;

	for (cls = 0; cls < TW_CLASSES; cls++) {
		const uint32_t rows = TW_CLASS_ROWS(cls);
		struct tw_batch *b, *g;
		struct rig r;

		open_rig(&r, 16);
		b = tw_source_batch(&r.m, &r.from_pools, TW_MAX_ROWS);
		g = tw_source_batch(&r.m, &r.to_pools, rows);
		cr_assert_eq(g->cls, cls);
		fill(&r, b, TW_MAX_ROWS);
		b->origin_ns = 77;
		for (i = 0; i < rows; i++)
			cr_assert_eq(tw_gather_row(&r.m, &r.to_pools, &r.from_cols, b, (i * 11) % TW_MAX_ROWS,
						   &r.to_cols, g),
				     0);
		cr_assert_eq(tw_gather_row(&r.m, &r.to_pools, &r.from_cols, b, 0, &r.to_cols, g), -ENOSPC);
		tw_mem_drop(&r.m.homes[0], b); /* nothing of it may be needed any more */
		cr_assert_eq(r.raws->n_free, 1);
		cr_assert_eq(g->n, rows);
		cr_assert_eq(g->n_sel, rows);
		cr_assert_eq(g->origin_ns, 77);
		for (i = 0; i < rows; i++)
			for (c = 0; c < TYPES; c++)
				check_value(g, &r.to[c], i, (i * 11) % TW_MAX_ROWS);
		tw_mem_drop(&r.m.homes[0], g);
		close_rig(&r);
	}
}

/* One column of text, one row of `len` bytes in a raw buffer. */
static int gather_text(struct rig *r, struct tw_batch *g, uint32_t len)
{
	const struct tw_field *from_f[1] = {&r->from[TW_STR - 1]}, *to_f[1] = {&r->to[TW_STR - 1]};
	const struct tw_schema from = {1, from_f}, to = {1, to_f};
	struct tw_batch *b = tw_source_batch(&r->m, &r->from_pools, 1);
	struct tw_raw *raw = tw_pool_buffer(&r->m, r->raws);
	uint32_t n = g->n, got_len;
	int ret;

	b->bufs[b->n_bufs++] = raw->self + 1;
	pattern(len, 0, raw->data, len);
	tw_view_set(tw_col(b, from_f[0]), 0, 0, raw->data, len);
	tw_set_valid(b, from_f[0], 0, 1);
	tw_fill(b, 1);
	ret = tw_gather_row(&r->m, &r->to_pools, &from, b, 0, &to, g);
	cr_assert_eq(g->n, n + (ret == 0));
	if (ret == 0) {
		const char *got = tw_get_text(g, to_f[0], n, &got_len);

		cr_assert_eq(got_len, len);
		cr_assert_eq(memcmp(got, raw->data, len), 0);
	}
	tw_mem_drop(&r->m.homes[0], b);
	return ret;
}

Test(gather, limits_of_text)
{
	static const uint32_t lens[] = {0, 1, 12, 13, TW_TEXT_SMALL, TW_TEXT_SMALL + 1, TW_TEXT_LARGE};
	struct tw_batch *g;
	struct rig r;
	uint32_t i;

	open_rig(&r, 16);
	g = tw_source_batch(&r.m, &r.to_pools, 8);
	for (i = 0; i < sizeof lens / sizeof *lens; i++)
		cr_assert_eq(gather_text(&r, g, lens[i]), 0, "%u bytes", lens[i]);
	cr_assert_eq(gather_text(&r, g, TW_TEXT_LARGE + 1), -E2BIG);
	tw_mem_drop(&r.m.homes[0], g);
	close_rig(&r);
}

/* No more than TW_BATCH_BUFS buffers in one batch; and none when the pool is empty. */
Test(gather, text_runs_out)
{
	struct tw_batch *g, *h;
	struct rig r;
	uint32_t n;

	open_rig(&r, 16);
	g = tw_source_batch(&r.m, &r.to_pools, TW_MAX_ROWS);
	for (n = 0; gather_text(&r, g, TW_TEXT_LARGE - 5536) == 0; n++)
		;
	cr_assert_eq(n, TW_BATCH_BUFS);
	cr_assert_eq(gather_text(&r, g, 12), 0);  /* inline needs none */
	cr_assert_eq(gather_text(&r, g, 900), 0); /* room in the last one */
	tw_mem_drop(&r.m.homes[0], g);
	close_rig(&r);

	open_rig(&r, 3);
	g = tw_source_batch(&r.m, &r.to_pools, TW_MAX_ROWS);
	h = tw_source_batch(&r.m, &r.to_pools, TW_MAX_ROWS);
	cr_assert_eq(gather_text(&r, g, TW_TEXT_LARGE - 5536), 0);
	cr_assert_eq(gather_text(&r, h, TW_TEXT_LARGE - 5536), 0);
	cr_assert_eq(gather_text(&r, g, TW_TEXT_LARGE - 5536), 0);
	cr_assert_eq(gather_text(&r, h, TW_TEXT_LARGE - 5536), -ENOSPC);
	tw_mem_drop(&r.m.homes[0], g);
	cr_assert_eq(gather_text(&r, h, TW_TEXT_LARGE - 5536), 0);
	tw_mem_drop(&r.m.homes[0], h);
	close_rig(&r);
}

/* The class that fits; when it is out, a larger one; never a smaller. */
Test(gather, batch_of_the_class_that_fits)
{
	struct tw_batch *b[8];
	struct rig r;
	uint32_t i, n = 0;

	open_rig(&r, 1);
	b[n++] = tw_source_batch(&r.m, &r.to_pools, 9);
	cr_assert_eq(b[0]->cls, 2);
	b[n++] = tw_source_batch(&r.m, &r.to_pools, 1);
	cr_assert_eq(b[1]->cls, 0);
	b[n++] = tw_source_batch(&r.m, &r.to_pools, 64);
	cr_assert_eq(b[2]->cls, 2);
	b[n++] = tw_source_batch(&r.m, &r.to_pools, 64);
	cr_assert_eq(b[3]->cls, 3);
	b[n++] = tw_source_batch(&r.m, &r.to_pools, 100000);
	cr_assert_eq(b[4]->cls, 3);
	cr_assert_null(tw_source_batch(&r.m, &r.to_pools, 64));
	for (i = 0; i < n; i++)
		tw_mem_drop(&r.m.homes[0], b[i]);
	close_rig(&r);
}
