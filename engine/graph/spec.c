/* graph/spec.c - a graph file's top level; see spec.h. */
#include <graph/spec.h>

#include <graph/parts.h>

#include <base/alloc.h>
#include <thalweg/types.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const tw_on_error_names[] = {"count", "drop", "fail", NULL};

static uint32_t round_up(uint32_t n)
{
	uint32_t p = 2;

	while (p < n)
		p *= 2;
	return p;
}

void tw_spec_read_queue(const struct tw_read *r, struct tw_spec_queue *q)
{
	static const char *const known[] = {"slots", "full", NULL};
	static const char *const later[] = {"spill", "linger", "batch", "fuse", NULL};
	static const char *const full[] = {"block", "drop_newest", "drop_oldest", NULL};
	char pointer[TW_POINTER_MAX];
	struct tw_read in;

	if (!tw_read_map(r, "queue", pointer, &in))
		return;
	tw_read_names(&in, &(struct tw_names){known, later});
	q->slots = round_up((uint32_t)tw_read_int(&in, "slots", 2, 65536, q->slots));
	q->full = tw_read_enum(&in, "full", full, q->full);
}

static void read_defaults(const struct tw_read *root, struct tw_spec_defaults *out, struct tw_spec *s)
{
	static const char *const known[] = {"queue", "wait", "on_error", NULL};
	static const char *const later[] = {"swap", "isolation", NULL};
	static const char *const waits[] = {"adaptive", "spin", "park", NULL};
	char pointer[TW_POINTER_MAX];
	struct tw_read in;

	*out = (struct tw_spec_defaults){{TW_SLOTS_DEFAULT, TW_FULL_BLOCK}, TW_ON_ERROR_COUNT};
	if (!tw_read_map(root, "defaults", pointer, &in))
		return;
	tw_read_names(&in, &(struct tw_names){known, later});
	tw_spec_read_queue(&in, &out->queue);
	out->on_error = tw_read_enum(&in, "on_error", tw_on_error_names, TW_ON_ERROR_COUNT);
	s->wait = tw_read_enum(&in, "wait", waits, TW_WAIT_ADAPTIVE);
}

static void read_delivery(const struct tw_read *root)
{
	const char *v = tw_read_str(root, "delivery");

	if (!v || strcmp(v, "at_most_once") == 0)
		return;
	if (strcmp(v, "at_least_once") == 0 || strcmp(v, "exactly_once") == 0)
		tw_diag_error(root->d, "/delivery", "this version delivers \"at_most_once\"",
			      "delivery \"%s\" is not in this version", v);
	else
		tw_read_error(root, "delivery", "\"at_most_once\"");
}

static void read_head(const struct tw_read *root, struct tw_spec *s)
{
	const char *version, *name;

	tw_read_str(root, "$schema");
	if (tw_read_need(root, "thalweg", "\"1\"")) {
		version = tw_json_str(tw_json_get(root->map, "thalweg"));
		if (strcmp(version, "1") != 0)
			tw_read_error(root, "thalweg", "\"1\" (the version of the graph format)");
	}
	name = tw_read_need(root, "name", "\"my-graph\"") ? tw_read_str(root, "name") : NULL;
	if (name && !tw_is_id(name))
		tw_diag_error(root->d, "/name", NULL, "the graph's name \"%s\" " TW_ID_FORM, name);
	s->name = tw_strdup(name);
	s->description = tw_strdup(tw_read_str(root, "description"));
	read_delivery(root);
}

static void keep_secrets(const struct tw_vars *vars, struct tw_spec *s)
{
	s->secrets = tw_calloc(vars->n, sizeof *s->secrets);
	for (uint32_t i = 0; i < vars->n; i++) {
		if (vars->items[i].is_secret && vars->items[i].text && *vars->items[i].text)
			s->secrets[s->n_secrets++] = tw_strdup(vars->items[i].text);
	}
}

static void read_root(const struct tw_read *root, const struct tw_set *sets, uint32_t n_sets, struct tw_spec *s)
{
	static const char *const known[] = {"$schema",  "thalweg", "name",  "description", "vars",
					    "defaults", "nodes",   "edges", "delivery",    NULL};
	static const char *const later[] = {"plugins", "types", "placement", "time", "checkpoint",
					    "slo",     "tests", "ui",        NULL};
	struct tw_spec_defaults defaults;
	struct tw_vars vars;

	tw_read_names(root, &(struct tw_names){known, later});
	read_head(root, s);
	tw_vars_read(root, sets, n_sets, &vars);
	read_defaults(root, &defaults, s);
	tw_spec_read_nodes(root, &defaults, &vars, s);
	tw_spec_read_edges(root, &defaults, s);
	keep_secrets(&vars, s);
	tw_vars_fini(&vars);
}

int tw_spec_parse(const char *path, const char *text, size_t len, const struct tw_set *sets, uint32_t n_sets,
		  struct tw_spec **out, struct tw_diags *d)
{
	struct tw_spec *s = tw_calloc(1, sizeof *s);
	uint32_t before = d->n_errors;
	char got[64];

	*out = s;
	s->path = tw_strdup(path);
	s->text = tw_calloc(len + 1, 1);
	memcpy(s->text, text, len);
	s->text_len = len;
	s->root = tw_json_parse(s->text, len, d);
	if (s->root && tw_json_kind(s->root) != TW_JSON_MAP)
		tw_diag_error(d, "", NULL, "a graph must be a map {...}, got %s",
			      tw_json_brief(got, sizeof got, s->root));
	else if (s->root)
		read_root(&(struct tw_read){s->root, "", d}, sets, n_sets, s);
	s->has_errors = d->n_errors > before;
	return s->has_errors ? -EINVAL : 0;
}

int tw_spec_load(const char *path, const struct tw_set *sets, uint32_t n_sets, struct tw_spec **out, struct tw_diags *d)
{
	char *text;
	size_t len;
	int err = tw_file_read(path, &text, &len);

	*out = NULL;
	if (err == -EFBIG)
		tw_diag_error_line(d, 0, 0, "the file is larger than %zu MiB", TW_FILE_MAX >> 20);
	else if (err)
		tw_diag_error_line(d, 0, 0, "can't read the file: %s", strerror(-err));
	if (err)
		return err;
	err = tw_spec_parse(path, text, len, sets, n_sets, out, d);
	free(text);
	return err;
}

static void node_fini(struct tw_spec_node *n)
{
	free(n->id);
	free(n->op);
	free(n->uid);
	free(n->doc);
	tw_json_destroy(n->config);
	for (uint32_t i = 0; i < n->n_by; i++)
		free(n->by[i]);
	free(n->by);
	free(n->watermark.field);
	free(n->near);
}

void tw_spec_destroy(struct tw_spec *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->n_nodes; i++)
		node_fini(&s->nodes[i]);
	for (uint32_t i = 0; i < s->n_edges; i++) {
		free(s->edges[i].from_port);
		free(s->edges[i].to_port);
	}
	for (uint32_t i = 0; i < s->n_secrets; i++)
		free(s->secrets[i]);
	free(s->nodes);
	free(s->edges);
	free(s->secrets);
	tw_json_destroy(s->root);
	free(s->path);
	free(s->text);
	free(s->name);
	free(s->description);
	free(s);
}

uint32_t tw_spec_find(const struct tw_spec *s, const char *id)
{
	for (uint32_t i = 0; i < s->n_nodes; i++) {
		if (strcmp(s->nodes[i].id, id) == 0)
			return i;
	}
	return TW_NONE;
}

const char **tw_spec_ids(const struct tw_spec *s)
{
	const char **ids = tw_calloc(s->n_nodes, sizeof *ids);

	for (uint32_t i = 0; i < s->n_nodes; i++)
		ids[i] = s->nodes[i].id;
	return ids;
}
