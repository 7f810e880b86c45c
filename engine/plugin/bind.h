/*
 * plugin/bind.h - every operator of a graph meets its config and schemas.
 *
 * Calls bind() of each node, sources first, works out the schema of every edge,
 * then lays out the memory of all families of batches (mem/layout.h): after
 * that every field has its offsets. Nothing runs. [control]
 */
#ifndef TW_PLUGIN_BIND_H
#define TW_PLUGIN_BIND_H

#include <graph/check.h>
#include <mem/layout.h>
#include <thalweg/ext/state.h>

#define TW_PORTS_MAX 64u

/* A field as the engine knows it: which slot of which family it is. */
struct tw_bound_field {
	struct tw_field f;         /* first, so that plugins' pointers are ours */
	uint32_t slot;             /* index into tw_bound.slots */
	const struct tw_field *of; /* the input's field that it passes on, or NULL */
};

/* An output port. */
struct tw_bound_port {
	const char *name;
	bool makes; /* batches are made here (else passed on from input pass_in) */
	uint32_t pass_in;
	uint32_t family; /* TW_NONE: nothing was said of the port: it carries nothing */
	struct tw_schema schema;
};

struct tw_bound_node {
	void *plan;
	uint32_t n_in;
	struct tw_schema **in; /* per input port; NULL: not wired */
	uint32_t n_out;
	struct tw_bound_port *out;
	struct tw_bound_port err; /* schema: node, reason, data, at */
	uint32_t raw_bytes, raw_count;
	bool text;
	uint32_t n_tables;
	const struct tw_state_spec **tables;
	const struct tw_field *watermark; /* field of output 0, or NULL */
	const char *event_time;           /* name of the field that made the watermarks here; "": none, or several */
	const struct tw_field *merge_by;  /* order event_time: field of input port 0, or NULL */
	uint32_t merge_family;
};

/* An edge. `gather`: its batches are copied into new ones of the input's family. */
struct tw_bound_edge {
	uint32_t from_port; /* number, or TW_PORT_ERR */
	uint32_t to_port;
	bool gather;
	const struct tw_schema *from_schema; /* fields in the order of to_schema */
	const struct tw_schema *to_schema;
	uint32_t family; /* of to_schema */
};

struct tw_bound {
	const struct tw_checked *checked;
	struct tw_bound_node *nodes;
	struct tw_bound_edge *edges;
	uint32_t n_families;
	uint32_t (*bytes)[TW_CLASSES]; /* [n_families] size of a batch of each class */
	struct tw_binding *priv;
};

/* 0 and *out (given); -EINVAL with the errors in d. */
int tw_bind_graph(const struct tw_checked *c, struct tw_bound **out, struct tw_diags *d);
void tw_bound_destroy(struct tw_bound *b);

/* Fields of an err port's schema, in order. */
enum { TW_ERR_NODE, TW_ERR_REASON, TW_ERR_DATA, TW_ERR_AT, TW_ERR_FIELDS };

#endif
