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
#define SLOTS 8192u

struct group {
	_Alignas(64) uint64_t symbol[2]; /* up to 15 bytes, the rest zero */
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

static void refuse(const char *why)
{
	fprintf(stderr, "by_hand_j3: %s\n", why);
	exit(1);
}

static inline uint64_t low_bytes(uint64_t v, size_t n)
{
	return n >= 8 ? v : v & ((UINT64_C(1) << (8 * n)) - 1);
}

static struct group *add(struct table *t, struct group *g, uint64_t a, uint64_t b)
{
	if (++t->used > SLOTS / 2)
		refuse("too many symbols");
	g->symbol[0] = a;
	g->symbol[1] = b;
	return g;
}

/* The symbol has 16 bytes behind it that may be read. */
static inline struct group *find(struct table *t, const char *s, size_t n)
{
	uint64_t a, b;
	uint32_t i;

	if (n > 15)
		refuse("a symbol is too long");
	memcpy(&a, s, 8);
	memcpy(&b, s + 8, 8);
	a = low_bytes(a, n);
	b = n <= 8 ? 0 : low_bytes(b, n - 8);
	i = (uint32_t)(((a ^ b * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u) >> 40);
	for (i %= SLOTS; t->slot[i].n; i = (i + 1) % SLOTS)
		if (t->slot[i].symbol[0] == a && t->slot[i].symbol[1] == b)
			return &t->slot[i];
	return add(t, &t->slot[i], a, b);
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
		refuse("not the columns that were expected");
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
			refuse("not the columns that were expected");
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
	static char block[2 * BLOCK + 16];
	size_t have = 0, whole;
	int first = 1;
	char *end, *p;
	ssize_t n;

	while ((n = read(fd, block + have, BLOCK)) > 0) {
		if (memchr(block + have, '"', (size_t)n))
			refuse("quotes are not for this program");
		have += (size_t)n;
		end = memrchr(block, '\n', have);
		if (!end && have > BLOCK)
			refuse("a row is too long");
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
	struct table *t = aligned_alloc(64, sizeof *t);
	struct group *g;
	int fd;

	if (argc != 2 || !t)
		return 2;
	memset(t, 0, sizeof *t);
	fd = open(argv[1], O_RDONLY);
	if (fd < 0)
		die(argv[1]);
	read_all(t, fd);
	for (g = t->slot; g < t->slot + SLOTS; g++)
		if (g->n)
			printf("{\"symbol\":\"%.16s\",\"n\":%llu,\"qty\":%llu,\"max\":%.2f,\"avg\":%.17g}\n",
			       (const char *)g->symbol, (unsigned long long)g->n, (unsigned long long)g->qty,
			       (double)g->max / 100.0, (double)g->price / 100.0 / (double)g->n);
	free(t);
	return fflush(stdout) == 0 ? 0 : 1;
}
