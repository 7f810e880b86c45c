/*
 * run/services.c - the engine's half of the extensions: descriptors, alarms, io,
 * leases, keyed state, Arrow.
 */
#include <run/run.h>

#include <errno.h>
#include <state/table.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <thalweg/ext/lease.h>
#include <thalweg/ext/state.h>

static struct tw_node *node_of(struct tw_ctx *ctx)
{
	return (struct tw_node *)ctx;
}

/* The datum: the node's index above 44 bits of the operator's token. */
static int watch(struct tw_ctx *ctx, int fd, uint64_t token)
{
	struct tw_node *n = node_of(ctx);
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = (uint64_t)n->index << 44 | token};

	if (token >> 44)
		return -ERANGE;
	if (epoll_ctl(n->worker->parker.epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0)
		return -errno;
	n->worker->n_watched++;
	return 0;
}

static int unwatch(struct tw_ctx *ctx, int fd)
{
	struct tw_node *n = node_of(ctx);

	if (epoll_ctl(n->worker->parker.epoll_fd, EPOLL_CTL_DEL, fd, NULL) < 0)
		return -errno;
	n->worker->n_watched--;
	return 0;
}

static const struct tw_source_host source_host = {.watch = watch, .unwatch = unwatch};

static void arm(struct tw_ctx *ctx, int64_t at_ns)
{
	struct tw_node *n = node_of(ctx);

	n->alarm_ns = at_ns;
	n->rung = false;
	if (at_ns < n->worker->alarm_ns)
		n->worker->alarm_ns = at_ns;
}

static const struct tw_timer_host timer_host = {.arm = arm};

static void submit(struct tw_ctx *ctx, struct tw_io *req)
{
	struct tw_node *n = node_of(ctx);

	req->busy = 1;
	req->node = n->index;
	tw_io_port_submit(&n->worker->io, req);
}

static const struct tw_io_host io_host = {.submit = submit};

/* What nodes lent to the engine; few, looked up when instances are made. */
struct tw_lease {
	struct tw_lease *next;
	uint32_t node;
	char *name, *type;
	intptr_t handle;
	void (*close)(intptr_t);
};

static struct tw_lease *find_lease(const struct tw_node *n, const char *name)
{
	struct tw_lease *l;

	for (l = n->run->leases; l; l = l->next)
		if (l->node == n->index && strcmp(l->name, name) == 0)
			return l;
	return NULL;
}

static int lease_find(struct tw_ctx *ctx, const char *name, const char *type, intptr_t *handle)
{
	const struct tw_lease *l = find_lease(node_of(ctx), name);

	if (!l || strcmp(l->type, type) != 0)
		return -ENOENT;
	*handle = l->handle;
	return 0;
}

static int lease_put(struct tw_ctx *ctx, const char *name, const char *type, intptr_t handle, void (*close)(intptr_t))
{
	struct tw_node *n = node_of(ctx);
	struct tw_lease *l;

	if (find_lease(n, name))
		return -EEXIST;
	l = calloc(1, sizeof *l);
	if (!l)
		return -ENOMEM;
	*l = (struct tw_lease){.next = n->run->leases, .node = n->index, .handle = handle, .close = close};
	l->name = strdup(name);
	l->type = strdup(type);
	if (!l->name || !l->type) {
		free(l->name);
		free(l->type);
		free(l);
		return -ENOMEM;
	}
	n->run->leases = l;
	return 0;
}

static const struct tw_lease_host lease_host = {.find = lease_find, .put = lease_put};

void tw_leases_close(struct tw_run *r)
{
	while (r->leases) {
		struct tw_lease *l = r->leases;

		r->leases = l->next;
		if (l->close)
			l->close(l->handle);
		free(l->name);
		free(l->type);
		free(l);
	}
}

static struct tw_table *table_of(struct tw_ctx *ctx, uint32_t table)
{
	return node_of(ctx)->tables[table];
}

static uint32_t state_upsert(struct tw_ctx *ctx, uint32_t table, const struct tw_batch *b, const uint16_t *rows,
			     uint32_t n, const int64_t *ns, void **slots)
{
	return tw_table_upsert(table_of(ctx, table), &(struct tw_lookup){.b = b, .rows = rows, .n = n, .ns = ns},
			       slots);
}

static uint32_t state_find(struct tw_ctx *ctx, uint32_t table, const struct tw_batch *b, const uint16_t *rows,
			   uint32_t n, const int64_t *ns, void **slots)
{
	return tw_table_find(table_of(ctx, table), &(struct tw_lookup){.b = b, .rows = rows, .n = n, .ns = ns}, slots);
}

static uint32_t state_like(struct tw_ctx *ctx, const struct tw_like *l, void **slots)
{
	return tw_table_like(
		table_of(ctx, l->table),
		&(struct tw_table_like){
			.from = table_of(ctx, l->of_table), .make = l->make, .n = l->n, .of = l->of, .ns = l->ns},
		slots);
}

static int state_first_ns(struct tw_ctx *ctx, uint32_t table, int64_t *ns)
{
	return tw_table_first_ns(table_of(ctx, table), ns);
}

static uint32_t state_scan(struct tw_ctx *ctx, uint32_t table, int64_t ns, void **slots, uint32_t max)
{
	return tw_table_scan(table_of(ctx, table), ns, slots, max);
}

static uint32_t state_scan_after(struct tw_ctx *ctx, uint32_t table, const void *after, void **slots, uint32_t max)
{
	return tw_table_scan_after(table_of(ctx, table), after, slots, max);
}

static int state_key(struct tw_ctx *ctx, uint32_t table, const void *slot, uint32_t k, struct tw_batch *b,
		     const struct tw_field *f, uint32_t row)
{
	return tw_table_key(table_of(ctx, table), slot, k, ctx, &(struct tw_cell){.b = b, .field = f, .row = row});
}

static void state_remove(struct tw_ctx *ctx, uint32_t table, void *const *slots, uint32_t n)
{
	tw_table_remove(table_of(ctx, table), slots, n);
}

static const void *state_blob(struct tw_ctx *ctx, uint32_t table, const struct tw_blob *blob)
{
	return tw_table_blob(table_of(ctx, table), blob);
}

static void *state_blob_write(struct tw_ctx *ctx, uint32_t table, struct tw_blob *blob, uint32_t len)
{
	return tw_table_blob_write(table_of(ctx, table), blob, len);
}

static uint64_t state_count(struct tw_ctx *ctx, uint32_t table)
{
	return tw_table_count(table_of(ctx, table));
}

static const struct tw_state_host state_host = {
	.upsert = state_upsert,
	.find = state_find,
	.like = state_like,
	.first_ns = state_first_ns,
	.scan = state_scan,
	.scan_after = state_scan_after,
	.key = state_key,
	.remove = state_remove,
	.blob = state_blob,
	.blob_write = state_blob_write,
	.count = state_count,
};

static int arrow_schema(struct tw_ctx *ctx, const struct tw_schema *schema, struct ArrowSchema *out)
{
	(void)ctx;
	return tw_arrow_schema(schema, out);
}

static int arrow_batch(struct tw_ctx *ctx, const struct tw_schema *schema, struct tw_batch *b, struct ArrowArray *out)
{
	struct tw_node *n = node_of(ctx);

	TW_ASSERT_ROLE(TW_ROLE_WORKER);
	n->lends = true;
	tw_worker_visit(n); /* what readers let go is taken at its turns */
	return tw_arrow_batch(&n->exports, n->worker->home, schema, b, out);
}

static const struct tw_arrow_host arrow_host = {.schema = arrow_schema, .batch = arrow_batch};

const void *tw_node_service(const char *id)
{
	static const struct {
		const char *id;
		const void *half;
	} services[] = {
		{TW_EXT_SOURCE, &source_host}, {TW_EXT_TIMER, &timer_host}, {TW_EXT_IO, &io_host},
		{TW_EXT_LEASE, &lease_host},   {TW_EXT_STATE, &state_host}, {TW_EXT_ARROW, &arrow_host},
	};
	size_t i;

	for (i = 0; i < sizeof services / sizeof *services; i++)
		if (strcmp(services[i].id, id) == 0)
			return services[i].half;
	return NULL;
}
