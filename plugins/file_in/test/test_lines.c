/* test_lines.c - lines cut from pieces of any size against a plain reference. */
#define _GNU_SOURCE
#include "file_in.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define SEED 20260711u
#define TEXT_MAX 3000u

struct found {
	uint32_t n;
	uint64_t too_long;
	bool inside;
	struct {
		uint32_t len;
		char s[TEXT_MAX];
	} line[TEXT_MAX];
};

static uint32_t seed;

static uint32_t any(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)seed * below >> 32);
}

static uint32_t make_text(char *text)
{
	const uint32_t len = any(TEXT_MAX), rare = 1 + any(60);
	uint32_t i;

	for (i = 0; i < len; i++)
		text[i] = any(rare) == 0 ? '\n' : any(20) == 0 ? '\r' : any(25) == 0 ? '"' : (char)('a' + any(26));
	return len;
}

static void add(struct found *f, const char *s, uint32_t len)
{
	f->line[f->n].len = len;
	memcpy(f->line[f->n++].s, s, len);
}

static void reference(const char *text, uint32_t len, uint32_t max_line, bool is_csv, struct found *f)
{
	uint32_t from = 0, i;
	bool inside = false;

	f->n = 0;
	f->too_long = 0;
	for (i = 0; i <= len; i++) {
		uint32_t end = i;

		inside ^= is_csv && i < len && text[i] == '"';
		if (i < len && (text[i] != '\n' || inside))
			continue;
		if (i == len && from == len)
			break;
		if (i < len && end > from && text[end - 1] == '\r')
			end--;
		if (end - from > max_line)
			f->too_long++;
		else
			add(f, text + from, end - from);
		from = i + 1;
	}
	f->inside = inside;
}

/* As the operator does it: the carry before the block. */
static void in_blocks(struct cutter *c, const char *text, uint32_t len, uint32_t block, struct found *f)
{
	static char raw[2 * TEXT_MAX + 64];
	char carry[TEXT_MAX + 1];
	uint32_t carry_len = 0, at, i;
	struct cut_state state = {0};

	f->n = 0;
	f->too_long = 0;
	for (at = 0; at < len || at == 0; at += block) {
		const uint32_t n = len - at < block ? len - at : block;
		uint32_t from;

		memcpy(raw + TEXT_MAX - carry_len, carry, carry_len);
		memcpy(raw + TEXT_MAX, text + at, n);
		cut_begin(c, raw, TEXT_MAX - carry_len, TEXT_MAX, TEXT_MAX + n, state);
		while (!cut_is_over(c)) {
			struct span spans[7];
			const uint32_t k = cut_lines(c, spans, 1 + any(7));

			for (i = 0; i < k; i++)
				add(f, raw + spans[i].off, spans[i].len);
		}
		from = c->line;
		carry_len = cut_rest(c);
		memcpy(carry, raw + from, carry_len);
		if (at + block < len)
			f->too_long += c->n_long;
		state = c->state;
	}
	if (cut_last(c, carry_len))
		add(f, carry, carry_len);
	f->too_long += c->n_long;
	f->inside = state.inside != 0;
}

Test(lines, any_block_gives_the_same, .timeout = 60)
{
	static struct found want, got;
	static char text[TEXT_MAX];
	uint32_t round, i;

	seed = SEED;
	cr_log_info("seed %u\n", SEED);
	for (round = 0; round < 3000; round++) {
		const uint32_t len = make_text(text), block = 1 + any(round % 2 ? 80 : 3000), max_line = 1 + any(100);

		struct cutter c = {.kernels = tw_scan_kernels((enum tw_simd)(round % (tw_simd_machine() + 1))),
				   .max_line = max_line,
				   .is_csv = round / 7 % 2};

		reference(text, len, max_line, c.is_csv, &want);
		in_blocks(&c, text, len, block, &got);
		cr_assert_eq(got.inside, want.inside, "round %u", round);
		cr_assert_eq(got.n, want.n, "round %u block %u max %u: %u lines, not %u", round, block, max_line, got.n,
			     want.n);
		cr_assert_eq(got.too_long, want.too_long, "round %u: %lu too long, not %lu", round,
			     (unsigned long)got.too_long, (unsigned long)want.too_long);
		for (i = 0; i < want.n; i++)
			cr_assert(got.line[i].len == want.line[i].len &&
					  memcmp(got.line[i].s, want.line[i].s, want.line[i].len) == 0,
				  "round %u block %u line %u", round, block, i);
	}
}
