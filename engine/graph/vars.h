/*
 * graph/vars.h - the variables of a graph file and their values.
 *
 * "${name}" in strings of nodes' configs stands for a variable's value; alone it
 * becomes a value of the variable's type, within a longer string its text. "$${"
 * is a plain "${". [control]
 */
#ifndef TW_GRAPH_VARS_H
#define TW_GRAPH_VARS_H

#include <graph/read.h>
#include <graph/spec.h>

struct tw_var {
	char *name;
	struct tw_json *value; /* NULL: has none (an error was noted) */
	char *text;            /* the same as text */
	bool is_secret;
};

struct tw_vars {
	uint32_t n;
	struct tw_var *items;
};

/* Read "vars" of a graph's root and find each one's value. Faults go to root->d. */
void tw_vars_read(const struct tw_read *root, const struct tw_set *sets, uint32_t n_sets, struct tw_vars *vars);
void tw_vars_fini(struct tw_vars *vars);

/* The variable of that name (len bytes), or NULL. */
const struct tw_var *tw_vars_find(const struct tw_vars *vars, const char *name, size_t len);

/* A copy of a value with the variables filled in. pointer: where it stands.
 * *is_whole: false when one was unknown or has no value. Gives. */
struct tw_json *tw_vars_fill(const struct tw_vars *vars, const struct tw_json *value, const char *pointer,
			     bool *is_whole, struct tw_diags *d);

#endif
