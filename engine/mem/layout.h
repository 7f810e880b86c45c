/*
 * mem/layout.h - where the columns of a family of batches lie. Pure. [control]
 *
 * A family is all ports whose batches are, or may become, the same memory: the
 * port that makes them and every port that passes them on. Each distinct column
 * of a family is a slot; all slots have a place from the start, so that adding a
 * column downstream copies nothing and two branches of a fan-out can add columns
 * to the same memory without meeting.
 */
#ifndef TW_MEM_LAYOUT_H
#define TW_MEM_LAYOUT_H

#include <thalweg/batch.h>

struct tw_column {
	uint8_t type;
	uint8_t nullable;
	uint32_t width; /* 0 for TW_BOOL */
	/* results */
	uint32_t val_off[TW_CLASSES], nul_off[TW_CLASSES];
};

/* Lay the columns out; bytes[cls] is the size of a whole batch of each class,
 * header included. Values of classes 64 and up start on a cache line of their
 * own; of the small ones at their natural alignment, bitmaps last, so that a
 * narrow row takes one or two lines. */
void tw_layout(struct tw_column *cols, uint32_t n, uint32_t bytes[TW_CLASSES]);

#endif
