/* test_rotate.c - a row of files instead of one. */
#define _GNU_SOURCE
#include "file_out.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tw_test.h>
#include <unistd.h>

#define SECOND 1000000000LL

static char dir[64];

static const char *in_dir(const char *name)
{
	static char path[4][160];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
	return path[turn];
}

static void begin(void)
{
	snprintf(dir, sizeof dir, "/tmp/tw-rotate-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
}

static void end(void)
{
	char cmd[96];

	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	cr_assert_eq(system(cmd), 0);
}

static int try_open(const char *name, const char *more, struct tw_test **t)
{
	char config[512];

	snprintf(config, sizeof config, "{\"path\": \"%s\"%s}", name, more);
	return tw_test_open(tw_plugin.kinds[0], config, "n:u32", t);
}

static struct tw_test *open_sink(const char *name, const char *more)
{
	struct tw_test *t;
	const int err = try_open(in_dir(name), more, &t);

	cr_assert_eq(err, 0, "%s", tw_test_error(t));
	return t;
}

static void feed(struct tw_test *t, uint32_t from, uint32_t n, uint32_t batch)
{
	char *rows = malloc((n + 1) * 24), *to = rows;
	uint32_t i;

	for (i = 0; i < n; i++)
		to += sprintf(to, "{\"n\":%u}\n", from + i);
	cr_assert_eq(tw_test_feed_json(t, rows, batch, TW_TEST_DENSE), 0, "%s", tw_test_error(t));
	free(rows);
}

static void finish(struct tw_test *t)
{
	cr_assert_eq(tw_test_finish(t), 0, "%s", tw_test_error(t));
	tw_test_close(t);
}

/* What is in the folder, one entry a line, sorted: "NAME: bytes with | for newlines". */
static const char *folder(void)
{
	static char text[1 << 16];
	char cmd[200];
	size_t n;
	FILE *f;

	snprintf(cmd, sizeof cmd, "cd %s && for f in $(LC_ALL=C ls); do echo \"$f: $(tr '\\n' '|' <$f)\"; done", dir);
	f = popen(cmd, "r");
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	pclose(f);
	return text;
}

Test(rotate, by_rows, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("o-{n}.csv", ", \"format\": \"csv\", \"rotate\": {\"rows\": 2}");

	feed(t, 0, 5, 8);
	finish(t);
	cr_assert_str_eq(folder(), "o-000001.csv: n|0|1|\no-000002.csv: n|2|3|\no-000003.csv: n|4|\n");
}

/* A file that is full is there under its name before the next row comes. */
Test(rotate, a_full_file_is_whole_at_once, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("o-{n}", ", \"rotate\": {\"rows\": 2}");

	tw_test_set(t, "io", 1);
	feed(t, 0, 1, 8);
	cr_assert_str_eq(folder(), "o-000001.part: \n");
	feed(t, 1, 1, 8);
	cr_assert_str_eq(folder(), "o-000001: {\"n\":0}|{\"n\":1}|\n");
	tw_test_set(t, "io", 0);
	finish(t);
	cr_assert_str_eq(folder(), "o-000001: {\"n\":0}|{\"n\":1}|\n");
}

Test(rotate, by_bytes, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("o-{n}", ", \"rotate\": {\"bytes\": 17}");

	feed(t, 8, 4, 3); /* 8, 8, 9 and 9 bytes */
	finish(t);
	cr_assert_str_eq(folder(), "o-000001: {\"n\":8}|{\"n\":9}|\no-000002: {\"n\":10}|\no-000003: {\"n\":11}|\n");
}

Test(rotate, a_row_longer_than_a_file_has_one_of_its_own, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("o-{n}", ", \"rotate\": {\"bytes\": 3}");

	feed(t, 1, 3, 8);
	finish(t);
	cr_assert_str_eq(folder(), "o-000001: {\"n\":1}|\no-000002: {\"n\":2}|\no-000003: {\"n\":3}|\n");
}

Test(rotate, no_file_without_a_row, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("o-{n}", ", \"format\": \"csv\", \"rotate\": {\"rows\": 1}");

	cr_assert_str_eq(folder(), "o-000001.part: \n");
	finish(t);
	cr_assert_str_eq(folder(), "");
}

/* Every block size and batch size: no row is lost, doubled or moved, and each file has
 * exactly its rows. */
Test(rotate, every_size, .init = begin, .fini = end, .timeout = 120)
{
	static const uint32_t block[] = {64, 100, 4096}, batch[] = {1, 64, 500}, limit[] = {1, 7, 100};
	char more[96], want[16384], name[24], *to;
	uint32_t i, k, r;

	for (i = 0; i < 27; i++) {
		const uint32_t rows = limit[i / 9];
		struct tw_test *t;

		snprintf(more, sizeof more, ", \"block\": %u, \"rotate\": {\"rows\": %u}", block[i % 3], rows);
		t = open_sink("o{n}", more);
		feed(t, 0, 205, batch[i / 3 % 3]);
		finish(t);
		to = want;
		for (k = 0; k * rows < 205; k++) {
			sprintf(name, "o%06u", k + 1);
			to += sprintf(to, "%s: ", name);
			for (r = k * rows; r < (k + 1) * rows && r < 205; r++)
				to += sprintf(to, "{\"n\":%u}|", r);
			to += sprintf(to, "\n");
		}
		cr_assert_str_eq(folder(), want);
		end();
		cr_assert_eq(mkdir(dir, 0700), 0);
	}
}

Test(rotate, by_the_clock, .init = begin, .fini = end)
{
	/* the fake clock stands at 2026-01-01; create looks at the real one */
	struct tw_test *t = open_sink("o-%Y%m%dT%H%M%S%%", ", \"rotate\": {\"every\": \"1m\"}");
	const int64_t now = 1767225600 * SECOND;
	struct files *s = ((struct file_out *)tw_test_op(t))->files;

	tw_test_set(t, "io", 1);
	cr_assert_eq(s->until % (60 * SECOND), 0);
	cr_assert_gt(s->until, now);
	cr_assert_eq(tw_test_alarm(t), s->until);
	cr_assert_eq(tw_test_time(t, s->until), 0); /* the first one has no row and goes */
	cr_assert_str_eq(folder(), "");
	s->until = now + 60 * SECOND;
	cr_assert_eq(tw_test_time(t, now + 2 * SECOND), 0);
	feed(t, 1, 1, 8);
	cr_assert_eq(tw_test_time(t, now + 60 * SECOND), 0);
	cr_assert_str_eq(folder(), "o-20260101T000002%: {\"n\":1}|\n");
	cr_assert_eq(s->until, now + 120 * SECOND);
	cr_assert_eq(tw_test_time(t, now + 119 * SECOND), 0);
	feed(t, 2, 1, 8);
	cr_assert_eq(tw_test_time(t, now + 120 * SECOND), 0);
	tw_test_set(t, "io", 0);
	finish(t);
	cr_assert_str_eq(folder(), "o-20260101T000002%: {\"n\":1}|\no-20260101T000159%: {\"n\":2}|\n");
}

static void touch(const char *name)
{
	close(open(in_dir(name), O_CREAT | O_WRONLY, 0600));
}

/* What is there stays: files of an earlier run, also those that it did not finish. */
Test(rotate, names_that_are_taken, .init = begin, .fini = end)
{
	struct tw_test *t;

	touch("o-000007");
	touch("o-000009.part");
	touch("o-x");
	t = open_sink("o-{n}", ", \"rotate\": {\"rows\": 1}");
	touch("o-000011");
	feed(t, 1, 2, 8);
	finish(t);
	cr_assert_str_eq(folder(), "o-000007: \no-000009.part: \no-000010: {\"n\":1}|\no-000011: \n"
				   "o-000012: {\"n\":2}|\no-x: \n");
}

Test(rotate, two_files_of_one_second, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("o-%Y", ", \"rotate\": {\"rows\": 1}");
	char year[8], want[200];

	/* the first is begun at the real time, those after it in 2026 */
	strcpy(year, strrchr(((struct file_out *)tw_test_op(t))->files->name, '-') + 1);
	touch("o-2026");
	feed(t, 1, 3, 8);
	finish(t);
	cr_assert_not_null(strstr(folder(), "o-2026.1: {\"n\":2}|\no-2026.2: {\"n\":3}|\n"), "%s", folder());
	snprintf(want, sizeof want, "o-%s: ", year);
	cr_assert_not_null(strstr(folder(), want), "%s", folder());
}

Test(rotate, a_new_instance_goes_on_in_the_file, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("o-{n}", ", \"flush\": \"1ns\", \"rotate\": {\"rows\": 3}");

	tw_test_set(t, "io", 1);
	feed(t, 1, 1, 8);
	cr_assert_eq(tw_test_time(t, tw_test_alarm(t)), 0);
	cr_assert_eq(tw_test_recreate(t), 0);
	feed(t, 2, 2, 8);
	cr_assert_str_eq(folder(), "o-000001: {\"n\":1}|{\"n\":2}|{\"n\":3}|\n");
	tw_test_close(t);
}

/* The second file cannot be begun: the first one stays whole, nothing else is there. */
Test(rotate, the_folder_goes_away, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("sub-{n}", ", \"rotate\": {\"rows\": 1}");

	tw_test_set(t, "io", 1);
	feed(t, 1, 1, 8);
	end();
	cr_assert_eq(tw_test_feed_json(t, "{\"n\":2}\n", 8, TW_TEST_DENSE), 0);
	cr_assert_eq(tw_test_finish(t), -ENOENT);
	cr_assert_not_null(strstr(tw_test_error(t), "sub-000002: No such file or directory"), "%s", tw_test_error(t));
	tw_test_close(t);
	cr_assert_eq(mkdir(dir, 0700), 0);
}

static void expect_refused(const char *name, const char *more, const char *why)
{
	struct tw_test *t;

	cr_assert_eq(try_open(name, more, &t), -EINVAL, "%s", more);
	cr_assert_not_null(strstr(tw_test_error(t), why), "%s", tw_test_error(t));
	tw_test_close(t);
}

Test(rotate, configs_that_make_no_sense)
{
	expect_refused("out", ", \"rotate\": {\"rows\": 1}", "at=/path: files that follow each other need");
	expect_refused("-", ", \"rotate\": {\"rows\": 1}", "at=/rotate: standard output");
	expect_refused("{n}", ", \"append\": true, \"rotate\": {\"rows\": 1}", "at=/append");
	expect_refused("a/{n}{n}", ", \"rotate\": {\"rows\": 1}", "offset=5: {n} stands here twice");
	expect_refused("a/%Y/{n}", ", \"rotate\": {\"rows\": 1}", "offset=2: {n} and fields of time belong");
	expect_refused("a-%Q-{n}", ", \"rotate\": {\"rows\": 1}", "offset=2: no field of time");
	expect_refused("a-{n}%", ", \"rotate\": {\"rows\": 1}", "no field of time");
}

Test(rotate, a_name_with_all_its_fields)
{
	const int64_t ns = 1769855696 * SECOND + 5; /* 2026-01-31T10:34:56Z */
	char name[64];

	cr_assert(pattern_name("a/%Y-%m-%dT%H:%M:%S.%%{n}.x", 1234567, ns, name, sizeof name));
	cr_assert_str_eq(name, "a/2026-01-31T10:34:56.%1234567.x");
	cr_assert(!pattern_name("%Y{n}", 1, ns, name, 10));
	cr_assert(pattern_name("%Y{n}", 1, ns, name, 11));
	cr_assert_str_eq(name, "2026000001");
}
