/* test_table_out.c - the table as text, where standard output is no terminal. */
#define _GNU_SOURCE
#include "table_out.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tw_test.h>
#include <unistd.h>

/* Standard output is a file for as long as it is given away. */
struct out {
	int saved, file;
};

static struct out take_stdout(void)
{
	struct out o = {.saved = dup(1), .file = open("/tmp", O_TMPFILE | O_RDWR, 0600)};

	cr_assert(o.saved >= 0 && o.file >= 0);
	fflush(stdout);
	dup2(o.file, 1);
	return o;
}

static const char *give_back(struct out o)
{
	static char text[1 << 20];
	ssize_t n = pread(o.file, text, sizeof text - 1, 0);

	dup2(o.saved, 1);
	close(o.saved);
	close(o.file);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* What is printed for these rows. */
static const char *table_of(const char *config, const char *input, const char *rows, uint32_t batch,
			    enum tw_test_mode mode)
{
	const struct out o = take_stdout();
	struct tw_test *t;
	const int err = tw_test_open(tw_plugin.kinds[0], config, input, &t),
		  fed = err ? err : tw_test_feed_json(t, rows, batch, mode), ended = fed ? fed : tw_test_finish(t);
	const char *text = give_back(o);

	cr_assert_eq(ended, 0, "%s", tw_test_error(t));
	tw_test_close(t);
	return text;
}

static void expect(const char *config, const char *input, const char *rows, const char *want)
{
	static const uint32_t batch[] = {1, 3, 64};
	uint32_t i;

	for (i = 0; i < 3 * TW_TEST_MODES; i++)
		cr_assert_str_eq(
			table_of(config, input, rows, batch[i / TW_TEST_MODES], (enum tw_test_mode)(i % TW_TEST_MODES)),
			want);
}

Test(table_out, all_types)
{
	expect("{}",
	       "b:bool?,i:i32?,l:i64?,u:u32?,w:u64?,f:f32?,d:f64?,t:timestamp?,c:decimal(2)?,s:str?,y:bytes?,h:fixed("
	       "3)?",
	       "{\"b\":true,\"i\":-1234567,\"l\":-9223372036854775807,\"u\":4294967295,\"w\":7,\"f\":0.5,\"d\":12345."
	       "25,"
	       "\"t\":1767225600123000000,\"c\":-120500,\"s\":\"text\",\"y\":\"b\",\"h\":\"abc\"}\n"
	       "{\"b\":false,\"i\":0,\"l\":999,\"u\":1000,\"w\":0,\"f\":\"nan\",\"d\":3,\"t\":0,\"c\":5,\"s\":\"\","
	       "\"y\":\"\",\"h\":\"xyz\"}\n"
	       "{}\n",
	       "b             i                           l              u  w    f          d  t                       "
	       " "
	       "        c  s     y  h\n"
	       "yes  -1,234,567  -9,223,372,036,854,775,807  4,294,967,295  7  0.5  12,345.25  2026-01-01 00:00:00.123 "
	       " "
	       "-1,205.00  text  b  616263\n"
	       "no            0                         999          1,000  0  nan       3.00  1970-01-01 00:00:00     "
	       " "
	       "     0.05           78797a\n"
	       "-             -                           -              -  -    -          -  -                       "
	       " "
	       "        -  -     -  -\n"
	       "3 of 3 rows\n");
}

static const char loads[] =
	"{\"k\":\"a\",\"n\":5}\n{\"k\":\"b\",\"n\":7}\n{\"k\":\"c\",\"n\":1}\n{\"k\":\"a\",\"n\":9}\n"
	"{\"k\":null,\"n\":4}\n{\"k\":\"\",\"n\":3}\n{\"k\":\"c\",\"n\":2}\n";

Test(table_out, the_last_rows)
{
	expect("{\"top\": 3}", "k:str?,n:i64", loads, "k  n\n-  4\n   3\nc  2\n3 of 7 rows\n");
	expect("{\"top\": 3, \"sort\": \"n\"}", "k:str?,n:i64", loads, "k  n\nc  2\n   3\n-  4\n3 of 7 rows\n");
}

Test(table_out, a_line_a_key)
{
	expect("{\"by\": [\"k\"]}", "k:str?,n:i64", loads, "k  n\na  9\nb  7\nc  2\n-  4\n   3\n5 of 5 keys, 7 rows\n");
	expect("{\"by\": [\"k\"], \"sort\": \"-n\", \"top\": 2}", "k:str?,n:i64", loads,
	       "k  n\na  9\nb  7\n2 of 5 keys, 7 rows\n");
	expect("{\"by\": [\"k\"], \"sort\": \"k\", \"columns\": [\"n\"]}", "k:str?,n:i64", loads,
	       "n\n3\n9\n7\n2\n4\n5 of 5 keys, 7 rows\n");
	/* the key that was not heard of for the longest time makes room */
	expect("{\"by\": [\"k\"], \"keys\": 2, \"top\": 2}", "k:str?,n:i64", loads,
	       "k  n\nc  2\n   3\n2 of 2 keys, 7 rows\n");
}

struct pair {
	uint32_t key;
	int64_t n;
};

static int by_n(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return (x->n < y->n) - (x->n > y->n);
}

/* Ten thousand keys, a tenth of them kept: the greatest counts are right, for they only grow. */
Test(table_out, the_top_of_more_keys_than_are_kept, .timeout = 60)
{
	enum { KEYS = 5000, ROWS = 40000, TOP = 10 };
	struct pair *pairs = calloc(KEYS, sizeof *pairs);
	char *rows = malloc(ROWS * 40), *to = rows, want[1000];
	uint64_t seed = 1;
	uint32_t i;

	for (i = 0; i < ROWS; i++) {
		uint32_t k, wide;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		wide = (uint32_t)(seed >> 33);
		k = wide % 4 ? wide % 64 : wide % KEYS;
		pairs[k].key = k;
		pairs[k].n += 1 + (int64_t)k * 1000000; /* no two are equal */
		to += sprintf(to, "{\"k\":%u,\"n\":%lld}\n", k, (long long)pairs[k].n);
	}
	qsort(pairs, KEYS, sizeof *pairs, by_n);
	to = want + sprintf(want, "   k\n");
	for (i = 0; i < TOP; i++)
		to += sprintf(to, "%4u\n", pairs[i].key);
	sprintf(to, "10 of 500 keys, %u rows\n", ROWS);
	cr_assert_str_eq(table_of("{\"by\": [\"k\"], \"columns\": [\"k\"], \"sort\": \"-n\", \"top\": 10, "
				  "\"keys\": 500, \"thousands\": \"\"}",
				  "k:u32,n:i64", rows, 300, TW_TEST_DENSE),
			 want);
	free(pairs);
	free(rows);
}

Test(table_out, long_and_wide_texts)
{
	expect("{\"width\": 6}", "s:str,n:i64",
	       "{\"s\":\"longer than six\",\"n\":1}\n{\"s\":\"sixsix\",\"n\":22}\n{\"s\":\"\xe6\xbc\xa2\xe5\xad\x97"
	       "\xe6\xbc\xa2\xe5\xad\x97\",\"n\":3}\n{\"s\":\"e\xcc\x81t\xc3\xa9\",\"n\":4}\n",
	       "s        n\n"
	       "longe\xe2\x80\xa6   1\n"
	       "sixsix  22\n"
	       "\xe6\xbc\xa2\xe5\xad\x97\xe2\x80\xa6    3\n"
	       "e\xcc\x81t\xc3\xa9      4\n"
	       "4 of 4 rows\n");
}

/* Nothing in a text reaches the terminal as a command. */
Test(table_out, what_is_no_text)
{
	expect("{}", "s:bytes", "{\"s\":\"a\\u001b[2Jb\\n\\u007f\"}\n{\"s\":\"\xc2\x9b 31m\"}\n",
	       "s\na\xef\xbf\xbd[2Jb\xef\xbf\xbd\xef\xbf\xbd\n\xef\xbf\xbd 31m\n2 of 2 rows\n");
}

Test(table_out, no_rows)
{
	expect("{}", "s:str,n:i64", "", "s  n\n0 of 0 rows\n");
}

Test(table_out, plain_every)
{
	const struct out o = take_stdout();
	const int64_t start = 1767225600000000000;
	struct tw_test *t;
	int64_t due;
	int err = tw_test_open(tw_plugin.kinds[0], "{\"plain_every\": \"1s\"}", "n:i64", &t);

	tw_test_set(t, "io", 1);
	err = err ? err : tw_test_feed_json(t, "{\"n\":1}\n", 8, TW_TEST_DENSE);
	due = tw_test_alarm(t); /* the first one at once */
	err = err ? err : tw_test_time(t, start + 10);
	err = err ? err : tw_test_feed_json(t, "{\"n\":2}\n", 8, TW_TEST_DENSE);
	err = err ? err : tw_test_time(t, start + 1000000009);
	err = err ? err : tw_test_time(t, start + 1000000010);
	err = err ? err : tw_test_time(t, start + 9000000000);
	tw_test_set(t, "io", 0);
	err = err ? err : tw_test_finish(t);
	tw_test_close(t);
	cr_assert_str_eq(give_back(o), "n\n1\n1 of 1 rows\n\nn\n1\n2\n2 of 2 rows\n\nn\n1\n2\n2 of 2 rows\n");
	cr_assert_eq(err, 0);
	cr_assert_eq(due, start);
}

Test(table_out, nobody_reads)
{
	struct tw_test *t;
	int fds[2], saved = dup(1), err;

	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(pipe(fds), 0);
	fflush(stdout);
	dup2(fds[1], 1);
	close(fds[0]);
	err = tw_test_open(tw_plugin.kinds[0], "{}", "n:i64", &t);
	err = err ? err : tw_test_feed_json(t, "{\"n\":1}\n", 8, TW_TEST_DENSE);
	err = err ? err : tw_test_finish(t);
	dup2(saved, 1);
	cr_assert_eq(err, -EPIPE);
	tw_test_close(t);
}

static void expect_refused(const char *config, const char *why)
{
	struct tw_test *t;

	cr_assert_eq(tw_test_open(tw_plugin.kinds[0], config, "n:u32,s:str", &t), -EINVAL, "%s", config);
	cr_assert_not_null(strstr(tw_test_error(t), why), "%s", tw_test_error(t));
	tw_test_close(t);
}

Test(table_out, configs_that_make_no_sense)
{
	expect_refused("{\"columns\": [\"none\"]}", "at=/columns/0");
	expect_refused("{\"by\": [\"s\", \"none\"]}", "at=/by/1");
	expect_refused("{\"sort\": \"-none\"}", "at=/sort");
	expect_refused("{\"by\": [\"s\"], \"keys\": 5}", "fewer keys are kept than rows are shown");
}

Test(table_out, decimals_of_a_float)
{
	cr_assert_eq(cell_decimals(0), 0);
	cr_assert_eq(cell_decimals(1.5), 1);
	cr_assert_eq(cell_decimals(-1.25), 2);
	cr_assert_eq(cell_decimals(1.0 / 3), 3);
	cr_assert_eq(cell_decimals(1e300), 0);
	cr_assert_eq(cell_decimals(1e-9), 0);
}
