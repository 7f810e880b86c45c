/* marks.c - one loop over 64 bytes at a time, per level of instructions; see marks.h. */
#include "marks.h"

#include <string.h>
#include <thalweg/simd/scan.h>

/* The bytes of p[0..64) that are not ASCII. */
static inline uint64_t high64_plain(const char *p)
{
	uint64_t m = 0;
	unsigned i;

	for (i = 0; i < 64; i++)
		m |= (uint64_t)((unsigned char)p[i] >> 7) << i;
	return m;
}

/* Write the places of the bits behind one another. */
static inline uint16_t *spread_plain(uint16_t *at, uint64_t bits, uint32_t base)
{
	for (; bits; bits &= bits - 1)
		*at++ = (uint16_t)(base + (uint32_t)__builtin_ctzll(bits));
	return at;
}

/* The same, eight at a time, because how many there are is hard to predict. */
static TW_BODY uint16_t *spread_eight(uint16_t *at, uint64_t bits, uint32_t base)
{
	const uint32_t n = (uint32_t)__builtin_popcountll(bits);
	uint32_t i, k;

	for (i = 0; i < n; i += 8) {
		for (k = 0; k < 8; k++) {
			at[i + k] = (uint16_t)(base + (uint32_t)__builtin_ctzll(bits | (uint64_t)1 << 63));
			bits &= bits - 1;
		}
	}
	return at + n;
}

typedef uint64_t eq_fn(const char *p, char c);
typedef uint64_t high_fn(const char *p);
typedef uint16_t *spread_fn(uint16_t *at, uint64_t bits, uint32_t base);

/* The loop; the functions are the level's own and inlined. chars: separator and quote. */
static TW_BODY void find_body(struct marks *m, const char *text, uint32_t len, const char *chars, eq_fn *eq,
			      high_fn *high, spread_fn *spread)
{
	const char separator = chars[0], quote = chars[1];
	const uint64_t quotes = separator == quote ? 0 : ~(uint64_t)0;
	uint64_t any_quote = 0, any_high = 0, keep = ~(uint64_t)0;
	uint16_t *at = m->at;
	char last[64] = {0};
	uint32_t i;

	for (i = 0; i < len; i += 64) {
		const char *p = text + i;

		if (len - i < 64) {
			memcpy(last, p, len - i);
			keep = ((uint64_t)1 << (len - i)) - 1;
			p = last;
		}
		m->separators[i / 64] = eq(p, separator) & keep;
		m->quotes[i / 64] = eq(p, quote) & keep & quotes;
		any_quote |= m->quotes[i / 64];
		any_high |= high(p);
		at = spread(at, m->separators[i / 64], i);
	}
	m->n = (uint32_t)(at - m->at);
	m->has_quotes = any_quote != 0;
	m->has_high = any_high != 0;
}

static void find_plain(struct marks *m, const char *text, uint32_t len, char separator, char quote)
{
	const char chars[] = {separator, quote};

	find_body(m, text, len, chars, tw_eq64_plain, high64_plain, spread_plain);
}

#if defined(__x86_64__)
static inline uint64_t high64_base(const char *p)
{
	uint64_t m = 0;
	unsigned i;

	for (i = 0; i < 64; i += 16)
		m |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)(p + i)))
		     << i;
	return m;
}

static inline TW_AVX2 uint64_t high64_avx2(const char *p)
{
	const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)p);
	const __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));

	return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(x, y));
}

static inline TW_AVX512 uint64_t high64_avx512(const char *p)
{
	return _mm512_movepi8_mask(_mm512_loadu_si512(p));
}

/* All places of 32 bytes in one go. */
static inline TW_AVX512 uint16_t *spread_avx512(uint16_t *at, uint64_t bits, uint32_t base)
{
	const __m512i add = _mm512_set1_epi16((short)base);
	const uint32_t n = (uint32_t)__builtin_popcountll(bits);
	const __m512i places = _mm512_maskz_compress_epi8(
		bits, _mm512_set_epi64(0x3f3e3d3c3b3a3938, 0x3736353433323130, 0x2f2e2d2c2b2a2928, 0x2726252423222120,
				       0x1f1e1d1c1b1a1918, 0x1716151413121110, 0x0f0e0d0c0b0a0908, 0x0706050403020100));

	_mm512_storeu_si512(at, _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_castsi512_si256(places)), add));
	if (n > 32)
		_mm512_storeu_si512(at + 32,
				    _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(places, 1)), add));
	return at + n;
}

static inline TW_AVX2 uint16_t *spread_avx2(uint16_t *at, uint64_t bits, uint32_t base)
{
	return spread_eight(at, bits, base);
}

static TW_AVX2 void find_avx2(struct marks *m, const char *text, uint32_t len, char separator, char quote)
{
	const char chars[] = {separator, quote};

	find_body(m, text, len, chars, tw_eq64_avx2, high64_avx2, spread_avx2);
}

static TW_AVX512 void find_avx512(struct marks *m, const char *text, uint32_t len, char separator, char quote)
{
	const char chars[] = {separator, quote};

	find_body(m, text, len, chars, tw_eq64_avx512, high64_avx512, spread_avx512);
}
#elif defined(__aarch64__)
static inline uint64_t high64_base(const char *p)
{
	const uint8_t *u = (const uint8_t *)p;
	const uint8x16_t x = vorrq_u8(vld1q_u8(u), vld1q_u8(u + 16)), y = vorrq_u8(vld1q_u8(u + 32), vld1q_u8(u + 48));

	return vmaxvq_u8(vorrq_u8(x, y)) >> 7;
}
#endif

#if defined(__x86_64__) || defined(__aarch64__)
static inline uint16_t *spread_base(uint16_t *at, uint64_t bits, uint32_t base)
{
	return spread_eight(at, bits, base);
}

static void find_base(struct marks *m, const char *text, uint32_t len, char separator, char quote)
{
	const char chars[] = {separator, quote};

	find_body(m, text, len, chars, tw_eq64_base, high64_base, spread_base);
}
#endif

marks_find_fn *marks_kernel(enum tw_simd level)
{
	switch (level) {
#if defined(__x86_64__)
	case TW_SIMD_AVX512: return find_avx512;
	case TW_SIMD_AVX2: return find_avx2;
#endif
#if defined(__x86_64__) || defined(__aarch64__)
	case TW_SIMD_BASE: return find_base;
#endif
	default: return find_plain;
	}
}
