/* params.c - the parameters of a field, by its method. [control: bind] */
#include "gen.h"

#include <stdio.h>
#include <string.h>

const struct tw_conf *param(struct tw_bind *b, const struct tw_conf *v, const char *key)
{
	return b->host->get(v, key);
}

static double number(struct tw_bind *b, const struct tw_conf *v, const char *key, double otherwise)
{
	const struct tw_conf *p = param(b, v, key);

	if (p && b->host->kind(p) != TW_CONF_INT && b->host->kind(p) != TW_CONF_REAL) {
		b->host->fail(b, p, -1, "a number is needed here", NULL);
		return otherwise;
	}
	return p ? b->host->f64(p) : otherwise;
}

static double factor(const struct spec *s)
{
	double f = 1;
	uint32_t i;

	for (i = 0; i < s->scale; i++)
		f *= 10;
	return f;
}

/* A parameter of a whole-number field; of a decimal in units of its last digit. */
static int64_t integer(struct tw_bind *b, const struct tw_conf *v, const struct spec *s, const char *key,
		       int64_t otherwise)
{
	const struct tw_conf *p = param(b, v, key);
	const double d = number(b, v, key, (double)otherwise) * factor(s);

	if (p && s->scale == 0 && b->host->kind(p) == TW_CONF_INT)
		return b->host->i64(p);
	if (!(d > -9.2e18 && d < 9.2e18)) {
		b->host->fail(b, p, -1, "the number is out of range", NULL);
		return otherwise;
	}
	return (int64_t)(d < 0 ? d - 0.5 : d + 0.5);
}

static void read_seq(struct tw_bind *b, const struct tw_conf *v, struct spec *s)
{
	if (s->is_real) {
		s->d_start = number(b, v, "start", 0);
		s->d_step = number(b, v, "step", 1);
		return;
	}
	s->start = integer(b, v, s, "start", 0);
	s->step = integer(b, v, s, "step", 1);
}

static void read_uniform(struct tw_bind *b, const struct tw_conf *v, struct spec *s)
{
	const double min = number(b, v, "min", 0), max = number(b, v, "max", 1);
	int64_t last;

	if (min > max)
		b->host->fail(b, param(b, v, param(b, v, "min") ? "min" : "max"), -1, "min is greater than max", NULL);
	s->d_start = min;
	s->d_step = max - min;
	if (s->is_real || b->failed)
		return;
	s->start = integer(b, v, s, "min", 0);
	last = integer(b, v, s, "max", 1);
	s->span = (uint64_t)last - (uint64_t)s->start;
}

static void read_zipf(struct tw_bind *b, const struct tw_conf *v, struct spec *s)
{
	const struct tw_conf *n = param(b, v, "n");
	double *sums, sum = 0;
	uint32_t i;

	s->n = n ? (uint32_t)b->host->i64(n) : 1000;
	if (s->n > ZIPF_MAX) {
		b->host->fail(b, n, -1, "zipf has at most 1000000 different values", NULL);
		return;
	}
	sums = b->host->alloc(b, s->n * sizeof *sums);
	for (i = 0; i < s->n; i++)
		sums[i] = sum += 1.0 / (double)(i + 1);
	s->sums = sums;
}

/* "1ms" or a number of ns. */
static int64_t duration(struct tw_bind *b, const struct tw_conf *v, const char *key, int64_t otherwise)
{
	const struct tw_conf *p = param(b, v, key);
	const int64_t ns = p ? b->host->i64(p) : otherwise;
	const bool is_zero = p && b->host->kind(p) == TW_CONF_STR && b->host->str(p)[0] == '0';

	if (p && (b->host->kind(p) == TW_CONF_REAL || (ns == 0 && b->host->kind(p) == TW_CONF_STR && !is_zero)))
		b->host->fail(b, p, -1, "this is no duration", "such as \"1ms\", or a whole number of ns");
	return ns;
}

static void read_time(struct tw_bind *b, const struct tw_conf *v, struct spec *s)
{
	const struct tw_conf *start = param(b, v, "start");
	const int64_t jitter = duration(b, v, "jitter", 0);

	s->start = 1767225600000000000; /* 2026-01-01T00:00:00Z */
	s->step = duration(b, v, "step", 1000000);
	s->span = jitter > 0 ? (uint64_t)jitter : 0;
	if (start && b->host->kind(start) == TW_CONF_INT)
		s->start = b->host->i64(start);
	else if (start && (b->host->kind(start) != TW_CONF_STR || !time_parse(b->host->str(start), &s->start)))
		b->host->fail(b, start, -1, "this is no time",
			      "such as \"2026-01-01T00:00:00Z\", or a whole number of ns");
}

/* The characters of an alphabet: code points of UTF-8, which the host has checked. */
static void read_alphabet(struct tw_bind *b, const struct tw_conf *at, struct spec *s)
{
	const char *letters = b->host->str(at);
	const uint32_t len = (uint32_t)strlen(letters);
	uint32_t *begin = b->host->alloc(b, (LETTERS_MAX + 1) * sizeof *begin), i, widest = 0;

	for (i = 0; i < len; i++) {
		s->has_escapes |= (unsigned char)letters[i] < 0x20 || letters[i] == '"' || letters[i] == '\\';
		if (((unsigned char)letters[i] & 0xc0) == 0x80)
			continue;
		if (s->n_letters == LETTERS_MAX) {
			b->host->fail(b, at, -1, "an alphabet has at most 256 characters", NULL);
			return;
		}
		begin[s->n_letters++] = i;
	}
	begin[s->n_letters] = len;
	for (i = 0; i < s->n_letters; i++)
		widest = begin[i + 1] - begin[i] > widest ? begin[i + 1] - begin[i] : widest;
	s->letters = letters;
	s->letter_at = begin;
	s->json_most = s->most * (s->has_escapes ? 6 : widest);
	if (s->most * widest > LENGTH_MAX)
		b->host->fail(b, at, -1, "a text of such characters can be longer than 4096 bytes", "make it shorter");
}

static void read_text(struct tw_bind *b, const struct tw_conf *v, struct spec *s)
{
	const struct tw_conf *length = param(b, v, "length"), *n = param(b, v, "n");
	const uint32_t usual = s->method == HEX ? 16 : 32;
	const double most = number(b, v, "max", number(b, v, "min", usual)), least = number(b, v, "min", most);

	if (least < 0 || most > LENGTH_MAX || least > most)
		b->host->fail(b, v, -1, "min and max of a text are its length", "0 to 4096, min not greater than max");
	s->least = length ? (uint32_t)b->host->i64(length) : (uint32_t)least;
	s->most = length ? s->least : (uint32_t)most;
	s->n = n ? (uint32_t)b->host->i64(n) : 0;
	s->json_most = s->most;
	if (!b->failed && param(b, v, "alphabet"))
		read_alphabet(b, param(b, v, "alphabet"), s);
}

/* What JSON writes for a text. */
static const char *escaped(struct tw_bind *b, const char *text, const char *quote)
{
	char *json = b->host->alloc(b, 6 * strlen(text) + 3), *to = json;

	to += sprintf(to, "%s", quote);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			to += sprintf(to, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			to += sprintf(to, "\\u%04x", (unsigned)*text);
		else
			*to++ = *text;
	}
	sprintf(to, "%s", quote);
	return json;
}

static bool is_right_kind(const struct spec *s, enum tw_conf_kind kind)
{
	if (tw_type_is_text(s->type))
		return kind == TW_CONF_STR;
	if (s->type == TW_BOOL)
		return kind == TW_CONF_BOOL;
	if (s->type == TW_TIMESTAMP)
		return kind == TW_CONF_STR || kind == TW_CONF_INT;
	return kind == TW_CONF_INT || ((s->is_real || s->type == TW_DECIMAL) && kind == TW_CONF_REAL);
}

static void read_item(struct tw_bind *b, const struct tw_conf *at, const struct spec *s, struct item *item)
{
	char *number = b->host->alloc(b, 64);

	if (!is_right_kind(s, b->host->kind(at))) {
		b->host->fail(b, at, -1, "the value does not fit the field's type", tw_type_name(s->type));
		return;
	}
	item->json = number;
	item->d = b->host->f64(at);
	item->i = b->host->kind(at) == TW_CONF_BOOL ? b->host->boolean(at) : b->host->i64(at);
	if (s->type == TW_BOOL) {
		item->json = item->i ? "true" : "false";
	} else if (tw_type_is_text(s->type)) {
		item->s = b->host->str(at);
		item->len = (uint32_t)strlen(item->s);
		item->json = escaped(b, item->s, "\"");
	} else if (s->type == TW_TIMESTAMP) {
		if (b->host->kind(at) == TW_CONF_STR && !time_parse(b->host->str(at), &item->i))
			b->host->fail(b, at, -1, "this is no time", "such as \"2026-01-01T00:00:00Z\"");
		*time_put(number + 1, item->i) = '"';
		number[0] = '"';
	} else if (s->is_real || s->type == TW_DECIMAL) {
		sprintf(number, "%.17g", item->d);
		item->i = (int64_t)(item->d * factor(s) + (item->d < 0 ? -0.5 : 0.5));
	} else {
		*put_int(number, item->i) = '\0';
		if (in_range(s->type, item->i) != item->i)
			b->host->fail(b, at, -1, "the value does not fit the field's type", tw_type_name(s->type));
	}
	item->json_len = (uint32_t)strlen(item->json);
}

static void read_items(struct tw_bind *b, const struct tw_conf *v, struct spec *s)
{
	const struct tw_conf *list = param(b, v, s->method == CHOICE ? "values" : "value");
	struct item *items;
	uint32_t i;

	if (!list) {
		b->host->fail(b, v, -1, s->method == CHOICE ? "choice needs \"values\"" : "const needs \"value\"",
			      NULL);
		return;
	}
	s->n = s->method == CHOICE ? b->host->len(list) : 1;
	items = b->host->alloc(b, s->n * sizeof *items);
	for (i = 0; i < s->n; i++)
		read_item(b, s->method == CHOICE ? b->host->at(list, i, NULL) : list, s, &items[i]);
	s->items = items;
}

static void read_prefix(struct tw_bind *b, const struct tw_conf *v, struct spec *s)
{
	const struct tw_conf *prefix = param(b, v, "prefix");

	s->prefix = s->json_prefix = "";
	if (!prefix)
		return;
	if (!tw_type_is_text(s->type) || s->items) {
		b->host->fail(b, prefix, -1, "only a generated text has a prefix", "give the field the type \"str\"");
		return;
	}
	s->prefix = b->host->str(prefix);
	s->prefix_len = (uint32_t)strlen(s->prefix);
	s->json_prefix = escaped(b, s->prefix, "");
	s->json_prefix_len = (uint32_t)strlen(s->json_prefix);
	if (s->prefix_len > LENGTH_MAX)
		b->host->fail(b, prefix, -1, "the prefix is longer than 4096 bytes", NULL);
}

void params_read(struct tw_bind *b, const struct tw_conf *v, struct spec *s)
{
	if (s->method != TEXT && param(b, v, "alphabet"))
		b->host->fail(b, param(b, v, "alphabet"), -1, "only a text has an alphabet", NULL);
	switch (s->method) {
	case SEQ: read_seq(b, v, s); break;
	case UNIFORM: read_uniform(b, v, s); break;
	case NORMAL:
		s->d_start = number(b, v, "mean", 0) * factor(s);
		s->d_step = number(b, v, "stddev", 1) * factor(s);
		break;
	case ZIPF: read_zipf(b, v, s); break;
	case TIME: read_time(b, v, s); break;
	case HEX:
	case TEXT: read_text(b, v, s); break;
	case DUE: break;
	default: read_items(b, v, s); break;
	}
	read_prefix(b, v, s);
}
