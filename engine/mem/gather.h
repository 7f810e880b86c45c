/*
 * mem/gather.h - copy selected rows from batches into one dense batch.
 *
 * Used by a link that compacts sparse batches, converts between layouts, or
 * merges: so that one kept row does not pin a block of raw bytes. Fixed-width
 * values are copied, text too, into text buffers that the new batch owns. [worker]
 */
#ifndef TW_MEM_GATHER_H
#define TW_MEM_GATHER_H

#include <mem/pool.h>

/* Where new batches and their text come from; all at home on the caller's worker. */
struct tw_source_pools {
	struct tw_pool *batch[TW_CLASSES];
	struct tw_pool *text_small, *text_large; /* NULL: no text can be made */
};

/* Data bytes of the two sizes of text buffers. A text of more than the large one
 * can't be made: its row goes to err. */
#define TW_TEXT_SMALL 2048u
#define TW_TEXT_LARGE 262144u

/* The class that fits so many rows. */
static inline uint32_t tw_class_of(uint32_t rows)
{
	return (rows > TW_CLASS_ROWS(0)) + (rows > TW_CLASS_ROWS(1)) + (rows > TW_CLASS_ROWS(2));
}

/* Do so few of a batch's rows count that they had better be copied? */
static inline bool tw_batch_is_thin(const struct tw_batch *b)
{
	return b->n >= 64 && b->n_sel * 8 < b->n;
}

/* A batch of the class that fits `rows`, or the next larger one that is free. NULL:
 * none. */
struct tw_batch *tw_source_batch(struct tw_mem *m, const struct tw_source_pools *p, uint32_t rows);

/* Open a text buffer with room for len bytes in b. 0; -ENOSPC: over the limit of a
 * batch, or none free. */
int tw_source_text(struct tw_mem *m, const struct tw_source_pools *p, struct tw_batch *b, uint32_t len);

/* Append row number `row` of `from` to `to`; column i of `from_cols` becomes column
 * i of `to_cols` (same types; `to` nullable wherever `from` is). 0, or -ENOSPC when
 * `to` has no row or no text left: it is as before. -E2BIG: a text that fits no
 * buffer. */
int tw_gather_row(struct tw_mem *m, const struct tw_source_pools *p, const struct tw_schema *from_cols,
		  const struct tw_batch *from, uint32_t row, const struct tw_schema *to_cols, struct tw_batch *to);

#endif
