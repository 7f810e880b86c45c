/* swift.c - values as text where room is plenty; see swift.h. */
#include "swift.h"
#include "format.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define EACH(byte) (0x0101010101010101u * (byte))
#define TOPS EACH(0x80u)

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
			    "25262728293031323334353637383940414243444546474849"
			    "50515253545556575859606162636465666768697071727374"
			    "75767778798081828384858687888990919293949596979899";

static uint32_t count_digits(uint64_t v)
{
	uint32_t n = 1;

	for (; v >= 10000; v /= 10000)
		n += 4;
	return n + (v >= 10) + (v >= 100) + (v >= 1000);
}

char *swift_u64(char *to, uint64_t v)
{
	char *const end = to + count_digits(v), *p = end;

	for (; v >= 100; v /= 100)
		memcpy(p -= 2, pairs + 2 * (v % 100), 2);
	if (v >= 10)
		memcpy(to, pairs + 2 * v, 2);
	else
		*to = (char)('0' + v);
	return end;
}

char *swift_i64(char *to, int64_t v)
{
	if (v >= 0)
		return swift_u64(to, (uint64_t)v);
	*to = '-';
	return swift_u64(to + 1, 0 - (uint64_t)v);
}

static char *three(char *to, uint32_t v)
{
	*to = (char)('0' + v / 100);
	memcpy(to + 1, pairs + 2 * (v % 100), 2);
	return to + 3;
}

char *swift_timestamp(char *to, int64_t ns, struct second *last)
{
	const int64_t part = ns % 1000000000, second = ns / 1000000000 - (part < 0);
	const uint32_t rest = (uint32_t)(part < 0 ? part + 1000000000 : part);

	if (second < INT64_MIN / 1000000000) /* it began before there is a time */
		return put_timestamp(to, to + SWIFT_SLACK, ns);
	if (!last->is_known || last->second != second) {
		put_timestamp(last->text, last->text + sizeof last->text, second * 1000000000);
		last->second = second;
		last->is_known = true;
	}
	memcpy(to, last->text, 32);
	to += 19;
	if (rest) {
		*to++ = '.';
		to = three(to, rest / 1000000);
		if (rest % 1000000)
			to = three(to, rest / 1000 % 1000);
		if (rest % 1000)
			to = three(to, rest % 1000);
	}
	*to = 'Z';
	return to + 1;
}

static uint64_t load8(const char *p)
{
	uint64_t w;

	memcpy(&w, p, 8);
	return w;
}

static uint64_t load4(const char *p)
{
	uint32_t w;

	memcpy(&w, p, 4);
	return w | (uint64_t)w << 32;
}

/* The top bit of a byte is set if it has this value, where no byte is 0x80 or more. */
static uint64_t has(uint64_t w, uint8_t byte)
{
	return (w ^ EACH(byte)) - EACH(1u);
}

/* Do all eight bytes stand for themselves in a JSON string? */
static bool is_plain_json(uint64_t w)
{
	return !((w | (w - EACH(0x20u)) | has(w, '"') | has(w, '\\')) & TOPS);
}

/* Is none of eight bytes a mark of CSV? Bytes of 0x80 and more are none. A borrow makes
 * more of a byte after one that is a mark, never of others. */
static bool is_plain_csv(uint64_t w)
{
	const uint64_t low = w & ~TOPS; /* 0xac is not ',' */

	return !((has(low, ',') | has(low, '"') | has(low, '\n') | has(low, '\r')) & ~w & TOPS);
}

/* How many of the first bytes were copied, which all stand for themselves. */
static uint32_t copy_plain_json(char *to, const char *p, uint32_t len)
{
	uint32_t n = 0;

#ifdef __SSE2__
	for (; n + 16 <= len; n += 16) {
		const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + n));
		const __m128i low = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20)); /* as signed: 0x80 and up, too */
		const __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
		const __m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
		const int bits = _mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, slash)));

		_mm_storeu_si128((__m128i *)(void *)(to + n), v);
		if (bits)
			return n + (uint32_t)__builtin_ctz((unsigned)bits);
	}
#endif
	for (; n + 8 <= len && is_plain_json(load8(p + n)); n += 8)
		memcpy(to + n, p + n, 8);
	if (n + 4 <= len && is_plain_json(load4(p + n))) {
		memcpy(to + n, p + n, 4);
		n += 4;
	}
	for (; n < len && (unsigned char)p[n] >= 0x20 && (unsigned char)p[n] < 0x80 && p[n] != '"' && p[n] != '\\'; n++)
		to[n] = p[n];
	return n;
}

char *swift_json(char *to, const char *p, uint32_t len)
{
	*to++ = '"';
	for (;;) {
		uint32_t n = copy_plain_json(to, p, len);

		to += n;
		p += n;
		len -= n;
		if (len == 0)
			break;
		n = put_json_special(&to, p, len);
		p += n;
		len -= n;
	}
	*to = '"';
	return to + 1;
}

char *swift_csv(char *to, const char *p, uint32_t len)
{
	uint32_t n = 0;

	for (; n + 8 <= len && is_plain_csv(load8(p + n)); n += 8)
		memcpy(to + n, p + n, 8);
	if (n + 4 <= len && is_plain_csv(load4(p + n))) {
		memcpy(to + n, p + n, 4);
		n += 4;
	}
	for (; n < len && p[n] != ',' && p[n] != '"' && p[n] != '\n' && p[n] != '\r'; n++)
		to[n] = p[n];
	if (n < len || len == 0)
		return put_csv(to, to + 2 * (uint64_t)len + 2, p, len);
	return to + len;
}
