/*
 * core_floor.c - what tests/bench/core measures everything by: the machine without a queue
 * or an engine. Arguments and answer as pace.h says. Scenarios of its own:
 *
 *   copy    records in batches, written whole on one core and read whole on the other;
 *           slots=: buffers, at most 64 (4)
 *   memcpy  GB/s of 64 B, 64 KiB and 8 MiB
 *   call    a record at a time through ops calls by pointer
 *   wake    rate=: from just before a futex wake to the woken thread running; mode=fd: from a
 *           write to an eventfd to epoll's return
 *   gaps    seconds=: what a bare spinning thread on cpu, and another on cpu2, loses
 */
#include "core_floor.h"

#define COLUMNS 8u
#define MOST_ROWS 4096u

/* memcpy. */

/* GB/s of copies of `bytes`, some 10 ms of them. */
static double copy_rate(char *to, const char *from, size_t bytes)
{
	const uint64_t times = 1 + 200000000 / (bytes + 200);
	const int64_t start = pace_mono();
	uint64_t i;

	for (i = 0; i < times; i++) {
		memcpy(to, from, bytes);
		__asm__("" ::"r"(to), "r"(from) : "memory"); /* the copy is needed, as far as the compiler knows */
	}
	return (double)bytes * (double)times / (double)(pace_mono() - start);
}

int floor_memcpy(const struct floor *f)
{
	static const size_t sizes[] = {64, 64 << 10, 8 << 20};
	char *from = floor_memory(sizes[2]), *to = floor_memory(sizes[2]);
	const int64_t start = pace_mono();
	double rate[3];
	uint32_t i;

	pace_pin(f->a.cpu);
	for (i = 0; i < 3; i++) {
		copy_rate(to, from, sizes[i]);
		rate[i] = copy_rate(to, from, sizes[i]);
	}
	pace_print_open("floor", &f->a, (double)(pace_mono() - start) / 1e9, NULL);
	printf(",\"gb_per_s\":{\"64 B\":%.2f,\"64 KiB\":%.2f,\"8 MiB\":%.2f}}\n", rate[0], rate[1], rate[2]);
	free(from);
	free(to);
	return 0;
}

/* Chain: columns, one batch over and over, as a pool that hands out what came back last
 * would have it. */

struct add {
	void (*run)(const struct add *op, uint64_t *value, uint32_t n);
	uint64_t by;
};

__attribute__((noinline)) static void add_run(const struct add *op, uint64_t *value, uint32_t n)
{
	const uint64_t by = op->by;
	uint32_t i;

	if (n == 1)
		value[0] += by;
	else
		for (i = 0; i < n; i++)
			value[i] += by;
}

static struct add *make_adds(uint32_t ops)
{
	struct add *op = floor_memory((ops + 1) * sizeof *op);
	uint32_t i;

	for (i = 0; i < ops; i++)
		op[i] = (struct add){.run = add_run, .by = i + 1};
	return op;
}

/* The same three columns as the engine's source writes and its sink checks. */
static void write_rows(uint64_t *const col[COLUMNS], uint64_t first, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		col[0][i] = first + i;
		col[1][i] = 0;
		col[2][i] = first + i;
	}
}

static uint64_t check_rows(uint64_t *const col[COLUMNS], uint64_t first, uint64_t added, uint32_t n)
{
	uint64_t bad = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		bad |= (col[0][i] ^ (first + i)) | (col[2][i] ^ (col[0][i] + added));
	return bad;
}

int floor_chain(const struct floor *f)
{
	const uint32_t batch = f->a.batch, ops = f->a.ops;
	uint64_t *memory, *col[COLUMNS], next, bad = 0;
	const uint64_t added = pace_added(ops);
	struct add *op;
	int64_t start;
	uint32_t i;

	if (batch > MOST_ROWS || f->a.rate > 0 || f->a.threads > 1)
		return PACE_SKIP;
	op = make_adds(ops);
	memory = floor_memory(sizeof *memory * COLUMNS * batch);
	for (i = 0; i < COLUMNS; i++)
		col[i] = memory + (size_t)i * batch;
	pace_pin(f->a.cpu);
	start = pace_mono();
	for (next = 0; next < f->a.records; next += batch) {
		write_rows(col, next, batch);
		for (i = 0; i < ops; i++)
			op[i].run(&op[i], col[2], batch);
		bad |= check_rows(col, next, added, batch);
	}
	if (!bad)
		pace_print("floor", &f->a, (double)(pace_mono() - start) / 1e9, NULL);
	free(memory);
	free(op);
	return bad ? 1 : 0;
}

int floor_call(const struct floor *f)
{
	struct pace_record r = {0};
	struct add *op = make_adds(f->a.ops);
	const int64_t start = pace_mono();
	double seconds;
	uint64_t i;
	uint32_t k;

	pace_pin(f->a.cpu);
	for (i = 0; i < f->a.records; i++)
		for (k = 0; k < f->a.ops; k++)
			op[k].run(&op[k], &r.value, 1);
	seconds = (double)(pace_mono() - start) / 1e9;
	pace_print_open("floor", &f->a, seconds, NULL);
	printf(",\"ns_per_call\":%.3f,\"value\":%" PRIu64 "}\n", seconds * 1e9 / (double)f->a.records / f->a.ops,
	       r.value);
	free(op);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(const struct floor *f);
	} all[] = {{"hop", floor_hop},   {"copy", floor_copy}, {"memcpy", floor_memcpy}, {"chain", floor_chain},
		   {"call", floor_call}, {"wake", floor_wake}, {"gaps", floor_gaps}};
	struct floor f = {.a = pace_args(argc, argv)};
	size_t i;

	for (i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(all[i].name, f.a.scenario) == 0) {
			f.ns_per_tick = pace_ns_per_tick();
			return all[i].run(&f);
		}
	return PACE_SKIP;
}
