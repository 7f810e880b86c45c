/* mem/pool.c - pools and the way home; see pool.h for the argument. */
#include <mem/pool.h>

#include <assert.h>
#include <base/alloc.h>
#include <stdlib.h>

int tw_mem_init(struct tw_mem *m, size_t bytes, uint32_t n_homes)
{
	uint32_t i, n = n_homes * n_homes;

	memset(m, 0, sizeof *m);
	m->n_homes = n_homes;
	m->homes = tw_lines(n_homes * sizeof *m->homes);
	m->back = tw_lines(sizeof *m->back * n);
	if (!m->homes || !m->back)
		goto fail;
	if (tw_arena_init(&m->arena, bytes) < 0)
		goto fail;
	(void)tw_arena_take(&m->arena, TW_LINE); /* place 0 is nobody's */
	for (i = 0; i < n_homes; i++) {
		struct tw_home *h = &m->homes[i];
		uint32_t j;

		h->id = i;
		h->n_homes = n_homes;
		h->mem = m;
		h->over_head = tw_lines(n_homes * sizeof *h->over_head);
		h->over_tail = tw_lines(n_homes * sizeof *h->over_tail);
		h->rang = tw_lines(n_homes);
		if (!h->over_head || !h->over_tail || !h->rang)
			goto fail;
		for (j = 0; j < n_homes; j++)
			h->over_head[j] = h->over_tail[j] = TW_NONE;
	}
	for (i = 0; i < n; i++)
		if (i / n_homes != i % n_homes && tw_ring64_init(&m->back[i], TW_BACK_SLOTS) < 0)
			goto fail;
	return 0;
fail:
	tw_mem_fini(m);
	return -ENOMEM;
}

void tw_mem_fini(struct tw_mem *m)
{
	uint32_t i;

	for (i = 0; m->homes && i < m->n_homes; i++) {
		free(m->homes[i].over_head);
		free(m->homes[i].over_tail);
		free(m->homes[i].rang);
	}
	for (i = 0; m->back && i < m->n_homes * m->n_homes; i++)
		tw_ring64_fini(&m->back[i]);
	for (i = 0; i < m->n_pools; i++)
		free(m->pools[i]);
	free(m->pools);
	free(m->back);
	free(m->homes);
	tw_arena_fini(&m->arena);
	memset(m, 0, sizeof *m);
}

/* The free list runs through these fields, in both kinds of objects. */
static uint32_t *next_of(const struct tw_mem *m, const struct tw_pool *p, uint32_t place)
{
	void *o = tw_arena_at(&m->arena, place);

	return p->cls == TW_NONE ? &((struct tw_raw *)o)->next : &((struct tw_batch *)o)->next;
}

static void init_object(const struct tw_mem *m, const struct tw_pool *p, uint32_t place)
{
	if (p->cls == TW_NONE) {
		struct tw_raw *raw = tw_arena_at(&m->arena, place);

		raw->data = (char *)raw + TW_LINE;
		raw->cap = p->bytes - 2 * TW_LINE;
		raw->self = place;
		raw->pool = p->id;
	} else {
		struct tw_batch *b = tw_arena_at(&m->arena, place);

		b->cls = (uint8_t)p->cls;
		b->self = place;
		b->pool = p->id;
	}
}

static bool grow(struct tw_mem *m)
{
	struct tw_pool **pools;

	if (m->n_pools < m->cap_pools)
		return true;
	m->cap_pools = m->cap_pools ? 2 * m->cap_pools : 64;
	pools = realloc(m->pools, m->cap_pools * sizeof *pools);
	if (!pools)
		return false;
	m->pools = pools;
	return true;
}

struct tw_pool *tw_pool_reserve(struct tw_mem *m, uint32_t home, uint32_t cls, uint32_t bytes, uint32_t count)
{
	struct tw_pool *p = tw_lines(sizeof *p);
	uint32_t first, lines;

	static_assert(sizeof(struct tw_raw) <= TW_LINE, "a buffer's header is one line");
	if (!p || !grow(m)) {
		free(p);
		return NULL;
	}
	if (cls == TW_NONE)
		bytes += 2 * TW_LINE; /* header and slack */
	lines = (bytes + TW_LINE - 1) / TW_LINE;
	first = tw_arena_take(&m->arena, (size_t)lines * TW_LINE * count);
	if (first == UINT32_MAX) {
		free(p);
		return NULL;
	}
	*p = (struct tw_pool){.id = m->n_pools,
			      .home = home,
			      .count = count,
			      .bytes = lines * TW_LINE,
			      .cls = cls,
			      .first = first,
			      .free = TW_NONE};
	m->pools[m->n_pools++] = p;
	return p;
}

/* Last first, so that the list hands out ascending places. */
static void fill(struct tw_mem *m, struct tw_pool *p)
{
	const uint32_t lines = p->bytes / TW_LINE;
	uint32_t i;

	for (i = p->count; i-- > 0;) {
		init_object(m, p, p->first + i * lines);
		*next_of(m, p, p->first + i * lines) = p->free;
		p->free = p->first + i * lines;
		p->n_free++;
	}
}

struct tw_pool *tw_pool_create(struct tw_mem *m, uint32_t home, uint32_t cls, uint32_t bytes, uint32_t count)
{
	struct tw_pool *p = tw_pool_reserve(m, home, cls, bytes, count);

	if (p)
		fill(m, p);
	return p;
}

void tw_home_fill(struct tw_home *h)
{
	struct tw_mem *m = h->mem;
	uint32_t i, from = UINT32_MAX, to = 0;

	for (i = 0; i < m->n_pools; i++) {
		const struct tw_pool *p = m->pools[i];
		const uint32_t end = p->first + p->bytes / TW_LINE * p->count;

		if (p->home != h->id)
			continue;
		from = p->first < from ? p->first : from;
		to = end > to ? end : to;
	}
	if (from < to)
		tw_arena_touch(&m->arena, from, (size_t)(to - from) * TW_LINE);
	for (i = 0; i < m->n_pools; i++)
		if (m->pools[i]->home == h->id && m->pools[i]->n_free == 0)
			fill(m, m->pools[i]);
}

static void put(struct tw_mem *m, struct tw_pool *p, uint32_t place)
{
	*next_of(m, p, place) = p->free;
	p->free = place;
	p->n_free++;
	assert(p->n_free <= p->count);
}

struct tw_raw *tw_pool_buffer(struct tw_mem *m, struct tw_pool *p)
{
	struct tw_raw *raw;

	if (p->free == TW_NONE)
		return NULL;
	raw = tw_arena_at(&m->arena, p->free);
	p->free = raw->next;
	p->n_free--;
	raw->tokens = 1;
	raw->len = 0;
	raw->user[0] = raw->user[1] = 0;
	return raw;
}

bool tw_batch_lend(struct tw_batch *of, struct tw_batch *child, uint32_t share)
{
	uint32_t part = of->weight / share;

	if (part == 0)
		part = 1;
	if (of->weight <= part)
		return false;
	of->weight -= part;
	child->parent = of->self;
	child->parent_weight = part;
	child->n_bufs = child->n_lent = of->n_bufs;
	memcpy(child->bufs, of->bufs, sizeof child->bufs);
	child->epoch = of->epoch;
	child->origin_ns = of->origin_ns;
	child->seq = of->seq;
	return true;
}

void tw_buffer_drop(struct tw_mem *m, struct tw_raw *raw)
{
	assert(raw->tokens > 0);
	if (--raw->tokens == 0)
		put(m, m->pools[raw->pool], raw->self);
}

/* Must `to` pass it on to yet another home, which may be waiting for it? */
static bool walks_on(const struct tw_mem *m, uint32_t to, const struct tw_batch *b)
{
	uint32_t i;

	if (m->pools[b->pool]->home != to)
		return true;
	/* Its parent may be elsewhere; or die of this, and owe to others in its turn,
	 * which only its home can tell. */
	if (b->parent != TW_NONE)
		return true;
	for (i = b->n_lent; i < b->n_bufs; i++)
		if (m->pools[tw_buffer_at(m, b->bufs[i])->pool]->home != to)
			return true;
	return false;
}

static void send(struct tw_home *h, uint32_t to, struct tw_batch *b)
{
	struct tw_ring64 *r = &h->mem->back[h->id * h->n_homes + to];

	tw_home_ring(h, to, walks_on(h->mem, to, b) ? TW_RANG_WALKER : TW_RANG_GIVE_BACK);
	if (h->over_head[to] == TW_NONE && tw_ring64_push(r, (uint64_t)b->self + 1))
		return;
	b->next = TW_NONE;
	if (h->over_head[to] == TW_NONE)
		h->over_head[to] = b->self;
	else
		((struct tw_batch *)tw_arena_at(&h->mem->arena, h->over_tail[to]))->next = b->self;
	h->over_tail[to] = b->self;
	h->n_over++;
}

/* Pay what a batch without tokens owes, as far as it is owed here. The batch it
 * freed by doing so (its parent, out of tokens too), or NULL. */
static struct tw_batch *pay(struct tw_home *h, struct tw_batch *b)
{
	struct tw_mem *m = h->mem;
	struct tw_batch *parent = NULL;

	if (b->parent != TW_NONE) {
		parent = tw_arena_at(&m->arena, b->parent);
		if (m->pools[parent->pool]->home != h->id) {
			send(h, m->pools[parent->pool]->home, b);
			return NULL;
		}
		parent->tokens -= b->parent_weight;
		b->parent = TW_NONE;
		if (parent->tokens > 0)
			parent = NULL;
	}
	while (b->n_bufs > b->n_lent) {
		struct tw_raw *raw = tw_buffer_at(m, b->bufs[b->n_bufs - 1]);
		uint32_t home = m->pools[raw->pool]->home;

		if (home != h->id) {
			send(h, home, b);
			return parent;
		}
		b->n_bufs--;
		tw_buffer_drop(m, raw);
	}
	if (m->pools[b->pool]->home != h->id)
		send(h, m->pools[b->pool]->home, b);
	else
		put(m, m->pools[b->pool], b->self);
	return parent;
}

/* A dead batch has arrived, or died, on this worker. */
static void arrive(struct tw_home *h, struct tw_batch *b)
{
	if (b->weight > 0) { /* its own handle, to be counted at home first */
		uint32_t home = h->mem->pools[b->pool]->home;

		if (home != h->id) {
			send(h, home, b);
			return;
		}
		b->tokens -= b->weight;
		b->weight = 0;
		if (b->tokens > 0)
			return;
	}
	while (b)
		b = pay(h, b);
}

void tw_mem_drop_else(struct tw_home *h, struct tw_batch *b)
{
	assert(b->weight > 0); /* let go twice? */
	arrive(h, b);
}

static void flush(struct tw_home *h)
{
	uint32_t to;

	for (to = 0; to < h->n_homes; to++) {
		struct tw_ring64 *r = &h->mem->back[h->id * h->n_homes + to];

		while (h->over_head[to] != TW_NONE) {
			struct tw_batch *b = tw_arena_at(&h->mem->arena, h->over_head[to]);
			uint32_t next = b->next;

			if (!tw_ring64_push(r, (uint64_t)b->self + 1))
				break;
			tw_home_ring(h, to, TW_RANG_WALKER);
			h->over_head[to] = next;
			h->n_over--;
		}
	}
}

/* What came from one other worker. */
static uint32_t look_at(struct tw_home *h, uint32_t from)
{
	struct tw_ring64 *back = &h->mem->back[from * h->n_homes + h->id];
	uint64_t place;
	uint32_t n = 0;

	while ((place = tw_ring64_pop(back)) != 0) {
		arrive(h, tw_arena_at(&h->mem->arena, (uint32_t)(place - 1)));
		n++;
	}
	/* It was full, so more may be waiting there for room; a ring that was full
	 * is emptied by one such loop, so it is always noticed. */
	if (n >= TW_BACK_SLOTS)
		tw_home_ring(h, from, TW_RANG_GIVE_BACK);
	return n;
}

/* The next so many workers in turn. */
static uint32_t look_on(struct tw_home *h, uint32_t homes)
{
	uint32_t i, came = 0;

	for (i = 0; i < homes; i++) {
		h->look = h->look + 1 == h->n_homes ? 0 : h->look + 1;
		if (h->look != h->id)
			came += look_at(h, h->look);
	}
	if (h->n_over)
		flush(h);
	return came;
}

uint32_t tw_home_round(struct tw_home *h)
{
	return look_on(h, h->n_homes);
}

uint32_t tw_home_look(struct tw_home *h)
{
	return look_on(h, h->n_homes < TW_HOMES_A_ROUND ? h->n_homes : TW_HOMES_A_ROUND);
}
