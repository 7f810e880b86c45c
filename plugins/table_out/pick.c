/* pick.c - which rows are shown, and in which order. [worker] */
#include "table_out.h"

#include <string.h>

/* Below 0: a comes before b, ascending. Nulls come last either way. */
static int compare(const struct conf *c, const char *a, const char *b)
{
	const struct column *col = &c->columns[c->sort];
	const struct cell *x = cell_of(c, col, a), *y = cell_of(c, col, b);
	int order;

	if (x->is_null || y->is_null)
		return (int)x->is_null - (int)y->is_null;
	switch (col->field->type) {
	case TW_U32:
	case TW_U64: order = (x->v.u > y->v.u) - (x->v.u < y->v.u); break;
	case TW_F32:
	case TW_F64:
		if (x->v.d != x->v.d || y->v.d != y->v.d)
			return (x->v.d != x->v.d) - (y->v.d != y->v.d); /* NaN as null */
		order = (x->v.d > y->v.d) - (x->v.d < y->v.d);
		break;
	case TW_STR:
	case TW_BYTES:
	case TW_FIXED: {
		const uint32_t n = x->v.text.len < y->v.text.len ? x->v.text.len : y->v.text.len;

		order = memcmp(a + col->text_off, b + col->text_off, n);
		order = order ? order : (x->v.text.len > y->v.text.len) - (x->v.text.len < y->v.text.len);
		break;
	}
	default: order = (x->v.i > y->v.i) - (x->v.i < y->v.i);
	}
	return c->descending ? -order : order;
}

bool is_before(const struct store *s, uint32_t a, uint32_t b)
{
	const struct conf *c = s->conf;
	const int order =
		c->sort < 0 ? 0 : compare(c, s->rows + (size_t)a * c->row_bytes, s->rows + (size_t)b * c->row_bytes);

	return order ? order < 0 : s->stamp[a] > s->stamp[b];
}

/* Without a column to sort by a key stays in its line, and rows stand as they came. */
static bool stands_before(const struct store *s, uint32_t a, uint32_t b)
{
	if (s->conf->sort >= 0)
		return is_before(s, a, b);
	return s->conf->n_by ? a < b : s->stamp[a] < s->stamp[b];
}

/* Put slot into the n that are in order already. */
static void insert(const struct store *s, uint32_t *order, uint32_t n, uint32_t slot,
		   bool (*before)(const struct store *, uint32_t, uint32_t))
{
	uint32_t low = 0, high = n;

	while (low < high) {
		const uint32_t mid = (low + high) / 2;

		if (before(s, slot, order[mid]))
			high = mid;
		else
			low = mid + 1;
	}
	memmove(order + low + 1, order + low, (n - low) * sizeof *order);
	order[low] = slot;
}

void pick(const struct store *s, uint32_t *order, struct snapshot *shot)
{
	const struct conf *c = s->conf;
	uint32_t i, n = 0;

	for (i = 0; i < s->n; i++) {
		if (n == c->top && !is_before(s, i, order[n - 1]))
			continue;
		n -= n == c->top;
		insert(s, order, n++, i, is_before);
	}
	for (i = 1; i < n && c->sort < 0; i++)
		insert(s, order, i, order[i], stands_before);
	for (i = 0; i < n; i++)
		memcpy(shot->rows + (size_t)i * c->row_bytes, s->rows + (size_t)order[i] * c->row_bytes, c->row_bytes);
	shot->n = n;
	shot->keys = s->n;
}
