/* test_file_in.c - the source, on real files, FIFOs and pipes. */
#include "file_in.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tw_test.h>
#include <unistd.h>

#define SEED 7u

static char dir[64];
static uint32_t seed;

static uint32_t any(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)seed * below >> 32);
}

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
	snprintf(dir, sizeof dir, "/tmp/tw-file-in-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
}

static void end(void)
{
	char cmd[96];

	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	cr_assert_eq(system(cmd), 0);
}

static void write_file(const char *name, const char *text, size_t len)
{
	FILE *f = fopen(in_dir(name), "w");

	cr_assert_not_null(f);
	cr_assert_eq(fwrite(text, 1, len, f), len);
	fclose(f);
}

/* more: further members of the config, ", ..." */
static struct tw_test *open_source(const char *path, const char *more)
{
	char config[512];
	struct tw_test *t;
	int err;

	snprintf(config, sizeof config, "{\"path\": \"%s\"%s}", path, more);
	err = tw_test_open(tw_plugin.kinds[0], config, NULL, &t);
	cr_assert_eq(err, 0, "%s", tw_test_error(t));
	return t;
}

/* The rows' lines, each ended by '\n'. */
static char *lines_of(struct tw_test *t)
{
	const char *rows = tw_test_rows(t, 0), *nl;
	char *all = malloc(strlen(rows) + 1), *to = all;

	for (; (nl = strchr(rows, '\n')) != NULL; rows = nl + 1) {
		json_t *row = json_loadb(rows, (size_t)(nl - rows), JSON_ALLOW_NUL, NULL);
		json_t *line = json_object_get(row, "line");

		cr_assert(json_is_string(line), "%.*s", (int)(nl - rows), rows);
		memcpy(to, json_string_value(line), json_string_length(line));
		to += json_string_length(line);
		*to++ = '\n';
		json_decref(row);
	}
	*to = '\0';
	return all;
}

static void expect_lines(struct tw_test *t, const char *want)
{
	char *got = lines_of(t);

	cr_assert_str_eq(got, want, "got \"%s\"", got);
	free(got);
}

static void expect_eos(struct tw_test *t)
{
	const int ret = tw_test_run(t, 16);

	cr_assert_eq(ret, TW_EOS, "%d %s", ret, tw_test_error(t));
}

Test(file_in, a_small_file, .init = begin, .fini = end)
{
	struct tw_test *t;

	write_file("a", "one\r\n\ntwo is a longer line\nthree", 32);
	t = open_source(in_dir("a"), "");
	cr_assert_str_eq(tw_test_schema(t, 0), "line:bytes");
	expect_eos(t);
	expect_lines(t, "one\n\ntwo is a longer line\nthree\n");
	cr_assert_eq(tw_test_batches(t, 0), 1);
	cr_assert_eq(tw_test_counter(t, "bytes"), 32);
	tw_test_close(t);
}

Test(file_in, an_empty_file, .init = begin, .fini = end)
{
	struct tw_test *t;

	write_file("a", "", 0);
	t = open_source(in_dir("a"), "");
	expect_eos(t);
	expect_lines(t, "");
	tw_test_close(t);
}

static uint32_t random_text(char *text, uint32_t max)
{
	const uint32_t len = any(max), rare = 1 + any(90);
	uint32_t i;

	for (i = 0; i < len; i++)
		text[i] = any(rare) == 0 ? '\n' : (char)('a' + any(26));
	return len;
}

/* What lines_of should give: lines over max left out, a newline at the end of all. */
static char *without_long(const char *text, uint32_t len, uint32_t max)
{
	char *want = malloc(len + 2), *to = want;
	uint32_t from = 0, i;

	for (i = 0; i <= len; i++) {
		if ((i < len && text[i] != '\n') || (i == len && from == len))
			continue;
		if (i - from <= max) {
			memcpy(to, text + from, i - from);
			to += i - from;
			*to++ = '\n';
		}
		from = i + 1;
	}
	*to = '\0';
	return want;
}

Test(file_in, blocks_of_every_size, .init = begin, .fini = end, .timeout = 120)
{
	static char text[40000];
	uint32_t round;

	seed = SEED;
	cr_log_info("seed %u\n", SEED);
	for (round = 0; round < 150; round++) {
		const uint32_t len = random_text(text, sizeof text), block = 64 + any(round % 2 ? 100 : 20000);
		const uint32_t max_line = 1 + any(300);
		char more[128], *want = without_long(text, len, max_line);
		struct tw_test *t;

		write_file("a", text, len);
		snprintf(more, sizeof more, ", \"block\": %u, \"max_line\": %u", block, max_line);
		t = open_source(in_dir("a"), more);
		tw_test_set(t, "raws", round % 3 ? 16 : 1);
		cr_assert_eq(tw_test_run(t, 1 + any(16)), TW_EOS, "%s", tw_test_error(t));
		expect_lines(t, want);
		cr_assert_eq(tw_test_counter(t, "bytes"), len);
		tw_test_close(t);
		free(want);
	}
}

Test(file_in, a_line_as_long_as_the_block, .init = begin, .fini = end)
{
	char text[64 * 4 + 1];
	struct tw_test *t;
	int i;

	for (i = 0; i < 4; i++) {
		memset(text + 64 * i, 'a' + i, 63);
		text[64 * i + 63] = '\n';
	}
	text[256] = '\0';
	write_file("a", text, 256);
	t = open_source(in_dir("a"), ", \"block\": 64, \"max_line\": 63");
	expect_eos(t);
	expect_lines(t, text);
	cr_assert_eq(tw_test_counter(t, "too_long"), 0);
	tw_test_close(t);
}

Test(file_in, long_lines_are_counted_and_told_once, .init = begin, .fini = end)
{
	static char text[2000];
	struct tw_test *t;

	memset(text, 'x', sizeof text);
	memcpy(text + 900, "\nshort\n", 7);
	text[1999] = '\n';
	write_file("a", text, sizeof text);
	t = open_source(in_dir("a"), ", \"block\": 64, \"max_line\": 100");
	expect_eos(t);
	expect_lines(t, "short\n");
	cr_assert_eq(tw_test_counter(t, "too_long"), 2);
	cr_assert_not_null(strstr(tw_test_log(t), "warn: "));
	cr_assert_null(strstr(strstr(tw_test_log(t), "warn: ") + 1, "warn: "));
	tw_test_close(t);
}

Test(file_in, a_pattern_reads_in_sorted_order, .init = begin, .fini = end)
{
	struct tw_test *t;
	int i;

	mkdir(in_dir("f-folder"), 0700);
	for (i = 29; i >= 0; i--) {
		char name[16], text[32];

		snprintf(name, sizeof name, "f-%02d", i);
		snprintf(text, sizeof text, "a line of file %02d\nlast", i);
		write_file(name, text, strlen(text));
	}
	t = open_source(in_dir("f-*"), ", \"with_path\": true, \"block\": 64");
	cr_assert_str_eq(tw_test_schema(t, 0), "line:bytes,path:bytes");
	expect_eos(t);
	for (i = 0; i < 30; i++) {
		char row[512];

		snprintf(row, sizeof row,
			 "{\"line\":\"a line of file %02d\",\"path\":\"%s/f-%02d\"}\n{\"line\":\"last\",\"path\":\"%s/f-%02d\"}\n",
			 i, dir, i, dir, i);
		cr_assert_not_null(strstr(tw_test_rows(t, 0), row), "%s", row);
	}
	cr_assert(strstr(tw_test_rows(t, 0), "file 03") < strstr(tw_test_rows(t, 0), "file 04"));
	tw_test_close(t);
}

static void expect_refused(const char *path, int err, const char *why)
{
	char config[256];
	struct tw_test *t;

	snprintf(config, sizeof config, "{\"path\": \"%s\"}", path);
	cr_assert_eq(tw_test_open(tw_plugin.kinds[0], config, NULL, &t), err);
	cr_assert_not_null(strstr(tw_test_error(t), why), "%s", tw_test_error(t));
	tw_test_close(t);
}

Test(file_in, what_is_not_there, .init = begin, .fini = end)
{
	expect_refused(in_dir("none"), -ENOENT, "No such file");
	expect_refused(in_dir("none-*"), -ENOENT, "no file matches the pattern");
	expect_refused(dir, -EISDIR, "Is a directory");
}

Test(file_in, a_bracket_in_a_name, .init = begin, .fini = end)
{
	struct tw_test *t;

	write_file("a[1]", "x\n", 2);
	t = open_source(in_dir("a[1]"), "");
	expect_eos(t);
	expect_lines(t, "x\n");
	tw_test_close(t);
}

Test(file_in, a_file_that_goes_away_fails_the_node, .init = begin, .fini = end)
{
	struct tw_test *t;

	write_file("a", "x\n", 2);
	t = open_source(in_dir("a"), "");
	unlink(in_dir("a"));
	cr_assert_eq(tw_test_run(t, 16), -ENOENT);
	cr_assert_not_null(strstr(tw_test_error(t), "No such file"));
	tw_test_close(t);
}

Test(file_in, text_that_is_not_utf8_goes_to_err, .init = begin, .fini = end)
{
	struct tw_test *t;

	static const char text[] = "gr\xc3\xbc\xc3\x9f\nbad \xff\xfe byte in a long line\nend\n";

	write_file("a", text, sizeof text - 1);
	t = open_source(in_dir("a"), ", \"type\": \"str\", \"column\": \"text\"");
	cr_assert_str_eq(tw_test_schema(t, 0), "text:str");
	expect_eos(t);
	cr_assert_str_eq(tw_test_rows(t, 0), "{\"text\":\"gr\xc3\xbc\xc3\x9f\"}\n{\"text\":\"end\"}\n");
	cr_assert_not_null(strstr(tw_test_errs(t), "not UTF-8"));
	tw_test_close(t);
}

static void put(int fd, const char *s)
{
	cr_assert_eq(write(fd, s, strlen(s)), (ssize_t)strlen(s));
}

Test(file_in, a_fifo_in_parts, .init = begin, .fini = end)
{
	struct tw_test *t;
	int fd;

	cr_assert_eq(mkfifo(in_dir("p"), 0600), 0);
	t = open_source(in_dir("p"), ", \"max_line\": 40");
	cr_assert_eq(tw_test_run(t, 16), TW_WAIT); /* no writer yet: no end either */
	fd = open(in_dir("p"), O_WRONLY);
	cr_assert_eq(tw_test_run(t, 16), TW_WAIT);
	put(fd, "first line\nsec");
	cr_assert_eq(tw_test_run(t, 16), TW_WAIT);
	expect_lines(t, "first line\n");
	put(fd, "ond\r");
	cr_assert_eq(tw_test_run(t, 16), TW_WAIT);
	put(fd, "\nthis one is over the limit of forty bytes, is it not");
	cr_assert_eq(tw_test_run(t, 16), TW_WAIT);
	put(fd, " so\nlast");
	cr_assert_eq(tw_test_run(t, 16), TW_WAIT);
	expect_lines(t, "first line\nsecond\n");
	close(fd);
	expect_eos(t);
	expect_lines(t, "first line\nsecond\nlast\n");
	cr_assert_eq(tw_test_counter(t, "too_long"), 1);
	tw_test_close(t);
}

/* Many pipes, written in turns, and a regular file beside them. */
Test(file_in, many_fifos_share_batches, .init = begin, .fini = end, .timeout = 60)
{
	enum { PIPES = 60, LINES = 20 };
	int fd[PIPES], i, k;
	struct tw_test *t;
	uint64_t batches;

	for (i = 0; i < PIPES; i++) {
		char name[16];

		snprintf(name, sizeof name, "p%02d", i);
		cr_assert_eq(mkfifo(in_dir(name), 0600), 0);
	}
	write_file("p-regular", "from a regular file\n", 20);
	t = open_source(in_dir("p*"), ", \"block\": 256, \"with_path\": true");
	for (i = 0; i < PIPES; i++) {
		char name[16];

		snprintf(name, sizeof name, "p%02d", i);
		fd[i] = open(in_dir(name), O_WRONLY);
		cr_assert_geq(fd[i], 0);
	}
	for (k = 0; k < LINES; k++) {
		for (i = 0; i < PIPES; i++) {
			char text[64];

			snprintf(text, sizeof text, "the line %d of pipe %d\nbegin ", k, i);
			put(fd[i], text);
		}
		cr_assert_eq(tw_test_run(t, 16), TW_WAIT);
	}
	batches = tw_test_batches(t, 0);
	cr_assert_lt(batches, PIPES * LINES / 2, "%lu", (unsigned long)batches);
	for (i = 0; i < PIPES; i++)
		close(fd[i]);
	expect_eos(t);
	for (i = 0; i < PIPES; i++) {
		char row[256];

		snprintf(row, sizeof row, "{\"line\":\"begin the line 7 of pipe %d\",\"path\":\"%s/p%02d\"}\n", i, dir, i);
		cr_assert_not_null(strstr(tw_test_rows(t, 0), row), "%s", row);
		snprintf(row, sizeof row, "{\"line\":\"begin \",\"path\":\"%s/p%02d\"}\n", dir, i);
		cr_assert_not_null(strstr(tw_test_rows(t, 0), row), "%s", row);
	}
	cr_assert_not_null(strstr(tw_test_rows(t, 0), "from a regular file"));
	tw_test_close(t);
}

/* A pipe that is full while no buffer is free: nothing is lost, the rest comes later. */
Test(file_in, a_fifo_behind_a_slow_reader, .init = begin, .fini = end)
{
	static char text[60000];
	struct tw_test *t;
	char *want;
	int fd, ret, i;
	uint32_t len;

	seed = SEED;
	for (len = 0; len < sizeof text; len++)
		text[len] = len % 37 == 36 ? '\n' : (char)('a' + any(26));
	cr_assert_eq(mkfifo(in_dir("p"), 0600), 0);
	t = open_source(in_dir("p"), ", \"block\": 1024, \"max_line\": 64");
	tw_test_set(t, "raws", 2);
	tw_test_set(t, "hold", 5);
	fd = open(in_dir("p"), O_WRONLY);
	cr_assert_eq(write(fd, text, len), (ssize_t)len);
	for (i = 0; i < 5; i++)
		tw_test_poll(t, 1);
	close(fd);
	ret = tw_test_run(t, 1);
	cr_assert_eq(ret, TW_EOS, "%d %s", ret, tw_test_error(t));
	want = without_long(text, len, 64);
	expect_lines(t, want);
	free(want);
	tw_test_close(t);
}

/* Standard input: a pipe, then a file that is begun in its middle. */
Test(file_in, standard_input, .init = begin, .fini = end)
{
	struct tw_test *t;
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	dup2(fds[0], 0);
	t = open_source("-", "");
	put(fds[1], "from the pipe\nrest");
	cr_assert_eq(tw_test_run(t, 16), TW_WAIT);
	close(fds[1]);
	close(fds[0]);
	expect_eos(t);
	expect_lines(t, "from the pipe\nrest\n");
	tw_test_close(t);

	write_file("a", "one\ntwo\nthree\n", 14);
	fds[0] = open(in_dir("a"), O_RDONLY);
	lseek(fds[0], 4, SEEK_SET);
	dup2(fds[0], 0);
	t = open_source("-", "");
	expect_eos(t);
	expect_lines(t, "two\nthree\n");
	tw_test_close(t);
}

/* The lease outlives the instance; the descriptor must not be opened a second time. */
Test(file_in, a_new_instance_finds_the_pipe, .init = begin, .fini = end)
{
	struct tw_test *t;
	int fd;

	cr_assert_eq(mkfifo(in_dir("p"), 0600), 0);
	t = open_source(in_dir("p"), "");
	fd = open(in_dir("p"), O_WRONLY);
	unlink(in_dir("p"));
	put(fd, "one\n");
	cr_assert_eq(tw_test_run(t, 16), TW_WAIT);
	put(fd, "two\n");
	cr_assert_eq(tw_test_recreate(t), 0, "%s", tw_test_error(t));
	cr_assert_eq(tw_test_run(t, 16), TW_WAIT);
	expect_lines(t, "one\ntwo\n");
	tw_test_close(t);
	close(fd);
}
