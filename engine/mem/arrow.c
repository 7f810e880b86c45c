/* mem/arrow.c - exports batches and gets them back; see arrow.h. */
#include <mem/arrow.h>

#include <stdio.h>

/* What a child schema owns; apart from its parent's, for a consumer may move a child
 * away and release the parent. */
struct names {
	char format[32];
	char name[];
};

static void format_of(const struct tw_field *f, char *to, size_t len)
{
	static const char *const plain[] = {
		[TW_BOOL] = "b", [TW_I32] = "i",   [TW_I64] = "l", [TW_U32] = "I",
		[TW_U64] = "L",  [TW_F32] = "f",   [TW_F64] = "g", [TW_TIMESTAMP] = "tsn:UTC",
		[TW_STR] = "vu", [TW_BYTES] = "vz"};

	if (f->type == TW_DECIMAL)
		snprintf(to, len, "d:18,%u,64", f->scale); /* 18 digits are the most that Arrow allows in 64 bits */
	else if (f->type == TW_FIXED)
		snprintf(to, len, "w:%u", f->width);
	else
		snprintf(to, len, "%s", plain[f->type]);
}

static void release_child_schema(struct ArrowSchema *s)
{
	free(s->private_data);
	s->release = NULL;
}

static void release_schema(struct ArrowSchema *s)
{
	int64_t i;

	for (i = 0; i < s->n_children; i++)
		if (s->children[i]->release)
			s->children[i]->release(s->children[i]);
	free(s->private_data);
	s->release = NULL;
}

static int child_schema(const struct tw_field *f, struct ArrowSchema *out)
{
	size_t len = strlen(f->name) + 1;
	struct names *n = malloc(sizeof *n + len);

	if (!n)
		return -ENOMEM;
	memcpy(n->name, f->name, len);
	format_of(f, n->format, sizeof n->format);
	*out = (struct ArrowSchema){
		.format = n->format,
		.name = n->name,
		.flags = f->nullable ? ARROW_FLAG_NULLABLE : 0,
		.release = release_child_schema,
		.private_data = n,
	};
	return 0;
}

int tw_arrow_schema(const struct tw_schema *schema, struct ArrowSchema *out)
{
	struct parts {
		struct ArrowSchema *child[256]; /* a schema has at most 250 fields */
		struct ArrowSchema store[];
	} *parts = calloc(1, sizeof *parts + schema->n * sizeof *parts->store);
	uint32_t i;

	if (!parts)
		return -ENOMEM;
	*out = (struct ArrowSchema){
		.format = "+s",
		.name = "",
		.children = parts->child,
		.release = release_schema,
		.private_data = parts,
	};
	for (i = 0; i < schema->n; i++, out->n_children++) {
		parts->child[i] = &parts->store[i];
		if (child_schema(schema->fields[i], parts->child[i]) < 0) {
			out->release(out);
			return -ENOMEM;
		}
	}
	return 0;
}

/* One exported batch: all that its arrays point to, but for a dense batch's rows. */
struct exported {
	struct tw_exports *of;
	struct tw_batch *batch; /* lent to the reader; NULL: its rows were copied */
	/* Arrays not yet released: the struct array and its children, each of which a
	 * consumer may move away and keep. acq_rel: the last one's thread hands on what
	 * the others have done with. */
	_Atomic uint32_t holders;
	uint32_t n_texts;
	const void *texts[TW_BATCH_BUFS]; /* buffers of text ... */
	int64_t lengths[TW_BATCH_BUFS];   /* ... and their bytes */
	const void *no_validity;
	struct ArrowArray *child;
	struct ArrowArray **children;
	const void **buffers; /* next free */
	char *data;           /* next free, 64-byte aligned; of a copy */
	char *text;           /* next free; of a copy */
	const char *text_start;
};

static size_t round_up(size_t bytes)
{
	return (bytes + TW_LINE - 1) / TW_LINE * TW_LINE;
}

/* One piece of memory for all of it, `data` bytes at the end. */
static struct exported *exported_new(uint32_t n, uint32_t n_texts, size_t data)
{
	const size_t arrays = sizeof(struct exported) + n * sizeof(struct ArrowArray),
		     pointers = n * sizeof(struct ArrowArray *),
		     head = round_up(arrays + pointers + (size_t)n * (3 + n_texts) * sizeof(void *));
	struct exported *e = aligned_alloc(TW_LINE, head + round_up(data));
	uint32_t i;

	if (!e)
		return NULL;
	memset(e, 0, head + round_up(data));
	e->n_texts = n_texts;
	e->child = (struct ArrowArray *)(e + 1);
	e->children = (struct ArrowArray **)((char *)e + arrays);
	e->buffers = (const void **)((char *)e + arrays + pointers);
	e->data = (char *)e + head;
	for (i = 0; i < n; i++)
		e->children[i] = &e->child[i];
	return e;
}

static void push(struct tw_exports *x, struct tw_batch *b)
{
	uint32_t old = atomic_load_explicit(&x->back, memory_order_relaxed);

	do
		b->next = old;
	while (!atomic_compare_exchange_weak_explicit(&x->back, &old, b->self, memory_order_release,
						      memory_order_relaxed));
}

/* One array less holds the export. */
static void let_go(struct exported *e)
{
	struct tw_exports *x = e->of;
	struct tw_batch *b = e->batch;

	if (atomic_fetch_sub_explicit(&e->holders, 1, memory_order_acq_rel) > 1)
		return;
	free(e);
	if (b) {
		push(x, b);
		x->wake(x->who);
	}
	atomic_fetch_sub_explicit(&x->out, 1, memory_order_release);
}

static void release_child(struct ArrowArray *a)
{
	struct exported *e = a->private_data;

	a->release = NULL; /* first: a itself may lie in e */
	let_go(e);
}

static void release_array(struct ArrowArray *a)
{
	struct exported *e = a->private_data;
	int64_t i;

	for (i = 0; i < a->n_children; i++)
		if (a->children[i]->release)
			a->children[i]->release(a->children[i]);
	a->release = NULL;
	let_go(e);
}

/* Child i: validity (NULL: no nulls), values, and for views the buffers they name. */
static void set_child(struct exported *e, uint32_t i, const struct tw_field *f, const void *nulls, const void *values)
{
	struct ArrowArray *a = &e->child[i];
	uint32_t t;

	a->null_count = nulls ? -1 : 0; /* -1: not counted */
	a->buffers = e->buffers;
	a->release = release_child;
	a->private_data = e;
	*e->buffers++ = nulls;
	*e->buffers++ = values;
	if (tw_type_is_text(f->type)) {
		for (t = 0; t < e->n_texts; t++)
			*e->buffers++ = e->texts[t];
		*e->buffers++ = e->lengths;
	}
	a->n_buffers = e->buffers - a->buffers;
}

/* The rows where they lie. Views name buffers by the batch's numbers, so all are
 * given to each column of text. */
static struct exported *export_dense(const struct tw_exports *x, const struct tw_schema *s, struct tw_batch *b)
{
	struct exported *e = exported_new(s->n, b->n_bufs, 0);
	uint32_t i;

	if (!e)
		return NULL;
	for (i = 0; i < b->n_bufs; i++) {
		e->texts[i] = tw_at(b, b->bufs[i]);
		e->lengths[i] = tw_buffer_at(x->mem, b->bufs[i])->cap;
	}
	for (i = 0; i < s->n; i++)
		set_child(e, i, s->fields[i], tw_nulls(b, s->fields[i]), tw_col(b, s->fields[i]));
	e->batch = b;
	return e;
}

static bool is_valid(const struct tw_batch *b, const struct tw_field *f, uint32_t row)
{
	return !f->nullable || tw_bit(tw_nulls(b, f), row);
}

/* Bytes of text that do not fit in the views of column f. */
static size_t text_bytes(const struct tw_batch *b, const struct tw_field *f)
{
	const struct tw_view *v = tw_col(b, f);
	size_t sum = 0;
	uint32_t i;

	if (!tw_type_is_text(f->type))
		return 0;
	for (i = 0; i < b->n_sel; i++) {
		uint32_t r = tw_row(b, i);

		if (is_valid(b, f, r) && v[r].len > TW_VIEW_INLINE)
			sum += v[r].len;
	}
	return sum;
}

static size_t column_bytes(const struct tw_batch *b, const struct tw_field *f)
{
	return round_up(f->type == TW_BOOL ? (b->n_sel + 7u) / 8u : (size_t)b->n_sel * f->width);
}

static char *take_data(struct exported *e, size_t bytes)
{
	char *p = e->data;

	e->data += bytes;
	return p;
}

static void copy_view(struct exported *e, const struct tw_batch *b, const struct tw_view *v, struct tw_view *to)
{
	const char *p = tw_view_ptr(b, v);

	tw_view_set(to, 0, (uint32_t)(e->text - e->text_start), p, v->len);
	if (v->len <= TW_VIEW_INLINE)
		return;
	memcpy(e->text, p, v->len);
	e->text += v->len;
}

static void copy_values(struct exported *e, const struct tw_batch *b, const struct tw_field *f, char *to)
{
	const char *col = tw_col(b, f);
	uint32_t i;

	for (i = 0; i < b->n_sel; i++) {
		uint32_t r = tw_row(b, i);

		if (!is_valid(b, f, r))
			continue; /* stays zero: a null view may be garbage */
		if (f->type == TW_BOOL)
			tw_bit_put((uint8_t *)to, i, tw_bit((const uint8_t *)col, r));
		else if (tw_type_is_text(f->type))
			copy_view(e, b, (const struct tw_view *)col + r, (struct tw_view *)to + i);
		else
			memcpy(to + (size_t)i * f->width, col + (size_t)r * f->width, f->width);
	}
}

static char *copy_validity(struct exported *e, const struct tw_batch *b, const struct tw_field *f)
{
	char *bits;
	uint32_t i;

	if (!f->nullable)
		return NULL;
	bits = take_data(e, TW_LINE);
	for (i = 0; i < b->n_sel; i++)
		tw_bit_put((uint8_t *)bits, i, is_valid(b, f, tw_row(b, i)));
	return bits;
}

/* The rows that count, copied, with all their long text in one new buffer. */
static struct exported *export_copy(const struct tw_schema *s, const struct tw_batch *b)
{
	size_t columns = 0, text = 0;
	struct exported *e;
	uint32_t i;

	for (i = 0; i < s->n; i++) {
		const struct tw_field *f = s->fields[i];

		columns += column_bytes(b, f) + (f->nullable ? TW_LINE : 0);
		text += text_bytes(b, f);
	}
	e = text <= INT32_MAX ? exported_new(s->n, text > 0, columns + text) : NULL; /* Arrow's offsets have 31 bits */
	if (!e)
		return NULL;
	e->text_start = e->text = e->data + columns;
	e->texts[0] = e->text_start;
	e->lengths[0] = (int64_t)text;
	for (i = 0; i < s->n; i++) {
		const struct tw_field *f = s->fields[i];
		char *nulls = copy_validity(e, b, f), *values = take_data(e, column_bytes(b, f));

		copy_values(e, b, f, values);
		set_child(e, i, f, nulls, values);
	}
	return e;
}

int tw_arrow_batch(struct tw_exports *x, struct tw_home *h, const struct tw_schema *s, struct tw_batch *b,
		   struct ArrowArray *out)
{
	const bool dense = b->n_sel == b->n; /* a selection of all rows is none */
	const int64_t rows = b->n_sel;
	struct exported *e;
	uint32_t i;

	if (atomic_load_explicit(&x->out, memory_order_relaxed) >= TW_EXPORTS_MAX) {
		tw_mem_drop(h, b);
		return -EDQUOT;
	}
	e = dense ? export_dense(x, s, b) : export_copy(s, b);
	if (!e || !dense)
		tw_mem_drop(h, b);
	if (!e)
		return -ENOMEM;
	e->of = x;
	for (i = 0; i < s->n; i++)
		e->child[i].length = rows;
	/* relaxed: the array reaches its reader by the operator's own means */
	atomic_store_explicit(&e->holders, s->n + 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&x->out, 1, memory_order_relaxed);
	*out = (struct ArrowArray){
		.length = rows,
		.n_buffers = 1,
		.n_children = s->n,
		.buffers = &e->no_validity,
		.children = e->children,
		.release = release_array,
		.private_data = e,
	};
	return 0;
}

void tw_exports_init(struct tw_exports *x, const struct tw_mem *m, void (*wake)(void *who), void *who)
{
	x->mem = m;
	x->wake = wake;
	x->who = who;
	atomic_store_explicit(&x->back, 0, memory_order_relaxed);
	atomic_store_explicit(&x->out, 0, memory_order_relaxed);
}

uint32_t tw_exports_out(const struct tw_exports *x)
{
	return atomic_load_explicit(&x->out, memory_order_acquire);
}

uint32_t tw_exports_reclaim(struct tw_exports *x, struct tw_home *h)
{
	uint32_t place = atomic_exchange_explicit(&x->back, 0, memory_order_acquire), n = 0;

	for (; place != 0; n++) {
		struct tw_batch *b = tw_arena_at(&x->mem->arena, place);

		place = b->next;
		tw_mem_drop(h, b);
	}
	return n;
}
