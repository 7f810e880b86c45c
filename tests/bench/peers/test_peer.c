/* What the peers' harnesses share: the sink sees every wrong record, the source's batches, the pool. */
#include "peer.h"
#include <criterion/criterion.h>

#define N 8u

static struct pace_args closed(uint64_t records, uint32_t batch)
{
	struct pace_args a;

	memset(&a, 0, sizeof a);
	a.scenario = a.mode = "";
	a.records = records;
	a.batch = batch;
	return a;
}

static void write_all(struct pace_record *r, uint64_t added)
{
	const struct pace p = pace_begin(0, 1);
	uint32_t i;

	memset(r, 0, N * sizeof *r);
	for (i = 0; i < N; i++) {
		peer_write(r + i, &p, i);
		r[i].value += added;
	}
}

/* The sink's verdict, by both ways it may be given records; they must agree. */
static uint64_t verdict(struct pace_record *r, uint32_t ops)
{
	const struct pace_args a = closed(N, 1);
	struct peer_sink run = peer_sink_make(&a, pace_added(ops), 1), at = run;
	void *pointers[N];
	uint32_t i;

	for (i = 0; i < N; i++)
		pointers[i] = r + i;
	peer_take_run(&run, r, 3);
	peer_take_run(&run, r + 3, N - 3);
	peer_take(&at, pointers, 5);
	peer_take(&at, pointers + 5, N - 5);
	cr_assert_eq(run.seq, N);
	cr_assert_eq(at.seq, N);
	cr_assert_eq(run.wrong != 0, at.wrong != 0);
	return run.wrong;
}

Test(peer, right_records_are_right)
{
	struct pace_record r[N];

	write_all(r, 0);
	cr_assert_eq(verdict(r, 0), 0);
	write_all(r, 10);
	cr_assert_eq(verdict(r, 4), 0);
}

Test(peer, a_wrong_value_is_seen)
{
	struct pace_record r[N];

	write_all(r, 10);
	cr_assert_neq(verdict(r, 3), 0, "an operator too many");
	r[N - 1].value--;
	cr_assert_neq(verdict(r, 4), 0, "the last record misses one");
}

Test(peer, lost_doubled_and_swapped_records_are_seen)
{
	struct pace_record r[N];
	uint32_t i;

	write_all(r, 0);
	for (i = 4; i < N; i++)
		r[i].seq = r[i].value = i + 1;
	cr_assert_neq(verdict(r, 0), 0, "4 is lost");
	write_all(r, 0);
	r[4] = r[3];
	cr_assert_neq(verdict(r, 0), 0, "3 came twice");
	write_all(r, 0);
	r[4].seq = r[4].value = 5;
	r[5].seq = r[5].value = 4;
	cr_assert_neq(verdict(r, 0), 0, "4 and 5 are swapped");
}

Test(peer, the_end_says_no_if_records_are_missing_or_wrong)
{
	const struct pace_args a = closed(N, 1);
	struct peer_sink s = peer_sink_make(&a, 0, 1);

	s.seq = N - 1;
	cr_assert_eq(peer_end("test", &a, &s, 0), 1);
	s.seq = N;
	s.wrong = 1;
	cr_assert_eq(peer_end("test", &a, &s, 0), 1);
}

Test(peer, a_closed_loop_sends_whole_batches_and_the_rest)
{
	const struct pace_args a = closed(10, 4);
	const struct pace p = pace_begin(0, 1);

	cr_assert_eq(peer_due(&a, &p, 0), 4);
	cr_assert_eq(peer_due(&a, &p, 4), 4);
	cr_assert_eq(peer_due(&a, &p, 8), 2);
}

Test(peer, an_open_loop_sends_what_is_due)
{
	const double ns_per_tick = pace_ns_per_tick();
	struct pace_args a = closed(10, 4);
	struct pace p;

	a.rate = 10; /* a record in 100 ms: no second one is due with the first */
	p = pace_begin(a.rate, ns_per_tick);
	cr_assert_eq(peer_due(&a, &p, 0), 1);
	p.start -= (uint64_t)(10e9 / ns_per_tick); /* ten seconds ago: all are */
	cr_assert_eq(peer_due(&a, &p, 0), 4);
	cr_assert_eq(peer_due(&a, &p, 8), 2);
}

Test(peer, a_pool_is_used_in_turn)
{
	struct peer_pool p = peer_pool_make(5);

	cr_assert_eq(p.mask, 7);
	cr_assert_eq(peer_pool_run(&p, 6, 4), 2, "to its end");
	cr_assert_eq(peer_pool_run(&p, 8, 4), 4, "and from its beginning");
	cr_assert_eq(p.at[3], (void *)(p.records + 3));
	cr_assert_eq((uintptr_t)p.records % 64, 0);
	free(p.records);
	free(p.at);
}
