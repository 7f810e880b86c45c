/*
 * graph/spec.h - a graph file, read into plain data.
 *
 * spec -> checked (check.h) -> bound (plugin/bind.h) -> plan (run/plan.h).
 * Everything here is pure: no threads, no plugins' code. A spec is constant after
 * tw_spec_load and owns all it points to. [control]
 */
#ifndef TW_GRAPH_SPEC_H
#define TW_GRAPH_SPEC_H

#include <base/diag.h>
#include <base/json.h>

#define TW_SPEC_NODES_MAX 1024u
#define TW_SPEC_EDGES_MAX 8192u
#define TW_SLOTS_DEFAULT 64u

enum tw_full { TW_FULL_BLOCK, TW_FULL_DROP_NEWEST, TW_FULL_DROP_OLDEST };
enum tw_wait { TW_WAIT_ADAPTIVE, TW_WAIT_SPIN, TW_WAIT_PARK };
enum tw_order { TW_ORDER_ARRIVAL, TW_ORDER_EVENT_TIME, TW_ORDER_NONE };
enum tw_on_error { TW_ON_ERROR_COUNT, TW_ON_ERROR_DROP, TW_ON_ERROR_FAIL };
enum tw_share { TW_SHARE_ANY, TW_SHARE_THREAD, TW_SHARE_CORE, TW_SHARE_L2, TW_SHARE_L3, TW_SHARE_NUMA };

struct tw_spec_watermark {
	char *field; /* timestamp field of output 0; NULL: the node makes no watermark */
	int64_t delay_ns, idle_after_ns, max_future_ns; /* defaults 0, 1 s, 1 min; 0: off for the latter two */
};

struct tw_spec_node {
	char *id;
	char *op;
	char *uid;              /* state identity; the id if not given */
	char *doc;              /* may be NULL */
	struct tw_json *config; /* a map, vars filled in; never NULL */
	bool is_config_broken;  /* an error was noted: vars are missing in it */
	uint32_t parallelism;   /* >= 1 */
	uint32_t extra;         /* number of its instance 1, see tw_spec_instance */
	uint32_t n_by;
	char **by;
	enum tw_order order;
	enum tw_on_error on_error;
	struct tw_spec_watermark watermark;
	enum tw_share share; /* place.share: how near it must be to ... */
	char *near;          /* place.near: that node's id, or NULL: its neighbours */
	char pointer[80];    /* of the node in the file, "/nodes/parse" */
};

struct tw_spec_edge {
	uint32_t from, to;         /* node indices; TW_NONE if the name is unknown */
	char *from_port, *to_port; /* NULL: not written, the only or first one */
	uint32_t slots;
	enum tw_full full;
	char pointer[40]; /* of the edge */
	bool is_short;    /* "a -> b": one string */
	int to_offset;    /* byte of the right side in a short form */
	int from_offset;  /* byte of the left side in a short form */
};

struct tw_spec {
	char *path; /* as given */
	char *text; /* the file */
	size_t text_len;
	struct tw_json *root;
	char *name, *description;
	enum tw_wait wait;
	uint32_t n_nodes, n_edges;
	uint32_t n_instances;       /* of all nodes */
	struct tw_spec_node *nodes; /* in file order */
	struct tw_spec_edge *edges;
	bool has_errors; /* some were noted: what is here may lack parts of the file */
	uint32_t n_secrets;
	char **secrets; /* values of secret variables, as text; not to be shown */
};

/* --set k=v, in order of appearance. */
struct tw_set {
	const char *key, *value;
};

/* Read, parse and interpret a graph file ("-": standard input). Variables come
 * from sets, else the environment (THALWEG_VAR_<NAME>), else their default.
 * overrides of queue slots: slots > 0 replaces every edge's. 0 and *out, -EINVAL
 * with all errors in d, or -errno when the file can't be read (one error in d).
 * *out is given also on -EINVAL if the text could be read (for printing), to be
 * destroyed by the caller; NULL otherwise. */
int tw_spec_load(const char *path, const struct tw_set *sets, uint32_t n_sets, struct tw_spec **out,
		 struct tw_diags *d);
/* The same from memory; path is for messages. text is copied. */
int tw_spec_parse(const char *path, const char *text, size_t len, const struct tw_set *sets, uint32_t n_sets,
		  struct tw_spec **out, struct tw_diags *d);
void tw_spec_destroy(struct tw_spec *s);

/* Take the values of secret variables out of messages. tw_check does it for its own. */
void tw_spec_hide(const struct tw_spec *s, struct tw_diags *d);

/* Instances are numbered: instance 0 of each node as the node, then all others. */
static inline uint32_t tw_spec_instance(const struct tw_spec *s, uint32_t node, uint32_t instance)
{
	return instance == 0 ? node : s->nodes[node].extra + instance - 1;
}

/* Links that an edge is: one, or as many as there are instances of a parallel node at it. */
static inline uint32_t tw_spec_lanes(const struct tw_spec *s, const struct tw_spec_edge *e)
{
	const uint32_t from = s->nodes[e->from].parallelism, to = s->nodes[e->to].parallelism;

	return from > to ? from : to;
}

/* Index of a node by id, or TW_NONE. */
uint32_t tw_spec_find(const struct tw_spec *s, const char *id);

#endif
