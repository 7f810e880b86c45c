/*
 * table_out.h - private to table_out: plan, store of rows, snapshot.
 *
 * The worker copies rows into a store of fixed size; a few times a second it picks those
 * to be shown and copies them into the snapshot, which the [io] thread draws.
 */
#ifndef TABLE_OUT_H
#define TABLE_OUT_H

#include <stdbool.h>
#include <thalweg/ext/finish.h>
#include <thalweg/ext/io.h>
#include <thalweg/ext/timer.h>
#include <thalweg/plugin.h>
#include <thalweg/row.h>

#define NO_SLOT UINT32_MAX

/* A value, made as wide as its kind goes. Text lies behind the cells of its row. */
struct cell {
	union {
		int64_t i;
		uint64_t u;
		double d;
		struct {
			uint32_t len;
			bool is_cut; /* there was more */
		} text;
	} v;
	bool is_null;
};

struct column {
	const struct tw_field *field;
	uint32_t text_off; /* of its text in a row; 0: it is no text */
	bool is_number;
};

struct conf {
	uint32_t n_shown, n_columns; /* behind those shown may be the one to sort by */
	const struct column *columns;
	uint32_t n_by;
	const struct tw_field *const *by;
	int32_t sort; /* its column, or -1 */
	bool descending;
	uint32_t top, keys, width;
	uint32_t text_room; /* bytes kept of a text */
	uint32_t row_bytes;
	int64_t every_ns, plain_ns; /* plain_ns 0: at the end alone */
	const char *thousands;
};

/* Rows by number of slot. With `by` a slot is a key; else the last rows take turns. */
struct store {
	const struct conf *conf;
	uint32_t n, max;
	char *rows;
	uint64_t *stamp; /* the row's number: the greater, the newer */
	uint64_t stamps; /* given so far */
	/* with `by` alone */
	uint64_t *hash;
	uint32_t *bucket, *next; /* lists of slots by hash */
	uint32_t buckets;        /* a power of two */
	uint32_t *heap, *place;  /* slots, the one to give up first at the top; where each is */
};

struct snapshot {
	uint32_t n, keys;
	uint64_t n_rows;
	bool is_last;
	char *rows;
};

/* [io] but for create and destroy */
struct screen {
	int fd;
	bool is_tty, has_color;
	bool is_hidden;         /* the cursor */
	uint32_t lines;         /* of the frame before; 0: none */
	uint32_t width, height; /* as the frame before found them */
	uint64_t frames;
	char *text; /* a frame */
	uint32_t text_max;
};

struct table {
	const struct conf *conf;
	const struct tw_timer_host *timer;
	const struct tw_io_host *io;
	int64_t every_ns; /* 0: not before the end */

	/* [worker] */
	struct store store;
	uint64_t n_rows;
	uint32_t *order; /* slots picked */
	int64_t drawn_at;
	bool is_armed, is_ending;

	struct tw_io draw;    /* result: 0 or -errno */
	struct snapshot shot; /* [worker] while draw is not busy, else [io] */
	struct screen screen;
};

int table_bind(struct tw_bind *b); /* bind.c */

/* store.c. [control] but for store_rows. */
int store_init(struct store *s, const struct conf *c);
void store_free(struct store *s);
void store_rows(struct store *s, const struct tw_batch *b); /* [worker] */

/* pick.c */
/* Is slot a to be shown before slot b? No two are equal. [worker] */
bool is_before(const struct store *s, uint32_t a, uint32_t b);
void pick(const struct store *s, uint32_t *order, struct snapshot *shot); /* [worker] */

/* draw.c */
int screen_init(struct screen *s, const struct conf *c);                       /* [control] */
void screen_free(struct screen *s);                                            /* [control] */
int draw(struct screen *s, const struct conf *c, const struct snapshot *shot); /* [io] */

/* cell.c: a value as it is shown, at most max columns wide, not padded; gives its width.
 * `to` has room for 4 * max + 80 bytes. decimals: of a float. [io] */
uint32_t cell_put(const struct conf *c, const struct column *col, const char *row, uint32_t max, int decimals,
		  char **to);
/* Decimals that a float needs, 0 to 3. */
int cell_decimals(double v);

/* width.c: text without what a terminal would obey, cut to max columns. Gives its width. */
uint32_t text_put(const char *p, uint32_t len, bool is_cut, uint32_t max, char **to);

static inline const struct cell *cell_of(const struct conf *c, const struct column *col, const char *row)
{
	return (const struct cell *)(const void *)row + (col - c->columns);
}

#endif
