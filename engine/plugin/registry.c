/* plugin/registry.c - finds and loads all plugins of the search path; see registry.h. */
#include <plugin/registry.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool push_item(struct tw_registry *r, struct tw_loaded *l)
{
	struct tw_loaded *items = realloc(r->items, (r->n + 1) * sizeof *items);

	if (!items)
		return false;
	r->items = items;
	r->items[r->n++] = *l;
	return true;
}

static bool has_kind(const struct tw_registry *r, const char *id)
{
	uint32_t i;

	for (i = 0; i < r->n_kinds; i++)
		if (strcmp(r->kinds[i]->id, id) == 0)
			return true;
	return false;
}

static int add_kinds(struct tw_registry *r, const struct tw_plugin *p)
{
	uint32_t i;

	for (i = 0; p->kinds[i]; i++) {
		const struct tw_kind **kinds;

		if (has_kind(r, p->kinds[i]->id))
			continue;
		kinds = realloc(r->kinds, (r->n_kinds + 1) * sizeof *kinds);
		if (!kinds)
			return -ENOMEM;
		r->kinds = kinds;
		r->kinds[r->n_kinds++] = p->kinds[i];
	}
	return 0;
}

static int add_file(struct tw_registry *r, const char *path)
{
	struct tw_loaded l;
	char err[400] = "";

	if (tw_plugin_load(path, &l, err, sizeof err) < 0) {
		l.path = strdup(path);
		l.error = strdup(err);
	}
	if (!l.path || !push_item(r, &l)) {
		tw_plugin_unload(&l);
		return -ENOMEM;
	}
	return l.plugin ? add_kinds(r, l.plugin) : 0;
}

static int is_so(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 3 && strcmp(e->d_name + n - 3, ".so") == 0;
}

static int add_dir(struct tw_registry *r, const char *dir)
{
	struct dirent **names;
	int i, n = scandir(dir, &names, is_so, alphasort), ret = 0;

	for (i = 0; i < n; i++) {
		char path[PATH_MAX];

		if (ret == 0 && snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name) < (int)sizeof path)
			ret = add_file(r, path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return ret;
}

/* The folder of the running program, into dir; "." if it can't be told. */
static void exe_dir(char *dir, size_t len)
{
	ssize_t n = readlink("/proc/self/exe", dir, len - 1);
	char *slash;

	if (n <= 0) {
		snprintf(dir, len, ".");
		return;
	}
	dir[n] = 0;
	slash = strrchr(dir, '/');
	if (slash)
		*slash = 0;
}

static int add_environment(struct tw_registry *r)
{
	const char *env = getenv("THALWEG_PLUGIN_PATH");
	char *copy = strdup(env ? env : ""), *save = NULL, *dir;
	int ret = copy ? 0 : -ENOMEM;

	for (dir = copy ? strtok_r(copy, ":", &save) : NULL; dir && ret == 0; dir = strtok_r(NULL, ":", &save))
		ret = add_dir(r, dir);
	free(copy);
	return ret;
}

int tw_registry_open(const char *const *dirs, uint32_t n_dirs, struct tw_registry *r)
{
	static const char *const installed[] = {"../" TW_LIBDIR "/thalweg/plugins"};
	char exe[PATH_MAX - 64], dir[PATH_MAX];
	uint32_t i;
	int ret = 0;

	memset(r, 0, sizeof *r);
	for (i = 0; i < n_dirs && ret == 0; i++)
		ret = add_dir(r, dirs[i]);
	if (ret == 0)
		ret = add_environment(r);
	exe_dir(exe, sizeof exe);
	snprintf(dir, sizeof dir, "%s/plugins", exe);
	if (ret == 0)
		ret = add_dir(r, dir);
	for (i = 0; i < sizeof installed / sizeof *installed && ret == 0; i++) {
		snprintf(dir, sizeof dir, "%s/%s", exe, installed[i]);
		ret = add_dir(r, dir);
	}
	if (ret < 0)
		tw_registry_close(r);
	return ret;
}

void tw_registry_close(struct tw_registry *r)
{
	uint32_t i;

	for (i = 0; i < r->n; i++)
		tw_plugin_unload(&r->items[i]);
	free(r->items);
	free(r->kinds);
	memset(r, 0, sizeof *r);
}
