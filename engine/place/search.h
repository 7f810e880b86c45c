/*
 * place/search.h - looking for the cheapest placement of a digested problem. Pure.
 *
 * Parts of tw_place, apart so that tests can hold the heuristic alone against
 * brute force. [control]
 */
#ifndef TW_PLACE_SEARCH_H
#define TW_PLACE_SEARCH_H

#include <place/try.h>

/* Up to so many atoms all placements are tried, unless there are too many. */
#define TW_EXACT_ATOMS 8u

/* Fill slot[n] with the best placement found. 0 or -ENOMEM. */
int tw_search(const struct tw_net *net, bool with_exact, uint32_t *slot);

/* Make t a first guess: k clusters by contraction of heavy links, each put near
 * what it talks to. seed 0: the plain guess; else one with luck in it. */
int tw_start(struct tw_try *t, uint32_t k, uint64_t seed);

/* Better t by moves, swaps and merges until none gains or work reaches `until`. */
int tw_climb(struct tw_try *t, uint64_t until);

/* Try all placements that may cost less than *cost; slot and *cost get the best.
 * 0, -ENOMEM, or -E2BIG: gave up, *slot is the best so far. */
int tw_exact(struct tw_try *t, double *cost, uint32_t *slot);

/* Deterministic luck; state must not be 0. */
static inline uint32_t tw_luck(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state * 0x2545f4914f6cdd1du >> 32);
}

#endif
