/*
 * make_csv.c - trades as CSV for the job J3, and beside them what the job must give,
 * taken from the values before they become text.
 */
#include "make_data.h"

#define SYMBOLS 1000u
#define START_US (UINT64_C(34200) * 1000000) /* 09:30 */

struct trade {
	uint64_t us;
	uint32_t symbol, price, qty; /* price in hundredths */
	char side;
	const char *venue;
};

struct truth {
	uint64_t n, qty, price; /* rows that count, sum of quantities, sum of prices */
	uint32_t max_price;
};

static const char *const venues[] = {"XNAS", "XNYS", "ARCX", "BATS"};

static void make_trade(struct trade *t, uint64_t *us, uint64_t *seed)
{
	uint64_t a = random_next(seed), b = random_next(seed);

	*us += random_part(a, 0, 1000);
	t->us = *us;
	t->symbol = random_part(a, 1, SYMBOLS);
	t->price = 100 * (20 + t->symbol % 400) + random_part(a, 2, 2000);
	t->qty = random_part(a, 3, 4) ? 1 + random_part(b, 0, 200) : 100 * (1 + random_part(b, 0, 20));
	t->side = random_part(b, 1, 2) ? 'S' : 'B';
	t->venue = venues[random_part(b, 2, 4)];
}

static void write_trade(struct text *out, const struct trade *t)
{
	char *p = out->end;

	put_string(&p, "2026-01-01T");
	put_clock(&p, t->us / 1000000);
	*p++ = '.';
	put_padded(&p, t->us % 1000000, 6);
	put_string(&p, "Z,SYM");
	put_padded(&p, t->symbol, 4);
	*p++ = ',';
	put_number(&p, t->price / 100);
	*p++ = '.';
	put_padded(&p, t->price % 100, 2);
	*p++ = ',';
	put_number(&p, t->qty);
	*p++ = ',';
	*p++ = t->side;
	*p++ = ',';
	put_string(&p, t->venue);
	*p++ = '\n';
	text_row(out, p);
}

static void note_trade(struct truth *all, const struct trade *t)
{
	struct truth *s = all + t->symbol;

	if (t->side != 'B' || t->qty <= 100)
		return;
	s->n++;
	s->qty += t->qty;
	s->price += t->price;
	if (t->price > s->max_price)
		s->max_price = t->price;
}

static void write_truth(const struct truth *all, const char *path)
{
	FILE *f = fopen(path, "w");
	uint32_t i;

	for (i = 0; f && i < SYMBOLS; i++)
		if (all[i].n)
			fprintf(f, "SYM%04u\t%llu\t%llu\t%.2f\t%.17g\n", i, (unsigned long long)all[i].n,
				(unsigned long long)all[i].qty, all[i].max_price / 100.0,
				(double)all[i].price / 100.0 / (double)all[i].n);
	if (!f || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct text *out = malloc(sizeof *out);
	struct truth *truth = calloc(SYMBOLS, sizeof *truth);
	uint64_t bytes, seed, rows, us = START_US;
	struct trade t;
	char *p;

	if (argc != 5 || !out || !truth) {
		fprintf(stderr, "usage: make_csv BYTES SEED OUT J3_TRUTH\n");
		return 2;
	}
	bytes = strtoull(argv[1], NULL, 10);
	seed = strtoull(argv[2], NULL, 10);
	text_open(out, argv[3]);
	p = out->end;
	put_string(&p, "ts,symbol,price,qty,side,venue\n");
	text_row(out, p);
	for (rows = 0; out->bytes < bytes; rows++) {
		make_trade(&t, &us, &seed);
		write_trade(out, &t);
		note_trade(truth, &t);
	}
	text_close(out);
	write_truth(truth, argv[4]);
	printf("%llu %llu\n", (unsigned long long)rows, (unsigned long long)out->bytes);
	free(out);
	free(truth);
	return 0;
}
