/*
 * fake_conf.c - the fake host's half of bind: the config, and errors in it. [control]
 */
#include "fake.h"

#include <errno.h>
#include <stdlib.h>

static bool has_type(const json_t *v, const char *type)
{
	if (strcmp(type, "object") == 0)
		return json_is_object(v);
	if (strcmp(type, "array") == 0)
		return json_is_array(v);
	if (strcmp(type, "string") == 0)
		return json_is_string(v);
	if (strcmp(type, "integer") == 0)
		return json_is_integer(v);
	if (strcmp(type, "number") == 0)
		return json_is_number(v);
	return strcmp(type, "boolean") == 0 ? json_is_boolean(v) : json_is_null(v);
}

static bool fits(const json_t *v, const json_t *schema)
{
	const json_t *type = json_object_get(schema, "type");
	size_t i;

	for (i = 0; i < json_array_size(type); i++)
		if (has_type(v, json_string_value(json_array_get(type, i))))
			return true;
	return !type || (json_is_string(type) && has_type(v, json_string_value(type)));
}

static void fill_defaults(json_t *v, json_t *schema);

static void fill_members(json_t *v, json_t *schema)
{
	json_t *properties = json_object_get(schema, "properties"), *other, *one;
	const char *key;

	json_object_foreach(properties, key, one)
	{
		json_t *def = json_object_get(one, "default");

		if (def && !json_object_get(v, key))
			json_object_set_new(v, key, json_deep_copy(def));
	}
	other = json_object_get(schema, "additionalProperties");
	json_object_foreach(v, key, one)
	{
		json_t *s = json_object_get(properties, key);

		if (s || other)
			fill_defaults(one, s ? s : other);
	}
}

static void fill_defaults(json_t *v, json_t *schema)
{
	json_t *any = json_object_get(schema, json_object_get(schema, "oneOf") ? "oneOf" : "anyOf");
	size_t i;

	if (json_is_object(v))
		fill_members(v, schema);
	for (i = 0; i < json_array_size(v); i++)
		fill_defaults(json_array_get(v, i), json_object_get(schema, "items"));
	for (i = 0; i < json_array_size(any); i++) {
		if (fits(v, json_array_get(any, i))) {
			fill_defaults(v, json_array_get(any, i));
			break;
		}
	}
}

void fake_config(struct tw_test *t, const char *config)
{
	json_error_t e;
	json_t *schema;

	t->config = json_loads(config ? config : "{}", JSON_REJECT_DUPLICATES, &e);
	if (!t->config)
		fake_die(t, "the test's config: line %d: %s", e.line, e.text);
	if (!t->kind->config)
		return;
	schema = json_loads(t->kind->config, JSON_REJECT_DUPLICATES, &e);
	if (!schema)
		fake_die(t, "the kind's config schema: line %d: %s", e.line, e.text);
	fill_defaults(t->config, schema);
	json_decref(schema);
}

static json_t *json(const struct tw_conf *v)
{
	return (json_t *)(uintptr_t)v;
}

const struct tw_conf *fake_conf_get(const struct tw_conf *map, const char *key)
{
	return (const struct tw_conf *)json_object_get(json(map), key);
}

const struct tw_conf *fake_conf_at(const struct tw_conf *v, uint32_t i, const char **key)
{
	void *it;

	if (key)
		*key = NULL;
	if (json_is_array(json(v)))
		return (const struct tw_conf *)json_array_get(json(v), i);
	for (it = json_object_iter(json(v)); it && i > 0; i--)
		it = json_object_iter_next(json(v), it);
	if (it && key)
		*key = json_object_iter_key(it);
	return it ? (const struct tw_conf *)json_object_iter_value(it) : NULL;
}

uint32_t fake_conf_len(const struct tw_conf *v)
{
	return (uint32_t)(json_is_array(json(v)) ? json_array_size(json(v)) : json_object_size(json(v)));
}

enum tw_conf_kind fake_conf_kind(const struct tw_conf *v)
{
	switch (json_typeof(json(v))) {
	case JSON_TRUE:
	case JSON_FALSE: return TW_CONF_BOOL;
	case JSON_INTEGER: return TW_CONF_INT;
	case JSON_REAL: return TW_CONF_REAL;
	case JSON_STRING: return TW_CONF_STR;
	case JSON_ARRAY: return TW_CONF_LIST;
	case JSON_OBJECT: return TW_CONF_MAP;
	default: return TW_CONF_NULL;
	}
}

const char *fake_conf_str(const struct tw_conf *v)
{
	return json_is_string(json(v)) ? json_string_value(json(v)) : "";
}

/* "1.5s", "64KiB": exact where the number is, which is enough for tests. */
static int64_t with_unit(const char *s)
{
	static const struct {
		const char *name;
		double factor;
	} units[] = {{"ns", 1},
		     {"us", 1e3},
		     {"ms", 1e6},
		     {"s", 1e9},
		     {"m", 60e9},
		     {"h", 3600e9},
		     {"d", 86400e9},
		     {"", 1},
		     {"B", 1},
		     {"KiB", 1024},
		     {"MiB", 1048576.},
		     {"GiB", 1073741824.},
		     {"TiB", 1099511627776.},
		     {"KB", 1e3},
		     {"MB", 1e6},
		     {"GB", 1e9}};
	char *end;
	double n = strtod(s, &end);
	size_t i;

	for (i = 0; end > s && i < sizeof units / sizeof *units; i++)
		if (strcmp(end, units[i].name) == 0)
			return (int64_t)(n * units[i].factor);
	return 0;
}

int64_t fake_conf_i64(const struct tw_conf *v)
{
	if (json_is_string(json(v)))
		return with_unit(json_string_value(json(v)));
	return json_is_integer(json(v)) ? json_integer_value(json(v)) : 0;
}

double fake_conf_f64(const struct tw_conf *v)
{
	return json_number_value(json(v));
}

int fake_conf_boolean(const struct tw_conf *v)
{
	return json_is_true(json(v));
}

/* --- errors --- */

static bool find_value(json_t *at, const json_t *v, char *path, size_t len)
{
	const size_t base = strlen(path);
	const char *key;
	json_t *one;
	size_t i;

	if (at == v)
		return true;
	json_object_foreach(at, key, one)
	{
		snprintf(path + base, len - base, "/%s", key);
		if (find_value(one, v, path, len))
			return true;
	}
	json_array_foreach(at, i, one)
	{
		snprintf(path + base, len - base, "/%zu", i);
		if (find_value(one, v, path, len))
			return true;
	}
	path[base] = '\0';
	return false;
}

int fake_conf_fail(struct tw_bind *b, const struct tw_conf *v, int offset, const char *what, const char *help)
{
	struct tw_test *t = fake_bind_test(b);
	char path[512] = "";

	b->failed++;
	if (v && !find_value(t->config, json(v), path, sizeof path))
		snprintf(path, sizeof path, "?");
	fake_printf(&t->error, "at=%s", path);
	if (offset >= 0)
		fake_printf(&t->error, " offset=%d", offset);
	fake_printf(&t->error, ": %s", what);
	if (help)
		fake_printf(&t->error, " (%s)", help);
	fake_put(&t->error, "\n", 1);
	return -EINVAL;
}
