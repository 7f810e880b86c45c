/*
 * marks.h - where the separators and quotes of a text are.
 *
 * Bit i of word k stands for byte 64 * k + i. Quotes have no meaning here: which
 * separators lie inside of them is decided record by record (walk.h), so that a record
 * that is bad can't spoil the next.
 */
#ifndef PARSE_CSV_MARKS_H
#define PARSE_CSV_MARKS_H

#include <stdint.h>
#include <thalweg/simd.h>

#define WINDOW 16384u /* bytes of text whose marks are known at a time */
#define COLUMNS_MAX 4096u
#define MARKS_PAST UINT16_MAX /* as a place: past the end of the text */

struct marks {
	uint32_t n; /* separators */
	uint32_t has_quotes;
	uint32_t has_high; /* bytes that are not ASCII */
	uint64_t separators[WINDOW / 64];
	uint64_t quotes[WINDOW / 64];
	/* the separators' places; a kernel may write 64 more than there are */
	uint16_t at[WINDOW + 64 + COLUMNS_MAX];
};

/* Find the marks of text[0..len), len <= WINDOW. No byte past it is read. If
 * separator and quote are equal there are no quotes. [worker] */
typedef void marks_find_fn(struct marks *m, const char *text, uint32_t len, char separator, char quote);

/* The kernel of a level. [any] */
marks_find_fn *marks_kernel(enum tw_simd level);

/* Is there a quote in [from, to)? */
static inline int marks_quoted(const struct marks *m, uint32_t from, uint32_t to)
{
	uint32_t k = from / 64;
	uint64_t bits;

	if (from == to)
		return 0;
	bits = m->quotes[k] >> from % 64 << from % 64;
	for (; k < (to - 1) / 64; bits = m->quotes[++k])
		if (bits)
			return 1;
	return (bits << (63 - (to - 1) % 64)) != 0;
}

#endif
