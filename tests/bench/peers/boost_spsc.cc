/*
 * boost_spsc.cc - boost::lockfree::spsc_queue (Debian libboost-dev). The sink calls
 * consume_all, which sees what lies in the queue without a copy and frees all of it at once.
 *
 *   mode=       pointers to records, which has always been the faster one here
 *   mode=value  records in the queue: push copies them in
 *   mode=one    pointers, with consume_one
 */
#include "hop.h"
#include <boost/lockfree/spsc_queue.hpp>
#include <memory>
#include <vector>

namespace lf = boost::lockfree;

struct queue {
	explicit queue(const struct pace_args *a)
	    : records(a->slots), pointers(a->slots), staged(a->batch), pool(peer_pool_make(2 * (uint64_t)a->slots)),
	      by_value(strcmp(a->mode, "value") == 0), one_by_one(strcmp(a->mode, "one") == 0)
	{
	}
	lf::spsc_queue<pace_record> records;
	lf::spsc_queue<void *> pointers;
	std::vector<pace_record> staged;
	peer_pool pool;
	bool by_value, one_by_one;
};

static queue *queue_make(const struct pace_args *a)
{
	auto q = std::make_unique<queue>(a);

	return *a->mode && !q->by_value && !q->one_by_one ? nullptr : q.release();
}

static inline pace_record *queue_room(queue *q, uint64_t i, uint32_t *n)
{
	if (q->by_value)
		return q->staged.data();
	*n = peer_pool_run(&q->pool, i, *n);
	return q->pool.records + (i & q->pool.mask);
}

static inline void queue_push(queue *q, uint64_t i, pace_record *r, uint32_t n)
{
	if (!q->by_value) {
		void **at = q->pool.at + (i & q->pool.mask);

		if (n == 1)
			while (!q->pointers.push(*at))
				;
		else
			for (uint32_t k = 0; k < n;)
				k += (uint32_t)q->pointers.push(at + k, n - k);
	} else if (n == 1) {
		while (!q->records.push(*r))
			;
	} else {
		for (uint32_t k = 0; k < n;)
			k += (uint32_t)q->records.push(r + k, n - k);
	}
}

static inline void queue_take(queue *q, peer_sink *s)
{
	peer_sink local = *s;
	auto pointer = [&local](void *const &r) { peer_take(&local, &r, 1); };

	if (q->by_value)
		q->records.consume_all([&local](const pace_record &r) { peer_take_run(&local, &r, 1); });
	else if (q->one_by_one)
		q->pointers.consume_one(pointer);
	else
		q->pointers.consume_all(pointer);
	*s = local;
}

int main(int argc, char **argv)
{
	return hop_main("boost spsc_queue", argc, argv);
}
