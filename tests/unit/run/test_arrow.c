/* Batches leave by Arrow's C Data Interface, are read there by its published layout
 * alone, and are released on another thread; every batch comes home. */
#include "rig.h"

#include "arrow_kinds.h"

static const struct tw_kind *const kinds[] = {&all_kind, &ship_kind, &seq_kind, &keep_kind, &twice_kind, &check_kind};

#define N_KINDS (sizeof kinds / sizeof *kinds)

/* The reader's side: nothing but Arrow's structs. */
static int arrow_valid(const struct ArrowArray *a, int64_t row)
{
	const uint8_t *bits = a->buffers[0];

	return !bits || bits[(row + a->offset) / 8] >> ((row + a->offset) % 8) & 1;
}

static const char *arrow_text(const struct ArrowArray *a, int64_t row, uint32_t *len)
{
	const char *view = (const char *)a->buffers[1] + row * 16;
	const int64_t *lengths = a->buffers[a->n_buffers - 1];
	int32_t ref[2];

	memcpy(len, view, 4);
	if (*len <= 12)
		return view + 4;
	memcpy(ref, view + 8, 8);
	cr_assert(ref[0] >= 0 && ref[0] < a->n_buffers - 3, "view names buffer %d of %d", ref[0],
		  (int)a->n_buffers - 3);
	cr_assert(ref[1] >= 0 && ref[1] + (int64_t)*len <= lengths[ref[0]]);
	cr_assert_eq(memcmp(view + 4, (const char *)a->buffers[2 + ref[0]] + ref[1], 4), 0, "prefix");
	return (const char *)a->buffers[2 + ref[0]] + ref[1];
}

static void check_cell(int c, const struct ArrowArray *a, int64_t row, int64_t id)
{
	static const uint8_t width[N_COLS] = {8, 0, 4, 4, 8, 4, 8, 8, 8, 0, 0, 5};
	char want[80];
	const char *got;
	uint32_t len, n;

	cr_assert_eq(arrow_valid(a, row), !is_null(c, id), "column %s of row %lld", cols[c].name, (long long)id);
	if (is_null(c, id))
		return;
	if (c == C_FLAG) {
		cr_assert_eq(((const uint8_t *)a->buffers[1])[row / 8] >> (row % 8) & 1, id % 3 == 0);
	} else if (c == C_NAME || c == C_BLOB) {
		n = row_text(c == C_BLOB ? id + 1 : id, want, sizeof want);
		got = arrow_text(a, row, &len);
		cr_assert(len == n && memcmp(got, want, n) == 0, "\"%.*s\", not \"%s\"", (int)len, got, want);
	} else {
		number(c, id, want);
		cr_assert_eq(memcmp((const char *)a->buffers[1] + row * width[c], want, width[c]), 0,
			     "column %s of row %lld", cols[c].name, (long long)id);
	}
}

/* Sum of ids; rows are added to *rows. */
static int64_t check_array(const struct ArrowArray *a, uint64_t *rows)
{
	int64_t row, id, sum = 0;
	int c;

	cr_assert_eq(a->n_children, N_COLS);
	cr_assert_eq(a->n_buffers, 1);
	cr_assert_null(a->buffers[0]);
	for (c = 0; c < N_COLS; c++) {
		cr_assert_eq(a->children[c]->length, a->length);
		cr_assert_eq(a->children[c]->offset, 0);
		if (c == C_NAME || c == C_BLOB)
			cr_assert_geq(a->children[c]->n_buffers, 3);
		else
			cr_assert_eq(a->children[c]->n_buffers, 2);
	}
	for (row = 0; row < a->length; row++) {
		id = ((const int64_t *)a->children[C_ID]->buffers[1])[row];
		for (c = 0; c < N_COLS; c++)
			check_cell(c, a->children[c], row, id);
		sum += id;
	}
	*rows += (uint64_t)a->length;
	return sum;
}

static uint32_t take(struct ship *s, struct ArrowArray *to)
{
	uint32_t n;

	pthread_mutex_lock(&s->lock);
	n = s->n;
	memcpy(to, s->shelf, n * sizeof *to);
	s->n = 0;
	pthread_mutex_unlock(&s->lock);
	return n;
}

static void give_back(struct ship *s, struct ArrowArray *a)
{
	a->release(a);
	cr_assert_null(a->release);
	pthread_mutex_lock(&s->lock);
	s->lent--;
	pthread_mutex_unlock(&s->lock);
}

static void reclaim_all(struct rig_graph *g)
{
	uint32_t i;

	for (i = 0; i < g->run->n_nodes; i++) {
		cr_assert_eq(tw_exports_out(&g->run->nodes[i].exports), 0);
		tw_exports_reclaim(&g->run->nodes[i].exports, g->run->nodes[i].worker->home);
	}
	rig_check_pools(g->run);
}

/* Read while the graph runs; `hold`: first let so many wait that it may starve. */
static void ship_rows(const struct rig *r, const char *graph, uint32_t hold, uint64_t rows, int64_t sum)
{
	struct ArrowArray a[SHELF];
	struct rig_graph g;
	struct ship *s;
	uint64_t got_rows = 0;
	int64_t got = 0;
	uint32_t i, n, idle = 0;
	bool over = false;

	rig_open(r, graph, &g);
	s = rig_node(&g, "z")->op;
	cr_assert_eq(tw_run_start(g.run), 0);
	while (!over || s->n) {
		over = tw_run_wait(g.run, 1);
		pthread_mutex_lock(&s->lock);
		n = s->n;
		pthread_mutex_unlock(&s->lock);
		if (!over && n < hold && idle++ < 3)
			continue;
		idle = 0;
		n = take(s, a);
		for (i = 0; i < n; i++) {
			got += check_array(&a[i], &got_rows);
			give_back(s, &a[i]);
		}
	}
	cr_assert(!tw_run_failed(g.run), "%s", g.run->why);
	cr_assert_eq(s->refused, 0);
	cr_assert_eq(got_rows, rows, "%llu rows, not %llu", (unsigned long long)got_rows, (unsigned long long)rows);
	cr_assert_eq(got, sum);
	reclaim_all(&g);
	rig_close(&g);
}

static int64_t sum_to(int64_t n)
{
	return n * (n - 1) / 2;
}

#define GRAPH(count, rows, more, edges)                                                                                \
	"{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"all\",\"config\":{\"count\":" count              \
	",\"rows\":" rows "}}," more "\"z\":{\"op\":\"ship\"}},\"edges\":[" edges "]}"

Test(arrow, dense_batches_where_they_lie)
{
	struct rig one = {.kinds = kinds, .n_kinds = N_KINDS, .workers = 1, .slots = 2, .wait = TW_WAIT_PARK};
	struct rig two = one;

	two.workers = 2;
	ship_rows(&one, GRAPH("9000", "512", "", "\"a -> z\""), 1, 9000, sum_to(9000));
	ship_rows(&two, GRAPH("9000", "512", "", "\"a -> z\""), 1, 9000, sum_to(9000));
	ship_rows(&two, GRAPH("700", "64", "", "\"a -> z\""), 1, 700, sum_to(700));
	ship_rows(&two, GRAPH("300", "8", "", "\"a -> z\""), 1, 300, sum_to(300));
	ship_rows(&two, GRAPH("100", "1", "", "\"a -> z\""), 1, 100, sum_to(100));
}

/* The reader holds more batches than the source has: both sleep until a release. */
Test(arrow, release_wakes_a_starved_graph)
{
	struct rig one = {.kinds = kinds, .n_kinds = N_KINDS, .workers = 1, .slots = 2, .wait = TW_WAIT_PARK};
	struct rig two = one;

	two.workers = 2;
	ship_rows(&one, GRAPH("30000", "512", "", "\"a -> z\""), 16, 30000, sum_to(30000));
	ship_rows(&two, GRAPH("30000", "512", "", "\"a -> z\""), 16, 30000, sum_to(30000));
}

Test(arrow, selected_rows_are_copied)
{
	struct rig r = {.kinds = kinds, .n_kinds = N_KINDS, .workers = 2, .slots = 2};

	ship_rows(&r,
		  GRAPH("9000", "512", "\"k\":{\"op\":\"keep\",\"config\":{\"one_in\":3}},", "\"a -> k\",\"k -> z\""),
		  1, 3000, 3 * sum_to(3000));
	ship_rows(&r,
		  GRAPH("9000", "512", "\"k\":{\"op\":\"keep\",\"config\":{\"one_in\":100}},", "\"a -> k\",\"k -> z\""),
		  1, 90, 100 * sum_to(90));
	ship_rows(&r, GRAPH("90", "8", "\"k\":{\"op\":\"keep\",\"config\":{\"one_in\":1}},", "\"a -> k\",\"k -> z\""),
		  1, 90, sum_to(90));
}

/* Another branch reads the same memory. */
Test(arrow, shared_batches)
{
	struct rig r = {.kinds = kinds, .n_kinds = N_KINDS, .workers = 3, .slots = 2};

	ship_rows(&r, GRAPH("9000", "512", "\"c\":{\"op\":\"check\"},", "\"a -> c\",\"a -> z\""), 1, 9000,
		  sum_to(9000));
}

static void open_and_end(const char *graph, struct rig_graph *g, uint32_t at_once)
{
	struct rig r = {.kinds = kinds, .n_kinds = N_KINDS, .workers = 1, .slots = 64};

	rig_open(&r, graph, g);
	((struct ship *)rig_node(g, "z")->op)->at_once = at_once;
	cr_assert_eq(tw_run_start(g->run), 0);
	cr_assert(tw_run_wait(g->run, 60000));
}

Test(arrow, budget_is_kept)
{
	struct ArrowArray a[SHELF];
	struct rig_graph g;
	struct ship *s;
	uint64_t rows = 0;
	uint32_t i;

	open_and_end(GRAPH("20", "1", "", "\"a -> z\""), &g, UINT32_MAX);
	s = rig_node(&g, "z")->op;
	cr_assert_eq(s->n, TW_EXPORTS_MAX);
	cr_assert_eq(s->refused, 20 - TW_EXPORTS_MAX);
	take(s, a);
	for (i = 0; i < TW_EXPORTS_MAX; i++) {
		check_array(&a[i], &rows);
		give_back(s, &a[i]);
	}
	cr_assert_eq(rows, TW_EXPORTS_MAX);
	reclaim_all(&g);
	rig_close(&g);
}

/* A consumer moves a column away, releases the rest, and reads on. */
Test(arrow, a_child_outlives_its_parent)
{
	struct ArrowArray a[SHELF], name;
	struct rig_graph g;
	struct ship *s;
	int64_t row;

	open_and_end(GRAPH("500", "512", "", "\"a -> z\""), &g, 16);
	s = rig_node(&g, "z")->op;
	cr_assert_eq(take(s, a), 1);
	name = *a[0].children[C_NAME];
	a[0].children[C_NAME]->release = NULL;
	give_back(s, &a[0]);
	cr_assert_eq(tw_exports_out(&rig_node(&g, "z")->exports), 1);
	for (row = 0; row < name.length; row++)
		check_cell(C_NAME, &name, row, row);
	name.release(&name);
	reclaim_all(&g);
	rig_close(&g);
}

static struct tw_run *left_behind; /* seen by leak checkers: it is meant to stay */

/* The graph is destroyed under a reader: its memory stays. */
Test(arrow, memory_stays_for_late_readers)
{
	struct ArrowArray a[SHELF];
	struct rig_graph g;
	uint64_t rows = 0;

	open_and_end(GRAPH("500", "512", "", "\"a -> z\""), &g, 16);
	cr_assert_eq(take(rig_node(&g, "z")->op, a), 1);
	left_behind = g.run;
	rig_close(&g);
	cr_assert_eq(check_array(&a[0], &rows), sum_to(500));
	cr_assert_eq(rows, 500);
	a[0].release(&a[0]);
	cr_assert_eq(tw_exports_out(&left_behind->nodes[1].exports), 0);
}

Test(arrow, schema)
{
	struct rig r = {.kinds = kinds, .n_kinds = N_KINDS};
	struct ArrowSchema schema, moved;
	struct rig_graph g;
	struct ship *s;
	int c;

	rig_open(&r, GRAPH("1", "1", "", "\"a -> z\""), &g);
	s = rig_node(&g, "z")->op;
	cr_assert_eq(s->arrow->schema(&rig_node(&g, "z")->ctx, s->in, &schema), 0);
	rig_close(&g); /* the schema is the reader's own */
	cr_assert_str_eq(schema.format, "+s");
	cr_assert_eq(schema.n_children, N_COLS);
	for (c = 0; c < N_COLS; c++) {
		cr_assert_str_eq(schema.children[c]->format, cols[c].format);
		cr_assert_str_eq(schema.children[c]->name, cols[c].name);
		cr_assert_eq(schema.children[c]->flags, cols[c].nullable ? ARROW_FLAG_NULLABLE : 0);
	}
	moved = *schema.children[C_BLOB];
	schema.children[C_BLOB]->release = NULL;
	schema.release(&schema);
	cr_assert_null(schema.release);
	cr_assert_str_eq(moved.name, "blob");
	moved.release(&moved);
}
