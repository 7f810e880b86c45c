/* Quantiles of the sketch against exact ones, of values of many kinds. */
#include "window.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SEED 20240611u
#define MOST 20000

/* A sketch with memory of its own, used as the operator does. */
struct own {
	struct sketch_scale scale;
	struct sketch_counts *c[2]; /* positive, negative */
	uint32_t len[2];
	uint64_t zeros;
};

static uint64_t random_state;

static double uniform(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return ((double)(random_state >> 11) + 0.5) * 0x1p-53;
}

static void add(struct own *s, double v)
{
	const int sign = v < 0;
	const double m = fabs(v);
	int32_t bucket;
	uint32_t bytes;

	if (m < SKETCH_LEAST) {
		s->zeros++;
		return;
	}
	bucket = sketch_bucket(&s->scale, m);
	if (!sketch_has(s->c[sign], s->len[sign], bucket)) {
		bytes = sketch_bytes(s->c[sign], s->len[sign], bucket);
		s->c[sign] = realloc(s->c[sign], bytes);
		cr_assert_not_null(s->c[sign]);
		memset((char *)s->c[sign] + s->len[sign], 0, bytes - s->len[sign]);
		sketch_arrange(s->c[sign], s->len[sign], bytes, bucket);
		s->len[sign] = bytes;
	}
	cr_assert(sketch_has(s->c[sign], s->len[sign], bucket), "bucket %d is out of reach", bucket);
	s->c[sign]->count[bucket - s->c[sign]->base]++;
}

static struct sketch_view view(const struct own *s)
{
	return (struct sketch_view){
		.pos = s->c[0], .neg = s->c[1], .pos_len = s->len[0], .neg_len = s->len[1], .zeros = s->zeros};
}

static void fini(struct own *s)
{
	free(s->c[0]);
	free(s->c[1]);
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void must_hold(const struct own *s, double *v, uint32_t n, double accuracy, const char *name)
{
	static const double qs[] = {0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1};
	const struct sketch_view counts = view(s);
	size_t i;

	cr_assert_eq(sketch_total(&counts), n);
	qsort(v, n, sizeof *v, by_value);
	for (i = 0; i < sizeof qs / sizeof *qs; i++) {
		const double exact = v[(uint32_t)(qs[i] * (n - 1))];
		const double got = sketch_quantile(&s->scale, &counts, qs[i]);
		const double bound = fabs(exact) < SKETCH_LEAST ? SKETCH_LEAST : accuracy * fabs(exact);

		cr_assert(fabs(got - exact) <= bound, "seed %u, %s of %u, accuracy %g: quantile %g is %.17g, not %.17g",
			  SEED, name, n, accuracy, qs[i], got, exact);
	}
}

static double draw_uniform(uint32_t i)
{
	(void)i;
	return uniform() * 1000;
}

static double draw_exponential(uint32_t i)
{
	(void)i;
	return -log(uniform()) * 5e6;
}

static double draw_lognormal(uint32_t i)
{
	(void)i;
	return exp(3 * sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform()));
}

static double draw_both_signs(uint32_t i)
{
	return (i & 1 ? -1 : 1) * draw_lognormal(i);
}

static double draw_some_zeros(uint32_t i)
{
	return i % 3 ? draw_both_signs(i) : 0;
}

static double draw_constant(uint32_t i)
{
	(void)i;
	return 42;
}

static double draw_negative(uint32_t i)
{
	return -draw_exponential(i);
}

static double draw_all_magnitudes(uint32_t i)
{
	(void)i;
	return exp2(-30 + 94 * uniform());
}

static double draw_falling(uint32_t i)
{
	return 1e18 / (1 + (double)i * i * i);
}

static double draw_powers(uint32_t i)
{
	return ldexp(1, (int)(i % 94) - 30);
}

static double draw_whole(uint32_t i)
{
	(void)i;
	return floor(uniform() * 100);
}

Test(sketch, is_as_accurate_as_it_says, .timeout = 60)
{
	static const struct {
		const char *name;
		double (*draw)(uint32_t i);
	} kinds[] = {
		{"uniform", draw_uniform},       {"exponential", draw_exponential},
		{"lognormal", draw_lognormal},   {"both signs", draw_both_signs},
		{"some zeros", draw_some_zeros}, {"constant", draw_constant},
		{"negative", draw_negative},     {"all magnitudes", draw_all_magnitudes},
		{"falling", draw_falling},       {"powers", draw_powers},
		{"whole", draw_whole},
	};
	static const double accuracies[] = {0.001, 0.01, 0.05, 0.5};
	static const uint32_t sizes[] = {1, 2, 10, 1000, MOST};
	double *v = malloc(MOST * sizeof *v);
	uint32_t run, i;

	random_state = SEED;
	for (run = 0; run < 11 * 4 * 5; run++) {
		const double accuracy = accuracies[run / 5 % 4];
		const uint32_t n = sizes[run % 5];
		struct own s = {.scale = sketch_scale(accuracy)};

		for (i = 0; i < n; i++) {
			v[i] = kinds[run / 20].draw(i);
			add(&s, v[i]);
		}
		must_hold(&s, v, n, accuracy, kinds[run / 20].name);
		fini(&s);
	}
	free(v);
}

/* Both ends of each bucket, and all buckets there are. */
Test(sketch, buckets_are_no_wider_than_they_may_be)
{
	static const double accuracies[] = {0.001, 0.01, 0.1, 0.5};
	uint32_t k;

	for (k = 0; k < 4; k++) {
		const struct sketch_scale s = sketch_scale(accuracies[k]);
		const double step = 1 + accuracies[k] / 50;
		int32_t last = sketch_bucket(&s, SKETCH_LEAST);
		double v;

		for (v = SKETCH_LEAST; v < SKETCH_GREATEST; v *= step) {
			const int32_t bucket = sketch_bucket(&s, v);
			const double error = fabs(sketch_value(&s, bucket) - v) / v;

			cr_assert(error <= accuracies[k], "accuracy %g: %.17g is off by %g", accuracies[k], v, error);
			cr_assert(bucket == last || bucket == last + 1, "accuracy %g: from bucket %d to %d at %.17g",
				  accuracies[k], last, bucket, v);
			last = bucket;
		}
	}
}

Test(sketch, neighbours_of_powers_of_two_are_in_order)
{
	const struct sketch_scale s = sketch_scale(0.01);
	int e;

	for (e = -29; e < 64; e++) {
		const double at = ldexp(1, e), below = nextafter(at, 0), above = nextafter(at, INFINITY);

		cr_assert_leq(sketch_bucket(&s, below), sketch_bucket(&s, at));
		cr_assert_leq(sketch_bucket(&s, at), sketch_bucket(&s, above));
	}
}

Test(sketch, what_is_too_great_counts_as_the_greatest)
{
	const struct sketch_scale s = sketch_scale(0.01);

	cr_assert_eq(sketch_bucket(&s, INFINITY), sketch_bucket(&s, SKETCH_GREATEST));
	cr_assert_eq(sketch_bucket(&s, 1e300), sketch_bucket(&s, SKETCH_GREATEST));
	cr_assert_leq(fabs(sketch_value(&s, sketch_bucket(&s, 1e300)) / SKETCH_GREATEST - 1), 0.01);
}

Test(sketch, memory_is_bounded_and_grows_by_doubling)
{
	struct own s = {.scale = sketch_scale(0.01)};
	int e;

	for (e = 0; e < 5000; e++)
		add(&s, exp2(17 + (e % 2 ? 1 : -1) * 47.0 * e / 5000));
	cr_assert_eq(s.len[0], 16384, "%u bytes", s.len[0]);
	fini(&s);
	s = (struct own){.scale = sketch_scale(0.01)};
	for (e = 0; e < 1000; e++)
		add(&s, 100 + (e % 10));
	cr_assert_eq(s.len[0], 64, "%u bytes", s.len[0]);
	fini(&s);
}

Test(sketch, halving_keeps_every_bucket_and_the_ranks)
{
	struct own s = {.scale = sketch_scale(0.01)};
	struct sketch_view v;
	int i;

	for (i = 0; i < 1000; i++)
		add(&s, 1 + i);
	s.c[0]->count[sketch_bucket(&s.scale, 500) - s.c[0]->base] = UINT32_MAX;
	sketch_halve(s.c[0], s.len[0]);
	v = view(&s);
	cr_assert_eq(s.c[0]->count[sketch_bucket(&s.scale, 500) - s.c[0]->base], (uint32_t)1 << 31);
	cr_assert_float_eq(sketch_quantile(&s.scale, &v, 0.5), 500, 10);
	cr_assert_float_eq(sketch_quantile(&s.scale, &v, 0), 1, 0.01);
	cr_assert_float_eq(sketch_quantile(&s.scale, &v, 1), 1000, 10);
	sketch_halve(NULL, 0);
	fini(&s);
}

/* Few values: exactly the one at the rank, whatever their order and however often they
 * come. */
Test(sketch, picks_the_value_at_the_rank)
{
	static const double qs[] = {0, 0.1, 0.5, 0.9, 0.99, 1};
	double v[SKETCH_FEW], sorted[SKETCH_FEW];
	uint32_t n, i, round;

	for (n = 1; n <= SKETCH_FEW; n++) {
		for (round = 0; round < 20; round++) {
			for (i = 0; i < n; i++)
				v[i] = sorted[i] = (double)(i * 7919u * (round + 1) % (round + 2)) - 5;
			if (round % 2)
				v[0] = sorted[0] = (double)-INFINITY;
			qsort(sorted, n, sizeof *sorted, by_value);
			for (i = 0; i < 6; i++)
				cr_assert_eq(sketch_pick(v, n, qs[i]), sorted[(uint32_t)(qs[i] * (n - 1))],
					     "%u values, round %u, q %g", n, round, qs[i]);
		}
	}
}

Test(sketch, reals_have_the_order_of_their_integers)
{
	static const double v[] = {-INFINITY, -1e300, -2, -1, -1e-300, -0.0, 0.0, 1e-300, 1, 2, 1e300, INFINITY};
	size_t i;

	for (i = 0; i < sizeof v / sizeof *v; i++) {
		cr_assert_eq(memcmp(&(double){from_ordered(ordered(v[i]))}, &v[i], sizeof *v), 0, "%g", v[i]);
		if (i > 0)
			cr_assert_lt(ordered(v[i - 1]), ordered(v[i]), "%g and %g", v[i - 1], v[i]);
	}
}

/* By steps of one, away from the arithmetic that is tested. */
static int64_t slow_start(int64_t time, int64_t size, int64_t offset)
{
	int64_t start = offset;

	while (start > time)
		start -= size;
	while (start + size <= time)
		start += size;
	return start;
}

Test(start, is_that_of_the_window_around_the_time)
{
	int64_t size, offset, time, got;

	for (size = 1; size < 12; size++)
		for (offset = 0; offset < size; offset++)
			for (time = -40; time <= 40; time++) {
				cr_assert_eq(window_start(time, size, offset, &got), 0);
				cr_assert_eq(got, slow_start(time, size, offset), "time %d size %d offset %d: %d",
					     (int)time, (int)size, (int)offset, (int)got);
			}
}

Test(start, fails_where_it_is_before_all_times)
{
	int64_t start;

	cr_assert_eq(window_start(INT64_MIN, 1, 0, &start), 0);
	cr_assert_eq(start, INT64_MIN);
	cr_assert_eq(window_start(INT64_MIN, 1000, 0, &start), -1);
	cr_assert_eq(window_start(INT64_MAX, 1000, 0, &start), 0);
	cr_assert_eq(start, INT64_MAX - 807);
	cr_assert_eq(window_start(INT64_MAX, 1, 0, &start), 0);
	cr_assert_eq(start, INT64_MAX);
	cr_assert_eq(window_start(-1, INT64_MAX, 0, &start), 0);
	cr_assert_eq(start, -INT64_MAX);
	cr_assert_eq(window_start(0, INT64_MAX, INT64_MAX - 1, &start), 0);
	cr_assert_eq(start, -1);
	cr_assert_eq(window_start(INT64_MIN + 5, INT64_MAX, INT64_MAX - 1, &start), 0);
	cr_assert_eq(start, INT64_MIN);
	cr_assert_eq(window_start(INT64_MIN + 5, INT64_MAX, INT64_MAX - 3, &start), -1);
}
