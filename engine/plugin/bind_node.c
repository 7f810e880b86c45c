/*
 * plugin/bind_node.c - what a plugin's bind() can call: struct tw_bind_host.
 *
 * A tw_conf is a tw_json of the node's checked config. [control]
 */
#include <plugin/binding.h>

#include <errno.h>

static struct tw_binder *binder(struct tw_bind *b)
{
	return (struct tw_binder *)b;
}

static const struct tw_json *json(const struct tw_conf *v)
{
	return (const struct tw_json *)v;
}

static void *host_alloc(struct tw_bind *b, size_t bytes)
{
	return tw_binding_alloc(binder(b)->g, bytes);
}

static const struct tw_conf *host_get(const struct tw_conf *map, const char *key)
{
	return (const struct tw_conf *)tw_json_get(json(map), key);
}

static const struct tw_conf *host_at(const struct tw_conf *v, uint32_t i, const char **key)
{
	return (const struct tw_conf *)tw_json_at(json(v), i, key);
}

static uint32_t host_len(const struct tw_conf *v)
{
	return tw_json_len(json(v));
}

static enum tw_conf_kind host_kind(const struct tw_conf *v)
{
	static const enum tw_conf_kind kind[] = {
		[TW_JSON_NULL] = TW_CONF_NULL, [TW_JSON_BOOL] = TW_CONF_BOOL, [TW_JSON_INT] = TW_CONF_INT,
		[TW_JSON_REAL] = TW_CONF_REAL, [TW_JSON_STR] = TW_CONF_STR,   [TW_JSON_LIST] = TW_CONF_LIST,
		[TW_JSON_MAP] = TW_CONF_MAP,
	};

	return kind[tw_json_kind(json(v))];
}

static const char *host_str(const struct tw_conf *v)
{
	return tw_json_str(json(v));
}

static int64_t host_i64(const struct tw_conf *v)
{
	return tw_json_i64(json(v));
}

static double host_f64(const struct tw_conf *v)
{
	return tw_json_f64(json(v));
}

static int host_boolean(const struct tw_conf *v)
{
	return tw_json_bool(json(v));
}

/* The pointer of value v below `at`, into path; jansson's true, false and null are
 * shared, so for these it is the first one that is met. */
static bool find_value(const struct tw_json *at, const struct tw_json *v, char *path, size_t len)
{
	const size_t base = strlen(path);
	uint32_t i, n = tw_json_len(at);

	if (at == v)
		return true;
	for (i = 0; i < n; i++) {
		const char *key = NULL;
		const struct tw_json *child = tw_json_at(at, i, &key);
		char number[16];

		if (!key) {
			snprintf(number, sizeof number, "%u", i);
			key = number;
		}
		path[base] = 0;
		tw_pointer_add(path, len, path, key);
		if (find_value(child, v, path, len))
			return true;
	}
	path[base] = 0;
	return false;
}

static int host_fail(struct tw_bind *b, const struct tw_conf *v, int offset, const char *what, const char *help)
{
	struct tw_binder *x = binder(b);
	char path[512];

	b->failed++;
	if (!v)
		return tw_diag_error(x->d, x->spec->pointer, help, "node \"%s\": %s", x->spec->id, what);
	snprintf(path, sizeof path, "%s/config", x->spec->pointer);
	find_value(x->config, json(v), path, sizeof path);
	if (offset >= 0)
		return tw_diag_error_offset(x->d, path, offset, help, "%s", what);
	return tw_diag_error(x->d, path, help, "%s", what);
}

static const struct tw_field *host_field(struct tw_bind *b, uint32_t in, const struct tw_conf *at, const char *name)
{
	const struct tw_schema *s = in < b->n_in ? b->in[in] : NULL;
	const struct tw_field *f = s ? tw_schema_find(s, name) : NULL;
	const char *names[256];
	char what[160], help[400];
	uint32_t i;

	if (f)
		return f;
	for (i = 0; s && i < s->n; i++)
		names[i] = s->fields[i]->name;
	snprintf(what, sizeof what, "the input has no field \"%.80s\"", name);
	host_fail(b, at, -1, what, tw_did_you_mean(help, sizeof help, name, names, s ? s->n : 0));
	return NULL;
}

static struct tw_bound_port *port_of(struct tw_bind *b, uint32_t port)
{
	return &binder(b)->node->out[port];
}

static void host_out_new(struct tw_bind *b, uint32_t port)
{
	struct tw_bound_port *p = port_of(b, port);

	p->makes = true;
	p->family = tw_binding_family(binder(b)->g);
	p->schema = (struct tw_schema){0};
}

static void host_out_pass(struct tw_bind *b, uint32_t port, uint32_t in)
{
	struct tw_binder *x = binder(b);
	struct tw_bound_port *p = port_of(b, port);
	uint32_t i;

	p->makes = false;
	p->pass_in = in;
	p->family = x->in_family[in];
	p->schema = (struct tw_schema){0};
	for (i = 0; b->in[in] && i < b->in[in]->n; i++) {
		const struct tw_field *f = b->in[in]->fields[i];
		struct tw_bound_field *g = tw_binding_alias(x->g, f->name, (const struct tw_bound_field *)f);

		tw_schema_append(x->g, &p->schema, &g->f);
	}
}

static const struct tw_field *host_add(struct tw_bind *b, uint32_t port, const struct tw_conf *at, const char *name,
				       uint32_t type, int nullable, uint32_t arg)
{
	struct tw_binder *x = binder(b);
	struct tw_bound_port *p = port_of(b, port);
	struct tw_bound_field *f;
	char what[160];

	if (tw_schema_find(&p->schema, name)) {
		snprintf(what, sizeof what, "there is a column \"%.80s\" already", name);
		host_fail(b, at, -1, what, "give the new one another name, or leave the old one out");
	} else if (p->schema.n == 250) {
		host_fail(b, at, -1, "more than 250 columns", NULL);
	}
	f = tw_binding_field(x->g, name, (struct tw_field_type){type, nullable, arg}, p->family);
	if (p->schema.n < 250)
		tw_schema_append(x->g, &p->schema, &f->f);
	return &f->f;
}

/* The output's field for one of the input's (whatever it is called by now) or its own. */
static struct tw_bound_field *out_of(const struct tw_bound_port *p, const struct tw_field *f)
{
	uint32_t i;

	for (i = 0; i < p->schema.n; i++) {
		struct tw_bound_field *x = (struct tw_bound_field *)(uintptr_t)p->schema.fields[i];

		if (&x->f == f || x->of == f)
			return x;
	}
	return NULL;
}

static const struct tw_field *host_rewrite(struct tw_bind *b, uint32_t port, const struct tw_field *f)
{
	struct tw_binder *x = binder(b);
	struct tw_bound_port *p = port_of(b, port);
	struct tw_bound_field *out = out_of(p, f);

	if (out && x->in_shared[p->pass_in]) {
		struct tw_field_type t = {f->type, f->nullable, f->type == TW_DECIMAL ? f->scale : f->width};

		out->slot = tw_binding_field(x->g, f->name, t, p->family)->slot;
	}
	return out ? &out->f : f;
}

static void host_leave_out(struct tw_bind *b, uint32_t port, const struct tw_field *f)
{
	struct tw_schema *s = &port_of(b, port)->schema, old = *s;
	const struct tw_bound_field *out = out_of(port_of(b, port), f);
	uint32_t i;

	*s = (struct tw_schema){0};
	for (i = 0; i < old.n; i++)
		if (!out || old.fields[i] != &out->f)
			tw_schema_append(binder(b)->g, s, old.fields[i]);
}

static void host_rename(struct tw_bind *b, uint32_t port, const struct tw_field *f, const char *name)
{
	struct tw_binder *x = binder(b);
	struct tw_bound_field *out = out_of(port_of(b, port), f);

	if (out)
		out->f.name = tw_binding_strdup(x->g, name);
}

static uint32_t host_out_port(struct tw_bind *b, const char *name)
{
	struct tw_binder *x = binder(b);
	struct tw_bound_node *n = x->node;

	if (n->n_out == TW_PORTS_MAX) {
		host_fail(b, NULL, -1, "more than 64 output ports", NULL);
		return 0;
	}
	n->out[n->n_out] = (struct tw_bound_port){.name = tw_binding_strdup(x->g, name), .family = TW_NONE};
	if (b->n_in == 1)
		host_out_pass(b, n->n_out, 0);
	return n->n_out++;
}

static void host_raw(struct tw_bind *b, uint32_t bytes, uint32_t count)
{
	binder(b)->node->raw_bytes = bytes;
	binder(b)->node->raw_count = count;
}

static void host_text(struct tw_bind *b)
{
	binder(b)->node->text = true;
}

/* The spec and what it points to are the plugin's and may lie on its stack. */
static uint32_t host_state(struct tw_bind *b, const struct tw_state_spec *spec)
{
	struct tw_binder *x = binder(b);
	struct tw_bound_node *n = x->node;
	struct tw_state_spec *copy = tw_binding_alloc(x->g, sizeof *copy);
	const struct tw_field **keys = tw_binding_alloc(x->g, spec->n_keys * sizeof *keys);
	uint8_t *types = tw_binding_alloc(x->g, spec->n_values);
	const struct tw_state_spec **tables = tw_binding_alloc(x->g, (n->n_tables + 1) * sizeof *tables);

	*copy = *spec;
	copy->name = tw_binding_strdup(x->g, spec->name);
	if (spec->n_keys)
		memcpy(keys, spec->keys, spec->n_keys * sizeof *keys);
	if (spec->n_values)
		memcpy(types, spec->types, spec->n_values);
	copy->keys = keys;
	copy->types = types;
	if (n->n_tables)
		memcpy(tables, n->tables, n->n_tables * sizeof *tables);
	tables[n->n_tables] = copy;
	n->tables = tables;
	return n->n_tables++;
}

const struct tw_bind_host tw_binder_host = {
	.alloc = host_alloc,
	.get = host_get,
	.at = host_at,
	.len = host_len,
	.kind = host_kind,
	.str = host_str,
	.i64 = host_i64,
	.f64 = host_f64,
	.boolean = host_boolean,
	.fail = host_fail,
	.field = host_field,
	.out_new = host_out_new,
	.out_pass = host_out_pass,
	.add = host_add,
	.rewrite = host_rewrite,
	.leave_out = host_leave_out,
	.rename = host_rename,
	.out_port = host_out_port,
	.raw = host_raw,
	.text = host_text,
	.state = host_state,
};
