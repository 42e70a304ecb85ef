/* SPDX-License-Identifier: GPL-2.0 */
/*
 * `check` against brute force: random rules over few values, every packet that differs for any of them enumerated, and
 * each rule judged by what the rules read one by one say of all of these. And rules by hand, whose findings are known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/analyze.h"
#include "../ctl/parse.h"
#include "gen_narrow.h"
#include "universe.h"

enum { RULESETS = 200 };

static struct random dice = { 4711 };

static void read_rules(const char *text, size_t len, struct ruleset *rs)
{
	struct diag d = { .io_error = 0 };

	if (ruleset_parse("rules", text, len, rs, &d))
		fail_msg("line %u: %s\n%s", d.errors.v[0].loc.line, d.errors.v[0].msg, text);
	diag_free(&d);
}

static void random_rules(struct ruleset *rs)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };

	gen_narrow_rules(&dice, &text);
	read_rules(text.str, text.len, rs);
}

/* --- what is true --------------------------------------------------------------------------------- */

static size_t first_of(uint64_t word) { return word ? (size_t)__builtin_ctzll(word) : SIZE_MAX; }

static bool same_action(const struct ruleset *rs, enum direction d, size_t x, size_t y)
{
	enum verdict v[2];
	bool stateless[2];
	size_t rule[2] = { x, y };

	for (int i = 0; i < 2; i++) {
		const struct rule *r = rule[i] == SIZE_MAX ? NULL : &rs->rules[rule[i]];

		v[i] = r ? r->verdict : rs->defaults.verdict[d];
		stateless[i] = r ? r->stateless : rs->defaults.stateless[d];
	}
	return v[0] == v[1] && (v[0] != VERDICT_PASS || stateless[0] == stateless[1]);
}

static bool really_never(const struct universe *u, size_t rule)
{
	for (size_t i = 0; i < u->n; i++)
		if (first_of(u->matches[i]) == rule)
			return false;
	return true;
}

/* With only `stay` of the other rules that are of the same action (all ones: with all). */
static bool really_redundant(const struct universe *u, size_t rule, uint64_t stay, bool default_stays)
{
	for (size_t i = 0; i < u->n; i++) {
		uint64_t word = u->matches[i] & ~(1ull << rule);
		size_t next;

		if (first_of(u->matches[i]) != rule)
			continue;
		for (next = first_of(word);
		     next != SIZE_MAX && !(stay >> next & 1) && same_action(u->rs, u->probes[i].direction, rule, next);
		     next = first_of(word))
			word &= word - 1;
		if (!same_action(u->rs, u->probes[i].direction, rule, next) || (next == SIZE_MAX && !default_stays))
			return false;
	}
	return true;
}

static bool really_conflict(const struct universe *u, size_t earlier, size_t rule)
{
	bool taken = false, earlier_alone = false, alone = false;

	for (size_t i = 0; i < u->n; i++) {
		bool e = u->matches[i] >> earlier & 1, r = u->matches[i] >> rule & 1;

		taken |= e && r && first_of(u->matches[i]) == earlier;
		earlier_alone |= e && !r;
		alone |= r && !e;
	}
	return taken && earlier_alone && alone && u->rs->rules[earlier].verdict != u->rs->rules[rule].verdict;
}

static const struct finding *find(const struct findings *f, size_t rule, enum finding_kind kind)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].rule == rule && f->v[i].kind == kind)
			return &f->v[i];
	return NULL;
}

static uint64_t by_mask(const struct finding *f)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < f->nby; i++)
		if (f->by[i])
			mask |= 1ull << (f->by[i] - 1);
	return mask;
}

static bool has_by(const struct finding *f, size_t number)
{
	for (size_t i = 0; f && i < f->nby; i++)
		if (f->by[i] == number)
			return true;
	return false;
}

/* The rules in `by` take all of its packets, and none of them could be left out. */
static void check_cover(const struct universe *u, const struct finding *f)
{
	uint64_t by = by_mask(f), needed = 0;

	for (size_t i = 0; i < u->n; i++) {
		uint64_t word = u->matches[i];

		if (!(word >> f->rule & 1))
			continue;
		assert_true(word & by);
		if (!((word & by) & ((word & by) - 1)))
			needed |= word & by;
	}
	assert_true(f->nby == 1 || needed == by);
	assert_false(by >> f->rule);
}

/* The example is what it is said to be, by the rules one by one; its set memberships are in its words. */
static void check_example(struct universe *u, const struct finding *f)
{
	const struct linear_sets sets = { universe_in_set, u };
	const struct probe *p = &f->example;
	size_t first = SIZE_MAX, next = SIZE_MAX;

	assert_int_equal(p->packet.status, STATUS_OK);
	u->packet = &p->packet;
	u->members = 0;
	for (size_t i = 0; i < u->nrefs; i++) {
		_cleanup_free_ char *in = xasprintf("%s in @%s", u->ref[i].dst ? "destination" : "source",
						    u->rs->sets[u->ref[i].set].name);

		u->members |= (f->sets && strstr(f->sets, in)) ? 1u << i : 0;
	}
	for (size_t i = 0; i < u->rs->nrules; i++)
		if (rule_matches(u->rs, &u->rs->rules[i], &p->packet, p->direction, probe_iface(p), &sets)) {
			next = first != SIZE_MAX && next == SIZE_MAX ? i : next;
			first = first == SIZE_MAX ? i : first;
		}
	assert_true(rule_matches(u->rs, &u->rs->rules[f->rule], &p->packet, p->direction, probe_iface(p), &sets));
	if (p->packet.nd && !u->rs->defaults.nd_by_rules)
		assert_int_equal(f->taker, 0);
	else if (f->kind == FINDING_REDUNDANT)
		assert_true(first == f->rule && next + 1 == f->taker);
	else
		assert_int_equal(first + 1, f->taker);
}

static unsigned int confirmed[FINDING_COUNT], fine;

static void confirm_rule(struct universe *u, const struct findings *f, size_t rule)
{
	const struct finding *never = find(f, rule, FINDING_NEVER), *redundant = find(f, rule, FINDING_REDUNDANT);
	const struct finding *conflict = find(f, rule, FINDING_CONFLICT);
	bool dead = really_never(u, rule);

	assert_null(find(f, rule, FINDING_UNDECIDED));
	assert_int_equal(dead, never != NULL);
	if (never && !never->nd)
		check_cover(u, never);
	assert_int_equal(!dead && really_redundant(u, rule, ~0ull, true), redundant != NULL);
	if (redundant)
		assert_true(really_redundant(u, rule, by_mask(redundant), has_by(redundant, 0)));
	for (size_t i = 0; i < rule; i++)
		assert_int_equal(!dead && really_conflict(u, i, rule), has_by(conflict, i + 1));
	confirmed[FINDING_NEVER] += never != NULL;
	confirmed[FINDING_REDUNDANT] += redundant != NULL;
	confirmed[FINDING_CONFLICT] += conflict != NULL;
	fine += !never && !redundant;
}

static void test_brute_force(void **state)
{
	const struct analyze_options options = { .conflicts = true };
	struct universe u;
	unsigned int done = 0;

	(void)state;
	while (done < RULESETS) {
		_cleanup_findings_ struct findings f = { NULL, 0, 0 };
		_cleanup_free_ char *err = NULL;
		struct ruleset rs;

		random_rules(&rs);
		if (universe_make(&u, &rs)) {
			if (analyze(&rs, &options, &f, &err))
				fail_msg("%s", err);
			for (size_t i = 0; i < rs.nrules; i++)
				confirm_rule(&u, &f, i);
			for (size_t i = 0; i < f.n; i++)
				if (f.v[i].has_example)
					check_example(&u, &f.v[i]);
			done++;
		}
		universe_free(&u);
		ruleset_free(&rs);
	}
	printf("confirmed: %u never match, %u redundant, %u conflict, %u fine\n", confirmed[FINDING_NEVER],
	       confirmed[FINDING_REDUNDANT], confirmed[FINDING_CONFLICT], fine);
	assert_true(confirmed[FINDING_NEVER] > 100 && confirmed[FINDING_REDUNDANT] > 100 && confirmed[FINDING_CONFLICT] > 50 &&
		    fine > 100);
}

/* --- rules by hand -------------------------------------------------------------------------------- */

/* `RULE KIND [BY...]; ` for each finding. */
static void findings_text(const struct findings *f, struct strbuf *out)
{
	strbuf_add(out, "%s", "");
	for (size_t i = 0; i < f->n; i++) {
		strbuf_add(out, "%zu %s", f->v[i].rule + 1, finding_kind_text(f->v[i].kind));
		if (f->v[i].kind == FINDING_UNDECIDED)
			strbuf_add(out, " (%s)", finding_kind_text(f->v[i].question));
		for (size_t k = 0; k < f->v[i].nby; k++)
			strbuf_add(out, " %zu", f->v[i].by[k]);
		strbuf_add(out, "%s; ", f->v[i].nd ? " nd" : "");
	}
}

static const struct {
	const char *rules, *findings;
} known[] = {
#include "analyze_known.inc"
};

static void test_known(void **state)
{
	const struct analyze_options options = { .conflicts = true };

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		_cleanup_findings_ struct findings f = { NULL, 0, 0 };
		_cleanup_strbuf_ struct strbuf got = { NULL, 0, 0 };
		_cleanup_free_ char *err = NULL;
		struct ruleset rs;

		read_rules(known[i].rules, strlen(known[i].rules), &rs);
		if (analyze(&rs, &options, &f, &err))
			fail_msg("%s", err);
		findings_text(&f, &got);
		if (strcmp(got.str, known[i].findings))
			fail_msg("%swanted: %s\ngot:    %s", known[i].rules, known[i].findings, got.str);
		ruleset_free(&rs);
	}
}

/* With hardly any work allowed nothing becomes fine or certain that is not. */
static void test_bounded(void **state)
{
	const struct analyze_options all = { .conflicts = false }, little = { .effort = 1 };
	unsigned int undecided = 0;

	(void)state;
	for (unsigned int i = 0; i < RULESETS; i++) {
		_cleanup_findings_ struct findings f = { NULL, 0, 0 }, g = { NULL, 0, 0 };
		struct ruleset rs;

		random_rules(&rs);
		assert_int_equal(analyze(&rs, &all, &f, NULL), 0);
		assert_int_equal(analyze(&rs, &little, &g, NULL), 0);
		for (size_t r = 0; r < rs.nrules; r++) {
			const struct finding *u = find(&g, r, FINDING_UNDECIDED);
			bool never = find(&f, r, FINDING_NEVER), redundant = find(&f, r, FINDING_REDUNDANT);

			undecided += u != NULL;
			if (find(&g, r, FINDING_NEVER))
				assert_true(never);
			else if (find(&g, r, FINDING_REDUNDANT))
				assert_true(redundant);
			else if (!u)
				assert_true(!never && !redundant);
			else if (u->question == FINDING_REDUNDANT)
				assert_false(never);
		}
		ruleset_free(&rs);
	}
	assert_true(undecided > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_brute_force),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests_name("analyze", tests, NULL, NULL);
}
