/*
 * fake_mem.c - the fake host's memory: one arena, pieces with a count of their users,
 * garbage where nothing was written, a guard behind each piece.
 */
#include "fake.h"

#include <stdlib.h>
#include <sys/mman.h>

#define LINE 64u
#define ARENA_LINES (1u << 23) /* 512 MiB of addresses; what is not touched costs nothing */
#define GUARD 0xC5

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define FAKE_POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define FAKE_UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define FAKE_POISON(p, n) ((void)(p), (void)(n))
#define FAKE_UNPOISON(p, n) ((void)(p), (void)(n))
#endif

void fake_mem_init(struct tw_test *t)
{
	t->arena = mmap(NULL, (size_t)ARENA_LINES * LINE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (t->arena == MAP_FAILED)
		fake_die(t, "no memory for the arena");
	t->used = 1; /* place 0 is nobody's */
}

static char *memory(const struct tw_test *t, const struct fake_obj *o)
{
	return t->arena + (size_t)o->place * LINE;
}

static bool all_bytes(const char *p, size_t n, int value)
{
	return (unsigned char)p[0] == value && memcmp(p, p + 1, n - 1) == 0;
}

static const char *const kind_names[] = {"batch", "clone of a batch", "raw buffer", "text buffer",
					 "buffer of input text"};

/* A free piece must be as it was left. */
static void check_free(struct tw_test *t, struct fake_obj *o)
{
	FAKE_UNPOISON(memory(t, o), (size_t)o->lines * LINE);
	if (!all_bytes(memory(t, o), (size_t)o->lines * LINE, FAKE_GARBAGE))
		fake_die(t, "a %s was written after it was let go", kind_names[o->kind]);
}

void fake_mem_fini(struct tw_test *t)
{
	uint32_t i;

	for (i = 0; i < t->n_objs; i++) {
		if (t->objs[i]->owner == FAKE_FREE)
			check_free(t, t->objs[i]);
		free(t->objs[i]);
	}
	free(t->objs);
	FAKE_UNPOISON(t->arena, (size_t)t->used * LINE);
	if (t->arena)
		munmap(t->arena, (size_t)ARENA_LINES * LINE);
}

static struct fake_obj *new_obj(struct tw_test *t, uint32_t lines)
{
	struct fake_obj *o = fake_calloc(1, sizeof *o);

	if (t->n_objs == t->cap_objs) {
		t->cap_objs = t->cap_objs ? 2 * t->cap_objs : 64;
		t->objs = realloc(t->objs, t->cap_objs * sizeof *t->objs);
		if (!t->objs)
			fake_die(t, "out of memory");
	}
	if (t->used + lines + 1 > ARENA_LINES)
		fake_die(t, "the arena is full");
	o->number = t->n_objs;
	o->place = t->used;
	o->lines = lines;
	t->used += lines + 1;
	memset(memory(t, o), FAKE_GARBAGE, (size_t)lines * LINE);
	memset(memory(t, o) + (size_t)lines * LINE, GUARD, LINE);
	t->objs[t->n_objs++] = o;
	return o;
}

/* A piece, all garbage, with one user. */
static struct fake_obj *take(struct tw_test *t, enum fake_kind kind, uint32_t bytes)
{
	const uint32_t lines = (bytes + LINE - 1) / LINE;
	struct fake_obj *o = NULL;
	uint32_t i;

	for (i = 0; i < t->n_objs && !o; i++)
		if (t->objs[i]->owner == FAKE_FREE && t->objs[i]->lines == lines)
			o = t->objs[i];
	if (o)
		check_free(t, o);
	else
		o = new_obj(t, lines);
	o->kind = kind;
	o->owner = FAKE_OP;
	o->refs = 1;
	o->parent = NULL;
	o->family = NULL;
	o->port = NULL;
	memset(o->bad, 0, sizeof o->bad);
	return o;
}

static void init_batch(struct tw_test *t, struct fake_obj *o, struct tw_batch *b, uint32_t cls)
{
	memset(b, 0, sizeof *b);
	b->cls = (uint8_t)cls;
	b->self = b->body = o->place;
	b->parent = TW_NONE;
	b->pool = o->number;
	b->seq = t->seq++;
	o->cls = cls;
}

struct tw_batch *fake_batch(struct tw_test *t, struct fake_family *family, struct fake_port *port, uint32_t cls)
{
	struct fake_obj *o = take(t, FAKE_BATCH, family->bytes[cls]);
	struct tw_batch *b = (struct tw_batch *)memory(t, o);

	init_batch(t, o, b, cls);
	o->family = family;
	o->port = port;
	if (port)
		port->in_use++;
	return b;
}

void fake_lend(struct tw_test *t, struct tw_batch *of, struct tw_batch *child)
{
	struct fake_obj *parent = fake_obj_of_batch(t, of, "batch_child");
	struct fake_obj *o = fake_obj_of_batch(t, child, "batch_child");

	parent->refs++;
	o->parent = parent;
	child->parent = parent->place;
	child->n_bufs = child->n_lent = of->n_bufs;
	memcpy(child->bufs, of->bufs, sizeof child->bufs);
}

struct tw_batch *fake_clone(struct tw_test *t, struct tw_batch *of)
{
	struct fake_obj *parent = fake_obj_of_batch(t, of, "clone");
	struct fake_obj *o = take(t, FAKE_CLONE, tw_batch_head(TW_CLASSES - 1));
	struct tw_batch *b = (struct tw_batch *)memory(t, o);

	init_batch(t, o, b, of->cls);
	o->family = parent->family;
	fake_lend(t, of, b);
	b->body = of->body;
	b->n = of->n;
	b->n_sel = of->n_sel;
	b->flags = of->flags & TW_SELECTED;
	b->origin_ns = of->origin_ns;
	b->seq = of->seq;
	memcpy(o->bad, parent->bad, sizeof o->bad);
	if (b->flags)
		memcpy(b->sel, of->sel, b->n_sel * sizeof *b->sel);
	return b;
}

struct tw_raw *fake_buffer(struct tw_test *t, enum fake_kind kind, uint32_t bytes)
{
	struct fake_obj *o = take(t, kind, LINE + bytes + LINE);
	struct tw_raw *raw = (struct tw_raw *)memory(t, o);

	memset(raw, 0, sizeof *raw);
	raw->data = (char *)raw + LINE;
	raw->cap = bytes;
	raw->self = o->place;
	raw->tokens = 1;
	raw->pool = o->number;
	memset(raw->data + bytes, 0, LINE);
	if (kind == FAKE_RAW)
		t->raws_in_use++;
	return raw;
}

struct fake_obj *fake_obj_of_batch(struct tw_test *t, const struct tw_batch *b, const char *call)
{
	struct fake_obj *o = NULL;
	size_t at;

	if (!b)
		fake_die(t, "%s: NULL is no batch", call);
	at = (size_t)((const char *)b - t->arena) / LINE;
	if (at < t->used) { /* its header may be garbage: look it up by where it is */
		uint32_t i;

		for (i = 0; i < t->n_objs && !o; i++)
			if (t->objs[i]->place == at)
				o = t->objs[i];
	}
	if (!o || (o->kind != FAKE_BATCH && o->kind != FAKE_CLONE))
		fake_die(t, "%s: %p is no batch of this host", call, (const void *)b);
	if (o->owner == FAKE_FREE || o->owner == FAKE_GONE)
		fake_die(t, "%s: the batch was let go before", call);
	if (b->self != o->place || b->pool != o->number || b->cls != o->cls)
		fake_die(t, "%s: the batch's header was overwritten", call);
	return o;
}

struct fake_obj *fake_obj_of_raw(struct tw_test *t, const struct tw_raw *raw, const char *call)
{
	uint32_t i;

	for (i = 0; raw && i < t->n_objs; i++)
		if (memory(t, t->objs[i]) == (const char *)raw && t->objs[i]->owner != FAKE_FREE)
			return t->objs[i];
	fake_die(t, "%s: no buffer of this host, or let go before", call);
}

struct tw_raw *fake_raw_at(struct tw_test *t, uint32_t data_place)
{
	return (struct tw_raw *)(t->arena + (size_t)(data_place - 1) * LINE);
}

/* --- the way home --- */

static void check_guards(struct tw_test *t, struct fake_obj *o)
{
	const struct tw_raw *raw = (const struct tw_raw *)memory(t, o);

	if (!all_bytes(memory(t, o) + (size_t)o->lines * LINE, LINE, GUARD))
		fake_die(t, "something wrote behind the end of a %s", kind_names[o->kind]);
	if (o->kind >= FAKE_RAW && !all_bytes(raw->data + raw->cap, LINE, 0))
		fake_die(t, "the 64 zero bytes behind a %s were written", kind_names[o->kind]);
}

static void free_obj(struct tw_test *t, struct fake_obj *o)
{
	struct tw_batch *b = (struct tw_batch *)memory(t, o);
	struct fake_obj *parent = o->parent;
	uint32_t bufs[TW_BATCH_BUFS], n = 0, i;

	check_guards(t, o);
	if (o->kind == FAKE_BATCH || o->kind == FAKE_CLONE)
		for (i = b->n_lent; i < b->n_bufs; i++)
			bufs[n++] = b->bufs[i];
	if (o->port)
		o->port->in_use--;
	if (o->kind == FAKE_RAW)
		t->raws_in_use--;
	o->owner = FAKE_FREE;
	memset(memory(t, o), FAKE_GARBAGE, (size_t)o->lines * LINE);
	FAKE_POISON(memory(t, o), (size_t)o->lines * LINE);
	for (i = 0; i < n; i++)
		fake_unref(t, fake_obj_of_raw(t, fake_raw_at(t, bufs[i]), "batch"));
	if (parent)
		fake_unref(t, parent);
}

void fake_unref(struct tw_test *t, struct fake_obj *o)
{
	if (o->refs == 0)
		fake_die(t, "a %s was let go twice", kind_names[o->kind]);
	if (--o->refs == 0)
		free_obj(t, o);
}

/* FNV-1a over the columns that came in. */
uint64_t fake_input_checksum(struct tw_test *t, const struct tw_batch *b)
{
	const struct fake_obj *o = fake_obj_of_batch(t, b, "checksum");
	const uint32_t rows = TW_CLASS_ROWS(b->cls), bits = (rows + 7) / 8;
	const char *body = tw_at(b, b->body);
	const struct fake_slot *s;
	uint64_t h = 14695981039346656037u;
	uint32_t i;

	for (s = o->family->slots; s; s = s->next) {
		const uint32_t len = s->type == TW_BOOL ? bits : rows * s->width;

		if (!s->input)
			continue;
		for (i = 0; i < len; i++)
			h = (h ^ (unsigned char)body[s->val_off[b->cls] + i]) * 1099511628211u;
		for (i = 0; s->nullable && i < bits; i++)
			h = (h ^ (unsigned char)body[s->nul_off[b->cls] + i]) * 1099511628211u;
	}
	return h;
}
