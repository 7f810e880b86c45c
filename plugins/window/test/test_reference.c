/*
 * Random rows through the operator, in batches of all sizes and selections, against
 * a reference that knows nothing of batches, slots or cells.
 */
#include "lines.h"
#include "window.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <tw_test.h>

#define SEED 77001u
#define ROWS 1500
#define PARTS 5
#define SIZE 1000
#define OFFSET 300
#define LINE 1024

#define INPUT "ts:timestamp?,k:str?,g:i32,n:i64?,x:f64?,s:str?,d:decimal(2)?,f:f32?,b:bool?,u:u64,h:fixed(3)?,i:u32"

static const char config[] =
	"{\"time\": \"ts\", \"size\": \"1us\", \"offset\": \"1300ns\", \"by\": [\"k\", \"g\"], \"agg\": {"
	"\"rows\": \"count()\", \"n_n\": \"count(n)\", \"n_sum\": \"sum(n)\", \"n_min\": \"min(n)\","
	"\"n_max\": \"max(n)\", \"n_avg\": \"avg(n)\", \"x_sum\": \"sum(x)\", \"x_min\": \"min(x)\","
	"\"x_max\": \"max(x)\", \"x_avg\": \"avg(x)\", \"x_first\": \"first(x)\", \"x_last\": \"last(x)\","
	"\"s_min\": \"min(s)\", \"s_max\": \"max(s)\", \"s_first\": \"first(s)\", \"s_last\": \"last(s)\","
	"\"d_sum\": \"sum(d)\", \"d_avg\": \"avg(d)\", \"f_min\": \"min(f)\", \"b_last\": \"last(b)\","
	"\"u_max\": \"max(u)\", \"h_first\": \"first(h)\", \"t_max\": \"max(ts)\", \"i_sum\": \"sum(i)\"}}";

struct row {
	int has_ts, has_n, has_x, has_s, has_d, has_f, has_b, has_h;
	int64_t ts, n, d;
	int k, g, is_true, f, h;
	double x;
	uint32_t u, i;
	char s[40];
	int is_late;
};

static const char *const keys[] = {"a", "", "a key longer than a view holds", "b\\u0041", NULL};
static const char *const keys_out[] = {"a", "", "a key longer than a view holds", "bA", NULL};

static uint64_t random_state;

static uint32_t draw(uint32_t below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % below;
}

/* Times wander upwards from below zero; some rows are far behind. */
static void make_row(struct row *r, int i)
{
	static const char *const words[] = {"", "x", "twelve bytes", "thirteen bytes",
					    "a much longer text, in a buffer"};

	*r = (struct row){
		.has_ts = draw(40) != 0,
		.has_n = draw(4) != 0,
		.has_x = draw(4) != 0,
		.has_s = draw(4) != 0,
		.has_d = draw(4) != 0,
		.has_f = draw(4) != 0,
		.has_b = draw(3) != 0,
		.has_h = draw(4) != 0,
		.ts = -4000 + i * 8 + (int64_t)draw(1500) - 750,
		.n = (int64_t)draw(2000) - 1000,
		.d = (int64_t)draw(100000) - 50000,
		.k = (int)draw(5),
		.g = (int)draw(3) - 1,
		.is_true = (int)draw(2),
		.f = (int)draw(64) - 32,
		.h = (int)draw(9),
		.u = draw(1000000),
		.i = draw(1u << 31) * 2,
	};
	r->x = ((double)draw(1u << 30) - 5e8) / 1024 * (draw(2) ? 1 : 1e-6);
	if (draw(8) == 0)
		r->ts -= 3000;
	if (draw(10) == 0)
		r->n = (draw(2) ? INT64_MAX : -INT64_MAX) - 5;
	snprintf(r->s, sizeof r->s, "%s%u", words[draw(5)], draw(3));
}

static void put_row(FILE *f, const struct row *r)
{
	fprintf(f, "{\"g\":%d,\"u\":%u,\"i\":%u", r->g, r->u, r->i);
	if (keys[r->k])
		fprintf(f, ",\"k\":\"%s\"", keys[r->k]);
	if (r->has_ts)
		fprintf(f, ",\"ts\":%" PRId64, r->ts);
	if (r->has_n)
		fprintf(f, ",\"n\":%" PRId64, r->n);
	if (r->has_x)
		fprintf(f, ",\"x\":%.17g", r->x);
	if (r->has_s)
		fprintf(f, ",\"s\":\"%s\"", r->s);
	if (r->has_d)
		fprintf(f, ",\"d\":%" PRId64, r->d);
	if (r->has_f)
		fprintf(f, ",\"f\":%g", r->f / 4.0);
	if (r->has_b)
		fprintf(f, ",\"b\":%s", r->is_true ? "true" : "false");
	if (r->has_h)
		fprintf(f, ",\"h\":\"h%dx\"", r->h);
	fputs("}\n", f);
}

/* --- the reference: a group is a list of rows in the order in which they came --- */

struct group {
	const struct row *r[ROWS];
	int n;
};

enum what { N, X, S, D, F, B, H, ROW };

static int has(const struct row *r, enum what w)
{
	const int all[] = {r->has_n, r->has_x, r->has_s, r->has_d, r->has_f, r->has_b, r->has_h, 1};

	return all[w];
}

static int count(const struct group *g, enum what w)
{
	int i, n = 0;

	for (i = 0; i < g->n; i++)
		n += has(g->r[i], w);
	return n;
}

/* The row with the first or last time that has a value; NULL: none. */
static const struct row *at_end(const struct group *g, enum what w, int is_last)
{
	const struct row *best = NULL;
	int i;

	for (i = 0; i < g->n; i++) {
		const struct row *r = g->r[i];

		if (has(r, w) && (!best || (is_last ? r->ts >= best->ts : r->ts < best->ts)))
			best = r;
	}
	return best;
}

static int compare(const struct row *a, const struct row *b, enum what w)
{
	switch (w) {
	case N: return (a->n > b->n) - (a->n < b->n);
	case X: return (a->x > b->x) - (a->x < b->x);
	case S: return strcmp(a->s, b->s);
	case F: return (a->f > b->f) - (a->f < b->f);
	default: return 0;
	}
}

static const struct row *extreme(const struct group *g, enum what w, int is_max)
{
	const struct row *best = NULL;
	int i;

	for (i = 0; i < g->n; i++)
		if (has(g->r[i], w) && (!best || (is_max ? -1 : 1) * compare(g->r[i], best, w) < 0))
			best = g->r[i];
	return best;
}

static void put_text(FILE *f, const char *name, const char *text)
{
	fprintf(f, text ? ",\"%s\":\"%s\"" : ",\"%s\":null", name, text);
}

static void put_i64(FILE *f, const char *name, const int64_t *v)
{
	fprintf(f, ",\"%s\":", name);
	if (v)
		fprintf(f, "%" PRId64, *v);
	else
		fputs("null", f);
}

static void put_f64(FILE *f, const char *name, const double *v)
{
	fprintf(f, ",\"%s\":", name);
	if (v)
		fprintf(f, "%.17g", *v);
	else
		fputs("null", f);
}

static void put_n(FILE *f, const struct group *g, uint64_t *n_overflow)
{
	const struct row *min = extreme(g, N, 0), *max = extreme(g, N, 1);
	__extension__ __int128 sum = 0;
	const int n = count(g, N);
	int64_t sum64;
	double average;
	int i;

	for (i = 0; i < g->n; i++)
		sum += g->r[i]->has_n ? g->r[i]->n : 0;
	sum64 = (int64_t)sum;
	average = n ? (double)sum / n : 0;
	*n_overflow += n && sum64 != sum;
	fprintf(f, ",\"rows\":%d,\"n_n\":%d", g->n, n);
	put_i64(f, "n_sum", n && sum64 == sum ? &sum64 : NULL);
	put_i64(f, "n_min", min ? &min->n : NULL);
	put_i64(f, "n_max", max ? &max->n : NULL);
	put_f64(f, "n_avg", n ? &average : NULL);
}

static void put_x(FILE *f, const struct group *g)
{
	const struct row *min = extreme(g, X, 0), *max = extreme(g, X, 1);
	const struct row *first = at_end(g, X, 0), *last = at_end(g, X, 1);
	const int n = count(g, X);
	double sum = 0, average;
	int i;

	for (i = 0; i < g->n; i++)
		if (g->r[i]->has_x)
			sum += g->r[i]->x;
	average = n ? sum / n : 0;
	put_f64(f, "x_sum", n ? &sum : NULL);
	put_f64(f, "x_min", min ? &min->x : NULL);
	put_f64(f, "x_max", max ? &max->x : NULL);
	put_f64(f, "x_avg", n ? &average : NULL);
	put_f64(f, "x_first", first ? &first->x : NULL);
	put_f64(f, "x_last", last ? &last->x : NULL);
}

static void put_s(FILE *f, const struct group *g)
{
	const struct row *min = extreme(g, S, 0), *max = extreme(g, S, 1);
	const struct row *first = at_end(g, S, 0), *last = at_end(g, S, 1);

	put_text(f, "s_min", min ? min->s : NULL);
	put_text(f, "s_max", max ? max->s : NULL);
	put_text(f, "s_first", first ? first->s : NULL);
	put_text(f, "s_last", last ? last->s : NULL);
}

static void put_rest(FILE *f, const struct group *g)
{
	const struct row *fmin = extreme(g, F, 0), *last = at_end(g, B, 1), *first = at_end(g, H, 0);
	const int n = count(g, D);
	int64_t sum = 0, u = 0, t = INT64_MIN, sum_i = 0;
	double average;
	char h[8];
	int i;

	for (i = 0; i < g->n; i++) {
		sum += g->r[i]->has_d ? g->r[i]->d : 0;
		u = g->r[i]->u > u ? g->r[i]->u : u;
		t = g->r[i]->ts > t ? g->r[i]->ts : t;
		sum_i += g->r[i]->i;
	}
	average = n ? (double)sum / 100 / n : 0;
	put_i64(f, "d_sum", n ? &sum : NULL);
	put_f64(f, "d_avg", n ? &average : NULL);
	put_f64(f, "f_min", fmin ? &(double){fmin->f / 4.0} : NULL);
	fprintf(f, ",\"b_last\":%s", !last ? "null" : last->is_true ? "true" : "false");
	put_i64(f, "u_max", &u);
	snprintf(h, sizeof h, "h%dx", first ? first->h : 0);
	put_text(f, "h_first", first ? h : NULL);
	put_i64(f, "t_max", &t);
	put_i64(f, "i_sum", &sum_i);
}

static int64_t start_of(int64_t ts)
{
	int64_t start = -1000000 * (int64_t)SIZE + OFFSET;

	return start + (ts - start) / SIZE * SIZE;
}

static void put_group(FILE *f, const struct group *g, uint64_t *n_overflow)
{
	const struct row *r = g->r[0];

	fprintf(f, "{\"window_start\":%" PRId64 ",\"window_end\":%" PRId64, start_of(r->ts), start_of(r->ts) + SIZE);
	put_text(f, "k", keys_out[r->k]);
	fprintf(f, ",\"g\":%d", r->g);
	put_n(f, g, n_overflow);
	put_x(f, g);
	put_s(f, g);
	put_rest(f, g);
	fputs("}\n", f);
}

static int same_group(const struct row *a, const struct row *b)
{
	return a->k == b->k && a->g == b->g && start_of(a->ts) == start_of(b->ts);
}

/* All groups' lines. is_late is set. */
static char *reference(struct row *rows, const int64_t *wm, uint64_t *n_overflow)
{
	static struct group g;
	char done[ROWS] = {0}, *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int i, k;

	for (i = 0; i < ROWS; i++) {
		const int part = i / (ROWS / PARTS);

		rows[i].is_late = rows[i].has_ts && part > 0 && start_of(rows[i].ts) + SIZE <= wm[part - 1];
		done[i] = !rows[i].has_ts || rows[i].is_late;
	}
	for (i = 0; i < ROWS; i++) {
		for (g.n = 0, k = i; k < ROWS && !done[i]; k++)
			if (!done[k] && same_group(&rows[i], &rows[k]))
				g.r[g.n++] = &rows[k];
		for (k = 0; k < g.n; k++)
			done[g.r[k] - rows] = 1;
		if (g.n)
			put_group(f, &g, n_overflow);
	}
	fclose(f);
	return text;
}

/* "u" of the late rows, which tells them apart, in the order in which they came. */
static void must_have_late(const char *got, const struct row *rows)
{
	const char *p = got;
	int i;

	for (i = 0; i < ROWS; i++) {
		if (!rows[i].is_late)
			continue;
		p = strstr(p, "\"u\":");
		cr_assert_not_null(p, "late row %d is missing", i);
		cr_assert_eq(strtoul(p + 4, NULL, 10), rows[i].u, "late row %d: got %.20s, not %u", i, p, rows[i].u);
		p++;
	}
	cr_assert_null(strstr(p, "\"u\":"), "more late rows than there are");
}

static char *part_of(const struct row *rows, int part)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int i;

	for (i = 0; i < ROWS / PARTS; i++)
		put_row(f, &rows[part * (ROWS / PARTS) + i]);
	fclose(f);
	return text;
}

static void feed_all(struct tw_test *t, const struct row *rows, const int64_t *wm, uint32_t size, int mode)
{
	int part;

	for (part = 0; part < PARTS; part++) {
		char *text = part_of(rows, part);

		cr_assert_eq(tw_test_feed_json(t, text, size, (enum tw_test_mode)mode), 0);
		cr_assert_eq(tw_test_watermark(t, wm[part]), 0);
		if (part == 2) { /* as a swap does; the watermark is told again */
			cr_assert_eq(tw_test_recreate(t), 0);
			cr_assert_eq(tw_test_watermark(t, wm[part]), 0);
		}
		free(text);
	}
	cr_assert_eq(tw_test_finish(t), 0);
}

Test(window, is_what_the_reference_says, .timeout = 240)
{
	static const int64_t wm[PARTS] = {-2500, -500, 2700, 4300, 6000};
	static const uint32_t sizes[] = {1, 8, 64, 500, 512};
	static struct row rows[ROWS];
	uint64_t n_overflow = 0;
	char *want, what[80];
	int i, n_null = 0, n_late = 0;

	random_state = SEED;
	for (i = 0; i < ROWS; i++)
		make_row(&rows[i], i);
	want = reference(rows, wm, &n_overflow);
	for (i = 0; i < ROWS; i++) {
		n_null += !rows[i].has_ts;
		n_late += rows[i].is_late;
	}
	cr_assert(n_late > 50 && n_null > 10 && n_overflow > 5, "seed %u: %d late, %d null, %d overflow", SEED, n_late,
		  n_null, (int)n_overflow);
	for (i = 0; i < 5 * TW_TEST_MODES; i++) {
		const uint32_t size = sizes[i / TW_TEST_MODES];
		const int mode = i % TW_TEST_MODES;
		struct tw_test *t;

		snprintf(what, sizeof what, "seed %u, batches of %u, mode %d", SEED, size, mode);
		cr_assert_eq(tw_test_open(tw_plugin.kinds[0], config, INPUT, &t), 0, "%s", tw_test_error(t));
		feed_all(t, rows, wm, size, mode);
		must_be_same(tw_test_rows(t, PORT_OUT), want, what);
		must_have_late(tw_test_rows(t, PORT_LATE), rows);
		cr_assert_eq(lines_of(tw_test_errs(t)), n_null, "%s", tw_test_errs(t));
		cr_assert_eq(tw_test_counter(t, "late"), (uint64_t)n_late);
		cr_assert_eq(tw_test_counter(t, "overflow"), (uint64_t)n_overflow);
		cr_assert_eq(tw_test_counter(t, "lost"), 0);
		cr_assert_eq(tw_test_entries(t, 0), 0);
		tw_test_close(t);
	}
	free(want);
}
