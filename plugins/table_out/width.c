/* width.c - how many columns of a terminal a text takes. Pure. */
#include "table_out.h"

#include <string.h>

struct range {
	uint32_t from, to;
};

/* Marks that stand on the character before, and what is not seen. */
static const struct range none[] = {
	{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},   {0x64b, 0x65f},
	{0x900, 0x902},   {0x93c, 0x93c},   {0x941, 0x948},   {0xe31, 0xe31},   {0xe34, 0xe3a},
	{0xe47, 0xe4e},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x202a, 0x202e},
	{0x2060, 0x2064}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
};

/* East Asian characters and pictures. */
static const struct range two[] = {
	{0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x2614, 0x2615},   {0x26a1, 0x26a1},
	{0x2705, 0x2705},   {0x274c, 0x274c},   {0x2b50, 0x2b50},   {0x2e80, 0x303e},   {0x3041, 0x33ff},
	{0x3400, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
	{0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff},
	{0x1f900, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};

static bool is_in(const struct range *r, uint32_t n, uint32_t c)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (c >= r[i].from && c <= r[i].to)
			return true;
	return false;
}

static uint32_t width_of(uint32_t c)
{
	if (c < 0x300)
		return 1;
	if (is_in(none, sizeof none / sizeof *none, c))
		return 0;
	return is_in(two, sizeof two / sizeof *two, c) ? 2 : 1;
}

/* The character at p and its length; what is no UTF-8 is U+FFFD of one byte. */
static uint32_t next_char(const unsigned char *p, uint32_t len, uint32_t *c)
{
	const uint32_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
	uint32_t i;

	*c = 0xfffd;
	if (n == 0 || n > len)
		return 1;
	if (n == 1) {
		*c = p[0];
		return 1;
	}
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 1;
	*c = p[0] & (0x7fu >> n);
	for (i = 1; i < n; i++)
		*c = *c << 6 | (p[i] & 0x3f);
	return n;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffd || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
}

static void put(char **to, const char *p, uint32_t len)
{
	memcpy(*to, p, len);
	*to += len;
}

uint32_t text_put(const char *p, uint32_t len, bool is_cut, uint32_t max, char **to)
{
	char *keep = *to; /* where the text may still end before … */
	uint32_t width = 0, keep_width = 0, c;

	while (len) {
		const uint32_t n = next_char((const unsigned char *)p, len, &c);
		const bool control = is_control(c);
		const uint32_t w = control ? 1 : width_of(c);

		if (width + w > max)
			is_cut = true;
		if (width + w > max)
			break;
		if (control && c == 0xfffd && is_cut && len < 4)
			break; /* the last character was cut in the middle */
		put(to, control ? "\xef\xbf\xbd" : p, control ? 3 : n);
		width += w;
		if (width < max) {
			keep = *to;
			keep_width = width;
		}
		p += n;
		len -= n;
	}
	if (!is_cut)
		return width;
	*to = keep;
	put(to, "\xe2\x80\xa6", 3);
	return keep_width + 1;
}
