/*
 * file_out.h - private to file_out: its plan and its instance.
 *
 * Rows are written as text into blocks; full ones are written to the file by the
 * [io] thread, in order. A row that does not fit into what is left of a block goes
 * to the next; one that fits none goes to err.
 */
#ifndef FILE_OUT_H
#define FILE_OUT_H

#include "files.h"
#include "format.h"
#include "swift.h"

#include <thalweg/ext/finish.h>
#include <thalweg/ext/io.h>
#include <thalweg/ext/lease.h>
#include <thalweg/ext/timer.h>
#include <thalweg/plugin.h>

#define BLOCKS 5u /* one that is filled, four that are written */

enum format { FORMAT_NDJSON, FORMAT_CSV, FORMAT_RAW };

struct column {
	const struct tw_field *field;
	const char *lead; /* what comes before the value */
	uint32_t lead_len;
	uint32_t room; /* bytes that a row takes at most from here on, its texts left out */
};

struct conf {
	const char *path, *part; /* part: written there first, NULL: no */
	enum format format;
	bool is_stdout, append;
	uint32_t block;
	int64_t flush_ns;
	uint32_t n_columns;
	const struct column *columns;
	const struct tw_field *text; /* shown with a row that is too long; or NULL */
	const char *header;          /* of CSV; "" for none */
	uint32_t header_len;
	/* rotation: a file ends when one of them is reached; 0: not by this */
	bool rotates; /* path is a pattern */
	uint64_t max_bytes, max_rows;
	int64_t every_ns;
};

struct block {
	struct tw_io io;    /* result: bytes written, or -errno */
	struct tw_raw *raw; /* NULL until first used */
	bool is_written;    /* given to io, result not yet looked at */
	bool ends_file;     /* what follows belongs into another */
	int64_t begin_ns;   /* when it was begun: the time in the name of a file that begins with it */
};

struct file_out {
	const struct conf *conf;
	const struct tw_timer_host *timer;
	const struct tw_io_host *io;
	uint32_t bytes_counter;

	/* constant after create */
	int fd;
	bool in_place;       /* a pipe, a device, standard output: no .part, no fsync */
	struct files *files; /* the engine's, by lease; NULL: no rotation */

	/* [io] only, in requests that follow each other */
	bool io_failed;

	/* [worker] only */
	struct block blocks[BLOCKS];
	struct block *block; /* being filled, or NULL */
	bool header_due;
	struct tw_batch *in; /* not yet all written */
	uint32_t row;        /* next row that counts */
	struct second last;
	int64_t flush_at; /* when the block must go */
	int64_t alarm;    /* as armed; INT64_MAX: not */
	bool is_ending;
	struct tw_io end; /* result: 0 or -errno */
};

int file_out_bind(struct tw_bind *b); /* bind.c */

/* target.c: open the file [control]; make it whole at the end [io]. */
int target_open(struct tw_ctx *ctx, struct file_out *f);
int64_t target_end(struct tw_io *req);
/* When a file that is begun now must end by the clock. */
int64_t slice_end(const struct conf *c, int64_t now_ns);
/* The bytes are on the disk before the name says that they are. 0 or -errno. [io] */
int target_publish(int fd, const char *part, const char *path);

/* rows.c: one row as text; the place after it, or NULL: no room. */
char *put_row(const struct conf *c, const struct tw_batch *b, uint32_t row, char *to, const char *end);
/* The same, quickly; NULL also where there is room for it, but not plenty. */
char *put_row_swiftly(const struct conf *c, const struct tw_batch *b, uint32_t row, char *to, const char *end,
		      struct second *last);
/* The same for the rows that count from number *i on, as many as there is plenty of room
 * for; *i is the first that was not written. The place after them. */
char *put_rows_swiftly(const struct conf *c, const struct tw_batch *b, uint32_t *i, char *to, const char *end,
		       struct second *last);

/* blocks.c [worker] */
int blocks_reap(struct tw_ctx *ctx, struct file_out *f);  /* look at results: 0 or a negative errno */
bool block_begin(struct tw_ctx *ctx, struct file_out *f); /* false: all are being written */
void block_send(struct tw_ctx *ctx, struct file_out *f);  /* have the block written; NULL: nothing */
bool file_cut(struct tw_ctx *ctx, struct file_out *f);    /* the file ends here; false: no block, later */
bool blocks_busy(const struct file_out *f);
void blocks_drop(struct tw_ctx *ctx, struct file_out *f);
int out_fail(struct tw_ctx *ctx, const struct file_out *f, int err); /* returns err */

#endif
