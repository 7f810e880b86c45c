/* test_aggregate.c - totals of all levels against one row at a time. */
#include "simd.h"

#include <math.h>
#include <thalweg/simd/aggregate.h>

static int counts(const uint64_t *bits, size_t i)
{
	return !bits || (bits[i / 64] >> i % 64 & 1);
}

static int64_t random_i64(void)
{
	static const int64_t ends[] = {INT64_MIN, INT64_MAX, -1, 0, INT32_MIN, UINT32_MAX};
	const uint64_t r = random_bits();

	return r % 4 == 0 ? ends[r / 8 % 6] : r % 4 == 1 ? (int64_t)random_bits() : (int64_t)(r % 1000) - 500;
}

static void check_i64(const int64_t *v, size_t n, const uint64_t *bits)
{
	__extension__ __int128 sum = 0, got;
	int64_t least = INT64_MAX, greatest = INT64_MIN, fits;
	uint64_t count = 0;
	size_t i;
	int level;

	for (i = 0; i < n; i++) {
		if (!counts(bits, i))
			continue;
		count++;
		sum += v[i];
		least = v[i] < least ? v[i] : least;
		greatest = v[i] > greatest ? v[i] : greatest;
	}
	for (level = 0; level <= (int)tw_simd_machine(); level++) {
		const struct tw_total_i64 t = tw_aggregate_kernels((enum tw_simd)level)->i64(v, n, bits);
		const int ok = tw_total_sum(&t, &fits);

		got = t.high;
		got = got * 4294967296 + t.low;
		cr_assert_eq(t.count, count);
		cr_assert(got == sum && ok == (sum >= INT64_MIN && sum <= INT64_MAX), "%s, %zu rows",
			  tw_simd_name((enum tw_simd)level), n);
		cr_assert(!ok || fits == sum);
		cr_assert_eq(t.least, least);
		cr_assert_eq(t.greatest, greatest);
	}
}

/* The order that the header promises. */
static void check_f64(const double *v, size_t n, const uint64_t *bits)
{
	double part[8] = {0}, least = INFINITY, greatest = -INFINITY, sum;
	uint64_t count = 0;
	size_t i;
	int level;

	for (i = 0; i < n; i++) {
		if (!counts(bits, i))
			continue;
		count++;
		part[i % 8] += v[i];
		least = v[i] < least ? v[i] : least;
		greatest = v[i] > greatest ? v[i] : greatest;
	}
	sum = ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
	for (level = 0; level <= (int)tw_simd_machine(); level++) {
		const struct tw_total_f64 t = tw_aggregate_kernels((enum tw_simd)level)->f64(v, n, bits);

		cr_assert_eq(t.count, count);
		cr_assert(sum != sum ? t.sum != t.sum : memcmp(&t.sum, &sum, sizeof sum) == 0, "%s, %zu rows: %g, %g",
			  tw_simd_name((enum tw_simd)level), n, t.sum, sum);
		cr_assert(t.least == least && t.greatest == greatest);
	}
}

Test(aggregate, totals)
{
	char *end = guard_end();
	uint64_t bits[3];
	size_t n, i;
	int round;

	for (n = 0; n <= 130; n++) {
		for (round = 0; round < 4; round++) {
			int64_t *v = (int64_t *)(void *)guarded(end, n * 8);

			for (i = 0; i < 3; i++)
				bits[i] = round == 0 ? 0 : random_bits();
			for (i = 0; i < n; i++)
				v[i] = random_i64();
			check_i64(v, n, round == 1 ? NULL : bits);
			for (i = 0; i < n; i++) {
				const double d = (double)random_i64() * 0.001;

				memcpy(v + i, &d, sizeof d);
			}
			if (n && round == 3)
				memcpy(v + random_bits() % n, &(double){(double)NAN}, sizeof(double));
			check_f64((const double *)(const void *)v, n, round == 1 ? NULL : bits);
		}
	}
	guard_free(end);
}

Test(aggregate, sums_by_group)
{
	int64_t v[130], sums[5] = {0}, want[5] = {0};
	double f[130], fsums[5] = {0}, fwant[5] = {0};
	uint64_t counted[5] = {0}, fcounted[5] = {0}, number[5] = {0}, bits[3];
	uint32_t group[130], i;

	for (i = 0; i < 3; i++)
		bits[i] = random_bits();
	for (i = 0; i < 130; i++) {
		v[i] = (int64_t)(random_bits() % 1000) - 500;
		f[i] = (double)v[i] * 0.5;
		group[i] = (uint32_t)(random_bits() % 5);
		if (!counts(bits, i))
			continue;
		want[group[i]] += v[i];
		fwant[group[i]] += f[i];
		number[group[i]]++;
	}
	tw_group_sum_i64(v, group, 130, bits, sums, counted);
	tw_group_sum_f64(f, group, 130, bits, fsums, fcounted);
	cr_assert_eq(memcmp(sums, want, sizeof sums), 0);
	cr_assert_eq(memcmp(fsums, fwant, sizeof fsums), 0);
	cr_assert_eq(memcmp(counted, number, sizeof number), 0);
	cr_assert_eq(memcmp(fcounted, number, sizeof number), 0);
}
