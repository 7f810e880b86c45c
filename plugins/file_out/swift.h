/*
 * swift.h - values as text where room is plenty. [worker]
 *
 * Who calls has seen to it that the longest result and SWIFT_SLACK bytes more fit at
 * `to`: nothing is checked, and bytes after the result may be written over. The results
 * are those of format.h. Each gives the place after it.
 */
#ifndef SWIFT_H
#define SWIFT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SWIFT_SLACK 64

/* The text of the last second that was written: times of rows are often close. */
struct second {
	int64_t second;
	bool is_known;
	char text[32]; /* "2026-01-01T00:00:00" */
};

char *swift_u64(char *to, uint64_t v);
char *swift_i64(char *to, int64_t v);
char *swift_timestamp(char *to, int64_t ns, struct second *last);
char *swift_json(char *to, const char *p, uint32_t len); /* at most 6 * len + 2 bytes */
char *swift_csv(char *to, const char *p, uint32_t len);  /* at most 2 * len + 2 bytes */

/* Text that has 32 readable bytes at least. */
static inline char *swift_lead(char *to, const char *lead, uint32_t len)
{
	memcpy(to, lead, 16);
	if (len > 16)
		memcpy(to + 16, lead + 16, 16);
	if (len > 32)
		memcpy(to + 32, lead + 32, len - 32);
	return to + len;
}

#endif
