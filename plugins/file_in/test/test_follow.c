/* test_follow.c - files that grow, are cut short, renamed, replaced, and appear. */
#define _GNU_SOURCE
#include "source.h"

/* What is there now is read; some time passes, so that names are looked for, too. */
static void settle(struct tw_test *t)
{
	static int64_t now = 1767225600000000000;
	int i;

	for (i = 0; i < 12; i++) {
		int ret;

		now += 300000000;
		cr_assert_eq(tw_test_time(t, now), 0);
		ret = tw_test_poll(t, 16);
		cr_assert(ret == TW_WAIT || ret == TW_DONE, "%d %s", ret, tw_test_error(t));
	}
}

static void expect_news(struct tw_test *t, const char *want)
{
	settle(t);
	expect_lines(t, want);
	tw_test_clear(t);
}

static void append(const char *name, const char *text)
{
	FILE *f = fopen(in_dir(name), "a");

	cr_assert_not_null(f);
	fputs(text, f);
	fclose(f);
}

static struct tw_test *follow(const char *name, const char *more)
{
	char config[256];
	struct tw_test *t;

	snprintf(config, sizeof config, ", \"follow\": true%s", more);
	t = open_source(in_dir(name), config);
	tw_test_set(t, "io", 1);
	return t;
}

Test(follow, it_grows, .init = begin, .fini = end)
{
	struct tw_test *t;

	append("a", "one\ntw");
	t = follow("a", ", \"block\": 64");
	expect_news(t, "one\n");
	append("a", "o is a line that goes on in a piece that comes later\nthr");
	expect_news(t, "two is a line that goes on in a piece that comes later\n");
	append("a", "ee\n\n");
	expect_news(t, "three\n\n");
	expect_news(t, "");
	tw_test_close(t);
}

Test(follow, an_alarm_is_set_where_there_is_nothing, .init = begin, .fini = end)
{
	struct tw_test *t;
	int64_t alarm;

	append("a", "one\n");
	t = follow("a", "");
	expect_news(t, "one\n");
	cr_assert_eq(tw_test_poll(t, 16), TW_WAIT);
	cr_assert_eq(tw_test_poll(t, 16), TW_WAIT);
	alarm = tw_test_alarm(t);
	cr_assert_neq(alarm, INT64_MAX);
	/* nothing is asked for before */
	cr_assert_eq(tw_test_poll(t, 16), TW_WAIT);
	cr_assert_eq(tw_test_poll(t, 16), TW_WAIT);
	cr_assert_eq(tw_test_alarm(t), alarm);
	tw_test_close(t);
}

Test(follow, it_is_cut_short, .init = begin, .fini = end)
{
	struct tw_test *t;

	append("a", "one\ntwo\nhalf a li");
	t = follow("a", "");
	settle(t);
	expect_lines(t, "one\ntwo\n");
	write_file("a", "new\n", 4);
	settle(t);
	expect_lines(t, "one\ntwo\nhalf a li\nnew\n");
	cr_assert_not_null(strstr(tw_test_log(t), "was cut short: it is read from its begin"));
	tw_test_clear(t);
	append("a", "more\n");
	expect_news(t, "more\n");
	tw_test_close(t);
}

Test(follow, it_is_renamed_and_begun_anew, .init = begin, .fini = end)
{
	struct tw_test *t;

	append("a", "one\n");
	t = follow("a", "");
	expect_news(t, "one\n");
	cr_assert_eq(rename(in_dir("a"), in_dir("a.1")), 0);
	append("a.1", "late\n"); /* who writes has not let go of it */
	expect_news(t, "late\n");
	append("a.1", "last, without a newline");
	append("a", "new\n");
	expect_news(t, "last, without a newline\nnew\n");
	append("a", "more\n");
	append("a.1", "nobody reads this\n");
	expect_news(t, "more\n");
	tw_test_close(t);
}

Test(follow, it_is_replaced, .init = begin, .fini = end)
{
	struct tw_test *t;
	int i;

	append("a", "one\n");
	t = follow("a", "");
	expect_news(t, "one\n");
	for (i = 0; i < 3; i++) {
		append("b", "another\n");
		cr_assert_eq(rename(in_dir("b"), in_dir("a")), 0);
		expect_news(t, "another\n");
	}
	cr_assert_eq(unlink(in_dir("a")), 0);
	expect_news(t, "");
	append("a", "again\n");
	expect_news(t, "again\n");
	tw_test_close(t);
}

Test(follow, a_pattern_finds_new_files, .init = begin, .fini = end)
{
	struct tw_test *t = follow("*.log", ", \"with_path\": true");

	cr_assert_eq(tw_test_poll(t, 16), TW_WAIT); /* none matches yet */
	append("a.log", "a1\n");
	append("other", "not this\n");
	expect_news(t, "a1\n");
	append("b.log", "b1\nb2 ");
	mkdir(in_dir("d.log"), 0700);
	expect_news(t, "b1\n");
	append("a.log", "a2\n");
	append("b.log", "goes on\n");
	settle(t);
	cr_assert_not_null(strstr(tw_test_rows(t, 0), "b2 goes on"));
	cr_assert_not_null(strstr(tw_test_rows(t, 0), "{\"line\":\"a2\",\"path\":\""));
	tw_test_close(t);
}

/* Both names match: it is one file, and is read once. */
Test(follow, a_file_renamed_within_the_pattern, .init = begin, .fini = end)
{
	struct tw_test *t;

	append("a.log", "one\n");
	t = follow("a.log*", "");
	expect_news(t, "one\n");
	cr_assert_eq(rename(in_dir("a.log"), in_dir("a.log.1")), 0);
	append("a.log", "two\n");
	expect_news(t, "two\n");
	cr_assert_eq(rename(in_dir("a.log.1"), in_dir("a.log.2")), 0);
	cr_assert_eq(rename(in_dir("a.log"), in_dir("a.log.1")), 0);
	append("a.log", "three\n");
	append("a.log.1", "late\n");
	settle(t);
	cr_assert_not_null(strstr(tw_test_rows(t, 0), "three"));
	cr_assert_not_null(strstr(tw_test_rows(t, 0), "late"));
	cr_assert_null(strstr(tw_test_rows(t, 0), "one"));
	cr_assert_null(strstr(tw_test_rows(t, 0), "two"));
	tw_test_close(t);
}

Test(follow, compressed_data_is_refused, .init = begin, .fini = end)
{
	struct tw_test *t;
	char want[300];

	append("a", "");
	t = follow("a", "");
	expect_news(t, "");
	append("a", "\x1f\x8b\x08 gzip");
	while (tw_test_poll(t, 16) >= 0)
		tw_test_time(t, tw_test_alarm(t));
	snprintf(want, sizeof want,
		 "cannot read %s: it is gzip data, which is not followed: leave \"follow\" out, or choose a pattern "
		 "without it",
		 in_dir("a"));
	cr_assert_not_null(strstr(tw_test_error(t), want), "%s", tw_test_error(t));
	tw_test_close(t);
}
