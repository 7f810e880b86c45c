/*
 * files.h - files and folders of a test's own, gone at its end; and the fixtures.
 */
#ifndef FILES_H
#define FILES_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIXTURE(name) TW_BINARY_DIR "/fixtures/" name ".so"

static inline void make_dir(char *path, size_t len)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(path, len, "%s/twtest-XXXXXX", tmp ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(path));
}

static inline void remove_dir(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	char file[600];

	cr_assert_not_null(d);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(file, sizeof file, "%s/%s", path, e->d_name);
		unlink(file);
	}
	closedir(d);
	rmdir(path);
}

/* A whole file; *len its size. To be freed. */
static inline unsigned char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	unsigned char *bytes;
	long n;

	cr_assert_not_null(f, "%s is missing: the fixtures must be built", path);
	cr_assert_eq(fseek(f, 0, SEEK_END), 0);
	n = ftell(f);
	rewind(f);
	bytes = malloc((size_t)n + 1);
	cr_assert_eq(fread(bytes, 1, (size_t)n, f), (size_t)n);
	fclose(f);
	*len = (size_t)n;
	return bytes;
}

static inline void write_file(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	cr_assert_not_null(f);
	cr_assert_eq(fwrite(bytes, 1, len, f), len);
	cr_assert_eq(fclose(f), 0);
}

static inline void copy_file(const char *from, const char *dir, const char *name)
{
	unsigned char *bytes;
	char to[600];
	size_t len;

	bytes = read_file(from, &len);
	snprintf(to, sizeof to, "%s/%s", dir, name);
	write_file(to, bytes, len);
	free(bytes);
}

#endif
