/* cli/version.c - `thalweg version`. */
#include <cli/cli.h>

#include <thalweg/plugin.h>

static const char usage[] =
	"usage: thalweg version [--json]\n\nPrints the version of the program and of the plugin ABI.\n";

int tw_cmd_version(int argc, char **argv)
{
	struct tw_cli c;
	int ret = tw_cli_parse(&c, argc, argv, "j", usage, false);

	if (ret != -1)
		return ret;
	printf(c.json ? "{\"version\":\"%s\",\"abi\":%u}\n" : "thalweg %s, plugin ABI %u\n", TW_VERSION, TW_ABI);
	return TW_EXIT_OK;
}
