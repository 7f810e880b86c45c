/*
 * explore_plain.c - data races. The explored sources are compiled with the compiler's
 * thread sanitizer and linked without its library: each plain access of theirs is a
 * call of one of the functions below, which compare vector clocks.
 */
#include "explore_inside.h"

#include <stdio.h>
#include <string.h>

#define CELL 4u /* bytes; what is narrower must not share one with other threads */
#define CELLS 2048u
#define AREAS 8

/* Who wrote it last, and at which of his ticks; who has read it since, and when. */
struct cell {
	uint16_t writer, written;
	uint16_t read[EX_THREADS];
};

/* One a program, as the explorer. */
static struct {
	int n;
	struct {
		const char *at;
		size_t bytes;
		const char *name;
		size_t first;
	} area[AREAS];
	size_t n_cells;
	struct cell cell[CELLS];
} plain;

void ex_plain_reset(void)
{
	memset(plain.cell, 0, plain.n_cells * sizeof *plain.cell);
	plain.n = 0;
	plain.n_cells = 0;
}

void ex_share(const void *at, size_t bytes, const char *name)
{
	if (plain.n == AREAS || plain.n_cells + bytes / CELL + 1 > CELLS)
		ex_broken("too much shared memory");
	plain.area[plain.n].at = at;
	plain.area[plain.n].bytes = bytes;
	plain.area[plain.n].name = name;
	plain.area[plain.n].first = plain.n_cells;
	plain.n++;
	plain.n_cells += bytes / CELL + 1;
}

static int area_of(const char *at)
{
	int i;

	for (i = 0; i < plain.n; i++)
		if (at >= plain.area[i].at && at < plain.area[i].at + plain.area[i].bytes)
			return i;
	return -1;
}

const char *ex_name(const void *at, size_t *offset)
{
	const int i = area_of(at);

	if (i < 0)
		return NULL;
	*offset = (size_t)((const char *)at - plain.area[i].at);
	return plain.area[i].name;
}

static void touch(struct cell *c, const void *at, bool writes)
{
	const struct ex_thread *t = &ex.t[ex.now];
	int i;

	if (c->written && c->writer != ex.now && t->cur.clock[c->writer] < c->written)
		ex_violation(writes ? "data race, two writes:" : "data race, read after write:", at);
	for (i = 0; writes && i < EX_THREADS; i++)
		if (i != ex.now && t->cur.clock[i] < c->read[i])
			ex_violation("data race, write after read:", at);
	if (writes) {
		c->writer = (uint16_t)ex.now;
		c->written = t->cur.clock[ex.now];
	} else {
		c->read[ex.now] = t->cur.clock[ex.now];
	}
}

static void access_plain(const void *at, size_t bytes, bool writes)
{
	size_t from, to, i;
	int a;

	if (ex.now < 0 || (a = area_of(at)) < 0)
		return;
	from = (size_t)((const char *)at - plain.area[a].at);
	to = from + bytes - 1;
	for (i = from / CELL; i <= to / CELL; i++)
		touch(&plain.cell[plain.area[a].first + i], at, writes);
}

/* The compiler's names. */

void __tsan_init(void);
void __tsan_func_entry(void *pc);
void __tsan_func_exit(void);
void __tsan_read1(void *p);
void __tsan_read2(void *p);
void __tsan_read4(void *p);
void __tsan_read8(void *p);
void __tsan_read16(void *p);
void __tsan_write1(void *p);
void __tsan_write2(void *p);
void __tsan_write4(void *p);
void __tsan_write8(void *p);
void __tsan_write16(void *p);
void __tsan_unaligned_read2(void *p);
void __tsan_unaligned_read4(void *p);
void __tsan_unaligned_read8(void *p);
void __tsan_unaligned_read16(void *p);
void __tsan_unaligned_write2(void *p);
void __tsan_unaligned_write4(void *p);
void __tsan_unaligned_write8(void *p);
void __tsan_unaligned_write16(void *p);
void __tsan_read_range(void *p, size_t bytes);
void __tsan_write_range(void *p, size_t bytes);

void __tsan_init(void)
{
}
void __tsan_func_entry(void *pc)
{
	(void)pc;
}
void __tsan_func_exit(void)
{
}
void __tsan_read1(void *p)
{
	access_plain(p, 1, false);
}
void __tsan_read2(void *p)
{
	access_plain(p, 2, false);
}
void __tsan_read4(void *p)
{
	access_plain(p, 4, false);
}
void __tsan_read8(void *p)
{
	access_plain(p, 8, false);
}
void __tsan_read16(void *p)
{
	access_plain(p, 16, false);
}
void __tsan_write1(void *p)
{
	access_plain(p, 1, true);
}
void __tsan_write2(void *p)
{
	access_plain(p, 2, true);
}
void __tsan_write4(void *p)
{
	access_plain(p, 4, true);
}
void __tsan_write8(void *p)
{
	access_plain(p, 8, true);
}
void __tsan_write16(void *p)
{
	access_plain(p, 16, true);
}
void __tsan_unaligned_read2(void *p)
{
	access_plain(p, 2, false);
}
void __tsan_unaligned_read4(void *p)
{
	access_plain(p, 4, false);
}
void __tsan_unaligned_read8(void *p)
{
	access_plain(p, 8, false);
}
void __tsan_unaligned_read16(void *p)
{
	access_plain(p, 16, false);
}
void __tsan_unaligned_write2(void *p)
{
	access_plain(p, 2, true);
}
void __tsan_unaligned_write4(void *p)
{
	access_plain(p, 4, true);
}
void __tsan_unaligned_write8(void *p)
{
	access_plain(p, 8, true);
}
void __tsan_unaligned_write16(void *p)
{
	access_plain(p, 16, true);
}
void __tsan_read_range(void *p, size_t bytes)
{
	access_plain(p, bytes, false);
}
void __tsan_write_range(void *p, size_t bytes)
{
	access_plain(p, bytes, true);
}
