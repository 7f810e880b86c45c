/*
 * hop.h - the scenario hop for whatever is a queue from one thread to one other. The file
 * that includes this defines struct queue and the functions declared here, which are
 * inlined into the two loops, and calls hop_main().
 *
 * Both threads spin without a pause: of the processors known to us none gets faster by one.
 */
#ifndef HOP_H
#define HOP_H

#include "peer.h"

struct queue;

/* NULL: there is no such mode. */
static struct queue *queue_make(const struct pace_args *a);

/* Where the source writes records i, i + 1, ...: *n of them, or less if it lowers *n. */
static struct pace_record *queue_room(struct queue *q, uint64_t i, uint32_t *n);

/* The n records at r, which queue_room gave, are written. Spins while the queue is full. */
static void queue_push(struct queue *q, uint64_t i, struct pace_record *r, uint32_t n);

/* Gives what there is to peer_take or peer_take_run; may find nothing. */
static void queue_take(struct queue *q, struct peer_sink *s);

struct hop {
	struct pace_args args;
	struct queue *queue;
	struct peer_sink sink;
	int ready; /* set by the sink's thread, once */
};

static void *hop_sink(void *arg)
{
	struct hop *h = (struct hop *)arg;
	struct peer_sink s = h->sink;

	pace_pin(h->args.cpu2);
	__atomic_store_n(&h->ready, 1, __ATOMIC_RELEASE);
	while (s.seq < h->args.records)
		queue_take(h->queue, &s);
	s.end = pace_mono();
	h->sink = s;
	return NULL;
}

static void hop_source(const struct hop *h, double ns_per_tick)
{
	const struct pace p = pace_begin(h->args.rate, ns_per_tick);
	uint64_t i;
	uint32_t n, k;

	for (i = 0; i < h->args.records; i += n) {
		struct pace_record *r;

		n = peer_due(&h->args, &p, i);
		r = queue_room(h->queue, i, &n);
		for (k = 0; k < n; k++)
			peer_write(r + k, &p, i + k);
		queue_push(h->queue, i, r, n);
	}
}

static int hop_main(const char *program, int argc, char **argv)
{
	const double ns_per_tick = pace_ns_per_tick();
	struct hop h;
	pthread_t thread;
	int64_t start;

	memset(&h, 0, sizeof h);
	h.args = pace_args(argc, argv);
	if (strcmp(h.args.scenario, "hop") != 0)
		return PACE_SKIP;
	if ((h.args.slots & (h.args.slots - 1)) != 0 || h.args.batch == 0 || h.args.batch > h.args.slots / 4) {
		fprintf(stderr, "%s: slots must be a power of two, and a batch at most a quarter of that\n", program);
		return 2;
	}
	h.queue = queue_make(&h.args);
	if (!h.queue)
		return PACE_SKIP;
	h.sink = peer_sink_make(&h.args, 0, ns_per_tick);
	pace_pin(h.args.cpu);
	if (pthread_create(&thread, NULL, hop_sink, &h) != 0) {
		perror("pthread_create");
		return 2;
	}
	while (!__atomic_load_n(&h.ready, __ATOMIC_ACQUIRE))
		pace_pause();
	start = pace_mono();
	hop_source(&h, ns_per_tick);
	pthread_join(thread, NULL);
	return peer_end(program, &h.args, &h.sink, start);
}

#endif
