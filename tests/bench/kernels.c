/*
 * kernels.c - the SDK's kernels one by one: nanoseconds a row at each level.
 *
 * A batch of 512 rows (64 KiB of text for the scans, ns a byte) that stays in the cache;
 * levels take turns in each round, the best of the rounds counts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <thalweg/batch.h>
#include <thalweg/simd/aggregate.h>
#include <thalweg/simd/compare.h>
#include <thalweg/simd/hash.h>
#include <thalweg/simd/scan.h>
#include <thalweg/simd/select.h>
#include <time.h>

#define ROWS 512u
#define TEXT 65536u
#define LEVELS 4

struct data {
	int64_t i64[ROWS], other[ROWS];
	int32_t i32[ROWS];
	double f64[ROWS];
	struct tw_view views[ROWS], value;
	uint64_t bits[TEXT / 64], half[ROWS / 64], hashes[ROWS];
	uint16_t sel[ROWS], to[ROWS];
	uint32_t n_sel;
	char text[TEXT];
	int64_t limit;
	int32_t limit32;
	uint64_t sink; /* what the kernels gave, so that none is left out */
};

static void run_eq_i64(enum tw_simd l, struct data *d)
{
	tw_compare_kernels(l)->value(TW_I64, TW_CMP_EQ, d->i64, &d->limit, ROWS, d->bits);
}

static void run_gt_i64(enum tw_simd l, struct data *d)
{
	tw_compare_kernels(l)->value(TW_I64, TW_CMP_GT, d->i64, &d->limit, ROWS, d->bits);
}

static void run_gt_i32(enum tw_simd l, struct data *d)
{
	tw_compare_kernels(l)->value(TW_I32, TW_CMP_GT, d->i32, &d->limit32, ROWS, d->bits);
}

static void run_columns(enum tw_simd l, struct data *d)
{
	tw_compare_kernels(l)->columns(TW_I64, TW_CMP_LT, d->i64, d->other, ROWS, d->bits);
}

static void run_lt_f64(enum tw_simd l, struct data *d)
{
	tw_compare_kernels(l)->value(TW_F64, TW_CMP_LT, d->f64, &d->f64[3], ROWS, d->bits);
}

static void run_views(enum tw_simd l, struct data *d)
{
	tw_compare_kernels(l)->views(d->views, &d->value, ROWS, d->bits);
}

static void run_rows(enum tw_simd l, struct data *d)
{
	d->sink += tw_select_kernels(l)->rows(d->half, ROWS, d->to);
}

static void run_keep(enum tw_simd l, struct data *d)
{
	d->sink += tw_select_kernels(l)->keep(d->sel, ROWS, d->half, ROWS, d->to);
}

static void run_count(enum tw_simd l, struct data *d)
{
	d->sink += tw_select_kernels(l)->count(d->half, ROWS / 64);
}

static void run_hash_i64(enum tw_simd l, struct data *d)
{
	tw_hash_kernels(l)->fixed(d->i64, 8, ROWS, d->hashes);
}

static void run_hash_views(enum tw_simd l, struct data *d)
{
	tw_hash_kernels(l)->views(d->views, ROWS, NULL, NULL, d->hashes);
}

static void run_total_i64(enum tw_simd l, struct data *d)
{
	d->sink += tw_aggregate_kernels(l)->i64(d->i64, ROWS, d->half).low;
}

static void run_total_f64(enum tw_simd l, struct data *d)
{
	d->sink += tw_aggregate_kernels(l)->f64(d->f64, ROWS, d->half).count;
}

static void run_find(enum tw_simd l, struct data *d)
{
	tw_scan_kernels(l)->find(d->text, TEXT, '\n', d->bits);
}

static void run_unquoted(enum tw_simd l, struct data *d)
{
	uint64_t inside = 0;

	tw_scan_kernels(l)->find_unquoted(d->text, TEXT, ",\n\"", &inside, d->bits);
}

static const struct {
	const char *name;
	void (*run)(enum tw_simd level, struct data *d);
	uint32_t units;
} kernels[] = {
	{"compare i64 = value", run_eq_i64, ROWS},
	{"compare i64 > value", run_gt_i64, ROWS},
	{"compare i32 > value", run_gt_i32, ROWS},
	{"compare i64 < column", run_columns, ROWS},
	{"compare f64 < value", run_lt_f64, ROWS},
	{"compare text = value", run_views, ROWS},
	{"select rows of bits", run_rows, ROWS},
	{"select keep of a list", run_keep, ROWS},
	{"select count", run_count, ROWS},
	{"hash i64", run_hash_i64, ROWS},
	{"hash text", run_hash_views, ROWS},
	{"aggregate i64", run_total_i64, ROWS},
	{"aggregate f64", run_total_f64, ROWS},
	{"scan find, a byte", run_find, TEXT},
	{"scan find_unquoted, a byte", run_unquoted, TEXT},
};

#define KERNELS (sizeof kernels / sizeof *kernels)

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void fill(struct data *d)
{
	static const char *const levels[] = {"info", "error", "debug", "warn"};
	uint64_t r = 1;
	uint32_t i;

	for (i = 0; i < ROWS; i++) {
		r = r * 6364136223846793005u + 1442695040888963407u;
		d->i64[i] = (int64_t)(r >> 40) % 1000;
		d->other[i] = (int64_t)(r >> 20) % 1000;
		d->i32[i] = (int32_t)d->i64[i];
		d->f64[i] = (double)d->i64[i] * 0.5;
		d->sel[i] = (uint16_t)i;
		d->half[i / 64] ^= r >> 63 << i % 64;
		tw_view_set(d->views + i, 0, 0, levels[r >> 62], (uint32_t)strlen(levels[r >> 62]));
	}
	for (i = 0; i < TEXT; i++)
		d->text[i] = i % 54 == 53 ? '\n' : i % 9 == 8 ? ',' : i % 108 == 70 || i % 108 == 75 ? '"' : 'a';
	tw_view_set(&d->value, 0, 0, "error", 5);
	d->limit = d->limit32 = 200;
}

/* ns a unit over some 100 microseconds. */
static double measure(size_t k, enum tw_simd level, struct data *d)
{
	const uint32_t times = 1 + 262144u / kernels[k].units;
	const double start = now_ns();
	uint32_t i;

	for (i = 0; i < times; i++)
		kernels[k].run(level, d);
	return (now_ns() - start) / times / kernels[k].units;
}

int main(int argc, char **argv)
{
	const int rounds = argc > 1 ? atoi(argv[1]) : 20, most = (int)tw_simd_machine();
	struct data *d = aligned_alloc(64, (sizeof *d + 63) / 64 * 64);
	double best[KERNELS][LEVELS];
	int round, level;
	size_t k;

	if (!d || rounds < 1) {
		fputs("kernels [ROUNDS]: ns a row of the SDK's kernels\n", stderr);
		return 2;
	}
	memset(d, 0, sizeof *d);
	fill(d);
	for (round = 0; round < rounds; round++) {
		for (k = 0; k < KERNELS; k++) {
			for (level = 0; level <= most; level++) {
				const double ns = measure(k, (enum tw_simd)level, d);

				if (round == 0 || ns < best[k][level])
					best[k][level] = ns;
			}
		}
	}
	printf("%-28s", "ns a row");
	for (level = 0; level <= most; level++)
		printf("%9s", tw_simd_name((enum tw_simd)level));
	for (k = 0; k < KERNELS; k++) {
		printf("\n%-28s", kernels[k].name);
		for (level = 0; level <= most; level++)
			printf("%9.3f", best[k][level]);
	}
	printf("\n(sum %" PRIu64 ")\n", d->sink);
	free(d);
	return 0;
}
