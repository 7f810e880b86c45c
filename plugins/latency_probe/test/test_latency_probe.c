/* test_latency_probe.c - batches pass unchanged, ages are weighted by rows. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tw_test.h>

#define START 1767225600000000000

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct tw_test *open_probe(const char *config)
{
	struct tw_test *t;
	const int err = tw_test_open(tw_plugin.kinds[0], config, "n:i64,s:str?", &t);

	cr_assert_eq(err, 0, "%s", tw_test_error(t));
	return t;
}

Test(latency_probe, passes_everything_on)
{
	static const char rows[] =
		"{\"n\":1,\"s\":\"a text that is not inline\"}\n{\"n\":2,\"s\":null}\n{\"n\":3,\"s\":\"x\"}\n";
	char *out = tw_test_every_way(tw_plugin.kinds[0], NULL, "n:i64,s:str?", rows, 0, 0);

	cr_assert_str_eq(out, rows);
	free(out);
}

static void feed(struct tw_test *t, int64_t age_ns, uint32_t rows)
{
	char text[1024] = "";

	while (rows-- > 0)
		strcat(text, "{\"n\":1}\n");
	tw_test_set(t, "origin", now_ns() - age_ns);
	cr_assert_eq(tw_test_feed_json(t, text, 64, TW_TEST_DECOYS), 0);
}

/* Sixty rows in one old batch, forty new batches: more than half of the rows are old. */
Test(latency_probe, rows_are_the_weight)
{
	struct tw_test *t = open_probe("{}");
	int i;

	feed(t, 100000000000, 60);
	for (i = 0; i < 40; i++)
		feed(t, 0, 1);
	cr_assert_str_eq(tw_test_log(t), "");
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_not_null(strstr(tw_test_log(t), "info: n=100 p50=10"), "%s", tw_test_log(t));
	cr_assert_not_null(strstr(tw_test_log(t), "s p99=10"), "%s", tw_test_log(t));
	cr_assert_geq(tw_test_counter(t, "p50_ns"), 99000000000);
	cr_assert_geq(tw_test_counter(t, "p99_ns"), tw_test_counter(t, "p50_ns"));
	tw_test_close(t);
}

/* A clock that was set back makes origins lie ahead. */
Test(latency_probe, an_origin_ahead_is_no_age)
{
	struct tw_test *t = open_probe("{}");

	feed(t, -100000000000, 1);
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_str_eq(tw_test_log(t), "info: n=1 p50=0ns p99=0ns p99.9=0ns max=0ns\n");
	tw_test_close(t);
}

Test(latency_probe, no_rows)
{
	struct tw_test *t = open_probe(NULL);

	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_str_eq(tw_test_log(t), "info: n=0 p50=0ns p99=0ns p99.9=0ns max=0ns\n");
	tw_test_close(t);
}

Test(latency_probe, reports_while_rows_pass)
{
	struct tw_test *t = open_probe("{\"report\": \"1s\"}");

	cr_assert_eq(tw_test_alarm(t), INT64_MAX);
	feed(t, -1000, 2);
	cr_assert_eq(tw_test_alarm(t), START + 1000000000);
	cr_assert_eq(tw_test_time(t, START + 1000000000), 0);
	cr_assert_not_null(strstr(tw_test_log(t), "n=2 "), "%s", tw_test_log(t));
	cr_assert_eq(tw_test_alarm(t), INT64_MAX);
	feed(t, -1000, 1);
	cr_assert_eq(tw_test_alarm(t), START + 2000000000);
	cr_assert_eq(tw_test_finish(t), 0);
	cr_assert_not_null(strstr(tw_test_log(t), "n=3 "), "%s", tw_test_log(t));
	tw_test_close(t);
}
