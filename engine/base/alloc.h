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
char *tw_strdup(const char *s); /* NULL stays NULL */
char *tw_strndup(const char *s, size_t len);
char *tw_sprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
