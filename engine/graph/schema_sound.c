/* graph/schema_sound.c - is a kind's schema within the subset that is checked. */
#include <graph/schema_value.h>

#include <string.h>

/* What a keyword's value must be. */
enum form { ANY, WORDS, NUMBER, COUNT, TYPE, FORMAT, NAMES, SCHEMA, SCHEMAS, MEMBERS, LIST };

static const struct keyword {
	const char *name;
	enum form form;
} keywords[] = {
	{"type", TYPE},           {"properties", MEMBERS}, {"required", NAMES},    {"additionalProperties", SCHEMA},
	{"enum", LIST},           {"const", ANY},          {"items", SCHEMA},      {"minItems", COUNT},
	{"maxItems", COUNT},      {"minimum", NUMBER},     {"maximum", NUMBER},    {"exclusiveMinimum", NUMBER},
	{"minLength", COUNT},     {"maxLength", COUNT},    {"oneOf", SCHEMAS},     {"anyOf", SCHEMAS},
	{"minProperties", COUNT}, {"default", ANY},        {"description", WORDS}, {"title", WORDS},
	{"examples", LIST},       {"format", FORMAT},
};

static bool is_type_name(const json_t *v)
{
	static const char *const names[] = {"object", "array", "string", "integer", "number", "boolean", "null"};

	for (uint32_t i = 0; json_is_string(v) && i < sizeof names / sizeof *names; i++) {
		if (strcmp(names[i], json_string_value(v)) == 0)
			return true;
	}
	return false;
}

static bool all(const json_t *list, bool (*is_good)(const json_t *))
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!is_good(json_array_get(list, i)))
			return false;
	}
	return json_is_array(list) && json_array_size(list) > 0;
}

static bool is_string(const json_t *v)
{
	return json_is_string(v);
}

static bool is_format(const json_t *v)
{
	return json_is_string(v) &&
	       (strcmp(json_string_value(v), "duration") == 0 || strcmp(json_string_value(v), "size") == 0);
}

static bool has_form(enum form form, const json_t *v)
{
	switch (form) {
	case ANY: return true;
	case WORDS: return json_is_string(v);
	case NUMBER: return json_is_number(v);
	case COUNT: return json_is_integer(v) && json_integer_value(v) >= 0;
	case TYPE: return is_type_name(v) || all(v, is_type_name);
	case FORMAT: return is_format(v);
	case NAMES: return all(v, is_string) || (json_is_array(v) && json_array_size(v) == 0);
	case SCHEMA: return json_is_object(v) || json_is_boolean(v);
	case SCHEMAS: return json_is_array(v) && json_array_size(v) > 0;
	case MEMBERS: return json_is_object(v);
	case LIST: return json_is_array(v);
	}
	return false;
}

/* The schemas within a keyword's value. */
static bool is_inner_sound(struct tw_at *at, enum form form, json_t *v)
{
	bool is_good = true;

	if (form == SCHEMA)
		return tw_schema_is_sound(at, v);
	for (size_t i = 0; form == SCHEMAS && i < json_array_size(v); i++)
		is_good = tw_schema_is_sound(at, json_array_get(v, i)) && is_good;
	for (void *it = form == MEMBERS ? json_object_iter(v) : NULL; it; it = json_object_iter_next(v, it))
		is_good = tw_schema_is_sound(at, json_object_iter_value(it)) && is_good;
	return is_good;
}

static bool is_keyword_sound(struct tw_at *at, const char *name, json_t *v)
{
	const char *help = "this is a fault of the plugin";

	for (uint32_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
		if (strcmp(keywords[i].name, name) != 0)
			continue;
		if (has_form(keywords[i].form, v))
			return is_inner_sound(at, keywords[i].form, v);
		tw_at_error(at, help, "the operator's config schema has a wrong value for \"%s\"", name);
		return false;
	}
	tw_at_error(at, help, "the operator's config schema uses \"%s\", which is not checked", name);
	return false;
}

bool tw_schema_is_sound(struct tw_at *at, const json_t *schema)
{
	json_t *map = (json_t *)(uintptr_t)schema;
	bool is_good = true;

	if (json_is_boolean(schema))
		return true;
	if (!json_is_object(schema)) {
		tw_at_error(at, "this is a fault of the plugin",
			    "the operator's config schema has no map where one must be");
		return false;
	}
	for (void *it = json_object_iter(map); it; it = json_object_iter_next(map, it))
		is_good = is_keyword_sound(at, json_object_iter_key(it), json_object_iter_value(it)) && is_good;
	return is_good;
}
