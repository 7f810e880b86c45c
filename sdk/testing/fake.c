/*
 * fake.c - the fake host's life: open, results, close; see tw_test.h.
 */
#include "fake.h"

#include <stdlib.h>

#define START_NS 1767225600000000000 /* 2026-01-01T00:00:00Z */

/* --- small things --- */

void fake_die(const struct tw_test *t, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "tw_test: operator \"%s\": ", t && t->kind ? t->kind->id : "?");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	if (t && t->error.len)
		fprintf(stderr, "tw_test: recorded errors:\n%s", t->error.s);
	abort();
}

void *fake_calloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		fake_die(NULL, "out of memory");
	return p;
}

void fake_put(struct fake_text *t, const char *s, size_t len)
{
	if (t->len + len + 1 > t->cap) {
		t->cap = 2 * (t->len + len + 1);
		t->s = realloc(t->s, t->cap);
		if (!t->s)
			fake_die(NULL, "out of memory");
	}
	memcpy(t->s + t->len, s, len);
	t->len += len;
	t->s[t->len] = '\0';
}

void fake_printf(struct fake_text *t, const char *fmt, ...)
{
	char buf[1024];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, sizeof buf, fmt, args);
	va_end(args);
	fake_put(t, buf, n < (int)sizeof buf ? (size_t)n : sizeof buf - 1);
}

void fake_text_free(struct fake_text *t)
{
	free(t->s);
	*t = (struct fake_text){0};
}

void fake_must_be(const struct tw_test *t, enum fake_role role, const char *call)
{
	static const char *const names[] = {"[control]", "[worker]", "[io]"};

	if (t->role != role)
		fake_die(t, "%s is %s, but was called from %s", call, names[role], names[t->role]);
}

/* --- open and close --- */

static void bind_inputs(struct tw_test *t, const char *input)
{
	const char *const *name;

	for (name = t->kind->in; name && *name; name++)
		t->n_in++;
	if (t->n_in > FAKE_INPUTS)
		fake_die(t, "more than %u input ports", FAKE_INPUTS);
	if (input && t->n_in == 0)
		fake_die(t, "the test gives an input schema to a source");
	if (input)
		fake_schema_parse(t, input, 0);
	for (name = t->options.inputs; name && *name; name++) {
		const uint32_t in = 1 + (uint32_t)(name - t->options.inputs);

		if (in >= t->n_in)
			fake_die(t, "the test gives more input schemas than there are ports");
		fake_schema_parse(t, *name, in);
	}
}

static const void *extension(const struct tw_test *t, const char *id)
{
	return t->kind->extension ? t->kind->extension(id) : NULL;
}

static int create(struct tw_test *t)
{
	int err = 0;

	t->op = t->binder.b.plan;
	if (t->kind->create) {
		t->op = NULL;
		err = t->kind->create(&t->ctx, t->binder.b.plan, &t->op);
	}
	if (err > 0)
		fake_die(t, "create returned %d, which is no errno", err);
	if (err < 0 && !t->error.len)
		fake_die(t, "create returned %d and did not say why (host->fail)", err);
	t->created = err == 0;
	return err;
}

static int bind(struct tw_test *t, const char *config, const char *input)
{
	struct tw_bind *b = &t->binder.b;
	int err;

	fake_config(t, config);
	bind_inputs(t, input);
	t->binder.t = t;
	b->host = &fake_bind_host;
	b->config = (const struct tw_conf *)t->config;
	b->n_in = t->n_in;
	b->in = t->in;
	fake_bind_ports(t);
	err = t->kind->bind ? t->kind->bind(b) : 0;
	if ((err < 0) != (b->failed > 0))
		fake_die(t, "bind returned %d but recorded %d errors", err, b->failed);
	return err;
}

int tw_test_open_with(const struct tw_kind *kind, const char *config, const char *input,
		      const struct tw_test_options *options, struct tw_test **out)
{
	struct tw_test *t = fake_calloc(1, sizeof *t);
	int err;

	*out = t;
	t->kind = kind;
	t->options = *options;
	t->now = START_NS;
	t->alarm = INT64_MAX;
	t->hold = 3;
	t->smaller = 4;
	t->clones = 2;
	t->text_bytes = 8 * 65536;
	t->batches = kind->max_out + 6;
	t->source = extension(t, TW_EXT_SOURCE);
	t->watermark = extension(t, TW_EXT_WATERMARK);
	t->timer = extension(t, TW_EXT_TIMER);
	t->finish = extension(t, TW_EXT_FINISH);
	if (!kind->process == !t->source)
		fake_die(t, "a kind has either process or tw.source/1");
	t->ctx = (struct tw_ctx){&fake_host, options->node ? options->node : "test", options->instance, 0};
	fake_mem_init(t);
	err = bind(t, config, input);
	if (err)
		return err;
	fake_layout(t);
	t->ctx.n_outputs = t->n_ports;
	t->raws = t->raw_count;
	return create(t);
}

int tw_test_open(const struct tw_kind *kind, const char *config, const char *input, struct tw_test **out)
{
	struct tw_test_options options = {0};

	return tw_test_open_with(kind, config, input, &options, out);
}

static void destroy(struct tw_test *t)
{
	if (t->n_requests) { /* the engine waits for what is under way */
		while (fake_io_run(t))
			;
	}
	fake_release_all(t);
	if (t->created && t->kind->create && t->kind->destroy)
		t->kind->destroy(&t->ctx, t->op);
	t->created = false;
	t->op = NULL;
}

int tw_test_recreate(struct tw_test *t)
{
	destroy(t);
	t->alarm = INT64_MAX;
	return create(t);
}

static void check_leaks(struct tw_test *t)
{
	static const char *const what[] = {"batch", "clone of a batch", "raw buffer", "text buffer",
					   "buffer of input text"};
	uint32_t i;

	if (t->failed || !t->ended)
		return;
	for (i = 0; i < t->n_objs; i++)
		if (t->objs[i]->owner != FAKE_FREE)
			fake_die(t, "leak: a %s was not let go (%u users)", what[t->objs[i]->kind], t->objs[i]->refs);
}

void tw_test_close(struct tw_test *t)
{
	uint32_t i;

	if (!t)
		return;
	t->closing = true;
	destroy(t);
	check_leaks(t);
	fake_ext_fini(t);
	fake_state_fini(t);
	fake_bind_fini(t);
	fake_mem_fini(t);
	for (i = 0; i < t->n_ports; i++) {
		fake_text_free(&t->ports[i].rows);
		fake_text_free(&t->ports[i].shown);
	}
	for (i = 0; i < t->n_counters; i++)
		free(t->counter_names[i]);
	fake_text_free(&t->errs);
	fake_text_free(&t->log);
	fake_text_free(&t->error);
	free(t);
}

void tw_test_set(struct tw_test *t, const char *knob, int64_t value)
{
	const struct {
		const char *name;
		int64_t *at;
	} knobs[] = {{"batches", &t->batches}, {"hold", &t->hold},         {"smaller", &t->smaller},
		     {"clones", &t->clones},   {"text", &t->text_bytes},   {"raws", &t->raws},
		     {"entries", &t->entries}, {"state", &t->state_bytes}, {"io", &t->io},
		     {"wait_ms", &t->wait_ms}, {"origin", &t->origin}};
	size_t i;

	for (i = 0; i < sizeof knobs / sizeof *knobs; i++) {
		if (strcmp(knobs[i].name, knob) == 0) {
			*knobs[i].at = value;
			return;
		}
	}
	fake_die(t, "tw_test_set: unknown knob \"%s\"", knob);
}

/* --- results --- */

static struct fake_port *port_of(struct tw_test *t, uint32_t port)
{
	if (port >= t->n_ports)
		fake_die(t, "the test asks for output port %u of %u", port, t->n_ports);
	return &t->ports[port];
}

const char *tw_test_rows(struct tw_test *t, uint32_t port)
{
	fake_release_all(t);
	return fake_str(&port_of(t, port)->rows);
}

const char *tw_test_errs(struct tw_test *t)
{
	return fake_str(&t->errs);
}

const char *tw_test_log(const struct tw_test *t)
{
	return fake_str(&t->log);
}

const char *tw_test_error(const struct tw_test *t)
{
	return fake_str(&t->error);
}

uint64_t tw_test_batches(const struct tw_test *t, uint32_t port)
{
	return port < t->n_ports ? t->ports[port].n_batches : 0;
}

uint64_t tw_test_counter(const struct tw_test *t, const char *name)
{
	uint32_t i;

	for (i = 0; i < t->n_counters; i++)
		if (strcmp(t->counter_names[i], name) == 0)
			return t->counters[i];
	return 0;
}

uint64_t tw_test_entries(const struct tw_test *t, uint32_t table)
{
	return table < t->n_tables ? t->tables[table]->n : 0;
}

void tw_test_clear(struct tw_test *t)
{
	uint32_t i;

	fake_release_all(t);
	for (i = 0; i < t->n_ports; i++) {
		fake_text_free(&t->ports[i].rows);
		t->ports[i].n_batches = 0;
	}
	fake_text_free(&t->errs);
	fake_text_free(&t->log);
	fake_text_free(&t->error);
}

const char *tw_test_schema(struct tw_test *t, uint32_t port)
{
	struct fake_port *p = port_of(t, port);
	uint32_t i;

	fake_text_free(&p->shown);
	for (i = 0; i < p->schema.n; i++) {
		const struct tw_field *f = p->schema.fields[i];

		fake_printf(&p->shown, "%s%s:%s", i ? "," : "", f->name, tw_type_name(f->type));
		if (f->type == TW_FIXED || f->type == TW_DECIMAL)
			fake_printf(&p->shown, "(%u)", f->type == TW_FIXED ? f->width : f->scale);
		if (f->nullable)
			fake_put(&p->shown, "?", 1);
	}
	return fake_str(&p->shown);
}

const char *tw_test_port(const struct tw_test *t, uint32_t port)
{
	return port < t->n_ports ? t->ports[port].name : NULL;
}

void *tw_test_op(struct tw_test *t)
{
	return t->op;
}

struct tw_ctx *tw_test_ctx(struct tw_test *t)
{
	return &t->ctx;
}
