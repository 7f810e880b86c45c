/* target.c - the file: opened at the begin, made whole under its name at the end. */
#define _GNU_SOURCE
#include "file_out.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A failed write is the last thing that happens to a row of files, so its name stands. */
static const char *name_of(const struct file_out *f)
{
	if (f->conf->is_stdout)
		return "standard output";
	return f->files && f->files->name[0] ? f->files->name : f->conf->path;
}

int out_fail(struct tw_ctx *ctx, const struct file_out *f, int err)
{
	char why[512];

	if (f->conf->is_stdout && err == -EPIPE)
		return ctx->host->fail(ctx, err, "who read standard output has gone");
	snprintf(why, sizeof why, "cannot write %.400s: %s", name_of(f), strerror(-err));
	/* EPIPE means standard output, to who runs the graph */
	return ctx->host->fail(ctx, err == -EPIPE ? -EIO : err, why);
}

static void close_fd(intptr_t fd)
{
	close((int)fd);
}

/* What is no regular file is written where it is: a pipe or a device cannot be
 * replaced by another file. */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static int64_t wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t slice_end(const struct conf *c, int64_t now_ns)
{
	return c->every_ns ? (now_ns / c->every_ns + 1) * c->every_ns : INT64_MAX;
}

static int open_path(struct file_out *f)
{
	const struct conf *c = f->conf;
	int fd;

	if (f->files) {
		fd = files_open(f->files, wall_clock());
		errno = fd < 0 ? -fd : 0;
		return fd;
	}
	if (c->is_stdout)
		return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (!f->in_place)
		return open(c->part ? c->part : c->path,
			    O_WRONLY | O_CREAT | O_CLOEXEC | (c->part ? O_TRUNC : O_APPEND), 0666);
	/* A FIFO that nobody reads would block here for ever: ENXIO instead. */
	fd = open(c->path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

/* Renaming over a folder fails at the end; better say so at the begin. */
static int check_folder(const struct file_out *f)
{
	struct stat st;

	return f->conf->part && stat(f->conf->path, &st) == 0 && S_ISDIR(st.st_mode) ? -EISDIR : 0;
}

/* The row of files that the instance before has left, or a new one. */
static int begin_files(struct tw_ctx *ctx, struct file_out *f, const struct tw_lease_host *lease)
{
	intptr_t handle;
	int err;

	if (lease->find(ctx, "files", "file_out.files/1", &handle) == 0) {
		f->files = (struct files *)handle;
		return 0;
	}
	f->files = files_new(f->conf->path);
	if (!f->files)
		return ctx->host->fail(ctx, -ENOMEM, "out of memory");
	f->files->header_due = f->conf->header_len > 0;
	f->files->until = slice_end(f->conf, wall_clock());
	err = lease->put(ctx, "files", "file_out.files/1", (intptr_t)f->files, files_free);
	if (err)
		files_free((intptr_t)f->files);
	return err ? ctx->host->fail(ctx, err, "the engine cannot hold what the files are") : 0;
}

int target_open(struct tw_ctx *ctx, struct file_out *f)
{
	const struct tw_lease_host *lease = ctx->host->extension(ctx, TW_EXT_LEASE);
	struct stat st;
	intptr_t handle;
	int err;

	f->in_place = f->conf->is_stdout || (!f->conf->rotates && is_special(f->conf->path));
	f->header_due = f->conf->header_len > 0;
	err = f->conf->rotates ? begin_files(ctx, f, lease) : 0;
	if (err)
		return err;
	if (lease->find(ctx, "out", "fd", &handle) == 0) {
		f->fd = (int)handle;
		f->header_due = false; /* the instance before has written it */
		return 0;
	}
	err = check_folder(f);
	if (err)
		return out_fail(ctx, f, err);
	f->fd = open_path(f);
	if (f->fd < 0)
		return out_fail(ctx, f, -errno);
	if (f->conf->append && fstat(f->fd, &st) == 0 && st.st_size > 0)
		f->header_due = false;
	err = lease->put(ctx, "out", "fd", f->fd, close_fd);
	if (err == 0)
		return 0;
	close(f->fd);
	return out_fail(ctx, f, err);
}

static int sync_folder(const char *path)
{
	char copy[PATH_MAX];
	int fd, err;

	snprintf(copy, sizeof copy, "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fsync(fd) < 0 && errno != EINVAL ? -errno : 0;
	close(fd);
	return err;
}

int target_publish(int fd, const char *part, const char *path)
{
	if (fsync(fd) < 0)
		return -errno;
	if (!part)
		return 0;
	if (rename(part, path) < 0)
		return -errno;
	return sync_folder(path);
}

int64_t target_end(struct tw_io *req)
{
	const struct file_out *f = req->user;

	if (f->io_failed || f->in_place)
		return 0;
	if (f->files)
		return files_end(f->files, f->fd);
	return target_publish(f->fd, f->conf->part, f->conf->path);
}
