/*
 * quick.c - columns of records without quotes: one loop per column and type over the
 * window's records. Numbers and times of the usual form are read here, all digits at
 * once; store.c has the rest.
 */
#include "digits.h"
#include "parse_csv.h"
#include "utf8.h"

/* A column at work. */
struct job {
	struct parser *x;
	const struct column *column;
	uint32_t c;       /* its number in the plan */
	uint32_t at;      /* in the file, from 0 */
	const char *text; /* the window's */
	uint8_t *nulls;   /* NULL: it can't be null */
	void *to;
};

/* Where the record's field is. */
static inline void field_of(const struct job *j, const struct record *r, uint32_t *from, uint32_t *to)
{
	const uint16_t *marks = j->x->marks.at + r->mark;

	*from = j->at ? marks[j->at - 1] + 1u : r->from;
	*to = marks[j->at] < r->to ? marks[j->at] : r->to;
}

static __attribute__((noinline)) void slow(const struct job *j, const struct record *r, uint32_t from, uint32_t to)
{
	const struct cell v = {.x = j->x,
			       .column = j->column,
			       .row = r->row,
			       .text = j->text + from,
			       .len = to - from,
			       .buf = j->x->window.buf,
			       .off = j->x->window.off + from};
	const enum fault fault = store_value(&v);

	if (fault)
		fault_set(j->x, r->row, fault, from - r->from, j->at + 1, j->c);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* A whole number of at most 16 digits, with or without a minus. 0: it is none. */
static TW_BODY int quick_whole(const char *text, uint32_t from, uint32_t to, int64_t *out)
{
	const int64_t minus = from < to && text[from] == '-';
	uint32_t len;
	uint64_t v;

	from += (uint32_t)minus;
	len = to - from;
	if (len - 1 > 15 || to < (len > 8 ? 16u : 8u) || !digits_whole(text + to, len, &v))
		return 0;
	*out = ((int64_t)v ^ -minus) + minus;
	return 1;
}

static TW_BODY int quick_f64(const char *text, uint32_t from, uint32_t to, double *out)
{
	static const double tens[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
	const uint32_t minus = from < to && text[from] == '-';
	uint32_t behind;
	uint64_t m;

	from += minus;
	/* both are exact, so that one rounding is all there is */
	if (to - from - 1 > 7 || to < 8 || !digits_short(text + to, to - from, &m, &behind))
		return 0;
	*out = (double)(int64_t)m / tens[behind];
	*out = minus ? -*out : *out;
	return 1;
}
#else
static inline int quick_whole(const char *text, uint32_t from, uint32_t to, int64_t *out)
{
	(void)text, (void)from, (void)to, (void)out;
	return 0;
}

static inline int quick_f64(const char *text, uint32_t from, uint32_t to, double *out)
{
	(void)text, (void)from, (void)to, (void)out;
	return 0;
}
#endif

static int one_whole(const struct job *j, const struct record *r, uint32_t from, uint32_t to)
{
	int64_t v;

	if (!quick_whole(j->text, from, to, &v))
		return 0;
	switch (j->column->type) {
	case TW_I64: ((int64_t *)j->to)[r->row] = v; return 1;
	case TW_I32: ((int32_t *)j->to)[r->row] = (int32_t)v; return v == (int32_t)v;
	case TW_U32: ((uint32_t *)j->to)[r->row] = (uint32_t)v; return v == (uint32_t)v;
	default: ((uint64_t *)j->to)[r->row] = (uint64_t)v; return v >= 0;
	}
}

static int one_time(const struct job *j, const struct record *r, uint32_t from, uint32_t to)
{
	return tw_time_rfc3339_near(j->text + from, to - from, &j->x->day, (int64_t *)j->to + r->row) == TW_TIME_OK;
}

static int one_f64(const struct job *j, const struct record *r, uint32_t from, uint32_t to)
{
	return quick_f64(j->text, from, to, (double *)j->to + r->row);
}

/* Up to 12 bytes with more text behind them are copied as 12, and what is no part of
 * the field masked out, without a branch on the length. */
static int one_text(const struct job *j, const struct record *r, uint32_t from, uint32_t to)
{
	static const uint8_t mask[24] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
	struct tw_view *const v = (struct tw_view *)j->to + r->row;
	const struct window *w = &j->x->window;
	const uint32_t len = to - from;
	uint64_t text, keep;
	uint32_t text2, keep2;

	if (len > TW_VIEW_INLINE || from + TW_VIEW_INLINE > w->len) {
		tw_view_set(v, w->buf, w->off + from, j->text + from, len);
		return 1;
	}
	memcpy(&text, j->text + from, 8);
	memcpy(&text2, j->text + from + 8, 4);
	memcpy(&keep, mask + 12 - len, 8);
	memcpy(&keep2, mask + 20 - len, 4);
	text &= keep;
	text2 &= keep2;
	v->len = len;
	memcpy(v->u.inl, &text, 8);
	memcpy(v->u.inl + 8, &text2, 4);
	return 1;
}

static int one_other(const struct job *j, const struct record *r, uint32_t from, uint32_t to)
{
	(void)j, (void)r, (void)from, (void)to;
	return 0;
}

/* The loop; `one` is inlined. It leaves what it can't do to slow(). */
static TW_BODY void all(const struct job *j, int (*one)(const struct job *, const struct record *, uint32_t, uint32_t))
{
	const struct window *w = &j->x->window;
	uint32_t i, from, to;

	for (i = 0; i < w->n_records; i++) {
		const struct record *r = &w->records[i];

		field_of(j, r, &from, &to);
		if (from == to || !one(j, r, from, to))
			slow(j, r, from, to);
	}
}

void quick_column(struct parser *x, uint32_t c)
{
	const struct column *column = &x->plan->columns[c];
	const struct job j = {.x = x,
			      .column = column,
			      .c = c,
			      .at = x->at[c],
			      .text = x->window.text,
			      .nulls = tw_nulls(x->b, column->field),
			      .to = tw_col(x->b, column->field)};

	switch (column->type) {
	case TW_I32:
	case TW_I64:
	case TW_U32:
	case TW_U64: all(&j, one_whole); return;
	case TW_F64: all(&j, one_f64); return;
	case TW_TIMESTAMP: all(&j, column->shift == TIME_IS_TEXT ? one_time : one_other); return;
	case TW_BYTES: all(&j, one_text); return;
	case TW_STR: all(&j, x->plan->is_bytes && x->marks.has_high ? one_other : one_text); return;
	default: all(&j, one_other); return;
	}
}
