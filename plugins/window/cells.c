/*
 * cells.c - rows enter their groups: one lookup for all of a batch, then a loop over
 * the rows for each cell. [worker]
 *
 * Cells that can fail for want of memory go first, so that a row that the table has
 * no room for has not entered the others yet.
 */
#include "window.h"

/* Row number k of w->rows has no place in the table. */
static void refuse(struct window *w, struct tw_ctx *ctx, struct tw_batch *b, uint32_t k)
{
	ctx->host->row_error(ctx, b, w->rows.row[k], NULL, "state limit");
	w->rows.slot[k] = NULL;
}

/* As refuse, where the batch's row is known. */
static void refuse_row(struct window *w, struct tw_ctx *ctx, struct tw_batch *b, uint32_t row)
{
	uint32_t k = 0;

	while (w->rows.row[k] != row)
		k++;
	refuse(w, ctx, b, k);
}

/* Forget refused rows. */
static void close_ranks(struct window *w)
{
	struct rows *r = &w->rows;
	uint32_t i, n = 0;

	for (i = 0; i < r->n; i++) {
		if (!r->slot[i])
			continue;
		r->row[n] = r->row[i];
		r->slot[n++] = r->slot[i];
	}
	r->n = n;
	w->values.field = NULL;
}

static void load(struct values *x, const struct tw_batch *b)
{
	const void *col = tw_col(b, x->field);
	uint32_t i;

	switch (x->field->type) {
	case TW_BOOL:
		for (i = 0; i < x->n; i++)
			x->v[i].i = tw_bit(col, x->row[i]);
		break;
	case TW_I32:
		for (i = 0; i < x->n; i++)
			x->v[i].i = ((const int32_t *)col)[x->row[i]];
		break;
	case TW_U32:
		for (i = 0; i < x->n; i++)
			x->v[i].i = ((const uint32_t *)col)[x->row[i]];
		break;
	case TW_F32:
		for (i = 0; i < x->n; i++)
			x->v[i].f = (double)((const float *)col)[x->row[i]];
		break;
	case TW_F64:
		for (i = 0; i < x->n; i++)
			x->v[i].f = ((const double *)col)[x->row[i]];
		break;
	case TW_I64:
	case TW_U64:
	case TW_TIMESTAMP:
	case TW_DECIMAL:
		for (i = 0; i < x->n; i++)
			x->v[i].i = ((const int64_t *)col)[x->row[i]];
		break;
	default: break; /* bytes stay where they are */
	}
}

/* Make w->values those of field. */
static void read_values(struct window *w, const struct tw_batch *b, const struct tw_field *field)
{
	const struct rows *r = &w->rows;
	struct values *x = &w->values;
	const uint8_t *valid = tw_nulls(b, field);
	uint32_t i;

	if (x->field == field)
		return;
	x->field = field;
	x->n = 0;
	for (i = 0; i < r->n; i++) {
		x->row[x->n] = r->row[i];
		x->slot[x->n] = r->slot[i];
		x->n += !valid || tw_bit(valid, r->row[i]);
	}
	load(x, b);
}

static void add_rows(const struct rows *r, uint32_t offset)
{
	uint32_t i;

	for (i = 0; i < r->n; i++)
		((struct cell_count *)((char *)r->slot[i] + offset))->n++;
}

static void add_count(const struct values *x, uint32_t offset)
{
	uint32_t i;

	for (i = 0; i < x->n; i++)
		((struct cell_count *)(x->slot[i] + offset))->n++;
}

static void add_sum(const struct values *x, const struct cell *c)
{
	const int is_signed = c->class == CLASS_INT;
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		struct cell_sum *s = (struct cell_sum *)(x->slot[i] + c->offset);
		const uint64_t low = s->low + (uint64_t)x->v[i].i;

		s->high += (low < s->low) - (is_signed && x->v[i].i < 0);
		s->low = low;
		s->n++;
	}
}

static void add_sum_real(const struct values *x, uint32_t offset)
{
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		struct cell_sum_real *s = (struct cell_sum_real *)(x->slot[i] + offset);

		s->sum += x->v[i].f;
		s->n++;
	}
}

static void add_least(const struct values *x, const struct cell *c)
{
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		struct cell_least *s = (struct cell_least *)(x->slot[i] + c->offset);
		int64_t v = x->v[i].i;

		if (c->class == CLASS_REAL) {
			if (x->v[i].f != x->v[i].f)
				continue; /* not a number is no value */
			v = ordered(x->v[i].f);
		}
		v ^= (int64_t)c->mask;
		if (s->has && s->value <= v)
			continue;
		s->value = v;
		s->has = 1;
	}
}

/* Does this time come before that of the value at hand? Of equal times the row that
 * came first is the first, the one that came last the last. */
static int is_earlier(const struct cell *c, int64_t time, int64_t has, int64_t than)
{
	return !has || time < than || (time == than && c->mask);
}

static void add_first(const struct values *x, const struct cell *c, const int64_t *time)
{
	uint32_t i;

	for (i = 0; i < x->n; i++) {
		struct cell_first *s = (struct cell_first *)(x->slot[i] + c->offset);
		const int64_t t = time[x->row[i]] ^ (int64_t)c->mask;

		if (!is_earlier(c, t, s->has, s->time))
			continue;
		s->value = x->v[i];
		s->time = t;
		s->has = 1;
	}
}

static double real_of(const struct cell *c, union number v)
{
	if (c->class == CLASS_REAL)
		return v.f;
	if (c->class == CLASS_UINT)
		return (double)(uint64_t)v.i;
	return (double)v.i / c->unit;
}

/* A count is full: halve all of the group's. 0; -1: no memory. */
static int halve(struct window *w, struct tw_ctx *ctx, struct cell_sketch *s)
{
	struct tw_blob *blobs[2] = {&s->pos, &s->neg};
	struct sketch_counts *c[2] = {NULL, NULL};
	int i;

	for (i = 0; i < 2; i++) {
		if (blobs[i]->len)
			c[i] = w->state->blob_write(ctx, w->plan->table, blobs[i], blobs[i]->len);
		if (blobs[i]->len && !c[i])
			return -1;
	}
	for (i = 0; i < 2; i++)
		sketch_halve(c[i], blobs[i]->len);
	s->zeros -= s->zeros / 2;
	return 0;
}

/* The blob's counts, made to have the bucket; NULL: no memory. */
static struct sketch_counts *reach(struct window *w, struct tw_ctx *ctx, struct tw_blob *blob, int32_t bucket)
{
	const uint32_t len = blob->len;
	struct sketch_counts *c = NULL;
	uint32_t bytes;

	if (len) {
		c = w->state->blob_write(ctx, w->plan->table, blob, len);
		if (!c || sketch_has(c, len, bucket))
			return c;
	}
	bytes = sketch_bytes(c, len, bucket);
	if (bytes != len)
		c = w->state->blob_write(ctx, w->plan->table, blob, bytes);
	if (c)
		sketch_arrange(c, len, bytes, bucket);
	return c;
}

/* 0; -1: no memory. */
static int count_real(struct window *w, struct tw_ctx *ctx, struct cell_sketch *s, double v)
{
	const double magnitude = v < 0 ? -v : v;
	struct tw_blob *blob = v < 0 ? &s->neg : &s->pos;
	struct sketch_counts *c;
	int32_t bucket;

	if (v != v)
		return 0; /* not a number is no value */
	if (magnitude < SKETCH_LEAST) {
		s->zeros++;
		return 0;
	}
	bucket = sketch_bucket(&w->plan->scale, magnitude);
	c = reach(w, ctx, blob, bucket);
	if (c && c->count[bucket - c->base] == UINT32_MAX)
		c = halve(w, ctx, s) < 0 ? NULL : reach(w, ctx, blob, bucket);
	if (!c)
		return -1;
	c->count[bucket - c->base]++;
	return 0;
}

/* The bytes of a value of CLASS_BYTES. */
static const char *bytes_of(const struct tw_batch *b, const struct tw_field *f, uint32_t row, uint32_t *len)
{
	const struct tw_view *v;

	if (f->type == TW_FIXED) {
		*len = f->width;
		return (const char *)tw_col(b, f) + (size_t)row * f->width;
	}
	v = (const struct tw_view *)tw_col(b, f) + row;
	*len = v->len;
	return tw_view_ptr(b, v);
}

/* Make the blob these bytes. 0; -1: no memory, and it is what it was. */
static int put_bytes(struct window *w, struct tw_ctx *ctx, struct tw_blob *blob, const char *p, uint32_t len)
{
	void *to = w->state->blob_write(ctx, w->plan->table, blob, len);

	if (len == 0)
		return 0;
	if (!to)
		return -1;
	memcpy(to, p, len);
	return 0;
}

static int compare(const char *a, uint32_t a_len, const char *b, uint32_t b_len)
{
	const uint32_t n = a_len < b_len ? a_len : b_len;
	const int order = n ? memcmp(a, b, n) : 0;

	return order ? order : (a_len > b_len) - (a_len < b_len);
}

static int add_least_bytes(struct window *w, struct tw_ctx *ctx, const struct cell *c, const struct tw_batch *b,
			   uint32_t i)
{
	struct cell_least_bytes *s = (struct cell_least_bytes *)(w->values.slot[i] + c->offset);
	uint32_t len;
	const char *p = bytes_of(b, c->field, w->values.row[i], &len);
	int order;

	if (s->has) {
		order = compare(p, len, w->state->blob(ctx, w->plan->table, &s->value), s->value.len);
		if (c->mask ? order <= 0 : order >= 0)
			return 0;
	}
	if (put_bytes(w, ctx, &s->value, p, len) < 0)
		return -1;
	s->has = 1;
	return 0;
}

static int add_first_bytes(struct window *w, struct tw_ctx *ctx, const struct cell *c, const struct tw_batch *b,
			   uint32_t i)
{
	struct cell_first_bytes *s = (struct cell_first_bytes *)(w->values.slot[i] + c->offset);
	const int64_t *time = tw_col(b, w->plan->time);
	const int64_t t = time[w->values.row[i]] ^ (int64_t)c->mask;
	uint32_t len;
	const char *p = bytes_of(b, c->field, w->values.row[i], &len);

	if (!is_earlier(c, t, s->has, s->time))
		return 0;
	if (put_bytes(w, ctx, &s->value, p, len) < 0)
		return -1;
	s->time = t;
	s->has = 1;
	return 0;
}

/* A cell that can fail. */
static void add_with_memory(struct window *w, struct tw_ctx *ctx, const struct cell *c, struct tw_batch *b)
{
	struct values *x = &w->values;
	uint32_t i, n_refused = 0;
	int err;

	read_values(w, b, c->field);
	for (i = 0; i < x->n; i++) {
		if (c->kind == CELL_SKETCH)
			err = count_real(w, ctx, (struct cell_sketch *)(x->slot[i] + c->offset), real_of(c, x->v[i]));
		else if (c->kind == CELL_LEAST_BYTES)
			err = add_least_bytes(w, ctx, c, b, i);
		else
			err = add_first_bytes(w, ctx, c, b, i);
		if (err == 0)
			continue;
		refuse_row(w, ctx, b, x->row[i]);
		n_refused++;
	}
	if (n_refused)
		close_ranks(w);
}

static void add(struct window *w, const struct cell *c, const struct tw_batch *b)
{
	struct values *x = &w->values;

	if (c->kind == CELL_ROWS) {
		add_rows(&w->rows, c->offset);
		return;
	}
	read_values(w, b, c->field);
	switch (c->kind) {
	case CELL_VALUES: add_count(x, c->offset); break;
	case CELL_SUM: add_sum(x, c); break;
	case CELL_SUM_REAL: add_sum_real(x, c->offset); break;
	case CELL_LEAST: add_least(x, c); break;
	case CELL_FIRST: add_first(x, c, tw_col(b, w->plan->time)); break;
	default: break;
	}
}

void window_add(struct window *w, struct tw_ctx *ctx, struct tw_batch *b)
{
	const struct plan *p = w->plan;
	struct rows *r = &w->rows;
	uint32_t i;

	w->values.field = NULL;
	if (w->state->upsert(ctx, p->table, b, r->row, r->n, r->ns, r->slot)) {
		for (i = 0; i < r->n; i++)
			if (!r->slot[i])
				refuse(w, ctx, b, i);
		close_ranks(w);
	}
	for (i = 0; i < p->n_cells; i++)
		if (p->cells[i].kind < CELL_ROWS)
			add_with_memory(w, ctx, &p->cells[i], b);
	for (i = 0; i < p->n_cells; i++)
		if (p->cells[i].kind >= CELL_ROWS)
			add(w, &p->cells[i], b);
}
