/*
 * fake_ext.c - the host's halves of tw.timer/1, tw.io/1, tw.lease/1, tw.source/1.
 */
#include "fake.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define WATCHES 256u

static struct tw_test *test_of(struct tw_ctx *ctx)
{
	return (struct tw_test *)ctx;
}

static void not_io(struct tw_test *t, const char *call)
{
	if (t->role == FAKE_IO)
		fake_die(t, "%s called on the [io] thread", call);
}

/* --- tw.timer/1 --- */

static void timer_arm(struct tw_ctx *ctx, int64_t at_ns)
{
	not_io(test_of(ctx), "arm");
	test_of(ctx)->alarm = at_ns;
}

static const struct tw_timer_host timer_host = {.arm = timer_arm};

/* --- tw.io/1 --- */

static void io_submit(struct tw_ctx *ctx, struct tw_io *req)
{
	struct tw_test *t = test_of(ctx);
	uint32_t i;

	not_io(t, "submit");
	for (i = 0; i < t->n_requests; i++)
		if (t->requests[i] == req)
			fake_die(t, "submit: the request is under way");
	if (t->n_requests == 64)
		fake_die(t, "submit: more than 64 requests at once");
	req->busy = 1;
	t->requests[t->n_requests++] = req;
}

static const struct tw_io_host io_host = {.submit = io_submit};

bool fake_io_run(struct tw_test *t)
{
	struct tw_io *req = t->requests[0];
	const enum fake_role was = t->role;

	if (t->n_requests == 0)
		return false;
	t->role = FAKE_IO;
	req->result = req->run(req);
	t->role = was;
	req->busy = 0;
	t->n_requests--;
	memmove(t->requests, t->requests + 1, t->n_requests * sizeof *t->requests);
	return true;
}

/* --- tw.lease/1 --- */

static struct fake_lease *find_lease(struct tw_test *t, const char *name, const char *type)
{
	struct fake_lease *l = t->leases;

	while (l && (strcmp(l->name, name) != 0 || strcmp(l->type, type) != 0))
		l = l->next;
	return l;
}

static int lease_find(struct tw_ctx *ctx, const char *name, const char *type, intptr_t *handle)
{
	struct tw_test *t = test_of(ctx);
	struct fake_lease *l;

	fake_must_be(t, FAKE_CONTROL, "lease find");
	l = find_lease(t, name, type);
	if (l)
		*handle = l->handle;
	return l ? 0 : -ENOENT;
}

static int lease_put(struct tw_ctx *ctx, const char *name, const char *type, intptr_t handle,
		     void (*close)(intptr_t handle))
{
	struct tw_test *t = test_of(ctx);
	struct fake_lease *l;

	fake_must_be(t, FAKE_CONTROL, "lease put");
	if (find_lease(t, name, type))
		return -EEXIST;
	l = fake_calloc(1, sizeof *l);
	*l = (struct fake_lease){strdup(name), strdup(type), handle, close, t->leases};
	t->leases = l;
	return 0;
}

static const struct tw_lease_host lease_host = {.find = lease_find, .put = lease_put};

/* --- tw.source/1 --- */

static int source_watch(struct tw_ctx *ctx, int fd, uint64_t token)
{
	struct tw_test *t = test_of(ctx);
	struct fake_watch *w;

	not_io(t, "watch");
	for (w = t->watches; w; w = w->next)
		if (w->fd == fd)
			return -EEXIST;
	w = fake_calloc(1, sizeof *w);
	*w = (struct fake_watch){fd, token, t->watches};
	t->watches = w;
	return 0;
}

static int source_unwatch(struct tw_ctx *ctx, int fd)
{
	struct tw_test *t = test_of(ctx);
	struct fake_watch **at = &t->watches, *w;

	not_io(t, "unwatch");
	while (*at && (*at)->fd != fd)
		at = &(*at)->next;
	w = *at;
	if (!w)
		return -ENOENT;
	*at = w->next;
	free(w);
	return 0;
}

static const struct tw_source_host source_host = {.watch = source_watch, .unwatch = source_unwatch};

/* Wait for watched descriptors and tell the source which are ready. */
bool fake_fds_ready(struct tw_test *t, int wait_ms)
{
	struct pollfd fds[WATCHES];
	uint64_t tokens[WATCHES];
	struct fake_watch *w;
	uint32_t n = 0, i;

	for (w = t->watches; w && n < WATCHES; w = w->next) {
		fds[n] = (struct pollfd){.fd = w->fd, .events = POLLIN};
		tokens[n++] = w->token;
	}
	if (n == 0 || poll(fds, n, wait_ms) <= 0)
		return false;
	t->role = FAKE_WORKER;
	for (i = 0; i < n; i++) {
		if (fds[i].revents & POLLNVAL)
			fake_die(t, "descriptor %d was closed before unwatch", fds[i].fd);
		if (fds[i].revents && t->source && t->source->ready)
			t->source->ready(&t->ctx, t->op, tokens[i]);
	}
	t->role = FAKE_CONTROL;
	return true;
}

const void *fake_extension(struct tw_ctx *ctx, const char *id)
{
	static const struct {
		const char *id;
		const void *half;
	} halves[] = {{TW_EXT_TIMER, &timer_host},
		      {TW_EXT_IO, &io_host},
		      {TW_EXT_LEASE, &lease_host},
		      {TW_EXT_SOURCE, &source_host},
		      {TW_EXT_STATE, &fake_state_host}};
	size_t i;

	(void)ctx;
	for (i = 0; i < sizeof halves / sizeof *halves; i++)
		if (strcmp(id, halves[i].id) == 0)
			return halves[i].half;
	return NULL;
}

void fake_ext_fini(struct tw_test *t)
{
	while (t->leases) {
		struct fake_lease *l = t->leases;

		t->leases = l->next;
		if (l->close)
			l->close(l->handle);
		free(l->name);
		free(l->type);
		free(l);
	}
	while (t->watches) {
		struct fake_watch *w = t->watches;

		t->watches = w->next;
		free(w);
	}
}
