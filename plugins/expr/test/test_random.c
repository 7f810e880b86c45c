/*
 * Random expressions over random rows: the compiled program must give what a slow walk over
 * the parsed tree gives, one row at a time, for every batch size and selection.
 */
#include "slow.h"

#include <thalweg/simd.h>

#define ROWS 70
#define SCHEMA "o:i64,i:i64?,j:i32,u:u64?,w:u32,f:f64?,g:f32,b:bool?,q:bool,s:str?,t:str,ts:timestamp?"
static uint64_t seed;
static struct val table[ROWS][N_COLS];

static uint32_t rnd(uint32_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % n;
}

/* --- random expressions --- */

static char *gen(char *to, char type, int depth);

/* The template's letters i u f b s t are expressions of that type; others stand as they are,
 * and what is between [ and ] too. */
static char *fill(char *to, const char *template, int depth)
{
	for (; *template; template ++) {
		if (*template == '[') {
			for (template ++; *template != ']'; template ++)
				*to++ = *template;
		} else if (*template >= 'a') {
			to = gen(to, *template, depth - 1);
		} else {
			*to++ = *template;
		}
	}
	*to = 0;
	return to;
}

static const char *const leaves_i[] = {
	"[i]", "[j]", "[o]", "[i]", "7", "0", "-1", "[9223372036854775807]", "[3s]", "[cast(null as i64)]", "12"};
static const char *const leaves_u[] = {
	"[u]", "[w]", "[u]", "[cast(3 as u64)]", "[18446744073709551615]", "[cast(0 as u64)]"};
static const char *const leaves_f[] = {"[f]", "[g]", "[f]", "0.0", "1.5", "-2.25", "[1e18]", "[1e300]"};
static const char *const leaves_b[] = {"[b]", "[q]", "[true]", "[false]", "[cast(null as bool)]"};
static const char *const leaves_s[] = {
	"[s]", "[t]", "[s]", "''", "['a']", "['quick']", "['a constant of some length']", "['12']"};
static const char *const leaves_t[] = {"[ts]", "[ts]", "[ts('2026-01-02T03:04:05.5Z')]",
				       "[ts('1969-12-31T23:59:59Z')]"};

static const char *const inner_i[] = {
	"(i + i)",
	"(i - i)",
	"(i * i)",
	"(i [div] i)",
	"(i % i)",
	"-i",
	"[abs](i)",
	"[length](s)",
	"[cast](f [as i64])",
	"[cast](s [as i64])",
	"[cast](u [as i64])",
	"[if](b, i, i)",
	"[coalesce](i, i)",
	"[nullif](i, i)",
	"[least](i, i, i)",
	"[greatest](i, i)",
	"[case when] b [then] i [when] b [then] i [end]",
	"[case when] b [then] i [else] i [end]",
	"[epoch_s](t)",
	"[hour](t)",
	"[minute](t)",
	"[second](t)",
	"[day](t)",
	"[month](t)",
	"[year](t)",
	"(t - t)",
	"[cast](b [as i64])",
	"[cast](t [as i64])",
	"[cast](i [as i32])",
};
static const char *const inner_u[] = {"(u + u)",
				      "(u - u)",
				      "(u * u)",
				      "(u [div] u)",
				      "(u % u)",
				      "[cast](i [as u64])",
				      "[if](b, u, u)",
				      "[coalesce](u, u)",
				      "[least](u, u)",
				      "[greatest](u, u)",
				      "[cast](f [as u64])",
				      "[nullif](u, u)"};
static const char *const inner_f[] = {"(f + f)",          "(f - f)",          "(f * f)",
				      "(f / f)",          "(f % f)",          "(i / i)",
				      "(i + f)",          "(f * u)",          "-f",
				      "[abs](f)",         "[floor](f)",       "[ceil](f)",
				      "[round](f)",       "[sqrt](f)",        "[cast](i [as f64])",
				      "[if](b, f, f)",    "[coalesce](f, f)", "[least](f, f)",
				      "[greatest](f, f)", "[nullif](f, f)"};
static const char *const inner_b[] = {
	"(i = i)",
	"(i <> i)",
	"(i < i)",
	"(i >= i)",
	"(u < u)",
	"(u >= u)",
	"(u = i)",
	"(i < u)",
	"(u <= i)",
	"(f < f)",
	"(f = f)",
	"(f > i)",
	"(f <> u)",
	"(s = s)",
	"(s < s)",
	"(s >= s)",
	"(s <> s)",
	"(t < t)",
	"(t = t)",
	"(b = b)",
	"(b [and] b)",
	"(b [or] b)",
	"([not] b)",
	"(i [is null])",
	"(s [is not null])",
	"(f [is null])",
	"(b [is null])",
	"(i [between] i [and] i)",
	"(s [between] s [and] s)",
	"(i [in] (1, 7, [null], 5))",
	"(i [in] (1, 2, 3, 4, 5, 6, 7, 8, 9, -1))",
	"(s [not in] (['a', 'quick brown fox', 'b']))",
	"(s [in] (['a','b','c','d','e','f','g','quick brown fox jumps','12']))",
	"(f [in] (0.0, 1.5, 7))",
	"(u [in] (0, 3, -1))",
	"(s [like 'q%'])",
	"(s [like '%a%'])",
	"(s [like '_%b_%'])",
	"(s [like] s)",
	"[starts_with](s, s)",
	"[ends_with](s, s)",
	"[contains](s, s)",
	"[if](b, b, b)",
	"[coalesce](b, b)",
	"[nullif](b, b)",
	"[case when] b [then] b [end]",
	"(s [like '%ck'])",
	"[starts_with](s[, 'quick'])",
	"(s = ['quick brown fox jumps'])",
};
static const char *const inner_s[] = {
	"[lower](s)",
	"[upper](s)",
	"[trim](s)",
	"[substr](s, i)",
	"[substr](s, 2, 15)",
	"[substr](s, i, i)",
	"[concat](s, s)",
	"[concat](s, ['-'], s)",
	"[replace](s, ['a'], s)",
	"[replace](s, ['qu'], ['QUU'])",
	"[if](b, s, s)",
	"[coalesce](s, s)",
	"[nullif](s, s)",
	"[least](s, s)",
	"[greatest](s, s)",
	"[case when] b [then] s [when] b [then] s [else] s [end]",
	"[cast](i [as str])",
	"[cast](u [as str])",
	"[cast](b [as str])",
};
static const char *const inner_t[] = {"(t + i)",
				      "(t - i)",
				      "[date_trunc](['minute'], t)",
				      "[date_trunc](['hour'], t)",
				      "[date_trunc](['day'], t)",
				      "[date_trunc](['month'], t)",
				      "[date_trunc](['year'], t)",
				      "[trunc](t, [10s])",
				      "[trunc](t, [o] * i)",
				      "[ts_from_s](i)",
				      "[ts_from_ms](i)",
				      "[if](b, t, t)",
				      "[coalesce](t, t)",
				      "[cast](i [as timestamp])"};

static const struct {
	char type;
	const char *const *leaves, *const *inner;
	uint32_t n_leaves, n_inner;
} kinds[] = {
	{'i', leaves_i, inner_i, sizeof leaves_i / 8, sizeof inner_i / 8},
	{'u', leaves_u, inner_u, sizeof leaves_u / 8, sizeof inner_u / 8},
	{'f', leaves_f, inner_f, sizeof leaves_f / 8, sizeof inner_f / 8},
	{'b', leaves_b, inner_b, sizeof leaves_b / 8, sizeof inner_b / 8},
	{'s', leaves_s, inner_s, sizeof leaves_s / 8, sizeof inner_s / 8},
	{'t', leaves_t, inner_t, sizeof leaves_t / 8, sizeof inner_t / 8},
};

static char *gen(char *to, char type, int depth)
{
	uint32_t k = 0;

	while (kinds[k].type != type)
		k++;
	if (depth <= 0 || rnd(5) == 0)
		return fill(to, kinds[k].leaves[rnd(kinds[k].n_leaves)], depth);
	return fill(to, kinds[k].inner[rnd(kinds[k].n_inner)], depth);
}

/* --- the rows, as JSON --- */

static struct val random_val(uint32_t c)
{
	static const char *const texts[] = {"",        "a",  "b",  "quick brown fox jumps", "quick",
					    " ab ab ", "12", "-7", "abcabcabcabcabc",       "Quick Back"};
	static const int64_t ints[] = {0, 1, 7, -1, 5, 12, INT64_MAX, INT64_MIN, -3, 100};
	static const double reals[] = {0, 1.5, -2.25, 7, 1e18, -1e-3, 2.5, -0.5};
	int nullable = strchr("iufbs", cols[c][0]) && strcmp(cols[c], "t") != 0;

	if (nullable && rnd(4) == 0)
		return null();
	switch (cols[c][0]) {
	case 'i': return number('i', ints[rnd(10)]);
	case 'j': return number('i', (int32_t)ints[rnd(10)]);
	case 'u': return number('u', (int64_t)(rnd(2) ? rnd(9) : INT64_MAX));
	case 'w': return number('u', rnd(9));
	case 'f': return real(reals[rnd(8)]);
	case 'g': return real(rnd(9) * 0.25);
	case 'b':
	case 'q': return boolean((int)rnd(2));
	case 's': return text(texts[rnd(10)]);
	default:
		return c == N_COLS - 1 ? rnd(4) ? number('t', ((int64_t)rnd(4000) - 2000) * 86400000000000 * 20 +
								      (int64_t)rnd(1u << 30) * 90000)
						: null()
				       : text(texts[rnd(10)]);
	}
}

static size_t print(char *to, const struct val *v)
{
	switch (v->t) {
	case 0: return (size_t)sprintf(to, "null");
	case 'u': return (size_t)sprintf(to, "%llu", (unsigned long long)v->n);
	case 'b': return (size_t)sprintf(to, v->n ? "true" : "false");
	case 's': return (size_t)sprintf(to, "\"%s\"", v->s);
	case 'f':
		if (v->f - v->f != 0)
			return (size_t)sprintf(to, v->f != v->f ? "\"nan\"" : v->f > 0 ? "\"inf\"" : "\"-inf\"");
		return (size_t)sprintf(to, "%.17g", v->f);
	default: return (size_t)sprintf(to, "%lld", (long long)v->n);
	}
}

static char *make_rows(void)
{
	static char rows[ROWS * 600];
	size_t n = 0;
	uint32_t r, c;

	for (r = 0; r < ROWS; r++) {
		for (c = 0; c < N_COLS; c++) {
			table[r][c] = c ? random_val(c) : number('i', r);
			n += (size_t)sprintf(rows + n, "%s\"%s\":", c ? "," : "{", cols[c]);
			n += print(rows + n, &table[r][c]);
		}
		n += (size_t)sprintf(rows + n, "}\n");
	}
	return rows;
}

/* --- the comparison --- */

/* What a plan's memory is to the parser; given back after each comparison. */
struct block {
	struct block *next;
	uint64_t pad; /* so that what follows is aligned to 16 */
};

static struct block *blocks;

static void *test_alloc(struct tw_bind *b, size_t bytes)
{
	struct block *k = calloc(1, sizeof *k + bytes);

	(void)b;
	k->next = blocks;
	blocks = k;
	return k + 1;
}

static void free_blocks(void)
{
	struct block *k;

	while ((k = blocks)) {
		blocks = k->next;
		free(k);
	}
}

static struct xp_node *parse(const char *expr)
{
	static const struct tw_bind_host host = {.alloc = test_alloc};
	struct tw_bind b = {.host = &host};
	struct xp_mem mem = {.b = &b};
	struct xp_err err = {0};
	struct xp_node *n = xp_parse(&mem, expr, (uint32_t)strlen(expr), &err);

	cr_assert_not_null(n, "%s: %s", expr, err.what);
	return n;
}

static char *expected(struct xp_node *where, struct xp_node *const set[3])
{
	static char want[ROWS * 6200];
	size_t n = 0;
	uint32_t r, k;

	want[0] = 0;
	for (r = 0; r < ROWS; r++) {
		struct val v = eval(where, table[r]);

		if (!is_true(&v))
			continue;
		n += (size_t)sprintf(want + n, "{\"o\":%u", r);
		for (k = 0; k < 3; k++) {
			v = eval(set[k], table[r]);
			n += (size_t)sprintf(want + n, ",\"r%u\":", k);
			n += print(want + n, &v);
		}
		n += (size_t)sprintf(want + n, "}\n");
	}
	return want;
}

/* The start of the first line that differs. */
static size_t first_difference(const char *a, const char *b)
{
	size_t i, line = 0;

	for (i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '\n')
			line = i + 1;
	return line;
}

static void run(const char *config, const char *rows, const char *want)
{
	static const uint32_t sizes[] = {1, 8, 64, 512};
	uint32_t way = rnd(16);
	uint32_t size = sizes[way / 4], mode = way % 4;
	struct tw_test *t;
	int opened;
	size_t at;

	setenv("THALWEG_SIMD", tw_simd_name((enum tw_simd)rnd(TW_SIMD_AVX512 + 1)), 1);
	size = mode == TW_TEST_SPARSE && size > 64 ? 64 : mode == TW_TEST_DECOYS && size > 256 ? 256 : size;
	opened = tw_test_open(kind(), config, SCHEMA, &t);
	cr_assert_eq(opened, 0, "%s: %s", config, tw_test_error(t));
	cr_assert_eq(tw_test_feed_json(t, rows, size, (enum tw_test_mode)mode), 0);
	tw_test_finish(t);
	cr_assert_str_eq(tw_test_errs(t), "");
	at = first_difference(tw_test_rows(t, 0), want);
	cr_assert(strcmp(tw_test_rows(t, 0), want) == 0, "%s\nbatches of %u, mode %u\n%.300s\nnot\n%.300s", config,
		  size, mode, tw_test_rows(t, 0) + at, want + at);
	tw_test_close(t);
}

static void compare_many(uint64_t first_seed, int times, int depth)
{
	static const char types[] = "iufbst";
	static char where[20000], text_of[3][20000], config[90000];
	struct xp_node *w, *set[3];
	char *rows;
	int i, k;

	seed = first_seed;
	printf("seed %llu\n", (unsigned long long)seed);
	rows = make_rows();
	for (i = 0; i < times; i++) {
		if (i % 50 == 0)
			rows = make_rows();
		gen(where, 'b', i % 3 ? 1 : depth);
		w = parse(where);
		for (k = 0; k < 3; k++) {
			gen(text_of[k], types[rnd(6)], depth);
			set[k] = parse(text_of[k]);
		}
		sprintf(config,
			"{\"where\":\"%s\",\"set\":{\"r0\":\"%s\",\"r1\":\"%s\",\"r2\":\"%s\"},\"keep\":[\"o\",\"r0\","
			"\"r1\",\"r2\"]}",
			where, text_of[0], text_of[1], text_of[2]);
		run(config, rows, expected(w, set));
		free_blocks();
	}
}

Test(expr_random, shallow, .timeout = 240)
{
	compare_many(1, 800, 2);
}

Test(expr_random, deep, .timeout = 240)
{
	compare_many(20260102, 500, 4);
}
