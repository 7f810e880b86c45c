/* One source with a thousand pipes: every byte that is written arrives, and the
 * source ends when all writers have. */
#include "rig.h"

#include "ops.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>

#define PIPES_MAX 1000u

/* pipes: reads descriptors that the test has put here; a row for each read. */
struct pipes_plan {
	const struct tw_field *id, *body;
};

struct pipes {
	const struct pipes_plan *p;
	const struct tw_source_host *host;
	uint32_t n, open;
	uint32_t n_ready, ready[PIPES_MAX];
	bool is_ready[PIPES_MAX];
	uint64_t calls;
};

static int in_fd[PIPES_MAX], out_fd[PIPES_MAX];
static uint32_t n_pipes;

static int pipes_bind(struct tw_bind *b)
{
	struct pipes_plan *p = tw_bind_plan(b, sizeof *p);

	b->host->out_new(b, 0);
	p->id = tw_bind_add(b, 0, "id", TW_I64, 0);
	p->body = tw_bind_add(b, 0, "text", TW_STR, 0);
	b->host->text(b);
	return tw_bind_end(b);
}

static int pipes_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct pipes *s = calloc(1, sizeof *s);
	uint32_t i;

	*op = s;
	s->p = plan;
	s->n = s->open = n_pipes;
	s->host = ctx->host->extension(ctx, TW_EXT_SOURCE);
	for (i = 0; i < s->n; i++)
		if (s->host->watch(ctx, in_fd[i], i) < 0)
			return ctx->host->fail(ctx, -EIO, "a pipe can't be watched");
	return 0;
}

static void pipes_ready(struct tw_ctx *ctx, void *op, uint64_t token)
{
	struct pipes *s = op;

	(void)ctx;
	if (!s->is_ready[token])
		s->ready[s->n_ready++] = (uint32_t)token;
	s->is_ready[token] = true;
}

/* A read into row r. 1: a row, 0: none. */
static int pipes_read(struct tw_ctx *ctx, struct pipes *s, struct tw_batch *b, uint32_t r)
{
	const uint32_t i = s->ready[--s->n_ready];
	char buf[512];
	ssize_t n = read(in_fd[i], buf, sizeof buf);

	s->is_ready[i] = false;
	if (n < 0) {
		cr_assert_eq(errno, EAGAIN);
		return 0;
	}
	if (n == 0) {
		cr_assert_eq(s->host->unwatch(ctx, in_fd[i]), 0);
		close(in_fd[i]);
		s->open--;
		return 0;
	}
	tw_set_i64(b, s->p->id, r, i);
	cr_assert_eq(tw_set_text(ctx, b, s->p->body, r, buf, (uint32_t)n), 0);
	return 1;
}

static int pipes_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct pipes *s = op;
	uint32_t r = 0;
	struct tw_batch *b;

	(void)budget;
	s->calls++;
	if (s->n_ready == 0)
		return s->open ? TW_WAIT : TW_EOS;
	b = tw_batch_new(ctx, 0, s->n_ready);
	cr_assert_not_null(b);
	while (s->n_ready && r < TW_CLASS_ROWS(b->cls))
		r += (uint32_t)pipes_read(ctx, s, b, r);
	tw_fill(b, r);
	tw_emit(ctx, 0, b);
	return TW_WAIT; /* a level-triggered descriptor that has more says so again */
}

static const struct tw_source pipes_source = {.poll = pipes_poll, .ready = pipes_ready};

static const void *pipes_extension(const char *id)
{
	return strcmp(id, TW_EXT_SOURCE) == 0 ? &pipes_source : NULL;
}

static const struct tw_kind pipes_kind = {
	.id = "pipes",
	.version = "1",
	.help = "reads pipes",
	.out = one_out,
	.max_out = 1,
	.bind = pipes_bind,
	.create = pipes_create,
	.destroy = seq_destroy,
	.extension = pipes_extension,
};

/* bytes: a sink; each pipe's bytes count up from the pipe's number. */
struct bytes {
	const struct pipes_plan *p;
	uint64_t got[PIPES_MAX];
};

static int bytes_bind(struct tw_bind *b)
{
	struct pipes_plan *p = tw_bind_plan(b, sizeof *p);

	p->id = b->host->field(b, 0, NULL, "id");
	p->body = b->host->field(b, 0, NULL, "text");
	return tw_bind_end(b);
}

static int bytes_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct bytes *s = calloc(1, sizeof *s);

	(void)ctx;
	s->p = plan;
	*op = s;
	return 0;
}

static int bytes_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct bytes *s = op;
	uint32_t i, k, len;

	(void)port;
	for (i = 0; i < b->n_sel; i++) {
		int64_t pipe = tw_get_i64(b, s->p->id, tw_row(b, i));
		const char *p = tw_get_text(b, s->p->body, tw_row(b, i), &len);

		for (k = 0; k < len; k++)
			if (p[k] != (char)(pipe + (int64_t)s->got[pipe]++))
				cr_assert_fail("pipe %lld: a byte is missing or out of order", (long long)pipe);
	}
	return tw_drop(ctx, b);
}

static const struct tw_kind bytes_kind = {
	.id = "bytes",
	.version = "1",
	.help = "counts bytes",
	.in = one_in,
	.bind = bytes_bind,
	.create = bytes_create,
	.destroy = seq_destroy,
	.process = bytes_process,
};

static const struct tw_kind *const kinds[] = {&pipes_kind, &bytes_kind, &seq_kind, &tally_kind};

/* Bytes that pipe i gets: some get none. */
static uint64_t bytes_of(uint32_t i)
{
	return i % 10 == 0 ? 0 : 100 + (i * 37) % 900;
}

/* Pipes in turn, a few bytes each; closed when done. */
static void *write_all(void *arg)
{
	uint64_t sent[PIPES_MAX] = {0};
	uint32_t left = n_pipes, i, round;

	(void)arg;
	for (round = 0; left > 0; round++)
		for (i = 0; i < n_pipes; i++) {
			char buf[64];
			uint64_t n = 1 + (i + round * 11) % sizeof buf, k;

			if (out_fd[i] < 0)
				continue;
			if (n > bytes_of(i) - sent[i])
				n = bytes_of(i) - sent[i];
			for (k = 0; k < n; k++)
				buf[k] = (char)(i + sent[i] + k);
			if (n)
				cr_assert_eq(write(out_fd[i], buf, n), (ssize_t)n);
			sent[i] += n;
			if (sent[i] < bytes_of(i))
				continue;
			close(out_fd[i]);
			out_fd[i] = -1;
			left--;
			if (left % 200 == 0)
				usleep(2000); /* the source finds nothing and sleeps */
		}
	return NULL;
}

static void open_pipes(uint32_t n)
{
	struct rlimit lim;
	uint32_t i;

	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &lim), 0);
	if (lim.rlim_cur < 2 * n + 64 && lim.rlim_max >= 2 * n + 64) {
		lim.rlim_cur = 2 * n + 64;
		cr_assert_eq(setrlimit(RLIMIT_NOFILE, &lim), 0);
	}
	n_pipes = n;
	for (i = 0; i < n; i++) {
		int fd[2];

		cr_assert_eq(pipe2(fd, O_CLOEXEC), 0, "pipe %u: %s", i, strerror(errno));
		cr_assert_eq(fcntl(fd[0], F_SETFL, O_NONBLOCK), 0);
		in_fd[i] = fd[0];
		out_fd[i] = fd[1];
	}
}

static void read_pipes(uint32_t n, uint32_t workers, enum tw_wait wait)
{
	struct rig r = {
		.kinds = kinds, .n_kinds = 4, .workers = workers, .slots = 2, .wait = wait, .timeout_ms = 30000};
	const struct bytes *s;
	struct rig_graph g;
	pthread_t t;
	uint32_t i;

	open_pipes(n);
	rig_open(&r,
		 "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"pipes\"},\"z\":{\"op\":\"bytes\"}},"
		 "\"edges\":[\"a -> z\"]}",
		 &g);
	cr_assert_eq(pthread_create(&t, NULL, write_all, NULL), 0);
	rig_finish(&r, &g);
	pthread_join(t, NULL);
	s = rig_node(&g, "z")->op;
	for (i = 0; i < n; i++)
		cr_assert_eq(s->got[i], bytes_of(i), "pipe %u: %llu of %llu bytes", i, (unsigned long long)s->got[i],
			     (unsigned long long)bytes_of(i));
	rig_close(&g);
}

Test(source, a_thousand_pipes, .timeout = 100)
{
	read_pipes(1000, 1, TW_WAIT_PARK);
	read_pipes(1000, 2, TW_WAIT_ADAPTIVE);
}

/* Few events: nearly each must end a sleep. */
Test(source, few_pipes_asleep, .timeout = 100)
{
	uint32_t i;

	for (i = 0; i < 20; i++)
		read_pipes(3 + i % 5, 1 + i % 2, TW_WAIT_PARK);
}

/* Drained and stopped while it waits for a pipe that says nothing. */
Test(source, drain_wakes_a_silent_source, .timeout = 60)
{
	struct rig r = {.kinds = kinds, .n_kinds = 4, .workers = 2, .wait = TW_WAIT_PARK};
	struct rig_graph g;
	uint32_t i;

	for (i = 0; i < 20; i++) {
		open_pipes(2);
		rig_open(&r,
			 "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"a\":{\"op\":\"pipes\"},\"z\":{\"op\":"
			 "\"bytes\"}},"
			 "\"edges\":[\"a -> z\"]}",
			 &g);
		cr_assert_eq(tw_run_start(g.run), 0);
		cr_assert(!tw_run_wait(g.run, (int)i % 4));
		if (i % 2)
			tw_run_drain(g.run);
		else
			tw_run_stop(g.run);
		cr_assert(tw_run_wait(g.run, 20000));
		rig_close(&g);
		close(in_fd[0]);
		close(in_fd[1]);
		close(out_fd[0]);
		close(out_fd[1]);
	}
}
