/*
 * run/io.h - the thread that blocks on a worker's behalf. One per worker that has
 * nodes which asked for it; requests and answers go by rings of pointers.
 */
#ifndef TW_RUN_IO_H
#define TW_RUN_IO_H

#include <mem/ring.h>
#include <pthread.h>
#include <run/park.h>
#include <thalweg/ext/io.h>

#define TW_IO_PER_NODE 64u

struct tw_io_port {
	bool used; /* [control]: some node asked for tw.io/1 */
	bool started;
	uint32_t under_way; /* [worker] requests not yet answered */
	pthread_t thread;
	struct tw_ring64 requests; /* worker -> io */
	struct tw_ring64 answers;  /* io -> worker */
	struct tw_parker parker;   /* where the io thread sleeps */
	struct tw_parker *owner;   /* the worker's */
	/* written by [control] at the end (release, then a wake), read by the io thread
	 * (acquire) when it has nothing to do */
	_Atomic bool quit;
};

int tw_io_port_init(struct tw_io_port *p, struct tw_parker *owner, uint32_t n_nodes); /* [control] */
int tw_io_port_start(struct tw_io_port *p);                                           /* [control] */
void tw_io_port_fini(struct tw_io_port *p); /* joins; requests under way are run first [control] */

void tw_io_port_submit(struct tw_io_port *p, struct tw_io *req); /* [worker; control before start] */
struct tw_io *tw_io_port_answer(struct tw_io_port *p);           /* a done request, or NULL [worker] */

#endif
