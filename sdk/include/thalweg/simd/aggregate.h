/*
 * thalweg/simd/aggregate.h - sum, least, greatest and number of a column's values.
 *
 * Which rows count says a bitmap (select.h makes one of a selection and of nulls): bit
 * i % 64 of bits[i / 64] for row i, those past the end ignored; NULL: all rows.
 *
 * The result is the same on all levels, to the last bit: a sum of floats has eight
 * partial sums, of the rows i % 8, added in a fixed order.
 */
#ifndef THALWEG_SIMD_AGGREGATE_H
#define THALWEG_SIMD_AGGREGATE_H

#include <stdint.h>
#include <thalweg/simd.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tw_total_i64 {
	uint64_t count;
	int64_t high; /* the exact sum is high * 2^32 + low: up to 2^31 rows cannot overflow */
	uint64_t low;
	int64_t least, greatest; /* INT64_MAX and INT64_MIN if no row counts */
};

/* A NaN makes the sum NaN; least and greatest pass over it. Of 0.0 and -0.0, which are
 * equal, either may come out. */
struct tw_total_f64 {
	uint64_t count;
	double sum;
	double least, greatest; /* INFINITY and -INFINITY if no row counts */
};

struct tw_aggregate {
	struct tw_total_i64 (*i64)(const int64_t *v, size_t n, const uint64_t *bits);
	struct tw_total_f64 (*f64)(const double *v, size_t n, const uint64_t *bits);
};

/* The sum, 64 bits of it; 0 if it does not fit. */
static inline int tw_total_sum(const struct tw_total_i64 *t, int64_t *sum)
{
	const int64_t high = t->high + (int64_t)(t->low >> 32);

	*sum = (int64_t)((uint64_t)high << 32 | (t->low & 0xffffffffu));
	return high == (int32_t)high;
}

/* sums[group[i]] += v[i] and counts[group[i]]++ for the rows that count; integers wrap.
 * One level only: rows of one group in one vector would have to wait for each other. */
static inline void tw_group_sum_i64(const int64_t *v, const uint32_t *group, size_t n, const uint64_t *bits,
				    int64_t *sums, uint64_t *counts)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const uint64_t on = bits ? bits[i / 64] >> i % 64 & 1 : 1;

		if (!on)
			continue;
		sums[group[i]] = (int64_t)((uint64_t)sums[group[i]] + (uint64_t)v[i]);
		counts[group[i]]++;
	}
}

static inline void tw_group_sum_f64(const double *v, const uint32_t *group, size_t n, const uint64_t *bits,
				    double *sums, uint64_t *counts)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const uint64_t on = bits ? bits[i / 64] >> i % 64 & 1 : 1;

		if (!on)
			continue;
		sums[group[i]] += v[i];
		counts[group[i]]++;
	}
}

/* Partial results of four rows side by side; two of them are the eight lanes. GCC and
 * clang make of a vector's operators the instructions of the level. */
typedef int64_t tw_lanes_i64 __attribute__((vector_size(32)));
typedef double tw_lanes_f64 __attribute__((vector_size(32)));

struct tw_part_i64 {
	tw_lanes_i64 high, low, least, greatest;
};

struct tw_part_f64 {
	tw_lanes_f64 sum, least, greatest;
};

/* All ones in the lanes whose bit of on is set. */
static TW_BODY void tw_lanes_on(tw_lanes_i64 *counts, uint64_t on)
{
	const tw_lanes_i64 zero = {0}, bit = {1, 2, 4, 8};

	*counts = ((zero + (int64_t)on) & bit) == bit;
}

static TW_BODY void tw_part_i64_add(struct tw_part_i64 *t, const int64_t *v, uint64_t on)
{
	tw_lanes_i64 x, counts, other, less;

	tw_lanes_on(&counts, on);
	memcpy(&x, v, sizeof x);
	x &= counts;
	t->high += x >> 32;
	t->low += x & 0xffffffff;
	other = x | (INT64_MAX & ~counts);
	less = other < t->least;
	t->least = (other & less) | (t->least & ~less);
	other = x | (INT64_MIN & ~counts);
	less = t->greatest < other;
	t->greatest = (other & less) | (t->greatest & ~less);
}

static TW_BODY void tw_part_f64_add(struct tw_part_f64 *t, const double *v, uint64_t on)
{
	const double inf = (double)__builtin_inff();
	const tw_lanes_f64 most = {inf, inf, inf, inf};
	tw_lanes_i64 x, counts, less;
	tw_lanes_f64 other;

	tw_lanes_on(&counts, on);
	memcpy(&x, v, sizeof x);
	x &= counts;
	t->sum += (tw_lanes_f64)x;
	other = (tw_lanes_f64)(x | ((tw_lanes_i64)most & ~counts));
	less = other < t->least;
	t->least = (tw_lanes_f64)(((tw_lanes_i64)other & less) | ((tw_lanes_i64)t->least & ~less));
	other = (tw_lanes_f64)(x | ((tw_lanes_i64)-most & ~counts));
	less = t->greatest < other;
	t->greatest = (tw_lanes_f64)(((tw_lanes_i64)other & less) | ((tw_lanes_i64)t->greatest & ~less));
}

static TW_BODY struct tw_total_i64 tw_total_i64_body(const int64_t *v, size_t n, const uint64_t *bits)
{
	const tw_lanes_i64 zero = {0};
	struct tw_part_i64 a = {zero, zero, zero + INT64_MAX, zero + INT64_MIN}, b = a;
	struct tw_total_i64 r = {0, 0, 0, INT64_MAX, INT64_MIN};
	int64_t last[8] = {0};
	uint64_t on = 0xff;
	size_t i;

	for (i = 0; i < n; i += 8) {
		const int64_t *p = v + i;

		on = bits ? bits[i / 64] >> i % 64 & 0xff : 0xff;
		if (n - i < 8) {
			memcpy(last, p, (n - i) * sizeof *v);
			on &= (1u << (n - i)) - 1;
			p = last;
		}
		r.count += (uint64_t)__builtin_popcountll(on);
		tw_part_i64_add(&a, p, on);
		tw_part_i64_add(&b, p + 4, on >> 4);
	}
	for (i = 0; i < 4; i++) {
		r.high += a.high[i] + b.high[i];
		r.low += (uint64_t)a.low[i] + (uint64_t)b.low[i];
		r.least = a.least[i] < r.least ? a.least[i] : r.least;
		r.least = b.least[i] < r.least ? b.least[i] : r.least;
		r.greatest = a.greatest[i] > r.greatest ? a.greatest[i] : r.greatest;
		r.greatest = b.greatest[i] > r.greatest ? b.greatest[i] : r.greatest;
	}
	return r;
}

static TW_BODY struct tw_total_f64 tw_total_f64_body(const double *v, size_t n, const uint64_t *bits)
{
	const double inf = (double)__builtin_inff();
	const tw_lanes_f64 zero = {0}, most = {inf, inf, inf, inf};
	struct tw_part_f64 a = {zero, most, -most}, b = a;
	struct tw_total_f64 r = {0, 0, inf, -inf};
	double last[8] = {0};
	uint64_t on = 0xff;
	size_t i;

	for (i = 0; i < n; i += 8) {
		const double *p = v + i;

		on = bits ? bits[i / 64] >> i % 64 & 0xff : 0xff;
		if (n - i < 8) {
			memcpy(last, p, (n - i) * sizeof *v);
			on &= (1u << (n - i)) - 1;
			p = last;
		}
		r.count += (uint64_t)__builtin_popcountll(on);
		tw_part_f64_add(&a, p, on);
		tw_part_f64_add(&b, p + 4, on >> 4);
	}
	r.sum = ((a.sum[0] + b.sum[0]) + (a.sum[2] + b.sum[2])) + ((a.sum[1] + b.sum[1]) + (a.sum[3] + b.sum[3]));
	for (i = 0; i < 4; i++) {
		r.least = a.least[i] < r.least ? a.least[i] : r.least;
		r.least = b.least[i] < r.least ? b.least[i] : r.least;
		r.greatest = a.greatest[i] > r.greatest ? a.greatest[i] : r.greatest;
		r.greatest = b.greatest[i] > r.greatest ? b.greatest[i] : r.greatest;
	}
	return r;
}

/* The twin that the others are compared with: row after row, the same partial sums. */
static inline struct tw_total_i64 tw_total_i64_plain(const int64_t *v, size_t n, const uint64_t *bits)
{
	struct tw_total_i64 r = {0, 0, 0, INT64_MAX, INT64_MIN};
	size_t i;

	for (i = 0; i < n; i++) {
		if (bits && !(bits[i / 64] >> i % 64 & 1))
			continue;
		r.count++;
		r.high += v[i] >> 32;
		r.low += (uint64_t)v[i] & 0xffffffffu;
		r.least = v[i] < r.least ? v[i] : r.least;
		r.greatest = v[i] > r.greatest ? v[i] : r.greatest;
	}
	return r;
}

static inline struct tw_total_f64 tw_total_f64_plain(const double *v, size_t n, const uint64_t *bits)
{
	const double inf = (double)__builtin_inff();
	struct tw_total_f64 r = {0, 0, inf, -inf};
	double sum[8] = {0};
	size_t i;

	for (i = 0; i < n; i++) {
		if (bits && !(bits[i / 64] >> i % 64 & 1))
			continue;
		r.count++;
		sum[i % 8] += v[i];
		r.least = v[i] < r.least ? v[i] : r.least;
		r.greatest = v[i] > r.greatest ? v[i] : r.greatest;
	}
	r.sum = ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
	return r;
}

#if defined(__x86_64__)
static inline TW_AVX2 struct tw_total_i64 tw_total_i64_avx2(const int64_t *v, size_t n, const uint64_t *bits)
{
	return tw_total_i64_body(v, n, bits);
}

static inline TW_AVX2 struct tw_total_f64 tw_total_f64_avx2(const double *v, size_t n, const uint64_t *bits)
{
	return tw_total_f64_body(v, n, bits);
}

static inline TW_AVX512 struct tw_total_i64 tw_total_i64_avx512(const int64_t *v, size_t n, const uint64_t *bits)
{
	return tw_total_i64_body(v, n, bits);
}

static inline TW_AVX512 struct tw_total_f64 tw_total_f64_avx512(const double *v, size_t n, const uint64_t *bits)
{
	return tw_total_f64_body(v, n, bits);
}
#endif

/* The kernels of a level. SSE2 compares no 64-bit integers: base is plain. [any] */
static inline const struct tw_aggregate *tw_aggregate_kernels(enum tw_simd level)
{
	static const struct tw_aggregate kernels[] = {
		{tw_total_i64_plain, tw_total_f64_plain},
		{tw_total_i64_plain, tw_total_f64_plain},
#if defined(__x86_64__)
		{tw_total_i64_avx2, tw_total_f64_avx2},
		{tw_total_i64_avx512, tw_total_f64_avx512},
#endif
	};

	return &kernels[level];
}

#ifdef __cplusplus
}
#endif
#endif
