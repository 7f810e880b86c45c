/* draw.c - a snapshot as lines of text, on a terminal over those of the one before. [io] */
#define _GNU_SOURCE
#include "table_out.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define GAP 2u   /* columns between two */
#define LEAST 8u /* a column of text is not made narrower */
#define MAX_FIELDS 251u
#define LINE_MORE 96u /* bytes of a line besides its cells */

struct layout {
	const struct conf *conf;
	const struct snapshot *shot;
	uint32_t n_columns, n_rows; /* that are drawn */
	uint32_t width[MAX_FIELDS];
	int decimals[MAX_FIELDS];
};

/* Bytes that a cell takes at most: its text, and blanks up to its width. */
static uint32_t cell_room(const struct conf *c)
{
	return 5 * (c->width > 80 ? c->width : 80) + 80;
}

int screen_init(struct screen *s, const struct conf *c)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	s->fd = STDOUT_FILENO;
	s->is_tty = isatty(s->fd) && term && strcmp(term, "dumb") != 0;
	s->has_color = s->is_tty && !(no_color && *no_color);
	s->text_max = (c->top + 4) * (c->n_shown * cell_room(c) + LINE_MORE);
	s->text = malloc(s->text_max);
	return s->text ? 0 : -ENOMEM;
}

static int write_all(int fd, const char *p, size_t len)
{
	while (len) {
		const ssize_t n = write(fd, p, len);
		struct pollfd wait = {.fd = fd, .events = POLLOUT};

		if (n < 0 && errno == EAGAIN)
			poll(&wait, 1, -1);
		else if (n < 0 && errno != EINTR)
			return -errno;
		p += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

void screen_free(struct screen *s)
{
	if (s->is_hidden)
		write_all(s->fd, "\033[?25h", 6);
	free(s->text);
}

/* A column's name, cut like a text. */
static uint32_t put_name(const struct layout *l, uint32_t k, uint32_t max, char **to)
{
	const char *name = l->conf->columns[k].field->name;
	const size_t len = strlen(name);
	const bool is_cut = len > l->conf->text_room;

	return text_put(name, is_cut ? l->conf->text_room : (uint32_t)len, is_cut, max, to);
}

static const char *row_at(const struct layout *l, uint32_t i)
{
	return l->shot->rows + (size_t)i * l->conf->row_bytes;
}

static void measure(struct layout *l, uint32_t k, char *scratch)
{
	const struct column *col = &l->conf->columns[k];
	char *to = scratch;
	uint32_t i;

	l->decimals[k] = 0;
	for (i = 0; i < l->n_rows && (col->field->type == TW_F64 || col->field->type == TW_F32); i++) {
		const struct cell *cell = cell_of(l->conf, col, row_at(l, i));
		const int need = cell->is_null ? 0 : cell_decimals(cell->v.d);

		l->decimals[k] = need > l->decimals[k] ? need : l->decimals[k];
	}
	l->width[k] = put_name(l, k, l->conf->width, &to);
	for (i = 0; i < l->n_rows; i++) {
		uint32_t width;

		to = scratch;
		width = cell_put(l->conf, col, row_at(l, i), l->conf->width, l->decimals[k], &to);
		l->width[k] = width > l->width[k] ? width : l->width[k];
	}
}

static uint32_t widest_text(const struct layout *l)
{
	uint32_t k, found = MAX_FIELDS;

	for (k = 0; k < l->n_columns; k++)
		if (l->conf->columns[k].text_off && l->width[k] > LEAST &&
		    (found == MAX_FIELDS || l->width[k] > l->width[found]))
			found = k;
	return found;
}

static uint32_t total(const struct layout *l)
{
	uint32_t k, n = 0;

	for (k = 0; k < l->n_columns; k++)
		n += l->width[k] + (k ? GAP : 0);
	return n;
}

/* Texts get narrower, the widest first; then columns at the right are left out. */
static void fit(struct layout *l, uint32_t width)
{
	while (total(l) > width) {
		const uint32_t k = widest_text(l);

		if (k != MAX_FIELDS)
			l->width[k]--;
		else if (l->n_columns > 1)
			l->n_columns--;
		else
			return;
	}
}

static void blanks(char **to, uint32_t n)
{
	memset(*to, ' ', n);
	*to += n;
}

/* A cell or, where row is NULL, the column's name. */
static void put_padded(const struct layout *l, uint32_t k, const char *row, char **to)
{
	const struct column *col = &l->conf->columns[k];
	char *const begin = *to;
	uint32_t width, pad;

	if (row)
		width = cell_put(l->conf, col, row, l->width[k], l->decimals[k], to);
	else
		width = put_name(l, k, l->width[k], to);
	pad = l->width[k] > width ? l->width[k] - width : 0;
	if (!col->is_number) {
		if (k + 1 < l->n_columns)
			blanks(to, pad);
		return;
	}
	memmove(begin + pad, begin, (size_t)(*to - begin));
	memset(begin, ' ', pad);
	*to += pad;
}

static void put_words(char **to, const char *words)
{
	const size_t n = strlen(words);

	memcpy(*to, words, n);
	*to += n;
}

static void end_line(const struct screen *s, bool is_styled, char **to)
{
	put_words(to, is_styled && s->has_color ? "\033[0m" : "");
	put_words(to, s->is_tty ? "\033[K\n" : "\n");
}

static void put_line(const struct screen *s, const struct layout *l, const char *row, char **to)
{
	uint32_t k;

	put_words(to, !row && s->has_color ? "\033[1m" : "");
	for (k = 0; k < l->n_columns; k++) {
		blanks(to, k ? GAP : 0);
		put_padded(l, k, row, to);
	}
	end_line(s, !row, to);
}

static void put_status(const struct screen *s, const struct layout *l, uint32_t width, char **to)
{
	const struct snapshot *shot = l->shot;
	const uint32_t hidden = l->conf->n_shown - l->n_columns;
	char text[200], more[60] = "";

	if (hidden)
		snprintf(more, sizeof more, ", %u columns do not fit", hidden);
	if (l->conf->n_by)
		snprintf(text, sizeof text, "%u of %u keys, %llu rows%s", l->n_rows, shot->keys,
			 (unsigned long long)shot->n_rows, more);
	else
		snprintf(text, sizeof text, "%u of %llu rows%s", l->n_rows, (unsigned long long)shot->n_rows, more);
	put_words(to, s->has_color ? "\033[2m" : "");
	text_put(text, (uint32_t)strlen(text), false, width, to);
	end_line(s, true, to);
}

/* Over the frame before; a terminal that has changed its size is begun afresh. */
static void begin_frame(struct screen *s, uint32_t width, uint32_t height, char **to)
{
	if (!s->is_tty) {
		put_words(to, s->frames ? "\n" : "");
		return;
	}
	if (!s->is_hidden)
		put_words(to, "\033[?25l");
	s->is_hidden = true;
	if (s->frames && (width != s->width || height != s->height))
		put_words(to, "\033[H\033[2J");
	else if (s->lines)
		*to += sprintf(*to, "\033[%uA\r", s->lines);
	else
		put_words(to, "\r");
}

static void find_size(const struct screen *s, uint32_t *width, uint32_t *height)
{
	struct winsize size = {0};

	*width = *height = UINT32_MAX;
	if (!s->is_tty)
		return;
	ioctl(s->fd, TIOCGWINSZ, &size);
	*width = size.ws_col ? size.ws_col : 80;
	*height = size.ws_row ? size.ws_row : 24;
}

int draw(struct screen *s, const struct conf *c, const struct snapshot *shot)
{
	struct layout l = {.conf = c, .shot = shot, .n_columns = c->n_shown, .n_rows = shot->n};
	uint32_t width, height, k, i;
	char *to = s->text;

	find_size(s, &width, &height);
	/* names, status and the line of the cursor are there, too */
	if (s->is_tty && l.n_rows > (height > 3 ? height - 3 : 0))
		l.n_rows = height > 3 ? height - 3 : 0;
	for (k = 0; k < c->n_shown; k++)
		measure(&l, k, s->text);
	fit(&l, width);
	begin_frame(s, width, height, &to);
	put_line(s, &l, NULL, &to);
	for (i = 0; i < l.n_rows; i++)
		put_line(s, &l, row_at(&l, i), &to);
	put_status(s, &l, width, &to);
	if (s->is_tty)
		put_words(&to, shot->is_last ? "\033[J\033[?25h" : "\033[J");
	if (shot->is_last)
		s->is_hidden = false;
	s->lines = l.n_rows + 2;
	s->width = width;
	s->height = height;
	s->frames++;
	return write_all(s->fd, s->text, (size_t)(to - s->text));
}
