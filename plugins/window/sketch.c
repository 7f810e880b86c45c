/* sketch.c - buckets and quantiles; see sketch.h. */
#include "sketch.h"

#include <string.h>

#define COUNTS(len) ((len) / 4u - 2u)
#define LEAST_BYTES 64u

/*
 * The stand-in for log2 between two powers of two: P(s) = A s^3 + B s^2 + C s, s the
 * mantissa - 1. P(0) = 0 and P(1) = 1, so that octaves join. Buckets are widest where
 * P'(s) (1 + s) is least; a cubic can have it 10/7 at least (at s = 0 and 2/3),
 * against 1 / ln 2 of the logarithm.
 */
#define CUBIC_A (6.0 / 35)
#define CUBIC_B (-3.0 / 5)
#define CUBIC_C (10.0 / 7)

static double cubic(double s)
{
	return ((CUBIC_A * s + CUBIC_B) * s + CUBIC_C) * s;
}

/* s in 0..1 with cubic(s) = y in 0..1: Newton's way; the slope is 26/35 at least. */
static double cubic_inverse(double y)
{
	double s = y;
	int i;

	for (i = 0; i < 8; i++)
		s -= (cubic(s) - y) / ((3 * CUBIC_A * s + 2 * CUBIC_B) * s + CUBIC_C);
	return s;
}

/* ln x for x > 1 not far from it, by the series of 2 artanh. */
static double natural_log(double x)
{
	const double z = (x - 1) / (x + 1);
	double term = z, sum = 0;
	int i;

	for (i = 1; i < 200; i += 2) {
		sum += term / i;
		term *= z * z;
	}
	return 2 * sum;
}

struct sketch_scale sketch_scale(double accuracy)
{
	/* A hair narrower than allowed, for what rounding may add. */
	const double gamma = (1 + accuracy) / (1 - accuracy) * (1 - 1e-9);

	return (struct sketch_scale){1 / (CUBIC_C * natural_log(gamma))};
}

int32_t sketch_bucket(const struct sketch_scale *s, double v)
{
	uint64_t bits;
	double mantissa, y;
	int32_t whole;

	if (v > SKETCH_GREATEST)
		v = SKETCH_GREATEST;
	memcpy(&bits, &v, sizeof bits);
	y = (double)((int)(bits >> 52) - 1023);
	bits = (bits & 0xfffffffffffffu) | 0x3ff0000000000000u;
	memcpy(&mantissa, &bits, sizeof mantissa);
	y = (y + cubic(mantissa - 1)) * s->per_octave;
	whole = (int32_t)y;
	return whole - (y < whole);
}

/* The value at which `y` buckets are below, counted from 1. */
static double bound(const struct sketch_scale *s, double y)
{
	int32_t e = (int32_t)(y / s->per_octave);
	double power, octaves = y / s->per_octave;
	uint64_t bits;

	e -= octaves < e;
	bits = (uint64_t)(e + 1023) << 52;
	memcpy(&power, &bits, sizeof power);
	return power * (1 + cubic_inverse(octaves - e));
}

double sketch_value(const struct sketch_scale *s, int32_t bucket)
{
	const double low = bound(s, bucket), high = bound(s, (double)bucket + 1);

	return 2 * low * high / (low + high); /* equally far from both, relatively */
}

int sketch_range(const struct sketch_counts *c, uint32_t len, int32_t *low, int32_t *high)
{
	uint32_t i = 0, end = len ? COUNTS(len) : 0;

	while (i < end && c->count[i] == 0)
		i++;
	if (i == end)
		return 0;
	while (c->count[end - 1] == 0)
		end--;
	*low = c->base + (int32_t)i;
	*high = c->base + (int32_t)end - 1;
	return 1;
}

static int32_t least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static int32_t greatest(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

uint32_t sketch_bytes(const struct sketch_counts *c, uint32_t len, int32_t bucket)
{
	int32_t low = bucket, high = bucket;
	uint32_t bytes = len > LEAST_BYTES ? len : LEAST_BYTES;

	if (sketch_range(c, len, &low, &high)) {
		low = least(low, bucket);
		high = greatest(high, bucket);
	}
	while (COUNTS(bytes) < (uint32_t)(high - low) + 1u)
		bytes *= 2;
	return bytes;
}

void sketch_arrange(struct sketch_counts *c, uint32_t old_len, uint32_t len, int32_t bucket)
{
	int32_t low, high, base;
	uint32_t n, from, to, spare;

	if (!sketch_range(c, old_len, &low, &high)) {
		c->base = bucket - (int32_t)(COUNTS(len) / 2);
		return;
	}
	n = (uint32_t)(high - low) + 1u;
	spare = COUNTS(len) - (uint32_t)(greatest(high, bucket) - least(low, bucket)) - 1u;
	base = least(low, bucket) - (int32_t)(spare / 2);
	from = (uint32_t)(low - c->base);
	to = (uint32_t)(low - base);
	memmove(c->count + to, c->count + from, n * sizeof *c->count);
	memset(c->count, 0, to * sizeof *c->count);
	memset(c->count + to + n, 0, (COUNTS(len) - to - n) * sizeof *c->count);
	c->base = base;
}

void sketch_halve(struct sketch_counts *c, uint32_t len)
{
	uint32_t i;

	for (i = 0; len && i < COUNTS(len); i++)
		c->count[i] -= c->count[i] / 2;
}

static uint64_t sum(const struct sketch_counts *c, uint32_t len)
{
	uint64_t n = 0;
	uint32_t i;

	for (i = 0; len && i < COUNTS(len); i++)
		n += c->count[i];
	return n;
}

uint64_t sketch_total(const struct sketch_view *v)
{
	return v->zeros + sum(v->pos, v->pos_len) + sum(v->neg, v->neg_len);
}

static uint64_t rank_of(double q, uint64_t n)
{
	const uint64_t rank = (uint64_t)(q * (double)(n - 1));

	return rank < n ? rank : n - 1;
}

/* The value with `rank` values below it: for each count those below and those equal.
 * No branch of the loops depends on the values, so for few it beats any sorting. */
static double pick_by_count(const double *v, uint32_t n, uint64_t rank)
{
	uint32_t i, k;

	for (i = 0; i + 1 < n; i++) {
		uint64_t below = 0, same = 0;

		for (k = 0; k < n; k++) {
			below += v[k] < v[i];
			same += v[k] == v[i];
		}
		if (rank >= below && rank < below + same)
			break;
	}
	return v[i];
}

/* Hoare's selection, on a copy. */
static double pick_by_parts(const double *v, uint32_t n, uint64_t rank)
{
	double a[SKETCH_FEW];
	int64_t low = 0, high = (int64_t)n - 1, want = (int64_t)rank;

	memcpy(a, v, n * sizeof *a);
	while (low < high) {
		const double pivot = a[(low + high) / 2];
		int64_t i = low, k = high;

		while (i <= k) {
			while (a[i] < pivot)
				i++;
			while (pivot < a[k])
				k--;
			if (i <= k) {
				const double t = a[i];

				a[i++] = a[k];
				a[k--] = t;
			}
		}
		if (want <= k)
			high = k;
		else if (want >= i)
			low = i;
		else
			break;
	}
	return a[want];
}

double sketch_pick(const double *v, uint32_t n, double q)
{
	const uint64_t rank = rank_of(q, n);

	return n <= 16 ? pick_by_count(v, n, rank) : pick_by_parts(v, n, rank);
}

double sketch_quantile(const struct sketch_scale *s, const struct sketch_view *v, double q)
{
	const uint64_t total = sketch_total(v), below_zero = sum(v->neg, v->neg_len);
	uint64_t rank = rank_of(q, total), n = 0;
	uint32_t i;

	if (rank < below_zero) { /* the greatest magnitude is the least value */
		for (i = COUNTS(v->neg_len); n <= rank; i--)
			n += v->neg->count[i - 1];
		return -sketch_value(s, v->neg->base + (int32_t)i);
	}
	if (rank < below_zero + v->zeros)
		return 0;
	rank -= below_zero + v->zeros;
	for (i = 0; n <= rank; i++)
		n += v->pos->count[i];
	return sketch_value(s, v->pos->base + (int32_t)i - 1);
}
