/*
 * chain.h - what the two halves of the chain benchmark share: the variants, and one
 * cell of the table.
 */
#ifndef CHAIN_H
#define CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_OPS 16
#define MAX_ROUNDS 99

/* The plain loop; all nodes on one worker; the first half of them on one and the second
 * on another, so one ring; dealt to two in turn, so every edge a ring. */
enum variant { FLOOR, FUSED, HALVES, DEALT, VARIANTS };

struct cell {
	uint32_t batch, ops;
	int64_t rows;                    /* a multiple of batch */
	double ns[VARIANTS][MAX_ROUNDS]; /* per record */
};

/* The first two CPUs that we may use. */
struct cpus {
	uint32_t n, cpu[2];
};

/* ns for all rows; < 0: it went wrong, and stderr says how. Of the engine from the first
 * poll to the sink's end, so without the threads' starts. */
double chain_floor(const struct cell *x);
double chain_engine(const struct cpus *m, const struct cell *x, enum variant v);

/* ns for a cache line's way to the other CPU and back; 0: there is no other, or the two
 * did not run at once. */
double chain_trip(const struct cpus *m);

#endif
