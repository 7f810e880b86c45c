/* place/cgroup.c - finding the process's control groups and reading their CPU quota; see cgroup.h. */
#include <place/cgroup.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Like tw_file_read, but for files of /proc, whose size is not known before. */
static char *slurp(const char *path)
{
	size_t cap = 4096, len = 0;
	char *text = malloc(cap), *more;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	while (text && fd >= 0) {
		n = read(fd, text + len, cap - len - 1);
		if (n <= 0)
			break;
		len += (size_t)n;
		if (cap - len > 1)
			continue;
		more = realloc(text, cap *= 2);
		if (!more)
			break;
		text = more;
	}
	if (fd >= 0)
		close(fd);
	if (n != 0) { /* not read to its end */
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

/* Whether list ("rw,cpu,cpuacct") has the word. */
static bool has_word(const char *list, size_t len, const char *word)
{
	size_t n = strlen(word), at = 0, end;

	while (at < len) {
		for (end = at; end < len && list[end] != ','; end++)
			;
		if (end - at == n && !memcmp(list + at, word, n))
			return true;
		at = end + 1;
	}
	return false;
}

/* The group's path in /proc/self/cgroup: "0::/a" in version 2, "4:cpu,cpuacct:/a" in 1. */
static int own_path(const char *text, int version, char *path, size_t len)
{
	const char *line, *end, *a, *b;

	for (line = text; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		a = memchr(line, ':', (size_t)(end - line));
		b = a ? memchr(a + 1, ':', (size_t)(end - a - 1)) : NULL;
		if (!b || (size_t)(end - b) > len)
			continue;
		if (version == 2 ? strncmp(line, "0::", 3) != 0 : !has_word(a + 1, (size_t)(b - a - 1), "cpu"))
			continue;
		memcpy(path, b + 1, (size_t)(end - b - 1));
		path[end - b - 1] = '\0';
		return 0;
	}
	return -ENOENT;
}

/* mountinfo writes blanks and the like as \040. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; to++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' &&
		    s[3] <= '7') {
			*to = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + s[3] - '0');
			s += 4;
		} else {
			*to = *s++;
		}
	}
	*to = '\0';
}

/* One line of mountinfo, if it mounts the hierarchy sought:
 * id parent major:minor root mount options [tags] - type source super-options */
static bool is_mount(const char *line, size_t len, int version, char root[1024], char mount[512])
{
	char copy[4096], type[64], options[1024];
	char *rest;

	if (len >= sizeof copy)
		return false;
	memcpy(copy, line, len);
	copy[len] = '\0';
	rest = strstr(copy, " - ");
	if (!rest || sscanf(copy, "%*s %*s %*s %1023s %511s", root, mount) != 2 ||
	    sscanf(rest, " - %63s %*s %1023s", type, options) != 2)
		return false;
	unescape(root);
	unescape(mount);
	if (version == 2)
		return !strcmp(type, "cgroup2");
	return !strcmp(type, "cgroup") && has_word(options, strlen(options), "cpu");
}

int tw_cgroup_find(const char *proc_cgroup, const char *mountinfo, int version, struct tw_cgroup *out)
{
	char path[1024], root[1024];
	const char *line, *end;
	size_t n;

	if (own_path(proc_cgroup, version, path, sizeof path))
		return -ENOENT;
	for (line = mountinfo; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		if (!is_mount(line, (size_t)(end - line), version, root, out->mount))
			continue;
		/* In a container only a part of the tree may be mounted, and the group lies below it or is it. */
		n = strcmp(root, "/") ? strlen(root) : 0;
		if (strncmp(path, root, n) || (path[n] && path[n] != '/') || !strcmp(path, "/"))
			n = strlen(path);
		snprintf(out->path, sizeof out->path, "%s", path + n);
		return 0;
	}
	return -ENOENT;
}

double tw_cgroup_parse_max(const char *cpu_max)
{
	long long quota, period;

	if (sscanf(cpu_max, "%lld %lld", &quota, &period) != 2 || quota <= 0 || period <= 0)
		return 0;
	return (double)quota / (double)period;
}

static double quota_in(const char *folder, int version)
{
	const char *const names[2] = {version == 2 ? "cpu.max" : "cpu.cfs_quota_us", "cpu.cfs_period_us"};
	char path[2048], both[128] = "";
	int i;

	for (i = 0; i < 3 - version; i++) {
		char *text;
		size_t n = strlen(both);

		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		text = slurp(path);
		if (!text)
			return 0;
		snprintf(both + n, sizeof both - n, "%.50s ", text);
		free(text);
	}
	return tw_cgroup_parse_max(both);
}

/* From the group up to the mount. */
static double tightest(const char *prefix, const struct tw_cgroup *group, int version)
{
	char folder[1800];
	size_t base, n;
	double least = 0, cpus;

	base = (size_t)snprintf(folder, sizeof folder, "%s%s", prefix, group->mount);
	if (base >= sizeof folder)
		return 0;
	n = base + (size_t)snprintf(folder + base, sizeof folder - base, "%s", group->path);
	if (n >= sizeof folder)
		return 0;
	for (;;) {
		cpus = quota_in(folder, version);
		if (cpus > 0 && (least <= 0 || cpus < least))
			least = cpus;
		if (n <= base)
			return least;
		while (n > base && folder[--n] != '/')
			;
		folder[n] = '\0';
	}
}

double tw_cgroup_cpus(const char *root)
{
	char path[1024], *groups, *mounts;
	struct tw_cgroup group;
	double least = 0, cpus;
	int version;

	snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
	groups = slurp(path);
	snprintf(path, sizeof path, "%s/proc/self/mountinfo", root);
	mounts = slurp(path);
	for (version = 1; groups && mounts && version <= 2; version++) {
		if (tw_cgroup_find(groups, mounts, version, &group))
			continue;
		cpus = tightest(root, &group, version);
		if (cpus > 0 && (least <= 0 || cpus < least))
			least = cpus;
	}
	free(groups);
	free(mounts);
	return least;
}
