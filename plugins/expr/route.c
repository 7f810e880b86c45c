/*
 * route.c - the operator "route": rows go to the port whose expression is true.
 *
 * One program of all expressions, each with a pick that lists the rows of its port (prog.h).
 * No row is copied: every port but the last gets a handle of its own on the batch, with the
 * rows of the port selected, and the last one the batch itself.
 */
#include "route.h"

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUTES_MAX 63u /* an operator has at most 64 ports, and one is for the rest */

struct plan {
	struct xp_prog prog;
	uint32_t n; /* routes; the port of the rest has this number */
};

/* [worker], made and freed [control] */
struct route {
	const struct plan *plan;
	struct xp_run *run;
	uint8_t *seen;  /* of each row: a port has it */
	uint16_t *rest; /* rows that no port has */
};

static const char config_schema[] =
	"{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"routes\"],\"properties\":{"
	"\"routes\":{\"type\":\"object\",\"minProperties\":1,\"additionalProperties\":{\"type\":\"string\"},"
	"\"description\":\"Output ports: name and a bool over the columns, tried in this order.\"},"
	"\"else\":{\"type\":\"string\",\"default\":\"rest\",\"description\":\"The port of rows that none takes.\"},"
	"\"first\":{\"type\":\"boolean\",\"default\":true,"
	"\"description\":\"A row goes to the first port that takes it; false: to all.\"}}}";

/* Could an edge name it? And it is not the name of another port. */
static void check_name(struct tw_bind *b, const struct tw_conf *at, const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
	char what[140];

	if (strcmp(name, "err") == 0) {
		b->host->fail(b, at, -1, "\"err\" is the port of bad rows, which every node has", "choose another");
	} else if (name[0] < 'a' || name[0] > 'z' || name[n] || n > 63) {
		snprintf(what, sizeof what, "\"%.80s\" can't name a port", name);
		b->host->fail(b, at, -1, what, "a port's name starts with a-z and has only a-z, 0-9, _ and -");
	}
}

static void bind_ports(struct xp_config *c, struct plan *plan)
{
	struct tw_bind *b = c->b;
	const struct tw_conf *routes = b->host->get(b->config, "routes"), *v;
	const struct tw_conf *rest = b->host->get(b->config, "else");
	const int first = tw_conf_bool(b, "first");
	const char *name;

	for (; plan->n < b->host->len(routes) && plan->n < ROUTES_MAX; plan->n++) {
		struct xp_node *n;

		v = b->host->at(routes, plan->n, &name);
		check_name(b, v, name);
		if (strcmp(name, b->host->str(rest)) == 0)
			b->host->fail(b, v, -1, "this is the port of the rows that no expression takes",
				      "give it another name, or that one with \"else\"");
		b->host->out_port(b, name);
		n = xp_config_read(c, v, "a route");
		if (n)
			xp_emit_pick(&c->code, n, first);
	}
	if (plan->n < b->host->len(routes))
		b->host->fail(b, routes, -1, "more than 63 routes", "put two nodes one after another");
	check_name(b, rest, b->host->str(rest));
	b->host->out_port(b, b->host->str(rest));
}

static int bind(struct tw_bind *b)
{
	struct xp_config *c = b->host->alloc(b, sizeof *c);
	struct plan *plan = tw_bind_plan(b, sizeof *plan);

	xp_config_open(c, b);
	bind_ports(c, plan);
	return xp_config_end(c, &plan->prog);
}

static void destroy(struct tw_ctx *ctx, void *op)
{
	struct route *r = op;

	(void)ctx;
	free(r->run); /* the instance starts its own block of memory */
	free(r->seen);
	free(r->rest);
	free(r);
}

static int create(struct tw_ctx *ctx, const void *plan, void **op)
{
	struct route *r = calloc(1, sizeof *r);

	if (!r)
		return ctx->host->fail(ctx, -ENOMEM, "out of memory");
	r->plan = plan;
	r->run = xp_run_create(&r->plan->prog);
	r->seen = calloc(TW_MAX_ROWS, 1);
	r->rest = calloc(TW_MAX_ROWS, sizeof *r->rest);
	if (!r->run || !r->seen || !r->rest) {
		destroy(ctx, r);
		return ctx->host->fail(ctx, -ENOMEM, "out of memory");
	}
	*op = r;
	return 0;
}

/* The rows that count and that no pick has. */
static struct xp_level rest_of(struct route *r, uint32_t n_rows)
{
	struct xp_level rest = {r->rest, 0};
	uint32_t p, k;

	memset(r->seen, 0, n_rows);
	for (p = 0; p < r->plan->n; p++)
		for (k = 0; k < r->run->picked[p].n; k++)
			r->seen[r->run->picked[p].sel[k]] = 1;
	for (k = 0; k < r->run->sel.n; k++) {
		r->rest[rest.n] = r->run->sel.sel[k];
		rest.n += r->seen[r->rest[rest.n]] ^ 1;
	}
	return rest;
}

static void emit_rows(struct tw_ctx *ctx, uint32_t port, struct tw_batch *b, const struct xp_level *rows)
{
	if (rows->n == b->n) {
		tw_fill(b, b->n);
	} else {
		memcpy(b->sel, rows->sel, rows->n * sizeof *b->sel);
		tw_select(b, rows->n);
	}
	tw_emit(ctx, port, b);
}

static int process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *in)
{
	struct route *r = op;
	const uint32_t n = r->plan->n;
	struct xp_level rest, last = {NULL, 0};
	uint32_t p, last_port = 0;

	(void)port;
	if (!in)
		return TW_DONE;
	xp_run_batch(r->run, ctx, in);
	rest = rest_of(r, in->n);
	for (p = 0; p <= n; p++) {
		const struct xp_level *rows = p < n ? &r->run->picked[p] : &rest;
		struct tw_batch *b;

		if (rows->n == 0)
			continue;
		if (last.n) {
			b = ctx->host->batch_child(ctx, last_port, in->n, in);
			if (!b) {
				tw_drop(ctx, in);
				return ctx->host->fail(ctx, -EIO, "no handle on the batch for a port");
			}
			emit_rows(ctx, last_port, b, &last);
		}
		last = *rows;
		last_port = p;
	}
	if (!last.n)
		return tw_drop(ctx, in);
	emit_rows(ctx, last_port, in, &last);
	return TW_DONE;
}

static const char *const ins[] = {"in", NULL};

const struct tw_kind xp_route = {
	.id = "route",
	.version = "1.0.0",
	.help = "Sends rows to the port whose expression is true.",
	.config = config_schema,
	.in = ins,
	.flags = TW_STATELESS | TW_DYNAMIC_OUTPUTS,
	.max_out = 1,
	.bind = bind,
	.create = create,
	.destroy = destroy,
	.process = process,
};
