/* store.c - values of a line into columns; see parse_json.h. */
#include "parse_json.h"

#include "text.h"

#define SHORT_BYTES 256u

static enum fault of_number(enum tw_number_result r)
{
	return r == TW_NUMBER_OK ? FAULT_NONE : r == TW_NUMBER_RANGE ? FAULT_RANGE : FAULT_FRACTION;
}

/* The whole number, if it is within least..most. */
static enum fault whole_within(const struct value *v, const char *text, int64_t least, int64_t most, int64_t *out)
{
	const enum fault fault = of_number(tw_number_i64(&v->number, text, v->len, out));

	if (fault != FAULT_NONE)
		return fault;
	return *out < least || *out > most ? FAULT_RANGE : FAULT_NONE;
}

static enum fault store_number(const struct line *l, const struct column *c, const struct value *v)
{
	const char *const text = l->text + v->off;
	char *const to = (char *)tw_col(l->b, c->field) + (size_t)l->row * c->field->width;
	enum fault fault;
	int64_t whole;

	if (v->kind != VALUE_NUMBER)
		return FAULT_TYPE;
	switch (c->type) {
	case TW_I64: return of_number(tw_number_i64(&v->number, text, v->len, (int64_t *)(void *)to));
	case TW_U64: return of_number(tw_number_u64(&v->number, text, v->len, (uint64_t *)(void *)to));
	case TW_F64: return of_number(tw_number_f64(&v->number, text, v->len, (double *)(void *)to));
	case TW_F32: return of_number(tw_number_f32(&v->number, text, v->len, (float *)(void *)to));
	case TW_TIMESTAMP: return of_number(tw_number_time(&v->number, text, v->len, c->shift, (int64_t *)(void *)to));
	case TW_I32:
		fault = whole_within(v, text, INT32_MIN, INT32_MAX, &whole);
		if (fault == FAULT_NONE)
			*(int32_t *)(void *)to = (int32_t)whole;
		return fault;
	default: /* TW_U32 */
		fault = whole_within(v, text, 0, UINT32_MAX, &whole);
		if (fault == FAULT_NONE)
			*(uint32_t *)(void *)to = (uint32_t)whole;
		return fault;
	}
}

static enum fault store_time(const struct line *l, const struct column *c, const struct value *v)
{
	int64_t *const to = (int64_t *)tw_col(l->b, c->field) + l->row;
	const char *inside = l->text + v->off + 1;
	uint32_t len = v->len - 2;
	char plain[SHORT_BYTES];
	enum tw_time_result r;

	if (v->kind != VALUE_STRING)
		return FAULT_TYPE;
	if (v->is_escaped) {
		if (len > SHORT_BYTES)
			return FAULT_TIME;
		len = text_unescape(plain, inside, inside + len);
		inside = plain;
	}
	r = tw_time_rfc3339_near(inside, len, l->day, to);
	return r == TW_TIME_OK ? FAULT_NONE : r == TW_TIME_RANGE ? FAULT_RANGE : FAULT_TIME;
}

/* Refer to a piece of the line. If the line is inline in its view, so is the piece,
 * and there is no buffer to speak of. */
static void store_piece(const struct line *l, struct tw_view *to, uint32_t off, uint32_t len)
{
	if (len <= TW_VIEW_INLINE && off + TW_VIEW_INLINE <= l->view->len)
		tw_view_set_short(to, l->text + off, len);
	else if (len <= TW_VIEW_INLINE)
		tw_view_set(to, 0, 0, l->text + off, len);
	else
		tw_view_set(to, l->view->u.ref.buf, l->view->u.ref.off + off, l->text + off, len);
}

static enum fault store_escaped(const struct line *l, struct tw_view *to, const char *inside, uint32_t len)
{
	char plain[SHORT_BYTES], *room = plain;

	/* a short one may turn out to fit its view: no room is asked for before that is known */
	if (len > SHORT_BYTES) {
		room = tw_text_reserve(l->ctx, l->b, len);
		if (!room)
			return FAULT_ROOM;
	}
	len = text_unescape(room, inside, inside + len);
	if (room == plain)
		return tw_text_put(l->ctx, l->b, to, plain, len) < 0 ? FAULT_ROOM : FAULT_NONE;
	tw_text_commit(l->b, to, len);
	return FAULT_NONE;
}

static enum fault store_text(const struct line *l, const struct column *c, const struct value *v)
{
	struct tw_view *const to = (struct tw_view *)tw_col(l->b, c->field) + l->row;

	if (c->type == TW_BYTES) {
		store_piece(l, to, v->off, v->len);
		return FAULT_NONE;
	}
	if (v->kind != VALUE_STRING)
		return FAULT_TYPE;
	if (v->is_escaped)
		return store_escaped(l, to, l->text + v->off + 1, v->len - 2);
	store_piece(l, to, v->off + 1, v->len - 2);
	return FAULT_NONE;
}

static enum fault store_bool(const struct line *l, const struct column *c, const struct value *v)
{
	if (v->kind != VALUE_TRUE && v->kind != VALUE_FALSE)
		return FAULT_TYPE;
	tw_bit_put(tw_col(l->b, c->field), l->row, v->kind == VALUE_TRUE);
	return FAULT_NONE;
}

enum fault store_value(const struct line *l, const struct column *c, const struct value *v)
{
	if (v->kind == VALUE_MISSING || v->kind == VALUE_NULL) {
		tw_set_valid(l->b, c->field, l->row, 0);
		return c->is_required ? FAULT_MISSING : FAULT_NONE;
	}
	tw_set_valid(l->b, c->field, l->row, 1);
	switch (c->type) {
	case TW_BOOL: return store_bool(l, c, v);
	case TW_STR:
	case TW_BYTES: return store_text(l, c, v);
	case TW_TIMESTAMP: return c->shift == TIME_IS_TEXT ? store_time(l, c, v) : store_number(l, c, v);
	default: return store_number(l, c, v);
	}
}

static int store_short_number(const struct line *l, const struct column *c, void *col, uint32_t at, uint32_t next)
{
	static const double tens[8] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
	struct tw_number n;

	if (next - at > 8 || next < 8 || !tw_number_scan_short(l->text + next, next - at, &n))
		return 0;
	if (c->type == TW_F64) /* both are exact, so that one rounding is all there is */
		((double *)col)[l->row] = (double)n.mantissa / tens[-n.exponent];
	else if (c->type == TW_I64 && n.exponent == 0)
		((int64_t *)col)[l->row] = (int64_t)n.mantissa;
	else
		return 0;
	return 1;
}

/* A string without escapes, inside of which is text[at..at + len). */
static int store_plain_string(const struct line *l, const struct column *c, void *col, uint32_t at, uint32_t len)
{
	switch (c->type) {
	case TW_STR: store_piece(l, (struct tw_view *)col + l->row, at, len); return 1;
	case TW_TIMESTAMP:
		return c->shift == TIME_IS_TEXT &&
		       tw_time_rfc3339_near(l->text + at, len, l->day, (int64_t *)col + l->row) == TW_TIME_OK;
	default: return 0;
	}
}

int store_fitting(const struct line *l, const struct column *c, void *col, const struct outline *o,
		  const struct mould_value *m)
{
	const uint32_t at = o->at[m->mark], next = o->at[m->mark + 1];
	struct value v;

	if (m->kind == VALUE_NUMBER && store_short_number(l, c, col, at, next))
		return 1;
	if (m->kind == VALUE_STRING && !outline_is_escaped(o, at, next) &&
	    store_plain_string(l, c, col, at + 1, next - at - 1))
		return 1;
	return document_value(o, m, l->text, &v) && store_value(l, c, &v) == FAULT_NONE;
}
