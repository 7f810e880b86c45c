/* bind.c - from config and input schema to the plan. [control] */
#include "parse_csv.h"

#include <stdio.h>

#define SCALE_MAX 18

static uint32_t type_of(const char *name)
{
	uint32_t type;

	for (type = TW_BOOL; type < TW_FIXED; type++)
		if (strcmp(tw_type_name(type), name) == 0)
			return type;
	return 0;
}

/* The config of a column: its type alone, or a map. */
static const struct tw_conf *member(struct tw_bind *b, const struct tw_conf *conf, const char *key)
{
	return b->host->kind(conf) == TW_CONF_MAP ? b->host->get(conf, key) : NULL;
}

static void bind_type(struct tw_bind *b, struct column *c, const struct tw_conf *conf)
{
	const struct tw_conf *at = member(b, conf, "type");

	if (!at)
		at = conf;
	c->type = b->host->kind(at) == TW_CONF_STR ? (uint8_t)type_of(b->host->str(at)) : 0;
	if (c->type == 0)
		b->host->fail(b, at, -1, "this is no type that a field of CSV can be made into",
			      "bool, i32, i64, u32, u64, f32, f64, timestamp, decimal, str or bytes");
}

static void bind_format(struct tw_bind *b, struct column *c, const struct tw_conf *conf)
{
	static const struct {
		const char *name;
		uint32_t shift;
	} formats[] = {{"rfc3339", TIME_IS_TEXT}, {"s", 9}, {"ms", 6}, {"us", 3}, {"ns", 0}};
	const struct tw_conf *at = member(b, conf, "format");
	uint32_t i;

	c->shift = TIME_IS_TEXT;
	if (!at)
		return;
	if (c->type != TW_TIMESTAMP)
		b->host->fail(b, at, -1, "only a timestamp has a format", "remove it, or make the type \"timestamp\"");
	for (i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (strcmp(formats[i].name, b->host->str(at)) == 0) {
			c->shift = formats[i].shift;
			return;
		}
	}
	b->host->fail(b, at, -1, "this is no format of a timestamp", "rfc3339, s, ms, us or ns");
}

static void bind_scale(struct tw_bind *b, struct column *c, const struct tw_conf *conf)
{
	const struct tw_conf *at = member(b, conf, "scale");
	int64_t scale;

	if (c->type != TW_DECIMAL) {
		if (at)
			b->host->fail(b, at, -1, "only a decimal has a scale",
				      "remove it, or make the type \"decimal\"");
		return;
	}
	if (!at) {
		b->host->fail(b, conf, -1, "a decimal needs its \"scale\", the digits behind the point",
			      "such as {\"type\": \"decimal\", \"scale\": 2}");
		return;
	}
	scale = b->host->i64(at);
	if (scale < 0 || scale > SCALE_MAX)
		b->host->fail(b, at, -1, "a scale is 0 to 18", NULL);
	else
		c->shift = (uint32_t)scale;
}

/* The column by its name in the list that the config gives. */
static void bind_listed(struct tw_bind *b, struct column *c, const struct tw_conf *at)
{
	const struct tw_conf *header = b->host->get(b->config, "header");
	char what[160];
	uint32_t i;

	for (i = 0; i < b->host->len(header) && !c->number; i++)
		if (strcmp(b->host->str(b->host->at(header, i, NULL)), c->name) == 0)
			c->number = i + 1;
	if (!c->number) {
		snprintf(what, sizeof what, "no column \"%.80s\" in the list of \"header\"", c->name);
		b->host->fail(b, at, -1, what, "add \"at\" with one of its names, or a column's number from 1");
	}
	c->name = NULL;
}

static void bind_place(struct tw_bind *b, struct column *c, const char *name, const struct tw_conf *conf)
{
	const struct plan *p = b->plan;
	const struct tw_conf *at = member(b, conf, "at");
	int64_t number;

	if (at && b->host->kind(at) == TW_CONF_INT) {
		number = b->host->i64(at);
		if (number < 1 || number > (p->header == HEADER_LIST ? (int64_t)p->n_names : COLUMNS_MAX))
			b->host->fail(b, at, -1, "there is no such column", "columns count from 1");
		else
			c->number = (uint32_t)number;
		return;
	}
	c->name = at ? b->host->str(at) : name;
	if (p->header == HEADER_LIST)
		bind_listed(b, c, at ? at : conf);
	else if (p->header == HEADER_NONE)
		b->host->fail(b, at ? at : conf, -1, "without a header, columns have no names",
			      "add \"at\" with the column's number from 1, or list names as \"header\"");
}

static void bind_column(struct tw_bind *b, struct column *c, const char *name, const struct tw_conf *conf)
{
	const struct tw_conf *required = member(b, conf, "required");

	bind_type(b, c, conf);
	bind_format(b, c, conf);
	bind_scale(b, c, conf);
	bind_place(b, c, name, conf);
	c->is_required = required && b->host->boolean(required);
	c->field = b->host->add(b, 0, conf, name, c->type ? c->type : TW_BYTES, !c->is_required,
				c->type == TW_DECIMAL && c->shift <= SCALE_MAX ? c->shift : 0);
}

/* A text column of the input. */
static const struct tw_field *bind_input(struct tw_bind *b, const char *key, const char *use)
{
	const struct tw_field *f = tw_bind_field(b, 0, key, 0);
	char what[200];

	if (f && !tw_type_is_text(f->type)) {
		snprintf(what, sizeof what, "%s is of type str or bytes, and \"%.80s\" is of type %s", use, f->name,
			 tw_type_name(f->type));
		b->host->fail(b, b->host->get(b->config, key), -1, what, NULL);
	}
	return f;
}

static void bind_header(struct tw_bind *b, struct plan *p)
{
	const struct tw_conf *header = b->host->get(b->config, "header");
	const struct tw_conf *file = b->host->get(b->config, "file");

	p->header = HEADER_ROW;
	if (header && b->host->kind(header) == TW_CONF_LIST) {
		p->header = HEADER_LIST;
		p->n_names = b->host->len(header);
		if (p->n_names == 0 || p->n_names > COLUMNS_MAX)
			b->host->fail(b, header, -1, "a header is a list of 1 to 4096 names", NULL);
	} else if (header && !b->host->boolean(header)) {
		p->header = HEADER_NONE;
	}
	if (!file)
		return;
	if (p->header != HEADER_ROW)
		b->host->fail(b, file, -1, "without header rows it does not matter where a file begins",
			      "remove it, or make \"header\" true");
	p->file = bind_input(b, "file", "a file's name");
}

static char bind_char(struct tw_bind *b, const char *key)
{
	const char *text = tw_conf_str(b, key);

	if (text && text[0] && !text[1] && !(text[0] & 0x80) && text[0] != '\n' && text[0] != '\r')
		return text[0];
	b->host->fail(b, b->host->get(b->config, key), -1,
		      "this must be one ASCII character, and not the end of a line", NULL);
	return ',';
}

static void bind_chars(struct tw_bind *b, struct plan *p)
{
	const char *quote = tw_conf_str(b, "quote");

	p->separator = bind_char(b, "separator");
	p->quote = p->separator;
	if (!quote || !*quote)
		return;
	p->quote = bind_char(b, "quote");
	if (p->quote == p->separator)
		b->host->fail(b, b->host->get(b->config, "quote"), -1, "this is the separator, too", NULL);
}

int parse_csv_bind(struct tw_bind *b)
{
	struct plan *p = tw_bind_plan(b, sizeof *p);
	const struct tw_conf *fields = b->host->get(b->config, "fields");
	const uint32_t n = fields ? b->host->len(fields) : 0;
	const char *name;
	uint32_t i, has_text = 0;

	p->line = bind_input(b, "from", "a record");
	p->is_bytes = p->line && p->line->type == TW_BYTES;
	bind_header(b, p);
	bind_chars(b, p);
	if (p->line && !tw_conf_bool(b, "keep"))
		b->host->leave_out(b, 0, p->line);
	if (n > FIELDS_MAX)
		return b->host->fail(b, fields, -1, "more than 250 fields", NULL);
	p->columns = b->host->alloc(b, (n + 1) * sizeof *p->columns);
	p->n_columns = n;
	for (i = 0; i < n; i++) {
		const struct tw_conf *conf = b->host->at(fields, i, &name);

		bind_column(b, &p->columns[i], name, conf);
		has_text |= tw_type_is_text(p->columns[i].type);
	}
	if (has_text)
		b->host->text(b);
	return tw_bind_end(b);
}
