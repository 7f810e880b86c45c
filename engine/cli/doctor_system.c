/* cli/doctor_system.c - memory, limits, the kernel, and tools; see doctor_probe.h. */
#include <cli/doctor_probe.h>

#include <base/units.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define MEMLOCK_ENOUGH (64u << 20)
#define NOFILE_ENOUGH 4096u

static void probe_kernel(struct tw_checks *c)
{
	struct utsname u;
	int major = 0, minor = 0;

	if (uname(&u))
		return;
	sscanf(u.release, "%d.%d", &major, &minor);
	tw_check_add(c, "kernel", major > 5 || (major == 5 && minor >= 10) ? TW_HEALTH_OK : TW_HEALTH_NOTE, NULL,
		     "%s %s%s", u.sysname, u.release,
		     major < 5 || (major == 5 && minor < 10) ? ", older than 5.10" : "");
}

static void probe_virtual(struct tw_checks *c)
{
	char info[8192];

	tw_probe_read("/proc/cpuinfo", info, sizeof info);
	if (strstr(info, " hypervisor"))
		tw_check_add(c, "virtual", TW_HEALTH_NOTE, NULL,
			     "a virtual machine: the host's other guests show in the longest latencies");
	else
		tw_check_add(c, "virtual", TW_HEALTH_OK, NULL, "no hypervisor seen");
}

static void probe_thp(struct tw_checks *c)
{
	char mode[80], *open, *close;

	if (!tw_probe_read("/sys/kernel/mm/transparent_hugepage/enabled", mode, sizeof mode)) {
		tw_check_add(c, "thp", TW_HEALTH_NOTE, NULL, "this kernel has no transparent huge pages");
		return;
	}
	open = strchr(mode, '[');
	close = open ? strchr(open, ']') : NULL;
	if (close)
		*close = '\0';
	if (open && strcmp(open + 1, "madvise") == 0)
		tw_check_add(c, "thp", TW_HEALTH_OK, NULL, "madvise");
	else
		tw_check_add(c, "thp", TW_HEALTH_NOTE,
			     "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled", "%s%s",
			     open ? open + 1 : mode,
			     open && open[1] == 'a' ? ": the kernel gathers pages behind a worker's back" : "");
}

static int64_t meminfo(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoll(at + strlen(key), NULL, 10) : 0;
}

static void probe_memory(struct tw_checks *c)
{
	char text[4096], size[32];
	int64_t huge, swap;

	tw_probe_read("/proc/meminfo", text, sizeof text);
	huge = meminfo(text, "HugePages_Total:");
	if (huge)
		tw_check_add(c, "hugetlb", TW_HEALTH_OK, NULL, "%lld huge pages reserved, %lld free", (long long)huge,
			     (long long)meminfo(text, "HugePages_Free:"));
	else
		tw_check_add(c, "hugetlb", TW_HEALTH_OK, NULL, "none reserved, none needed: pools use ordinary pages");
	swap = meminfo(text, "SwapTotal:");
	if (swap)
		tw_check_add(c, "swap", TW_HEALTH_NOTE, "sudo swapoff -a",
			     "%s: a page that was swapped out stalls a worker for milliseconds",
			     tw_format_size(size, sizeof size, (uint64_t)swap * 1024));
	else
		tw_check_add(c, "swap", TW_HEALTH_OK, NULL, "none");
}

static void probe_limits(struct tw_checks *c)
{
	struct rlimit r;
	char size[32];

	if (!getrlimit(RLIMIT_MEMLOCK, &r)) {
		if (r.rlim_cur == RLIM_INFINITY)
			tw_check_add(c, "memlock", TW_HEALTH_OK, NULL, "unlimited");
		else
			tw_check_add(c, "memlock", r.rlim_cur < MEMLOCK_ENOUGH ? TW_HEALTH_NOTE : TW_HEALTH_OK,
				     r.rlim_cur < MEMLOCK_ENOUGH
					     ? "ulimit -l unlimited (systemd: LimitMEMLOCK=infinity)"
					     : NULL,
				     "%s of memory may be locked", tw_format_size(size, sizeof size, r.rlim_cur));
	}
	if (!getrlimit(RLIMIT_NOFILE, &r))
		tw_check_add(c, "nofile", r.rlim_cur < NOFILE_ENOUGH ? TW_HEALTH_NOTE : TW_HEALTH_OK,
			     r.rlim_cur < NOFILE_ENOUGH ? "ulimit -n 65536 (systemd: LimitNOFILE=65536)" : NULL,
			     "%llu open files", (unsigned long long)r.rlim_cur);
}

/* Asked in the only way that counts, with arguments that can't succeed: a kernel
 * that would do it complains of them. */
static void probe_io_uring(struct tw_checks *c)
{
	char off[8];
	long rc = syscall(SYS_io_uring_setup, 1, NULL);
	int err = rc < 0 ? errno : 0;

	if (rc >= 0)
		close((int)rc);
	tw_probe_read("/proc/sys/kernel/io_uring_disabled", off, sizeof off);
	if (err == ENOSYS)
		tw_check_add(c, "io_uring", TW_HEALTH_NOTE, NULL, "this kernel has none, or a filter hides it");
	else if (err == EPERM)
		tw_check_add(c, "io_uring", TW_HEALTH_NOTE,
			     off[0] > '0' ? "sudo sysctl kernel.io_uring_disabled=0" : NULL,
			     "not allowed to this process%s", off[0] > '0' ? "" : " (a container's filter?)");
	else
		tw_check_add(c, "io_uring", TW_HEALTH_OK, NULL, "available");
}

static void probe_dot(struct tw_checks *c)
{
	const char *path = getenv("PATH"), *end;
	char file[1024];

	for (; path && *path; path = *end ? end + 1 : end) {
		end = path + strcspn(path, ":");
		snprintf(file, sizeof file, "%.*s/dot", (int)(end - path), path);
		if (access(file, X_OK))
			continue;
		tw_check_add(c, "graphviz", TW_HEALTH_OK, NULL, "%.190s", file);
		return;
	}
	tw_check_add(c, "graphviz", TW_HEALTH_NOTE, "sudo apt install graphviz",
		     "no program dot: graphs can be written as DOT, not drawn");
}

void tw_doctor_system(struct tw_checks *c)
{
	probe_kernel(c);
	probe_virtual(c);
	probe_thp(c);
	probe_memory(c);
	probe_limits(c);
	probe_io_uring(c);
	probe_dot(c);
}
