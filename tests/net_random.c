/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random rulesets and packets: the compiled tables (natively), the linear scan of the rules, and the kernel programs on
 * XDP and TC egress all give the same rule. Without state, so that each packet is judged for itself; with state
 * see net_state.c. Every run is the same; FWCTL_RANDOM_RULESETS=N runs the first N (most of the time is the verifier's),
 * FWCTL_RANDOM_RULESET=N only that one, as named by a failure's message.
 */
#include "../ctl/linear.h"
#include "../ctl/print.h"
#include "build_packet.h"
#include "gen_packet.h"
#include "gen_rules.h"
#include "native_rules.h"
#include "net_replay.h"
#include "scale.h"

enum { RULESETS = 300, PACKETS = 150, LARGE = RULESETS / 2 };

/* One random ruleset, loaded. */
struct subject_rules {
	unsigned int number;
	struct ruleset rs;
	bool model;     /* made by gen_model, which frees it */
	const char *on; /* interface that the packets are on, or NULL */
	struct native_rules native;
	struct replay *replay;
	uint64_t now;
};

/* Mostly few rules (one level of the tables), some of two levels, one of three. */
static unsigned int rules_of(unsigned int number, struct random *g)
{
	if (number == LARGE)
		return 17000;
	if (number % 50 == 49)
		return 65 + random_below(g, 4000);
	if (number % 20 == 19)
		return 60 + random_below(g, 140);
	return 1 + random_below(g, 64);
}

static void make_rules(struct subject_rules *s, struct random *g)
{
	unsigned int n = rules_of(s->number, g);

	s->model = s->number % 2;
	if (s->model) {
		const struct gen_style style = { .rules = n,
						 .percent = n > 64 ? 60 : 10 + random_below(g, 50),
						 .addresses = n > 200,
						 .sets = random_chance(g, 30),
						 .per_packet = random_chance(g, 50) };

		gen_model(g, &style, &s->rs);
		s->on = random_chance(g, 70) ? gen_ifaces[random_below(g, GEN_IFACES)] : NULL;
	} else {
		_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
		uint64_t seed = g->state;

		if (random_chance(g, 50))
			gen_ruleset(&seed, n, &text);
		else
			gen_ruleset_fields(&seed, n, random_u32(g) & GENR_ALL, &text);
		net_rules(text.str, text.len, &s->rs);
		s->on = random_chance(g, 70) ? genr_ifaces[random_below(g, GENR_IFACES)] : NULL;
	}
	/* No state: each packet is judged for itself. */
	for (size_t i = 0; i < s->rs.nrules; i++)
		s->rs.rules[i].stateless = true;
	for (int d = 0; d < DIRECTION_COUNT; d++)
		s->rs.defaults.stateless[d] = true;
	s->rs.options = (struct options){ .flows = FLOWS_MIN };
}

static void open_rules(struct subject_rules *s)
{
	_cleanup_free_ char *err = NULL;

	if (native_rules_open(&s->native, &s->rs, &err))
		fail_msg("%s", err);
	s->replay = net_open(&s->rs, s->on, LOAD_XDP | LOAD_OUT);
}

static void close_rules(struct subject_rules *s)
{
	replay_close(s->replay);
	native_rules_close(&s->native);
	if (s->model)
		gen_model_free(&s->rs);
	else
		ruleset_free(&s->rs);
}

struct expected {
	enum verdict verdict;
	enum reason reason;
	rule_id_t rule;
};

/* What a packet that is not whole, or not for the rules, must get. */
static struct expected expected_by_status(const struct ruleset *rs, const struct packet *p, enum direction d)
{
	static const enum reason reasons[STATUS_COUNT] = {
		[STATUS_NONIP] = REASON_NONIP,
		[STATUS_MALFORMED] = REASON_MALFORMED,
		[STATUS_TRUNCATED] = REASON_TRUNCATED,
		[STATUS_TOO_DEEP] = REASON_TOO_DEEP,
	};
	const struct defaults *def = &rs->defaults;

	if (p->nd && !def->nd_by_rules)
		return (struct expected){ VERDICT_PASS, REASON_ND, rule_none() };
	if (p->status == STATUS_NONIP)
		return (struct expected){ def->nonip, REASON_NONIP, rule_none() };
	return (struct expected){ def->malformed_given ? def->malformed : def->verdict[d], reasons[p->status], rule_none() };
}

static struct expected expected_of(const struct subject_rules *s, const struct packet *p, enum direction d)
{
	rule_id_t rule;

	if (p->fragment_offset & FRAGMENT_TINY)
		return (struct expected){ VERDICT_DROP, REASON_FRAGMENT_TINY, rule_none() };
	if (p->status != STATUS_OK || (p->nd && !s->rs.defaults.nd_by_rules))
		return expected_by_status(&s->rs, p, d);
	rule = linear_scan(&s->rs, LINEAR_ALL, p, d, s->on, NULL);
	if (rule_is_none(rule))
		return (struct expected){ s->rs.defaults.verdict[d],
					  p->fragment == FRAGMENT_LATER ? REASON_FRAGMENT : REASON_DEFAULT, rule };
	return (struct expected){ s->rs.rules[rule.raw].verdict, REASON_RULE, rule };
}

static void say_difference(const struct subject_rules *s, const struct packet *p, enum direction d, const char *who,
			   rule_id_t got, rule_id_t want)
{
	_cleanup_strbuf_ struct strbuf rules = { NULL, 0, 0 };

	for (size_t i = 0; i < s->rs.nrules && i < 100; i++) {
		rule_print(&s->rs, &s->rs.rules[i], &rules);
		strbuf_add(&rules, "\n");
	}
	fail_msg("ruleset %u: %s says rule %u, the linear scan %u: "
		 "%s proto %u sport %u dport %u flags %u on %s\n%s",
		 s->number, who, net_rule_number(got), net_rule_number(want), direction_text(d), p->proto,
		 __builtin_bswap16(p->sport.raw), __builtin_bswap16(p->dport.raw), p->tcp_flags, s->on ? s->on : "-", rules.str);
}

static void check_packet(struct subject_rules *s, enum direction d, const struct frame *f, unsigned int counts[VERDICT_COUNT])
{
	/* So long after the one before that no fragment is of the same datagram. */
	const struct replay_result *r = net_judge(s->replay, d == DIRECTION_IN ? NET_XDP : NET_TC_OUT, s->now += 31000000000, f);
	const struct outcome *o = &r->outcome;
	struct expected want;
	struct packet p;
	rule_id_t native, scanned;

	parse_natively(f, 0, &p);
	if (memcmp(&p, &r->packet, sizeof(p)))
		fail_msg("ruleset %u: parsed otherwise than natively", s->number);
	want = expected_of(s, &p, d);
	if ((want.reason == REASON_RULE || want.reason == REASON_DEFAULT || want.reason == REASON_FRAGMENT) &&
	    !native_rules_agree(&s->native, &p, d, s->on, &native, &scanned))
		say_difference(s, &p, d, "the native classifier", native, scanned);
	if (o->rule.raw != want.rule.raw || o->verdict != want.verdict || o->reason != want.reason)
		say_difference(s, &p, d, d == DIRECTION_IN ? "XDP" : "TC egress", o->rule, want.rule);
	assert_true(!o->cached && !o->made && o->flow == NO_FLOW);
	counts[want.verdict] += want.reason == REASON_RULE;
}

static void random_packet(struct random *g, const struct subject_rules *s, uint32_t number, enum direction *d, struct built *b)
{
	struct gen_probe probe;
	struct spec spec;

	gen_probe(g, &s->rs, &probe);
	*d = probe.direction;
	spec_of_packet(&probe.packet, &spec);
	spec.fragment_id = number; /* no fragment of another packet */
	if (random_chance(g, 5))
		spec.snap = (int)random_below(g, 60);
	spec_build(&spec, b);
	if (random_chance(g, 3) && b->frame.captured)
		b->b[random_below(g, b->frame.captured < 60 ? b->frame.captured : 60)] = (uint8_t)random_u32(g);
}

static void check_ruleset(unsigned int number, unsigned int counts[VERDICT_COUNT])
{
	struct subject_rules s = { .number = number };
	struct random g = { 0xf1a7c1a551f1e5ull + number * 0x9e3779b97f4a7c15ull };

	make_rules(&s, &g);
	open_rules(&s);
	for (uint32_t i = 0; i < PACKETS; i++) {
		enum direction d;
		struct built b;

		random_packet(&g, &s, i, &d, &b);
		check_packet(&s, d, &b.frame, counts);
	}
	close_rules(&s);
}

static void test_random(void **state)
{
	const char *one = getenv("FWCTL_RANDOM_RULESET"), *first = getenv("FWCTL_RANDOM_RULESETS");
	unsigned int counts[VERDICT_COUNT] = { 0 }, n = first ? (unsigned int)strtoul(first, NULL, 10) : scaled(RULESETS);

	(void)state;
	if (one) {
		check_ruleset((unsigned int)strtoul(one, NULL, 10), counts);
		return;
	}
	for (unsigned int i = 0; i < n; i++)
		check_ruleset(i, counts);
	print_message("%u rulesets: %u packets passed, %u dropped, %u rejected by rules\n", n, counts[VERDICT_PASS],
		      counts[VERDICT_DROP], counts[VERDICT_REJECT]);
	for (int v = 0; v < VERDICT_COUNT; v++)
		if (counts[v] < scaled_least(PACKETS))
			fail_msg("%s: only %u packets", verdict_text((enum verdict)v), counts[v]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_random) };
	int refused = net_refused("net_random");

	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
