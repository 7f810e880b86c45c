/* Rows go to the ports whose expressions are true, for all sizes of batches; and what is wrong is said. */
#include "tw_test.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "i:i64?,s:str?,o:i64"

static const struct tw_kind *route(void)
{
	return tw_plugin.kinds[1];
}

/* What a port gets, however the rows come. */
static void expect(const char *config, const char *rows, uint32_t port, const char *want)
{
	char *got = tw_test_every_way(route(), config, SCHEMA, rows, port, 0);

	cr_assert_str_eq(got, want, "%s port %u: %s", config, port, got);
	free(got);
}

static const char four[] = "{\"i\":1,\"s\":\"a\",\"o\":0}\n"
			   "{\"i\":null,\"s\":\"a text of more than twelve bytes\",\"o\":1}\n"
			   "{\"i\":20,\"s\":null,\"o\":2}\n"
			   "{\"i\":3,\"s\":\"a\",\"o\":3}\n";

Test(route, first_that_is_true)
{
	const char *c = "{\"routes\":{\"big\":\"i > 10\",\"odd\":\"i % 2 = 1\",\"a\":\"starts_with(s, 'a')\"}}";

	expect(c, four, 0, "{\"i\":20,\"s\":null,\"o\":2}\n");
	expect(c, four, 1, "{\"i\":1,\"s\":\"a\",\"o\":0}\n{\"i\":3,\"s\":\"a\",\"o\":3}\n");
	expect(c, four, 2, "{\"i\":null,\"s\":\"a text of more than twelve bytes\",\"o\":1}\n");
	expect(c, four, 3, "");
}

Test(route, all_that_are_true)
{
	const char *c = "{\"first\":false,\"else\":\"none\",\"routes\":{\"a\":\"s = 'a'\",\"one\":\"i = 1\"}}";

	expect(c, four, 0, "{\"i\":1,\"s\":\"a\",\"o\":0}\n{\"i\":3,\"s\":\"a\",\"o\":3}\n");
	expect(c, four, 1, "{\"i\":1,\"s\":\"a\",\"o\":0}\n");
	expect(c, four, 2,
	       "{\"i\":null,\"s\":\"a text of more than twelve bytes\",\"o\":1}\n{\"i\":20,\"s\":null,\"o\":2}\n");
}

Test(route, null_is_not_true)
{
	const char *c = "{\"routes\":{\"small\":\"i < 10\",\"not_small\":\"not (i < 10)\"}}";

	expect(c, four, 2, "{\"i\":null,\"s\":\"a text of more than twelve bytes\",\"o\":1}\n");
	expect("{\"routes\":{\"x\":\"cast(null as bool)\"}}", four, 0, "");
	expect("{\"routes\":{\"x\":\"cast(null as bool)\"}}", four, 1, four);
}

Test(route, all_match_or_none)
{
	expect("{\"routes\":{\"x\":\"true\",\"y\":\"true\"}}", four, 0, four);
	expect("{\"routes\":{\"x\":\"true\",\"y\":\"true\"}}", four, 1, "");
	expect("{\"first\":false,\"routes\":{\"x\":\"true\",\"y\":\"true\"}}", four, 1, four);
	expect("{\"first\":false,\"routes\":{\"x\":\"true\",\"y\":\"true\"}}", four, 2, "");
	expect("{\"routes\":{\"x\":\"o < 0\",\"y\":\"false\"}}", four, 2, four);
}

/* --- against plain arithmetic: up to 63 routes, i % n = k or (i / n) % n = k --- */

#define ROWS 1100

static char *many_config(uint32_t n, int first)
{
	char *c = malloc(8000);
	size_t at = (size_t)sprintf(c, "{\"first\":%s,\"routes\":{", first ? "true" : "false");
	uint32_t k;

	for (k = 0; k < n; k++)
		at += (size_t)sprintf(c + at, "%s\"p%u\":\"i %% %u = %u or (i div %u) %% %u = %u\"", k ? "," : "", k,
				      n + 1, k, n + 1, n + 1, k);
	sprintf(c + at, "}}");
	return c;
}

static int is_taken(int64_t i, uint32_t n, uint32_t k)
{
	return i >= 0 && (i % (n + 1) == k || i / (n + 1) % (n + 1) == k);
}

/* Is the row of number r on this port? Rows of negative i are null. */
static int belongs(int64_t i, uint32_t n, uint32_t port, int first)
{
	uint32_t k, before = 0, all = 0;

	for (k = 0; k < n; k++) {
		before += k < port && is_taken(i, n, k);
		all += is_taken(i, n, k);
	}
	if (port == n)
		return all == 0;
	return is_taken(i, n, port) && !(first && before);
}

static size_t put_row(char *to, int64_t i, uint32_t r)
{
	if (i < 0)
		return (size_t)sprintf(to, "{\"i\":null,\"s\":\"row %u is null\",\"o\":%u}\n", r, r);
	return (size_t)sprintf(to, "{\"i\":%lld,\"s\":\"row %u\",\"o\":%u}\n", (long long)i, r, r);
}

static void many(uint32_t n, int first, uint32_t batch_rows, enum tw_test_mode mode)
{
	char *rows = malloc(ROWS * 80), *want = malloc(ROWS * 80), *config = many_config(n, first);
	int64_t i[ROWS];
	size_t len = 0;
	struct tw_test *t;
	uint32_t r, p;

	for (r = 0; r < ROWS; r++) {
		i[r] = r % 11 == 5 ? -1 : (int64_t)(r * 2654435761u >> 8) % 5000;
		len += put_row(rows + len, i[r], r);
	}
	cr_assert_eq(tw_test_open(route(), config, SCHEMA, &t), 0, "%s", tw_test_error(t));
	cr_assert_eq(tw_test_feed_json(t, rows, batch_rows, mode), 0);
	cr_assert_eq(tw_test_finish(t), 0);
	for (p = 0; p <= n; p++) {
		for (r = 0, len = 0, *want = 0; r < ROWS; r++)
			if (belongs(i[r], n, p, first))
				len += put_row(want + len, i[r], r);
		cr_assert(strcmp(tw_test_rows(t, p), want) == 0, "port %u of %u, first %d, batches of %u, mode %d", p,
			  n, first, batch_rows, (int)mode);
		cr_assert_leq(tw_test_batches(t, p), len ? ROWS : 0, "a batch without rows");
	}
	cr_assert_null(tw_test_port(t, n + 1));
	tw_test_close(t);
	free(config);
	free(want);
	free(rows);
}

Test(route, many_ports, .timeout = 120)
{
	static const uint32_t routes[] = {1, 2, 3, 7, 31, 63}, batch_rows[] = {1, 8, 64, 511, 512};
	uint32_t n, b, m;

	for (n = 0; n < 6; n++)
		for (b = 0; b < 5; b++)
			for (m = 0; m < TW_TEST_MODES; m++) {
				many(routes[n], 1, batch_rows[b], (enum tw_test_mode)m);
				many(routes[n], 0, batch_rows[b], (enum tw_test_mode)m);
			}
}

/* A row without room for the text that an expression makes goes to err and to no port,
 * also if a port before would have it. */
Test(route, rows_over_the_text_limit_go_to_err)
{
	char text[3001], rows[8 * 3100], want[200] = "";
	size_t len = 0;
	struct tw_test *t;
	int k;

	memset(text, 'x', 3000);
	text[3000] = 0;
	for (k = 0; k < 8; k++)
		len += (size_t)sprintf(rows + len, "{\"i\":%d,\"s\":\"%s\",\"o\":%d}\n", k, k % 4 == 3 ? text : "x", k);
	for (k = 0; k < 8; k++)
		if (k % 4 != 3)
			sprintf(want + strlen(want), "{\"i\":%d,\"s\":\"x\",\"o\":%d}\n", k, k);
	cr_assert_eq(tw_test_open(route(), "{\"first\":false,\"routes\":{\"all\":\"true\",\"x\":\"upper(s) = 'X'\"}}",
				  SCHEMA, &t),
		     0);
	tw_test_set(t, "text", 2000);
	cr_assert_eq(tw_test_feed_json(t, rows, 8, TW_TEST_DENSE), 0);
	tw_test_finish(t);
	cr_assert_str_eq(tw_test_rows(t, 0), want);
	cr_assert_str_eq(tw_test_rows(t, 1), want);
	cr_assert_str_eq(tw_test_rows(t, 2), "");
	cr_assert_str_eq(tw_test_errs(t), "{\"reason\":\"text over the limit of the batch\",\"data\":null}\n"
					  "{\"reason\":\"text over the limit of the batch\",\"data\":null}\n");
	tw_test_close(t);
}

/* --- errors --- */

static const struct {
	const char *config, *want;
} wrong[] = {
	{"{\"routes\":{\"a\":\"i > 1\",\"b\":\"s > 1\"}}", "at=/routes/b offset=2: str can't be compared with i64"},
	{"{\"routes\":{\"a\":\"i > 1\",\"b\":\"i + oo\"}}", "at=/routes/b offset=4: there is no column \"oo\""},
	{"{\"routes\":{\"a\":\"i + 1\"}}", "at=/routes/a offset=2: a route takes a bool, not i64"},
	{"{\"routes\":{\"rest\":\"i > 1\"}}", "at=/routes/rest: this is the port of the rows that no expression takes"},
	{"{\"routes\":{\"err\":\"i > 1\"}}", "at=/routes/err: \"err\" is the port of bad rows"},
	{"{\"routes\":{\"A b\":\"i > 1\"}}", "at=/routes/A b: \"A b\" can't name a port"},
	{"{\"routes\":{\"a\":\"i > 1\"},\"else\":\"err\"}", "at=/else: \"err\" is the port of bad rows"},
	{"{\"routes\":{\"a\":\"i > 1\"},\"else\":\"\"}", "at=/else: \"\" can't name a port"},
};

Test(route, says_what_is_wrong)
{
	size_t i;

	for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct tw_test *t;

		cr_assert_lt(tw_test_open(route(), wrong[i].config, SCHEMA, &t), 0, "%s", wrong[i].config);
		cr_assert_not_null(strstr(tw_test_error(t), wrong[i].want), "%s: %s", wrong[i].config,
				   tw_test_error(t));
		tw_test_close(t);
	}
}

Test(route, takes_63_routes)
{
	char *config = many_config(64, 1);
	struct tw_test *t;

	cr_assert_lt(tw_test_open(route(), config, SCHEMA, &t), 0);
	cr_assert_not_null(strstr(tw_test_error(t), "at=/routes: more than 63 routes"), "%s", tw_test_error(t));
	tw_test_close(t);
	free(config);
}
