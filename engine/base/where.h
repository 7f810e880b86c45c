/*
 * base/where.h - where in a JSON text a pointer's value stands.
 *
 * The JSON library tells no positions of values, so this finds them again in the
 * text. The text may be broken: then the nearest place that can be found is given.
 * [any]
 */
#ifndef TW_BASE_WHERE_H
#define TW_BASE_WHERE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What of the value at the pointer is meant. */
struct tw_where {
	const char *pointer; /* RFC 6901 */
	bool at_key;         /* the member's name, not its value */
	int offset;          /* >= 0: a byte of the string's value, escapes taken into account; -1: its start */
};

/* The byte of it. False when there is no such value: then *byte is its nearest
 * parent's. */
bool tw_where_find(const char *text, size_t len, const struct tw_where *what, size_t *byte);

/* 1-based line and column (in bytes) of a byte. */
void tw_where_line(const char *text, size_t byte, uint32_t *line, uint32_t *col);

/* First byte where maps and lists are nested deeper than max; false: nowhere. */
bool tw_where_deep(const char *text, size_t len, uint32_t max, size_t *byte);

/* Bytes of the UTF-8 sequence at s, 1 to 4; 0 if it is not valid. */
uint32_t tw_utf8_len(const char *s, size_t len);

#endif
