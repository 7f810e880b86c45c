/*
 * timed.c - run a command and append "WALL CPU RSS" (seconds, seconds, KiB) to a file.
 * A shell's own `time` has no memory, GNU time no finer clock than 10 ms. Small, so
 * that the memory counted is the command's: a child's peak begins with its parent's.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct rusage u;
	double start;
	FILE *out;
	pid_t pid;
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: timed FILE COMMAND...\n");
		return 2;
	}
	start = now();
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		fprintf(stderr, "timed: %s: %s\n", argv[2], strerror(errno));
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) < 0) {
		fprintf(stderr, "timed: %s\n", strerror(errno));
		return 1;
	}
	start = now() - start;
	out = fopen(argv[1], "a");
	if (!out ||
	    fprintf(out, "%.6f %.6f %ld\n", start, seconds(&u.ru_utime) + seconds(&u.ru_stime), u.ru_maxrss) < 0 ||
	    fclose(out) != 0) {
		fprintf(stderr, "timed: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
