/* kern_conv.c - numbers made numbers of another class, and hashes of them; see prog.h. [worker] */
#include "kern.h"

#include <float.h>
#include <math.h>

#define TWO63 9223372036854775808.0
#define TWO64 18446744073709551616.0

void xp_i_to_u(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]);
	uint64_t *restrict d = xp_u(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		d[i] = (uint64_t)a[i];
		ok[i] &= a[i] >= 0;
	}
}

void xp_u_to_i(struct xp_run *x, const struct xp_ins *in)
{
	const uint64_t *a = xp_u(x, in->arg[0]);
	int64_t *restrict d = xp_i(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		d[i] = (int64_t)a[i];
		ok[i] &= a[i] <= INT64_MAX;
	}
}

void xp_i_to_f(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]);
	double *restrict d = xp_f(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = (double)a[i];
}

void xp_u_to_f(struct xp_run *x, const struct xp_ins *in)
{
	const uint64_t *a = xp_u(x, in->arg[0]);
	double *restrict d = xp_f(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = (double)a[i];
}

/* Towards zero; null where it does not fit, and for a NaN. */
void xp_f_to_i(struct xp_run *x, const struct xp_ins *in)
{
	const double *a = xp_f(x, in->arg[0]);
	int64_t *restrict d = xp_i(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		int fits = a[i] >= -TWO63 && a[i] < TWO63;

		d[i] = (int64_t)(fits ? a[i] : 0);
		ok[i] &= (uint8_t)fits;
	}
}

void xp_f_to_u(struct xp_run *x, const struct xp_ins *in)
{
	const double *a = xp_f(x, in->arg[0]);
	uint64_t *restrict d = xp_u(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		int fits = a[i] > -1 && a[i] < TWO64;

		d[i] = (uint64_t)(fits && a[i] > 0 ? a[i] : 0);
		ok[i] &= (uint8_t)fits;
	}
}

void xp_b_to_i(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *a = xp_b(x, in->arg[0]);
	int64_t *restrict d = xp_i(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = a[i];
}

void xp_i_to_b(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]);
	uint8_t *restrict d = xp_b(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = a[i] != 0;
}

void xp_f_to_b(struct xp_run *x, const struct xp_ins *in)
{
	const double *a = xp_f(x, in->arg[0]);
	uint8_t *restrict d = xp_b(x, in->dst), *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		d[i] = a[i] != 0;
		ok[i] &= a[i] == a[i];
	}
}

/* The nearest f32; null for a finite number that has none. */
void xp_f_to_f32(struct xp_run *x, const struct xp_ins *in)
{
	const double *a = xp_f(x, in->arg[0]);
	double *restrict d = xp_f(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		int fits = !(fabs(a[i]) > (double)FLT_MAX) || isinf(a[i]);

		d[i] = fits ? (double)(float)a[i] : 0;
		ok[i] &= (uint8_t)fits;
	}
}

static int64_t power10(uint32_t scale)
{
	int64_t p = 1;

	for (; scale; scale--)
		p *= 10;
	return p;
}

void xp_d_to_f(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]);
	double *restrict d = xp_f(x, in->dst);
	const double by = (double)power10(in->sub);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = (double)a[i] / by;
}

void xp_d_to_i(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]);
	int64_t *restrict d = xp_i(x, in->dst);
	const int64_t by = power10(in->sub);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = a[i] / by;
}

void xp_i_to_d(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]);
	int64_t *restrict d = xp_i(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	const int64_t by = power10(in->sub);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		ok[i] &= (uint8_t)!__builtin_mul_overflow(a[i], by, &d[i]);
}

void xp_fit_i32(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]);
	int64_t *restrict d = xp_i(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		d[i] = a[i];
		ok[i] &= a[i] >= INT32_MIN && a[i] <= INT32_MAX;
	}
}

void xp_fit_u32(struct xp_run *x, const struct xp_ins *in)
{
	const uint64_t *a = xp_u(x, in->arg[0]);
	uint64_t *restrict d = xp_u(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		d[i] = a[i];
		ok[i] &= a[i] <= UINT32_MAX;
	}
}

/* Every bit of w moves about half of the result's: two rounds of multiply and fold. */
uint64_t xp_hash_word(uint64_t w)
{
	w ^= w >> 32;
	w *= 0xd6e8feb86659fd93ull;
	w ^= w >> 29;
	w *= 0x9e3779b97f4a7c15ull;
	return w ^ w >> 32;
}

void xp_hash_i(struct xp_run *x, const struct xp_ins *in)
{
	const uint64_t *a = xp_u(x, in->arg[0]);
	uint64_t *restrict d = xp_u(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = xp_hash_word(a[i] + 1);
}

/* Numbers that are equal hash alike: the two zeros; NaNs too. */
void xp_hash_f(struct xp_run *x, const struct xp_ins *in)
{
	const double *a = xp_f(x, in->arg[0]);
	uint64_t *restrict d = xp_u(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		double v = a[i] != a[i] ? (double)NAN : a[i] + 0.0;
		uint64_t bits;

		memcpy(&bits, &v, 8);
		d[i] = xp_hash_word(bits + 1);
	}
}

void xp_hash_b(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *a = xp_b(x, in->arg[0]);
	uint64_t *restrict d = xp_u(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = xp_hash_word(a[i] + 1u);
}
