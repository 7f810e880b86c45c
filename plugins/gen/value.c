/* value.c - the value of a field in a row, by hashing. Pure. */
#include "gen.h"

#include <string.h>

/* Each bit of the result depends on each of x. */
uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* The k-th random number of a field in a row. */
static uint64_t draw(const struct spec *s, uint64_t row, uint64_t k)
{
	return mix(s->salt + row * 0x9e3779b97f4a7c15u + mix(k * 0xd1342543de82ef95u));
}

/* 0..span, each as often: the high half of the product. */
static uint64_t below(uint64_t r, uint64_t span)
{
	const uint64_t m = span + 1, rl = r & 0xffffffff, rh = r >> 32, ml = m & 0xffffffff, mh = m >> 32;
	const uint64_t mid = rh * ml + (rl * ml >> 32), mid2 = rl * mh + (mid & 0xffffffff);

	return m == 0 ? r : rh * mh + (mid >> 32) + (mid2 >> 32);
}

/* 0 <= it < 1 */
static double fraction(uint64_t r)
{
	return (double)(r >> 11) * (1.0 / 9007199254740992.0);
}

/* Mean 0, deviation 1: the sum of twelve uniform numbers is near enough to normal,
 * up to 6 deviations, and needs no logarithm, which differs between machines. */
static double bell(const struct spec *s, uint64_t row)
{
	uint64_t sum = 0, k;

	for (k = 0; k < 3; k++) {
		const uint64_t r = draw(s, row, k);

		sum += (r & 0xffff) + (r >> 16 & 0xffff) + (r >> 32 & 0xffff) + (r >> 48);
	}
	return ((double)sum - 12 * 32767.5) / 65536.0;
}

static uint32_t zipf(const struct spec *s, uint64_t row)
{
	const double u = fraction(draw(s, row, 0)) * s->sums[s->n - 1];
	uint32_t low = 0, high = s->n - 1;

	while (low < high) {
		const uint32_t mid = low + (high - low) / 2;

		if (s->sums[mid] > u)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

double round_real(double d)
{
	const double scaled = d * 1e6;

	if (scaled > 9e15 || scaled < -9e15)
		return d;
	return (double)(int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5) / 1e6;
}

int64_t in_range(uint32_t type, int64_t v)
{
	if (type == TW_I32)
		return v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : v;
	if (type == TW_U32)
		return v < 0 ? 0 : v > UINT32_MAX ? UINT32_MAX : v;
	return type == TW_U64 && v < 0 ? 0 : v;
}

static int64_t whole(double d)
{
	if (d >= 9.2e18)
		return INT64_MAX;
	if (d <= -9.2e18)
		return INT64_MIN;
	return (int64_t)(d < 0 ? d - 0.5 : d + 0.5);
}

static void put_text(const struct spec *s, uint64_t row, struct value *v, char *to)
{
	static const char hex[] = "0123456789abcdef0123456789abcdef", letters[] = "abcdefghijklmnopqrstuvwxyz etaoi";
	const char *from = s->method == HEX ? hex : letters;
	const uint64_t key = s->n ? below(draw(s, row, 1000), s->n - 1) : row;
	const uint64_t own = s->n ? ~s->salt : s->salt;
	uint64_t r = 0;
	uint32_t i;

	v->len = s->least + (uint32_t)below(mix(own + key), s->most - s->least);
	for (i = 0; i < v->len; i++, r >>= 5) {
		if (i % 12 == 0)
			r = mix(mix(own + key * 0x9e3779b97f4a7c15u) + i + 1);
		to[i] = from[r & 31];
	}
	v->s = to;
}

/* As put_text, of the field's own characters. */
static void put_letters(const struct spec *s, uint64_t row, struct value *v, char *to)
{
	const uint64_t key = s->n ? below(draw(s, row, 1000), s->n - 1) : row;
	const uint64_t own = mix((s->n ? ~s->salt : s->salt) + key * 0x9e3779b97f4a7c15u);
	const uint32_t n = s->least + (uint32_t)below(mix(own), s->most - s->least);
	uint32_t i, len = 0;

	for (i = 0; i < n; i++) {
		const uint32_t k = (uint32_t)below(mix(own + i + 1), s->n_letters - 1);
		const uint32_t bytes = s->letter_at[k + 1] - s->letter_at[k];

		memcpy(to + len, s->letters + s->letter_at[k], bytes);
		len += bytes;
	}
	v->s = to;
	v->len = len;
}

static void put_number(struct value *v, char *to)
{
	v->s = to;
	v->len = (uint32_t)(put_int(to, v->i) - to);
}

static void draw_number(const struct spec *s, uint64_t row, struct value *v)
{
	switch (s->method) {
	case SEQ:
		v->i = (int64_t)((uint64_t)s->start + row * (uint64_t)s->step);
		v->d = s->d_start + (double)row * s->d_step;
		break;
	case UNIFORM:
		v->i = (int64_t)((uint64_t)s->start + below(draw(s, row, 0), s->span));
		v->d = s->d_start + fraction(draw(s, row, 0)) * s->d_step;
		break;
	case NORMAL:
		v->d = s->d_start + bell(s, row) * s->d_step;
		v->i = whole(v->d);
		break;
	case ZIPF:
		v->i = zipf(s, row);
		v->d = (double)v->i;
		break;
	default: /* TIME */
		v->i = (int64_t)((uint64_t)s->start + row * (uint64_t)s->step);
		if (s->span)
			v->i = (int64_t)((uint64_t)v->i + below(draw(s, row, 0), 2 * s->span) - s->span);
		break;
	}
	v->d = round_real(v->d);
}

void value_of(const struct spec *s, uint64_t row, const struct clock *clock, struct value *v, char *scratch)
{
	*v = (struct value){.is_null = s->null_below && draw(s, row, 2000) < s->null_below};
	if (v->is_null)
		return;
	switch (s->method) {
	case CHOICE:
	case CONST:
		v->item = &s->items[s->n > 1 ? below(draw(s, row, 0), s->n - 1) : 0];
		v->i = v->item->i;
		v->d = v->item->d;
		v->s = v->item->s;
		v->len = v->item->len;
		break;
	case HEX:
	case TEXT:
		if (s->n_letters)
			put_letters(s, row, v, scratch);
		else
			put_text(s, row, v, scratch);
		break;
	case DUE: v->i = due_ns(clock, row); break;
	default:
		draw_number(s, row, v);
		if (tw_type_is_text(s->type))
			put_number(v, scratch);
		break;
	}
}
