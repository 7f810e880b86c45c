/*
 * agg.h - an aggregate as written in the config: "p99(latency)". Pure.
 */
#ifndef WINDOW_AGG_H
#define WINDOW_AGG_H

#include <stdint.h>

enum agg_fn { AGG_COUNT, AGG_SUM, AGG_MIN, AGG_MAX, AGG_AVG, AGG_FIRST, AGG_LAST, AGG_QUANTILE, AGG_DISTINCT };

struct agg_call {
	enum agg_fn fn;
	uint32_t arg, arg_len; /* the column's name: bytes arg..arg+arg_len of the text; len 0: count() */
	double q;              /* of AGG_QUANTILE, 0..1 */
};

/* What is wrong with a text, and at which byte. */
struct agg_error {
	int offset;
	const char *what, *help;
};

/* 0; -1 with *err. */
int agg_parse(const char *text, struct agg_call *call, struct agg_error *err);

#endif
