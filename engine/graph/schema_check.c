/* graph/schema_check.c - a value against the subset of JSON Schema; see check.h. */
#include <graph/check.h>

#include <graph/schema_value.h>

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static void check(struct tw_at *at, json_t *value, const json_t *schema);

static void check_member(struct tw_at *at, const char *key, json_t *value, const json_t *schema)
{
	struct tw_at inner = *at;

	tw_pointer_add(inner.pointer, sizeof inner.pointer, at->pointer, key);
	snprintf(inner.name, sizeof inner.name, "%.100s", key);
	check(&inner, value, schema);
	at->n_errors = inner.n_errors;
}

static void check_required(struct tw_at *at, const json_t *value, const json_t *schema)
{
	const json_t *required = json_object_get(schema, "required");

	for (size_t i = 0; i < json_array_size(required); i++) {
		const char *key = json_string_value(json_array_get(required, i));
		const json_t *one = json_object_get(json_object_get(schema, "properties"), key);
		const char *about = json_string_value(json_object_get(one, "description"));
		char help[256];

		if (json_object_get(value, key))
			continue;
		snprintf(help, sizeof help, "\"%s\": %s", key, about ? about : "");
		tw_at_error(at, about ? help : NULL, "\"%s\" needs \"%s\"", at->name, key);
	}
}

static void report_key(struct tw_at *at, const char *key, const json_t *properties)
{
	const char *known[TW_AT_NAMES];
	char help[512];
	uint32_t n = 0;
	struct tw_at inner = *at;
	json_t *map = (json_t *)(uintptr_t)properties;

	for (void *it = json_object_iter(map); it && n < TW_AT_NAMES; it = json_object_iter_next(map, it))
		known[n++] = json_object_iter_key(it);
	tw_pointer_add(inner.pointer, sizeof inner.pointer, at->pointer, key);
	inner.is_key = true;
	tw_at_error(&inner, tw_did_you_mean(help, sizeof help, key, known, n), "unknown key \"%s\" in \"%s\"", key,
		    at->name);
	at->n_errors = inner.n_errors;
}

static void fill_defaults(json_t *value, const json_t *properties)
{
	json_t *map = (json_t *)(uintptr_t)properties;

	for (void *it = json_object_iter(map); it; it = json_object_iter_next(map, it)) {
		const char *key = json_object_iter_key(it);
		const json_t *otherwise = json_object_get(json_object_iter_value(it), "default");

		if (otherwise && !json_object_get(value, key))
			json_object_set_new(value, key, json_deep_copy(otherwise));
	}
}

static void check_object(struct tw_at *at, json_t *value, const json_t *schema)
{
	const json_t *properties = json_object_get(schema, "properties");
	const json_t *others = json_object_get(schema, "additionalProperties");
	const json_t *min = json_object_get(schema, "minProperties");

	if (min && (json_int_t)json_object_size(value) < json_integer_value(min))
		tw_at_error(at, NULL, "\"%s\" must have %lld or more members", at->name,
			    (long long)json_integer_value(min));
	check_required(at, value, schema);
	fill_defaults(value, properties);
	for (void *it = json_object_iter(value); it; it = json_object_iter_next(value, it)) {
		const char *key = json_object_iter_key(it);
		const json_t *one = json_object_get(properties, key);

		if (one)
			check_member(at, key, json_object_iter_value(it), one);
		else if (json_is_object(others))
			check_member(at, key, json_object_iter_value(it), others);
		else if (json_is_false(others))
			report_key(at, key, properties);
	}
}

static void check_list(struct tw_at *at, json_t *value, const json_t *schema)
{
	const json_t *items = json_object_get(schema, "items");
	const json_t *min = json_object_get(schema, "minItems"), *max = json_object_get(schema, "maxItems");
	size_t n = json_array_size(value);

	if (min && (json_int_t)n < json_integer_value(min))
		tw_at_error(at, NULL, "\"%s\" must have %lld or more elements, got %zu", at->name,
			    (long long)json_integer_value(min), n);
	if (max && (json_int_t)n > json_integer_value(max))
		tw_at_error(at, NULL, "\"%s\" may have %lld elements, got %zu", at->name,
			    (long long)json_integer_value(max), n);
	for (size_t i = 0; items && i < n; i++) {
		struct tw_at inner = *at;
		char index[24];

		snprintf(index, sizeof index, "%zu", i);
		tw_pointer_add(inner.pointer, sizeof inner.pointer, at->pointer, index);
		snprintf(inner.name, sizeof inner.name, "%.90s[%zu]", at->name, i);
		check(&inner, json_array_get(value, i), items);
		at->n_errors = inner.n_errors;
	}
}

/* Errors of a value against a schema, without noting them; value is not changed. */
static uint32_t count_errors(const struct tw_at *at, const json_t *value, const json_t *schema)
{
	struct tw_at quiet = *at;
	json_t *copy = json_deep_copy(value);

	quiet.d = NULL;
	quiet.n_errors = 0;
	check(&quiet, copy, schema);
	json_decref(copy);
	return quiet.n_errors;
}

/* The alternative of the value's type that fits, or fits best. */
static void check_any(struct tw_at *at, json_t *value, const json_t *any)
{
	const json_t *best = NULL;
	uint32_t best_errors = UINT32_MAX;

	for (size_t i = 0; best_errors && i < json_array_size(any); i++) {
		const json_t *one = json_array_get(any, i);
		uint32_t n;

		if (!tw_schema_has_type(value, one))
			continue;
		n = count_errors(at, value, one);
		if (n < best_errors) {
			best = one;
			best_errors = n;
		}
	}
	if (best)
		check(at, value, best);
	else
		tw_at_error_types(at, value, any);
}

static void check(struct tw_at *at, json_t *value, const json_t *schema)
{
	const json_t *any;

	if (json_is_false(schema))
		tw_at_error(at, "remove it", "\"%s\" is not allowed here", at->name);
	if (!json_is_object(schema) || !tw_schema_check_scalar(at, value, schema))
		return;
	if (json_is_object(value))
		check_object(at, value, schema);
	else if (json_is_array(value))
		check_list(at, value, schema);
	any = json_object_get(schema, "oneOf");
	if (any)
		check_any(at, value, any);
	any = json_object_get(schema, "anyOf");
	if (any)
		check_any(at, value, any);
}

int tw_schema_check(struct tw_json *value, const struct tw_json *schema, const char *pointer, struct tw_diags *d)
{
	struct tw_at at = {.d = d};
	const char *name = strrchr(pointer, '/');

	snprintf(at.pointer, sizeof at.pointer, "%s", pointer);
	snprintf(at.name, sizeof at.name, "%.100s", name ? name + 1 : "the value");
	if (tw_schema_is_sound(&at, (const json_t *)schema))
		check(&at, (json_t *)value, (const json_t *)schema);
	return at.n_errors ? -EINVAL : 0;
}
