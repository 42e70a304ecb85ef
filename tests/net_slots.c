/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two slots of program arrays: their programs outlast rulesets, one is live and left alone until the other has taken over, and they are
 * loaded anew only where they lack something.
 */
#include "net_instance.h"

enum { PLACES = PROGRAM_PLACES };

/* Text of rules, of which each number makes another set. */
static char *rules_text(unsigned int rules, unsigned int number, const char *more)
{
	struct strbuf text = { NULL, 0, 0 };

	strbuf_add(&text, "default in drop\n%s", more);
	for (unsigned int i = 0; i < rules; i++)
		strbuf_add(&text, "pass in proto tcp from 10.%u.%u.%u to port %u\n", number % 256, i / 256, i % 256,
			   1 + i % 60000);
	return text.str;
}

static void apply_rules(struct bench *b, unsigned int rules, unsigned int number, const char *more)
{
	_cleanup_free_ char *text = rules_text(rules, number, more);
	struct apply_result result;

	if (try_rules(b, text, &result))
		fail_msg("%s", b->err);
}

/* Ids of what lies in the XDP programs' array; 0: nothing. */
static void programs(const struct bench *b, __u32 ids[PLACES])
{
	for (__u32 i = 0; i < PLACES; i++)
		if (fw_programs_xdp_id(b->s.maps.fw_programs_xdp, i, &ids[i]))
			ids[i] = 0;
}

static struct live live_now(const struct bench *b)
{
	struct live live;

	assert_int_equal(fw_live_get(b->s.maps.fw_live, &live), 0);
	return live;
}

/* Both slots' programs of the short and the long way are as before, or (`anew`) those of this slot are others. */
static void assert_cores(const __u32 before[PLACES], const __u32 after[PLACES], __u32 anew)
{
	for (__u32 slot = 0; slot < PROGRAM_SLOTS; slot++) {
		const __u32 places[] = { slot, program_long(slot) };

		for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
			assert_true(before[places[i]] && after[places[i]]);
			if (slot == anew)
				assert_int_not_equal(before[places[i]], after[places[i]]);
			else
				assert_int_equal(before[places[i]], after[places[i]]);
		}
	}
}

static void test_an_apply_loads_the_rules_alone(void **state)
{
	struct bench *b = (struct bench *)*state;
	__u32 before[PLACES], after[PLACES], slot = live_now(b).slot;

	programs(b, before);
	for (unsigned int i = 0; i < 4; i++) {
		apply_rules(b, 100 + i, i, "");
		programs(b, after);
		assert_cores(before, after, PROGRAM_SLOTS);
		assert_int_equal(live_now(b).slot, slot = !slot);
		assert_int_equal(live_now(b).settling, 0);
		/* The rules before this one are gone: both slots have the new ones. */
		assert_int_equal(after[program_judge(0)], after[program_judge(1)]);
		assert_int_not_equal(after[program_judge(0)], before[program_judge(0)]);
		memcpy(before, after, sizeof(before));
	}
}

static void test_more_rules_need_more_room(void **state)
{
	struct bench *b = (struct bench *)*state;
	__u32 before[PLACES], after[PLACES];

	for (unsigned int i = 0; i < 2; i++) { /* one slot, then the other */
		programs(b, before);
		apply_rules(b, 5000, i, "");
		programs(b, after);
		assert_cores(before, after, live_now(b).slot);
	}
	programs(b, before);
	apply_rules(b, 5000, 2, "");
	apply_rules(b, 1, 3, ""); /* fewer find room as well */
	programs(b, after);
	assert_cores(before, after, PROGRAM_SLOTS);
}

/* It makes what an apply would, for more rules than there is room for, beside all that is there. */
static void test_a_dry_run_changes_nothing(void **state)
{
	struct bench *b = (struct bench *)*state;
	_cleanup_live_ struct live_ruleset live = live_none();
	_cleanup_core_ struct core core = core_none();
	__u32 before[PLACES], after[PLACES];
	struct log_seen seen = { .packets = 77, .every = 9 };
	struct settings was, is;
	struct ruleset rs;

	for (unsigned int i = 0; i < 2; i++) { /* with either slot live */
		apply_rules(b, 10, i, "drop in proto udp log every 9\n");
		assert_int_equal(live_open(&b->s, &live, NULL), 0);
		assert_int_equal(core_open(&b->s.maps, live.slot, &core), 0);
		assert_int_equal(fw_log_seen_put(core.maps.fw_log_seen, (rule_id_t){ 0 }, &seen), 0);
		assert_int_equal(fw_settings_get(core.maps.fw_settings, &was), 0);
		programs(b, before);
		for (unsigned int rules = 1; rules < 6000; rules += 5000) {
			_cleanup_free_ char *text = rules_text(rules, 7, "option state if-bound\n");

			net_rules(text, strlen(text), &rs);
			if (apply_dry_run(&b->s, &rs, &b->err))
				fail_msg("%s", b->err);
			ruleset_free(&rs);
		}
		programs(b, after);
		assert_memory_equal(before, after, sizeof(before));
		assert_int_equal(live_now(b).slot, live.slot);
		assert_int_equal(fw_settings_get(core.maps.fw_settings, &is), 0);
		assert_memory_equal(&was, &is, sizeof(was));
		assert_int_equal(is.ruleset.raw, live.info.id);
		assert_int_equal(fw_log_seen_get(core.maps.fw_log_seen, (rule_id_t){ 0 }, &seen), 0);
		assert_int_equal(seen.packets, 77);
		core_close(&core);
		live_close(&live);
	}
}

/* An apply that was ended between its swap and the wait behind it: the next one waits before it touches the other slot, and goes on as always. */
static void test_a_slot_settles(void **state)
{
	struct bench *b = (struct bench *)*state;
	struct live *live;
	__u32 slot;

	apply_rules(b, 3, 1, "");
	slot = live_now(b).slot;
	live = fw_live_map(b->s.maps.fw_live);
	assert_non_null(live);
	live->settling = 1;
	fw_live_unmap(live);
	apply_rules(b, 3, 2, "");
	assert_int_equal(live_now(b).slot, !slot);
	assert_int_equal(live_now(b).settling, 0);
}

/* TC ingress is loaded where it is wanted, for the slot that goes live then and for the other one with the ruleset after. */
static void test_hooks_come_with_the_slot(void **state)
{
	struct bench *b = (struct bench *)*state;
	__u32 id;

	apply_rules(b, 3, 1, "");
	assert_int_equal(apply_for_tc_ingress(&b->s, &b->err), 0);
	assert_int_equal(fw_programs_in_id(b->s.maps.fw_programs_in, live_now(b).slot, &id), 0);
	assert_int_equal(fw_programs_in_id(b->s.maps.fw_programs_in, !live_now(b).slot, &id), -ENOENT);
	apply_rules(b, 3, 2, "");
	assert_int_equal(fw_programs_in_id(b->s.maps.fw_programs_in, live_now(b).slot, &id), 0);
	assert_int_equal(fw_programs_in_id(b->s.maps.fw_programs_in, !live_now(b).slot, &id), 0);
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
		STATE_TEST(test_an_apply_loads_the_rules_alone), STATE_TEST(test_more_rules_need_more_room),
		STATE_TEST(test_a_dry_run_changes_nothing),      STATE_TEST(test_a_slot_settles),
		STATE_TEST(test_hooks_come_with_the_slot),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(void) { return net_main(tests); }
