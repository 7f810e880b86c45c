/*
 * run/send.c - a batch goes out on one edge: as it is, or gathered where it is sparse or
 * its reader wants another layout. [worker]
 *
 * What finds no slot, or no memory to be copied to, waits at the link in a list of its
 * own and goes first when there is room; until then its node is not called. So an edge
 * that blocks loses nothing, however much one call emits.
 */
#include <run/run.h>

static void note_held(struct tw_link *l)
{
	l->held = l->gather || l->rest_head != TW_NONE;
}

void tw_node_put(struct tw_node *n, struct tw_link *l, struct tw_batch *b)
{
	if (l->is_ring)
		tw_worker_ring(n->worker, l->to_worker);
	if (!tw_link_put(l, b))
		tw_mem_drop(n->worker->home, b);
}

void tw_node_flush_gather(struct tw_node *n, struct tw_link *l)
{
	struct tw_batch *g = l->gather;

	if (!g)
		return;
	l->gather = NULL;
	note_held(l);
	if (g->n)
		tw_node_put(n, l, g);
	else
		tw_mem_drop(n->worker->home, g);
}

/* The gather has no room for the next row: send it on. false: not now. */
static bool turn_gather(struct tw_node *n, struct tw_link *l, bool *hopeless)
{
	const bool is_empty = l->gather->n == 0;

	*hopeless = is_empty && l->gather->n_bufs == TW_BATCH_BUFS; /* one row of more text than a batch may own */
	if (!is_empty && !tw_link_has_room(l, 1))
		return false;
	tw_node_flush_gather(n, l);
	return !is_empty || *hopeless;
}

/* b selects its rows from the i-th that counts on. */
static void select_rest(struct tw_batch *b, uint32_t i)
{
	uint32_t k, left = b->n_sel - i;

	for (k = 0; k < left; k++)
		b->sel[k] = (uint16_t)tw_row(b, i + k);
	tw_select(b, left);
}

/* Copy the rows that count into the link's gather, sending it on when it is full. Takes
 * b; false: for want of memory or slots it is not done, b selects the rest. */
static bool gather(struct tw_node *n, struct tw_link *l, struct tw_batch *b)
{
	uint32_t i = 0, rows = l->always_gather ? TW_MAX_ROWS : 64;
	bool go = true;

	n->dirty = true;
	while (i < b->n_sel && go) {
		bool hopeless = false;
		int err;

		if (!l->gather)
			l->gather = tw_source_batch(&n->run->mem, &l->pools, rows);
		if (!l->gather)
			break;
		l->gather->order = b->order;
		err = tw_gather_row(&n->run->mem, &l->pools, l->from_schema, b, tw_row(b, i), l->to_schema, l->gather);
		if (err == -ENOSPC)
			go = turn_gather(n, l, &hopeless);
		if (err == -E2BIG || hopeless)
			tw_stat_add(&l->dropped, 1); /* a text that no buffer can hold a copy of */
		i += err == 0 || err == -E2BIG || hopeless;
	}
	if (i < b->n_sel) {
		select_rest(b, i);
		return false;
	}
	tw_mem_drop(n->worker->home, b);
	return true;
}

/* Bytes of text in the rows that count. */
static uint64_t text_bytes(const struct tw_batch *b, const struct tw_schema *s)
{
	uint64_t bytes = 0;
	uint32_t i, k;

	for (k = 0; k < s->n; k++) {
		const struct tw_field *f = s->fields[k];
		const uint8_t *bits = tw_nulls(b, f);

		for (i = 0; tw_type_is_text(f->type) && i < b->n_sel; i++)
			if (!bits || tw_bit(bits, tw_row(b, i)))
				bytes += ((const struct tw_view *)tw_col(b, f))[tw_row(b, i)].len;
	}
	return bytes;
}

/* Much text pins about as much as it would take to copy; and a gathered batch, of
 * which each emitted one may begin but one, must be able to hold it. */
static bool is_sparse(const struct tw_link *l, const struct tw_batch *b)
{
	return l->may_gather && tw_batch_is_thin(b) && text_bytes(b, l->from_schema) <= TW_TEXT_LARGE / 2;
}

/* As gather, for any batch. */
static bool pass_on(struct tw_node *n, struct tw_link *l, struct tw_batch *b)
{
	/* rows of two numbers in one batch could not be put in order */
	if (l->is_numbered && l->gather && l->gather->order != b->order) {
		if (!tw_link_has_room(l, 1))
			return false;
		tw_node_flush_gather(n, l);
	}
	if (l->always_gather || is_sparse(l, b))
		return gather(n, l, b);
	if (!tw_link_has_room(l, l->gather ? 2 : 1))
		return false;
	tw_node_flush_gather(n, l); /* order */
	tw_node_put(n, l, b);
	return true;
}

void tw_node_send(struct tw_node *n, struct tw_link *l, struct tw_batch *b)
{
	if (l->rest_head == TW_NONE && pass_on(n, l, b)) {
		note_held(l);
		return;
	}
	if (l->full != TW_FULL_BLOCK) {
		tw_stat_add(&l->dropped, b->n_sel);
		tw_mem_drop(n->worker->home, b);
		return;
	}
	b->next = TW_NONE;
	if (l->rest_head == TW_NONE)
		l->rest_head = b->self;
	else
		((struct tw_batch *)tw_arena_at(&n->run->mem.arena, l->rest_tail))->next = b->self;
	l->rest_tail = b->self;
	l->held = n->dirty = true;
	n->credit = 0; /* no more calls until these went */
	n->recheck = true;
}

/* What waits at the link goes on as far as it can. true: some went. */
bool tw_node_send_rest(struct tw_node *n, struct tw_link *l)
{
	bool did = false;

	while (l->rest_head != TW_NONE) {
		struct tw_batch *b = tw_arena_at(&n->run->mem.arena, l->rest_head);
		const uint32_t next = b->next, before = b->n_sel;

		if (!pass_on(n, l, b)) {
			note_held(l);
			return did || b->n_sel < before;
		}
		l->rest_head = next;
		did = true;
	}
	note_held(l);
	return did;
}
