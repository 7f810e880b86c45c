/* cli/inspect.c - `thalweg inspect`: a plugin's table as a page to read. */
#include <cli/cli.h>

#include <errno.h>
#include <plugin/registry.h>
#include <string.h>

static const char usage[] = "usage: thalweg inspect [--plugins DIR]... [--json] PLUGIN.so | OPERATOR\n\n"
			    "Describes a plugin file, or an operator of the search path: ports, config keys, flags. "
			    "Runs none of its code.\n";

static void print_ports(const char *title, const char *const *ports)
{
	uint32_t i;

	if (!ports || !ports[0])
		return;
	printf("  %-8s", title);
	for (i = 0; ports[i]; i++)
		printf("%s%s", i ? ", " : "", ports[i]);
	printf("\n");
}

/* "duration", "string", "a|b|c", "map": what a config key takes, in a word or two. */
static void describe_type(const struct tw_json *key, char *buf, size_t len)
{
	const struct tw_json *e = tw_json_get(key, "enum"), *format = tw_json_get(key, "format");
	const struct tw_json *type = tw_json_get(key, "type");
	size_t at = 0;
	uint32_t i;

	buf[0] = 0;
	if (e || tw_json_kind(type) == TW_JSON_LIST) {
		const struct tw_json *list = e ? e : type;

		for (i = 0; i < tw_json_len(list) && at < len; i++)
			at += (size_t)snprintf(buf + at, len - at, "%s%s", i ? "|" : "",
					       tw_json_str(tw_json_at(list, i, NULL)));
		return;
	}
	if (type)
		snprintf(buf, len, "%s", tw_json_str(format ? format : type));
}

static void print_default(const struct tw_json *v)
{
	switch (tw_json_kind(v)) {
	case TW_JSON_STR: printf(" (default \"%s\")", tw_json_str(v)); break;
	case TW_JSON_BOOL: printf(" (default %s)", tw_json_bool(v) ? "true" : "false"); break;
	case TW_JSON_INT: printf(" (default %lld)", (long long)tw_json_i64(v)); break;
	case TW_JSON_REAL: printf(" (default %g)", tw_json_f64(v)); break;
	default: break;
	}
}

static bool is_required(const struct tw_json *schema, const char *key)
{
	const struct tw_json *list = tw_json_get(schema, "required");
	uint32_t i;

	for (i = 0; list && i < tw_json_len(list); i++)
		if (strcmp(tw_json_str(tw_json_at(list, i, NULL)), key) == 0)
			return true;
	return false;
}

static void print_config(const struct tw_kind *k)
{
	struct tw_diags d;
	struct tw_json *schema;
	const struct tw_json *keys;
	uint32_t i;

	if (!k->config) {
		printf("  config  none\n");
		return;
	}
	tw_diags_init(&d);
	schema = tw_json_parse(k->config, strlen(k->config), &d);
	keys = schema ? tw_json_get(schema, "properties") : NULL;
	printf("  config\n");
	for (i = 0; keys && i < tw_json_len(keys); i++) {
		const char *key = "";
		const struct tw_json *v = tw_json_at(keys, i, &key), *help = tw_json_get(v, "description");
		char type[120];

		describe_type(v, type, sizeof type);
		printf("    %-12s %-10s %s", key, type, help ? tw_json_str(help) : "");
		if (tw_json_get(v, "default"))
			print_default(tw_json_get(v, "default"));
		printf("%s\n", is_required(schema, key) ? " (required)" : "");
	}
	tw_json_destroy(schema);
	tw_diags_fini(&d);
}

static void print_kind(const struct tw_kind *k)
{
	printf("%s %s\n  %s\n", k->id, k->version, k->help);
	print_ports("in", k->in);
	print_ports("out", k->out);
	if (k->flags & TW_DYNAMIC_OUTPUTS)
		printf("  more output ports come from the config\n");
	printf("  err     rows that fail, with the reason\n");
	printf("  state   %s\n",
	       k->flags & TW_STATELESS ? "none: a row's result depends on that row alone" : "it keeps some");
	print_config(k);
}

static void json_ports(const char *name, const char *const *ports)
{
	uint32_t i;

	printf(",\"%s\":[", name);
	for (i = 0; ports && ports[i]; i++) {
		fputs(i ? "," : "", stdout);
		tw_cli_json_string(stdout, ports[i]);
	}
	fputs("]", stdout);
}

static void json_kind(const struct tw_kind *k)
{
	fputs("{\"id\":", stdout);
	tw_cli_json_string(stdout, k->id);
	fputs(",\"version\":", stdout);
	tw_cli_json_string(stdout, k->version);
	fputs(",\"help\":", stdout);
	tw_cli_json_string(stdout, k->help);
	json_ports("in", k->in);
	json_ports("out", k->out);
	printf(",\"stateless\":%s,\"dynamic_outputs\":%s,\"max_out\":%u,\"config\":%s}",
	       k->flags & TW_STATELESS ? "true" : "false", k->flags & TW_DYNAMIC_OUTPUTS ? "true" : "false", k->max_out,
	       k->config ? k->config : "null");
}

static int inspect_file(const struct tw_cli *c)
{
	struct tw_loaded l;
	char err[400];
	uint32_t i;
	int ret = tw_plugin_load(c->opts.path, &l, err, sizeof err);

	if (ret < 0) {
		fprintf(stderr, "thalweg inspect: %s %s\n", c->opts.path, err);
		return ret == -ENOENT ? TW_EXIT_NOT_FOUND : TW_EXIT_PLUGIN;
	}
	if (c->json)
		fputs("[", stdout);
	else
		printf("plugin %s %s, ABI %u\n\n", l.plugin->name, l.plugin->version, l.plugin->abi);
	for (i = 0; l.plugin->kinds[i]; i++) {
		fputs(i ? (c->json ? ",\n" : "\n") : "", stdout);
		if (c->json)
			json_kind(l.plugin->kinds[i]);
		else
			print_kind(l.plugin->kinds[i]);
	}
	if (c->json)
		fputs("]\n", stdout);
	tw_plugin_unload(&l);
	return TW_EXIT_OK;
}

static int inspect_kind(const struct tw_cli *c)
{
	const char *names[256];
	struct tw_registry r;
	char hint[400];
	uint32_t i;
	int ret = TW_EXIT_NOT_FOUND;

	if (tw_registry_open(c->opts.plugin_dirs, c->opts.n_plugin_dirs, &r) < 0)
		return TW_EXIT_FAILED;
	for (i = 0; i < r.n_kinds && ret != TW_EXIT_OK; i++) {
		if (strcmp(r.kinds[i]->id, c->opts.path) != 0)
			continue;
		ret = TW_EXIT_OK;
		if (c->json) {
			json_kind(r.kinds[i]);
			putchar('\n');
		} else {
			print_kind(r.kinds[i]);
		}
	}
	for (i = 0; i < r.n_kinds && i < 256; i++)
		names[i] = r.kinds[i]->id;
	if (ret != TW_EXIT_OK) {
		const char *h = tw_did_you_mean(hint, sizeof hint, c->opts.path, names, i);

		fprintf(stderr, "thalweg inspect: no operator \"%s\"%s%s\n", c->opts.path, h ? ": " : "", h ? h : "");
	}
	tw_registry_close(&r);
	return ret;
}

int tw_cmd_inspect(int argc, char **argv)
{
	struct tw_cli c;
	size_t n;
	int ret = tw_cli_parse(&c, argc, argv, "pj", usage, true);

	if (ret != -1)
		return ret;
	n = strlen(c.opts.path);
	if (strchr(c.opts.path, '/') || (n > 3 && strcmp(c.opts.path + n - 3, ".so") == 0))
		return inspect_file(&c);
	return inspect_kind(&c);
}
