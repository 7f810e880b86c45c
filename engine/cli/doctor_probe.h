/*
 * cli/doctor_probe.h - what `thalweg doctor` looks at. [control]
 */
#ifndef TW_CLI_DOCTOR_PROBE_H
#define TW_CLI_DOCTOR_PROBE_H

#include <place/topo.h>

enum tw_health { TW_HEALTH_OK, TW_HEALTH_NOTE, TW_HEALTH_WARN };

struct tw_check {
	const char *name;
	enum tw_health health;
	char value[200];
	char fix[200]; /* a command, or a kernel parameter; "" if there is nothing to do */
};

#define TW_CHECKS_MAX 32u

struct tw_checks {
	uint32_t n;
	struct tw_check items[TW_CHECKS_MAX];
};

/* Add one. fix may be NULL. */
struct tw_check *tw_check_add(struct tw_checks *c, const char *name, enum tw_health health, const char *fix,
			      const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Read a small file of /sys or /proc, without the newline at its end. buf is ""
 * and the answer false when it can't be read. */
bool tw_probe_read(const char *path, char *buf, size_t len);

void tw_doctor_cpu(struct tw_checks *c, const struct tw_topo *t);
void tw_doctor_system(struct tw_checks *c);

/* A line's round trip between two CPUs takes at most 200 ms to find out. */
void tw_doctor_hop(struct tw_checks *c, const struct tw_topo *t);

#endif
