/*
 * make_ndjson.c - events as NDJSON for the jobs J1 and J2, and beside them what the
 * jobs must give. The truth is taken from the values before they become text, so it
 * owes nothing to any reader of JSON.
 */
#include "make_data.h"

#define KEYS 10000u
#define ROWS_PER_MS 100u /* 100,000 rows a window of one second */
#define WINDOW_ROWS (1000u * ROWS_PER_MS)

struct event {
	uint64_t ms; /* since the first midnight of 2026 */
	const char *level;
	uint32_t service, key, latency, status, user, name, path, msg, ratio;
};

struct truth {
	struct text j1, j2;
	uint32_t n;                 /* rows of the open window */
	uint64_t second;            /* the open window */
	uint64_t rows[WINDOW_ROWS]; /* key << 32 | latency */
};

/* One in five rows has a name that is not ASCII. */
static const char *const names[] = {
	"Ana Torres",
	"John Smith",
	"Maria Rossi",
	"Peter Novak",
	"Lena Fischer",
	"Tom Baker",
	"Eva Klein",
	"Paul Adams",
	"Nina Berger",
	"Carlos Mendes",
	"Sara Lind",
	"Ida Holm",
	"Max Weber",
	"Amy Wong",
	"Leo Martin",
	"Kim Lee",
	"Ana M\u00fcller",
	"Bj\u00f6rn \u00c5s",
	"\u5c71\u7530\u592a\u90ce",
	"Zo\u00eb \U0001f600",
};

/* One in ten rows has escapes. */
static const char *const messages[] = {
	"request done in time",     "cache miss, read from store", "retry after connection reset",
	"upstream answered slowly", "session renewed for client",  "payload accepted and queued",
	"lookup finished, 3 items", "rate limit not reached yet",  "checks passed, going on",
};
static const char *const escaped[] = {
	"request \\\"done\\\" in time",
	"file C:\\\\data\\\\in.csv read",
	"first line\\nsecond line\\there",
	"caf\\u00e9 order \\ud83d\\ude00 sent",
};

#define COUNT(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))

static const char *level_of(uint32_t percent)
{
	return percent < 2 ? "error" : percent < 7 ? "warn" : percent < 20 ? "debug" : "info";
}

static void make_event(struct event *e, uint64_t row, uint64_t *seed)
{
	uint64_t a = random_next(seed), b = random_next(seed), c = random_next(seed), d = random_next(seed);

	e->ms = row / ROWS_PER_MS;
	e->level = level_of(random_part(a, 0, 100));
	e->service = random_part(a, 1, 20);
	e->key = (uint32_t)((a >> 32) * KEYS >> 32);
	/* 18 of 100 are above 200; with 2 of 100 errors 0.36 % pass J1 */
	if (random_part(b, 0, 100) >= 18)
		e->latency = 1 + random_part(b, 1, 200);
	else
		e->latency = 201 + random_part(b, 1, 60) * random_part(b, 2, 60);
	e->status = *e->level == 'e' ? 500 : random_part(b, 3, 20) ? 200 : 404;
	e->user = 1 + (uint32_t)((c >> 32) * 99999 >> 32);
	e->name = random_part(c, 0, COUNT(names));
	e->path = random_part(c, 1, 1000);
	e->msg = random_part(d, 0, 10 * COUNT(messages) * COUNT(escaped));
	e->ratio = random_part(d, 1, 10000);
}

static void put_time(char **to, uint64_t ms)
{
	put_string(to, "2026-01-");
	put_padded(to, 1 + ms / 86400000, 2);
	*(*to)++ = 'T';
	put_clock(to, ms / 1000);
	*(*to)++ = '.';
	put_padded(to, ms % 1000, 3);
	*(*to)++ = 'Z';
}

static void put_service(char **to, const struct event *e)
{
	put_string(to, "svc-");
	put_padded(to, e->service, 2);
}

static void put_key(char **to, uint32_t key)
{
	put_string(to, "k-");
	put_padded(to, key, 5);
}

static void put_message(char **to, uint32_t msg)
{
	if (msg % 10 == 0)
		put_string(to, escaped[msg / 10 % COUNT(escaped)]);
	else
		put_string(to, messages[msg / 10 % COUNT(messages)]);
}

static void write_event(struct text *t, const struct event *e)
{
	char *p = t->end;

	put_string(&p, "{\"ts\":\"");
	put_time(&p, e->ms);
	put_string(&p, "\",\"level\":\"");
	put_string(&p, e->level);
	put_string(&p, "\",\"service\":\"");
	put_service(&p, e);
	put_string(&p, "\",\"key\":\"");
	put_key(&p, e->key);
	put_string(&p, "\",\"latency\":");
	put_number(&p, e->latency);
	put_string(&p, ",\"status\":");
	put_number(&p, e->status);
	put_string(&p, ",\"user\":{\"id\":");
	put_number(&p, e->user);
	put_string(&p, ",\"name\":\"");
	put_string(&p, names[e->name]);
	put_string(&p, "\"},\"path\":\"/api/v1/items/");
	put_number(&p, e->path);
	put_string(&p, "\",\"msg\":\"");
	put_message(&p, e->msg);
	put_string(&p, "\",\"ratio\":0.");
	put_padded(&p, e->ratio, 4);
	put_string(&p, "}\n");
	text_row(t, p);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* One key of a window: count, sum, and the 99th percentile as the lower and the upper
 * of the usual definitions have it, rank 0.99 (n - 1) rounded down and 0.99 n rounded up. */
static void write_group(struct truth *t, const uint64_t *row, uint32_t n)
{
	uint32_t low = (uint32_t)((uint64_t)(n - 1) * 99 / 100), high = (uint32_t)(((uint64_t)n * 99 + 99) / 100) - 1;
	char *p = t->j2.end;
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		sum += row[i] & 0xffffffff;
	put_time(&p, t->second * 1000);
	*p++ = '\t';
	put_key(&p, (uint32_t)(row[0] >> 32));
	*p++ = '\t';
	put_number(&p, n);
	*p++ = '\t';
	put_number(&p, sum);
	*p++ = '\t';
	put_number(&p, row[low] & 0xffffffff);
	*p++ = '\t';
	put_number(&p, row[high] & 0xffffffff);
	*p++ = '\n';
	text_row(&t->j2, p);
}

static void close_window(struct truth *t)
{
	uint32_t from, to;

	qsort(t->rows, t->n, sizeof t->rows[0], by_number);
	for (from = 0; from < t->n; from = to) {
		for (to = from + 1; to < t->n && t->rows[to] >> 32 == t->rows[from] >> 32;)
			to++;
		write_group(t, t->rows + from, to - from);
	}
	t->n = 0;
}

static void note_event(struct truth *t, const struct event *e)
{
	char *p = t->j1.end;

	if (e->ms / 1000 != t->second)
		close_window(t);
	t->second = e->ms / 1000;
	t->rows[t->n++] = (uint64_t)e->key << 32 | e->latency;
	if (*e->level != 'e' || e->latency <= 200)
		return;
	put_time(&p, e->ms);
	*p++ = '\t';
	put_service(&p, e);
	*p++ = '\t';
	put_number(&p, e->latency);
	*p++ = '\n';
	text_row(&t->j1, p);
}

int main(int argc, char **argv)
{
	struct text *out = malloc(sizeof *out);
	struct truth *truth = calloc(1, sizeof *truth);
	uint64_t bytes, seed, row;
	struct event e;

	if (argc != 6 || !out || !truth) {
		fprintf(stderr, "usage: make_ndjson BYTES SEED OUT J1_TRUTH J2_TRUTH\n");
		return 2;
	}
	bytes = strtoull(argv[1], NULL, 10);
	seed = strtoull(argv[2], NULL, 10);
	text_open(out, argv[3]);
	text_open(&truth->j1, argv[4]);
	text_open(&truth->j2, argv[5]);
	for (row = 0; out->bytes < bytes; row++) {
		make_event(&e, row, &seed);
		write_event(out, &e);
		note_event(truth, &e);
	}
	close_window(truth);
	text_close(out);
	text_close(&truth->j1);
	text_close(&truth->j2);
	printf("%llu %llu\n", (unsigned long long)row, (unsigned long long)out->bytes);
	free(out);
	free(truth);
	return 0;
}
