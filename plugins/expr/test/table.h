/* table.h - expressions with the value they must have. */
#ifndef EXPR_TEST_TABLE_H
#define EXPR_TEST_TABLE_H

#include "run.h"

#include <criterion/criterion.h>

struct sample {
	const char *expr, *want;
};

static void check(const struct sample *samples, size_t n)
{
	char config[2000], want[400];
	size_t i;

	for (i = 0; i < n; i++) {
		struct tw_test *t;
		int opened;

		set_config(samples[i].expr, config, sizeof config);
		opened = tw_test_open(kind(), config, COLUMNS, &t);
		cr_assert_eq(opened, 0, "%s: %s", samples[i].expr, tw_test_error(t));
		cr_assert_eq(tw_test_feed_json(t, ROW ROW ROW, 3, TW_TEST_DECOYS), 0);
		tw_test_finish(t);
		snprintf(want, sizeof want, "{\"r\":%s}\n{\"r\":%s}\n{\"r\":%s}\n", samples[i].want, samples[i].want,
			 samples[i].want);
		cr_expect(strcmp(tw_test_rows(t, 0), want) == 0, "%s gives %s not %s", samples[i].expr,
			  tw_test_rows(t, 0), samples[i].want);
		cr_expect_str_eq(tw_test_errs(t), "");
		tw_test_close(t);
	}
}

#define CHECK(samples) check(samples, sizeof(samples) / sizeof *(samples))

#endif
