/*
 * graph/schema_value.h - what a schema says of one value, its members aside.
 * Inside graph/ only. [control]
 */
#ifndef TW_GRAPH_SCHEMA_VALUE_H
#define TW_GRAPH_SCHEMA_VALUE_H

#include <graph/read.h>

#include <jansson.h>

#define TW_AT_NAMES 256u

/* Where a check is. */
struct tw_at {
	struct tw_diags *d; /* NULL: errors are only counted */
	uint32_t n_errors;
	bool is_key; /* errors are at the member's name */
	char pointer[TW_POINTER_MAX];
	char name[128]; /* of the value, for messages */
};

void tw_at_error(struct tw_at *at, const char *help, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* "x must be a string or a list, got 5", from the types of alternatives. */
void tw_at_error_types(struct tw_at *at, const json_t *value, const json_t *alternatives);

/* Has the value (one of) the schema's type? True where it names none. */
bool tw_schema_has_type(const json_t *value, const json_t *schema);

/* type, enum, const, format, bounds of numbers and lengths. False and an error if not. */
bool tw_schema_check_scalar(struct tw_at *at, const json_t *value, const json_t *schema);

/* Has the schema only keywords that are checked, each of the right form? Else an
 * error for the plugin's author. */
bool tw_schema_is_sound(struct tw_at *at, const json_t *schema);

#endif
