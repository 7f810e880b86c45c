/* cli/graph.c - `thalweg graph`: the graph as a picture, or as text that draws it. */
#include <cli/cli.h>

#include <errno.h>
#include <graph/draw.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char usage[] =
	"usage: thalweg graph [OPTIONS] GRAPH.json\n\n"
	"Draws a graph. SVG needs Graphviz (apt-get install graphviz).\n\n"
	"  --format FORMAT     dot, mermaid or svg (default: by the ending of --output, else mermaid)\n"
	"  -o, --output FILE   write there instead of stdout\n"
	"  --placement         group nodes by worker, as placement would\n"
	"  --workers N, --topology FILE, --set NAME=VALUE, --plugins DIR: as for `thalweg run`\n";

static const char *format_of(const struct tw_cli *c)
{
	const char *dot = c->output ? strrchr(c->output, '.') : NULL;

	if (c->format)
		return c->format;
	if (dot && (strcmp(dot, ".svg") == 0 || strcmp(dot, ".dot") == 0))
		return dot + 1;
	return "mermaid";
}

/* Feed the DOT text to `dot -Tsvg`, whose output is fd out. 0 or an exit code. */
static int run_dot(const char *text, size_t len, int out)
{
	char *const argv[] = {"dot", "-Tsvg", NULL};
	posix_spawn_file_actions_t fa;
	int pipe_fd[2], err, status = 0;
	pid_t pid;
	FILE *in;

	if (pipe(pipe_fd) < 0)
		return TW_EXIT_FAILED;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, pipe_fd[0], 0);
	posix_spawn_file_actions_adddup2(&fa, out, 1);
	posix_spawn_file_actions_addclose(&fa, pipe_fd[0]);
	posix_spawn_file_actions_addclose(&fa, pipe_fd[1]);
	err = posix_spawnp(&pid, "dot", &fa, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	close(pipe_fd[0]);
	in = fdopen(pipe_fd[1], "w");
	if (err) {
		fprintf(stderr,
			"thalweg graph: can't run Graphviz's dot (%s): install graphviz, or use --format mermaid\n",
			strerror(err));
		if (in)
			fclose(in);
		return TW_EXIT_NOT_FOUND;
	}
	if (in) {
		fwrite(text, 1, len, in);
		fclose(in);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? TW_EXIT_OK : TW_EXIT_FAILED;
}

static int draw(const struct tw_cli *c, const struct tw_engine *e, FILE *out)
{
	const uint32_t *workers = c->placement ? tw_engine_placement(e)->worker : NULL;
	const char *format = format_of(c);
	char *text = NULL;
	size_t len = 0;
	FILE *mem;
	int ret;

	if (strcmp(format, "mermaid") == 0) {
		tw_draw_mermaid(tw_engine_checked(e), workers, out);
		return TW_EXIT_OK;
	}
	if (strcmp(format, "dot") == 0) {
		tw_draw_dot(tw_engine_checked(e), workers, out);
		return TW_EXIT_OK;
	}
	if (strcmp(format, "svg") != 0) {
		fprintf(stderr, "thalweg graph: --format must be dot, mermaid or svg, got \"%s\"\n", format);
		return TW_EXIT_USAGE;
	}
	mem = open_memstream(&text, &len);
	if (!mem)
		return TW_EXIT_FAILED;
	tw_draw_dot(tw_engine_checked(e), workers, mem);
	fclose(mem);
	fflush(out);
	ret = run_dot(text, len, fileno(out));
	free(text);
	return ret;
}

int tw_cmd_graph(int argc, char **argv)
{
	struct tw_engine *e;
	struct tw_cli c;
	FILE *out = stdout;
	int ret = tw_cli_parse(&c, argc, argv, "swptoFP", usage, true);

	if (ret != -1)
		return ret;
	ret = tw_cli_load(&c, &e);
	if (ret != -1)
		return ret;
	if (c.output)
		out = fopen(c.output, "w");
	if (!out) {
		fprintf(stderr, "thalweg graph: %s: %s\n", c.output, strerror(errno));
		ret = TW_EXIT_FAILED;
	} else {
		ret = draw(&c, e, out);
		if (out != stdout && fclose(out) != 0)
			ret = TW_EXIT_FAILED;
	}
	tw_engine_destroy(e);
	return ret;
}
