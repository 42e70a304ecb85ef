/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compiler against the linear scan: random rulesets and packets, each walked twice, by the kernel's classifier
 * (natively) and by a second reading of the format. What single fields mean is in unit_fields.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "../ctl/classify.h"
#include "../ctl/compile.h"
#include "../ctl/linear.h"
#include "../ctl/util.h"
#include "gen_packet.h"
#include "ref_walk.h"

static bool declared(void *arg, size_t index, enum family family, const addr_t *a)
{
	const struct ruleset *rs = (const struct ruleset *)arg;

	for (size_t i = 0; i < rs->sets[index].n; i++) {
		const struct addr_range *r = &rs->sets[index].v[i];

		if (r->family == family && memcmp(a, &r->lo, sizeof(*a)) >= 0 && memcmp(a, &r->hi, sizeof(*a)) <= 0)
			return true;
	}
	return false;
}

static bool set_contains(void *arg, __u16 set, enum set_type type, enum family family, const addr_t *a)
{
	assert_int_equal(type, SET_NET);
	return declared(arg, set - 100u, family, a);
}

static void must_compile(struct ruleset *rs, struct tables *t)
{
	char *err = NULL;

	if (compile(rs, &gen_names, t, &err))
		fail_msg("%s", err);
	assert_null(err);
	t->set_contains = set_contains;
	t->set_arg = rs;
}

static void check_probe(const struct ruleset *rs, const struct tables *t, const struct gen_probe *q, bool reference)
{
	iface_id_t iface = q->iface ? gen_iface_number(NULL, q->iface) : (iface_id_t){ IFACE_NONE };
	const struct linear_sets sets = { declared, (void *)(uintptr_t)rs };
	__u32 first = RULE_NONE_RAW;
	rule_id_t got;

	for (unsigned int i = 0; i < IMAGE_COUNT; i++) {
		enum image image = (enum image)i;
		rule_id_t want = linear_scan(rs, 1u << i, &q->packet, q->direction, q->iface, &sets);

		assert_int_equal(tables_classify_image(t, image, &q->packet, q->direction, iface, &got), 0);
		assert_int_equal(got.raw, want.raw);
		if (reference)
			assert_int_equal(ref_walk(t, image, &q->packet, q->direction, iface), want.raw);
		first = want.raw < first ? want.raw : first;
	}
	assert_int_equal(linear_scan(rs, LINEAR_ALL, &q->packet, q->direction, q->iface, NULL).raw, first);
	assert_int_equal(tables_classify(t, &q->packet, q->direction, iface, &got), 0);
	assert_int_equal(got.raw, first);
}

struct tally {
	size_t probes, hits, dims, levels[4];
};

static void check_ruleset(struct random *g, const struct gen_style *style, size_t probes, struct tally *tally)
{
	struct ruleset rs;
	struct tables t;

	gen_model(g, style, &rs);
	must_compile(&rs, &t);
	for (size_t i = 0; i < probes; i++) {
		struct gen_probe q;

		gen_probe(g, &rs, &q);
		check_probe(&rs, &t, &q, style->rules <= 4096 || i % 16 == 0);
		tally->hits += linear_scan(&rs, LINEAR_ALL, &q.packet, q.direction, q.iface, NULL).raw != RULE_NONE_RAW;
	}
	tally->probes += probes;
	tally->levels[t.cfg.levels]++;
	tally->dims |= t.cfg.image[IMAGE_FLOW].dims | t.cfg.image[IMAGE_PACKET].dims;
	tables_free(&t);
	gen_model_free(&rs);
}

static void report(const char *what, const struct tally *tally)
{
	print_message("%s: %zu packets, %zu of them matched, 0 differences\n", what, tally->probes, tally->hits);
	assert_true(tally->hits * 10 > tally->probes); /* or the packets prove little */
	assert_int_equal(tally->dims, (1u << DIM_COUNT) - 1);
}

static struct gen_style style_of(struct random *g, size_t rules)
{
	return (struct gen_style){ .rules = rules,
				   .percent = 5 + random_below(g, rules <= 64 ? 40 : 25),
				   .addresses = random_chance(g, rules > 64 ? 60 : 20),
				   .sets = random_chance(g, 50),
				   .per_packet = random_chance(g, 70) };
}

static void one_level(void **state)
{
	struct random g = { 0x1001 };
	struct tally tally = { 0 };

	(void)state;
	for (size_t i = 0; i < 600; i++) {
		struct gen_style style = style_of(&g, i == 0 ? 256 : 1 + random_below(&g, i % 4 ? 64 : 256));

		check_ruleset(&g, &style, 50, &tally);
	}
	assert_int_equal(tally.levels[1], 600);
	report("1 to 256 rules", &tally);
}

static void two_levels(void **state)
{
	struct random g = { 0x2002 };
	struct tally tally = { 0 };

	(void)state;
	for (size_t i = 0; i < 60; i++) {
		size_t rules = i == 0 ? 257 : i == 1 ? 16384 : 257 + random_below(&g, i % 4 ? 800 : 6000);
		struct gen_style style = style_of(&g, rules);

		check_ruleset(&g, &style, 250, &tally);
	}
	assert_int_equal(tally.levels[2], 60);
	report("257 to 16,384 rules", &tally);
}

static void three_levels(void **state)
{
	struct random g = { 0x3003 };
	struct tally tally = { 0 };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct gen_style style = style_of(&g, 16385 + (i ? random_below(&g, 8000) : 0));

		style.addresses = i != 1;
		style.per_packet = true;
		check_ruleset(&g, &style, 200, &tally); /* of which the linear scan takes most of the time */
	}
	assert_int_equal(tally.levels[3], 6);
	report("over 16,384 rules", &tally);
}

static void no_rules(void **state)
{
	struct ruleset rs = { .defaults = { .verdict = { VERDICT_DROP, VERDICT_PASS },
					    .stateless = { true, false },
					    .nonip = VERDICT_DROP,
					    .nd_by_rules = true } };
	struct gen_probe q = { .direction = DIRECTION_IN };
	struct tables t;

	(void)state;
	must_compile(&rs, &t);
	assert_int_equal(t.cfg.rules, 0);
	assert_int_equal(t.cfg.levels, 1);
	assert_int_equal(t.cfg.image[IMAGE_FLOW].dims, 0);
	assert_int_equal(t.cfg.image[IMAGE_PACKET].dims, 0);
	assert_int_equal(t.ncells + t.nwords + t.ntrie + t.nnodes + t.nleaves + t.nmacs + t.nactions, 0);
	check_probe(&rs, &t, &q, true);
	assert_int_equal(t.cfg.policy.verdict[DIRECTION_IN], VERDICT_DROP);
	assert_int_equal(t.cfg.policy.malformed[DIRECTION_IN], VERDICT_DROP);
	assert_int_equal(t.cfg.policy.malformed[DIRECTION_OUT], VERDICT_PASS);
	assert_int_equal(t.cfg.policy.stateless[DIRECTION_IN], 1);
	assert_int_equal(t.cfg.policy.nonip, VERDICT_DROP);
	assert_int_equal(t.cfg.policy.nd_by_rules, 1);
	tables_free(&t);
	rs.defaults.malformed_given = true;
	rs.defaults.malformed = VERDICT_DROP;
	must_compile(&rs, &t);
	assert_int_equal(t.cfg.policy.malformed[DIRECTION_OUT], VERDICT_DROP);
	tables_free(&t);
}

/* Only what the rules use is compiled: an unused dimension costs the walk nothing. */
static void used_dimensions(void **state)
{
	struct numrange ssh = { 22, 22 };
	struct rule rules[] = {
		{ .from.addr.set = -1, .to = { { .set = -1 }, { &ssh, 1, false, { 0, 0 } } }, .stateless = true },
		{ .from.addr.set = -1, .to.addr.set = -1, .frag = true, .verdict = VERDICT_DROP, .stateless = true },
	};
	struct ruleset rs = { .rules = rules, .nrules = 2 };
	struct tables t;

	(void)state;
	must_compile(&rs, &t);
	assert_int_equal(t.cfg.image[IMAGE_FLOW].dims, 1u << DIM_KIND | 1u << DIM_DPORT);
	assert_int_equal(t.cfg.image[IMAGE_PACKET].dims, 1u << DIM_KIND | 1u << DIM_FRAG);
	assert_int_equal(t.nactions, 2);
	assert_int_equal(t.actions[0].flags, ACTION_STATELESS);
	assert_int_equal(t.actions[1].verdict, VERDICT_DROP);
	assert_int_equal(t.actions[1].flags, 0);
	assert_int_equal(t.nnodes, 0);
	tables_free(&t);
}

static void same_input_same_tables(void **state)
{
	const struct gen_style style = { .rules = 5000, .percent = 20, .sets = true, .per_packet = true };
	struct random g = { 77 };
	struct ruleset rs;
	struct tables a, b;

	(void)state;
	gen_model(&g, &style, &rs);
	must_compile(&rs, &a);
	must_compile(&rs, &b);
	assert_memory_equal(&a.cfg, &b.cfg, sizeof(a.cfg));
	assert_int_equal(a.nnodes, b.nnodes);
	assert_memory_equal(a.nodes, b.nodes, a.nnodes * sizeof(*a.nodes));
	assert_int_equal(a.nleaves, b.nleaves);
	assert_memory_equal(a.leaves, b.leaves, a.nleaves * sizeof(*a.leaves));
	assert_int_equal(a.ntrie, b.ntrie);
	assert_memory_equal(a.trie, b.trie, a.ntrie * sizeof(*a.trie));
	assert_int_equal(a.nwords, b.nwords);
	assert_memory_equal(a.words, b.words, a.nwords * sizeof(*a.words));
	assert_int_equal(a.ncells, b.ncells);
	assert_memory_equal(a.cells, b.cells, a.ncells * sizeof(*a.cells));
	tables_free(&a);
	tables_free(&b);
	gen_model_free(&rs);
}

static void refused(struct ruleset *rs, int want, const char *text)
{
	struct tables t;
	char *err = NULL;

	assert_int_equal(compile(rs, &gen_names, &t, &err), want);
	assert_non_null(err);
	if (!strstr(err, text))
		fail_msg("'%s' does not say '%s'", err, text);
	assert_null(t.leaves);
	assert_int_equal(t.cfg.rules, 0);
	free(err);
}

static void refusals(void **state)
{
	enum { MANY = 65536 };
	char unknown[IFNAMSIZ] = "lo";
	struct set sets[SET_REFS_MAX + 1];
	struct ruleset rs = { .sets = sets, .nsets = SET_REFS_MAX + 1, .nrules = RULE_MAX + 1 };
	_cleanup_free_ struct rule *rules = (struct rule *)xcalloc(MANY, sizeof(*rules));
	_cleanup_free_ struct numrange *ports = (struct numrange *)xcalloc(MANY, sizeof(*ports));
	struct tables t;

	(void)state;
	memset(sets, 0, sizeof(sets));
	refused(&rs, -E2BIG, "262145 rules; at most 262144");
	rs.rules = rules;
	for (unsigned int i = 0; i < MANY; i++) {
		ports[i] = (struct numrange){ i, i };
		rules[i].from.addr.set = rules[i].to.addr.set = -1;
		rules[i].to.ports = (struct numset){ &ports[i], 1, false, { 0, 0 } };
	}
	/* Each port has a class of its own, as has a packet without ports. */
	rs.nrules = MANY;
	refused(&rs, -E2BIG, "rules without per-packet fields: the destination port field has 65537 classes");
	rs.nrules = MANY - 1;
	must_compile(&rs, &t);
	tables_free(&t);

	rs.nrules = SET_REFS_MAX + 1;
	for (int i = 0; i <= SET_REFS_MAX; i++)
		rules[i].from.addr.set = rules[SET_REFS_MAX - i].to.addr.set = i / 2;
	refused(&rs, -E2BIG, "rule 16: the rules without per-packet fields refer to more than 16 sets");
	rs.nrules = 8;
	must_compile(&rs, &t);
	assert_int_equal(t.cfg.image[IMAGE_FLOW].sets, 9);
	tables_free(&t);
	rules[2].to.addr.set = SET_REFS_MAX + 1;
	refused(&rs, -EINVAL, "rule 3: names a set that is not there");

	rs.nrules = 2;
	rules[1].on = (struct ifaceset){ &unknown, 1, false, { 0, 0 } };
	refused(&rs, -ENOENT, "rule 2: no number left for interface 'lo'");
}

/* Ten thousand rules within a second: also with sanitizers, and far less without. */
static void scale(void **state)
{
	const struct gen_style style = { .rules = 10000, .percent = 20, .addresses = true, .per_packet = true };
	struct random g = { 4242 };
	struct timespec a, b;
	struct ruleset rs;
	struct tables t;
	double seconds;

	(void)state;
	gen_model(&g, &style, &rs);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	must_compile(&rs, &t);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) * 1e-9;
	print_message("10,000 rules: %.3f s, %zu nodes, %zu leaves, %zu trie nodes\n", seconds, t.nnodes, t.nleaves, t.ntrie);
	assert_true(seconds < 1.0);
	tables_free(&t);
	gen_model_free(&rs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_rules),   cmocka_unit_test(used_dimensions), cmocka_unit_test(one_level),
		cmocka_unit_test(two_levels), cmocka_unit_test(three_levels),    cmocka_unit_test(same_input_same_tables),
		cmocka_unit_test(refusals),   cmocka_unit_test(scale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
