/* test_swift.c - the quick writers give what the careful ones give, on random data. */
#include "format.h"
#include "swift.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 200000

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed ^ *seed >> 29;
}

/* Numbers of all lengths, and those at the edges of each. */
static uint64_t number(uint64_t *seed)
{
	static const int64_t edge[] = {0,    9,     10,    99,     100, 999,       1000,
				       9999, 10000, 99999, 100000, -1,  INT64_MAX, INT64_MIN};
	const uint64_t r = next(seed);

	if (r % 8 == 0)
		return (uint64_t)edge[r / 8 % (sizeof edge / sizeof *edge)];
	return next(seed) >> r / 8 % 64;
}

static char want[65536], got[65536];

static void expect(const char *want_end, const char *got_end, uint32_t limit)
{
	const size_t n = (size_t)(want_end - want);

	cr_assert_not_null(want_end);
	cr_assert(n == (size_t)(got_end - got) && memcmp(want, got, n) == 0, "%.*s is not %.*s", (int)(got_end - got),
		  got, (int)n, want);
	cr_assert_leq(n, limit);
	cr_assert_eq(got[limit + SWIFT_SLACK], '#', "%.*s: written past the slack", (int)n, got);
}

Test(swift, numbers)
{
	uint64_t seed = 1;
	uint32_t i;

	for (i = 0; i < ROUNDS; i++) {
		const uint64_t v = number(&seed);

		memset(got, '#', 256);
		expect(put_u64(want, want + 64, v), swift_u64(got, v), 20);
		memset(got, '#', 256);
		expect(put_i64(want, want + 64, (int64_t)v), swift_i64(got, (int64_t)v), 20);
	}
}

Test(swift, timestamps)
{
	static const int64_t unit[] = {1, 1000, 1000000, 1000000000, 60000000000};
	struct second last = {0};
	uint64_t seed = 2;
	int64_t ns = 0;
	uint32_t i;

	for (i = 0; i < ROUNDS; i++) {
		const uint64_t r = next(&seed);

		if (r % 3 == 0)
			ns = (int64_t)number(&seed);
		else if (ns < INT64_MAX / 2)
			ns += unit[r / 3 % 5];
		ns -= r % 5 == 0 ? ns % unit[r / 15 % 5] : 0;
		memset(got, '#', 256);
		expect(put_timestamp(want, want + 64, ns), swift_timestamp(got, ns, &last), 40);
	}
}

/* Mostly plain, with marks, controls, UTF-8 and what is none, of all lengths. */
static uint32_t text(uint64_t *seed, char *to)
{
	static const char *const odd[] = {"\"",
					  "\\",
					  "\n",
					  "\r",
					  ",",
					  "\t",
					  "\x1f",
					  "\x7f",
					  "\xc3\xa9",
					  "\xe6\xbc\xa2",
					  "\xf0\x9f\x98\x80",
					  "\xff",
					  "\xc3",
					  "\xac",
					  "\xa2",
					  "\x8d",
					  "\x8a",
					  "\xed\xa0\x80"};
	const uint64_t r = next(seed), rare = 1 + r / 64 % 40;
	const uint32_t len = (uint32_t)(r % 64);
	uint32_t n = 0;

	while (n < len) {
		const uint64_t x = next(seed);
		const char *o = odd[x / 64 % (sizeof odd / sizeof *odd)];

		if (x % 40 < rare) {
			to[n++] = (char)('!' + x / 64 % 90);
			n -= strchr("\"\\,", to[n - 1]) != NULL;
			continue;
		}
		memcpy(to + n, o, strlen(o));
		n += (uint32_t)strlen(o);
	}
	return n;
}

Test(swift, texts)
{
	uint64_t seed = 3;
	uint32_t i;

	for (i = 0; i < ROUNDS; i++) {
		char buf[128], *exact;
		const uint32_t len = text(&seed, buf);

		exact = malloc(len + 1); /* so that a sanitizer sees who reads on */
		memcpy(exact, buf, len);
		exact = realloc(exact, len ? len : 1);
		memset(got, '#', 1024);
		expect(put_json(want, want + 1024, exact, len), swift_json(got, exact, len), 6 * len + 2);
		memset(got, '#', 1024);
		expect(put_csv(want, want + 1024, exact, len), swift_csv(got, exact, len), 2 * len + 2);
		free(exact);
	}
}
