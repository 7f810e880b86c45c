/* cli/place_tree.c - the machine's used branches with workers and nodes on them; see place_print.h. */
#include <cli/place_print.h>

#include <string.h>

#define WIDTH 100

/* Outermost first; a worker is the leaf. */
enum { AT_PACKAGE, AT_NUMA, AT_L3, AT_L2, AT_CORE, AT_WORKER, AT_LEVELS };
static const char *const level_names[] = {"package", "NUMA node", "L3", "L2", "core", "cpu"};

struct tree {
	const struct tw_place_view *v;
	bool utf8;
	bool has_l3; /* some L3 is shared, so it is worth a line */
	char prefix[AT_LEVELS * 8];
};

static uint32_t id_at(const struct tw_core *c, int level)
{
	const uint32_t ids[] = {c->package, c->numa, c->l3, c->l2, c->core, c->cpu};

	return ids[level];
}

static const struct tw_core *core_of(const struct tree *x, uint32_t i)
{
	const struct tw_place_view *v = x->v;

	return &v->p->cores[v->pl->core[v->order[i]]];
}

/* Whether a and b lie in the same object of a level, and of all around it. */
static bool together(const struct tw_core *a, const struct tw_core *b, int level)
{
	for (; level >= 0; level--)
		if (id_at(a, level) != id_at(b, level))
			return false;
	return true;
}

/* Whether the object of `level` around c has one child only, in the whole machine. */
static bool only_child(const struct tree *x, const struct tw_core *c, int level)
{
	const struct tw_core *all = tw_topo_cores(x->v->t);
	uint32_t i;

	for (i = 0; i < tw_topo_n(x->v->t); i++)
		if (together(&all[i], c, level) && id_at(&all[i], level + 1) != id_at(c, level + 1))
			return false;
	return true;
}

static bool any_shared_l3(const struct tw_topo *t)
{
	const struct tw_core *all = tw_topo_cores(t);
	uint32_t i, j;

	for (i = 0; i < tw_topo_n(t); i++)
		for (j = 0; j < i; j++)
			if (all[i].l3 == all[j].l3 && all[i].core != all[j].core)
				return true;
	return false;
}

/* Cores of the object of `level` around worker `from` that lie in none of the children in use, from..to-1. */
static uint32_t idle_cores(const struct tree *x, int level, uint32_t from, uint32_t to)
{
	const struct tw_core *all = tw_topo_cores(x->v->t);
	uint32_t i, j, n = 0;

	for (i = 0; i < tw_topo_n(x->v->t); i++) {
		if (all[i].smt || (level >= 0 && !together(&all[i], core_of(x, from), level)))
			continue;
		for (j = from; j < to && !together(&all[i], core_of(x, j), level + 1); j++)
			;
		n += j == to;
	}
	return n;
}

static void put_branch(const struct tree *x, bool last)
{
	fprintf(x->v->out, "%s%s ", x->prefix, x->utf8 ? (last ? "└─" : "├─") : (last ? "`-" : "|-"));
}

/* "worker 0, 41 % of the work: parse, filter" with lines of WIDTH at most. */
static void put_worker(const struct tree *x, uint32_t w, const char *rest)
{
	const struct tw_place_view *v = x->v;
	uint32_t i, n = 0;
	size_t col = WIDTH / 2;

	fprintf(v->out, "worker %u, %.1f %% of the work:", w, v->total > 0 ? 100 * v->load[w] / v->total : 0);
	for (i = 0; i < v->p->n_nodes; i++) {
		if (v->pl->worker[i] != w)
			continue;
		if (n++ && col + strlen(v->names[i]) > WIDTH) {
			fprintf(v->out, ",\n%s%s     ", x->prefix, rest);
			col = strlen(x->prefix);
			n = 1;
		}
		fprintf(v->out, "%s %s", n > 1 ? "," : "", v->names[i]);
		col += strlen(v->names[i]) + 2;
	}
	fputc('\n', v->out);
}

/* The end of those from `from` that share its object at a level. */
static uint32_t group_end(const struct tree *x, int level, uint32_t from, uint32_t to)
{
	uint32_t end = from + 1;

	if (level == AT_WORKER)
		return end;
	while (end < to && together(core_of(x, from), core_of(x, end), level))
		end++;
	return end;
}

/* Print the label of the object at `level` and, on the same line, of its children
 * as long as there is only one; return the level reached. */
static int put_labels(const struct tree *x, int level, uint32_t from, uint32_t to)
{
	const struct tw_core *c = core_of(x, from);
	const char *comma = "";

	for (;; level++) {
		if (level != AT_L3 || x->has_l3) {
			fprintf(x->v->out, "%s%s %u", comma, level_names[level], id_at(c, level));
			comma = ", ";
		}
		if (level == AT_WORKER || (level == AT_CORE ? to - from > 1 : !only_child(x, c, level)))
			return level;
	}
}

static void put_idle(struct tree *x, int level, uint32_t from, uint32_t to)
{
	uint32_t idle = level < AT_CORE ? idle_cores(x, level, from, to) : 0;

	if (!idle)
		return;
	put_branch(x, true);
	fprintf(x->v->out, "(%u more core%s idle)\n", idle, idle == 1 ? "" : "s");
}

/* The children at `level` of one object; AT_LEVELS deep at most. */
static void put_children(struct tree *x, int level, uint32_t from, uint32_t to)
{
	size_t len = strlen(x->prefix);
	uint32_t i, end;
	bool idle = level - 1 < AT_CORE && idle_cores(x, level - 1, from, to) > 0;

	for (i = from; i < to; i = end) {
		bool last;
		int reached;

		end = group_end(x, level, i, to);
		last = end == to && !idle;
		put_branch(x, last);
		reached = put_labels(x, level, i, end);
		strcpy(x->prefix + len, last ? "   " : x->utf8 ? "│  " : "|  ");
		if (reached == AT_WORKER) {
			fputs(": ", x->v->out);
			x->prefix[len] = '\0';
			put_worker(x, x->v->order[i], last ? "   " : x->utf8 ? "│  " : "|  ");
		} else {
			fputc('\n', x->v->out);
			put_children(x, reached + 1, i, end);
		}
		x->prefix[len] = '\0';
	}
	put_idle(x, level - 1, from, to);
}

static uint32_t count(const struct tw_topo *t, int level)
{
	const struct tw_core *c = tw_topo_cores(t);
	uint32_t i, j, n = 0;

	for (i = 0; i < tw_topo_n(t); i++) {
		for (j = 0; j < i && id_at(&c[i], level) != id_at(&c[j], level); j++)
			;
		n += j == i;
	}
	return n;
}

static void put_count(const struct tw_place_view *v, int level, const char *name, const char *end)
{
	uint32_t n = count(v->t, level);

	fprintf(v->out, "%u %s%s%s", n, name, n == 1 ? "" : "s", end);
}

void tw_place_print_tree(const struct tw_place_view *v, bool utf8)
{
	struct tree x = {.v = v, .utf8 = utf8, .has_l3 = any_shared_l3(v->t), .prefix = ""};

	fputs(tw_topo_is_this_machine(v->t) ? "this machine: " : "described machine: ", v->out);
	put_count(v, AT_PACKAGE, "package", ", ");
	put_count(v, AT_NUMA, "NUMA node", ", ");
	if (x.has_l3)
		put_count(v, AT_L3, "L3 cache", ", ");
	put_count(v, AT_CORE, "core", ", ");
	put_count(v, AT_WORKER, "hardware thread", "\n");
	if (v->pl->n_workers)
		put_children(&x, AT_PACKAGE, 0, v->pl->n_workers);
}
