/* test_scan.c - bytes found, alike on all levels and as a loop over bytes finds them. */
#include "simd.h"

#include <thalweg/simd/scan.h>

static void fill(char *p, size_t n)
{
	static const char letters[] = "ab,\n\"\"x;";
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = letters[random_bits() % 8];
}

static int bit(const uint64_t *bits, size_t i)
{
	return bits[i / 64] >> i % 64 & 1;
}

/* No bit past the end. */
static void check_rest(const uint64_t *bits, size_t n)
{
	if (n % 64)
		cr_assert_eq(bits[n / 64] >> n % 64, 0);
}

Test(scan, finds_bytes)
{
	char *end = guard_end(), *p;
	int level;
	size_t n, i;

	for (level = 0; level <= (int)tw_simd_machine(); level++) {
		for (n = 0; n <= 200; n++) {
			uint64_t *bits = (uint64_t *)(void *)(end - 4096);

			memset(bits, 0xee, 64);
			p = guarded(end, n);
			fill(p, n);
			tw_scan_kernels((enum tw_simd)level)->find(p, n, '\n', bits);
			for (i = 0; i < n; i++)
				cr_assert_eq(bit(bits, i), p[i] == '\n', "%s, %zu of %zu",
					     tw_simd_name((enum tw_simd)level), i, n);
			check_rest(bits, n);
			cr_assert_eq(bits[(n + 63) / 64], 0xeeeeeeeeeeeeeeeeu);
		}
	}
	guard_free(end);
}

/* One call over all, against a loop. */
Test(scan, finds_outside_of_quotes)
{
	char *end = guard_end(), *p;
	uint64_t bits[5], inside;
	int level;
	size_t n, i;

	for (level = 0; level <= (int)tw_simd_machine(); level++) {
		for (n = 0; n <= 260; n++) {
			int in = n % 3 == 0;

			inside = in ? ~(uint64_t)0 : 0;
			p = guarded(end, n);
			fill(p, n);
			tw_scan_kernels((enum tw_simd)level)->find_unquoted(p, n, ",\n\"", &inside, bits);
			for (i = 0; i < n; i++) {
				in ^= p[i] == '"';
				cr_assert_eq(bit(bits, i), !in && (p[i] == ',' || p[i] == '\n'), "%s, %zu of %zu",
					     tw_simd_name((enum tw_simd)level), i, n);
			}
			check_rest(bits, n);
			cr_assert_eq(inside, in ? ~(uint64_t)0 : 0);
		}
	}
	guard_free(end);
}

/* Pieces of whole words give what one call gives. */
Test(scan, carries_quotes_from_call_to_call)
{
	char *end = guard_end(), *p = guarded(end, 64 * 64 + 7);
	uint64_t whole[65], parts[65];
	int level, round;

	for (round = 0; round < 50; round++) {
		const struct tw_scan *plain = tw_scan_kernels(TW_SIMD_PLAIN);
		uint64_t inside = 0;

		fill(p, 64 * 64 + 7);
		plain->find_unquoted(p, 64 * 64 + 7, "\n\n\"", &inside, whole);
		for (level = 0; level <= (int)tw_simd_machine(); level++) {
			const struct tw_scan *k = tw_scan_kernels((enum tw_simd)level);
			size_t at = 0, n;

			for (inside = 0; at < 64; at += n) {
				n = 1 + random_bits() % 9;
				n = n < 64 - at ? n : 64 - at;
				k->find_unquoted(p + 64 * at, 64 * n, "\n\n\"", &inside, parts + at);
			}
			k->find_unquoted(p + 64 * 64, 7, "\n\n\"", &inside, parts + 64);
			cr_assert_eq(memcmp(whole, parts, sizeof whole), 0, "%s", tw_simd_name((enum tw_simd)level));
		}
	}
	guard_free(end);
}

Test(scan, level_is_lowered_by_the_environment)
{
	setenv("THALWEG_SIMD", "plain", 1);
	cr_expect_eq(tw_simd_level(), TW_SIMD_PLAIN);
	setenv("THALWEG_SIMD", "base", 1);
	cr_expect_eq(tw_simd_level(), TW_SIMD_BASE);
	setenv("THALWEG_SIMD", "nonsense", 1);
	cr_expect_eq(tw_simd_level(), tw_simd_machine());
	unsetenv("THALWEG_SIMD");
	cr_expect_eq(tw_simd_level(), tw_simd_machine());
}
