/* bind.c - fields of the config become specs and columns. [control: bind] */
#include "gen.h"

#include <stdio.h>
#include <string.h>

static const char *const methods[METHODS] = {"seq",   "uniform", "normal", "zipf", "choice",
					     "const", "time",    "hex",    "text", "due"};

static enum method method_of(const char *name)
{
	uint32_t m = 0;

	while (m < METHODS - 1 && strcmp(methods[m], name) != 0)
		m++;
	return (enum method)m;
}

static bool is_real(struct tw_bind *b, const struct tw_conf *v)
{
	return v && b->host->kind(v) == TW_CONF_REAL;
}

/* The type of a value written in the config. */
static uint32_t type_of(struct tw_bind *b, const struct tw_conf *v)
{
	switch (v ? b->host->kind(v) : TW_CONF_NULL) {
	case TW_CONF_BOOL: return TW_BOOL;
	case TW_CONF_INT: return TW_I64;
	case TW_CONF_REAL: return TW_F64;
	default: return TW_STR;
	}
}

/* What a method makes if nothing is said. */
static uint32_t usual_type(struct tw_bind *b, const struct tw_conf *v, enum method m)
{
	const struct tw_conf *values = param(b, v, "values");

	switch (m) {
	case SEQ: return is_real(b, param(b, v, "start")) || is_real(b, param(b, v, "step")) ? TW_F64 : TW_I64;
	case UNIFORM: return is_real(b, param(b, v, "min")) || is_real(b, param(b, v, "max")) ? TW_F64 : TW_I64;
	case NORMAL: return TW_F64;
	case ZIPF: return TW_I64;
	case CHOICE: return type_of(b, values ? b->host->at(values, 0, NULL) : NULL);
	case CONST: return type_of(b, param(b, v, "value"));
	case TIME:
	case DUE: return TW_TIMESTAMP;
	default: return TW_STR;
	}
}

static bool can_make(enum method m, uint32_t type)
{
	const bool is_time = type == TW_TIMESTAMP, is_text = tw_type_is_text(type);

	switch (m) {
	case CHOICE:
	case CONST: return true;
	case TIME:
	case DUE: return is_time || type == TW_I64;
	case HEX:
	case TEXT: return is_text;
	case NORMAL: return !is_text && !is_time && type != TW_BOOL;
	case ZIPF: return type != TW_BOOL && !is_time;
	default: return true;
	}
}

static void read_type(struct tw_bind *b, const struct tw_conf *v, struct spec *s)
{
	const struct tw_conf *type = param(b, v, "type"), *scale = param(b, v, "scale");

	s->type = usual_type(b, v, s->method);
	if (type)
		for (s->type = TW_BOOL; strcmp(tw_type_name(s->type), b->host->str(type)) != 0; s->type++)
			;
	s->is_real = s->type == TW_F32 || s->type == TW_F64;
	if (s->type == TW_DECIMAL)
		s->scale = scale ? (uint32_t)b->host->i64(scale) : 2;
	else if (scale)
		b->host->fail(b, scale, -1, "only a decimal has a scale", NULL);
	if (!can_make(s->method, s->type))
		b->host->fail(b, type, -1, "this way of generating does not make values of this type",
			      methods[s->method]);
}

static void read_null(struct tw_bind *b, const struct tw_conf *v, struct spec *s)
{
	const struct tw_conf *null = param(b, v, "null");
	const double p = null ? b->host->f64(null) : 0;

	s->null_below = p >= 1 ? UINT64_MAX : (uint64_t)(p * 18446744073709551616.0);
}

static uint64_t salt_of(uint64_t seed, const char *name)
{
	uint64_t h = mix(seed);

	for (; *name; name++)
		h = mix(h ^ (unsigned char)*name);
	return h;
}

static void set_lead(struct tw_bind *b, struct spec *s, uint32_t i)
{
	char *lead = b->host->alloc(b, strlen(s->name) + 5);

	s->lead_len = (uint32_t)sprintf(lead, "%c\"%s\":", i ? ',' : '{', s->name);
	s->lead = lead;
}

static void read_field(struct tw_bind *b, const struct tw_conf *v, struct spec *s, bool as_json)
{
	s->method = method_of(b->host->str(param(b, v, "gen")));
	s->salt = salt_of((uint64_t)tw_conf_i64(b, "seed"), s->name);
	read_type(b, v, s);
	read_null(b, v, s);
	if (as_json && (strpbrk(s->name, "\"\\") || strlen(s->name) > 255))
		b->host->fail(b, v, -1, "a field's name has no quotes and no backslashes here", NULL);
	if (!b->failed)
		params_read(b, v, s);
	if (!as_json)
		s->field = b->host->add(b, 0, v, s->name, s->type, s->null_below > 0, s->scale);
}

static void end_json(struct tw_bind *b, struct conf *c)
{
	uint32_t i;

	c->json_max = 2;
	for (i = 0; i < c->n_specs; i++)
		c->json_max += json_bound(&c->specs[i]);
	if (c->json_max > 65536)
		b->host->fail(b, b->host->get(b->config, "fields"), -1, "a record can be longer than 64 KiB of JSON",
			      "shorten its texts");
	c->line = tw_bind_add(b, 0, "line", TW_BYTES, 0);
}

int gen_bind(struct tw_bind *b)
{
	struct conf *c = tw_bind_plan(b, sizeof *c);
	const struct tw_conf *fields = b->host->get(b->config, "fields"), *rate = b->host->get(b->config, "rate");
	const bool as_json = tw_conf_bool(b, "ndjson");
	struct spec *specs;
	uint32_t i;

	c->n_specs = b->host->len(fields);
	c->count = (uint64_t)tw_conf_i64(b, "count");
	c->rate = rate ? b->host->f64(rate) : 0;
	b->host->out_new(b, 0);
	b->host->text(b);
	c->specs = specs = b->host->alloc(b, c->n_specs * sizeof *specs);
	for (i = 0; i < c->n_specs; i++) {
		const struct tw_conf *v = b->host->at(fields, i, &specs[i].name);

		read_field(b, v, &specs[i], as_json);
		set_lead(b, &specs[i], i);
	}
	if (as_json && !b->failed)
		end_json(b, c);
	return tw_bind_end(b);
}
