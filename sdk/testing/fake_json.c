/*
 * fake_json.c - rows from and to text, one JSON object a line.
 */
#include "fake.h"

#include <inttypes.h>
#include <math.h>

void fake_string_put(struct fake_text *out, const char *s, size_t len)
{
	size_t i;

	fake_put(out, "\"", 1);
	for (i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			fake_printf(out, "\\%c", c);
		else if (c == '\n')
			fake_put(out, "\\n", 2);
		else if (c == '\t')
			fake_put(out, "\\t", 2);
		else if (c < 0x20)
			fake_printf(out, "\\u%04x", c);
		else
			fake_put(out, s + i, 1);
	}
	fake_put(out, "\"", 1);
}

static void put_float(struct fake_text *out, double v, int digits)
{
	if (isnan(v))
		fake_put(out, "\"nan\"", 5);
	else if (isinf(v))
		fake_printf(out, "\"%sinf\"", v < 0 ? "-" : "");
	else
		fake_printf(out, "%.*g", digits, v);
}

static void put_value(struct fake_text *out, const struct tw_field *f, const struct tw_batch *b, uint32_t row)
{
	const char *p = (const char *)tw_col(b, f) + (size_t)row * f->width;

	switch (f->type) {
	case TW_BOOL: fake_printf(out, "%s", tw_bit(tw_col(b, f), row) ? "true" : "false"); break;
	case TW_I32: fake_printf(out, "%" PRId32, *(const int32_t *)p); break;
	case TW_U32: fake_printf(out, "%" PRIu32, *(const uint32_t *)p); break;
	case TW_U64: fake_printf(out, "%" PRIu64, *(const uint64_t *)p); break;
	case TW_F32: put_float(out, *(const float *)p, 9); break;
	case TW_F64: put_float(out, *(const double *)p, 17); break;
	case TW_STR:
	case TW_BYTES:
		fake_string_put(out, tw_view_ptr(b, (const struct tw_view *)p), ((const struct tw_view *)p)->len);
		break;
	case TW_FIXED: fake_string_put(out, p, f->width); break;
	default: fake_printf(out, "%" PRId64, *(const int64_t *)p); break;
	}
}

void fake_rows_put(struct fake_text *out, const struct tw_schema *s, const struct tw_batch *b)
{
	uint32_t i, k;

	for (i = 0; i < b->n_sel; i++) {
		const uint32_t row = tw_row(b, i);

		for (k = 0; k < s->n; k++) {
			const uint8_t *bits = tw_nulls(b, s->fields[k]);

			fake_printf(out, "%s\"%s\":", k ? "," : "{", s->fields[k]->name);
			if (bits && !tw_bit(bits, row))
				fake_put(out, "null", 4);
			else
				put_value(out, s->fields[k], b, row);
		}
		fake_put(out, s->n ? "}\n" : "{}\n", s->n ? 2 : 3);
	}
}

/* --- in --- */

static double to_double(const json_t *v)
{
	const char *s = json_string_value(v);

	if (!s)
		return json_number_value(v);
	return strcmp(s, "nan") == 0 ? NAN : s[0] == '-' ? -INFINITY : INFINITY;
}

/* Text goes to the last of the batch's buffers, a raw one with room for all. */
static void fill_text(struct tw_test *t, struct tw_batch *b, struct tw_view *v, const json_t *json)
{
	const char *s = json_string_value(json);
	const uint32_t len = (uint32_t)json_string_length(json);
	struct tw_raw *raw = fake_raw_at(t, b->bufs[b->n_bufs - 1]);

	if (len > TW_VIEW_INLINE) {
		memcpy(raw->data + raw->len, s, len);
		tw_view_set(v, b->n_bufs - 1u, raw->len, s, len);
		raw->len += len;
	} else {
		tw_view_set(v, 0, 0, s, len);
	}
}

static void fill_value(struct tw_test *t, const struct tw_field *f, struct tw_batch *b, uint32_t row, const json_t *v)
{
	char *p = (char *)tw_col(b, f) + (size_t)row * f->width;

	if (!(f->type == TW_BOOL ? json_is_boolean(v)
	      : tw_type_is_text(f->type) || f->type == TW_FIXED
		      ? json_is_string(v)
		      : json_is_integer(v) || ((f->type == TW_F32 || f->type == TW_F64) && !json_is_boolean(v))))
		fake_die(t, "the test's rows: the value of \"%s\" is no %s", f->name, tw_type_name(f->type));
	switch (f->type) {
	case TW_BOOL: tw_bit_put(tw_col(b, f), row, json_is_true(v)); break;
	case TW_I32: *(int32_t *)p = (int32_t)json_integer_value(v); break;
	case TW_U32: *(uint32_t *)p = (uint32_t)json_integer_value(v); break;
	case TW_F32: *(float *)p = (float)to_double(v); break;
	case TW_F64: *(double *)p = to_double(v); break;
	case TW_STR:
	case TW_BYTES: fill_text(t, b, (struct tw_view *)p, v); break;
	case TW_FIXED:
		if (json_string_length(v) != f->width)
			fake_die(t, "the test's rows: \"%s\" must have %u bytes", f->name, f->width);
		memcpy(p, json_string_value(v), f->width);
		break;
	default: *(int64_t *)p = json_integer_value(v); break;
	}
}

void fake_row_fill(struct tw_test *t, const struct tw_schema *s, struct tw_batch *b, uint32_t row, json_t *json)
{
	uint32_t k;

	for (k = 0; k < s->n; k++) {
		const struct tw_field *f = s->fields[k];
		const json_t *v = json_object_get(json, f->name);

		if (f->nullable)
			tw_bit_put(tw_nulls(b, f), row, v && !json_is_null(v));
		if (v && !json_is_null(v))
			fill_value(t, f, b, row, v);
		else if (!f->nullable)
			fake_die(t, "the test's rows: \"%s\" is missing, and cannot be null", f->name);
	}
}
