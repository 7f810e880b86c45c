/* graph/read.c - typed members of maps; see read.h. */
#include <graph/read.h>

#include <base/units.h>
#include <base/where.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

uint32_t tw_count_names(const char *const *names)
{
	uint32_t n = 0;

	while (names && names[n])
		n++;
	return n;
}

static bool is_in(const char *const *names, const char *name)
{
	for (; names && *names; names++) {
		if (strcmp(*names, name) == 0)
			return true;
	}
	return false;
}

bool tw_is_id(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return *s >= 'a' && *s <= 'z' && s[n] == '\0' && n <= 63;
}

const char *tw_json_brief(char *buf, size_t len, const struct tw_json *j)
{
	char *text;
	size_t n;

	switch (tw_json_kind(j)) {
	case TW_JSON_MAP: snprintf(buf, len, tw_json_len(j) ? "a map {...}" : "an empty map {}"); return buf;
	case TW_JSON_LIST: snprintf(buf, len, tw_json_len(j) ? "a list [...]" : "an empty list []"); return buf;
	default: break;
	}
	text = json_dumps((const json_t *)j, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	n = strlen(text ? text : "?");
	if (n < len) {
		memcpy(buf, text ? text : "?", n + 1);
	} else {
		n = len - 5;
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
		memcpy(buf, text, n);
		memcpy(buf + n, "...\"", 5);
	}
	free(text);
	return buf;
}

bool tw_read_names(const struct tw_read *r, const struct tw_names *names)
{
	json_t *map = (json_t *)(uintptr_t)r->map;
	char pointer[TW_POINTER_MAX], help[256];
	bool is_good = true;

	for (void *it = json_object_iter(map); it; it = json_object_iter_next(map, it)) {
		const char *key = json_object_iter_key(it);

		if (is_in(names->known, key))
			continue;
		is_good = false;
		tw_pointer_add(pointer, sizeof pointer, r->pointer, key);
		if (is_in(names->later, key))
			tw_diag_error_key(r->d, pointer, "remove it", "\"%s\" is not in this version", key);
		else
			tw_diag_error_key(
				r->d, pointer,
				tw_did_you_mean(help, sizeof help, key, names->known, tw_count_names(names->known)),
				"unknown key \"%s\"", key);
	}
	return is_good;
}

int tw_read_error(const struct tw_read *r, const char *key, const char *must)
{
	char pointer[TW_POINTER_MAX], got[64];

	tw_pointer_add(pointer, sizeof pointer, r->pointer, key);
	return tw_diag_error(r->d, pointer, NULL, "\"%s\" must be %s, got %s", key, must,
			     tw_json_brief(got, sizeof got, tw_json_get(r->map, key)));
}

bool tw_read_need(const struct tw_read *r, const char *key, const char *example)
{
	char help[128];

	if (tw_json_get(r->map, key))
		return true;
	snprintf(help, sizeof help, "add \"%s\": %s", key, example);
	tw_diag_error(r->d, r->pointer, help, "\"%s\" is missing", key);
	return false;
}

const char *tw_read_str(const struct tw_read *r, const char *key)
{
	const struct tw_json *v = tw_json_get(r->map, key);

	if (!v)
		return NULL;
	if (tw_json_kind(v) == TW_JSON_STR)
		return tw_json_str(v);
	tw_read_error(r, key, "a string");
	return NULL;
}

bool tw_read_bool(const struct tw_read *r, const char *key, bool otherwise)
{
	const struct tw_json *v = tw_json_get(r->map, key);

	if (!v)
		return otherwise;
	if (tw_json_kind(v) == TW_JSON_BOOL)
		return tw_json_bool(v);
	tw_read_error(r, key, "true or false");
	return otherwise;
}

int64_t tw_read_int(const struct tw_read *r, const char *key, int64_t min, int64_t max, int64_t otherwise)
{
	const struct tw_json *v = tw_json_get(r->map, key);
	char must[80];

	if (!v)
		return otherwise;
	if (tw_json_kind(v) == TW_JSON_INT && tw_json_i64(v) >= min && tw_json_i64(v) <= max)
		return tw_json_i64(v);
	snprintf(must, sizeof must, "a whole number from %lld to %lld", (long long)min, (long long)max);
	tw_read_error(r, key, must);
	return otherwise;
}

int64_t tw_read_duration(const struct tw_read *r, const char *key, int64_t otherwise)
{
	const struct tw_json *v = tw_json_get(r->map, key);
	int64_t ns;

	if (!v)
		return otherwise;
	if (tw_json_kind(v) == TW_JSON_INT && tw_json_i64(v) >= 0)
		return tw_json_i64(v);
	if (tw_json_kind(v) == TW_JSON_STR && tw_parse_duration(tw_json_str(v), &ns) == 0)
		return ns;
	tw_read_error(r, key, "a duration such as \"10s\"");
	return otherwise;
}

/* "a", "b" or "c". */
static void list_names(char *buf, size_t len, const char *const *names)
{
	size_t used = 0;

	buf[0] = '\0';
	for (uint32_t i = 0; names[i] && used < len; i++)
		used += (size_t)snprintf(buf + used, len - used, "%s\"%s\"",
					 i == 0         ? ""
					 : names[i + 1] ? ", "
							: " or ",
					 names[i]);
}

uint32_t tw_read_enum(const struct tw_read *r, const char *key, const char *const *names, uint32_t otherwise)
{
	const struct tw_json *v = tw_json_get(r->map, key);
	char must[160];

	if (!v)
		return otherwise;
	for (uint32_t i = 0; tw_json_kind(v) == TW_JSON_STR && names[i]; i++) {
		if (strcmp(names[i], tw_json_str(v)) == 0)
			return i;
	}
	list_names(must, sizeof must, names);
	tw_read_error(r, key, must);
	return otherwise;
}

bool tw_read_map(const struct tw_read *r, const char *key, char pointer[TW_POINTER_MAX], struct tw_read *inner)
{
	const struct tw_json *v = tw_json_get(r->map, key);

	if (!v)
		return false;
	if (tw_json_kind(v) != TW_JSON_MAP) {
		tw_read_error(r, key, "a map {...}");
		return false;
	}
	tw_pointer_add(pointer, TW_POINTER_MAX, r->pointer, key);
	*inner = (struct tw_read){v, pointer, r->d};
	return true;
}
