/* cli/doctor_cpu.c - processors: how many, how near each other, how undisturbed; see doctor_probe.h. */
#include <cli/doctor_probe.h>

#include <place/cgroup.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SYS_CPU "/sys/devices/system/cpu/"

static void probe_allowed(struct tw_checks *c, const struct tw_topo *t)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t n = tw_topo_n(t);

	if (n < 2)
		tw_check_add(c, "cpus", TW_HEALTH_WARN,
			     online > 1 ? "taskset -c 0-N thalweg ..., or widen the cgroup's cpuset.cpus" : NULL,
			     "%u of %ld allowed: nothing runs side by side", n, online);
	else
		tw_check_add(c, "cpus", TW_HEALTH_OK, NULL, "%u of %ld allowed", n, online);
}

static void probe_quota(struct tw_checks *c, const struct tw_topo *t)
{
	double cpus = tw_cgroup_cpus("");

	if (cpus <= 0 || cpus >= tw_topo_n(t))
		tw_check_add(c, "quota", TW_HEALTH_OK, NULL, "the cgroup sets no limit below the allowed CPUs");
	else
		tw_check_add(
			c, "quota", TW_HEALTH_WARN,
			"raise cpu.max (docker run --cpus N; systemd: CPUQuota=), or run with --workers N",
			"%.2f CPUs' time for %u CPUs: more than %u busy workers are stopped for parts of each period",
			cpus, tw_topo_n(t), tw_topo_cpu_quota(t));
}

static void probe_smt(struct tw_checks *c, const struct tw_topo *t)
{
	uint32_t i, n = 0;

	for (i = 0; i < tw_topo_n(t); i++)
		n += tw_topo_cores(t)[i].smt;
	if (n)
		tw_check_add(c, "smt", TW_HEALTH_NOTE, "echo off | sudo tee " SYS_CPU "smt/control",
			     "%u second threads: two busy threads of a core slow each other", n);
	else
		tw_check_add(c, "smt", TW_HEALTH_OK, NULL, "each allowed CPU is a core of its own");
}

static uint32_t id_of(const struct tw_core *c, char what)
{
	switch (what) {
	case 'c': return c->core;
	case '2': return c->l2;
	case '3': return c->l3;
	default: return c->numa;
	}
}

static uint32_t count(const struct tw_topo *t, char what)
{
	const struct tw_core *c = tw_topo_cores(t);
	uint32_t i, j, n = 0;

	for (i = 0; i < tw_topo_n(t); i++) {
		for (j = 0; j < i && id_of(&c[i], what) != id_of(&c[j], what); j++)
			;
		n += j == i;
	}
	return n;
}

static void probe_caches(struct tw_checks *c, const struct tw_topo *t)
{
	uint32_t cores = count(t, 'c'), l2 = count(t, '2'), l3 = count(t, '3');

	if (l3 == cores && cores > 1)
		tw_check_add(c, "caches", TW_HEALTH_NOTE, NULL, "no L3 known that cores share");
	else
		tw_check_add(c, "caches", TW_HEALTH_OK, NULL, "%u core%s, %u L2 (%s), %u L3%s", cores,
			     cores == 1 ? "" : "s", l2, l2 < cores ? "shared" : "one each", l3,
			     l3 > 1 ? ": nodes that talk much belong within one" : "");
}

static void probe_numa(struct tw_checks *c, const struct tw_topo *t)
{
	uint32_t n = count(t, 'n');
	char balancing[8];

	tw_probe_read("/proc/sys/kernel/numa_balancing", balancing, sizeof balancing);
	if (n > 1 && balancing[0] > '0')
		tw_check_add(c, "numa", TW_HEALTH_NOTE, "sudo sysctl kernel.numa_balancing=0",
			     "%u nodes, and the kernel moves pages between them, which stalls workers", n);
	else
		tw_check_add(c, "numa", TW_HEALTH_OK, NULL, "%u node%s", n, n == 1 ? "" : "s");
}

static void probe_governor(struct tw_checks *c, const struct tw_topo *t)
{
	char path[120], governor[40], other[40] = "";
	uint32_t i, known = 0, slow = 0;

	for (i = 0; i < tw_topo_n(t); i++) {
		snprintf(path, sizeof path, SYS_CPU "cpu%u/cpufreq/scaling_governor", tw_topo_cores(t)[i].cpu);
		if (!tw_probe_read(path, governor, sizeof governor))
			continue;
		known++;
		if (strcmp(governor, "performance") == 0)
			continue;
		slow++;
		memcpy(other, governor, sizeof other);
	}
	if (slow)
		tw_check_add(c, "governor", TW_HEALTH_WARN, "sudo cpupower frequency-set -g performance",
			     "%s on %u of %u CPUs: they clock down between batches", other, slow, known);
	else if (known)
		tw_check_add(c, "governor", TW_HEALTH_OK, NULL, "performance");
	else
		tw_check_add(c, "governor", TW_HEALTH_OK, NULL, "none: the kernel does not set these CPUs' frequency");
}

static void probe_isolation(struct tw_checks *c)
{
	static const char fix[] = "kernel parameters: isolcpus=managed_irq,domain,2-N nohz_full=2-N rcu_nocbs=2-N";
	bool worth = sysconf(_SC_NPROCESSORS_ONLN) > 3; /* else there is nothing left for the rest */
	char cpus[160];

	tw_probe_read(SYS_CPU "isolated", cpus, sizeof cpus);
	if (cpus[0])
		tw_check_add(c, "isolated", TW_HEALTH_OK, NULL, "CPUs %s", cpus);
	else
		tw_check_add(c, "isolated", worth ? TW_HEALTH_NOTE : TW_HEALTH_OK, worth ? fix : NULL,
			     worth ? "none: other programs run on the workers' CPUs" : "none, and too few CPUs for it");
	if (!tw_probe_read(SYS_CPU "nohz_full", cpus, sizeof cpus))
		tw_check_add(c, "nohz_full", worth ? TW_HEALTH_NOTE : TW_HEALTH_OK, NULL,
			     "this kernel was built without it");
	else if (cpus[0] >= '0' && cpus[0] <= '9')
		tw_check_add(c, "nohz_full", TW_HEALTH_OK, NULL, "CPUs %s", cpus);
	else
		tw_check_add(c, "nohz_full", worth ? TW_HEALTH_NOTE : TW_HEALTH_OK, worth ? fix : NULL,
			     "none: the timer interrupts workers");
}

static void probe_clock(struct tw_checks *c)
{
	static const char path[] = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
	char now[40], known[200];
	bool has_tsc;

	tw_probe_read("/sys/devices/system/clocksource/clocksource0/available_clocksource", known, sizeof known);
	has_tsc = strstr(known, "tsc") != NULL;
	if (!tw_probe_read(path, now, sizeof now))
		tw_check_add(c, "clocksource", TW_HEALTH_NOTE, NULL, "not known");
	else if (strcmp(now, "tsc") == 0 || strcmp(now, "arch_sys_counter") == 0)
		tw_check_add(c, "clocksource", TW_HEALTH_OK, NULL, "%s", now);
	else
		tw_check_add(c, "clocksource", strcmp(now, "kvm-clock") == 0 ? TW_HEALTH_NOTE : TW_HEALTH_WARN,
			     has_tsc ? "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/"
				       "current_clocksource"
				     : NULL,
			     "%s: reading the time is slower than by tsc", now);
}

void tw_doctor_cpu(struct tw_checks *c, const struct tw_topo *t)
{
	probe_allowed(c, t);
	probe_quota(c, t);
	probe_smt(c, t);
	probe_caches(c, t);
	probe_numa(c, t);
	probe_governor(c, t);
	probe_isolation(c);
	probe_clock(c);
}
