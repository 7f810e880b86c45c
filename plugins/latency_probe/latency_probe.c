/*
 * latency_probe.c - passes batches on and says how old they are.
 *
 * The age of a batch is the time from its origin (when its earliest row was read, or
 * was due) until it passes here, counted once for each of its rows. The clock is read
 * for each batch: host->now() is that of the round's begin, before it was made.
 */
#define _POSIX_C_SOURCE 200809L
#include <thalweg/hist.h>
#include <thalweg/plugin.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <thalweg/ext/finish.h>
#include <thalweg/ext/timer.h>
#include <time.h>

struct conf {
	int64_t report_ns; /* 0: only at the end */
};

struct probe {
	const struct conf *conf;
	const struct tw_timer_host *timer;
	uint32_t p50_counter, p99_counter;
	bool is_armed;
	struct tw_hist hist;
};

static int bind(struct tw_bind *b)
{
	struct conf *c = tw_bind_plan(b, sizeof *c);

	c->report_ns = tw_conf_i64(b, "report");
	b->host->out_pass(b, 0, 0);
	return tw_bind_end(b);
}

static int create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct probe *p = calloc(1, sizeof *p);

	if (!p)
		return ctx->host->fail(ctx, -ENOMEM, "out of memory");
	p->conf = plan;
	p->timer = ctx->host->extension(ctx, TW_EXT_TIMER);
	p->p50_counter = ctx->host->counter(ctx, "p50_ns");
	p->p99_counter = ctx->host->counter(ctx, "p99_ns");
	*op = p;
	return 0;
}

static void destroy(struct tw_ctx *ctx, void *op)
{
	(void)ctx;
	free(op);
}

/* A time in the unit that people would choose. */
static void put_time(char *to, size_t size, uint64_t ns)
{
	static const struct {
		uint64_t from;
		double unit;
		const char *name;
	} units[] = {{10000000000u, 1e9, "s"}, {10000000, 1e6, "ms"}, {10000, 1e3, "us"}, {0, 1, "ns"}};
	uint32_t i = 0;

	while (ns < units[i].from)
		i++;
	snprintf(to, size, "%.0f%s", (double)ns / units[i].unit, units[i].name);
}

static void report(struct tw_ctx *ctx, const struct probe *p)
{
	static const double quantiles[] = {0.5, 0.99, 0.999};
	char times[4][16], line[160];
	uint32_t i;

	for (i = 0; i < 3; i++)
		put_time(times[i], sizeof times[i], tw_hist_quantile(&p->hist, quantiles[i]));
	put_time(times[3], sizeof times[3], p->hist.max);
	snprintf(line, sizeof line, "n=%llu p50=%s p99=%s p99.9=%s max=%s", (unsigned long long)p->hist.n, times[0],
		 times[1], times[2], times[3]);
	ctx->host->log(ctx, TW_LOG_INFO, line);
}

static void arm(struct tw_ctx *ctx, struct probe *p)
{
	if (p->conf->report_ns == 0 || p->is_armed)
		return;
	p->is_armed = true;
	p->timer->arm(ctx, ctx->host->now(ctx) + p->conf->report_ns);
}

static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	struct probe *p = op;
	const int64_t age = clock_ns() - b->origin_ns;

	(void)port;
	tw_hist_add(&p->hist, age > 0 ? (uint64_t)age : 0, b->n_sel);
	arm(ctx, p);
	return tw_emit(ctx, 0, b);
}

/* Set again by the next batch: where nothing flows there is nothing to report. */
static int on_timer(struct tw_ctx *ctx, void *op, int64_t now_ns)
{
	struct probe *p = op;

	(void)now_ns;
	p->is_armed = false;
	report(ctx, p);
	return TW_DONE;
}

static int finish(struct tw_ctx *ctx, void *op)
{
	struct probe *p = op;

	report(ctx, p);
	ctx->host->count(ctx, p->p50_counter, tw_hist_quantile(&p->hist, 0.5));
	ctx->host->count(ctx, p->p99_counter, tw_hist_quantile(&p->hist, 0.99));
	return TW_DONE;
}

static const void *extension(const char *id)
{
	static const struct tw_timer timer = {.on_timer = on_timer};
	static const struct tw_finish end = {.finish = finish};

	if (strcmp(id, TW_EXT_TIMER) == 0)
		return &timer;
	return strcmp(id, TW_EXT_FINISH) == 0 ? &end : NULL;
}

static const char config[] =
	"{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"
	"\"report\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"default\": \"0s\","
	" \"description\": \"log a line this often while rows pass; 0: only at the end\"}}}";

static const char *const in[] = {"in", NULL}, *const out[] = {"out", NULL};

static const struct tw_kind kind = {
	.id = "latency_probe",
	.version = "1.0.0",
	.help = "Passes batches on and reports how old they are.",
	.config = config,
	.in = in,
	.out = out,
	.flags = TW_STATELESS,
	.max_out = 1,
	.bind = bind,
	.create = create,
	.destroy = destroy,
	.process = process,
	.extension = extension,
};

static const struct tw_kind *const kinds[] = {&kind, NULL};

const struct tw_plugin tw_plugin = {TW_ABI, "latency_probe", "1.0.0", kinds};
