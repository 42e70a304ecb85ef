/* SPDX-License-Identifier: GPL-2.0 */
/* What the collector tells of flows that a change of the rules cuts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/journal.h"
#include "flow_sim.h"

struct fixture {
	struct sim s;
	struct collector c;
	struct sink sink;
	__u64 records;
	struct flow_record last;
};

static void count_add(struct sink *s, const struct flow_record *r, const struct flow_context *c)
{
	struct fixture *f = (struct fixture *)((char *)s - offsetof(struct fixture, sink));

	(void)c;
	f->records++;
	f->last = *r;
}

static void count_flush(struct sink *s)
{
	struct export_state *st = s->env->st;

	journal_settle(st, SINK_JSON, journal_pending(st, SINK_JSON), &st->sent[SINK_JSON]);
}

static void count_tick(struct sink *s, __u64 now) { (void)s, (void)now; }
static void count_none(struct sink *s) { (void)s; }
static const struct sink_ops count_ops = { count_add, count_flush, count_tick, count_none, count_none, count_none };

static int set_up(void **state)
{
	struct fixture *f = (struct fixture *)xcalloc(1, sizeof(*f));

	sim_init(&f->s, SIM_QUEUE);
	sim_collector(&f->s, &f->c);
	f->sink = (struct sink){ SINK_JSON, &f->c.env, &count_ops };
	f->c.sinks[SINK_JSON] = &f->sink;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	sim_free(&f->s);
	free(f);
	return 0;
}

static void pass_time(struct fixture *f, unsigned int ms)
{
	for (unsigned int i = 0; i < ms / COLLECT_TICK_MS; i++) {
		f->s.now.raw += COLLECT_TICK_MS * 1000000 / SIM_TICK_NS;
		for (size_t k = 0; k < f->s.queued; k++)
			sweep_end(&f->c.sweep, &f->s.queue[k]);
		f->s.queued = 0;
		assert_int_equal(collect_tick(&f->c, f->s.now, f->s.now.raw * SIM_TICK_NS), 0);
	}
}

static void assert_told(const struct fixture *f, __u64 records, enum end_reason last, __u64 packets)
{
	assert_int_equal(f->records, records);
	assert_int_equal(f->last.end, last);
	assert_int_equal(f->last.flow.packets[0] + f->last.flow.packets[1], packets);
}

static void judge(struct fixture *f, __u32 place, enum direction d, enum verdict v, __u32 rule, __u32 generation)
{
	sim_flow(&f->s, place)->ruling[d] = (ruling_t){ .judged = judged_make(d, v, (rule_id_t){ rule - 1 }, false),
							.generation = { generation } };
}

static void assert_ruled(const struct fixture *f, enum verdict v, __u32 rule, __u32 generation)
{
	const struct flow *flow = &f->last.flow;
	struct flow_ruling ruling = flow_ruling_of(flow);

	assert_int_equal(ruling.verdict, v);
	assert_int_equal(ruling.rule, rule);
	assert_int_equal(flow->ruling[ruling.direction].generation.raw, generation);
}

/* It is told at once, with the rule that passed its packets and under the ruleset of that. */
static void test_cut(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	sim_insert(&f->s, 3, PROTO_TCP, false);
	judge(f, 3, DIRECTION_IN, VERDICT_PASS, 7, 20);
	pass_time(f, COLLECT_CYCLE_MS + 100);
	assert_int_equal(f->records, 0);
	judge(f, 3, DIRECTION_IN, VERDICT_DROP, 2, 21);
	pass_time(f, COLLECT_CYCLE_MS + 100);
	assert_told(f, 1, END_CLOSED, 1);
	assert_ruled(f, VERDICT_PASS, 7, 20);
	/* Another change lets it go on. */
	judge(f, 3, DIRECTION_IN, VERDICT_PASS, 1, 22);
	sim_packet(&f->s, 3, 0, 60);
	pass_time(f, COLLECT_IDLE_S * 1000 + COLLECT_CYCLE_MS);
	assert_told(f, 2, END_IDLE, 1);
	assert_ruled(f, VERDICT_PASS, 1, 22);
}

/* Its place is taken before a sweep sees that it was cut. */
static void test_cut_and_evicted(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	sim_insert(&f->s, 3, PROTO_UDP, false);
	judge(f, 3, DIRECTION_IN, VERDICT_PASS, 7, 20);
	pass_time(f, COLLECT_CYCLE_MS + 100);
	judge(f, 3, DIRECTION_IN, VERDICT_DROP, 2, 21);
	sim_insert(&f->s, 3, PROTO_UDP, false);
	pass_time(f, 20);
	assert_told(f, 1, END_CLOSED, 1);
	assert_ruled(f, VERDICT_PASS, 7, 20);
}

/* Forwarded, and stopped on the way out: its packets still come in, and are no record a second. */
static void test_cut_on_the_way_out(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	sim_insert(&f->s, 3, PROTO_UDP, false);
	judge(f, 3, DIRECTION_IN, VERDICT_PASS, 7, 20);
	judge(f, 3, DIRECTION_OUT, VERDICT_PASS, 9, 20);
	pass_time(f, COLLECT_CYCLE_MS + 100);
	judge(f, 3, DIRECTION_OUT, VERDICT_DROP, 2, 21);
	pass_time(f, COLLECT_CYCLE_MS + 100);
	assert_told(f, 1, END_CLOSED, 1);
	assert_ruled(f, VERDICT_PASS, 7, 20);
	for (int i = 0; i < 10; i++) {
		sim_packet(&f->s, 3, 0, 60);
		pass_time(f, 1000);
	}
	assert_int_equal(f->records, 1);
	pass_time(f, COLLECT_IDLE_S * 1000 + COLLECT_CYCLE_MS);
	assert_told(f, 2, END_IDLE, 10);
	assert_ruled(f, VERDICT_DROP, 2, 21);
}

/* Cut before the collector came: the rule is the one that stops it. */
static void test_cut_before(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	sim_insert(&f->s, 3, PROTO_UDP, false);
	judge(f, 3, DIRECTION_IN, VERDICT_DROP, 2, 21);
	pass_time(f, COLLECT_CYCLE_MS + 100);
	assert_told(f, 1, END_CLOSED, 1);
	assert_ruled(f, VERDICT_DROP, 2, 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cut_and_evicted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cut_on_the_way_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cut_before, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
