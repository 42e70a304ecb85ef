/* SPDX-License-Identifier: GPL-2.0 */
/*
 * State against flow_model.c: random rules, and random packets of few endpoints, so that flows are made, answered, ended and
 * made anew; the kernel's answer to each packet, and the flows at the end, are those of the model.
 */
#include "build_packet.h"
#include "flow_model.h"
#include "gen_rules.h"
#include "net_replay.h"
#include "random.h"
#include "scale.h"

enum { RULESETS = 60, PACKETS = 1500 };

static uint8_t tcp_flags(struct random *g)
{
	static const uint8_t usual[] = { TCP_SYN,           TCP_SYN | TCP_ACK, TCP_ACK,           TCP_ACK, TCP_ACK | TCP_PSH,
					 TCP_FIN | TCP_ACK, TCP_RST | TCP_ACK, TCP_SYN | TCP_FIN, 0 };

	return random_chance(g, 10) ? (uint8_t)random_u32(g) : RANDOM_OF(g, usual);
}

static void random_icmp(struct random *g, struct spec *s)
{
	static const uint8_t v4[] = { 8, 0, 8, 0, 13, 14, 3, 3, 11, 10 }, v6[] = { 128, 129, 128, 129, 139, 140, 1, 2, 3, 131 };

	s->icmp_type = s->proto == PROTO_ICMP ? RANDOM_OF(g, v4) : RANDOM_OF(g, v6);
	s->icmp_code = random_chance(g, 10);
	s->icmp_id = (uint16_t)(1 + random_below(g, 2));
}

/* Mostly near each other, now and then anywhere; none is 0. */
static uint32_t sequence(struct random *g)
{
	static const uint32_t at[] = { 10000, 10001, 10100, 40000, 100000, 2000000 };

	return random_chance(g, 10) ? random_u32(g) | 1 : RANDOM_OF(g, at);
}

static void random_fragment(struct random *g, struct spec *s)
{
	static const uint16_t offsets[] = { 0, 0, 0, 1, 2, 3, 4, 6, 9, 12 };

	s->fragment = true;
	s->offset = RANDOM_OF(g, offsets);
	s->more = !s->offset || random_chance(g, 60);
	s->fragment_id = random_below(g, 3);
	s->payload = 8 * random_below(g, 4);
}

/* Few of each: the same tuples come again, in both directions. The rules are made of the same pools. */
static void random_spec(struct random *g, bool v6, struct spec *s)
{
	static const uint8_t protos[] = { PROTO_TCP,  PROTO_TCP,  PROTO_TCP,  PROTO_UDP, PROTO_UDP,
					  PROTO_ICMP, PROTO_ICMP, PROTO_SCTP, 47 };
	static const uint16_t ports[] = { 22, 53, 8050 };
	unsigned int a = random_below(g, 3), c = random_below(g, 3);
	char at[64], text[128];

	snprintf(text, sizeof(text), "0 %s > %s", v6 ? genr_v6_hosts[a] : genr_v4_hosts[a],
		 v6 ? genr_v6_hosts[c] : genr_v4_hosts[c]);
	assert_true(spec_read(text, s, at));
	s->proto = RANDOM_OF(g, protos);
	if (s->proto == PROTO_ICMP && v6)
		s->proto = PROTO_ICMP6;
	s->sport = RANDOM_OF(g, ports);
	s->dport = RANDOM_OF(g, ports);
	s->flags = tcp_flags(g);
	s->seq = sequence(g);
	s->ack = sequence(g);
	random_icmp(g, s);
	s->payload = 1 + (random_chance(g, 20) ? random_below(g, 1400) : 0);
	s->ttl = random_chance(g, 90) ? 64 : (uint8_t)random_u32(g);
	s->dscp = random_chance(g, 90) ? 0 : 46;
}

/* An ICMP error mostly quotes a packet of whom it is sent to. */
static void random_quote(struct random *g, bool v6, struct spec *s)
{
	struct spec quoted;

	random_spec(g, v6, &quoted);
	if (random_chance(g, 80))
		quoted.src = s->dst;
	quoted.payload = random_below(g, 30);
	if (random_chance(g, 10))
		quoted.cut = (int)random_below(g, 70);
	spec_quote(s, &quoted);
}

static void random_packet(struct random *g, struct built *b)
{
	bool v6 = random_chance(g, 30);
	struct spec s;

	random_spec(g, v6, &s);
	if (s.proto == (v6 ? PROTO_ICMP6 : PROTO_ICMP) && s.icmp_type != 0 && s.icmp_type < 13 && s.icmp_type != 8)
		random_quote(g, v6, &s);
	if (random_chance(g, 25))
		random_fragment(g, &s);
	if (random_chance(g, 5)) {
		s.tags = 1;
		s.tag_type[0] = 0x8100;
		s.tag[0] = 100;
	}
	spec_build(&s, b);
}

static uint64_t later(struct random *g, uint64_t now)
{
	static const uint64_t seconds[] = { 5, 10, 29, 31, 61, 121, 601 };

	if (random_chance(g, 1))
		return now + RANDOM_OF(g, seconds) * 1000000000ull;
	if (random_chance(g, 2))
		return now - random_below(g, 2000000000);
	return now + random_below(g, 200000000);
}

static char *answer_text(enum verdict v, enum reason r, rule_id_t rule, bool cached, bool made, bool has_flow)
{
	return xasprintf("%s %u %s%s%s%s", verdict_text(v), net_rule_number(rule), reason_text(r), cached ? " cached" : "",
			 made ? " made" : "", has_flow ? " flow" : "");
}

static void check_answer(unsigned int ruleset, unsigned int number, const struct replay_result *r, const struct model_answer *a,
			 const char *rules)
{
	const struct outcome *o = &r->outcome;
	_cleanup_free_ char *want = answer_text(a->verdict, a->reason, a->rule, a->cached, a->made, a->has_flow);
	_cleanup_free_ char *got = answer_text((enum verdict)o->verdict, (enum reason)o->reason, o->rule, o->cached, o->made,
					       o->flow != NO_FLOW);

	if (strcmp(want, got))
		fail_msg("ruleset %u, packet %u (proto %u, flags %u): %s, by the model %s\n%s", ruleset, number, r->packet.proto,
			 r->packet.tcp_flags, got, want, rules);
}

static void check_flows(unsigned int ruleset, struct replay *r, const struct flow_model *m)
{
	const struct flow *f = NULL;
	size_t n = replay_flows(r, &f);

	if (n != m->n)
		fail_msg("ruleset %u: %zu flows, by the model %zu", ruleset, n, m->n);
	for (size_t i = 0; i < n; i++) {
		const struct model_flow *w = &m->v[i];

		if (f[i].state != (uint8_t)w->state || memcmp(f[i].packets, w->packets, sizeof(w->packets)) ||
		    memcmp(f[i].bytes, w->bytes, sizeof(w->bytes)) || memcmp(f[i].tcp_flags, w->flags, 2) ||
		    f[i].last.raw != w->last_ns)
			fail_msg("ruleset %u: flow %zu: %s %llu/%llu, by the model %s %llu/%llu", ruleset, i,
				 flow_state_text((enum flow_state)f[i].state), (unsigned long long)f[i].packets[0],
				 (unsigned long long)f[i].packets[1], flow_state_text(w->state),
				 (unsigned long long)w->packets[0], (unsigned long long)w->packets[1]);
	}
}

struct tally {
	unsigned int reasons[REASON_COUNT], cached, stopped;
	size_t flows;
};

static void check_ruleset(unsigned int number, struct tally *tally)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	_cleanup_replay_ struct replay *r = NULL;
	struct random g = { 0x57a7e + number * 0x9e3779b97f4a7c15ull };
	struct flow_model m = { .on = random_chance(&g, 50) ? "eth0" : NULL };
	uint64_t seed = g.state, now = START_NS;
	struct ruleset rs;

	gen_ruleset(&seed, 1 + random_below(&g, 10), &text);
	net_rules(text.str, text.len, &rs);
	rs.options = (struct options){ .flows = 4096 };
	m.rs = &rs;
	r = net_open(&rs, m.on, LOAD_XDP | LOAD_OUT);
	for (uint32_t i = 1; i <= PACKETS; i++) {
		enum direction d = (enum direction)random_below(&g, 2);
		const struct replay_result *result;
		struct model_answer a;
		struct packet p, quote;
		struct built b;

		random_packet(&g, &b);
		now = later(&g, now);
		parse_natively(&b.frame, 0, &p);
		assert_int_equal(p.status, STATUS_OK);
		parse_quote_natively(&b.frame, 0, &quote);
		a = flow_model_judge(&m, &p, &quote, d, now);
		result = net_judge(r, d == DIRECTION_IN ? NET_XDP : NET_TC_OUT, now, &b.frame);
		check_answer(number, i, result, &a, text.str);
		tally->reasons[a.reason]++;
		tally->cached += a.cached;
		tally->stopped += a.has_flow && a.verdict != VERDICT_PASS;
	}
	check_flows(number, r, &m);
	tally->flows += m.n;
	flow_model_free(&m);
	replay_close(TAKE_PTR(r));
	ruleset_free(&rs);
}

static void test_state(void **state)
{
	struct tally t = { .cached = 0 };

	(void)state;
	for (unsigned int i = 0; i < scaled(RULESETS); i++)
		check_ruleset(i, &t);
	print_message(
		"%u by rule, %u by default, %u by state, %u cached, %u of a flow stopped, %zu flows; %u fragments that follow "
		"or whose first was not seen, %u that overlap; %u ICMP errors of flows\n",
		t.reasons[REASON_RULE], t.reasons[REASON_DEFAULT], t.reasons[REASON_STATE], t.cached, t.stopped, t.flows,
		t.reasons[REASON_FRAGMENT], t.reasons[REASON_FRAGMENT_OVERLAP], t.reasons[REASON_RELATED]);
	assert_true(t.reasons[REASON_RULE] > scaled_least(5000) && t.reasons[REASON_DEFAULT] > scaled_least(5000));
	assert_true(t.reasons[REASON_STATE] > scaled_least(5000) && t.stopped > scaled_least(500) &&
		    t.flows > scaled_least(1000));
	assert_true(t.reasons[REASON_FRAGMENT] > scaled_least(2000) && t.reasons[REASON_FRAGMENT_OVERLAP] > scaled_least(1500));
	assert_true(t.reasons[REASON_RELATED] > scaled_least(500));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_state) };
	int refused = net_refused("net_state");

	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
