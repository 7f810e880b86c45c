/* cli/schema.c - `thalweg schema`: the JSON Schema of graph files. */
#include <cli/cli.h>

#include <graph/schema.h>
#include <plugin/registry.h>
#include <stdlib.h>

static const char usage[] =
	"usage: thalweg schema [--plugins DIR]...\n\n"
	"Prints the JSON Schema of graph files with the operators found merged in, so that an editor completes and\n"
	"checks a graph: thalweg schema > graph.schema.json, and \"$schema\": \"graph.schema.json\" in the graph.\n";

int tw_cmd_schema(int argc, char **argv)
{
	struct tw_registry r;
	struct tw_kinds kinds;
	struct tw_cli c;
	char *text;
	int ret = tw_cli_parse(&c, argc, argv, "p", usage, false);

	if (ret != -1)
		return ret;
	if (tw_registry_open(c.opts.plugin_dirs, c.opts.n_plugin_dirs, &r) < 0)
		return TW_EXIT_FAILED;
	kinds = (struct tw_kinds){.n = r.n_kinds, .kinds = r.kinds};
	text = tw_schema_text(&kinds);
	if (text)
		fputs(text, stdout);
	free(text);
	tw_registry_close(&r);
	return text ? TW_EXIT_OK : TW_EXIT_FAILED;
}
