/* test_differential.c - random records, good and bad, against a plain reader that takes
 * one byte at a time; at all levels of instructions, in batches of all kinds. */
#include <criterion/criterion.h>

#include "help.h"

#define N_COLUMNS 4
#define N_RECORDS 400

static const char config[] = "{\"fields\":{\"d\":{\"type\":\"str\",\"at\":4},\"n\":{\"type\":\"i64\",\"at\":1},"
			     "\"s\":{\"type\":\"bytes\",\"at\":3},\"f\":{\"type\":\"f64\",\"at\":2}},"
			     "\"header\":[\"w\",\"x\",\"y\",\"z\"]}";

/* A record as the plain reader has it. */
struct plain {
	char text[N_COLUMNS][8192];
	size_t len[N_COLUMNS];
	int is_quoted[N_COLUMNS];
	uint32_t n;
};

/* 0: its quotes are bad. More than N_COLUMNS fields are only counted. */
static int plain_read(struct plain *r, const char *p)
{
	memset(r->len, 0, sizeof r->len);
	memset(r->is_quoted, 0, sizeof r->is_quoted);
	for (r->n = 0;; p++) {
		const uint32_t k = r->n++;
		const int quoted = *p == '"';

		if (quoted)
			p++;
		for (; quoted || (*p && *p != ','); p++) {
			if (!*p || (!quoted && *p == '"'))
				return 0;
			if (*p == '"' && *++p != '"')
				break;
			if (k < N_COLUMNS)
				r->text[k][r->len[k]++] = *p;
		}
		if (*p && *p != ',')
			return 0;
		if (k < N_COLUMNS) {
			r->is_quoted[k] = quoted;
			r->text[k][r->len[k]] = '\0';
		}
		if (!*p)
			return 1;
	}
}

/* The number as the fake host writes it; 0: it is none. Only digits and points are made. */
static int plain_number(char *to, size_t size, const char *text, int whole)
{
	char *end;
	const double f = strtod(text, &end);
	const long long i = strtoll(text, NULL, 10);

	if (!strpbrk(text, "0123456789") || *end || text[strspn(text, "0123456789.-")])
		return 0;
	if (whole && f != (double)i)
		return 0;
	if (whole)
		snprintf(to, size, "%lld", i);
	else
		snprintf(to, size, "%.17g", f);
	return 1;
}

static void want_text(struct buf *b, const struct plain *r, uint32_t k)
{
	if (r->len[k] == 0 && !r->is_quoted[k])
		buf_text(b, "null");
	else
		buf_json(b, r->text[k], r->len[k]);
}

/* The row that should come out, if one should. 1: it did. */
static int want_row(struct buf *b, struct plain *r, const char *record)
{
	char n[64] = "null", f[64] = "null";

	if (!plain_read(r, record) || r->n != N_COLUMNS)
		return 0;
	if ((r->len[0] || r->is_quoted[0]) && !plain_number(n, sizeof n, r->text[0], 1))
		return 0;
	if ((r->len[1] || r->is_quoted[1]) && !plain_number(f, sizeof f, r->text[1], 0))
		return 0;
	buf_text(b, "{\"d\":");
	want_text(b, r, 3);
	buf_text(b, ",\"n\":");
	buf_text(b, n);
	buf_text(b, ",\"s\":");
	want_text(b, r, 2);
	buf_text(b, ",\"f\":");
	buf_text(b, f);
	buf_text(b, "}\n");
	return 1;
}

static void random_field(struct buf *b, uint64_t *seed, int is_number, uint32_t quotes)
{
	static const char *const pieces[] = {"a", "B", ",", "\"\"", "\n", "\xc3\xbc", " ", "0", "some more text"};
	static const char *const plain[] = {"a", "B", "x y", "0", "\xe2\x82\xac", "more", "t", "some more text"};
	const int quoted = random_below(seed, 100) < quotes;
	uint32_t n = random_below(seed, 5), i;
	char digits[32];

	buf_text(b, quoted ? "\"" : "");
	if (is_number) {
		snprintf(digits, sizeof digits, "%s%u", random_below(seed, 8) ? "" : "-",
			 random_below(seed, random_below(seed, 2) ? 1000 : 2000000000));
		buf_text(b, random_below(seed, 6) ? digits : "");
		if (is_number > 1 && random_below(seed, 2)) {
			snprintf(digits, sizeof digits, ".%u", random_below(seed, 1000));
			buf_text(b, digits);
		}
	} else {
		for (i = 0; i < n; i++)
			buf_text(b, quoted ? pieces[random_below(seed, 9)] : plain[random_below(seed, 8)]);
		for (i = random_below(seed, 200) ? 0 : random_below(seed, 400); i; i--)
			buf_text(b, "0123456789");
	}
	buf_text(b, quoted ? "\"" : "");
}

static void random_record(struct buf *b, uint64_t *seed, uint32_t quotes, uint32_t damage)
{
	const uint32_t n = random_below(seed, 40) < damage ? 1 + random_below(seed, 6) : N_COLUMNS;
	uint32_t k, i;

	b->len = 0;
	buf_text(b, "");
	for (k = 0; k < n; k++) {
		buf_text(b, k ? "," : "");
		random_field(b, seed, k == 0 ? 1 : k == 1 ? 2 : 0, quotes);
	}
	if (b->len && random_below(seed, 20) < damage) {
		i = random_below(seed, (uint32_t)b->len);
		if ((unsigned char)b->s[i] < 0x80)
			b->s[i] = "\"\",x"[random_below(seed, 4)];
	}
}

/* Records, and the rows that they should give. */
static void make(struct buf *rows, struct buf *want, uint32_t *n_bad, uint64_t *seed)
{
	static const uint32_t often[] = {0, 5, 50, 100};
	const uint32_t quotes = often[random_below(seed, 4)], damage = random_below(seed, 3);
	struct plain *r = calloc(1, sizeof *r);
	struct buf record = {0};
	uint32_t i;

	for (i = 0; i < N_RECORDS; i++) {
		random_record(&record, seed, quotes, damage);
		buf_row(rows, record.s, record.len);
		if (record.len)
			*n_bad += !want_row(want, r, record.s);
	}
	free(record.s);
	free(r);
}

static uint32_t lines(const char *s)
{
	uint32_t n = 0;

	for (; (s = strchr(s, '\n')); s++)
		n++;
	return n;
}

Test(differential, agrees_with_a_plain_reader_at_all_levels)
{
	static const uint32_t sizes[] = {1, 7, 64, 256, 500};
	const char *const input[] = {"line:bytes", "line:str?"};
	uint64_t seed = 11;
	uint32_t round;
	int level;

	for (round = 0; round < 60; round++) {
		struct buf rows = {0}, want = {0};
		uint32_t n_bad = 0;

		make(&rows, &want, &n_bad, &seed);
		for (level = 0; level_name(level); level++) {
			const enum tw_test_mode mode = (enum tw_test_mode)((round + (uint32_t)level) % TW_TEST_MODES);
			const uint32_t size =
				mode == TW_TEST_SPARSE ? 64 : sizes[round % (mode == TW_TEST_DECOYS ? 4 : 5)];
			struct tw_test *t;

			setenv("THALWEG_SIMD", level_name(level), 1);
			cr_assert_eq(tw_test_open(tw_plugin.kinds[0], config, input[round % 2], &t), 0, "%s",
				     tw_test_error(t));
			cr_assert_eq(tw_test_feed_json(t, rows.s, size, mode), 0);
			cr_assert_str_eq(tw_test_rows(t, 0), want.s ? want.s : "", "%s, round %u", level_name(level),
					 round);
			cr_assert_eq(lines(tw_test_errs(t)), n_bad, "%s, round %u", level_name(level), round);
			tw_test_close(t);
		}
		free(rows.s);
		free(want.s);
	}
	unsetenv("THALWEG_SIMD");
}

/* All batch sizes and selections, with the words of all errors. */
Test(differential, is_the_same_in_every_way)
{
	struct buf rows = {0}, want = {0};
	uint64_t seed = 12;
	uint32_t n_bad = 0;
	char *got;

	while (n_bad < 20)
		make(&rows, &want, &n_bad, &seed);
	got = tw_test_every_way(tw_plugin.kinds[0], config, "line:str", rows.s, 0, 0);
	cr_assert_str_eq(got, want.s);
	free(got);
	free(rows.s);
	free(want.s);
}
