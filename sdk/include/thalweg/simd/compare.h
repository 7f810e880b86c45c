/*
 * thalweg/simd/compare.h - columns compared: 64 rows at a time, as bits.
 *
 * Bit i of bits[k] stands for row 64 * k + i. A kernel writes (n + 63) / 64 words; bits
 * past the end are 0, and nothing past row n is read. Nulls are not looked at: and the
 * result with the column's own bitmap (select.h). A row that does not count may hold
 * anything; its bit means nothing.
 */
#ifndef THALWEG_SIMD_COMPARE_H
#define THALWEG_SIMD_COMPARE_H

#include <thalweg/simd/scan.h>
#include <thalweg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tw_cmp { TW_CMP_EQ, TW_CMP_NE, TW_CMP_LT, TW_CMP_LE, TW_CMP_GT, TW_CMP_GE };

struct tw_compare {
	/* a[i] op b[i]. type: enum tw_type, of a number, timestamp or decimal. As in C, a
	 * NaN is unequal to all, and neither less nor greater. */
	void (*columns)(uint32_t type, enum tw_cmp op, const void *a, const void *b, size_t n, uint64_t *bits);

	/* a[i] op *value */
	void (*value)(uint32_t type, enum tw_cmp op, const void *a, const void *value, size_t n, uint64_t *bits);

	/* Is v[i] the same 16 bytes as *value? For a text of at most 12 bytes: is it this
	 * text? No buffer is looked into. */
	void (*views)(const struct tw_view *v, const struct tw_view *value, size_t n, uint64_t *bits);

	/* Has v[i] the length and first four bytes of *value? For longer texts, which have
	 * to be compared to the end where this is so. */
	void (*heads)(const struct tw_view *v, const struct tw_view *value, size_t n, uint64_t *bits);
};

/* What the other comparisons are made of, by operands exchanged or bits turned over. */
enum tw_cmp_prim {
	TW_EQ_32,
	TW_LT_I32,
	TW_LT_U32,
	TW_EQ_F32,
	TW_LT_F32,
	TW_LE_F32,
	TW_EQ_64,
	TW_LT_I64,
	TW_LT_U64,
	TW_EQ_F64,
	TW_LT_F64,
	TW_LE_F64
};

struct tw_cmp_plan {
	const char *a, *b;
	size_t step_a, step_b; /* bytes from 64 rows to the next; 0: the same 64 again */
	size_t width;
	uint64_t flip; /* all ones: the bits are to be turned over */
	enum tw_cmp_prim prim;
};

/* d[i] = 1 or 0 for rows 0..n-1. Simple loops, which the compiler makes vectors of. */
static TW_BODY void tw_cmp_bytes(enum tw_cmp_prim prim, const void *a, const void *b, unsigned n, uint8_t *d)
{
	const int32_t *ai = (const int32_t *)a, *bi = (const int32_t *)b;
	const int64_t *al = (const int64_t *)a, *bl = (const int64_t *)b;
	const float *af = (const float *)a, *bf = (const float *)b;
	const double *ad = (const double *)a, *bd = (const double *)b;
	unsigned i;

	switch (prim) {
	case TW_EQ_32:
		for (i = 0; i < n; i++)
			d[i] = ai[i] == bi[i];
		break;
	case TW_LT_I32:
		for (i = 0; i < n; i++)
			d[i] = ai[i] < bi[i];
		break;
	case TW_LT_U32:
		for (i = 0; i < n; i++)
			d[i] = (uint32_t)ai[i] < (uint32_t)bi[i];
		break;
	case TW_EQ_F32:
		for (i = 0; i < n; i++)
			d[i] = af[i] == bf[i];
		break;
	case TW_LT_F32:
		for (i = 0; i < n; i++)
			d[i] = af[i] < bf[i];
		break;
	case TW_LE_F32:
		for (i = 0; i < n; i++)
			d[i] = af[i] <= bf[i];
		break;
	case TW_EQ_64:
		for (i = 0; i < n; i++)
			d[i] = al[i] == bl[i];
		break;
	case TW_LT_I64:
		for (i = 0; i < n; i++)
			d[i] = al[i] < bl[i];
		break;
	case TW_LT_U64:
		for (i = 0; i < n; i++)
			d[i] = (uint64_t)al[i] < (uint64_t)bl[i];
		break;
	case TW_EQ_F64:
		for (i = 0; i < n; i++)
			d[i] = ad[i] == bd[i];
		break;
	case TW_LT_F64:
		for (i = 0; i < n; i++)
			d[i] = ad[i] < bd[i];
		break;
	case TW_LE_F64:
		for (i = 0; i < n; i++)
			d[i] = ad[i] <= bd[i];
		break;
	}
}

/* 64 rows. */
static inline uint64_t tw_cmp64_plain(enum tw_cmp_prim prim, const void *a, const void *b)
{
	uint8_t d[64];

	tw_cmp_bytes(prim, a, b, 64, d);
	return tw_eq64_plain((const char *)d, 1);
}

/* 64 views against one: their first halves, or the whole. */
static TW_BODY uint64_t tw_views64_body(const struct tw_view *v, const struct tw_view *value, int whole,
					uint64_t (*eq)(const char *, char))
{
	uint64_t want[2], have[2];
	uint8_t d[64];
	unsigned i;

	memcpy(want, value, sizeof want);
	for (i = 0; i < 64; i++) {
		memcpy(have, v + i, sizeof have);
		d[i] = have[0] == want[0] && (!whole || have[1] == want[1]);
	}
	return eq((const char *)d, 1);
}

static inline uint64_t tw_views64_plain(const struct tw_view *v, const struct tw_view *value, int whole)
{
	return tw_views64_body(v, value, whole, tw_eq64_plain);
}

#if defined(__x86_64__) || defined(__aarch64__)
static inline uint64_t tw_cmp64_base(enum tw_cmp_prim prim, const void *a, const void *b)
{
	uint8_t d[64];

	tw_cmp_bytes(prim, a, b, 64, d);
	return tw_eq64_base((const char *)d, 1);
}

static inline uint64_t tw_views64_base(const struct tw_view *v, const struct tw_view *value, int whole)
{
	return tw_views64_body(v, value, whole, tw_eq64_base);
}
#endif

#if defined(__x86_64__)
static inline TW_AVX2 __m256i tw_load_avx2(const void *p, unsigned i)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)((const char *)p + 32 * (size_t)i));
}

/* Eight rows of 32 bits. */
static inline TW_AVX2 unsigned tw_cmp8_avx2(enum tw_cmp_prim prim, __m256i a, __m256i b)
{
	const __m256 x = _mm256_castsi256_ps(a), y = _mm256_castsi256_ps(b);
	__m256i m;

	switch (prim) {
	case TW_LT_I32: m = _mm256_cmpgt_epi32(b, a); break;
	case TW_LT_U32: /* the greater one of a and b is not a */
		m = _mm256_andnot_si256(_mm256_cmpeq_epi32(_mm256_max_epu32(a, b), a), _mm256_set1_epi32(-1));
		break;
	case TW_EQ_F32: m = _mm256_castps_si256(_mm256_cmp_ps(x, y, _CMP_EQ_OQ)); break;
	case TW_LT_F32: m = _mm256_castps_si256(_mm256_cmp_ps(x, y, _CMP_LT_OQ)); break;
	case TW_LE_F32: m = _mm256_castps_si256(_mm256_cmp_ps(x, y, _CMP_LE_OQ)); break;
	default: m = _mm256_cmpeq_epi32(a, b); break;
	}
	return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(m));
}

/* Four rows of 64 bits. */
static inline TW_AVX2 unsigned tw_cmp4_avx2(enum tw_cmp_prim prim, __m256i a, __m256i b)
{
	const __m256d x = _mm256_castsi256_pd(a), y = _mm256_castsi256_pd(b);
	const __m256i sign = _mm256_set1_epi64x(INT64_MIN);
	__m256i m;

	switch (prim) {
	case TW_LT_I64: m = _mm256_cmpgt_epi64(b, a); break;
	case TW_LT_U64: m = _mm256_cmpgt_epi64(_mm256_xor_si256(b, sign), _mm256_xor_si256(a, sign)); break;
	case TW_EQ_F64: m = _mm256_castpd_si256(_mm256_cmp_pd(x, y, _CMP_EQ_OQ)); break;
	case TW_LT_F64: m = _mm256_castpd_si256(_mm256_cmp_pd(x, y, _CMP_LT_OQ)); break;
	case TW_LE_F64: m = _mm256_castpd_si256(_mm256_cmp_pd(x, y, _CMP_LE_OQ)); break;
	default: m = _mm256_cmpeq_epi64(a, b); break;
	}
	return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(m));
}

static inline TW_AVX2 uint64_t tw_cmp64_avx2(enum tw_cmp_prim prim, const void *a, const void *b)
{
	uint64_t m = 0;
	unsigned i;

	if (prim < TW_EQ_64)
		for (i = 0; i < 8; i++)
			m |= (uint64_t)tw_cmp8_avx2(prim, tw_load_avx2(a, i), tw_load_avx2(b, i)) << 8 * i;
	else
		for (i = 0; i < 16; i++)
			m |= (uint64_t)tw_cmp4_avx2(prim, tw_load_avx2(a, i), tw_load_avx2(b, i)) << 4 * i;
	return m;
}

/* Two views a vector. Halves of two vectors are sorted into one of first halves and one
 * of second halves; that exchanges rows 1 and 2 of each four. */
static inline TW_AVX2 uint64_t tw_views64_avx2(const struct tw_view *v, const struct tw_view *value, int whole)
{
	const __m256i want = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)value));
	uint64_t m = 0, t;
	unsigned i;

	for (i = 0; i < 16; i++) {
		const __m256i a = _mm256_cmpeq_epi64(tw_load_avx2(v, 2 * i), want);
		const __m256i b = _mm256_cmpeq_epi64(tw_load_avx2(v, 2 * i + 1), want);
		__m256i both = _mm256_unpacklo_epi64(a, b);

		if (whole)
			both = _mm256_and_si256(both, _mm256_unpackhi_epi64(a, b));
		m |= (uint64_t)(unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(both)) << 4 * i;
	}
	t = (m ^ m >> 1) & 0x2222222222222222u;
	return m ^ t ^ t << 1;
}

static inline TW_AVX512 __m512i tw_load_avx512(const void *p, unsigned i)
{
	return _mm512_loadu_si512((const char *)p + 64 * (size_t)i);
}

/* Sixteen rows of 32 bits. */
static inline TW_AVX512 unsigned tw_cmp16_avx512(enum tw_cmp_prim prim, __m512i a, __m512i b)
{
	const __m512 x = _mm512_castsi512_ps(a), y = _mm512_castsi512_ps(b);

	switch (prim) {
	case TW_LT_I32: return _mm512_cmplt_epi32_mask(a, b);
	case TW_LT_U32: return _mm512_cmplt_epu32_mask(a, b);
	case TW_EQ_F32: return _mm512_cmp_ps_mask(x, y, _CMP_EQ_OQ);
	case TW_LT_F32: return _mm512_cmp_ps_mask(x, y, _CMP_LT_OQ);
	case TW_LE_F32: return _mm512_cmp_ps_mask(x, y, _CMP_LE_OQ);
	default: return _mm512_cmpeq_epi32_mask(a, b);
	}
}

/* Eight rows of 64 bits. */
static inline TW_AVX512 unsigned tw_cmp8_avx512(enum tw_cmp_prim prim, __m512i a, __m512i b)
{
	const __m512d x = _mm512_castsi512_pd(a), y = _mm512_castsi512_pd(b);

	switch (prim) {
	case TW_LT_I64: return _mm512_cmplt_epi64_mask(a, b);
	case TW_LT_U64: return _mm512_cmplt_epu64_mask(a, b);
	case TW_EQ_F64: return _mm512_cmp_pd_mask(x, y, _CMP_EQ_OQ);
	case TW_LT_F64: return _mm512_cmp_pd_mask(x, y, _CMP_LT_OQ);
	case TW_LE_F64: return _mm512_cmp_pd_mask(x, y, _CMP_LE_OQ);
	default: return _mm512_cmpeq_epi64_mask(a, b);
	}
}

static inline TW_AVX512 uint64_t tw_cmp64_avx512(enum tw_cmp_prim prim, const void *a, const void *b)
{
	uint64_t m = 0;
	unsigned i;

	if (prim < TW_EQ_64)
		for (i = 0; i < 4; i++)
			m |= (uint64_t)tw_cmp16_avx512(prim, tw_load_avx512(a, i), tw_load_avx512(b, i)) << 16 * i;
	else
		for (i = 0; i < 8; i++)
			m |= (uint64_t)tw_cmp8_avx512(prim, tw_load_avx512(a, i), tw_load_avx512(b, i)) << 8 * i;
	return m;
}

/* Four views a vector, two bits a view. */
static inline TW_AVX512 uint64_t tw_views64_avx512(const struct tw_view *v, const struct tw_view *value, int whole)
{
	const __m512i want = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)value));
	uint64_t half[2] = {0, 0};
	unsigned i;

	for (i = 0; i < 16; i++)
		half[i / 8] |= (uint64_t)_mm512_cmpeq_epi64_mask(tw_load_avx512(v, i), want) << 8 * (i % 8);
	for (i = 0; i < 2; i++)
		half[i] = _pext_u64(whole ? half[i] & half[i] >> 1 : half[i], 0x5555555555555555u);
	return half[0] | half[1] << 32;
}
#endif

/* a op b as one of the primitives. Not (b < a) is a <= b, but for floats with a NaN. */
static TW_BODY struct tw_cmp_plan tw_cmp_plan(uint32_t type, enum tw_cmp op, const void *a, const void *b, int is_value)
{
	/* by enum tw_type */
	static const uint8_t base[] = {0,        TW_EQ_64,  TW_EQ_32,  TW_EQ_64, TW_EQ_32,
				       TW_EQ_64, TW_EQ_F32, TW_EQ_F64, TW_EQ_64, TW_EQ_64};
	const int is_float = type == TW_F32 || type == TW_F64, is_less = op >= TW_CMP_LT;
	const int is_or_equal = op == TW_CMP_LE || op == TW_CMP_GE;
	const int is_unsigned = type == TW_U32 || type == TW_U64;
	int exchange = op >= TW_CMP_GT;
	struct tw_cmp_plan p = {(const char *)a, (const char *)b, 0, 0, 0, 0, TW_EQ_32};

	p.width = tw_type_width(type);
	p.step_a = 64 * p.width;
	p.step_b = is_value ? 0 : p.step_a;
	p.flip = op == TW_CMP_NE || (is_or_equal && !is_float) ? ~(uint64_t)0 : 0;
	exchange ^= is_or_equal && !is_float;
	p.prim = (enum tw_cmp_prim)(base[type] + (!is_less ? 0 : is_float ? 1 + is_or_equal : 1 + is_unsigned));
	if (exchange) {
		p.a = (const char *)b;
		p.b = (const char *)a;
		p.step_b = p.step_a;
		p.step_a = is_value ? 0 : p.step_b;
	}
	return p;
}

static inline int tw_cmp_one(enum tw_cmp_prim prim, const void *a, const void *b)
{
	switch (prim) {
	case TW_EQ_32: return *(const int32_t *)a == *(const int32_t *)b;
	case TW_LT_I32: return *(const int32_t *)a < *(const int32_t *)b;
	case TW_LT_U32: return *(const uint32_t *)a < *(const uint32_t *)b;
	case TW_EQ_F32: return *(const float *)a == *(const float *)b;
	case TW_LT_F32: return *(const float *)a < *(const float *)b;
	case TW_LE_F32: return *(const float *)a <= *(const float *)b;
	case TW_LT_I64: return *(const int64_t *)a < *(const int64_t *)b;
	case TW_LT_U64: return *(const uint64_t *)a < *(const uint64_t *)b;
	case TW_EQ_F64: return *(const double *)a == *(const double *)b;
	case TW_LT_F64: return *(const double *)a < *(const double *)b;
	case TW_LE_F64: return *(const double *)a <= *(const double *)b;
	default: return *(const int64_t *)a == *(const int64_t *)b;
	}
}

/* So few rows are compared one by one: a batch of one must be cheap too. */
#define TW_CMP_FEW 8u

static inline uint64_t tw_cmp_few(const struct tw_cmp_plan *p, size_t n)
{
	uint64_t m = 0;
	size_t i;

	for (i = 0; i < n; i++)
		m |= (uint64_t)tw_cmp_one(p->prim, p->a + i * (p->step_a / 64), p->b + i * (p->step_b / 64)) << i;
	return m;
}

/* The last n < 64 rows. */
static TW_BODY uint64_t tw_cmp_last(const struct tw_cmp_plan *p, size_t n,
				    uint64_t (*word)(enum tw_cmp_prim, const void *, const void *))
{
	uint64_t x[64], y[64], m;

	if (n > TW_CMP_FEW) {
		memset(x, 0, 64 * p->width);
		memset(y, 0, 64 * p->width);
		memcpy(x, p->a, n * p->width);
		memcpy(y, p->b, n * p->width);
		m = word(p->prim, x, y);
	} else {
		m = tw_cmp_few(p, n);
	}
	return (m ^ p->flip) & (((uint64_t)1 << n) - 1);
}

static TW_BODY void tw_columns_body(struct tw_cmp_plan p, size_t n, uint64_t *bits,
				    uint64_t (*word)(enum tw_cmp_prim, const void *, const void *))
{
	for (; n >= 64; n -= 64) {
		*bits++ = word(p.prim, p.a, p.b) ^ p.flip;
		p.a += p.step_a;
		p.b += p.step_b;
	}
	if (n)
		*bits = tw_cmp_last(&p, n, word);
}

/* The value as a column of up to 64 rows, in block; itself where it is not worth it. */
static TW_BODY const void *tw_value_fill(uint64_t *block, size_t width, const void *value, size_t n)
{
	uint64_t w = 0;
	size_t i;

	if (n <= TW_CMP_FEW)
		return value;
	memcpy(&w, value, width);
	w |= width == 4 ? w << 32 : 0;
	n = (n < 64 ? n : 64) * width;
	for (i = 0; 8 * i < n; i++)
		block[i] = w;
	return block;
}

typedef uint64_t tw_views64_fn(const struct tw_view *v, const struct tw_view *value, int whole);

static TW_BODY void tw_views_body(const struct tw_view *v, const struct tw_view *value, size_t n, int whole,
				  uint64_t *bits, tw_views64_fn *word)
{
	uint64_t want[2], have[2], m = 0;
	unsigned i;

	for (; n >= 64; n -= 64, v += 64)
		*bits++ = word(v, value, whole);
	memcpy(want, value, sizeof want);
	for (i = 0; i < n; i++) {
		memcpy(have, v + i, sizeof have);
		m |= (uint64_t)(have[0] == want[0] && (!whole || have[1] == want[1])) << i;
	}
	if (n)
		*bits = m;
}

static inline void tw_columns_plain(uint32_t type, enum tw_cmp op, const void *a, const void *b, size_t n,
				    uint64_t *bits)
{
	tw_columns_body(tw_cmp_plan(type, op, a, b, 0), n, bits, tw_cmp64_plain);
}

static inline void tw_value_plain(uint32_t type, enum tw_cmp op, const void *a, const void *value, size_t n,
				  uint64_t *bits)
{
	uint64_t block[64];

	value = tw_value_fill(block, tw_type_width(type), value, n);
	tw_columns_body(tw_cmp_plan(type, op, a, value, 1), n, bits, tw_cmp64_plain);
}

static inline void tw_views_plain(const struct tw_view *v, const struct tw_view *value, size_t n, uint64_t *bits)
{
	tw_views_body(v, value, n, 1, bits, tw_views64_plain);
}

static inline void tw_heads_plain(const struct tw_view *v, const struct tw_view *value, size_t n, uint64_t *bits)
{
	tw_views_body(v, value, n, 0, bits, tw_views64_plain);
}

#if defined(__x86_64__) || defined(__aarch64__)
static inline void tw_columns_base(uint32_t type, enum tw_cmp op, const void *a, const void *b, size_t n,
				   uint64_t *bits)
{
	tw_columns_body(tw_cmp_plan(type, op, a, b, 0), n, bits, tw_cmp64_base);
}

static inline void tw_value_base(uint32_t type, enum tw_cmp op, const void *a, const void *value, size_t n,
				 uint64_t *bits)
{
	uint64_t block[64];

	value = tw_value_fill(block, tw_type_width(type), value, n);
	tw_columns_body(tw_cmp_plan(type, op, a, value, 1), n, bits, tw_cmp64_base);
}

static inline void tw_views_base(const struct tw_view *v, const struct tw_view *value, size_t n, uint64_t *bits)
{
	tw_views_body(v, value, n, 1, bits, tw_views64_base);
}

static inline void tw_heads_base(const struct tw_view *v, const struct tw_view *value, size_t n, uint64_t *bits)
{
	tw_views_body(v, value, n, 0, bits, tw_views64_base);
}
#else
#define tw_columns_base tw_columns_plain
#define tw_value_base tw_value_plain
#define tw_views_base tw_views_plain
#define tw_heads_base tw_heads_plain
#endif

#if defined(__x86_64__)
static inline TW_AVX2 void tw_columns_avx2(uint32_t type, enum tw_cmp op, const void *a, const void *b, size_t n,
					   uint64_t *bits)
{
	tw_columns_body(tw_cmp_plan(type, op, a, b, 0), n, bits, tw_cmp64_avx2);
}

static inline TW_AVX2 void tw_value_avx2(uint32_t type, enum tw_cmp op, const void *a, const void *value, size_t n,
					 uint64_t *bits)
{
	uint64_t block[64];

	value = tw_value_fill(block, tw_type_width(type), value, n);
	tw_columns_body(tw_cmp_plan(type, op, a, value, 1), n, bits, tw_cmp64_avx2);
}

static inline TW_AVX2 void tw_views_avx2(const struct tw_view *v, const struct tw_view *value, size_t n, uint64_t *bits)
{
	tw_views_body(v, value, n, 1, bits, tw_views64_avx2);
}

static inline TW_AVX2 void tw_heads_avx2(const struct tw_view *v, const struct tw_view *value, size_t n, uint64_t *bits)
{
	tw_views_body(v, value, n, 0, bits, tw_views64_avx2);
}

static inline TW_AVX512 void tw_columns_avx512(uint32_t type, enum tw_cmp op, const void *a, const void *b, size_t n,
					       uint64_t *bits)
{
	tw_columns_body(tw_cmp_plan(type, op, a, b, 0), n, bits, tw_cmp64_avx512);
}

static inline TW_AVX512 void tw_value_avx512(uint32_t type, enum tw_cmp op, const void *a, const void *value, size_t n,
					     uint64_t *bits)
{
	uint64_t block[64];

	value = tw_value_fill(block, tw_type_width(type), value, n);
	tw_columns_body(tw_cmp_plan(type, op, a, value, 1), n, bits, tw_cmp64_avx512);
}

static inline TW_AVX512 void tw_views_avx512(const struct tw_view *v, const struct tw_view *value, size_t n,
					     uint64_t *bits)
{
	tw_views_body(v, value, n, 1, bits, tw_views64_avx512);
}

static inline TW_AVX512 void tw_heads_avx512(const struct tw_view *v, const struct tw_view *value, size_t n,
					     uint64_t *bits)
{
	tw_views_body(v, value, n, 0, bits, tw_views64_avx512);
}
#endif

/* The kernels of a level. [any] */
static inline const struct tw_compare *tw_compare_kernels(enum tw_simd level)
{
	static const struct tw_compare kernels[] = {
		{tw_columns_plain, tw_value_plain, tw_views_plain, tw_heads_plain},
		{tw_columns_base, tw_value_base, tw_views_base, tw_heads_base},
#if defined(__x86_64__)
		{tw_columns_avx2, tw_value_avx2, tw_views_avx2, tw_heads_avx2},
		{tw_columns_avx512, tw_value_avx512, tw_views_avx512, tw_heads_avx512},
#endif
	};

	return &kernels[level];
}

#ifdef __cplusplus
}
#endif
#endif
