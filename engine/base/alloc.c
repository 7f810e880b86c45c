/* base/alloc.c - allocation that does not fail; see alloc.h. */
#include <base/alloc.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *check(void *p)
{
	if (!p) {
		fputs("thalweg: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *tw_calloc(size_t n, size_t size)
{
	return check(calloc(n ? n : 1, size ? size : 1));
}

void *tw_realloc(void *p, size_t n, size_t size)
{
	return check(reallocarray(p, n ? n : 1, size ? size : 1));
}

void *tw_lines(size_t bytes)
{
	const size_t whole = (bytes + 63) / 64 * 64;
	void *p = aligned_alloc(64, whole ? whole : 64);

	if (p)
		memset(p, 0, whole ? whole : 64);
	return p;
}

char *tw_strdup(const char *s)
{
	return s ? check(strdup(s)) : NULL;
}

char *tw_strndup(const char *s, size_t len)
{
	return check(strndup(s, len));
}

char *tw_sprintf(const char *fmt, ...)
{
	char *s = NULL;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vasprintf(&s, fmt, args);
	va_end(args);
	return check(n < 0 ? NULL : s);
}
