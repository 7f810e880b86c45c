/* mem/arena.c - reserves the arena; see arena.h. */
#include <mem/arena.h>

#include <errno.h>
#include <sys/mman.h>

int tw_arena_init(struct tw_arena *a, size_t bytes)
{
	const size_t page = 4096;
	void *p;

	bytes = (bytes + page - 1) / page * page;
	/* NORESERVE: pools are sized for the worst case and seldom all touched. */
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	*a = (struct tw_arena){.base = p, .size = bytes};
	return 0;
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
