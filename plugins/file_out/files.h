/*
 * files.h - a row of files instead of one: their names, one after the other.
 *
 * A pattern is a path whose last component has {n}, the number of the file with six
 * digits or more, or fields of the time at which it was begun, in UTC: %Y %m %d %H %M
 * %S, and %% for a percent sign.
 */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>
#include <stdint.h>

#define NAME_BYTES 4096u

/* What rotation has to know; leased to the engine, so that a new instance goes on. */
struct files {
	const char *pattern; /* a copy of its own, lies behind this struct */

	/* [io] in requests that follow each other; [control] before the first */
	char name[NAME_BYTES]; /* of the file that is open, or was last */
	char part[NAME_BYTES + 8];
	uint64_t number; /* the least that may be free */
	bool is_open;
	bool is_empty; /* nothing is written yet */

	/* [worker]; [control] before it runs */
	uint64_t rows, bytes; /* given to the present file */
	int64_t until;        /* it ends at this time; INT64_MAX: no */
	bool header_due;
};

/* NULL, or what is wrong with a pattern, and *at which byte. [any] */
const char *pattern_wrong(const char *pattern, int *at);
/* The name of file number n, begun at ns. false: longer than `size`. [any] */
bool pattern_name(const char *pattern, uint64_t n, int64_t ns, char *to, uint32_t size);

/* Not opened yet; NULL: no memory. [control] */
struct files *files_new(const char *pattern);
void files_free(intptr_t files);

/* Open a file that nobody has, as NAME.part. Its descriptor or -errno. [io] [control] */
int files_open(struct files *s, int64_t now_ns);
/* Make the open file whole under its name; one without a row goes. 0 or -errno. [io] */
int files_end(struct files *s, int fd);

#endif
