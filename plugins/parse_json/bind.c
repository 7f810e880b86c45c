/* bind.c - from config and input schema to the plan: columns and wanted places. [control] */
#include "parse_json.h"

#include <stdio.h>

static void *alloc(void *arg, size_t bytes)
{
	struct tw_bind *b = arg;

	return b->host->alloc(b, bytes);
}

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
	if (c->type == 0 || c->type == TW_DECIMAL)
		b->host->fail(b, at, -1, "this is no type that a JSON value can be made into",
			      "bool, i32, i64, u32, u64, f32, f64, timestamp, str or bytes");
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

/* The place of a column's value. Its node in the shape; -1 with an error recorded. */
static int bind_place(struct tw_bind *b, struct plan *p, const char *name, const struct tw_conf *conf)
{
	const struct shape_memory m = {alloc, b};
	const struct tw_conf *at = member(b, conf, "at");
	const char *why;
	int node, bad;

	if (!at)
		return shape_add_name(&p->shape, &m, name);
	node = shape_add_pointer(&p->shape, &m, b->host->str(at), &bad, &why);
	if (node < 0)
		b->host->fail(b, at, bad, why, "such as \"/user/name\" or \"/items/0/id\"");
	return node;
}

static int bind_column(struct tw_bind *b, struct column *c, const char *name, const struct tw_conf *conf)
{
	const struct tw_conf *required = member(b, conf, "required");
	struct plan *p = b->plan;
	const int node = bind_place(b, p, name, conf);

	bind_type(b, c, conf);
	bind_format(b, c, conf);
	c->is_required = required && b->host->boolean(required);
	if (node >= 0)
		c->slot = p->shape.nodes[node].slot;
	c->field = b->host->add(b, 0, conf, name, c->type ? c->type : TW_BYTES, !c->is_required, 0);
	return node;
}

/* What is taken whole as a plain value has nothing below it. */
static void check_leaf(struct tw_bind *b, const struct column *c, const struct tw_conf *conf, int node)
{
	const struct plan *p = b->plan;
	const struct tw_conf *at = member(b, conf, "at");
	char what[160];

	if (node < 0 || c->type == TW_BYTES || p->shape.nodes[node].n_members == 0)
		return;
	snprintf(what, sizeof what, "other fields lie below this place, so its value can be no %s",
		 tw_type_name(c->type));
	b->host->fail(b, at ? at : conf, -1, what, "only \"bytes\" takes a map or list as it stands");
}

static void bind_line(struct tw_bind *b, struct plan *p)
{
	const struct tw_conf *at = b->host->get(b->config, "from");
	char what[160];

	p->line = tw_bind_field(b, 0, "from", 0);
	if (!p->line)
		return;
	if (!tw_type_is_text(p->line->type)) {
		snprintf(what, sizeof what, "a document is of type str or bytes, and \"%.80s\" is of type %s",
			 p->line->name, tw_type_name(p->line->type));
		b->host->fail(b, at, -1, what, NULL);
	}
	if (!tw_conf_bool(b, "keep"))
		b->host->leave_out(b, 0, p->line);
}

static uint32_t count_tokens(struct tw_bind *b, const struct tw_conf *fields)
{
	uint32_t i, sum = 0;

	for (i = 0; i < b->host->len(fields); i++) {
		const struct tw_conf *at = member(b, b->host->at(fields, i, NULL), "at");
		const uint32_t n = at ? shape_tokens(b->host->str(at)) : 1;

		/* a pointer that is longer is refused before it fills the rest */
		sum += n < SHAPE_DEPTH ? n : SHAPE_DEPTH;
	}
	return sum;
}

int parse_json_bind(struct tw_bind *b)
{
	const struct shape_memory m = {alloc, b};
	struct plan *p = tw_bind_plan(b, sizeof *p);
	const struct tw_conf *fields = b->host->get(b->config, "fields");
	const uint32_t n = fields ? b->host->len(fields) : 0;
	const struct tw_conf **confs = b->host->alloc(b, (n + 1) * sizeof *confs);
	int *nodes = b->host->alloc(b, (n + 1) * sizeof *nodes);
	const char *name;
	uint32_t i, has_text = 0;

	bind_line(b, p);
	p->lax = tw_conf_bool(b, "lax");
	if (n > 250)
		return b->host->fail(b, fields, -1, "more than 250 fields", NULL);
	shape_init(&p->shape, &m, n ? count_tokens(b, fields) : 0);
	p->columns = b->host->alloc(b, (n + 1) * sizeof *p->columns);
	p->n_columns = n;
	for (i = 0; i < n; i++) {
		confs[i] = b->host->at(fields, i, &name);
		nodes[i] = bind_column(b, &p->columns[i], name, confs[i]);
		has_text |= p->columns[i].type == TW_STR;
	}
	for (i = 0; i < n; i++)
		check_leaf(b, &p->columns[i], confs[i], nodes[i]);
	shape_finish(&p->shape, &m);
	if (has_text)
		b->host->text(b);
	return tw_bind_end(b);
}
