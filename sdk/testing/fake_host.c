/*
 * fake_host.c - struct tw_host: what a running operator can call, each call judged.
 */
#include "fake.h"

#include <stdlib.h>

#define TEXT_BYTES 65536u
#define RAW_CUT 512u
#define REASON_CUT 120u

static struct tw_test *test_of(struct tw_ctx *ctx)
{
	return (struct tw_test *)ctx;
}

static struct tw_test *worker(struct tw_ctx *ctx, const char *call)
{
	fake_must_be(test_of(ctx), FAKE_WORKER, call);
	return test_of(ctx);
}

/* --- batches that were emitted --- */

void fake_release_one(struct tw_test *t)
{
	struct fake_held h = t->held[0];
	struct fake_text now = {0};
	struct fake_obj *o = fake_obj_of_batch(t, h.b, "held");

	t->n_held--;
	memmove(t->held, t->held + 1, t->n_held * sizeof *t->held);
	fake_rows_put(&now, &h.port->schema, h.b);
	if (strcmp(fake_str(&now), fake_str(&h.rows)) != 0)
		fake_die(t, "a batch changed after it was emitted on port \"%s\":\n%s-- became\n%s", h.port->name,
			 fake_str(&h.rows), fake_str(&now));
	fake_text_free(&now);
	fake_text_free(&h.rows);
	o->owner = FAKE_GONE;
	fake_unref(t, o);
}

void fake_release_all(struct tw_test *t)
{
	while (t->n_held)
		fake_release_one(t);
}

static uint32_t room(struct tw_test *t, uint32_t port)
{
	const struct fake_port *p = &t->ports[port];
	uint32_t max = t->source && port == 0 ? t->budget : t->kind->max_out;
	uint32_t used = p->made > p->emitted ? p->made : p->emitted, free;

	max = max > used ? max - used : 0;
	free = t->batches > p->in_use ? (uint32_t)t->batches - p->in_use : 0;
	return !p->makes || max < free ? max : free;
}

static struct fake_port *port_of(struct tw_test *t, uint32_t port, const char *call)
{
	if (port >= t->n_ports)
		fake_die(t, "%s: there is no output port %u", call, port);
	if (!t->ports[port].family)
		fake_die(t, "%s: bind said nothing of output port \"%s\"", call, t->ports[port].name);
	return &t->ports[port];
}

static uint32_t host_room(struct tw_ctx *ctx, uint32_t port)
{
	struct tw_test *t = worker(ctx, "room");

	port_of(t, port, "room");
	return room(t, port);
}

static struct tw_batch *host_batch_new(struct tw_ctx *ctx, uint32_t port, uint32_t rows)
{
	struct tw_test *t = worker(ctx, "batch_new");
	struct fake_port *p = port_of(t, port, "batch_new");
	struct tw_batch *b;
	uint32_t cls = 0;

	if (!p->makes)
		fake_die(t, "batch_new on port \"%s\", which passes its input on: say tw_bind_new in bind", p->name);
	if (room(t, port) == 0)
		return NULL;
	while (cls < TW_CLASSES - 1 && TW_CLASS_ROWS(cls) < rows)
		cls++;
	if (t->smaller && ++t->n_made % (uint64_t)t->smaller == 0 && cls > 0)
		cls--;
	p->made++;
	b = fake_batch(t, p->family, p, cls);
	b->origin_ns = t->now;
	return b;
}

/* Ports that pass on what came in at this input. */
static uint32_t n_passing(const struct tw_test *t, const struct fake_family *family)
{
	uint32_t p, n = 0;

	for (p = 0; p < t->n_ports; p++)
		n += !t->ports[p].makes && t->ports[p].family == family;
	return n;
}

static struct tw_batch *host_batch_child(struct tw_ctx *ctx, uint32_t port, uint32_t rows, struct tw_batch *parent)
{
	struct tw_test *t = worker(ctx, "batch_child");
	struct tw_batch *b;
	struct fake_obj *of = fake_obj_of_batch(t, parent, "batch_child of the parent");
	struct fake_port *p = port_of(t, port, "batch_child");

	if (!p->makes) {
		if (p->family != of->family)
			fake_die(t, "batch_child on port \"%s\", which does not pass the parent on", p->name);
		if (n_passing(t, p->family) < 2)
			fake_die(t, "batch_child on port \"%s\": no other port passes that input on", p->name);
		if (p->made == t->kind->max_out)
			return NULL;
		p->made++;
		return fake_clone(t, parent);
	}
	b = host_batch_new(ctx, port, rows);
	if (b)
		fake_lend(t, parent, b);
	return b;
}

/* --- a batch leaves the operator --- */

static void check_view(struct tw_test *t, const struct tw_batch *b, const struct tw_field *f, uint32_t row)
{
	const struct tw_view *v = (const struct tw_view *)tw_col(b, f) + row;
	const struct tw_raw *raw;

	if (v->len <= TW_VIEW_INLINE)
		return;
	if (v->u.ref.buf >= b->n_bufs)
		fake_die(t, "field \"%s\" row %u: its view (len %u) is of buffer %u of %u", f->name, row, v->len,
			 v->u.ref.buf, b->n_bufs);
	raw = fake_raw_at(t, b->bufs[v->u.ref.buf]);
	fake_obj_of_raw(t, raw, "view");
	if (v->u.ref.off > raw->cap || v->len > raw->cap - v->u.ref.off)
		fake_die(t, "field \"%s\" row %u: its view ends behind its buffer", f->name, row);
	if (memcmp(v->u.ref.prefix, raw->data + v->u.ref.off, 4) != 0)
		fake_die(t, "field \"%s\" row %u: the view's prefix is not the text's", f->name, row);
}

static void check_rows(struct tw_test *t, const struct fake_port *p, const struct tw_batch *b, const struct fake_obj *o)
{
	uint32_t i, k;

	if (b->n > TW_CLASS_ROWS(b->cls) || b->n_sel > b->n || (!(b->flags & TW_SELECTED) && b->n_sel != b->n))
		fake_die(t, "emit: n = %u, n_sel = %u in a batch of %u rows", b->n, b->n_sel, TW_CLASS_ROWS(b->cls));
	for (i = 0; i < b->n_sel; i++) {
		const uint32_t row = tw_row(b, i);

		if (row >= b->n || (i && row <= tw_row(b, i - 1)))
			fake_die(t, "emit: sel[%u] = %u is not ascending or not below n = %u", i, row, b->n);
		if (o->bad[row / 64] >> row % 64 & 1)
			fake_die(t, "emit: row %u was reported by row_error and must be unselected", row);
		for (k = 0; k < p->schema.n; k++) {
			const struct tw_field *f = p->schema.fields[k];
			const uint8_t *bits = tw_nulls(b, f);

			if (tw_type_is_text(f->type) && (!bits || tw_bit(bits, row)))
				check_view(t, b, f, row);
		}
	}
}

/* What process was given counts as let go. */
static void let_go(struct tw_test *t, struct tw_batch *b, struct fake_obj *o, const char *call)
{
	if (o->owner != FAKE_OP)
		fake_die(t, "%s: the batch is not this node's", call);
	if (o != t->input)
		return;
	if (o->checksum != fake_input_checksum(t, b))
		fake_die(t, "%s: a column that came in was written; ask for tw_bind rewrite and use tw_writable", call);
	t->input = NULL;
}

static int host_emit(struct tw_ctx *ctx, uint32_t port, struct tw_batch *b)
{
	struct tw_test *t = worker(ctx, "emit");
	struct fake_port *p = port_of(t, port, "emit");
	struct fake_obj *o = fake_obj_of_batch(t, b, "emit");
	const uint32_t max = t->source && port == 0 ? t->budget : t->kind->max_out;
	struct fake_held *h;

	if (p->family != o->family)
		fake_die(t, "emit on port \"%s\": the batch was made for another port or came in at another", p->name);
	if (++p->emitted > max)
		fake_die(t, "emit on port \"%s\": batch %u of a call; max_out or the budget is %u", p->name, p->emitted,
			 max);
	let_go(t, b, o, "emit");
	check_rows(t, p, b, o);
	o->owner = FAKE_HOST;
	if (t->n_held == FAKE_HELD)
		fake_release_one(t);
	h = &t->held[t->n_held++];
	*h = (struct fake_held){.port = p, .b = b};
	fake_rows_put(&h->rows, &p->schema, b);
	fake_put(&p->rows, fake_str(&h->rows), h->rows.len);
	p->n_batches++;
	while (t->n_held > (uint32_t)t->hold)
		fake_release_one(t);
	return TW_DONE;
}

static int host_drop(struct tw_ctx *ctx, struct tw_batch *b)
{
	struct tw_test *t = test_of(ctx);
	struct fake_obj *o;

	if (!t->closing)
		worker(ctx, "drop");
	o = fake_obj_of_batch(t, b, "drop");
	let_go(t, b, o, "drop");
	o->owner = FAKE_GONE;
	fake_unref(t, o);
	return TW_DONE;
}

/* --- text and raw buffers --- */

static int host_text_more(struct tw_ctx *ctx, struct tw_batch *b, uint32_t len)
{
	struct tw_test *t = worker(ctx, "text_more");
	struct tw_raw *raw;
	int64_t all = 0;
	uint32_t i;

	if (fake_obj_of_batch(t, b, "text_more")->owner != FAKE_OP)
		fake_die(t, "text_more: the batch is not this node's");
	if (!t->text)
		fake_die(t, "new text, but bind did not ask for it (host->text)");
	for (i = b->n_lent; i < b->n_bufs; i++) {
		struct fake_obj *o = fake_obj_of_raw(t, fake_raw_at(t, b->bufs[i]), "text_more");

		all += o->kind == FAKE_TEXT ? (int64_t)fake_raw_at(t, b->bufs[i])->cap : 0;
	}
	if (b->n_bufs == TW_BATCH_BUFS || len > TEXT_BYTES || all + len > t->text_bytes)
		return -28;
	/* of small batches small ones, so that there are often several */
	raw = fake_buffer(t, FAKE_TEXT,
			  b->cls <= 1 && len <= 2048 && b->n_bufs + 1u < TW_BATCH_BUFS ? 2048 : TEXT_BYTES);
	b->bufs[b->n_bufs++] = raw->self + 1;
	b->text_used = 0;
	b->text_cap = raw->cap;
	b->flags |= TW_TEXT_OPEN;
	return 0;
}

static void host_row_error(struct tw_ctx *ctx, struct tw_batch *b, uint32_t row, const struct tw_field *data,
			   const char *reason)
{
	struct tw_test *t = worker(ctx, "row_error");
	struct fake_obj *o = fake_obj_of_batch(t, b, "row_error");
	size_t len = strlen(reason);

	if (o->owner != FAKE_OP)
		fake_die(t, "row_error: the batch is not this node's");
	if (row >= TW_CLASS_ROWS(b->cls))
		fake_die(t, "row_error: there is no row %u", row);
	if (o->bad[row / 64] >> row % 64 & 1)
		fake_die(t, "row_error: row %u was reported before", row);
	o->bad[row / 64] |= (uint64_t)1 << row % 64;
	fake_put(&t->errs, "{\"reason\":", 10);
	fake_string_put(&t->errs, reason, len < REASON_CUT ? len : REASON_CUT);
	fake_put(&t->errs, ",\"data\":", 8);
	if (data && (!tw_nulls(b, data) || tw_bit(tw_nulls(b, data), row))) {
		const struct tw_view *v = (const struct tw_view *)tw_col(b, data) + row;

		if (!tw_type_is_text(data->type))
			fake_die(t, "row_error: data must be a text column, \"%s\" is none", data->name);
		check_view(t, b, data, row);
		fake_string_put(&t->errs, tw_view_ptr(b, v), v->len < RAW_CUT ? v->len : RAW_CUT);
	} else {
		fake_put(&t->errs, "null", 4);
	}
	fake_put(&t->errs, "}\n", 2);
}

static struct tw_raw *host_raw_new(struct tw_ctx *ctx)
{
	struct tw_test *t = worker(ctx, "raw_new");

	if (!t->raw_bytes)
		fake_die(t, "raw_new, but bind asked for no raw buffers");
	return t->raws_in_use < t->raws ? fake_buffer(t, FAKE_RAW, t->raw_bytes) : NULL;
}

static void host_raw_drop(struct tw_ctx *ctx, struct tw_raw *raw)
{
	struct tw_test *t = test_of(ctx);
	struct fake_obj *o;

	if (!t->closing)
		worker(ctx, "raw_drop");
	o = fake_obj_of_raw(t, raw, "raw_drop");
	if (o->owner != FAKE_OP)
		fake_die(t, "raw_drop: the node has no token of this buffer");
	o->owner = FAKE_GONE;
	fake_unref(t, o);
}

static int host_raw_attach(struct tw_ctx *ctx, struct tw_batch *b, struct tw_raw *raw)
{
	struct tw_test *t = worker(ctx, "raw_attach");
	struct fake_obj *o = fake_obj_of_raw(t, raw, "raw_attach");
	uint32_t i;

	fake_obj_of_batch(t, b, "raw_attach");
	if (o->owner != FAKE_OP)
		fake_die(t, "raw_attach: the node has no token of this buffer");
	for (i = b->n_lent; i < b->n_bufs; i++)
		if (b->bufs[i] == raw->self + 1)
			return (int)i;
	if (b->n_bufs == TW_BATCH_BUFS)
		return -1;
	b->flags &= (uint8_t)~TW_TEXT_OPEN;
	o->refs++;
	b->bufs[b->n_bufs] = raw->self + 1;
	return b->n_bufs++;
}

/* --- the rest --- */

static int64_t host_now(struct tw_ctx *ctx)
{
	return worker(ctx, "now")->now;
}

static uint32_t host_counter(struct tw_ctx *ctx, const char *name)
{
	struct tw_test *t = test_of(ctx);
	uint32_t i;

	fake_must_be(t, FAKE_CONTROL, "counter");
	for (i = 0; i < t->n_counters; i++)
		if (strcmp(t->counter_names[i], name) == 0)
			return i;
	if (t->n_counters == FAKE_COUNTERS)
		fake_die(t, "more than %u counters", FAKE_COUNTERS);
	t->counter_names[t->n_counters] = strdup(name);
	return t->n_counters++;
}

static void host_count(struct tw_ctx *ctx, uint32_t counter, uint64_t n)
{
	struct tw_test *t = worker(ctx, "count");

	if (counter >= t->n_counters)
		fake_die(t, "count: there is no counter %u", counter);
	t->counters[counter] += n;
}

static void host_log(struct tw_ctx *ctx, int level, const char *line)
{
	static const char *const names[] = {"debug", "info", "warn", "error"};

	fake_printf(&test_of(ctx)->log, "%s: %s\n", names[level & 3], line);
}

static int host_fail(struct tw_ctx *ctx, int err, const char *why)
{
	struct tw_test *t = test_of(ctx);

	if (err >= 0)
		fake_die(t, "fail: %d is no negative errno (\"%s\")", err, why);
	fake_printf(&t->error, "%s\n", why);
	return err;
}

const struct tw_host fake_host = {
	.batch_new = host_batch_new,
	.batch_child = host_batch_child,
	.emit = host_emit,
	.drop = host_drop,
	.room = host_room,
	.text_more = host_text_more,
	.row_error = host_row_error,
	.raw_new = host_raw_new,
	.raw_drop = host_raw_drop,
	.raw_attach = host_raw_attach,
	.now = host_now,
	.counter = host_counter,
	.count = host_count,
	.log = host_log,
	.fail = host_fail,
	.extension = fake_extension,
};
