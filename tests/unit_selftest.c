/* SPDX-License-Identifier: GPL-2.0 */
/* The self-test of compiled tables: right ones pass, and what may go wrong where they are made or copied is seen. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/parse.h"
#include "../ctl/selftest.h"
#include "gen_model.h"
#include "scale.h"

static void compiled(const struct ruleset *rs, struct tables *t)
{
	_cleanup_free_ char *err = NULL;

	if (compile(rs, &gen_names, t, &err))
		fail_msg("%s", err);
}

static void test_right_tables_pass(void **state)
{
	struct random g = { 0x5e1f7e57 };
	unsigned int n = scaled(1500);

	(void)state;
	for (unsigned int i = 0; i < n; i++) {
		struct gen_style style = { .rules = random_below(&g, i % 8 ? 40 : 1200),
					   .percent = 5 + random_below(&g, 60),
					   .addresses = random_chance(&g, 20),
					   .sets = random_chance(&g, 50),
					   .per_packet = random_chance(&g, 60) };
		_cleanup_free_ char *err = NULL;
		struct ruleset rs;
		struct tables t;

		gen_model(&g, &style, &rs);
		compiled(&rs, &t);
		if (selftest_tables(&rs, &gen_names, &t, &err))
			fail_msg("ruleset %u: %s", i, err);
		tables_free(&t);
		gen_model_free(&rs);
	}
}

/* --- broken ones ---------------------------------------------------------------------------------- */

/* Fields of all tables; nothing that a packet from them could be taken for by chance. */
static const char RULES[] = "default in drop\n"
			    "set trusted { type net; 192.0.2.0/24 }\n"
			    "pass in on eth0 proto tcp from 10.0.0.0/8 to 203.0.113.0/24 port { 22 80 8000-8099 }\n"
			    "drop in from 2001:db8:1::/48 to any\n"
			    "pass in proto udp from any port 53 to 2001:db8::/32 vlan 7 stateless\n"
			    "drop out proto tcp to any port 25 log every 10\n"
			    "pass in from @trusted to any\n"
			    "drop in proto tcp flags SF/SF ttl 1-5\n"
			    "pass in mac-from 02:00:00:00:00:77\n"
			    "pass in proto icmp icmp-type { echo-request timestamp }\n"
			    "drop in frag\n";

static void parsed(struct ruleset *rs)
{
	struct diag d = { .io_error = 0 };

	if (ruleset_parse("rules", RULES, strlen(RULES), rs, &d))
		fail_msg("line %u: %s", d.errors.v[0].loc.line, d.errors.v[0].msg);
	diag_free(&d);
}

static void no_cells(struct tables *t) { memset(t->cells, 0, t->ncells * sizeof(*t->cells)); }
static void no_words(struct tables *t) { memset(t->words, 0, t->nwords * sizeof(*t->words)); }
static void no_trie(struct tables *t) { memset(t->trie, 0, t->ntrie * sizeof(*t->trie)); }
static void no_leaves(struct tables *t) { memset(t->leaves, 0, t->nleaves * sizeof(*t->leaves)); }
static void all_leaves(struct tables *t) { memset(t->leaves, 0xff, t->nleaves * sizeof(*t->leaves)); }
static void leaves_shifted(struct tables *t) { memmove(t->leaves + 1, t->leaves, (t->nleaves - 1) * sizeof(*t->leaves)); }
static void cells_shifted(struct tables *t) { memmove(t->cells + 1, t->cells, (t->ncells - 1) * sizeof(*t->cells)); }
static void cells_cut(struct tables *t) { t->ncells = t->ncells / 2; }
static void macs_lost(struct tables *t) { t->nmacs = 0; }
static void other_default(struct tables *t) { t->cfg.policy.verdict[DIRECTION_IN] = VERDICT_PASS; }
static void other_level(struct tables *t) { t->cfg.levels++; }
static void other_set(struct tables *t)
{
	t->cfg.image[IMAGE_FLOW].set[0].set++;
	t->cfg.image[IMAGE_PACKET].set[0].set++;
}
static void sides_swapped(struct tables *t)
{
	struct trie_cfg other[FAMILY_COUNT];

	for (int i = 0; i < IMAGE_COUNT; i++) {
		memcpy(other, t->cfg.image[i].trie[0], sizeof(other));
		memcpy(t->cfg.image[i].trie[0], t->cfg.image[i].trie[1], sizeof(other));
		memcpy(t->cfg.image[i].trie[1], other, sizeof(other));
	}
}

static void (*const damage[])(struct tables *t) = {
	no_cells,  no_words,  no_trie,       no_leaves,   all_leaves, leaves_shifted, cells_shifted,
	cells_cut, macs_lost, other_default, other_level, other_set,  sides_swapped,
};

static void test_damage_is_seen(void **state)
{
	struct ruleset rs;

	(void)state;
	parsed(&rs);
	for (size_t i = 0; i < ARRAY_COUNT(damage); i++) {
		_cleanup_free_ char *err = NULL;
		struct tables t;

		compiled(&rs, &t);
		assert_int_equal(selftest_tables(&rs, &gen_names, &t, &err), 0);
		damage[i](&t);
		if (selftest_tables(&rs, &gen_names, &t, &err) != -EBADMSG)
			fail_msg("damage %zu was not seen", i);
		assert_non_null(strstr(err, "please report it"));
		tables_free(&t);
	}
	ruleset_free(&rs);
}

/* The decision of each rule: its verdict, whether it keeps state, whether it logs, and that it is that rule. */
static void test_decisions_are_seen(void **state)
{
	static const __u32 bits[] = { 1u << JUDGED_VERDICT_SHIFT, JUDGED_STATELESS, JUDGED_LOG, 1 };
	struct ruleset rs;
	struct tables t;

	(void)state;
	parsed(&rs);
	compiled(&rs, &t);
	for (__u32 place = 0; place < rs.nrules; place++) {
		__u32 *decision = &t.words[(t.cfg.decisions + place) / 16].v[(t.cfg.decisions + place) % 16];

		for (size_t i = 0; i < ARRAY_COUNT(bits); i++) {
			_cleanup_free_ char *err = NULL;

			*decision ^= bits[i];
			if (selftest_tables(&rs, &gen_names, &t, &err) != -EBADMSG)
				fail_msg("decision at place %u, bits %#x: not seen", place, bits[i]);
			*decision ^= bits[i];
		}
	}
	tables_free(&t);
	ruleset_free(&rs);
}

/* A rule that the tables have not, but for its place: compiled without it. */
static void test_a_lost_rule_is_seen(void **state)
{
	struct ruleset rs;

	(void)state;
	parsed(&rs);
	for (size_t i = 0; i < rs.nrules; i++) {
		const enum direction d = rs.rules[i].direction;
		_cleanup_free_ char *err = NULL;
		struct tables t;

		rs.rules[i].direction = d == DIRECTION_IN ? DIRECTION_OUT : DIRECTION_IN;
		compiled(&rs, &t);
		rs.rules[i].direction = d;
		if (selftest_tables(&rs, &gen_names, &t, &err) != -EBADMSG)
			fail_msg("rule %zu: not seen", i + 1);
		tables_free(&t);
	}
	ruleset_free(&rs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right_tables_pass),
		cmocka_unit_test(test_damage_is_seen),
		cmocka_unit_test(test_decisions_are_seen),
		cmocka_unit_test(test_a_lost_rule_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
