/* place/pin.c - pinning the calling thread, by what the kernel says of it; see topo.h. */
#include <place/topo.h>

#include <errno.h>
#include <sched.h>

#define CPUS 8192u /* more than any kernel is built for */

int tw_pinned_to(uint32_t *cpu)
{
	cpu_set_t *set = CPU_ALLOC(CPUS);
	size_t size = CPU_ALLOC_SIZE(CPUS);
	int rc = 0;
	uint32_t i;

	if (!set)
		return -ENOMEM;
	if (sched_getaffinity(0, size, set))
		rc = -errno;
	else if (CPU_COUNT_S(size, set) != 1)
		rc = -ENOENT;
	for (i = 0; !rc && i < CPUS; i++)
		if (CPU_ISSET_S(i, size, set))
			*cpu = i;
	CPU_FREE(set);
	return rc;
}

int tw_pin_self(uint32_t cpu)
{
	cpu_set_t *set;
	size_t size = CPU_ALLOC_SIZE(CPUS);
	uint32_t got = 0;
	int rc;

	if (cpu >= CPUS)
		return -EINVAL;
	set = CPU_ALLOC(CPUS);
	if (!set)
		return -ENOMEM;
	CPU_ZERO_S(size, set);
	CPU_SET_S(cpu, size, set);
	rc = sched_setaffinity(0, size, set) ? -errno : tw_pinned_to(&got);
	CPU_FREE(set);
	if (!rc && got != cpu)
		rc = -EIO;
	return rc;
}
