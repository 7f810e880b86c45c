/* file_out.c - a sink that writes rows to a file or standard output. */
#include "file_out.h"

#include <errno.h>
#include <stdlib.h>

static void destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(op);
}

static int create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct file_out *f = calloc(1, sizeof *f);
	int err;

	if (!f)
		return ctx->host->fail(ctx, -ENOMEM, "out of memory");
	f->conf = plan;
	f->timer = ctx->host->extension(ctx, TW_EXT_TIMER);
	f->io = ctx->host->extension(ctx, TW_EXT_IO);
	f->bytes_counter = ctx->host->counter(ctx, "bytes");
	err = target_open(ctx, f);
	if (err)
		free(f);
	else
		*op = f;
	return err;
}

/* One row. false: all blocks are being written, call again. */
static bool write_row(struct tw_ctx *ctx, struct file_out *f, uint32_t row)
{
	for (;;) {
		struct tw_raw *raw;
		char *end;

		if (!f->block && !block_begin(ctx, f))
			return false;
		raw = f->block->raw;
		end = put_row(f->conf, f->in, row, raw->data + raw->len, raw->data + raw->cap);
		if (end) {
			raw->len = (uint32_t)(end - raw->data);
			return true;
		}
		if (raw->len == 0) {
			ctx->host->row_error(ctx, f->in, row, f->conf->text, "row over the block size");
			return true;
		}
		block_send(ctx, f);
	}
}

static int process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *in)
{
	struct file_out *f = op;
	const int err = blocks_reap(ctx, f);

	(void)port;
	if (err)
		return err;
	if (in) {
		f->in = in;
		f->row = 0;
	} else {
		f->is_armed = false; /* the alarm may be what woke us */
	}
	for (; f->row < f->in->n_sel; f->row++)
		if (!write_row(ctx, f, tw_row(f->in, f->row)))
			return TW_WAIT;
	tw_drop(ctx, f->in);
	f->in = NULL;
	if (f->block && f->block->raw->len && !f->is_armed) {
		f->timer->arm(ctx, f->flush_at);
		f->is_armed = true;
	}
	return TW_DONE;
}

static int on_timer(struct tw_ctx *ctx, void *op, int64_t now_ns)
{
	struct file_out *f = op;
	const int err = blocks_reap(ctx, f);

	(void)now_ns;
	f->is_armed = false;
	if (err)
		return err;
	block_send(ctx, f);
	return TW_DONE;
}

static int finish(struct tw_ctx *ctx, void *op)
{
	struct file_out *f = op;
	const int err = blocks_reap(ctx, f);

	if (err)
		return err;
	if (f->header_due && !f->block && !block_begin(ctx, f))
		return TW_WAIT;
	block_send(ctx, f);
	if (!f->is_ending) {
		f->is_ending = true;
		f->end.run = target_end;
		f->end.user = f;
		f->io->submit(ctx, &f->end);
	}
	if (blocks_busy(f) || f->end.busy)
		return TW_WAIT;
	if (f->end.result < 0)
		return out_fail(ctx, f, (int)f->end.result);
	blocks_drop(ctx, f);
	return TW_DONE;
}

static const void *extension(const char *id)
{
	static const struct tw_timer timer = {.on_timer = on_timer};
	static const struct tw_finish end = {.finish = finish};

	if (strcmp(id, TW_EXT_TIMER) == 0)
		return &timer;
	return strcmp(id, TW_EXT_FINISH) == 0 ? &end : NULL;
}

static const char config[] =
	"{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"path\"], \"properties\": {"
	"\"path\": {\"type\": \"string\", \"minLength\": 1, \"description\": \"a file, or - for standard output\"},"
	"\"format\": {\"enum\": [\"ndjson\", \"csv\", \"raw\"], \"default\": \"ndjson\","
	" \"description\": \"raw: the bytes of one text column and a newline\"},"
	"\"columns\": {\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"string\"},"
	" \"description\": \"what is written, in this order; all if not given\"},"
	"\"column\": {\"type\": \"string\", \"description\": \"of format raw: the column\"},"
	"\"header\": {\"type\": \"boolean\", \"default\": true, \"description\": \"of format csv: a first line of "
	"names\"},"
	"\"append\": {\"type\": \"boolean\", \"default\": false,"
	" \"description\": \"write at the end of the file that is there, instead of to PATH.part until the end\"},"
	"\"block\": {\"type\": [\"string\", \"integer\"], \"format\": \"size\", \"minimum\": 64, \"maximum\": 67108864,"
	" \"default\": \"256KiB\", \"description\": \"bytes written at once; longer rows go to err\"},"
	"\"flush\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"default\": \"100ms\","
	" \"description\": \"a block that is not full is written after this time\"}}}";

static const char *const inputs[] = {"in", NULL};

static const struct tw_kind kind = {
	.id = "file_out",
	.version = "1.0.0",
	.help = "Writes rows to a file or standard output as NDJSON, CSV or plain text.",
	.config = config,
	.in = inputs,
	.bind = file_out_bind,
	.create = create,
	.destroy = destroy,
	.process = process,
	.extension = extension,
};

static const struct tw_kind *const kinds[] = {&kind, NULL};

const struct tw_plugin tw_plugin = {TW_ABI, "file_out", "1.0.0", kinds};
