/* scan.c - the JSON reader, by recursive descent of bounded depth; see scan.h. */
#include "scan.h"

#include "text.h"

#include <thalweg/text/utf8.h>

static const char *scan_value(struct scan *s, const char *p, uint16_t node);

/* Returns NULL, for the caller to return. */
static const char *fault(struct scan *s, const char *at, const char *what)
{
	s->fault = at == s->end ? "the document ends too early" : what;
	s->fault_at = (uint32_t)(at - s->start);
	return NULL;
}

static inline const char *skip_space(const struct scan *s, const char *p)
{
	/* there is none, mostly: one comparison says so */
	while (p < s->end && (unsigned char)*p <= ' ' && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	return p;
}

/* The rest of a string, past its opening quote. Past the closing quote. */
static inline const char *scan_string(struct scan *s, const char *p, uint8_t *is_escaped)
{
	const char *const start = p, *bad;
	unsigned high = 0;
	uint32_t c;

	*is_escaped = 0;
	for (;;) {
		p = text_stop(p, s->end, &high);
		if (p == s->end)
			return fault(s, p, "");
		if (*p == '"')
			break;
		if (*p != '\\')
			return fault(s, p, "control character in a string");
		*is_escaped = 1;
		bad = p;
		p = text_escape(p, s->end, &c);
		if (!p)
			return fault(s, bad, "bad escape in a string");
	}
	if (high && !s->lax) {
		bad = tw_not_utf8(start, p);
		if (bad)
			return fault(s, bad, "not UTF-8");
	}
	return p + 1;
}

/* The key's first 8 bytes, zeroes where it is shorter. */
static inline uint64_t word_of(const struct scan *s, const char *key, uint32_t len)
{
	uint64_t word = 0;

	if (len >= 8 || s->end - key < 8) {
		memcpy(&word, key, len < 8 ? len : 8);
		return word;
	}
	memcpy(&word, key, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return word & (((uint64_t)1 << 8 * len) - 1);
#else
	return len ? word & (UINT64_MAX << (64 - 8 * len)) : 0;
#endif
}

static uint16_t find_escaped(const struct scan *s, const struct shape_node *n, const char *key, const char *end)
{
	uint16_t m;

	for (m = n->members; m != SHAPE_NONE; m = s->shape->members[m].next)
		if (text_equals(key, end, s->shape->members[m].key, s->shape->members[m].len))
			return m;
	return SHAPE_NONE;
}

/* Does this member's key, and its closing quote, stand at p? */
static inline int is_at(const struct scan *s, const struct shape_member *m, const char *p)
{
	uint64_t word;

	if (s->end - p < 8 || s->end - p <= (int64_t)m->len || !m->is_plain)
		return 0;
	memcpy(&word, p, 8);
	return (word & m->mask) == m->quoted && (m->len < 8 || memcmp(p + 8, m->key + 8, m->len - 7) == 0);
}

/* A key of a map in which something is wanted, past its opening quote: *member is
 * what it is, or SHAPE_NONE. Records come in the same order mostly, so what followed
 * the last time is tried first. */
static const char *scan_key(struct scan *s, const char *p, const struct shape_node *n, uint16_t **guess,
			    uint16_t *member)
{
	const char *const key = p;
	uint16_t m = **guess;
	uint8_t is_escaped;
	uint32_t len;

	if (m != SHAPE_NONE && is_at(s, &s->shape->members[m], p)) {
		p += s->shape->members[m].len + 1;
	} else {
		p = scan_string(s, p, &is_escaped);
		if (!p)
			return NULL;
		len = (uint32_t)(p - 1 - key);
		m = is_escaped ? find_escaped(s, n, key, p - 1)
			       : shape_find(s->shape, n, word_of(s, key, len), key, len);
		if (m != SHAPE_NONE)
			**guess = m;
	}
	*member = m;
	if (m != SHAPE_NONE)
		*guess = &s->guess[m];
	return p;
}

/* The node below that a member leads to, at its first time. */
static inline uint16_t meet(struct scan *s, uint16_t member)
{
	if (member == SHAPE_NONE || s->is_met[member])
		return SHAPE_NONE;
	s->is_met[member] = 1;
	return s->shape->members[member].node;
}

static const char *scan_map(struct scan *s, const char *p, uint16_t node)
{
	const struct shape_node *n =
		node != SHAPE_NONE && s->shape->nodes[node].n_members ? &s->shape->nodes[node] : NULL;
	uint16_t *guess = n ? &s->guess[s->shape->n_members + node] : NULL, member = SHAPE_NONE;
	uint8_t is_escaped;

	p = skip_space(s, p + 1);
	if (p < s->end && *p == '}')
		return p + 1;
	for (;;) {
		if (p == s->end || *p != '"')
			return fault(s, p, "expected a key in quotes");
		p = n ? scan_key(s, p + 1, n, &guess, &member) : scan_string(s, p + 1, &is_escaped);
		if (!p)
			return NULL;
		p = skip_space(s, p);
		if (p == s->end || *p != ':')
			return fault(s, p, "expected a colon");
		p = scan_value(s, skip_space(s, p + 1), meet(s, member));
		if (!p)
			return NULL;
		p = skip_space(s, p);
		if (p == s->end || (*p != ',' && *p != '}'))
			return fault(s, p, "expected a comma or \"}\"");
		if (*p == '}')
			return p + 1;
		p = skip_space(s, p + 1);
	}
}

static uint16_t element(struct scan *s, uint16_t node, uint32_t i)
{
	uint16_t m;

	if (node == SHAPE_NONE || i >= s->shape->nodes[node].elements)
		return SHAPE_NONE;
	for (m = s->shape->nodes[node].members; m != SHAPE_NONE; m = s->shape->members[m].next)
		if (s->shape->members[m].index == i)
			return meet(s, m);
	return SHAPE_NONE;
}

static const char *scan_list(struct scan *s, const char *p, uint16_t node)
{
	uint32_t i;

	p = skip_space(s, p + 1);
	if (p < s->end && *p == ']')
		return p + 1;
	for (i = 0;; i++) {
		p = scan_value(s, p, element(s, node, i));
		if (!p)
			return NULL;
		p = skip_space(s, p);
		if (p == s->end || (*p != ',' && *p != ']'))
			return fault(s, p, "expected a comma or \"]\"");
		if (*p == ']')
			return p + 1;
		p = skip_space(s, p + 1);
	}
}

/* Past `word`, whose first letter is at p. */
static const char *scan_word(struct scan *s, const char *p, const char *word)
{
	const char *const start = p;

	for (; *word; word++, p++)
		if (p == s->end || *p != *word)
			return fault(s, p == s->end ? p : start, "expected a value");
	return p;
}

static const char *scan_number(struct scan *s, const char *p, struct tw_number *number)
{
	const char *const start = p, *bad = p;

	p = tw_number_scan(p, s->end, number, &bad);
	return p ? p : fault(s, bad, bad == start ? "expected a value" : "bad number");
}

/* A map or list, one level down. */
static const char *scan_inner(struct scan *s, const char *p, uint16_t node)
{
	if (s->depth == SHAPE_DEPTH)
		return fault(s, p, "nested more than 64 deep");
	s->depth++;
	p = *p == '{' ? scan_map(s, p, node) : scan_list(s, p, node);
	s->depth--;
	return p;
}

/* Where a value at a node goes; what nobody wants goes to the spare one. */
static inline struct value *place_of(const struct scan *s, uint16_t node)
{
	const uint16_t slot = node == SHAPE_NONE ? SHAPE_NONE : s->shape->nodes[node].slot;

	return &s->values[slot == SHAPE_NONE ? s->shape->n_slots : slot];
}

static const char *scan_value(struct scan *s, const char *p, uint16_t node)
{
	const char *const start = p;
	struct value *const v = place_of(s, node);
	uint8_t kind;

	if (p == s->end)
		return fault(s, p, "");
	switch (*p) {
	case '"':
		kind = VALUE_STRING;
		p = scan_string(s, p + 1, &v->is_escaped);
		break;
	case '{':
	case '[':
		kind = *p == '{' ? VALUE_MAP : VALUE_LIST;
		p = scan_inner(s, p, node);
		break;
	case 't':
		kind = VALUE_TRUE;
		p = scan_word(s, p, "true");
		break;
	case 'f':
		kind = VALUE_FALSE;
		p = scan_word(s, p, "false");
		break;
	case 'n':
		kind = VALUE_NULL;
		p = scan_word(s, p, "null");
		break;
	default:
		kind = VALUE_NUMBER;
		p = scan_number(s, p, &v->number);
		break;
	}
	if (!p)
		return NULL;
	v->kind = kind;
	v->off = (uint32_t)(start - s->start);
	v->len = (uint32_t)(p - start);
	return p;
}

size_t scan_bytes(const struct shape *shape)
{
	return (shape->n_slots + 1u) * sizeof(struct value) + (shape->n_members + shape->n_nodes) * sizeof(uint16_t) +
	       shape->n_members;
}

void scan_init(struct scan *s, const struct shape *shape, int lax, void *memory)
{
	*s = (struct scan){.shape = shape, .lax = lax};
	s->values = memory;
	s->guess = (uint16_t *)(s->values + shape->n_slots + 1);
	s->is_met = (uint8_t *)(s->guess + shape->n_members + shape->n_nodes);
	memset(s->guess, 0xff, (shape->n_members + shape->n_nodes) * sizeof *s->guess);
}

enum scan_result scan_document(struct scan *s, const char *p, uint32_t len)
{
	uint32_t i;

	s->start = p;
	s->end = p + len;
	s->depth = 0;
	s->fault = NULL;
	p = skip_space(s, p);
	if (p == s->end)
		return SCAN_EMPTY;
	for (i = 0; i < s->shape->n_slots; i++)
		s->values[i].kind = VALUE_MISSING;
	memset(s->is_met, 0, s->shape->n_members);
	p = scan_value(s, p, 0);
	if (!p)
		return SCAN_BAD;
	p = skip_space(s, p);
	if (p == s->end)
		return SCAN_OK;
	fault(s, p, "more after the end of the document");
	return SCAN_BAD;
}
