/* base/diag_print.c - faults as text for people and as JSON. */
#include <base/diag.h>

#include <base/json.h>
#include <base/where.h>

#include <string.h>

/* Of a longer line only this much around the place is shown. */
#define LINE_SHOWN 110u

/* Text as it may go to a terminal: what is no printable character is a '?'. */
static void put_clean(FILE *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t n = tw_utf8_len(s + i, len - i);

		if (!n || (unsigned char)s[i] < 0x20 || s[i] == 0x7f) {
			fputc(s[i] == '\t' ? '\t' : '?', out);
			i++;
			continue;
		}
		fwrite(s + i, 1, n, out);
		i += n;
	}
}

/* Columns that put_clean fills, as blanks. */
static void put_blank(FILE *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t n = tw_utf8_len(s + i, len - i);

		fputc(s[i] == '\t' ? '\t' : ' ', out);
		i += n ? n : 1;
	}
}

static bool is_inside_char(const char *s, size_t i)
{
	return ((unsigned char)s[i] & 0xc0) == 0x80;
}

/* The line with the place, and a caret below it. */
static void put_line(FILE *out, const struct tw_diag *x, const char *text, size_t len)
{
	const char *line = text, *end;
	size_t n, at = x->col ? x->col - 1 : 0, from = 0, to;

	for (uint32_t i = 1; i < x->line; i++) {
		line = memchr(line, '\n', len - (size_t)(line - text));
		if (!line)
			return;
		line++;
	}
	end = memchr(line, '\n', len - (size_t)(line - text));
	n = (size_t)((end ? end : text + len) - line);
	if (n && line[n - 1] == '\r')
		n--;
	at = at < n ? at : n;
	to = n;
	if (n > LINE_SHOWN) {
		from = at > LINE_SHOWN / 2 ? at - LINE_SHOWN / 2 : 0;
		to = from + LINE_SHOWN < n ? from + LINE_SHOWN : n;
		while (from > 0 && is_inside_char(line, from))
			from--;
		while (to < n && is_inside_char(line, to))
			to++;
	}
	fprintf(out, "%5u | %s", x->line, from ? "..." : "");
	put_clean(out, line + from, to - from);
	fprintf(out, "%s\n      | %s", to < n ? "..." : "", from ? "   " : "");
	put_blank(out, line + from, at - from);
	fputs("^\n", out);
}

static void put_one(FILE *out, const struct tw_diag *x, const char *file)
{
	if (file)
		fprintf(out, "%s:", file);
	if (x->line)
		fprintf(out, "%u:%u:", x->line, x->col);
	fprintf(out, "%s%s: ", file || x->line ? " " : "", x->warning ? "warning" : "error");
	put_clean(out, x->what, strlen(x->what));
	fputc('\n', out);
}

static void put_help(FILE *out, const struct tw_diag *x)
{
	bool has_pointer = x->pointer && *x->pointer;

	if (!x->help && !has_pointer)
		return;
	fputs(x->help ? "      = help: " : "      = at ", out);
	if (x->help)
		put_clean(out, x->help, strlen(x->help));
	if (has_pointer) {
		fputs(x->help ? "   (" : "", out);
		put_clean(out, x->pointer, strlen(x->pointer));
		fputs(x->help ? ")" : "", out);
	}
	fputc('\n', out);
}

static uint32_t count_hidden(const struct tw_diags *d)
{
	uint32_t shown = 0;

	for (uint32_t i = 0; i < d->n; i++)
		shown += !d->items[i].warning;
	return d->n_errors - shown;
}

static void put_json_one(FILE *out, const struct tw_diag *x)
{
	fprintf(out, "{\"severity\":\"%s\",\"pointer\":", x->warning ? "warning" : "error");
	tw_json_put_str(out, x->pointer);
	fprintf(out, ",\"line\":%u,\"col\":%u,\"message\":", x->line, x->col);
	tw_json_put_str(out, x->what);
	fputs(",\"help\":", out);
	tw_json_put_str(out, x->help);
	fputc('}', out);
}

static void put_json(const struct tw_diags *d, FILE *out, const char *file)
{
	fputs("{\"file\":", out);
	tw_json_put_str(out, file);
	fputs(",\"errors\":[", out);
	for (uint32_t i = 0; i < d->n; i++) {
		fputs(i ? "," : "", out);
		put_json_one(out, &d->items[i]);
	}
	fprintf(out, "],\"more\":%u}\n", count_hidden(d));
}

void tw_diags_print(const struct tw_diags *d, FILE *out, const char *file, const char *text, size_t len, bool as_json)
{
	if (as_json) {
		put_json(d, out, file);
		return;
	}
	for (uint32_t i = 0; i < d->n; i++) {
		put_one(out, &d->items[i], file);
		if (text && d->items[i].line)
			put_line(out, &d->items[i], text, len);
		put_help(out, &d->items[i]);
	}
	if (count_hidden(d))
		fprintf(out, "and %u more errors\n", count_hidden(d));
}
