/* lines.c - see lines.h. */
#include "lines.h"

void cut_begin(struct cutter *c, const char *data, uint32_t line, uint32_t look, uint32_t end, struct cut_state state)
{
	c->data = data;
	c->line = line;
	c->look = look;
	c->end = end;
	c->state = state;
	c->n_long = c->first_long = 0;
	c->word = c->n_words = 0;
}

static void next_chunk(struct cutter *c)
{
	const uint32_t left = c->end - c->look, len = left < CHUNK ? left : CHUNK;
	const char *from = c->data + c->look;

	if (c->is_csv)
		c->kernels->find_unquoted(from, len, "\n\n\"", &c->state.inside, c->bits);
	else
		c->kernels->find(from, len, '\n', c->bits);
	c->base = c->look;
	c->look += len;
	c->word = 0;
	c->n_words = (len + 63) / 64;
}

/* The row over the limit is the one that ends next. */
static void note_long(struct cutter *c)
{
	if (c->n_long++ == 0)
		c->first_long = c->state.rows + 1;
}

/* The row up to the '\n' at `at`: 1 if *out has it, else 0. */
static inline uint32_t cut_one(struct cutter *c, uint32_t at, struct span *out)
{
	const uint32_t begin = c->line;
	uint32_t end = at, is_row = 0;

	c->line = at + 1;
	if (end > begin && c->data[end - 1] == '\r')
		end--;
	if (c->state.skip) {
		c->state.skip = false;
	} else if (end - begin > c->max_line) {
		note_long(c);
	} else {
		*out = (struct span){begin, end - begin};
		is_row = 1;
	}
	c->state.rows++;
	return is_row;
}

/* Rows that end at these bits of a word, as long as nothing is odd about them; where it
 * is, one row is left to cut_one. Those in *out. */
static inline uint32_t cut_word(struct cutter *c, uint64_t *bits, struct span *out, uint32_t max)
{
	/* in registers: the compiler can't know that *out is not *c */
	const char *const data = c->data;
	const uint32_t base = c->base + 64 * c->word, max_line = c->max_line;
	uint64_t ends = *bits, rows = c->state.rows;
	uint32_t n = 0, line = c->line;

	for (; ends && n < max; ends &= ends - 1) {
		const uint32_t at = base + (uint32_t)__builtin_ctzll(ends);
		const uint32_t len = at - line - (at > line && data[at - 1] == '\r');

		if (c->state.skip || len > max_line) {
			c->line = line;
			c->state.rows = rows;
			*bits = ends & (ends - 1);
			return n + cut_one(c, at, &out[n]);
		}
		out[n++] = (struct span){line, len};
		line = at + 1;
		rows++;
	}
	c->line = line;
	c->state.rows = rows;
	*bits = ends;
	return n;
}

uint32_t cut_lines(struct cutter *c, struct span *out, uint32_t max)
{
	uint32_t n = 0;

	while (n < max && !cut_is_over(c)) {
		if (c->word == c->n_words)
			next_chunk(c);
		n += cut_word(c, &c->bits[c->word], out + n, max - n);
		c->word += c->bits[c->word] == 0;
	}
	return n;
}

uint32_t cut_rest(struct cutter *c)
{
	const uint32_t len = c->state.skip ? 0 : c->end - c->line;

	c->line = c->end;
	if (len <= c->max_line + 1)
		return len; /* one more: it may be the '\r' of a row that just fits */
	c->state.skip = true;
	note_long(c);
	return 0;
}

bool cut_last(struct cutter *c, uint32_t rest)
{
	if (rest > c->max_line)
		note_long(c);
	return rest && rest <= c->max_line;
}
