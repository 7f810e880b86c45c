/*
 * cli/place_print.h - a placement, drawn and explained. [control]
 */
#ifndef TW_CLI_PLACE_PRINT_H
#define TW_CLI_PLACE_PRINT_H

#include <place/partition.h>
#include <stdio.h>

/* The machine's tree with the nodes on it, a line of reasons per node, totals.
 * Lines are drawn with box characters where out is a UTF-8 terminal, else in
 * ASCII. as_json: one object instead. node_names: [p->n_nodes]. */
void tw_place_print(FILE *out, const struct tw_topo *t, const struct tw_place_problem *p, const struct tw_placement *pl,
		    const char *const *node_names, bool as_json);

/* What a picture needs to know of a placement. */
struct tw_place_view {
	FILE *out;
	const struct tw_topo *t;
	const struct tw_place_problem *p;
	const struct tw_placement *pl;
	const char *const *names;
	double total;    /* load of all nodes */
	double *load;    /* [n_workers] */
	uint32_t *order; /* [n_workers] by place in the machine */
};

/* What a node talks to most. */
struct tw_place_talk {
	uint32_t other; /* node; UINT32_MAX: to nobody */
	double rate;
	double ns;    /* a line costs on its way */
	char way[64]; /* "L3 2" */
};

/* Parts of the above, one file each. sum: scratch, [n_nodes]. */
void tw_place_talk(const struct tw_place_view *v, uint32_t node, double *sum, struct tw_place_talk *talk);
void tw_place_print_tree(const struct tw_place_view *v, bool utf8);
void tw_place_print_json(const struct tw_place_view *v);

#endif
