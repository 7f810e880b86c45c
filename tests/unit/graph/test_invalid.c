/*
 * Every graph in graphs/invalid must be refused with exactly the text beside it.
 * With TW_BLESS=1 in the environment the texts are written anew: read them.
 */
#include "kinds.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER TW_SOURCE_DIR "/graphs/invalid"

static char *explain(const char *text, size_t len, uint32_t *n_errors)
{
	struct tw_checked *checked = NULL;
	struct tw_spec *spec;
	struct tw_diags d;
	char *words = NULL;
	size_t size;
	FILE *out = open_memstream(&words, &size);

	tw_diags_init(&d);
	tw_spec_parse("graph.json", text, len, NULL, 0, &spec, &d);
	if (spec->n_nodes)
		tw_check(spec, &kinds, &checked, &d);
	tw_diags_locate(&d, text, len);
	tw_diags_print(&d, out, "graph.json", text, len, false);
	*n_errors = d.n_errors;
	tw_checked_destroy(checked);
	tw_spec_destroy(spec);
	tw_diags_fini(&d);
	fclose(out);
	return words;
}

static void bless(const char *path, const char *words)
{
	FILE *f = fopen(path, "w");

	cr_assert_not_null(f, "can't write %s", path);
	fputs(words, f);
	fclose(f);
}

static void try_case(const char *name)
{
	char path[512], *text, *want = NULL, *got;
	uint32_t n_errors;
	size_t len, want_len;

	snprintf(path, sizeof path, "%s/%s/graph.json", FOLDER, name);
	cr_assert_eq(tw_file_read(path, &text, &len), 0, "can't read %s", path);
	got = explain(text, len, &n_errors);
	cr_expect_gt(n_errors, 0, "%s is accepted", name);
	snprintf(path, sizeof path, "%s/%s/error", FOLDER, name);
	if (getenv("TW_BLESS"))
		bless(path, got);
	cr_assert_eq(tw_file_read(path, &want, &want_len), 0, "can't read %s", path);
	cr_expect_str_eq(got, want, "%s: got\n%s\nwant\n%s", name, got, want);
	free(text);
	free(want);
	free(got);
}

Test(invalid, all)
{
	DIR *dir = opendir(FOLDER);
	uint32_t n = 0;

	cr_assert_not_null(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		/* real_*: for the operators themselves, see tests/integration/invalid.sh */
		if (e->d_name[0] == '.' || strncmp(e->d_name, "real_", 5) == 0)
			continue;
		try_case(e->d_name);
		n++;
	}
	closedir(dir);
	cr_assert_geq(n, 45);
}
