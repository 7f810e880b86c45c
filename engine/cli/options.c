/* cli/options.c - options that the commands on a graph share; see cli.h. */
#include <cli/cli.h>

#include <base/units.h>
#include <errno.h>
#include <getopt.h>
#include <plugin/registry.h>
#include <stdlib.h>
#include <string.h>

/* Letters: s --set, w --workers, S --slots, W --wait, p --plugins, t --topology,
 * d --drain, f --for, j --json, q --quiet, o -o/--output, F --format, P --placement;
 * of bench: J --json FILE, u --warmup, r --rounds, R --rate, C --compare, O --fail-over,
 * V --svg. */
static const struct option all[] = {
	{"set", required_argument, NULL, 's'},     {"workers", required_argument, NULL, 'w'},
	{"slots", required_argument, NULL, 'S'},   {"wait", required_argument, NULL, 'W'},
	{"plugins", required_argument, NULL, 'p'}, {"topology", required_argument, NULL, 't'},
	{"drain", required_argument, NULL, 'd'},   {"for", required_argument, NULL, 'f'},
	{"json", no_argument, NULL, 'j'},          {"quiet", no_argument, NULL, 'q'},
	{"output", required_argument, NULL, 'o'},  {"format", required_argument, NULL, 'F'},
	{"placement", no_argument, NULL, 'P'},     {"help", no_argument, NULL, 'h'},
	{"json", required_argument, NULL, 'J'},    {"warmup", required_argument, NULL, 'u'},
	{"rounds", required_argument, NULL, 'r'},  {"rate", required_argument, NULL, 'R'},
	{"compare", required_argument, NULL, 'C'}, {"fail-over", required_argument, NULL, 'O'},
	{"svg", required_argument, NULL, 'V'},
};

#define N_ALL (sizeof all / sizeof *all)

static int bad(const char *command, const char *option, const char *why, const char *got)
{
	fprintf(stderr, "thalweg %s: --%s %s, got \"%s\"\n", command, option, why, got);
	return TW_EXIT_USAGE;
}

static int parse_count(const char *command, const char *option, uint32_t max, uint32_t *out)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(optarg, &end, 10);
	if (errno || *end || end == optarg || v < 1 || v > max) {
		char why[80];

		snprintf(why, sizeof why, "must be a number from 1 to %u", max);
		return bad(command, option, why, optarg);
	}
	*out = (uint32_t)v;
	return -1;
}

static int parse_wait(const char *command, int *out)
{
	static const char *const names[] = {
		[TW_WAIT_ADAPTIVE] = "adaptive", [TW_WAIT_SPIN] = "spin", [TW_WAIT_PARK] = "park"};
	int i;

	for (i = 0; i < 3; i++)
		if (strcmp(optarg, names[i]) == 0) {
			*out = i;
			return -1;
		}
	return bad(command, "wait", "must be spin, adaptive or park", optarg);
}

static int parse_set(const char *command, struct tw_cli *c)
{
	char *eq = strchr(optarg, '=');

	if (!eq || eq == optarg)
		return bad(command, "set", "must be NAME=VALUE", optarg);
	if (c->opts.n_sets == sizeof c->sets / sizeof *c->sets)
		return bad(command, "set", "is given too often", optarg);
	*eq = 0;
	c->sets[c->opts.n_sets++] = (struct tw_set){.key = optarg, .value = eq + 1};
	return -1;
}

static int parse_dir(const char *command, struct tw_cli *c)
{
	if (c->opts.n_plugin_dirs == sizeof c->dirs / sizeof *c->dirs)
		return bad(command, "plugins", "is given too often", optarg);
	c->dirs[c->opts.n_plugin_dirs++] = optarg;
	return -1;
}

static int parse_time(const char *command, const char *option, int64_t *ns)
{
	if (tw_parse_duration(optarg, ns) < 0 || *ns <= 0)
		return bad(command, option, "must be a duration such as 10s", optarg);
	return -1;
}

static int parse_number(const char *command, const char *option, double max, double *out)
{
	char *end, why[80];

	*out = strtod(optarg, &end);
	if (*end == '\0' && end != optarg && *out > 0 && *out <= max)
		return -1;
	snprintf(why, sizeof why, "must be a number above 0, at most %.0f", max);
	return bad(command, option, why, optarg);
}

static int take_bench_option(struct tw_cli *c, const char *command, int letter)
{
	switch (letter) {
	case 'J': c->bench.json = optarg; return -1;
	case 'u': return parse_time(command, "warmup", &c->bench.warmup_ns);
	case 'r': return parse_count(command, "rounds", TW_BENCH_ROUNDS_MAX, &c->bench.rounds);
	case 'R': return parse_number(command, "rate", 1e9, &c->opts.rate);
	case 'C': c->bench.compare = optarg; return -1;
	case 'O': return parse_number(command, "fail-over", 1e6, &c->bench.fail_over);
	case 'V': c->bench.svg = optarg; return -1;
	default: return TW_EXIT_USAGE;
	}
}

static int take_option(struct tw_cli *c, const char *command, int letter)
{
	switch (letter) {
	case 's': return parse_set(command, c);
	case 'w': return parse_count(command, "workers", 1024, &c->opts.workers);
	case 'S': return parse_count(command, "slots", 65536, &c->opts.slots);
	case 'W': return parse_wait(command, &c->opts.wait);
	case 'p': return parse_dir(command, c);
	case 't': c->opts.topology = optarg; return -1;
	case 'd': return parse_time(command, "drain", &c->opts.drain_ns);
	case 'f': return parse_time(command, "for", &c->run_for_ns);
	case 'j': c->json = true; return -1;
	case 'q': c->quiet = true; return -1;
	case 'o': c->output = optarg; return -1;
	case 'F': c->format = optarg; return -1;
	case 'P': c->placement = true; return -1;
	default: return take_bench_option(c, command, letter);
	}
}

int tw_cli_parse(struct tw_cli *c, int argc, char **argv, const char *letters, const char *usage, bool wants_arg)
{
	struct option some[N_ALL + 1] = {0};
	size_t i, n = 0;
	int letter, ret = -1;

	memset(c, 0, sizeof *c);
	c->opts.wait = -1;
	for (i = 0; i < N_ALL; i++)
		if (all[i].val == 'h' || strchr(letters, all[i].val))
			some[n++] = all[i];
	while (ret == -1 && (letter = getopt_long(argc, argv, "hjqo:", some, NULL)) != -1) {
		if (letter == 'h') {
			fputs(usage, stdout);
			return TW_EXIT_OK;
		}
		ret = letter == '?' || !strchr(letters, letter) ? TW_EXIT_USAGE : take_option(c, argv[0], letter);
	}
	c->opts.sets = c->sets;
	c->opts.plugin_dirs = c->dirs;
	if (ret == -1 && wants_arg && optind + 1 != argc) {
		fprintf(stderr, "thalweg %s: %s\n", argv[0],
			optind < argc ? "too many arguments" : "an argument is missing");
		ret = TW_EXIT_USAGE;
	}
	if (ret == -1 && optind < argc)
		c->opts.path = argv[optind];
	if (ret != -1)
		fprintf(stderr, "%.*s\n`thalweg %s --help` tells more.\n", (int)strcspn(usage, "\n"), usage, argv[0]);
	return ret;
}

void tw_cli_print_diags(const struct tw_cli *c, const struct tw_engine *e)
{
	const struct tw_spec *s = tw_engine_spec(e);
	const struct tw_diags *d = tw_engine_diags(e);

	if (d->n == 0 && !c->json)
		return;
	tw_diags_print(d, c->json ? stdout : stderr, c->opts.path, s ? s->text : NULL, s ? s->text_len : 0, c->json);
}

/* An operator may be unknown because its plugin could not be loaded. */
static void say_broken_plugins(const struct tw_engine *e)
{
	const struct tw_registry *r = tw_engine_registry(e);
	uint32_t i;

	for (i = 0; i < r->n; i++)
		if (!r->items[i].plugin)
			fprintf(stderr, "note: plugin %s %s\n", r->items[i].path, r->items[i].error);
}

int tw_cli_load(const struct tw_cli *c, struct tw_engine **e)
{
	int ret = tw_engine_load(&c->opts, e);

	if (ret == 0) {
		if (!c->json && !c->quiet)
			tw_cli_print_diags(c, *e);
		return -1;
	}
	if (*e) {
		tw_cli_print_diags(c, *e);
		say_broken_plugins(*e);
	}
	if (tw_engine_diags(*e)->n_errors == 0)
		fprintf(stderr, "thalweg: %s: %s\n", c->opts.path, strerror(-ret));
	tw_engine_destroy(*e);
	*e = NULL;
	if (ret == -ENOENT)
		return TW_EXIT_NOT_FOUND;
	return ret == -EINVAL ? TW_EXIT_GRAPH : TW_EXIT_FAILED;
}

void tw_cli_json_string(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		unsigned char ch = (unsigned char)*s;

		if (ch == '"' || ch == '\\')
			fprintf(out, "\\%c", ch);
		else if (ch < 0x20)
			fprintf(out, "\\u%04x", ch);
		else
			fputc(ch, out);
	}
	fputc('"', out);
}
