/* rfc3339.h - times written as RFC 3339 says. */
#ifndef PARSE_JSON_RFC3339_H
#define PARSE_JSON_RFC3339_H

#include <stdint.h>

enum time_result { TIME_OK, TIME_BAD, TIME_RANGE /* not within 1677..2262, where ns fit 64 bits */ };

/* "2026-01-02T03:04:05.678Z", with any number of digits after the point (those past
 * the ninth are cut off) and "Z" or an offset. Letters of either case, and a blank
 * for the T. Second 60 of a minute is the first of the next. */
enum time_result time_rfc3339(const char *p, uint32_t len, int64_t *ns);

/* A day as it is written, and when it begins. All zero: none. */
struct time_day {
	char text[12]; /* with the T */
	int64_t begin; /* ns since the epoch */
};

/* The same, quicker for "T03:04:05Z" or "T03:04:05.678Z" of the day that was read last. */
enum time_result time_rfc3339_near(const char *p, uint32_t len, struct time_day *day, int64_t *ns);

#endif
