/* source.h - what the tests of the source share: a folder, and the source open on a path. */
#ifndef SOURCE_H
#define SOURCE_H

#include "file_in.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <tw_test.h>
#include <unistd.h>

#define SEED 7u

static char dir[64];
static uint32_t seed;

static inline uint32_t any(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)seed * below >> 32);
}

static inline const char *in_dir(const char *name)
{
	static char path[4][160];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
	return path[turn];
}

static inline void begin(void)
{
	snprintf(dir, sizeof dir, "/tmp/tw-file-in-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
}

static inline void end(void)
{
	char cmd[96];

	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	cr_assert_eq(system(cmd), 0);
}

static inline void write_file(const char *name, const char *text, size_t len)
{
	FILE *f = fopen(in_dir(name), "w");

	cr_assert_not_null(f);
	cr_assert_eq(fwrite(text, 1, len, f), len);
	fclose(f);
}

/* more: further members of the config, ", ..." */
static inline struct tw_test *open_source(const char *path, const char *more)
{
	char config[512];
	struct tw_test *t;
	int err;

	snprintf(config, sizeof config, "{\"path\": \"%s\"%s}", path, more);
	err = tw_test_open(tw_plugin.kinds[0], config, NULL, &t);
	cr_assert_eq(err, 0, "%s", tw_test_error(t));
	return t;
}

/* The rows' lines, each ended by '\n'. */
static inline char *lines_of(struct tw_test *t)
{
	const char *rows = tw_test_rows(t, 0), *nl;
	char *all = malloc(strlen(rows) + 1), *to = all;

	for (; (nl = strchr(rows, '\n')) != NULL; rows = nl + 1) {
		json_t *row = json_loadb(rows, (size_t)(nl - rows), JSON_ALLOW_NUL, NULL);
		json_t *line = json_object_get(row, "line");

		cr_assert(json_is_string(line), "%.*s", (int)(nl - rows), rows);
		memcpy(to, json_string_value(line), json_string_length(line));
		to += json_string_length(line);
		*to++ = '\n';
		json_decref(row);
	}
	*to = '\0';
	return all;
}

static inline void expect_lines(struct tw_test *t, const char *want)
{
	char *got = lines_of(t);

	cr_assert_str_eq(got, want, "got \"%s\"", got);
	free(got);
}

static inline void expect_eos(struct tw_test *t)
{
	const int ret = tw_test_run(t, 16);

	cr_assert_eq(ret, TW_EOS, "%d %s", ret, tw_test_error(t));
}

/* What lines_of should give: lines over max left out, a newline at the end of all. */
static inline char *without_long(const char *text, uint32_t len, uint32_t max)
{
	char *want = malloc(len + 2), *to = want;
	uint32_t from = 0, i;

	for (i = 0; i <= len; i++) {
		if ((i < len && text[i] != '\n') || (i == len && from == len))
			continue;
		if (i - from <= max) {
			memcpy(to, text + from, i - from);
			to += i - from;
			*to++ = '\n';
		}
		from = i + 1;
	}
	*to = '\0';
	return want;
}

#endif
