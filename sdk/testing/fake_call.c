/*
 * fake_call.c - calls of the operator, as the engine makes them: with room for what it
 * may emit, again after TW_MORE, and after TW_WAIT when something happened.
 */
#include "fake.h"

#define CALLS_MAX 10000000u

/* Before a call: room for max_out batches, as the engine sees to it. */
static void enter(struct tw_test *t)
{
	uint32_t i;

	if (t->failed)
		fake_die(t, "the node failed before: it is not called again");
	if (!t->created)
		fake_die(t, "there is no instance: open or create failed");
	for (i = 0; i < t->n_ports; i++) {
		struct fake_port *p = &t->ports[i];

		p->made = p->emitted = 0;
		while (p->makes && t->n_held && p->in_use + t->kind->max_out > (uint32_t)t->batches)
			fake_release_one(t);
		if (p->makes && p->in_use + t->kind->max_out > (uint32_t)t->batches)
			fake_die(t,
				 "the node holds %u batches of port \"%s\", so that max_out are never free: the engine "
				 "would never call it again",
				 p->in_use, p->name);
	}
	t->role = FAKE_WORKER;
}

static int leave(struct tw_test *t, int ret)
{
	t->role = FAKE_CONTROL;
	fake_state_settle(t);
	if (ret < 0) {
		if (!t->error.len)
			fake_printf(&t->error, "failed and gave no reason\n");
		t->failed = true;
	}
	if (t->io)
		while (fake_io_run(t))
			;
	return ret;
}

/* Let one thing happen that a waiting node may wait for. */
static bool event(struct tw_test *t)
{
	if (fake_io_run(t))
		return true;
	if (fake_fds_ready(t, 0))
		return true;
	if (t->n_held) {
		fake_release_all(t);
		return true;
	}
	if (t->alarm != INT64_MAX) {
		t->now = t->alarm > t->now ? t->alarm : t->now;
		t->alarm = INT64_MAX;
		return true;
	}
	return fake_fds_ready(t, (int)t->wait_ms);
}

static int call_once(struct tw_test *t, enum fake_call call, uint32_t port, struct tw_batch *b, int64_t wm)
{
	enter(t);
	switch (call) {
	case FAKE_PROCESS: return leave(t, t->kind->process(&t->ctx, t->op, port, b));
	case FAKE_WATERMARK: return leave(t, t->watermark->on_watermark(&t->ctx, t->op, wm));
	case FAKE_TIMER: return leave(t, t->timer->on_timer(&t->ctx, t->op, t->now));
	default: return leave(t, t->finish->finish(&t->ctx, t->op));
	}
}

/* A call and its continuations, until it is done. */
int fake_call(struct tw_test *t, enum fake_call call, uint32_t port, struct tw_batch *b, int64_t wm)
{
	int ret = call_once(t, call, port, b, wm);
	uint32_t n;

	for (n = 0; ret == TW_MORE || ret == TW_WAIT; n++) {
		if (n == CALLS_MAX)
			fake_die(t, "said TW_MORE or TW_WAIT %u times: it never ends", n);
		if (call == FAKE_TIMER && ret == TW_WAIT)
			fake_die(t, "on_timer returned TW_WAIT");
		if (call == FAKE_WATERMARK && ret == TW_WAIT)
			fake_die(t, "on_watermark returned TW_WAIT");
		if (ret == TW_WAIT && !event(t))
			fake_die(t, "returned TW_WAIT, but no io request, descriptor or alarm is under way");
		ret = call_once(t, call, 0, NULL, wm);
	}
	if (ret > TW_DONE)
		fake_die(t, "returned %d, which is no result of this call", ret);
	if (ret == TW_DONE && t->input)
		fake_die(t, "returned TW_DONE, but its input batch was neither emitted nor dropped");
	return ret;
}

int tw_test_watermark(struct tw_test *t, int64_t wm)
{
	return t->watermark ? fake_call(t, FAKE_WATERMARK, 0, NULL, wm) : 0;
}

int tw_test_time(struct tw_test *t, int64_t now_ns)
{
	t->now = now_ns;
	if (t->alarm > now_ns)
		return 0;
	if (!t->timer)
		return 0; /* a source: the next poll */
	t->alarm = INT64_MAX;
	return fake_call(t, FAKE_TIMER, 0, NULL, 0);
}

int64_t tw_test_alarm(const struct tw_test *t)
{
	return t->alarm;
}

int tw_test_poll(struct tw_test *t, uint32_t budget)
{
	int ret;

	if (!t->source)
		fake_die(t, "tw_test_poll: the kind is no source");
	t->budget = budget < t->kind->max_out ? budget : t->kind->max_out;
	enter(t);
	ret = leave(t, t->source->poll(&t->ctx, t->op, t->budget));
	if (ret == TW_MORE || ret > TW_EOS)
		fake_die(t, "poll returned %d, which is no result of poll", ret);
	if (ret == TW_EOS && !t->finish)
		t->ended = true;
	return ret;
}

int tw_test_run(struct tw_test *t, uint32_t budget)
{
	uint32_t n;
	int ret;

	for (n = 0; n < CALLS_MAX; n++) {
		const uint64_t before = t->ports[0].n_batches;

		ret = tw_test_poll(t, budget);
		if (ret < 0 || ret == TW_EOS)
			return ret;
		if (ret == TW_WAIT && t->ports[0].n_batches == before && !event(t))
			return TW_WAIT;
		if (ret == TW_DONE)
			fake_io_run(t);
	}
	fake_die(t, "polled %u times: it never ends", n);
}

int tw_test_finish(struct tw_test *t)
{
	int err = 0;

	if (t->watermark && !t->source)
		err = fake_call(t, FAKE_WATERMARK, 0, NULL, INT64_MAX);
	if (err == 0 && t->finish) {
		t->budget = t->kind->max_out;
		err = fake_call(t, FAKE_FINISH, 0, NULL, 0);
	}
	t->ended = err == 0;
	return err;
}
