/*
 * sketch.h - counts by buckets of bounded relative width, for quantiles. Pure.
 *
 * The idea of DDSketch: a bucket's upper bound is at most (1 + a) / (1 - a) times
 * its lower one, so that its middle is off by at most a. Buckets are found by the
 * number's exponent and a cubic in its mantissa that stands for the logarithm;
 * where the cubic is flatter than the logarithm buckets get narrower, never wider,
 * for 1 % more of them.
 *
 * Few values are better kept as they are: their quantiles are exact, and they take
 * less room than the buckets between them.
 *
 * Counts of one sign are one piece of memory of 2^k bytes, a `struct sketch_counts`;
 * length 0 is an empty one. Who owns the memory makes it longer when asked to.
 */
#ifndef WINDOW_SKETCH_H
#define WINDOW_SKETCH_H

#include <stdint.h>

/* Magnitudes below the least one count as zero, those above the greatest as it. */
#define SKETCH_LEAST 0x1p-30
#define SKETCH_GREATEST 0x1p64

/* So many values can be kept as they are. */
#define SKETCH_FEW 64u

/* The buckets of an accuracy. */
struct sketch_scale {
	double per_octave; /* buckets from 2^e to 2^(e+1) */
};

struct sketch_counts {
	int32_t base; /* bucket of count[0] */
	uint32_t pad;
	uint32_t count[]; /* up to the end of the memory */
};

struct sketch_scale sketch_scale(double accuracy);

/* The bucket of a magnitude, SKETCH_LEAST or more; and a value that stands for it. */
int32_t sketch_bucket(const struct sketch_scale *s, double v);
double sketch_value(const struct sketch_scale *s, int32_t bucket);

/* Bytes that the memory (len of them now) must have to count this bucket; len if
 * it has. */
uint32_t sketch_bytes(const struct sketch_counts *c, uint32_t len, int32_t bucket);

/* The memory grew from old_len bytes to len, the new ones zero: make its range
 * include the bucket. */
void sketch_arrange(struct sketch_counts *c, uint32_t old_len, uint32_t len, int32_t bucket);

/* First and last bucket that counts something. 0: none does. */
int sketch_range(const struct sketch_counts *c, uint32_t len, int32_t *low, int32_t *high);

/* Is the bucket in the range of the memory? */
static inline int sketch_has(const struct sketch_counts *c, uint32_t len, int32_t bucket)
{
	return len && bucket >= c->base && (uint32_t)(bucket - c->base) < len / 4u - 2u;
}

/* Halve all counts, rounding up: ranks stay what they were within a count in 2^31. */
void sketch_halve(struct sketch_counts *c, uint32_t len);

/* Counts of all values of one column. */
struct sketch_view {
	const struct sketch_counts *pos, *neg; /* NULL: none */
	uint32_t pos_len, neg_len;             /* bytes */
	uint64_t zeros;
};

uint64_t sketch_total(const struct sketch_view *v);

/* Quantiles are the value at rank floor(q * (n - 1)), counted from 0; n > 0. Of n
 * values as they are, at most SKETCH_FEW, none of them NaN, in any order: */
double sketch_pick(const double *v, uint32_t n, double q);

/* Of counts. */
double sketch_quantile(const struct sketch_scale *s, const struct sketch_view *v, double q);

#endif
