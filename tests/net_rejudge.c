/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries of older rules. The programs of a replay never change, so the entries are made old by hand: then they are
 * judged anew, by the packet that the entry says made the flow. And seeded flows, which only a rule ends.
 */
#include "build_packet.h"
#include "net_replay.h"

#define FORWARD "tcp 10.0.0.1:1000 > 10.0.0.2:80 A"
#define REPLY   "tcp 10.0.0.2:80 > 10.0.0.1:1000 A"

/* The flow is made by a packet of ttl 3, which rule 1 passes; `ttl` is what the entry is then said to be made by. */
static const char rules[] = "default in drop\ndefault out drop\n"
			    "pass in ttl 3\ndrop in ttl 20\npass in ttl 30 stateless\npass in ttl 40\n";

struct rig {
	struct ruleset rs;
	struct replay *r;
	enum net_hook in;
	struct flow *flow;
};

static const struct outcome *judge(struct rig *x, enum net_hook h, const char *text)
{
	struct built b;

	build_packet(text, &b);
	return &net_judge(x->r, h, START_NS, &b.frame)->outcome;
}

static void expect(struct rig *x, enum net_hook h, const char *text, const char *want)
{
	const struct outcome *o = judge(x, h, text);
	_cleanup_free_ char *got = xasprintf("%s %u %s%s", verdict_text((enum verdict)o->verdict), net_rule_number(o->rule),
					     reason_text((enum reason)o->reason), o->cached ? " cached" : "");

	if (strcmp(got, want))
		fail_msg("%s, hook %d: %s, not %s", text, (int)h, got, want);
}

static void open_rig(struct rig *x, enum net_hook in)
{
	const struct outcome *o;

	*x = (struct rig){ .in = in };
	net_rules(rules, sizeof(rules) - 1, &x->rs);
	x->r = net_open(&x->rs, NULL, net_load(in) | LOAD_OUT);
	o = judge(x, in, FORWARD " ttl 3");
	assert_true(o->made);
	x->flow = replay_entry(x->r, o->flow);
	assert_non_null(x->flow);
	assert_true(judged_given(flow_judged(x->flow, DIRECTION_IN)));
}

static void close_rig(struct rig *x)
{
	replay_close(x->r);
	ruleset_free(&x->rs);
}

/* As if the rules had changed since, and the flow had been made by a packet of this ttl. */
static void age(struct rig *x, uint8_t ttl, bool seeded)
{
	x->flow->key.made_ttl = ttl;
	x->flow->bits = (uint8_t)((x->flow->bits & ~FLOW_SEEDED) | (seeded ? FLOW_SEEDED : 0));
	for (int d = 0; d < DIRECTION_COUNT; d++)
		x->flow->ruling[d].generation.raw = 0;
}

static void for_both(void (*test)(struct rig *x))
{
	static const enum net_hook hooks[] = { NET_XDP, NET_TC_IN };

	for (size_t i = 0; i < ARRAY_COUNT(hooks); i++) {
		struct rig x;

		open_rig(&x, hooks[i]);
		test(&x);
		close_rig(&x);
	}
}

/* Packets at hand have ttl 64, which no rule passes: were it they that the rules are asked about, all would be dropped. */
static void made_packet(struct rig *x)
{
	age(x, 3, false);
	expect(x, NET_TC_OUT, REPLY, "pass 1 state");
	expect(x, NET_TC_OUT, REPLY, "pass 1 state cached");
	age(x, 40, false);
	expect(x, x->in, FORWARD, "pass 4 rule");
	expect(x, x->in, FORWARD, "pass 4 rule cached");
	expect(x, x->in, REPLY, "pass 4 state cached");
	age(x, 20, false);
	expect(x, NET_TC_OUT, REPLY, "drop 2 rule");
	expect(x, NET_TC_OUT, REPLY, "drop 2 rule cached");
	expect(x, x->in, FORWARD, "drop 2 rule cached");
	age(x, 30, false); /* no rule keeps state for it: as if it were not there */
	expect(x, NET_TC_OUT, REPLY, "drop 0 default");
}

static void default_ends(struct rig *x)
{
	age(x, 64, false);
	expect(x, NET_TC_OUT, REPLY, "drop 0 default");
	expect(x, x->in, FORWARD, "drop 0 default cached");
}

static void seeded_stays(struct rig *x)
{
	age(x, 64, true); /* the default says drop, but no rule does */
	expect(x, NET_TC_OUT, REPLY, "pass 0 state");
	expect(x, NET_TC_OUT, REPLY, "pass 0 state cached");
	expect(x, x->in, FORWARD, "pass 0 default cached");
	age(x, 64, true);
	expect(x, x->in, FORWARD, "pass 0 default");
	/* Looped back, the maker's packets go out as well, and the rules `out` are asked for the first time. */
	expect(x, NET_TC_OUT, FORWARD, "pass 0 default");
	expect(x, NET_TC_OUT, FORWARD, "pass 0 default cached");
	age(x, 30, true); /* a rule that passes without state does not say drop */
	expect(x, NET_TC_OUT, REPLY, "pass 3 state");
	expect(x, x->in, FORWARD, "pass 3 rule cached");
	age(x, 40, true);
	expect(x, x->in, FORWARD, "pass 4 rule");
}

static void rule_ends_seeded(struct rig *x)
{
	age(x, 20, true);
	expect(x, NET_TC_OUT, REPLY, "drop 2 rule");
	expect(x, x->in, FORWARD, "drop 2 rule cached");
	age(x, 64, true); /* and once that rule is gone it goes on */
	expect(x, x->in, FORWARD, "pass 0 default");
}

static void test_made_packet(void **state)
{
	(void)state;
	for_both(made_packet);
}
static void test_default_ends(void **state)
{
	(void)state;
	for_both(default_ends);
}
static void test_seeded_stays(void **state)
{
	(void)state;
	for_both(seeded_stays);
}
static void test_rule_ends_seeded(void **state)
{
	(void)state;
	for_both(rule_ends_seeded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_packet),
		cmocka_unit_test(test_default_ends),
		cmocka_unit_test(test_seeded_stays),
		cmocka_unit_test(test_rule_ends_seeded),
	};
	int refused = net_refused("net_rejudge");

	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
