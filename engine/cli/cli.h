/*
 * cli/cli.h - the subcommands, and what they share.
 *
 * Results for people or, with --json, for programs go to stdout; messages and
 * progress to stderr. Exit codes are those of enum tw_exit, documented in
 * `thalweg --help`. [control]
 */
#ifndef TW_CLI_CLI_H
#define TW_CLI_CLI_H

#include <control/engine.h>

enum tw_exit {
	TW_EXIT_OK = 0,
	TW_EXIT_FAILED = 1, /* the run failed */
	TW_EXIT_USAGE = 2,
	TW_EXIT_GRAPH = 3,     /* the graph is not valid */
	TW_EXIT_PLUGIN = 4,    /* a plugin can't be loaded */
	TW_EXIT_NOT_FOUND = 6, /* no such file, plugin, node */
	TW_EXIT_DEADLINE = 8,  /* a drain did not end in time */
	TW_EXIT_INTERRUPTED = 130,
	TW_EXIT_PIPE = 141 /* who read standard output has gone */
};

/* Each: argv[0] is the subcommand's name. An exit code. */
int tw_cmd_run(int argc, char **argv);
int tw_cmd_bench(int argc, char **argv);
int tw_cmd_validate(int argc, char **argv);
int tw_cmd_inspect(int argc, char **argv);
int tw_cmd_plugins(int argc, char **argv);
int tw_cmd_graph(int argc, char **argv);
int tw_cmd_place(int argc, char **argv);
int tw_cmd_schema(int argc, char **argv);
int tw_cmd_doctor(int argc, char **argv);
int tw_cmd_version(int argc, char **argv);

#define TW_BENCH_ROUNDS_MAX 99u

/* Options that all commands on a graph take. */
struct tw_cli {
	struct tw_engine_opts opts;
	struct tw_set sets[64];
	const char *dirs[16];
	bool json, quiet;
	const char *output; /* -o */
	const char *format; /* --format */
	int64_t run_for_ns; /* --for */
	bool placement;     /* --placement */
	struct {
		const char *json, *compare, *svg; /* files; NULL: not asked for */
		uint32_t rounds;                  /* 0: not said */
		int64_t warmup_ns;
		double fail_over; /* percent; 0: never */
	} bench;
};

/* Parse options into *c by `letters`, a subset of the letters in cli/options.c;
 * the one positional argument, if `wants_arg`, goes to opts.path. -1: go on; else
 * exit with this code (help was shown, or a usage error). usage: the help text,
 * whose first line is the synopsis. */
int tw_cli_parse(struct tw_cli *c, int argc, char **argv, const char *letters, const char *usage, bool wants_arg);

/* Load the graph; errors are printed. -1: *e is loaded (destroy it); else exit with this code. */
int tw_cli_load(const struct tw_cli *c, struct tw_engine **e);

/* Print the engine's errors and warnings to stderr, or as JSON to stdout. */
void tw_cli_print_diags(const struct tw_cli *c, const struct tw_engine *e);

/* The memory that the graph takes, before it runs (cli/report.c). */
void tw_report_memory(FILE *out, const struct tw_engine *e);

/* The report at the end of a run (cli/report.c). */
void tw_report_print(FILE *out, const struct tw_engine_stats *s, const struct tw_engine *e);
void tw_report_json(FILE *out, const struct tw_engine_stats *s, const struct tw_engine *e);
const char *tw_report_end(enum tw_engine_end end);

/* SIGINT and SIGTERM, blocked in all threads, as a descriptor (cli/progress.c). -errno. */
int tw_cli_open_signals(void);
bool tw_cli_signalled(int signals); /* one came since it was last asked */

/* What the progress line showed last. */
struct tw_progress {
	bool shown;
	int64_t at;
	uint64_t rows, bytes;
};

/* One line on stderr, rewritten in place, a few times a second. label: what stands before it. */
void tw_progress_show(struct tw_progress *p, struct tw_engine *e, const char *label);
void tw_progress_clear(struct tw_progress *p);

/* A JSON string literal with its quotes. */
void tw_cli_json_string(FILE *out, const char *s);

#endif
