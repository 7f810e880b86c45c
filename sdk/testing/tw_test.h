/*
 * tw_test.h - the fake host: runs one operator in a test, without an engine.
 *
 *	struct tw_test *t;
 *	cr_assert_eq(tw_test_open(&kind, "{\"field\": \"name\"}", "name:str?,n:i64", &t), 0, "%s", tw_test_error(t));
 *	tw_test_feed_json(t, "{\"name\":\"ada\",\"n\":1}\n{\"name\":null,\"n\":2}\n", 8, TW_TEST_DECOYS);
 *	tw_test_finish(t);
 *	cr_assert_str_eq(tw_test_rows(t, 0), "{\"name\":\"ada\",\"n\":1}\n...");
 *	tw_test_close(t);
 *
 * It is stricter than the engine, so that what passes here is right there:
 *  - memory not yet written, values of null rows and rows that are not selected are
 *    garbage (0xDB bytes: a view of that points nowhere);
 *  - what was let go is filled with garbage, and writing there later is found;
 *  - columns that came in are compared before and after: writing needs a rewrite,
 *    and a rewritten column never lies where the old one lies (see tw_test_options);
 *  - batch_new may give a smaller class than was asked for, and never more batches
 *    a call than max_out; every other input batch is a clone, as behind a fan-out;
 *  - the last few emitted batches are kept a while and must not change any more;
 *  - a pointer to a slot of state moves with every call;
 *  - a call of the wrong role (a counter made in process, say), a batch emitted
 *    twice or not at all, two errors for one row, an emitted row that was reported
 *    bad, a view out of bounds: abort(), with a line on stderr that says why.
 *
 * One thread. Uses the SDK's headers and jansson, nothing of the engine.
 *
 * Rows are text, one JSON object a line. In: members by name in any order; a missing
 * one is null; timestamp and decimal are integers; bytes and fixed are strings;
 * "nan", "inf", "-inf" are floats. Out: members in the schema's order, no spaces;
 * f64 as %.17g, f32 as %.9g, text with \" \\ and control characters escaped.
 */
#ifndef TW_TEST_H
#define TW_TEST_H

#include <thalweg/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tw_test;

/* How selection looks in the batches that tw_test_feed makes. */
enum tw_test_mode {
	TW_TEST_DENSE,    /* no selection vector, all rows count */
	TW_TEST_SELECTED, /* a selection vector that lists all rows */
	TW_TEST_DECOYS,   /* about half of the rows are garbage that is not selected */
	TW_TEST_SPARSE,   /* one row in eight counts */
	TW_TEST_MODES
};

/* Bind and create an instance. config: its JSON object, NULL for {}; defaults of the
 * kind's schema are filled in, but it is not checked against the schema. input:
 * "ts:timestamp?,level:str?,n:i64,d:decimal(2),h:fixed(16)", "?" for nullable; NULL
 * for a source. 0 or -errno; *out is given in either case (on failure to ask for
 * tw_test_error, then close). */
int tw_test_open(const struct tw_kind *kind, const char *config, const char *input, struct tw_test **out);

struct tw_test_options {
	const char *node;          /* ctx->node; NULL: "test" */
	const char *const *inputs; /* schemas of input ports 1.. for kinds with several; NULL at the end */
	int in_place;              /* rewrite gives the same place, as where no fan-out shares the batch */
	uint32_t instance;
};

int tw_test_open_with(const struct tw_kind *kind, const char *config, const char *input,
		      const struct tw_test_options *options, struct tw_test **out);

/* Destroy the instance and create another from the same plan, as a swap does: leases,
 * state and counters stay. What create returned. */
int tw_test_recreate(struct tw_test *t);

/* Destroy and free everything. Aborts if a batch or buffer did not come home (not after
 * a failed call; buffers and batches that a node holds may stay where it was not
 * finished). NULL is allowed. */
void tw_test_close(struct tw_test *t);

/* Knobs, to be turned at any time; aborts on an unknown name. Default in brackets.
 *   "batches"   batches of an output that can be in use at once [max_out + 6]
 *   "hold"      emitted batches that are kept a while [3]
 *   "smaller"   every N-th batch_new gives a smaller class; 0: never [4]
 *   "clones"    every N-th input batch is a clone of another; 0: never [2]
 *   "text"      bytes of text buffers a batch may have, in all [512 KiB]
 *   "raws"      raw buffers in the pool [as asked for in bind]
 *   "entries"   entries a state table can hold [unlimited]
 *   "state"     bytes a state table can hold [as asked for in bind]
 *   "io"        0: an io request runs when the node waits; 1: as soon as the call
 *               that submitted it is over [0]
 *   "wait_ms"   how long to wait for a watched descriptor when nothing else can
 *               happen [0]
 *   "origin"    origin_ns of input batches [the clock] */
void tw_test_set(struct tw_test *t, const char *knob, int64_t value);

/* Feed rows to an input port in batches of batch_rows (1..512; of at most 256 and 64 in
 * the last two modes, so that all fits a class), calling process until it is done. 0, or
 * what process returned below 0. */
int tw_test_feed(struct tw_test *t, uint32_t port, const char *rows, uint32_t batch_rows, enum tw_test_mode mode);
int tw_test_feed_json(struct tw_test *t, const char *rows, uint32_t batch_rows, enum tw_test_mode mode); /* port 0 */

/* Tell a watermark, where the kind has tw.watermark/1. 0 or negative. */
int tw_test_watermark(struct tw_test *t, int64_t wm);

/* Set the clock (it starts at 2026-01-01T00:00:00Z and stands still), and call on_timer
 * if the alarm is due. 0 or negative. */
int tw_test_time(struct tw_test *t, int64_t now_ns);
int64_t tw_test_alarm(const struct tw_test *t); /* when it goes off; INT64_MAX: not */

/* One poll of a source, for up to `budget` batches (at most max_out, as in the engine).
 * What poll returned. */
int tw_test_poll(struct tw_test *t, uint32_t budget);

/* Poll until TW_EOS, an error, or until there is nothing left to wait for: then TW_WAIT.
 * Between polls one thing happens: an io request, watched descriptors that are ready,
 * held batches let go, or the clock jumps to the alarm. */
int tw_test_run(struct tw_test *t, uint32_t budget);

/* The end of the stream: the last watermark, then tw.finish/1. 0 or negative. */
int tw_test_finish(struct tw_test *t);

/* Results since open or the last clear. Texts are "" if there is nothing, never NULL, and
 * are valid until the next call with t. */
const char *tw_test_rows(struct tw_test *t, uint32_t port);
const char *tw_test_errs(struct tw_test *t);        /* {"reason":"...","data":"..." or null} a line */
const char *tw_test_log(const struct tw_test *t);   /* "warn: text\n" */
const char *tw_test_error(const struct tw_test *t); /* of bind: "at=/where offset=5: what (help)\n"; of fail: why */
uint64_t tw_test_batches(const struct tw_test *t, uint32_t port);    /* emitted on a port */
uint64_t tw_test_counter(const struct tw_test *t, const char *name); /* 0 if there is none */
uint64_t tw_test_entries(const struct tw_test *t, uint32_t table);   /* of a state table */
void tw_test_clear(struct tw_test *t);

/* What bind said: "name:str?,n:i64" of an output port; the port's name, NULL past the end. */
const char *tw_test_schema(struct tw_test *t, uint32_t port);
const char *tw_test_port(const struct tw_test *t, uint32_t port);

/* The instance and its context, for tests that call the operator themselves. */
void *tw_test_op(struct tw_test *t);
struct tw_ctx *tw_test_ctx(struct tw_test *t);

/* Run the rows through a new instance for each batch size of 1, 3, 8, 64, 500, 512 and each
 * mode, finish it, and abort unless port `port` and the bad rows come out the same each
 * time; in any order if `sorted`. The rows of the port, to be freed. */
char *tw_test_every_way(const struct tw_kind *kind, const char *config, const char *input, const char *rows,
			uint32_t port, int sorted);

#ifdef __cplusplus
}
#endif
#endif
