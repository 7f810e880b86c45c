/*
 * graph/schema_text.h - graphs/graph.schema.json within the program. [control]
 */
#ifndef TW_GRAPH_SCHEMA_TEXT_H
#define TW_GRAPH_SCHEMA_TEXT_H

/* The file, byte for byte. malloc'ed. */
char *tw_schema_join(void);

#endif
