/* bind.c - config and schema become the plan: what stands before each value. [control] */
#include "file_out.h"

#include <stdio.h>
#include <string.h>

#define HEADER_MAX 65536u
#define LEAD_READ 32u /* bytes that are read of a lead, at least */

/* `before`, then the name as the format writes it, then `after`. */
static const char *lead(struct tw_bind *b, const struct tw_field *f, const char *before, const char *after)
{
	const size_t room = strlen(before) + 6 * strlen(f->name) + strlen(after) + 3 + LEAD_READ;
	char *text = b->host->alloc(b, room), *to = text + strlen(before);

	strcpy(text, before);
	to = put_json(to, text + room, f->name, (uint32_t)strlen(f->name));
	strcpy(to, after);
	return text;
}

static void set_lead(struct tw_bind *b, const struct conf *c, struct column *col, uint32_t i)
{
	static const char none[LEAD_READ], comma[LEAD_READ] = ",";

	col->lead = none;
	if (c->format == FORMAT_NDJSON)
		col->lead = lead(b, col->field, i ? "," : "{", ":");
	else if (i)
		col->lead = comma;
	col->lead_len = (uint32_t)strlen(col->lead);
}

/* The longest value of a type in any format; of texts their quotes. */
static uint32_t longest(const struct tw_field *f)
{
	switch (f->type) {
	case TW_DECIMAL: return 24u + f->scale;
	case TW_FIXED: return 2 * f->width + 2;
	default: return 48;
	}
}

/* The fields that are written, in order; NULL at the end. */
static const struct tw_field **find_fields(struct tw_bind *b, const struct conf *c)
{
	const struct tw_conf *list = b->host->get(b->config, "columns");
	const struct tw_schema *in = b->in[0];
	const uint32_t n = c->format == FORMAT_RAW ? 1 : list ? b->host->len(list) : in->n;
	const struct tw_field **fields = b->host->alloc(b, (n + 1) * sizeof *fields);
	uint32_t i;

	if (c->format == FORMAT_RAW) {
		fields[0] = tw_bind_field(b, 0, "column", 0);
		return fields;
	}
	for (i = 0; i < n && list; i++) {
		const struct tw_conf *name = b->host->at(list, i, NULL);

		fields[i] = b->host->field(b, 0, name, b->host->str(name));
		if (!fields[i])
			return fields;
	}
	if (!list)
		memcpy(fields, in->fields, n * sizeof *fields);
	return fields;
}

static void set_header(struct tw_bind *b, struct conf *c)
{
	const struct tw_conf *at = b->host->get(b->config, "block");
	char *header = b->host->alloc(b, HEADER_MAX), *to = header;
	uint32_t i;

	c->header = header;
	if (c->format != FORMAT_CSV || !tw_conf_bool(b, "header"))
		return;
	for (i = 0; i < c->n_columns && to; i++) {
		const char *name = c->columns[i].field->name;

		to = put_bytes(to, header + HEADER_MAX, c->columns[i].lead, c->columns[i].lead_len);
		if (to)
			to = put_csv(to, header + HEADER_MAX, name, (uint32_t)strlen(name));
	}
	if (to)
		to = put_bytes(to, header + HEADER_MAX, "\n", 1);
	if (to)
		c->header_len = (uint32_t)(to - header);
	if (!to || c->header_len > c->block)
		b->host->fail(b, at, -1, "the header line is longer than a block", "raise \"block\"");
}

static int64_t member(struct tw_bind *b, const struct tw_conf *map, const char *key)
{
	const struct tw_conf *v = b->host->get(map, key);

	return v ? b->host->i64(v) : 0;
}

static void set_rotate(struct tw_bind *b, struct conf *c)
{
	const struct tw_conf *path = b->host->get(b->config, "path"), *rotate = b->host->get(b->config, "rotate");
	const char *wrong;
	int at;

	if (!rotate)
		return;
	c->rotates = true;
	c->max_bytes = (uint64_t)member(b, rotate, "bytes");
	c->max_rows = (uint64_t)member(b, rotate, "rows");
	c->every_ns = member(b, rotate, "every");
	wrong = c->is_stdout ? NULL : pattern_wrong(c->path, &at);
	if (c->is_stdout)
		b->host->fail(b, rotate, -1, "standard output is not a row of files", "give a path");
	else if (c->append)
		b->host->fail(b, b->host->get(b->config, "append"), -1, "rotation does not append to files",
			      "leave out \"append\"; names that are taken are not used");
	else if (wrong)
		b->host->fail(b, path, at, wrong, at < 0 ? "put {n} or %Y%m%dT%H%M%S into \"path\"" : NULL);
}

static void set_path(struct tw_bind *b, struct conf *c)
{
	char *part;

	c->path = tw_conf_str(b, "path");
	c->is_stdout = strcmp(c->path, "-") == 0;
	c->append = tw_conf_bool(b, "append");
	set_rotate(b, c);
	if (c->is_stdout || c->append || c->rotates)
		return;
	part = b->host->alloc(b, strlen(c->path) + sizeof ".part");
	sprintf(part, "%s.part", c->path);
	c->part = part;
}

static void check_keys(struct tw_bind *b, const struct conf *c)
{
	const struct tw_conf *column = b->host->get(b->config, "column"), *columns = b->host->get(b->config, "columns");

	if (c->format == FORMAT_RAW && !column)
		b->host->fail(b, b->host->get(b->config, "format"), -1,
			      "format raw needs to know which column to write", "name a text column in \"column\"");
	if (c->format != FORMAT_RAW && column)
		b->host->fail(b, column, -1, "\"column\" is for format raw",
			      "list the columns to write in \"columns\"");
	if (c->format == FORMAT_RAW && columns)
		b->host->fail(b, columns, -1, "format raw writes one column", "name it in \"column\"");
}

static void set_columns(struct tw_bind *b, struct conf *c)
{
	const struct tw_field **fields = find_fields(b, c);
	struct column *columns;
	uint32_t i, n = 0;

	if (b->failed)
		return;
	while (fields[n])
		n++;
	if (c->format == FORMAT_RAW && !tw_type_is_text(fields[0]->type))
		b->host->fail(b, b->host->get(b->config, "column"), -1, "format raw writes a str or bytes column",
			      tw_type_name(fields[0]->type));
	columns = b->host->alloc(b, n * sizeof *columns);
	for (i = 0; i < n; i++) {
		columns[i].field = fields[i];
		set_lead(b, c, &columns[i], i);
		if (!c->text && tw_type_is_text(fields[i]->type))
			c->text = fields[i];
	}
	for (i = n; i-- > 0;)
		columns[i].room = columns[i].lead_len + longest(columns[i].field) +
				  (i + 1 < n ? columns[i + 1].room : SWIFT_SLACK);
	c->columns = columns;
	c->n_columns = n;
}

int file_out_bind(struct tw_bind *b)
{
	struct conf *c = tw_bind_plan(b, sizeof *c);
	const char format = tw_conf_str(b, "format")[0];

	c->format = format == 'n' ? FORMAT_NDJSON : format == 'c' ? FORMAT_CSV : FORMAT_RAW;
	c->block = (uint32_t)tw_conf_i64(b, "block");
	c->flush_ns = tw_conf_i64(b, "flush");
	set_path(b, c);
	check_keys(b, c);
	if (!b->in[0])
		return b->host->fail(b, NULL, -1, "nothing is wired to the input", NULL);
	if (!b->failed)
		set_columns(b, c);
	if (!b->failed)
		set_header(b, c);
	b->host->raw(b, c->block, BLOCKS);
	return tw_bind_end(b);
}
