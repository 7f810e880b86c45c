/* test_pipes.c - the source, on FIFOs, pipes and standard input. */
#define _GNU_SOURCE
#include "source.h"

static void put(int fd, const char *s)
{
	cr_assert_eq(write(fd, s, strlen(s)), (ssize_t)strlen(s));
}

Test(pipes, a_fifo_in_parts, .init = begin, .fini = end)
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
Test(pipes, many_fifos_share_batches, .init = begin, .fini = end, .timeout = 60)
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

		snprintf(row, sizeof row, "{\"line\":\"begin the line 7 of pipe %d\",\"path\":\"%s/p%02d\"}\n", i, dir,
			 i);
		cr_assert_not_null(strstr(tw_test_rows(t, 0), row), "%s", row);
		snprintf(row, sizeof row, "{\"line\":\"begin \",\"path\":\"%s/p%02d\"}\n", dir, i);
		cr_assert_not_null(strstr(tw_test_rows(t, 0), row), "%s", row);
	}
	cr_assert_not_null(strstr(tw_test_rows(t, 0), "from a regular file"));
	tw_test_close(t);
}

/* A pipe that is full while no buffer is free: nothing is lost, the rest comes later. */
Test(pipes, a_fifo_behind_a_slow_reader, .init = begin, .fini = end)
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
Test(pipes, standard_input, .init = begin, .fini = end)
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
Test(pipes, a_new_instance_finds_the_pipe, .init = begin, .fini = end)
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
