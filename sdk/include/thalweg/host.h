/*
 * thalweg/host.h - what the engine does for a running operator.
 *
 * Roles      [control]  may block, allocate and log
 *            [worker]   the pinned thread that runs this node; calls on one node
 *                       never overlap; must not block, allocate or lock
 *            [io]       an engine thread that blocks on the data's behalf
 *            [any]      safe from every thread, concurrently
 * Ownership  a pointer is borrowed for the length of the call unless the comment
 *            says "takes" (callee now owns) or "gives" (caller now owns).
 * Growth     struct tw_host never changes within an ABI. What is new arrives as
 *            an extension, asked for by id: host->extension(ctx, "tw.state/1").
 *
 * A plugin links nothing of the engine: every call goes through ctx->host.
 */
#ifndef THALWEG_HOST_H
#define THALWEG_HOST_H

#include <thalweg/batch.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tw_ctx;
struct tw_raw;

enum tw_log_level { TW_LOG_DEBUG, TW_LOG_INFO, TW_LOG_WARN, TW_LOG_ERROR };

/* What process(), poll() and their like return; a negative errno fails the node
 * (explain with tw_fail first). */
enum tw_result {
	TW_DONE = 0, /* ready for more input; a source: there may be more at once */
	TW_MORE = 1, /* call again without input when the outputs have room */
	TW_WAIT = 2, /* as TW_MORE, but after an io, timer or descriptor event.
		      * A source: nothing to read now */
	TW_EOS = 3   /* a source: the end; it is not called again */
};

struct tw_host {
	/* A batch for new rows of output `port`, n = 0. Capacity is the class that
	 * fits `rows`, or what is free: read cls. Gives. Before process() is called
	 * max_out batches are free; past that NULL means "return TW_MORE". [worker] */
	struct tw_batch *(*batch_new)(struct tw_ctx *ctx, uint32_t port, uint32_t rows);

	/* As batch_new, for rows whose views may use `parent`'s buffers by the same
	 * numbers: the parent's text stays alive as long as the child. On a port that
	 * passes its input on, where several ports do, parent being that input: another
	 * handle on the parent's rows, of which nothing is copied but the selection, to
	 * be narrowed and emitted; columns are read-only then, and text is added before.
	 * max_out handles per such port. [worker] */
	struct tw_batch *(*batch_child)(struct tw_ctx *ctx, uint32_t port, uint32_t rows, struct tw_batch *parent);

	/* Hand a batch to what is wired to `port`. Takes. Cannot fail: returns TW_DONE, so
	 * that process() may end with it. [worker] */
	int (*emit)(struct tw_ctx *ctx, uint32_t port, struct tw_batch *b);

	/* Let a batch go. Takes. Returns TW_DONE. [worker] */
	int (*drop)(struct tw_ctx *ctx, struct tw_batch *b);

	/* How many batches may still be made and emitted on `port` in this call. [worker] */
	uint32_t (*room)(struct tw_ctx *ctx, uint32_t port);

	/* Make room for `len` bytes of text in b: opens a text buffer. 0, or -ENOSPC
	 * when over the limit per batch. Call tw_text_reserve instead. [worker] */
	int (*text_more)(struct tw_ctx *ctx, struct tw_batch *b, uint32_t len);

	/* Report a bad row to the node's err port: reason (cut at 120 bytes) and, if
	 * data is not NULL, that text column of the row. The caller unselects the
	 * row. At most one call per row of an input batch. [worker] */
	void (*row_error)(struct tw_ctx *ctx, struct tw_batch *b, uint32_t row, const struct tw_field *data,
			  const char *reason);

	/* A raw buffer of the pool asked for in bind (tw_bind_raw), or NULL when all
	 * are in use: wait. Gives, with one token. [worker] */
	struct tw_raw *(*raw_new)(struct tw_ctx *ctx);

	/* Give the caller's token back. Takes. [worker] */
	void (*raw_drop)(struct tw_ctx *ctx, struct tw_raw *raw);

	/* Keep raw alive as long as b, a batch that this node made. The buffer's
	 * number in b (the same as before if attached already), or -1 when b lists
	 * TW_BATCH_BUFS already: emit it and start a new one. [worker] */
	int (*raw_attach)(struct tw_ctx *ctx, struct tw_batch *b, struct tw_raw *raw);

	/* CLOCK_REALTIME in ns, read at most once per scheduling round. [worker] */
	int64_t (*now)(struct tw_ctx *ctx);

	/* Number of a counter of this node, shown in reports; made at first use.
	 * [control: in create] */
	uint32_t (*counter)(struct tw_ctx *ctx, const char *name);
	void (*count)(struct tw_ctx *ctx, uint32_t counter, uint64_t n); /* [worker] */

	/* One line, no newline; the engine adds graph, node and time. [any] */
	void (*log)(struct tw_ctx *ctx, int level, const char *line);

	/* Why the node is about to return a negative errno. Returns err. [any] */
	int (*fail)(struct tw_ctx *ctx, int err, const char *why);

	/* The engine's half of an extension, or NULL. Constant. [any] */
	const void *(*extension)(struct tw_ctx *ctx, const char *id);
};

/* A node. Borrowed from create() to destroy(). */
struct tw_ctx {
	const struct tw_host *host;
	const char *node;   /* its id in the graph */
	uint32_t instance;  /* 0..parallelism-1 */
	uint32_t n_outputs; /* output ports, dynamic ones included, err excluded */
};

/* A buffer that a source reads into, or a sink writes from. */
struct tw_raw {
	char *data;       /* 64-byte aligned; 64 zeroed bytes follow data[cap-1] */
	uint32_t cap;     /* bytes */
	uint32_t len;     /* the operator's to use */
	uint64_t user[2]; /* the operator's to use */
	/* the engine's */
	uint32_t self;
	uint32_t tokens;
	uint32_t pool;
	uint32_t next;
};

static inline struct tw_batch *tw_batch_new(struct tw_ctx *ctx, uint32_t port, uint32_t rows)
{
	return ctx->host->batch_new(ctx, port, rows);
}

static inline int tw_emit(struct tw_ctx *ctx, uint32_t port, struct tw_batch *b)
{
	return ctx->host->emit(ctx, port, b);
}

static inline int tw_drop(struct tw_ctx *ctx, struct tw_batch *b)
{
	return ctx->host->drop(ctx, b);
}

/* Room for at most `max` bytes of new text in b; write there, then commit what
 * was used. NULL when over the limit (256 KiB a piece): send the row to err. [worker] */
static inline char *tw_text_reserve(struct tw_ctx *ctx, struct tw_batch *b, uint32_t max)
{
	if (!(b->flags & TW_TEXT_OPEN) || b->text_cap - b->text_used < max)
		if (ctx->host->text_more(ctx, b, max) < 0)
			return NULL;
	return tw_at(b, b->bufs[b->n_bufs - 1]) + b->text_used;
}

/* Make *v the first `len` bytes of the place just reserved. [worker] */
static inline void tw_text_commit(struct tw_batch *b, struct tw_view *v, uint32_t len)
{
	uint32_t buf = b->n_bufs - 1u;

	tw_view_set(v, buf, b->text_used, tw_at(b, b->bufs[buf]) + b->text_used, len);
	if (len > TW_VIEW_INLINE)
		b->text_used += len;
}

/* Make *v a copy of len bytes at p. 0, or -1 when over the limit. [worker] */
static inline int tw_text_put(struct tw_ctx *ctx, struct tw_batch *b, struct tw_view *v, const char *p, uint32_t len)
{
	char *to;

	if (len <= TW_VIEW_INLINE) {
		tw_view_set(v, 0, 0, p, len);
		return 0;
	}
	to = tw_text_reserve(ctx, b, len);
	if (!to)
		return -1;
	memcpy(to, p, len);
	tw_text_commit(b, v, len);
	return 0;
}

#ifdef __cplusplus
}
#endif
#endif
