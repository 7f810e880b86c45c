/* help.h - what the tests share: rows for the fake host, random numbers. */
#ifndef PARSE_CSV_HELP_H
#define PARSE_CSV_HELP_H

#include "parse_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tw_test.h>

/* Text that grows. */
struct buf {
	char *s;
	size_t len, cap;
};

static inline void buf_add(struct buf *b, const char *s, size_t len)
{
	if (b->len + len + 1 > b->cap) {
		b->cap = 2 * (b->len + len + 1);
		b->s = realloc(b->s, b->cap);
	}
	memcpy(b->s + b->len, s, len);
	b->len += len;
	b->s[b->len] = '\0';
}

static inline void buf_text(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

/* The text as the fake host reads and writes it in JSON. */
static inline void buf_json(struct buf *b, const char *s, size_t len)
{
	char c[8];
	size_t i;

	buf_text(b, "\"");
	for (i = 0; i < len; i++) {
		if (s[i] == '"' || s[i] == '\\')
			snprintf(c, sizeof c, "\\%c", s[i]);
		else if (s[i] == '\n' || s[i] == '\t')
			snprintf(c, sizeof c, "\\%c", s[i] == '\n' ? 'n' : 't');
		else
			snprintf(c, sizeof c, (unsigned char)s[i] < 0x20 ? "\\u%04x" : "%c", s[i]);
		buf_text(b, c);
	}
	buf_text(b, "\"");
}

static inline void buf_row(struct buf *b, const char *record, size_t len)
{
	buf_text(b, "{\"line\":");
	buf_json(b, record, len);
	buf_text(b, "}\n");
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

/* Levels that this machine has, one after another; NULL past the last. */
static inline const char *level_name(int i)
{
	return i <= (int)tw_simd_machine() ? tw_simd_name((enum tw_simd)i) : NULL;
}

#endif
