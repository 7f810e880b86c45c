/* test_null_out.c - every row that counts is counted, none comes out. */
#include <criterion/criterion.h>
#include <tw_test.h>

Test(null_out, counts_rows)
{
	enum tw_test_mode mode;

	for (mode = TW_TEST_DENSE; mode < TW_TEST_MODES; mode++) {
		struct tw_test *t;
		const int err = tw_test_open(tw_plugin.kinds[0], NULL, "n:i64", &t);

		cr_assert_eq(err, 0, "%s", tw_test_error(t));
		cr_assert_eq(tw_test_feed_json(t, "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", 2, mode), 0);
		cr_assert_eq(tw_test_finish(t), 0);
		cr_assert_eq(tw_test_counter(t, "rows"), 3);
		tw_test_close(t);
	}
}
