/* cli/place.c - `thalweg place`: which core would run which node, and why. */
#include <cli/cli.h>
#include <cli/place_print.h>

#include <stdlib.h>

static const char usage[] =
	"usage: thalweg place [OPTIONS] GRAPH.json\n\n"
	"Shows the tree of caches with the nodes on it, and the reason for each.\n\n"
	"  --topology FILE     of another machine: hwloc XML, or synthetic:\"pack:2 l3:8 core:8 pu:2\"\n"
	"  --workers N         use N workers\n"
	"  --set NAME=VALUE, --plugins DIR: as for `thalweg run`\n"
	"  --json              as JSON\n";

int tw_cmd_place(int argc, char **argv)
{
	const struct tw_spec *s;
	const char **names;
	struct tw_engine *e;
	struct tw_cli c;
	uint32_t i, k;
	int ret = tw_cli_parse(&c, argc, argv, "swptj", usage, true);

	if (ret != -1)
		return ret;
	ret = tw_cli_load(&c, &e);
	if (ret != -1)
		return ret;
	s = tw_engine_spec(e);
	names = calloc(s->n_instances + 1, sizeof *names);
	for (i = 0; names && i < s->n_nodes; i++)
		for (k = 0; k < s->nodes[i].parallelism; k++)
			names[tw_spec_instance(s, i, k)] = s->nodes[i].id;
	if (names)
		tw_place_print(stdout, tw_engine_topo(e), tw_engine_problem(e), tw_engine_placement(e), names, c.json);
	free(names);
	tw_engine_destroy(e);
	return names ? TW_EXIT_OK : TW_EXIT_FAILED;
}
