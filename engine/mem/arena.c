/* mem/arena.c - reserves the arena; see arena.h. */
#include <mem/arena.h>

#include <errno.h>
#include <sys/mman.h>

#define PAGE ((size_t)4096)
#define HUGE ((size_t)2 << 20)

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

int tw_arena_init(struct tw_arena *a, size_t bytes)
{
	char *p, *base;

	bytes = (bytes + PAGE - 1) / PAGE * PAGE;
	p = mmap(NULL, bytes + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	base = (char *)(((uintptr_t)p + HUGE - 1) & ~(uintptr_t)(HUGE - 1));
	if (base > p)
		munmap(p, (size_t)(base - p));
	munmap(base + bytes, HUGE - (size_t)(base - p));
	*a = (struct tw_arena){.base = base, .size = bytes};
	if (madvise(base, bytes, MADV_HUGEPAGE) < 0)
		a->no_huge = errno;
	return 0;
}

void tw_arena_touch(struct tw_arena *a, uint32_t place, size_t bytes)
{
	char *from = tw_arena_at(a, place), *to = from + bytes, *p;

	from -= (uintptr_t)from % PAGE;
	if (madvise(from, (size_t)(to - from), MADV_POPULATE_WRITE) == 0)
		return;
	/* before Linux 5.14. A neighbour's page may be in use: it is read, not written */
	for (p = from; p < to; p += PAGE)
		(void)__atomic_fetch_add(p, 0, __ATOMIC_RELAXED);
}

void tw_arena_fini(struct tw_arena *a)
{
	if (a->base)
		munmap(a->base, a->size);
	a->base = NULL;
}

uint32_t tw_arena_take(struct tw_arena *a, size_t bytes)
{
	size_t at = a->used;

	bytes = (bytes + TW_LINE - 1) / TW_LINE * TW_LINE;
	if (bytes > a->size - at || (at + bytes) / TW_LINE >= UINT32_MAX)
		return UINT32_MAX;
	a->used = at + bytes;
	return (uint32_t)(at / TW_LINE);
}
