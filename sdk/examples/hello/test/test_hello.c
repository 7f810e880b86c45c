/* test_hello.c - the example operator, and with it the fake host. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <tw_test.h>

static const char rows[] = "{\"name\":\"ada\",\"n\":1}\n"
			   "{\"name\":null,\"n\":2}\n"
			   "{\"name\":\"Zo\\u00eb of the long name\",\"n\":3}\n"
			   "{\"name\":\"\",\"n\":4}\n";

static const char greeted[] = "{\"name\":\"ada\",\"n\":1,\"greeting\":\"hello, ada\"}\n"
			      "{\"name\":null,\"n\":2,\"greeting\":\"hello, \"}\n"
			      "{\"name\":\"Zo\xc3\xab of the long name\",\"n\":3,"
			      "\"greeting\":\"hello, Zo\xc3\xab of the long name\"}\n"
			      "{\"name\":\"\",\"n\":4,\"greeting\":\"hello, \"}\n";

Test(hello, greets_in_batches_of_any_size)
{
	char *got = tw_test_every_way(tw_plugin.kinds[0], NULL, "name:str?,n:i64", rows, 0, 0);

	cr_assert_str_eq(got, greeted);
	free(got);
}

Test(hello, takes_the_field_to_greet_from_the_config)
{
	struct tw_test *t;

	cr_assert_eq(tw_test_open(tw_plugin.kinds[0], "{\"field\":\"who\"}", "who:str", &t), 0, "%s", tw_test_error(t));
	cr_assert_str_eq(tw_test_schema(t, 0), "who:str,greeting:str?");
	cr_assert_eq(tw_test_feed_json(t, "{\"who\":\"bob\"}", 1, TW_TEST_DENSE), 0);
	cr_assert_str_eq(tw_test_rows(t, 0), "{\"who\":\"bob\",\"greeting\":\"hello, bob\"}\n");
	tw_test_close(t);
}

Test(hello, refuses_a_field_that_is_not_there_or_no_text)
{
	struct tw_test *t;

	cr_assert_lt(tw_test_open(tw_plugin.kinds[0], NULL, "n:i64", &t), 0);
	cr_assert_str_eq(tw_test_error(t), "at=/field: the input has no field \"name\"\n");
	tw_test_close(t);
	cr_assert_lt(tw_test_open(tw_plugin.kinds[0], "{\"field\":\"n\"}", "n:i64", &t), 0);
	tw_test_close(t);
}

Test(hello, greeting_is_null_when_there_is_no_room_for_text)
{
	struct tw_test *t;

	cr_assert_eq(tw_test_open(tw_plugin.kinds[0], NULL, "name:str", &t), 0);
	tw_test_set(t, "text", 0);
	cr_assert_eq(tw_test_feed_json(t, "{\"name\":\"bob\"}\n{\"name\":\"archibald\"}", 8, TW_TEST_DENSE), 0);
	cr_assert_str_eq(tw_test_rows(t, 0), "{\"name\":\"bob\",\"greeting\":\"hello, bob\"}\n"
					     "{\"name\":\"archibald\",\"greeting\":null}\n");
	tw_test_close(t);
}
