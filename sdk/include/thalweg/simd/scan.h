/*
 * thalweg/simd/scan.h - where in a text a byte is: 64 bytes at a time, as bits.
 *
 * Bit i of bits[k] stands for byte 64 * k + i. A kernel writes (len + 63) / 64 words;
 * bits past the end are 0, and no byte past it is read. Walk them with
 * __builtin_ctzll and `m &= m - 1`.
 */
#ifndef THALWEG_SIMD_SCAN_H
#define THALWEG_SIMD_SCAN_H

#include <stdint.h>
#include <thalweg/simd.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tw_scan {
	/* The bytes equal to c. */
	void (*find)(const char *p, size_t len, char c, uint64_t *bits);

	/* The bytes equal to what[0] or what[1] that lie outside of quotes, what[2]. Two quotes side by side
	 * inside of quotes mean one and change nothing. *inside: all ones if p begins
	 * inside of quotes, else 0; at the end as the next call needs it, for any len. */
	void (*find_unquoted)(const char *p, size_t len, const char *what, uint64_t *inside, uint64_t *bits);
};

/* Each bit becomes the parity of itself and all below: from quotes to what is inside. */
static inline uint64_t tw_prefix_xor(uint64_t m)
{
	m ^= m << 1;
	m ^= m << 2;
	m ^= m << 4;
	m ^= m << 8;
	m ^= m << 16;
	m ^= m << 32;
	return m;
}

/* The bytes of p[0..64) equal to c. */
static inline uint64_t tw_eq64_plain(const char *p, char c)
{
	uint64_t m = 0;
	unsigned i;

	for (i = 0; i < 64; i++)
		m |= (uint64_t)(p[i] == c) << i;
	return m;
}

#if defined(__x86_64__)
static inline uint64_t tw_eq64_base(const char *p, char c)
{
	const __m128i v = _mm_set1_epi8(c);
	uint64_t m = 0;
	unsigned i;

	for (i = 0; i < 64; i += 16) {
		const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + i));

		m |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, v)) << i;
	}
	return m;
}

static inline TW_AVX2 uint64_t tw_eq64_avx2(const char *p, char c)
{
	const __m256i v = _mm256_set1_epi8(c);
	const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)p);
	const __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));

	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, v)) |
	       (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(y, v)) << 32;
}

static inline TW_AVX512 uint64_t tw_eq64_avx512(const char *p, char c)
{
	return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(p), _mm512_set1_epi8(c));
}

static inline TW_AVX2 uint64_t tw_prefix_xor_avx2(uint64_t m)
{
	const __m128i ones = _mm_set1_epi8((char)0xff);

	return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)m), ones, 0));
}
#elif defined(__aarch64__)
static inline uint64_t tw_eq64_base(const char *p, char c)
{
	/* each byte of a vector keeps its bit, then neighbours are added till 8 are one */
	const uint8x16_t v = vdupq_n_u8((uint8_t)c), bit = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201u));
	const uint8_t *u = (const uint8_t *)p;
	uint8x16_t x[4], s;
	unsigned i;

	for (i = 0; i < 4; i++)
		x[i] = vandq_u8(vceqq_u8(vld1q_u8(u + 16 * i), v), bit);
	s = vpaddq_u8(vpaddq_u8(x[0], x[1]), vpaddq_u8(x[2], x[3]));
	return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(s, s)), 0);
}
#endif

typedef uint64_t tw_eq64_fn(const char *p, char c);
typedef uint64_t tw_parity_fn(uint64_t m);

/* The loops. eq and parity are the level's own and inlined. */
static TW_BODY void tw_find_body(const char *p, size_t len, char c, uint64_t *bits, tw_eq64_fn *eq)
{
	char last[64] = {0};
	size_t i;

	for (i = 0; len - 64 * i >= 64; i++)
		bits[i] = eq(p + 64 * i, c);
	if (len % 64 == 0)
		return;
	memcpy(last, p + 64 * i, len % 64);
	bits[i] = eq(last, c) & (((uint64_t)1 << len % 64) - 1);
}

static TW_BODY void tw_unquoted_body(const char *p, size_t len, const char *what, uint64_t *inside, uint64_t *bits,
				     tw_eq64_fn *eq, tw_parity_fn *parity)
{
	const char *q = p;
	char last[64] = {0};
	uint64_t keep = ~(uint64_t)0, in;
	size_t i;

	for (i = 0; 64 * i < len; i++) {
		q = p + 64 * i;
		if (len - 64 * i < 64) {
			memcpy(last, q, len % 64);
			keep = ((uint64_t)1 << len % 64) - 1;
			q = last;
		}
		in = parity(eq(q, what[2]) & keep) ^ *inside;
		*inside = (uint64_t)((int64_t)in >> 63);
		bits[i] = (eq(q, what[0]) | eq(q, what[1])) & ~in & keep;
	}
}

static inline void tw_find_plain(const char *p, size_t len, char c, uint64_t *bits)
{
	tw_find_body(p, len, c, bits, tw_eq64_plain);
}

static inline void tw_unquoted_plain(const char *p, size_t len, const char *what, uint64_t *inside, uint64_t *bits)
{
	tw_unquoted_body(p, len, what, inside, bits, tw_eq64_plain, tw_prefix_xor);
}

#if defined(__x86_64__) || defined(__aarch64__)
static inline void tw_find_base(const char *p, size_t len, char c, uint64_t *bits)
{
	tw_find_body(p, len, c, bits, tw_eq64_base);
}

static inline void tw_unquoted_base(const char *p, size_t len, const char *what, uint64_t *inside, uint64_t *bits)
{
	tw_unquoted_body(p, len, what, inside, bits, tw_eq64_base, tw_prefix_xor);
}
#else
#define tw_find_base tw_find_plain
#define tw_unquoted_base tw_unquoted_plain
#endif

#if defined(__x86_64__)
static inline TW_AVX2 void tw_find_avx2(const char *p, size_t len, char c, uint64_t *bits)
{
	tw_find_body(p, len, c, bits, tw_eq64_avx2);
}

static inline TW_AVX2 void tw_unquoted_avx2(const char *p, size_t len, const char *what, uint64_t *inside,
					    uint64_t *bits)
{
	tw_unquoted_body(p, len, what, inside, bits, tw_eq64_avx2, tw_prefix_xor_avx2);
}

static inline TW_AVX512 void tw_find_avx512(const char *p, size_t len, char c, uint64_t *bits)
{
	tw_find_body(p, len, c, bits, tw_eq64_avx512);
}

static inline TW_AVX512 void tw_unquoted_avx512(const char *p, size_t len, const char *what, uint64_t *inside,
						uint64_t *bits)
{
	tw_unquoted_body(p, len, what, inside, bits, tw_eq64_avx512, tw_prefix_xor_avx2);
}
#endif

/* The kernels of a level. [any] */
static inline const struct tw_scan *tw_scan_kernels(enum tw_simd level)
{
	static const struct tw_scan kernels[] = {
		{tw_find_plain, tw_unquoted_plain},
		{tw_find_base, tw_unquoted_base},
#if defined(__x86_64__)
		{tw_find_avx2, tw_unquoted_avx2},
		{tw_find_avx512, tw_unquoted_avx512},
#endif
	};

	return &kernels[level];
}

#ifdef __cplusplus
}
#endif
#endif
