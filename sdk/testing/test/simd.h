/* simd.h - shared by the tests of kernels: levels, random bits, memory that ends at a page
 * that must not be touched. */
#ifndef TEST_SIMD_H
#define TEST_SIMD_H

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <thalweg/simd.h>
#include <unistd.h>

#define GUARD_BYTES 65536u

static uint64_t random_state = 0x1234567887654321u;

static inline uint64_t random_bits(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state * 0x9e3779b97f4a7c15u >> 11 ^ random_state;
}

/* The end of GUARD_BYTES bytes: what lies behind cannot be read or written. */
static inline char *guard_end(void)
{
	char *p = mmap(NULL, GUARD_BYTES + 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	cr_assert(p != MAP_FAILED);
	cr_assert_eq(mprotect(p + GUARD_BYTES, 65536, PROT_NONE), 0);
	return p + GUARD_BYTES;
}

static inline void guard_free(char *end)
{
	munmap(end - GUARD_BYTES, GUARD_BYTES + 65536);
}

/* n bytes that end where the guard begins. Their first byte; with an odd n it is unaligned. */
static inline char *guarded(char *end, size_t n)
{
	return end - n;
}

#endif
