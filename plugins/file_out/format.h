/*
 * format.h - values as text. Pure.
 *
 * Each writes at `to` and gives the place after it, or NULL when that would be past
 * `end`; then what lies from `to` on is undefined. Nothing is written at or past end.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdbool.h>
#include <stdint.h>

char *put_bytes(char *to, const char *end, const char *p, uint32_t len);

/* number.c */
char *put_u64(char *to, const char *end, uint64_t v);
char *put_i64(char *to, const char *end, int64_t v);
char *put_decimal(char *to, const char *end, int64_t v, uint32_t scale); /* v / 10^scale, all digits */
/* v with a point before its last `scale` digits (at most 255). */
char *put_pointed(char *to, const char *end, uint64_t v, uint32_t scale, bool negative);
/* RFC 3339 in UTC, with 0, 3, 6 or 9 digits of fraction, as many as v needs. */
char *put_timestamp(char *to, const char *end, int64_t ns);
char *put_hex(char *to, const char *end, const uint8_t *p, uint32_t len);

/* real.c */
/* The shortest decimal that reads back as v; v is finite. */
char *put_f64(char *to, const char *end, double v);
char *put_f32(char *to, const char *end, float v);

/* text.c */
/* A JSON string with its quotes; each byte that is not UTF-8 becomes U+FFFD. */
char *put_json(char *to, const char *end, const char *p, uint32_t len);
/* What stands for the character at p, which is none that stands for itself; at most six
 * bytes, unchecked. How many of p's bytes it is. */
uint32_t put_json_special(char **to, const char *p, uint32_t len);
/* A CSV field as RFC 4180: in quotes if it must be, and if it is empty (so that it is
 * not null). */
char *put_csv(char *to, const char *end, const char *p, uint32_t len);

#endif
