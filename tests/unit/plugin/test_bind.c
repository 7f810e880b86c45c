/* A graph is bound: where columns meet in one memory, where rows must be copied, where
 * a rewritten column lies; and what people are told when columns do not fit. */
#include <criterion/criterion.h>
#include <plugin/bind.h>
#include <stdlib.h>
#include <string.h>
#include <thalweg/ext/source.h>
#include <thalweg/plugin.h>

#define GRAPH(nodes, edges) "{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{" nodes "},\n\"edges\":[" edges "]}"

static const char *const one_in[] = {"in", NULL};
static const char *const one_out[] = {"out", NULL};

/* make: {"cols": "ab?c!"}: columns of one letter each, in this order; ? after one:
 * nullable; !: a str, else i64; t is a timestamp. */
static int make_bind(struct tw_bind *b)
{
	const char *p = tw_conf_str(b, "cols");

	b->host->out_new(b, 0);
	for (; *p; p++) {
		char name[2] = {*p, 0};
		int nullable = 0;
		uint32_t type = *p == 't' ? TW_TIMESTAMP : TW_I64;

		for (; p[1] == '?' || p[1] == '!'; p++) {
			nullable |= p[1] == '?';
			type = p[1] == '!' ? TW_STR : type;
		}
		tw_bind_add(b, 0, name, type, nullable);
	}
	return tw_bind_end(b);
}

static int nothing(struct tw_ctx *ctx, void *op, uint32_t budget)
{
	(void)ctx;
	(void)op;
	(void)budget;
	return TW_EOS;
}

static const struct tw_source source = {.poll = nothing};

static const void *make_extension(const char *id)
{
	return strcmp(id, TW_EXT_SOURCE) == 0 ? &source : NULL;
}

static int drop(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	(void)op;
	(void)port;
	return tw_drop(ctx, b);
}

#define COLS "{\"type\":\"object\",\"properties\":{\"cols\":{\"type\":\"string\",\"default\":\"ab\"}}}"

static const struct tw_kind make_kind = {
	.id = "make",
	.version = "1",
	.help = "makes",
	.out = one_out,
	.max_out = 1,
	.config = COLS,
	.bind = make_bind,
	.extension = make_extension,
};

/* edit: {"do": [["add","x"], ["rewrite","a"], ["rename","a","b"], ["drop","a"]]} */
struct edit_plan {
	const struct tw_field *in, *out; /* of the last one */
};

static int edit_bind(struct tw_bind *b)
{
	const struct tw_conf *list = b->host->get(b->config, "do");
	struct edit_plan *p = tw_bind_plan(b, sizeof *p);
	uint32_t i;

	for (i = 0; i < b->host->len(list); i++) {
		const struct tw_conf *item = b->host->at(list, i, NULL), *name = b->host->at(item, 1, NULL);
		const char *verb = b->host->str(b->host->at(item, 0, NULL)), *s = b->host->str(name);

		if (strcmp(verb, "add") == 0) {
			p->out = b->host->add(b, 0, name, s, TW_I64, 0, 0);
			continue;
		}
		p->in = b->host->field(b, 0, name, s);
		if (!p->in)
			continue;
		if (strcmp(verb, "rewrite") == 0)
			p->out = b->host->rewrite(b, 0, p->in);
		else if (strcmp(verb, "drop") == 0)
			b->host->leave_out(b, 0, p->in);
		else
			b->host->rename(b, 0, p->in, b->host->str(b->host->at(item, 2, NULL)));
	}
	return tw_bind_end(b);
}

static const struct tw_kind edit_kind = {
	.id = "edit",
	.version = "1",
	.help = "edits",
	.in = one_in,
	.out = one_out,
	.max_out = 1,
	.bind = edit_bind,
	.process = drop,
	.config = "{\"type\":\"object\",\"properties\":{\"do\":{\"type\":\"array\",\"default\":[]}}}",
};

static const struct tw_kind sink_kind = {.id = "sink", .version = "1", .help = "ends", .in = one_in, .process = drop};

/* vague: a source with a port of which it says nothing. */
static int vague_bind(struct tw_bind *b)
{
	b->host->out_port(b, "odd");
	return tw_bind_end(b);
}

static const struct tw_kind vague_kind = {
	.id = "vague",
	.version = "1",
	.help = "vague",
	.out = one_out,
	.max_out = 1,
	.flags = TW_DYNAMIC_OUTPUTS,
	.bind = vague_bind,
	.extension = make_extension,
};

/* fork: both ports pass the input on. */
static const char *const two_out[] = {"out", "other", NULL};

static const struct tw_kind fork_kind = {
	.id = "fork", .version = "1", .help = "parts", .in = one_in, .out = two_out, .max_out = 1, .process = drop};

static const struct tw_kind *const kinds[] = {&make_kind, &edit_kind, &sink_kind, &vague_kind, &fork_kind};

struct rig {
	struct tw_spec *spec;
	struct tw_checked *checked;
	struct tw_bound *bound;
	char *told; /* what a person reads, if it failed */
};

static int bind(const char *graph, struct rig *r)
{
	const struct tw_kinds all = {5, kinds};
	struct tw_diags d;
	size_t len;
	FILE *f;
	int ret;

	memset(r, 0, sizeof *r);
	tw_diags_init(&d);
	ret = tw_spec_parse("g.json", graph, strlen(graph), NULL, 0, &r->spec, &d);
	if (ret == 0)
		ret = tw_check(r->spec, &all, &r->checked, &d);
	if (ret == 0)
		ret = tw_bind_graph(r->checked, &r->bound, &d);
	f = open_memstream(&r->told, &len);
	tw_diags_locate(&d, graph, strlen(graph));
	tw_diags_print(&d, f, "g.json", graph, strlen(graph), false);
	fclose(f);
	tw_diags_fini(&d);
	return ret;
}

static void unbind(struct rig *r)
{
	tw_bound_destroy(r->bound);
	tw_checked_destroy(r->checked);
	tw_spec_destroy(r->spec);
	free(r->told);
}

static void bound(const char *graph, struct rig *r)
{
	cr_assert_eq(bind(graph, r), 0, "%s", r->told);
}

static void told(const char *graph, const char *a, const char *b)
{
	struct rig r;

	cr_assert_lt(bind(graph, &r), 0, "was accepted");
	cr_assert_not_null(strstr(r.told, a), "\"%s\" is not in:\n%s", a, r.told);
	cr_assert_not_null(strstr(r.told, b), "\"%s\" is not in:\n%s", b, r.told);
	unbind(&r);
}

static const struct tw_field *col(const struct tw_schema *s, const char *name)
{
	uint32_t i;

	for (i = 0; s && i < s->n; i++)
		if (strcmp(s->fields[i]->name, name) == 0)
			return s->fields[i];
	return NULL;
}

static const struct tw_schema *out_of(const struct rig *r, const char *node)
{
	return &r->bound->nodes[tw_spec_find(r->spec, node)].out[0].schema;
}

static bool same_place(const struct tw_field *a, const struct tw_field *b)
{
	return memcmp(a->val_off, b->val_off, sizeof a->val_off) == 0 &&
	       memcmp(a->nul_off, b->nul_off, sizeof a->nul_off) == 0;
}

/* Every edge that does not gather must find its columns where its reader looks, and
 * its batches must be as large as the reader's family says. */
static void check_edges(const struct rig *r)
{
	uint32_t e, i;

	for (e = 0; e < r->spec->n_edges; e++) {
		const struct tw_bound_edge *b = &r->bound->edges[e];
		const struct tw_bound_port *p = &r->bound->nodes[r->spec->edges[e].from].out[b->from_port];

		cr_assert_eq(b->from_schema->n, b->to_schema->n);
		for (i = 0; i < b->to_schema->n; i++) {
			const struct tw_field *x = b->from_schema->fields[i], *y = b->to_schema->fields[i];

			cr_assert_str_eq(x->name, y->name);
			cr_assert_eq(x->type, y->type);
			cr_assert(b->gather || (x->nullable == y->nullable && same_place(x, y)), "edge %u, column %s",
				  e, x->name);
			cr_assert(y->nullable >= x->nullable);
		}
		cr_assert(b->gather ||
			  memcmp(r->bound->bytes[p->family], r->bound->bytes[b->family], sizeof *r->bound->bytes) == 0);
	}
}

/* Columns of one schema never share bytes. */
static void check_disjoint(const struct tw_schema *s)
{
	uint32_t i, k;

	for (i = 0; i < s->n; i++)
		for (k = 0; k < i; k++)
			cr_assert_neq(s->fields[i]->val_off[3], s->fields[k]->val_off[3],
				      "\"%s\" and \"%s\" lie in one place", s->fields[i]->name, s->fields[k]->name);
}

static uint32_t gathers(const struct rig *r)
{
	uint32_t e, n = 0;

	for (e = 0; e < r->spec->n_edges; e++)
		n += r->bound->edges[e].gather;
	return n;
}

Test(bind, strangers_become_one_family)
{
	struct rig r;

	bound(GRAPH("\"x\":{\"op\":\"make\",\"config\":{\"cols\":\"abs!t\"}},\"y\":{\"op\":\"make\",\"config\":{"
		    "\"cols\":\"ts!qba\"}},"
		    "\"z\":{\"op\":\"sink\"}",
		    "\"x -> z\",\"y -> z\""),
	      &r);
	cr_assert_eq(gathers(&r), 0);
	check_edges(&r);
	cr_assert(same_place(col(out_of(&r, "x"), "s"), col(out_of(&r, "y"), "s")));
	check_disjoint(out_of(&r, "y"));
	unbind(&r);
}

Test(bind, nulls_here_and_not_there_are_copied)
{
	struct rig r;

	bound(GRAPH("\"x\":{\"op\":\"make\",\"config\":{\"cols\":\"ab\"}},\"y\":{\"op\":\"make\",\"config\":{\"cols\":"
		    "\"ab?\"}},"
		    "\"z\":{\"op\":\"sink\"}",
		    "\"x -> z\",\"y -> z\""),
	      &r);
	cr_assert_eq(gathers(&r), 2);
	cr_assert_eq(col(r.bound->edges[0].to_schema, "b")->nullable, 1);
	cr_assert_eq(col(r.bound->edges[0].to_schema, "a")->nullable, 0);
	check_edges(&r);
	unbind(&r);
}

#define DIAMOND(p, q)                                                                                                  \
	GRAPH("\"x\":{\"op\":\"make\",\"config\":{\"cols\":\"ab\"}},\"p\":{\"op\":\"edit\",\"config\":{\"do\":[" p     \
	      "]}},"                                                                                                   \
	      "\"q\":{\"op\":\"edit\",\"config\":{\"do\":[" q "]}},\"z\":{\"op\":\"sink\"}",                           \
	      "\"x -> p\",\"x -> q\",\"p -> z\",\"q -> z\"")

Test(bind, diamonds)
{
	struct rig r;

	bound(DIAMOND("", ""), &r); /* the same columns: no copy */
	cr_assert_eq(gathers(&r), 0);
	check_edges(&r);
	unbind(&r);
	bound(DIAMOND("[\"add\",\"n\"]", "[\"add\",\"n\"]"), &r); /* each branch has an n of its own */
	cr_assert_eq(gathers(&r), 1);
	check_edges(&r);
	unbind(&r);
	bound(DIAMOND("[\"add\",\"m\"]", "[\"add\",\"m\"],[\"add\",\"n\"]"), &r);
	check_edges(&r);
	unbind(&r);
	bound(DIAMOND("", "[\"rename\",\"a\",\"c\"],[\"rename\",\"b\",\"a\"],[\"rename\",\"a\",\"b\"]"),
	      &r); /* a and b change places */
	check_disjoint(out_of(&r, "q"));
	check_edges(&r);
	cr_assert_eq(gathers(&r), 1);
	unbind(&r);
}

Test(bind, rewrite_in_place_where_nobody_else_reads)
{
	const struct edit_plan *p;
	struct rig r;

	bound(GRAPH("\"x\":{\"op\":\"make\"},\"p\":{\"op\":\"edit\",\"config\":{\"do\":[[\"rewrite\",\"a\"]]}},\"z\":{"
		    "\"op\":\"sink\"}",
		    "\"x -> p\",\"p -> z\""),
	      &r);
	p = r.bound->nodes[1].plan;
	cr_assert(same_place(p->in, p->out));
	cr_assert(same_place(p->out, col(out_of(&r, "p"), "a")));
	unbind(&r);
}

/* Ports of one node may pass the same batch on; those that nobody reads don't count. */
Test(bind, rewrite_elsewhere_where_another_port_is_read)
{
	const struct edit_plan *p;
	struct rig r;

	bound(GRAPH("\"x\":{\"op\":\"make\"},\"p\":{\"op\":\"edit\",\"config\":{\"do\":[[\"rewrite\",\"a\"]]}},\"z\":{"
		    "\"op\":\"sink\"},\"y\":{\"op\":\"sink\"},\"f\":{\"op\":\"fork\"}",
		    "\"x -> f\",\"f.out -> p\",\"p -> z\",\"f.other -> y\""),
	      &r);
	p = r.bound->nodes[1].plan;
	cr_assert(!same_place(p->in, p->out));
	unbind(&r);
	bound(GRAPH("\"x\":{\"op\":\"make\"},\"p\":{\"op\":\"edit\",\"config\":{\"do\":[[\"rewrite\",\"a\"]]}},\"z\":{"
		    "\"op\":\"sink\"},\"f\":{\"op\":\"fork\"}",
		    "\"x -> f\",\"f.out -> p\",\"p -> z\""),
	      &r);
	p = r.bound->nodes[1].plan;
	cr_assert(same_place(p->in, p->out));
	unbind(&r);
}

/* Handles on one batch meet in an operator that could write to it: all but one are copied. */
Test(bind, handles_that_meet_are_parted)
{
	static const struct {
		const char *graph;
		uint32_t gathers;
	} cases[] = {
		{GRAPH("\"x\":{\"op\":\"make\"},\"f\":{\"op\":\"fork\"},\"p\":{\"op\":\"edit\"},\"z\":{\"op\":"
		       "\"sink\"}",
		       "\"x -> f\",\"f.out -> p\",\"f.other -> p\",\"p -> z\""),
		 1},
		{GRAPH("\"x\":{\"op\":\"make\"},\"f\":{\"op\":\"fork\"},\"z\":{\"op\":\"sink\"}",
		       "\"x -> f\",\"f.out -> z\",\"f.other -> z\""),
		 0},
		{GRAPH("\"x\":{\"op\":\"make\"},\"q\":{\"op\":\"edit\"},\"p\":{\"op\":\"edit\"},\"z\":{\"op\":"
		       "\"sink\"}",
		       "\"x -> q\",\"x -> p\",\"q -> p\",\"p -> z\""),
		 1},
		/* two sources, each read by two nodes: no batch comes twice to either */
		{GRAPH("\"x\":{\"op\":\"make\"},\"w\":{\"op\":\"make\"},\"q\":{\"op\":\"edit\"},\"p\":{\"op\":\"edit\"}"
		       ","
		       "\"y\":{\"op\":\"sink\"},\"z\":{\"op\":\"sink\"}",
		       "\"x -> q\",\"w -> q\",\"x -> p\",\"w -> p\",\"p -> z\",\"q -> y\""),
		 0},
		/* parted once, they are not parted again */
		{GRAPH("\"x\":{\"op\":\"make\"},\"f\":{\"op\":\"fork\"},\"p\":{\"op\":\"edit\"},\"q\":{\"op\":\"edit\"}"
		       ","
		       "\"z\":{\"op\":\"sink\"}",
		       "\"x -> f\",\"f.out -> p\",\"f.other -> p\",\"p -> q\",\"q -> z\""),
		 1},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rig r;

		bound(cases[i].graph, &r);
		cr_assert_eq(gathers(&r), cases[i].gathers, "case %zu: %u", i, (unsigned)gathers(&r));
		unbind(&r);
	}
}

/* Shared at once, or further up: the column that is written lies elsewhere, and all
 * who come after find it there. */
Test(bind, rewrite_elsewhere_where_others_read)
{
	static const char *const graphs[] = {
		GRAPH("\"x\":{\"op\":\"make\"},\"p\":{\"op\":\"edit\",\"config\":{\"do\":[[\"rewrite\",\"a\"]]}},\"z\":"
		      "{\"op\":\"sink\"},"
		      "\"y\":{\"op\":\"sink\"}",
		      "\"x -> p\",\"p -> z\",\"x -> y\""),
		GRAPH("\"x\":{\"op\":\"make\"},\"p\":{\"op\":\"edit\",\"config\":{\"do\":[[\"rewrite\",\"a\"]]}},\"z\":"
		      "{\"op\":\"sink\"},"
		      "\"y\":{\"op\":\"sink\"},\"o\":{\"op\":\"edit\"}",
		      "\"x -> o\",\"o -> p\",\"p -> z\",\"x -> y\""),
	};
	uint32_t i;

	for (i = 0; i < 2; i++) {
		const struct edit_plan *p;
		struct rig r;

		bound(graphs[i], &r);
		p = r.bound->nodes[1].plan;
		cr_assert(!same_place(p->in, p->out));
		cr_assert(same_place(p->out, col(out_of(&r, "p"), "a")));
		cr_assert(same_place(p->in, col(out_of(&r, "x"), "a")));
		check_edges(&r);
		unbind(&r);
	}
}

Test(bind, renamed_and_left_out)
{
	struct rig r;

	bound(GRAPH("\"x\":{\"op\":\"make\",\"config\":{\"cols\":\"abc\"}},\"p\":{\"op\":\"edit\",\"config\":{\"do\":["
		    "[\"rename\",\"a\",\"z\"],[\"drop\",\"b\"],[\"add\",\"b\"]]}},\"z\":{\"op\":\"sink\"}",
		    "\"x -> p\",\"p -> z\""),
	      &r);
	cr_assert_eq(out_of(&r, "p")->n, 3);
	cr_assert(same_place(col(out_of(&r, "p"), "z"), col(out_of(&r, "x"), "a")));
	cr_assert(!same_place(col(out_of(&r, "p"), "b"), col(out_of(&r, "x"), "b")));
	check_disjoint(out_of(&r, "p"));
	unbind(&r);
}

/* Fields are the input's: after a rename they mean the same column as before. */
Test(bind, names_change_places)
{
	struct rig r;

	bound(GRAPH("\"x\":{\"op\":\"make\"},\"p\":{\"op\":\"edit\",\"config\":{\"do\":["
		    "[\"rename\",\"a\",\"b\"],[\"rename\",\"b\",\"a\"]]}},\"z\":{\"op\":\"sink\"}",
		    "\"x -> p\",\"p -> z\""),
	      &r);
	cr_assert(same_place(col(out_of(&r, "p"), "b"), col(out_of(&r, "x"), "a")), "a did not become b");
	cr_assert(same_place(col(out_of(&r, "p"), "a"), col(out_of(&r, "x"), "b")), "b did not become a");
	unbind(&r);
	bound(GRAPH("\"x\":{\"op\":\"make\"},\"p\":{\"op\":\"edit\",\"config\":{\"do\":["
		    "[\"rename\",\"a\",\"c\"],[\"drop\",\"a\"]]}},\"z\":{\"op\":\"sink\"}",
		    "\"x -> p\",\"p -> z\""),
	      &r);
	cr_assert_eq(out_of(&r, "p")->n, 1);
	cr_assert_not_null(col(out_of(&r, "p"), "b"));
	unbind(&r);
}

Test(bind, errors_name_the_place)
{
	told(GRAPH("\"x\":{\"op\":\"make\",\"config\":{\"cols\":\"a\"}},\n\"p\":{\"op\":\"edit\",\"config\":{\"do\":[["
		   "\"rewrite\",\"aa\"]]}},"
		   "\"z\":{\"op\":\"sink\"}",
		   "\"x -> p\",\"p -> z\""),
	     "g.json:2:45: error: the input has no field \"aa\"", "known: a");
	told(GRAPH("\"x\":{\"op\":\"make\"},\n\"p\":{\"op\":\"edit\",\"config\":{\"do\":[[\"add\",\"c\"],[\"add\","
		   "\"b\"]]}},"
		   "\"z\":{\"op\":\"sink\"}",
		   "\"x -> p\",\"p -> z\""),
	     "there is a column \"b\" already", "(/nodes/p/config/do/1/1)");
	told(GRAPH("\"x\":{\"op\":\"make\"},\"y\":{\"op\":\"make\",\"config\":{\"cols\":\"ab!\"}},\"z\":{\"op\":"
		   "\"sink\"}",
		   "\"x -> z\",\n\"y -> z\""),
	     "g.json:3:1: error: column \"b\" is i64 on the edge from \"x\", but str here", "add an expr before");
	told(GRAPH("\"x\":{\"op\":\"make\"},\"y\":{\"op\":\"make\",\"config\":{\"cols\":\"a\"}},\"z\":{\"op\":"
		   "\"sink\"}",
		   "\"x -> z\",\n\"y -> z\""),
	     "g.json:3:1: error: column \"b\" is i64 on the edge from \"x\", but missing here", "same columns");
	told(GRAPH("\"x\":{\"op\":\"make\",\"watermark\":{\"field\":\"time\"}},\"z\":{\"op\":\"sink\"}", "\"x -> z\""),
	     "the output of \"x\" has no field \"time\"", "/nodes/x/watermark/field");
	told(GRAPH("\"x\":{\"op\":\"make\",\"watermark\":{\"field\":\"a\"}},\"z\":{\"op\":\"sink\"}", "\"x -> z\""),
	     "field \"a\" is of type i64", "event time must be a timestamp");
	told(GRAPH("\"x\":{\"op\":\"make\",\"config\":{\"cols\":\"at\"}},\"z\":{\"op\":\"sink\",\"order\":\"event_"
		   "time\"}",
		   "\"x -> z\""),
	     "\"z\" can't be merged by event time", "/nodes/z/order");
}

Test(bind, ports_of_dynamic_outputs)
{
	told(GRAPH("\"x\":{\"op\":\"vague\"},\"z\":{\"op\":\"sink\"}", "\n\"x.odd -> z\""),
	     "g.json:3:1: error:", "operator \"vague\" does not say what its port \"odd\" carries");
	told(GRAPH("\"x\":{\"op\":\"vague\"},\"z\":{\"op\":\"sink\"}", "\n\"x.od -> z\""), "has no output port \"od\"",
	     "did you mean \"odd\"?");
}

/* One column missing far up: told once, not once for every node behind. */
Test(bind, one_fault_one_error)
{
	struct rig r;
	const char *p;
	uint32_t n = 0;

	cr_assert_lt(
		bind(GRAPH("\"x\":{\"op\":\"make\"},\"p\":{\"op\":\"edit\",\"config\":{\"do\":[[\"rewrite\",\"q\"]]}},"
			   "\"q\":{\"op\":\"edit\",\"config\":{\"do\":[[\"rewrite\",\"q\"]]}},\"z\":{\"op\":\"sink\"}",
			   "\"x -> p\",\"p -> q\",\"q -> z\""),
		     &r),
		0);
	for (p = r.told; (p = strstr(p, "error:")) != NULL; p++)
		n++;
	cr_assert_eq(n, 1, "%s", r.told);
	unbind(&r);
}

/* Diamonds one after another, and a merge by event time behind them: the search for
 * the event time must not walk every path. */
Test(bind, event_time_behind_many_diamonds, .timeout = 20)
{
	char graph[16000];
	size_t n;
	struct rig r;
	uint32_t i;

	n = (size_t)snprintf(
		graph, sizeof graph,
		"{\"thalweg\":\"1\",\"name\":\"t\",\"nodes\":{\"m0\":{\"op\":\"make\",\"config\":{\"cols\":\"at\"},"
		"\"watermark\":{\"field\":\"t\"}},\"z\":{\"op\":\"sink\",\"order\":\"event_time\"}");
	for (i = 1; i <= 40; i++)
		n += (size_t)snprintf(graph + n, sizeof graph - n,
				      ",\"a%u\":{\"op\":\"edit\"},\"b%u\":{\"op\":\"edit\"},\"m%u\":{\"op\":\"edit\"}",
				      i, i, i);
	n += (size_t)snprintf(graph + n, sizeof graph - n, "},\"edges\":[\"m40 -> z\"");
	for (i = 1; i <= 40; i++)
		n += (size_t)snprintf(graph + n, sizeof graph - n,
				      ",\"m%u -> a%u\",\"m%u -> b%u\",\"a%u -> m%u\",\"b%u -> m%u\"", i - 1, i, i - 1,
				      i, i, i, i, i);
	snprintf(graph + n, sizeof graph - n, "]}");
	bound(graph, &r);
	cr_assert_not_null(r.bound->nodes[1].merge_by);
	unbind(&r);
}
