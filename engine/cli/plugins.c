/* cli/plugins.c - `thalweg plugins`: what was found on the search path. */
#include <cli/cli.h>

#include <errno.h>
#include <plugin/registry.h>
#include <string.h>

static const char usage[] =
	"usage: thalweg plugins [--plugins DIR]... [--json]\n\n"
	"Lists the plugins found and their operators, and those that can't be loaded with the reason. Looked for in "
	"the\n"
	"folders of --plugins, of $THALWEG_PLUGIN_PATH, beside the program, and where it is installed.\n";

static void print_text(const struct tw_registry *r)
{
	uint32_t i, k;

	for (i = 0; i < r->n; i++) {
		const struct tw_loaded *l = &r->items[i];

		if (!l->plugin) {
			printf("%s\n  can't be used: %s\n", l->path, l->error);
			continue;
		}
		printf("%s %s  %s\n", l->plugin->name, l->plugin->version, l->path);
		for (k = 0; l->plugin->kinds[k]; k++)
			printf("  %-14s %s\n", l->plugin->kinds[k]->id, l->plugin->kinds[k]->help);
	}
	if (r->n == 0)
		printf("no plugins found: give --plugins DIR or set THALWEG_PLUGIN_PATH\n");
}

static void member(const char *name, const char *value, const char *before)
{
	printf("%s\"%s\":", before, name);
	tw_cli_json_string(stdout, value);
}

static void print_json(const struct tw_registry *r)
{
	uint32_t i, k;

	fputs("[", stdout);
	for (i = 0; i < r->n; i++) {
		const struct tw_loaded *l = &r->items[i];

		member("path", l->path, i ? ",\n{" : "\n{");
		if (!l->plugin) {
			member("error", l->error, ",");
			fputs("}", stdout);
			continue;
		}
		member("name", l->plugin->name, ",");
		member("version", l->plugin->version, ",");
		printf(",\"abi\":%u,\"operators\":[", l->plugin->abi);
		for (k = 0; l->plugin->kinds[k]; k++) {
			member("id", l->plugin->kinds[k]->id, k ? ",{" : "{");
			member("version", l->plugin->kinds[k]->version, ",");
			member("help", l->plugin->kinds[k]->help, ",");
			fputs("}", stdout);
		}
		fputs("]}", stdout);
	}
	fputs("\n]\n", stdout);
}

int tw_cmd_plugins(int argc, char **argv)
{
	struct tw_registry r;
	struct tw_cli c;
	bool broken = false;
	uint32_t i;
	int ret = tw_cli_parse(&c, argc, argv, "pj", usage, false);

	if (ret != -1)
		return ret;
	ret = tw_registry_open(c.opts.plugin_dirs, c.opts.n_plugin_dirs, &r);
	if (ret < 0) {
		fprintf(stderr, "thalweg plugins: %s\n", strerror(-ret));
		return TW_EXIT_FAILED;
	}
	if (c.json)
		print_json(&r);
	else
		print_text(&r);
	for (i = 0; i < r.n; i++)
		broken |= !r.items[i].plugin;
	tw_registry_close(&r);
	return broken ? TW_EXIT_PLUGIN : TW_EXIT_OK;
}
