/*
 * place/try.h - one attempt at a placement, with quick answers to "what if". Pure.
 *
 * Atoms sit in slots or nowhere yet. Cost is kept up to date move by move, and a
 * move's gain is known without making it, in time proportional to the links
 * concerned. [control]
 */
#ifndef TW_PLACE_TRY_H
#define TW_PLACE_TRY_H

#include <place/net.h>

struct tw_try {
	const struct tw_net *net;
	uint32_t *slot;               /* [n]; UINT32_MAX: nowhere yet */
	uint32_t *count;              /* [n_slots] atoms in it */
	uint32_t *head, *next, *prev; /* the atoms of a slot, a list */
	uint32_t *held[TW_AT_LEVELS]; /* [n_obj] slots in use in an object */
	double *slot_load;            /* [n_slots] */
	double *entry_load;           /* [n_cores] */
	double *busy;                 /* [physical cores] */
	uint32_t top[3];              /* the busiest of these, by busy */
	uint32_t n_used;
	double links;   /* traffic and broken rules */
	uint64_t *keys; /* [n_slots] scratch */
	uint64_t work;  /* links looked at: the searches' clock */
};

int tw_try_init(struct tw_try *t, const struct tw_net *net); /* 0, -ENOMEM */
void tw_try_fini(struct tw_try *t);
void tw_try_clear(struct tw_try *t); /* all nowhere; work goes on counting */
void tw_try_load(struct tw_try *t, const uint32_t *slot);

void tw_try_put(struct tw_try *t, uint32_t atom, uint32_t slot); /* from nowhere */
void tw_try_take(struct tw_try *t, uint32_t atom);
void tw_try_move(struct tw_try *t, uint32_t atom, uint32_t slot);

double tw_try_cost(const struct tw_try *t);

/* What an atom's links to those that sit somewhere cost if it sits in slot; the
 * busiest core if slot had so much more load. */
double tw_try_links(struct tw_try *t, uint32_t atom, uint32_t slot);
double tw_try_peak(const struct tw_try *t, uint32_t slot, double load);

/* What the cost would change by; INFINITY: too many workers. */
double tw_try_if_move(struct tw_try *t, uint32_t atom, uint32_t slot);
double tw_try_if_swap(struct tw_try *t, uint32_t a, uint32_t b);
/* All of slot a to slot b and the other way; `merge`: b's atoms stay. */
double tw_try_if_slots(struct tw_try *t, uint32_t a, uint32_t b, bool merge);
void tw_try_slots(struct tw_try *t, uint32_t a, uint32_t b, bool merge);

/* Empty slots, one of each kind: for any other there is one in the list that is
 * as near to everything in use and lies in as much free room. out: [n_slots]. */
uint32_t tw_try_empties(struct tw_try *t, uint32_t *out);

#endif
