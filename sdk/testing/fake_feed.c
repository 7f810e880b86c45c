/*
 * fake_feed.c - input batches made from text.
 */
#include "fake.h"

/* A row that does not count follows? Also the number of rows a batch can have in all. */
static bool decoy(struct tw_test *t, enum tw_test_mode mode, uint32_t row)
{
	if (mode == TW_TEST_SPARSE)
		return (row + t->n_fed) % 8 != 0;
	return mode == TW_TEST_DECOYS && ((row + t->n_fed) * 2654435761u >> 16) % 2 == 0;
}

static uint32_t text_bytes(json_t **rows, uint32_t n)
{
	size_t sum = 64;
	const char *key;
	json_t *v;
	uint32_t i;

	for (i = 0; i < n; i++)
		json_object_foreach(rows[i], key, v) sum += json_string_length(v);
	return (uint32_t)(sum + 1023) & ~1023u;
}

static void add_buffer(struct tw_test *t, struct tw_batch *b, uint32_t bytes)
{
	const struct tw_raw *raw = fake_buffer(t, FAKE_INPUT, bytes);

	fake_obj_of_raw(t, raw, "feed")->owner = FAKE_HOST;
	b->bufs[b->n_bufs++] = raw->self + 1;
}

/* Garbage where rows are that don't count; n_real rows are placed. */
static struct tw_batch *new_input(struct tw_test *t, uint32_t port, json_t **rows, uint32_t n_real,
				  enum tw_test_mode mode)
{
	const uint32_t factor = mode == TW_TEST_SPARSE ? 8 : mode == TW_TEST_DECOYS ? 2 : 1;
	uint32_t cls = 0, row = 0, i = 0;
	struct tw_batch *b;

	while (TW_CLASS_ROWS(cls) < n_real * factor)
		cls++;
	b = fake_batch(t, &t->in_family[port], NULL, cls);
	b->origin_ns = t->origin ? t->origin : t->now;
	if (t->n_fed % 3)
		add_buffer(t, b, 64); /* views are not always of buffer 0 */
	add_buffer(t, b, text_bytes(rows, n_real));
	while (i < n_real) {
		const uint32_t left = TW_CLASS_ROWS(cls) - row;

		if (left > n_real - i && decoy(t, mode, row)) {
			row++;
			continue;
		}
		if (mode != TW_TEST_DENSE)
			b->sel[i] = (uint16_t)row;
		fake_row_fill(t, &t->in_schema[port], b, row++, rows[i++]);
	}
	if (mode >= TW_TEST_DECOYS && row < TW_CLASS_ROWS(cls))
		row++;
	tw_fill(b, row);
	if (mode != TW_TEST_DENSE)
		tw_select(b, n_real);
	t->n_fed++;
	return b;
}

static int feed_batch(struct tw_test *t, uint32_t port, json_t **rows, uint32_t n, enum tw_test_mode mode)
{
	struct tw_batch *b = new_input(t, port, rows, n, mode);

	if (t->clones && t->n_fed % (uint64_t)t->clones == 0) {
		struct tw_batch *first = b;
		struct fake_obj *o = fake_obj_of_batch(t, first, "feed");

		b = fake_clone(t, first);
		o->owner = FAKE_GONE;
		fake_unref(t, o);
	}
	t->input = fake_obj_of_batch(t, b, "feed");
	t->input->checksum = fake_input_checksum(t, b);
	return fake_call(t, FAKE_PROCESS, port, b, 0);
}

static json_t *next_row(struct tw_test *t, const char **rows)
{
	const char *end;
	json_error_t e;
	json_t *v;

	*rows += strspn(*rows, "\n ");
	if (!**rows)
		return NULL;
	end = strchr(*rows, '\n');
	if (!end)
		end = *rows + strlen(*rows);
	v = json_loadb(*rows, (size_t)(end - *rows), JSON_ALLOW_NUL, &e);
	if (!json_is_object(v))
		fake_die(t, "the test's rows: %s: %.*s", v ? "no object" : e.text, (int)(end - *rows), *rows);
	*rows = end;
	return v;
}

int tw_test_feed(struct tw_test *t, uint32_t port, const char *rows, uint32_t batch_rows, enum tw_test_mode mode)
{
	const uint32_t most = mode == TW_TEST_SPARSE ? 64 : mode == TW_TEST_DECOYS ? 256 : 512;
	json_t *batch[TW_MAX_ROWS], *row = (json_t *)1;
	uint32_t n = 0, i;
	int err = 0;

	if (port >= t->n_in || !t->in[port])
		fake_die(t, "feed: input port %u is not wired", port);
	if (batch_rows > most)
		batch_rows = most;
	while (err == 0 && row) {
		row = next_row(t, &rows);
		if (row)
			batch[n++] = row;
		if (n == batch_rows || (!row && n)) {
			err = feed_batch(t, port, batch, n, mode);
			for (i = 0; i < n; i++)
				json_decref(batch[i]);
			n = 0;
		}
	}
	return err;
}

int tw_test_feed_json(struct tw_test *t, const char *rows, uint32_t batch_rows, enum tw_test_mode mode)
{
	return tw_test_feed(t, 0, rows, batch_rows, mode);
}
