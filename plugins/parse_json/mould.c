/* mould.c - see mould.h. */
#include "mould.h"

#include "text.h"

#include <thalweg/text/utf8.h>

/* A document that fits no mould costs about eight times what one saves that does. */
#define DEBT 8u
#define DEBT_MAX 256u
#define REST 1024u

/* At the end of a number or word: is the next mark all that follows? */
static inline int is_end(const char *q, const char *next)
{
	while (q < next && (*q == ' ' || *q == '\t' || *q == '\n' || *q == '\r'))
		q++;
	return q == next;
}

static inline int read_number(const struct outline *o, const char *p, uint32_t mark, struct value *v)
{
	const char *const at = p + o->at[mark], *const next = p + o->at[mark + 1], *bad, *q;

	v->kind = VALUE_NUMBER;
	v->len = (uint32_t)(next - at);
	if (v->len <= 8 && next - p >= 8 && tw_number_scan_short(next, v->len, &v->number))
		return 1;
	q = tw_number_scan(at, p + o->at[o->n], &v->number, &bad);
	v->len = (uint32_t)(q - at);
	return q && (q == next || is_end(q, next));
}

/* true, false or null. */
static inline int read_word(const char *at, const char *next, struct value *v)
{
	const uint32_t len = *at == 'f' ? 5 : 4;

	v->kind = *at == 't' ? VALUE_TRUE : *at == 'f' ? VALUE_FALSE : VALUE_NULL;
	v->len = len;
	return next - at >= (int64_t)len &&
	       memcmp(at,
		      *at == 't'   ? "true"
		      : *at == 'f' ? "false"
				   : "null",
		      len) == 0 &&
	       is_end(at + len, next);
}

int document_value(const struct outline *o, const struct mould_value *m, const char *p, struct value *v)
{
	const uint32_t at = o->at[m->mark];

	v->off = at;
	v->kind = m->kind;
	switch (m->kind) {
	case VALUE_MISSING: return 1;
	case VALUE_STRING:
		v->len = o->at[m->mark + 1] - at + 1;
		v->is_escaped = outline_is_escaped(o, at, at + v->len);
		return 1;
	case VALUE_NUMBER: return read_number(o, p, m->mark, v);
	case VALUE_LIST:
	case VALUE_MAP: v->len = o->at[m->last] - at + 1; return 1;
	default: return read_word(p + at, p + o->at[m->mark + 1], v);
	}
}

/* All escapes are ones. A pair of surrogates is one escape with two backslashes. */
static int are_escapes(const struct outline *o, const char *p)
{
	const char *past = p;
	uint32_t i, c;

	for (i = 0; i < o->n_escapes; i++) {
		if (p + o->escapes[i] < past)
			continue;
		past = text_escape(p + o->escapes[i], p + o->at[o->n], &c);
		if (!past)
			return 0;
	}
	return 1;
}

static inline mould_word load(const void *at)
{
	mould_word word;

	memcpy(&word, at, sizeof word);
	return word;
}

/* The marks are the same. */
static inline int is_alike(const struct outline *o, const struct mould *m)
{
	mould_word diff = {0, 0};
	uint32_t i;

	if (o->n != m->n_marks)
		return 0;
	for (i = 0; i < o->n; i += 16)
		diff |= load(o->what + i) ^ load(m->what + i);
	return (diff[0] | diff[1]) == 0;
}

/* A key so near to the document's end that the 16 bytes before the key's end are
 * compared. */
static inline mould_word late_diff(const struct mould_key *k, const char *p, uint32_t at, uint32_t len)
{
	const mould_word none = {0, 0}, all = {1, 1};

	if (at + k->n > len)
		return all;
	if (at + k->n < 16)
		return memcmp(p + at, k->text, k->n) == 0 ? none : all;
	return (load(p + at + k->n - 16) ^ k->word) & k->mask;
}

static inline int are_keys(const struct outline *o, const struct mould *m, const char *p)
{
	const uint32_t len = o->at[o->n];
	mould_word diff = {0, 0};
	uint32_t i;

	for (i = 0; i < m->n_early; i++)
		diff |= (load(p + o->at[m->keys[i].mark] + 1) ^ m->keys[i].word) & m->keys[i].mask;
	for (; i < m->n_keys; i++)
		diff |= late_diff(&m->keys[i], p, o->at[m->keys[i].mark] + 1u, len);
	if (diff[0] | diff[1])
		return 0;
	for (i = 0; i < m->n_long; i++) {
		const struct mould_key *k = &m->keys[m->longs[i]];
		const uint32_t at = o->at[k->mark] + 1u;

		if (at + k->n > len || memcmp(p + at, k->text, k->n) != 0)
			return 0;
	}
	return 1;
}

static inline int others_are_valid(const struct outline *o, const struct mould *m, const char *p)
{
	struct value v;
	uint32_t i;

	for (i = 0; i < m->n_numbers; i++)
		if (!read_number(o, p, m->numbers[i], &v))
			return 0;
	for (i = 0; i < m->n_words; i++)
		if (!read_word(p + o->at[m->words[i]], p + o->at[m->words[i] + 1], &v))
			return 0;
	return 1;
}

/* Whether the document is of this mould, and valid but for its wanted values. */
static inline int fits(const struct scan *s, const struct outline *o, const struct mould *m, const char *p)
{
	if (!is_alike(o, m) || !are_keys(o, m, p) || !others_are_valid(o, m, p))
		return 0;
	if (o->n_escapes && !are_escapes(o, p))
		return 0;
	return o->high_to == 0 || s->lax || !tw_not_utf8(p + o->high_from, p + o->high_to);
}

static uint64_t hash_of(const struct outline *o)
{
	uint64_t h = o->n, word;
	uint32_t i;

	for (i = 0; i + 8 <= o->n; i += 8) {
		memcpy(&word, o->what + i, 8);
		h = (h ^ word) * 0x9E3779B97F4A7C15u;
		h ^= h >> 32;
	}
	for (; i < o->n; i++)
		h = (h ^ o->what[i]) * 0x9E3779B97F4A7C15u;
	return h ^ h >> 29;
}

/* The mark at a byte of the document; there is one. */
static uint16_t mark_at(const struct outline *o, uint32_t byte)
{
	uint16_t i;

	for (i = 0; o->at[i] != byte; i++)
		;
	return i;
}

static void learn_values(struct mould *m, const struct scan *s, const struct outline *o)
{
	uint32_t i;

	for (i = 0; i < s->shape->n_slots; i++) {
		const struct value *v = &s->values[i];
		struct mould_value *to = &m->values[i];

		*to = (struct mould_value){.kind = v->kind == VALUE_FALSE ? VALUE_TRUE : v->kind};
		if (v->kind == VALUE_MISSING)
			continue;
		to->mark = mark_at(o, v->off);
		if (v->kind == VALUE_MAP || v->kind == VALUE_LIST)
			to->last = mark_at(o, v->off + v->len - 1);
	}
}

static int is_wanted(const struct mould *m, uint32_t n_slots, uint16_t mark)
{
	uint32_t i;

	for (i = 0; i < n_slots; i++)
		if (m->values[i].kind != VALUE_MISSING && m->values[i].mark == mark)
			return 1;
	return 0;
}

/* 0: no room for it. */
static int learn_key(struct mould *m, const struct outline *o, const char *p, uint16_t mark, uint32_t *text)
{
	struct mould_key *k = &m->keys[m->n_keys];
	const char *const at = p + o->at[mark] + 1;
	const uint32_t n = (uint32_t)(o->at[mark + 1] - o->at[mark]), some = n < 16 ? n : 16;
	const int is_early = o->n - mark > 17u; /* each mark behind it is a byte */

	if (m->n_keys == MOULD_KEYS || n > MOULD_TEXT - *text)
		return 0;
	*k = (struct mould_key){.mark = mark, .n = n, .text = m->text + *text};
	memcpy(m->text + *text, at, n);
	*text += n;
	memcpy(is_early ? (char *)&k->word : (char *)&k->word + 16 - some, is_early ? at : at + n - some, some);
	memset(is_early ? (char *)&k->mask : (char *)&k->mask + 16 - some, 0xff, some);
	if (n > 16)
		m->longs[m->n_long++] = (uint8_t)m->n_keys;
	m->n_early += (uint32_t)is_early;
	m->n_keys++;
	return 1;
}

/* Make a mould of a document that was just read and found valid. */
static void learn(struct document *d, const char *p)
{
	const struct outline *const o = &d->outline;
	struct mould *const m = &d->moulds[d->oldest];
	uint32_t text = 0;
	uint16_t i;

	m->n_marks = m->n_keys = m->n_early = m->n_long = m->n_numbers = m->n_words = 0;
	learn_values(m, &d->scan, o);
	for (i = 0; i < o->n; i++) {
		switch (o->what[i]) {
		case '"':
			if (i + 2u < o->n && o->what[i + 2] == ':' && !learn_key(m, o, p, i, &text))
				return;
			i++;
			break;
		case '0':
			if (!is_wanted(m, d->scan.shape->n_slots, i))
				m->numbers[m->n_numbers++] = i;
			break;
		case 't':
		case 'n':
			if (!is_wanted(m, d->scan.shape->n_slots, i))
				m->words[m->n_words++] = i;
			break;
		default: break;
		}
	}
	memcpy(m->what, o->what, o->n + 16);
	m->n_marks = o->n;
	m->hash = d->hash;
	d->latest = d->oldest;
	d->oldest = (d->oldest + 1) % MOULDS;
}

/* The one that fitted last does not. */
static const struct mould *fit_other(struct document *d, const char *p)
{
	uint32_t i;

	d->hash = hash_of(&d->outline);
	for (i = 0; i < MOULDS; i++) {
		if (i == d->latest || d->moulds[i].hash != d->hash || !fits(&d->scan, &d->outline, &d->moulds[i], p))
			continue;
		d->latest = i;
		return &d->moulds[i];
	}
	d->may_learn = 1;
	d->debt += DEBT;
	if (d->debt > DEBT_MAX) {
		d->debt = 0;
		d->rest = REST;
	}
	return NULL;
}

const struct mould *document_fit(struct document *d, const char *p, uint32_t len)
{
	d->may_learn = 0;
	if (d->rest) {
		d->rest--;
		return NULL;
	}
	if (!d->outline_of(&d->outline, p, len) || d->outline.n == 0)
		return NULL;
	if (!fits(&d->scan, &d->outline, &d->moulds[d->latest], p))
		return fit_other(d, p);
	d->debt -= d->debt > 0;
	return &d->moulds[d->latest];
}

enum scan_result document_scan(struct document *d, const char *p, uint32_t len)
{
	const enum scan_result r = scan_document(&d->scan, p, len);

	if (r == SCAN_OK && d->may_learn)
		learn(d, p);
	return r;
}

enum scan_result document_read(struct document *d, const char *p, uint32_t len)
{
	const struct mould *m = document_fit(d, p, len);
	const uint32_t n = d->scan.shape->n_slots;
	uint32_t i = 0;

	while (m && i < n && document_value(&d->outline, &m->values[i], p, &d->scan.values[i]))
		i++;
	return m && i == n ? SCAN_OK : document_scan(d, p, len);
}

size_t document_bytes(const struct shape *shape)
{
	return scan_bytes(shape) + sizeof(struct value) + MOULDS * (shape->n_slots + 1u) * sizeof(struct mould_value);
}

void document_init(struct document *d, const struct shape *shape, int lax, enum tw_simd level, void *memory)
{
	struct mould_value *const values = memory;
	const size_t bytes = MOULDS * (shape->n_slots + 1u) * sizeof *values;
	uint32_t i;

	for (i = 0; i < MOULDS; i++)
		d->moulds[i].values = values + i * (shape->n_slots + 1u);
	d->outline_of = outline_kernel(level);
	/* the values of scan have 8-byte members */
	scan_init(&d->scan, shape, lax, (char *)memory + (bytes + 7) / 8 * 8);
}
