/* base/json.c - values of a parsed JSON text; see json.h. */
#include <base/json.h>

#include <base/json_fault.h>
#include <base/units.h>
#include <base/where.h>

#include <errno.h>
#include <jansson.h>
#include <string.h>

#define DEPTH_MAX 64u

static json_t *rw(const struct tw_json *j)
{
	return (json_t *)(uintptr_t)j;
}

struct tw_json *tw_json_parse(const char *text, size_t len, struct tw_diags *d)
{
	struct tw_json_fault f = {text, len, 0, NULL, TW_FAULT_SYNTAX};
	json_error_t err;
	json_t *j;

	if (len > TW_FILE_MAX) {
		f.kind = TW_FAULT_LONG;
		tw_json_fault_report(&f, d);
		return NULL;
	}
	j = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &err);
	if ((j || json_error_code(&err) == json_error_stack_overflow) && tw_where_deep(text, len, DEPTH_MAX, &f.byte)) {
		json_decref(j);
		f.kind = TW_FAULT_DEEP;
		tw_json_fault_report(&f, d);
		return NULL;
	}
	if (j)
		return (struct tw_json *)j;
	f.byte = err.position > 0 ? (size_t)err.position : 0;
	f.text_of_library = err.text;
	switch (json_error_code(&err)) {
	case json_error_invalid_utf8: f.kind = TW_FAULT_UTF8; break;
	case json_error_premature_end_of_input: f.kind = TW_FAULT_SHORT; break;
	case json_error_end_of_input_expected: f.kind = TW_FAULT_MORE; break;
	case json_error_duplicate_key: f.kind = TW_FAULT_TWICE; break;
	case json_error_null_character:
	case json_error_null_byte_in_key: f.kind = TW_FAULT_NUL; break;
	default: break;
	}
	tw_json_fault_report(&f, d);
	return NULL;
}

void tw_json_destroy(struct tw_json *j)
{
	json_decref((json_t *)j);
}

struct tw_json *tw_json_ref(struct tw_json *j)
{
	json_incref((json_t *)j);
	return j;
}

enum tw_json_kind tw_json_kind(const struct tw_json *j)
{
	if (!j)
		return TW_JSON_NULL;
	switch (json_typeof((const json_t *)j)) {
	case JSON_OBJECT: return TW_JSON_MAP;
	case JSON_ARRAY: return TW_JSON_LIST;
	case JSON_STRING: return TW_JSON_STR;
	case JSON_INTEGER: return TW_JSON_INT;
	case JSON_REAL: return TW_JSON_REAL;
	case JSON_TRUE:
	case JSON_FALSE: return TW_JSON_BOOL;
	default: return TW_JSON_NULL;
	}
}

const struct tw_json *tw_json_get(const struct tw_json *map, const char *key)
{
	return (const struct tw_json *)json_object_get((const json_t *)map, key);
}

const struct tw_json *tw_json_at(const struct tw_json *j, uint32_t i, const char **key)
{
	json_t *map = rw(j);
	void *it;

	if (key)
		*key = NULL;
	if (!json_is_object(map))
		return (const struct tw_json *)json_array_get(map, i);
	it = json_object_iter(map);
	while (it && i--)
		it = json_object_iter_next(map, it);
	if (!it)
		return NULL;
	if (key)
		*key = json_object_iter_key(it);
	return (const struct tw_json *)json_object_iter_value(it);
}

uint32_t tw_json_len(const struct tw_json *j)
{
	const json_t *v = (const json_t *)j;

	if (json_is_object(v))
		return (uint32_t)json_object_size(v);
	return (uint32_t)(json_is_string(v) ? json_string_length(v) : json_array_size(v));
}

const char *tw_json_str(const struct tw_json *j)
{
	const char *s = json_string_value((const json_t *)j);

	return s ? s : "";
}

int64_t tw_json_i64(const struct tw_json *j)
{
	const json_t *v = (const json_t *)j;
	int64_t n = 0;

	if (json_is_integer(v))
		return json_integer_value(v);
	if (json_is_string(v) && tw_parse_duration(tw_json_str(j), &n) != 0 && tw_parse_size(tw_json_str(j), &n) != 0)
		return 0;
	return n;
}

double tw_json_f64(const struct tw_json *j)
{
	return json_number_value((const json_t *)j);
}

bool tw_json_bool(const struct tw_json *j)
{
	return json_is_true((const json_t *)j);
}
