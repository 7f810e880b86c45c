/*
 * place/topo.h - the machine's tree of caches, by hwloc. Only topo.c includes it.
 *
 * Of this machine, or of a description: so that two sockets are tested on a
 * laptop. Loading takes 10 to 50 ms: once per process. [control]
 */
#ifndef TW_PLACE_TOPO_H
#define TW_PLACE_TOPO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place for a worker: one hardware thread. Ids are logical numbers of the
 * enclosing object, so two cores share an L2 iff their l2 are equal. */
struct tw_core {
	uint32_t cpu;  /* OS number, what is pinned to */
	uint32_t core; /* physical core */
	uint32_t l2, l3, numa, package;
	bool smt; /* a second thread of its core */
};

struct tw_topo;

/* source: NULL this machine (restricted to the CPUs this process may use); a path
 * of an hwloc XML file; or "synthetic:..." with hwloc's notation. 0, or -errno
 * with a line for people in err. */
int tw_topo_load(const char *source, struct tw_topo **out, char *err, size_t err_len);
void tw_topo_destroy(struct tw_topo *t);

/* All hardware threads, in an order where neighbours in the array are near each
 * other and first threads of all cores precede second ones. */
uint32_t tw_topo_n(const struct tw_topo *t);
const struct tw_core *tw_topo_cores(const struct tw_topo *t);
bool tw_topo_is_this_machine(const struct tw_topo *t);

/* CPUs that the cgroup's quota allows this process at once (at least 1); equals
 * the number of CPUs when there is no quota. Only for this machine. */
uint32_t tw_topo_cpu_quota(const struct tw_topo *t);

/* ns a cache line takes from core a to core b: 0 the same core entry, then by the
 * nearest object they share. Table in place/README.md. */
double tw_topo_distance(const struct tw_core *a, const struct tw_core *b);

/* Pin the calling thread; read back what the kernel has. 0 or -errno. */
int tw_pin_self(uint32_t cpu);
int tw_pinned_to(uint32_t *cpu); /* 0 and the only CPU this thread may run on; -ENOENT: more than one */

#endif
