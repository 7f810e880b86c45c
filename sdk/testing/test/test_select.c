/* test_select.c - bitmaps and selections, alike on all levels. */
#include "simd.h"

#include <thalweg/simd/select.h>

static void fill(uint64_t *bits, uint32_t words)
{
	const uint64_t dense = random_bits() % 4;
	uint32_t i;

	for (i = 0; i < words; i++) {
		bits[i] = random_bits();
		bits[i] = dense == 0 ? 0 : dense == 1 ? bits[i] & random_bits() & random_bits() : bits[i];
		bits[i] = dense == 3 ? ~(uint64_t)0 : bits[i];
	}
}

static int bit(const uint64_t *bits, uint32_t i)
{
	return bits[i / 64] >> i % 64 & 1;
}

Test(select, rows_of_bits)
{
	char *eb = guard_end(), *et = guard_end();
	uint32_t n, i, k, got;
	int level;

	for (n = 0; n <= 512; n += n < 130 ? 1 : 17 + n % 3) {
		uint64_t *bits = (uint64_t *)(void *)guarded(eb, TW_BITS_WORDS(n) * 8);
		uint16_t *to = (uint16_t *)(void *)guarded(et, n * 2);

		fill(bits, TW_BITS_WORDS(n));
		for (level = 0; level <= (int)tw_simd_machine(); level++) {
			got = tw_select_kernels((enum tw_simd)level)->rows(bits, n, to);
			for (i = k = 0; i < n; i++)
				if (bit(bits, i))
					cr_assert_eq(to[k++], i, "%s, %u", tw_simd_name((enum tw_simd)level), n);
			cr_assert_eq(got, k, "%s, %u", tw_simd_name((enum tw_simd)level), n);
		}
	}
	guard_free(eb);
	guard_free(et);
}

Test(select, keeps_of_a_selection)
{
	char *eb = guard_end(), *es = guard_end(), *et = guard_end();
	uint32_t of, i, k, n, got;
	int level, in_place;

	for (of = 1; of <= 512; of += of < 130 ? 1 : 19) {
		uint64_t *bits = (uint64_t *)(void *)guarded(eb, TW_BITS_WORDS(of) * 8);
		uint16_t sel[512], want[512], *from, *to;

		fill(bits, TW_BITS_WORDS(of));
		for (i = n = k = 0; i < of; i++) {
			if (random_bits() % 3 == 0)
				continue;
			want[k] = sel[n++] = (uint16_t)i;
			k += (uint32_t)bit(bits, i);
		}
		for (level = 0; level <= (int)tw_simd_machine(); level++) {
			for (in_place = 0; in_place < 2; in_place++) {
				from = (uint16_t *)(void *)guarded(es, n * 2u);
				to = in_place ? from : (uint16_t *)(void *)guarded(et, n * 2u);
				memcpy(from, sel, n * 2u);
				got = tw_select_kernels((enum tw_simd)level)->keep(from, n, bits, of, to);
				cr_assert_eq(got, k, "%s, %u", tw_simd_name((enum tw_simd)level), of);
				cr_assert_eq(memcmp(to, want, k * 2u), 0, "%s, %u", tw_simd_name((enum tw_simd)level),
					     of);
			}
		}
	}
	guard_free(eb);
	guard_free(es);
	guard_free(et);
}

Test(select, counts_and_marks)
{
	uint64_t bits[8], marked[8];
	uint16_t sel[512];
	uint32_t words, i, k, n;
	int level, round;

	for (round = 0; round < 200; round++) {
		words = (uint32_t)(random_bits() % 9);
		fill(bits, words);
		for (i = k = 0; i < words * 64; i++)
			k += (uint32_t)bit(bits, i);
		for (level = 0; level <= (int)tw_simd_machine(); level++)
			cr_assert_eq(tw_select_kernels((enum tw_simd)level)->count(bits, words), k);
		n = tw_select_kernels(TW_SIMD_PLAIN)->rows(bits, words * 64, sel);
		tw_bits_mark(marked, words * 64, sel, n);
		cr_assert_eq(memcmp(bits, marked, words * 8), 0);
	}
}

/* All nine pairs of true, false and null are in random words many times. */
Test(select, logic_with_nulls)
{
	enum { F, T, N };
	uint64_t a[8], b[8], oka[8], okb[8], d[8], ok[8], e[8], oke[8];
	uint32_t i;

	for (i = 0; i < 8; i++) {
		a[i] = random_bits();
		b[i] = random_bits();
		oka[i] = random_bits();
		okb[i] = random_bits();
	}
	tw_bits_sql_and(d, ok, a, oka, b, okb, 8);
	tw_bits_sql_or(e, oke, a, oka, b, okb, 8);
	for (i = 0; i < 512; i++) {
		const int x = bit(oka, i) ? bit(a, i) : N, y = bit(okb, i) ? bit(b, i) : N;
		const int and = x == F || y == F ? F : x == N || y == N ? N : T;
		const int or = x == T || y == T ? T : x == N || y == N ? N : F;

		cr_assert_eq(bit(ok, i) ? bit(d, i) : N, and);
		cr_assert_eq(bit(oke, i) ? bit(e, i) : N, or);
	}
}

Test(select, words_of_a_bitmap)
{
	char *end = guard_end();
	uint32_t n, i;

	for (n = 1; n <= 130; n++) {
		uint8_t *bytes = (uint8_t *)guarded(end, (n + 7) / 8), back[24];
		uint64_t bits[3] = {0}, rest = n % 64 ? ~(uint64_t)0 << n % 64 : 0;

		for (i = 0; i < (n + 7) / 8; i++)
			bytes[i] = (uint8_t)random_bits();
		tw_bits_load(bits, bytes, n);
		for (i = 0; i < n; i++)
			cr_assert_eq(bit(bits, i), bytes[i / 8] >> i % 8 & 1);
		cr_assert_eq(bits[(n - 1) / 64] & rest, 0);
		tw_bits_store(back, bits, n);
		tw_bits_load(bits, back, n);
		cr_assert_eq(bits[0] & 1, bytes[0] & 1u);
		tw_bits_load(bits, NULL, n);
		cr_assert_eq(bits[(n - 1) / 64], ~rest);
	}
	guard_free(end);
}
