/* SPDX-License-Identifier: GPL-2.0 */
#include "nearmiss.h"

/* A rule that asks for one field of r alone. What it holds stays r's. */
typedef void (*pick_fn)(const struct rule *r, struct rule *one);

#define PICK(name, body) \
	static void name(const struct rule *r, struct rule *one) { body; }
PICK(pick_on, one->on = r->on)
PICK(pick_family, one->family_given = r->family_given; one->family = r->family)
PICK(pick_proto, one->proto = r->proto)
PICK(pick_from, one->from.addr = r->from.addr)
PICK(pick_sport, one->from.ports = r->from.ports; one->proto = r->proto)
PICK(pick_to, one->to.addr = r->to.addr)
PICK(pick_dport, one->to.ports = r->to.ports; one->proto = r->proto)
PICK(pick_icmp, one->icmp_type = r->icmp_type; one->proto = r->proto)
PICK(pick_code, one->icmp_code = r->icmp_code; one->proto = r->proto)
PICK(pick_flags, one->flags = r->flags)
PICK(pick_vlan, one->vlan = r->vlan)
PICK(pick_inner_vlan, one->inner_vlan = r->inner_vlan)
PICK(pick_dscp, one->dscp = r->dscp)
PICK(pick_ttl, one->ttl = r->ttl)
PICK(pick_length, one->length = r->length)
PICK(pick_frag, one->frag = r->frag)
PICK(pick_mac_from, one->mac_from = r->mac_from)
PICK(pick_mac_to, one->mac_to = r->mac_to)

/* In the order of a rule's text. `needs_proto`: the field fails with the protocol, which is counted once. */
static const struct {
	const char *name;
	pick_fn pick;
	bool needs_proto;
} picks[] = {
	{ "interface", pick_on, false },
	{ "family", pick_family, false },
	{ "protocol", pick_proto, false },
	{ "source address", pick_from, false },
	{ "source port", pick_sport, true },
	{ "destination address", pick_to, false },
	{ "destination port", pick_dport, true },
	{ "icmp-type", pick_icmp, true },
	{ "icmp code", pick_code, true },
	{ "flags", pick_flags, false },
	{ "vlan", pick_vlan, false },
	{ "inner-vlan", pick_inner_vlan, false },
	{ "dscp", pick_dscp, false },
	{ "ttl", pick_ttl, false },
	{ "length", pick_length, false },
	{ "frag", pick_frag, false },
	{ "mac-from", pick_mac_from, false },
	{ "mac-to", pick_mac_to, false },
};

unsigned int fields_failed(const struct ruleset *rs, const struct linear_sets *sets, const struct rule *r, const struct probe *p,
			   const char **first)
{
	unsigned int failed = r->direction != p->direction;
	bool proto_failed = false;

	*first = failed ? "direction" : NULL;
	for (size_t i = 0; i < sizeof(picks) / sizeof(picks[0]); i++) {
		struct rule one;

		rule_init(&one);
		one.direction = p->direction;
		picks[i].pick(r, &one);
		if ((picks[i].needs_proto && proto_failed) ||
		    rule_matches(rs, &one, &p->packet, p->direction, probe_iface(p), sets))
			continue;
		proto_failed |= picks[i].pick == pick_proto;
		*first = *first ? *first : picks[i].name;
		failed++;
	}
	return failed;
}
