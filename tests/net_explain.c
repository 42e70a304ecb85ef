/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random packets over random rules that use every field: `explain` says what the kernel's run of the programs says. The
 * rules without state for most packets, then with state, where the flow table has a say.
 */
#include "build_packet.h"
#include "gen_packet.h"
#include "gen_rules.h"
#include "net_replay.h"
#include "../ctl/explain.h"

enum { RULESETS = 50, PACKETS = 100000, STATEFUL_RULESETS = 12, STATEFUL_PACKETS = 400 };
#define TIME_NS 1767225600000000000ull

static struct random dice = { 20260725 };
static uint64_t seed = 77;

struct scene {
	struct ruleset rs;
	struct explainer *explainer;
	struct replay *replay;
	const char *on;
};

static void scene_open(struct scene *s, bool stateless)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	_cleanup_free_ char *err = NULL;

	gen_ruleset_fields(&seed, 5 + random_below(&dice, random_chance(&dice, 30) ? 150 : 40), GENR_ALL, &text);
	net_rules(text.str, text.len, &s->rs);
	for (size_t i = 0; stateless && i < s->rs.nrules; i++)
		s->rs.rules[i].stateless |= s->rs.rules[i].verdict == VERDICT_PASS;
	for (int d = 0; stateless && d < DIRECTION_COUNT; d++)
		s->rs.defaults.stateless[d] = true;
	s->on = random_chance(&dice, 20) ? NULL : genr_ifaces[random_below(&dice, GENR_IFACES)];
	if (replay_open(&s->rs, s->on, &s->replay, &err) || explain_open(&s->rs, NULL, &s->explainer, &err))
		fail_msg("%s", err);
}

static void scene_close(struct scene *s)
{
	replay_close(s->replay);
	explain_close(s->explainer);
	ruleset_free(&s->rs);
}

/* Each of a datagram of its own, so that no fragment follows or overlaps another: explain tells of first ones that were not seen. */
static void build_alone(const struct packet *p, struct built *frame)
{
	static uint32_t datagrams;
	struct spec spec;

	spec_of_packet(p, &spec);
	spec.fragment_id = ++datagrams;
	spec_build(&spec, frame);
}

/* A packet as bytes, and as the programs will see it. False where it is none that rules see. */
static bool make_probe(const struct scene *s, struct built *frame, struct probe *out)
{
	struct gen_probe aimed;

	gen_probe(&dice, &s->rs, &aimed);
	build_alone(&aimed.packet, frame);
	memset(out, 0, sizeof(*out));
	replay_parse(&frame->frame, &out->packet);
	out->direction = aimed.direction;
	if (s->on)
		memcpy(out->iface, s->on, strnlen(s->on, sizeof(out->iface) - 1));
	return out->packet.status == STATUS_OK;
}

static void compare(const struct scene *s, const struct probe *p, const struct explanation *x, const struct replay_result *r)
{
	_cleanup_strbuf_ struct strbuf packet = { NULL, 0, 0 };

	if (x->verdict == r->outcome.verdict && x->reason == r->outcome.reason && x->rule.raw == r->outcome.rule.raw)
		return;
	probe_print(p, &packet);
	fail_msg("%s, %zu rules: explain %s %u (%s), kernel %s %u (%s)", packet.str, s->rs.nrules, verdict_text(x->verdict),
		 net_rule_number(x->rule), reason_text(x->reason), verdict_text((enum verdict)r->outcome.verdict),
		 net_rule_number(r->outcome.rule), reason_text((enum reason)r->outcome.reason));
}

/* The words that the parser refuses for a rule: ICMP of the other family, IPv6 headers that the walk goes on behind. */
static bool can_be_said(const struct packet *p)
{
	bool foreign = p->proto == (p->family == FAMILY_INET ? PROTO_ICMP6 : PROTO_ICMP);
	bool first = p->fragment == FRAGMENT_FIRST && !(p->has & ~HAS_MAC);
	/* `::ffff:1.2.3.4` is an error in a rule, as a destination on the wire it is not. */
	bool mapped = p->family == FAMILY_INET6 && !p->dst.q[0] && p->dst.w[2] == __builtin_bswap32(0xffff);

	return p->has & HAS_MAC && !foreign && !first && !mapped;
}

/* The packet in words, and back: the same packet, as far as rules see it. */
static void check_words(const struct probe *p)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 }, assumed = { NULL, 0, 0 };
	_cleanup_free_ char *err = NULL;
	struct diag d = { .io_error = 0 };
	struct probe again, want = *p;
	struct rule r;

	probe_print(p, &text);
	if (rulelike_parse("packet", text.str, text.len, NULL, &r, &d))
		fail_msg("%s: %s", text.str, d.errors.v[0].msg);
	if (probe_of_rule(&r, &again, &assumed, &err))
		fail_msg("%s: %s", text.str, err);
	assert_int_equal(assumed.len, 0);
	want.packet.icmp_id = 0;
	want.packet.fragment_id = again.packet.fragment_id;
	want.packet.fragment_proto = again.packet.fragment_proto;
	want.packet.fragment_offset = again.packet.fragment_offset;
	want.packet.tcp_seq = want.packet.tcp_ack = want.packet.payload = again.packet.payload = 0;
	if (memcmp(&want, &again, sizeof(want)))
		fail_msg("%s: another packet when read again", text.str);
	rule_free(&r);
	diag_free(&d);
}

static void test_stateless(void **state)
{
	unsigned int done = 0, matched = 0, said = 0;

	(void)state;
	for (unsigned int i = 1; i <= RULESETS; i++) {
		struct scene s;

		scene_open(&s, true);
		while (done < (uint64_t)PACKETS * i / RULESETS) {
			enum net_hook hook = random_chance(&dice, 20) ? NET_TC_IN : NET_XDP;
			_cleanup_free_ char *err = NULL;
			struct explanation x;
			struct built frame;
			struct probe p;

			if (!make_probe(&s, &frame, &p))
				continue;
			if (explain_packet(s.explainer, &p, &x, &err))
				fail_msg("%s", err);
			hook = p.direction == DIRECTION_OUT ? NET_TC_OUT : hook;
			compare(&s, &p, &x, net_judge(s.replay, hook, TIME_NS, &frame.frame));
			matched += x.reason == REASON_RULE;
			done++;
			if (can_be_said(&p.packet)) {
				check_words(&p);
				said++;
			}
		}
		scene_close(&s);
	}
	printf("%u packets, %u decided by a rule, %u said in words\n", done, matched, said);
	assert_true(matched > done / 4 && said > done / 4);
}

static const char *name_of(void *arg, iface_id_t id) { return id.raw ? ((const struct scene *)arg)->on : NULL; }

static const struct flow *find_flow(const struct scene *s, const struct probe *p)
{
	const struct flow *v = NULL, *found = NULL;
	size_t n = replay_flows(s->replay, &v);

	/* Of one key the newest is the one in the table. */
	for (size_t i = 0; i < n; i++)
		if (explain_is_of_flow(p, &v[i]))
			found = &v[i];
	return found;
}

static void explain_with_flows(const struct scene *s, const struct probe *p, struct explanation *x)
{
	_cleanup_free_ char *err = NULL;
	const struct flow *flow = find_flow(s, p);
	struct explain_flow f = { .flow = flow,
				  .generation = { 1 },
				  .if_bound = s->rs.options.if_bound,
				  .direction = p->direction,
				  .iface = { s->on != NULL },
				  .iface_name = name_of,
				  .arg = (void *)(uintptr_t)s };
	int rc = flow ? explain_by_flow(s->explainer, p, &f, x, &err) : 0;

	rc = rc ?: explain_packet(s->explainer, p, x, &err);
	if (rc < 0)
		fail_msg("%s", err);
}

/* A second packet of a flow: the same one or its reply, on either hook. */
static void vary(struct probe *p, struct built *frame)
{
	struct packet turned = p->packet;

	if (random_chance(&dice, 60)) {
		turned.src = p->packet.dst;
		turned.dst = p->packet.src;
		turned.sport = p->packet.dport;
		turned.dport = p->packet.sport;
		turned.tcp_flags |= TCP_ACK;
		if (turned.icmp_type == 8 || turned.icmp_type == 128)
			turned.icmp_type = turned.icmp_type == 8 ? 0 : 129;
	}
	if (random_chance(&dice, 30))
		p->direction = (enum direction) !p->direction;
	build_alone(&turned, frame);
	replay_parse(&frame->frame, &p->packet);
}

static void test_stateful(void **state)
{
	unsigned int by_flow = 0, done = 0;

	(void)state;
	for (unsigned int i = 0; i < STATEFUL_RULESETS; i++) {
		struct scene s;

		scene_open(&s, false);
		for (unsigned int k = 0; k < STATEFUL_PACKETS; k++) {
			struct explanation x;
			struct built frame;
			struct probe p;

			if (!make_probe(&s, &frame, &p))
				continue;
			for (int turn = 0; turn < 3 && p.packet.status == STATUS_OK; turn++) {
				explain_with_flows(&s, &p, &x);
				compare(&s, &p, &x,
					net_judge(s.replay, p.direction == DIRECTION_OUT ? NET_TC_OUT : NET_XDP, TIME_NS,
						  &frame.frame));
				by_flow += x.reason == REASON_STATE;
				done++;
				vary(&p, &frame);
			}
		}
		scene_close(&s);
	}
	printf("%u packets, %u passed by state\n", done, by_flow);
	assert_true(by_flow > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stateless),
		cmocka_unit_test(test_stateful),
	};
	int refused = net_refused("net_explain");

	return refused ? refused : cmocka_run_group_tests_name("net_explain", tests, NULL, NULL);
}
