/*
 * stdatomic.h - stands before the compiler's own when a source is built for the
 * explorer (explore.h): each atomic operation is a call of it, so that the source is
 * explored as it is. _Atomic means nothing here, for only one thread really runs.
 *
 * Only what the explored sources use. What has no _explicit is missing on purpose:
 * each use shall name its order.
 */
#ifndef TW_MODEL_STDATOMIC_H
#define TW_MODEL_STDATOMIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define _Atomic

typedef enum {
	memory_order_relaxed,
	memory_order_acquire = 2,
	memory_order_release,
	memory_order_acq_rel,
	memory_order_seq_cst
} memory_order;

enum ex_rmw { EX_EXCHANGE, EX_ADD, EX_SUB };

uint64_t ex_load(const void *at, size_t size, memory_order order);
void ex_store(void *at, size_t size, uint64_t value, memory_order order);
uint64_t ex_rmw(void *at, size_t size, enum ex_rmw how, uint64_t operand, memory_order order);
void ex_fence(memory_order order);

#define atomic_load_explicit(at, order) ((__typeof__(*(at)))ex_load(at, sizeof *(at), order))
#define atomic_store_explicit(at, value, order) ex_store(at, sizeof *(at), (uint64_t)(value), order)
#define atomic_exchange_explicit(at, value, order)                                                                     \
	((__typeof__(*(at)))ex_rmw(at, sizeof *(at), EX_EXCHANGE, (uint64_t)(value), order))
#define atomic_fetch_add_explicit(at, value, order)                                                                    \
	((__typeof__(*(at)))ex_rmw(at, sizeof *(at), EX_ADD, (uint64_t)(value), order))
#define atomic_fetch_sub_explicit(at, value, order)                                                                    \
	((__typeof__(*(at)))ex_rmw(at, sizeof *(at), EX_SUB, (uint64_t)(value), order))
#define atomic_thread_fence(order) ex_fence(order)

#endif
