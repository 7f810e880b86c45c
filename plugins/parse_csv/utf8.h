/* utf8.h - is a text well-formed UTF-8? */
#ifndef PARSE_CSV_UTF8_H
#define PARSE_CSV_UTF8_H

#include <stdint.h>

/* The place of the first byte that is no part of well-formed UTF-8 (no overlong forms,
 * no surrogates, nothing above U+10FFFF); len if there is none. [any] */
uint32_t utf8_bad(const char *p, uint32_t len);

#endif
