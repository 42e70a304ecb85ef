/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "addr.h"
#include "flowview.h"
#include "names.h"
#include "print.h"
#include "timefmt.h"
#include "util.h"

void flow_context_live(struct flow_context *c, const struct clock_pair *clock, const struct ruleset *rules)
{
	*c = (struct flow_context){ *clock, rules };
}

void flow_context_replay(struct flow_context *c, const struct ruleset *rules)
{
	*c = (struct flow_context){ .clock = { .tick_ns = 1 }, .rules = rules };
}

__u64 flow_time(const struct flow_context *c, ticks_t t)
{
	/* Differences wrap as they should: a flow may be older than the reading. */
	return c->clock.real_minus_monotonic_ns + c->clock.monotonic_ns + (t.raw - c->clock.ticks.raw) * c->clock.tick_ns;
}

static bool has_icmp_key(const struct flow *f) { return f->key.proto == PROTO_ICMP || f->key.proto == PROTO_ICMP6; }

void flow_ends_of(const struct flow *f, struct flow_ends *out)
{
	bool b = f->bits & FLOW_INITIATOR_B;

	memset(out, 0, sizeof(*out));
	out->src = b ? f->key.b : f->key.a;
	out->dst = b ? f->key.a : f->key.b;
	if (has_icmp_key(f))
		return;
	out->sport = b ? f->key.bport : f->key.aport;
	out->dport = b ? f->key.aport : f->key.bport;
}

struct flow_ruling flow_ruling_of(const struct flow *f)
{
	enum direction d = judged_given(flow_judged(f, DIRECTION_IN)) ? DIRECTION_IN : DIRECTION_OUT;
	enum direction other = d == DIRECTION_IN ? DIRECTION_OUT : DIRECTION_IN;
	rule_id_t rule;

	/* Forwarded, and stopped on the way out: that is the verdict. */
	if (judged_given(flow_judged(f, other)) && judged_verdict(flow_judged(f, d)) == VERDICT_PASS &&
	    judged_verdict(flow_judged(f, other)) != VERDICT_PASS)
		d = other;
	rule = judged_rule(flow_judged(f, d));
	return (struct flow_ruling){ rule_is_none(rule) ? 0 : rule.raw + 1, judged_verdict(flow_judged(f, d)), d };
}

bool flow_is_cut(const struct flow *f)
{
	judged_t j = flow_judged(f, f->bits & FLOW_MADE_OUT ? DIRECTION_OUT : DIRECTION_IN);

	return judged_given(j) && judged_verdict(j) != VERDICT_PASS;
}

bool flow_is_stopped(const struct flow *f) { return flow_ruling_of(f).verdict != VERDICT_PASS; }

const char *flow_label(const struct flow_context *c, __u32 rule)
{
	return c->rules && rule && rule <= c->rules->nrules ? c->rules->rules[rule - 1].label : "";
}

static void json_pair(struct json *j, const char *key, const __u64 v[2])
{
	json_key(j, key);
	json_array(j);
	json_uint(j, v[0]);
	json_uint(j, v[1]);
	json_end_array(j);
}

static void json_flags(struct json *j, const struct flow *f)
{
	json_key(j, "tcp_flags");
	json_array(j);
	for (int i = 0; i < 2; i++) {
		char letters[9] = "";

		if (f->tcp_flags[i])
			flag_letters_print(f->tcp_flags[i], letters);
		json_string(j, letters);
	}
	json_end_array(j);
}

void flow_json_members(struct json *j, const struct flow_context *c, const struct flow *f)
{
	struct flow_ruling ruling = flow_ruling_of(f);
	char src[ADDR_TEXT_MAX], dst[ADDR_TEXT_MAX], time[TIME_TEXT_MAX], number[4];
	struct flow_ends e;

	flow_ends_of(f, &e);
	addr_print((enum family)f->key.family, &e.src, src);
	addr_print((enum family)f->key.family, &e.dst, dst);
	json_key_string(j, "family", family_text((enum family)f->key.family));
	json_key_string(j, "proto", proto_text(f->key.proto, number));
	json_key_string(j, "src", src);
	json_key_uint(j, "sport", ntohs(e.sport.raw));
	json_key_string(j, "dst", dst);
	json_key_uint(j, "dport", ntohs(e.dport.raw));
	json_key_uint(j, "vlan", f->key.vlan);
	if (f->key.inner_vlan)
		json_key_uint(j, "inner_vlan", f->key.inner_vlan);
	if (has_icmp_key(f)) {
		json_key_uint(j, "icmp_type", f->key.aport.raw >> 8);
		json_key_uint(j, "icmp_code", f->key.aport.raw & 0xff);
		json_key_uint(j, "icmp_id", ntohs(f->key.bport.raw));
	}
	json_key_string(j, "direction", direction_text(ruling.direction));
	json_key_string(j, "state", flow_state_text((enum flow_state)f->state));
	json_pair(j, "packets", f->packets);
	json_pair(j, "bytes", f->bytes);
	json_flags(j, f);
	json_key_uint(j, "rule", ruling.rule);
	json_key_string(j, "label", flow_label(c, ruling.rule));
	json_key_string(j, "verdict", verdict_text(ruling.verdict));
	if (f->bits & FLOW_SEEDED)
		json_key_bool(j, "seeded", true);
	json_key_string(j, "first", time_text(flow_time(c, f->first), time));
	json_key_string(j, "last", time_text(flow_time(c, f->last), time));
}

void flow_json(struct json *j, const struct flow_context *c, const struct flow *f)
{
	json_object(j);
	flow_json_members(j, c, f);
	json_end_object(j);
}
