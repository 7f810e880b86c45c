/* test_file_in.c - the source, on real files. */
#define _GNU_SOURCE
#include "source.h"

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
	cr_assert_not_null(
		strstr(tw_test_log(t), "a, line 1: longer than max_line (100 bytes): such lines are left out"));
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
			 "{\"line\":\"a line of file "
			 "%02d\",\"path\":\"%s/f-%02d\"}\n{\"line\":\"last\",\"path\":\"%s/f-%02d\"}\n",
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

Test(file_in, a_row_of_csv_goes_on_within_quotes, .init = begin, .fini = end)
{
	static const char text[] =
		"a,\"one\ntwo \"\"q\"\"\r\n\",b\r\n\nplain,\"\"\n\"a quoted row that is longer than a block of "
		"64 bytes\n\n\"\nlast,\"\n\"";
	static const char want[] = "{\"line\":\"a,\\\"one\\ntwo \\\"\\\"q\\\"\\\"\\u000d\\n\\\",b\"}\n{\"line\":\"\"}\n"
				   "{\"line\":\"plain,\\\"\\\"\"}\n{\"line\":\"\\\"a quoted row that is longer than a "
				   "block of 64 bytes\\n\\n\\\"\"}\n{\"line\":\"last,\\\"\\n\\\"\"}\n";
	uint32_t block;

	write_file("a", text, sizeof text - 1);
	for (block = 64; block < 140; block += 5) {
		char more[64];
		struct tw_test *t;

		snprintf(more, sizeof more, ", \"split\": \"csv\", \"block\": %u", block);
		t = open_source(in_dir("a"), more);
		expect_eos(t);
		cr_assert_str_eq(tw_test_rows(t, 0), want);
		cr_assert_str_eq(tw_test_errs(t), "");
		tw_test_close(t);
	}
}

/* The row is in err; the next file begins outside of quotes. */
Test(file_in, a_quote_that_is_not_closed, .init = begin, .fini = end)
{
	struct tw_test *t;

	write_file("a", "x\ny,\"open\nz\n", 12);
	write_file("b", "\"also\n", 6);
	write_file("c", "fine\n", 5);
	t = open_source(in_dir("*"), ", \"split\": \"csv\"");
	expect_eos(t);
	expect_lines(t, "x\nfine\n");
	cr_assert_str_eq(
		tw_test_errs(t),
		"{\"reason\":\"a quote is not closed at the end of the file\",\"data\":\"y,\\\"open\\nz\\n\"}\n"
		"{\"reason\":\"a quote is not closed at the end of the file\",\"data\":\"\\\"also\\n\"}\n");
	cr_assert_not_null(strstr(tw_test_log(t), "a, row 2: a quote is not closed at the end of the file\n"));
	cr_assert_not_null(strstr(tw_test_log(t), "b, row 1: a quote is not closed at the end of the file\n"));
	tw_test_close(t);
}

/* A quote that is not closed does not take more memory than a long row. */
Test(file_in, a_quoted_row_over_the_limit, .init = begin, .fini = end)
{
	struct tw_test *t;

	write_file("a", "x\n\"0123456789\n0123456789\",y\nz\n\"0123456789\n0123456789\n", 54);
	t = open_source(in_dir("a"), ", \"split\": \"csv\", \"max_line\": 12, \"block\": 64");
	expect_eos(t);
	expect_lines(t, "x\nz\n");
	cr_assert_eq(tw_test_counter(t, "too_long"), 2);
	cr_assert_not_null(strstr(tw_test_log(t), "a, row 2: longer than max_line (12 bytes)"));
	cr_assert_not_null(strstr(tw_test_log(t), "a, row 4: a quote is not closed at the end of the file"));
	tw_test_close(t);
}

static const struct tw_host *fake;
static int64_t least_origin, greatest_origin;

static int note_origin(struct tw_ctx *ctx, uint32_t port, struct tw_batch *b)
{
	least_origin = b->origin_ns < least_origin ? b->origin_ns : least_origin;
	greatest_origin = b->origin_ns > greatest_origin ? b->origin_ns : greatest_origin;
	return fake->emit(ctx, port, b);
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Of every batch, also where a block gives several. */
Test(file_in, the_origin_is_when_it_was_read, .init = begin, .fini = end)
{
	static char text[40000];
	const int64_t before = now_ns();
	struct tw_host host;
	struct tw_test *t;

	memset(text, '\n', sizeof text);
	write_file("a", text, sizeof text);
	t = open_source(in_dir("a"), ", \"block\": 3000");
	fake = tw_test_ctx(t)->host;
	host = *fake;
	host.emit = note_origin;
	tw_test_ctx(t)->host = &host;
	least_origin = INT64_MAX;
	expect_eos(t);
	cr_assert(least_origin >= before && greatest_origin <= now_ns(), "%ld to %ld", (long)least_origin,
		  (long)greatest_origin);
	tw_test_ctx(t)->host = fake;
	tw_test_close(t);
}
