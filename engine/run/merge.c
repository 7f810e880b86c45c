/* run/merge.c - see merge.h. */
#include <run/run.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <thalweg/row.h>

#define ROWS_MAX (TW_MERGE_BATCHES * TW_MAX_ROWS)

int tw_merge_init(struct tw_merge *m)
{
	m->rows = calloc(ROWS_MAX, sizeof *m->rows);
	return m->rows ? 0 : -ENOMEM;
}

void tw_merge_fini(struct tw_merge *m)
{
	free(m->rows);
}

/* A held row was handed on. n_sel of a held batch counts its rows that still wait;
 * the last one lets it go. */
static void release(struct tw_node *n, uint32_t place)
{
	struct tw_batch *b = tw_arena_at(&n->run->mem.arena, place);

	assert(b->n_sel > 0);
	if (--b->n_sel == 0 && b != n->merge->filling)
		tw_mem_drop(n->worker->home, b);
}

static void close_filling(struct tw_node *n)
{
	struct tw_batch *b = n->merge->filling;

	n->merge->filling = NULL;
	if (b && b->n_sel == 0)
		tw_mem_drop(n->worker->home, b);
}

/* Append a row to what waits. */
static int hold(struct tw_node *n, struct tw_link *l, const struct tw_batch *b, uint32_t row)
{
	struct tw_merge *m = n->merge;
	uint32_t waiting, tries;
	int err = -ENOSPC;

	for (tries = 0; tries < 2 && err == -ENOSPC; tries++) {
		if (tries > 0)
			close_filling(n);
		if (!m->filling)
			m->filling = tw_source_batch(&n->run->mem, &m->held, TW_MAX_ROWS);
		if (!m->filling || m->n == ROWS_MAX)
			return -ENOSPC;
		waiting = m->filling->n_sel;
		err = tw_gather_row(&n->run->mem, &m->held, l->to_schema, b, row, m->schema, m->filling);
		m->filling->n_sel = waiting + (err == 0);
	}
	if (err == 0)
		m->rows[m->n++] = (struct tw_merge_row){
			.ts = tw_is_null(b, m->ts, row) ? INT64_MIN : tw_get_i64(b, m->ts, row),
			.seq = m->seq++,
			.place = m->filling->self,
			.row = m->filling->n - 1,
		};
	return err;
}

bool tw_merge_add(struct tw_node *n, struct tw_link *l, struct tw_batch *b)
{
	struct tw_merge *m = n->merge;
	char why[200];
	uint32_t i;

	for (i = 0; i < b->n_sel; i++) {
		if (hold(n, l, b, tw_row(b, i)) == 0)
			continue;
		if (m->drops) {
			tw_stat_add(&l->discarded, 1);
			continue;
		}
		snprintf(why, sizeof why,
			 "merging by event time: the edge from \"%s\" is %u rows ahead of the others, which is all "
			 "that may "
			 "wait; is another input idle without idle_after, or too slow?",
			 l->from->ctx.node, m->n);
		tw_mem_drop(n->worker->home, b);
		tw_run_fail(n->run, -EOVERFLOW, n->ctx.node, why);
		return false;
	}
	tw_mem_drop(n->worker->home, b);
	return true;
}

static int by_time(const void *a, const void *b)
{
	const struct tw_merge_row *x = a, *y = b;

	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Heap sort: in place, no allocation, no worse on any input. */
static void sift(struct tw_merge_row *rows, uint32_t root, uint32_t n)
{
	for (;;) {
		uint32_t child = 2 * root + 1;
		struct tw_merge_row t;

		if (child >= n)
			return;
		if (child + 1 < n && by_time(&rows[child], &rows[child + 1]) < 0)
			child++;
		if (by_time(&rows[root], &rows[child]) >= 0)
			return;
		t = rows[root];
		rows[root] = rows[child];
		rows[child] = t;
		root = child;
	}
}

static void sort(struct tw_merge_row *rows, uint32_t n)
{
	uint32_t i;

	for (i = n / 2; i-- > 0;)
		sift(rows, i, n);
	for (i = n; i-- > 1;) {
		struct tw_merge_row t = rows[0];

		rows[0] = rows[i];
		rows[i] = t;
		sift(rows, 0, i);
	}
}

/* Rows that the watermark has passed to the front, sorted. */
static void collect_due(struct tw_merge *m, int64_t wm)
{
	uint32_t i;

	m->n_due = m->at = 0;
	for (i = 0; i < m->n; i++) {
		struct tw_merge_row t = m->rows[i];

		if (t.ts > wm)
			continue;
		m->rows[i] = m->rows[m->n_due];
		m->rows[m->n_due++] = t;
	}
	sort(m->rows, m->n_due);
}

bool tw_merge_due(const struct tw_merge *m)
{
	return m->at < m->n_due;
}

struct tw_batch *tw_merge_next(struct tw_node *n, int64_t wm)
{
	struct tw_merge *m = n->merge;
	struct tw_batch *out;

	if (!tw_merge_due(m))
		collect_due(m, wm);
	if (!tw_merge_due(m)) {
		if (wm == INT64_MAX)
			close_filling(n); /* the end: nothing waits */
		return NULL;
	}
	out = tw_source_batch(&n->run->mem, &m->out, m->n_due - m->at);
	while (out && m->at < m->n_due) {
		const struct tw_merge_row *r = &m->rows[m->at];
		const struct tw_batch *b = tw_arena_at(&n->run->mem.arena, r->place);

		if (tw_gather_row(&n->run->mem, &m->out, m->schema, b, r->row, m->schema, out) < 0)
			break;
		release(n, r->place);
		m->at++;
	}
	if (m->at == m->n_due) { /* what is not due moves up */
		memmove(m->rows, m->rows + m->n_due, (m->n - m->n_due) * sizeof *m->rows);
		m->n -= m->n_due;
		m->n_due = m->at = 0;
	}
	if (out && out->n == 0) {
		tw_mem_drop(n->worker->home, out);
		return NULL;
	}
	return out;
}
