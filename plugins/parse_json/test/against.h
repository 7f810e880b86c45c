/*
 * against.h - what jansson says of a document, to compare with.
 *
 * Where jansson differs, and so is not asked: it refuses numbers that overflow a
 * double or 64 bits (here they are JSON, until a column wants them), and zeroes in
 * keys; and it takes a zero byte after the document for its end, where no zero byte
 * belongs into JSON. Of equal keys it takes the last, here the first counts: documents
 * with equal keys are compared as to taken or refused alone.
 */
#ifndef PARSE_JSON_AGAINST_H
#define PARSE_JSON_AGAINST_H

#include "scan.h"
#include "text.h"

#include <jansson.h>
#include <stdlib.h>

/* A token of a pointer, decoded. */
static inline const char *next_token(const char *p, char *to)
{
	for (p++; *p && *p != '/'; p++) {
		if (*p == '~')
			*to++ = *++p == '0' ? '~' : '/';
		else
			*to++ = *p;
	}
	*to = '\0';
	return p;
}

static inline const json_t *resolve(const json_t *v, const char *pointer)
{
	char token[64];

	while (*pointer && v) {
		pointer = next_token(pointer, token);
		if (json_is_array(v))
			v = token[0] >= '0' && token[0] <= '9' ? json_array_get(v, (size_t)atoi(token)) : NULL;
		else
			v = json_object_get(v, token);
	}
	return v;
}

static inline int is_string(const char *text, const struct value *v, const json_t *want)
{
	char *plain = malloc(v->len);
	const uint32_t n = text_unescape(plain, text + 1, text + v->len - 1);
	const int is = n == json_string_length(want) && memcmp(plain, json_string_value(want), n) == 0 &&
		       v->is_escaped == (memchr(text, '\\', v->len) != NULL);

	free(plain);
	return is;
}

static inline int is_number(const char *text, const struct value *v, const json_t *want)
{
	int64_t whole = 0;
	double real = 0;

	if (json_is_integer(want))
		return tw_number_i64(&v->number, text, v->len, &whole) == TW_NUMBER_OK &&
		       whole == json_integer_value(want);
	return tw_number_f64(&v->number, text, v->len, &real) == TW_NUMBER_OK && real == json_real_value(want);
}

/* Is what was found in the document `text` what jansson has (NULL: nothing)? */
static inline int is_value(const char *text, const struct value *v, const json_t *want)
{
	json_t *again;
	int is;

	if (!want)
		return v->kind == VALUE_MISSING;
	text += v->off;
	switch (json_typeof(want)) {
	case JSON_NULL: return v->kind == VALUE_NULL;
	case JSON_TRUE: return v->kind == VALUE_TRUE;
	case JSON_FALSE: return v->kind == VALUE_FALSE;
	case JSON_STRING: return v->kind == VALUE_STRING && is_string(text, v, want);
	case JSON_INTEGER:
	case JSON_REAL: return v->kind == VALUE_NUMBER && is_number(text, v, want);
	default: break;
	}
	if (v->kind != (json_is_object(want) ? VALUE_MAP : VALUE_LIST))
		return 0;
	again = json_loadb(text, v->len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	is = json_equal(again, want);
	json_decref(again);
	return is;
}

/* 1: jansson takes it; 0: it does not; -1: it is not asked. */
static inline int ask(const char *text, size_t len, json_t **v)
{
	json_error_t e;

	*v = NULL;
	if (memchr(text, 0, len))
		return 0;
	*v = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);
	if (*v)
		return 1;
	return json_error_code(&e) == json_error_numeric_overflow || json_error_code(&e) == json_error_null_byte_in_key
		       ? -1
		       : 0;
}

static inline int has_equal_keys(const char *text, size_t len)
{
	json_error_t e;
	json_t *v = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &e);

	json_decref(v);
	return !v;
}

#endif
