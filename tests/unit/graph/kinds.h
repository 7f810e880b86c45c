/*
 * kinds.h - operators as graph/ sees them: tables without code, with the ids and
 * ports of real ones.
 */
#ifndef TEST_KINDS_H
#define TEST_KINDS_H

#include <graph/check.h>

static const char *const in_only[] = {"in", NULL};
static const char *const in_two[] = {"left", "right", NULL};
static const char *const out_only[] = {"out", NULL};
static const char *const out_window[] = {"out", "late", NULL};

static const char path_schema[] = "{\"type\": \"object\", \"properties\": {\"path\": {\"type\": \"string\", "
				  "\"minLength\": 1, \"description\": \"the file\"}}, \"required\": [\"path\"]}";
static const char any_schema[] = "{\"type\": \"object\"}";
static const char window_schema[] =
	"{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"size\"], \"properties\": {"
	"\"size\": {\"type\": [\"string\", \"integer\"], \"format\": \"duration\", \"exclusiveMinimum\": 0},"
	"\"keep\": {\"type\": \"integer\", \"default\": 3},"
	"\"by\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}, \"default\": []}}}";

static const struct tw_kind kind_file_in = {.id = "file_in", .help = "Reads", .config = path_schema, .out = out_only};
static const struct tw_kind kind_gen = {.id = "gen", .config = any_schema, .out = out_only};
static const struct tw_kind kind_parse = {
	.id = "parse_json", .config = any_schema, .in = in_only, .out = out_only, .flags = TW_STATELESS};
static const struct tw_kind kind_expr = {
	.id = "expr", .config = any_schema, .in = in_only, .out = out_only, .flags = TW_STATELESS};
static const struct tw_kind kind_window = {.id = "window", .config = window_schema, .in = in_only, .out = out_window};
static const struct tw_kind kind_probe = {.id = "latency_probe", .in = in_only, .out = out_only};
static const struct tw_kind kind_file_out = {.id = "file_out", .config = path_schema, .in = in_only};
static const struct tw_kind kind_null = {.id = "null_out", .in = in_only};
static const struct tw_kind kind_join = {.id = "join2", .in = in_two, .out = out_only};
static const struct tw_kind kind_route = {.id = "route", .in = in_only, .flags = TW_DYNAMIC_OUTPUTS};

static const struct tw_kind *const kind_list[] = {&kind_file_in, &kind_gen,      &kind_parse, &kind_expr, &kind_window,
						  &kind_probe,   &kind_file_out, &kind_null,  &kind_join, &kind_route};
static const struct tw_kinds kinds = {sizeof kind_list / sizeof *kind_list, kind_list};

#endif
