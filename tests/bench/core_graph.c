/* core_graph.c - the scenarios' graphs; see core_engine.h. */
#include "core_engine.h"

#include <stdarg.h>

static void sheet_open(struct sheet *s)
{
	memset(s, 0, sizeof *s);
	s->nodes = open_memstream(&s->text[0], &s->len[0]);
	s->edges = open_memstream(&s->text[1], &s->len[1]);
	if (!s->nodes || !s->edges)
		abort();
}

void core_sheet_close(struct sheet *s)
{
	fclose(s->nodes);
	fclose(s->edges);
	free(s->text[0]);
	free(s->text[1]);
}

/* A node named by kind and number, on a worker, with this config. */
__attribute__((format(printf, 5, 6))) static void node(struct sheet *s, const char *kind, uint32_t number,
						       uint32_t worker, const char *config, ...)
{
	va_list args;

	if (s->n == MOST_NODES)
		abort();
	snprintf(s->at[s->n].id, sizeof s->at->id, "%s%u", kind, number);
	s->at[s->n].worker = worker;
	fprintf(s->nodes, "%s\"%s\":{\"op\":\"%s\",\"config\":{", s->n ? "," : "", s->at[s->n].id, kind);
	va_start(args, config);
	vfprintf(s->nodes, config, args);
	va_end(args);
	fprintf(s->nodes, "}}");
	s->n++;
}

__attribute__((format(printf, 2, 3))) static void edge(struct sheet *s, const char *text, ...)
{
	va_list args;

	fprintf(s->edges, ftell(s->edges) > 0 ? ",\"" : "\"");
	va_start(args, text);
	vfprintf(s->edges, text, args);
	va_end(args);
	fputc('"', s->edges);
}

static void source(struct core *c, uint32_t number, uint32_t worker, uint64_t rows)
{
	node(&c->sheet, "source", number, worker, "\"rows\":%" PRIu64 ",\"batch\":%u,\"src\":%u", rows, c->a.batch,
	     number);
}

static void sink(struct core *c, uint32_t number, uint32_t worker, uint64_t added, uint32_t first, uint32_t stride)
{
	node(&c->sheet, "sink", number, worker, "\"added\":%" PRIu64 ",\"first\":%u,\"stride\":%u", added, first,
	     stride);
}

/* Source, ops operators, sink: one after another. */
static void write_chain(struct core *c, uint32_t ops)
{
	const bool rings = strcmp(c->a.mode, "rings") == 0;
	const uint32_t n = ops + 2;
	uint32_t i;

	c->n_workers = rings || c->a.threads > 1 ? 2 : 1;
	for (i = 0; i < n; i++) {
		const uint32_t worker = rings ? i % 2 : c->n_workers == 2 && 2 * i >= n;

		if (i == 0)
			source(c, 0, worker, c->a.records);
		else if (i < n - 1)
			node(&c->sheet, "add", i, worker, "\"by\":%u", i);
		else
			sink(c, 0, worker, pace_added(ops), 0, 1);
	}
	for (i = 1; i < n; i++)
		edge(&c->sheet, "%s%u -> %s%u", i == 1 ? "source" : "add", i - 1, i == n - 1 ? "sink" : "add",
		     i == n - 1 ? 0 : i);
}

/* Branches, each with an operator and a sink; half of them on each worker. */
static void write_fan_out(struct core *c)
{
	const uint32_t n = c->a.ops;
	uint32_t i;

	c->n_workers = 2;
	c->rows = c->a.records * n;
	source(c, 0, 0, c->a.records);
	for (i = 0; i < n; i++) {
		node(&c->sheet, "add", i, 2 * i >= n, "\"by\":%u", i + 1);
		sink(c, i, 2 * i >= n, i + 1, 0, 1);
		edge(&c->sheet, "source0 -> add%u", i);
		edge(&c->sheet, "add%u -> sink%u", i, i);
	}
}

/* Sources, half of them on each worker, an operator each, and one sink for all. */
static void write_fan_in(struct core *c)
{
	const uint32_t n = CORE_SOURCES;
	uint32_t i;

	c->n_workers = 2;
	c->a.records -= c->a.records % n;
	c->rows = c->a.records;
	for (i = 0; i < n; i++) {
		source(c, i, 2 * i >= n, c->a.records / n);
		node(&c->sheet, "add", i, 2 * i >= n, "\"by\":1");
		edge(&c->sheet, "source%u -> add%u", i, i);
		edge(&c->sheet, "add%u -> sink0", i);
	}
	sink(c, 0, 1, 1, 0, 1);
}

/* A source and a sink on each worker; even rows go to the one sink, odd ones to the other. */
static void write_exchange(struct core *c)
{
	uint32_t i;

	c->n_workers = 2;
	c->a.records -= c->a.records % 4;
	c->rows = c->a.records;
	for (i = 0; i < 2; i++) {
		source(c, i, i, c->a.records / 2);
		node(&c->sheet, "split", i, i, "%s", "");
		sink(c, i, i, 0, i, 2);
		edge(&c->sheet, "source%u -> split%u", i, i);
		edge(&c->sheet, "split%u.even -> sink0", i);
		edge(&c->sheet, "split%u.odd -> sink1", i);
	}
}

static void write_idle(struct core *c)
{
	/* one record at the end, or as many as there are in the time */
	c->a.records = c->a.rate > 0 ? (uint64_t)(c->a.rate * (c->a.seconds + 0.3)) : 1;
	c->n_workers = 2;
	c->rows = c->a.records;
	node(&c->sheet, "timed", 0, 0, "\"rows\":%" PRIu64, c->a.records);
	sink(c, 0, 1, 0, 0, 1);
	edge(&c->sheet, "timed0 -> sink0");
}

/* A chain in two halves, and a recorder of gaps beside each. */
static void write_steady(struct core *c)
{
	uint32_t i;

	c->a.threads = 2;
	c->a.records = (uint64_t)(c->a.rate * c->a.seconds);
	write_chain(c, c->a.ops);
	for (i = 0; i < 2; i++) {
		node(&c->sheet, "gap", i, i, "%s", "");
		node(&c->sheet, "nowhere", i, i, "%s", "");
		edge(&c->sheet, "gap%u -> nowhere%u", i, i);
	}
}

bool core_write(struct core *c)
{
	const char *s = c->a.scenario;
	const bool fits =
		c->a.threads <= 2 && c->a.ops + 8 <= MOST_NODES && c->a.batch >= 1 && c->a.batch <= TW_MAX_ROWS;

	sheet_open(&c->sheet);
	c->rows = c->a.records;
	if (strcmp(s, "hop") == 0 && fits) {
		c->a.threads = 2;
		write_chain(c, 0);
	} else if (strcmp(s, "chain") == 0 && fits) {
		write_chain(c, c->a.ops);
	} else if (strcmp(s, "fan_out") == 0 && 2 * c->a.ops + 1 <= MOST_NODES) {
		write_fan_out(c);
	} else if (strcmp(s, "fan_in") == 0) {
		write_fan_in(c);
	} else if (strcmp(s, "exchange") == 0) {
		write_exchange(c);
	} else if (strcmp(s, "idle") == 0) {
		write_idle(c);
	} else if (strcmp(s, "steady") == 0 && fits && c->a.rate > 0) {
		write_steady(c);
		c->rows = c->a.records;
	} else {
		return false;
	}
	return true;
}
