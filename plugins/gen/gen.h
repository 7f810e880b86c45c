/*
 * gen.h - private to gen: fields, the values they have, batches of them.
 *
 * A value depends on the seed, the field's name and the row's number alone, so that
 * rows are the same in batches of any size, and on any machine: only integers and
 * plain IEEE arithmetic are used. But for DUE, which tells the time.
 */
#ifndef GEN_H
#define GEN_H

#include <stdbool.h>
#include <thalweg/ext/source.h>
#include <thalweg/ext/timer.h>
#include <thalweg/plugin.h>

#define LENGTH_MAX 4096u /* of a text */
#define ZIPF_MAX 1000000u
#define LETTERS_MAX 256u
#define MAX_OUT 16u

enum method { SEQ, UNIFORM, NORMAL, ZIPF, CHOICE, CONST, TIME, HEX, TEXT, DUE, METHODS };

/* A value written in the config. */
struct item {
	int64_t i;
	double d;
	const char *s;
	uint32_t len;
	const char *json; /* as JSON */
	uint32_t json_len;
};

struct spec {
	const char *name;
	const struct tw_field *field; /* NULL where records are JSON */
	uint32_t type, scale;
	enum method method;
	uint64_t salt;          /* of the seed and the name */
	uint64_t null_below;    /* null if a random number is below */
	bool is_real;           /* d counts, else i */
	int64_t start, step;    /* SEQ, TIME; UNIFORM: start is the least value ... */
	uint64_t span;          /* ... and this one less than the number of values; TIME: jitter */
	double d_start, d_step; /* the same of real ones; NORMAL: mean and standard deviation */
	uint32_t n;             /* ZIPF, HEX: different values; CHOICE: items; 0: no limit */
	const double *sums;     /* ZIPF: 1 + 1/2 + ... + 1/(k+1) */
	const struct item *items;
	const char *prefix;
	uint32_t prefix_len;
	uint32_t least, most; /* TEXT, HEX: length in characters */
	uint32_t n_letters;   /* TEXT with an alphabet; else 0 */
	const char *letters;
	const uint32_t *letter_at; /* [n_letters + 1] where each begins */
	uint32_t json_most;        /* bytes of the generated part in JSON */
	bool has_escapes;          /* some letters are written otherwise in JSON */
	const char *lead;          /* of JSON: {"name": or ,"name": */
	uint32_t lead_len;
	const char *json_prefix; /* the prefix, escaped */
	uint32_t json_prefix_len;
};

struct conf {
	uint32_t n_specs;
	const struct spec *specs;
	const struct tw_field *line; /* records are JSON in this column; or NULL */
	uint32_t json_max;           /* longest record */
	uint64_t count;              /* 0: no end */
	double rate;                 /* of the clock */
};

/* When records are due. */
struct clock {
	double rate;      /* records a second; 0: as fast as possible */
	int64_t start_ns; /* when row 0 was due; without a rate: now. 0: not begun */
};

static inline int64_t due_ns(const struct clock *c, uint64_t row)
{
	return c->rate > 0 ? c->start_ns + (int64_t)((double)row / c->rate * 1e9) : c->start_ns;
}

struct value {
	bool is_null;
	int64_t i;
	double d;
	const struct item *item; /* CHOICE, CONST; else NULL */
	const char *s;           /* of str and bytes: prefix and generated part apart */
	uint32_t len;
};

int gen_bind(struct tw_bind *b); /* bind.c */

/* params.c: what a field's config says, for its method. [control: bind] */
void params_read(struct tw_bind *b, const struct tw_conf *v, struct spec *s);
const struct tw_conf *param(struct tw_bind *b, const struct tw_conf *v, const char *key);

/* value.c: the value of a field in a row. Texts are in the spec or in scratch, of
 * LENGTH_MAX bytes. Pure. */
void value_of(const struct spec *s, uint64_t row, const struct clock *clock, struct value *v, char *scratch);
uint64_t mix(uint64_t x);
int64_t in_range(uint32_t type, int64_t v); /* the nearest that the type can hold */
double round_real(double d);                /* to a multiple of 10^-6, where that is exact */

/* fill.c: rows first.. of b; how many fitted, at most n. [worker] */
uint32_t fill_columns(struct tw_ctx *ctx, const struct conf *c, const struct clock *clock, struct tw_batch *b,
		      uint64_t first, uint32_t n);

/* json.c: a record as JSON text, of at most json_max bytes. Pure. */
char *put_record(const struct conf *c, uint64_t row, const struct clock *clock, char *to, char *scratch);
char *put_int(char *to, int64_t v);
uint32_t json_bound(const struct spec *s);

/* time.c: RFC 3339 in UTC, both ways. Pure. */
bool time_parse(const char *s, int64_t *ns);
char *time_put(char *to, int64_t ns);

#endif
