/* SPDX-License-Identifier: GPL-2.0 */
/* Ends of flows, by events and by looks at a table in memory: each is told once, whichever comes first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "../ctl/clock.h"
#include "../ctl/flowwatch.h"

enum { BUCKETS = 2048, PLACES = BUCKETS * WAYS, TICK_NS = 1000000, START = 1 << 20, TIMEOUT = 1000 };

static void watch_of(struct flow_watch *w)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	*w = (struct flow_watch){ .table = {
					  .at = (struct flow_bucket *)xcalloc(BUCKETS, sizeof(struct flow_bucket)),
					  .buckets = BUCKETS,
					  .clock = { .ticks = { START },
						     .monotonic_ns = (__u64)t.tv_sec * 1000000000 + (__u64)t.tv_nsec,
						     .tick_ns = TICK_NS },
				  } };
	for (int i = 0; i < TIMEOUT_COUNT; i++)
		w->table.settings.timeout[i] = TIMEOUT;
	w->told = (__u32 *)xcalloc(PLACES, sizeof(*w->told));
}

static void end_watch(struct flow_watch *w)
{
	free(w->table.at); /* not mapped */
	w->table.at = NULL;
	flow_watch_close(w);
}

/* A live flow at the place, as an insert makes it. */
static struct flow *put(struct flow_watch *w, __u32 place)
{
	struct flow_bucket *b = &w->table.at[place / WAYS];
	struct flow *f = &b->flow[place % WAYS];

	memset(f, 0, sizeof(*f));
	f->key.proto = PROTO_TCP;
	f->state = FLOW_ESTABLISHED;
	f->first.raw = f->last.raw = START;
	f->ruling[DIRECTION_IN].judged = judged_make(DIRECTION_IN, VERDICT_PASS, (rule_id_t){ 0 }, false);
	b->head.serial[place % WAYS]++;
	b->head.tag[place % WAYS] = 7;
	return f;
}

static struct flow_event event_of(const struct flow_watch *w, __u32 place, enum event kind, enum flow_end end)
{
	const struct flow_bucket *b = &w->table.at[place / WAYS];

	return (struct flow_event){ .head = { .kind = (__u16)kind },
				    .place = place,
				    .serial = b->head.serial[place % WAYS],
				    .end = (__u8)end,
				    .flow = b->flow[place % WAYS] };
}

/* What a look sees: `n`, the first of which is so. */
static void expect_seen(struct flow_watch *w, size_t n, bool over, enum end_reason end)
{
	assert_true(flow_watch_look(w));
	assert_int_equal(w->seen.n, n);
	if (!n)
		return;
	assert_int_equal(w->seen.v[0].over, over);
	if (over)
		assert_int_equal(w->seen.v[0].end, end);
}

static void test_looks(void **state)
{
	struct flow_watch w;
	struct flow *f;

	(void)state;
	watch_of(&w);
	f = put(&w, 5);
	expect_seen(&w, 0, false, END_IDLE);
	f->last.raw = START - TIMEOUT - 1;
	expect_seen(&w, 1, true, END_IDLE);
	expect_seen(&w, 0, false, END_IDLE);
	/* Another flow at the place; the rules cut it, and pass it again. */
	f = put(&w, 5);
	expect_seen(&w, 0, false, END_IDLE);
	f->ruling[DIRECTION_IN].judged = judged_make(DIRECTION_IN, VERDICT_DROP, (rule_id_t){ 1 }, false);
	expect_seen(&w, 1, true, END_CLOSED);
	expect_seen(&w, 0, false, END_IDLE);
	f->ruling[DIRECTION_IN].judged = judged_make(DIRECTION_IN, VERDICT_PASS, (rule_id_t){ 0 }, false);
	expect_seen(&w, 1, false, END_IDLE);
	expect_seen(&w, 0, false, END_IDLE);
	/* At the other hook too. */
	f->ruling[DIRECTION_OUT].judged = judged_make(DIRECTION_OUT, VERDICT_REJECT, (rule_id_t){ 1 }, false);
	expect_seen(&w, 1, true, END_CLOSED);
	/* No rule keeps state for it any more. */
	f = put(&w, 5);
	f->ruling[DIRECTION_IN].judged = judged_make(DIRECTION_IN, VERDICT_PASS, (rule_id_t){ 0 }, true);
	expect_seen(&w, 1, true, END_CLOSED);
	/* An entry that an insert is about to fill. */
	w.table.at[0].head.tag[5] = 0;
	put(&w, 5)->state = FLOW_CLOSED;
	w.table.at[0].head.tag[5] = 0;
	expect_seen(&w, 0, false, END_IDLE);
	end_watch(&w);
}

static void test_events(void **state)
{
	enum end_reason why = END_ACTIVE;
	struct flow_event e;
	struct flow_watch w;
	struct flow *f;

	(void)state;
	watch_of(&w);
	/* Closed: by the event first, which neither a look nor the end of the entry tells once more. */
	f = put(&w, 9);
	f->state = FLOW_CLOSED;
	e = event_of(&w, 9, EVENT_FLOW_CLOSED, (enum flow_end)0);
	assert_true(flow_watch_event(&w, &e, &why) && why == END_CLOSED);
	expect_seen(&w, 0, false, END_IDLE);
	e = event_of(&w, 9, EVENT_FLOW_END, FLOW_END_REPLACED);
	assert_false(flow_watch_event(&w, &e, &why));
	/* By the look first. */
	put(&w, 9)->state = FLOW_RESET;
	expect_seen(&w, 1, true, END_CLOSED);
	e = event_of(&w, 9, EVENT_FLOW_CLOSED, (enum flow_end)0);
	assert_false(flow_watch_event(&w, &e, &why));
	/* Ends that no look has seen; the event comes when the place has the next flow, which is not taken for told. */
	(void)put(&w, 9);
	e = event_of(&w, 9, EVENT_FLOW_END, FLOW_END_EVICTED);
	f = put(&w, 9);
	assert_true(flow_watch_event(&w, &e, &why) && why == END_EVICTED);
	e = event_of(&w, 9, EVENT_FLOW_END, FLOW_END_EXPIRED);
	f = put(&w, 9);
	assert_true(flow_watch_event(&w, &e, &why) && why == END_IDLE);
	f->state = FLOW_CLOSED;
	expect_seen(&w, 1, true, END_CLOSED);
	/* A place that there is not. */
	e.place = PLACES;
	assert_false(flow_watch_event(&w, &e, &why));
	end_watch(&w);
}

/* Many at once come in parts; none twice, none not at all. */
static void test_many(void **state)
{
	size_t all = 0, looks = 0;
	struct flow_watch w;
	bool done;

	(void)state;
	watch_of(&w);
	for (__u32 i = 0; i < PLACES; i += 2)
		put(&w, i)->last.raw = START - TIMEOUT - 1;
	do {
		done = flow_watch_look(&w);
		all += w.seen.n;
		looks++;
	} while (!done);
	assert_int_equal(all, PLACES / 2);
	assert_in_range(looks, 2, PLACES);
	expect_seen(&w, 0, false, END_IDLE);
	end_watch(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
