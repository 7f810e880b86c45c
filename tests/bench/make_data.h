/*
 * make_data.h - what the two generators of input share: random numbers that are the
 * same everywhere, and a block of text on its way to a file.
 */
#ifndef BENCH_MAKE_DATA_H
#define BENCH_MAKE_DATA_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* splitmix64: every seed is a good one. */
static inline uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 to n - 1, from 16 of the bits of r, which many may share: n is small. */
static inline uint32_t random_part(uint64_t r, uint32_t which, uint32_t n)
{
	return (uint32_t)(((r >> (16 * which)) & 0xffff) * n >> 16);
}

#define TEXT_BLOCK 262144u
#define TEXT_ROW 1024u /* no row is longer */

struct text {
	FILE *file;
	uint64_t bytes; /* all that was put, also what is not written yet */
	char *end;
	char block[TEXT_BLOCK + TEXT_ROW];
};

static inline void text_write(struct text *t)
{
	if (fwrite(t->block, 1, (size_t)(t->end - t->block), t->file) != (size_t)(t->end - t->block)) {
		perror("make_data: write");
		exit(1);
	}
	t->end = t->block;
}

static inline void text_open(struct text *t, const char *path)
{
	t->file = fopen(path, "w");
	t->bytes = 0;
	t->end = t->block;
	if (!t->file) {
		perror(path);
		exit(1);
	}
}

static inline void text_close(struct text *t)
{
	text_write(t);
	if (fclose(t->file) != 0) {
		perror("make_data: close");
		exit(1);
	}
}

static inline void put(char **to, const char *s, size_t n)
{
	memcpy(*to, s, n);
	*to += n;
}

static inline void put_string(char **to, const char *s)
{
	put(to, s, strlen(s));
}

/* width digits, with zeroes in front */
static inline void put_padded(char **to, uint64_t v, uint32_t width)
{
	uint32_t i;

	for (i = width; i-- > 0; v /= 10)
		(*to)[i] = (char)('0' + v % 10);
	*to += width;
}

static inline void put_number(char **to, uint64_t v)
{
	uint32_t width = 1;
	uint64_t rest = v;

	while (rest /= 10)
		width++;
	put_padded(to, v, width);
}

static inline void text_row(struct text *t, char *end)
{
	t->bytes += (uint64_t)(end - t->end);
	t->end = end;
	if (end >= t->block + TEXT_BLOCK)
		text_write(t);
}

/* HH:MM:SS of a time of the day in seconds */
static inline void put_clock(char **to, uint64_t s)
{
	put_padded(to, s / 3600 % 24, 2);
	*(*to)++ = ':';
	put_padded(to, s / 60 % 60, 2);
	*(*to)++ = ':';
	put_padded(to, s % 60, 2);
}

#endif
