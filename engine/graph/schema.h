/*
 * graph/schema.h - the JSON Schema of graph files, for editors. [control]
 */
#ifndef TW_GRAPH_SCHEMA_H
#define TW_GRAPH_SCHEMA_H

#include <graph/check.h>

/* graphs/graph.schema.json with the kinds merged in: `op` becomes an enum and each
 * kind's config schema applies to nodes of that op. NULL kinds: as it is in the
 * tree. malloc'ed text. */
char *tw_schema_text(const struct tw_kinds *kinds);

#endif
