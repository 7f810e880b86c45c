/*
 * graph/check.h - is the graph sound, given the kinds of operators there are?
 *
 * Finds all faults that need no plugin code: unknown operators and ports,
 * unwired inputs, cycles, configs against the kinds' JSON Schemas, combinations
 * that no version can run. What bind() finds comes after. [control]
 */
#ifndef TW_GRAPH_CHECK_H
#define TW_GRAPH_CHECK_H

#include <graph/spec.h>
#include <thalweg/plugin.h>

/* Port number of a node's err port in checked edges. */
#define TW_PORT_ERR 0xffffu

/* How the check learns of kinds: all that were found. */
struct tw_kinds {
	uint32_t n;
	const struct tw_kind *const *kinds;
};

/* A graph that passed. Arrays are indexed as in the spec. Owns itself only; the
 * spec and kinds must outlive it. */
struct tw_checked {
	const struct tw_spec *spec;
	const struct tw_kind **kind; /* [n_nodes] */
	struct tw_json **config;     /* [n_nodes] with defaults of the kind's schema filled in */
	uint32_t *topo;              /* [n_nodes] node indices, sources first */
	uint32_t *to_port;           /* [n_edges] input port number */
	uint32_t *from_port;         /* [n_edges] output port, TW_PORT_ERR, or TW_NONE: a
				      * dynamic port, known after bind, by name */
};

/* 0 and *out (given), or -EINVAL with all errors in d. Does not stop at the first.
 * A spec with errors may be checked, too, so that a person sees all at once: what
 * can't be judged is left out, and the result is -EINVAL. */
int tw_check(const struct tw_spec *spec, const struct tw_kinds *kinds, struct tw_checked **out, struct tw_diags *d);
void tw_checked_destroy(struct tw_checked *c);

/* Check a value against the subset of JSON Schema that kinds may use, filling in
 * defaults of absent members (value is changed). pointer: where value stands in
 * the file, for errors. Subset: type (also a list), properties, required,
 * additionalProperties (bool or schema), enum, const, items, minItems, maxItems,
 * minimum, maximum, exclusiveMinimum, minLength, maxLength, minProperties, oneOf and anyOf (by
 * type of the value), default, description, title, examples, format "duration"
 * and "size" (a string with unit, or an integer of ns / bytes). A schema with another keyword is
 * itself an error, so that nothing is silently ignored. 0 or -EINVAL. */
int tw_schema_check(struct tw_json *value, const struct tw_json *schema, const char *pointer, struct tw_diags *d);

#endif
