/* graph/fill.c - "${name}" in configs, replaced by values; see vars.h. */
#include <graph/vars.h>

#include <base/alloc.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A value being copied, and where it stands. */
struct fill {
	const struct tw_vars *vars;
	struct tw_diags *d;
	bool is_whole; /* all variables so far had a value */
	char pointer[TW_POINTER_MAX];
};

/* Text that grows. */
struct text {
	char *s;
	size_t len;
};

static void append(struct text *t, const char *s, size_t len)
{
	t->s = tw_realloc(t->s, t->len + len + 1, 1);
	memcpy(t->s + t->len, s, len);
	t->len += len;
	t->s[t->len] = '\0';
}

static void report_unknown(struct fill *f, const char *name, size_t len, int offset)
{
	const char **names = tw_calloc(f->vars->n, sizeof *names);
	char *word = tw_strndup(name, len);
	char help[256];

	for (uint32_t i = 0; i < f->vars->n; i++)
		names[i] = f->vars->items[i].name;
	if (!tw_did_you_mean(help, sizeof help, word, names, f->vars->n))
		snprintf(help, sizeof help, "declare it under \"vars\", or write \"$${\" for a plain \"${\"");
	tw_diag_error_offset(f->d, f->pointer, offset, help, "unknown variable \"%s\"", word);
	free(word);
	free(names);
}

/* The variable that "${..." at s names; *len: of its name. NULL with an error if
 * there is none. */
static const struct tw_var *find(struct fill *f, const char *s, int offset, size_t *len)
{
	const char *end = strchr(s, '}');
	const struct tw_var *v;

	if (!end) {
		*len = strlen(s + 2);
		f->is_whole = false;
		tw_diag_error_offset(f->d, f->pointer, offset, "write \"$${\" for a plain \"${\"",
				     "\"${\" without a \"}\"");
		return NULL;
	}
	*len = (size_t)(end - s) - 2;
	v = tw_vars_find(f->vars, s + 2, *len);
	if (!v)
		report_unknown(f, s + 2, *len, offset);
	f->is_whole = f->is_whole && v && v->value;
	return v;
}

/* A longer string, with variables in it as text. */
static json_t *fill_text(struct fill *f, const char *s)
{
	struct text out = {tw_strdup(""), 0};
	const char *p = s;
	json_t *j;

	while (*p) {
		size_t n = strcspn(p, "$");
		const struct tw_var *v;

		append(&out, p, n);
		p += n;
		if (strncmp(p, "$${", 3) == 0) {
			append(&out, "${", 2);
			p += 3;
		} else if (strncmp(p, "${", 2) == 0) {
			v = find(f, p, (int)(p - s), &n);
			if (v && v->text)
				append(&out, v->text, strlen(v->text));
			p += n + 2;
			p += *p == '}';
		} else if (*p) {
			append(&out, p++, 1);
		}
	}
	j = json_stringn(out.s, out.len);
	free(out.s);
	return j;
}

static json_t *fill_string(struct fill *f, const char *s)
{
	size_t len = strlen(s), name;
	const struct tw_var *v;

	if (!strchr(s, '$'))
		return json_stringn(s, len);
	if (strncmp(s, "${", 2) != 0 || strchr(s, '}') != s + len - 1)
		return fill_text(f, s);
	v = find(f, s, 0, &name);
	return v && v->value ? json_deep_copy((json_t *)v->value) : json_stringn(s, len);
}

/* Deep as the file allows (64). */
static json_t *fill(struct fill *f, json_t *v)
{
	size_t len = strlen(f->pointer);
	json_t *out, *one;
	char index[24];

	if (json_is_string(v))
		return fill_string(f, json_string_value(v));
	if (json_is_object(v)) {
		out = json_object();
		for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it)) {
			tw_pointer_add(f->pointer, sizeof f->pointer, f->pointer, json_object_iter_key(it));
			one = fill(f, json_object_iter_value(it));
			json_object_set_new(out, json_object_iter_key(it), one);
			f->pointer[len] = '\0';
		}
		return out;
	}
	if (json_is_array(v)) {
		out = json_array();
		for (size_t i = 0; i < json_array_size(v); i++) {
			snprintf(index, sizeof index, "%zu", i);
			tw_pointer_add(f->pointer, sizeof f->pointer, f->pointer, index);
			json_array_append_new(out, fill(f, json_array_get(v, i)));
			f->pointer[len] = '\0';
		}
		return out;
	}
	return json_deep_copy(v);
}

struct tw_json *tw_vars_fill(const struct tw_vars *vars, const struct tw_json *value, const char *pointer,
			     bool *is_whole, struct tw_diags *d)
{
	struct fill f = {.vars = vars, .d = d, .is_whole = true};
	json_t *out;

	snprintf(f.pointer, sizeof f.pointer, "%s", pointer);
	out = fill(&f, (json_t *)(uintptr_t)value);
	*is_whole = f.is_whole;
	return (struct tw_json *)out;
}
