/*
 * base/alloc.h - memory for the control side's small things.
 *
 * When even these can't be had nothing sensible is left to do, not even to say so
 * in detail: the process ends with a line. Never for what grows with the data.
 * [control, io]
 */
#ifndef TW_BASE_ALLOC_H
#define TW_BASE_ALLOC_H

#include <stddef.h>

/* Never NULL; zeroed, n elements of size bytes (n may be 0). */
void *tw_calloc(size_t n, size_t size);
void *tw_realloc(void *p, size_t n, size_t size);
/* Zeroed, on cache lines of its own, so that what one thread writes there is on no line of
 * another's. NULL: none. Given back by free. */
void *tw_lines(size_t bytes);
char *tw_strdup(const char *s); /* NULL stays NULL */
char *tw_strndup(const char *s, size_t len);
char *tw_sprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
