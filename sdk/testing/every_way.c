/*
 * every_way.c - the same rows in batches of all sizes and selections.
 */
#include "fake.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of text in order. */
static char *sort_lines(const char *text)
{
	const size_t len = strlen(text);
	char *copy = strdup(text), *line, *save = NULL, **lines = fake_calloc(len / 2 + 1, sizeof *lines);
	struct fake_text out = {0};
	size_t n = 0, i;

	for (line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		lines[n++] = line;
	qsort(lines, n, sizeof *lines, compare);
	for (i = 0; i < n; i++) {
		fake_put(&out, lines[i], strlen(lines[i]));
		fake_put(&out, "\n", 1);
	}
	free(lines);
	free(copy);
	return out.s ? out.s : strdup("");
}

static char *result(const char *text, int sorted)
{
	return sorted ? sort_lines(text) : strdup(text);
}

static void must_match(const struct tw_test *t, const char *what, char *got, const char *want, uint32_t rows, int mode)
{
	if (strcmp(got, want) != 0)
		fake_die(t, "%s in batches of %u, mode %d:\n%s-- but in batches of 1, mode 0:\n%s", what, rows, mode,
			 got, want);
	free(got);
}

char *tw_test_every_way(const struct tw_kind *kind, const char *config, const char *input, const char *rows,
			uint32_t port, int sorted)
{
	static const uint32_t sizes[] = {1, 3, 8, 64, 500, 512};
	char *want = NULL, *want_errs = NULL;
	struct tw_test *t;
	uint32_t i;
	int mode;

	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		for (mode = TW_TEST_DENSE; mode < TW_TEST_MODES; mode++) {
			if (tw_test_open(kind, config, input, &t) != 0)
				fake_die(t, "open failed");
			if (tw_test_feed_json(t, rows, sizes[i], (enum tw_test_mode)mode) || tw_test_finish(t))
				fake_die(t, "failed in batches of %u, mode %d", sizes[i], mode);
			if (!want) {
				want = result(tw_test_rows(t, port), sorted);
				want_errs = result(tw_test_errs(t), sorted);
			} else {
				must_match(t, "rows", result(tw_test_rows(t, port), sorted), want, sizes[i], mode);
				must_match(t, "bad rows", result(tw_test_errs(t), sorted), want_errs, sizes[i], mode);
			}
			tw_test_close(t);
		}
	}
	free(want_errs);
	return want;
}
