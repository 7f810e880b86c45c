/* cli/bench_machine.c - what the figures were taken on, and peak memory; see bench.h. */
#include <cli/bench.h>

#include <cli/doctor_probe.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

void tw_machine_read(struct tw_machine *m, const struct tw_topo *topo)
{
	char info[8192], *at;
	struct utsname u;

	memset(m, 0, sizeof *m);
	m->cpus = tw_topo_cpu_quota(topo);
	snprintf(m->cpu, sizeof m->cpu, "unknown");
	tw_probe_read("/proc/cpuinfo", info, sizeof info);
	m->is_virtual = strstr(info, " hypervisor") != NULL;
	at = strstr(info, "model name");
	at = at ? strchr(at, ':') : NULL;
	if (at)
		snprintf(m->cpu, sizeof m->cpu, "%.*s", (int)strcspn(at + 2, "\n"), at + 2);
	if (uname(&u) == 0)
		snprintf(m->kernel, sizeof m->kernel, "%.40s %.80s", u.sysname, u.release);
	if (!tw_probe_read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", m->governor, sizeof m->governor))
		snprintf(m->governor, sizeof m->governor, "unknown");
}

void tw_peak_reset(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");

	if (!f)
		return;
	fputs("5", f);
	fclose(f);
}

uint64_t tw_peak_rss(void)
{
	char status[4096], *at;
	struct rusage u;

	tw_probe_read("/proc/self/status", status, sizeof status);
	at = strstr(status, "VmHWM:");
	if (at)
		return strtoull(at + strlen("VmHWM:"), NULL, 10) * 1024;
	return getrusage(RUSAGE_SELF, &u) ? 0 : (uint64_t)u.ru_maxrss * 1024;
}
