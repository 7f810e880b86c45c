/*
 * help.h - what the tests of the reader share: documents that lie before a page that
 * cannot be read, shapes from lists of pointers, random numbers.
 */
#ifndef PARSE_JSON_HELP_H
#define PARSE_JSON_HELP_H

#include "scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE 4096u
#define DOC_MAX (256u * PAGE)

/* Memory whose end is the end of what may be read. */
static inline char *edge_new(void)
{
	char *p = mmap(NULL, DOC_MAX + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + DOC_MAX, PAGE, PROT_NONE) != 0)
		abort();
	return p + DOC_MAX;
}

static inline void edge_free(char *edge)
{
	munmap(edge - DOC_MAX, DOC_MAX + PAGE);
}

static inline const char *edge_put(char *edge, const char *text, size_t len)
{
	if (len > DOC_MAX)
		abort();
	memcpy(edge - len, text, len);
	return edge - len;
}

static inline uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static inline uint32_t random_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)(random_next(state) >> 32) % n;
}

static inline void *help_alloc(void *arg, size_t bytes)
{
	void ***last = arg, **block = calloc(1, bytes + sizeof *block);

	if (!block)
		abort();
	*block = *last;
	*last = block;
	return block + 1;
}

struct reader {
	void **blocks; /* a list */
	struct shape shape;
	struct scan scan;
};

/* A reader of what these pointers say; NULL at the end. Slots in their order. */
static inline void reader_init(struct reader *r, const char *const *pointers, int lax)
{
	const struct shape_memory m = {help_alloc, &r->blocks};
	uint32_t i, n = 0;
	const char *why;
	int bad;

	memset(r, 0, sizeof *r);
	for (i = 0; pointers[i]; i++)
		n += shape_tokens(pointers[i]);
	shape_init(&r->shape, &m, n);
	for (i = 0; pointers[i]; i++)
		if (shape_add_pointer(&r->shape, &m, pointers[i], &bad, &why) < 0)
			abort();
	shape_finish(&r->shape, &m);
	scan_init(&r->scan, &r->shape, lax, help_alloc(&r->blocks, scan_bytes(&r->shape)));
}

static inline void reader_fini(struct reader *r)
{
	while (r->blocks) {
		void **next = *r->blocks;

		free(r->blocks);
		r->blocks = next;
	}
}

#endif
