/* core_wait.c - the operators for waiting and for what comes between; see core_ops.h. */
#include "core_ops.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <thalweg/ext/source.h>
#include <unistd.h>

static const char *const one_in[] = {"in", NULL};
static const char *const one_out[] = {"out", NULL};

/* Timed. */

static int timed_bind(struct tw_bind *b)
{
	static const char *const names[COLUMNS] = {"seq", "at", "value", "src", "c4", "c5", "c6", "c7"};
	struct core_timed *p = tw_bind_plan(b, sizeof *p);
	uint32_t c;

	p->rows = tw_conf_i64(b, "rows");
	b->host->out_new(b, 0);
	for (c = 0; c < COLUMNS; c++)
		p->col[c] = tw_bind_add(b, 0, names[c], TW_I64, 0);
	return tw_bind_end(b);
}

static int timed_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	const struct tw_source_host *host = ctx->host->extension(ctx, TW_EXT_SOURCE);
	struct core_timed *s = malloc(sizeof *s);
	int ret;

	if (!s)
		return -ENOMEM;
	*s = *(const struct core_timed *)plan;
	s->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	ret = s->fd < 0 ? -errno : host->watch(ctx, s->fd, 0);
	if (ret < 0) {
		if (s->fd >= 0)
			close(s->fd);
		free(s);
		return ret;
	}
	*op = s;
	return 0;
}

static void timed_destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	close(((struct core_timed *)op)->fd);
	free(op);
}

static void timed_begin(struct core_timed *s)
{
	struct itimerspec t = {.it_interval = {s->period_ns / 1000000000, s->period_ns % 1000000000}};
	int64_t first;

	s->began = true;
	s->start_ns = pace_mono();
	s->start = pace_ticks();
	first = s->start_ns + s->period_ns;
	t.it_value = (struct timespec){first / 1000000000, first % 1000000000};
	timerfd_settime(s->fd, TFD_TIMER_ABSTIME, &t, NULL);
}

static void timed_emit(struct tw_ctx *ctx, struct core_timed *s, struct tw_batch *b)
{
	const int64_t late = pace_mono() - (s->start_ns + (s->next + 1) * s->period_ns);

	tw_hist_add(&s->late, late > 0 ? (uint64_t)late : 0, 1);
	*(int64_t *)tw_col(b, s->col[COL_SEQ]) = s->next;
	*(int64_t *)tw_col(b, s->col[COL_VALUE]) = s->next;
	*(int64_t *)tw_col(b, s->col[COL_SRC]) = 0;
	*(int64_t *)tw_col(b, s->col[COL_AT]) = (int64_t)pace_ticks();
	tw_fill(b, 1);
	b->origin_ns = ctx->host->now(ctx);
	s->next++;
	tw_emit(ctx, 0, b);
}

static int timed_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct core_timed *s = op;
	uint64_t due = 0;

	if (!s->began)
		timed_begin(s);
	if (s->next == s->rows)
		return TW_EOS;
	if (!s->ready || budget == 0)
		return TW_WAIT;
	s->ready = false;
	if (read(s->fd, &due, sizeof due) < 0 && errno != EAGAIN)
		return -errno;
	/* one record however many were due: what is measured is the wake-up */
	if (due > 0) {
		struct tw_batch *b = tw_batch_new(ctx, 0, 1);

		s->start_ns += (int64_t)(due - 1) * s->period_ns;
		if (b)
			timed_emit(ctx, s, b);
	}
	return TW_WAIT;
}

static void timed_ready(struct tw_ctx *ctx, void *op, uint64_t token)
{
	(void)ctx;
	(void)token;
	((struct core_timed *)op)->ready = true;
}

static const void *timed_extension(const char *id)
{
	static const struct tw_source source = {.poll = timed_poll, .ready = timed_ready};

	return strcmp(id, TW_EXT_SOURCE) == 0 ? &source : NULL;
}

const struct tw_kind core_timed_kind = {
	.id = "timed",
	.version = "1",
	.help = "Waits for a timer, and makes a record when it goes off.",
	.config =
		"{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"rows\":{\"type\":\"integer\"}}}",
	.out = one_out,
	.max_out = 1,
	.bind = timed_bind,
	.create = timed_create,
	.destroy = timed_destroy,
	.extension = timed_extension};

/* Gap. */

static int gap_bind(struct tw_bind *b)
{
	b->host->out_new(b, 0);
	tw_bind_add(b, 0, "nothing", TW_I64, 0);
	return tw_bind_end(b);
}

static int gap_create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct core_gap *g = calloc(1, sizeof *g);

	(void)ctx;
	(void)plan;
	if (!g)
		return -ENOMEM;
	g->gaps = malloc(CORE_SPANS * sizeof *g->gaps);
	if (!g->gaps) {
		free(g);
		return -ENOMEM;
	}
	memset(g->gaps, 0, CORE_SPANS * sizeof *g->gaps);
	*op = g;
	return 0;
}

static void gap_destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(((struct core_gap *)op)->gaps);
	free(op);
}

static int64_t thread_cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The kernel is asked after a gap only, so what the thread did not get since it was last
 * asked it did not get in this gap, or in gaps that are too short to count. */
static void note_gap(struct core_gap *g, uint64_t now, int64_t rows)
{
	const int64_t cpu = thread_cpu();
	struct core_span *s = &g->gaps[g->n];

	if (g->n == CORE_SPANS) {
		g->lost++;
	} else {
		s->from = g->last;
		s->to = now;
		s->rows = rows - g->rows;
		s->off_ns = (int64_t)((double)(now - g->cpu_seen) * g->ns_per_tick) - (cpu - g->cpu_ns);
		g->n++;
	}
	g->cpu_ns = cpu;
	g->cpu_seen = now;
}

static int gap_poll(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	struct core_gap *g = op;
	const uint64_t now = pace_ticks();
	const int64_t rows = *g->work;

	(void)ctx;
	(void)budget;
	if (g->start == 0) {
		g->start = g->cpu_seen = now;
		g->cpu_ns = thread_cpu();
	} else if (now - g->last > g->long_ticks) {
		note_gap(g, now, rows);
	}
	g->last = pace_ticks();
	g->rows = rows;
	return now - g->start < g->run_ticks ? TW_WAIT : TW_EOS;
}

static const void *gap_extension(const char *id)
{
	static const struct tw_source source = {.poll = gap_poll};

	return strcmp(id, TW_EXT_SOURCE) == 0 ? &source : NULL;
}

const struct tw_kind core_gap_kind = {.id = "gap",
				      .version = "1",
				      .help = "Notes when its worker does not come round.",
				      .out = one_out,
				      .max_out = 1,
				      .bind = gap_bind,
				      .create = gap_create,
				      .destroy = gap_destroy,
				      .extension = gap_extension};

static int nowhere_bind(struct tw_bind *b)
{
	return tw_bind_end(b);
}

static int nowhere_process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	(void)op;
	(void)port;
	return tw_drop(ctx, b);
}

const struct tw_kind core_nowhere_kind = {.id = "nowhere",
					  .version = "1",
					  .help = "Where a source without records leads.",
					  .in = one_in,
					  .bind = nowhere_bind,
					  .process = nowhere_process};
