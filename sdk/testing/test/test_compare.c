/* test_compare.c - comparisons of all types and levels against the operators of C. */
#include "simd.h"

#include <math.h>
#include <thalweg/batch.h>
#include <thalweg/simd/compare.h>

static const uint32_t types[] = {TW_I32, TW_I64, TW_U32, TW_U64, TW_F32, TW_F64, TW_TIMESTAMP, TW_DECIMAL};

/* Mostly small values, that some be equal; also the ends of the types, and NaN. */
static void put(uint32_t type, char *to)
{
	static const int64_t ends[] = {INT64_MIN, INT64_MAX, -1, 0, INT32_MIN, INT32_MAX, UINT32_MAX};
	const uint64_t r = random_bits();
	int64_t v = r % 5 ? (int64_t)(r / 7 % 5) - 2 : ends[r / 7 % 7];
	double d = r % 9 == 0 ? (double)NAN : r % 9 == 1 ? -0.0 : (double)v;
	float f = (float)d;

	if (type == TW_F64)
		memcpy(to, &d, 8);
	else if (type == TW_F32)
		memcpy(to, &f, 4);
	else
		memcpy(to, &v, tw_type_width(type));
}

#define SAY(op, a, b)                                                                                                  \
	((op) == TW_CMP_EQ   ? (a) == (b)                                                                              \
	 : (op) == TW_CMP_NE ? (a) != (b)                                                                              \
	 : (op) == TW_CMP_LT ? (a) < (b)                                                                               \
	 : (op) == TW_CMP_LE ? (a) <= (b)                                                                              \
	 : (op) == TW_CMP_GT ? (a) > (b)                                                                               \
			     : (a) >= (b))

static int want(uint32_t type, int op, const char *a, const char *b)
{
	switch (type) {
	case TW_I32: return SAY(op, *(const int32_t *)(const void *)a, *(const int32_t *)(const void *)b);
	case TW_U32: return SAY(op, *(const uint32_t *)(const void *)a, *(const uint32_t *)(const void *)b);
	case TW_U64: return SAY(op, *(const uint64_t *)(const void *)a, *(const uint64_t *)(const void *)b);
	case TW_F32: return SAY(op, *(const float *)(const void *)a, *(const float *)(const void *)b);
	case TW_F64: return SAY(op, *(const double *)(const void *)a, *(const double *)(const void *)b);
	default: return SAY(op, *(const int64_t *)(const void *)a, *(const int64_t *)(const void *)b);
	}
}

/* value: b is one value, not a column. */
static void check(enum tw_simd level, uint32_t type, int op, size_t n, const char *a, const char *b, int value)
{
	const struct tw_compare *k = tw_compare_kernels(level);
	const size_t w = tw_type_width(type);
	uint64_t bits[4];
	size_t i;

	memset(bits, 0xee, sizeof bits);
	(value ? k->value : k->columns)(type, (enum tw_cmp)op, a, b, n, bits);
	for (i = 0; i < n; i++)
		cr_assert_eq(bits[i / 64] >> i % 64 & 1, (uint64_t)want(type, op, a + i * w, value ? b : b + i * w),
			     "%s: type %s, op %d, row %zu of %zu, value %d", tw_simd_name(level), tw_type_name(type),
			     op, i, n, value);
	if (n % 64)
		cr_assert_eq(bits[n / 64] >> n % 64, 0);
	cr_assert_eq(bits[(n + 63) / 64], 0xeeeeeeeeeeeeeeeeu);
}

Test(compare, numbers_as_c_does)
{
	char *ea = guard_end(), *eb = guard_end(), *ev = guard_end();
	size_t n, i, t;
	int level, op;

	for (n = 0; n <= 130; n++) {
		for (t = 0; t < sizeof types / sizeof *types; t++) {
			const uint32_t w = tw_type_width(types[t]);
			char *a = guarded(ea, n * w), *b = guarded(eb, n * w), *v = guarded(ev, w);

			for (i = 0; i < n; i++) {
				put(types[t], a + i * w);
				put(types[t], b + i * w);
			}
			put(types[t], v);
			for (level = 0; level <= (int)tw_simd_machine(); level++) {
				for (op = TW_CMP_EQ; op <= TW_CMP_GE; op++) {
					check((enum tw_simd)level, types[t], op, n, a, b, 0);
					check((enum tw_simd)level, types[t], op, n, a, v, 1);
				}
			}
		}
	}
	guard_free(ea);
	guard_free(eb);
	guard_free(ev);
}

Test(compare, views_and_heads)
{
	static const char *const texts[] = {"error",
					    "errors",
					    "",
					    "info",
					    "erro",
					    "twelve bytes",
					    "twelve byteS",
					    "twelve bytes and more",
					    "twelve bytes and MORE"};
	char *end = guard_end();
	size_t n, i, c;
	int level;

	for (n = 0; n <= 130; n++) {
		struct tw_view *v = (struct tw_view *)(void *)guarded(end, n * sizeof *v), value;
		const char *of[130];

		for (i = 0; i < n; i++) {
			of[i] = texts[random_bits() % 9];
			tw_view_set(v + i, (uint32_t)(random_bits() % 8), (uint32_t)(i * 3), of[i],
				    (uint32_t)strlen(of[i]));
		}
		for (c = 0; c < 9; c++) {
			tw_view_set(&value, 0, 0, texts[c], (uint32_t)strlen(texts[c]));
			for (level = 0; level <= (int)tw_simd_machine(); level++) {
				const struct tw_compare *k = tw_compare_kernels((enum tw_simd)level);
				uint64_t same[4] = {~0u}, heads[4] = {~0u};

				k->views(v, &value, n, same);
				k->heads(v, &value, n, heads);
				for (i = 0; i < n; i++) {
					const int is_head =
						strlen(of[i]) == strlen(texts[c]) && strncmp(of[i], texts[c], 4) == 0;
					const int is_same = memcmp(v + i, &value, sizeof value) == 0;

					cr_assert_eq(same[i / 64] >> i % 64 & 1, (uint64_t)is_same, "%s %zu/%zu",
						     tw_simd_name((enum tw_simd)level), i, n);
					cr_assert_eq(heads[i / 64] >> i % 64 & 1, (uint64_t)is_head, "%s %zu/%zu",
						     tw_simd_name((enum tw_simd)level), i, n);
				}
				if (n % 64)
					cr_assert_eq((same[n / 64] | heads[n / 64]) >> n % 64, 0);
			}
		}
	}
	guard_free(end);
}
