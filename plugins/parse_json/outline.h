/*
 * outline.h - what a document looks like without the insides of its values: the
 * characters {}[]:, outside of strings, both quotes of each string, the first
 * character of each other value, and where each of them is.
 *
 * Made 64 bytes at a time by vector instructions, without a branch per character.
 * Documents that differ in their values alone have the same characters in their
 * outlines; mould.h lives on that. The idea of a bitmap of structural characters is
 * from simdjson (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019).
 */
#ifndef PARSE_JSON_OUTLINE_H
#define PARSE_JSON_OUTLINE_H

#include <stdint.h>
#include <thalweg/simd.h>

#define OUTLINE_BYTES 16384u /* longer documents have none, ... */
#define OUTLINE_MARKS 1024u  /* ... nor have those with more marks ... */
#define OUTLINE_ESCAPES 128u /* ... or escapes */

struct outline {
	uint32_t n;                  /* marks; at[n] is the document's length */
	uint32_t n_escapes;          /* backslashes that begin an escape */
	uint32_t high_from, high_to; /* all bytes that are not ASCII lie in there */
	/* Of digits and '-' the mark is '0', of 'f' it is 't': they begin the same kind of
	 * value. The room behind is for whole vectors; 16 zeroes follow what[n - 1]. */
	uint16_t at[OUTLINE_MARKS + 65];
	uint8_t what[OUTLINE_MARKS + 64];
	uint16_t escapes[OUTLINE_ESCAPES];
};

/* Does an escape begin between these two bytes? There are few. */
static inline int outline_is_escaped(const struct outline *o, uint32_t from, uint32_t to)
{
	uint32_t i;

	for (i = 0; i < o->n_escapes; i++)
		if (o->escapes[i] > from && o->escapes[i] < to)
			return 1;
	return 0;
}

/* The outline of p[0..len); nothing outside is read. 0: it has none, because it is
 * too long, or certainly not JSON: a string does not end or has a control character,
 * or a byte outside of strings is not ASCII. [any] */
typedef int outline_fn(struct outline *o, const char *p, uint32_t len);

/* The one to call at a level of instructions. [any] */
outline_fn *outline_kernel(enum tw_simd level);

#endif
