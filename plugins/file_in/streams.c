/* streams.c - what a path names: found, opened, classified. [control] */
#define _GNU_SOURCE
#include "file_in.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int path_fail(struct tw_ctx *ctx, const char *path, const char *what, int err)
{
	char why[512];

	snprintf(why, sizeof why, "cannot %s %.400s: %s", what, path, strerror(-err));
	return ctx->host->fail(ctx, err, why);
}

int stream_fail(struct tw_ctx *ctx, const struct stream *s, const char *what, int err)
{
	return path_fail(ctx, s->path, what, err);
}

/* Standard input gets an open file description of its own where that is possible, so
 * that O_NONBLOCK does not reach the others who have it. */
int stream_open_path(const char *path)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
	int fd;

	if (strcmp(path, "-") != 0)
		return open(path, flags);
	fd = open("/proc/self/fd/0", flags);
	if (fd >= 0)
		return fd;
	fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return fd;
}

static void close_fd(intptr_t fd)
{
	close((int)fd);
}

/* A pipe's descriptor outlives this instance: it belongs to the engine. */
static int lend(struct tw_ctx *ctx, struct stream *s, const struct tw_lease_host *lease, const char *name)
{
	const int err = lease->put(ctx, name, "fd", s->fd, close_fd);

	if (err == 0)
		return 0;
	close(s->fd);
	return stream_fail(ctx, s, "keep open", err);
}

static int classify(struct tw_ctx *ctx, struct stream *s, struct stat *st)
{
	if (fstat(s->fd, st) < 0)
		return stream_fail(ctx, s, "examine", -errno);
	s->is_pipe = S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode) || (S_ISCHR(st->st_mode) && isatty(s->fd));
	return 0;
}

/* Open it to see that it can be read and what it is. Only pipes stay open. */
static int open_stream(struct tw_ctx *ctx, struct stream *s, const struct tw_lease_host *lease)
{
	char name[PATH_BYTES + 8];
	struct stat st;
	intptr_t handle;
	int err;

	snprintf(name, sizeof name, "fd:%s", s->path);
	if (lease->find(ctx, name, "fd", &handle) == 0) {
		s->fd = (int)handle;
		s->is_pipe = true;
		return 0;
	}
	s->fd = stream_open_path(s->path);
	if (s->fd < 0)
		return stream_fail(ctx, s, "open", -errno);
	err = classify(ctx, s, &st);
	if (err == 0 && s->is_pipe)
		return lend(ctx, s, lease, name);
	if (err == 0 && S_ISDIR(st.st_mode))
		err = stream_fail(ctx, s, "read", -EISDIR);
	if (strcmp(s->path, "-") == 0 && S_ISREG(st.st_mode))
		s->start = lseek(STDIN_FILENO, 0, SEEK_CUR);
	close(s->fd);
	s->fd = -1;
	return err;
}

static int set_paths(struct tw_ctx *ctx, struct file_in *f, char *const *paths, size_t n)
{
	size_t i;

	f->streams = calloc(n ? n : 1, sizeof *f->streams);
	if (!f->streams)
		return ctx->host->fail(ctx, -ENOMEM, "out of memory");
	for (i = 0; i < n; i++) {
		struct stream *s = &f->streams[i];

		s->fd = -1;
		s->path = strdup(paths[i]);
		if (!s->path)
			return ctx->host->fail(ctx, -ENOMEM, "out of memory");
		s->path_len = (uint32_t)strlen(s->path);
		f->n_streams++;
		if (s->path_len >= PATH_BYTES)
			return stream_fail(ctx, s, "open", -ENAMETOOLONG);
	}
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Folders that a pattern matches are passed over. */
static size_t without_folders(char **paths, size_t n)
{
	struct stat st;
	size_t i, kept = 0;

	for (i = 0; i < n; i++) {
		if (stat(paths[i], &st) == 0 && S_ISDIR(st.st_mode))
			free(paths[i]);
		else
			paths[kept++] = paths[i];
	}
	qsort(paths, kept, sizeof *paths, by_bytes);
	return kept;
}

size_t streams_match(const char *pattern, char ***paths)
{
	size_t n = 0;
	glob_t g;

	*paths = NULL;
	if (glob(pattern, GLOB_NOSORT, NULL, &g) != 0)
		return 0;
	*paths = calloc(g.gl_pathc, sizeof **paths);
	while (*paths && n < g.gl_pathc && ((*paths)[n] = strdup(g.gl_pathv[n])) != NULL)
		n++;
	globfree(&g);
	return n ? without_folders(*paths, n) : 0;
}

void streams_unmatch(char **paths, size_t n)
{
	while (n--)
		free(paths[n]);
	free(paths);
}

static int find_matches(struct tw_ctx *ctx, struct file_in *f)
{
	char why[512], **paths;
	const size_t n = streams_match(f->conf->path, &paths);
	int err = 0;

	if (n || f->conf->follow)
		err = set_paths(ctx, f, paths, n);
	streams_unmatch(paths, n);
	if (n || f->conf->follow)
		return err;
	snprintf(why, sizeof why, "no file matches the pattern %.400s", f->conf->path);
	return ctx->host->fail(ctx, -ENOENT, why);
}

static int find_paths(struct tw_ctx *ctx, struct file_in *f)
{
	char *path = (char *)(uintptr_t)f->conf->path;
	struct stat st;

	/* A file may have such a character in its name. */
	f->is_pattern = strpbrk(path, "*?[") && stat(path, &st) < 0;
	if (f->is_pattern)
		return find_matches(ctx, f);
	return set_paths(ctx, f, &path, 1);
}

static int make_carries(struct tw_ctx *ctx, struct file_in *f)
{
	uint32_t i;

	f->files_carry = malloc(f->conf->max_line + 1u);
	for (i = 0; i < f->n_streams && f->files_carry; i++) {
		struct stream *s = &f->streams[i];

		s->carry = s->is_pipe ? malloc(f->conf->max_line + 1u) : f->files_carry;
		if (!s->carry)
			break;
	}
	return i == f->n_streams
		       ? 0
		       : ctx->host->fail(ctx, -ENOMEM, "out of memory for the begins of lines; lower max_line");
}

static int watch_pipes(struct tw_ctx *ctx, struct file_in *f)
{
	uint32_t i;

	for (i = 0; i < f->n_streams; i++) {
		struct stream *s = &f->streams[i];
		int err;

		if (!s->is_pipe)
			continue;
		err = f->source->watch(ctx, s->fd, i);
		if (err < 0)
			return stream_fail(ctx, s, "wait for", err);
		s->watched = true;
		f->n_pipes_open++;
	}
	return 0;
}

int streams_open(struct tw_ctx *ctx, struct file_in *f)
{
	const struct tw_lease_host *lease = ctx->host->extension(ctx, TW_EXT_LEASE);
	int err = find_paths(ctx, f);
	uint32_t i;

	for (i = 0; i < f->n_streams && err == 0; i++)
		err = open_stream(ctx, &f->streams[i], lease);
	if (err == 0)
		err = make_carries(ctx, f);
	return err ? err : watch_pipes(ctx, f);
}

void streams_close(struct tw_ctx *ctx, struct file_in *f)
{
	uint32_t i;

	if (f->at_fd >= 0)
		close(f->at_fd);
	decoder_free(f->at_decoder);
	for (i = 0; i < f->n_streams; i++) {
		if (f->streams[i].watched)
			f->source->unwatch(ctx, f->streams[i].fd);
		if (f->streams[i].carry != f->files_carry)
			free(f->streams[i].carry);
		free(f->streams[i].path);
	}
	free(f->files_carry);
	free(f->streams);
}
