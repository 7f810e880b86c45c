/*
 * pipe_trip.c - how long lines take through a program that copies standard input to
 * standard output. Lines are sent at a fixed rate whether or not the program keeps up,
 * each bears the time at which it was meant to go, and the time counts from that one:
 * a program that stalls pays for all lines that it kept waiting.
 *
 * One thread sends and receives, and never sleeps: on a CPU of its own it takes a line
 * when it comes. The program has the other CPU for itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINE 230u
#define STAMP 40u /* two numbers of 20 digits: time, line number */

struct trip {
	uint64_t rate, lines, warm; /* the first `warm` lines don't count */
	int to, from;               /* descriptors */
	uint64_t sent, received, wrong;
	int64_t start, due; /* due: of the line that is next */
	int64_t *ns;        /* by line */
	int64_t *late;      /* by line: by how much it was sent after its time */
	size_t have;        /* bytes in block, the begin of a line */
	char line[LINE + 1];
	char block[65536];
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

static void make_line(struct trip *t)
{
	t->due = t->start + (int64_t)(t->sent * 1000000000 / t->rate);
	snprintf(t->line, sizeof t->line, "%020lld%020llu", (long long)t->due, (unsigned long long)t->sent);
	t->line[STAMP] = ' ';
	t->line[LINE - 1] = '\n';
}

/* A line is short enough to go into a pipe whole or not at all. */
static void send_due(struct trip *t)
{
	const int64_t late = now() - t->due;

	if (late < 0 || t->sent == t->lines)
		return;
	if (write(t->to, t->line, LINE) != LINE) {
		if (errno != EAGAIN)
			die("write");
		return;
	}
	t->late[t->sent++] = late;
	if (t->sent == t->lines)
		close(t->to);
	else
		make_line(t);
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

/* false: there will be no more. A read of nothing would take the pipe's lock over and
 * over, and the program that wants to write had to wait for it; poll takes none. */
static bool receive(struct trip *t)
{
	struct pollfd ready = {.fd = t->from, .events = POLLIN};
	int64_t when;
	ssize_t n;
	size_t at;

	if (poll(&ready, 1, 0) == 0)
		return true;
	n = read(t->from, t->block + t->have, sizeof t->block - t->have);
	when = now();
	if (n < 0 && errno == EAGAIN)
		return true;
	if (n < 0)
		die("read");
	t->have += (size_t)n;
	for (at = 0; t->have - at >= LINE; at += LINE)
		take_line(t, t->block + at, when);
	memmove(t->block, t->block + at, t->have - at);
	t->have -= at;
	return n > 0;
}

static void go(struct trip *t)
{
	t->start = now() + 100000000; /* the program shall have begun */
	memset(t->line, 'x', LINE);
	make_line(t);
	do
		send_due(t);
	while (receive(t));
	t->wrong += t->have != 0;
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
	if (fcntl(in[1], F_SETFL, O_NONBLOCK) != 0 || fcntl(out[0], F_SETFL, O_NONBLOCK) != 0)
		die("fcntl");
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
	int64_t *ns = t->ns + t->warm, *late = t->late + t->warm;

	qsort(ns, n, sizeof *ns, by_number);
	qsort(late, n, sizeof *late, by_number);
	printf("%lld %lld %lld %lld %lld\n", (long long)ns[n / 2], (long long)ns[n * 99 / 100],
	       (long long)ns[n * 999 / 1000], (long long)ns[n - 1], (long long)late[n / 2]);
}

static void setup(struct trip *t, char **argv)
{
	t->rate = strtoull(argv[1], NULL, 10);
	t->lines = strtoull(argv[2], NULL, 10);
	t->warm = t->lines / 5;
	t->ns = calloc(t->lines, sizeof *t->ns);
	t->late = calloc(t->lines, sizeof *t->late);
	if (!t->rate || !t->lines || !t->ns || !t->late)
		die("LINES");
}

int main(int argc, char **argv)
{
	static struct trip t;
	int status;
	pid_t pid;

	if (argc < 6) {
		fprintf(stderr,
			"usage: pipe_trip LINES_PER_S LINES CPU_OF_THIS CPU_OF_COMMAND COMMAND...\n"
			"prints ns: p50, p99, p99.9, the longest, and by how much half of the lines were sent late; "
			"CPU -1: not pinned\n");
		return 2;
	}
	setup(&t, argv);
	/* Of others on these CPUs both should see little. It goes on without the right to. */
	(void)setpriority(PRIO_PROCESS, 0, -20);
	pid = start(&t, argv + 5, atol(argv[4]));
	pin(atol(argv[3]));
	go(&t);
	if (waitpid(pid, &status, 0) < 0 || status != 0 || t.received != t.lines || t.wrong) {
		fprintf(stderr, "pipe_trip: %llu of %llu lines came, %llu wrong, status %d\n",
			(unsigned long long)t.received, (unsigned long long)t.lines, (unsigned long long)t.wrong,
			status);
		return 1;
	}
	report(&t);
	free(t.ns);
	free(t.late);
	return 0;
}
