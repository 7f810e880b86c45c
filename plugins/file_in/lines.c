/* lines.c - see lines.h. */
#include "lines.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define LINES_MAX 512u

uint32_t newlines_scalar(const char *data, uint32_t from, uint32_t to, uint32_t *at, uint32_t max, uint32_t *next)
{
	uint32_t n = 0;

	while (from < to && n < max) {
		if (data[from] == '\n')
			at[n++] = from;
		from++;
	}
	*next = from;
	return n;
}

#ifdef __SSE2__
static inline __m128i is_newline(const char *p)
{
	return _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), _mm_set1_epi8('\n'));
}

static inline uint64_t bits_of(__m128i v)
{
	return (uint64_t)(uint32_t)_mm_movemask_epi8(v);
}

/* A bit for each '\n' of 64 bytes. Most have none: one look at all tells. */
static inline uint64_t newline_bits(const char *p)
{
	const __m128i a = is_newline(p), b = is_newline(p + 16), c = is_newline(p + 32), d = is_newline(p + 48);

	if (bits_of(_mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d))) == 0)
		return 0;
	return bits_of(a) | bits_of(b) << 16 | bits_of(c) << 32 | bits_of(d) << 48;
}

uint32_t newlines(const char *data, uint32_t from, uint32_t to, uint32_t *at, uint32_t max, uint32_t *next)
{
	uint32_t n = 0;

	for (; to - from >= 64; from += 64) {
		uint64_t bits = newline_bits(data + from);

		for (; bits && n < max; bits &= bits - 1)
			at[n++] = from + (uint32_t)__builtin_ctzll(bits);
		if (n == max) {
			*next = n ? at[n - 1] + 1 : from;
			return n;
		}
	}
	return n + newlines_scalar(data, from, to, at + n, max - n, next);
}
#else
uint32_t newlines(const char *data, uint32_t from, uint32_t to, uint32_t *at, uint32_t max, uint32_t *next)
{
	return newlines_scalar(data, from, to, at, max, next);
}
#endif

uint32_t cut_lines(const char *data, struct piece *p, struct span *out, uint32_t max, uint32_t max_line)
{
	uint32_t at[LINES_MAX];
	const uint32_t found = newlines(data, p->scan, p->end, at, max < LINES_MAX ? max : LINES_MAX, &p->scan);
	uint32_t i, n = 0;

	for (i = 0; i < found; i++) {
		const uint32_t begin = p->line;
		uint32_t end = at[i];

		p->line = at[i] + 1;
		if (p->skip) {
			p->skip = false;
			continue;
		}
		if (end > begin && data[end - 1] == '\r')
			end--;
		if (end - begin > max_line)
			p->too_long++;
		else
			out[n++] = (struct span){begin, end - begin};
	}
	return n;
}

uint32_t cut_rest(struct piece *p, uint32_t max_line)
{
	const uint32_t len = p->skip ? 0 : p->end - p->line;

	p->line = p->end;
	if (len <= max_line + 1)
		return len; /* one more: it may be the '\r' of a line that just fits */
	p->skip = true;
	p->too_long++;
	return 0;
}
