/*
 * thalweg/arrow.h - the Arrow C Data Interface, and "tw.arrow/1" to export to it.
 *
 * The two structs are the interface as Arrow publishes it (names and layout are
 * fixed by it); they are declared only if arrow's own header has not done so.
 */
#ifndef THALWEG_ARROW_H
#define THALWEG_ARROW_H

#include <thalweg/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_NULLABLE 2

struct ArrowSchema {
	const char *format;
	const char *name;
	const char *metadata;
	int64_t flags;
	int64_t n_children;
	struct ArrowSchema **children;
	struct ArrowSchema *dictionary;
	void (*release)(struct ArrowSchema *);
	void *private_data;
};

struct ArrowArray {
	int64_t length;
	int64_t null_count;
	int64_t offset;
	int64_t n_buffers;
	int64_t n_children;
	const void **buffers;
	struct ArrowArray **children;
	struct ArrowArray *dictionary;
	void (*release)(struct ArrowArray *);
	void *private_data;
};

#endif

#define TW_EXT_ARROW "tw.arrow/1"

/* The engine's half. */
struct tw_arrow_host {
	/* The schema as a struct of its fields. Gives *out, to be released. 0 or
	 * -ENOMEM. [control] */
	int (*schema)(struct tw_ctx *ctx, const struct tw_schema *schema, struct ArrowSchema *out);

	/* The batch's selected rows as a struct array. Takes b. Dense batches are
	 * exported where they lie, selected ones are gathered into new memory.
	 * *out may be released on any thread; until then the batch's memory stays
	 * out of its pool. 0; -EDQUOT past the node's budget of 16 exported
	 * batches, or -ENOMEM, and b is dropped. Allocates: not for the hot path. [worker] */
	int (*batch)(struct tw_ctx *ctx, const struct tw_schema *schema, struct tw_batch *b, struct ArrowArray *out);
};

#ifdef __cplusplus
}
#endif
#endif
