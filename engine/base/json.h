/*
 * base/json.h - JSON values, read-only, without the library's names.
 *
 * A struct tw_json is a jansson value; only base/json.c and graph/ know that.
 * Strings live as long as the document they came from. [control]
 */
#ifndef TW_BASE_JSON_H
#define TW_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct tw_json;
struct tw_diags;

enum tw_json_kind { TW_JSON_NULL, TW_JSON_BOOL, TW_JSON_INT, TW_JSON_REAL, TW_JSON_STR, TW_JSON_LIST, TW_JSON_MAP };

/* Parse strict JSON: duplicate keys, trailing bytes, NUL in strings and depth over
 * 64 are errors, recorded in d with line and column. NULL on error. Gives. */
struct tw_json *tw_json_parse(const char *text, size_t len, struct tw_diags *d);
void tw_json_destroy(struct tw_json *j); /* takes one reference */
struct tw_json *tw_json_ref(struct tw_json *j);

enum tw_json_kind tw_json_kind(const struct tw_json *j);
const struct tw_json *tw_json_get(const struct tw_json *map, const char *key); /* NULL: absent or no map */
const struct tw_json *tw_json_at(const struct tw_json *j, uint32_t i, const char **key);
uint32_t tw_json_len(const struct tw_json *j);
const char *tw_json_str(const struct tw_json *j); /* "" for what is no string */
int64_t tw_json_i64(const struct tw_json *j);     /* int, or a string with unit; else 0 */
double tw_json_f64(const struct tw_json *j);
bool tw_json_bool(const struct tw_json *j);

/* Write s as a JSON string with its quotes; what is no UTF-8 becomes U+FFFD. NULL:
 * null. */
void tw_json_put_str(FILE *out, const char *s);

#define TW_FILE_MAX ((size_t)16 << 20)

/* Read a whole file ("-": standard input). 0 and malloc'ed, NUL-terminated *text;
 * or -errno; -EFBIG past TW_FILE_MAX. */
int tw_file_read(const char *path, char **text, size_t *len);

/* Append "/member" to a JSON pointer, escaped, into buf (cut if too long). */
void tw_pointer_add(char *buf, size_t len, const char *pointer, const char *member);

#endif
