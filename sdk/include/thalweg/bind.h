/*
 * thalweg/bind.h - how an operator meets its config and schemas, before it runs.
 *
 * bind() of each node is called once per load or validate, upstream first. It
 * reads its config (already checked against the kind's JSON Schema, defaults
 * filled in), resolves the fields it needs, and says what its outputs carry.
 * What it found goes into a plan: plain memory that create() and, for kinds
 * without create(), process() are given. All calls here are [control].
 *
 * Outputs. A port passes its input's batches on (the default where the kind has
 * one input port), or makes new ones (tw_bind_new; always for a source). Columns
 * are added to either; a column added to a passed batch costs no copy: the
 * engine lays it out in the memory of the batch from the start.
 */
#ifndef THALWEG_BIND_H
#define THALWEG_BIND_H

#include <stdio.h>
#include <thalweg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tw_conf; /* a value of the config */
struct tw_bind;

enum tw_conf_kind { TW_CONF_NULL, TW_CONF_BOOL, TW_CONF_INT, TW_CONF_REAL, TW_CONF_STR, TW_CONF_LIST, TW_CONF_MAP };

/* A table of keyed state, see ext/state.h. */
struct tw_state_spec;

struct tw_bind_host {
	/* Zeroed memory that lives as long as the plan. Never NULL. */
	void *(*alloc)(struct tw_bind *b, size_t bytes);

	/* Config. get: member of a map, NULL if absent. at: i-th item of a list or
	 * member of a map, in file order, *key its name. i64 also reads strings of a
	 * schema's "format": "duration" (ns) and "size" (bytes). str is
	 * NUL-terminated and lives as long as the plan. */
	const struct tw_conf *(*get)(const struct tw_conf *map, const char *key);
	const struct tw_conf *(*at)(const struct tw_conf *v, uint32_t i, const char **key);
	uint32_t (*len)(const struct tw_conf *v);
	enum tw_conf_kind (*kind)(const struct tw_conf *v);
	const char *(*str)(const struct tw_conf *v);
	int64_t (*i64)(const struct tw_conf *v);
	double (*f64)(const struct tw_conf *v);
	int (*boolean)(const struct tw_conf *v);

	/* Record an error at a config value (NULL: the node). offset >= 0 puts the
	 * caret under that byte of a string value. Bind may go on, to find more.
	 * help may be NULL. Returns -EINVAL. */
	int (*fail)(struct tw_bind *b, const struct tw_conf *v, int offset, const char *what, const char *help);

	/* The input's field by name, or NULL with an error recorded ("did you mean"). */
	const struct tw_field *(*field)(struct tw_bind *b, uint32_t in, const struct tw_conf *at, const char *name);

	/* Outputs, as above. arg: width of TW_FIXED, scale of TW_DECIMAL, else 0. */
	void (*out_new)(struct tw_bind *b, uint32_t port);
	void (*out_pass)(struct tw_bind *b, uint32_t port, uint32_t in);
	const struct tw_field *(*add)(struct tw_bind *b, uint32_t port, const struct tw_conf *at, const char *name,
				      uint32_t type, int nullable, uint32_t arg);
	/* A passed column that will be written: the field to write to. It lies where
	 * `f` lies unless the batch may be shared, then elsewhere: see tw_writable. */
	const struct tw_field *(*rewrite)(struct tw_bind *b, uint32_t port, const struct tw_field *f);
	void (*leave_out)(struct tw_bind *b, uint32_t port, const struct tw_field *f);
	void (*rename)(struct tw_bind *b, uint32_t port, const struct tw_field *f, const char *name);
	/* One more output port (kinds with TW_DYNAMIC_OUTPUTS). Its number. */
	uint32_t (*out_port)(struct tw_bind *b, const char *name);

	/* Pools of this node: `count` raw buffers of `bytes`; text for its batches. */
	void (*raw)(struct tw_bind *b, uint32_t bytes, uint32_t count);
	void (*text)(struct tw_bind *b);

	/* Declare a table of keyed state. Its number, for ext/state.h. */
	uint32_t (*state)(struct tw_bind *b, const struct tw_state_spec *spec);
};

struct tw_bind {
	const struct tw_bind_host *host;
	const struct tw_conf *config;      /* a map */
	uint32_t n_in;                     /* input ports of the kind */
	const struct tw_schema *const *in; /* per input port; NULL: not wired */
	void *plan;                        /* what tw_bind_plan gave */
	int failed;                        /* errors recorded so far */
};

/* The plan: `bytes` of zeroed memory, also in b->plan. */
static inline void *tw_bind_plan(struct tw_bind *b, size_t bytes)
{
	return b->plan = b->host->alloc(b, bytes);
}

/* What bind() returns at its end: 0, or -EINVAL (-22) when errors were recorded. */
static inline int tw_bind_end(const struct tw_bind *b)
{
	return b->failed ? -22 : 0;
}

/* The input field named by config key `key`, of type `type` (0: any); NULL with
 * an error recorded. */
static inline const struct tw_field *tw_bind_field(struct tw_bind *b, uint32_t in, const char *key, uint32_t type)
{
	const struct tw_conf *v = b->host->get(b->config, key);
	const struct tw_field *f = v ? b->host->field(b, in, v, b->host->str(v)) : NULL;

	if (f && type && f->type != type) {
		char what[200];

		snprintf(what, sizeof what, "field \"%.100s\" is of type %s, and a %s is needed here", f->name,
			 tw_type_name(f->type), tw_type_name(type));
		b->host->fail(b, v, -1, what, NULL);
		return NULL;
	}
	return f;
}

static inline const struct tw_field *tw_bind_add(struct tw_bind *b, uint32_t port, const char *name, uint32_t type,
						 int nullable)
{
	return b->host->add(b, port, NULL, name, type, nullable, 0);
}

/* Members of the config by key; the schema's default is filled in, so absent
 * only where it has none: then NULL, 0. */
static inline const char *tw_conf_str(const struct tw_bind *b, const char *key)
{
	const struct tw_conf *v = b->host->get(b->config, key);

	return v ? b->host->str(v) : NULL;
}

static inline int64_t tw_conf_i64(const struct tw_bind *b, const char *key)
{
	const struct tw_conf *v = b->host->get(b->config, key);

	return v ? b->host->i64(v) : 0;
}

static inline int tw_conf_bool(const struct tw_bind *b, const char *key)
{
	const struct tw_conf *v = b->host->get(b->config, key);

	return v ? b->host->boolean(v) : 0;
}

#ifdef __cplusplus
}
#endif
#endif
