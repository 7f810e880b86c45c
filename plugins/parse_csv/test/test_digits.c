/* test_digits.c - numbers that are read in registers against the C library. */
#include <criterion/criterion.h>

#include "digits.h"
#include "help.h"

#include <math.h>

/* A number as people write them, and sometimes none. */
static uint32_t any(char *to, uint64_t *seed)
{
	static const char chars[] = "0123456789012345678900000.-+eE/:x";
	const uint32_t n = 1 + random_below(seed, 24), wild = random_below(seed, 2);
	uint32_t i, point = random_below(seed, 30);

	for (i = 0; i < n; i++)
		to[i] = wild ? chars[random_below(seed, sizeof chars - 1)]
			     : (i == point ? '.' : (char)('0' + random_below(seed, 10)));
	to[n] = '\0';
	return n;
}

/* Is all of the text a number, by a plain automaton? */
static int is_number(const char *p)
{
	int digits = 0;

	p += *p == '-' || *p == '+';
	for (; *p >= '0' && *p <= '9'; p++)
		digits = 1;
	p += *p == '.';
	for (; *p >= '0' && *p <= '9'; p++)
		digits = 1;
	if (digits && (*p == 'e' || *p == 'E')) {
		p++;
		p += *p == '-' || *p == '+';
		digits = *p >= '0' && *p <= '9';
		while (*p >= '0' && *p <= '9')
			p++;
	}
	return digits && !*p;
}

Test(digits, are_numbers_where_a_plain_reader_says_so)
{
	struct tw_number n;
	uint64_t seed = 3;
	char text[32];
	uint32_t i, len;
	double v;

	for (i = 0; i < 300000; i++) {
		len = any(text, &seed);
		cr_assert_eq(digits_scan(text, len, &n), is_number(text), "%s", text);
		if (!is_number(text))
			continue;
		if (tw_number_f64(&n, text + (*text == '+'), len - (*text == '+'), &v) == TW_NUMBER_OK)
			cr_assert_eq(v, strtod(text, NULL), "%s", text);
		else
			cr_assert(isinf(strtod(text, NULL)), "%s", text);
	}
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
Test(digits, are_read_all_at_once)
{
	uint64_t seed = 5, m;
	char text[64], room[64];
	uint32_t i, len, behind;

	memset(room, '7', sizeof room);
	for (i = 0; i < 300000; i++) {
		len = any(text, &seed);
		memcpy(room + 20, text, len);
		if (len <= 16 && digits_whole(room + 20 + len, len, &m)) {
			cr_assert_eq(strspn(text, "0123456789"), len, "%s", text);
			cr_assert_eq(m, strtoull(text, NULL, 10), "%s", text);
		} else {
			cr_assert(len > 16 || strspn(text, "0123456789") < len, "%s", text);
		}
		if (len > 8)
			continue;
		if (digits_short(room + 20 + len, len, &m, &behind)) {
			cr_assert(strspn(text, "0123456789.") == len && is_number(text), "%s", text);
			cr_assert_eq((double)m / pow(10, behind), strtod(text, NULL), "%s", text);
		} else {
			cr_assert(strspn(text, "0123456789.") < len || !is_number(text), "%s", text);
		}
	}
}
#endif
