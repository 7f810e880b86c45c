/* header.c - which of a record's columns are wanted. */
#include "parse_csv.h"

#include <errno.h>
#include <stdio.h>

/* How many columns a record must have, so that all wanted ones are there. */
static void set_least(struct parser *x)
{
	uint32_t i;

	x->n_least = 1;
	for (i = 0; i < x->plan->n_columns; i++)
		if (x->at[i] + 1 > x->n_least)
			x->n_least = x->at[i] + 1;
}

void header_fixed(struct parser *x)
{
	uint32_t i;

	for (i = 0; i < x->plan->n_columns; i++)
		x->at[i] = x->plan->columns[i].number - 1;
	x->n_exact = x->plan->n_names;
	set_least(x);
}

int header_expected(const struct parser *x, uint32_t row)
{
	const struct tw_field *f = x->plan->file;
	const char *path = "";
	uint32_t len = 0;

	if (!x->has_header)
		return 1;
	if (!f)
		return 0;
	if (!tw_is_null(x->b, f, row))
		path = tw_get_text(x->b, f, row, &len);
	return len != x->file_len || memcmp(path, x->file, len) != 0;
}

static int note_file(struct parser *x, uint32_t row)
{
	const struct tw_field *f = x->plan->file;
	const char *path;
	uint32_t len;

	x->file_len = 0;
	if (!f || tw_is_null(x->b, f, row))
		return 0;
	path = tw_get_text(x->b, f, row, &len);
	if (len > PATH_BYTES)
		return x->ctx->host->fail(x->ctx, -ENAMETOOLONG, "the file's name is longer than 4096 bytes");
	memcpy(x->file, path, len);
	x->file_len = len;
	return 0;
}

/* Is the header's column this name? Quotes in it are written twice. */
static int is_name(const struct parser *x, const struct span *s, const char *name)
{
	const char *p = x->header + s->from, *const end = x->header + s->to;

	for (; p < end; p++, name++) {
		if (*p != *name)
			return 0;
		p += s->is_doubled && *p == x->plan->quote;
	}
	return *name == '\0';
}

static int find_name(struct parser *x, uint32_t n, uint32_t c)
{
	const char *name = x->plan->columns[c].name;
	uint32_t i, found = TW_NONE;
	char why[160];

	for (i = 0; i < n; i++) {
		if (!is_name(x, &x->spans[i], name))
			continue;
		if (found != TW_NONE) {
			snprintf(why, sizeof why, "the header has \"%.80s\" twice, as columns %u and %u", name,
				 (unsigned)found + 1, (unsigned)i + 1);
			return x->ctx->host->fail(x->ctx, -EINVAL, why);
		}
		found = i;
	}
	if (found == TW_NONE) {
		snprintf(why, sizeof why, "no column \"%.80s\" in the header: %.*s", name,
			 (int)(x->header_len < 60 ? x->header_len : 60), x->header);
		return x->ctx->host->fail(x->ctx, -EINVAL, why);
	}
	x->at[c] = found;
	return 0;
}

/* Cut the header into names, in spans. Their number, or a negative errno. */
static int cut_header(struct parser *x)
{
	struct walk w;
	/* a byte order mark is no part of the first name */
	const uint32_t skip = x->header_len >= 3 && memcmp(x->header, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	uint32_t at, i;

	walk_begin(&w, x->spans);
	for (at = skip; at < x->header_len; at += WINDOW) {
		const uint32_t len = x->header_len - at < WINDOW ? x->header_len - at : WINDOW;

		x->find(&x->marks, x->header + at, len, x->plan->separator, x->plan->quote);
		walk_marks(&w, &x->marks, 0, len, at - skip);
	}
	if (walk_end(&w, x->header_len - skip) != WALK_OK)
		return x->ctx->host->fail(x->ctx, -EINVAL, "the header's quotes are not as in RFC 4180");
	if (w.n > COLUMNS_MAX)
		return x->ctx->host->fail(x->ctx, -EINVAL, "the header has more than 4096 columns");
	for (i = 0; i < w.n; i++) {
		x->spans[i].from += skip;
		x->spans[i].to += skip;
	}
	return (int)w.n;
}

int header_read(struct parser *x, uint32_t row, const char *text, uint32_t len)
{
	uint32_t i;
	int n, err = note_file(x, row);

	if (err)
		return err;
	if (len > HEADER_BYTES)
		return x->ctx->host->fail(x->ctx, -EINVAL, "the header is longer than 64 KiB");
	memcpy(x->header, text, len);
	x->header_len = len;
	n = cut_header(x);
	if (n < 0)
		return n;
	for (i = 0; i < x->plan->n_columns; i++) {
		x->at[i] = x->plan->columns[i].number - 1;
		err = x->plan->columns[i].name ? find_name(x, (uint32_t)n, i) : 0;
		if (err)
			return err;
	}
	set_least(x);
	if (x->n_least > (uint32_t)n)
		return x->ctx->host->fail(x->ctx, -EINVAL, "the header has fewer columns than a field's number");
	x->n_exact = (uint32_t)n;
	x->has_header = 1;
	return 0;
}
