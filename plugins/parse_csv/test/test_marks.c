/* test_marks.c - each level's kernel against the plain definition, on random text that
 * lies before a page that cannot be read. */
#include <criterion/criterion.h>

#include "help.h"

#include <sys/mman.h>

#define PAGE 4096u

static char *edge_new(void)
{
	char *p = mmap(NULL, WINDOW + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + WINDOW, PAGE, PROT_NONE) != 0)
		abort();
	return p + WINDOW;
}

static void check(const struct marks *m, const char *text, uint32_t len, char separator, char quote, const char *level)
{
	uint32_t i, n = 0, quotes = 0, high = 0;

	for (i = 0; i < len; i++) {
		const int is_quote = quote != separator && text[i] == quote;

		cr_assert_eq(m->separators[i / 64] >> i % 64 & 1, text[i] == separator, "%s: %u", level, i);
		cr_assert_eq(m->quotes[i / 64] >> i % 64 & 1, (uint64_t)is_quote, "%s: %u", level, i);
		if (text[i] == separator)
			cr_assert_eq(m->at[n++], i, "%s: %u", level, i);
		quotes |= (uint32_t)is_quote;
		high |= (unsigned char)text[i] >> 7;
	}
	cr_assert_eq(m->n, n);
	cr_assert_eq(m->has_quotes, quotes);
	cr_assert_eq(m->has_high, high);
	for (i = len; i % 64; i++)
		cr_assert_eq((m->separators[i / 64] | m->quotes[i / 64]) >> i % 64, 0);
}

Test(marks, agree_with_their_definition_at_all_levels)
{
	static struct marks m;
	char *const edge = edge_new();
	uint64_t seed = 7;
	uint32_t round, i;
	int level;

	for (round = 0; round < 600; round++) {
		const uint32_t len = round < 200 ? round : round < 220 ? WINDOW : random_below(&seed, 3000);
		const uint32_t rare = round % 3 == 0 ? 1 : round % 3 == 1 ? 6 : 60;
		const char *alphabet = round % 5 ? ",\"ab\xc3" : ",,,,";
		const char quote = round % 7 ? '"' : ',';
		char *text = edge - len;

		for (i = 0; i < len; i++)
			text[i] = random_below(&seed, rare) ? 'x' : alphabet[random_below(&seed, 3 + round % 2)];
		for (level = 0; level_name(level); level++) {
			memset(&m, 0xdb, sizeof m);
			marks_kernel((enum tw_simd)level)(&m, text, len, ',', quote);
			check(&m, text, len, ',', quote, level_name(level));
		}
	}
	munmap(edge - WINDOW, WINDOW + PAGE);
}

Test(marks, know_where_quotes_are)
{
	static struct marks m;
	uint64_t seed = 9;
	char text[400];
	uint32_t i, k, from, to, want;

	for (i = 0; i < 20000; i++) {
		memset(text, 'x', sizeof text);
		for (k = random_below(&seed, 3); k; k--)
			text[random_below(&seed, sizeof text)] = '"';
		marks_kernel(TW_SIMD_PLAIN)(&m, text, sizeof text, ',', '"');
		from = random_below(&seed, sizeof text);
		to = from + random_below(&seed, (uint32_t)sizeof text - from + 1);
		want = to > from && memchr(text + from, '"', to - from) != NULL;
		cr_assert_eq((uint32_t)marks_quoted(&m, from, to), want, "%u..%u", from, to);
	}
}
