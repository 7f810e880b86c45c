/* bind.c - from config and input schema to the plan: columns, cells, table. [control] */
#include "window.h"

static void bind_groups(struct tw_bind *b, const struct tw_conf *by, const struct tw_field **keys)
{
	struct plan *p = b->plan;
	uint32_t i, n = by ? b->host->len(by) : 0;

	p->by = b->host->alloc(b, (n + 1) * sizeof *p->by);
	for (i = 0; i < n && i < 16; i++) {
		const struct tw_conf *at = b->host->at(by, i, NULL);
		const struct tw_field *f = b->host->field(b, 0, at, b->host->str(at));

		if (!f)
			continue;
		keys[p->n_by] = f;
		p->by[p->n_by++] = bind_column(b, at, f->name, f, f->nullable);
	}
}

/* Types of a kind's members, in order, 0 at the end. */
static const uint8_t *layout_of(enum cell_kind kind)
{
	static const uint8_t layouts[][5] = {
		[CELL_SKETCH] = {TW_VALUE_I64, TW_VALUE_I64, TW_VALUE_BLOB, TW_VALUE_BLOB},
		[CELL_DISTINCT] = {TW_VALUE_I64, TW_VALUE_BLOB},
		[CELL_LEAST_BYTES] = {TW_VALUE_BLOB, TW_VALUE_I64},
		[CELL_FIRST_BYTES] = {TW_VALUE_BLOB, TW_VALUE_I64, TW_VALUE_I64},
		[CELL_ROWS] = {TW_VALUE_I64},
		[CELL_VALUES] = {TW_VALUE_I64},
		[CELL_SUM] = {TW_VALUE_I64, TW_VALUE_I64, TW_VALUE_I64},
		[CELL_SUM_REAL] = {TW_VALUE_F64, TW_VALUE_I64},
		[CELL_LEAST] = {TW_VALUE_I64, TW_VALUE_I64},
		[CELL_FIRST] = {TW_VALUE_I64, TW_VALUE_I64, TW_VALUE_I64},
	};

	return layouts[kind];
}

static uint32_t mix(uint32_t h, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	while (len--)
		h = (h ^ *p++) * 16777619u;
	return h;
}

/* What the numbers in a slot mean, as a number: sums of one column must not become
 * those of another because both are sums. */
static uint32_t meaning(const struct plan *p, double accuracy)
{
	uint32_t i, h = 2166136261u;

	h = mix(h, &p->shape, sizeof p->shape);
	if (p->time)
		h = mix(h, p->time->name, strlen(p->time->name));
	h = mix(h, &p->size, sizeof p->size);
	h = mix(h, &p->every, sizeof p->every);
	h = mix(h, &p->offset, sizeof p->offset);
	for (i = 0; i < p->n_cells; i++) {
		const struct cell *c = &p->cells[i];

		h = mix(h, &c->kind, sizeof c->kind);
		h = mix(h, &c->mask, sizeof c->mask);
		if (c->field)
			h = mix(h, c->field->name, strlen(c->field->name));
		if (c->kind == CELL_SKETCH)
			h = mix(h, &accuracy, sizeof accuracy);
	}
	return h;
}

/* What shapes keep beside: SLIDING how far it is, SESSION when to look at sessions. */
static void bind_side(struct tw_bind *b, const struct tw_field *const *keys, uint64_t bytes)
{
	static const uint8_t types[] = {TW_VALUE_I64};
	struct plan *p = b->plan;
	struct tw_state_spec spec = {.name = "progress", .version = 1, .n_values = 1, .types = types};

	spec.max_bytes = bytes;
	if (p->shape == SESSION) {
		spec.name = "ends";
		spec.n_keys = p->n_by;
		spec.keys = keys;
	}
	p->side = b->host->state(b, &spec);
}

/* Give the cells their places in the slot, and declare the tables. */
static void bind_tables(struct tw_bind *b, const struct tw_field *const *keys, double accuracy)
{
	struct plan *p = b->plan;
	uint64_t bytes = (uint64_t)tw_conf_i64(b, "max_state"), side = 1u << 20;
	uint8_t *types = b->host->alloc(b, p->n_cells * 4u + 3u);
	uint32_t i, offset = 0, n_types = 0;
	const uint8_t *t;

	for (; p->shape == SESSION && n_types < 3; offset += 8)
		types[n_types++] = TW_VALUE_I64; /* struct span */
	for (i = 0; i < p->n_cells; i++) {
		p->cells[i].offset = offset;
		for (t = layout_of(p->cells[i].kind); *t; t++) {
			types[n_types++] = *t;
			offset += *t == TW_VALUE_BLOB ? 16 : 8;
		}
	}
	if (p->shape == SESSION) {
		side = bytes / 4;
		bytes -= side;
	}
	p->table = b->host->state(b, &(struct tw_state_spec){
					     .name = "windows",
					     .version = meaning(p, accuracy),
					     .n_keys = p->n_by,
					     .keys = keys,
					     .n_values = n_types,
					     .types = types,
					     .max_bytes = bytes,
				     });
	if (p->shape == SLIDING || p->shape == SESSION)
		bind_side(b, keys, side);
}

/* Does an output column hold text? */
static int has_text(const struct plan *p)
{
	uint32_t i;

	for (i = 0; i < p->n_by; i++)
		if (tw_type_is_text(p->by[i]->type))
			return 1;
	for (i = 0; i < p->n_outs; i++)
		if (tw_type_is_text(p->outs[i].field->type))
			return 1;
	return 0;
}

static enum shape shape_of(struct tw_bind *b)
{
	static const char *const names[] = {"tumbling", "sliding", "session", "whole"};
	const struct tw_conf *at = b->host->get(b->config, "kind");
	int i;

	for (i = TUMBLING; at && i <= WHOLE; i++)
		if (strcmp(b->host->str(at), names[i]) == 0)
			return (enum shape)i;
	return TUMBLING;
}

/* A key that some kinds must have and others can't. Its value; 0: not given. */
static int64_t length(struct tw_bind *b, const char *key, int is_wanted, const char *missing)
{
	const struct tw_conf *at = b->host->get(b->config, key);
	int64_t ns;

	if (!at && is_wanted)
		b->host->fail(b, NULL, -1, missing, "such as \"10s\"");
	if (at && !is_wanted)
		b->host->fail(b, at, -1, "this kind of window has no such key",
			      "tumbling has size; sliding size and every; session gap; whole none of them");
	if (!at || !is_wanted)
		return 0;
	ns = tw_conf_i64(b, key);
	if (ns <= 0)
		b->host->fail(b, at, -1,
			      strcmp(key, "size") == 0 ? "the size of a window must be above 0" : "must be above 0",
			      "such as \"10s\"");
	return ns;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
	while (b) {
		const int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* A window of at most so many panes: what is put together when one is written. */
#define MOST_PANES 10000

static void bind_times(struct tw_bind *b)
{
	struct plan *p = b->plan;
	const int has_size = p->shape == TUMBLING || p->shape == SLIDING;

	if (b->host->get(b->config, "time"))
		p->time = tw_bind_field(b, 0, "time", TW_TIMESTAMP);
	else if (p->shape != WHOLE)
		b->host->fail(b, NULL, -1, "\"time\" is missing: the field that says when a row happened",
			      "only windows of the kind \"whole\" can do without");
	p->size = length(b, "size", has_size, "\"size\" is missing: the length of a window");
	p->every = length(b, "every", p->shape == SLIDING, "\"every\" is missing: how far apart windows begin");
	if (p->shape == SESSION)
		p->size = length(b, "gap", 1, "\"gap\" is missing: the silence that ends a session");
	else
		length(b, "gap", 0, NULL);
	if (b->failed)
		return;
	if (p->shape != SLIDING)
		p->every = p->size;
	if (p->every > p->size)
		b->host->fail(b, b->host->get(b->config, "every"), -1, "\"every\" must not be above \"size\"",
			      "rows between two windows would be in none");
	p->pane = common_divisor(p->size, p->every);
	if (p->pane && p->size / p->pane > MOST_PANES)
		b->host->fail(b, b->host->get(b->config, "every"), -1, "a window has more than 10,000 panes",
			      "a pane is the greatest common divisor of size and every");
	p->offset = p->every ? tw_conf_i64(b, "offset") % p->every : 0;
	p->offset += p->offset < 0 ? p->every : 0;
}

int window_bind(struct tw_bind *b)
{
	struct plan *p = tw_bind_plan(b, sizeof *p);
	const struct tw_conf *agg = b->host->get(b->config, "agg");
	const struct tw_conf *accuracy = b->host->get(b->config, "accuracy");
	const struct tw_field *keys[16];
	uint32_t i, n = agg ? b->host->len(agg) : 0;
	const char *name;

	b->host->out_new(b, PORT_OUT);
	p->shape = shape_of(b);
	bind_times(b);
	p->scale = sketch_scale(accuracy ? b->host->f64(accuracy) : 0.01);
	if (p->shape != WHOLE) {
		p->start = tw_bind_add(b, PORT_OUT, "window_start", TW_TIMESTAMP, 0);
		p->end = tw_bind_add(b, PORT_OUT, "window_end", TW_TIMESTAMP, 0);
	}
	bind_groups(b, b->host->get(b->config, "by"), keys);
	p->outs = b->host->alloc(b, (n + 1) * sizeof *p->outs);
	p->cells = b->host->alloc(b, (n + 1) * sizeof *p->cells);
	for (i = 0; i < n; i++) {
		const struct tw_conf *at = b->host->at(agg, i, &name);

		bind_aggregate(b, at, name);
	}
	if (b->failed)
		return tw_bind_end(b);
	bind_tables(b, keys, accuracy ? b->host->f64(accuracy) : 0.01);
	if (has_text(p))
		b->host->text(b);
	return tw_bind_end(b);
}
