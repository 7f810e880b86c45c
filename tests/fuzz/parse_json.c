/*
 * parse_json.c - a fuzz target: parse_json against jansson, by libFuzzer.
 *
 * The input is a stream of lines, as the operator gets them, so that a line may fit
 * the mould of one before it. Each line is read by the recursive reader and, at each
 * level of instructions, by moulds: all must agree on the verdict and the values, and
 * with jansson. What differs is printed, and the program ends by abort().
 */
#include "against.h"
#include "help.h"
#include "mould.h"

static const char *const pointers[] = {"",     "/a", "/b", "/a/b", "/a/0", "/0", "/1/a", "/long key, more than a word",
				       "/b/1", NULL};

/* Made at the first input and used for all. */
struct state {
	struct reader plain;
	struct document *documents[TW_SIMD_AVX512 + 1];
	uint32_t n_levels;
	char *edge;
};

static void state_init(struct state *s)
{
	uint32_t level;

	reader_init(&s->plain, pointers, 0);
	s->edge = edge_new();
	s->n_levels = (uint32_t)tw_simd_machine() + 1;
	for (level = 0; level < s->n_levels; level++) {
		s->documents[level] = calloc(1, sizeof(struct document));
		document_init(s->documents[level], &s->plain.shape, 0, (enum tw_simd)level,
			      calloc(1, document_bytes(&s->plain.shape)));
	}
}

/* What one input taught must not decide over the next, or nothing could be repeated. */
static void forget(struct document *d)
{
	uint32_t i;

	for (i = 0; i < MOULDS; i++)
		d->moulds[i].n_marks = 0;
	d->latest = d->oldest = d->debt = d->rest = 0;
}

static void differs(const char *p, size_t len, const char *what)
{
	fprintf(stderr, "%s, in: %.*s\n", what, (int)len, p);
	abort();
}

static int is_same(const struct value *x, const struct value *y)
{
	if (x->kind != y->kind)
		return 0;
	if (x->kind == VALUE_MISSING)
		return 1;
	return x->off == y->off && x->len == y->len && (x->kind != VALUE_STRING || x->is_escaped == y->is_escaped) &&
	       (x->kind != VALUE_NUMBER ||
		(x->number.mantissa == y->number.mantissa && x->number.exponent == y->number.exponent &&
		 x->number.is_negative == y->number.is_negative && x->number.is_small == y->number.is_small));
}

static void read_line(struct state *s, const char *text, size_t len)
{
	const char *const p = edge_put(s->edge, text, len);
	const struct scan *const plain = &s->plain.scan;
	const enum scan_result got = scan_document(&s->plain.scan, p, (uint32_t)len);
	json_t *v;
	const int want = ask(text, len, &v);
	uint32_t i, level;

	if (want >= 0 && want != (got == SCAN_OK))
		differs(text, len, want ? "only jansson takes it" : "only jansson refuses it");
	if (want == 1 && !has_equal_keys(text, len))
		for (i = 0; pointers[i]; i++)
			if (!is_value(p, &plain->values[i], resolve(v, pointers[i])))
				differs(text, len, pointers[i]);
	json_decref(v);
	for (level = 0; level < s->n_levels; level++) {
		if (document_read(s->documents[level], p, (uint32_t)len) != got)
			differs(text, len, "the mould does not agree");
		for (i = 0; got == SCAN_OK && pointers[i]; i++)
			if (!is_same(&s->documents[level]->scan.values[i], &plain->values[i]))
				differs(text, len, "the mould has another value");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct state state;
	const char *p = (const char *)data, *const end = p + size;
	uint32_t level;

	if (!state.edge)
		state_init(&state);
	for (level = 0; level < state.n_levels; level++)
		forget(state.documents[level]);
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *stop = lf ? lf : end;

		read_line(&state, p, (size_t)(stop - p));
		p = stop + 1;
	}
	return 0;
}
