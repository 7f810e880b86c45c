/* shape.c - builds the tree of wanted places; see shape.h. [control] */
#include "shape.h"

static uint16_t new_node(struct shape *s)
{
	s->nodes[s->n_nodes] = (struct shape_node){.slot = SHAPE_NONE, .members = SHAPE_NONE};
	return (uint16_t)s->n_nodes++;
}

void shape_init(struct shape *s, const struct shape_memory *m, uint32_t n_tokens)
{
	*s = (struct shape){0};
	s->nodes = m->alloc(m->arg, (n_tokens + 1u) * sizeof *s->nodes);
	s->members = m->alloc(m->arg, (n_tokens + 1u) * sizeof *s->members);
	new_node(s);
}

uint32_t shape_tokens(const char *pointer)
{
	uint32_t n = 0;

	for (; *pointer; pointer++)
		n += *pointer == '/';
	return n;
}

/* An index of an array has no leading zero, and no line has 10^9 elements. */
static uint32_t index_of(const char *key, uint32_t len)
{
	uint32_t i, v = 0;

	if (len == 0 || len > 9 || (key[0] == '0' && len > 1))
		return UINT32_MAX;
	for (i = 0; i < len; i++) {
		if (key[i] < '0' || key[i] > '9')
			return UINT32_MAX;
		v = v * 10 + (uint32_t)(key[i] - '0');
	}
	return v;
}

static int is_plain(const char *key, uint32_t len)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)key[i] < 0x20 || key[i] == '"' || key[i] == '\\')
			return 0;
	return 1;
}

/* The node at a key below a node, made if it is not there. key[len] is a quote. */
static uint16_t below(struct shape *s, uint16_t parent, const char *key, uint32_t len)
{
	struct shape_node *p = &s->nodes[parent];
	struct shape_member *m;
	uint16_t i;

	for (i = p->members; i != SHAPE_NONE; i = s->members[i].next)
		if (s->members[i].len == len && memcmp(s->members[i].key, key, len) == 0)
			return s->members[i].node;
	m = &s->members[s->n_members];
	m->key = key;
	m->len = len;
	memcpy(&m->word, key, len < 8 ? len : 8);
	memcpy(&m->quoted, key, len < 7 ? len + 1 : 8);
	memset(&m->mask, 0xff, len < 7 ? len + 1 : 8);
	m->index = index_of(key, len);
	m->is_plain = (uint8_t)is_plain(key, len);
	m->next = p->members;
	p->members = (uint16_t)s->n_members++;
	p->n_members++;
	if (m->index != UINT32_MAX && m->index >= p->elements)
		p->elements = m->index + 1;
	m->node = new_node(s);
	return m->node;
}

static int want(struct shape *s, uint16_t node)
{
	if (s->nodes[node].slot == SHAPE_NONE)
		s->nodes[node].slot = (uint16_t)s->n_slots++;
	return node;
}

int shape_add_name(struct shape *s, const struct shape_memory *m, const char *name)
{
	const uint32_t len = (uint32_t)strlen(name);
	char *key = m->alloc(m->arg, len + 1u);

	memcpy(key, name, len);
	key[len] = '"';
	return want(s, below(s, 0, key, len));
}

/* The token at p, up to the next slash, with ~0 and ~1 decoded, and a quote. NULL:
 * *p is where it is wrong. */
static char *token(const struct shape_memory *m, const char **p, uint32_t *len)
{
	char *key = m->alloc(m->arg, strcspn(*p, "/") + 1u);
	uint32_t n = 0;

	while (**p && **p != '/') {
		char c = *(*p)++;

		if (c == '~') {
			if (**p != '0' && **p != '1')
				return NULL;
			c = *(*p)++ == '0' ? '~' : '/';
		}
		key[n++] = c;
	}
	key[n] = '"';
	*len = n;
	return key;
}

int shape_add_pointer(struct shape *s, const struct shape_memory *m, const char *pointer, int *bad, const char **why)
{
	const char *p = pointer, *key;
	uint16_t node = 0;
	uint32_t len, depth;

	for (depth = 0; *p; depth++) {
		*bad = (int)(p - pointer);
		*why = "a JSON pointer is empty or starts with \"/\"";
		if (*p != '/')
			return -1;
		*why = "no document that is accepted is that deep: at most 64 levels";
		if (depth == SHAPE_DEPTH)
			return -1;
		p++;
		key = token(m, &p, &len);
		*bad = (int)(p - pointer) - 1;
		*why = "in a JSON pointer \"~\" is followed by 0 (for \"~\") or 1 (for \"/\")";
		if (!key)
			return -1;
		node = below(s, node, key, len);
	}
	return want(s, node);
}

void shape_finish(struct shape *s, const struct shape_memory *m)
{
	uint32_t i, k, size, at = 0;
	uint16_t x;

	for (i = 0; i < s->n_nodes; i++) {
		for (size = 1; size < 2u * s->nodes[i].n_members + 1u; size *= 2)
			;
		s->nodes[i].table = at;
		s->nodes[i].mask = size - 1;
		at += size;
	}
	s->table = m->alloc(m->arg, at * sizeof *s->table);
	memset(s->table, 0xff, at * sizeof *s->table);
	for (i = 0; i < s->n_nodes; i++) {
		for (x = s->nodes[i].members; x != SHAPE_NONE; x = s->members[x].next) {
			k = shape_hash(s->members[x].word, s->members[x].len);
			while (s->table[s->nodes[i].table + (k & s->nodes[i].mask)] != SHAPE_NONE)
				k++;
			s->table[s->nodes[i].table + (k & s->nodes[i].mask)] = x;
		}
	}
}
