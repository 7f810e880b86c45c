/* graph/nodes.c - "nodes" of a graph file. */
#include <graph/parts.h>

#include <base/alloc.h>
#include <thalweg/types.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define BY_MAX 16u
#define PARALLELISM_MAX 256

/* An operator's name may have one dot: "acme.enrich". */
static bool is_op(const char *s)
{
	const char *dot = strchr(s, '.');
	char family[64];
	size_t n;

	if (!dot)
		return tw_is_id(s);
	n = (size_t)(dot - s);
	if (n >= sizeof family)
		return false;
	memcpy(family, s, n);
	family[n] = '\0';
	return tw_is_id(family) && tw_is_id(dot + 1);
}

static void read_op(const struct tw_read *r, struct tw_spec_node *n)
{
	char pointer[TW_POINTER_MAX];
	const char *op;

	if (!tw_read_need(r, "op", "the name of the operator that it runs"))
		return;
	op = tw_read_str(r, "op");
	if (!op)
		return;
	if (is_op(op)) {
		n->op = tw_strdup(op);
		return;
	}
	tw_pointer_add(pointer, sizeof pointer, r->pointer, "op");
	tw_diag_error(r->d, pointer, NULL, "\"%s\" is no name of an operator: it %s", op, TW_ID_FORM);
}

static void read_by(const struct tw_read *r, struct tw_spec_node *n)
{
	const struct tw_json *by = tw_json_get(r->map, "by");
	uint32_t len = tw_json_len(by);

	if (!by)
		return;
	if (tw_json_kind(by) != TW_JSON_LIST || len == 0 || len > BY_MAX) {
		tw_read_error(r, "by", "a list of 1 to 16 field names");
		return;
	}
	n->by = tw_calloc(len, sizeof *n->by);
	for (uint32_t i = 0; i < len; i++) {
		const struct tw_json *name = tw_json_at(by, i, NULL);

		if (tw_json_kind(name) != TW_JSON_STR || !*tw_json_str(name)) {
			tw_read_error(r, "by", "a list of field names");
			return;
		}
		n->by[n->n_by++] = tw_strdup(tw_json_str(name));
	}
}

static void read_watermark(const struct tw_read *r, struct tw_spec_watermark *w)
{
	static const char *const known[] = {"field", "delay", "idle_after", "max_future", NULL};
	static const char *const later[] = {"late_to", NULL};
	char pointer[TW_POINTER_MAX];
	struct tw_read in;

	if (!tw_read_map(r, "watermark", pointer, &in))
		return;
	tw_read_names(&in, &(struct tw_names){known, later});
	if (tw_read_need(&in, "field", "the timestamp field that event time comes from"))
		w->field = tw_strdup(tw_read_str(&in, "field"));
	w->delay_ns = tw_read_duration(&in, "delay", 0);
	w->idle_after_ns = tw_read_duration(&in, "idle_after", 1000000000);
	w->max_future_ns = tw_read_duration(&in, "max_future", 60000000000);
}

static void read_place(const struct tw_read *r, struct tw_spec_node *n)
{
	static const char *const known[] = {"share", "near", NULL};
	static const char *const shares[] = {"thread", "core", "l2", "l3", "numa", NULL};
	char pointer[TW_POINTER_MAX];
	struct tw_read in;
	uint32_t share;

	if (!tw_read_map(r, "place", pointer, &in))
		return;
	tw_read_names(&in, &(struct tw_names){known, NULL});
	share = tw_read_enum(&in, "share", shares, TW_NONE);
	n->share = share == TW_NONE ? TW_SHARE_ANY : TW_SHARE_THREAD + share;
	n->near = tw_strdup(tw_read_str(&in, "near"));
}

static void read_config(const struct tw_read *r, const struct tw_vars *vars, struct tw_spec_node *n)
{
	char pointer[TW_POINTER_MAX];
	bool is_whole = true;
	struct tw_read in;

	if (tw_read_map(r, "config", pointer, &in)) {
		n->config = tw_vars_fill(vars, in.map, pointer, &is_whole, r->d);
		n->is_config_broken = !is_whole;
	} else {
		n->config = (struct tw_json *)json_object();
		n->is_config_broken = tw_json_get(r->map, "config") != NULL;
	}
}

static void read_node(const struct tw_read *r, const struct tw_spec_defaults *defaults, const struct tw_vars *vars,
		      struct tw_spec_node *n)
{
	static const char *const known[] = {"op",    "config",   "uid",       "doc",   "parallelism", "by",
					    "order", "on_error", "watermark", "place", NULL};
	static const char *const later[] = {"parallel", "state", "isolation", "swap", "budget", "emits", "wait", NULL};
	static const char *const orders[] = {"arrival", "event_time", "none", NULL};
	const char *uid;

	tw_read_names(r, &(struct tw_names){known, later});
	read_op(r, n);
	read_config(r, vars, n);
	uid = tw_read_str(r, "uid");
	if (uid && !*uid)
		tw_read_error(r, "uid", "a string that is not empty");
	n->uid = tw_strdup(uid ? uid : n->id);
	n->doc = tw_strdup(tw_read_str(r, "doc"));
	n->parallelism = (uint32_t)tw_read_int(r, "parallelism", 1, PARALLELISM_MAX, 1);
	read_by(r, n);
	n->order = tw_read_enum(r, "order", orders, TW_ORDER_ARRIVAL);
	n->on_error = tw_read_enum(r, "on_error", tw_on_error_names, defaults->on_error);
	read_watermark(r, &n->watermark);
	read_place(r, n);
}

/* A node that is no map still takes its place, so that edges find its name. */
static void fill_empty(struct tw_spec_node *n)
{
	n->config = (struct tw_json *)json_object();
	n->uid = tw_strdup(n->id);
	n->parallelism = 1;
}

/* place.near must name a node, uids must differ. */
static void check_names(const struct tw_read *nodes, const struct tw_spec *s)
{
	const char **ids = tw_spec_ids(s);
	char pointer[TW_POINTER_MAX], help[256];

	for (uint32_t i = 0; i < s->n_nodes; i++) {
		const struct tw_spec_node *n = &s->nodes[i];

		if (n->near && tw_spec_find(s, n->near) == TW_NONE) {
			snprintf(pointer, sizeof pointer, "%s/place/near", n->pointer);
			tw_diag_error(nodes->d, pointer, tw_did_you_mean(help, sizeof help, n->near, ids, s->n_nodes),
				      "unknown node \"%s\"", n->near);
		}
		for (uint32_t k = 0; k < i; k++) {
			if (strcmp(s->nodes[k].uid, n->uid) != 0)
				continue;
			snprintf(pointer, sizeof pointer, "%s/uid", n->pointer);
			tw_diag_error(
				nodes->d, pointer, "a uid is what a node's state is kept under: give each its own",
				"nodes \"%s\" and \"%s\" have the same uid \"%s\"", s->nodes[k].id, n->id, n->uid);
			break;
		}
	}
	free(ids);
}

void tw_spec_read_nodes(const struct tw_read *root, const struct tw_spec_defaults *defaults, const struct tw_vars *vars,
			struct tw_spec *s)
{
	char pointer[TW_POINTER_MAX], own[TW_POINTER_MAX];
	struct tw_read nodes, one;
	uint32_t n;
	json_t *map;

	if (!tw_read_need(root, "nodes", "a map of nodes by name") || !tw_read_map(root, "nodes", pointer, &nodes))
		return;
	n = tw_json_len(nodes.map);
	if (n == 0)
		tw_diag_error(root->d, pointer, NULL, "a graph must have a node");
	if (n > TW_SPEC_NODES_MAX)
		tw_diag_error(root->d, pointer, NULL, "a graph may have %u nodes, got %u", TW_SPEC_NODES_MAX, n);
	if (n == 0 || n > TW_SPEC_NODES_MAX)
		return;
	s->nodes = tw_calloc(n, sizeof *s->nodes);
	map = (json_t *)(uintptr_t)nodes.map;
	for (void *it = json_object_iter(map); it; it = json_object_iter_next(map, it)) {
		struct tw_spec_node *node = &s->nodes[s->n_nodes++];

		node->id = tw_strdup(json_object_iter_key(it));
		tw_pointer_add(node->pointer, sizeof node->pointer, pointer, node->id);
		if (!tw_is_id(node->id))
			tw_diag_error_key(root->d, node->pointer, NULL, "the node's name \"%s\" " TW_ID_FORM, node->id);
		if (tw_read_map(&nodes, node->id, own, &one))
			read_node(&one, defaults, vars, node);
		else
			fill_empty(node);
	}
	s->n_instances = s->n_nodes;
	for (uint32_t i = 0; i < s->n_nodes; i++) {
		s->nodes[i].extra = s->n_instances;
		s->n_instances += s->nodes[i].parallelism - 1;
	}
	check_names(&nodes, s);
}
