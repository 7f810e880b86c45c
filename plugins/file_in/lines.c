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

uint32_t cut_lines(struct cutter *c, struct span *out, uint32_t max)
{
	uint32_t n = 0;

	while (n < max && !cut_is_over(c)) {
		uint64_t ends;

		if (c->word == c->n_words)
			next_chunk(c);
		ends = c->bits[c->word];
		for (; ends && n < max; ends &= ends - 1)
			n += cut_one(c, c->base + 64 * c->word + (uint32_t)__builtin_ctzll(ends), &out[n]);
		c->bits[c->word] = ends;
		if (ends == 0)
			c->word++;
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
