/*
 * pipe_trip.c - how long lines take through a program that copies standard input to
 * standard output. Lines are sent at a fixed rate whether or not the program keeps up,
 * each bears the time at which it was meant to go, and the time counts from that one:
 * a program that stalls pays for all lines that it kept waiting.
 *
 * Sender and receiver share one CPU, the program has the other for itself.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINE 230u
#define STAMP 40u /* two numbers of 20 digits: time, line number */

struct trip {
	uint64_t rate, lines, warm; /* the first `warm` lines don't count */
	int to, from;               /* descriptors */
	/* written by the receiver, read when it has ended */
	uint64_t received, wrong;
	int64_t *ns;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void pin(long cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof set, &set) != 0)
		die("sched_setaffinity");
}

static void send_lines(struct trip *t)
{
	const int64_t start = now() + 100000000; /* the program shall have begun */
	char line[LINE + 1];
	uint64_t i;
	size_t at;
	ssize_t n;

	memset(line, 'x', LINE);
	for (i = 0; i < t->lines; i++) {
		const int64_t due = start + (int64_t)(i * 1000000000 / t->rate);

		snprintf(line, sizeof line, "%020lld%020llu", (long long)due, (unsigned long long)i);
		line[STAMP] = ' ';
		line[LINE - 1] = '\n';
		while (now() < due)
			sched_yield();
		for (at = 0; at < LINE; at += (size_t)n) {
			n = write(t->to, line + at, LINE - at);
			if (n < 0)
				die("write");
		}
	}
	close(t->to);
}

static void take_line(struct trip *t, const char *line, int64_t at)
{
	char number[21] = {0};
	long long due, i;

	memcpy(number, line, 20);
	due = strtoll(number, NULL, 10);
	memcpy(number, line + 20, 20);
	i = strtoll(number, NULL, 10);
	if ((uint64_t)i != t->received || line[LINE - 1] != '\n')
		t->wrong++;
	if (t->received < t->lines)
		t->ns[t->received++] = at - due;
}

static void *receive(void *arg)
{
	static char block[1 << 20];
	struct trip *t = arg;
	size_t have = 0, at;
	int64_t when;
	ssize_t n;

	while ((n = read(t->from, block + have, sizeof block - have)) > 0) {
		when = now();
		have += (size_t)n;
		for (at = 0; have - at >= LINE; at += LINE)
			take_line(t, block + at, when);
		memmove(block, block + at, have - at);
		have -= at;
	}
	t->wrong += have != 0;
	return NULL;
}

static pid_t start(struct trip *t, char **command, long cpu)
{
	int in[2], out[2];
	pid_t pid;

	if (pipe(in) != 0 || pipe(out) != 0)
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		pin(cpu);
		execvp(command[0], command);
		die(command[0]);
	}
	close(in[0]);
	close(out[1]);
	t->to = in[1];
	t->from = out[0];
	return pid;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void report(struct trip *t)
{
	const uint64_t n = t->lines - t->warm;
	int64_t *ns = t->ns + t->warm;

	qsort(ns, n, sizeof *ns, by_number);
	printf("%llu %lld %lld %lld %lld\n", (unsigned long long)n, (long long)ns[n / 2], (long long)ns[n * 99 / 100],
	       (long long)ns[n * 999 / 1000], (long long)ns[n - 1]);
}

int main(int argc, char **argv)
{
	pthread_t receiver;
	struct trip t = {0};
	int status;
	pid_t pid;

	if (argc < 6) {
		fprintf(stderr, "usage: pipe_trip LINES_PER_S LINES CPU_OF_THIS CPU_OF_COMMAND COMMAND...\n"
				"prints: lines, then p50, p99, p99.9 and the longest in ns; CPU -1: not pinned\n");
		return 2;
	}
	t.rate = strtoull(argv[1], NULL, 10);
	t.lines = strtoull(argv[2], NULL, 10);
	t.warm = t.lines / 5;
	t.ns = calloc(t.lines, sizeof *t.ns);
	if (!t.rate || !t.lines || !t.ns)
		die("LINES");
	pid = start(&t, argv + 5, atol(argv[4]));
	pin(atol(argv[3]));
	errno = pthread_create(&receiver, NULL, receive, &t);
	if (errno)
		die("pthread_create");
	send_lines(&t);
	pthread_join(receiver, NULL);
	if (waitpid(pid, &status, 0) < 0 || status != 0 || t.received != t.lines || t.wrong) {
		fprintf(stderr, "pipe_trip: %llu of %llu lines came, %llu wrong, status %d\n",
			(unsigned long long)t.received, (unsigned long long)t.lines, (unsigned long long)t.wrong,
			status);
		return 1;
	}
	report(&t);
	free(t.ns);
	return 0;
}
