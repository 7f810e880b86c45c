/*
 * follow.c - files that grow, are cut short, renamed, replaced, or appear. [io]
 *
 * A file is known by its inode and stays open, whatever its name becomes. Each request
 * goes round the files and takes the next bytes of the first that has some. One that has
 * none is looked at:
 *
 *	shorter than what was read       its begin is read anew
 *	deleted, or its name is another  over, when there is nothing left in it: the name's
 *	file's, and that has bytes       new file begins after that
 *	renamed, its name is free        as before: who writes may not have let go of it
 *
 * With a pattern a name that matches is looked for now and then; a file under another
 * matching name is the same file. Changes are told by inotify, and looked for all
 * FOLLOW_EVERY_NS in any case.
 */
#define _GNU_SOURCE
#include "file_in.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

struct file {
	char *path;
	struct stream *stream;
	int fd, watch;
	dev_t dev;
	ino_t ino;
	int64_t off;
};

struct follower {
	/* constant */
	struct tw_ctx *ctx;
	const struct conf *conf;
	bool is_pattern, is_stdin;
	int news; /* inotify's descriptor, or -1 */
	/* [io] only */
	struct file *files;
	uint32_t n, room, at;
	bool scan_now;          /* a name is free again */
	struct stream *streams; /* that are not yet freed */
};

static void stream_free(struct stream *s)
{
	if (!s)
		return;
	free(s->path);
	free(s->carry);
	free(s);
}

static struct stream *stream_make(struct follower *w, const char *path)
{
	struct stream *s = calloc(1, sizeof *s);

	if (s)
		s->path = strdup(path);
	if (s && s->path)
		s->carry = malloc(w->conf->max_line + 1u);
	if (!s || !s->carry) {
		stream_free(s);
		return NULL;
	}
	s->fd = -1;
	s->path_len = (uint32_t)strlen(path);
	s->next_followed = w->streams;
	w->streams = s;
	return s;
}

/* The worker is done with these. */
static void free_done(struct follower *w, struct stream *done)
{
	while (done) {
		struct stream *next = done->next_done, **link = &w->streams;

		while (*link != done)
			link = &(*link)->next_followed;
		*link = done->next_followed;
		stream_free(done);
		done = next;
	}
}

static void drop_file(struct follower *w, uint32_t i)
{
	struct file *e = &w->files[i];

	if (e->watch >= 0)
		inotify_rm_watch(w->news, e->watch);
	close(e->fd);
	free(e->path);
	memmove(e, e + 1, (w->n - i - 1) * sizeof *e);
	w->n--;
}

static struct file *find_inode(struct follower *w, const struct stat *st)
{
	uint32_t i;

	for (i = 0; i < w->n; i++)
		if (w->files[i].ino == st->st_ino && w->files[i].dev == st->st_dev)
			return &w->files[i];
	return NULL;
}

static bool has_path(const struct follower *w, const char *path)
{
	uint32_t i;

	for (i = 0; i < w->n; i++)
		if (strcmp(w->files[i].path, path) == 0)
			return true;
	return false;
}

static int make_room(struct follower *w)
{
	const uint32_t room = w->room ? 2 * w->room : 8;
	struct file *more;

	if (w->n < w->room)
		return 0;
	more = realloc(w->files, room * sizeof *more);
	if (!more)
		return -ENOMEM;
	w->files = more;
	w->room = room;
	return 0;
}

static int put_file(struct follower *w, const char *path, int fd, const struct stat *st)
{
	struct file e = {.fd = fd, .watch = -1, .dev = st->st_dev, .ino = st->st_ino};

	if (make_room(w) < 0)
		return -ENOMEM;
	e.path = strdup(path);
	e.stream = e.path ? stream_make(w, path) : NULL;
	if (!e.stream) {
		free(e.path);
		return -ENOMEM;
	}
	if (w->is_stdin)
		e.off = lseek(STDIN_FILENO, 0, SEEK_CUR);
	else if (w->news >= 0)
		e.watch = inotify_add_watch(w->news, path, IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF);
	w->files[w->n++] = e;
	return 0;
}

/* One that has gone again, or is no regular file, is passed over. */
static int add_file(struct follower *w, const char *path)
{
	const int fd = stream_open_path(path);
	struct stat st;
	int err;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (strlen(path) >= PATH_BYTES) {
		err = -ENAMETOOLONG;
	} else if (fstat(fd, &st) < 0) {
		err = -errno;
	} else if (!S_ISREG(st.st_mode) || find_inode(w, &st)) {
		close(fd);
		return 0;
	} else {
		err = put_file(w, path, fd, &st);
	}
	if (err < 0)
		close(fd);
	return err;
}

/* Does the name lead to another file, with bytes? */
static bool is_replaced(const struct file *e)
{
	struct stat st;

	return stat(e->path, &st) == 0 && (st.st_ino != e->ino || st.st_dev != e->dev) && st.st_size > 0;
}

static bool is_at(const struct file *e, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_ino == e->ino && st.st_dev == e->dev;
}

/* Files that were renamed get the names that lead to them now. */
static int learn_names(struct follower *w, char **paths, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct stat st;
		struct file *e = stat(paths[i], &st) == 0 ? find_inode(w, &st) : NULL;
		char *path;

		if (!e || is_at(e, e->path))
			continue;
		path = strdup(paths[i]);
		if (!path)
			return -ENOMEM;
		free(e->path);
		e->path = path;
	}
	return 0;
}

/* Look for names: of files that are known, and of new ones. An error names its file. */
static int scan(struct follower *w, struct block *k)
{
	char *one = (char *)(uintptr_t)w->conf->path, **paths = &one;
	const size_t n = w->is_pattern ? streams_match(w->conf->path, &paths) : 1;
	int err = 0;
	size_t i;

	snprintf(k->path, sizeof k->path, "%s", w->conf->path);
	if (w->is_pattern)
		err = learn_names(w, paths, n);
	for (i = 0; i < n && err == 0; i++) {
		if (has_path(w, paths[i]) || (w->n && !w->is_pattern))
			continue;
		err = add_file(w, paths[i]);
		if (err < 0)
			snprintf(k->path, sizeof k->path, "%s", paths[i]);
	}
	if (w->is_pattern)
		streams_unmatch(paths, n);
	return err;
}

enum change { SAME, SHORTER, OVER };

/* What became of a file that has nothing new. */
static enum change look(struct follower *w, uint32_t i)
{
	const struct file *e = &w->files[i];
	struct stat st;

	if (fstat(e->fd, &st) < 0)
		return SAME;
	if (st.st_size < e->off)
		return SHORTER;
	if (w->is_stdin)
		return SAME;
	if (st.st_nlink == 0)
		return OVER;
	if (!is_replaced(e))
		return SAME;
	if (w->is_pattern) {
		char **paths;
		const size_t n = streams_match(w->conf->path, &paths);
		const int err = learn_names(w, paths, n);

		streams_unmatch(paths, n);
		if (err < 0)
			return SAME; /* the next round may have memory */
	}
	return is_replaced(e) ? OVER : SAME;
}

static int64_t refuse_packed(struct block *k, const struct file *e, int64_t got)
{
	const enum codec codec = e->off == 0 ? codec_of(k->io.data, (size_t)got) : CODEC_NONE;

	if (codec == CODEC_NONE)
		return 0;
	snprintf(k->path, sizeof k->path, "%s", e->path);
	snprintf(k->why, sizeof k->why,
		 "it is %s data, which is not followed: leave \"follow\" out, or choose a pattern without it",
		 codec_name(codec));
	return -EINVAL;
}

/* Bytes of a file, 0: none are new, or -errno, explained. */
static int64_t take(struct block *k, struct file *e)
{
	const int64_t got = read_full(e->fd, k->io.data, k->io.len, e->off);
	int64_t err;

	if (got < 0)
		snprintf(k->path, sizeof k->path, "%s", e->path);
	if (got <= 0)
		return got;
	err = refuse_packed(k, e, got);
	if (err < 0)
		return err;
	e->off += got;
	k->stream = e->stream;
	return got;
}

/* The file at w->at has nothing new. True: there is something to say about it. */
static bool say_change(struct follower *w, struct block *k, int64_t *got)
{
	struct file *e = &w->files[w->at];
	const enum change change = look(w, w->at);
	char line[512];

	if (change == SAME)
		return false;
	if (change == OVER) {
		*got = take(k, e); /* written before the name changed, after the last read */
		if (*got != 0)
			return true;
	}
	k->stream = e->stream;
	k->at_end = true;
	k->is_done = change == OVER;
	if (change == OVER) {
		drop_file(w, w->at);
		w->scan_now = true;
		return true;
	}
	e->off = 0;
	snprintf(line, sizeof line, "%.400s was cut short: it is read from its begin", e->path);
	w->ctx->host->log(w->ctx, TW_LOG_WARN, line);
	return true;
}

int64_t follow_read(struct follower *w, struct block *k)
{
	uint32_t tries;
	int64_t got = 0;

	free_done(w, k->done);
	k->done = NULL;
	if (k->scan || w->scan_now) {
		const int err = scan(w, k);

		w->scan_now = false;
		if (err < 0)
			return err;
	}
	for (tries = w->n; tries; tries--) {
		if (w->at >= w->n)
			w->at = 0;
		got = take(k, &w->files[w->at]);
		if (got != 0 || say_change(w, k, &got)) {
			w->at += got > 0 && got < k->io.len; /* the others have their turn */
			return got;
		}
		w->at++;
	}
	k->idle = true;
	return 0;
}

void follow_news(struct follower *w)
{
	char events[4096];

	while (read(w->news, events, sizeof events) > 0)
		;
}

int follow_open(struct tw_ctx *ctx, struct file_in *f)
{
	struct follower *w;
	int err;

	if (!f->is_pattern && f->streams[0].is_pipe)
		return 0; /* pipes wait for more by themselves */
	f->follower = w = calloc(1, sizeof *w);
	if (!w)
		return ctx->host->fail(ctx, -ENOMEM, "out of memory");
	w->ctx = ctx;
	w->conf = f->conf;
	w->is_pattern = f->is_pattern;
	w->is_stdin = strcmp(f->conf->path, "-") == 0;
	w->news = inotify_init1(IN_NONBLOCK | IN_CLOEXEC); /* too many: by the clock alone */
	err = w->news < 0 ? 0 : f->source->watch(ctx, w->news, FOLLOW_TOKEN);
	return err < 0 ? path_fail(ctx, f->conf->path, "wait for changes of", err) : 0;
}

void follow_close(struct tw_ctx *ctx, struct file_in *f)
{
	struct follower *w = f->follower;

	if (!w)
		return;
	if (w->news >= 0)
		f->source->unwatch(ctx, w->news);
	while (w->n)
		drop_file(w, w->n - 1);
	if (w->news >= 0)
		close(w->news);
	while (w->streams) {
		struct stream *next = w->streams->next_followed;

		stream_free(w->streams);
		w->streams = next;
	}
	free(w->files);
	free(w);
}
