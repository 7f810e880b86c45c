/* Sizes, times and counts, read and written. */
#include <base/units.h>

#include <criterion/criterion.h>
#include <errno.h>

static int64_t duration(const char *s)
{
	int64_t v = -1;
	int err = tw_parse_duration(s, &v);

	return err ? err : v;
}

static int64_t size(const char *s)
{
	int64_t v = -1;
	int err = tw_parse_size(s, &v);

	return err ? err : v;
}

Test(units, durations)
{
	cr_expect_eq(duration("0s"), 0);
	cr_expect_eq(duration("7ns"), 7);
	cr_expect_eq(duration("50us"), 50000);
	cr_expect_eq(duration("250ms"), 250000000);
	cr_expect_eq(duration("1.5s"), 1500000000);
	cr_expect_eq(duration("2m"), 120000000000);
	cr_expect_eq(duration("2h"), 7200000000000);
	cr_expect_eq(duration("1d"), 86400000000000);
	cr_expect_eq(duration("1.000000001s"), 1000000001);
	cr_expect_eq(duration("0.5us"), 500);
	cr_expect_eq(duration("106751d"), 9223286400000000000);
}

Test(units, wrong_durations)
{
	static const char *const bad[] = {"",    "s",   "1",   "ten",  "1 s", " 1s",  "1s ",  "-1s",
					  "+1s", "1.s", ".5s", "1e3s", "1S",  "1KiB", "1..2s"};

	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_expect_eq(duration(bad[i]), -EINVAL, "\"%s\"", bad[i]);
	cr_expect_eq(duration("0.1ns"), -ERANGE);
	cr_expect_eq(duration("106752d"), -ERANGE);
	cr_expect_eq(duration("99999999999999999999s"), -ERANGE);
	cr_expect_eq(duration("9223372036854775807d"), -ERANGE);
}

Test(units, sizes)
{
	cr_expect_eq(size("512"), 512);
	cr_expect_eq(size("512B"), 512);
	cr_expect_eq(size("64KiB"), 65536);
	cr_expect_eq(size("1.5MiB"), 1572864);
	cr_expect_eq(size("2GiB"), 2147483648);
	cr_expect_eq(size("1TiB"), 1099511627776);
	cr_expect_eq(size("3KB"), 3000);
	cr_expect_eq(size("3MB"), 3000000);
	cr_expect_eq(size("3GB"), 3000000000);
	cr_expect_eq(size("64kib"), -EINVAL);
	cr_expect_eq(size("64 KiB"), -EINVAL);
	cr_expect_eq(size("10s"), -EINVAL);
	cr_expect_eq(size("-1"), -EINVAL);
	cr_expect_eq(size("8388608TiB"), -ERANGE);
	cr_expect_eq(size("8388607TiB"), 9223370937343148032);
}

Test(units, formats)
{
	char b[32];

	cr_expect_str_eq(tw_format_duration(b, sizeof b, 0), "0 ns");
	cr_expect_str_eq(tw_format_duration(b, sizeof b, 999), "999 ns");
	cr_expect_str_eq(tw_format_duration(b, sizeof b, 1250000), "1.25 ms");
	cr_expect_str_eq(tw_format_duration(b, sizeof b, 999999), "1 ms");
	cr_expect_str_eq(tw_format_duration(b, sizeof b, 12340), "12.3 us");
	cr_expect_str_eq(tw_format_duration(b, sizeof b, 90000000000), "1.5 min");
	cr_expect_str_eq(tw_format_duration(b, sizeof b, -1500), "-1.5 us");
	cr_expect_str_eq(tw_format_duration(b, sizeof b, 100000000), "100 ms");
	cr_expect_str_eq(tw_format_size(b, sizeof b, 65536), "64 KiB");
	cr_expect_str_eq(tw_format_size(b, sizeof b, 1048575), "1 MiB");
	cr_expect_str_eq(tw_format_size(b, sizeof b, 1023), "1023 B");
	cr_expect_str_eq(tw_format_size(b, sizeof b, 1500), "1.46 KiB");
	cr_expect_str_eq(tw_format_count(b, sizeof b, 12345678), "12.3 M");
	cr_expect_str_eq(tw_format_count(b, sizeof b, 999.6), "1 k");
	cr_expect_str_eq(tw_format_count(b, sizeof b, 42), "42");
}
