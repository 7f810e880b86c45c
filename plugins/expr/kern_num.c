/* kern_num.c - comparisons and arithmetic of numbers; see prog.h. [worker] */
#include "kern.h"

#include <math.h>

void xp_cmp_i(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]), *b = xp_i(x, in->arg[1]);
	uint8_t *restrict d = xp_b(x, in->dst);
	const uint32_t n = x->n;
	uint32_t i;

	switch (in->sub) {
	case XP_EQ:
		for (i = 0; i < n; i++)
			d[i] = a[i] == b[i];
		break;
	case XP_NE:
		for (i = 0; i < n; i++)
			d[i] = a[i] != b[i];
		break;
	case XP_LT:
		for (i = 0; i < n; i++)
			d[i] = a[i] < b[i];
		break;
	default:
		for (i = 0; i < n; i++)
			d[i] = a[i] <= b[i];
		break;
	}
}

void xp_cmp_u(struct xp_run *x, const struct xp_ins *in)
{
	const uint64_t *a = xp_u(x, in->arg[0]), *b = xp_u(x, in->arg[1]);
	uint8_t *restrict d = xp_b(x, in->dst);
	const uint32_t n = x->n;
	uint32_t i;

	switch (in->sub) {
	case XP_EQ:
		for (i = 0; i < n; i++)
			d[i] = a[i] == b[i];
		break;
	case XP_NE:
		for (i = 0; i < n; i++)
			d[i] = a[i] != b[i];
		break;
	case XP_LT:
		for (i = 0; i < n; i++)
			d[i] = a[i] < b[i];
		break;
	default:
		for (i = 0; i < n; i++)
			d[i] = a[i] <= b[i];
		break;
	}
}

void xp_cmp_f(struct xp_run *x, const struct xp_ins *in)
{
	const double *a = xp_f(x, in->arg[0]), *b = xp_f(x, in->arg[1]);
	uint8_t *restrict d = xp_b(x, in->dst);
	const uint32_t n = x->n;
	uint32_t i;

	switch (in->sub) {
	case XP_EQ:
		for (i = 0; i < n; i++)
			d[i] = a[i] == b[i];
		break;
	case XP_NE:
		for (i = 0; i < n; i++)
			d[i] = a[i] != b[i];
		break;
	case XP_LT:
		for (i = 0; i < n; i++)
			d[i] = a[i] < b[i];
		break;
	default:
		for (i = 0; i < n; i++)
			d[i] = a[i] <= b[i];
		break;
	}
}

void xp_cmp_b(struct xp_run *x, const struct xp_ins *in)
{
	const uint8_t *a = xp_b(x, in->arg[0]), *b = xp_b(x, in->arg[1]);
	uint8_t *restrict d = xp_b(x, in->dst);
	const uint32_t n = x->n;
	uint32_t i;

	switch (in->sub) {
	case XP_EQ:
		for (i = 0; i < n; i++)
			d[i] = a[i] == b[i];
		break;
	case XP_NE:
		for (i = 0; i < n; i++)
			d[i] = a[i] != b[i];
		break;
	case XP_LT:
		for (i = 0; i < n; i++)
			d[i] = a[i] < b[i];
		break;
	default:
		for (i = 0; i < n; i++)
			d[i] = a[i] <= b[i];
		break;
	}
}

/* By value: a negative number is less than any without sign. */
void xp_cmp_iu(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]);
	const uint64_t *b = xp_u(x, in->arg[1]);
	uint8_t *restrict d = xp_b(x, in->dst);
	/* what the sub-operation says of less, equal, greater */
	static const uint8_t answers[6][3] = {{0, 1, 0}, {1, 0, 1}, {1, 0, 0}, {1, 1, 0}, {0, 0, 1}, {0, 1, 1}};
	const uint8_t *answer = answers[in->sub];
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		int less = a[i] < 0 || (uint64_t)a[i] < b[i];
		int equal = a[i] >= 0 && (uint64_t)a[i] == b[i];

		d[i] = answer[less ? 0 : 2 - equal];
	}
}

void xp_arith_i(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]), *b = xp_i(x, in->arg[1]);
	int64_t *restrict d = xp_i(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	const uint32_t n = x->n;
	uint32_t i;

	switch (in->sub) {
	case XP_ADD:
		for (i = 0; i < n; i++) {
			uint64_t p = (uint64_t)a[i], q = (uint64_t)b[i], r = p + q;

			d[i] = (int64_t)r;
			ok[i] &= (uint8_t)(~((p ^ r) & (q ^ r)) >> 63);
		}
		break;
	case XP_SUB:
		for (i = 0; i < n; i++) {
			uint64_t p = (uint64_t)a[i], q = (uint64_t)b[i], r = p - q;

			d[i] = (int64_t)r;
			ok[i] &= (uint8_t)(~((p ^ q) & (p ^ r)) >> 63);
		}
		break;
	default:
		for (i = 0; i < n; i++)
			ok[i] &= (uint8_t)!__builtin_mul_overflow(a[i], b[i], &d[i]);
		break;
	}
}

void xp_arith_u(struct xp_run *x, const struct xp_ins *in)
{
	const uint64_t *a = xp_u(x, in->arg[0]), *b = xp_u(x, in->arg[1]);
	uint64_t *restrict d = xp_u(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	const uint32_t n = x->n;
	uint32_t i;

	switch (in->sub) {
	case XP_ADD:
		for (i = 0; i < n; i++) {
			d[i] = a[i] + b[i];
			ok[i] &= d[i] >= a[i];
		}
		break;
	case XP_SUB:
		for (i = 0; i < n; i++) {
			d[i] = a[i] - b[i];
			ok[i] &= a[i] >= b[i];
		}
		break;
	default:
		for (i = 0; i < n; i++)
			ok[i] &= (uint8_t)!__builtin_mul_overflow(a[i], b[i], &d[i]);
		break;
	}
}

void xp_arith_f(struct xp_run *x, const struct xp_ins *in)
{
	const double *a = xp_f(x, in->arg[0]), *b = xp_f(x, in->arg[1]);
	double *restrict d = xp_f(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	const uint32_t n = x->n;
	uint32_t i;

	switch (in->sub) {
	case XP_ADD:
		for (i = 0; i < n; i++)
			d[i] = a[i] + b[i];
		break;
	case XP_SUB:
		for (i = 0; i < n; i++)
			d[i] = a[i] - b[i];
		break;
	case XP_MUL:
		for (i = 0; i < n; i++)
			d[i] = a[i] * b[i];
		break;
	default:
		for (i = 0; i < n; i++) {
			ok[i] &= b[i] != 0;
			d[i] = a[i] / (b[i] != 0 ? b[i] : 1);
		}
		break;
	}
}

void xp_div_i(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]), *b = xp_i(x, in->arg[1]);
	int64_t *d = xp_i(x, in->dst);
	uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t i = xp_row(x, ok, k);

		if (i == TW_NONE)
			continue;
		d[i] = 0;
		if (b[i] == 0 || (b[i] == -1 && a[i] == INT64_MIN && in->sub == XP_QUOT))
			ok[i] = 0;
		else if (b[i] != -1)
			d[i] = in->sub == XP_QUOT ? a[i] / b[i] : a[i] % b[i];
		else if (in->sub == XP_QUOT)
			d[i] = -a[i];
	}
}

void xp_div_u(struct xp_run *x, const struct xp_ins *in)
{
	const uint64_t *a = xp_u(x, in->arg[0]), *b = xp_u(x, in->arg[1]);
	uint64_t *d = xp_u(x, in->dst);
	uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t i = xp_row(x, ok, k);

		if (i == TW_NONE)
			continue;
		if (b[i] == 0)
			ok[i] = 0;
		else
			d[i] = in->sub == XP_QUOT ? a[i] / b[i] : a[i] % b[i];
	}
}

void xp_mod_f(struct xp_run *x, const struct xp_ins *in)
{
	const double *a = xp_f(x, in->arg[0]), *b = xp_f(x, in->arg[1]);
	double *d = xp_f(x, in->dst);
	uint8_t *ok = xp_ok(x, in->dst);
	uint32_t k;

	for (k = 0; k < x->sel.n; k++) {
		uint32_t i = xp_row(x, ok, k);

		if (i == TW_NONE)
			continue;
		ok[i] = b[i] != 0;
		d[i] = ok[i] ? fmod(a[i], b[i]) : 0;
	}
}

/* Negation and absolute value; the least integer has no counterpart: null. */
void xp_unary_i(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]);
	int64_t *restrict d = xp_i(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		int flip = in->sub == XP_NEG || a[i] < 0;

		d[i] = flip ? (int64_t)(0 - (uint64_t)a[i]) : a[i];
		ok[i] &= a[i] != INT64_MIN;
	}
}

void xp_unary_f(struct xp_run *x, const struct xp_ins *in)
{
	const double *a = xp_f(x, in->arg[0]);
	double *restrict d = xp_f(x, in->dst);
	uint8_t *restrict ok = xp_ok(x, in->dst);
	const uint32_t n = x->n;
	uint32_t i;

	switch (in->sub) {
	case XP_NEG:
		for (i = 0; i < n; i++)
			d[i] = -a[i];
		break;
	case XP_ABS:
		for (i = 0; i < n; i++)
			d[i] = fabs(a[i]);
		break;
	case XP_FLOOR:
		for (i = 0; i < n; i++)
			d[i] = floor(a[i]);
		break;
	case XP_CEIL:
		for (i = 0; i < n; i++)
			d[i] = ceil(a[i]);
		break;
	case XP_ROUND:
		for (i = 0; i < n; i++)
			d[i] = round(a[i]);
		break;
	default:
		for (i = 0; i < n; i++) {
			ok[i] &= !(a[i] < 0);
			d[i] = sqrt(a[i] < 0 ? 0 : a[i]);
		}
		break;
	}
}

void xp_least_i(struct xp_run *x, const struct xp_ins *in)
{
	const int64_t *a = xp_i(x, in->arg[0]), *b = xp_i(x, in->arg[1]);
	int64_t *restrict d = xp_i(x, in->dst);
	const int greatest = in->sub;
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = (a[i] < b[i]) != greatest ? a[i] : b[i];
}

void xp_least_u(struct xp_run *x, const struct xp_ins *in)
{
	const uint64_t *a = xp_u(x, in->arg[0]), *b = xp_u(x, in->arg[1]);
	uint64_t *restrict d = xp_u(x, in->dst);
	const int greatest = in->sub;
	uint32_t i;

	for (i = 0; i < x->n; i++)
		d[i] = (a[i] < b[i]) != greatest ? a[i] : b[i];
}

/* A NaN on either side gives NaN. */
void xp_least_f(struct xp_run *x, const struct xp_ins *in)
{
	const double *a = xp_f(x, in->arg[0]), *b = xp_f(x, in->arg[1]);
	double *restrict d = xp_f(x, in->dst);
	const int greatest = in->sub;
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		double r = (a[i] < b[i]) != greatest ? a[i] : b[i];

		d[i] = a[i] != a[i] ? a[i] : b[i] != b[i] ? b[i] : r;
	}
}
