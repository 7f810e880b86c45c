/*
 * plugin/registry.h - the plugins there are, loaded, and their kinds.
 *
 * Plugins are files *.so in the folders of the search path: those given, then
 * $THALWEG_PLUGIN_PATH (colon-separated), then <exe's folder>/plugins, then the
 * installed folder <exe>/../lib/.../thalweg/plugins. A kind found twice: the
 * first wins. [control]
 */
#ifndef TW_PLUGIN_REGISTRY_H
#define TW_PLUGIN_REGISTRY_H

#include <graph/check.h>

struct tw_loaded {
	char *path;                     /* the user's file */
	const struct tw_plugin *plugin; /* NULL: could not be loaded */
	char *error;                    /* then why, for people */
	void *handle;                   /* the loader's */
};

struct tw_registry {
	uint32_t n;
	struct tw_loaded *items; /* by path */
	uint32_t n_kinds;
	const struct tw_kind **kinds;
};

/* Scan and load all. A file that can't be loaded is listed with its error, and is
 * no failure. 0 or -ENOMEM. */
int tw_registry_open(const char *const *dirs, uint32_t n_dirs, struct tw_registry *r);
void tw_registry_close(struct tw_registry *r);

/* Load one file: checks that it is ELF for this machine, has no undeclared
 * writable static data, exports tw_plugin with our ABI and a sound table (bad
 * ones: the reason in err). Calls none of its functions;
 * constructors, which a plugin should not have, run as dlopen runs them. 0 or -errno. */
int tw_plugin_load(const char *path, struct tw_loaded *out, char *err, size_t err_len);
void tw_plugin_unload(struct tw_loaded *l);

#endif
