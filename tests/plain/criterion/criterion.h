/*
 * criterion/criterion.h - what our tests use of Criterion, run in this process.
 *
 * Under TSan Criterion's forked, message-passing runner does not work; the same
 * test files build against this one. Tests run one after another; a failed assert
 * ends the program. Only a test that expects a signal or an exit code gets a child.
 * Closing line: "N passed, N failed". An argument runs the tests whose
 * "suite/name" contains it.
 */
#ifndef TW_PLAIN_CRITERION_H
#define TW_PLAIN_CRITERION_H

/* As the real one, which lies in a system folder: cr_assert_eq(n, 1) of an unsigned n
 * is no warning. */
#pragma GCC system_header

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct tw_plain_test {
	const char *suite, *name;
	void (*run)(void);
	void (*init)(void);
	void (*fini)(void);
	double timeout;
	int signal, exit_code;
	bool disabled;
	const char *description;
	struct tw_plain_test *next;
};

#define TW_PLAIN_WEAK __attribute__((weak))

/* One of each in a program, however many files include this. */
TW_PLAIN_WEAK struct tw_plain_test *tw_plain_tests;
TW_PLAIN_WEAK int tw_plain_passed, tw_plain_failed, tw_plain_bad;

TW_PLAIN_WEAK void tw_plain_add(struct tw_plain_test *t)
{
	struct tw_plain_test **at = &tw_plain_tests;

	while (*at)
		at = &(*at)->next;
	*at = t;
}

TW_PLAIN_WEAK int tw_plain_close(void)
{
	printf("%d passed, %d failed\n", tw_plain_passed, tw_plain_failed);
	fflush(stdout);
	return tw_plain_failed ? 1 : 0;
}

__attribute__((weak, format(printf, 4, 5))) void tw_plain_fail(bool fatal, const char *at, const char *what,
							       const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "%s: not true: %s:", at, what);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	tw_plain_bad++;
	if (!fatal)
		return;
	tw_plain_failed++;
	exit(tw_plain_close());
}

TW_PLAIN_WEAK void tw_plain_body(const struct tw_plain_test *t)
{
	alarm((unsigned)t->timeout);
	if (t->init)
		t->init();
	t->run();
	if (t->fini)
		t->fini();
	alarm(0);
}

/* In a child: does it end as the test says? */
TW_PLAIN_WEAK bool tw_plain_ends(const struct tw_plain_test *t)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		tw_plain_body(t);
		_exit(tw_plain_bad ? 255 : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return false;
	if (t->signal)
		return WIFSIGNALED(status) && WTERMSIG(status) == t->signal;
	return WIFEXITED(status) && WEXITSTATUS(status) == t->exit_code;
}

TW_PLAIN_WEAK int main(int argc, char **argv)
{
	for (struct tw_plain_test *t = tw_plain_tests; t; t = t->next) {
		char name[256];
		bool ok = true;

		snprintf(name, sizeof name, "%s/%s", t->suite, t->name);
		if (t->disabled || (argc > 1 && !strstr(name, argv[1])))
			continue;
		fprintf(stderr, "%s\n", name);
		tw_plain_bad = 0;
		if (t->signal || t->exit_code)
			ok = tw_plain_ends(t);
		else
			tw_plain_body(t);
		ok = ok && tw_plain_bad == 0;
		tw_plain_passed += ok;
		tw_plain_failed += !ok;
		if (!ok)
			fprintf(stderr, "%s FAILED\n", name);
	}
	return tw_plain_close();
}

#define Test(suite_, name_, ...)                                                                                       \
	static void suite_##_##name_##_run(void);                                                                      \
	static struct tw_plain_test suite_##_##name_##_test = {                                                        \
		.suite = #suite_, .name = #name_, .run = suite_##_##name_##_run, __VA_ARGS__};                         \
	__attribute__((constructor)) static void suite_##_##name_##_add(void)                                          \
	{                                                                                                              \
		tw_plain_add(&suite_##_##name_##_test);                                                                \
	}                                                                                                              \
	static void suite_##_##name_##_run(void)

#define TW_PLAIN_TEXT_(x) #x
#define TW_PLAIN_TEXT(x) TW_PLAIN_TEXT_(x)
#define TW_PLAIN_AT __FILE__ ":" TW_PLAIN_TEXT(__LINE__)
/* As in Criterion, the message's arguments are looked at only if it is shown. */
#define TW_PLAIN_IF(fatal, ok, ...) ((ok) ? (void)0 : tw_plain_fail(fatal, TW_PLAIN_AT, #ok, " " __VA_ARGS__))

#define cr_assert(c, ...) TW_PLAIN_IF(true, c, __VA_ARGS__)
#define cr_assert_not(c, ...) TW_PLAIN_IF(true, !(c), __VA_ARGS__)
#define cr_assert_eq(a, b, ...) TW_PLAIN_IF(true, (a) == (b), __VA_ARGS__)
#define cr_assert_neq(a, b, ...) TW_PLAIN_IF(true, (a) != (b), __VA_ARGS__)
#define cr_assert_lt(a, b, ...) TW_PLAIN_IF(true, (a) < (b), __VA_ARGS__)
#define cr_assert_gt(a, b, ...) TW_PLAIN_IF(true, (a) > (b), __VA_ARGS__)
#define cr_assert_leq(a, b, ...) TW_PLAIN_IF(true, (a) <= (b), __VA_ARGS__)
#define cr_assert_geq(a, b, ...) TW_PLAIN_IF(true, (a) >= (b), __VA_ARGS__)
#define cr_assert_null(p, ...) TW_PLAIN_IF(true, (p) == NULL, __VA_ARGS__)
#define cr_assert_not_null(p, ...) TW_PLAIN_IF(true, (p) != NULL, __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...) TW_PLAIN_IF(true, strcmp((a), (b)) == 0, __VA_ARGS__)
#define cr_assert_str_neq(a, b, ...) TW_PLAIN_IF(true, strcmp((a), (b)) != 0, __VA_ARGS__)
#define cr_assert_float_eq(a, b, eps, ...) TW_PLAIN_IF(true, fabs((double)(a) - (double)(b)) <= (eps), __VA_ARGS__)
#define cr_assert_fail(...) TW_PLAIN_IF(true, false, __VA_ARGS__)

#define cr_expect(c, ...) TW_PLAIN_IF(false, c, __VA_ARGS__)
#define cr_expect_not(c, ...) TW_PLAIN_IF(false, !(c), __VA_ARGS__)
#define cr_expect_eq(a, b, ...) TW_PLAIN_IF(false, (a) == (b), __VA_ARGS__)
#define cr_expect_neq(a, b, ...) TW_PLAIN_IF(false, (a) != (b), __VA_ARGS__)
#define cr_expect_lt(a, b, ...) TW_PLAIN_IF(false, (a) < (b), __VA_ARGS__)
#define cr_expect_gt(a, b, ...) TW_PLAIN_IF(false, (a) > (b), __VA_ARGS__)
#define cr_expect_leq(a, b, ...) TW_PLAIN_IF(false, (a) <= (b), __VA_ARGS__)
#define cr_expect_geq(a, b, ...) TW_PLAIN_IF(false, (a) >= (b), __VA_ARGS__)
#define cr_expect_null(p, ...) TW_PLAIN_IF(false, (p) == NULL, __VA_ARGS__)
#define cr_expect_not_null(p, ...) TW_PLAIN_IF(false, (p) != NULL, __VA_ARGS__)
#define cr_expect_str_eq(a, b, ...) TW_PLAIN_IF(false, strcmp((a), (b)) == 0, __VA_ARGS__)
#define cr_expect_str_neq(a, b, ...) TW_PLAIN_IF(false, strcmp((a), (b)) != 0, __VA_ARGS__)
#define cr_expect_float_eq(a, b, eps, ...) TW_PLAIN_IF(false, fabs((double)(a) - (double)(b)) <= (eps), __VA_ARGS__)
#define cr_expect_fail(...) TW_PLAIN_IF(false, false, __VA_ARGS__)
#define cr_log_info(...) fprintf(stderr, __VA_ARGS__)

#endif
