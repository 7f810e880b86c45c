/*
 * graph/read.h - typed members out of a map of a graph file, faults noted.
 *
 * Each function takes one member. Absent: the given default and no error; of the
 * wrong form: an error where it stands, and the default. [control]
 */
#ifndef TW_GRAPH_READ_H
#define TW_GRAPH_READ_H

#include <base/diag.h>
#include <base/json.h>

#define TW_POINTER_MAX 512u

/* A map being read. */
struct tw_read {
	const struct tw_json *map;
	const char *pointer; /* where it stands */
	struct tw_diags *d;
};

/* Names that may stand in a map, and those that later versions will know. */
struct tw_names {
	const char *const *known; /* NULL at the end */
	const char *const *later; /* NULL at the end; may be NULL */
};

/* Errors for all other members; false if there was one. */
bool tw_read_names(const struct tw_read *r, const struct tw_names *names);

const char *tw_read_str(const struct tw_read *r, const char *key);
bool tw_read_bool(const struct tw_read *r, const char *key, bool otherwise);
int64_t tw_read_int(const struct tw_read *r, const char *key, int64_t min, int64_t max, int64_t otherwise);
/* A duration in ns. */
int64_t tw_read_duration(const struct tw_read *r, const char *key, int64_t otherwise);
/* Index of the string in names (NULL at the end). */
uint32_t tw_read_enum(const struct tw_read *r, const char *key, const char *const *names, uint32_t otherwise);
/* A member that is a map, to be read itself; false: absent or no map. pointer is
 * filled in and must live as long as *inner. */
bool tw_read_map(const struct tw_read *r, const char *key, char pointer[TW_POINTER_MAX], struct tw_read *inner);
/* A member that must be there; false and an error if not. example: for the help. */
bool tw_read_need(const struct tw_read *r, const char *key, const char *example);

/* Error at a member's value: key "must be ...". */
int tw_read_error(const struct tw_read *r, const char *key, const char *must);

/* A value as short text for messages: 5, "abc", {...}. Returns buf. */
const char *tw_json_brief(char *buf, size_t len, const struct tw_json *j);

/* ^[a-z][a-z0-9_-]{0,62}$, the form of all names that people give. */
bool tw_is_id(const char *s);
#define TW_ID_FORM "must start with a-z and have only a-z, 0-9, _ and - (63 at most)"

/* Elements of a NULL-terminated list. */
uint32_t tw_count_names(const char *const *names);

#endif
