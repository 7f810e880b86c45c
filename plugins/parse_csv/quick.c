/*
 * quick.c - columns of good records: one loop per column and type over the window's
 * records. Numbers and times of the usual form are read here, all digits at
 * once; store.c has the rest.
 */
#include "digits.h"
#include "parse_csv.h"

/* A column at work. */
struct job {
	struct parser *x;
	const struct column *column;
	void *to;
	const char *text; /* the window's, of so many bytes, and where it is in the batch */
	uint32_t len, buf, off;
	uint32_t c;  /* the column's number in the plan */
	uint32_t at; /* in the file, from 0 */
	char quote;
	uint8_t has_quotes;
};

/* A value of it. */
struct value {
	uint32_t row, from, to; /* without quotes around it */
	int is_quoted, is_doubled;
};

/* Where the record's field is. */
static TW_BODY struct value value_of(const struct job *j, const struct record *r, const uint16_t *marks)
{
	struct value v = {.row = r->row};

	marks += r->mark + j->at;
	v.from = j->at ? marks[-1] + 1u : r->from;
	v.to = *marks < r->to ? *marks : r->to;
	if (j->has_quotes && v.from < v.to && j->text[v.from] == j->quote) {
		v.from++;
		v.to--;
		v.is_quoted = 1;
		v.is_doubled = marks_quoted(&j->x->marks, v.from, v.to);
	}
	return v;
}

static __attribute__((noinline)) void slow(const struct job *j, const struct record *r, const struct value *at)
{
	const struct cell v = {.x = j->x,
			       .column = j->column,
			       .row = r->row,
			       .text = j->text + at->from,
			       .len = at->to - at->from,
			       .buf = j->buf,
			       .off = j->off + at->from,
			       .is_quoted = at->is_quoted,
			       .is_doubled = at->is_doubled};
	const enum fault fault = store_value(&v);

	if (fault)
		fault_set(j->x, r->row, fault, at->from - r->from, j->at + 1, j->c);
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

static TW_BODY int one_whole(const struct job *j, const struct value *at)
{
	int64_t v;

	if (!quick_whole(j->text, at->from, at->to, &v))
		return 0;
	switch (j->column->type) {
	case TW_I64: ((int64_t *)j->to)[at->row] = v; return 1;
	case TW_I32: ((int32_t *)j->to)[at->row] = (int32_t)v; return v == (int32_t)v;
	case TW_U32: ((uint32_t *)j->to)[at->row] = (uint32_t)v; return v == (uint32_t)v;
	default: ((uint64_t *)j->to)[at->row] = (uint64_t)v; return v >= 0;
	}
}

static TW_BODY int one_time(const struct job *j, const struct value *at)
{
	return tw_time_rfc3339_near(j->text + at->from, at->to - at->from, &j->x->day, (int64_t *)j->to + at->row) ==
	       TW_TIME_OK;
}

static TW_BODY int one_f64(const struct job *j, const struct value *at)
{
	return quick_f64(j->text, at->from, at->to, (double *)j->to + at->row);
}

/* Up to 12 bytes with more text behind them are copied as 12, and what is no part of
 * the field masked out, without a branch on the length. */
static TW_BODY int one_text(const struct job *j, const struct value *at)
{
	struct tw_view *const v = (struct tw_view *)j->to + at->row;
	const char *const p = j->text + at->from;
	const uint32_t len = at->to - at->from;

	if (at->is_doubled)
		return 0;
	if (len > TW_VIEW_INLINE || at->from + TW_VIEW_INLINE > j->len)
		tw_view_set(v, j->buf, j->off + at->from, p, len);
	else
		tw_view_set_short(v, p, len);
	return 1;
}

static TW_BODY int one_other(const struct job *j, const struct value *at)
{
	(void)j, (void)at;
	return 0;
}

/* The loop; `one` is inlined. It leaves what it can't do to slow(). The copy of the job
 * is seen by nobody else, so that it stays in registers. */
static TW_BODY void all(const struct job *job, int has_quotes, int (*one)(const struct job *, const struct value *))
{
	const struct record *const records = job->x->window.records;
	const uint32_t n = job->x->window.n_records;
	const uint16_t *const marks = job->x->marks.at;
	struct job j = *job;
	uint32_t i;

	j.has_quotes = (uint8_t)has_quotes;
	for (i = 0; i < n; i++) {
		const struct value v = value_of(&j, &records[i], marks);

		if (v.from == v.to || !one(&j, &v)) {
			const struct value copy = v;

			slow(job, &records[i], &copy);
		}
	}
}

static TW_BODY void any(const struct job *j, int (*one)(const struct job *, const struct value *))
{
	if (j->has_quotes)
		all(j, 1, one);
	else
		all(j, 0, one);
}

static TW_BODY void column_body(struct parser *x, uint32_t c)
{
	const struct column *column = &x->plan->columns[c];
	const struct window *w = &x->window;
	const struct job j = {.x = x,
			      .column = column,
			      .to = tw_col(x->b, column->field),
			      .text = w->text,
			      .len = w->len,
			      .buf = w->buf,
			      .off = w->off,
			      .c = c,
			      .at = x->at[c],
			      .quote = x->plan->quote,
			      .has_quotes = x->marks.has_quotes != 0};

	switch (column->type) {
	case TW_I32:
	case TW_I64:
	case TW_U32:
	case TW_U64: any(&j, one_whole); return;
	case TW_F64: any(&j, one_f64); return;
	case TW_TIMESTAMP:
		if (column->shift == TIME_IS_TEXT)
			any(&j, one_time);
		else
			any(&j, one_other);
		return;
	case TW_STR:
	case TW_BYTES:
		if (column->type == TW_STR && x->plan->is_bytes && x->marks.has_high)
			any(&j, one_other);
		else
			any(&j, one_text);
		return;
	default: any(&j, one_other); return;
	}
}

static void column_base(struct parser *x, uint32_t c)
{
	column_body(x, c);
}

#if defined(__x86_64__)
static TW_AVX2 void column_avx2(struct parser *x, uint32_t c)
{
	column_body(x, c);
}
#endif

quick_fn *quick_column(enum tw_simd level)
{
#if defined(__x86_64__)
	if (level >= TW_SIMD_AVX2)
		return column_avx2;
#endif
	(void)level;
	return column_base;
}
