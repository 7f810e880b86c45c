/* outline.c - the kernels; see outline.h. */
#include "outline.h"

#include <string.h>
#include <thalweg/simd/scan.h>

/* What 64 bytes are; bit i stands for byte i. op: {}[]:, and some control characters
 * that differ from them in bit 0x20, which no document can have outside of strings. */
struct marks {
	uint64_t quote, slash, op, white, control, high;
};

/* Between blocks. */
struct carry {
	uint64_t inside;  /* all ones: the block begins inside of a string */
	uint64_t escaped; /* 1: its first byte is escaped */
	uint64_t scalar;  /* 1: the byte before it is part of a value that is no string */
	uint64_t control; /* not 0: a control character in a string, or a byte above 0x7f outside of one */
};

/* How a mark is written down, by its character: see struct outline. What begins no
 * value is told apart by nobody, as it is in no valid document. */
#define KINDS                                                                                                          \
	['"'] = '"', ['{'] = '{', ['}'] = '}', ['['] = '[', [']'] = ']', [':'] = ':', [','] = ',', ['t'] = 't',        \
	['f'] = 't', ['n'] = 'n', ['-'] = '0', ['0'] = '0', ['1'] = '0', ['2'] = '0', ['3'] = '0', ['4'] = '0',        \
	['5'] = '0', ['6'] = '0', ['7'] = '0', ['8'] = '0', ['9'] = '0'

static const uint8_t kinds[256] = {KINDS};

/* The escapes that begin in this block; what each escapes goes into *escaped. They
 * are few, so one at a time. */
static inline uint64_t find_escapes(uint64_t slash, struct carry *c, uint64_t *escaped)
{
	uint64_t begins = 0;

	*escaped = c->escaped;
	slash &= ~c->escaped;
	c->escaped = 0;
	while (slash) {
		const uint64_t first = slash & -slash, next = first << 1;

		begins |= first;
		*escaped |= next;
		c->escaped = next == 0;
		slash &= ~(first | next);
	}
	return begins;
}

static inline int put_escapes(struct outline *o, uint64_t begins, uint32_t base)
{
	for (; begins; begins &= begins - 1) {
		if (o->n_escapes == OUTLINE_ESCAPES)
			return 0;
		o->escapes[o->n_escapes++] = (uint16_t)(base + (uint32_t)__builtin_ctzll(begins));
	}
	return 1;
}

/* The marks of a block, from what its bytes are. */
static TW_BODY uint64_t find_marks(const struct marks *m, struct carry *c, uint64_t *begins, tw_parity_fn *parity)
{
	uint64_t escaped = c->escaped, quotes, inside, scalar, first;

	*begins = 0;
	if (m->slash | escaped)
		*begins = find_escapes(m->slash, c, &escaped);
	quotes = m->quote & ~escaped;
	inside = parity(quotes) ^ c->inside;
	c->inside = (uint64_t)((int64_t)inside >> 63);
	c->control |= (m->control & inside) | (m->high & ~inside);
	scalar = ~(m->op | m->white | quotes | inside);
	first = scalar & ~(scalar << 1 | c->scalar);
	c->scalar = scalar >> 63;
	return (m->op & ~inside) | quotes | first;
}

/* One at a time, for levels without an instruction that compresses. */
static inline uint32_t put_marks(struct outline *o, uint32_t n, const char *p, uint32_t base, uint32_t len,
				 uint64_t marks)
{
	(void)len;
	for (; marks; marks &= marks - 1, n++) {
		const uint32_t i = base + (uint32_t)__builtin_ctzll(marks);

		o->at[n] = (uint16_t)i;
		o->what[n] = kinds[(unsigned char)p[i]];
	}
	return n;
}

static inline void put_high(struct outline *o, uint32_t base, uint64_t high)
{
	if (o->high_to == 0)
		o->high_from = base + (uint32_t)__builtin_ctzll(high);
	o->high_to = base + 64 - (uint32_t)__builtin_clzll(high);
}

typedef void classify_fn(const char *p, struct marks *m);
/* Writes the marks of the block at p + base behind the first n. How many there are now. */
typedef uint32_t put_fn(struct outline *o, uint32_t n, const char *p, uint32_t base, uint32_t len, uint64_t marks);

/* The last n bytes, fewer than 64, of p[0..len). Where there are 64 before the end,
 * those are taken and the first of them shifted out: that is cheaper than a copy,
 * whose pieces the next load would have to wait for. */
static TW_BODY void classify_end(const char *p, uint32_t len, uint32_t n, struct marks *m, classify_fn *classify)
{
	const uint32_t seen = 64 - n;
	char last[64];

	if (len < 64) {
		memset(last, ' ', sizeof last);
		memcpy(last, p, len);
		classify(last, m);
		return;
	}
	classify(p + len - 64, m);
	m->quote >>= seen;
	m->slash >>= seen;
	m->op >>= seen;
	m->white = m->white >> seen | ~(uint64_t)0 << n;
	m->control >>= seen;
	m->high >>= seen;
}

static TW_BODY int outline_body(struct outline *o, const char *p, uint32_t len, classify_fn *classify,
				tw_parity_fn *parity, put_fn *put)
{
	struct carry c = {0};
	uint64_t begins, marks;
	uint32_t i, n = 0;

	o->n_escapes = o->high_from = o->high_to = 0;
	if (len > OUTLINE_BYTES)
		return 0;
	for (i = 0; i < len; i += 64) {
		struct marks m;

		if (len - i >= 64)
			classify(p + i, &m);
		else
			classify_end(p, len, len - i, &m, classify);
		if (m.high)
			put_high(o, i, m.high);
		marks = find_marks(&m, &c, &begins, parity);
		n = put(o, n, p, i, len, marks);
		if (n > OUTLINE_MARKS || (begins && !put_escapes(o, begins, i)))
			return 0;
	}
	o->n = n;
	o->at[n] = (uint16_t)len;
	memset(o->what + n, 0, 16);
	return !(c.inside | c.control);
}

static inline void classify_plain(const char *p, struct marks *m)
{
	uint64_t bit = 1;

	*m = (struct marks){0};
	for (; bit; bit <<= 1, p++) {
		const unsigned char c = (unsigned char)*p;

		m->quote |= c == '"' ? bit : 0;
		m->slash |= c == '\\' ? bit : 0;
		m->op |= (c | 0x20) == '{' || (c | 0x20) == '}' || (c | 0x20) == ':' || (c | 0x20) == ',' ? bit : 0;
		m->white |= c == ' ' || c == '\t' || c == '\n' || c == '\r' ? bit : 0;
		m->control |= c < 0x20 ? bit : 0;
		m->high |= c & 0x80 ? bit : 0;
	}
}

/* Tables by the low four bits of a byte (bytes above 0x7f give 0): the one white
 * character, and the one operator with bit 0x20 set, that end so. */
#define WHITE_TABLE ' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0
#define OP_TABLE 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0

static int outline_plain(struct outline *o, const char *p, uint32_t len)
{
	return outline_body(o, p, len, classify_plain, tw_prefix_xor, put_marks);
}

#if defined(__x86_64__)
/* Without a table in a register: one comparison per character. '{' and '[' differ in
 * one bit, '}' and ']' too. */
static inline void classify_base(const char *p, struct marks *m)
{
	const __m128i bit = _mm_set1_epi8(0x20);
	unsigned i;

	*m = (struct marks){0};
	for (i = 0; i < 64; i += 16, p += 16) {
		const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p), y = _mm_or_si128(x, bit);
		const __m128i open = _mm_cmpeq_epi8(y, _mm_set1_epi8('{')),
			      shut = _mm_cmpeq_epi8(y, _mm_set1_epi8('}'));
		const __m128i comma = _mm_cmpeq_epi8(y, _mm_set1_epi8(',')),
			      colon = _mm_cmpeq_epi8(y, _mm_set1_epi8(':'));
		const __m128i blank = _mm_cmpeq_epi8(x, bit), tab = _mm_cmpeq_epi8(x, _mm_set1_epi8('\t'));
		const __m128i lf = _mm_cmpeq_epi8(x, _mm_set1_epi8('\n')), cr = _mm_cmpeq_epi8(x, _mm_set1_epi8('\r'));
		const __m128i op = _mm_or_si128(_mm_or_si128(open, shut), _mm_or_si128(comma, colon));
		const __m128i white = _mm_or_si128(_mm_or_si128(blank, tab), _mm_or_si128(lf, cr));
		const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);

		m->quote |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('"'))) << i;
		m->slash |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('\\'))) << i;
		m->op |= (uint64_t)(unsigned)_mm_movemask_epi8(op) << i;
		m->white |= (uint64_t)(unsigned)_mm_movemask_epi8(white) << i;
		m->control |= (uint64_t)(unsigned)_mm_movemask_epi8(low) << i;
		m->high |= (uint64_t)(unsigned)_mm_movemask_epi8(x) << i;
	}
}

static inline TW_AVX2 uint64_t join(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

static inline TW_AVX2 void classify_avx2(const char *p, struct marks *m)
{
	const __m256i whites = _mm256_setr_epi8(WHITE_TABLE, WHITE_TABLE), ops = _mm256_setr_epi8(OP_TABLE, OP_TABLE);
	const __m256i quote = _mm256_set1_epi8('"'), slash = _mm256_set1_epi8('\\'), bit = _mm256_set1_epi8(0x20);
	const __m256i low = _mm256_set1_epi8(0x1f);
	const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)p);
	const __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));

	m->quote = join(_mm256_cmpeq_epi8(x, quote), _mm256_cmpeq_epi8(y, quote));
	m->slash = join(_mm256_cmpeq_epi8(x, slash), _mm256_cmpeq_epi8(y, slash));
	m->op = join(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(ops, x), _mm256_or_si256(x, bit)),
		     _mm256_cmpeq_epi8(_mm256_shuffle_epi8(ops, y), _mm256_or_si256(y, bit)));
	m->white = join(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(whites, x), x),
			_mm256_cmpeq_epi8(_mm256_shuffle_epi8(whites, y), y));
	m->control = join(_mm256_cmpeq_epi8(_mm256_min_epu8(x, low), x), _mm256_cmpeq_epi8(_mm256_min_epu8(y, low), y));
	m->high = join(x, y);
}

#define X4(c) c, c, c, c
#define X16(c) X4(c), X4(c), X4(c), X4(c)
#define X64(c) X16(c), X16(c), X16(c), X16(c)

/* What vectors are compared with, from memory: made in registers over and over they
 * cost more than the comparisons. */
static const struct {
	_Alignas(64) uint8_t quote[64], slash[64], bit[64], ops[64], whites[64], numbers[64], kinds[128];
} wide = {
	.quote = {X64('"')},
	.slash = {X64('\\')},
	.bit = {X64(0x20)},
	.ops = {OP_TABLE, OP_TABLE, OP_TABLE, OP_TABLE},
	.whites = {WHITE_TABLE, WHITE_TABLE, WHITE_TABLE, WHITE_TABLE},
	.numbers = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
		    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
		    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63},
	.kinds = {KINDS},
};

/* The compiler must not see what is there. */
static inline TW_AVX512 __m512i constant(const uint8_t *p)
{
	__asm__("" : "+r"(p));
	return _mm512_load_si512(p);
}

static inline TW_AVX512 void classify_avx512(const char *p, struct marks *m)
{
	const __m512i x = _mm512_loadu_si512(p), bit = constant(wide.bit);

	m->quote = _mm512_cmpeq_epi8_mask(x, constant(wide.quote));
	m->slash = _mm512_cmpeq_epi8_mask(x, constant(wide.slash));
	m->op = _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(constant(wide.ops), x), _mm512_or_si512(x, bit));
	m->white = _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(constant(wide.whites), x), x);
	m->control = _mm512_cmplt_epu8_mask(x, bit);
	m->high = (uint64_t)_mm512_movepi8_mask(x);
}

/* All at once. To registers first: compressing to memory is slow on some. */
static inline TW_AVX512 uint32_t put_avx512(struct outline *o, uint32_t n, const char *p, uint32_t base, uint32_t len,
					    uint64_t marks)
{
	const uint64_t there = len - base >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << (len - base)) - 1;
	const __m512i where = _mm512_maskz_compress_epi8(marks, constant(wide.numbers));
	const __m512i what = _mm512_maskz_compress_epi8(marks, _mm512_maskz_loadu_epi8(there, p + base));
	const __m512i first = _mm512_set1_epi16((short)base);
	const uint32_t more = (uint32_t)__builtin_popcountll(marks);

	_mm512_storeu_si512(o->what + n,
			    _mm512_permutex2var_epi8(constant(wide.kinds), what, constant(wide.kinds + 64)));
	_mm512_storeu_si512(o->at + n, _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_castsi512_si256(where)), first));
	if (more > 32)
		_mm512_storeu_si512(o->at + n + 32,
				    _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(where, 1)), first));
	return n + more;
}

static int outline_base(struct outline *o, const char *p, uint32_t len)
{
	return outline_body(o, p, len, classify_base, tw_prefix_xor, put_marks);
}

static TW_AVX2 int outline_avx2(struct outline *o, const char *p, uint32_t len)
{
	return outline_body(o, p, len, classify_avx2, tw_prefix_xor_avx2, put_marks);
}

static TW_AVX512 int outline_avx512(struct outline *o, const char *p, uint32_t len)
{
	return outline_body(o, p, len, classify_avx512, tw_prefix_xor_avx2, put_avx512);
}
#endif

#if defined(__aarch64__)
/* Four vectors of all ones or zeroes as 64 bits. */
static inline uint64_t join(const uint8x16_t *x)
{
	const uint8x16_t bit = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201u));
	const uint8x16_t low = vpaddq_u8(vandq_u8(x[0], bit), vandq_u8(x[1], bit));
	const uint8x16_t high = vpaddq_u8(vandq_u8(x[2], bit), vandq_u8(x[3], bit)), all = vpaddq_u8(low, high);

	return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(all, all)), 0);
}

static inline void classify_base(const char *p, struct marks *m)
{
	static const uint8_t white_table[16] = {WHITE_TABLE}, op_table[16] = {OP_TABLE};
	const uint8x16_t whites = vld1q_u8(white_table), ops = vld1q_u8(op_table), bit = vdupq_n_u8(0x20);
	uint8x16_t quote[4], slash[4], op[4], white[4], control[4], high[4];
	unsigned i;

	for (i = 0; i < 4; i++) {
		const uint8x16_t x = vld1q_u8((const uint8_t *)p + 16 * i);
		/* past 15 a table gives 0; bits 4 to 6 do not choose */
		const uint8x16_t index = vandq_u8(x, vdupq_n_u8(0x8f));

		quote[i] = vceqq_u8(x, vdupq_n_u8('"'));
		slash[i] = vceqq_u8(x, vdupq_n_u8('\\'));
		op[i] = vceqq_u8(vqtbl1q_u8(ops, index), vorrq_u8(x, bit));
		white[i] = vceqq_u8(vqtbl1q_u8(whites, index), x);
		control[i] = vcltq_u8(x, bit);
		high[i] = vcgeq_u8(x, vdupq_n_u8(0x80));
	}
	*m = (struct marks){join(quote), join(slash), join(op), join(white), join(control), join(high)};
}

static int outline_base(struct outline *o, const char *p, uint32_t len)
{
	return outline_body(o, p, len, classify_base, tw_prefix_xor, put_marks);
}
#endif

outline_fn *outline_kernel(enum tw_simd level)
{
	static outline_fn *const kernels[] = {
		outline_plain,
#if defined(__x86_64__)
		outline_base,
		outline_avx2,
		outline_avx512,
#elif defined(__aarch64__)
		outline_base,
#else
		outline_plain,
#endif
	};

	return kernels[level];
}
