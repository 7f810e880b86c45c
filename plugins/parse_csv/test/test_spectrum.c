/* test_spectrum.c - the kinds of CSV that readers differ on, one small file each, cut
 * into records as a source does that minds quotes. */
#include <criterion/criterion.h>

#include "help.h"

#define ABC "{\"fields\":{\"a\":\"str\",\"b\":\"str\",\"c\":\"str\"}}"

static const struct {
	const char *name, *config, *file, *rows;
} cases[] = {
	{"comma_in_quotes", ABC, "a,b,c\n\"Ulm, at the Danube\",\"1,5\",x\n",
	 "{\"a\":\"Ulm, at the Danube\",\"b\":\"1,5\",\"c\":\"x\"}\n"},
	{"empty", ABC, "a,b,c\n1,\"\",\"\"\n2,,3\n",
	 "{\"a\":\"1\",\"b\":\"\",\"c\":\"\"}\n{\"a\":\"2\",\"b\":null,\"c\":\"3\"}\n"},
	{"empty_crlf", ABC, "a,b,c\r\n1,\"\",\"\"\r\n2,,3\r\n",
	 "{\"a\":\"1\",\"b\":\"\",\"c\":\"\"}\n{\"a\":\"2\",\"b\":null,\"c\":\"3\"}\n"},
	{"escaped_quotes", ABC, "a,b,c\n1,\"so \"\"called\"\" news\",\"\"\"\"\n\"\"\"q\"\"\",w,e\n",
	 "{\"a\":\"1\",\"b\":\"so \\\"called\\\" "
	 "news\",\"c\":\"\\\"\"}\n{\"a\":\"\\\"q\\\"\",\"b\":\"w\",\"c\":\"e\"}\n"},
	{"json", "{\"fields\":{\"key\":\"i64\",\"doc\":\"str\"}}",
	 "key,doc\n7,\"{\"\"kind\"\": \"\"river\"\", \"\"km\"\": [1, 2.5]}\"\n",
	 "{\"key\":7,\"doc\":\"{\\\"kind\\\": \\\"river\\\", \\\"km\\\": [1, 2.5]}\"}\n"},
	{"location_coordinates", "{\"fields\":{\"id\":\"str\",\"Place\":\"str\"}}",
	 "id,Place\na1,\"47\xc2\xb0 33' 29.5\"\" N, 8\xc2\xb0 13'\"\n",
	 "{\"id\":\"a1\",\"Place\":\"47\xc2\xb0 33' 29.5\\\" N, 8\xc2\xb0 13'\"}\n"},
	{"newlines", ABC, "a,b,c\n1,2,3\n\"once\nupon \n a time\",5,6\n7,8,\"\n\"\n",
	 "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}\n{\"a\":\"once\\nupon \\n a time\",\"b\":\"5\",\"c\":\"6\"}\n"
	 "{\"a\":\"7\",\"b\":\"8\",\"c\":\"\\n\"}\n"},
	{"newlines_crlf", ABC, "a,b,c\r\n1,2,3\r\n\"once\r\nupon\r\n a time\",5,6\r\n",
	 "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}\n{\"a\":\"once\\u000d\\nupon\\u000d\\n a "
	 "time\",\"b\":\"5\",\"c\":\"6\"}\n"},
	{"quotes_and_newlines", "{\"fields\":{\"a\":\"str\",\"b\":\"str\"}}",
	 "a,b\n1,\"say\n\"\"ah\"\"\n, please\"\n2,end\n",
	 "{\"a\":\"1\",\"b\":\"say\\n\\\"ah\\\"\\n, please\"}\n{\"a\":\"2\",\"b\":\"end\"}\n"},
	{"simple", ABC, "a,b,c\n1,2,3\n", "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}\n"},
	{"simple_crlf", ABC, "a,b,c\r\n1,2,3\r\n", "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}\n"},
	{"utf8", ABC, "a,b,c\n1,gr\xc3\xbc\xc3\x9f,3\n4,5,\"\xe6\xb2\xb3, \xf0\x9f\x8c\x8a\"\n",
	 "{\"a\":\"1\",\"b\":\"gr\xc3\xbc\xc3\x9f\",\"c\":\"3\"}\n"
	 "{\"a\":\"4\",\"b\":\"5\",\"c\":\"\xe6\xb2\xb3, \xf0\x9f\x8c\x8a\"}\n"},
};

/* Rows end at newlines outside of quotes, and lose "\r\n". */
static void cut(struct buf *rows, const char *file)
{
	const char *from = file, *p;
	int inside = 0;

	for (p = file; *p; p++) {
		inside ^= *p == '"';
		if (*p != '\n' || inside)
			continue;
		buf_row(rows, from, (size_t)(p - from) - (p[-1] == '\r'));
		from = p + 1;
	}
}

Test(spectrum, is_read_as_meant)
{
	uint32_t i, size;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (size = 1; size <= 8; size += 7) {
			struct buf rows = {0};
			struct tw_test *t;

			cut(&rows, cases[i].file);
			cr_assert_eq(tw_test_open(tw_plugin.kinds[0], cases[i].config, "line:bytes", &t), 0, "%s",
				     tw_test_error(t));
			cr_assert_eq(tw_test_feed_json(t, rows.s, size, TW_TEST_DENSE), 0, "%s", cases[i].name);
			cr_assert_str_eq(tw_test_rows(t, 0), cases[i].rows, "%s: %s%s", cases[i].name,
					 tw_test_rows(t, 0), tw_test_errs(t));
			cr_assert_str_eq(tw_test_errs(t), "", "%s", cases[i].name);
			tw_test_close(t);
			free(rows.s);
		}
	}
}
