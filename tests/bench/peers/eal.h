/*
 * eal.h - DPDK without what a benchmark on any machine can't ask for: no huge pages, no
 * devices, no files, no root.
 */
#ifndef EAL_H
#define EAL_H

#include "peer.h"
#include <rte_eal.h>
#include <rte_errno.h>
#include <unistd.h>

/*
 * EAL wants a folder even if it puts nothing there; the one it takes unasked stays, and is
 * of no use to another user. This one is gone once EAL has started.
 */
static inline void eal_folder(char *path, size_t size)
{
	snprintf(path, size, "/tmp/thalweg-bench-XXXXXX");
	if (mkdtemp(path))
		setenv("RUNTIME_DIRECTORY", path, 1);
}

static inline void eal_folder_gone(const char *path)
{
	static const char *const inside[] = {"/dpdk/rte", "/dpdk", ""};
	char full[64];
	size_t i;

	for (i = 0; i < sizeof inside / sizeof *inside; i++) {
		snprintf(full, sizeof full, "%s%s", path, inside[i]);
		rmdir(full);
	}
}

/* Threads that EAL does not know are fine for what is used here: pace_pin() pins them all. */
static inline bool eal_start(const char *program, uint32_t cpu)
{
	char lcores[32], name[32];
	char folder[32];
	char *argv[] = {name,       "--no-huge",      "-m",          "256",
			"--no-pci", "--no-telemetry", "--no-shconf", "--log-level=lib.eal:error",
			"--lcores", lcores,           NULL};
	int done;

	eal_folder(folder, sizeof folder);
	snprintf(name, sizeof name, "%s", program);
	snprintf(lcores, sizeof lcores, "0@%" PRIu32, cpu);
	done = rte_eal_init(sizeof argv / sizeof *argv - 1, argv);
	if (done < 0)
		fprintf(stderr, "%s: DPDK does not start: %s\n", program, rte_strerror(rte_errno));
	eal_folder_gone(folder);
	return done >= 0;
}

#endif
