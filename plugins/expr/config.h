/* config.h - what both operators of this plugin do with the expressions of a config. [control] */
#ifndef EXPR_CONFIG_H
#define EXPR_CONFIG_H

#include "compile.h"

#include <thalweg/plugin.h>

#define XP_COLS_MAX 512u

/* A bind under way. Zeroed memory of tw_bind_host.alloc. */
struct xp_config {
	struct tw_bind *b;
	struct xp_mem mem;
	struct xp_code code;
	struct xp_col cols[XP_COLS_MAX];
	struct xp_scope scope;
};

/* The scope is the columns that come in. Their number. */
uint32_t xp_config_open(struct xp_config *c, struct tw_bind *b);

/* The checked tree of a config value; NULL with the error told. what: who needs a bool, or NULL. */
struct xp_node *xp_config_read(struct xp_config *c, const struct tw_conf *v, const char *what);

/* The program is whole: errors told, text asked for. What bind() returns. */
int xp_config_end(struct xp_config *c, struct xp_prog *prog);

/* An instance for batches of any class, to be freed; NULL: no memory. */
struct xp_run *xp_run_create(const struct xp_prog *prog);

#endif
