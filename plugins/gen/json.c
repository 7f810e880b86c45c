/* json.c - a record as JSON text. Pure. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

#define NUMBER_MAX 40u /* bytes of a number or a time, with quotes */

static char *put(char *to, const char *p, uint32_t len)
{
	memcpy(to, p, len);
	return to + len;
}

static char *put_natural(char *to, uint64_t v)
{
	char buf[24], *p = buf + sizeof buf;

	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	return put(to, p, (uint32_t)(buf + sizeof buf - p));
}

char *put_int(char *to, int64_t v)
{
	if (v < 0)
		*to++ = '-';
	return put_natural(to, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

/* v / 10^scale, without zeros at its end. */
static char *put_scaled(char *to, int64_t v, uint32_t scale)
{
	uint64_t size = v < 0 ? 0 - (uint64_t)v : (uint64_t)v, unit = 1;
	uint32_t i;

	for (i = 0; i < scale; i++)
		unit *= 10;
	if (v < 0)
		*to++ = '-';
	to = put_natural(to, size / unit);
	size %= unit;
	if (size == 0)
		return to;
	*to++ = '.';
	while (size) {
		unit /= 10;
		*to++ = (char)('0' + size / unit);
		size %= unit;
	}
	return to;
}

/* Values are multiples of 10^-6 where they are not very large: see round_real. */
static char *put_real(char *to, double d)
{
	if (d > -9e9 && d < 9e9)
		return put_scaled(to, (int64_t)(d < 0 ? d * 1e6 - 0.5 : d * 1e6 + 0.5), 6);
	return to + sprintf(to, "%.17g", d);
}

static char *put_escaped(char *to, const char *s, uint32_t len)
{
	for (; len > 0; len--, s++) {
		if (*s == '"' || *s == '\\')
			*to++ = '\\';
		if ((unsigned char)*s < 0x20)
			to += sprintf(to, "\\u%04x", (unsigned)*s);
		else
			*to++ = *s;
	}
	return to;
}

static char *put_value(const struct spec *s, const struct value *v, char *to)
{
	if (v->is_null)
		return put(to, "null", 4);
	if (v->item)
		return put(to, v->item->json, v->item->json_len);
	switch (s->type) {
	case TW_BOOL: return v->i & 1 ? put(to, "true", 4) : put(to, "false", 5);
	case TW_F32:
	case TW_F64: return put_real(to, v->d);
	case TW_DECIMAL: return put_scaled(to, v->i, s->scale);
	case TW_TIMESTAMP:
		*to++ = '"';
		to = time_put(to, v->i);
		*to++ = '"';
		return to;
	case TW_STR:
	case TW_BYTES:
		*to++ = '"';
		to = put(to, s->json_prefix, s->json_prefix_len);
		to = s->has_escapes ? put_escaped(to, v->s, v->len) : put(to, v->s, v->len);
		*to++ = '"';
		return to;
	default: return put_int(to, in_range(s->type, v->i));
	}
}

char *put_record(const struct conf *c, uint64_t row, const struct clock *clock, char *to, char *scratch)
{
	struct value v;
	uint32_t i;

	for (i = 0; i < c->n_specs; i++) {
		const struct spec *s = &c->specs[i];

		value_of(s, row, clock, &v, scratch);
		to = put(to, s->lead, s->lead_len);
		to = put_value(s, &v, to);
	}
	*to++ = '}';
	return to;
}

uint32_t json_bound(const struct spec *s)
{
	uint32_t i, most = s->json_most;

	for (i = 0; s->items && i < s->n; i++)
		most = s->items[i].json_len > most ? s->items[i].json_len : most;
	return s->lead_len + s->json_prefix_len + most + NUMBER_MAX;
}
