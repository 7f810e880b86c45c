/* bind.c - config and schema become the plan. [control] */
#include "table_out.h"

#include <stdio.h>
#include <string.h>

static const struct tw_field **fields_of(struct tw_bind *b, const char *key, uint32_t *n)
{
	const struct tw_conf *list = b->host->get(b->config, key);
	const struct tw_field **fields;
	uint32_t i;

	*n = list ? b->host->len(list) : 0;
	fields = b->host->alloc(b, (*n + 1) * sizeof *fields);
	for (i = 0; i < *n; i++) {
		const struct tw_conf *name = b->host->at(list, i, NULL);

		fields[i] = b->host->field(b, 0, name, b->host->str(name));
	}
	return fields;
}

/* "name" or "-name". */
static const struct tw_field *sort_field(struct tw_bind *b, struct conf *c)
{
	const struct tw_conf *v = b->host->get(b->config, "sort");
	const char *name = v ? b->host->str(v) : NULL;

	if (!name)
		return NULL;
	c->descending = name[0] == '-';
	return b->host->field(b, 0, v, name + c->descending);
}

static bool is_text(const struct tw_field *f)
{
	return tw_type_is_text(f->type) || f->type == TW_FIXED;
}

static void set_column(struct conf *c, struct column *col, const struct tw_field *f)
{
	col->field = f;
	col->is_number = f->type != TW_BOOL && f->type != TW_TIMESTAMP && !is_text(f);
	if (!is_text(f))
		return;
	col->text_off = c->row_bytes;
	c->row_bytes += c->text_room;
}

static void set_columns(struct tw_bind *b, struct conf *c)
{
	uint32_t i, n;
	const struct tw_field **shown = fields_of(b, "columns", &n), *sort = sort_field(b, c);
	struct column *columns;

	if (b->failed)
		return;
	if (n == 0) {
		n = b->in[0]->n;
		shown = b->host->alloc(b, (n + 1) * sizeof *shown);
		memcpy(shown, b->in[0]->fields, n * sizeof *shown);
	}
	c->n_shown = c->n_columns = n;
	for (i = 0; i < n && sort && c->sort < 0; i++)
		c->sort = shown[i] == sort ? (int32_t)i : -1;
	if (sort && c->sort < 0) {
		c->sort = (int32_t)n;
		c->n_columns++;
	}
	c->row_bytes = c->n_columns * (uint32_t)sizeof(struct cell);
	columns = b->host->alloc(b, c->n_columns * sizeof *columns);
	for (i = 0; i < c->n_columns; i++)
		set_column(c, &columns[i], i < n ? shown[i] : sort);
	c->columns = columns;
	c->row_bytes = (c->row_bytes + 7u) & ~7u;
}

int table_bind(struct tw_bind *b)
{
	struct conf *c = tw_bind_plan(b, sizeof *c);

	if (!b->in[0])
		return b->host->fail(b, NULL, -1, "nothing is wired to the input", NULL);
	c->sort = -1;
	c->top = (uint32_t)tw_conf_i64(b, "top");
	c->width = (uint32_t)tw_conf_i64(b, "width");
	c->text_room = 4 * c->width; /* a character has four bytes at most */
	c->every_ns = tw_conf_i64(b, "every");
	c->plain_ns = tw_conf_i64(b, "plain_every");
	c->thousands = tw_conf_str(b, "thousands");
	c->by = fields_of(b, "by", &c->n_by);
	c->keys = c->n_by ? (uint32_t)tw_conf_i64(b, "keys") : c->top;
	if (c->keys < c->top)
		b->host->fail(b, b->host->get(b->config, "keys"), -1, "fewer keys are kept than rows are shown",
			      "raise \"keys\" or lower \"top\"");
	set_columns(b, c);
	return tw_bind_end(b);
}
