/* The search path: which folders, in which order, and who wins when two plugins have an
 * operator of the same name. */
#include "files.h"

#include <plugin/registry.h>

static const struct tw_kind *kind_of(const struct tw_registry *r, const char *id)
{
	uint32_t i;

	for (i = 0; i < r->n_kinds; i++)
		if (strcmp(r->kinds[i]->id, id) == 0)
			return r->kinds[i];
	return NULL;
}

/* The plugin that kind k is of. */
static const char *plugin_of(const struct tw_registry *r, const struct tw_kind *k)
{
	uint32_t i, j;

	for (i = 0; i < r->n; i++)
		for (j = 0; r->items[i].plugin && r->items[i].plugin->kinds[j]; j++)
			if (r->items[i].plugin->kinds[j] == k)
				return r->items[i].plugin->name;
	return NULL;
}

static void open_dirs(struct tw_registry *r, const char *a, const char *b)
{
	const char *dirs[2] = {a, b};

	cr_assert_eq(tw_registry_open(dirs, a ? b ? 2 : 1 : 0, r), 0);
}

Test(registry, first_folder_wins)
{
	char a[200], b[200];
	struct tw_registry r;

	unsetenv("THALWEG_PLUGIN_PATH");
	make_dir(a, sizeof a);
	make_dir(b, sizeof b);
	copy_file(FIXTURE("good"), a, "x.so");
	copy_file(FIXTURE("again"), b, "y.so");
	open_dirs(&r, a, b);
	cr_assert_str_eq(plugin_of(&r, kind_of(&r, "fixture.drop")), "good");
	cr_assert_str_eq(plugin_of(&r, kind_of(&r, "fixture.more")), "again");
	tw_registry_close(&r);
	open_dirs(&r, b, a);
	cr_assert_str_eq(plugin_of(&r, kind_of(&r, "fixture.drop")), "again");
	tw_registry_close(&r);
	/* folders that are given come before those of the environment */
	setenv("THALWEG_PLUGIN_PATH", b, 1);
	open_dirs(&r, a, NULL);
	cr_assert_str_eq(plugin_of(&r, kind_of(&r, "fixture.drop")), "good");
	cr_assert_not_null(kind_of(&r, "fixture.more"));
	tw_registry_close(&r);
	remove_dir(a);
	remove_dir(b);
}

Test(registry, environment_in_its_order)
{
	char a[200], b[200], path[500];
	struct tw_registry r;

	make_dir(a, sizeof a);
	make_dir(b, sizeof b);
	copy_file(FIXTURE("good"), a, "x.so");
	copy_file(FIXTURE("again"), b, "y.so");
	snprintf(path, sizeof path, "%s::/no/such/folder:%s", b, a);
	setenv("THALWEG_PLUGIN_PATH", path, 1);
	open_dirs(&r, NULL, NULL);
	cr_assert_str_eq(plugin_of(&r, kind_of(&r, "fixture.drop")), "again");
	tw_registry_close(&r);
	remove_dir(a);
	remove_dir(b);
}

/* In a folder, by name; what is no .so is not looked at; a bad one is listed with its
 * error and stops nothing. */
Test(registry, files_of_a_folder)
{
	char a[200];
	struct tw_registry r;
	uint32_t i, bad = 0;

	unsetenv("THALWEG_PLUGIN_PATH");
	make_dir(a, sizeof a);
	copy_file(FIXTURE("again"), a, "b.so");
	copy_file(FIXTURE("good"), a, "c.so");
	copy_file(FIXTURE("other_abi"), a, "a.so");
	copy_file(FIXTURE("good"), a, "notes.txt");
	copy_file(FIXTURE("good"), a, "so");
	open_dirs(&r, a, NULL);
	cr_assert_geq(r.n, 3);
	for (i = 0; i < r.n; i++) {
		cr_assert_null(strstr(r.items[i].path, "notes.txt"));
		if (strncmp(r.items[i].path, a, strlen(a)) != 0)
			continue;
		cr_assert_eq(r.items[i].path[strlen(a) + 1], "abc"[i]);
		bad += !r.items[i].plugin;
		cr_assert_eq(!r.items[i].plugin, r.items[i].error != NULL);
	}
	cr_assert_eq(bad, 1);
	cr_assert_not_null(strstr(r.items[0].error, "ABI 42"));
	cr_assert_str_eq(plugin_of(&r, kind_of(&r, "fixture.drop")), "again");
	tw_registry_close(&r);
	cr_assert_eq(r.n, 0);
	remove_dir(a);
}
