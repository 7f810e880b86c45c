/*
 * mould.h - documents of a shape that was met before.
 *
 * Records of a stream are alike: the same keys in the same order, values of the same
 * kinds. A document whose outline has the same characters as one that was read and
 * found valid, and whose keys are the same bytes, is valid if its values are, and has
 * the wanted values at the same marks. So nothing is parsed but the values: the
 * characters are compared as a whole, each key in one go. What fits no mould is read
 * by scan.h, which is the one that knows JSON and finds the words for what is wrong;
 * then it becomes a mould itself.
 */
#ifndef PARSE_JSON_MOULD_H
#define PARSE_JSON_MOULD_H

#include "outline.h"
#include "scan.h"

#define MOULDS 32u
#define MOULD_KEYS 160u
#define MOULD_TEXT 4096u /* bytes of keys */

typedef uint64_t mould_word __attribute__((vector_size(16)));

/* A key with its closing quote, which makes its length known: n bytes in all. */
struct mould_key {
	mould_word word, mask; /* the first 16, and which bits of them count; of a late key the last 16 */
	uint32_t mark;         /* of its opening quote */
	uint32_t n;
	const char *text;
};

/* Of a slot of the shape. */
struct mould_value {
	uint16_t mark, last; /* of a map or list the closing bracket */
	uint8_t kind;        /* enum value_kind; of a bool VALUE_TRUE; VALUE_MISSING: not there */
};

struct mould {
	uint64_t hash;
	uint32_t n_marks; /* 0: not in use */
	uint32_t n_keys;
	uint32_t n_early; /* the first so many have 16 bytes of the document behind their begin; the others are late */
	uint32_t n_long;  /* keys of more than 16 bytes */
	uint32_t n_numbers;
	uint32_t n_words;
	uint8_t what[OUTLINE_MARKS + 16]; /* zeroes behind */
	struct mould_key keys[MOULD_KEYS];
	uint8_t longs[MOULD_KEYS];
	uint16_t numbers[OUTLINE_MARKS], words[OUTLINE_MARKS]; /* marks of those that nobody wants */
	char text[MOULD_TEXT];
	struct mould_value *values; /* per slot */
};

/* A document's reader: all that an instance has. */
struct document {
	struct scan scan; /* its values and fault are the result */
	outline_fn *outline_of;
	uint32_t latest; /* the mould that fitted last */
	uint32_t oldest; /* the mould to be replaced next */
	uint32_t debt;   /* grows with each document that fits none */
	uint32_t rest;   /* so many documents are not tried, for too few have fitted */
	int may_learn;   /* there is an outline, and it is of no mould */
	uint64_t hash;   /* of that outline */
	struct outline outline;
	struct mould moulds[MOULDS];
};

/* Bytes of working memory besides the struct, and set it up in there (zeroed). [control] */
size_t document_bytes(const struct shape *shape);
void document_init(struct document *d, const struct shape *shape, int lax, enum tw_simd level, void *memory);

/* As scan_document; the values are in d->scan. [worker] */
enum scan_result document_read(struct document *d, const char *p, uint32_t len);

/* The same in two steps, for who puts values where they belong at once. The mould that
 * a document fits: it is valid if its wanted values are, which are not read yet, and
 * lie at the marks of d->outline that m->values says. NULL: it fits none. [worker] */
const struct mould *document_fit(struct document *d, const char *p, uint32_t len);

/* Read one of those values. 0: it is no value, so the document is not valid. [worker] */
int document_value(const struct outline *o, const struct mould_value *m, const char *p, struct value *v);

/* Read a document that fits none, or did not hold what it promised. [worker] */
enum scan_result document_scan(struct document *d, const char *p, uint32_t len);

#endif
