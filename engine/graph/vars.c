/* graph/vars.c - declared variables and where their values come from; see vars.h. */
#include <graph/vars.h>

#include <base/alloc.h>
#include <base/units.h>

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VARS_MAX 256u

enum var_type { VAR_STRING, VAR_INT, VAR_NUMBER, VAR_BOOL, VAR_DURATION, VAR_SIZE };

static const char *const type_names[] = {"string", "int", "number", "bool", "duration", "size", NULL};
static const char *const type_forms[] = {"a string",
					 "a whole number",
					 "a number",
					 "true or false",
					 "a duration such as \"10s\"",
					 "a size such as \"64KiB\""};

/* Shortest text that reads back as the same number. */
static char *number_text(double v)
{
	char buf[40];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(buf, sizeof buf, "%.*g", digits, v);
		if (strtod(buf, NULL) == v)
			break;
	}
	return tw_strdup(buf);
}

static char *value_text(const json_t *v)
{
	if (json_is_string(v))
		return tw_strdup(json_string_value(v));
	if (json_is_integer(v))
		return tw_sprintf("%lld", (long long)json_integer_value(v));
	if (json_is_real(v))
		return number_text(json_real_value(v));
	return tw_strdup(json_is_true(v) ? "true" : "false");
}

static json_t *parse_int(const char *s)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(s, &end, 10);
	return isspace((unsigned char)*s) || end == s || *end || errno ? NULL : json_integer(v);
}

static json_t *parse_number(const char *s)
{
	char *end;
	double v;

	if (strspn(s, "+-.0123456789eE") != strlen(s))
		return NULL;
	v = strtod(s, &end);
	return end == s || *end || !isfinite(v) ? NULL : json_real(v);
}

/* A value of that type from text (--set, environment), or NULL. */
static json_t *parse_value(enum var_type type, const char *s)
{
	int64_t n;

	switch (type) {
	case VAR_INT: return parse_int(s);
	case VAR_NUMBER: return parse_number(s);
	case VAR_BOOL:
		if (strcmp(s, "true") != 0 && strcmp(s, "false") != 0)
			return NULL;
		return json_boolean(s[0] == 't');
	case VAR_DURATION: return tw_parse_duration(s, &n) == 0 ? json_string(s) : NULL;
	case VAR_SIZE: return tw_parse_size(s, &n) == 0 ? json_string(s) : NULL;
	case VAR_STRING: break;
	}
	return json_string(s); /* NULL for what is no UTF-8 */
}

static bool is_of_type(enum var_type type, const json_t *v)
{
	int64_t n;

	switch (type) {
	case VAR_INT: return json_is_integer(v);
	case VAR_NUMBER: return json_is_number(v);
	case VAR_BOOL: return json_is_boolean(v);
	case VAR_DURATION: return json_is_string(v) && tw_parse_duration(json_string_value(v), &n) == 0;
	case VAR_SIZE: return json_is_string(v) && tw_parse_size(json_string_value(v), &n) == 0;
	case VAR_STRING: break;
	}
	return json_is_string(v);
}

/* THALWEG_VAR_MAX_AGE for max-age. */
static void env_name(char *buf, size_t len, const char *name)
{
	size_t n = (size_t)snprintf(buf, len, "THALWEG_VAR_%s", name);

	for (size_t i = 0; i < n && i < len; i++)
		buf[i] = buf[i] == '-' ? '_' : (char)toupper((unsigned char)buf[i]);
}

/* Set from text that came from `source`. */
static void set_from_text(struct tw_var *v, enum var_type type, const char *text, const struct tw_read *at,
			  const char *source)
{
	json_t *value = parse_value(type, text);

	if (!value)
		tw_diag_error_key(at->d, at->pointer, NULL, "%s: variable \"%s\" must be %s, got \"%s\"", source,
				  v->name, type_forms[type], v->is_secret ? "***" : text);
	v->value = (struct tw_json *)value;
	v->text = tw_strdup(value ? text : NULL);
}

/* The last --set of it; NULL: none. */
static const char *find_set(const struct tw_set *sets, uint32_t n_sets, const char *name)
{
	while (n_sets--) {
		if (strcmp(sets[n_sets].key, name) == 0)
			return sets[n_sets].value;
	}
	return NULL;
}

static void check_default(const struct tw_read *r, enum var_type type)
{
	const json_t *given = (const json_t *)tw_json_get(r->map, "default");

	if (given && !is_of_type(type, given))
		tw_read_error(r, "default", type_forms[type]);
}

/* One declaration, at r. */
static void read_var(struct tw_var *v, const struct tw_read *r, const struct tw_set *sets, uint32_t n_sets)
{
	static const char *const known[] = {"type", "default", "doc", "secret", NULL};
	const json_t *given = (const json_t *)tw_json_get(r->map, "default");
	char env[96], help[200];
	const char *text;
	enum var_type type;

	tw_read_names(r, &(struct tw_names){known, NULL});
	tw_read_str(r, "doc");
	v->is_secret = tw_read_bool(r, "secret", false);
	if (!tw_read_need(r, "type", "\"string\""))
		return;
	type = tw_read_enum(r, "type", type_names, UINT32_MAX);
	if ((uint32_t)type == UINT32_MAX)
		return;
	check_default(r, type);
	env_name(env, sizeof env, v->name);
	text = find_set(sets, n_sets, v->name);
	if (text) {
		set_from_text(v, type, text, r, "--set");
	} else if ((text = getenv(env))) {
		set_from_text(v, type, text, r, env);
	} else if (!given) {
		snprintf(help, sizeof help, "give --set %s=..., or set %s, or add a \"default\"", v->name, env);
		tw_diag_error_key(r->d, r->pointer, help, "variable \"%s\" has no value", v->name);
	} else if (is_of_type(type, given)) {
		v->value = (struct tw_json *)json_deep_copy(given);
		v->text = value_text(given);
	}
}

/* All --set must name declared variables. */
static void check_sets(const struct tw_vars *vars, const struct tw_read *root, const struct tw_set *sets,
		       uint32_t n_sets)
{
	const char **names = tw_calloc(vars->n, sizeof *names);
	char help[256];

	for (uint32_t i = 0; i < vars->n; i++)
		names[i] = vars->items[i].name;
	for (uint32_t i = 0; i < n_sets; i++) {
		if (tw_vars_find(vars, sets[i].key, strlen(sets[i].key)))
			continue;
		if (!tw_did_you_mean(help, sizeof help, sets[i].key, names, vars->n))
			snprintf(help, sizeof help, "declare it under \"vars\"");
		tw_diag_error_key(root->d, tw_json_get(root->map, "vars") ? "/vars" : "", help,
				  "--set %s: the graph has no such variable", sets[i].key);
	}
	free(names);
}

static void read_all(const struct tw_read *map, const struct tw_set *sets, uint32_t n_sets, struct tw_vars *vars)
{
	json_t *m = (json_t *)(uintptr_t)map->map;
	char pointer[TW_POINTER_MAX];

	if (tw_json_len(map->map) > VARS_MAX) {
		tw_diag_error_key(map->d, map->pointer, NULL, "there are more than %u variables", VARS_MAX);
		return;
	}
	vars->items = tw_calloc(tw_json_len(map->map), sizeof *vars->items);
	for (void *it = json_object_iter(m); it; it = json_object_iter_next(m, it)) {
		struct tw_var *v = &vars->items[vars->n++];
		struct tw_read one;

		v->name = tw_strdup(json_object_iter_key(it));
		if (!tw_is_id(v->name)) {
			tw_pointer_add(pointer, sizeof pointer, map->pointer, v->name);
			tw_diag_error_key(map->d, pointer, NULL, "the variable's name \"%s\" " TW_ID_FORM, v->name);
		} else if (tw_read_map(map, v->name, pointer, &one)) {
			read_var(v, &one, sets, n_sets);
		}
	}
}

void tw_vars_read(const struct tw_read *root, const struct tw_set *sets, uint32_t n_sets, struct tw_vars *vars)
{
	char pointer[TW_POINTER_MAX];
	struct tw_read map;

	*vars = (struct tw_vars){0};
	if (tw_read_map(root, "vars", pointer, &map))
		read_all(&map, sets, n_sets, vars);
	check_sets(vars, root, sets, n_sets);
}

void tw_vars_fini(struct tw_vars *vars)
{
	for (uint32_t i = 0; i < vars->n; i++) {
		free(vars->items[i].name);
		free(vars->items[i].text);
		tw_json_destroy(vars->items[i].value);
	}
	free(vars->items);
	*vars = (struct tw_vars){0};
}

const struct tw_var *tw_vars_find(const struct tw_vars *vars, const char *name, size_t len)
{
	for (uint32_t i = 0; i < vars->n; i++) {
		if (strlen(vars->items[i].name) == len && memcmp(vars->items[i].name, name, len) == 0)
			return &vars->items[i];
	}
	return NULL;
}
