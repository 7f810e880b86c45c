/* cell.c - values as people read them. [io] */
#define _GNU_SOURCE
#include "table_out.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static uint32_t put(char **to, const char *p, uint32_t len)
{
	memcpy(*to, p, len);
	*to += len;
	return len;
}

/* Digits with a mark between each three before the point; the mark is one column wide. */
static uint32_t put_grouped(const char *mark, const char *number, char **to)
{
	const char *digits = number + (*number == '-');
	const uint32_t n = (uint32_t)strspn(digits, "0123456789");
	uint32_t i, width = (uint32_t)strlen(number);

	put(to, number, (uint32_t)(digits - number));
	for (i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0 && *mark) {
			put(to, mark, (uint32_t)strlen(mark));
			width++;
		}
		put(to, digits + i, 1);
	}
	put(to, digits + n, (uint32_t)strlen(digits + n));
	return width;
}

int cell_decimals(double v)
{
	char text[400];
	int n = 3;

	if (!(fabs(v) < 1e15) || (v != 0 && fabs(v) < 0.001))
		return 0;
	snprintf(text, sizeof text, "%.3f", v);
	while (n && text[strlen(text) - 4 + (size_t)n] == '0')
		n--;
	return n;
}

static uint32_t put_float(const struct conf *c, double v, int decimals, char **to)
{
	char text[64];

	if (!(fabs(v) < 1e15) || (v != 0 && fabs(v) < 0.001))
		return put(to, text, (uint32_t)snprintf(text, sizeof text, "%.4g", v));
	snprintf(text, sizeof text, "%.*f", decimals, v);
	return put_grouped(c->thousands, text, to);
}

static uint32_t put_decimal(const struct conf *c, int64_t v, uint32_t scale, char **to)
{
	const uint64_t size = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	char digits[300], text[304];
	uint32_t n;

	n = (uint32_t)snprintf(digits, sizeof digits, "%0*llu", (int)scale + 1, (unsigned long long)size);
	snprintf(text, sizeof text, "%s%.*s%s%s", v < 0 ? "-" : "", (int)(n - scale), digits, scale ? "." : "",
		 digits + n - scale);
	text[72] = '\0'; /* a scale of that many digits is for nobody to read */
	return put_grouped(c->thousands, text, to);
}

static uint32_t put_time(int64_t ns, char **to)
{
	const int64_t rest = (ns % 1000000000 + 1000000000) % 1000000000;
	const time_t s = (time_t)((ns - rest) / 1000000000);
	char text[64];
	struct tm tm;
	size_t n;

	gmtime_r(&s, &tm);
	n = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
	if (rest)
		n += (size_t)snprintf(text + n, sizeof text - n, ".%03d", (int)(rest / 1000000));
	return put(to, text, (uint32_t)n);
}

static uint32_t put_hex(const char *p, uint32_t len, uint32_t max, char **to)
{
	const bool is_cut = 2 * len > max;
	const uint32_t n = is_cut ? (max - 1) / 2 : len;
	uint32_t i;

	for (i = 0; i < n; i++)
		*to += sprintf(*to, "%02x", (unsigned char)p[i]);
	if (is_cut)
		put(to, "\xe2\x80\xa6", 3);
	return 2 * n + is_cut;
}

uint32_t cell_put(const struct conf *c, const struct column *col, const char *row, uint32_t max, int decimals,
		  char **to)
{
	const struct cell *cell = cell_of(c, col, row);
	char text[32];

	if (cell->is_null)
		return put(to, "-", 1);
	switch (col->field->type) {
	case TW_BOOL: return cell->v.i ? put(to, "yes", 3) : put(to, "no", 2);
	case TW_U32:
	case TW_U64:
		snprintf(text, sizeof text, "%llu", (unsigned long long)cell->v.u);
		return put_grouped(c->thousands, text, to);
	case TW_F32:
	case TW_F64: return put_float(c, cell->v.d, decimals, to);
	case TW_TIMESTAMP: return put_time(cell->v.i, to);
	case TW_DECIMAL: return put_decimal(c, cell->v.i, col->field->scale, to);
	case TW_STR:
	case TW_BYTES: return text_put(row + col->text_off, cell->v.text.len, cell->v.text.is_cut, max, to);
	case TW_FIXED: return put_hex(row + col->text_off, cell->v.text.len, max, to);
	default: snprintf(text, sizeof text, "%lld", (long long)cell->v.i); return put_grouped(c->thousands, text, to);
	}
}
