/*
 * help.h - a graph from a text, for tests: read, checked, and what was said.
 */
#ifndef TEST_HELP_H
#define TEST_HELP_H

#include "kinds.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <thalweg/types.h>

struct tried {
	struct tw_spec *spec;
	struct tw_checked *checked; /* NULL: refused */
	struct tw_diags d;
};

static inline struct tried try_graph(const char *text, const struct tw_set *sets, uint32_t n_sets)
{
	struct tried t = {NULL, NULL, {0}};

	tw_diags_init(&t.d);
	tw_spec_parse("g.json", text, strlen(text), sets, n_sets, &t.spec, &t.d);
	if (t.spec->n_nodes)
		tw_check(t.spec, &kinds, &t.checked, &t.d);
	tw_diags_locate(&t.d, text, strlen(text));
	return t;
}

static inline void end_try(struct tried *t)
{
	tw_checked_destroy(t->checked);
	tw_spec_destroy(t->spec);
	tw_diags_fini(&t->d);
}

/* Some fault's words contain `words`. */
static inline int says(const struct tw_diags *d, const char *words)
{
	for (uint32_t i = 0; i < d->n; i++) {
		if (strstr(d->items[i].what, words) || (d->items[i].help && strstr(d->items[i].help, words)))
			return 1;
	}
	return 0;
}

static inline const char *first(const struct tw_diags *d)
{
	return d->n ? d->items[0].what : "nothing";
}

#define GRAPH(vars, nodes, edges)                                                                                      \
	"{\"thalweg\": \"1\", \"name\": \"g\", " vars " \"nodes\": {" nodes "}, \"edges\": [" edges "]}"

#endif
