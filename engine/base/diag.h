/*
 * base/diag.h - what is wrong with a file a person wrote: where, what, what to do.
 *
 * Checks record all they find; one printer shows them with the line and a caret.
 * A place is a JSON pointer into the file; the printer turns it into line:column.
 * [control]
 */
#ifndef TW_BASE_DIAG_H
#define TW_BASE_DIAG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct tw_diag {
	bool warning;
	char *pointer;      /* RFC 6901, "" is the whole file; NULL: line and col are set */
	bool at_key;        /* the member's name is meant, not its value */
	int offset;         /* >= 0: byte within the string value at pointer */
	uint32_t line, col; /* 1-based, bytes; 0: not known (yet) */
	char *what;
	char *help; /* may be NULL */
};

#define TW_DIAGS_MAX 100u

struct tw_diags {
	uint32_t n, cap, n_errors;
	struct tw_diag *items;
};

void tw_diags_init(struct tw_diags *d);
void tw_diags_fini(struct tw_diags *d);

/* Record an error at pointer (copied). help may be NULL (copied). Returns
 * -EINVAL, so that a check can end with it. Past TW_DIAGS_MAX only counted. */
int tw_diag_error(struct tw_diags *d, const char *pointer, const char *help, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same at a member's name, and at a byte within a string value. */
int tw_diag_error_key(struct tw_diags *d, const char *pointer, const char *help, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int tw_diag_error_offset(struct tw_diags *d, const char *pointer, int offset, const char *help, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* A syntax error: the position is known, no pointer. */
int tw_diag_error_line(struct tw_diags *d, uint32_t line, uint32_t col, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void tw_diag_warn(struct tw_diags *d, const char *pointer, const char *help, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Fill in line and col of all from the file's text (NULL: leave them 0), sort by
 * place. text need not be valid JSON. */
void tw_diags_locate(struct tw_diags *d, const char *text, size_t len);

/* Print them all:
 *   graphs/a.json:14:21: error: unknown input port "inn" of node "dedupe"
 *      14 |   {"from": "parse", "to": "dedupe.inn"}
 *         |                     ^
 *         = help: did you mean "in"?   (/edges/3/to)
 * as_json: {"file":..., "errors":[{severity,pointer,line,col,message,help}]}. */
void tw_diags_print(const struct tw_diags *d, FILE *out, const char *file, const char *text, size_t len, bool as_json);

/* "did you mean \"x\"?" for the candidate nearest to `word` by edit distance, if
 * near enough, into buf; else a list of the candidates ("known: a, b, c"), or
 * NULL if there are none. Returns buf or NULL. */
const char *tw_did_you_mean(char *buf, size_t len, const char *word, const char *const *candidates, uint32_t n);

#endif
