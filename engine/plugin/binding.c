/* plugin/binding.c - slots, families and their layout; see binding.h. */
#include <plugin/binding.h>

#include <stdlib.h>

static void *must(void *p)
{
	if (!p) {
		fputs("thalweg: out of memory while loading a graph\n", stderr);
		abort();
	}
	return p;
}

/* Room for one more item in a growing array. */
static void *grow(void *items, uint32_t n, uint32_t *cap, size_t size)
{
	if (n < *cap)
		return items;
	*cap = *cap ? 2 * *cap : 32;
	return must(realloc(items, *cap * size));
}

void *tw_binding_alloc(struct tw_binding *g, size_t bytes)
{
	void *p = must(calloc(1, bytes ? bytes : 1));

	g->blocks = grow(g->blocks, g->n_blocks, &g->cap_blocks, sizeof *g->blocks);
	g->blocks[g->n_blocks++] = p;
	return p;
}

char *tw_binding_strdup(struct tw_binding *g, const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(tw_binding_alloc(g, n), s, n);
}

void tw_binding_fini(struct tw_binding *g)
{
	uint32_t i;

	for (i = 0; i < g->n_blocks; i++)
		free(g->blocks[i]);
	free(g->blocks);
	free(g->slots);
	free(g->family_up);
	free(g->fields);
}

uint32_t tw_binding_family(struct tw_binding *g)
{
	g->family_up = grow(g->family_up, g->n_families, &g->cap_families, sizeof *g->family_up);
	g->family_up[g->n_families] = g->n_families;
	return g->n_families++;
}

uint32_t tw_binding_family_of(struct tw_binding *g, uint32_t f)
{
	while (g->family_up[f] != f)
		f = g->family_up[f];
	return f;
}

uint32_t tw_binding_slot_of(struct tw_binding *g, uint32_t s)
{
	while (g->slots[s].up != s)
		s = g->slots[s].up;
	return s;
}

void tw_binding_merge_families(struct tw_binding *g, uint32_t a, uint32_t b)
{
	g->family_up[tw_binding_family_of(g, b)] = tw_binding_family_of(g, a);
}

void tw_binding_merge_slots(struct tw_binding *g, uint32_t a, uint32_t b)
{
	g->slots[tw_binding_slot_of(g, b)].up = tw_binding_slot_of(g, a);
}

static struct tw_bound_field *new_field(struct tw_binding *g, const char *name)
{
	struct tw_bound_field *f = tw_binding_alloc(g, sizeof *f);

	f->f.name = tw_binding_strdup(g, name);
	g->fields = grow(g->fields, g->n_fields, &g->cap_fields, sizeof(struct tw_bound_field *));
	g->fields[g->n_fields++] = f;
	return f;
}

struct tw_bound_field *tw_binding_field(struct tw_binding *g, const char *name, struct tw_field_type t, uint32_t family)
{
	struct tw_bound_field *f = new_field(g, name);

	f->f.type = (uint8_t)t.type;
	f->f.nullable = t.nullable != 0;
	f->f.scale = (uint8_t)(t.type == TW_DECIMAL ? t.arg : 0);
	f->f.width = t.type == TW_FIXED ? t.arg : tw_type_width(t.type);
	f->slot = g->n_slots;
	g->slots = grow(g->slots, g->n_slots, &g->cap_slots, sizeof *g->slots);
	g->slots[g->n_slots++] = (struct tw_slot){
		.up = f->slot,
		.family = family,
		.col = {.type = f->f.type, .nullable = f->f.nullable, .width = f->f.width},
	};
	return f;
}

struct tw_bound_field *tw_binding_alias(struct tw_binding *g, const char *name, const struct tw_bound_field *of)
{
	struct tw_bound_field *f = new_field(g, name);
	const char *own = f->f.name;

	*f = *of;
	f->f.name = own;
	f->of = &of->f;
	return f;
}

/* Lay out one family. cols has room for all slots. */
static void layout_family(struct tw_binding *g, uint32_t family, struct tw_column *cols, uint32_t *bytes)
{
	uint32_t i, n = 0;

	for (i = 0; i < g->n_slots; i++)
		if (g->slots[i].up == i && tw_binding_family_of(g, g->slots[i].family) == family)
			cols[n++] = g->slots[i].col;
	tw_layout(cols, n, bytes);
	for (i = n = 0; i < g->n_slots; i++)
		if (g->slots[i].up == i && tw_binding_family_of(g, g->slots[i].family) == family)
			g->slots[i].col = cols[n++];
}

uint32_t (*tw_binding_layout(struct tw_binding *g))[TW_CLASSES]
{
	uint32_t(*bytes)[TW_CLASSES] = must(calloc(g->n_families + 1, sizeof *bytes));
	struct tw_column *cols = must(calloc(g->n_slots + 1, sizeof *cols));
	uint32_t i;

	for (i = 0; i < g->n_families; i++)
		if (g->family_up[i] == i)
			layout_family(g, i, cols, bytes[i]);
	for (i = 0; i < g->n_families; i++)
		memcpy(bytes[i], bytes[tw_binding_family_of(g, i)], sizeof bytes[i]);
	for (i = 0; i < g->n_fields; i++) {
		const struct tw_column *c = &g->slots[tw_binding_slot_of(g, g->fields[i]->slot)].col;

		memcpy(g->fields[i]->f.val_off, c->val_off, sizeof c->val_off);
		memcpy(g->fields[i]->f.nul_off, c->nul_off, sizeof c->nul_off);
	}
	free(cols);
	return bytes;
}

void tw_schema_append(struct tw_binding *g, struct tw_schema *s, const struct tw_field *f)
{
	const struct tw_field **fields = tw_binding_alloc(g, (s->n + 1) * sizeof *fields);

	if (s->n)
		memcpy(fields, s->fields, s->n * sizeof *fields);
	fields[s->n] = f;
	((struct tw_bound_field *)(uintptr_t)f)->f.index = (uint8_t)s->n;
	s->fields = fields;
	s->n++;
}

const struct tw_field *tw_schema_find(const struct tw_schema *s, const char *name)
{
	uint32_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->fields[i]->name, name) == 0)
			return s->fields[i];
	return NULL;
}
