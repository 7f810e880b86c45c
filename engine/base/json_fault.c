/* base/json_fault.c - what is wrong with a JSON text; see json_fault.h. */
#include <base/json_fault.h>

#include <base/json.h>
#include <base/where.h>

#include <ctype.h>
#include <string.h>

/* A token as it stands in the text. */
struct token {
	size_t at, len;
};

/* The string whose closing quote is the byte before f->byte. */
static struct token string_before(const struct tw_json_fault *f)
{
	size_t i = f->byte < 2 ? 0 : f->byte - 2;

	for (; i > 0; i--) {
		size_t slashes = 0;

		if (f->text[i] != '"')
			continue;
		while (slashes < i && f->text[i - 1 - slashes] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			break;
	}
	return (struct token){i, f->byte - i};
}

/* The bad token: the library quotes it when it is short; it ends at f->byte. */
static struct token bad_token(const struct tw_json_fault *f)
{
	const char *near = strstr(f->text_of_library, " near '");
	size_t n;

	if (!near)
		return (struct token){f->byte ? f->byte - 1 : 0, 0};
	near += strlen(" near '");
	n = strlen(near);
	n -= n > 0;
	if (n <= f->byte && memcmp(f->text + f->byte - n, near, n) == 0)
		return (struct token){f->byte - n, n};
	return (struct token){f->byte ? f->byte - 1 : 0, 0};
}

/* The last byte before `at` that is no space. */
static char before(const struct tw_json_fault *f, size_t at)
{
	while (at > 0 && isspace((unsigned char)f->text[at - 1]))
		at--;
	return at > 0 ? f->text[at - 1] : '\0';
}

static bool starts(const struct tw_json_fault *f, const char *words)
{
	return strncmp(f->text_of_library, words, strlen(words)) == 0;
}

/* What the writer did, for the commonest slips; NULL: none of them. */
static const char *slip(const struct tw_json_fault *f, struct token t)
{
	char c = t.len ? f->text[t.at] : '\0';

	if (c == '/' || c == '#')
		return "there are no comments in JSON";
	if ((c == '}' || c == ']') && before(f, t.at) == ',')
		return "nothing follows the last comma: remove it";
	if (c == '\'')
		return "strings stand in double quotes (\") in JSON";
	if (c == '\xef')
		return "the file starts with a byte order mark: save it as plain UTF-8";
	if (starts(f, "string or '}' expected"))
		return "a name in double quotes is expected here";
	if (starts(f, "':' expected"))
		return "a \":\" is missing after the name";
	if ((starts(f, "'}' expected") || starts(f, "']' expected")) && c && strchr("\"{[0123456789-tfn", c))
		return "a comma is missing before this";
	if (starts(f, "'}' expected"))
		return "a \"}\" or a comma is expected here";
	if (starts(f, "']' expected"))
		return "a \"]\" or a comma is expected here";
	if (starts(f, "unexpected newline"))
		return "the string is not closed on its line";
	return NULL;
}

static void report_syntax(const struct tw_json_fault *f, struct tw_diags *d)
{
	struct token t = bad_token(f);
	const char *words = slip(f, t);
	uint32_t line, col;

	tw_where_line(f->text, t.at, &line, &col);
	if (words)
		tw_diag_error_line(d, line, col, "%s", words);
	else if (starts(f, "invalid token") || starts(f, "unexpected token"))
		tw_diag_error_line(d, line, col, "a JSON value is expected here");
	else
		tw_diag_error_line(d, line, col, "no JSON: %s", f->text_of_library);
}

static void report_twice(const struct tw_json_fault *f, struct tw_diags *d)
{
	struct token t = string_before(f);
	uint32_t line, col;

	tw_where_line(f->text, t.at, &line, &col);
	tw_diag_error_line(d, line, col, "the key %.*s stands twice in one map, the second time at %u:%u",
			   (int)(t.len < 80 ? t.len : 80), f->text + t.at, line, col);
}

static void report_short(const struct tw_json_fault *f, struct tw_diags *d)
{
	uint32_t line, col;
	size_t end = f->len;

	while (end > 0 && isspace((unsigned char)f->text[end - 1]))
		end--;
	tw_where_line(f->text, end, &line, &col);
	if (end)
		tw_diag_error_line(d, line, col, "the file ends too early: a bracket or a quote is not closed");
	else
		tw_diag_error_line(d, line, col, "the file is empty");
}

void tw_json_fault_report(const struct tw_json_fault *f, struct tw_diags *d)
{
	uint32_t line = 1, col = 1;

	switch (f->kind) {
	case TW_FAULT_LONG: tw_diag_error_line(d, 0, 0, "the file is larger than %zu MiB", TW_FILE_MAX >> 20); return;
	case TW_FAULT_SHORT: report_short(f, d); return;
	case TW_FAULT_TWICE: report_twice(f, d); return;
	case TW_FAULT_SYNTAX: report_syntax(f, d); return;
	case TW_FAULT_DEEP:
		tw_where_line(f->text, f->byte, &line, &col);
		tw_diag_error_line(d, line, col, "maps and lists are nested too deep here (64 at most)");
		return;
	case TW_FAULT_UTF8:
		tw_where_line(f->text, f->byte, &line, &col);
		tw_diag_error_line(d, line, col, "this byte (0x%02x) is not UTF-8",
				   f->byte < f->len ? (unsigned char)f->text[f->byte] : 0);
		return;
	case TW_FAULT_MORE:
		tw_where_line(f->text, bad_token(f).at, &line, &col);
		tw_diag_error_line(d, line, col, "nothing may follow the value that ends before this");
		return;
	case TW_FAULT_NUL:
		tw_where_line(f->text, string_before(f).at, &line, &col);
		tw_diag_error_line(d, line, col, "a string must not contain \\u0000");
		return;
	}
}
