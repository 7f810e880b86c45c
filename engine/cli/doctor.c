/* cli/doctor.c - `thalweg doctor`: what this machine offers, and what would make it faster. */
#include <cli/cli.h>
#include <cli/doctor_probe.h>

#include <base/json.h>

#include <stdarg.h>
#include <string.h>

static const char usage[] = "usage: thalweg doctor [--json]\n\n"
			    "Shows what this machine offers, and what would make it faster: one line each with\n"
			    "ok, note or warn, what was found, and the command that changes it. Changes nothing.\n\n"
			    "  --json              as JSON\n";

static const char *const words[] = {"ok", "note", "warn"};

struct tw_check *tw_check_add(struct tw_checks *c, const char *name, enum tw_health health, const char *fix,
			      const char *fmt, ...)
{
	struct tw_check *k = &c->items[c->n < TW_CHECKS_MAX ? c->n++ : TW_CHECKS_MAX - 1];
	va_list args;

	k->name = name;
	k->health = health;
	snprintf(k->fix, sizeof k->fix, "%s", fix ? fix : "");
	va_start(args, fmt);
	vsnprintf(k->value, sizeof k->value, fmt, args);
	va_end(args);
	return k;
}

bool tw_probe_read(const char *path, char *buf, size_t len)
{
	FILE *f = fopen(path, "re");
	size_t n;

	buf[0] = '\0';
	if (!f)
		return false;
	n = fread(buf, 1, len - 1, f);
	fclose(f);
	while (n && (buf[n - 1] == '\n' || buf[n - 1] == ' '))
		n--;
	buf[n] = '\0';
	return true;
}

static void count(const struct tw_checks *c, uint32_t n[3])
{
	uint32_t i;

	memset(n, 0, 3 * sizeof *n);
	for (i = 0; i < c->n; i++)
		n[c->items[i].health]++;
}

static void print(const struct tw_checks *c)
{
	uint32_t i, n[3];

	for (i = 0; i < c->n; i++) {
		const struct tw_check *k = &c->items[i];

		printf("%-4s  %-12s  %s\n", words[k->health], k->name, k->value);
		if (k->fix[0])
			printf("%20sfix: %s\n", "", k->fix);
	}
	count(c, n);
	printf("\n%u ok, %u to note, %u to mend\n", n[TW_HEALTH_OK], n[TW_HEALTH_NOTE], n[TW_HEALTH_WARN]);
}

static void print_json(const struct tw_checks *c)
{
	uint32_t i, n[3];

	fputs("{\"checks\": [", stdout);
	for (i = 0; i < c->n; i++) {
		const struct tw_check *k = &c->items[i];

		printf("%s\n  {\"name\": \"%s\", \"status\": \"%s\", \"value\": ", i ? "," : "", k->name,
		       words[k->health]);
		tw_json_put_str(stdout, k->value);
		fputs(", \"fix\": ", stdout);
		tw_json_put_str(stdout, k->fix[0] ? k->fix : NULL);
		fputc('}', stdout);
	}
	count(c, n);
	printf("],\n \"ok\": %u, \"note\": %u, \"warn\": %u}\n", n[TW_HEALTH_OK], n[TW_HEALTH_NOTE], n[TW_HEALTH_WARN]);
}

int tw_cmd_doctor(int argc, char **argv)
{
	struct tw_checks checks = {0};
	struct tw_topo *t;
	struct tw_cli c;
	char err[160];
	int ret = tw_cli_parse(&c, argc, argv, "j", usage, false);

	if (ret != -1)
		return ret;
	if (tw_topo_load(NULL, &t, err, sizeof err)) {
		tw_check_add(&checks, "topology", TW_HEALTH_WARN, NULL, "%s", err);
	} else {
		tw_doctor_cpu(&checks, t);
		tw_doctor_hop(&checks, t);
	}
	tw_doctor_system(&checks);
	tw_topo_destroy(t);
	if (c.json)
		print_json(&checks);
	else
		print(&checks);
	return TW_EXIT_OK;
}
