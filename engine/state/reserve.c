/* state/reserve.c - reserves ranges of address space; see reserve.h. */
#include <state/reserve.h>

#include <errno.h>
#include <sys/mman.h>

int tw_range_init(struct tw_range *r, size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return -ENOMEM;
	*r = (struct tw_range){.base = p, .bytes = bytes};
	return 0;
}

void tw_range_fini(struct tw_range *r)
{
	if (r->base)
		munmap(r->base, r->bytes);
	r->base = NULL;
}
