/*
 * Sliding windows, sessions and whole streams: random rows, late ones among them, in
 * batches of all sizes and with watermarks between them, against a reference that
 * knows nothing of panes: it keeps lists of rows.
 */
#include "lines.h"
#include "window.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <tw_test.h>

#define ROWS 1600
#define PARTS 16
#define KEYS 9
#define INPUT "ts:timestamp?,k:str?,n:i64?,x:f64?,s:str?,id:i64"
#define AGGS                                                                                                           \
	"\"agg\":{\"rows\":\"count()\",\"n_n\":\"count(n)\",\"n_sum\":\"sum(n)\",\"n_d\":\"distinct(n)\","             \
	"\"n_last\":\"last(n)\",\"n_mid\":\"p50(n)\",\"x_min\":\"min(x)\",\"x_avg\":\"avg(x)\","                       \
	"\"x_d\":\"distinct(x)\",\"s_max\":\"max(s)\",\"s_first\":\"first(s)\",\"s_d\":\"distinct(s)\"}}"

struct row {
	int has_ts, has_n, has_x, has_s, k, is_late;
	int64_t ts, n;
	double x;
	char s[40];
};

/* Rows of a group, by number: in the order in which they came. */
struct group {
	int64_t start, end;
	int k, n, is_open;
	int row[ROWS];
};

static const char *const keys[KEYS] = {"a", "b", "", "a key longer than a view holds", "c", "d", "e", "ff", NULL};
static struct row rows[ROWS];
static struct group groups[ROWS];
static int n_groups;
static int64_t wm[PARTS];
static uint64_t random_state;

static uint32_t draw(uint32_t below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % below;
}

/* Times wander upwards; some rows are behind, and some times come again. */
static void make_rows(uint32_t seed)
{
	int i;

	random_state = seed;
	for (i = 0; i < ROWS; i++) {
		struct row *r = &rows[i];

		*r = (struct row){.has_ts = draw(50) != 0, .has_n = draw(5) != 0, .has_x = draw(5) != 0};
		r->has_s = draw(5) != 0;
		r->k = (int)draw(KEYS);
		r->ts = -3000 + i * 5 + (int64_t)draw(120) - 60;
		if (draw(6) == 0)
			r->ts -= draw(900);
		if (i && draw(8) == 0)
			r->ts = rows[i - 1].ts;
		r->n = (int64_t)draw(25) - 12;
		r->x = ((double)draw(2000) - 1000) / 64;
		snprintf(r->s, sizeof r->s, "%s%u", draw(2) ? "a text that is longer than a view, " : "", draw(6));
	}
	for (i = 0; i < PARTS; i++)
		wm[i] = -3000 + (i + 1) * (ROWS / PARTS) * 5 - 100 - (int64_t)draw(100);
}

static char *text_of(int from, int to)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int i;

	for (i = from; i < to; i++) {
		const struct row *r = &rows[i];

		fprintf(f, "{\"id\":%d", i);
		if (r->has_ts)
			fprintf(f, ",\"ts\":%" PRId64, r->ts);
		if (keys[r->k])
			fprintf(f, ",\"k\":\"%s\"", keys[r->k]);
		if (r->has_n)
			fprintf(f, ",\"n\":%" PRId64, r->n);
		if (r->has_x)
			fprintf(f, ",\"x\":%.17g", r->x);
		if (r->has_s)
			fprintf(f, ",\"s\":\"%s\"", r->s);
		fputs("}\n", f);
	}
	fclose(f);
	return text;
}

/* --- a group's line --- */

static int by_n(const void *a, const void *b)
{
	return (int)((*(const int64_t *)a > *(const int64_t *)b) - (*(const int64_t *)a < *(const int64_t *)b));
}

static void put_n(FILE *f, const struct group *g)
{
	int64_t sum = 0, all[ROWS];
	const struct row *last = NULL;
	int i, n = 0, different = 0;

	for (i = 0; i < g->n; i++) {
		const struct row *r = &rows[g->row[i]];

		if (!r->has_n)
			continue;
		all[n++] = r->n;
		sum += r->n;
		if (!last || r->ts >= last->ts)
			last = r;
	}
	qsort(all, (size_t)n, sizeof *all, by_n);
	for (i = 0; i < n; i++)
		different += i == 0 || all[i] != all[i - 1];
	cr_assert_leq(n, (int)SKETCH_FEW, "more values than have exact quantiles");
	fprintf(f, ",\"rows\":%d,\"n_n\":%d", g->n, n);
	if (n)
		fprintf(f, ",\"n_sum\":%" PRId64 ",\"n_d\":%d,\"n_last\":%" PRId64 ",\"n_mid\":%" PRId64, sum,
			different, last->n, all[(n - 1) / 2]);
	else
		fputs(",\"n_sum\":null,\"n_d\":0,\"n_last\":null,\"n_mid\":null", f);
}

static void put_x(FILE *f, const struct group *g)
{
	double least = 0, sum = 0;
	int i, k, n = 0, different = 0;

	for (i = 0; i < g->n; i++) {
		const struct row *r = &rows[g->row[i]];

		if (!r->has_x)
			continue;
		least = n == 0 || r->x < least ? r->x : least;
		sum += r->x;
		n++;
		for (k = 0; k < i; k++)
			if (rows[g->row[k]].has_x && rows[g->row[k]].x == r->x)
				break;
		different += k == i;
	}
	if (n)
		fprintf(f, ",\"x_min\":%.17g,\"x_avg\":%.17g,\"x_d\":%d", least, sum / n, different);
	else
		fputs(",\"x_min\":null,\"x_avg\":null,\"x_d\":0", f);
}

static void put_s(FILE *f, const struct group *g)
{
	const struct row *most = NULL, *first = NULL;
	int i, k, different = 0;

	for (i = 0; i < g->n; i++) {
		const struct row *r = &rows[g->row[i]];

		if (!r->has_s)
			continue;
		if (!most || strcmp(r->s, most->s) > 0)
			most = r;
		if (!first || r->ts < first->ts)
			first = r;
		for (k = 0; k < i; k++)
			if (rows[g->row[k]].has_s && strcmp(rows[g->row[k]].s, r->s) == 0)
				break;
		different += k == i;
	}
	if (most)
		fprintf(f, ",\"s_max\":\"%s\",\"s_first\":\"%s\",\"s_d\":%d", most->s, first->s, different);
	else
		fputs(",\"s_max\":null,\"s_first\":null,\"s_d\":0", f);
}

static char *lines(void)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int i;

	for (i = 0; i < n_groups; i++) {
		const struct group *g = &groups[i];

		if (g->n == 0)
			continue;
		fprintf(f, "{\"window_start\":%" PRId64 ",\"window_end\":%" PRId64, g->start, g->end);
		fprintf(f, keys[g->k] ? ",\"k\":\"%s\"" : ",\"k\":null", keys[g->k]);
		put_n(f, g);
		put_x(f, g);
		put_s(f, g);
		fputs("}\n", f);
	}
	fclose(f);
	return text;
}

static int64_t wm_at(int i)
{
	return i < ROWS / PARTS ? INT64_MIN : wm[i / (ROWS / PARTS) - 1];
}

/* --- the references: they fill groups --- */

static void slide(int64_t size, int64_t every, int64_t offset, uint64_t *n_missed)
{
	int64_t start;
	int i, g;

	n_groups = 0;
	*n_missed = 0;
	for (i = 0; i < ROWS; i++) {
		int n_in = 0, n_past = 0;

		for (start = -200 * every + offset % every; rows[i].has_ts && start <= rows[i].ts; start += every) {
			if (rows[i].ts >= start + size)
				continue;
			if (start + size <= wm_at(i)) {
				n_past++;
				continue;
			}
			n_in++;
			for (g = 0; g < n_groups; g++)
				if (groups[g].start == start && groups[g].k == rows[i].k)
					break;
			if (g == n_groups)
				groups[n_groups++] =
					(struct group){.start = start, .end = start + size, .k = rows[i].k};
			cr_assert_lt(n_groups, ROWS);
			groups[g].row[groups[g].n++] = i;
		}
		rows[i].is_late = rows[i].has_ts && n_in == 0;
		*n_missed += n_in && n_past;
	}
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Sessions as they are defined: a row joins all open ones that it is near. */
static void sessions(int64_t gap, int *n_bridged, int *n_allowed)
{
	int i, g, own;

	n_groups = *n_bridged = *n_allowed = 0;
	for (i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];
		const int is_behind = r->ts + gap <= wm_at(i);

		for (g = 0; g < n_groups; g++)
			groups[g].is_open &= groups[g].end > wm_at(i);
		for (own = -1, g = 0; g < n_groups && r->has_ts; g++) {
			struct group *s = &groups[g];

			if (!s->is_open || s->k != r->k || r->ts >= s->end || r->ts <= s->start - gap)
				continue;
			if (own < 0) {
				own = g;
				continue;
			}
			memcpy(groups[own].row + groups[own].n, s->row, (size_t)s->n * sizeof *s->row);
			groups[own].n += s->n;
			groups[own].start = s->start < groups[own].start ? s->start : groups[own].start;
			groups[own].end = s->end > groups[own].end ? s->end : groups[own].end;
			s->n = s->is_open = 0;
			++*n_bridged;
		}
		rows[i].is_late = r->has_ts && own < 0 && is_behind;
		if (!r->has_ts || rows[i].is_late)
			continue;
		*n_allowed += is_behind;
		if (own < 0) {
			own = n_groups++;
			groups[own] = (struct group){.start = r->ts, .end = r->ts + gap, .k = r->k, .is_open = 1};
		}
		groups[own].start = r->ts < groups[own].start ? r->ts : groups[own].start;
		groups[own].end = r->ts + gap > groups[own].end ? r->ts + gap : groups[own].end;
		groups[own].row[groups[own].n++] = i;
	}
	for (g = 0; g < n_groups; g++)
		qsort(groups[g].row, (size_t)groups[g].n, sizeof(int), by_number);
}

static int count_late(void)
{
	int i, n = 0;

	for (i = 0; i < ROWS; i++)
		n += rows[i].is_late;
	return n;
}

static char *late_lines(void)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int i;

	for (i = 0; i < ROWS; i++)
		if (rows[i].is_late)
			fprintf(f, "%d\n", i);
	fclose(f);
	return text;
}

/* The numbers of the late rows, a line each. */
static char *ids_of(const char *got)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	while ((got = strstr(got, "\"id\":")))
		fprintf(f, "%d\n", atoi(got += 5));
	fclose(f);
	return text;
}

/* Run it in all ways, and compare. */
static void must_be(const char *config, uint64_t n_missed)
{
	static const uint32_t sizes[] = {1, 8, 64, 512};
	char *want = lines(), *want_late = late_lines(), what[300];
	int i, part;

	for (i = 0; i < 4 * TW_TEST_MODES; i++) {
		struct tw_test *t;
		char *late;

		snprintf(what, sizeof what, "%.60s, batches of %u, mode %d", config, sizes[i / TW_TEST_MODES],
			 i % TW_TEST_MODES);
		cr_assert_eq(tw_test_open(tw_plugin.kinds[0], config, INPUT, &t), 0, "%s", tw_test_error(t));
		for (part = 0; part < PARTS; part++) {
			char *text = text_of(part * (ROWS / PARTS), (part + 1) * (ROWS / PARTS));

			cr_assert_eq(tw_test_feed_json(t, text, sizes[i / TW_TEST_MODES],
						       (enum tw_test_mode)(i % TW_TEST_MODES)),
				     0);
			cr_assert_eq(tw_test_watermark(t, wm[part]), 0);
			if (part % 4 == 1) { /* as a swap does; the watermark is told again */
				cr_assert_eq(tw_test_recreate(t), 0);
				cr_assert_eq(tw_test_watermark(t, wm[part]), 0);
			}
			free(text);
		}
		cr_assert_eq(tw_test_finish(t), 0);
		must_be_same(tw_test_rows(t, PORT_OUT), want, what);
		late = ids_of(tw_test_rows(t, PORT_LATE));
		cr_assert_str_eq(late, want_late, "%s: late %s\nnot %s", what, late, want_late);
		cr_assert_eq(tw_test_counter(t, "late"), (uint64_t)lines_of(want_late));
		cr_assert_eq(tw_test_counter(t, "missed"), n_missed);
		cr_assert_eq(tw_test_counter(t, "lost"), 0);
		cr_assert_eq(tw_test_entries(t, 0), 0, "%s: %d entries left", what, (int)tw_test_entries(t, 0));
		free(late);
		tw_test_close(t);
	}
	free(want);
	free(want_late);
}

Test(shapes, sliding_windows_are_what_the_reference_says, .timeout = 240)
{
	uint64_t n_missed;

	make_rows(501);
	slide(600, 200, 0, &n_missed);
	cr_assert(n_missed > 20 && count_late() > 5, "%d missed", (int)n_missed);
	must_be("{\"kind\":\"sliding\",\"time\":\"ts\",\"size\":600,\"every\":200,\"by\":[\"k\"]," AGGS, n_missed);
}

Test(shapes, a_size_that_is_no_multiple_is_fine, .timeout = 240)
{
	uint64_t n_missed;

	make_rows(502);
	slide(500, 300, 70, &n_missed);
	must_be("{\"kind\":\"sliding\",\"time\":\"ts\",\"size\":500,\"every\":300,\"offset\":370,\"by\":[\"k\"]," AGGS,
		n_missed);
	slide(400, 400, 0, &n_missed);
	must_be("{\"kind\":\"sliding\",\"time\":\"ts\",\"size\":400,\"every\":400,\"by\":[\"k\"]," AGGS, n_missed);
}

Test(shapes, sessions_are_what_the_reference_says, .timeout = 240)
{
	static const char *const configs[] = {
		"{\"kind\":\"session\",\"time\":\"ts\",\"gap\":40,\"by\":[\"k\"]," AGGS,
		"{\"kind\":\"session\",\"time\":\"ts\",\"gap\":75,\"by\":[\"k\"]," AGGS,
		"{\"kind\":\"session\",\"time\":\"ts\",\"gap\":130,\"by\":[\"k\"]," AGGS,
	};
	static const int64_t gaps[] = {40, 75, 130};
	int i, n_bridged, n_allowed, all_allowed = 0;

	for (i = 0; i < 3; i++) {
		make_rows(601 + (uint32_t)i);
		sessions(gaps[i], &n_bridged, &n_allowed);
		cr_assert(n_bridged > 5 && count_late() > 5, "gap %d: %d bridged", (int)gaps[i], n_bridged);
		all_allowed += n_allowed;
		must_be(configs[i], 0);
	}
	cr_assert_gt(all_allowed, 5, "only %d late rows were near an open session", all_allowed);
}

static struct tw_test *open_with(const char *config, const char *input)
{
	struct tw_test *t;

	cr_assert_eq(tw_test_open(tw_plugin.kinds[0], config, input, &t), 0, "%s", tw_test_error(t));
	return t;
}

static void feed(struct tw_test *t, const char *text)
{
	cr_assert_eq(tw_test_feed_json(t, text, 8, TW_TEST_DENSE), 0);
}

Test(shapes, a_session_ends_when_the_watermark_has_passed_its_gap)
{
	struct tw_test *t = open_with("{\"kind\":\"session\",\"time\":\"t\",\"gap\":10,\"agg\":{\"n\":\"count()\"}}",
				      "t:timestamp");

	feed(t, "{\"t\":0}\n{\"t\":9}\n{\"t\":19}\n");
	cr_assert_eq(tw_test_watermark(t, 18), 0);
	cr_assert_str_eq(tw_test_rows(t, PORT_OUT), "");
	cr_assert_eq(tw_test_watermark(t, 19), 0);
	cr_assert_str_eq(tw_test_rows(t, PORT_OUT), "{\"window_start\":0,\"window_end\":19,\"n\":2}\n");
	tw_test_clear(t);
	/* 9 alone would have ended at 19: late; 10 is near the session of 19 */
	feed(t, "{\"t\":9}\n{\"t\":10}\n");
	cr_assert_str_eq(tw_test_rows(t, PORT_LATE), "{\"t\":9}\n");
	cr_assert_eq(tw_test_watermark(t, 28), 0);
	cr_assert_str_eq(tw_test_rows(t, PORT_OUT), "");
	cr_assert_eq(tw_test_watermark(t, 29), 0);
	cr_assert_str_eq(tw_test_rows(t, PORT_OUT), "{\"window_start\":10,\"window_end\":29,\"n\":2}\n");
	cr_assert_eq(tw_test_entries(t, 0), 0);
	cr_assert_eq(tw_test_entries(t, 1), 0);
	tw_test_close(t);
}

Test(shapes, a_late_row_bridges_two_sessions)
{
	struct tw_test *t = open_with("{\"kind\":\"session\",\"time\":\"t\",\"gap\":10,\"by\":[\"k\"],\"agg\":{\"n\":"
				      "\"count()\",\"f\":\"first(t)\",\"l\":\"last(t)\"}}",
				      "t:timestamp,k:str");

	feed(t, "{\"t\":0,\"k\":\"a\"}\n{\"t\":14,\"k\":\"a\"}\n{\"t\":14,\"k\":\"b\"}\n");
	cr_assert_eq(tw_test_watermark(t, 9), 0);
	feed(t, "{\"t\":7,\"k\":\"a\"}\n{\"t\":4,\"k\":\"b\"}\n");
	cr_assert_eq(tw_test_finish(t), 0);
	must_be_same(tw_test_rows(t, PORT_OUT),
		     "{\"window_start\":0,\"window_end\":24,\"k\":\"a\",\"n\":3,\"f\":0,\"l\":14}\n"
		     "{\"window_start\":4,\"window_end\":14,\"k\":\"b\",\"n\":1,\"f\":4,\"l\":4}\n"
		     "{\"window_start\":14,\"window_end\":24,\"k\":\"b\",\"n\":1,\"f\":14,\"l\":14}\n",
		     "bridged");
	tw_test_close(t);
}

/* Rows of random keys, sorted by key here: no time, one window. */
Test(shapes, a_whole_stream_is_one_window)
{
	struct tw_test *t =
		open_with("{\"kind\":\"whole\",\"by\":[\"k\"],\"agg\":{\"n\":\"count()\",\"f\":\"first(v)\","
			  "\"l\":\"last(v)\",\"s\":\"last(s)\"}}",
			  "k:i64,v:i64,s:str");
	char *text = malloc(2000 * 60), *p = text, want[200];
	int i;

	for (i = 0; i < 2000; i++)
		p += sprintf(p, "{\"k\":%d,\"v\":%d,\"s\":\"a text of row %d\"}\n", i % 700, i, i);
	cr_assert_str_eq(tw_test_schema(t, PORT_OUT), "k:i64,n:i64,f:i64?,l:i64?,s:str?");
	cr_assert_eq(tw_test_feed_json(t, text, 512, TW_TEST_DECOYS), 0);
	cr_assert_eq(tw_test_watermark(t, 5000), 0); /* says nothing to it */
	cr_assert_eq(tw_test_recreate(t), 0);
	cr_assert_str_eq(tw_test_rows(t, PORT_OUT), "");
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_eq(lines_of(tw_test_rows(t, PORT_OUT)), 700);
	for (i = 0; i < 700; i += 99) {
		const int n = i < 600 ? 3 : 2, last = i + 700 * (n - 1);

		snprintf(want, sizeof want, "{\"k\":%d,\"n\":%d,\"f\":%d,\"l\":%d,\"s\":\"a text of row %d\"}\n", i, n,
			 i, last, last);
		cr_assert_not_null(strstr(tw_test_rows(t, PORT_OUT), want), "no %s", want);
	}
	free(text);
	tw_test_close(t);
}

Test(shapes, a_whole_stream_with_time_goes_by_it)
{
	struct tw_test *t =
		open_with("{\"kind\":\"whole\",\"time\":\"t\",\"agg\":{\"f\":\"first(v)\",\"l\":\"last(v)\"}}",
			  "t:timestamp?,v:i64");

	feed(t, "{\"t\":5,\"v\":1}\n{\"t\":null,\"v\":2}\n{\"t\":9,\"v\":3}\n{\"t\":2,\"v\":4}\n");
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_str_eq(tw_test_rows(t, PORT_OUT), "{\"f\":4,\"l\":3}\n");
	cr_assert_str_eq(tw_test_errs(t), "{\"reason\":\"the time is null\",\"data\":null}\n");
	tw_test_close(t);
}

static double number_after(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	cr_assert_not_null(p, "no %s in %s", name, text);
	return strtod(p + strlen(name), NULL);
}

/* Panes of few and of many values, of both signs, merge into one sketch and one count:
 * the same errors as if all had come to one. */
Test(shapes, quantiles_and_distinct_merge, .timeout = 60)
{
	struct tw_test *t =
		open_with("{\"kind\":\"sliding\",\"time\":\"t\",\"size\":30,\"every\":10,\"agg\":{\"p\":\"p50("
			  "v)\",\"q\":\"p90(v)\",\"z\":\"quantile(v, 0.1)\",\"d\":\"distinct(v)\"}}",
			  "t:timestamp,v:i64");
	char *text = malloc(9000 * 40), *p = text, *at;
	int i;

	for (i = 0; i < 9000; i++) /* 20 rows of the first pane, 8980 of the next two */
		p += sprintf(p, "{\"t\":%d,\"v\":%d}\n", i < 20 ? 5 : 10 + i % 20, i * 7919 % 9000 - 3000);
	cr_assert_eq(tw_test_feed_json(t, text, 512, TW_TEST_DENSE), 0);
	cr_assert_eq(tw_test_watermark(t, 30), 0);
	at = strstr(tw_test_rows(t, PORT_OUT), "{\"window_start\":0,");
	cr_assert_not_null(at);
	cr_assert_float_eq(number_after(at, "\"p\":"), 1499, 15);
	cr_assert_float_eq(number_after(at, "\"q\":"), 5099, 51);
	cr_assert_float_eq(number_after(at, "\"z\":"), -2101, 21);
	cr_assert_float_eq(number_after(at, "\"d\":"), 9000, 0.04 * 9000);
	free(text);
	tw_test_close(t);
}

static void must_refuse(const char *config, const char *error)
{
	struct tw_test *t;

	cr_assert_neq(tw_test_open(tw_plugin.kinds[0], config, "t:timestamp,n:i64", &t), 0, "%s is taken", config);
	cr_assert_not_null(strstr(tw_test_error(t), error), "%s: %s", config, tw_test_error(t));
	tw_test_close(t);
}

Test(shapes, say_what_they_lack)
{
	must_refuse("{\"kind\":\"sliding\",\"time\":\"t\",\"size\":10,\"agg\":{\"n\":\"count()\"}}",
		    "\"every\" is missing");
	must_refuse("{\"kind\":\"sliding\",\"time\":\"t\",\"size\":10,\"every\":11,\"agg\":{\"n\":\"count()\"}}",
		    "at=/every: \"every\" must not be above \"size\"");
	must_refuse(
		"{\"kind\":\"sliding\",\"time\":\"t\",\"size\":\"1s\",\"every\":999999999,\"agg\":{\"n\":\"count()\"}}",
		"at=/every: a window has more than 10,000 panes");
	must_refuse("{\"kind\":\"session\",\"time\":\"t\",\"agg\":{\"n\":\"count()\"}}", "\"gap\" is missing");
	must_refuse("{\"kind\":\"session\",\"time\":\"t\",\"gap\":0,\"agg\":{\"n\":\"count()\"}}",
		    "at=/gap: must be above 0");
	must_refuse("{\"time\":\"t\",\"size\":10,\"gap\":5,\"agg\":{\"n\":\"count()\"}}",
		    "at=/gap: this kind of window has no such key");
	must_refuse("{\"kind\":\"whole\",\"size\":10,\"agg\":{\"n\":\"count()\"}}",
		    "at=/size: this kind of window has no such key");
	must_refuse("{\"kind\":\"whole\",\"time\":\"n\",\"agg\":{\"n\":\"count()\"}}",
		    "at=/time: field \"n\" is of type");
	must_refuse("{\"size\":10,\"agg\":{\"n\":\"count()\"}}", "\"time\" is missing");
}
