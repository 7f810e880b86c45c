/*
 * thalweg/batch.h - rows of one schema that travel together.
 *
 * A batch is one pooled piece of memory: this header, a selection vector, then
 * the columns at offsets that its schema gives for its capacity class. A fan-out
 * shares the columns: then `body` names another batch's memory, and the columns
 * that came in are read-only (see tw_bind_rewrite for how to change one).
 *
 * Ownership  process() is given a batch and lets it go exactly once, by
 *            tw_emit() or tw_drop() (host.h). Until then its rows, selection and
 *            added columns are its own.
 * Places     in the engine's arena are counted in units of 64 bytes, so that a
 *            batch means the same at any address it is mapped at.
 */
#ifndef THALWEG_BATCH_H
#define THALWEG_BATCH_H

#include <string.h>
#include <thalweg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TW_BATCH_BUFS 8u

/* tw_batch.flags */
#define TW_SELECTED 1u  /* sel[0..n_sel) lists the rows that count, ascending */
#define TW_TEXT_OPEN 2u /* the last of bufs is a text buffer with room */

struct tw_batch {
	uint32_t n;     /* rows present; at most the class's rows */
	uint32_t n_sel; /* rows that count; equals n unless TW_SELECTED */
	uint8_t cls;    /* capacity class, 0..3 */
	uint8_t flags;
	uint8_t n_bufs;    /* entries of bufs in use */
	uint8_t n_lent;    /* the first n_lent of them belong to the parent */
	uint32_t epoch;    /* between which two barriers */
	int64_t origin_ns; /* earliest wire or read time of its rows, CLOCK_REALTIME */
	uint64_t seq;      /* number at its producer */
	uint32_t self;     /* place of this header */
	uint32_t body;     /* place of the header whose columns it uses; self if its own */
	/* the engine's: who made it and what it owes */
	uint32_t parent;        /* place of the batch it holds tokens of; TW_NONE */
	uint32_t parent_weight; /* tokens of its parent that it holds */
	uint32_t weight;        /* tokens of itself that the handle holds */
	uint32_t tokens;        /* [home worker] tokens of it not yet given back */
	uint32_t pool;          /* number of the pool it returns to */
	uint32_t next;          /* place of the next batch in the list it is on */
	/* so far one cache line, and all that a batch without texts needs */
	uint64_t order;               /* which of the batches dealt to a parallel node it is or comes of */
	uint32_t text_used;           /* bytes used in the open text buffer ... */
	uint32_t text_cap;            /* ... of so many */
	uint32_t bufs[TW_BATCH_BUFS]; /* places of the buffers its views use */
	uint16_t sel[];               /* room for the class's rows */
};

/* Bytes from a batch's header to its first column. [any] */
static inline uint32_t tw_batch_head(uint32_t cls)
{
	return (112u + 2u * TW_CLASS_ROWS(cls) + 63u) & ~63u;
}

/* Where a place (see above) is, counted from this batch. [any] */
static inline char *tw_at(const struct tw_batch *b, uint32_t place)
{
	return (char *)(uintptr_t)b + ((int64_t)place - (int64_t)b->self) * 64;
}

/* The column's values: C type as in enum tw_type, one per row 0..n-1. [worker] */
static inline void *tw_col(const struct tw_batch *b, const struct tw_field *f)
{
	return tw_at(b, b->body) + f->val_off[b->cls];
}

/* The column's validity bitmap (bit set: not null), or NULL when the field
 * cannot be null. [worker] */
static inline uint8_t *tw_nulls(const struct tw_batch *b, const struct tw_field *f)
{
	if (!f->nullable)
		return NULL;
	return (uint8_t *)tw_at(b, b->body) + f->nul_off[b->cls];
}

static inline int tw_bit(const uint8_t *bits, uint32_t i)
{
	return bits[i >> 3] >> (i & 7u) & 1;
}

static inline void tw_bit_put(uint8_t *bits, uint32_t i, int v)
{
	uint8_t m = (uint8_t)(1u << (i & 7u));

	bits[i >> 3] = (uint8_t)(v ? bits[i >> 3] | m : bits[i >> 3] & ~m);
}

/* Row number of the i-th row that counts, i < b->n_sel. [worker] */
static inline uint32_t tw_row(const struct tw_batch *b, uint32_t i)
{
	return b->flags & TW_SELECTED ? b->sel[i] : i;
}

/* Say that only sel[0..n) count from now on; the caller has filled sel. [worker] */
static inline void tw_select(struct tw_batch *b, uint32_t n)
{
	b->n_sel = n;
	b->flags |= TW_SELECTED;
}

/* Say that rows 0..n-1 are filled and all count. [worker] */
static inline void tw_fill(struct tw_batch *b, uint32_t n)
{
	b->n = b->n_sel = n;
	b->flags &= (uint8_t)~TW_SELECTED;
}

/* The bytes of a view; not NUL-terminated. The view itself must stay where it
 * is while an inline one is read. [worker] */
static inline const char *tw_view_ptr(const struct tw_batch *b, const struct tw_view *v)
{
	return v->len <= TW_VIEW_INLINE ? v->u.inl : tw_at(b, b->bufs[v->u.ref.buf]) + v->u.ref.off;
}

/* Make *v mean len bytes at p, which lie off bytes into the batch's buffer
 * number buf. Up to 12 bytes are copied inline, more are referred to. [worker] */
static inline void tw_view_set(struct tw_view *v, uint32_t buf, uint32_t off, const char *p, uint32_t len)
{
	v->len = len;
	if (len <= TW_VIEW_INLINE) {
		memset(v->u.inl, 0, sizeof v->u.inl);
		memcpy(v->u.inl, p, len);
		return;
	}
	memcpy(v->u.ref.prefix, p, 4);
	v->u.ref.buf = buf;
	v->u.ref.off = off;
}

/* The same for a text of at most 12 bytes where 12 can be read: those that don't count
 * are masked out, without a branch on the length. [worker] */
static inline void tw_view_set_short(struct tw_view *v, const char *p, uint32_t len)
{
	static const uint8_t mask[24] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
	uint64_t text, keep;
	uint32_t text2, keep2;

	memcpy(&text, p, 8);
	memcpy(&text2, p + 8, 4);
	memcpy(&keep, mask + 12 - len, 8);
	memcpy(&keep2, mask + 20 - len, 4);
	text &= keep;
	text2 &= keep2;
	v->len = len;
	memcpy(v->u.inl, &text, 8);
	memcpy(v->u.inl + 8, &text2, 4);
}

#ifdef __cplusplus
}
#endif
#endif
