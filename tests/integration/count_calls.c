/*
 * count_calls.c - an LD_PRELOAD library that counts what a worker must not do.
 *
 * Counts allocations and locks in threads that gave themselves a name beginning
 * with "tw-" (the engine's workers and io threads), from the moment they did. At
 * exit one line a thread goes to the file named by $COUNT_CALLS: NAME alloc=N lock=N.
 * Threads that share a name share a line.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES 64

static struct entry {
	char name[16];
	atomic_ulong alloc, lock;
} entries[NAMES];
static atomic_uint n_entries;

static _Thread_local struct entry *mine __attribute__((tls_model("initial-exec")));

static void *next(const char *symbol)
{
	return dlsym(RTLD_NEXT, symbol);
}

static void count_alloc(void)
{
	if (mine)
		atomic_fetch_add(&mine->alloc, 1);
}

static void count_lock(void)
{
	if (mine)
		atomic_fetch_add(&mine->lock, 1);
}

int pthread_setname_np(pthread_t thread, const char *name)
{
	int (*real)(pthread_t, const char *) = (int (*)(pthread_t, const char *))next("pthread_setname_np");
	int ret = real(thread, name);
	unsigned i;

	if (!pthread_equal(thread, pthread_self()) || strncmp(name, "tw-", 3) != 0)
		return ret;
	i = atomic_fetch_add(&n_entries, 1);
	if (i < NAMES) {
		snprintf(entries[i].name, sizeof entries[i].name, "%s", name);
		mine = &entries[i];
	}
	return ret;
}

/* glibc's own entry points: no dlsym, which allocates itself. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

void *malloc(size_t n)
{
	count_alloc();
	return __libc_malloc(n);
}

void *calloc(size_t n, size_t m)
{
	count_alloc();
	return __libc_calloc(n, m);
}

void *realloc(void *p, size_t n)
{
	count_alloc();
	return __libc_realloc(p, n);
}

void free(void *p)
{
	if (p)
		count_alloc();
	__libc_free(p);
}

extern void *__libc_memalign(size_t, size_t);

void *memalign(size_t align, size_t n)
{
	count_alloc();
	return __libc_memalign(align, n);
}

void *aligned_alloc(size_t align, size_t n)
{
	return memalign(align, n);
}

int posix_memalign(void **p, size_t align, size_t n)
{
	*p = memalign(align, n);
	return *p ? 0 : ENOMEM;
}

/* All of them take one pointer. */
static int locked(const char *symbol, int (**real)(void *), void *lock)
{
	if (!*real)
		*real = (int (*)(void *))next(symbol);
	count_lock();
	return (*real)(lock);
}

int pthread_mutex_lock(pthread_mutex_t *l)
{
	static int (*real)(void *);

	return locked("pthread_mutex_lock", &real, l);
}

int pthread_mutex_trylock(pthread_mutex_t *l)
{
	static int (*real)(void *);

	return locked("pthread_mutex_trylock", &real, l);
}

int pthread_rwlock_rdlock(pthread_rwlock_t *l)
{
	static int (*real)(void *);

	return locked("pthread_rwlock_rdlock", &real, l);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *l)
{
	static int (*real)(void *);

	return locked("pthread_rwlock_wrlock", &real, l);
}

int sem_wait(sem_t *l)
{
	static int (*real)(void *);

	return locked("sem_wait", &real, l);
}

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("COUNT_CALLS");
	FILE *out = path ? fopen(path, "w") : NULL;
	unsigned i;

	mine = NULL;
	for (i = 0; out && i < n_entries && i < NAMES; i++)
		fprintf(out, "%s alloc=%lu lock=%lu\n", entries[i].name, entries[i].alloc, entries[i].lock);
	if (out)
		fclose(out);
}
