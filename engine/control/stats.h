/*
 * control/stats.h - readings of a running graph's counters, for engine.c. [control]
 */
#ifndef TW_CONTROL_STATS_H
#define TW_CONTROL_STATS_H

#include <control/engine.h>
#include <run/run.h>

/* Memory that tw_engine_stats results point into; kept between readings. */
struct tw_engine_readings {
	struct tw_node_stats *nodes;
	struct tw_worker_stats *workers;
	uint64_t *counters;
	struct tw_hist *latency; /* of all sinks */
	uint32_t n_nodes;
	struct tw_hist **latency_of; /* [n_nodes] copies; NULL: no sink */
};

/* Fill all of out but end, why and elapsed_ns. Memory short: fewer rows. */
void tw_readings_take(struct tw_engine_readings *x, struct tw_run *r, struct tw_engine_stats *out);
void tw_readings_fini(struct tw_engine_readings *x);

#endif
