/*
 * base/units.h - sizes and times as people write them: "64KiB", "50us". [any]
 */
#ifndef TW_BASE_UNITS_H
#define TW_BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

/* "250ms", "1.5s", "2h": ns, us, ms, s, m, h, d. 0 and *ns, or -EINVAL, -ERANGE. */
int tw_parse_duration(const char *s, int64_t *ns);

/* "512", "64KiB", "1.5MiB": B, KiB, MiB, GiB, TiB, and KB, MB, GB of 1000. 0 and
 * *bytes, or -EINVAL, -ERANGE. */
int tw_parse_size(const char *s, int64_t *bytes);

/* "1.25 ms", "64 KiB", "12.3 M" for people; return buf. */
const char *tw_format_duration(char *buf, size_t len, int64_t ns);
const char *tw_format_size(char *buf, size_t len, uint64_t bytes);
const char *tw_format_count(char *buf, size_t len, double n);

#endif
