/* graph/schema.c - the schema of graph files, with the kinds merged in; see schema.h. */
#include <graph/schema.h>

#include <graph/schema_text.h>

#include <base/alloc.h>

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

/* In a file any value of a config may be "${var}"; an editor must allow that. */
static json_t *or_variable(json_t *schema)
{
	return json_pack("{s:[o,{s:s,s:s}]}", "anyOf", schema, "type", "string", "pattern", "\\$\\{");
}

static json_t *with_variables(json_t *schema);

static void add_members(json_t *out, json_t *members)
{
	for (void *it = json_object_iter(members); it; it = json_object_iter_next(members, it))
		json_object_set_new(out, json_object_iter_key(it),
				    or_variable(with_variables(json_object_iter_value(it))));
}

/* A copy where members, elements and alternatives may be variables. */
static json_t *with_variables(json_t *schema)
{
	static const char *const lists[] = {"oneOf", "anyOf"};
	static const char *const inner[] = {"items", "additionalProperties"};
	json_t *out = json_deep_copy(schema), *one;

	one = json_object_get(schema, "properties");
	if (one)
		add_members(json_object_get(out, "properties"), one);
	for (uint32_t i = 0; i < 2; i++) {
		one = json_object_get(schema, inner[i]);
		if (json_is_object(one))
			json_object_set_new(out, inner[i], or_variable(with_variables(one)));
	}
	for (uint32_t i = 0; i < 2; i++) {
		json_t *list = json_object_get(schema, lists[i]);

		for (size_t k = 0; k < json_array_size(list); k++)
			json_array_set_new(json_object_get(out, lists[i]), k, with_variables(json_array_get(list, k)));
	}
	return out;
}

/* {"if": {op is the kind}, "then": {config is as the kind says}}. */
static json_t *rule_of(const struct tw_kind *kind)
{
	json_t *config = kind->config ? json_loads(kind->config, 0, NULL) : NULL;
	json_t *then, *rule;

	if (config) {
		then = with_variables(config);
		json_decref(config);
	} else {
		then = json_pack("{s:s,s:i}", "type", "object", "maxProperties", 0);
	}
	if (kind->help && !json_object_get(then, "description"))
		json_object_set_new(then, "description", json_string(kind->help));
	rule = json_pack("{s:{s:{s:{s:s}}},s:{s:{s:o}}}", "if", "properties", "op", "const", kind->id, "then",
			 "properties", "config", then);
	/* A config with required members must not be left out altogether. */
	if (json_array_size(json_object_get(then, "required")) > 0)
		json_object_set_new(json_object_get(rule, "then"), "required", json_pack("[s]", "config"));
	return rule;
}

static void add_kinds(json_t *root, const struct tw_kinds *kinds)
{
	json_t *node = json_object_get(json_object_get(root, "$defs"), "node");
	json_t *op = json_object_get(json_object_get(node, "properties"), "op");
	json_t *ids = json_array(), *rules = json_array();

	for (uint32_t i = 0; i < kinds->n; i++) {
		json_array_append_new(ids, json_string(kinds->kinds[i]->id));
		json_array_append_new(rules, rule_of(kinds->kinds[i]));
	}
	json_object_del(op, "pattern");
	json_object_set_new(op, "enum", ids);
	json_object_set_new(node, "allOf", rules);
}

char *tw_schema_text(const struct tw_kinds *kinds)
{
	char *text = tw_schema_join();
	json_t *root;

	if (!kinds || !kinds->n)
		return text;
	root = json_loads(text, 0, NULL);
	free(text);
	add_kinds(root, kinds);
	text = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	return text;
}
