/* graph/schema_value.c - single values against a schema; see schema_value.h. */
#include <graph/schema_value.h>

#include <base/alloc.h>
#include <base/units.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void tw_at_error(struct tw_at *at, const char *help, const char *fmt, ...)
{
	char what[640];
	va_list args;

	at->n_errors++;
	if (!at->d)
		return;
	va_start(args, fmt);
	vsnprintf(what, sizeof what, fmt, args);
	va_end(args);
	if (at->is_key)
		tw_diag_error_key(at->d, at->pointer, help, "%s", what);
	else
		tw_diag_error(at->d, at->pointer, help, "%s", what);
}

static const char *brief(char *buf, size_t len, const json_t *value)
{
	return tw_json_brief(buf, len, (const struct tw_json *)value);
}

static bool is_type(const json_t *value, const char *type)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT: return strcmp(type, "object") == 0;
	case JSON_ARRAY: return strcmp(type, "array") == 0;
	case JSON_STRING: return strcmp(type, "string") == 0;
	case JSON_INTEGER: return strcmp(type, "integer") == 0 || strcmp(type, "number") == 0;
	case JSON_REAL: return strcmp(type, "number") == 0;
	case JSON_TRUE:
	case JSON_FALSE: return strcmp(type, "boolean") == 0;
	case JSON_NULL: return strcmp(type, "null") == 0;
	}
	return false;
}

bool tw_schema_has_type(const json_t *value, const json_t *schema)
{
	const json_t *type = json_object_get(schema, "type");

	if (!type)
		return true;
	if (json_is_string(type))
		return is_type(value, json_string_value(type));
	for (size_t i = 0; i < json_array_size(type); i++) {
		if (is_type(value, json_string_value(json_array_get(type, i))))
			return true;
	}
	return false;
}

static const char *type_words(const char *type)
{
	static const char *const words[][2] = {
		{"object", "a map {...}"}, {"array", "a list [...]"},
		{"string", "a string"},    {"integer", "a whole number"},
		{"number", "a number"},    {"boolean", "true or false"},
		{"null", "null"},
	};

	for (uint32_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(words[i][0], type) == 0)
			return words[i][1];
	}
	return type;
}

static const char *format_words(const json_t *schema)
{
	const char *format = json_string_value(json_object_get(schema, "format"));

	if (!format)
		return NULL;
	return strcmp(format, "duration") == 0 ? "a duration such as \"10s\"" : "a size such as \"64KiB\"";
}

/* Append the words for a schema's types to buf, with " or " between. */
static void add_types(char *buf, size_t len, const json_t *schema)
{
	const json_t *type = json_object_get(schema, "type");
	const char *words = format_words(schema);
	size_t n = json_is_array(type) && !words ? json_array_size(type) : 1;

	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_is_array(type) ? json_array_get(type, i) : type;
		size_t used = strlen(buf);
		const char *w = words ? words : one ? type_words(json_string_value(one)) : NULL;

		if (w && !strstr(buf, w))
			snprintf(buf + used, len - used, "%s%s", used ? " or " : "", w);
	}
}

void tw_at_error_types(struct tw_at *at, const json_t *value, const json_t *alternatives)
{
	char types[256] = "", got[64];

	for (size_t i = 0; i < json_array_size(alternatives); i++)
		add_types(types, sizeof types, json_array_get(alternatives, i));
	tw_at_error(at, NULL, "\"%s\" must be %s, got %s", at->name, types, brief(got, sizeof got, value));
}

static void error_type(struct tw_at *at, const json_t *value, const json_t *schema)
{
	char types[256] = "", got[64];

	add_types(types, sizeof types, schema);
	tw_at_error(at, NULL, "\"%s\" must be %s, got %s", at->name, types, brief(got, sizeof got, value));
}

static void error_enum(struct tw_at *at, const json_t *value, const json_t *values)
{
	const char *names[TW_AT_NAMES];
	char got[64], help[512], *text;
	uint32_t n = 0;

	for (size_t i = 0; i < json_array_size(values) && n < TW_AT_NAMES; i++) {
		if (json_is_string(json_array_get(values, i)))
			names[n++] = json_string_value(json_array_get(values, i));
	}
	if (n == json_array_size(values)) {
		const char *word = json_is_string(value) ? json_string_value(value) : "";

		tw_at_error(at, tw_did_you_mean(help, sizeof help, word, names, n),
			    "\"%s\" must be one of its known values, got %s", at->name, brief(got, sizeof got, value));
		return;
	}
	text = json_dumps(values, JSON_REAL_PRECISION(15));
	tw_at_error(at, NULL, "\"%s\" must be one of %.300s, got %s", at->name, text ? text : "?",
		    brief(got, sizeof got, value));
	free(text);
}

static bool check_choice(struct tw_at *at, const json_t *value, const json_t *schema)
{
	const json_t *values = json_object_get(schema, "enum"), *only = json_object_get(schema, "const");
	char must[64], got[64];

	if (only && !json_equal(only, value)) {
		tw_at_error(at, NULL, "\"%s\" must be %s, got %s", at->name, brief(must, sizeof must, only),
			    brief(got, sizeof got, value));
		return false;
	}
	if (!values)
		return true;
	for (size_t i = 0; i < json_array_size(values); i++) {
		if (json_equal(json_array_get(values, i), value))
			return true;
	}
	error_enum(at, value, values);
	return false;
}

/* The number that bounds are compared with: with a format, what the string means. */
static bool number_of(const json_t *value, const json_t *schema, double *out)
{
	const char *format = json_string_value(json_object_get(schema, "format"));
	int64_t n = 0;

	if (json_is_number(value)) {
		*out = json_number_value(value);
		return !format || *out >= 0;
	}
	if (!format || !json_is_string(value) ||
	    (strcmp(format, "duration") == 0 ? tw_parse_duration(json_string_value(value), &n)
					     : tw_parse_size(json_string_value(value), &n)) != 0)
		return false;
	*out = (double)n;
	return true;
}

static bool check_bounds(struct tw_at *at, const json_t *value, const json_t *schema)
{
	const json_t *min = json_object_get(schema, "minimum"), *max = json_object_get(schema, "maximum");
	const json_t *above = json_object_get(schema, "exclusiveMinimum");
	char bound[64], got[64];
	const char *words = NULL;
	double v;

	if (!number_of(value, schema, &v))
		return true;
	brief(got, sizeof got, value);
	if (min && v < json_number_value(min))
		words = "must be at least", brief(bound, sizeof bound, min);
	else if (max && v > json_number_value(max))
		words = "must be at most", brief(bound, sizeof bound, max);
	else if (above && v <= json_number_value(above))
		words = "must be above", brief(bound, sizeof bound, above);
	if (words)
		tw_at_error(at, NULL, "\"%s\" %s %s, got %s", at->name, words, bound, got);
	return !words;
}

/* Characters, not bytes. */
static json_int_t count_chars(const char *s)
{
	json_int_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static bool check_length(struct tw_at *at, const json_t *value, const json_t *schema)
{
	const json_t *min = json_object_get(schema, "minLength"), *max = json_object_get(schema, "maxLength");
	json_int_t n;

	if (!json_is_string(value))
		return true;
	n = count_chars(json_string_value(value));
	if (min && n < json_integer_value(min)) {
		if (n == 0)
			tw_at_error(at, NULL, "\"%s\" must not be empty", at->name);
		else
			tw_at_error(at, NULL, "\"%s\" must have %lld or more characters, got %lld", at->name,
				    (long long)json_integer_value(min), (long long)n);
		return false;
	}
	if (max && n > json_integer_value(max)) {
		tw_at_error(at, NULL, "\"%s\" may have %lld characters, got %lld", at->name,
			    (long long)json_integer_value(max), (long long)n);
		return false;
	}
	return true;
}

bool tw_schema_check_scalar(struct tw_at *at, const json_t *value, const json_t *schema)
{
	double v;

	if (!tw_schema_has_type(value, schema) || ((json_is_string(value) || json_is_number(value)) &&
						   format_words(schema) && !number_of(value, schema, &v))) {
		error_type(at, value, schema);
		return false;
	}
	return check_choice(at, value, schema) && check_bounds(at, value, schema) && check_length(at, value, schema);
}
