/* files.c - names of files by pattern, and what happens to each; see files.h. [io] */
#define _GNU_SOURCE
#include "files.h"
#include "file_out.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NUMBER "{n}"

/* Where in "2026-01-31T10:20:30..." a field lies. */
static const char *field_of(const char *stamp, char letter)
{
	static const char letters[] = "mdHMS";
	const char *found = letter ? strchr(letters, letter) : NULL;

	if (letter == 'Y')
		return stamp;
	return found ? stamp + 5 + 3 * (found - letters) : NULL;
}

const char *pattern_wrong(const char *pattern, int *at)
{
	const char *slash = strrchr(pattern, '/'), *name = slash ? slash + 1 : pattern, *p;
	uint32_t n = 0, times = 0;

	for (p = pattern; *p; p++) {
		const bool is_number = strncmp(p, NUMBER, strlen(NUMBER)) == 0;

		*at = (int)(p - pattern);
		if (is_number && n++)
			return "{n} stands here twice";
		if ((is_number || *p == '%') && p < name)
			return "{n} and fields of time belong into the file's name, not into its folder's";
		if (*p != '%')
			continue;
		if (*++p != '%' && !field_of("", *p))
			return "no field of time; there are %Y %m %d %H %M %S, and %% for a percent sign";
		times += *p != '%';
	}
	*at = -1;
	return n + times ? NULL : "files that follow each other need names of their own";
}

bool pattern_name(const char *pattern, uint64_t n, int64_t ns, char *to, uint32_t size)
{
	const char *end = to + size - 1, *p;
	char stamp[64], digits[24];

	*put_timestamp(stamp, stamp + sizeof stamp, ns) = '\0';
	snprintf(digits, sizeof digits, "%06llu", (unsigned long long)n);
	for (p = pattern; *p && to; p++) {
		if (strncmp(p, NUMBER, strlen(NUMBER)) == 0) {
			to = put_bytes(to, end, digits, (uint32_t)strlen(digits));
			p += strlen(NUMBER) - 1;
		} else if (*p == '%' && *++p != '%') {
			to = put_bytes(to, end, field_of(stamp, *p), *p == 'Y' ? 4 : 2);
		} else {
			to = put_bytes(to, end, p, 1);
		}
	}
	if (to)
		*to = '\0';
	return to;
}

/* The number in an entry of the folder that fits the pattern's last component, or 0. */
static uint64_t number_in(const char *pattern, const char *entry)
{
	for (; *pattern; pattern++) {
		if (strncmp(pattern, NUMBER, strlen(NUMBER)) == 0)
			return isdigit((unsigned char)*entry) ? strtoull(entry, NULL, 10) : 0;
		if (*pattern == '%' && *++pattern != '%') {
			uint32_t digits = *pattern == 'Y' ? 4 : 2;

			for (; digits && isdigit((unsigned char)*entry); digits--)
				entry++;
			if (digits)
				return 0;
		} else if (*pattern != *entry++) {
			return 0;
		}
	}
	return 0;
}

/* One more than the greatest number there is, so that names of files that were taken
 * away are not given again while later ones are there. */
static uint64_t first_number(const char *pattern)
{
	const char *slash = strrchr(pattern, '/');
	char folder[NAME_BYTES];
	uint64_t most = 0;
	struct dirent *e;
	DIR *d;

	if (!strstr(pattern, NUMBER))
		return 0;
	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - pattern) + 1 : 1, slash ? pattern : ".");
	d = opendir(folder);
	while (d && (e = readdir(d))) {
		const uint64_t n = number_in(slash ? slash + 1 : pattern, e->d_name);

		most = n > most && n != UINT64_MAX ? n : most;
	}
	if (d)
		closedir(d);
	return most + 1;
}

struct files *files_new(const char *pattern)
{
	struct files *s = calloc(1, sizeof *s + strlen(pattern) + 1);

	if (!s)
		return NULL;
	strcpy((char *)(s + 1), pattern);
	s->pattern = (const char *)(s + 1);
	s->number = first_number(pattern);
	s->until = INT64_MAX;
	return s;
}

void files_free(intptr_t files)
{
	free((struct files *)files); /* NOLINT: a handle is a number */
}

/* Give the k-th name for a file that begins now: by its number, else by .1, .2 at the end. */
static bool next_name(struct files *s, uint64_t k, int64_t now_ns)
{
	const bool numbered = strstr(s->pattern, NUMBER);
	char more[24] = "";
	size_t len;

	if (!numbered && k)
		snprintf(more, sizeof more, ".%llu", (unsigned long long)k);
	if (!pattern_name(s->pattern, s->number + k, now_ns, s->name, sizeof s->name - sizeof more))
		return false;
	len = strlen(s->name);
	snprintf(s->name + len, sizeof s->name - len, "%s", more);
	snprintf(s->part, sizeof s->part, "%s.part", s->name);
	return true;
}

/* The .part is made first, then it is seen whether the name is free: who ends a file
 * between the two had the .part. */
int files_open(struct files *s, int64_t now_ns)
{
	struct stat st;
	uint64_t k;
	int fd;

	for (k = 0; next_name(s, k, now_ns); k++) {
		fd = open(s->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			return -errno;
		if (fd < 0)
			continue;
		if (lstat(s->name, &st) < 0 && errno == ENOENT) {
			s->number += s->number ? k + 1 : 0;
			s->is_open = s->is_empty = true;
			return fd;
		}
		close(fd);
		unlink(s->part);
	}
	return -ENAMETOOLONG;
}

/* What is written from here on has no file, and the one that is done is not kept open. */
static void let_go(int fd)
{
	const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null >= 0)
		dup3(null, fd, O_CLOEXEC);
	if (null >= 0)
		close(null);
}

int files_end(struct files *s, int fd)
{
	int err = 0;

	if (!s->is_open)
		return 0;
	if (s->is_empty)
		err = unlink(s->part) < 0 ? -errno : 0;
	else
		err = target_publish(fd, s->part, s->name);
	if (err)
		return err;
	s->is_open = false;
	let_go(fd);
	return 0;
}
