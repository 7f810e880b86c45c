/*
 * thalweg/simd.h - which vector instructions this machine has.
 *
 * A kernel is one small loop over arrays, written once per level of instructions and
 * chosen at run time, when an instance is made; the folder simd/ has those of the SDK,
 * each with a plain twin that does the same. A plugin built for the oldest machine so uses
 * the newest one. Nothing here is stored: the level is asked for in create(), not on
 * the hot path, because under a hypervisor asking costs tens of microseconds.
 *
 * A kernel of one's own for several levels, without writing it twice: an inline body,
 * and per level a function that consists of its call. The compiler makes each with
 * the instructions of its level.
 *
 *	static TW_BODY void add(int64_t *a, const int64_t *b, size_t n) { ... }
 *	static TW_AVX2 void add_avx2(int64_t *a, const int64_t *b, size_t n) { add(a, b, n); }
 */
#ifndef THALWEG_SIMD_H
#define THALWEG_SIMD_H

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Each includes those before it. TW_SIMD_BASE is what every machine of its kind
 * has: SSE2 on x86-64, NEON on arm64, nothing elsewhere. */
enum tw_simd { TW_SIMD_PLAIN, TW_SIMD_BASE, TW_SIMD_AVX2, TW_SIMD_AVX512 };

/* What a function may use: AVX2 as in Haswell, AVX-512 as in Ice Lake and Zen 4. */
#define TW_BODY inline __attribute__((always_inline))
#if defined(__x86_64__)
#define TW_AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt,pclmul")))
#define TW_AVX512                                                                                                      \
	__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt,pclmul,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,"       \
			      "avx512vbmi2")))
#endif

static inline const char *tw_simd_name(enum tw_simd level)
{
	static const char *const names[] = {"plain", "base", "avx2", "avx512"};

	return names[level];
}

/* What the processor has and the system keeps across a switch of threads. [any] */
static inline enum tw_simd tw_simd_machine(void)
{
#if defined(__x86_64__)
	/* leaf 1 ecx: pclmul, popcnt, osxsave, avx. leaf 7 ebx: bmi, avx2, bmi2; avx512 f,
	 * dq, bw, vl; ecx: vbmi, vbmi2. xcr0: xmm, ymm; opmask, zmm low, zmm high. */
	const unsigned one = 1u << 1 | 1u << 23 | 1u << 27 | 1u << 28, two = 1u << 3 | 1u << 5 | 1u << 8;
	const unsigned wide = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31, wide_c = 1u << 1 | 1u << 6;
	unsigned a, b, c, d, xcr0;

	if (!__get_cpuid(1, &a, &b, &c, &d) || (c & one) != one)
		return TW_SIMD_BASE;
	__asm__("xgetbv" : "=a"(xcr0), "=d"(d) : "c"(0));
	if ((xcr0 & 0x6u) != 0x6u || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & two) != two)
		return TW_SIMD_BASE;
	if ((xcr0 & 0xe0u) != 0xe0u || (b & wide) != wide || (c & wide_c) != wide_c)
		return TW_SIMD_AVX2;
	return TW_SIMD_AVX512;
#else
	return TW_SIMD_BASE;
#endif
}

/* The level to use: the machine's, or less where THALWEG_SIMD (plain, base, avx2,
 * avx512) says so. Ask once, in create(). [control] */
static inline enum tw_simd tw_simd_level(void)
{
	const enum tw_simd most = tw_simd_machine();
	const char *want = getenv("THALWEG_SIMD");
	int level;

	for (level = 0; want && level < (int)most; level++)
		if (strcmp(want, tw_simd_name((enum tw_simd)level)) == 0)
			return (enum tw_simd)level;
	return most;
}

#ifdef __cplusplus
}
#endif
#endif
