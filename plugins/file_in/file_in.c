/* file_in.c - a source of lines: the kind, its config, and what a poll does. */
#include "file_in.h"

#include <errno.h>
#include <stdlib.h>

/* Pieces begun in one poll at most, so that one that brings no line (a line without
 * end) leaves the worker its turn. */
#define READS 64u

static int bind(struct tw_bind *b)
{
	struct conf *c = tw_bind_plan(b, sizeof *c);
	const struct tw_conf *column = b->host->get(b->config, "column");

	c->path = tw_conf_str(b, "path");
	c->max_line = (uint32_t)tw_conf_i64(b, "max_line");
	c->block = (uint32_t)tw_conf_i64(b, "block");
	c->path_room = tw_conf_bool(b, "with_path") ? PATH_BYTES : 0;
	c->head = c->path_room + ((c->max_line + 1u + 63u) & ~63u);
	c->is_text = tw_conf_str(b, "type")[0] == 's';
	c->is_csv = tw_conf_str(b, "split")[0] == 'c';
	c->follow = tw_conf_bool(b, "follow");
	b->host->out_new(b, 0);
	c->line = b->host->add(b, 0, column, b->host->str(column), c->is_text ? TW_STR : TW_BYTES, 0, 0);
	if (c->path_room)
		c->origin = b->host->add(b, 0, column, "path", TW_BYTES, 0, 0);
	b->host->raw(b, c->head + c->block, RAW_COUNT);
	return tw_bind_end(b);
}

static void destroy(struct tw_ctx *ctx, void *op)
{
	if (op) {
		follow_close(ctx, op);
		streams_close(ctx, op);
	}
	free(op);
}

static int create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct file_in *f = calloc(1, sizeof *f);
	int err;

	if (!f)
		return ctx->host->fail(ctx, -ENOMEM, "out of memory");
	f->conf = plan;
	f->at_fd = -1;
	f->ready_first = TW_NONE;
	f->origin_ns = INT64_MAX;
	f->cut.kernels = tw_scan_kernels(tw_simd_level());
	f->cut.max_line = f->conf->max_line;
	f->cut.is_csv = f->conf->is_csv;
	f->source = ctx->host->extension(ctx, TW_EXT_SOURCE);
	f->bytes_counter = ctx->host->counter(ctx, "bytes");
	f->too_long_counter = ctx->host->counter(ctx, "too_long");
	err = streams_open(ctx, f);
	if (err == 0 && f->conf->follow)
		err = follow_open(ctx, f);
	if (err) {
		destroy(ctx, f);
		return err;
	}
	blocks_init(ctx, f);
	*op = f;
	return 0;
}

/* Take what is at hand, until there are lines for a full batch. */
static int collect(struct tw_ctx *ctx, struct file_in *f)
{
	while (f->n_lines < TW_MAX_ROWS && f->n_retired < RETIRED_MAX) {
		int did = 0;

		if (f->has_piece) {
			piece_cut(ctx, f);
			continue;
		}
		if (f->reads_left == 0)
			return 0;
		if (f->ready_first != TW_NONE)
			did = pipes_read(ctx, f);
		if (did == 0) {
			blocks_ask(ctx, f);
			did = blocks_take(ctx, f);
		}
		if (did <= 0)
			return did;
	}
	return 0;
}

static bool is_over(const struct file_in *f)
{
	return f->files_over && f->n_blocks == 0 && f->n_pipes_open == 0;
}

static int poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct file_in *f = op;
	uint32_t emitted = 0;

	f->reads_left = READS;
	for (;;) {
		const int err = collect(ctx, f);

		if (err < 0)
			return err;
		if (f->n_lines == 0)
			break;
		if (emitted == budget || !fill_batch(ctx, f))
			return TW_DONE;
		emitted++;
	}
	if (f->reads_left == 0)
		return TW_DONE;
	if (!is_over(f))
		return TW_WAIT;
	if (f->pipe_raw)
		ctx->host->raw_drop(ctx, f->pipe_raw);
	f->pipe_raw = NULL;
	return TW_EOS;
}

static const void *extension(const char *id)
{
	static const struct tw_source source = {.poll = poll, .ready = pipes_ready};

	return strcmp(id, TW_EXT_SOURCE) == 0 ? &source : NULL;
}

static const char config[] =
	"{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"path\"], \"properties\": {"
	"\"path\": {\"type\": \"string\", \"minLength\": 1,"
	" \"description\": \"a file, a pattern such as logs/*.ndjson, or - for standard input\"},"
	"\"split\": {\"enum\": [\"lines\", \"csv\"], \"default\": \"lines\","
	" \"description\": \"where a row ends; csv: a newline inside of double quotes does not end it\"},"
	"\"follow\": {\"type\": \"boolean\", \"default\": false,"
	" \"description\": \"at the end of files, wait for more, and for new files\"},"
	"\"as\": {\"enum\": [\"lines\"], \"default\": \"lines\", \"description\": \"what a row is\"},"
	"\"column\": {\"type\": \"string\", \"minLength\": 1, \"default\": \"line\", \"description\": \"the line's "
	"column\"},"
	"\"type\": {\"enum\": [\"bytes\", \"str\"], \"default\": \"bytes\","
	" \"description\": \"the column's type; str: lines that are not UTF-8 go to err\"},"
	"\"block\": {\"type\": [\"string\", \"integer\"], \"format\": \"size\", \"minimum\": 64, \"maximum\": 67108864,"
	" \"default\": \"256KiB\", \"description\": \"bytes asked for in one read\"},"
	"\"max_line\": {\"type\": [\"string\", \"integer\"], \"format\": \"size\", \"minimum\": 1, \"maximum\": "
	"67108864,"
	" \"default\": \"64KiB\", \"description\": \"longer lines are left out and counted in too_long\"},"
	"\"with_path\": {\"type\": \"boolean\", \"default\": false,"
	" \"description\": \"add the column path, the file that a line is from\"}}}";

static const char *const outputs[] = {"out", NULL};

static const struct tw_kind kind = {
	.id = "file_in",
	.version = "1.0.0",
	.help = "Reads lines from files, pipes or standard input.",
	.config = config,
	.out = outputs,
	.max_out = MAX_OUT,
	.bind = bind,
	.create = create,
	.destroy = destroy,
	.extension = extension,
};

static const struct tw_kind *const kinds[] = {&kind, NULL};

const struct tw_plugin tw_plugin = {TW_ABI, "file_in", "1.0.0", kinds};
