/*
 * place/cgroup.h - how much CPU time the control groups leave this process.
 *
 * Version 1 (cpu.cfs_quota_us) and 2 (cpu.max), from the process's own group up
 * to the root of what is mounted; the tightest one counts. [control]
 */
#ifndef TW_PLACE_CGROUP_H
#define TW_PLACE_CGROUP_H

#include <stddef.h>

/* CPUs' worth of time, possibly a fraction; 0: no limit, or none that can be
 * read. root is put before /proc/self/... and before mount points: "" is the
 * machine, else a folder that looks like one. */
double tw_cgroup_cpus(const char *root);

/* "200000 100000" is 2, "max 100000" is 0. */
double tw_cgroup_parse_max(const char *cpu_max);

/* Find the group's folder, as mounted: proc_cgroup and mountinfo are the texts of
 * /proc/self/cgroup and /proc/self/mountinfo, version 1 or 2. mount is where its
 * hierarchy is mounted, path the group below that ("" or "/a/b"). 0 or -ENOENT. */
struct tw_cgroup {
	char mount[512];
	char path[1024];
};
int tw_cgroup_find(const char *proc_cgroup, const char *mountinfo, int version, struct tw_cgroup *out);

#endif
