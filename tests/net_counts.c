/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of rules over changes of the rules. Two slots take turns, and what a slot's rulesets count in is one map: no reader may take
 * for a ruleset's own what a later one counted, and each rule that stays goes on, each other one begins at 0.
 */
#include "net_counts.h"

static __u64 packets_of(const struct live_ruleset *l, __u32 rule)
{
	_cleanup_free_ struct counters *v = (struct counters *)xcalloc(l->info.rules + RULE_SLOT_FIRST, sizeof(*v));

	assert_int_equal(live_totals(l, v), 0);
	return v[RULE_SLOT_FIRST + rule].packets;
}

/* --- whose they are ------------------------------------------------------------------------------- */

static void test_a_ruleset_that_is_gone(void **state)
{
	struct bench *b = (struct bench *)*state;
	_cleanup_live_ struct live_ruleset old = live_none(), now = live_none();
	_cleanup_free_ struct counters *totals = NULL;
	struct counters gone[RULE_SLOT_FIRST + 1];
	generation_t generation;

	apply_text(b, RULE);
	assert_int_equal(live_open(&b->s, &old, NULL), 0);
	send_some(b, 53, 10);
	assert_int_equal(packets_of(&old, 0), 10);
	apply_text(b, RULE "drop in proto tcp\n");
	send_some(b, 53, 5);
	assert_int_equal(packets_of(&old, 0), 10); /* its slot rests */
	apply_text(b, RULE "drop in proto icmp\n");
	assert_int_equal(live_totals(&old, gone), -ESTALE);
	assert_int_equal(live_generation(&old, &generation), 0);
	assert_int_equal(generation.raw, old.info.id);
	send_some(b, 53, 7);
	assert_int_equal(live_totals(&old, gone), -ESTALE);
	assert_int_equal(live_open_counted(&b->s, &now, &totals, &b->err), 0);
	assert_int_equal(totals[RULE_SLOT_FIRST].packets, 22);
	assert_int_equal(packets_of(&now, 0), 22);
}

static void add_many(struct strbuf *text, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		strbuf_add(text, "drop in proto tcp from 10.1.%u.%u\n", i / 256, i % 256);
}

/* Of more rules than its slot can count: that gets other programs and counters, and the old ones stay as they were. */
static void test_and_its_slot_too(void **state)
{
	struct bench *b = (struct bench *)*state;
	_cleanup_live_ struct live_ruleset old = live_none();
	_cleanup_strbuf_ struct strbuf many = { NULL, 0, 0 };

	strbuf_add(&many, RULE);
	add_many(&many, 5000);
	apply_text(b, RULE);
	assert_int_equal(live_open(&b->s, &old, NULL), 0);
	send_some(b, 53, 10);
	apply_text(b, RULE "drop in proto tcp\n");
	apply_text(b, many.str);
	send_some(b, 53, 7);
	assert_int_equal(packets_of(&old, 0), 10);
}

/* --- over changes --------------------------------------------------------------------------------- */

enum { PORTS = 4 }; /* 101 to 104 have a rule or not; others are for the default */

struct step {
	bool rule[PORTS];
	enum verdict policy;
	unsigned int more; /* rules that match nothing here, behind those */
};

struct shown {
	__u64 rule[PORTS], policy;
};

static void apply_step(struct bench *b, const struct step *st)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };

	strbuf_add(&text, "default in %s stateless\n", verdict_text(st->policy));
	for (unsigned int i = 0; i < PORTS; i++)
		if (st->rule[i])
			strbuf_add(&text, "pass in proto udp to port %u stateless\n", 101 + i);
	add_many(&text, st->more);
	apply_text(b, text.str);
}

static void assert_shown(struct bench *b, const struct step *st, const struct shown *want, size_t step)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	_cleanup_free_ struct counters *got = NULL;
	__u32 at = RULE_SLOT_FIRST;

	assert_int_equal(live_open_counted(&b->s, &live, &got, &b->err), 0);
	for (unsigned int i = 0; i < PORTS; i++) {
		if (!st->rule[i])
			continue;
		if (got[at].packets != want->rule[i] || got[at].bytes != want->rule[i] * 28)
			fail_msg("step %zu: port %u: %llu packets, %llu bytes, not %llu", step, 101 + i, got[at].packets,
				 got[at].bytes, want->rule[i]);
		at++;
	}
	if (got[DIRECTION_IN].packets != want->policy)
		fail_msg("step %zu: default: %llu, not %llu", step, got[DIRECTION_IN].packets, want->policy);
	for (unsigned int i = 0; i < st->more; i++, at++)
		assert_int_equal(got[at].packets, 0);
	assert_int_equal(got[DIRECTION_OUT].packets, 0);
}

/* The first rule stays, the second comes later, the third comes and goes, the fourth stays at another place each time. */
static const struct step steps[] = {
	{ { 1, 0, 1, 1 }, VERDICT_DROP, 0 }, { { 1, 1, 1, 1 }, VERDICT_DROP, 0 },    { { 1, 1, 0, 1 }, VERDICT_DROP, 0 },
	{ { 1, 1, 1, 1 }, VERDICT_PASS, 0 }, { { 1, 1, 0, 1 }, VERDICT_PASS, 0 },    { { 1, 1, 1, 1 }, VERDICT_DROP, 3 },
	{ { 1, 0, 0, 1 }, VERDICT_DROP, 2 }, { { 1, 1, 1, 1 }, VERDICT_DROP, 5000 }, { { 1, 1, 0, 1 }, VERDICT_DROP, 0 },
	{ { 1, 1, 1, 1 }, VERDICT_PASS, 0 }, { { 1, 0, 1, 1 }, VERDICT_PASS, 4096 }, { { 1, 0, 1, 1 }, VERDICT_PASS, 4097 },
	{ { 1, 1, 1, 1 }, VERDICT_PASS, 0 }, { { 1, 1, 0, 1 }, VERDICT_DROP, 0 },
};

static void test_all_are_exact(void **state)
{
	struct bench *b = (struct bench *)*state;
	struct shown want = { .policy = 0 };

	for (size_t k = 0; k < ARRAY_COUNT(steps); k++) {
		const struct step *st = &steps[k];

		apply_step(b, st);
		for (unsigned int i = 0; i < PORTS; i++)
			if (!st->rule[i] || !k || !steps[k - 1].rule[i])
				want.rule[i] = 0;
		if (!k || st->policy != steps[k - 1].policy)
			want.policy = 0;
		assert_shown(b, st, &want, k);
		for (unsigned int i = 0; i <= PORTS; i++) {
			unsigned int n = 100 * (i + 1) + (unsigned int)k;

			send_some(b, 101 + i, n);
			*(i < PORTS && st->rule[i] ? &want.rule[i] : &want.policy) += n;
		}
		assert_shown(b, st, &want, k);
	}
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
		COUNTING_TEST(test_a_ruleset_that_is_gone),
		COUNTING_TEST(test_and_its_slot_too),
		COUNTING_TEST(test_all_are_exact),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(void) { return net_main(tests); }
