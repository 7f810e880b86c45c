/* test_outline.c - the outline is the same at each level of instructions, for any bytes. */
#include <criterion/criterion.h>

#include "help.h"
#include "outline.h"

static void compare(char *edge, const char *text, uint32_t len, struct outline *x, struct outline *y)
{
	const char *const p = edge_put(edge, text, len);
	const int want = outline_kernel(TW_SIMD_PLAIN)(x, p, len);
	uint32_t level;

	for (level = TW_SIMD_BASE; level <= (uint32_t)tw_simd_machine(); level++) {
		cr_assert_eq(outline_kernel((enum tw_simd)level)(y, p, len), want, "level %u, %u bytes", level, len);
		if (!want)
			continue;
		cr_assert_eq(x->n, y->n, "level %u, %u bytes", level, len);
		cr_assert_eq(memcmp(x->at, y->at, (x->n + 1) * sizeof *x->at), 0, "level %u, %u bytes", level, len);
		cr_assert_eq(x->n_escapes, y->n_escapes);
		cr_assert_eq(memcmp(x->escapes, y->escapes, x->n_escapes * sizeof *x->escapes), 0);
		cr_assert_eq(x->high_from, y->high_from);
		cr_assert_eq(x->high_to, y->high_to);
	}
}

Test(outline, levels_agree, .timeout = 120)
{
	static const char json[] = "{}[]:,\"\"\"\\\\ \t\n0123-ftnabc.e",
			  odd[] = "\x01\x0c\x1a\x1b\x1d\x3b\x5d\x7f\x80\xbb\xfd\xff";
	char *const edge = edge_new();
	struct outline *x = calloc(2, sizeof *x);
	uint64_t state = 3;
	char text[700];
	uint32_t i, k, n;

	for (i = 0; i < 40000; i++) {
		n = random_below(&state, i % 4 ? 200 : sizeof text);
		for (k = 0; k < n; k++)
			text[k] = random_below(&state, 40) == 0 && i % 3 == 0
					  ? odd[random_below(&state, sizeof odd - 1)]
					  : json[random_below(&state, sizeof json - 1)];
		compare(edge, text, n, x, x + 1);
	}
	free(x);
	edge_free(edge);
}

Test(outline, marks)
{
	static const char text[] = " {\"a\\\"\":[-1, false],\n\"b\":null}";
	struct outline *x = calloc(1, sizeof *x);
	static const uint16_t at[] = {1, 2, 6, 7, 8, 9, 11, 13, 18, 19, 21, 23, 24, 25, 29, 30};
	uint32_t level;

	for (level = 0; level <= (uint32_t)tw_simd_machine(); level++) {
		cr_assert(outline_kernel((enum tw_simd)level)(x, text, sizeof text - 1));
		cr_assert_eq(x->n, 15);
		cr_assert_eq(memcmp(x->at, at, sizeof at), 0);
		cr_assert_eq(memcmp(x->what, "{\"\":[0,t],\"\":n}", 15), 0);
		cr_assert_eq(x->n_escapes, 1);
		cr_assert_eq(x->escapes[0], 4);
	}
	free(x);
}

/* What has no outline. */
Test(outline, none)
{
	struct outline *x = calloc(1, sizeof *x);
	char *many = malloc(OUTLINE_BYTES + 1);
	uint32_t level;

	for (level = 0; level <= (uint32_t)tw_simd_machine(); level++) {
		outline_fn *of = outline_kernel((enum tw_simd)level);

		cr_assert_not(of(x, "\"abc", 4));
		cr_assert_not(of(x, "\"a\nc\"", 5));
		memset(many, ' ', OUTLINE_BYTES + 1);
		cr_assert(of(x, many, OUTLINE_BYTES));
		cr_assert_not(of(x, many, OUTLINE_BYTES + 1));
		memset(many, ',', OUTLINE_MARKS + 1);
		cr_assert(of(x, many, OUTLINE_MARKS));
		cr_assert_not(of(x, many, OUTLINE_MARKS + 1));
		memset(many, '\\', 4 * OUTLINE_ESCAPES);
		many[0] = '"';
		many[2 * OUTLINE_ESCAPES + 1] = '"';
		cr_assert(of(x, many, 2 * OUTLINE_ESCAPES + 2));
		many[2 * OUTLINE_ESCAPES + 1] = '\\';
		many[2 * OUTLINE_ESCAPES + 3] = '"';
		cr_assert_not(of(x, many, 2 * OUTLINE_ESCAPES + 4));
	}
	free(many);
	free(x);
}
