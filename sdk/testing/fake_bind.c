/*
 * fake_bind.c - the fake host's half of bind: schemas, outputs, layout. [control]
 */
#include "fake.h"

#include <stdlib.h>

static void *alloc(struct tw_test *t, size_t bytes)
{
	if (t->n_blocks == t->cap_blocks) {
		t->cap_blocks = t->cap_blocks ? 2 * t->cap_blocks : 64;
		t->blocks = realloc(t->blocks, t->cap_blocks * sizeof *t->blocks);
		if (!t->blocks)
			fake_die(t, "out of memory");
	}
	return t->blocks[t->n_blocks++] = fake_calloc(1, bytes ? bytes : 1);
}

static char *copy_string(struct tw_test *t, const char *s)
{
	size_t len = strlen(s) + 1;

	return memcpy(alloc(t, len), s, len);
}

static void *host_alloc(struct tw_bind *b, size_t bytes)
{
	return alloc(fake_bind_test(b), bytes);
}

static struct fake_slot *add_slot(struct tw_test *t, struct fake_family *family, uint32_t type, int nullable,
				  uint32_t width)
{
	struct fake_slot *s = alloc(t, sizeof *s);

	s->type = (uint8_t)type;
	s->nullable = nullable != 0;
	s->width = width;
	if (!family->last)
		family->last = &family->slots;
	*family->last = s;
	family->last = &s->next;
	return s;
}

static void append(struct tw_test *t, struct tw_schema *s, struct fake_field *f)
{
	const struct tw_field **fields = alloc(t, (s->n + 1) * sizeof *fields);

	if (s->n)
		memcpy(fields, s->fields, s->n * sizeof *fields);
	f->f.index = (uint8_t)s->n;
	fields[s->n++] = &f->f;
	s->fields = fields;
}

static struct fake_field *new_field(struct tw_test *t, const char *name, const struct tw_field *like,
				    struct fake_slot *slot)
{
	struct fake_field *f = alloc(t, sizeof *f);

	f->f = *like;
	f->f.name = copy_string(t, name);
	/* not to be read before bind is over */
	memset(f->f.val_off, FAKE_GARBAGE, sizeof f->f.val_off);
	memset(f->f.nul_off, FAKE_GARBAGE, sizeof f->f.nul_off);
	f->slot = slot;
	f->next = t->fields;
	t->fields = f;
	return f;
}

static struct tw_field describe(uint32_t type, int nullable, uint32_t arg)
{
	struct tw_field f = {.type = (uint8_t)type, .nullable = nullable != 0};

	f.width = type == TW_FIXED ? arg : tw_type_width(type);
	f.scale = type == TW_DECIMAL ? (uint8_t)arg : 0;
	return f;
}

static uint32_t type_of(struct tw_test *t, const char *name)
{
	uint32_t type;

	for (type = TW_BOOL; type <= TW_FIXED; type++)
		if (strcmp(tw_type_name(type), name) == 0)
			return type;
	fake_die(t, "the test's input schema: unknown type \"%s\"", name);
}

int fake_schema_parse(struct tw_test *t, const char *text, uint32_t in)
{
	char *s = copy_string(t, text), *item, *save = NULL;

	for (item = strtok_r(s, ", ", &save); item; item = strtok_r(NULL, ", ", &save)) {
		char *type = strchr(item, ':'), *arg, *mark;
		struct fake_field *f;
		struct tw_field like;
		struct fake_slot *slot;

		if (!type)
			fake_die(t, "the test's input schema: \"%s\" has no type", item);
		*type++ = '\0';
		mark = strchr(type, '?');
		if (mark)
			*mark = '\0';
		arg = strchr(type, '(');
		if (arg)
			*arg++ = '\0';
		like = describe(type_of(t, type), mark != NULL, arg ? (uint32_t)atoi(arg) : 0);
		slot = add_slot(t, &t->in_family[in], like.type, like.nullable, like.width);
		slot->input = true;
		f = new_field(t, item, &like, slot);
		append(t, &t->in_schema[in], f);
	}
	t->in[in] = &t->in_schema[in];
	return 0;
}

static struct fake_field *find(const struct tw_schema *s, const char *name)
{
	uint32_t i;

	for (i = 0; s && i < s->n; i++)
		if (strcmp(s->fields[i]->name, name) == 0)
			return (struct fake_field *)(uintptr_t)s->fields[i];
	return NULL;
}

static const struct tw_field *host_field(struct tw_bind *b, uint32_t in, const struct tw_conf *at, const char *name)
{
	struct fake_field *f = in < b->n_in ? find(b->in[in], name) : NULL;
	char what[160];

	if (f)
		return &f->f;
	snprintf(what, sizeof what, "the input has no field \"%.80s\"", name);
	fake_conf_fail(b, at, -1, what, NULL);
	return NULL;
}

/* --- outputs --- */

static struct fake_port *port_of(struct tw_bind *b, uint32_t port)
{
	struct tw_test *t = fake_bind_test(b);

	if (port >= t->n_ports)
		fake_die(t, "bind speaks of output port %u, but there are %u", port, t->n_ports);
	return &t->ports[port];
}

static void host_out_new(struct tw_bind *b, uint32_t port)
{
	struct fake_port *p = port_of(b, port);

	p->makes = true;
	p->family = alloc(fake_bind_test(b), sizeof *p->family);
	p->schema = (struct tw_schema){0};
}

static void host_out_pass(struct tw_bind *b, uint32_t port, uint32_t in)
{
	struct tw_test *t = fake_bind_test(b);
	struct fake_port *p = port_of(b, port);
	uint32_t i;

	if (in >= t->n_in)
		fake_die(t, "out_pass of input %u, but there are %u", in, t->n_in);
	p->makes = false;
	p->family = &t->in_family[in];
	p->schema = (struct tw_schema){0};
	for (i = 0; t->in[in] && i < t->in[in]->n; i++) {
		struct fake_field *f = (struct fake_field *)(uintptr_t)t->in[in]->fields[i];

		append(t, &p->schema, new_field(t, f->f.name, &f->f, f->slot));
	}
}

static const struct tw_field *host_add(struct tw_bind *b, uint32_t port, const struct tw_conf *at, const char *name,
				       uint32_t type, int nullable, uint32_t arg)
{
	struct tw_test *t = fake_bind_test(b);
	struct fake_port *p = port_of(b, port);
	struct tw_field like = describe(type, nullable, arg);
	struct fake_field *f;
	char what[160];

	if (!p->family)
		fake_die(t, "add to output port %u before out_new or out_pass", port);
	if (find(&p->schema, name)) {
		snprintf(what, sizeof what, "there is a column \"%.80s\" already", name);
		fake_conf_fail(b, at, -1, what, "give the new one another name, or leave the old one out");
	} else if (p->schema.n == 250) {
		fake_conf_fail(b, at, -1, "more than 250 columns", NULL);
	}
	f = new_field(t, name, &like, add_slot(t, p->family, type, nullable, like.width));
	if (p->schema.n < 250)
		append(t, &p->schema, f);
	return &f->f;
}

static const struct tw_field *host_rewrite(struct tw_bind *b, uint32_t port, const struct tw_field *f)
{
	struct tw_test *t = fake_bind_test(b);
	struct fake_port *p = port_of(b, port);
	struct fake_field *out = find(&p->schema, f->name);

	if (!out)
		fake_die(t, "rewrite of \"%s\", which output port %u has not", f->name, port);
	if (t->options.in_place)
		out->slot->input = false;
	else
		out->slot = add_slot(t, p->family, f->type, f->nullable, f->width);
	return &out->f;
}

static void host_leave_out(struct tw_bind *b, uint32_t port, const struct tw_field *f)
{
	struct fake_port *p = port_of(b, port);
	struct tw_schema old = p->schema;
	uint32_t i;

	p->schema = (struct tw_schema){0};
	for (i = 0; i < old.n; i++)
		if (strcmp(old.fields[i]->name, f->name) != 0)
			append(fake_bind_test(b), &p->schema, (struct fake_field *)(uintptr_t)old.fields[i]);
}

static void host_rename(struct tw_bind *b, uint32_t port, const struct tw_field *f, const char *name)
{
	struct fake_field *out = find(&port_of(b, port)->schema, f->name);

	if (out)
		out->f.name = copy_string(fake_bind_test(b), name);
}

static uint32_t host_out_port(struct tw_bind *b, const char *name)
{
	struct tw_test *t = fake_bind_test(b);

	if (!(t->kind->flags & TW_DYNAMIC_OUTPUTS))
		fake_die(t, "out_port, but the kind has no TW_DYNAMIC_OUTPUTS");
	if (t->n_ports == FAKE_PORTS) {
		fake_conf_fail(b, NULL, -1, "more than 64 output ports", NULL);
		return 0;
	}
	t->ports[t->n_ports].name = copy_string(t, name);
	t->n_ports++;
	if (t->n_in == 1)
		host_out_pass(b, t->n_ports - 1, 0);
	return t->n_ports - 1;
}

static void host_raw(struct tw_bind *b, uint32_t bytes, uint32_t count)
{
	fake_bind_test(b)->raw_bytes = bytes;
	fake_bind_test(b)->raw_count = count;
}

static void host_text(struct tw_bind *b)
{
	fake_bind_test(b)->text = true;
}

static uint32_t host_state(struct tw_bind *b, const struct tw_state_spec *spec)
{
	struct tw_test *t = fake_bind_test(b);

	if (t->n_tables == FAKE_INPUTS)
		fake_die(t, "too many tables of state");
	fake_state_add(t, spec);
	return t->n_tables - 1;
}

const struct tw_bind_host fake_bind_host = {
	.alloc = host_alloc,
	.get = fake_conf_get,
	.at = fake_conf_at,
	.len = fake_conf_len,
	.kind = fake_conf_kind,
	.str = fake_conf_str,
	.i64 = fake_conf_i64,
	.f64 = fake_conf_f64,
	.boolean = fake_conf_boolean,
	.fail = fake_conf_fail,
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

/* The fixed ports, with what they carry when bind says nothing. */
void fake_bind_ports(struct tw_test *t)
{
	const char *const *name;

	for (name = t->kind->out; name && *name; name++) {
		t->ports[t->n_ports].name = *name;
		t->n_ports++;
		if (t->n_in == 1)
			host_out_pass(&t->binder.b, t->n_ports - 1, 0);
		else if (t->n_in == 0)
			host_out_new(&t->binder.b, t->n_ports - 1);
	}
}

/* --- layout --- */

static uint32_t align_up(uint32_t x, uint32_t a)
{
	return (x + a - 1) / a * a;
}

static void layout_class(struct fake_family *family, uint32_t cls)
{
	const uint32_t rows = TW_CLASS_ROWS(cls), bits = (rows + 7) / 8;
	uint32_t at = tw_batch_head(cls);
	struct fake_slot *s;

	for (s = family->slots; s; s = s->next) {
		uint32_t a = 1;

		while (a < 8 && a * 2 <= s->width)
			a *= 2;
		at = align_up(at, rows >= 64 ? 64 : a);
		s->val_off[cls] = at;
		at += s->type == TW_BOOL ? bits : rows * s->width;
	}
	for (s = family->slots; s; s = s->next) {
		s->nul_off[cls] = TW_NONE;
		if (!s->nullable)
			continue;
		at = align_up(at, rows >= 64 ? 64 : 1);
		s->nul_off[cls] = at;
		at += bits;
	}
	family->bytes[cls] = align_up(at, 64);
}

void fake_layout(struct tw_test *t)
{
	struct fake_field *f;
	uint32_t i, cls;

	for (cls = 0; cls < TW_CLASSES; cls++) {
		for (i = 0; i < t->n_in; i++)
			layout_class(&t->in_family[i], cls);
		for (i = 0; i < t->n_ports; i++)
			if (t->ports[i].makes)
				layout_class(t->ports[i].family, cls);
	}
	for (f = t->fields; f; f = f->next) {
		memcpy(f->f.val_off, f->slot->val_off, sizeof f->f.val_off);
		memcpy(f->f.nul_off, f->slot->nul_off, sizeof f->f.nul_off);
	}
}

void fake_bind_fini(struct tw_test *t)
{
	uint32_t i;

	for (i = 0; i < t->n_blocks; i++)
		free(t->blocks[i]);
	free(t->blocks);
	json_decref(t->config);
}
