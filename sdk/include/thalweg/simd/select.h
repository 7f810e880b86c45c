/*
 * thalweg/simd/select.h - bits and lists of rows: a bitmap made a selection, a selection
 * narrowed by a bitmap, and nulls.
 *
 * A bitmap here is an array of 64-bit words, bit i % 64 of word i / 64 for row i. A
 * selection is a list of rows, ascending, as in a batch.
 */
#ifndef THALWEG_SIMD_SELECT_H
#define THALWEG_SIMD_SELECT_H

#include <stdint.h>
#include <thalweg/simd.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TW_BITS_WORDS(n) (((n) + 63u) / 64u)

struct tw_selecting {
	/* The rows below n whose bit is set, in `to`, which has room for n. Their number. */
	uint32_t (*rows)(const uint64_t *bits, uint32_t n, uint16_t *to);

	/* Those of the n rows of sel whose bit is set. `to` has room for n and may be sel.
	 * bits: of a batch of `of` rows, at most 512. Their number. */
	uint32_t (*keep)(const uint16_t *sel, uint32_t n, const uint64_t *bits, uint32_t of, uint16_t *to);

	/* Bits that are set in so many words. */
	uint32_t (*count)(const uint64_t *bits, uint32_t words);
};

/* Bits 0..n-1 of a column's bitmap as words, the rest 0; from NULL: all set. [any] */
static inline void tw_bits_load(uint64_t *to, const uint8_t *from, uint32_t n)
{
	const uint32_t full = n / 64, rest = n % 64;
	uint64_t w = 0;
	uint32_t i;

	for (i = 0; i < full; i++) {
		to[i] = ~(uint64_t)0;
		if (from)
			memcpy(to + i, from + 8 * (size_t)i, sizeof *to);
	}
	if (rest == 0)
		return;
	/* put together in a register: a word read right after its bytes were written waits */
	for (i = 0; i < (rest + 7) / 8; i++)
		w |= (uint64_t)(from ? from[8 * (size_t)full + i] : 0xffu) << 8 * i;
	to[full] = w & (((uint64_t)1 << rest) - 1);
}

/* The other way. [any] */
static inline void tw_bits_store(uint8_t *to, const uint64_t *from, uint32_t n)
{
	memcpy(to, from, (n + 7) / 8);
}

/* Eight words are a batch: too few for a call by level. The compiler makes vectors of
 * these loops. d may be a or b. */
static inline void tw_bits_and(uint64_t *d, const uint64_t *a, const uint64_t *b, uint32_t words)
{
	uint32_t i;

	for (i = 0; i < words; i++)
		d[i] = a[i] & b[i];
}

static inline void tw_bits_or(uint64_t *d, const uint64_t *a, const uint64_t *b, uint32_t words)
{
	uint32_t i;

	for (i = 0; i < words; i++)
		d[i] = a[i] | b[i];
}

static inline void tw_bits_and_not(uint64_t *d, const uint64_t *a, const uint64_t *b, uint32_t words)
{
	uint32_t i;

	for (i = 0; i < words; i++)
		d[i] = a[i] & ~b[i];
}

/* A condition that may be null, as SQL has it: bits of the value, and bits that say
 * where there is one. What the value's bit is under a null does not matter. The
 * counterpart of not is to turn the value over and leave ok. d and ok may be a's or b's. */
static inline void tw_bits_sql_and(uint64_t *d, uint64_t *ok, const uint64_t *a, const uint64_t *ok_a,
				   const uint64_t *b, const uint64_t *ok_b, uint32_t words)
{
	uint32_t i;

	for (i = 0; i < words; i++) {
		const uint64_t t = a[i] & ok_a[i] & b[i] & ok_b[i], f = (ok_a[i] & ~a[i]) | (ok_b[i] & ~b[i]);

		d[i] = t;
		ok[i] = t | f;
	}
}

static inline void tw_bits_sql_or(uint64_t *d, uint64_t *ok, const uint64_t *a, const uint64_t *ok_a, const uint64_t *b,
				  const uint64_t *ok_b, uint32_t words)
{
	uint32_t i;

	for (i = 0; i < words; i++) {
		const uint64_t t = (a[i] & ok_a[i]) | (b[i] & ok_b[i]), f = ok_a[i] & ~a[i] & ok_b[i] & ~b[i];

		d[i] = t;
		ok[i] = t | f;
	}
}

/* The bits of a list of rows set, those of the other rows below `of` not. [any] */
static inline void tw_bits_mark(uint64_t *bits, uint32_t of, const uint16_t *sel, uint32_t n)
{
	uint32_t i;

	memset(bits, 0, TW_BITS_WORDS(of) * sizeof *bits);
	for (i = 0; i < n; i++)
		bits[sel[i] / 64] |= (uint64_t)1 << sel[i] % 64;
}

/* Row by row. */
static TW_BODY uint32_t tw_rows_body(const uint64_t *bits, uint32_t n, uint16_t *to)
{
	uint32_t i, k = 0;

	for (i = 0; 64 * i < n; i++) {
		uint64_t m = bits[i];

		if (n - 64 * i < 64)
			m &= ((uint64_t)1 << n % 64) - 1;
		for (; m; m &= m - 1)
			to[k++] = (uint16_t)(64 * i + (uint32_t)__builtin_ctzll(m));
	}
	return k;
}

static TW_BODY uint32_t tw_keep_body(const uint16_t *sel, uint32_t n, const uint64_t *bits, uint16_t *to)
{
	uint32_t i, k = 0;

	for (i = 0; i < n; i++) {
		const uint16_t row = sel[i];

		to[k] = row;
		k += bits[row / 64] >> row % 64 & 1;
	}
	return k;
}

static TW_BODY uint32_t tw_count_body(const uint64_t *bits, uint32_t words)
{
	uint32_t i, k = 0;

	for (i = 0; i < words; i++)
		k += (uint32_t)__builtin_popcountll(bits[i]);
	return k;
}

static inline uint32_t tw_rows_plain(const uint64_t *bits, uint32_t n, uint16_t *to)
{
	return tw_rows_body(bits, n, to);
}

static inline uint32_t tw_keep_plain(const uint16_t *sel, uint32_t n, const uint64_t *bits, uint32_t of, uint16_t *to)
{
	(void)of;
	return tw_keep_body(sel, n, bits, to);
}

static inline uint32_t tw_count_plain(const uint64_t *bits, uint32_t words)
{
	return tw_count_body(bits, words);
}

#if defined(__x86_64__)
/* Eight rows at a time: their numbers as bytes, those of set bits moved together by pext. */
static inline TW_AVX2 uint32_t tw_rows_avx2(const uint64_t *bits, uint32_t n, uint16_t *to)
{
	uint32_t i, k = 0;

	for (i = 0; i + 8 <= n; i += 8) {
		const uint64_t m = bits[i / 64] >> i % 64 & 0xff;
		const uint64_t at = _pext_u64(0x0706050403020100u, _pdep_u64(m, 0x0101010101010101u) * 0xff);
		const __m128i row =
			_mm_add_epi16(_mm_cvtepu8_epi16(_mm_cvtsi64_si128((int64_t)at)), _mm_set1_epi16((int16_t)i));

		/* k <= i: the eight that are written lie below n */
		_mm_storeu_si128((__m128i *)(void *)(to + k), row);
		k += (uint32_t)_mm_popcnt_u64(m);
	}
	for (; i < n; i++) {
		to[k] = (uint16_t)i;
		k += bits[i / 64] >> i % 64 & 1;
	}
	return k;
}

static inline TW_AVX2 uint32_t tw_keep_avx2(const uint16_t *sel, uint32_t n, const uint64_t *bits, uint32_t of,
					    uint16_t *to)
{
	(void)of;
	return tw_keep_body(sel, n, bits, to);
}

static inline TW_AVX2 uint32_t tw_count_avx2(const uint64_t *bits, uint32_t words)
{
	return tw_count_body(bits, words);
}

/* Compressed in a register, then stored: to memory the instruction is slow on Zen 4. */
static inline TW_AVX512 uint32_t tw_rows_avx512(const uint64_t *bits, uint32_t n, uint16_t *to)
{
	__m512i row = _mm512_cvtepu8_epi16(
		_mm256_set_epi64x(0x1f1e1d1c1b1a1918, 0x1716151413121110, 0x0f0e0d0c0b0a0908, 0x0706050403020100));
	uint32_t i, k = 0;

	for (i = 0; i < n; i += 32) {
		uint32_t m = (uint32_t)(bits[i / 64] >> i % 64), got;

		if (n - i < 32)
			m = _bzhi_u32(m, n - i);
		got = (uint32_t)_mm_popcnt_u32(m);
		_mm512_mask_storeu_epi16(to + k, _bzhi_u32(UINT32_MAX, got), _mm512_maskz_compress_epi16(m, row));
		row = _mm512_add_epi16(row, _mm512_set1_epi16(32));
		k += got;
	}
	return k;
}

/* The whole bitmap of 512 rows is one vector: 32 rows look up their words at once. */
static inline TW_AVX512 uint32_t tw_keep_avx512(const uint16_t *sel, uint32_t n, const uint64_t *bits, uint32_t of,
						uint16_t *to)
{
	const __mmask8 words = (__mmask8)_bzhi_u32(0xff, TW_BITS_WORDS(of));
	const __m512i all = _mm512_maskz_loadu_epi64(words, bits), one = _mm512_set1_epi16(1);
	uint32_t i, k = 0, got;

	for (i = 0; i < n; i += 32) {
		const __mmask32 in = n - i < 32 ? _bzhi_u32(UINT32_MAX, n - i) : UINT32_MAX;
		const __m512i row = _mm512_maskz_loadu_epi16(in, sel + i);
		const __m512i word = _mm512_permutexvar_epi16(_mm512_srli_epi16(row, 4), all);
		const __m512i bit = _mm512_srlv_epi16(word, _mm512_and_si512(row, _mm512_set1_epi16(15)));
		const __mmask32 m = _mm512_mask_test_epi16_mask(in, bit, one);

		got = (uint32_t)_mm_popcnt_u32(m);
		_mm512_mask_storeu_epi16(to + k, _bzhi_u32(UINT32_MAX, got), _mm512_maskz_compress_epi16(m, row));
		k += got;
	}
	return k;
}
#endif

/* The kernels of a level. [any] */
static inline const struct tw_selecting *tw_select_kernels(enum tw_simd level)
{
	static const struct tw_selecting kernels[] = {
		{tw_rows_plain, tw_keep_plain, tw_count_plain},
		{tw_rows_plain, tw_keep_plain, tw_count_plain},
#if defined(__x86_64__)
		{tw_rows_avx2, tw_keep_avx2, tw_count_avx2},
		{tw_rows_avx512, tw_keep_avx512, tw_count_avx2},
#endif
	};

	return &kernels[level];
}

#ifdef __cplusplus
}
#endif
#endif
