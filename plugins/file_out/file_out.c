/* file_out.c - a sink that writes rows to a file or standard output. */
#include "file_out.h"

#include <errno.h>
#include <stdlib.h>

static void destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(op);
}

/* The alarm for what comes first: a block that has waited, a file whose time is over. */
static void arm(struct tw_ctx *ctx, struct file_out *f)
{
	int64_t at = f->files ? f->files->until : INT64_MAX;

	if (f->block && f->block->raw->len && f->flush_at < at)
		at = f->flush_at;
	if (at < f->alarm)
		f->timer->arm(ctx, at);
	if (at < f->alarm)
		f->alarm = at;
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
	f->alarm = INT64_MAX;
	err = target_open(ctx, f);
	if (err) {
		free(f);
		return err;
	}
	if (f->files)
		arm(ctx, f);
	*op = f;
	return 0;
}

/* Would the row make the file longer than it may be? The first may. */
static bool is_over(const struct file_out *f, uint64_t bytes)
{
	return f->files && f->conf->max_bytes && f->files->rows && f->files->bytes + bytes > f->conf->max_bytes;
}

static bool is_full(const struct file_out *f)
{
	const struct conf *c = f->conf;

	return f->files &&
	       ((c->max_rows && f->files->rows >= c->max_rows) || (c->max_bytes && f->files->bytes >= c->max_bytes));
}

/* One row. false: all blocks are being written, call again. */
static bool write_row(struct tw_ctx *ctx, struct file_out *f, uint32_t row)
{
	for (;;) {
		struct tw_raw *raw;
		uint32_t len;
		char *end;

		if (is_full(f) && !file_cut(ctx, f))
			return false;
		if (!f->block && !block_begin(ctx, f))
			return false;
		raw = f->block->raw;
		end = put_row_swiftly(f->conf, f->in, row, raw->data + raw->len, raw->data + raw->cap, &f->last);
		if (!end)
			end = put_row(f->conf, f->in, row, raw->data + raw->len, raw->data + raw->cap);
		len = end ? (uint32_t)(end - raw->data) - raw->len : 0;
		if (end && !is_over(f, len)) {
			raw->len += len;
			if (f->files) {
				f->files->bytes += len;
				f->files->rows++;
			}
			return true;
		}
		if (end) {
			file_cut(ctx, f);
			continue;
		}
		if (raw->len == 0) {
			ctx->host->row_error(ctx, f->in, row, f->conf->text, "row over the block size");
			return true;
		}
		block_send(ctx, f);
	}
}

/* The rest of the batch. false: as write_row. */
static bool write_rows(struct tw_ctx *ctx, struct file_out *f)
{
	for (;;) {
		if (f->block && !f->files) { /* no row ends a file */
			struct tw_raw *raw = f->block->raw;
			const char *end = put_rows_swiftly(f->conf, f->in, &f->row, raw->data + raw->len,
							   raw->data + raw->cap, &f->last);

			raw->len = (uint32_t)(end - raw->data);
		}
		if (f->row >= f->in->n_sel)
			return true;
		if (!write_row(ctx, f, tw_row(f->in, f->row)))
			return false;
		f->row++;
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
		f->alarm = INT64_MAX; /* the alarm may be what woke us */
	}
	if (f->files && ctx->host->now(ctx) >= f->files->until && !file_cut(ctx, f))
		return TW_WAIT;
	if (!write_rows(ctx, f))
		return TW_WAIT;
	tw_drop(ctx, f->in);
	f->in = NULL;
	if (is_full(f))
		file_cut(ctx, f); /* if not now, before the next row */
	arm(ctx, f);
	return TW_DONE;
}

static int on_timer(struct tw_ctx *ctx, void *op, int64_t now_ns)
{
	struct file_out *f = op;
	const int err = blocks_reap(ctx, f);

	f->alarm = INT64_MAX;
	if (err)
		return err;
	if (f->files && now_ns >= f->files->until && !file_cut(ctx, f)) {
		f->alarm = now_ns + 1000000; /* all blocks are being written */
		f->timer->arm(ctx, f->alarm);
		return TW_DONE;
	}
	if (now_ns >= f->flush_at) /* the alarm may have been for a block that was full before */
		block_send(ctx, f);
	arm(ctx, f);
	return TW_DONE;
}

static int finish(struct tw_ctx *ctx, void *op)
{
	struct file_out *f = op;
	const int err = blocks_reap(ctx, f);

	if (err)
		return err;
	if (!f->files && f->header_due && !f->block && !block_begin(ctx, f))
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
	" \"description\": \"a block that is not full is written after this time\"},"
	"\"rotate\": {\"type\": \"object\", \"additionalProperties\": false, \"minProperties\": 1,"
	" \"description\": \"a row of files, named by {n} or fields of time in path\", \"properties\": {"
	"\"bytes\": {\"type\": [\"string\", \"integer\"], \"format\": \"size\", \"minimum\": 1,"
	" \"description\": \"a file ends before the row that would make it longer\"},"
	"\"every\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"minimum\": 1000000000,"
	" \"description\": \"a file ends when the clock (UTC) passes a multiple of this\"},"
	"\"rows\": {\"type\": \"integer\", \"minimum\": 1, \"description\": \"a file ends after so many rows\"}}}}}";

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
