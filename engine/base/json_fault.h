/*
 * base/json_fault.h - a JSON text that can't be read, in words for people.
 *
 * The library's own words ("string or '}' expected near '}'") tell what its parser
 * wanted; these tell what the writer did. [control]
 */
#ifndef TW_BASE_JSON_FAULT_H
#define TW_BASE_JSON_FAULT_H

#include <base/diag.h>

struct tw_json_fault {
	const char *text;
	size_t len;
	size_t byte; /* past the last byte that was taken */
	const char *text_of_library;
	enum tw_fault_kind {
		TW_FAULT_SYNTAX,
		TW_FAULT_LONG,
		TW_FAULT_DEEP,
		TW_FAULT_UTF8,
		TW_FAULT_SHORT,
		TW_FAULT_MORE,
		TW_FAULT_TWICE,
		TW_FAULT_NUL
	} kind;
};

void tw_json_fault_report(const struct tw_json_fault *f, struct tw_diags *d);

#endif
