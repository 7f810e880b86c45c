/* store.c - one value into its column, of any type and however it is written. */
#include "digits.h"

#include "parse_csv.h"
#include <thalweg/text/utf8.h>

#define SHORT_BYTES 256u

static enum fault of_number(enum tw_number_result r)
{
	return r == TW_NUMBER_OK ? FAULT_NONE : r == TW_NUMBER_RANGE ? FAULT_RANGE : FAULT_FRACTION;
}

/* The whole number, if it is within least..most. */
static enum fault whole_within(const struct tw_number *n, const struct cell *v, int64_t least, int64_t most,
			       int64_t *out)
{
	const enum tw_number_result r = tw_number_i64(n, v->text, v->len, out);

	if (r != TW_NUMBER_OK)
		return of_number(r);
	return *out < least || *out > most ? FAULT_RANGE : FAULT_NONE;
}

/* A number times 10^scale, which must be whole. */
static enum fault decimal(const struct tw_number *n, const struct cell *v, uint32_t scale, int64_t *out)
{
	struct tw_number scaled = *n;
	struct tw_digits d;
	enum tw_number_result r;

	if (n->is_small && n->exponent >= -19 && n->exponent <= 19) {
		scaled.exponent += (int32_t)scale;
		if (scaled.exponent >= -19 && scaled.exponent <= 19) {
			r = tw_number_i64(&scaled, v->text, v->len, out);
			return r == TW_NUMBER_FRACTION ? FAULT_SCALE : of_number(r);
		}
	}
	tw_read_digits(&d, v->text, v->len);
	if (d.n && d.exponent + scale < 0)
		return FAULT_SCALE;
	return of_number(tw_number_time(n, v->text, v->len, scale, out));
}

static enum fault store_number(struct cell *v)
{
	const struct column *c = v->column;
	char *const to = (char *)tw_col(v->x->b, c->field) + (size_t)v->row * c->field->width;
	struct tw_number n;
	enum fault fault;
	int64_t whole;

	if (!digits_scan(v->text, v->len, &n))
		return FAULT_TYPE;
	if (*v->text == '+') {
		v->text++;
		v->len--;
	}
	switch (c->type) {
	case TW_I64: return of_number(tw_number_i64(&n, v->text, v->len, (int64_t *)(void *)to));
	case TW_U64: return of_number(tw_number_u64(&n, v->text, v->len, (uint64_t *)(void *)to));
	case TW_F64: return of_number(tw_number_f64(&n, v->text, v->len, (double *)(void *)to));
	case TW_F32: return of_number(tw_number_f32(&n, v->text, v->len, (float *)(void *)to));
	case TW_DECIMAL: return decimal(&n, v, c->shift, (int64_t *)(void *)to);
	case TW_TIMESTAMP: return of_number(tw_number_time(&n, v->text, v->len, c->shift, (int64_t *)(void *)to));
	case TW_I32:
		fault = whole_within(&n, v, INT32_MIN, INT32_MAX, &whole);
		if (fault == FAULT_NONE)
			*(int32_t *)(void *)to = (int32_t)whole;
		return fault;
	default: /* TW_U32 */
		fault = whole_within(&n, v, 0, UINT32_MAX, &whole);
		if (fault == FAULT_NONE)
			*(uint32_t *)(void *)to = (uint32_t)whole;
		return fault;
	}
}

static enum fault store_time(const struct cell *v)
{
	int64_t *const to = (int64_t *)tw_col(v->x->b, v->column->field) + v->row;
	const enum tw_time_result r = tw_time_rfc3339_near(v->text, v->len, &v->x->day, to);

	return r == TW_TIME_OK ? FAULT_NONE : r == TW_TIME_RANGE ? FAULT_RANGE : FAULT_TIME;
}

/* Is it this word, in letters of either case? */
static int is_word(const struct cell *v, const char *word)
{
	uint32_t i;

	for (i = 0; i < v->len && word[i]; i++)
		if (((unsigned char)v->text[i] | 0x20) != (unsigned char)word[i])
			return 0;
	return i == v->len && !word[i];
}

static enum fault store_bool(const struct cell *v)
{
	const int is_one = v->len == 1 && *v->text == '1', is_zero = v->len == 1 && *v->text == '0';
	const int yes = is_one || is_word(v, "true");

	if (!yes && !is_zero && !is_word(v, "false"))
		return FAULT_TYPE;
	tw_bit_put(tw_col(v->x->b, v->column->field), v->row, yes);
	return FAULT_NONE;
}

/* The text with one quote for each two. Its length. */
static uint32_t halve_quotes(char *to, const char *text, uint32_t len, char quote)
{
	uint32_t i, n = 0;

	for (i = 0; i < len; i++) {
		to[n++] = text[i];
		i += text[i] == quote;
	}
	return n;
}

static enum fault store_doubled(const struct cell *v, struct tw_view *to)
{
	struct parser *x = v->x;
	char plain[SHORT_BYTES], *room = plain;
	uint32_t len;

	/* a short one may turn out to fit its view: no room is asked for before that is known */
	if (v->len > SHORT_BYTES) {
		room = tw_text_reserve(x->ctx, x->b, v->len);
		if (!room)
			return FAULT_ROOM;
	}
	len = halve_quotes(room, v->text, v->len, x->plan->quote);
	if (room == plain)
		return tw_text_put(x->ctx, x->b, to, plain, len) < 0 ? FAULT_ROOM : FAULT_NONE;
	tw_text_commit(x->b, to, len);
	return FAULT_NONE;
}

static enum fault store_text(const struct cell *v)
{
	struct tw_view *const to = (struct tw_view *)tw_col(v->x->b, v->column->field) + v->row;

	if (v->column->type == TW_STR && v->x->plan->is_bytes && tw_not_utf8(v->text, v->text + v->len))
		return FAULT_UTF8;
	if (v->is_doubled)
		return store_doubled(v, to);
	tw_view_set(to, v->buf, v->off, v->text, v->len);
	return FAULT_NONE;
}

/* What is no text is short; a field with doubled quotes is none of it. */
enum fault store_value(const struct cell *v)
{
	const struct column *c = v->column;
	struct cell copy = *v;

	if (v->len == 0 && !v->is_quoted) {
		tw_set_valid(v->x->b, c->field, v->row, 0);
		return c->is_required ? FAULT_MISSING : FAULT_NONE;
	}
	switch (c->type) {
	case TW_BOOL: return store_bool(v);
	case TW_STR:
	case TW_BYTES: return store_text(v);
	case TW_TIMESTAMP: return c->shift == TIME_IS_TEXT ? store_time(v) : store_number(&copy);
	default: return store_number(&copy);
	}
}
