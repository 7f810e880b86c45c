/*
 * by_hand_j3.c FILE: J3 in plain C, a byte after the other, for files without quotes
 * (a quote is refused) whose columns are ts,symbol,price,qty,side,venue. Prices have
 * at most two digits behind the point and are added as hundredths, so avg is exact.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 262144u
#define SLOTS 16384u

struct group {
	char symbol[16];
	uint64_t n, qty, price, max;
};

struct table {
	struct group slot[SLOTS]; /* n is 0: free */
	uint32_t used;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Up to 15 bytes, the rest zero: compared as two words. */
static struct group *find(struct table *t, const char *s, size_t n)
{
	char key[16] = {0};
	uint64_t a, b, h;
	uint32_t i;

	if (n > 15)
		die("a symbol is too long");
	memcpy(key, s, n);
	memcpy(&a, key, 8);
	memcpy(&b, key + 8, 8);
	h = (a ^ b * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
	for (i = (uint32_t)(h >> 32) % SLOTS;; i = (i + 1) % SLOTS) {
		if (!t->slot[i].n)
			break;
		if (memcmp(t->slot[i].symbol, key, 16) == 0)
			return &t->slot[i];
	}
	if (++t->used > SLOTS / 2)
		die("too many symbols");
	memcpy(t->slot[i].symbol, key, 16);
	return &t->slot[i];
}

static inline uint64_t digits(const char **p)
{
	uint64_t v = 0;

	for (; (unsigned char)(**p - '0') < 10; (*p)++)
		v = v * 10 + (uint64_t)(**p - '0');
	return v;
}

static inline uint64_t hundredths(const char **p)
{
	uint64_t v = digits(p) * 100;

	if (**p != '.')
		return v;
	(*p)++;
	if ((unsigned char)(**p - '0') < 10)
		v += 10 * (uint64_t)(*(*p)++ - '0');
	if ((unsigned char)(**p - '0') < 10)
		v += (uint64_t)(*(*p)++ - '0');
	return v;
}

static inline const char *comma(const char *p)
{
	if (*p != ',')
		die("not the columns that were expected");
	return p + 1;
}

/* Rows end with \n, the last too. */
static void rows(struct table *t, const char *p, const char *end)
{
	const char *symbol, *after;
	uint64_t price, qty;
	struct group *g;
	char side;

	while (p < end) {
		symbol = (const char *)memchr(p, ',', (size_t)(end - p));
		if (!symbol++)
			die("not the columns that were expected");
		for (after = symbol; *after != ',' && *after != '\n';)
			after++;
		p = comma(after);
		price = hundredths(&p);
		p = comma(p);
		qty = digits(&p);
		side = *(p = comma(p));
		p = (const char *)rawmemchr(p, '\n') + 1;
		if (side != 'B' || qty <= 100)
			continue;
		g = find(t, symbol, (size_t)(after - symbol));
		g->n++;
		g->qty += qty;
		g->price += price;
		if (price > g->max)
			g->max = price;
	}
}

static void read_all(struct table *t, int fd)
{
	static char block[2 * BLOCK];
	size_t have = 0, whole;
	int first = 1;
	char *end, *p;
	ssize_t n;

	while ((n = read(fd, block + have, BLOCK)) > 0) {
		if (memchr(block + have, '"', (size_t)n))
			die("quotes are not for this program");
		have += (size_t)n;
		end = memrchr(block, '\n', have);
		if (!end && have > BLOCK)
			die("a row is too long");
		if (!end)
			continue;
		whole = (size_t)(end + 1 - block);
		p = first ? (char *)memchr(block, '\n', have) + 1 : block;
		first = 0;
		rows(t, p, end + 1);
		memmove(block, block + whole, have - whole);
		have -= whole;
	}
	if (n < 0)
		die("read");
	block[have] = '\n';
	rows(t, block, block + have + (have != 0));
}

int main(int argc, char **argv)
{
	struct table *t = calloc(1, sizeof *t);
	struct group *g;
	int fd;

	if (argc != 2 || !t)
		return 2;
	fd = open(argv[1], O_RDONLY);
	if (fd < 0)
		die(argv[1]);
	read_all(t, fd);
	for (g = t->slot; g < t->slot + SLOTS; g++)
		if (g->n)
			printf("{\"symbol\":\"%s\",\"n\":%llu,\"qty\":%llu,\"max\":%.2f,\"avg\":%.17g}\n", g->symbol,
			       (unsigned long long)g->n, (unsigned long long)g->qty, (double)g->max / 100.0,
			       (double)g->price / 100.0 / (double)g->n);
	free(t);
	return fflush(stdout) == 0 ? 0 : 1;
}
