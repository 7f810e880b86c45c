/*
 * plugin/binding.h - private to plugin/bind*.c: slots, families, and the bind of
 * one node under way. [control]
 */
#ifndef TW_PLUGIN_BINDING_H
#define TW_PLUGIN_BINDING_H

#include <plugin/bind.h>

/* A distinct column of a family. Slots and families are merged by union-find when
 * edges of several producers meet in one input port. */
struct tw_slot {
	uint32_t up; /* union-find */
	uint32_t family;
	struct tw_column col;
};

struct tw_binding {
	void **blocks; /* all memory handed out, freed together */
	uint32_t n_blocks, cap_blocks;
	struct tw_slot *slots;
	uint32_t n_slots, cap_slots;
	uint32_t *family_up; /* union-find */
	uint32_t n_families, cap_families;
	struct tw_bound_field **fields; /* all, to be given their offsets at the end */
	uint32_t n_fields, cap_fields;
};

/* Never fail: abort when memory is out, at load time, with a word. */
void *tw_binding_alloc(struct tw_binding *g, size_t bytes);
char *tw_binding_strdup(struct tw_binding *g, const char *s);
void tw_binding_fini(struct tw_binding *g);

uint32_t tw_binding_family(struct tw_binding *g);                /* a new one */
uint32_t tw_binding_family_of(struct tw_binding *g, uint32_t f); /* its representative */
uint32_t tw_binding_slot_of(struct tw_binding *g, uint32_t s);
void tw_binding_merge_families(struct tw_binding *g, uint32_t a, uint32_t b);
void tw_binding_merge_slots(struct tw_binding *g, uint32_t a, uint32_t b);

struct tw_field_type {
	uint32_t type;
	int nullable;
	uint32_t arg; /* width of TW_FIXED, scale of TW_DECIMAL */
};

/* A field with a new slot of the family; and one with the slot of another. */
struct tw_bound_field *tw_binding_field(struct tw_binding *g, const char *name, struct tw_field_type t,
					uint32_t family);
struct tw_bound_field *tw_binding_alias(struct tw_binding *g, const char *name, const struct tw_bound_field *of);

/* Lay out all families; fields get their offsets, bytes[family] its sizes. Gives. */
uint32_t (*tw_binding_layout(struct tw_binding *g))[TW_CLASSES];

/* Schemas under construction: an array of fields that grows by appending. */
void tw_schema_append(struct tw_binding *g, struct tw_schema *s, const struct tw_field *f);
const struct tw_field *tw_schema_find(const struct tw_schema *s, const char *name);

/* The bind of one node. */
struct tw_binder {
	struct tw_bind b; /* first: what the plugin sees */
	struct tw_binding *g;
	struct tw_diags *d;
	const struct tw_spec_node *spec;
	const struct tw_kind *kind;
	const struct tw_json *config;
	struct tw_bound_node *node;
	bool in_shared[TW_PORTS_MAX]; /* other readers may hold the input's batches */
	uint32_t in_family[TW_PORTS_MAX];
};

extern const struct tw_bind_host tw_binder_host;

#endif
