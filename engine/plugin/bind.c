/*
 * plugin/bind.c - binds a whole graph; see bind.h. [control]
 *
 * Where edges of several producers meet in one input port, their batches must
 * look alike to the operator. If the producers' families are strangers so far,
 * they are merged: same-named columns become one slot, and no batch is copied.
 * Where that can't be (nullable here and not there; the same family with the
 * columns in other slots), the edge gathers: rows are copied into new batches.
 * So are they where two edges may bring handles on the same batch and the node, or
 * one behind it, could add columns: each handle's values would overwrite the other's.
 */
#include <plugin/binding.h>

#include <errno.h>
#include <stdlib.h>

/* The edges into one input port. */
struct fan_in {
	uint32_t n;
	uint32_t edge[256];
};

static void collect(const struct tw_bound *g, uint32_t node, uint32_t port, struct fan_in *in)
{
	const struct tw_spec *s = g->checked->spec;
	uint32_t e;

	in->n = 0;
	for (e = 0; e < s->n_edges && in->n < 256; e++)
		if (s->edges[e].to == node && g->checked->to_port[e] == port)
			in->edge[in->n++] = e;
}

static const struct tw_bound_port *port_of_edge(const struct tw_bound *g, uint32_t e)
{
	const struct tw_bound_node *n = &g->nodes[g->checked->spec->edges[e].from];

	return g->edges[e].from_port == TW_PORT_ERR ? &n->err : &n->out[g->edges[e].from_port];
}

/* Is it known what edge e carries? Not if the node before it could not be bound. */
static bool is_bound(const struct tw_bound *g, uint32_t e)
{
	const struct tw_bound_node *n = &g->nodes[g->checked->spec->edges[e].from];
	const uint32_t port = g->edges[e].from_port;

	return port == TW_PORT_ERR ? n->err.name != NULL : port < n->n_out && n->out[port].family != TW_NONE;
}

static bool same_type(const struct tw_field *a, const struct tw_field *b)
{
	return a->type == b->type && a->width == b->width && a->scale == b->scale;
}

/* Every edge must carry the columns of the first one, with their types. */
static bool alike(struct tw_bound *g, const struct fan_in *in, struct tw_diags *d)
{
	const struct tw_spec *s = g->checked->spec;
	const struct tw_schema *first = &port_of_edge(g, in->edge[0])->schema;
	bool ok = true;
	uint32_t i, k;

	for (i = 1; i < in->n; i++) {
		const struct tw_spec_edge *e = &s->edges[in->edge[i]];

		for (k = 0; k < first->n; k++) {
			const struct tw_field *f = first->fields[k];
			const struct tw_field *o = tw_schema_find(&port_of_edge(g, in->edge[i])->schema, f->name);

			if (o && same_type(f, o))
				continue;
			ok = false;
			tw_diag_error(d, e->pointer,
				      "edges into one port must carry the same columns: add an expr before",
				      "column \"%s\" is %s on the edge from \"%s\", but %s here", f->name,
				      tw_type_name(f->type), s->nodes[s->edges[in->edge[0]].from].id,
				      o ? tw_type_name(o->type) : "missing");
		}
	}
	return ok;
}

/* Edge e's columns in the order of `to`. */
static const struct tw_schema *arrange(struct tw_bound *g, uint32_t e, const struct tw_schema *to)
{
	struct tw_schema *s = tw_binding_alloc(g->priv, sizeof *s);
	const struct tw_field **fields = tw_binding_alloc(g->priv, to->n * sizeof *fields);
	uint32_t i;

	for (i = 0; i < to->n; i++)
		fields[i] = tw_schema_find(&port_of_edge(g, e)->schema, to->fields[i]->name);
	s->n = to->n;
	s->fields = fields;
	return s;
}

/* Make edge e's columns the slots of `to`, in its family; false: it can't be. */
static bool unify(struct tw_bound *g, uint32_t e, const struct tw_schema *to, uint32_t family)
{
	struct tw_binding *b = g->priv;
	const struct tw_schema *from = g->edges[e].from_schema;
	const uint32_t other = port_of_edge(g, e)->family;
	const bool strangers = tw_binding_family_of(b, other) != tw_binding_family_of(b, family);
	uint32_t i;

	for (i = 0; i < to->n; i++) {
		const struct tw_bound_field *x = (const struct tw_bound_field *)from->fields[i];
		const struct tw_bound_field *y = (const struct tw_bound_field *)to->fields[i];

		if (!strangers && tw_binding_slot_of(b, x->slot) != tw_binding_slot_of(b, y->slot))
			return false;
	}
	for (i = 0; strangers && i < to->n; i++)
		tw_binding_merge_slots(b, ((const struct tw_bound_field *)to->fields[i])->slot,
				       ((const struct tw_bound_field *)from->fields[i])->slot);
	tw_binding_merge_families(b, family, other);
	return true;
}

/* A schema of the port's own, nullable where any edge is. */
static struct tw_schema *common(struct tw_bound *g, const struct fan_in *in, uint32_t *family)
{
	const struct tw_schema *first = &port_of_edge(g, in->edge[0])->schema;
	struct tw_schema *s = tw_binding_alloc(g->priv, sizeof *s);
	uint32_t i, k;

	*family = tw_binding_family(g->priv);
	for (k = 0; k < first->n; k++) {
		const struct tw_field *f = first->fields[k];
		struct tw_field_type t = {f->type, 0, f->type == TW_DECIMAL ? f->scale : f->width};

		for (i = 0; i < in->n; i++)
			t.nullable |= tw_schema_find(&port_of_edge(g, in->edge[i])->schema, f->name)->nullable;
		tw_schema_append(g->priv, s, &tw_binding_field(g->priv, f->name, t, *family)->f);
	}
	return s;
}

static bool nulls_differ(const struct tw_schema *a, const struct tw_schema *b)
{
	uint32_t i;

	for (i = 0; i < a->n; i++)
		if (a->fields[i]->nullable != b->fields[i]->nullable)
			return true;
	return false;
}

/* Where batches that come along an edge may have been made: a walk upstream. */
struct walk {
	const struct tw_bound *g;
	uint32_t *seen;  /* by edge: the last walk that was there */
	uint32_t *owner; /* by place where batches are made: the walk that found it */
	uint32_t number; /* of this walk, from 1 */
	bool meets;      /* it found what another had found */
};

static void found(struct walk *w, uint32_t place)
{
	w->meets |= w->owner[place] && w->owner[place] != w->number;
	w->owner[place] = w->number;
}

static void walk_up(struct walk *w, uint32_t e)
{
	const struct tw_spec *s = w->g->checked->spec;
	const struct tw_bound_port *p = port_of_edge(w->g, e);
	const uint32_t from = s->edges[e].from, port = w->g->edges[e].from_port;
	uint32_t k;

	if (w->seen[e] == w->number)
		return;
	w->seen[e] = w->number;
	if (w->g->edges[e].gather) {
		found(w, e);
		return;
	}
	if (p->makes) {
		found(w, s->n_edges + from * (TW_PORTS_MAX + 1) + (port < TW_PORTS_MAX ? port : TW_PORTS_MAX));
		return;
	}
	for (k = 0; k < s->n_edges; k++)
		if (s->edges[k].to == from && w->g->checked->to_port[k] == p->pass_in)
			walk_up(w, k);
}

/* The node passes its input on: let the edges into the port gather that may bring handles
 * on batches that an earlier edge brings too. */
static void part_handles(struct tw_bound *g, uint32_t node, uint32_t port)
{
	const struct tw_spec *s = g->checked->spec;
	struct walk w = {.g = g};
	struct fan_in in;
	uint32_t i;

	collect(g, node, port, &in);
	if (in.n < 2)
		return;
	w.seen = tw_binding_alloc(g->priv, s->n_edges * sizeof *w.seen);
	w.owner = tw_binding_alloc(g->priv, (s->n_edges + s->n_nodes * (TW_PORTS_MAX + 1)) * sizeof *w.owner);
	for (i = 0; i < in.n; i++) {
		w.number = i + 1;
		w.meets = false;
		walk_up(&w, in.edge[i]);
		g->edges[in.edge[i]].gather |= w.meets;
	}
}

static bool passes_on(const struct tw_bound_node *n, uint32_t in)
{
	uint32_t p;

	for (p = 0; p < n->n_out; p++)
		if (!n->out[p].makes && n->out[p].family != TW_NONE && n->out[p].pass_in == in)
			return true;
	return false;
}

/* Work out what an input port gets. false: not all upstream is bound. */
static bool bind_input(struct tw_bound *g, struct tw_binder *x, uint32_t node, uint32_t port)
{
	struct tw_schema *schema;
	uint32_t i, family;
	bool differ = false;
	struct fan_in in;

	collect(g, node, port, &in);
	if (in.n == 0)
		return true;
	for (i = 0; i < in.n; i++)
		if (!is_bound(g, in.edge[i]))
			return false;
	if (!alike(g, &in, x->d)) {
		x->b.failed++;
		return false;
	}
	schema = (struct tw_schema *)(uintptr_t)&port_of_edge(g, in.edge[0])->schema;
	family = port_of_edge(g, in.edge[0])->family;
	for (i = 0; i < in.n; i++) {
		g->edges[in.edge[i]].from_schema = arrange(g, in.edge[i], schema);
		differ |= nulls_differ(schema, g->edges[in.edge[i]].from_schema);
	}
	if (differ)
		schema = common(g, &in, &family);
	for (i = 0; i < in.n; i++) {
		struct tw_bound_edge *e = &g->edges[in.edge[i]];

		e->gather = differ || (i > 0 && !unify(g, in.edge[i], schema, family));
		e->to_schema = schema;
		e->family = family;
	}
	g->nodes[node].in[port] = schema;
	x->in_family[port] = family;
	return true;
}

/* May someone else hold the batches that leave by this port, or came before? */
static bool is_shared(const struct tw_bound *g, uint32_t node, uint32_t port, const struct tw_binder *x)
{
	const struct tw_spec *s = g->checked->spec;
	const struct tw_bound_port *p = &g->nodes[node].out[port];
	uint32_t e, readers = 0;

	for (e = 0; e < s->n_edges; e++) {
		const uint32_t from = g->edges[e].from_port;

		if (s->edges[e].from != node || from >= g->nodes[node].n_out)
			continue;
		/* ports that pass one input on may pass the same batch on: batch_child */
		readers += from == port || (!p->makes && !g->nodes[node].out[from].makes &&
					    g->nodes[node].out[from].pass_in == p->pass_in);
	}
	return readers > 1 || (!p->makes && x->in_shared[p->pass_in]);
}

static uint32_t find_port(const struct tw_bound_node *n, const char *name)
{
	uint32_t p;

	if (!name)
		return n->n_out ? 0 : TW_NONE;
	for (p = 0; p < n->n_out; p++)
		if (strcmp(n->out[p].name, name) == 0)
			return p;
	return TW_NONE;
}

/* Ports that only bind could name: find them for the edges that leave the node. */
static void resolve_outputs(struct tw_bound *g, uint32_t node, struct tw_diags *d)
{
	const struct tw_spec *s = g->checked->spec;
	const struct tw_bound_node *n = &g->nodes[node];
	uint32_t e, i;

	for (e = 0; e < s->n_edges; e++) {
		const char *names[TW_PORTS_MAX];
		char help[400];

		if (s->edges[e].from != node || g->edges[e].from_port == TW_PORT_ERR)
			continue;
		if (g->edges[e].from_port == TW_NONE)
			g->edges[e].from_port = find_port(n, s->edges[e].from_port);
		if (is_bound(g, e))
			continue;
		if (g->edges[e].from_port < n->n_out) {
			tw_diag_error(d, s->edges[e].pointer,
				      "the plugin's bind() must call out_new or out_pass for it",
				      "operator \"%s\" does not say what its port \"%s\" carries", s->nodes[node].op,
				      n->out[g->edges[e].from_port].name);
			continue;
		}
		for (i = 0; i < n->n_out; i++)
			names[i] = n->out[i].name;
		tw_diag_error(d, s->edges[e].pointer,
			      tw_did_you_mean(help, sizeof help, s->edges[e].from_port ? s->edges[e].from_port : "",
					      names, n->n_out),
			      "node \"%s\" has no output port \"%s\"", s->nodes[node].id,
			      s->edges[e].from_port ? s->edges[e].from_port : "");
	}
}

static void bind_watermark(struct tw_binder *x)
{
	const char *name = x->spec->watermark.field;
	const struct tw_schema *s = x->node->n_out ? &x->node->out[0].schema : NULL;
	const char *names[256];
	char at[160], help[400];
	uint32_t i;

	if (!name || !s)
		return;
	snprintf(at, sizeof at, "%s/watermark/field", x->spec->pointer);
	x->node->watermark = tw_schema_find(s, name);
	if (!x->node->watermark) {
		for (i = 0; i < s->n; i++)
			names[i] = s->fields[i]->name;
		tw_diag_error(x->d, at, tw_did_you_mean(help, sizeof help, name, names, s->n),
			      "the output of \"%s\" has no field \"%s\"", x->spec->id, name);
	} else if (x->node->watermark->type != TW_TIMESTAMP) {
		tw_diag_error(x->d, at, "event time must be a timestamp", "field \"%s\" is of type %s", name,
			      tw_type_name(x->node->watermark->type));
	}
}

/* The event-time field of what comes into a node: of the nearest nodes before it that
 * make watermarks. "": they differ, or some path has none. */
static const char *event_time_before(const struct tw_bound *g, uint32_t node)
{
	const struct tw_spec *s = g->checked->spec;
	const char *name = NULL;
	uint32_t e;

	for (e = 0; e < s->n_edges; e++) {
		if (s->edges[e].to != node)
			continue;
		if (!name)
			name = g->nodes[s->edges[e].from].event_time;
		else if (strcmp(name, g->nodes[s->edges[e].from].event_time) != 0)
			name = "";
	}
	return name ? name : "";
}

/* "order": "event_time": the inputs of port 0 are merged by their watermarks' field. */
static void bind_merge(struct tw_bound *g, struct tw_binder *x, uint32_t node)
{
	const char *name = event_time_before(g, node);
	char at[160];

	if (x->spec->order != TW_ORDER_EVENT_TIME)
		return;
	snprintf(at, sizeof at, "%s/order", x->spec->pointer);
	if (x->node->n_in != 1 || !*name) {
		tw_diag_error(x->d, at, "give a node before each input a \"watermark\" by the same field",
			      "\"%s\" can't be merged by event time: it needs one input port whose edges all have a "
			      "watermark",
			      x->spec->id);
		return;
	}
	x->node->merge_by = tw_schema_find(x->b.in[0], name);
	x->node->merge_family = x->in_family[0];
	if (!x->node->merge_by || x->node->merge_by->type != TW_TIMESTAMP)
		tw_diag_error(x->d, at, "keep the column up to here",
			      "\"%s\" can't be merged by event time: its input has no timestamp column \"%s\"",
			      x->spec->id, name);
}

static void open_ports(struct tw_bound *g, struct tw_binder *x)
{
	struct tw_bound_node *n = x->node;
	uint32_t p;

	n->out = tw_binding_alloc(g->priv, TW_PORTS_MAX * sizeof *n->out);
	for (p = 0; x->kind->out && x->kind->out[p]; p++) {
		n->out[p].name = x->kind->out[p];
		n->n_out++;
		if (n->n_in == 1)
			tw_binder_host.out_pass(&x->b, p, 0);
		else
			tw_binder_host.out_new(&x->b, p);
	}
	n->err.name = "err";
	n->err.makes = true;
	n->err.family = tw_binding_family(g->priv);
	for (p = 0; p < TW_ERR_FIELDS; p++) {
		static const char *const names[] = {"node", "reason", "data", "at"};
		static const uint8_t types[] = {TW_STR, TW_STR, TW_BYTES, TW_TIMESTAMP};
		struct tw_field_type t = {types[p], p == TW_ERR_DATA, 0};

		tw_schema_append(g->priv, &n->err.schema, &tw_binding_field(g->priv, names[p], t, n->err.family)->f);
	}
}

static void bind_node(struct tw_bound *g, uint32_t node, bool *shared, struct tw_diags *d)
{
	const struct tw_spec *s = g->checked->spec;
	struct tw_bound_node *n = &g->nodes[node];
	struct tw_binder x = {
		.g = g->priv,
		.d = d,
		.spec = &s->nodes[node],
		.kind = g->checked->kind[node],
		.config = g->checked->config[node],
		.node = n,
	};
	uint32_t p, e;
	bool ready = true;

	while (x.kind->in && x.kind->in[n->n_in])
		n->n_in++;
	n->event_time = x.spec->watermark.field ? x.spec->watermark.field : event_time_before(g, node);
	n->in = tw_binding_alloc(g->priv, (n->n_in + 1) * sizeof(struct tw_schema *));
	for (p = 0; p < n->n_in; p++)
		ready &= bind_input(g, &x, node, p);
	for (e = 0; e < s->n_edges; e++)
		if (s->edges[e].to == node)
			x.in_shared[g->checked->to_port[e]] |= shared[e];
	if (!ready)
		return;
	x.b = (struct tw_bind){.host = &tw_binder_host,
			       .config = (const struct tw_conf *)x.config,
			       .n_in = n->n_in,
			       .in = (const struct tw_schema *const *)n->in};
	open_ports(g, &x);
	if (x.kind->bind && x.kind->bind(&x.b) < 0 && x.b.failed == 0)
		x.b.host->fail(&x.b, NULL, -1, "the operator refused its configuration and gave no reason", NULL);
	if (x.b.failed) {
		for (p = 0; p < n->n_out; p++)
			n->out[p].family = TW_NONE; /* what comes after can't be judged */
		return;
	}
	n->plan = x.b.plan;
	resolve_outputs(g, node, d);
	bind_watermark(&x);
	bind_merge(g, &x, node);
	for (p = 0; p < n->n_in; p++)
		if (!n->merge_by && passes_on(n, p)) /* a merge copies all rows itself */
			part_handles(g, node, p);
	for (e = 0; e < s->n_edges; e++)
		if (s->edges[e].from == node && g->edges[e].from_port < n->n_out)
			shared[e] = is_shared(g, node, g->edges[e].from_port, &x);
}

int tw_bind_graph(const struct tw_checked *c, struct tw_bound **out, struct tw_diags *d)
{
	const struct tw_spec *s = c->spec;
	const uint32_t before = d->n_errors;
	struct tw_bound *g = calloc(1, sizeof *g);
	bool *shared = calloc(s->n_edges + 1, sizeof *shared);
	uint32_t i;

	*out = NULL;
	if (!g || !shared || !(g->priv = calloc(1, sizeof *g->priv))) {
		free(shared);
		free(g);
		return -ENOMEM;
	}
	g->checked = c;
	g->nodes = tw_binding_alloc(g->priv, s->n_nodes * sizeof *g->nodes);
	g->edges = tw_binding_alloc(g->priv, s->n_edges * sizeof *g->edges);
	for (i = 0; i < s->n_edges; i++) {
		g->edges[i].from_port = c->from_port[i];
		g->edges[i].to_port = c->to_port[i];
	}
	for (i = 0; i < s->n_nodes; i++)
		bind_node(g, c->topo[i], shared, d);
	free(shared);
	if (d->n_errors > before) {
		tw_bound_destroy(g);
		return -EINVAL;
	}
	g->bytes = tw_binding_layout(g->priv);
	g->n_families = g->priv->n_families;
	*out = g;
	return 0;
}

void tw_bound_destroy(struct tw_bound *g)
{
	if (!g)
		return;
	free(g->bytes);
	tw_binding_fini(g->priv);
	free(g->priv);
	free(g);
}
