/* main.c - the program `thalweg`: finds the subcommand and runs it. */
#include <cli/cli.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

static const struct command commands[] = {
	{"run", tw_cmd_run, "run a graph in the foreground, until it ends or is interrupted"},
	{"bench", tw_cmd_bench, "run a graph to measure it: rates, latencies, CPU and memory"},
	{"validate", tw_cmd_validate, "say whether a graph is sound, with all that is wrong"},
	{"graph", tw_cmd_graph, "draw a graph: SVG, DOT or Mermaid"},
	{"place", tw_cmd_place, "show which core would run which node, and why"},
	{"plugins", tw_cmd_plugins, "list the plugins found and their operators"},
	{"inspect", tw_cmd_inspect, "describe a plugin's or an operator's ports and config"},
	{"schema", tw_cmd_schema, "print the JSON Schema of graph files, for editors"},
	{"doctor", tw_cmd_doctor, "what this machine offers, and what would make it faster"},
	{"version", tw_cmd_version, "print the version"},
};

#define N_COMMANDS (sizeof commands / sizeof *commands)

static void help(FILE *out)
{
	size_t i;

	fputs("usage: thalweg COMMAND [ARGUMENTS]\n\nA dataflow engine for streams with a budget of microseconds.\n\n",
	      out);
	for (i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
	fputs("\n`thalweg COMMAND --help` tells more.\n\n"
	      "Exit codes: 0 ok, 1 the run failed, 2 usage, 3 the graph is not valid, 4 a plugin can't be loaded,\n"
	      "6 not found, 8 a drain did not end in time, 130 interrupted,\n"
	      "141 who read standard output has gone.\n",
	      out);
}

static int unknown(const char *name)
{
	const char *names[N_COMMANDS];
	char hint[200];
	size_t i;

	for (i = 0; i < N_COMMANDS; i++)
		names[i] = commands[i].name;
	fprintf(stderr, "thalweg: no command \"%s\": %s\n", name,
		tw_did_you_mean(hint, sizeof hint, name, names, N_COMMANDS));
	return TW_EXIT_USAGE;
}

/* A standard descriptor that the caller has closed would be given to the next thing that
 * is opened, and what is meant for the user written into that. Now using it is EBADF. */
static void hold_standard_fds(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(TW_EXIT_FAILED);
}

int main(int argc, char **argv)
{
	size_t i;

	hold_standard_fds();
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of the write, */
	signal(SIGXFSZ, SIG_IGN); /* and so is a file at its limit of size */
	if (argc < 2) {
		help(stderr);
		return TW_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		help(stdout);
		return TW_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0)
		return tw_cmd_version(argc - 1, argv + 1);
	for (i = 0; i < N_COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return unknown(argv[1]);
}
