/* run/io.c - see io.h. */
#include <run/io.h>

#include <assert.h>
#include <base/role.h>
#include <sched.h>
#include <signal.h>

int tw_io_port_init(struct tw_io_port *p, struct tw_parker *owner, uint32_t n_nodes)
{
	uint32_t slots = TW_IO_PER_NODE;

	while (slots < TW_IO_PER_NODE * n_nodes)
		slots *= 2;
	p->owner = owner;
	if (tw_parker_init(&p->parker, false) < 0 || tw_ring64_init(&p->requests, slots) < 0 ||
	    tw_ring64_init(&p->answers, slots) < 0)
		return -ENOMEM;
	return 0;
}

static void *io_main(void *arg)
{
	struct tw_io_port *p = arg;
	struct tw_io *req;

	tw_role = TW_ROLE_IO;
	pthread_setname_np(pthread_self(), "tw-io");
	for (;;) {
		uint32_t word;

		while ((req = (struct tw_io *)(uintptr_t)tw_ring64_pop(&p->requests)) != NULL) {
			req->result = req->run(req);
			/* never full: as many slots as requests can be under way */
			while (!tw_ring64_push(&p->answers, (uint64_t)(uintptr_t)req))
				sched_yield();
			tw_parker_wake(p->owner, false);
		}
		word = tw_parker_prepare(&p->parker, false);
		if (!tw_ring64_empty(&p->requests)) {
			tw_parker_cancel(&p->parker);
			continue;
		}
		/* pairs with the release in tw_io_port_fini */
		if (atomic_load_explicit(&p->quit, memory_order_acquire))
			return NULL;
		tw_parker_sleep(&p->parker, word, -1, NULL, 0);
	}
}

int tw_io_port_start(struct tw_io_port *p)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are control's */
	err = pthread_create(&p->thread, NULL, io_main, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	p->started = err == 0;
	return -err;
}

void tw_io_port_fini(struct tw_io_port *p)
{
	if (p->started) {
		/* pairs with the acquire in io_main */
		atomic_store_explicit(&p->quit, true, memory_order_release);
		tw_parker_wake(&p->parker, false);
		pthread_join(p->thread, NULL);
		p->started = false;
	}
	tw_ring64_fini(&p->requests);
	tw_ring64_fini(&p->answers);
	tw_parker_fini(&p->parker);
}

void tw_io_port_submit(struct tw_io_port *p, struct tw_io *req)
{
	bool pushed = tw_ring64_push(&p->requests, (uint64_t)(uintptr_t)req);

	assert(pushed); /* more than 64 of one node at once: against the contract of tw.io/1 */
	(void)pushed;
	p->under_way++;
	tw_parker_wake(&p->parker, false);
}

struct tw_io *tw_io_port_answer(struct tw_io_port *p)
{
	struct tw_io *req = (struct tw_io *)(uintptr_t)tw_ring64_pop(&p->answers);

	p->under_way -= req != NULL;
	return req;
}
