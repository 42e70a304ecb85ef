/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "addr.h"
#include "names.h"
#include "packetview.h"
#include "print.h"
#include "replay.h"
#include "shown.h"
#include "timefmt.h"
#include "util.h"

/* The packet as its first bytes tell: what lies behind them is not there. */
static void parse_event(const struct packet_event *e, struct packet *p)
{
	const struct frame f = {
		.link = (enum link)e->link,
		.data = e->data,
		.captured = e->captured,
		.original = e->length,
	};

	replay_parse(&f, p);
	if (e->vlan_present) {
		p->inner_vlan = p->vlan;
		p->vlan = e->vlan_tci & 0xfff;
	}
}

static bool has_addresses(const struct packet *p)
{
	static const addr_t none = { .q = { 0, 0 } };

	return p->status != STATUS_NONIP && memcmp(&p->dst, &none, sizeof(none));
}

static void icmp_words(struct strbuf *out, uint8_t proto, unsigned int type, unsigned int code)
{
	const char *name = value_to_name(proto == PROTO_ICMP6 ? &names_icmp6 : &names_icmp, type);

	if (name)
		strbuf_add(out, " icmp-type %s", name);
	else
		strbuf_add(out, " icmp-type %u", type);
	strbuf_add(out, " code %u", code);
}

static void end_words(struct strbuf *out, const char *word, enum family family, const addr_t *a, bool port, port_be_t number)
{
	char text[ADDR_TEXT_MAX];

	addr_print(family, a, text);
	strbuf_add(out, " %s %s", word, text);
	if (port)
		strbuf_add(out, " port %u", ntohs(number.raw));
}

static void vlan_words(struct strbuf *out, unsigned int outer, unsigned int inner)
{
	if (outer)
		strbuf_add(out, " vlan %u", outer);
	if (inner)
		strbuf_add(out, " inner-vlan %u", inner);
}

/* The packet as matches of the rule language. */
static void packet_words(struct strbuf *out, const struct packet *p)
{
	bool ports = p->has & HAS_PORTS;
	char number[4], letters[9];

	if (!has_addresses(p))
		return;
	strbuf_add(out, " proto %s", proto_text(p->proto, number));
	end_words(out, "from", (enum family)p->family, &p->src, ports, p->sport);
	end_words(out, "to", (enum family)p->family, &p->dst, ports, p->dport);
	if (p->has & HAS_ICMP)
		icmp_words(out, p->proto, p->icmp_type, p->icmp_code);
	if (p->has & HAS_FLAGS) {
		flag_letters_print(p->tcp_flags, letters);
		strbuf_add(out, " flags %s", letters);
	}
	vlan_words(out, p->vlan, p->inner_vlan);
	if (p->dscp)
		strbuf_add(out, " dscp %u", p->dscp);
	strbuf_add(out, " ttl %u length %u%s", p->ttl, p->length, p->fragment == FRAGMENT_NONE ? "" : " frag");
}

/* Whole microseconds: between the two clocks that a time is made from lies more than the rest. */
static __u64 to_us(__u64 ns) { return ns / 1000 * 1000; }

static __u32 rule_number(const struct packet_event *e) { return e->rule.raw == RULE_NONE_RAW ? 0 : e->rule.raw + 1; }

static const char *label_of(const struct ruleset *rs, __u32 rule)
{
	return rs && rule && rule <= rs->nrules ? rs->rules[rule - 1].label : "";
}

static void rule_words(struct strbuf *out, __u32 rule, const char *label)
{
	strbuf_add(out, "rule %u", rule);
	if (!label[0])
		return;
	strbuf_add(out, " ");
	shown_add_quoted(out, label);
}

void packet_line(struct strbuf *out, const struct packet_context *c, const struct packet_event *e)
{
	__u32 rule = rule_number(e);
	char time[TIME_TEXT_MAX];
	struct packet p;

	parse_event(e, &p);
	strbuf_add(out, "%s %s (", time_text(to_us(c->time_ns), time), verdict_text((enum verdict)e->verdict));
	if (rule)
		rule_words(out, rule, label_of(c->rules, rule));
	if (!rule || e->reason != REASON_RULE)
		strbuf_add(out, "%s%s", rule ? ", " : "", reason_text((enum reason)e->reason));
	strbuf_add(out, ") %s", direction_text((enum direction)e->direction));
	if (c->iface[0]) {
		strbuf_add(out, " on ");
		shown_add(out, c->iface);
	}
	packet_words(out, &p);
	if (!has_addresses(&p))
		strbuf_add(out, ": %u bytes", e->length);
	if (e->segments > 1)
		strbuf_add(out, ", %u packets", e->segments);
}

static void json_packet(struct json *j, const struct packet *p)
{
	char src[ADDR_TEXT_MAX], dst[ADDR_TEXT_MAX], number[4], letters[9];

	if (!has_addresses(p))
		return;
	addr_print((enum family)p->family, &p->src, src);
	addr_print((enum family)p->family, &p->dst, dst);
	json_key_string(j, "family", family_text((enum family)p->family));
	json_key_string(j, "proto", proto_text(p->proto, number));
	json_key_string(j, "src", src);
	json_key_uint(j, "sport", ntohs(p->sport.raw));
	json_key_string(j, "dst", dst);
	json_key_uint(j, "dport", ntohs(p->dport.raw));
	json_key_uint(j, "vlan", p->vlan);
	if (p->inner_vlan)
		json_key_uint(j, "inner_vlan", p->inner_vlan);
	if (p->has & HAS_ICMP) {
		json_key_uint(j, "icmp_type", p->icmp_type);
		json_key_uint(j, "icmp_code", p->icmp_code);
		json_key_uint(j, "icmp_id", ntohs(p->icmp_id));
	}
	if (p->has & HAS_FLAGS) {
		flag_letters_print(p->tcp_flags, letters);
		json_key_string(j, "tcp_flags", letters);
	}
	json_key_uint(j, "ttl", p->ttl);
	json_key_uint(j, "dscp", p->dscp);
	json_key_bool(j, "frag", p->fragment != FRAGMENT_NONE);
	json_key_uint(j, "length", p->length);
}

static void hex_of(const struct packet_event *e, char out[2 * SNAP_BYTES + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned int i = 0; i < e->captured && i < SNAP_BYTES; i++) {
		*out++ = digits[e->data[i] >> 4];
		*out++ = digits[e->data[i] & 15];
	}
	*out = '\0';
}

void packet_json(struct json *j, const struct packet_context *c, const struct packet_event *e)
{
	char time[TIME_TEXT_MAX], hex[2 * SNAP_BYTES + 1];
	__u32 rule = rule_number(e);
	struct packet p;

	parse_event(e, &p);
	json_object(j);
	json_key_string(j, "event", event_text((enum event)e->head.kind));
	json_key_string(j, "time", time_text(to_us(c->time_ns), time));
	json_key_string(j, "interface", c->iface);
	json_key_string(j, "direction", direction_text((enum direction)e->direction));
	json_key_string(j, "verdict", verdict_text((enum verdict)e->verdict));
	json_key_uint(j, "rule", rule);
	json_key_string(j, "label", label_of(c->rules, rule));
	json_key_string(j, "reason", reason_text((enum reason)e->reason));
	json_packet(j, &p);
	json_key_uint(j, "packets", e->segments);
	json_key_uint(j, "bytes", e->bytes);
	json_key_uint(j, "frame", e->length);
	hex_of(e, hex);
	json_key_string(j, "data", hex);
	json_end_object(j);
}

void packet_dump(struct strbuf *out, const struct packet_event *e)
{
	for (unsigned int i = 0; i < e->captured && i < SNAP_BYTES; i++)
		strbuf_add(out, "%s%02x", i % 16 ? " " : "\n    ", e->data[i]);
}

void flow_event_line(struct strbuf *out, const struct flow_context *c, const struct flow_change *t)
{
	const struct flow *f = t->flow;
	struct flow_ruling ruling = flow_ruling_of(f);
	bool icmp = f->key.proto == PROTO_ICMP || f->key.proto == PROTO_ICMP6;
	char time[TIME_TEXT_MAX], duration[DURATION_TEXT_MAX], number[4];
	struct flow_ends e;

	flow_ends_of(f, &e);
	strbuf_add(out, "%s flow %s (", time_text(to_us(t->time_ns), time), t->over ? "end" : "start");
	if (ruling.rule)
		rule_words(out, ruling.rule, label_of(c->rules, ruling.rule));
	else
		strbuf_add(out, "default");
	strbuf_add(out, ") %s proto %s", direction_text(ruling.direction), proto_text(f->key.proto, number));
	end_words(out, "from", (enum family)f->key.family, &e.src, !icmp && e.sport.raw, e.sport);
	end_words(out, "to", (enum family)f->key.family, &e.dst, !icmp && e.dport.raw, e.dport);
	if (icmp) {
		icmp_words(out, f->key.proto, f->key.aport.raw >> 8, f->key.aport.raw & 0xff);
		strbuf_add(out, " id %u", ntohs(f->key.bport.raw));
	}
	vlan_words(out, f->key.vlan, f->key.inner_vlan);
	if (t->over)
		strbuf_add(out, ": %s%s, %llu/%llu packets, %llu/%llu bytes in %s", end_reason_text(t->end),
			   t->end != END_CLOSED             ? ""
			   : f->state == FLOW_RESET         ? " by a reset"
			   : ruling.verdict != VERDICT_PASS ? " by the rules"
							    : "",
			   f->packets[0], f->packets[1], f->bytes[0], f->bytes[1],
			   duration_text(flow_time(c, f->last) - flow_time(c, f->first), duration));
}

void flow_event_json(struct json *j, const struct flow_context *c, const struct flow_change *t)
{
	char time[TIME_TEXT_MAX];

	json_object(j);
	json_key_string(j, "event", event_text(t->over ? EVENT_FLOW_END : EVENT_FLOW_START));
	json_key_string(j, "time", time_text(to_us(t->time_ns), time));
	flow_json_members(j, c, t->flow);
	if (t->over)
		json_key_string(j, "end_reason", end_reason_text(t->end));
	json_end_object(j);
}
