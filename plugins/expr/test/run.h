/* run.h - shared by the tests of expr: run an expression over the fixture row. */
#ifndef EXPR_TEST_RUN_H
#define EXPR_TEST_RUN_H

#include "tw_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS                                                                                                        \
	"i:i64?,n:i64?,j:i32,k:i32?,u:u64,w:u32?,f:f64?,g:f32,b:bool?,z:bool?,q:bool,s:str?,t:str,e:str,sn:str?,"      \
	"ts:timestamp?,d:decimal(2)?,d3:decimal(3),y:bytes?,x:fixed(4),xl:fixed(16),o:i64"

#define ROW                                                                                                            \
	"{\"i\":7,\"n\":null,\"j\":-3,\"k\":2147483647,\"u\":5,\"w\":9,\"f\":2.5,\"g\":0.5,\"b\":true,\"z\":null,"     \
	"\"q\":false,"                                                                                                 \
	"\"s\":\"hello\",\"t\":\"The quick brown fox "                                                                 \
	"jumps\",\"e\":\"\",\"sn\":null,\"ts\":1767323045123456789,\"d\":12345,"                                       \
	"\"d3\":-1500,\"y\":\"hello\",\"x\":\"abcd\",\"xl\":\"0123456789abcdef\",\"o\":0}\n"

/* `text` with what JSON escapes escaped. */
static inline const char *json_text(const char *text, char *to, size_t cap)
{
	size_t n = 0;

	for (; *text && n + 8 < cap; text++) {
		if ((unsigned char)*text < 0x20) {
			n += (size_t)snprintf(to + n, cap - n, "\\u%04x", (unsigned)*text);
			continue;
		}
		if (*text == '"' || *text == '\\')
			to[n++] = '\\';
		to[n++] = *text;
	}
	to[n] = 0;
	return to;
}

/* {"set": {"r": expr}, "keep": ["r"]}; cap must be ample. */
static inline void set_config(const char *expr, char *to, size_t cap)
{
	static const char head[] = "{\"set\":{\"r\":\"", tail[] = "\"},\"keep\":[\"r\"]}";

	memcpy(to, head, sizeof head);
	json_text(expr, to + strlen(to), cap - sizeof head - sizeof tail);
	memcpy(to + strlen(to), tail, sizeof tail);
}

static inline const struct tw_kind *kind(void)
{
	return tw_plugin.kinds[0];
}

#endif
