/* graph/rate.c - the rate of a graph's sources, set from outside; see rate.h. */
#include <graph/rate.h>

#include <jansson.h>
#include <math.h>
#include <string.h>
#include <thalweg/types.h>

static const struct tw_kind *source_kind(const struct tw_kinds *kinds, const char *op)
{
	uint32_t i;

	for (i = 0; op && i < kinds->n; i++) {
		const struct tw_kind *k = kinds->kinds[i];

		if (strcmp(k->id, op) == 0)
			return k->in && k->in[0] ? NULL : k;
	}
	return NULL;
}

static bool knows_rate(const struct tw_kind *kind)
{
	json_t *schema = kind->config ? json_loads(kind->config, 0, NULL) : NULL;
	const bool knows = json_object_get(json_object_get(schema, "properties"), "rate") != NULL;

	json_decref(schema);
	return knows;
}

static json_t *number(double v)
{
	return v == floor(v) ? json_integer((json_int_t)v) : json_real(v);
}

int tw_spec_set_rate(struct tw_spec *s, const struct tw_kinds *kinds, double rate, struct tw_diags *d)
{
	uint32_t i, first = TW_NONE, n_set = 0;
	char at[160];

	for (i = 0; i < s->n_nodes; i++) {
		const struct tw_kind *kind = source_kind(kinds, s->nodes[i].op);

		if (!kind)
			continue;
		first = first == TW_NONE ? i : first;
		if (!knows_rate(kind))
			continue;
		json_object_set_new((json_t *)s->nodes[i].config, "rate", number(rate));
		n_set++;
	}
	if (n_set || first == TW_NONE) /* without sources the check has its own words */
		return 0;
	snprintf(at, sizeof at, "%s/op", s->nodes[first].pointer);
	return tw_diag_error(d, at, "leave --rate out, or let gen make the records",
			     "a rate is asked for, but operator \"%s\" has none to set", s->nodes[first].op);
}
