/*
 * fake.h - private to the fake host: what its files share.
 */
#ifndef TW_FAKE_H
#define TW_FAKE_H

#include "tw_test.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <thalweg/ext/finish.h>
#include <thalweg/ext/io.h>
#include <thalweg/ext/lease.h>
#include <thalweg/ext/source.h>
#include <thalweg/ext/state.h>
#include <thalweg/ext/timer.h>
#include <thalweg/ext/watermark.h>

#define FAKE_GARBAGE 0xDB
#define FAKE_PORTS 64u
#define FAKE_INPUTS 16u
#define FAKE_COUNTERS 16u
#define FAKE_HELD 64u

enum fake_role { FAKE_CONTROL, FAKE_WORKER, FAKE_IO };

/* Text that grows. */
struct fake_text {
	char *s; /* NULL: empty */
	size_t len, cap;
};

/* A place for a column in a family of batches. */
struct fake_slot {
	uint8_t type, nullable;
	bool input; /* came in: must not be written */
	uint32_t width;
	uint32_t val_off[TW_CLASSES], nul_off[TW_CLASSES];
	struct fake_slot *next;
};

/* Batches of one layout: those of an input port, or of a port that makes its own. */
struct fake_family {
	struct fake_slot *slots, **last;
	uint32_t bytes[TW_CLASSES];
};

struct fake_field {
	struct tw_field f; /* first: what the operator sees */
	struct fake_slot *slot;
	struct fake_field *next;
};

struct fake_port {
	const char *name;
	bool makes;
	struct fake_family *family; /* NULL: nothing was said of the port */
	struct tw_schema schema;
	struct fake_text rows, shown;
	uint64_t n_batches;
	uint32_t in_use;        /* batches made for this port that are not free */
	uint32_t made, emitted; /* in the present call */
};

enum fake_kind { FAKE_BATCH, FAKE_CLONE, FAKE_RAW, FAKE_TEXT, FAKE_INPUT /* raw, of the test's rows */ };

/* Who may touch it. */
enum fake_owner { FAKE_FREE, FAKE_HOST, FAKE_OP, FAKE_GONE /* let go, still referred to */ };

/* A piece of the arena. */
struct fake_obj {
	enum fake_kind kind;
	enum fake_owner owner;
	uint32_t number, place, lines, cls;
	struct fake_family *family;
	struct fake_port *port; /* that it was made for */
	uint32_t refs;          /* handles and children; tokens of a raw buffer */
	struct fake_obj *parent;
	uint64_t checksum; /* of the columns that came in */
	uint64_t bad[8];   /* rows reported by row_error */
};

struct fake_held {
	struct fake_port *port;
	struct tw_batch *b;
	struct fake_text rows; /* as they were when emitted */
};

struct fake_entry;

struct fake_table {
	struct tw_state_spec spec;
	uint32_t slot_bytes;
	struct fake_entry *all, **buckets;
	uint64_t n, bytes;
	struct fake_entry **lent; /* whose slots the operator has pointers to */
	uint32_t n_lent, cap_lent;
	void **copies; /* read-only ones */
	uint32_t n_copies, cap_copies;
};

struct fake_lease {
	char *name, *type;
	intptr_t handle;
	void (*close)(intptr_t handle);
	struct fake_lease *next;
};

struct fake_watch {
	int fd;
	uint64_t token;
	struct fake_watch *next;
};

struct fake_binder {
	struct tw_bind b; /* first */
	struct tw_test *t;
};

struct tw_test {
	struct tw_ctx ctx; /* first: what the operator sees */
	const struct tw_kind *kind;
	struct tw_test_options options;
	void *op;
	bool created, failed, ended, in_call, closing;
	enum fake_role role;
	int64_t now, alarm;

	/* bind */
	json_t *config;
	struct fake_binder binder;
	void **blocks;
	uint32_t n_blocks, cap_blocks;
	struct fake_field *fields;
	uint32_t n_in;
	struct fake_family in_family[FAKE_INPUTS];
	struct tw_schema in_schema[FAKE_INPUTS];
	const struct tw_schema *in[FAKE_INPUTS];
	struct fake_port ports[FAKE_PORTS];
	uint32_t n_ports, raw_bytes, raw_count;
	bool text;

	/* extensions of the kind */
	const struct tw_source *source;
	const struct tw_watermark *watermark;
	const struct tw_timer *timer;
	const struct tw_finish *finish;

	/* memory */
	char *arena;
	uint32_t used; /* lines */
	struct fake_obj **objs;
	uint32_t n_objs, cap_objs, raws_in_use;
	struct fake_held held[FAKE_HELD];
	uint32_t n_held;
	struct fake_obj *input; /* the batch that process has and must let go */

	/* knobs */
	int64_t batches, hold, smaller, clones, text_bytes, raws, entries, state_bytes, io, wait_ms, origin;

	/* services */
	uint32_t n_tables;
	struct fake_table *tables[FAKE_INPUTS];
	struct tw_io *requests[64];
	uint32_t n_requests;
	struct fake_lease *leases;
	struct fake_watch *watches;
	uint32_t n_counters;
	char *counter_names[FAKE_COUNTERS];
	uint64_t counters[FAKE_COUNTERS];
	uint64_t n_made, n_fed, seq;
	uint32_t budget; /* of the present poll */
	struct fake_text errs, log, error;
};

/* fake.c */
_Noreturn void fake_die(const struct tw_test *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void fake_put(struct fake_text *t, const char *s, size_t len);
void fake_printf(struct fake_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void fake_text_free(struct fake_text *t);
static inline const char *fake_str(const struct fake_text *t)
{
	return t->s ? t->s : "";
}
void *fake_calloc(size_t n, size_t size);
void fake_must_be(const struct tw_test *t, enum fake_role role, const char *call);

static inline struct tw_test *fake_bind_test(struct tw_bind *b)
{
	return ((struct fake_binder *)b)->t;
}

/* fake_conf.c */
void fake_config(struct tw_test *t, const char *config);
const struct tw_conf *fake_conf_get(const struct tw_conf *map, const char *key);
const struct tw_conf *fake_conf_at(const struct tw_conf *v, uint32_t i, const char **key);
uint32_t fake_conf_len(const struct tw_conf *v);
enum tw_conf_kind fake_conf_kind(const struct tw_conf *v);
const char *fake_conf_str(const struct tw_conf *v);
int64_t fake_conf_i64(const struct tw_conf *v);
double fake_conf_f64(const struct tw_conf *v);
int fake_conf_boolean(const struct tw_conf *v);
int fake_conf_fail(struct tw_bind *b, const struct tw_conf *v, int offset, const char *what, const char *help);

/* fake_bind.c */
extern const struct tw_bind_host fake_bind_host;
int fake_schema_parse(struct tw_test *t, const char *text, uint32_t in);
void fake_bind_ports(struct tw_test *t);
void fake_layout(struct tw_test *t);
void fake_bind_fini(struct tw_test *t);

/* fake_mem.c */
void fake_mem_init(struct tw_test *t);
void fake_mem_fini(struct tw_test *t);
struct tw_batch *fake_batch(struct tw_test *t, struct fake_family *family, struct fake_port *port, uint32_t cls);
struct tw_batch *fake_clone(struct tw_test *t, struct tw_batch *of);
struct tw_raw *fake_buffer(struct tw_test *t, enum fake_kind kind, uint32_t bytes);
struct fake_obj *fake_obj_of_batch(struct tw_test *t, const struct tw_batch *b, const char *call);
struct fake_obj *fake_obj_of_raw(struct tw_test *t, const struct tw_raw *raw, const char *call);
struct tw_raw *fake_raw_at(struct tw_test *t, uint32_t data_place);
void fake_lend(struct tw_test *t, struct tw_batch *of, struct tw_batch *child);
void fake_unref(struct tw_test *t, struct fake_obj *o);
uint64_t fake_input_checksum(struct tw_test *t, const struct tw_batch *b);

/* fake_call.c */
enum fake_call { FAKE_PROCESS, FAKE_WATERMARK, FAKE_TIMER, FAKE_FINISH };
/* A call and its continuations, until it is done. */
int fake_call(struct tw_test *t, enum fake_call call, uint32_t port, struct tw_batch *b, int64_t wm);

/* fake_host.c */
extern const struct tw_host fake_host;
void fake_release_one(struct tw_test *t); /* the oldest emitted batch */
void fake_release_all(struct tw_test *t);

/* fake_json.c */
void fake_rows_put(struct fake_text *out, const struct tw_schema *s, const struct tw_batch *b);
void fake_string_put(struct fake_text *out, const char *s, size_t len);
void fake_row_fill(struct tw_test *t, const struct tw_schema *s, struct tw_batch *b, uint32_t row, json_t *json);

/* fake_state.c */
extern const struct tw_state_host fake_state_host;
void fake_state_add(struct tw_test *t, const struct tw_state_spec *spec);
void fake_state_settle(struct tw_test *t); /* pointers into slots are void now */
void fake_state_fini(struct tw_test *t);

/* fake_ext.c */
const void *fake_extension(struct tw_ctx *ctx, const char *id);
bool fake_io_run(struct tw_test *t); /* one request; false: none waits */
bool fake_fds_ready(struct tw_test *t, int wait_ms);
void fake_ext_fini(struct tw_test *t);

#endif
