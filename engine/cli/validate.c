/* cli/validate.c - `thalweg validate`: the loader itself, without running. */
#include <cli/cli.h>

#include <string.h>

static const char usage[] =
	"usage: thalweg validate [OPTIONS] GRAPH.json\n\n"
	"Reads, checks and binds a graph exactly as `run` does, and says all that is wrong. Exit code 0: sound; 3: "
	"not.\n\n"
	"  --set NAME=VALUE    give a variable of the graph a value\n"
	"  --plugins DIR       look for plugins here first; may be repeated\n"
	"  --json              {\"file\":..., \"errors\":[{severity,pointer,line,col,message,help}]}\n"
	"  --quiet             no word if it is sound\n";

int tw_cmd_validate(int argc, char **argv)
{
	struct tw_engine *e;
	struct tw_cli c;
	int ret = tw_cli_parse(&c, argc, argv, "spjq", usage, true);

	if (ret != -1)
		return ret;
	ret = tw_cli_load(&c, &e);
	if (ret != -1)
		return ret;
	if (c.json)
		tw_cli_print_diags(&c, e);
	else if (!c.quiet)
		printf("ok: %s: %u nodes, %u edges, %u warnings\n", c.opts.path, tw_engine_spec(e)->n_nodes,
		       tw_engine_spec(e)->n_edges, tw_engine_diags(e)->n - tw_engine_diags(e)->n_errors);
	tw_engine_destroy(e);
	return TW_EXIT_OK;
}
