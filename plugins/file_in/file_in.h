/*
 * file_in.h - private to file_in: its plan, its streams, its instance.
 *
 * Bytes are read into raw buffers and stay there: a line's view points at them. Only
 * the begin of a line whose end is not there yet is copied: into its stream's carry,
 * and from there to the place before the bytes that are read next.
 *
 *	raw buffer of a block   | path | room for a carry | block          |
 *	                                      carry >------| <- read here
 *
 * Regular files are read, and unpacked, one after another by the [io] thread, some
 * blocks ahead; with `follow` it looks for more in all of them, in turn.
 * Pipes, sockets and terminals are read by the worker when they are ready, one after
 * another into the same raw buffer, so that thousands of them need few buffers.
 */
#ifndef FILE_IN_H
#define FILE_IN_H

#include "decode.h"
#include "lines.h"

#include <thalweg/ext/io.h>
#include <thalweg/ext/lease.h>
#include <thalweg/ext/source.h>
#include <thalweg/ext/timer.h>
#include <thalweg/plugin.h>

#define AHEAD 4u /* blocks asked for and not yet taken */
#define RAW_COUNT 16u
#define PATH_BYTES 4096u /* in a raw buffer, where rows carry the path */
#define MAX_OUT 16u
#define RETIRED_MAX 8u
#define FOLLOW_TOKEN UINT32_MAX   /* of the descriptor that tells of changes */
#define FOLLOW_EVERY_NS 250000000 /* and without being told */

struct conf {
	const char *path;
	uint32_t max_line, block;
	uint32_t path_room; /* bytes before the carry: PATH_BYTES or 0 */
	uint32_t head;      /* bytes of a raw buffer before the block */
	bool is_text;       /* the lines must be UTF-8 */
	bool is_csv, follow;
	const struct tw_field *line, *origin; /* origin: the path's column, or NULL */
};

/* Something that is read to its end. */
struct stream {
	/* constant after it was made */
	char *path;
	uint32_t path_len;
	bool is_pipe;  /* read by the worker; else by requests */
	int fd;        /* of a pipe */
	int64_t start; /* of a file: where to begin */
	/* [worker] only */
	char *carry; /* begin of a line, max_line + 1 bytes; files share one unless followed */
	uint32_t carry_len;
	struct cut_state cut;
	bool queued, watched, over;
	uint32_t next; /* in the queue of pipes that are ready */
	/* handed over with a request: [worker], then [io] */
	struct stream *next_done;
	/* [io] only */
	struct stream *next_followed;
};

/* A request for the next bytes of the regular files, in order. */
struct block {
	struct tw_io io; /* result: bytes read, or -errno */
	struct tw_raw *raw;
	/* written by the worker */
	struct stream *done; /* streams that [io] may free */
	bool scan;           /* look for names */
	/* written by the request */
	struct stream *stream;
	bool at_end;           /* these are the stream's last bytes */
	bool is_done;          /* and the stream is not used again */
	bool none_left;        /* there was no stream any more */
	bool idle;             /* followed files have nothing new */
	char path[PATH_BYTES]; /* of the file that result is an error of */
	char why[200];         /* what is wrong with it; "": as errno says */
	int64_t read_ns;
};

struct line {
	struct tw_raw *raw;
	uint32_t off, len;
	uint32_t path_off;
	uint16_t path_len;
	bool is_open; /* a quote in it is not closed */
};

struct file_in {
	const struct conf *conf;
	const struct tw_source_host *source;
	const struct tw_io_host *io;
	uint32_t bytes_counter, too_long_counter;
	bool warned;
	bool is_pattern; /* the path */

	uint32_t n_streams, n_pipes_open;
	struct stream *streams;
	char *files_carry;

	/* [io] only, in requests that follow each other */
	uint32_t at_file; /* stream that is read or is next */
	int at_fd;        /* -1: not open */
	int64_t at_off;
	struct decoder *at_decoder; /* NULL: read as it is */
	struct follower *follower;  /* in place of these four; NULL: not followed */

	/* [worker] only from here on */
	struct block blocks[AHEAD]; /* a ring: submitted in order, done in order */
	uint32_t first_block, n_blocks;
	bool files_over;     /* nothing left to ask for */
	struct stream *done; /* followed files at their end */
	const struct tw_timer_host *timer;
	bool is_idle, has_news; /* nothing to read until something changes; it has */
	int64_t idle_until, scan_at;
	bool was_full; /* the last block: ask ahead */

	uint32_t ready_first, ready_last; /* pipes that can be read; TW_NONE */
	struct tw_raw *pipe_raw;          /* what pipes are read into now */
	uint32_t pipe_used;               /* its bytes in use */

	/* bytes that are being cut into lines */
	bool has_piece;
	struct cutter cut;
	struct tw_raw *piece_raw;
	uint32_t piece_path;
	struct stream *piece_stream;
	bool piece_at_end, piece_is_done, piece_retire;
	int64_t piece_ns; /* when it was read */

	/* lines not yet in a batch, and buffers that go when these have gone */
	uint32_t n_lines, n_retired;
	uint32_t n_open;     /* of the lines, with a quote that is not closed */
	uint32_t reads_left; /* pieces that this poll may still begin */
	struct line lines[TW_MAX_ROWS];
	struct tw_raw *retired[RETIRED_MAX];
	int64_t origin_ns; /* earliest read of the lines */
};

/* streams.c: find and open what the path names. 0 or a negative errno, explained. [control] */
int streams_open(struct tw_ctx *ctx, struct file_in *f);
void streams_close(struct tw_ctx *ctx, struct file_in *f);
int stream_open_path(const char *path); /* as open(); "-" is standard input. [any] */
int path_fail(struct tw_ctx *ctx, const char *path, const char *what, int err); /* returns err. [any] */
int stream_fail(struct tw_ctx *ctx, const struct stream *s, const char *what, int err);
size_t streams_match(const char *pattern, char ***paths); /* sorted, no folders; free with streams_unmatch. [any] */
void streams_unmatch(char **paths, size_t n);

/* blocks.c: ask for blocks ahead; begin the next that is done: 1, 0: none is, or a
 * negative errno. [worker] */
void blocks_init(struct tw_ctx *ctx, struct file_in *f); /* [control] */
void blocks_ask(struct tw_ctx *ctx, struct file_in *f);
int blocks_take(struct tw_ctx *ctx, struct file_in *f);

/* The bytes at off, fewer than len only at the end; or -errno. [io] */
int64_t read_full(int fd, char *to, uint32_t len, int64_t off);

/* follow.c: files that grow. The next bytes of one, into the block's buffer; what else
 * there is to say, in the block. [io] */
int follow_open(struct tw_ctx *ctx, struct file_in *f); /* [control] */
void follow_close(struct tw_ctx *ctx, struct file_in *f);
int64_t follow_read(struct follower *w, struct block *k);
void follow_news(struct follower *w); /* its descriptor was reported. [worker] */

/* pipes.c: read the first pipe that is ready: 1; 0: no buffer is free; or a negative
 * errno. [worker] */
int pipes_read(struct tw_ctx *ctx, struct file_in *f);
void pipes_ready(struct tw_ctx *ctx, void *op, uint64_t token);

/* pieces.c: bytes become lines. len bytes were read into raw at `base` + the stream's
 * path and carry (piece_read_at); at_end: they are its last. [worker] */
uint32_t piece_read_at(const struct file_in *f, const struct stream *s, uint32_t base);
struct arrival {
	struct tw_raw *raw;
	uint32_t base, len;
	struct stream *stream;
	bool at_end, is_done;
	bool retire; /* the buffer is done with when its lines have gone */
	int64_t read_ns;
};
void piece_begin(struct tw_ctx *ctx, struct file_in *f, const struct arrival *a);
void piece_cut(struct tw_ctx *ctx, struct file_in *f);
void raw_retire(struct tw_ctx *ctx, struct file_in *f, struct tw_raw *raw);

/* fill.c: lines into one batch, which is emitted; false: no batch is free now. [worker] */
bool fill_batch(struct tw_ctx *ctx, struct file_in *f);

#endif
