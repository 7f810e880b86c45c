/* test_file_out.c - the sink, on real files, pipes and devices. */
#define _GNU_SOURCE
#include "file_out.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tw_test.h>
#include <unistd.h>

#define ALL "b:bool?,i:i32?,l:i64?,u:u32?,w:u64?,f:f32?,d:f64?,t:timestamp?,c:decimal(2)?,s:str?,y:bytes?,h:fixed(3)?"

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
	signal(SIGPIPE, SIG_IGN); /* as the engine does */
	snprintf(dir, sizeof dir, "/tmp/tw-file-out-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
}

static void end(void)
{
	char cmd[96];

	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	cr_assert_eq(system(cmd), 0);
}

/* The file's bytes; "" if it is not there. */
static const char *content(const char *name)
{
	static char text[2 << 20];
	FILE *f = fopen(in_dir(name), "r");
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;

	if (f)
		fclose(f);
	text[n] = '\0';
	return text;
}

static int try_open(const char *path, const char *more, const char *input, struct tw_test **t)
{
	char config[512];

	snprintf(config, sizeof config, "{\"path\": \"%s\"%s}", path, more);
	return tw_test_open(tw_plugin.kinds[0], config, input, t);
}

static struct tw_test *open_sink(const char *name, const char *more, const char *input)
{
	struct tw_test *t;
	const int err = try_open(in_dir(name), more, input, &t);

	cr_assert_eq(err, 0, "%s", tw_test_error(t));
	return t;
}

static void finish(struct tw_test *t)
{
	cr_assert_eq(tw_test_finish(t), 0, "%s", tw_test_error(t));
	tw_test_close(t);
}

static const char rows_all[] = "{\"b\":true,\"i\":-7,\"l\":-9223372036854775807,\"u\":4294967295,\"w\":"
			       "9223372036854775807,\"f\":0.5,\"d\":0.1,"
			       "\"t\":1767225600123000000,\"c\":-1205,\"s\":\"say \\\"hi\\\", "
			       "\\u00fc\\n\",\"y\":\"plain bytes of some length\",\"h\":\"abc\"}\n"
			       "{\"b\":false,\"i\":0,\"l\":0,\"u\":0,\"w\":0,\"f\":\"nan\",\"d\":\"-inf\",\"t\":0,"
			       "\"c\":0,\"s\":\"\",\"y\":\"\",\"h\":\"xyz\"}\n"
			       "{}\n";

Test(file_out, ndjson_of_all_types, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("a", "", ALL);

	cr_assert_eq(tw_test_feed_json(t, rows_all, 8, TW_TEST_DECOYS), 0);
	finish(t);
	cr_assert_str_eq(content("a"),
			 "{\"b\":true,\"i\":-7,\"l\":-9223372036854775807,\"u\":4294967295,\"w\":9223372036854775807,"
			 "\"f\":0.5,\"d\":0.1,"
			 "\"t\":\"2026-01-01T00:00:00.123Z\",\"c\":-12.05,\"s\":\"say \\\"hi\\\", \xc3\xbc\\n\","
			 "\"y\":\"plain bytes of some length\",\"h\":\"616263\"}\n"
			 "{\"b\":false,\"i\":0,\"l\":0,\"u\":0,\"w\":0,\"f\":null,\"d\":null,\"t\":\"1970-01-01T00:00:"
			 "00Z\",\"c\":0.00,"
			 "\"s\":\"\",\"y\":\"\",\"h\":\"78797a\"}\n"
			 "{\"b\":null,\"i\":null,\"l\":null,\"u\":null,\"w\":null,\"f\":null,\"d\":null,\"t\":null,"
			 "\"c\":null,\"s\":null,"
			 "\"y\":null,\"h\":null}\n");
}

Test(file_out, csv_of_all_types, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("a", ", \"format\": \"csv\"", ALL);

	cr_assert_eq(tw_test_feed_json(t, rows_all, 2, TW_TEST_SPARSE), 0);
	finish(t);
	cr_assert_str_eq(
		content("a"),
		"b,i,l,u,w,f,d,t,c,s,y,h\n"
		"true,-7,-9223372036854775807,4294967295,9223372036854775807,0.5,0.1,2026-01-01T00:00:00.123Z,-12.05,"
		"\"say \"\"hi\"\", \xc3\xbc\n\",plain bytes of some length,616263\n"
		"false,0,0,0,0,,,1970-01-01T00:00:00Z,0.00,\"\",\"\",78797a\n"
		",,,,,,,,,,,\n");
}

static char *many_rows(uint32_t n)
{
	char *rows = malloc(n * 120), *to = rows;
	uint32_t i;

	for (i = 0; i < n; i++)
		to += sprintf(to, "{\"n\":%u,\"s\":\"%.*s\\\"\\n\",\"d\":%.17g}\n", i, (int)(i % 43),
			      "text of many lengths, it goes on and on here", i * 0.37 - 20);
	return rows;
}

/* What was written, parsed again, is what came in. */
static void expect_same(const char *got, const char *want)
{
	while (*want) {
		const char *want_end = strchr(want, '\n'), *got_end = strchr(got, '\n');
		json_t *a, *b;

		cr_assert(want_end && got_end, "rows are missing from here: %s", want);
		a = json_loadb(want, (size_t)(want_end - want), JSON_DECODE_INT_AS_REAL, NULL);
		b = json_loadb(got, (size_t)(got_end - got), JSON_DECODE_INT_AS_REAL, NULL);
		cr_assert(a && b && json_equal(a, b), "%.*s is not %.*s", (int)(got_end - got), got,
			  (int)(want_end - want), want);
		json_decref(a);
		json_decref(b);
		want = want_end + 1;
		got = got_end + 1;
	}
	cr_assert_str_eq(got, "");
}

Test(file_out, every_block_and_batch_size_gives_the_same, .init = begin, .fini = end, .timeout = 120)
{
	static const uint32_t block[] = {110, 128, 1000, 4096, 262144}, batch[] = {1, 8, 64, 512};
	char *rows = many_rows(1000), more[64];
	uint32_t i, k, mode;

	for (i = 0; i < 5; i++) {
		for (k = 0; k < 4; k++) {
			struct tw_test *t;

			mode = (i + k) % TW_TEST_MODES;
			snprintf(more, sizeof more, ", \"block\": %u", block[i]);
			t = open_sink("a", more, "n:u32,s:str,d:f64");
			cr_assert_eq(tw_test_feed_json(t, rows, batch[k], (enum tw_test_mode)mode), 0);
			cr_assert_eq(tw_test_finish(t), 0);
			cr_assert_eq(tw_test_counter(t, "bytes"), strlen(content("a")));
			tw_test_close(t);
			expect_same(content("a"), rows);
		}
	}
	free(rows);
}

Test(file_out, chosen_columns_in_their_order, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("a", ", \"columns\": [\"s\", \"n\"], \"format\": \"csv\", \"header\": false",
				      "n:u32,x:bool,s:str");

	cr_assert_eq(tw_test_feed_json(t, "{\"n\":1,\"x\":true,\"s\":\"a\"}\n", 8, TW_TEST_DENSE), 0);
	finish(t);
	cr_assert_str_eq(content("a"), "a,1\n");
}

Test(file_out, raw_text, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("a", ", \"format\": \"raw\", \"column\": \"s\"", "n:u32,s:bytes?");

	cr_assert_eq(tw_test_feed_json(t, "{\"n\":1,\"s\":\"as, \\\"it\\\" is\"}\n{\"n\":1}\n", 8, TW_TEST_SELECTED),
		     0);
	finish(t);
	cr_assert_str_eq(content("a"), "as, \"it\" is\n\n");
}

static void expect_refused(const char *more, const char *why)
{
	struct tw_test *t;

	cr_assert_lt(try_open(in_dir("a"), more, "n:u32,s:str", &t), 0, "%s", more);
	cr_assert_not_null(strstr(tw_test_error(t), why), "%s", tw_test_error(t));
	tw_test_close(t);
}

Test(file_out, configs_that_make_no_sense, .init = begin, .fini = end)
{
	expect_refused(", \"columns\": [\"none\"]", "at=/columns/0");
	expect_refused(", \"format\": \"raw\"", "which column");
	expect_refused(", \"format\": \"raw\", \"column\": \"n\"", "str or bytes");
	expect_refused(", \"format\": \"raw\", \"column\": \"s\", \"columns\": [\"s\"]", "one column");
	expect_refused(", \"column\": \"s\"", "for format raw");
	expect_refused(", \"format\": \"csv\", \"block\": 3", "longer than a block");
}

Test(file_out, the_file_appears_when_it_is_whole, .init = begin, .fini = end)
{
	struct tw_test *t;

	close(open(in_dir("a"), O_CREAT | O_WRONLY, 0600));
	t = open_sink("a", "", "n:u32");
	cr_assert_eq(tw_test_feed_json(t, "{\"n\":1}\n", 8, TW_TEST_DENSE), 0);
	cr_assert_eq(access(in_dir("a.part"), F_OK), 0);
	cr_assert_str_eq(content("a"), "");
	finish(t);
	cr_assert_neq(access(in_dir("a.part"), F_OK), 0);
	cr_assert_str_eq(content("a"), "{\"n\":1}\n");
}

Test(file_out, no_rows_at_all, .init = begin, .fini = end)
{
	finish(open_sink("a", "", "n:u32"));
	cr_assert_eq(access(in_dir("a"), F_OK), 0);
	finish(open_sink("b", ", \"format\": \"csv\"", "n:u32,m:str"));
	cr_assert_str_eq(content("b"), "n,m\n");
}

Test(file_out, append, .init = begin, .fini = end)
{
	int i;

	for (i = 0; i < 2; i++) {
		struct tw_test *t = open_sink("a", ", \"append\": true, \"format\": \"csv\"", "n:u32");

		cr_assert_eq(tw_test_feed_json(t, "{\"n\":5}\n", 8, TW_TEST_DENSE), 0);
		cr_assert_neq(access(in_dir("a.part"), F_OK), 0);
		finish(t);
	}
	cr_assert_str_eq(content("a"), "n\n5\n5\n");
}

Test(file_out, a_partly_filled_block_goes_in_time, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("a", ", \"flush\": \"10ms\"", "n:u32");
	int64_t due;

	tw_test_set(t, "io", 1);
	cr_assert_eq(tw_test_feed_json(t, "{\"n\":1}\n", 8, TW_TEST_DENSE), 0);
	due = tw_test_alarm(t);
	cr_assert_eq(due, 1767225600000000000 + 10000000);
	cr_assert_str_eq(content("a.part"), "");
	cr_assert_eq(tw_test_time(t, due - 1), 0);
	cr_assert_str_eq(content("a.part"), "");
	cr_assert_eq(tw_test_time(t, due), 0);
	cr_assert_str_eq(content("a.part"), "{\"n\":1}\n");
	cr_assert_eq(tw_test_alarm(t), INT64_MAX);
	cr_assert_eq(tw_test_feed_json(t, "{\"n\":2}\n", 8, TW_TEST_DENSE), 0);
	cr_assert_eq(tw_test_alarm(t), due + 10000000);
	tw_test_set(t, "io", 0);
	finish(t);
	cr_assert_str_eq(content("a"), "{\"n\":1}\n{\"n\":2}\n");
}

Test(file_out, a_block_begun_later_waits_its_own_time, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("a", ", \"flush\": \"10ms\", \"block\": 64", "n:u32");
	const int64_t start = 1767225600000000000, ms = 1000000;

	tw_test_set(t, "io", 1);
	cr_assert_eq(tw_test_feed_json(t, "{\"n\":1}\n{\"n\":2}\n", 8, TW_TEST_DENSE), 0);
	cr_assert_eq(tw_test_alarm(t), start + 10 * ms);
	cr_assert_eq(tw_test_time(t, start + 5 * ms), 0);
	cr_assert_eq(
		tw_test_feed_json(t, "{\"n\":3000000000}\n{\"n\":3000000000}\n{\"n\":3000000000}\n", 8, TW_TEST_DENSE),
		0); /* the last one begins a block */
	cr_assert_str_eq(content("a.part"), "{\"n\":1}\n{\"n\":2}\n{\"n\":3000000000}\n{\"n\":3000000000}\n");
	cr_assert_eq(tw_test_time(t, start + 10 * ms), 0);
	cr_assert_eq(strlen(content("a.part")), 50);
	cr_assert_eq(tw_test_alarm(t), start + 15 * ms);
	cr_assert_eq(tw_test_time(t, start + 15 * ms), 0);
	cr_assert_eq(strlen(content("a.part")), 67);
	tw_test_set(t, "io", 0);
	finish(t);
}

Test(file_out, rows_over_the_block_go_to_err, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("a", ", \"block\": 64", "n:u32,s:str");
	char rows[400];

	snprintf(rows, sizeof rows,
		 "{\"n\":1,\"s\":\"short\"}\n{\"n\":2,\"s\":\"%080d\"}\n{\"n\":3,\"s\":\"short again\"}\n", 0);
	cr_assert_eq(tw_test_feed_json(t, rows, 8, TW_TEST_DECOYS), 0);
	cr_assert_not_null(strstr(tw_test_errs(t), "row over the block size"));
	cr_assert_not_null(strstr(tw_test_errs(t), "0000000000"));
	finish(t);
	cr_assert_str_eq(content("a"), "{\"n\":1,\"s\":\"short\"}\n{\"n\":3,\"s\":\"short again\"}\n");
}

Test(file_out, a_full_disk_fails_the_node, .init = begin, .fini = end)
{
	struct tw_test *t;

	cr_assert_eq(try_open("/dev/full", "", "n:u32", &t), 0);
	cr_assert_eq(tw_test_feed_json(t, "{\"n\":1}\n", 8, TW_TEST_DENSE), 0);
	cr_assert_eq(tw_test_finish(t), -ENOSPC);
	cr_assert_not_null(strstr(tw_test_error(t), "cannot write /dev/full: No space left"), "%s", tw_test_error(t));
	tw_test_close(t);
}

/* A file that was written up to an error is not given its name. Its descriptor is
 * made one of a full disk half-way. */
Test(file_out, a_disk_that_fills_up, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("a", ", \"block\": 128", "n:u32");
	int err = 0, i;

	cr_assert_eq(tw_test_feed_json(t, "{\"n\":100000}\n{\"n\":200000}\n", 2, TW_TEST_DENSE), 0);
	dup2(open("/dev/full", O_WRONLY), ((struct file_out *)tw_test_op(t))->fd);
	for (i = 0; i < 100 && err == 0; i++)
		err = tw_test_feed_json(t, "{\"n\":100000}\n{\"n\":200000}\n", 2, TW_TEST_DENSE);
	cr_assert_eq(err, -ENOSPC);
	cr_assert_neq(access(in_dir("a"), F_OK), 0);
	tw_test_close(t);
}

Test(file_out, what_cannot_be_opened, .init = begin, .fini = end)
{
	struct tw_test *t;

	cr_assert_eq(try_open(in_dir("none/a"), "", "n:u32", &t), -ENOENT);
	cr_assert_not_null(strstr(tw_test_error(t), "No such file"));
	tw_test_close(t);
	cr_assert_eq(try_open(dir, "", "n:u32", &t), -EISDIR);
	tw_test_close(t);
	cr_assert_eq(mkfifo(in_dir("p"), 0600), 0);
	cr_assert_eq(try_open(in_dir("p"), "", "n:u32", &t), -ENXIO);
	tw_test_close(t);
}

Test(file_out, a_fifo_is_written_where_it_is, .init = begin, .fini = end)
{
	struct tw_test *t;
	char buf[64] = "";
	int fd;

	cr_assert_eq(mkfifo(in_dir("p"), 0600), 0);
	fd = open(in_dir("p"), O_RDONLY | O_NONBLOCK);
	t = open_sink("p", "", "n:u32");
	cr_assert_eq(tw_test_feed_json(t, "{\"n\":1}\n", 8, TW_TEST_DENSE), 0);
	finish(t);
	cr_assert_eq(read(fd, buf, sizeof buf - 1), 8);
	cr_assert_str_eq(buf, "{\"n\":1}\n");
}

/* Standard output is a pipe for the length of the test. */
static int stdout_to_pipe(int *saved)
{
	int fds[2];

	fflush(stdout);
	cr_assert_eq(pipe(fds), 0);
	*saved = dup(1);
	dup2(fds[1], 1);
	close(fds[1]);
	return fds[0];
}

Test(file_out, standard_output, .init = begin, .fini = end)
{
	struct tw_test *t;
	char buf[64] = "";
	int saved, fd = stdout_to_pipe(&saved);

	cr_assert_eq(try_open("-", "", "n:u32", &t), 0);
	cr_assert_eq(tw_test_feed_json(t, "{\"n\":1}\n", 8, TW_TEST_DENSE), 0);
	cr_assert_eq(tw_test_finish(t), 0);
	tw_test_close(t);
	dup2(saved, 1);
	cr_assert_eq(read(fd, buf, sizeof buf - 1), 8);
	cr_assert_str_eq(buf, "{\"n\":1}\n");
	cr_assert_neq(access("-.part", F_OK), 0);
}

Test(file_out, who_reads_standard_output_goes, .init = begin, .fini = end)
{
	struct tw_test *t;
	int saved, fd = stdout_to_pipe(&saved);

	cr_assert_eq(try_open("-", "", "n:u32", &t), 0);
	close(fd);
	cr_assert_eq(tw_test_feed_json(t, "{\"n\":1}\n", 8, TW_TEST_DENSE), 0);
	cr_assert_eq(tw_test_finish(t), -EPIPE);
	dup2(saved, 1);
	tw_test_close(t);
}

Test(file_out, a_new_instance_goes_on_in_the_file, .init = begin, .fini = end)
{
	struct tw_test *t = open_sink("a", ", \"format\": \"csv\", \"flush\": \"1ns\"", "n:u32");

	tw_test_set(t, "io", 1);
	cr_assert_eq(tw_test_feed_json(t, "{\"n\":1}\n", 8, TW_TEST_DENSE), 0);
	cr_assert_eq(tw_test_time(t, tw_test_alarm(t)), 0);
	cr_assert_eq(tw_test_recreate(t), 0);
	cr_assert_eq(tw_test_feed_json(t, "{\"n\":2}\n", 8, TW_TEST_DENSE), 0);
	cr_assert_eq(tw_test_time(t, tw_test_alarm(t)), 0);
	cr_assert_str_eq(content("a.part"), "n\n1\n2\n");
	tw_test_close(t);
}
