/*
 * place/net.h - the partitioner's digest of a problem. Pure.
 *
 * Nodes that must share a thread melt into one atom; cores become slots, a slot
 * being room for one worker (a core has several when workers outnumber cores).
 * Constant once made. [control]
 */
#ifndef TW_PLACE_NET_H
#define TW_PLACE_NET_H

#include <place/partition.h>

/* Levels of nesting, innermost first. An entry is one of the problem's cores. */
enum { TW_AT_ENTRY, TW_AT_CORE, TW_AT_L2, TW_AT_L3, TW_AT_NUMA, TW_AT_PACKAGE, TW_AT_LEVELS };

/* Two busy hardware threads of one core get as much done as 1 / this single ones. */
#define TW_SMT_STRETCH 0.8

/* What atom `to` and the link's owner exchange, and what they must share. */
struct tw_net_link {
	uint32_t to;
	uint8_t need; /* bits 1 << enum tw_near */
	double rate;
};

struct tw_net {
	/* atoms */
	uint32_t n;
	uint32_t *atom;  /* [n_nodes] */
	double *load;    /* [n] */
	uint32_t *first; /* [n + 1] into links */
	struct tw_net_link *links;

	/* slots */
	uint32_t n_slots, n_cores;
	uint32_t *obj[TW_AT_LEVELS]; /* [n_slots] number of the enclosing object */
	uint32_t n_obj[TW_AT_LEVELS];
	uint64_t *shape[TW_AT_LEVELS]; /* [n_obj] equal for subtrees that look alike */
	uint32_t *entry_first;         /* [n_obj[CORE] + 1]: a core's entries are consecutive numbers in entries */
	uint32_t *entries;
	double *dist;   /* [n_cores^2] between entries */
	uint8_t *share; /* [n_cores^2] bits 1 << enum tw_near */

	/* limits and the prices that make a search keep to them */
	uint32_t most, least; /* workers */
	double breach;        /* of a rule, more than all the rest can cost */
	double missing;       /* of a worker too few */
	double eps;           /* gains below this are rounding */
};

/* 0, -ENOMEM, or -EINVAL with *broken_rule set if it is a rule's fault. */
int tw_net_init(struct tw_net *net, const struct tw_place_problem *p, uint32_t *broken_rule);
void tw_net_fini(struct tw_net *net);

/* What a link costs whose ends sit in slots s and t. */
static inline double tw_net_pay(const struct tw_net *net, const struct tw_net_link *l, uint32_t s, uint32_t t)
{
	size_t at = (size_t)net->obj[TW_AT_ENTRY][s] * net->n_cores + net->obj[TW_AT_ENTRY][t];

	return l->rate * net->dist[at] + ((net->share[at] & l->need) == l->need ? 0 : net->breach);
}

#endif
