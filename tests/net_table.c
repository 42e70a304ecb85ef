/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow table when it is full: a flood of one-packet flows takes only the places of its like, confirmed flows
 * stay, a flow that gave way is still reported, and what could not be kept is counted.
 */
#include "net_table.h"

enum { TABLE = 1024, KEPT = 100, FLOOD = 20000 };

/* Packet `i` of a flood of as many flows. */
static const struct replay_result *flood(struct table *t, unsigned int i)
{
	return judge(t, "udp 10.%u.%u.%u:%u > 192.0.2.1:53", i >> 16 & 255, i >> 8 & 255, i & 255, 1024 + i % 60000);
}

/* A TCP connection and a UDP exchange: the two ways to be confirmed. */
static void confirm(struct table *t, unsigned int i)
{
	if (i % 2) {
		assert_true(judge(t, "tcp 172.16.0.1:%u > 192.0.2.1:80 S", 1000 + i)->outcome.made);
		assert_int_equal(judge(t, "tcp 192.0.2.1:80 > 172.16.0.1:%u SA", 1000 + i)->outcome.reason, REASON_STATE);
		assert_true(judge(t, "tcp 172.16.0.1:%u > 192.0.2.1:80 A", 1000 + i)->outcome.cached);
	} else {
		assert_true(judge(t, "udp 172.16.0.1:%u > 192.0.2.1:53", 1000 + i)->outcome.made);
		assert_int_equal(judge(t, "udp 192.0.2.1:53 > 172.16.0.1:%u", 1000 + i)->outcome.reason, REASON_STATE);
	}
}

static void expect_confirmed(struct table *t, unsigned int i)
{
	const struct outcome *o;

	if (i % 2)
		o = &judge(t, "tcp 192.0.2.1:80 > 172.16.0.1:%u A", 1000 + i)->outcome;
	else
		o = &judge(t, "udp 192.0.2.1:53 > 172.16.0.1:%u", 1000 + i)->outcome;
	if (o->reason != REASON_STATE || !o->cached || o->verdict != VERDICT_PASS)
		fail_msg("confirmed flow %u is gone", i);
}

/* Every flow is listed once, with all its packets, whether it is in the table or gave way. */
static void check_listed(struct table *t, size_t want, uint64_t packets)
{
	const struct flow *v = NULL;
	size_t n = replay_flows(t->r, &v);
	uint64_t sum = 0;

	assert_int_equal(n, want);
	for (size_t i = 0; i < n; i++) {
		sum += v[i].packets[0] + v[i].packets[1];
		if (i >= KEPT && v[i].packets[0] + v[i].packets[1] != 1)
			fail_msg("flow %zu of the flood has %llu packets", i, (unsigned long long)v[i].packets[0]);
	}
	assert_int_equal(sum, packets);
}

static void flood_hook(enum net_hook hook)
{
	struct table t = open_table(hook, "option flows 1024\noption timeout udp-unreplied 1h\n");
	uint64_t evicted;

	assert_int_equal(t.rs.options.flows, TABLE);
	for (unsigned int i = 0; i < KEPT; i++)
		confirm(&t, i);
	for (unsigned int i = 0; i < FLOOD; i++) {
		const struct outcome *o = &flood(&t, i)->outcome;

		if (!o->made || o->verdict != VERDICT_PASS)
			fail_msg("flow %u of the flood was not made", i);
		t.now += 1000;
	}
	evicted = replay_losses(t.r, LOSS_EVICTED);
	/* What is no longer in the table, and no more, was evicted; a table of 1024 is nearly full by now. */
	assert_true(evicted >= FLOOD + KEPT - TABLE && evicted < FLOOD);
	assert_int_equal(replay_losses(t.r, LOSS_TABLE_FULL), 0);
	assert_int_equal(replay_losses(t.r, LOSS_CONTENDED), 0);
	check_listed(&t, KEPT + FLOOD, KEPT / 2 * 5 + FLOOD);
	for (unsigned int i = 0; i < KEPT; i++)
		expect_confirmed(&t, i);
	close_table(&t);
}

static void test_flood(void **state)
{
	(void)state;
	for (int h = 0; h < NET_HOOKS; h++)
		flood_hook((enum net_hook)h);
}

/* Of a bucket's unconfirmed flows the one idle longest goes. */
static void test_newest_stay(void **state)
{
	struct table t = open_table(NET_XDP, "option flows 1024\noption timeout udp-unreplied 1h\n");
	unsigned int known = 0;

	(void)state;
	for (unsigned int i = 0; i < FLOOD; i++, t.now += 1000)
		flood(&t, i);
	/* Newest first, so that looking does not evict what is yet to be looked at: each bucket keeps its newest. */
	for (unsigned int i = FLOOD; i-- > FLOOD - 128;)
		known += flood(&t, i)->outcome.cached;
	assert_true(known > 120);
	known = 0;
	for (unsigned int i = 0; i < 1000; i++)
		known += flood(&t, i)->outcome.cached;
	assert_int_equal(known, 0);
	close_table(&t);
}

/* Places of expired flows are taken without a loss; the flow is listed as it was. */
static void test_expired(void **state)
{
	struct table t = open_table(NET_XDP, "option flows 1024\n");

	(void)state;
	for (unsigned int round = 0; round < 40; round++) {
		for (unsigned int i = 0; i < 100; i++)
			assert_true(flood(&t, round * 100 + i)->outcome.made);
		t.now += 31000000000ull;
	}
	assert_int_equal(replay_losses(t.r, LOSS_EVICTED), 0);
	assert_int_equal(replay_losses(t.r, LOSS_TABLE_FULL), 0);
	assert_int_equal(replay_flows(t.r, &(const struct flow *){ NULL }), 4000);
	close_table(&t);
}

/* All places taken by confirmed flows: a new one is judged without state, and counted. */
static void test_all_confirmed(void **state)
{
	struct table t = open_table(NET_XDP, "option flows 1024\ndefault in drop\npass in proto udp to any port 53\n");
	unsigned int made = 0, refused = 0;

	(void)state;
	for (unsigned int i = 0; i < 4000; i++) {
		const struct outcome *o = &judge(&t, "udp 172.16.0.1:%u > 192.0.2.1:53", 1000 + i)->outcome;
		bool has = o->made;

		assert_int_equal(o->verdict, VERDICT_PASS);
		assert_int_equal(o->reason, REASON_RULE);
		made += has;
		refused += !has;
		o = &judge(&t, "udp 192.0.2.1:53 > 172.16.0.1:%u", 1000 + i)->outcome;
		assert_int_equal(o->verdict, has ? VERDICT_PASS : VERDICT_DROP);
		assert_int_equal(o->reason, has ? REASON_STATE : REASON_DEFAULT);
	}
	assert_true(made > TABLE * 9 / 10 && made <= TABLE);
	assert_int_equal(replay_losses(t.r, LOSS_TABLE_FULL), refused);
	assert_int_equal(replay_losses(t.r, LOSS_EVICTED), 0);
	assert_int_equal(replay_flows(t.r, &(const struct flow *){ NULL }), made);
	/* They are confirmed for 120 s; then there is room. */
	t.now += 121000000000ull;
	assert_true(judge(&t, "udp 172.16.0.2:1 > 192.0.2.1:53")->outcome.made);
	close_table(&t);
}

/* As if the rules had changed since, and had said of the packet that made the flow what they say of one of this ttl. */
static void cut(struct table *t, struct flow *f, unsigned int i)
{
	f->key.made_ttl = 20;
	f->ruling[DIRECTION_IN].generation.raw = 0;
	assert_int_equal(judge(t, "udp 172.16.0.1:%u > 192.0.2.1:53", 1000 + i)->outcome.verdict, VERDICT_DROP);
	assert_true(f->bits & FLOW_CONFIRMED);
}

/* Of a table full of confirmed flows those that the rules have cut give way, also to flows that nobody answers; the others do not. */
static void test_cut(void **state)
{
	enum { FLOWS = 4000, OTHERS = 8 * FLOWS };
	struct table t = open_table(NET_XDP, "option flows 1024\noption timeout udp-unreplied 1h\noption timeout udp-replied 1h\n"
					     "pass in ttl 3\ndrop in ttl 20\n");
	static struct flow *made[FLOWS];
	unsigned int stopped = 0, kept = 0, others = 0;

	(void)state;
	for (unsigned int i = 0; i < FLOWS; i++) {
		const struct outcome *o = &judge(&t, "udp 172.16.0.1:%u > 192.0.2.1:53 ttl 3", 1000 + i)->outcome;

		made[i] = o->made ? replay_entry(t.r, o->flow) : NULL;
		if (made[i])
			judge(&t, "udp 192.0.2.1:53 > 172.16.0.1:%u", 1000 + i);
	}
	for (unsigned int i = 0; i < FLOWS; i += 2)
		if (made[i]) {
			cut(&t, made[i], i);
			stopped++;
		}
	for (unsigned int i = 0; i < OTHERS; i++) {
		const struct outcome *o =
			&judge(&t, "udp 172.16.1.%u:%u > 192.0.2.1:53 ttl 3", i >> 12, 1000 + (i & 4095))->outcome;

		others += o->made;
	}
	assert_true(stopped > TABLE / 3 && others >= stopped);
	for (unsigned int i = 1; i < FLOWS; i += 2)
		if (made[i]) {
			assert_int_equal(judge(&t, "udp 192.0.2.1:53 > 172.16.0.1:%u", 1000 + i)->outcome.reason, REASON_STATE);
			kept++;
		}
	assert_true(kept > TABLE / 3);
	/* No place that a cut flow had is left to it. */
	for (unsigned int i = 0; i < FLOWS; i += 2)
		if (made[i])
			assert_int_not_equal(made[i]->key.made_ttl, 20);
	close_table(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flood),         cmocka_unit_test(test_newest_stay), cmocka_unit_test(test_expired),
		cmocka_unit_test(test_all_confirmed), cmocka_unit_test(test_cut),
	};
	int refused = net_refused("net_table");

	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
