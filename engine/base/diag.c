/* base/diag.c - the list of faults: recording and finding their places; see diag.h. */
#include <base/diag.h>

#include <base/alloc.h>
#include <base/where.h>

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void tw_diags_init(struct tw_diags *d)
{
	*d = (struct tw_diags){0};
}

void tw_diags_fini(struct tw_diags *d)
{
	for (uint32_t i = 0; i < d->n; i++) {
		free(d->items[i].pointer);
		free(d->items[i].what);
		free(d->items[i].help);
	}
	free(d->items);
	*d = (struct tw_diags){0};
}

/* Room for one more with what is in `like`; pointer and help are copied, text is
 * made of fmt. */
static void record(struct tw_diags *d, const struct tw_diag *like, const char *fmt, va_list args)
{
	struct tw_diag *x;

	if (!like->warning)
		d->n_errors++;
	if (d->n == TW_DIAGS_MAX)
		return;
	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 8;
		d->items = tw_realloc(d->items, d->cap, sizeof *d->items);
	}
	x = &d->items[d->n];
	*x = *like;
	x->pointer = tw_strdup(like->pointer);
	x->help = tw_strdup(like->help);
	if (vasprintf(&x->what, fmt, args) < 0)
		x->what = tw_strdup("out of memory");
	d->n++;
}

/* record() copies both strings, so that the table may borrow them. */
static struct tw_diag at(const char *pointer, const char *help)
{
	return (struct tw_diag){.pointer = (char *)(uintptr_t)pointer, .help = (char *)(uintptr_t)help, .offset = -1};
}

int tw_diag_error(struct tw_diags *d, const char *pointer, const char *help, const char *fmt, ...)
{
	struct tw_diag x = at(pointer, help);
	va_list args;

	va_start(args, fmt);
	record(d, &x, fmt, args);
	va_end(args);
	return -EINVAL;
}

int tw_diag_error_key(struct tw_diags *d, const char *pointer, const char *help, const char *fmt, ...)
{
	struct tw_diag x = at(pointer, help);
	va_list args;

	x.at_key = true;
	va_start(args, fmt);
	record(d, &x, fmt, args);
	va_end(args);
	return -EINVAL;
}

int tw_diag_error_offset(struct tw_diags *d, const char *pointer, int offset, const char *help, const char *fmt, ...)
{
	struct tw_diag x = at(pointer, help);
	va_list args;

	x.offset = offset;
	va_start(args, fmt);
	record(d, &x, fmt, args);
	va_end(args);
	return -EINVAL;
}

int tw_diag_error_line(struct tw_diags *d, uint32_t line, uint32_t col, const char *fmt, ...)
{
	struct tw_diag x = at(NULL, NULL);
	va_list args;

	x.line = line;
	x.col = col;
	va_start(args, fmt);
	record(d, &x, fmt, args);
	va_end(args);
	return -EINVAL;
}

void tw_diag_warn(struct tw_diags *d, const char *pointer, const char *help, const char *fmt, ...)
{
	struct tw_diag x = at(pointer, help);
	va_list args;

	x.warning = true;
	va_start(args, fmt);
	record(d, &x, fmt, args);
	va_end(args);
}

static bool is_before(const struct tw_diag *a, const struct tw_diag *b)
{
	return a->line != b->line ? a->line < b->line : a->col < b->col;
}

void tw_diags_locate(struct tw_diags *d, const char *text, size_t len)
{
	size_t byte;

	for (uint32_t i = 0; text && i < d->n; i++) {
		struct tw_diag *x = &d->items[i];

		if (!x->pointer)
			continue;
		tw_where_find(text, len, &(struct tw_where){x->pointer, x->at_key, x->offset}, &byte);
		tw_where_line(text, byte, &x->line, &x->col);
	}
	/* By insertion: few, and those of one place stay in order. */
	for (uint32_t i = 1; i < d->n; i++) {
		struct tw_diag x = d->items[i];
		uint32_t j = i;

		for (; j > 0 && is_before(&x, &d->items[j - 1]); j--)
			d->items[j] = d->items[j - 1];
		d->items[j] = x;
	}
}
