/*
 * thalweg/simd/hash.h - hashes of a column's values.
 *
 * A value is taken as words of 64 bits, and for each word w: h = (h ^ w) * A, h ^= h >> 32.
 * After the last: h *= B, h ^= h >> 29. A number is one word, its bits extended with
 * zeros; a float counts by its bits, so that 0.0 and -0.0 differ. Of a text the first
 * word is its length and first four bytes, then come eight bytes a word, the last filled
 * up with zeros; at least two words. So a view of up to 12 bytes is hashed as it lies.
 *
 * The result is the same on all levels and machines (little-endian) and will stay: it
 * may be stored. Values of one word never collide. It is no defence against keys that
 * were chosen to collide.
 */
#ifndef THALWEG_SIMD_HASH_H
#define THALWEG_SIMD_HASH_H

#include <stdint.h>
#include <thalweg/simd.h>
#include <thalweg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TW_HASH_MUL_A 0x9fb21c651e98df25u
#define TW_HASH_MUL_B 0xd6e8feb86659fd93u

/* h[i] goes in too: a seed at first, then the hash of the columns before. */
struct tw_hashing {
	/* n values of 4 or 8 bytes. */
	void (*fixed)(const void *column, uint32_t width, size_t n, uint64_t *h);

	/* n texts. bufs: where the buffers begin that longer views name, of a batch
	 * tw_at(b, b->bufs[k]). A bit of `bits` that is not set: leave the row alone and
	 * its text unread; NULL: all rows. */
	void (*views)(const struct tw_view *v, size_t n, const char *const *bufs, const uint64_t *bits, uint64_t *h);
};

static TW_BODY uint64_t tw_hash_step(uint64_t h, uint64_t w)
{
	h = (h ^ w) * TW_HASH_MUL_A;
	return h ^ h >> 32;
}

static TW_BODY uint64_t tw_hash_end(uint64_t h)
{
	h *= TW_HASH_MUL_B;
	return h ^ h >> 29;
}

/* A text, wherever it lies. [any] */
static inline uint64_t tw_hash_text(uint64_t h, const char *p, uint32_t len)
{
	uint32_t at = len < 4 ? len : 4, piece;
	uint64_t w = 0;

	memcpy(&w, p, at);
	h = tw_hash_step(h, w << 32 | len);
	do {
		piece = len - at < 8 ? len - at : 8;
		w = 0;
		memcpy(&w, p + at, piece);
		h = tw_hash_step(h, w);
		at += piece;
	} while (at < len);
	return tw_hash_end(h);
}

static TW_BODY void tw_hash_fixed_body(const void *column, uint32_t width, size_t n, uint64_t *h)
{
	const uint32_t *w4 = (const uint32_t *)column;
	const uint64_t *w8 = (const uint64_t *)column;
	size_t i;

	if (width == 8)
		for (i = 0; i < n; i++)
			h[i] = tw_hash_end(tw_hash_step(h[i], w8[i]));
	else
		for (i = 0; i < n; i++)
			h[i] = tw_hash_end(tw_hash_step(h[i], w4[i]));
}

static TW_BODY void tw_hash_views_body(const struct tw_view *v, size_t n, const char *const *bufs, const uint64_t *bits,
				       uint64_t *h)
{
	uint64_t w[2];
	size_t i;

	for (i = 0; i < n; i++) {
		if (bits && !(bits[i / 64] >> i % 64 & 1))
			continue;
		if (v[i].len <= TW_VIEW_INLINE) {
			memcpy(w, v + i, sizeof w);
			h[i] = tw_hash_end(tw_hash_step(tw_hash_step(h[i], w[0]), w[1]));
		} else {
			h[i] = tw_hash_text(h[i], bufs[v[i].u.ref.buf] + v[i].u.ref.off, v[i].len);
		}
	}
}

static inline void tw_hash_fixed_plain(const void *column, uint32_t width, size_t n, uint64_t *h)
{
	tw_hash_fixed_body(column, width, n, h);
}

static inline void tw_hash_views_plain(const struct tw_view *v, size_t n, const char *const *bufs, const uint64_t *bits,
				       uint64_t *h)
{
	tw_hash_views_body(v, n, bufs, bits, h);
}

#if defined(__x86_64__)
static inline TW_AVX2 void tw_hash_fixed_avx2(const void *column, uint32_t width, size_t n, uint64_t *h)
{
	tw_hash_fixed_body(column, width, n, h);
}

/* h * c of eight numbers. */
static inline TW_AVX512 __m512i tw_hash_mul_avx512(__m512i h, uint64_t c)
{
	return _mm512_mullo_epi64(h, _mm512_set1_epi64((int64_t)c));
}

static inline TW_AVX512 void tw_hash_fixed_avx512(const void *column, uint32_t width, size_t n, uint64_t *h)
{
	const char *p = (const char *)column;
	size_t i;

	for (i = 0; i + 8 <= n; i += 8) {
		__m512i x = _mm512_loadu_si512(h + i), w;

		if (width == 8)
			w = _mm512_loadu_si512(p + 8 * i);
		else
			w = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)(p + 4 * i)));
		x = tw_hash_mul_avx512(_mm512_xor_si512(x, w), TW_HASH_MUL_A);
		x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 32));
		x = tw_hash_mul_avx512(x, TW_HASH_MUL_B);
		_mm512_storeu_si512(h + i, _mm512_xor_si512(x, _mm512_srli_epi64(x, 29)));
	}
	tw_hash_fixed_body(p + i * width, width, n - i, h + i);
}

/* Eight views at once if all count and are inline: first halves apart from second ones. */
static inline TW_AVX512 void tw_hash_views_avx512(const struct tw_view *v, size_t n, const char *const *bufs,
						  const uint64_t *bits, uint64_t *h)
{
	const __m512i even = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0), one = _mm512_set1_epi64(1);
	const __m512i lens = _mm512_set1_epi64(UINT32_MAX), most = _mm512_set1_epi64(TW_VIEW_INLINE);
	size_t i;

	for (i = 0; i + 8 <= n; i += 8) {
		const uint64_t on = bits ? bits[i / 64] >> i % 64 & 0xff : 0xff;
		const __m512i a = _mm512_loadu_si512(v + i), b = _mm512_loadu_si512(v + i + 4);
		const __m512i first = _mm512_permutex2var_epi64(a, even, b);
		const __m512i second = _mm512_permutex2var_epi64(a, _mm512_add_epi64(even, one), b);
		__m512i x = _mm512_loadu_si512(h + i);

		if (on != 0xff || _mm512_cmpgt_epu64_mask(_mm512_and_si512(first, lens), most)) {
			tw_hash_views_body(v + i, 8, bufs, &on, h + i);
			continue;
		}
		x = tw_hash_mul_avx512(_mm512_xor_si512(x, first), TW_HASH_MUL_A);
		x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 32));
		x = tw_hash_mul_avx512(_mm512_xor_si512(x, second), TW_HASH_MUL_A);
		x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 32));
		x = tw_hash_mul_avx512(x, TW_HASH_MUL_B);
		_mm512_storeu_si512(h + i, _mm512_xor_si512(x, _mm512_srli_epi64(x, 29)));
	}
	if (i < n) {
		const uint64_t on = bits ? bits[i / 64] >> i % 64 : 0xff;

		tw_hash_views_body(v + i, n - i, bufs, &on, h + i);
	}
}
#endif

/* The kernels of a level. [any] */
static inline const struct tw_hashing *tw_hash_kernels(enum tw_simd level)
{
	static const struct tw_hashing kernels[] = {
		{tw_hash_fixed_plain, tw_hash_views_plain},
		{tw_hash_fixed_plain, tw_hash_views_plain},
#if defined(__x86_64__)
		{tw_hash_fixed_avx2, tw_hash_views_plain},
		{tw_hash_fixed_avx512, tw_hash_views_avx512},
#endif
	};

	return &kernels[level];
}

#ifdef __cplusplus
}
#endif
#endif
