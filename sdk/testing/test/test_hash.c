/* test_hash.c - hashes: alike on all levels, the values that are promised, and spread. */
#include "simd.h"

#include <thalweg/batch.h>
#include <thalweg/simd/hash.h>

/* The definition, word by word. */
static uint64_t step(uint64_t h, uint64_t w)
{
	h = (h ^ w) * 0x9fb21c651e98df25u;
	return h ^ h >> 32;
}

static uint64_t end(uint64_t h)
{
	h *= 0xd6e8feb86659fd93u;
	return h ^ h >> 29;
}

Test(hash, numbers)
{
	char *ec = guard_end(), *eh = guard_end();
	uint64_t seeds[130];
	uint32_t w, i, n;
	int level;

	for (w = 4; w <= 8; w += 4) {
		for (n = 0; n <= 130; n++) {
			char *c = guarded(ec, n * w);
			uint64_t *h = (uint64_t *)(void *)guarded(eh, n * 8), v = 0;

			for (i = 0; i < n; i++) {
				v = random_bits();
				memcpy(c + i * w, &v, w);
				seeds[i] = random_bits();
			}
			for (level = 0; level <= (int)tw_simd_machine(); level++) {
				memcpy(h, seeds, n * 8);
				tw_hash_kernels((enum tw_simd)level)->fixed(c, w, n, h);
				for (v = i = 0; i < n; i++) {
					memcpy(&v, c + i * w, w);
					cr_assert_eq(h[i], end(step(seeds[i], v)), "%s, row %u of %u",
						     tw_simd_name((enum tw_simd)level), i, n);
				}
			}
		}
	}
	guard_free(ec);
	guard_free(eh);
}

/* Texts of all lengths up to 60: by definition, and inline or not is no matter. */
Test(hash, texts)
{
	char *et = guard_end(), *bytes = guarded(et, 60);
	const char *bufs[] = {NULL, NULL, bytes};
	uint64_t words[9], h[61], bits[1] = {~(uint64_t)0 ^ 2};
	struct tw_view v[61];
	uint32_t len, k;
	int level;

	for (k = 0; k < 60; k++)
		bytes[k] = (char)random_bits();
	for (level = 0; level <= (int)tw_simd_machine(); level++) {
		for (len = 0; len <= 60; len++) {
			h[len] = 7;
			tw_view_set(v + len, 2, 60 - len, bytes + 60 - len, len);
		}
		tw_hash_kernels((enum tw_simd)level)->views(v, 61, bufs, bits, h);
		cr_assert_eq(h[1], 7); /* its bit is not set */
		for (len = 0; len <= 60; len++) {
			const uint32_t count = len <= 12 ? 2 : 1 + (len - 4 + 7) / 8;
			uint64_t want = 7;

			memset(words, 0, sizeof words);
			memcpy(words, &len, 4);
			memcpy((char *)words + 4, bytes + 60 - len, len);
			for (k = 0; k < count; k++)
				want = step(want, words[k]);
			cr_assert(len == 1 || h[len] == end(want), "%s, %u bytes", tw_simd_name((enum tw_simd)level),
				  len);
			cr_assert_eq(tw_hash_text(7, bytes + 60 - len, len), end(want));
		}
	}
	guard_free(et);
}

/* Columns of short texts with some long ones and some that do not count. */
Test(hash, columns_of_texts)
{
	char *ev = guard_end(), *eh = guard_end(), bytes[] = "a text that is longer than twelve bytes";
	const char *bufs[] = {bytes};
	uint64_t want[130], bits[3];
	uint32_t n, i, len;
	int level, round;

	for (n = 0; n <= 130; n++) {
		for (round = 0; round < 3; round++) {
			struct tw_view *v = (struct tw_view *)(void *)guarded(ev, n * sizeof *v);
			uint64_t *h = (uint64_t *)(void *)guarded(eh, n * 8);

			for (i = 0; i < 3; i++)
				bits[i] = random_bits() | random_bits() | random_bits() | random_bits();
			for (i = 0; i < n; i++) {
				len = (uint32_t)(random_bits() % (round && random_bits() % 16 == 0 ? 40 : 13));
				tw_view_set(v + i, 0, 0, bytes, len);
				want[i] = round != 1 || (bits[i / 64] >> i % 64 & 1) ? tw_hash_text(i, bytes, len) : i;
			}
			for (level = 0; level <= (int)tw_simd_machine(); level++) {
				for (i = 0; i < n; i++)
					h[i] = i;
				tw_hash_kernels((enum tw_simd)level)->views(v, n, bufs, round == 1 ? bits : NULL, h);
				cr_assert_eq(memcmp(h, want, n * 8), 0, "%s, %u", tw_simd_name((enum tw_simd)level), n);
			}
		}
	}
	guard_free(ev);
	guard_free(eh);
}

/* What is stored with these hashes must be found by later versions. */
Test(hash, values_stay)
{
	uint64_t h[2] = {0, 1}, v[2] = {1, 0x0123456789abcdefu};

	tw_hash_kernels(TW_SIMD_PLAIN)->fixed(v, 8, 2, h);
	cr_expect_eq(h[0], 0xc08d669fcbaf690eu, "%llx", (unsigned long long)h[0]);
	cr_expect_eq(h[1], 0x9c0da21eff5f3c01u, "%llx", (unsigned long long)h[1]);
	h[0] = tw_hash_text(0, "", 0);
	cr_expect_eq(h[0], 0x0u, "%llx", (unsigned long long)h[0]);
	h[0] = tw_hash_text(0, "thalweg", 7);
	cr_expect_eq(h[0], 0x8d20d810653defc1u, "%llx", (unsigned long long)h[0]);
	h[0] = tw_hash_text(0, "the line along a river bed", 26);
	cr_expect_eq(h[0], 0xb0b7b72acd3a3aabu, "%llx", (unsigned long long)h[0]);
}

/* Keys in sequence, as identifiers are: low bits fill a table evenly, high ones too. */
Test(hash, spreads)
{
	static uint32_t low[1024], high[1024];
	uint64_t h, i;

	for (i = 0; i < 65536; i++) {
		h = 0;
		tw_hash_kernels(TW_SIMD_PLAIN)->fixed(&i, 8, 1, &h);
		low[h & 1023]++;
		high[h >> 54]++;
	}
	for (i = 0; i < 1024; i++) {
		cr_expect(low[i] > 16 && low[i] < 144, "%u keys of 64 in slot %u", low[i], (unsigned)i);
		cr_expect(high[i] > 16 && high[i] < 144, "%u keys of 64 in slot %u", high[i], (unsigned)i);
	}
}
