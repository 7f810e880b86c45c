/* base/units.c - reading and writing sizes and times; see units.h. */
#include <base/units.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit durations[] = {
	{"ns", 1},          {"us", 1000},         {"ms", 1000000},       {"s", 1000000000},
	{"m", 60000000000}, {"h", 3600000000000}, {"d", 86400000000000}, {NULL, 0},
};

static const struct unit sizes[] = {
	{"", 1},      {"B", 1},        {"KiB", 1ll << 10}, {"MiB", 1ll << 20}, {"GiB", 1ll << 30}, {"TiB", 1ll << 40},
	{"KB", 1000}, {"MB", 1000000}, {"GB", 1000000000}, {NULL, 0},
};

/* Digits after the point that count; more are cut off. */
#define FRACTION_DIGITS 15

/* A number as written: whole + part / scale. */
struct number {
	int64_t whole, part, scale;
};

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Read "12.5"; *s moves past it. */
static int read_number(const char **s, struct number *n)
{
	const char *p = *s;

	*n = (struct number){.scale = 1};
	if (!is_digit(*p))
		return -EINVAL;
	for (; is_digit(*p); p++) {
		if (n->whole > (INT64_MAX - 9) / 10)
			return -ERANGE;
		n->whole = n->whole * 10 + (*p - '0');
	}
	if (*p == '.') {
		if (!is_digit(*++p))
			return -EINVAL;
		for (int i = 0; is_digit(*p); p++, i++) {
			if (i >= FRACTION_DIGITS)
				continue;
			n->part = n->part * 10 + (*p - '0');
			n->scale *= 10;
		}
	}
	*s = p;
	return 0;
}

static int parse(const char *s, const struct unit *units, int64_t *out)
{
	struct number n;
	__extension__ __int128 v;
	int err = read_number(&s, &n);

	if (err)
		return err;
	while (units->name && strcmp(units->name, s) != 0)
		units++;
	if (!units->name)
		return -EINVAL;
	v = n.whole;
	v = v * units->factor + (__extension__(__int128) n.part) * units->factor / n.scale;
	/* "0.1ns" must not turn into "none". */
	if (v > INT64_MAX || (v == 0 && n.part))
		return -ERANGE;
	*out = (int64_t)v;
	return 0;
}

int tw_parse_duration(const char *s, int64_t *ns)
{
	return parse(s, durations, ns);
}

int tw_parse_size(const char *s, int64_t *bytes)
{
	return parse(s, sizes, bytes);
}

/* A step of a scale: up to below `limit` of this one, then the next. */
struct step {
	const char *name;
	double factor, limit;
};

/* Three digits are enough for people: 1.25, 12.5, 125. */
static double round3(double v)
{
	double k = v < 10 ? 100 : v < 100 ? 10 : 1;

	return round(v * k) / k;
}

static const char *format(char *buf, size_t len, double v, const struct step *step)
{
	char digits[32];
	const char *sign = v < 0 ? "-" : "";
	double shown;
	int n;

	v = fabs(v);
	while (step[1].name && round3(v / step->factor) >= step->limit)
		step++;
	shown = round3(v / step->factor);
	n = snprintf(digits, sizeof digits, "%.*f", shown < 10 ? 2 : shown < 100 ? 1 : 0, shown);
	if (memchr(digits, '.', (size_t)n)) {
		while (digits[n - 1] == '0')
			digits[--n] = '\0';
		if (digits[n - 1] == '.')
			digits[--n] = '\0';
	}
	snprintf(buf, len, "%s%s%s%s", sign, digits, *step->name ? " " : "", step->name);
	return buf;
}

const char *tw_format_duration(char *buf, size_t len, int64_t ns)
{
	static const struct step steps[] = {
		{"ns", 1, 1000},   {"us", 1e3, 1000}, {"ms", 1e6, 1000},    {"s", 1e9, 60},
		{"min", 60e9, 60}, {"h", 3600e9, 24}, {"d", 86400e9, 1e18}, {NULL, 0, 0},
	};

	return format(buf, len, (double)ns, steps);
}

const char *tw_format_size(char *buf, size_t len, uint64_t bytes)
{
	static const struct step steps[] = {
		{"B", 1, 1024},
		{"KiB", 1024, 1024},
		{"MiB", 1024. * 1024, 1024},
		{"GiB", 1024. * 1024 * 1024, 1024},
		{"TiB", 1024. * 1024 * 1024 * 1024, 1e18},
		{NULL, 0, 0},
	};

	return format(buf, len, (double)bytes, steps);
}

const char *tw_format_count(char *buf, size_t len, double n)
{
	static const struct step steps[] = {
		{"", 1, 1000}, {"k", 1e3, 1000}, {"M", 1e6, 1000}, {"G", 1e9, 1000}, {"T", 1e12, 1e18}, {NULL, 0, 0},
	};

	return format(buf, len, n, steps);
}
