/* graph/check_nodes.c - each node's operator and config. */
#include <graph/checking.h>
#include <graph/read.h>

#include <base/alloc.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void report_unknown(struct tw_checking *k, const struct tw_spec_node *n)
{
	const char **ids = tw_calloc(k->kinds->n, sizeof *ids);
	char pointer[128], help[512];

	for (uint32_t i = 0; i < k->kinds->n; i++)
		ids[i] = k->kinds->kinds[i]->id;
	snprintf(pointer, sizeof pointer, "%s/op", n->pointer);
	if (!tw_did_you_mean(help, sizeof help, n->op, ids, k->kinds->n))
		snprintf(help, sizeof help, "no plugins were found; see THALWEG_PLUGIN_PATH");
	tw_diag_error(k->d, pointer, help, "unknown operator \"%s\"", n->op);
	free(ids);
}

static const struct tw_kind *find_kind(const struct tw_kinds *kinds, const char *id)
{
	for (uint32_t i = 0; i < kinds->n; i++) {
		if (strcmp(kinds->kinds[i]->id, id) == 0)
			return kinds->kinds[i];
	}
	return NULL;
}

/* A kind without a schema takes no config. */
static void check_none(struct tw_checking *k, const struct tw_spec_node *n, const char *pointer)
{
	char at[TW_POINTER_MAX];
	const char *key;

	for (uint32_t i = 0; i < tw_json_len(n->config); i++) {
		tw_json_at(n->config, i, &key);
		tw_pointer_add(at, sizeof at, pointer, key);
		tw_diag_error_key(k->d, at, "remove it", "operator \"%s\" takes no config", n->op);
	}
}

static void check_config(struct tw_checking *k, uint32_t node)
{
	const struct tw_spec_node *n = &k->spec->nodes[node];
	const struct tw_kind *kind = k->c->kind[node];
	char pointer[128];
	json_error_t err;
	json_t *schema;

	k->c->config[node] = (struct tw_json *)json_deep_copy((json_t *)n->config);
	snprintf(pointer, sizeof pointer, "%s/config", n->pointer);
	if (!kind->config) {
		check_none(k, n, pointer);
		return;
	}
	schema = json_loads(kind->config, JSON_REJECT_DUPLICATES, &err);
	if (!schema) {
		snprintf(pointer, sizeof pointer, "%s/op", n->pointer);
		tw_diag_error(k->d, pointer, "this is a fault of the plugin",
			      "the config schema of operator \"%s\" is no JSON: line %d: %s", n->op, err.line,
			      err.text);
		return;
	}
	tw_schema_check(k->c->config[node], (struct tw_json *)schema, pointer, k->d);
	json_decref(schema);
}

void tw_check_nodes(struct tw_checking *k)
{
	for (uint32_t i = 0; i < k->spec->n_nodes; i++) {
		const struct tw_spec_node *n = &k->spec->nodes[i];

		if (!n->op)
			continue;
		k->c->kind[i] = find_kind(k->kinds, n->op);
		if (!k->c->kind[i])
			report_unknown(k, n);
		else if (!n->is_config_broken)
			check_config(k, i);
	}
}
