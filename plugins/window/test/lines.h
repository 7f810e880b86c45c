/* lines.h - texts of lines, for tests that compare what came out. */
#ifndef WINDOW_TEST_LINES_H
#define WINDOW_TEST_LINES_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MOST 20000

static inline int lines_of(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static inline int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Compare two texts line by line, in any order. */
static inline void must_be_same(const char *got, const char *want, const char *what)
{
	char **lines[2], *copies[2] = {strdup(got), strdup(want)}, *line, *save;
	int n[2] = {0, 0}, i, k;

	for (i = 0; i < 2; i++) {
		lines[i] = malloc(LINES_MOST * sizeof **lines);
		for (line = strtok_r(copies[i], "\n", &save); line && n[i] < LINES_MOST;
		     line = strtok_r(NULL, "\n", &save))
			lines[i][n[i]++] = line;
		qsort(lines[i], (size_t)n[i], sizeof lines[i][0], by_text);
	}
	for (k = 0; k < n[0] && k < n[1]; k++)
		cr_assert_str_eq(lines[0][k], lines[1][k], "%s: got\n%s\nnot\n%s", what, lines[0][k], lines[1][k]);
	cr_assert_eq(n[0], n[1], "%s: %d lines, not %d", what, n[0], n[1]);
	for (i = 0; i < 2; i++) {
		free(copies[i]);
		free(lines[i]);
	}
}

#endif
