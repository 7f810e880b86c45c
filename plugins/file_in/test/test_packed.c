/* test_packed.c - compressed files: real gzip and zstd data, whole, joined, cut off and damaged. */
#define _GNU_SOURCE
#include "source.h"

#include <zlib.h>
#include <zstd.h>

#define TEXT 300000u

static char text[TEXT + 1];

static void make_text(void)
{
	uint32_t i;

	seed = SEED;
	for (i = 0; i < TEXT; i++)
		text[i] = any(60) == 0 ? '\n' : (char)('a' + any(4));
	text[TEXT - 1] = '\n';
}

static size_t gzip(char *to, size_t room, const char *from, size_t len)
{
	z_stream z = {0};

	cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (unsigned char *)(uintptr_t)from;
	z.avail_in = (unsigned)len;
	z.next_out = (unsigned char *)to;
	z.avail_out = (unsigned)room;
	cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static size_t zstd(char *to, size_t room, const char *from, size_t len)
{
	const size_t n = ZSTD_compress(to, room, from, len, 3);

	cr_assert_not(ZSTD_isError(n));
	return n;
}

static size_t (*const packers[])(char *, size_t, const char *, size_t) = {gzip, zstd};

/* In members of any size, then whole; with blocks of any size. */
Test(packed, members_and_frames, .init = begin, .fini = end, .timeout = 60)
{
	static char packed[2 * TEXT];
	uint32_t round;

	make_text();
	for (round = 0; round < 24; round++) {
		size_t (*pack)(char *, size_t, const char *, size_t) = packers[round % 2];
		const uint32_t most = round < 4 ? TEXT : 1 + any(TEXT / 3);
		uint32_t at, n;
		char more[64];
		size_t len = 0;
		struct tw_test *t;

		for (at = 0; at < TEXT; at += n) {
			n = 1 + any(most);
			n = round < 4 || n > TEXT - at ? TEXT - at : n;
			len += pack(packed + len, sizeof packed - len, text + at, n);
		}
		write_file("plain.txt", packed, len);
		snprintf(more, sizeof more, ", \"block\": %u", 64 + any(70000));
		t = open_source(in_dir("plain.txt"), more);
		expect_eos(t);
		expect_lines(t, text);
		cr_assert_eq(tw_test_counter(t, "bytes"), TEXT);
		tw_test_close(t);
	}
}

Test(packed, among_plain_files, .init = begin, .fini = end)
{
	char packed[200];
	struct tw_test *t;

	write_file("a", "plain\n", 6);
	write_file("b", packed, gzip(packed, sizeof packed, "in gzip", 7));
	write_file("c", packed, zstd(packed, sizeof packed, "in zstd", 7));
	write_file("d", "\x1f", 1);
	t = open_source(in_dir("*"), "");
	expect_eos(t);
	expect_lines(t, "plain\nin gzip\nin zstd\n\x1f\n");
	tw_test_close(t);
}

/* As tapes and block devices leave it. */
Test(packed, zeros_after_gzip, .init = begin, .fini = end)
{
	static char packed[200000];
	struct tw_test *t;
	const size_t n = gzip(packed, 200, "text\n", 5);

	memset(packed + n, 0, sizeof packed - n);
	write_file("a", packed, sizeof packed);
	t = open_source(in_dir("a"), "");
	expect_eos(t);
	expect_lines(t, "text\n");
	tw_test_close(t);
}

static void expect_bad(const char *data, size_t len, const char *why)
{
	struct tw_test *t;
	char want[300];

	write_file("a", data, len);
	t = open_source(in_dir("a"), "");
	cr_assert_eq(tw_test_run(t, 16), -EBADMSG, "%zu bytes", len);
	snprintf(want, sizeof want, "cannot read %s: %s", in_dir("a"), why);
	cr_assert_not_null(strstr(tw_test_error(t), want), "%s", tw_test_error(t));
	tw_test_close(t);
}

Test(packed, cut_off_anywhere, .init = begin, .fini = end, .timeout = 60)
{
	static char packed[2 * TEXT];
	size_t len, cut;

	make_text();
	len = gzip(packed, sizeof packed, text, TEXT);
	for (cut = 2; cut < len; cut += 1 + cut / 3)
		expect_bad(packed, cut, "its gzip data ends too early: the file is cut off, get it again");
	expect_bad(packed, len - 1, "its gzip data ends too early");
	len = zstd(packed, sizeof packed, text, TEXT);
	for (cut = 4; cut < len; cut += 1 + cut / 3)
		expect_bad(packed, cut, "its zstd data ends too early: the file is cut off, get it again");
	expect_bad(packed, len - 1, "its zstd data ends too early");
}

Test(packed, damaged, .init = begin, .fini = end)
{
	static char packed[2 * TEXT];
	size_t len;

	make_text();
	len = gzip(packed, sizeof packed, text, TEXT);
	packed[len - 6] ^= 1; /* of its checksum */
	expect_bad(packed, len, "its gzip data is damaged (incorrect data check): get the file again");
	packed[len - 6] ^= 1;
	memcpy(packed + len, "garbage", 7);
	expect_bad(packed, len + 7, "its gzip data is damaged (incorrect header check): get the file again");
	len = zstd(packed, sizeof packed, text, TEXT);
	memcpy(packed + len, "garbage", 7);
	expect_bad(packed, len + 7, "its zstd data is damaged (Unknown frame descriptor): get the file again");
}

Test(packed, a_pipe_is_refused, .init = begin, .fini = end)
{
	char packed[200], want[300];
	const size_t n = gzip(packed, sizeof packed, "text\n", 5);
	struct tw_test *t;
	int fd;

	cr_assert_eq(mkfifo(in_dir("p"), 0600), 0);
	t = open_source(in_dir("p"), "");
	fd = open(in_dir("p"), O_WRONLY);
	cr_assert_eq(write(fd, packed, n), (ssize_t)n);
	tw_test_set(t, "wait_ms", 10000);
	cr_assert_eq(tw_test_run(t, 16), -EBADMSG);
	snprintf(want, sizeof want,
		 "cannot read %s: it is a pipe with gzip data: unpack it before, as in `zcat FILE | thalweg ...`",
		 in_dir("p"));
	cr_assert_not_null(strstr(tw_test_error(t), want), "%s", tw_test_error(t));
	tw_test_close(t);
	close(fd);
}
